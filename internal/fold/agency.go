package fold

import (
	"slices"
	"strings"
)

// AgencyKey identifies an agency of a roster by its name and country, without regard to case, marks and punctuation.
func AgencyKey(agency, country string) string {
	return strings.Join(Words(agency), " ") + "|" + String(strings.TrimSpace(country))
}

// AgencyWording is the folded name by which an agency's way to write its name is remembered.
func AgencyWording(agency string) string { return strings.Join(Words(agency), " ") }

// SameAgency reports whether two names of an agency share at least two words of substance, and those are at least two
// thirds of the shorter name.
func SameAgency(a, b string) bool {
	small := []string{"of", "the", "and", "et", "for", "pour", "l", "d", "s"}
	words := func(s string) []string {
		return slices.DeleteFunc(Words(s), func(w string) bool { return Particle(w) || slices.Contains(small, w) })
	}
	x, y := words(a), words(b)
	common := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			common++
		}
	}
	return common >= 2 && common*3 >= min(len(x), len(y))*2
}

// Particle reports whether a folded word is a particle of names, such as "de", "van" or "al".
func Particle(word string) bool {
	return slices.Contains([]string{
		"de", "da", "do", "dos", "das", "du", "des", "van", "der", "den", "von",
		"bin", "ben", "ibn", "bint", "el", "al", "ould", "la", "le", "e", "y",
	}, word)
}
