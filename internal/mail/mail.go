// Package mail writes Dossier's mails, each as text and as HTML, and sends them: to uploaders in English, French, Arabic and
// Portuguese, to the secretariat in English and French.
package mail

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/roster"
)

//go:embed templates
var files embed.FS

// Languages are the languages that uploaders are written to in; the first stands in for all others.
func Languages() []string { return []string{"en", "fr", "ar", "pt"} }

// StaffLanguages are those that the secretariat is written to in.
func StaffLanguages() []string { return []string{"en", "fr"} }

// Language gives the language in which somebody who reads lang is written to.
func Language(lang string) string {
	if slices.Contains(Languages(), lang) {
		return lang
	}
	return Languages()[0]
}

// View is what a mail can say.
type View struct {
	Mail     meeting.Mail
	Meeting  meeting.Meeting
	Session  *meeting.Session
	Document *meeting.Document
	// Requirements are the session's, for its list of materials.
	Requirements []*meeting.Requirement
	// Sessions are the meeting's, for naming those that a document is for.
	Sessions []*meeting.Session
	Problems []roster.Problem
	// Uploads are what somebody is asked for, with the links to it.
	Uploads []Upload
	Now     time.Time
}

// Upload is one thing that somebody is asked for. URL is where it is uploaded.
type Upload struct {
	meeting.Invitation
	Session *meeting.Session // nil for none
	Due     time.Time        // zero for none
	URL     string
}

// upload is an Upload as a template says it.
type upload struct {
	Upload
	Kind string
	// ForOffice: a public agency sends it, rather than the person who is written to.
	ForOffice bool
}

// Message is a mail as people read it.
type Message struct {
	Subject, Text, HTML string
}

// Writer renders mails. It is safe for concurrent use.
type Writer struct {
	text  map[string]*texttemplate.Template
	html  map[string]*htmltemplate.Template
	words map[string]vocabulary
}

// NewWriter parses the templates.
func NewWriter() (*Writer, error) {
	w := &Writer{text: map[string]*texttemplate.Template{}, html: map[string]*htmltemplate.Template{},
		words: map[string]vocabulary{"en": english(), "fr": french(), "ar": arabic(), "pt": portuguese()}}
	for _, lang := range Languages() {
		funcs := w.words[lang].funcs(time.UTC)
		names := []string{meeting.MailReceipt, meeting.MailOutcome, meeting.MailOverQuota, meeting.MailLinks, meeting.MailReminder}
		if slices.Contains(StaffLanguages(), lang) {
			names = append(names, meeting.MailReview, meeting.MailComplete, meeting.MailNoLongerComplete, meeting.MailRosterRejected)
		}
		for _, name := range names {
			file := "templates/" + name + "." + lang + ".tmpl"
			if name == meeting.MailReminder { // it says little else than the first one did
				file = "templates/" + meeting.MailLinks + "." + lang + ".tmpl"
			}
			t, err := texttemplate.New(name).Funcs(funcs).ParseFS(files, file)
			if err != nil {
				return nil, fmt.Errorf("parse mail template: %w", err)
			}
			h, err := htmltemplate.New(name).Funcs(htmltemplate.FuncMap(funcs)).ParseFS(files, "templates/layout.html", file)
			if err != nil {
				return nil, fmt.Errorf("parse mail template: %w", err)
			}
			w.text[name+"."+lang], w.html[name+"."+lang] = t, h
		}
	}
	return w, nil
}

// Reason says a document's reason for review or rejection in words.
func (w *Writer) Reason(lang string, code meeting.Reason) string {
	return w.words[Language(lang)].reason(code)
}

// Evidence says one observation in words.
func (w *Writer) Evidence(lang string, e meeting.Evidence) string {
	if !slices.Contains(StaffLanguages(), lang) {
		lang = "en"
	}
	return w.words[Language(lang)].evident(e)
}

// Finding says what a reader noticed in words.
func (w *Writer) Finding(lang string, f meeting.Finding) string {
	return say(w.words[Language(lang)].findings, string(f.Code), f.Detail)
}

// row is one line of a session's list of materials.
type row struct{ Name, Agency, Kind, What string }

// place is a session that a document is for.
type place struct {
	Kind    string
	Session *meeting.Session
}

type page struct {
	View
	Lang string
	// Dir is the direction of the language's script (HTML, "The dir attribute").
	Dir     string
	Outcome string
	Rows    []row
	For     []place
	Uploads []upload
}

// Dir is the direction in which a language is written: "ltr" or "rtl".
func Dir(lang string) string {
	if lang == "ar" {
		return "rtl"
	}
	return "ltr"
}

// Kind says a kind of document in words.
func (w *Writer) Kind(lang string, k meeting.Kind) string {
	return w.words[Language(lang)].kinds[string(k)]
}

// Day says a day in words.
func (w *Writer) Day(lang string, t time.Time) string {
	v := w.words[Language(lang)]
	day, _, _ := strings.Cut(v.dateFormat, "%[3]d")
	return fmt.Sprintf(day+"%[3]d", t.Day(), v.months[t.Month()-1], t.Year())
}

// Date says a moment in a time zone in words, with its day and month.
func (w *Writer) Date(lang string, t time.Time) string {
	return w.words[Language(lang)].date(t, "15:04 MST")
}

