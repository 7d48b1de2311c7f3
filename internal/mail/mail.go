// Package mail writes Dossier's mails in the words of internal/locale, each as text and as HTML.
package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"dossier/internal/locale"
)

//go:embed layout.html
var layout string

// Message is a mail as people read it.
type Message struct {
	// Language is the tag of the language that it is written in.
	Language            string
	Subject, Text, HTML string
}

// Writer writes mails. It is safe for concurrent use.
type Writer struct {
	words *locale.Catalog
	html  *template.Template
}

// NewWriter gives a writer with the words of a catalogue.
func NewWriter(words *locale.Catalog) (*Writer, error) {
	html, err := template.New("layout").Funcs(template.FuncMap{"markup": markup, "outlook": outlook}).Parse(layout)
	if err != nil {
		return nil, fmt.Errorf("parse layout of mails: %w", err)
	}
	return &Writer{words, html}, nil
}

// outlook gives markup that Outlook for Windows reads, and nothing else: its widths end only at tables that have one.
func outlook(markup string) template.HTML {
	return template.HTML("<!--[if mso]>" + markup + "<![endif]-->")
}

// Write writes a mail in the language that it was decided in, or in English.
func (w *Writer) Write(v View) (*Message, error) {
	l := w.words.Locale(v.Mail.Language)
	c, err := compose(v, l)
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	var html bytes.Buffer
	if err := w.html.Execute(&html, c); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return &Message{Language: l.Tag, Subject: oneLine(c.Subject), Text: strings.TrimSpace(c.text()), HTML: html.String()}, nil
}
