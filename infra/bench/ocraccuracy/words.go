package ocraccuracy

import (
	"strings"
	"unicode"

	"dossier/internal/extract/content"
)

// words splits a text into runs of letters and digits in lower case.
func words(s string) []string {
	separator := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return strings.FieldsFunc(strings.ToLower(content.Tidy(s)), separator)
}

// wordAccuracy is one minus the word error rate: substitutions, omissions and insertions over the words wanted. It is
// below 0 when there are more errors than words.
func wordAccuracy(want, got []string) float64 {
	row := make([]int, len(got)+1) // edit distances of a prefix of want to each prefix of got
	for j := range row {
		row[j] = j
	}
	for i, w := range want {
		diagonal := row[0]
		row[0] = i + 1
		for j, g := range got {
			cost := 1
			if w == g {
				cost = 0
			}
			next := min(diagonal+cost, row[j]+1, row[j+1]+1)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return 1 - float64(row[len(got)])/float64(len(want))
}
