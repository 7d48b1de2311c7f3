// Package fold makes texts comparable: without case, diacritics and typographic variants.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// plain writes the letters that Unicode does not decompose as they are commonly written without them.
var plain = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i",
	"ɛ", "e", "ɔ", "o", "ŋ", "n", "ɓ", "b", "ɗ", "d", "ƙ", "k", "ƴ", "y")

// String folds case (Unicode case folding), compatibility forms (NFKD) and marks, Arabic vowel signs and the
// tatweel too, and drops apostrophes, so that N'Diaye is NDiaye.
func String(s string) string {
	s = norm.NFKD.String(cases.Fold().String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r),
			r == 'ـ',
			r == '\'',
			r == '’',
			r == '‘',
			r == 'ʼ',
			r == '`',
			r == '´',
			r == '\u00ad':
			return -1
		}
		return r
	}, s)
	return plain.Replace(s)
}

// Arabic tells whether a text has an Arabic letter.
func Arabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x0620 && r <= 0x06ff })
}

// Words splits a text into folded words of letters and digits.
func Words(s string) []string {
	return strings.FieldsFunc(String(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
