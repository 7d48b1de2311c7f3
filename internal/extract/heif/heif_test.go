package heif_test

import (
	"context"
	"errors"
	"image/color"
	"os"
	"sync"
	"testing"
	"time"

	"dossier/internal/extract/heif"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The pictures are white with a black square in their upper left corner.
func TestDecode(t *testing.T) {
	d := &heif.Decoder{}
	for _, name := range []string{"colours.heic", "grey.heic"} {
		c, err := d.Config(t.Context(), file(t, name))
		if err != nil || c.Width != 640 || c.Height != 416 {
			t.Errorf("%s: %d by %d, %v", name, c.Width, c.Height, err)
		}
		p, err := d.Decode(t.Context(), file(t, name))
		if err != nil {
			t.Fatal(err)
		}
		grey := func(x, y int) uint8 { return color.GrayModel.Convert(p.At(x, y)).(color.Gray).Y }
		if p.Bounds().Dx() != 640 || p.Bounds().Dy() != 416 || grey(5, 5) > 40 || grey(630, 5) < 220 || grey(5, 410) < 220 {
			t.Errorf("%s: %v, corners of %d, %d and %d", name, p.Bounds(), grey(5, 5), grey(630, 5), grey(5, 410))
		}
	}
}

// A file that is broken is refused and harms no other, also while others are decoded.
func TestBroken(t *testing.T) {
	d, good := &heif.Decoder{}, file(t, "colours.heic")
	var wg sync.WaitGroup
	for n := range 60 {
		wg.Go(func() {
			data := append([]byte{}, good[:len(good)-n*10]...)
			data[n*7%len(data)] ^= 0xff
			if _, err := d.Decode(t.Context(), data); err != nil && !fault.Because(err, meeting.ReasonCorrupt) {
				t.Errorf("%d: %v", n, err)
			}
		})
	}
	wg.Wait()
	if _, err := d.Decode(t.Context(), good); err != nil {
		t.Error(err)
	}
	if _, err := d.Decode(t.Context(), nil); !fault.Because(err, meeting.ReasonCorrupt) {
		t.Errorf("nothing: %v", err)
	}
}

// A context that has ended, or ends, stops the decoder.
func TestStops(t *testing.T) {
	d := &heif.Decoder{}
	if _, err := d.Config(t.Context(), file(t, "grey.heic")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
	defer cancel()
	for range 1000 {
		if _, err := d.Decode(ctx, file(t, "colours.heic")); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) || fault.Is(err, fault.Rejected) {
				t.Error(err)
			}
			return
		}
	}
	t.Error("it goes on")
}
