package match

import (
	"context"
	"strings"
)

// effort is the work that one match may still do. A step is a comparison of two words, or a look at a candidate.
type effort struct {
	ctx     context.Context
	steps   int // taken
	most    int
	checked int // steps when the context was last looked at
	// cut: something of the document was not looked at.
	cut bool
	err error
}

// between is how many steps are taken between two looks at the context: some milliseconds.
const between = 4 << 10

// more takes steps, and reports whether the match may go on.
func (e *effort) more(steps int) bool {
	e.steps += steps
	if e.steps > e.most {
		e.cut = true
		return false
	}
	if e.steps-e.checked >= between {
		e.checked = e.steps
		e.err = e.ctx.Err()
	}
	return e.err == nil
}

// stopped reports whether the match has to end.
func (e *effort) stopped() bool { return e.err != nil || e.steps > e.most }

// acrossScripts is how many steps more it takes to compare two words of different scripts.
const acrossScripts = 20

// same is how alike two words of names are.
func (e *effort) same(a, b string) float64 {
	e.steps++
	if foreign(a) != foreign(b) {
		e.steps += acrossScripts
	}
	return sameWord(a, b)
}

// clip is the beginning of a text, at most so many bytes.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
