package content

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tidy mends a text as a file holds it: line ends become \n, composed characters are used (NFC), ligatures and Arabic
// presentation forms become letters (NFKC, of those alone: a superscript is no digit), and what a reader does not see
// goes: soft hyphens, direction marks, controls, characters that are none. Blanks at the ends go too.
//
// A ligature may stand for eighteen letters. After so many that the text has grown by a mebibyte, others stay as they are.
func Tidy(s string) string {
	if plainASCII(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	after := rune(0)
	grown := 0
	for _, r := range s {
		switch {
		case r == '\n' && after == '\r':
		case r == '\r', r == '\v', r == '\f', r == '\u2028', r == '\u2029', r == '\u0085':
			b.WriteByte('\n')
		case r == '\n', r == '\t':
			b.WriteRune(r)
		case r == '\u00a0', r == '\u202f', r == '\u2007':
			b.WriteByte(' ')
		case hidden(r):
		case presentation(r) && grown < mostGrowth:
			letters := strings.TrimFunc(norm.NFKC.String(string(r)), func(r rune) bool { return r == ' ' || r == 'ـ' })
			grown += max(0, len(letters)-len(string(r)))
			b.WriteString(letters)
		default:
			b.WriteRune(r)
		}
		after = r
	}
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// mostGrowth is by how many bytes ligatures may make a text longer.
const mostGrowth = 1 << 20

// Folded gives a text with each run of blanks as one space, and without those at its ends. It takes no more memory than
// the text.
func Folded(s string, blank func(rune) bool) string {
	var b strings.Builder
	b.Grow(len(s))
	for from := 0; from < len(s); {
		n := strings.IndexFunc(s[from:], func(r rune) bool { return !blank(r) })
		if n < 0 {
			break
		}
		from += n
		to := len(s)
		if n := strings.IndexFunc(s[from:], blank); n >= 0 {
			to = from + n
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s[from:to])
		from = to
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// hidden tells characters that no reader sees.
func hidden(r rune) bool {
	switch {
	case r == '\u00ad', r == '\ufeff', r == '\u200b', r == '\u200e', r == '\u200f', r == '\u061c',
		r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f', r == '\ufffe', r == '\uffff':
		return true
	}
	return unicode.Is(unicode.Cc, r)
}

// presentation tells Latin ligatures (U+FB00-FB06) and Arabic presentation forms A and B.
func presentation(r rune) bool {
	return r >= 0xfb00 && r <= 0xfb06 || r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefc
}

// Dehyphenate joins words that were parted by a hyphen at a line's end: a lower-case letter, the hyphen, and a
// lower-case letter at the next line's beginning. It is for formats with hard line ends.
func Dehyphenate(s string) string {
	if !strings.Contains(s, "-\n") && !strings.Contains(s, "\u2010\n") {
		return s
	}
	var b strings.Builder
	for more := true; more; {
		var line string
		line, s, more = strings.Cut(s, "\n")
		cut := strings.TrimSuffix(strings.TrimSuffix(line, "-"), "\u2010")
		if more && len(cut) < len(line) && ends(cut) && begins(s) {
			b.WriteString(cut)
			continue
		}
		b.WriteString(line)
		if more {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func ends(s string) bool {
	rs := []rune(s[max(0, len(s)-8):])
	return len(rs) > 1 && unicode.IsLower(rs[len(rs)-1]) && unicode.IsLetter(rs[len(rs)-2])
}

func begins(s string) bool {
	for _, r := range s {
		return unicode.IsLower(r)
	}
	return false
}
