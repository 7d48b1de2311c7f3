package staff

import "dossier/internal/meeting"

// chart is the balance of one group of people.
type chart struct {
	Name string
	// Key is set if Name is a key of words.
	Key bool
	meeting.Tally
	Bars []bar
}

// bar is one bar of a chart, with its place out of a hundred.
type bar struct {
	Class    string
	From, To float64
}

// Width is the bar's length.
func (b bar) Width() float64 { return b.To - b.From }

// newChart makes the bars of a group; the whole length stands for most people.
func newChart(name string, key bool, t meeting.Tally, most int) chart {
	c := chart{Name: name, Key: key, Tally: t}
	at, all := 0.0, float64(max(1, most))
	for _, x := range []struct {
		class string
		n     int
	}{{"women", t.Women}, {"men", t.Men}, {"other", t.Other}, {"unsaid", t.Unknown}} {
		if x.n > 0 {
			to := at + 100*float64(x.n)/all
			c.Bars = append(c.Bars, bar{x.class, at, to})
			at = to
		}
	}
	return c
}
