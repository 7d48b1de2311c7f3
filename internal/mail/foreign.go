package mail

import (
	htmltemplate "html/template"
	"strings"
	"unicode"
)

// Isolates: what stands between them does not turn the words around it, in whichever direction it is written (Unicode
// Standard Annex 9, section 2.4).
const (
	isolate = '\u2068'
	endOf   = '\u2069'
)

// foreign gives words that others chose, such as names, for a place within a mail's own: in one line, and so that they
// do not turn the words around them.
func foreign(s, dir string) string {
	s = oneLine(strings.Map(func(r rune) rune {
		if turns(r) {
			return -1
		}
		return r
	}, s))
	if s == "" || dir == "ltr" && !strings.ContainsFunc(s, isRightToLeft) {
		return s
	}
	return string(isolate) + s + string(endOf)
}

// turns tells whether a character is one that only changes the direction of others: a file name can hide its ending
// by these.
func turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// oneLine gives a text without the line breaks and control characters that a file name may hold.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029'
	}), " ")
}

// markup gives a text as HTML, with an element in place of each pair of isolates, which some mail programs show as
// boxes.
func markup(s string) htmltemplate.HTML {
	escaped := htmltemplate.HTMLEscapeString(s)
	return htmltemplate.HTML(strings.NewReplacer(string(isolate), "<bdi>", string(endOf), "</bdi>").Replace(escaped))
}
