package letter

import (
	"regexp"
	"strings"
)

// original begins what a mail program puts below an answer: the mail that is answered, without marks.
var original = regexp.MustCompile(`^[-_ ]*(?:original message|message d'origine|message original|mensaje original|mensagem original|` +
	`urspr.ngliche nachricht|الرساله الاصليه)[-_ ]*$`)

// Quoted gives the parts of a text that quote another mail: lines that begin with ">", and all below the line by which a mail
// program begins the mail that is answered.
func Quoted(text string) []Span {
	p := newPage(Budget{}.cut(text))
	var all []Span
	for from := 0; from < len(p.folded); {
		end := p.lineEnd(from)
		line := strings.TrimSpace(p.folded[from:end])
		switch {
		case original.MatchString(line):
			return append(all, p.span(from, len(p.folded)))
		case strings.HasPrefix(line, ">"):
			all = append(all, p.span(from, end))
		}
		from = end + 1
	}
	return all
}
