package match

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/encoder"
	"dossier/internal/fold"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// occasion is what tells a meeting from others in a paper.
type occasion struct {
	places []string // folded words: of the time zone's town, and of the meeting's id
	title  []string // folded words of substance
}

// newOccasion gives what tells a meeting from others.
func newOccasion(m meeting.Meeting) occasion {
	var o occasion
	for _, w := range append(fold.Words(path.Base(m.TimeZone)), fold.Words(m.ID)...) {
		w = strings.TrimFunc(w, unicode.IsDigit)
		if utf8.RuneCountInString(w) >= 4 && w != "meeting" {
			o.places = append(o.places, w)
		}
	}
	for _, w := range substance(m.Title) {
		if utf8.RuneCountInString(w) >= 4 {
			o.title = append(o.title, w)
		}
	}
	return o
}

// meant holds the signs by which a paper tells its meeting.
type meant struct {
	place bool    // the town
	days  bool    // the days
	title float64 // which share of the words of the title, in this or a kindred language
	// others are days of something else, as they are written.
	others []string
}

// this tells whether the paper is about the meeting, by what it says.
func (m meant) this() bool { return m.place || m.days || m.title >= 0.3 }

// meant reads which meeting a paper is about.
func (x *Index) meant(p encoder.Paper) meant {
	whole := p.Text + "\n" + p.Subject + "\n" + fold.FileNameLine(p.FileName)
	there := fold.Words(whole)
	var m meant
	for _, place := range x.occasion.places {
		m.place = m.place || slices.ContainsFunc(there, func(w string) bool { return sameTown(place, w) })
	}
	n := 0
	for _, w := range x.occasion.title {
		if slices.ContainsFunc(there, func(v string) bool { return kindred(w, v) }) {
			n++
		}
	}
	if len(x.occasion.title) > 0 {
		m.title = float64(n) / float64(len(x.occasion.title))
	}
	starts, ends := x.roster.Meeting.Starts, x.roster.Meeting.Ends
	for _, d := range letter.RunsOfDays(whole) {
		first := starts.Month() == d.Month && d.To >= starts.Day()-1 && (ends.Month() != starts.Month() || d.From <= ends.Day()+1)
		last := ends.Month() == d.Month && d.From <= ends.Day()+1 && (ends.Month() != starts.Month() || d.To >= starts.Day()-1)
		if (first || last) && (d.Year == 0 || d.Year == starts.Year() || d.Year == ends.Year()) {
			m.days = true
		} else {
			m.others = append(m.others, whole[d.Span.From:d.Span.To])
		}
	}
	return m
}

// sameTown tells whether a word is a town's name in one of its languages: Lisbon, Lisboa, Lisbonne, لشبونة.
func sameTown(town, word string) bool {
	if fold.Arabic(word) {
		k := skeleton(town)
		return len(k) >= 3 && skeleton(word) == k
	}
	n := max(4, utf8.RuneCountInString(town)-2)
	return len(word) >= n && len(town) >= n && word[:n] == town[:n] && utf8.RuneCountInString(word) <= utf8.RuneCountInString(town)+2
}

// kindred tells whether two words are the same in kindred languages: investigation, investigación, investigacao.
func kindred(a, b string) bool {
	if a == b {
		return true
	}
	const stem = 5
	return len(a) >= stem && len(b) >= stem && a[:stem] == b[:stem]
}

// signs are the same in words, for the readers.
func (m meant) signs() []string {
	all := []string{fmt.Sprintf("title %d", int(4*m.title))}
	for sign, there := range map[string]bool{"place": m.place, "days": m.days, "other days": len(m.others) > 0, "no meeting": !m.this()} {
		if there {
			all = append(all, sign)
		}
	}
	return all
}
