// Package mail renders Dossier's mails, each as text and as HTML: to uploaders in every language of the catalogue,
// to the secretariat in those that have templates for it.
package mail

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"strings"
	texttemplate "text/template"
	"time"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

//go:embed templates
var files embed.FS

// Message is a mail as people read it.
type Message struct {
	// Language is the tag of the language that it is written in.
	Language            string
	Subject, Text, HTML string
}

// Writer renders mails. It is safe for concurrent use.
type Writer struct {
	words     *locale.Catalog
	templates map[string]templates // by mail and language
}

// templates are those of one mail in one language.
type templates struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

// NewWriter parses the templates of the languages of a catalogue. It fails if a mail to uploaders lacks one of the
// languages.
func NewWriter(words *locale.Catalog) (*Writer, error) {
	folder, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, fmt.Errorf("open mail templates: %w", err)
	}
	return newWriter(words, folder)
}

func newWriter(words *locale.Catalog, folder fs.FS) (*Writer, error) {
	w := &Writer{words: words, templates: map[string]templates{}}
	for _, l := range words.Locales() {
		for _, name := range uploaderMails() {
			if err := w.parse(folder, name, l); err != nil {
				return nil, err
			}
		}
		for _, name := range staffMails() {
			err := w.parse(folder, name, l)
			if err != nil && (l.Tag == locale.English || !errors.Is(err, fs.ErrNotExist)) {
				return nil, err
			}
		}
	}
	return w, nil
}

// uploaderMails are the mails that every language has.
func uploaderMails() []string {
	return []string{meeting.MailReceipt, meeting.MailOutcome, meeting.MailOverQuota, meeting.MailLinks,
		meeting.MailReminder}
}

// staffMails are written in English where a language has no template of them.
func staffMails() []string {
	return []string{meeting.MailReview, meeting.MailComplete, meeting.MailNoLongerComplete, meeting.MailRosterRejected}
}

// parse reads the template of a mail in a language.
func (w *Writer) parse(folder fs.FS, name string, l *locale.Locale) error {
	file := name + "." + l.Tag + ".tmpl"
	if name == meeting.MailReminder { // it differs from the first mail by a line, which the template decides
		file = meeting.MailLinks + "." + l.Tag + ".tmpl"
	}
	if _, err := fs.Stat(folder, file); err != nil {
		return fmt.Errorf("read mail template: %w", err)
	}
	phrases := funcs(l, time.UTC)
	text, err := texttemplate.New(name).Funcs(phrases).ParseFS(folder, file)
	if err != nil {
		return fmt.Errorf("parse mail template: %w", err)
	}
	html, err := htmltemplate.New(name).Funcs(htmltemplate.FuncMap(phrases)).ParseFS(folder, "layout.html", file)
	if err != nil {
		return fmt.Errorf("parse mail template: %w", err)
	}
	w.templates[name+"."+l.Tag] = templates{text, html}
	return nil
}

// funcs are the words that templates ask for by code, in a language and a time zone.
func funcs(l *locale.Locale, zone *time.Location) texttemplate.FuncMap {
	return texttemplate.FuncMap{
		"date":     func(t time.Time) string { return l.Moment(t.In(zone)) },
		"time":     func(t time.Time) string { return l.ZonedMoment(t.In(zone)) },
		"reason":   l.Reason,
		"evidence": l.Evidence,
		"finding":  l.Finding,
		"remarks":  func() (string, error) { return l.Text("mail.remarks") },
		"problem":  l.Problem,
	}
}

// Write renders a mail in the language that it was decided in, or in English.
func (w *Writer) Write(v View) (*Message, error) {
	l := w.words.Locale(v.Mail.Language)
	t, ok := w.templates[v.Mail.Template+"."+l.Tag]
	if !ok {
		l = w.words.Locale(locale.English)
		if t, ok = w.templates[v.Mail.Template+"."+l.Tag]; !ok {
			return nil, fmt.Errorf("write mail: no template %q", v.Mail.Template)
		}
	}
	p, err := newPage(v, l)
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	m, err := t.execute(p, funcs(l, p.Meeting.Location()))
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	m.Language = l.Tag
	return m, nil
}

// execute renders the parts of a mail. The templates are cloned, because each mail has functions of its own: its
// time zone.
func (t templates) execute(p *page, phrases texttemplate.FuncMap) (*Message, error) {
	text, err := t.text.Clone()
	if err != nil {
		return nil, err
	}
	html, err := t.html.Clone()
	if err != nil {
		return nil, err
	}
	text.Funcs(phrases)
	html.Funcs(htmltemplate.FuncMap(phrases))
	var subject, body, layout bytes.Buffer
	if err := errors.Join(text.ExecuteTemplate(&subject, "subject", p), text.ExecuteTemplate(&body, "text", p),
		html.ExecuteTemplate(&layout, "layout", p)); err != nil {
		return nil, err
	}
	return &Message{Subject: oneLine(subject.String()), Text: strings.TrimSpace(body.String()), HTML: layout.String()}, nil
}

// oneLine gives a subject without the line breaks and control characters that a file name may hold.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029'
	}), " ")
}
