package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/picture"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// corner is a scanner that says in which corner the black square of a picture is.
type corner struct{ seen int }

func (c *corner) Ready() bool { return true }
func (c *corner) Skip()       {}

func (c *corner) Scan(_ context.Context, p image.Image, page *content.Page) error {
	c.seen++
	b := p.Bounds()
	for name, at := range map[string]image.Point{"top left": {X: 5, Y: 5}, "top right": {X: b.Dx() - 6, Y: 5}, "bottom left": {X: 5, Y: b.Dy() - 6}, "bottom right": {X: b.Dx() - 6, Y: b.Dy() - 6}} {
		if color.GrayModel.Convert(p.At(b.Min.X+at.X, b.Min.Y+at.Y)).(color.Gray).Y < 100 {
			page.Text += name
		}
	}
	return nil
}

// reader is one for all tests, for it takes long to start with a HEIF.
var reader = sync.OnceValue(func() *picture.Reader { return &picture.Reader{} })

// marked is a white picture with a black square in its upper left corner.
func marked(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for y := range 40 {
		for x := range 40 {
			g.Pix[y*g.Stride+x] = 0
		}
	}
	return g
}

func read(t *testing.T, f content.Format, data []byte, limits content.Limits) (*content.Content, *corner, error) {
	t.Helper()
	s := &corner{}
	c, err := reader().Read(t.Context(), f, bytes.NewReader(data), int64(len(data)), limits.WithDefaults(), s)
	return c, s, err
}

func asPNG(t testing.TB, g image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif is a JPEG with an orientation in its Exif segment.
func withExif(t testing.TB, g image.Image, orientation byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00")
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...)
}

// TIFF writes grey pages without compression, each with an orientation.
func asTIFF(pages []*image.Gray, orientations []uint16) []byte {
	b := bytes.NewBuffer([]byte("II*\x00\x00\x00\x00\x00"))
	last := 4 // where the pointer to the next directory stands
	for i, g := range pages {
		strip := b.Len()
		b.Write(g.Pix)
		if b.Len()%2 == 1 {
			b.WriteByte(0)
		}
		binary.LittleEndian.PutUint32(b.Bytes()[last:], uint32(b.Len()))
		entries := [][2]uint32{{256, uint32(g.Rect.Dx())}, {257, uint32(g.Rect.Dy())}, {258, 8}, {259, 1}, {262, 1}, {273, uint32(strip)}, {274, uint32(orientations[i])}, {277, 1}, {278, uint32(g.Rect.Dy())}, {279, uint32(len(g.Pix))}}
		_ = binary.Write(b, binary.LittleEndian, uint16(len(entries)))
		for _, e := range entries {
			_ = binary.Write(b, binary.LittleEndian, [2]uint16{uint16(e[0]), 4})
			_ = binary.Write(b, binary.LittleEndian, [2]uint32{1, e[1]})
		}
		last = b.Len()
		b.Write(make([]byte, 4))
	}
	return b.Bytes()
}

func TestOrientation(t *testing.T) {
	want := []string{"top left", "top right", "bottom right", "bottom left", "top left", "top right", "bottom right", "bottom left"}
	for i, w := range want {
		c, _, err := read(t, content.JPEG, withExif(t, marked(400, 600), byte(i+1)), content.Limits{})
		if err != nil || c.Pages[0].Text != w {
			t.Errorf("orientation %d: %+v %v, want %s", i+1, c.Pages, err, w)
		}
	}
}

// turned is a HEIF whose picture is turned to the left by quarters, as its property irot says (ISO/IEC 23008-12, 6.5.10).
func turned(t testing.TB, quarters byte) []byte {
	t.Helper()
	data, err := os.ReadFile("../heif/testdata/colours.heic")
	if err != nil {
		t.Fatal(err)
	}
	at := func(box string) int {
		i := bytes.Index(data, []byte(box))
		if i < 0 {
			t.Fatalf("no box %s", box)
		}
		return i - 4
	}
	grow := func(at, by int) {
		binary.BigEndian.PutUint32(data[at:], binary.BigEndian.Uint32(data[at:])+uint32(by))
	}
	const irot, association = 9, 1
	grow(at("iloc")+20, irot+association) // where the pixels are
	for box, by := range map[string]int{"meta": irot + association, "iprp": irot + association, "ipco": irot, "ipma": association} {
		grow(at(box), by)
	}
	list := at("ipma")
	end := list + int(binary.BigEndian.Uint32(data[list:])) - association
	data[list+18]++ // properties of the picture
	out := append(bytes.Clone(data[:list]), 0, 0, 0, irot, 'i', 'r', 'o', 't', quarters)
	out = append(append(out, data[list:end]...), 0x80|data[list+18])
	return append(out, data[end:]...)
}

