// Package letter reads nomination letters: the letters, notes verbales, mails and forms by which offices name the officials
// that they send. It reads clean text and text of OCR, in English, French, Portuguese and Arabic, and says of everything
// where it stands and how sure it is.
package letter

import (
	"slices"
	"strings"
	"time"
)

// Span is where something stands in the text that was read, in bytes.
type Span struct{ From, To int }

// Field is something that was read: as it is written, where, and how sure that is, from 0 to 1. The zero Field is nothing.
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
	// Nominates: it has the words of a nomination, whoever is named.
	Nominates bool
	// Declines: nobody comes, or somebody no longer does.
	Declines bool
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

// longest is how many bytes of a text are looked at: a letter with its annexes is far shorter.
const longest = 16 << 10

// Read reads one text.
func (r *Reader) Read(text string) Letter {
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "")
	}
	t := newPage(text)
	var l Letter
	cues := t.find(nominates)
	cues = t.without(cues, asks)
	cues = t.without(cues, recalls)
	l.Nominates = len(cues) > 0
	l.Declines = len(t.find(declines)) > 0
	closing := t.closing(cues)
	begin := len(text)
	if len(cues) > 0 {
		begin = t.sentence(cues[0].From)
	}
	people := t.people(begin, closing)
	l.Nominees = t.nominees(people, begin, closing)
	// A letter that declines as well nominates only when somebody comes in another's place.
	replaces := slices.ContainsFunc(l.Nominees, func(n Nominee) bool { return n.Replaces.Value != "" })
	l.Nomination = len(cues) > 0 && (!l.Declines || replaces) && (len(l.Nominees) > 0 || t.forthcoming(cues))
	if !l.Nomination {
		l.Nominees = nil
	}
	l.Agency = t.agency(cues)
	l.Country, l.CountryCode = r.places.find(t, l.Agency)
	l.Agency = r.places.trim(t, l.Agency)
	l.Reference = t.reference()
	l.Date, l.Dated = t.date(closing)
	l.Signatory = t.signatory(closing)
	return l
}
