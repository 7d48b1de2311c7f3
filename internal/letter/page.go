package letter

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// page is a text with its folded form: without case, marks and the spellings in which Arabic letters vary. Patterns are
// looked for in the folded form, and each of its bytes knows where it comes from.
type page struct {
	text   string
	folded string
	origin []int // by byte of folded, and one more for the end
}

func newPage(text string) *page {
	var b strings.Builder
	origin := make([]int, 0, len(text)+1)
	for i, r := range text {
		var s string
		switch {
		case r < utf8.RuneSelf:
			s = string(unicode.ToLower(r))
		case r == 'ة':
			s = "ه"
		case r == 'ى':
			s = "ي"
		case r == '’' || r == '‘' || r == 'ʼ':
			s = "'" // patterns say where an apostrophe may stand
		case r >= '٠' && r <= '٩':
			s = string('0' + r - '٠')
		case r >= '۰' && r <= '۹':
			s = string('0' + r - '۰')
		default:
			s = fold.String(string(r))
		}
		for range len(s) {
			origin = append(origin, i)
		}
		b.WriteString(s)
	}
	return &page{text: text, folded: b.String(), origin: append(origin, len(text))}
}

// span is the place in the text of a place in the folded form.
func (p *page) span(from, to int) Span { return Span{p.origin[from], p.origin[to]} }

// find gives the places of a pattern in the text.
func (p *page) find(pattern *regexp.Regexp) []Span {
	var all []Span
	for _, m := range pattern.FindAllStringIndex(p.folded, -1) {
		all = append(all, p.span(m[0], m[1]))
	}
	return all
}

// group gives the places of a pattern's first group.
func (p *page) group(pattern *regexp.Regexp) []Span {
	var all []Span
	for _, m := range pattern.FindAllStringSubmatchIndex(p.folded, -1) {
		if m[2] >= 0 {
			all = append(all, p.span(m[2], m[3]))
		}
	}
	return all
}

// field takes what stands at a place, blanks at the ends and the signs around it cut off.
func (p *page) field(s Span, confidence float64) Field {
	for s.From < s.To {
		r, n := utf8.DecodeRuneInString(p.text[s.From:s.To])
		if !unicode.IsSpace(r) && !strings.ContainsRune(",;:.-–—•*()\"«»“”", r) {
			break
		}
		s.From += n
	}
	for s.From < s.To {
		r, n := utf8.DecodeLastRuneInString(p.text[s.From:s.To])
		if !unicode.IsSpace(r) && !strings.ContainsRune(",;:-–—•*(\"«“”،؛", r) &&
			(r != '.' || initial(p.text[s.From:s.To])) &&
			(r != ')' || strings.Contains(p.text[s.From:s.To], "(")) {
			break
		}
		s.To -= n
	}
	if s.From >= s.To {
		return Field{}
	}
	return Field{Value: strings.Join(strings.Fields(p.text[s.From:s.To]), " "), Span: s, Confidence: confidence}
}

// initial tells whether a text ends with an initial's point, which belongs to it.
func initial(s string) bool {
	rs := []rune(s)
	return len(rs) >= 3 && unicode.IsUpper(rs[len(rs)-2]) && !unicode.IsLetter(rs[len(rs)-3])
}

// lineOf is the line around a place.
func (p *page) lineOf(at int) Span {
	from := strings.LastIndexByte(p.text[:at], '\n') + 1
	to := strings.IndexByte(p.text[at:], '\n')
	if to < 0 {
		return Span{from, len(p.text)}
	}
	return Span{from, at + to}
}

// sentence is where the sentence or paragraph around a place begins.
func (p *page) sentence(at int) int {
	for i := at; i > 0; i-- {
		if p.text[i-1] == '\n' && (i < 2 || p.text[i-2] == '\n') {
			return i
		}
		if (p.text[i-1] == '.' || p.text[i-1] == ';') && i < len(p.text) &&
			(p.text[i] == '\n' || i+1 < len(p.text) && p.text[i] == ' ' && !abbreviated(p.text[:i])) {
			return i
		}
	}
	return 0
}

// abbreviated tells whether a text ends with a short word and its point, such as "Mr." or "No.".
func abbreviated(s string) bool {
	s = strings.TrimSuffix(s, ".")
	i := strings.LastIndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	return len([]rune(s[i+1:])) <= 4
}

// part is the folded text of a pattern's group in a match; "" for a group that took no part.
func (p *page) part(match []int, group int) string {
	if match[2*group] < 0 {
		return ""
	}
	return p.folded[match[2*group]:match[2*group+1]]
}

// before is the folded text of at most n bytes before a place; after what follows it.
func (p *page) before(at, n int) string { return newFold(p.text[max(0, at-n):at]) }
func (p *page) after(at, n int) string  { return newFold(p.text[at:min(len(p.text), at+n)]) }

// newFold folds a piece of text as a page is.
func newFold(s string) string { return newPage(strings.ToValidUTF8(s, "")).folded }

// without drops the places that a pattern, which ends with the text in question, covers.
func (p *page) without(places []Span, pattern *regexp.Regexp) []Span {
	asked := p.find(pattern)
	var kept []Span
	for _, s := range places {
		covered := false
		for _, a := range asked {
			covered = covered || s.From < a.To && s.To > a.From
		}
		if !covered {
			kept = append(kept, s)
		}
	}
	return kept
}

// boundary is the first place from at on where a character begins.
func (p *page) boundary(at int) int {
	for at < len(p.text) && !utf8.RuneStart(p.text[at]) {
		at++
	}
	return at
}