func TestHEIF(t *testing.T) {
	for quarters, want := range []string{"top left", "bottom left", "bottom right", "top right"} {
		c, _, err := read(t, content.HEIC, turned(t, byte(quarters)), content.Limits{})
		if err != nil || c.Pages[0].Text != want {
			t.Errorf("%d quarters: %+v %v, want %s", quarters, c.Pages, err, want)
		}
	}
}

func TestTIFF(t *testing.T) {
	data := asTIFF([]*image.Gray{marked(400, 600), marked(500, 400), marked(400, 400)}, []uint16{1, 3, 6})
	c, _, err := read(t, content.TIFF, data, content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.Pages {
		got = append(got, p.Text)
	}
	if s := strings.Join(got, ", "); s != "top left, bottom right, top right" {
		t.Error(s)
	}
}

func TestSmallPicturesAreNoPages(t *testing.T) {
	for size, scans := range map[image.Point]int{{X: 120, Y: 80}: 0, {X: 517, Y: 147}: 1, {X: 147, Y: 517}: 1, {X: 700, Y: 60}: 0, {X: 250, Y: 250}: 0} {
		c, s, err := read(t, content.PNG, asPNG(t, marked(size.X, size.Y)), content.Limits{})
		if err != nil || s.seen != scans || len(c.Pages) != 1 {
			t.Errorf("%v: %d scans, %+v %v", size, s.seen, c.Pages, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	circle := asTIFF([]*image.Gray{marked(400, 400)}, []uint16{1})
	copy(circle[len(circle)-4:], circle[4:8])
	good := asPNG(t, marked(400, 400))
	for name, test := range map[string]struct {
		format content.Format
		data   []byte
		limits content.Limits
		reason meeting.Reason
	}{
		"HEIF cut short":    {content.HEIC, turned(t, 0)[:500], content.Limits{}, meeting.ReasonCorrupt},
		"HEIF, pixels":      {content.HEIC, turned(t, 0), content.Limits{Pixels: 1000}, meeting.ReasonTooLarge},
		"HEIF of nothing":   {content.HEIC, []byte("\x00\x00\x00\x0cftypheic"), content.Limits{}, meeting.ReasonCorrupt},
		"pages in a circle": {content.TIFF, circle, content.Limits{}, meeting.ReasonCorrupt},
		"cut short":         {content.PNG, good[:len(good)-30], content.Limits{}, meeting.ReasonCorrupt},
		"too many pixels":   {content.PNG, good, content.Limits{Pixels: 1000}, meeting.ReasonTooLarge},
		"whole file":        {content.PNG, good, content.Limits{Whole: 10}, meeting.ReasonTooLarge},
		"too many pages":    {content.TIFF, asTIFF([]*image.Gray{marked(300, 300), marked(300, 300)}, []uint16{1, 1}), content.Limits{Pages: 1}, meeting.ReasonTooLarge},
		"no TIFF":           {content.TIFF, []byte("II*\x00\xff\xff\xff\x7f"), content.Limits{}, meeting.ReasonCorrupt},
	} {
		if _, _, err := read(t, test.format, test.data, test.limits); !fault.Because(err, test.reason) {
			t.Errorf("%s: %v, want %s", name, err, test.reason)
		}
	}
}

func FuzzTIFF(f *testing.F) {
	f.Add(asTIFF([]*image.Gray{marked(300, 300)}, []uint16{6}))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.TIFF, data) })
}

func FuzzJPEG(f *testing.F) {
	f.Add(withExif(f, marked(300, 300), 6))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.JPEG, data) })
}

func FuzzPNG(f *testing.F) {
	f.Add(asPNG(f, marked(300, 300)))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.PNG, data) })
}

func FuzzWebP(f *testing.F) {
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.WebP, data) })
}

func FuzzHEIF(f *testing.F) {
	f.Add(turned(f, 1))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.HEIC, data) })
}

func fuzzed(t *testing.T, f content.Format, data []byte) {
	_, _, err := read(t, f, data, content.Limits{Pixels: 1 << 20})
	if err != nil && !fault.Is(err, fault.Rejected) {
		t.Errorf("neither read nor refused: %v", err)
	}
}
