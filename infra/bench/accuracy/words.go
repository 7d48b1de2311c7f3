package accuracy

import (
	"strings"
	"unicode"

	"dossier/internal/extract/content"
)

// words counts the words of texts: runs of letters and digits in lower case, ligatures and presentation forms folded.
func words(texts ...string) map[string]int {
	separator := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	m := map[string]int{}
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(strings.ToLower(t), separator) {
			m[content.Tidy(w)]++
		}
	}
	return m
}

// f1 compares two counts of words: the harmonic mean of precision and recall. It returns the size of the reference too.
func f1(reference, found map[string]int) (f1 float64, size int) {
	other, both := 0, 0
	for w, n := range reference {
		size += n
		both += min(n, found[w])
	}
	for _, n := range found {
		other += n
	}
	if size+other == 0 {
		return 1, 0
	}
	return 2 * float64(both) / float64(size+other), size
}
