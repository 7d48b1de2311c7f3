package page

import (
	"html/template"
	"net/http"

	"dossier/internal/locale"
)

// Locale is a language with the pages in it.
type Locale struct {
	*locale.Locale
	pages *template.Template
}

// Word gives the words of a page's key, with values filled in: name, value, name, value. It fails if there are none.
func (l *Locale) Word(key string, pairs ...any) (string, error) {
	return l.Text("page."+key, pairs...)
}

// Count gives the words of a page's key for a number of things. It fails if there are none.
func (l *Locale) Count(key string, n int) (string, error) { return l.Plural("page."+key, n) }

// languageCookie keeps the language that a visitor chose.
const languageCookie = "lang"

// Locale chooses the language of a page: the one that the visitor asks for, the one asked for before, the one that
// the visitor is known to read ("" if that is not known), or the one that the browser prefers.
func (p *Renderer) Locale(r *http.Request, known string) *Locale {
	wanted := []string{r.URL.Query().Get("lang")}
	if c, err := r.Cookie(languageCookie); err == nil {
		wanted = append(wanted, c.Value)
	}
	for _, tag := range append(wanted, known) {
		if l := p.locales[tag]; l != nil {
			return l
		}
	}
	return p.locales[p.words.Match(r.Header.Get("Accept-Language")).Tag]
}

// Languages gives the tags of all languages, English first.
func (p *Renderer) Languages() []string { return p.words.Languages() }

// LanguageName gives the name of a language in its own words, or its tag.
func (p *Renderer) LanguageName(tag string) string { return p.words.Name(tag) }

// Remember keeps the language that a visitor asks for in a cookie.
func (p *Renderer) Remember(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tag := r.URL.Query().Get("lang"); p.words.Has(tag) {
			http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: tag, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
				SameSite: http.SameSiteLaxMode, Secure: p.policy.HTTPS})
		}
		next.ServeHTTP(w, r)
	})
}