// Write renders a mail in the language that it was decided in, or in English.
func (w *Writer) Write(v View) (*Message, error) {
	lang := Language(v.Mail.Language)
	if w.text[v.Mail.Template+"."+lang] == nil {
		lang = Languages()[0]
	}
	words := w.words[lang]
	p := page{View: v, Lang: lang, Dir: Dir(lang), Outcome: string(v.Mail.Outcome)}
	for _, u := range v.Uploads {
		p.Uploads = append(p.Uploads, upload{u, words.kinds[string(u.Kind)], u.Kind == meeting.Nomination})
	}
	if p.Meeting.Title == "" {
		p.Meeting.Title = v.Mail.Meeting
	}
	for _, r := range v.Requirements {
		if r.Dropped {
			continue
		}
		line := row{r.Name, r.Agency, words.kinds[string(r.Kind)], r.FileName}
		switch r.State {
		case meeting.Outstanding:
			line.What = words.states["outstanding"]
		case meeting.Waived:
			line.What = words.states["waived"] + r.Reason
		default:
			if r.Late {
				line.What += words.late
			}
		}
		p.Rows = append(p.Rows, line)
	}
	if v.Document != nil {
		for _, k := range v.Document.For {
			if i := slices.IndexFunc(v.Sessions, func(s *meeting.Session) bool { return s.ID == k.Session }); i >= 0 {
				p.For = append(p.For, place{words.kinds[string(k.Kind)], v.Sessions[i]})
			}
		}
	}
	key := v.Mail.Template + "." + lang
	if w.text[key] == nil {
		return nil, fmt.Errorf("write mail: no template %q", v.Mail.Template)
	}
	funcs := words.funcs(p.Meeting.Location())
	text, err := w.text[key].Clone()
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	html, err := w.html[key].Clone()
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	var m Message
	var buf bytes.Buffer
	for _, part := range []struct {
		name string
		into *string
	}{{"subject", &m.Subject}, {"text", &m.Text}} {
		buf.Reset()
		if err := text.Funcs(funcs).ExecuteTemplate(&buf, part.name, p); err != nil {
			return nil, fmt.Errorf("write mail: %w", err)
		}
		*part.into = strings.TrimSpace(buf.String())
	}
	// A subject is one line, whatever a file name holds.
	m.Subject = strings.Join(strings.FieldsFunc(m.Subject, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
	buf.Reset()
	if err := html.Funcs(htmltemplate.FuncMap(funcs)).ExecuteTemplate(&buf, "layout", p); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	m.HTML = buf.String()
	return &m, nil
}

// say fills a phrase in; a code that has none is shown as it is.
func say(words map[string]string, code, value string) string {
	s, ok := words[code]
	switch {
	case !ok:
		return strings.TrimSpace(code + " " + value)
	case strings.Contains(s, "%s"):
		return fmt.Sprintf(s, value)
	}
	return s
}

func (v vocabulary) reason(reason meeting.Reason) string {
	code := string(reason)
	if s, ok := v.reasons[code]; ok {
		return s
	}
	if strings.Contains(code, " ") { // no code but the words of a person who decided
		return code
	}
	return v.otherwise
}

func (v vocabulary) evident(e meeting.Evidence) string {
	if k, ok := v.kinds[e.Detail]; ok {
		return say(v.evidence, string(e.Code), strings.ToLower(k))
	}
	return say(v.evidence, string(e.Code), e.Detail)
}

func (v vocabulary) date(t time.Time, clock string) string {
	return fmt.Sprintf(v.dateFormat, t.Day(), v.months[t.Month()-1], t.Year(), t.Format(clock))
}

func (v vocabulary) funcs(zone *time.Location) texttemplate.FuncMap {
	return texttemplate.FuncMap{
		"date":     func(t time.Time) string { return v.date(t.In(zone), "15:04") },
		"time":     func(t time.Time) string { return v.date(t.In(zone), "15:04 MST") },
		"reason":   v.reason,
		"evidence": v.evident,
		"finding":  func(f meeting.Finding) string { return say(v.findings, string(f.Code), f.Detail) },
		"remarks":  func() string { return v.remarks },
		"problem":  func(p roster.Problem) string { return say(v.problems, p.Code, p.Value) },
	}
}

// MIME writes the message as RFC 5322 and MIME demand, with both parts. The message id is made of the outbox
// item's, so that a mail sent twice is recognised as the same by those that look for it.
func (m *Message) MIME(from string, mail meeting.Mail, at time.Time) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(from); err != nil {
		return nil, fmt.Errorf("write mail: sender: %w", err)
	}
	if err := msg.To(mail.To...); err != nil {
		return nil, fault.Reject("bad-address", "write mail: recipients: %w", err)
	}
	domain := from[strings.LastIndexByte(from, '@')+1:]
	msg.SetMessageIDWithValue(mail.ID + "@" + strings.TrimRight(domain, "> "))
	msg.SetDateWithValue(at)
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5
	msg.SetGenHeader("Content-Language", Language(mail.Language))
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var buf bytes.Buffer
	if _, err := msg.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return buf.Bytes(), nil
}
