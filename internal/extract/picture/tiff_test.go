package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"os"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// parts makes a TIFF of one page whose strips are JPEG files of so many rows, or its tiles squares of so many pixels.
// Their tables stand apart if asked.
func parts(t testing.TB, g *image.Gray, side int, tiles, apart bool) []byte {
	t.Helper()
	b := bytes.NewBuffer([]byte("II*\x00\x00\x00\x00\x00"))
	put := func(data []byte) uint32 {
		if b.Len()%2 == 1 {
			b.WriteByte(0)
		}
		at := b.Len()
		b.Write(data)
		return uint32(at)
	}
	w := g.Rect.Dx()
	if tiles {
		w = side
	}
	var offsets, counts []uint32
	var tables []byte
	for y := 0; y < g.Rect.Dy(); y += side {
		for x := 0; x < g.Rect.Dx(); x += w {
			part := image.NewGray(image.Rect(0, 0, w, side))
			for i := range part.Pix {
				part.Pix[i] = g.GrayAt(x+i%w, y+i/w).Y
			}
			var file bytes.Buffer
			if err := jpeg.Encode(&file, part, nil); err != nil {
				t.Fatal(err)
			}
			data := file.Bytes()
			if apart {
				tables, data = torn(data)
			}
			offsets, counts = append(offsets, put(data)), append(counts, uint32(len(data)))
		}
	}
	n := uint32(len(offsets))
	const short, long, undefined = 3, 4, 7
	list := func(values []uint32) uint32 {
		if n == 1 {
			return values[0]
		}
		var raw []byte
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint32(raw, v)
		}
		return put(raw)
	}
	entries := [][4]uint32{{256, long, 1, uint32(g.Rect.Dx())}, {257, long, 1, uint32(g.Rect.Dy())}, {258, short, 1, 8}, {259, short, 1, 7}, {262, short, 1, 1}}
	if tiles {
		entries = append(entries, [][4]uint32{{277, short, 1, 1}, {322, long, 1, uint32(side)}, {323, long, 1, uint32(side)}, {324, long, n, list(offsets)}, {325, long, n, list(counts)}}...)
	} else {
		entries = append(entries, [][4]uint32{{273, long, n, list(offsets)}, {277, short, 1, 1}, {278, long, 1, uint32(side)}, {279, long, n, list(counts)}}...)
	}
	if apart {
		entries = append(entries, [4]uint32{347, undefined, uint32(len(tables)), put(tables)})
	}
	binary.LittleEndian.PutUint32(b.Bytes()[4:], put(nil))
	_ = binary.Write(b, binary.LittleEndian, uint16(len(entries)))
	for _, e := range entries {
		_ = binary.Write(b, binary.LittleEndian, [2]uint16{uint16(e[0]), uint16(e[1])})
		_ = binary.Write(b, binary.LittleEndian, [2]uint32{e[2], e[3]})
	}
	b.Write(make([]byte, 4))
	return b.Bytes()
}

// torn parts a JPEG file into its tables and the rest, each with a beginning, and the tables with an end.
func torn(data []byte) (tables, rest []byte) {
	tables, rest = append(tables, data[:2]...), append(rest, data[:2]...)
	i := 2
	for data[i+1] != 0xda {
		end := i + 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		if data[i+1] == 0xdb || data[i+1] == 0xc4 { // DQT and DHT
			tables = append(tables, data[i:end]...)
		} else {
			rest = append(rest, data[i:end]...)
		}
		i = end
	}
	return append(tables, 0xff, 0xd9), append(rest, data[i:]...)
}

func TestJPEGInTIFF(t *testing.T) {
	for name, data := range map[string][]byte{
		"one strip":              parts(t, marked(400, 600), 600, false, false),
		"strips":                 parts(t, marked(400, 600), 64, false, false),
		"strips without tables":  parts(t, marked(400, 600), 64, false, true),
		"tiles without tables":   parts(t, marked(400, 600), 128, true, true),
		"a strip without tables": parts(t, marked(400, 600), 600, false, true),
	} {
		c, _, err := read(t, content.TIFF, data, content.Limits{})
		if err != nil || c.Pages[0].Text != "top left" {
			t.Errorf("%s: %+v %v", name, c.Pages, err)
		}
	}
	good := parts(t, marked(400, 600), 64, false, true)
	lies := bytes.Clone(good) // the strips are said to have a row each
	at := bytes.LastIndex(lies, []byte{0x16, 1, 4, 0, 1, 0, 0, 0, 64})
	lies[at+8] = 1
	cut := bytes.Clone(good)
	copy(cut[bytes.LastIndex(cut, []byte{0x11, 1, 4, 0})+4:], []byte{0, 0, 0, 0}) // there is no strip
	for name, data := range map[string][]byte{"strips that are larger": lies, "strips that are missing": cut} {
		if _, _, err := read(t, content.TIFF, data, content.Limits{}); !fault.Because(err, meeting.ReasonCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// In a fax, black and white may stand for each other.
func TestFax(t *testing.T) {
	for _, name := range []string{"fax-white-is-zero.tif", "fax-black-is-zero.tif", "fax-group-3.tif"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := read(t, content.TIFF, data, content.Limits{})
		if err != nil || c.Pages[0].Text != "top left" {
			t.Errorf("%s: %+v %v", name, c.Pages, err)
		}
	}
}

// PNG and WebP say in a chunk how they are turned, as a JPEG does in a segment.
func TestOrientationInChunks(t *testing.T) {
	const tags = "II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
	upright := asPNG(t, marked(400, 600))
	const afterHeader = 33
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	chunk = append(append(chunk, "eXIf"+tags...), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(chunk[len(chunk)-4:], crc32.ChecksumIEEE(chunk[4:len(chunk)-4]))
	turned := append(append(bytes.Clone(upright[:afterHeader]), chunk...), upright[afterHeader:]...)
	webp, err := os.ReadFile("testdata/upright.webp")
	if err != nil {
		t.Fatal(err)
	}
	turnedWebP := binary.LittleEndian.AppendUint32(append(bytes.Clone(webp), "EXIF"...), uint32(len(tags)))
	turnedWebP = append(turnedWebP, tags...)
	binary.LittleEndian.PutUint32(turnedWebP[4:], uint32(len(turnedWebP)-8))
	for name, test := range map[string]struct {
		format content.Format
		data   []byte
		want   string
	}{
		"PNG":          {content.PNG, upright, "top left"},
		"turned PNG":   {content.PNG, turned, "top right"},
		"WebP":         {content.WebP, webp, "top left"},
		"turned WebP":  {content.WebP, turnedWebP, "top right"},
		"turned, JPEG": {content.WebP, bytes.Replace(turnedWebP, []byte(tags), []byte("Exif\x00\x00"+tags), 1), "top left"}, // its length lies
	} {
		c, _, err := read(t, test.format, test.data, content.Limits{})
		if err != nil || c.Pages[0].Text != test.want {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}
