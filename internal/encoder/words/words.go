// Package words reads a paper by its words alone: a linear model that says whether the paper nominates for the meeting, and
// who of the people named in it is nominated. It is the second, unlike reader beside the encoder: what both say is seldom
// wrong.
package words

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/encoder"
	"dossier/internal/fold"
)

// size is how many weights a model has: features are hashed into so many (weights that share a place are rare).
const size = 1 << 18

// feature is one weight's place and how strongly the paper has it.
type feature struct {
	at    uint32
	value float32
}

// features gathers the features of one thing.
type features struct{ list []feature }

func (f *features) add(parts ...string) {
	h := fnv.New32a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	f.list = append(f.list, feature{h.Sum32() % size, 1})
}

// scaled gives the features once each. Their squares add up to the same sum, be they few or many.
func (f *features) scaled(norm float64) []feature {
	slices.SortFunc(f.list, func(a, b feature) int { return int(a.at) - int(b.at) })
	list := slices.CompactFunc(f.list, func(a, b feature) bool { return a.at == b.at })
	v := float32(norm / math.Sqrt(float64(max(1, len(list)))))
	for i := range list {
		list[i].value = v
	}
	return list
}

// token is one word of a text.
type token struct {
	word     string
	from, to int
	line     int
	person   int // which person it is a part of, from 1; 0 for nobody
}

// mostTokens bounds how much of a text is looked at.
const mostTokens = 1500

// tokens parts a text into folded words. A person's name is one token, numbers are written by their length.
func tokens(p encoder.Paper) []token {
	type place struct {
		encoder.Span
		person int
	}
	var places []place
	for i, q := range p.People {
		for _, s := range q.Spans {
			places = append(places, place{s, i + 1})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return a.From - b.From })
	var all []token
	line, next := 0, 0
	end := 0 // of the last name
	text := p.Text
	for at := 0; at < len(text) && len(all) < mostTokens; {
		for next < len(places) && places[next].From < at {
			next++
		}
		if next < len(places) && places[next].From == at {
			// Namesakes share a place; each has a token there.
			s := places[next]
			for next < len(places) && places[next].From == at {
				all = append(all, token{"<p>", at, places[next].To, line, places[next].person})
				next++
			}
			end = max(s.To, at+1)
			line += strings.Count(text[at:min(end, len(text))], "\n")
			at = end
			continue
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		switch {
		case r == '\n':
			line++
		case r == '?' || r == '؟':
			all = append(all, token{"?", at, at + n, line, 0})
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			to := at
			for to < len(text) && (next >= len(places) || to < places[next].From || to == at) {
				r, n := utf8.DecodeRuneInString(text[to:])
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’' {
					break
				}
				to += n
			}
			for _, w := range fold.Words(strings.NewReplacer("'", " ", "’", " ").Replace(text[at:to])) {
				all = append(all, token{shape(w), at, to, line, 0})
			}
			n = to - at
		}
		at += n
	}
	return all
}

// shape is a word itself, or how many digits it has.
func shape(w string) string {
	if fold.HasDigit(w) {
		return "0" + string(rune('a'+min(9, utf8.RuneCountInString(w))))
	}
	return w
}

// Features of the paper, and of each person.
func read(p encoder.Paper) (paper []feature, people [][]feature) {
	all := tokens(p)
	var f features
	lines := 0
	if len(all) > 0 {
		lines = all[len(all)-1].line + 1
	}
	for i, t := range all {
		f.add("w", t.word)
		if i > 0 {
			f.add("b", all[i-1].word, t.word)
		}
		if i > 1 {
			f.add("t", all[i-2].word, all[i-1].word, t.word)
		}
		if i < 40 {
			f.add("h", t.word)
		}
		if i >= len(all)-50 {
			f.add("e", t.word)
		}
	}
	for _, w := range fold.Words(p.Subject) {
		f.add("s", shape(w))
	}
	for _, w := range fold.Words(fold.FileNameLine(p.FileName)) {
		f.add("f", shape(w))
	}
	f.add("mail", yes(p.Sender != ""))
	f.add("people", string(rune('a'+min(6, len(p.People)))))
	f.add("long", string(rune('a'+min(12, int(math.Log2(float64(1+len(all))))))))
	f.add("meeting", string(rune('a'+overlap(p.Meeting, p.Text+" "+p.Subject))))
	for _, sign := range p.Signs {
		f.add("sign", sign)
	}
	for i, q := range p.People {
		people = append(people, person(all, q, i+1, lines))
	}
	return f.scaled(4), people
}

func yes(b bool) string {
	if b {
		return "y"
	}
	return "n"
}

// overlap is how many tenths of the words of substance in one text stand in another.
func overlap(of, in string) int {
	words := map[string]bool{}
	for _, w := range fold.Words(in) {
		words[w] = true
	}
	n, m := 0, 0
	for _, w := range fold.Words(of) {
		if utf8.RuneCountInString(w) < 4 {
			continue
		}
		n++
		if words[w] {
			m++
		}
	}
	if n == 0 {
		return 0
	}
	return 10 * m / n
}

// reach is how many words around a name are looked at.
const reach = 8

// person gives the features of one person: the words around each place, and where these places are.
func person(all []token, q encoder.Person, id, lines int) []feature {
	var f features
	for _, sign := range q.Signs {
		f.add("sign", sign)
	}
	places := 0
	for i, t := range all {
		if t.person != id {
			continue
		}
		places++
		if places > 6 {
			break
		}
		for d := 1; d <= reach; d++ {
			if j := i - d; j >= 0 {
				f.add("l", all[j].word)
				f.add("l", near(d), all[j].word)
				if d > 1 {
					f.add("lb", all[j].word, all[j+1].word)
				}
			}
			if j := i + d; j < len(all) {
				f.add("r", all[j].word)
				f.add("r", near(d), all[j].word)
				if d > 1 {
					f.add("rb", all[j-1].word, all[j].word)
				}
			}
		}
		for j := i - 1; j >= 0 && j > i-60 && all[j].line >= t.line-2; j-- {
			f.add("u", string(rune('0'+t.line-all[j].line)), all[j].word)
		}
		for j := i + 1; j < len(all) && j < i+40 && all[j].line <= t.line+1; j++ {
			f.add("d", string(rune('0'+all[j].line-t.line)), all[j].word)
		}
		f.add("place", string(rune('a'+10*t.line/max(1, lines))))
		f.add("first", string(rune('a'+min(8, t.line))))
		f.add("last", string(rune('a'+min(8, lines-1-t.line))))
		alone := (i == 0 || all[i-1].line < t.line) && (i+1 == len(all) || all[i+1].line > t.line)
		f.add("alone", yes(alone))
	}
	f.add("places", string(rune('a'+min(5, places))))
	return f.scaled(3)
}

func near(d int) string {
	switch {
	case d == 1:
		return "1"
	case d <= 3:
		return "3"
	}
	return "8"
}
