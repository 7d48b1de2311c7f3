package match

import (
	"strings"

	"dossier/internal/encoder"
)

// Named is a person of the roster with the places where a text names that person.
type Named struct {
	Participant string
	Places      []encoder.Span
	person      int
	best        strength
}

// namedIn finds the people named in a text. A family name alone counts for somebody only who is named more fully too.
func (x *Index) namedIn(e *effort, text string, most int) []Named {
	var all []Named
	at := map[int]int{} // by person
	offset, n := 0, 0
	for line := range strings.Lines(text) {
		start := offset
		offset += len(line)
		for from, cell := range cells(strings.TrimRight(line, "\r\n")) {
			for _, p := range cut(cell) {
				for _, m := range x.phrase(e, titleZone, cell, p, most-n) {
					n++
					i, ok := at[m.person]
					if !ok {
						i = len(all)
						at[m.person] = i
						all = append(all, Named{Participant: x.people[m.person].ID, person: m.person, best: m.strength})
					}
					begin := start + from + m.at
					all[i].Places = append(all[i].Places, encoder.Span{From: begin, To: begin + len(m.written)})
					all[i].best = min(all[i].best, m.strength)
				}
				if e.stopped() {
					break
				}
			}
		}
	}
	kept := all[:0]
	for _, p := range all {
		if p.best < oneWord {
			kept = append(kept, p)
		}
	}
	return kept
}

// cells gives the cells of a table's row, with the place in the line where each begins. A line of no table is one cell.
func cells(line string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		from := 0
		for cell := range strings.SplitSeq(line, "\t") {
			if !yield(from, cell) {
				return
			}
			from += len(cell) + 1
		}
	}
}
