// Package content is what a reader of documents gives back, and the limits that it keeps.
package content

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Format is what a file is, told by its bytes.
type Format string

// The formats that are told apart. Other formats carry their media type.
const (
	PDF  Format = "pdf"
	PPTX Format = "pptx"
)

// Content is what was read of one document.
type Content struct {
	Format   Format            `json:"format"`
	Pages    []Page            `json:"pages,omitempty"`
	Metadata Metadata          `json:"metadata"`
	Findings []meeting.Finding `json:"findings,omitempty"`
}

// Page is one page or slide.
type Page struct {
	Number int `json:"number"` // from 1
	// Title is a slide's title; empty on a page.
	Title string `json:"title,omitempty"`
	// Text is the body in reading order, one line a paragraph, table cells parted by tabs. It leaves out the
	// title, and what repeats on every slide.
	Text string `json:"text,omitempty"`
	// Notes are the speaker's notes, Footer the date, footer and slide number.
	Notes  string `json:"notes,omitempty"`
	Footer string `json:"footer,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
	// Width and Height are in points (1/72 inch).
	Width  float64 `json:"width,omitempty"`
	Height float64 `json:"height,omitempty"`
}

// Full is the title and the text.
func (p Page) Full() string {
	switch {
	case p.Title == "":
		return p.Text
	case p.Text == "":
		return p.Title
	}
	return p.Title + "\n" + p.Text
}

// Metadata is what the file says of itself.
type Metadata struct {
	Title        string    `json:"title,omitempty"`
	Subject      string    `json:"subject,omitempty"`
	Author       string    `json:"author,omitempty"`
	LastEditor   string    `json:"lastEditor,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Producer     string    `json:"producer,omitempty"`
	Created      time.Time `json:"created,omitzero"`
	Modified     time.Time `json:"modified,omitzero"`
}

// Words counts the words of all pages, notes left out.
func (c *Content) Words() int {
	n := 0
	for _, p := range c.Pages {
		n += len(strings.FieldsFunc(p.Full(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }))
	}
	return n
}

// Excerpt is the beginning of the text, at most n characters.
func (c *Content) Excerpt(n int) string {
	var b strings.Builder
	for _, p := range c.Pages {
		for _, r := range p.Full() + "\n" {
			if n == 0 {
				return strings.TrimSpace(b.String())
			}
			b.WriteRune(r)
			n--
		}
	}
	return strings.TrimSpace(b.String())
}

// Reasons of a rejection, in fault.Error.
const (
	Empty    = "empty"
	Corrupt  = "corrupt"
	Locked   = "locked"
	TooLarge = "too-large"
	// NotReadableYet is no fault of the sender: the format has no reader.
	NotReadableYet = "not-readable-yet"
)

// Limits bound what one document may cost. Reaching one is an error of kind Rejected, reason "too-large";
// a zero field takes the default.
type Limits struct {
	Bytes    int64         // of the file; default 250 MiB
	Expanded int64         // of everything unpacked from it; default 1 GiB
	Part     int64         // of one XML part unpacked; default 64 MiB
	Entries  int           // in a zip; default 10,000
	Depth    int           // of nested XML elements; default 256
	Tokens   int           // of XML in one part; default 4 million
	Pages    int           // or slides; default 2,000
	Text     int           // bytes of text in all; default 32 MiB
	Memory   int           // bytes that the PDF sandbox may take; default 512 MiB
	Time     time.Duration // for the whole reading; default 60 s
}

// WithDefaults fills in the zero fields.
func (l Limits) WithDefaults() Limits {
	orInt := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	or64 := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	or64(&l.Bytes, 250<<20)
	or64(&l.Expanded, 1<<30)
	or64(&l.Part, 64<<20)
	orInt(&l.Entries, 10_000)
	orInt(&l.Depth, 256)
	orInt(&l.Tokens, 4_000_000)
	orInt(&l.Pages, 2_000)
	orInt(&l.Text, 32<<20)
	orInt(&l.Memory, 512<<20)
	if l.Time == 0 {
		l.Time = 60 * time.Second
	}
	return l
}

// Over makes the error of a limit reached.
func Over(what string, limit any) error {
	return fault.Reject(TooLarge, "more than %v %s", limit, what)
}

// Broken makes the error of a file that is not as its format demands.
func Broken(format string, args ...any) error {
	return fault.Reject(Corrupt, "%w", fmt.Errorf(format, args...))
}
