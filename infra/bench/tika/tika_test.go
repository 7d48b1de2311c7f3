package tika

import (
	"errors"
	"testing"
	"time"
)

// Each file is read once to warm up and then so many rounds; an error names the file and ends the run.
func TestMeasure(t *testing.T) {
	a, b := &document{}, &document{}
	reads := 0
	err := measure([]*document{a, b}, 3, func(d *document) (*time.Duration, error) {
		reads++
		time.Sleep(time.Millisecond)
		return &d.ours, nil
	})
	if err != nil || reads != 8 || a.ours < time.Millisecond || b.ours < time.Millisecond {
		t.Errorf("%d reads, %v and %v, %v", reads, a.ours, b.ours, err)
	}
	fails := errors.New("no")
	fail := func(d *document) (*time.Duration, error) { return &d.tika, fails }
	if err := measure([]*document{a}, 1, fail); !errors.Is(err, fails) {
		t.Error(err)
	}
	a.ours, b.ours = 100*time.Millisecond, 300*time.Millisecond
	if n := perSecond([]*document{a, b}, func(d *document) time.Duration { return d.ours }); n != 5 {
		t.Errorf("%v a second", n)
	}
}
