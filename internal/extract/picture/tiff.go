package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"io"

	"golang.org/x/image/tiff"

	"dossier/internal/extract/content"
)

// Further tags and values of a TIFF (TIFF 6.0, sections 8, 11, 15; technical note 2 on JPEG).
const (
	tagPhotometric  = 262
	tagStripOffsets = 273
	tagStripCounts  = 279
	tagTileOffsets  = 324
	tagTileCounts   = 325
	tagTables       = 347
	blackIsZero     = 1
	faxGroup3       = 3
	faxGroup4       = 4
	jpegInTIFF      = 7
)

// decoderOfTIFF gives the decoder of the page whose directory is at an offset.
func decoderOfTIFF(data []byte, order binary.ByteOrder, at uint32) decoder {
	p := tiffPage{data, order, int64(at)}
	return decoder{
		config:      tiff.DecodeConfig,
		decode:      p.decode,
		size:        func(data []byte, c image.Config) int64 { return sizeOfTIFF(data, order, int64(at), c) },
		orientation: orientationOf(data, order, int64(at)),
	}
}

// tiffPage is a page of a TIFF: the file, and where the page's directory is.
type tiffPage struct {
	data  []byte
	order binary.ByteOrder
	at    int64
}

func (p tiffPage) tag(t uint16) int { return int(single(p.data, p.order, p.at, t)) }

// decode decodes the page; the library does what it can. Pages in JPEG are beyond it, and of a fax it does not see that
// black and white may stand for each other (TIFF 6.0, section 11).
func (p tiffPage) decode(r io.Reader) (image.Image, error) {
	compression := p.tag(tagCompression)
	if compression == jpegInTIFF {
		return p.jpeg(r)
	}
	picture, err := tiff.Decode(r)
	grey, ok := picture.(*image.Gray)
	fax := compression == faxGroup3 || compression == faxGroup4
	if err == nil && ok && fax && p.tag(tagPhotometric) == blackIsZero {
		for i := range grey.Pix {
			grey.Pix[i] = ^grey.Pix[i]
		}
	}
	return picture, err
}

// values gives the numbers of a tag.
func (p tiffPage) values(tag uint16) []int {
	const short, long = 3, 4
	raw, kind := p.raw(tag)
	var all []int
	for len(raw) >= 2 && kind == short {
		all, raw = append(all, int(p.order.Uint16(raw))), raw[2:]
	}
	for len(raw) >= 4 && kind == long {
		all, raw = append(all, int(p.order.Uint32(raw))), raw[4:]
	}
	return all
}

// raw gives the bytes of a tag and their kind (TIFF 6.0, section 2): they stand in its entry if they are four at most.
func (p tiffPage) raw(tag uint16) (raw []byte, kind uint16) {
	if p.at+2 > int64(len(p.data)) {
		return nil, 0
	}
	for i := range int64(p.order.Uint16(p.data[p.at:])) {
		entry := p.at + 2 + 12*i
		if entry+12 > int64(len(p.data)) {
			break
		}
		if p.order.Uint16(p.data[entry:]) != tag {
			continue
		}
		kind = p.order.Uint16(p.data[entry+2:])
		size := int64(p.order.Uint32(p.data[entry+4:]))
		switch kind {
		case 3:
			size *= 2
		case 4:
			size *= 4
		}
		from := entry + 8
		if size > 4 {
			from = int64(p.order.Uint32(p.data[entry+8:]))
		}
		if from+size > int64(len(p.data)) {
			break
		}
		return p.data[from : from+size], kind
	}
	return nil, 0
}

var errCut = errors.New("a part of the page is missing")

// jpeg decodes a page whose strips or tiles are JPEG files without their tables, which stand apart. The reader tells when
// to stop.
func (p tiffPage) jpeg(r io.Reader) (image.Image, error) {
	const mostTables = 64 << 10
	config, err := tiff.DecodeConfig(r)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, config.Width, config.Height)
	w, h := rect.Dx(), p.tag(tagRowsPerStrip)
	offsets, counts := p.values(tagStripOffsets), p.values(tagStripCounts)
	if p.tag(tagTileWidth) > 0 {
		w, h = p.tag(tagTileWidth), p.tag(tagTileLength)
		offsets, counts = p.values(tagTileOffsets), p.values(tagTileCounts)
	}
	if h <= 0 || h > rect.Dy() && p.tag(tagTileWidth) == 0 {
		h = rect.Dy()
	}
	tables, _ := p.raw(tagTables)
	if w > rect.Dx()+1024 || h > rect.Dy()+1024 || len(tables) > mostTables {
		return nil, errCut
	}
	out := image.NewGray(rect)
	across := (rect.Dx() + w - 1) / w
	for i := range across * ((rect.Dy() + h - 1) / h) {
		if _, err := r.Read(make([]byte, 1)); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if i >= len(offsets) || i >= len(counts) || offsets[i] > len(p.data) || counts[i] > len(p.data)-offsets[i] {
			return nil, errCut
		}
		part, err := partOfJPEG(tables, p.data[offsets[i]:offsets[i]+counts[i]], w, h)
		if err != nil {
			return nil, err
		}
		corner := image.Pt(i%across*w, i/across*h)
		draw.Draw(out, part.Bounds().Sub(part.Bounds().Min).Add(corner), part, part.Bounds().Min, draw.Src)
	}
	return out, nil
}

// partOfJPEG decodes a strip or a tile, which may not be larger than it is said to be.
func partOfJPEG(tables, part []byte, w, h int) (image.Image, error) {
	const marker = 2 // bytes of what begins and ends a file
	file := part
	if len(tables) > 2*marker && len(part) > marker {
		file = append(bytes.Clone(tables[:len(tables)-marker]), part[marker:]...)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if config.Width > w || config.Height > h {
		return nil, content.Broken("a part of %d by %d pixels within %d by %d", config.Width, config.Height, w, h)
	}
	return jpeg.Decode(bytes.NewReader(file))
}
