package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/encoder"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// support is what a paper has of a person beside the name.
type support struct {
	address bool    // the person's mail address
	domain  bool    // an address of the same office
	country bool    // the person's country, by any of its names
	agency  float64 // which share of the words that carry the agency's name, from 0 to 1
	acronym bool    // the initials of the agency's name
}

// points add up what speaks for a person beside the name.
func (s support) points() float64 {
	p := 0.0
	for _, w := range []struct {
		there  bool
		points float64
	}{{s.address, 3}, {s.domain && !s.address, 1.5}, {s.country, 1}, {s.acronym && s.agency < 0.6, 1}} {
		if w.there {
			p += w.points
		}
	}
	if s.agency >= 0.6 {
		p += 1.5 * s.agency
	}
	return p
}

// clues are what a paper has that may stand beside a name: made once a paper.
type clues struct {
	words     map[string]bool
	capitals  map[string]bool // words in capitals alone, in small letters
	addresses map[string]bool
	domains   map[string]bool
	countries map[string]bool // ISO 3166-1 codes
}

// clues reads a paper once for what may stand beside a name.
func (x *Index) clues(p encoder.Paper) clues {
	whole := strings.Join([]string{p.Text, p.Subject, p.FileName, p.Sender}, "\n")
	c := clues{words: setOf(smudges(fold.Words(whole))), capitals: map[string]bool{}, addresses: map[string]bool{}, domains: map[string]bool{},
		countries: map[string]bool{}}
	for _, w := range strings.FieldsFunc(whole, func(r rune) bool { return !(r >= 'A' && r <= 'Z') }) {
		if len(w) >= 3 {
			c.capitals[strings.ToLower(w)] = true
		}
	}
	for _, a := range addresses(strings.ToLower(whole)) {
		c.addresses[a] = true
		if d := domain(a); d != "" {
			c.domains[d] = true
		}
	}
	for _, code := range x.letters.Countries(whole) {
		c.countries[code] = true
	}
	return c
}

// domain is the part of an address that an office has to itself; "" for one of a mail provider that anybody may use.
func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	first, _, _ := strings.Cut(d, ".")
	if slices.Contains([]string{
		"gmail", "googlemail", "yahoo", "ymail", "hotmail", "outlook", "live", "msn", "icloud", "aol", "proton", "protonmail", "gmx",
		"mail", "orange", "free", "laposte",
	}, first) {
		return ""
	}
	return d
}

// beside is what the roster has of a person that may stand beside the name: made once a roster.
type beside struct {
	address, domain string
	country         string // ISO 3166-1 code; "" when it is not known
	words           []string
	weights         []float64 // of the words
	total           float64   // of the weights
	initials        string
}

func newBeside(p meeting.Participant, codes map[string]string) beside {
	name := substance(p.Agency)
	b := beside{address: strings.ToLower(p.Email), country: codes[p.Country], words: smudges(name)}
	b.domain = domain(b.address)
	for _, w := range b.words {
		weight := 1.0
		if common(w) {
			weight = 0.3
		}
		b.weights = append(b.weights, weight)
		b.total += weight
	}
	if a := acronymOf(name); utf8.RuneCountInString(a) >= 3 {
		b.initials = a
	}
	return b
}

// support is what a paper has of a person beside the name.
func (x *Index) support(person int, c clues) support {
	b := x.people[person].beside
	s := support{address: b.address != "" && c.addresses[b.address], domain: b.domain != "" && c.domains[b.domain],
		country: b.country != "" && c.countries[b.country], acronym: b.initials != "" && c.capitals[b.initials]}
	for i, w := range b.words {
		if c.words[w] {
			s.agency += b.weights[i] / b.total
		}
	}
	return s
}

// common tells words that stand in the names of offices everywhere.
func common(w string) bool {
	for _, stem := range []string{
		"minist", "nation", "justi", "direct", "genera", "public", "depart", "servi", "polic", "offic", "republ",
		"وزار", "العدل", "العام",
	} {
		if strings.HasPrefix(w, smudge(stem)) || strings.HasPrefix(w, stem) {
			return true
		}
	}
	return false
}

// confusable tells whether two names may be taken for each other: they share two words.
func (x *Index) confusable(a, b int) bool {
	if a == b {
		return false
	}
	n := 0
	for _, w := range x.people[a].name {
		if utf8.RuneCountInString(w) < 2 || fold.Particle(w) {
			continue
		}
		if slices.ContainsFunc(x.people[b].name, func(v string) bool { return utf8.RuneCountInString(v) > 1 && sameWord(w, v) > 0.9 }) {
			n++
		}
	}
	return n >= 2
}

// signs are the same in words, for the readers.
func (s support) signs() []string {
	all := []string{fmt.Sprintf("points %d", int(s.points()))}
	for sign, there := range map[string]bool{
		"address": s.address, "domain": s.domain, "country": s.country, "agency": s.agency >= 0.6, "acronym": s.acronym,
	} {
		if there {
			all = append(all, sign)
		}
	}
	return all
}
