package match

import (
	"cmp"
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
	// towns are the names of the meeting's town, folded, each with a blank at either end. Its town is that of its time zone.
	towns []string
	// stems are how its names of one word begin, and those of the meeting's id; the Arabic ones are listed whole, and by the
	// consonants of the Latin ones.
	stems             []stem
	arabic, skeletons map[string]bool
	title             []string // folded words of substance
}

// stem is how a word begins that may have another ending, and how many letters it has at most.
type stem struct {
	begin string
	most  int
}

// newOccasion gives what tells a meeting from others.
func newOccasion(m meeting.Meeting) occasion {
	o := occasion{arabic: map[string]bool{}, skeletons: map[string]bool{}}
	names := append(fold.Words(m.ID), fold.Words(path.Base(m.TimeZone))...)
	ids := len(names)
	if m.TimeZone != "" {
		for _, town := range letter.Towns(m.TimeZone) {
			if utf8.RuneCountInString(town) < 3 {
				continue
			}
			o.towns = append(o.towns, " "+town+" ")
			if !strings.Contains(town, " ") {
				names = append(names, town)
			}
		}
	}
	for i, w := range names {
		w = strings.TrimFunc(w, unicode.IsDigit)
		letters := []rune(w)
		if len(letters) < 4 || w == "meeting" {
			continue
		}
		if fold.Arabic(w) {
			o.arabic[w] = true
			continue
		}
		o.stems = append(o.stems, stem{string(letters[:max(4, len(letters)-2)]), len(letters) + 2})
		if k := skeleton(w); i < ids && len(k) >= 3 {
			o.skeletons[k] = true
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
	// town is another town that stands beside the meeting's days, if nothing but the days tells that the meeting is meant.
	town string
}

// leastOfTitle is the share of the title's words from which a paper speaks of the meeting.
const leastOfTitle = 0.3

// this tells whether the paper is about the meeting, by what it says.
func (m meant) this() bool { return m.place || m.days || m.title >= leastOfTitle }

// meant reads which meeting a paper is about.
func (x *Index) meant(p encoder.Paper) meant {
	whole := p.Text + "\n" + p.Subject + "\n" + fold.FileNameLine(p.FileName)
	there := fold.Words(whole)
	var m meant
	m.place = x.occasion.held(there)
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
	window := letter.Window{From: starts.AddDate(0, 0, -1), To: ends.AddDate(0, 0, 1)}
	m.days = !starts.IsZero() && slices.ContainsFunc(letter.SingleDays(whole), window.Holds)
	for _, d := range letter.RunsOfDays(whole) {
		first := starts.Month() == d.Month && d.To >= starts.Day()-1 && (ends.Month() != starts.Month() || d.From <= ends.Day()+1)
		last := ends.Month() == d.Month && d.From <= ends.Day()+1 && (ends.Month() != starts.Month() || d.To >= starts.Day()-1)
		if (first || last) && (d.Year == 0 || d.Year == starts.Year() || d.Year == ends.Year()) {
			m.days = true
			m.town = cmp.Or(m.town, townBeside(whole, d.Span))
		} else {
			m.others = append(m.others, whole[d.Span.From:d.Span.To])
		}
	}
	if m.place || m.title >= leastOfTitle {
		m.town = ""
	}
	return m
}

// townBeside gives a town that stands on the line of a run of days, at most so many bytes before or after it.
func townBeside(text string, days letter.Span) string {
	const near = 120
	before := strings.ToValidUTF8(text[max(0, days.From-near):days.From], "")
	after := clip(text[days.To:], near)
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	return letter.TownIn(before + " | " + after)
}

// held tells whether the words of a paper name the meeting's town, in any language.
func (o occasion) held(there []string) bool {
	text := " " + strings.Join(there, " ") + " "
	if slices.ContainsFunc(o.towns, func(town string) bool { return strings.Contains(text, town) }) {
		return true
	}
	return slices.ContainsFunc(there, o.town)
}

// town tells whether a word is the town's name, with another ending, or with the Arabic letters that are written on to a
// word: Софии for София, ببروكسل for بروكسل.
func (o occasion) town(word string) bool {
	if fold.Arabic(word) {
		_, first := utf8.DecodeRuneInString(word)
		return o.arabic[word] || strings.ContainsAny(word[:first], "بلوكف") && o.arabic[word[first:]] || o.skeletons[skeleton(word)]
	}
	return slices.ContainsFunc(o.stems, func(s stem) bool {
		return strings.HasPrefix(word, s.begin) && utf8.RuneCountInString(word) <= s.most
	})
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
