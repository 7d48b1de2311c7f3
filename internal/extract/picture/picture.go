// Package picture reads pictures of pages: JPEG, PNG, WebP, HEIF, and TIFF with any number of pages.
package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"

	"golang.org/x/image/bmp"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/heif"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Scanner reads the text of a picture of a page into the page; *ocr.Scanner is one. When it cannot, it leaves the page
// empty and keeps count; an error ends the reading.
type Scanner interface {
	// Ready tells whether another page would be read, and Skip counts one that is not: its pixels need not be unpacked.
	Ready() bool
	Skip()
	Scan(ctx context.Context, picture image.Image, page *content.Page) error
}

// The least sides in pixels of a picture that may hold a few lines of writing; below them is an icon or a logo.
const (
	shortest = 100
	longest  = 300
)

// Formats of pictures that office programs put into documents, and nobody sends as a page.
const (
	gifFormat content.Format = "image/gif"
	bmpFormat content.Format = "image/bmp"
)

// Reader reads pictures. It is safe for concurrent use; the zero value is ready.
type Reader struct{ heif heif.Decoder }

// Read reads a picture; each of its pages goes through the scanner. Errors are as extract.Reader.Read's.
func (r *Reader) Read(
	ctx context.Context,
	f content.Format,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	scanner Scanner,
) (*content.Content, error) {
	data, err := content.Whole(src, size, limits)
	if err != nil {
		return nil, err
	}
	c := &content.Content{}
	if f == content.TIFF {
		return c, pages(ctx, data, c, limits, scanner)
	}
	d, ok := r.decoderOf(ctx, f, data)
	if !ok {
		return c, fmt.Errorf("no picture reader for %s", f)
	}
	var p content.Page
	if err := page(ctx, d, data, &p, limits, scanner); err != nil {
		return c, err
	}
	return c, c.Add(p, limits)
}

// ReadSheet reads the text of a picture in a document into a page, within the limits on a picture. Of several pictures in
// a file it is the first, which is the one that programs show. Errors are as extract.Reader.Read's.
func (r *Reader) ReadSheet(
	ctx context.Context,
	f content.Format,
	data []byte,
	p *content.Page,
	limits content.Limits,
	scanner Scanner,
) error {
	d, ok := r.decoderOf(ctx, f, data)
	if !ok {
		return fault.Reject(meeting.ReasonNotReadableYet, "no picture reader for %s", f)
	}
	return page(ctx, d, data, p, limits, scanner)
}

// Small tells whether a picture is too small for a page, by the beginning of its file; false when that does not say.
func Small(f content.Format, head []byte) bool {
	d, ok := decoderOf(f, head)
	if !ok {
		return false
	}
	config, err := d.config(bytes.NewReader(head))
	return err == nil && small(config)
}

func small(c image.Config) bool {
	return min(c.Width, c.Height) < shortest || max(c.Width, c.Height) < longest
}

// decoderOf gives the decoder of a picture; of a TIFF, that of its first page.
func (r *Reader) decoderOf(ctx context.Context, f content.Format, data []byte) (decoder, bool) {
	if f != content.HEIC {
		return decoderOf(f, data)
	}
	return decoder{
		config: func(io.Reader) (image.Config, error) { return r.heif.Config(ctx, data) },
		decode: func(io.Reader) (image.Image, error) { return r.heif.Decode(ctx, data) },
		size:   func([]byte, image.Config) int64 { return heif.Memory },
	}, true
}

// decoderOf gives the decoder of a picture that needs no sandbox.
func decoderOf(f content.Format, data []byte) (decoder, bool) {
	switch f {
	case content.JPEG:
		return decoder{jpeg.DecodeConfig, jpeg.Decode, sizeOfJPEG, exif(data)}, true
	case content.PNG:
		return decoder{png.DecodeConfig, png.Decode, sizeOfPNG, exifOfPNG(data)}, true
	case content.WebP:
		return decoder{webp.DecodeConfig, webp.Decode, sizeOfWebP, exifOfWebP(data)}, true
	case gifFormat:
		return decoder{gif.DecodeConfig, gif.Decode, sizeOfPixels, 1}, true
	case bmpFormat:
		return decoder{bmp.DecodeConfig, bmp.Decode, sizeOfPixels, 1}, true
	case content.TIFF:
		if len(data) >= 8 {
			order := orderOf(data)
			return decoderOfTIFF(data, order, order.Uint32(data[4:])), true
		}
	}
	return decoder{}, false
}

