package content

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dossier/internal/meeting"
)

// Part is a paper that came in a mail, a mailbox or an archive.
type Part struct {
	// Place tells where in its carrier it lies: "2" is the second thing in it, "2-1" the first thing in that one.
	Place string
	Name  string
	// Data are its bytes; those of a mail in an Outlook message are its words.
	Data []byte
	// Reason is why it could not be read; empty if it could.
	Reason meeting.Reason
	// Content is the part with the mails around it, and without what lies beside it.
	Content *Content
}

// Carries tells whether a format is one of files that hold others.
func (f Format) Carries() bool { return f == EML || f == MSG || f == Signed || f.Packs() }

// Packs tells whether a format is one of files that hold others and have no words of their own.
func (f Format) Packs() bool { return f == Zip || f == Mailbox }

// Paper gives what a document is about: the part of a carrier that was opened, or else the content itself.
func (c *Content) Paper() *Content {
	if c == nil || !c.Opened || len(c.Attachments) != 1 || c.Attachments[0].Content == nil {
		return c
	}
	return c.Attachments[0].Content.Paper()
}

// Alone gives a carrier without what it holds.
func (c *Content) Alone() *Content {
	alone := *c
	alone.Attachments, alone.Opened = nil, false
	return &alone
}

// Parts gives the papers that a carrier holds, those within others too, in their order. Logos, keys, replies of calendars
// and other things that programs put into mails are none.
func (c *Content) Parts() []Part {
	if c == nil || !c.Format.Carries() {
		return nil
	}
	var parts []Part
	for i, a := range c.Attachments {
		if !a.isPaper(len(c.Pages) > 0) {
			continue
		}
		within := a.Content.Parts()
		if len(within) == 0 && (a.Content == nil || !a.Content.Format.Packs() || a.Reason != "") {
			within = []Part{a.whole()}
		}
		for _, p := range within {
			p.Place = strings.TrimSuffix(strconv.Itoa(i+1)+"-"+p.Place, "-")
			if !c.Format.Packs() {
				p.Content = c.around(p, a.Media)
			}
			parts = append(parts, p)
		}
	}
	return parts
}

// whole is an attachment as a part.
func (a Attachment) whole() Part {
	p := Part{Name: a.Name, Data: a.Data, Reason: a.Reason, Content: cmp.Or(a.Content, &Content{})}
	if e := p.Content.Envelope; e != nil && a.Data == nil {
		p.Data = []byte(p.Content.Said())
		p.Name = cmp.Or(a.Name, e.Subject, "mail") + ".txt"
	} else if e != nil {
		p.Name = cmp.Or(a.Name, e.Subject+".eml")
	}
	if a.isEncrypted() {
		p.Reason = meeting.ReasonNotReadableYet
	}
	return p
}

// pgpMessage is the first line of what was encrypted by OpenPGP (RFC 9580, 6.2).
const pgpMessage = "-----BEGIN PGP MESSAGE-----"

// isEncrypted tells whether an attachment is a message that only its reader's key opens. Nobody knows what it says.
func (a Attachment) isEncrypted() bool {
	return bytes.HasPrefix(bytes.TrimSpace(a.Data), []byte(pgpMessage))
}

// HoldsEncrypted tells whether words that nobody can read are among those of a content.
func (c *Content) HoldsEncrypted() bool {
	return slices.ContainsFunc(c.Pages, func(p Page) bool { return strings.Contains(p.Full(), pgpMessage) })
}

// around is a mail as what lies around one of its parts.
func (c *Content) around(p Part, media string) *Content {
	mail := c.Alone()
	mail.Findings = nil
	mail.Attachments = []Attachment{{Name: p.Name, Media: media, Size: int64(len(p.Data)), Content: p.Content, Reason: p.Reason}}
	mail.Opened = true
	return mail
}

// Said gives a mail as a text, for people without a program of mail.
func (c *Content) Said() string {
	var b strings.Builder
	e := c.Envelope
	for _, f := range [][2]string{{"From", e.From}, {"To", strings.Join(e.To, ", ")}, {"Cc", strings.Join(e.Cc, ", ")},
		{"Subject", e.Subject}, {"Date", stamp(e.Date)}} {
		if f[1] != "" {
			b.WriteString(f[0] + ": " + f[1] + "\n")
		}
	}
	for _, p := range c.Pages {
		b.WriteString("\n" + p.Full() + "\n")
	}
	return b.String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC1123Z)
}

const (
	// leastOnPicture is how many words a picture has at least that is a paper; a signature's logo has fewer.
	leastOnPicture = 20
	// largeSize is from how many bytes a picture may be a photographed page, although nobody could read it.
	largeSize = 100 << 10
)

// leftover is a part that a mail server cuts off a mail, such as the foot of a mailing list. A paper whose sender gave it no
// name is called so too.
var leftover = regexp.MustCompile(`(?i)^att\d{3,}(\.\w{2,4})?$`)

// isPaper tells whether an attachment is somebody's paper. words tells whether its carrier has words of its own.
func (a Attachment) isPaper(words bool) bool {
	media := strings.ToLower(a.Media)
	switch {
	case meeting.Dropping(a.Name, a.Size), leftover.MatchString(a.Name) && a.Size < largeSize && a.isPlain():
		return false
	case a.isEncrypted():
		return true
	case isMachine(media, path.Ext(strings.ToLower(a.Name))):
		return false
	case a.Content != nil && a.Content.Format == TIFF: // faxes and scanners write it, and no signature holds one
		return true
	case a.isPicture():
		return a.Size >= largeSize || a.Content != nil && a.Content.Words() >= leastOnPicture
	case a.Name == "" && strings.HasPrefix(media, "text/"):
		return !words // it is what the mail says, once more or further down
	}
	return true
}

// isPlain tells whether an attachment is text, or bytes that nobody knows.
func (a Attachment) isPlain() bool {
	return a.Content == nil || slices.Contains([]Format{"", Text, HTML, "application/octet-stream"}, a.Content.Format)
}

// isPicture tells whether an attachment is a picture by its bytes, or by its mail's word where nobody could read it.
func (a Attachment) isPicture() bool {
	if a.Content != nil && a.Content.Format != "" {
		return slices.Contains([]Format{JPEG, PNG, TIFF, WebP, HEIC}, a.Content.Format) || strings.HasPrefix(string(a.Content.Format), "image/")
	}
	return strings.HasPrefix(strings.ToLower(a.Media), "image/")
}

// isMachine tells what programs send to programs, by its media type or the extension of its name: calendars (RFC 5545),
// cards (RFC 6350), keys and signatures (RFC 3156, RFC 8551), receipts and reports (RFC 8098, RFC 3464).
func isMachine(media, ext string) bool {
	return slices.Contains([]string{"text/calendar", "application/ics", "text/vcard", "text/x-vcard", "text/directory",
		"application/pgp-keys", "application/pgp-signature", "application/pgp-encrypted", "application/pkcs7-signature",
		"application/x-pkcs7-signature", "message/disposition-notification", "message/delivery-status", "message/feedback-report",
		"text/rfc822-headers", "message/external-body"}, media) ||
		slices.Contains([]string{".ics", ".vcs", ".vcf", ".p7s", ".asc", ".sig"}, ext)
}
