package large

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"

	"dossier/internal/fold"
)

// bears takes off a reading what the paper does not say of offices and numbers. It fails with ErrUnfounded when the words
// that show the act, or the name of somebody who would be filed, do not stand there: then nothing of the reading counts.
func (q Question) bears(r *Reading) error {
	there := fold.Words(strings.Join([]string{q.Text, q.Subject, q.Sender, fold.FileNameLine(q.FileName), q.Author}, "\n"))
	decides := r.Presents || r.Act.Nominates()
	if decides && !stands(r.Words, there) {
		return fmt.Errorf("%w: the words that show what it does", ErrUnfounded)
	}
	kept := r.People[:0]
	for _, p := range r.People {
		switch {
		case stands(p.Name, there):
			kept = append(kept, p)
		case decides && (p.Role.Nominated() || p.Role == Presenter):
			return fmt.Errorf("%w: a name", ErrUnfounded)
		}
	}
	r.People = kept
	if !stands(r.Agency, there) {
		r.Agency, r.Country = "", ""
	}
	if !stands(r.Reference, there) {
		r.Reference = ""
	}
	return nil
}

// stands tells whether words stand in a text side by side, in any order: all of up to three, all but one of more, as OCR
// spoils some and a line end may part them.
func stands(said string, there []string) bool {
	words := fold.Words(said)
	if len(words) == 0 {
		return false
	}
	missing := 0
	if len(words) > 3 {
		missing = 1 + len(words)/8
	}
	for i, w := range there {
		if !slices.ContainsFunc(words[:missing+1], func(s string) bool { return same(s, w) }) {
			continue
		}
		from, to := max(0, i-len(words)), min(len(there), i+2*len(words)+2)
		lost := 0
		for _, s := range words {
			if !slices.ContainsFunc(there[from:to], func(t string) bool { return same(s, t) }) {
				lost++
			}
		}
		if lost <= missing {
			return true
		}
	}
	return false
}

// same tells whether two words are one, or differ by the one letter that OCR may have spoilt.
func same(a, b string) bool {
	if a == b {
		return true
	}
	const spoilt = 5 // letters from which on one may be wrong
	n, m := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	return n >= spoilt && m >= spoilt && n-m <= 1 && m-n <= 1 && levenshtein.Distance(a, b, nil) <= 1
}
