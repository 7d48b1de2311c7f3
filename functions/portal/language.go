package portal

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// language is a language with the pages in it.
type language struct {
	*locale.Locale
	pages *template.Template
}

// languages parses the pages in every language, by its tag.
func languages(words *locale.Catalog, asset func(string) (string, error)) (map[string]*language, error) {
	all := map[string]*language{}
	for _, l := range words.Locales() {
		g := &language{Locale: l}
		var err error
		g.pages, err = template.New("").Funcs(template.FuncMap{
			"t": g.word, "n": g.count, "lang": func() string { return l.Tag }, "dir": func() string { return l.Dir }, "asset": asset,
			"languages": words.Locales,
			"reason":    l.Reason,
			"finding":   l.Finding,
			"moment":    func(m meeting.Meeting, t time.Time) string { return l.ZonedMoment(t.In(m.Location())) },
			"clock":     func(m meeting.Meeting, t time.Time) string { return t.In(m.Location()).Format("2006-01-02 15:04") },
			"date":      func(m meeting.Meeting, t time.Time) string { return l.Day(t.In(m.Location())) },
			"dayOf":     l.Day,
			"less":      func(a, b int) int { return a - b },
			"key":       func(i int) int { return i + 1 },
			"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
			"percent":   func(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) },
			"size":      g.size,
			"json":      asJSON,
			"list":      func(items ...any) []any { return items },
		}).ParseFS(files, "pages/*.html")
		if err != nil {
			return nil, fmt.Errorf("parse pages: %w", err)
		}
		all[l.Tag] = g
	}
	return all, nil
}

// word gives the words of a page's key.
func (g *language) word(key string, pairs ...any) (string, error) {
	return g.Text("page."+key, pairs...)
}

// count gives the words of a page's key for a number of things.
func (g *language) count(key string, n int) (string, error) { return g.Plural("page."+key, n) }

// size says how many bytes that is, in kilobytes or megabytes.
func (g *language) size(bytes int64) (string, error) {
	switch {
	case bytes < 1<<20:
		return g.word("kilobytes", "N", (bytes+1023)>>10)
	case bytes%(1<<20) == 0:
		return g.word("megabytes", "N", bytes>>20)
	}
	return g.word("megabytes", "N", fmt.Sprintf("%.1f", float64(bytes)/(1<<20)))
}

// asJSON is for an attribute that a script reads.
func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// languageCookie keeps the language that a visitor chose.
const languageCookie = "lang"

// language chooses the language of a page: what the visitor asks for, asked for before, is known to read, or the browser prefers.
func (p *Portal) language(r *http.Request, known string) *language {
	if g := p.languages[r.URL.Query().Get("lang")]; g != nil {
		return g
	}
	if c, err := r.Cookie(languageCookie); err == nil && p.languages[c.Value] != nil {
		return p.languages[c.Value]
	}
	if g := p.languages[known]; g != nil {
		return g
	}
	return p.languages[p.words.Match(r.Header.Get("Accept-Language")).Tag]
}

// remember keeps the language that a visitor asks for in a cookie.
func (p *Portal) remember(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l := r.URL.Query().Get("lang"); p.words.Has(l) {
			http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: l, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
				SameSite: http.SameSiteLaxMode, Secure: p.secure()})
		}
		next.ServeHTTP(w, r)
	})
}

// secure tells whether cookies are for HTTPS alone: everywhere but on this machine.
func (p *Portal) secure() bool { return strings.HasPrefix(p.config.PortalURL, "https:") }
