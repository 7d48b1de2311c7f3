// Package language tells which languages a text is in, by script and by a small statistical model.
package language

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"

	"dossier/internal/extract/content"
)

// Detector tells languages. It is safe for concurrent use.
type Detector struct {
	latin, arabic whatlanggo.Options
}

// NewDetector makes a Detector for the languages of the meetings: among texts in Latin letters it chooses between
// English, French, Portuguese and Spanish, among those in Arabic letters between Arabic, Persian and Urdu. A text in
// another script may be of any language that the model knows.
func NewDetector() *Detector {
	only := func(langs ...whatlanggo.Lang) whatlanggo.Options {
		o := whatlanggo.Options{Whitelist: map[whatlanggo.Lang]bool{}}
		for _, l := range langs {
			o.Whitelist[l] = true
		}
		return o
	}
	return &Detector{
		latin:  only(whatlanggo.Eng, whatlanggo.Fra, whatlanggo.Por, whatlanggo.Spa),
		arabic: only(whatlanggo.Arb, whatlanggo.Pes, whatlanggo.Urd),
	}
}

const (
	chunk   = 300     // letters that are told apart at once: enough to be sure, few enough to see a change of language
	short   = 60      // letters that suffice when a page ends
	longest = 4 << 10 // bytes of a line that are looked at
	samples = 16      // chunks that are looked at, spread over the text, so that a long one costs no more
	fewest  = 20      // letters below which nobody can tell
)

// Shares gives the languages of a document's pages, notes too, the most used first; shares under a fiftieth are left
// out, and a text with less than 20 letters has none.
func (d *Detector) Shares(pages []content.Page) []content.LanguageShare {
	weights := map[string]int{}
	total := 0
	for _, c := range spread(chunks(pages)) {
		lang := d.tell(c.text)
		if lang == "" {
			continue
		}
		weights[lang] += c.letters
		total += c.letters
	}
	if total < fewest {
		return nil
	}
	var shares []content.LanguageShare
	for lang, n := range weights {
		if s := float64(n) / float64(total); s >= 0.02 {
			shares = append(shares, content.LanguageShare{Language: lang, Share: s})
		}
	}
	slices.SortFunc(shares, func(a, b content.LanguageShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), strings.Compare(a.Language, b.Language))
	})
	return shares
}

// tell gives one text's language as a BCP 47 primary tag; "" when its letters are of none.
func (d *Detector) tell(text string) string {
	var options whatlanggo.Options
	switch whatlanggo.DetectScript(text) {
	case nil:
		return ""
	case unicode.Latin:
		options = d.latin
	case unicode.Arabic:
		options = d.arabic
	}
	return whatlanggo.DetectLangWithOptions(text, options).Iso6391()
}

type piece struct {
	text    string
	letters int
}

// chunks cuts the text at line ends into pieces of one script and some 300 letters.
func chunks(pages []content.Page) []piece {
	var c cutter
	for _, p := range pages {
		if c.letters >= short { // a new page may well be in another language
			c.cut()
		}
		for _, text := range []string{p.Title, p.Text, p.Notes} {
			for line := range strings.Lines(text) {
				c.line(line)
			}
		}
	}
	c.cut()
	return c.all
}

// cutter gathers lines into pieces.
type cutter struct {
	all     []piece
	text    strings.Builder
	letters int
	arabic  bool
}

// cut ends a piece.
func (c *cutter) cut() {
	if c.letters > 0 {
		c.all = append(c.all, piece{c.text.String(), c.letters})
	}
	c.text.Reset()
	c.letters = 0
}

// line adds a line, to a new piece if the one before is long enough or in another script.
func (c *cutter) line(line string) {
	letters, arabic := 0, 0
	for _, r := range line {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		if r >= 0x0600 && r <= 0x08ff {
			arabic++
		}
	}
	if letters == 0 {
		return
	}
	if mostly := 2*arabic > letters; mostly != c.arabic || c.letters >= chunk {
		c.cut()
		c.arabic = mostly
	}
	c.text.WriteString(beginning(line))
	c.text.WriteByte(' ')
	c.letters += letters
}

// beginning is as much of a line as tells its language: the model's cost grows with the text.
func beginning(line string) string {
	if len(line) <= longest {
		return line
	}
	return strings.ToValidUTF8(line[:longest], "")
}

// spread picks chunks evenly over the text.
func spread(all []piece) []piece {
	if len(all) <= samples {
		return all
	}
	out := make([]piece, samples)
	for i := range out {
		out[i] = all[i*len(all)/samples]
	}
	return out
}
