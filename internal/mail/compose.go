package mail

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// composer puts a mail into words. The first error stays in err, and the words that were asked for are empty.
type composer struct {
	View
	l   *locale.Locale
	err error
}

// compose gives a mail in words.
func compose(v View, l *locale.Locale) (*content, error) {
	c := &composer{View: v, l: l}
	c.Meeting.Title = cmp.Or(c.Meeting.Title, c.Mail.Meeting)
	out := &content{Lang: l.Tag, Dir: l.Dir, Start: "left",
		Organisation: c.foreign(c.Meeting.Organisation), Meeting: c.foreign(c.Meeting.Title)}
	if l.Dir == "rtl" {
		out.Start = "right"
	}
	if !c.write(out) {
		return nil, fmt.Errorf("no template %q", v.Mail.Template)
	}
	out.Greeting, out.NextTitle = c.greeting(), c.say("next")
	out.Signature, out.Footer = c.signature(), c.footer()
	return out, c.err
}

// write fills in the part in which mails differ. It reports false if there is no such mail.
func (c *composer) write(out *content) bool {
	switch c.Mail.Template {
	case meeting.MailLinks, meeting.MailReminder:
		c.links(out)
	case meeting.MailReceipt, meeting.MailOutcome:
		c.result(out)
	case meeting.MailOverQuota:
		c.overQuota(out)
	case meeting.MailReview:
		c.review(out)
	case meeting.MailComplete, meeting.MailNoLongerComplete:
		c.completeness(out)
	case meeting.MailRosterRejected:
		c.roster(out)
	default:
		return false
	}
	return true
}

// say gives words of the area mail; what others chose has to be foreign already.
func (c *composer) say(key string, pairs ...any) string {
	text, err := c.l.Text("mail."+key, pairs...)
	c.err = cmp.Or(c.err, err)
	return text
}

// count gives words of the area mail for a number of things.
func (c *composer) count(key string, n int) string {
	text, err := c.l.Plural("mail."+key, n)
	c.err = cmp.Or(c.err, err)
	return text
}

func (c *composer) foreign(s string) string { return foreign(s, c.l.Dir) }

// at gives a moment in the time of the meeting's city, day its date there.
func (c *composer) at(t time.Time) string  { return c.l.CityMoment(t, c.Meeting.Location()) }
func (c *composer) day(t time.Time) string { return c.l.Day(t.In(c.Meeting.Location())) }

func (c *composer) fact(label, value string) fact {
	return fact{Label: label, Value: value, Line: c.say("labelled", "Label", label, "Value", value)}
}

// headline sets the title, and the subject that is made of it, of what it is about, if there is such, and of the
// meeting.
func (c *composer) headline(out *content, title, about string) {
	out.Title = title
	if about == "" {
		out.Subject = c.say("subject", "Title", title, "Meeting", out.Meeting)
		return
	}
	out.Subject = c.say("subject-about", "Title", title, "About", about, "Meeting", out.Meeting)
}

// toStaff tells whether the mail is the secretariat's.
func (c *composer) toStaff() bool {
	switch c.Mail.Template {
	case meeting.MailReview, meeting.MailComplete, meeting.MailNoLongerComplete, meeting.MailRosterRejected:
		return true
	}
	return false
}

// greeting names the reader as the roster says that the reader is addressed, else by the whole name.
func (c *composer) greeting() string {
	if c.toStaff() {
		return c.say("greeting-colleagues")
	}
	if c.Reader == nil || cmp.Or(c.Reader.Salutation, c.Reader.Name) == "" {
		return c.say("greeting-nobody")
	}
	key := "greeting"
	if c.Reader.Salutation != "" {
		key = "greeting-as"
	}
	if g := c.Reader.Gender; g == "f" || g == "m" {
		key += "-" + g
	}
	return c.say(key, "Name", c.foreign(cmp.Or(c.Reader.Salutation, c.Reader.Name)))
}

// signature says who writes, and how to reach them if the meeting tells.
func (c *composer) signature() []string {
	by := "secretariat"
	if c.toStaff() {
		by = "signed-staff"
	}
	lines := []string{c.say("signoff"), c.say(by), c.foreign(c.Meeting.Title)}
	if c.Meeting.Organisation != "" {
		lines = append(lines, c.foreign(c.Meeting.Organisation))
	}
	if c.Meeting.Contact != "" {
		lines = append(lines, c.say("contact", "Contact", c.foreign(c.Meeting.Contact)))
	}
	return lines
}

// footer tells a mail of ours from one that only looks so, and why it was sent.
func (c *composer) footer() []string {
	var lines []string
	if u, err := url.Parse(c.Portal); err == nil && u.Host != "" {
		lines = append(lines, c.say("real", "Host", c.foreign(u.Host)))
	}
	if c.toStaff() {
		return append(lines, c.say("why-staff"))
	}
	return append(lines, c.say("why-person"))
}

// page is the button to a page of the meeting for staff; nil if nobody knows where the pages are.
func (c *composer) page(label string, path ...string) *button {
	if c.Portal == "" {
		return nil
	}
	to := c.Portal + "meetings/" + url.PathEscape(c.Mail.Meeting)
	for _, p := range path {
		to += "/" + url.PathEscape(p)
	}
	return c.button(label, to)
}

func (c *composer) button(label, to string) *button {
	words := c.say(label)
	return &button{Label: words, Line: c.say("button", "Label", words), URL: to}
}

// session gives a session with its title and time.
func (c *composer) session(s *meeting.Session) fact {
	return c.fact(c.say("session"), c.say("session-is", "Number", s.Number, "Title", c.foreign(s.Title), "At", c.at(s.Starts)))
}

// file gives the document's file and how many pages it has, if that is known.
func (c *composer) file() fact {
	name := c.foreign(c.Document.FileName)
	if n := c.Document.Pages; n > 0 {
		name = c.say("file-pages", "File", name, "Pages", c.count("pages", n))
	}
	return c.fact(c.say("file"), name)
}

// sentence gives a text with a capital at its beginning.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// reason gives why the document was not filed; none if nobody has said.
func (c *composer) reason() []fact {
	reason := c.Document.Reason
	if reason == "" {
		return nil
	}
	text := sentence(c.l.Reason(reason))
	if strings.Contains(string(reason), " ") { // in a person's own words
		text = c.foreign(text)
	}
	return []fact{c.fact(c.say("reason"), text)}
}
