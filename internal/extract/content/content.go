// Package content is what a reader of documents gives back, and the limits that it keeps.
package content

import (
	"cmp"
	"fmt"
	"io"
	"net/mail"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Format is what a file is, told by its bytes.
type Format string

// The formats that are read. Others carry their media type.
const (
	PDF  Format = "pdf"
	PPTX Format = "pptx" // PPSX, POTX and the macro-enabled kinds too
	PPT  Format = "ppt"
	ODP  Format = "odp"
	DOCX Format = "docx" // DOCM and the templates too
	DOC  Format = "doc"
	// WordML is a document of Word 2003 in one XML file.
	WordML Format = "wordml"
	ODT    Format = "odt"
	RTF    Format = "rtf"
	EML    Format = "eml"
	MSG    Format = "msg"
	Text   Format = "txt"
	HTML   Format = "html"
	JPEG   Format = "jpeg"
	PNG    Format = "png"
	TIFF   Format = "tiff"
	WebP   Format = "webp"
	HEIC   Format = "heic" // the photographs of phones
	// Zip is an archive of files, Mailbox a file of mails (RFC 4155).
	Zip     Format = "zip"
	Mailbox Format = "mbox"
	// Signed is a mail within its signature (RFC 8551, 3.5.2).
	Signed Format = "p7m"
	// Pointer is a file that only says where another one is.
	Pointer Format = "pointer"
)

// extensions are the file name extensions that a format goes by.
func (f Format) extensions() []string {
	switch f {
	case PPTX:
		return []string{"pptx", "ppsx", "potx", "pptm", "ppsm", "potm"}
	case PPT:
		return []string{"ppt", "pps", "pot"}
	case ODP:
		return []string{"odp", "otp"}
	case DOCX:
		return []string{"docx", "docm", "dotx", "dotm"}
	case DOC:
		return []string{"doc", "dot"}
	case WordML:
		return []string{"doc", "xml"}
	case ODT:
		return []string{"odt", "ott"}
	case Text:
		return []string{"txt", "text", "md", "csv", "log", "asc"}
	case HTML:
		return []string{"html", "htm", "xhtml"}
	case JPEG:
		return []string{"jpeg", "jpg", "jpe", "jfif"}
	case TIFF:
		return []string{"tiff", "tif"}
	case HEIC:
		return []string{"heic", "heif", "hif"}
	case PDF, RTF, EML, MSG, PNG, WebP, Zip, Mailbox, Signed:
		return []string{string(f)}
	}
	return nil
}

// Slides tells whether the format is one of slide decks.
func (f Format) Slides() bool { return f == PPTX || f == PPT || f == ODP }

// Named tells whether a file's name has an extension that the format goes by.
func (f Format) Named(name string) bool {
	return slices.Contains(f.extensions(), strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")))
}

// Misnamed tells whether a file's name has an extension that belongs to another of the formats that are read.
func (f Format) Misnamed(name string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if ext == "" || slices.Contains(f.extensions(), ext) {
		return false
	}
	for _, other := range []Format{PDF, PPTX, PPT, ODP, DOCX, DOC, ODT, RTF, EML, MSG, Text, HTML, JPEG, PNG, TIFF, WebP, HEIC} {
		if slices.Contains(other.extensions(), ext) {
			return true
		}
	}
	return false
}

// Content is what was read of one document.
type Content struct {
	Format   Format            `json:"format"`
	Pages    []Page            `json:"pages,omitempty"`
	Metadata Metadata          `json:"metadata"`
	Findings []meeting.Finding `json:"findings,omitempty"`
	// Envelope is a mail's.
	Envelope *Envelope `json:"envelope,omitempty"`
	// Attachments are what a mail, a mailbox or an archive holds, in their order.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Opened: this is one part of a carrier with what lies around it. The part is the only attachment.
	Opened bool `json:"opened,omitempty"`

	text   int // bytes of text in the pages
	sheets []Sheet
	small  []Sheet // pictures that cover little of a page without text
}

// Envelope is what the headers of a mail say (RFC 5322, 3.6). Addresses are as they are written, names included.
type Envelope struct {
	From    string    `json:"from,omitempty"`
	To      []string  `json:"to,omitempty"`
	Cc      []string  `json:"cc,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Date    time.Time `json:"date,omitzero"`
	ID      string    `json:"id,omitempty"`
	// References are the Message-IDs that it answers, the oldest first (RFC 5322, 3.6.4).
	References []string `json:"references,omitempty"`
	// Checker is the server that says that the mail comes from its From address, by the name that it gives itself (the
	// authserv-id of RFC 8601, 2.5), in lower case; "" when none says so. Anybody can write such a field: it is worth as much
	// as the server and the mail's way since are known.
	Checker string `json:"checker,omitempty"`
	// Automatic: a machine sent it by itself, such as an automatic reply or the report that a mail did not arrive.
	Automatic bool `json:"automatic,omitempty"`
}

// Address is the sender's bare address, in lower case; "" when there is none.
func (e *Envelope) Address() string {
	a, err := mail.ParseAddress(e.From)
	if err != nil {
		return ""
	}
	return strings.ToLower(a.Address)
}

// Attachment is one part of a mail, a mailbox or an archive.
type Attachment struct {
	Name string `json:"name,omitempty"`
	// Media is the media type that the mail gives; the content's format is told by the bytes.
	Media string `json:"media,omitempty"`
	Size  int64  `json:"size"`
	// Content is nil when nothing could be read; Reason then says why, as the reason of a fault.
	Content *Content       `json:"content,omitempty"`
	Reason  meeting.Reason `json:"reason,omitempty"`
	// Data are its bytes while its carrier is read; nil for a mail that lies in an Outlook message.
	Data []byte `json:"-"`
}

// Page is one page or slide. Formats without fixed pages are cut where their program last broke them, or at the
// breaks that their author set.
type Page struct {
	Number int `json:"number"` // from 1
	// Title is a slide's title; empty on a page.
	Title string `json:"title,omitempty"`
	// Text is the body in reading order, one line a paragraph, table cells parted by tabs. It leaves out the
	// title, and what repeats on every slide.
	Text string `json:"text,omitempty"`
	// Notes are the speaker's notes, or a page's footnotes. Footer is what stands in the margins: date, header,
	// footer, slide number.
	Notes  string `json:"notes,omitempty"`
	Footer string `json:"footer,omitempty"`
	// Comments are what reviewers wrote, one a line. Alt are the pictures' alternative texts, one a line.
	Comments string `json:"comments,omitempty"`
	Alt      string `json:"alt,omitempty"`
	Hidden   bool   `json:"hidden,omitempty"`
	// Confidence is the mean over the words, from 0 to 1, when any of the page was read by OCR; else 0.
	Confidence float64 `json:"confidence,omitempty"`
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

// size is how many bytes of text the page has.
func (p Page) size() int {
	return len(p.Title) + len(p.Text) + len(p.Notes) + len(p.Footer) + len(p.Comments) + len(p.Alt)
}

// Metadata is what the file says of itself, and what can be told from its text.
type Metadata struct {
	Title        string    `json:"title,omitempty"`
	Subject      string    `json:"subject,omitempty"`
	Author       string    `json:"author,omitempty"`
	LastEditor   string    `json:"lastEditor,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Producer     string    `json:"producer,omitempty"`
	Created      time.Time `json:"created,omitzero"`
	Modified     time.Time `json:"modified,omitzero"`
	// Languages are those of the text, the most used first.
	Languages []LanguageShare `json:"languages,omitempty"`
	// FontsMissing are the names of fonts that the file uses and does not embed, sorted.
	FontsMissing []string `json:"fontsMissing,omitempty"`
	// Pictures counts the pictures, PicturesWithoutAlt those of them without an alternative text.
	Pictures           int `json:"pictures,omitempty"`
	PicturesWithoutAlt int `json:"picturesWithoutAlt,omitempty"`
}

// longestProperty bounds what a file says of itself.
const longestProperty = 4 << 10

// Bound cuts what the file says of itself.
func (m *Metadata) Bound() {
	for _, s := range []*string{&m.Title, &m.Subject, &m.Author, &m.LastEditor, &m.Organisation, &m.Producer} {
		*s = strings.Clone(clip(*s, longestProperty))
	}
}

// DateTime reads a time as XML writes it (XML Schema dateTime; W3CDTF is a part of it), whose zone and clock may be
// missing; zero when it is none.
func DateTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// LanguageShare is how much of a text's letters are in a language (BCP 47 primary tag), from 0 to 1.
type LanguageShare struct {
	Language string  `json:"language"`
	Share    float64 `json:"share"`
}

// Find notes a finding once.
func (c *Content) Find(code meeting.FindingCode, detail string) {
	f := meeting.Finding{Code: code, Detail: clip(detail, longestDetail)}
	if len(c.Findings) < mostFindings && !slices.Contains(c.Findings, f) {
		c.Findings = append(c.Findings, f)
	}
}

// Has tells whether a finding was noted.
func (c *Content) Has(code meeting.FindingCode) bool {
	return slices.ContainsFunc(c.Findings, func(f meeting.Finding) bool { return f.Code == code })
}

// Add adds a page, within the limits on pages and text. Its number is its place.
func (c *Content) Add(p Page, limits Limits) error {
	if len(c.Pages) == limits.Pages {
		return Over("pages", limits.Pages)
	}
	if !limits.read(p.size()) {
		return Over("bytes of text", limits.Text)
	}
	c.text += p.size()
	if err := limits.Hold(int64(p.size())); err != nil {
		return err
	}
	p.Number = len(c.Pages) + 1
	c.Pages = append(c.Pages, p)
	return nil
}

// Empty tells whether nothing at all was read.
func (c *Content) Empty() bool {
	subject := c.Envelope != nil && c.Envelope.Subject != ""
	return !subject && !slices.ContainsFunc(c.Pages, func(p Page) bool { return p.size() > 0 }) && len(c.Attachments) == 0
}

// Words counts the words of all pages, notes left out.
func (c *Content) Words() int {
	n := 0
	for _, p := range c.Pages {
		n += Words(p.Title) + Words(p.Text)
	}
	return n
}

// Words counts the words of a text: runs of letters, digits and marks.
func Words(text string) int {
	n, in := 0, false
	for _, r := range text {
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if word && !in {
			n++
		}
		in = word
	}
	return n
}

// Excerpt is the beginning of the text, at most n characters.
func (c *Content) Excerpt(n int) string {
	var b strings.Builder
	for _, p := range c.Pages {
		for _, r := range (Page{Title: clip(p.Title, 4*n), Text: clip(p.Text, 4*n)}).Full() + "\n" {
			if n == 0 {
				return strings.TrimSpace(b.String())
			}
			b.WriteRune(r)
			n--
		}
	}
	return strings.TrimSpace(b.String())
}

// Limits bound what one document may cost. Reaching one is an error of kind Rejected, reason "too-large";
// a zero field takes the default.
type Limits struct {
	Bytes    int64         // of the file; default 250 MiB
	Whole    int64         // of a file whose format can only be read in memory (RTF, DOC, PPT, mails, text, pictures); default 64 MiB
	Expanded int64         // of everything unpacked from it, zips within zips too; default 1 GiB
	Ratio    int64         // unpacked bytes a packed byte, over the whole of a zip's parts that are read; default 200
	Part     int64         // of one XML part unpacked; default 64 MiB
	Entries  int           // in a zip, streams in an OLE file, or parts in a mail; default 10,000
	Depth    int           // of nested XML elements, RTF groups or OLE records; default 256
	Nesting  int           // of mails within mails; default 4
	Tokens   int           // of XML in one part; default 4 million
	Pages    int           // or slides; default 2,000
	Text     int           // bytes of text in all, of the document with all that lies in it; default 32 MiB
	Pixels   int           // of one picture; default 100 million
	Memory   int           // bytes that the PDF sandbox may take; default 512 MiB
	Scans    int           // pages that are read by OCR; default 30
	ScanTime time.Duration // for one of them; default 20 s
	Time     time.Duration // for the whole reading; default 60 s
	Working  int64         // bytes of memory at one time, of the document with all that lies in it; default 1.25 GiB
	Tree     int64         // bytes of memory of one XML part; default 384 MiB
	Decoded  int64         // bytes of all pictures once decoded; pages beyond are left unread; default 4 GiB

	// Peaked is told the most memory that a document held at one time, once it is read; it may be nil.
	Peaked func(bytes int64)

	memory *memory
}

// WithDefaults fills in the zero fields.
func (l Limits) WithDefaults() Limits {
	orInt := func(v *int, d int) { *v = cmp.Or(*v, d) }
	or64 := func(v *int64, d int64) { *v = cmp.Or(*v, d) }
	or64(&l.Bytes, 250<<20)
	or64(&l.Whole, 64<<20)
	or64(&l.Expanded, 1<<30)
	or64(&l.Ratio, 200)
	or64(&l.Part, 64<<20)
	or64(&l.Working, 1280<<20)
	or64(&l.Tree, 384<<20)
	or64(&l.Decoded, 4<<30)
	l.memory = cmp.Or(l.memory, &memory{})
	orInt(&l.Entries, 10_000)
	orInt(&l.Depth, 256)
	orInt(&l.Nesting, 4)
	orInt(&l.Tokens, 4_000_000)
	orInt(&l.Pages, 2_000)
	orInt(&l.Text, 32<<20)
	orInt(&l.Pixels, 100_000_000)
	orInt(&l.Memory, 512<<20)
	orInt(&l.Scans, 30)
	l.ScanTime = cmp.Or(l.ScanTime, 20*time.Second)
	l.Time = cmp.Or(l.Time, 60*time.Second)
	return l
}

// Over makes the error of a limit reached.
func Over(what string, limit any) error {
	return fault.Reject(meeting.ReasonTooLarge, "more than %v %s", limit, what)
}

// Whole reads a file that can only be read in memory, within the limit on those.
func Whole(src io.ReaderAt, size int64, limits Limits) ([]byte, error) {
	if size > limits.Whole {
		return nil, Over("bytes of a file of this format", limits.Whole)
	}
	if err := limits.Hold(size); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, size), data); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return data, nil
}

// Broken makes the error of a file that is not as its format demands.
func Broken(format string, args ...any) error {
	return fault.Reject(meeting.ReasonCorrupt, "%w", fmt.Errorf(format, args...))
}
