// Package page renders the portal's pages in every language, and turns an error into the page that explains it.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"

	"dossier/internal/locale"
)

//go:embed *.html assets
var files embed.FS

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	words   *locale.Catalog
	locales map[string]*Locale // by tag
	assets  *assets
	policy  Policy
	log     *slog.Logger
}

// Handler answers a request, or returns an error that Handle turns into a page.
type Handler func(http.ResponseWriter, *http.Request) error

// New parses the pages of the rooms in every language of the catalogue. A room is a folder of *.html files.
func New(words *locale.Catalog, policy Policy, log *slog.Logger, rooms ...fs.FS) (*Renderer, error) {
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &Renderer{words: words, locales: map[string]*Locale{}, assets: a, policy: policy, log: log}
	for _, l := range words.Locales() {
		own := &Locale{Locale: l}
		own.pages = template.New("").Funcs(own.funcs(words, a))
		for _, room := range append([]fs.FS{files}, rooms...) {
			if _, err := own.pages.ParseFS(room, "*.html"); err != nil {
				return nil, fmt.Errorf("parse pages: %w", err)
			}
		}
		p.locales[l.Tag] = own
	}
	return p, nil
}

// Assets serves the files that pages link to, by the path value "name".
func (p *Renderer) Assets() http.Handler { return p.assets }

// Handle answers by a handler, or by the page that explains its error.
func (p *Renderer) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.fail(w, r, err)
		}
	})
}

// Show answers with a page in the visitor's language. It fails before anything is written.
func (p *Renderer) Show(w http.ResponseWriter, r *http.Request, name string, data any) error {
	return p.ShowIn(w, r, p.Locale(r, ""), name, http.StatusOK, data)
}

// ShowIn answers with a page in a language, with a status. It fails before anything is written.
func (p *Renderer) ShowIn(w http.ResponseWriter, r *http.Request, l *Locale, name string, status int, data any) error {
	var b bytes.Buffer
	if err := l.Render(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", l.Tag)
	w.WriteHeader(status)
	if _, err := w.Write(b.Bytes()); err != nil {
		p.log.DebugContext(r.Context(), "page not taken", "error", err)
	}
	return nil
}

// Render writes a page in the language.
func (l *Locale) Render(w io.Writer, name string, data any) error {
	if err := l.pages.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	return nil
}
