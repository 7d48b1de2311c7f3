package picture

import (
	"encoding/binary"
	"image"
	"image/color"
)

// A picture is turned and made ready to be read in copies of its own, of so many bytes at most.
const copies = 64 << 20

// pixel is how many bytes a pixel has in the picture that a decoder makes.
func pixel(m color.Model) int64 {
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	switch m {
	case color.GrayModel, color.AlphaModel:
		return 1
	case color.Gray16Model, color.Alpha16Model:
		return 2
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}

// sizeOfPNG is how many bytes are taken to decode a PNG. A grey one may have a transparent colour behind its header, and
// then takes as much as one with colours; the passes of an interlaced one are pictures of their own (PNG, 8.2).
func sizeOfPNG(data []byte, c image.Config) int64 {
	each := pixel(c.ColorModel)
	switch c.ColorModel {
	case color.GrayModel:
		each = 4
	case color.Gray16Model:
		each = 8
	}
	const interlace = 28 // where the header says it
	if len(data) > interlace && data[interlace] != 0 {
		each *= 2
	}
	return pixels(c) * each
}

// sizeOfWebP is how many bytes are taken to decode a WebP: the pixels, before and after they are transformed, and what
// the decoder keeps to look them up.
func sizeOfWebP(_ []byte, c image.Config) int64 { return 16 * pixels(c) }

// sizeOfPixels is how many bytes a picture has that has four bytes a pixel at most.
func sizeOfPixels(_ []byte, c image.Config) int64 { return 4 * pixels(c) }

func pixels(c image.Config) int64 { return int64(c.Width) * int64(c.Height) }

// sizeOfJPEG is how many bytes are taken to decode a JPEG (ITU-T T.81, B.2.2): a byte a sample, four more for what a
// progressive one gathers, and four a pixel for one that is not of YCbCr.
func sizeOfJPEG(data []byte, c image.Config) int64 {
	each := int64(4)
	f, ok := frameOf(data)
	if !ok {
		f = frame{progressive: true, samples: 4}
	}
	each += f.samples
	if f.progressive {
		each += 4 * f.samples
	}
	// Blocks of the size of the largest sampling may stand over the edges.
	const block = 32
	return (int64(c.Width) + block) * (int64(c.Height) + block) * each
}

// frame is what the header of a JPEG's frame says.
type frame struct {
	progressive bool
	samples     int64 // a pixel, over all components, rounded up
}

// frameOf finds the first frame header of a JPEG.
func frameOf(data []byte) (frame, bool) {
	for i := 2; i+9 < len(data) && data[i] == 0xff; {
		marker, size := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		if marker == 0xff { // a byte that fills
			i++
			continue
		}
		if marker >= 0xc0 && marker <= 0xc2 {
			return sampling(data[i+4:min(len(data), i+2+max(2, size))], marker == 0xc2)
		}
		if marker == 0xda || size < 2 {
			break
		}
		i += 2 + size
	}
	return frame{}, false
}

// sampling reads the components of a frame header behind its length.
func sampling(header []byte, progressive bool) (frame, bool) {
	f := frame{progressive: progressive}
	if len(header) < 6 || len(header) < 6+3*int(header[5]) {
		return f, false
	}
	sum, widest, highest := 0, 1, 1
	for i := range int(header[5]) {
		h, v := int(header[6+3*i+1]>>4), int(header[6+3*i+1]&15)
		widest, highest = max(widest, h), max(highest, v)
		sum += h * v
	}
	f.samples = int64((sum + widest*highest - 1) / (widest * highest))
	return f, sum > 0
}

// Tags of a TIFF that say how much is decoded at once (TIFF 6.0, section 8 and 15).
const (
	tagCompression  = 259
	tagRowsPerStrip = 278
	tagTileWidth    = 322
	tagTileLength   = 323
)

// sizeOfTIFF is how many bytes are taken to decode the page of a TIFF whose directory is at an offset: the picture, and
// a strip or a tile as it is unpacked. It may then have eight bytes a pixel, for the page's word is not checked, in a
// buffer that doubles as it grows.
func sizeOfTIFF(data []byte, order binary.ByteOrder, at int64, c image.Config) int64 {
	block := pixels(c)
	tag := func(t uint16) int64 { return int64(single(data, order, at, t)) }
	if w, h := tag(tagTileWidth), tag(tagTileLength); w > 0 && h > 0 {
		block = min(w, int64(c.Width)+1024) * min(h, int64(c.Height)+1024)
	} else if rows := tag(tagRowsPerStrip); rows > 0 && rows < int64(c.Height) {
		block = rows * int64(c.Width)
	}
	unpacked := 24 * block
	switch tag(tagCompression) {
	case 1: // none
		unpacked = min(8*block, int64(len(data)))
	case 3, 4: // fax: a bit a pixel
		unpacked = block
	}
	return pixels(c)*pixel(c.ColorModel) + unpacked
}
