package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// word is one folded word of a text, and the bytes where it stands.
type word struct {
	folded   string
	from, to int
	raised   bool // begins with a capital, or is of a script that has none
	// dotted: it is one capital with a full stop, as an initial is.
	dotted bool
}

// reading is one way to part a text into words. An apostrophe is a part of N'Diaye and parts d'Amina; a capital after a
// small letter parts AminaDiallo and is a part of McKay. So a text is read in each way.
type reading struct{ apostrophes, capitals bool }

func readings() []reading { return []reading{{}, {apostrophes: true}, {capitals: true}, {true, true}} }

const apostrophes = "'’‘ʼ`´"

// words parts a text.
func (how reading) words(text string) []word {
	var all []word
	var now strings.Builder
	start, end := -1, 0
	var before rune
	flush := func() {
		if start >= 0 {
			first, _ := utf8.DecodeRuneInString(text[start:])
			raised := unicode.IsLetter(first) && !unicode.IsLower(first)
			w := word{folded: now.String(), from: start, to: end, raised: raised}
			w.dotted = utf8.RuneCountInString(w.folded) == 1 && unicode.IsUpper(first) && strings.HasPrefix(text[end:], ".")
			all = append(all, w)
		}
		start = -1
		now.Reset()
	}
	for at, r := range text {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			size = 1
		}
		switch folded := foldRune(r); {
		case strings.ContainsRune(apostrophes, r):
			if how.apostrophes {
				flush()
			}
		case folded == "" && unicode.IsPrint(r) && r != utf8.RuneError || r == '\u00ad':
			if start >= 0 { // a mark belongs to the letter before it
				end = at + size
			}
		case isWord(folded):
			if how.capitals && unicode.IsUpper(r) && unicode.IsLower(before) {
				flush()
			}
			if start < 0 {
				start = at
			}
			now.WriteString(folded)
			end = at + size
		default:
			flush()
		}
		if !unicode.Is(unicode.Mn, r) {
			before = r
		}
	}
	flush()
	return all
}

// foldRune folds one letter. Of Arabic, final forms that are written for each other are one.
func foldRune(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	switch r {
	case 'ة':
		return "ه"
	case 'ى':
		return "ي"
	}
	return fold.String(string(r))
}

func isWord(folded string) bool {
	return folded != "" && !strings.ContainsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// address is a mail address in a text, and the bytes where it stands.
type address struct {
	text     string
	from, to int
}

// addresses finds everything in a text that has the shape of a mail address, whole: ana@x.example is not in
// diana@x.example.
func addresses(text string) []address {
	var all []address
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '@')
		if i < 0 {
			return all
		}
		at := from + i
		a := len(strings.TrimRightFunc(text[from:at], local)) + from
		b := len(text) - len(strings.TrimLeftFunc(text[at+1:], domain))
		a += len(text[a:at]) - len(strings.TrimLeft(text[a:at], "'.-"))
		b -= len(text[at+1:b]) - len(strings.TrimRight(text[at+1:b], ".-"))
		if a < at && b > at+1 {
			all = append(all, address{text[a:b], a, b})
		}
		from = max(b, at+1)
	}
}

func local(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("._%+-'!#$&*?^~", r)
}

func domain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-'
}
