// Package letter reads nomination letters: the letters, notes verbales, mails and forms by which offices name the
// officials that they send. It reads clean text and text of OCR, in English, French, Portuguese and Arabic, and says of
// everything where it stands and how sure it is.
package letter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Span is where something stands in the text that was read, in bytes.
type Span struct{ From, To int }

// Field is something that was read: as it is written, where, and how sure that is, from 0 to 1. The zero Field is
// nothing.
type Field struct {
	Value string
	Span
	Confidence float64
}

// Role is what a nominee is in a delegation.
type Role string

// The roles in a delegation.
const (
	Member    Role = ""
	Head      Role = "head"
	Alternate Role = "alternate"
)

// Nominee is one official who is named.
type Nominee struct {
	Name      Field
	Honorific string // as it is written: "Mme", "H.E.", "السيدة"
	Position  Field
	Email     Field
	Phone     Field
	Role      Role
	// Replaces is the person named earlier in whose place this one comes.
	Replaces Field
}

// Letter is what a text says.
type Letter struct {
	// Nomination: it names somebody. A regret, a query, an invitation and a request to nominate do not.
	Nomination bool
	// Nominates: it has the words of a nomination, with or without names.
	Nominates bool
	// Declines: nobody comes, or somebody no longer does.
	Declines bool
	// Cut: the text is longer than the budget, and its end was not looked at.
	Cut bool
	// Agency is the office that nominates, not the mission or embassy that passes it on.
	Agency Field
	// Country is as it is written; CountryCode its ISO 3166-1 alpha-2 code.
	Country     Field
	CountryCode string
	Reference   Field
	// Date is the letter's own; Dated is it as a day, zero when it could not be told.
	Date      Field
	Dated     time.Time
	Nominees  []Nominee
	Signatory Field
}

// Reader reads letters. It is safe for concurrent use.
type Reader struct{ places places }

// NewReader makes a Reader; it takes the names of the world's countries from the CLDR.
func NewReader() *Reader { return &Reader{places: newPlaces()} }

// Budget bounds what one reading may cost. A zero field takes its default.
type Budget struct {
	// Text is how many bytes of the text are looked at. The default is 16 KiB: a letter with its annexes is far
	// shorter.
	Text int
}

// cut gives the beginning of a text that the budget allows.
func (b Budget) cut(text string) string {
	if most := cmp.Or(b.Text, 16<<10); len(text) > most {
		return strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// Read reads the beginning of one text, within the budget. It fails only when the context ends.
func (r *Reader) Read(ctx context.Context, text string, b Budget) (Letter, error) {
	beginning := b.cut(text)
	t := newPage(beginning)
	l := Letter{Cut: len(beginning) < len(text)}
	var cues []Span
	closing := 0
	for _, step := range []func(){
		func() { cues = t.without(t.without(t.find(nominates), asks), recalls) },
		func() { l.Nominates, l.Declines = len(cues) > 0, len(t.find(declines)) > 0 },
		func() { closing = t.closing(cues) },
		func() { l.Nominees = t.nominated(cues, closing) },
		func() { l.Nomination = l.nominates(t, cues) },
		func() { l.Agency = t.agency(cues) },
		func() { l.Country, l.CountryCode = r.places.find(t, l.Agency) },
		func() { l.Agency = r.places.trim(t, l.Agency) },
		func() { l.Reference = t.reference() },
		func() { l.Date, l.Dated = t.date(closing) },
		func() { l.Signatory = t.signatory(closing) },
	} {
		if err := ctx.Err(); err != nil {
			return Letter{}, fmt.Errorf("read letter: %w", err)
		}
		step()
	}
	if !l.Nomination {
		l.Nominees = nil
	}
	return l, nil
}

// nominated gives the people that the text may nominate, with or without the words of a nomination.
func (p *page) nominated(cues []Span, closing int) []Nominee {
	begin := len(p.text)
	if len(cues) > 0 {
		begin = p.sentence(cues[0].From)
	}
	return p.nominees(p.people(begin, closing), begin, closing)
}

// nominates reports whether the text is a nomination. One that declines as well nominates only when somebody comes in
// another's place.
func (l Letter) nominates(t *page, cues []Span) bool {
	replaces := slices.ContainsFunc(l.Nominees, func(n Nominee) bool { return n.Replaces.Value != "" })
	return len(cues) > 0 && (!l.Declines || replaces) && (len(l.Nominees) > 0 || t.forthcoming(cues))
}