type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// size is how many bytes are taken to decode a picture of this header.
	size func([]byte, image.Config) int64
	// orientation is how the picture is turned (TIFF 6.0, "Orientation": 1 to 8).
	orientation int
}

// page decodes one picture, whose size is known before its pixels are, and scans it.
func page(
	ctx context.Context,
	d decoder,
	data []byte,
	p *content.Page,
	limits content.Limits,
	scanner Scanner,
) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	config, err := d.config(bytes.NewReader(data))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return refuse(err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > limits.Pixels/config.Height {
		return content.Over("pixels", limits.Pixels)
	}
	switch {
	case small(config):
		return nil
	case !scanner.Ready():
		scanner.Skip()
		return nil
	}
	return scan(ctx, d, data, config, p, limits, scanner)
}

// scan decodes a picture within the limits on memory and has its text read.
func scan(
	ctx context.Context,
	d decoder,
	data []byte,
	config image.Config,
	p *content.Page,
	limits content.Limits,
	scanner Scanner,
) error {
	size := d.size(data, config)
	if !limits.Decode(size) {
		scanner.Skip()
		return nil
	}
	if err := limits.Hold(size + copies); err != nil {
		return err
	}
	defer limits.Release(size + copies)
	if size >= collected {
		runtime.GC() // the picture before this one may still be there, and there is no room for both
	}
	picture, err := d.decode(&stoppable{ctx, bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return refuse(err)
	}
	return scanner.Scan(ctx, upright(shrunk(picture), d.orientation), p)
}

// collected is from how many decoded bytes on the memory of what went before is freed first.
const collected = 96 << 20

// stoppable is a file that cannot be read any more once its context has ended, so that a decoder stops.
type stoppable struct {
	ctx context.Context
	r   *bytes.Reader
}

func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// ReadAt is for the decoder of TIFF.
func (s *stoppable) ReadAt(b []byte, at int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.ReadAt(b, at)
}

// shrunk is a picture that is small enough to be turned: far larger ones are read from a smaller copy in any case.
func shrunk(picture image.Image) image.Image {
	const large, side = 40_000_000, 3600
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	if w*h <= large {
		return picture
	}
	larger := max(w, h)
	g := image.NewGray(image.Rect(0, 0, max(1, w*side/larger), max(1, h*side/larger)))
	xdraw.ApproxBiLinear.Scale(g, g.Rect, picture, b, draw.Src, nil)
	return g
}

// refuse tells a picture of a kind that has no decoder from a broken one.
func refuse(err error) error {
	if fault.Is(err, fault.Rejected) {
		return err
	}
	var t tiff.UnsupportedError
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	if errors.As(err, &t) || errors.As(err, &j) || errors.As(err, &p) {
		return fault.Reject(meeting.ReasonNotReadableYet, "decode: %w", err)
	}
	return content.Broken("decode: %w", err)
}

// pages reads each page of a TIFF (TIFF 6.0, section 2): the decoder reads the first directory alone, so for each it is
// shown the file with that directory first.
func pages(ctx context.Context, data []byte, c *content.Content, limits content.Limits, scanner Scanner) error {
	if len(data) < 8 {
		return content.Broken("TIFF: cut short")
	}
	order := orderOf(data)
	seen := map[uint32]bool{}
	first := order.Uint32(data[4:])
	at := first
	for at != 0 {
		if seen[at] {
			return content.Broken("TIFF: the pages run in a circle")
		}
		seen[at] = true
		if int64(at)+2 > int64(len(data)) {
			return content.Broken("TIFF: cut short")
		}
		order.PutUint32(data[4:], at)
		n := int64(order.Uint16(data[at:]))
		var p content.Page
		if err := page(ctx, decoderOfTIFF(data, order, at), data, &p, limits, scanner); err != nil {
			return err
		}
		if err := c.Add(p, limits); err != nil {
			return err
		}
		next := int64(at) + 2 + 12*n
		if next+4 > int64(len(data)) {
			return nil // the last page's pointer is missing
		}
		at = order.Uint32(data[next:])
	}
	if len(c.Pages) == 0 {
		return content.Broken("TIFF: no page")
	}
	return nil
}

// orderOf is the order of bytes in a TIFF's numbers.
func orderOf(data []byte) binary.ByteOrder {
	if data[0] == 'M' {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// orientationOf reads tag 274 (TIFF 6.0, "Orientation") of the directory at an offset; 1 when it has none.
func orientationOf(data []byte, order binary.ByteOrder, at int64) int {
	const tag = 274
	if n := single(data, order, at, tag); n > 0 {
		return int(n)
	}
	return 1
}

// single reads the one number of a tag in a TIFF's directory (TIFF 6.0, section 2); 0 when it has none.
func single(data []byte, order binary.ByteOrder, at int64, tag uint16) uint32 {
	if at < 0 || at+2 > int64(len(data)) {
		return 0
	}
	for i := range int64(order.Uint16(data[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(data)) {
			break
		}
		const short, long = 3, 4
		switch kind := order.Uint16(data[entry+2:]); {
		case order.Uint16(data[entry:]) != tag:
		case order.Uint32(data[entry+4:]) != 1:
			return 0
		case kind == long:
			return order.Uint32(data[entry+8:])
		case kind == short:
			return uint32(order.Uint16(data[entry+8:]))
		}
	}
	return 0
}

// exif finds the orientation in a JPEG's APP1 segment (Exif 2.32, 4.7.2), which is a TIFF directory.
func exif(data []byte) int {
	for i := 2; i+4 < len(data) && data[i] == 0xff; {
		marker, size := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		if marker == 0xda || size < 2 { // the picture begins
			break
		}
		end := min(len(data), i+2+size)
		if body, ok := bytes.CutPrefix(data[i+4:max(i+4, end)], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return orientationIn(body)
		}
		i = end
	}
	return 1
}

// orientationIn reads the orientation in the body of an Exif segment or chunk, which is a TIFF.
func orientationIn(body []byte) int {
	if len(body) < 8 {
		return 1
	}
	order := orderOf(body)
	return orientationOf(body, order, int64(order.Uint32(body[4:])))
}

// exifOfPNG finds the orientation in a PNG's chunk eXIf (PNG, 11.3.4.4).
func exifOfPNG(data []byte) int {
	const signature, header, check = 8, 8, 4
	for i := signature; i+header <= len(data); {
		size := int(binary.BigEndian.Uint32(data[i:]))
		if size > len(data)-i-header {
			break
		}
		if string(data[i+4:i+header]) == "eXIf" {
			return orientationIn(data[i+header : i+header+size])
		}
		i += header + size + check
	}
	return 1
}

// exifOfWebP finds the orientation in a WebP's chunk EXIF (RFC 9649, 2.7.1.5); some programs begin it as in a JPEG.
func exifOfWebP(data []byte) int {
	const riff, header = 12, 8
	for i := riff; i+header <= len(data); {
		size := int(binary.LittleEndian.Uint32(data[i+4:]))
		if size > len(data)-i-header {
			break
		}
		if string(data[i:i+4]) == "EXIF" {
			return orientationIn(bytes.TrimPrefix(data[i+header:i+header+size], []byte("Exif\x00\x00")))
		}
		i += header + size + size%2
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says (TIFF 6.0, "Orientation": 1 to 8).
func upright(picture image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return picture
	}
	b := picture.Bounds()
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(grey, grey.Rect, picture, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			out.Pix[y*out.Stride+x] = grey.Pix[sy*grey.Stride+sx]
		}
	}
	return out
}
