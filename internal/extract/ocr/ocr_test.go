package ocr

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
)

// lined is a page of lines of dashes that run down to the right by degrees.
func lined(w, h int, degrees float64) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	slope := math.Tan(degrees * math.Pi / 180)
	for line := 60; line < h-60; line += 30 {
		for x := 50; x < w-50; x++ {
			if x/9%3 == 2 {
				continue
			}
			y := line + int(float64(x-w/2)*slope)
			for d := range 9 {
				if y+d > 0 && y+d < h {
					g.Pix[(y+d)*g.Stride+x] = 20
				}
			}
		}
	}
	return g
}

func TestSkew(t *testing.T) {
	for _, want := range []float64{-6, -3, -1, 0, 0.5, 2, 3, 7} {
		if got := skew(lined(1000, 1400, want)); math.Abs(got-want) > 0.3 {
			t.Errorf("%.1f degrees, want %.1f", got, want)
		}
		if rest := skew(Prepare(lined(1000, 1400, want))); math.Abs(rest) > 0.3 {
			t.Errorf("%.1f degrees are left of %.1f", rest, want)
		}
	}
}

func TestNothingToStraighten(t *testing.T) {
	blank := image.NewGray(image.Rect(0, 0, 500, 500))
	for i := range blank.Pix {
		blank.Pix[i] = 255
	}
	if s := skew(blank); s != 0 {
		t.Errorf("an empty page is skewed by %f", s)
	}
	if s := skew(image.NewGray(image.Rect(0, 0, 500, 500))); s != 0 {
		t.Errorf("a black picture is skewed by %f", s)
	}
}

// Shadows go, and the letters in them stay.
func TestEven(t *testing.T) {
	g := lined(800, 800, 0)
	for y := range 800 {
		for x := range 800 {
			i := y*g.Stride + x
			g.Pix[i] = uint8(float64(g.Pix[i]) * (1 - 0.6*float64(x)/800))
		}
	}
	even(g)
	if paper := g.GrayAt(770, 75).Y; paper < 220 {
		t.Errorf("paper in the shade has %d", paper)
	}
	if ink := g.GrayAt(730, 65).Y; ink > 110 {
		t.Errorf("ink in the shade has %d", ink)
	}
}

func TestSpecks(t *testing.T) {
	g := lined(800, 800, 0)
	if specked(g) {
		t.Error("letters are taken for specks")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 8000 {
		g.SetGray(r.IntN(800), r.IntN(800), color.Gray{Y: 0})
	}
	if !specked(g) {
		t.Error("specks are not seen")
	}
	if specked(Prepare(g)) {
		t.Error("specks are left")
	}
}

func TestShrunk(t *testing.T) {
	if g := Prepare(image.NewRGBA(image.Rect(0, 0, 7200, 3000))); g.Rect.Dx() != 3600 || g.Rect.Dy() != 1500 {
		t.Errorf("%v", g.Rect)
	}
}

// engine is a stand-in that answers after a while.
type engine struct {
	takes time.Duration
	err   error
}

func (e engine) Recognise(ctx context.Context, _ *image.Gray) (Text, error) {
	select {
	case <-ctx.Done():
		return Text{}, ctx.Err()
	case <-time.After(e.takes):
	}
	return Text{Lines: []string{"exam-", "ple"}, Confidence: 0.9}, e.err
}

func TestScanner(t *testing.T) {
	blank := image.NewGray(image.Rect(0, 0, 10, 10))
	for name, test := range map[string]struct {
		engine Engine
		pages  int
		limit  time.Duration // of the document
		read   int           // of three pages
		err    error
	}{
		"read":             {engine{time.Second, nil}, 9, time.Hour, 3, nil},
		"no engine":        {nil, 9, time.Hour, 0, nil},
		"budget":           {engine{time.Second, nil}, 2, time.Hour, 2, nil},
		"a page too slow":  {engine{time.Minute, nil}, 9, time.Hour, 0, nil},
		"refused page":     {engine{0, fault.Reject("x", "x")}, 9, time.Hour, 0, nil},
		"no time left":     {engine{8 * time.Second, nil}, 9, 25 * time.Second, 2, nil},
		"engine fails":     {engine{0, errors.ErrUnsupported}, 9, time.Hour, 0, errors.ErrUnsupported},
		"caller goes away": {engine{time.Minute, nil}, 9, 0, 0, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				if test.limit == 0 {
					ctx, cancel = context.WithCancel(t.Context())
					cancel()
				}
				defer cancel()
				s := NewScanner(test.engine, test.pages, 10*time.Second)
				read := 0
				for range 3 {
					var p content.Page
					if err := s.Scan(ctx, blank, &p); !errors.Is(err, test.err) {
						t.Fatalf("%v, want %v", err, test.err)
					}
					if p.Text == "example" && p.Confidence == 0.9 {
						read++
					}
				}
				if read != test.read || test.err == nil && s.Unread() != 3-read {
					t.Errorf("%d pages read, %d unread", read, s.Unread())
				}
			})
		})
	}
}

const tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
	"1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n" +
	"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tMinistry\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t90.5\tof\n" +
	"5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t80\tLabour\n5\t1\t1\t1\t2\t2\t0\t0\t9\t9\t-1\t \n"

func TestParse(t *testing.T) {
	got := parse([]byte(tsv))
	if len(got.Lines) != 2 || got.Lines[0] != "Ministry of" || got.Lines[1] != "Labour" || math.Abs(got.Confidence-0.89) > 1e-9 {
		t.Errorf("%+v", got)
	}
	if got := parse(nil); got.Lines != nil || got.Confidence != 0 {
		t.Errorf("%+v", got)
	}
}

func TestOrientation(t *testing.T) {
	out := "Page number: 0\nOrientation in degrees: 270\nRotate: 90\nOrientation confidence: 9.5\nScript: Arabic\nScript confidence: 3.1\n"
	if d, s := orientation([]byte(out)); d != 90 || s != "Arabic" {
		t.Errorf("%d %s", d, s)
	}
	if d, s := orientation([]byte("Rotate: 180\nOrientation confidence: 0.3\nScript: Latin\nScript confidence: 0.2\n")); d != 0 || s != "" {
		t.Errorf("unsure, and yet %d %s", d, s)
	}
}

func TestTurn(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 3, 2))
	g.Pix[0] = 9 // upper left
	for degrees, at := range map[int]image.Point{0: {X: 0, Y: 0}, 90: {X: 1, Y: 0}, 180: {X: 2, Y: 1}, 270: {X: 0, Y: 2}} {
		if out := turn(g, degrees); out.GrayAt(at.X, at.Y).Y != 9 {
			t.Errorf("turned by %d: %v %v", degrees, out.Rect, out.Pix)
		}
	}
}

func TestNoEngine(t *testing.T) {
	if _, err := NewTesseract(t.Context(), "no-such-program"); !errors.Is(err, ErrNoEngine) {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(tsv))
	f.Fuzz(func(t *testing.T, out []byte) {
		if got := parse(out); got.Confidence < 0 || math.IsNaN(got.Confidence) {
			t.Errorf("%+v", got)
		}
	})
}

func BenchmarkPrepare(b *testing.B) {
	g := lined(2480, 3508, 3)
	b.ReportAllocs()
	for b.Loop() {
		Prepare(g)
	}
}
