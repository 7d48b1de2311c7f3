package fold

import (
	"slices"
	"strings"
	"unicode"
)

// FileNamePattern is the part of a file's name by which its sender can be known again: its words without numbers and
// without words that everybody uses. It is empty when less than four letters are left.
func FileNamePattern(fileName string) string {
	common := []string{
		"presentation", "presentations", "slides", "slide", "deck", "final", "finale", "finales", "version", "draft",
		"copy", "copie", "rev", "new", "nouveau", "nouvelle", "nomination", "letter", "lettre", "carta", "designation",
		"designacao", "nomeacao", "apresentacao", "diapositives", "diaporama", "session", "seance", "sessao", "meeting",
		"reunion", "reuniao", "scan", "scanned", "doc", "document", "documento", "ppt", "pptx", "pdf", "img", "image",
		"untitled", "sans", "titre", "titled", "the", "for", "and", "of", "de", "du", "la", "le", "pour", "para", "da",
		"do", "corrected", "corrige", "updated", "عرض", "خطاب", "ترشيح", "رسالة",
	}
	var own []string
	for _, w := range Words(FileNameLine(fileName)) {
		if HasDigit(w) || len([]rune(w)) < 2 || slices.Contains(common, w) {
			continue
		}
		own = append(own, w)
	}
	if pattern := strings.Join(own, " "); len([]rune(pattern)) >= 4 {
		return pattern
	}
	return ""
}

// FileNameLine writes a file's name as a line of words, without its extension. The characters _ and . part words, and
// so does a capital after a small letter.
func FileNameLine(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		if r == '_' || r == '.' {
			r = ' '
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// HasDigit reports whether a word has a digit of any script.
func HasDigit(word string) bool { return strings.ContainsFunc(word, unicode.IsDigit) }
