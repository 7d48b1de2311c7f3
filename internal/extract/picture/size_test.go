package picture_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// peak is the most memory that is held while a picture is read.
func peak(t *testing.T, f content.Format, data []byte) int64 {
	t.Helper()
	limits := content.Limits{}.WithDefaults()
	if _, err := reader().Read(t.Context(), f, bytes.NewReader(data), int64(len(data)), limits, &corner{}); err != nil {
		t.Fatal(err)
	}
	if limits.Held() > int64(len(data))+4096 {
		t.Errorf("%d bytes are held after a picture of %d", limits.Held(), len(data))
	}
	return limits.Peak() - int64(len(data)) - 64<<20 // of the decoder alone
}

// A picture is held as the bytes that it has once it is decoded, however small its file is.
func TestDecodedBytes(t *testing.T) {
	const w, h = 1000, 500
	r := image.Rect(0, 0, w, h)
	encoded := func(m image.Image) []byte { return asPNG(t, m) }
	interlaced := bytes.Clone(encoded(image.NewNRGBA64(r)))
	var photograph bytes.Buffer
	if err := jpeg.Encode(&photograph, image.NewRGBA(r), nil); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		format content.Format
		data   []byte
		each   int64 // bytes a pixel, at least
	}{
		"grey PNG":          {content.PNG, encoded(image.NewGray(r)), 1},
		"PNG of 16 bits":    {content.PNG, encoded(image.NewNRGBA64(r)), 8},
		"PNG of colours":    {content.PNG, encoded(image.NewNRGBA(r)), 4},
		"JPEG":              {content.JPEG, photograph.Bytes(), 2},
		"uncompressed TIFF": {content.TIFF, asTIFF([]*image.Gray{image.NewGray(r)}, []uint16{1}), 2},
		"TIFF in one strip": {content.TIFF, deflated(w, h, 1, 16, 3), 8 + 8},
	} {
		if got := peak(t, test.format, test.data); got < test.each*w*h || got > 12*test.each*w*h {
			t.Errorf("%s: %d bytes, want %d at least", name, got, test.each*w*h)
		}
	}
	if once, passes := peak(t, content.PNG, encoded(image.NewNRGBA64(r))), headerPeak(t, interlaced); passes != 2*once {
		t.Errorf("interlaced: %d bytes, want twice %d", passes, once)
	}
}

// headerPeak is the peak of a PNG whose header says that it is interlaced; its pixels then are not as they should be.
func headerPeak(t *testing.T, data []byte) int64 {
	t.Helper()
	data[28] = 1
	binary.BigEndian.PutUint32(data[29:], crc(data[12:29]))
	limits := content.Limits{}.WithDefaults()
	_, _ = reader().Read(t.Context(), content.PNG, bytes.NewReader(data), int64(len(data)), limits, &corner{})
	return limits.Peak() - int64(len(data)) - 64<<20
}

func crc(data []byte) uint32 {
	c := ^uint32(0)
	for _, b := range data {
		c ^= uint32(b)
		for range 8 {
			c = c>>1 ^ 0xedb88320&-(c&1)
		}
	}
	return ^c
}

// deflated is a TIFF of black pages that share one compressed strip.
func deflated(w, h, pages, bits, samples int) []byte {
	var strip bytes.Buffer
	z := zlib.NewWriter(&strip)
	row := make([]byte, w*samples*bits/8)
	for range h {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	b := bytes.NewBuffer([]byte("II*\x00\x00\x00\x00\x00"))
	b.Write(strip.Bytes())
	for b.Len()%2 == 1 {
		b.WriteByte(0)
	}
	depths := b.Len()
	for range 4 {
		_ = binary.Write(b, binary.LittleEndian, uint16(bits))
	}
	last := 4
	for range pages {
		binary.LittleEndian.PutUint32(b.Bytes()[last:], uint32(b.Len()))
		photometric, depth := uint32(1), uint32(bits)
		if samples == 3 {
			photometric, depth = 2, uint32(depths)
		}
		entries := [][3]uint32{{256, 1, uint32(w)}, {257, 1, uint32(h)}, {258, uint32(samples), depth}, {259, 1, 8},
			{262, 1, photometric}, {273, 1, 8}, {277, 1, uint32(samples)}, {278, 1, uint32(h)}, {279, 1, uint32(strip.Len())}}
		_ = binary.Write(b, binary.LittleEndian, uint16(len(entries)))
		for _, e := range entries {
			kind := uint16(4)
			if e[0] == 258 {
				kind = 3
			}
			_ = binary.Write(b, binary.LittleEndian, [2]uint16{uint16(e[0]), kind})
			_ = binary.Write(b, binary.LittleEndian, [2]uint32{e[1], e[2]})
		}
		last = b.Len()
		b.Write(make([]byte, 4))
	}
	return b.Bytes()
}

// A picture that would take too much memory is refused by its header, before a pixel is decoded; pages beyond what may be
// decoded in all are left unread.
func TestMemoryOfPictures(t *testing.T) {
	data := asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 2000, 2000)))
	_, s, err := read(t, content.PNG, data, content.Limits{Working: 64<<20 + 16<<20})
	if !fault.Because(err, meeting.ReasonTooLarge) || s.seen > 0 {
		t.Errorf("%v, %d seen", err, s.seen)
	}
	pages := deflated(400, 400, 30, 16, 3)
	each := peak(t, content.TIFF, pages)
	c, s, err := read(t, content.TIFF, pages, content.Limits{Decoded: 10 * each})
	if err != nil || len(c.Pages) != 30 || s.seen != 10 {
		t.Errorf("%d pages, %d seen, %v", len(c.Pages), s.seen, err)
	}
}

// ends is a scanner that ends the context when it has seen a page.
type ends struct {
	corner
	cancel context.CancelFunc
}

func (e *ends) Ready() bool {
	e.cancel()
	return true
}

// A decoder stops when its context ends.
func TestDecodersStop(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 400, 400))
	var p bytes.Buffer
	if err := png.Encode(&p, grey); err != nil {
		t.Fatal(err)
	}
	for format, data := range map[content.Format][]byte{
		content.PNG: p.Bytes(), content.JPEG: withExif(t, grey, 1), content.TIFF: deflated(400, 400, 2, 8, 1),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &ends{cancel: cancel}
		_, err := reader().Read(ctx, format, bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), s)
		if !errors.Is(err, context.Canceled) || s.seen > 0 {
			t.Errorf("%s: %v, %d seen", format, err, s.seen)
		}
	}
}
