package portal

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"dossier/internal/mail"
	"dossier/internal/meeting"
)

// tongue is one language that pages are written in.
type tongue struct {
	Tag, Name, Dir string
	words          *i18n.Localizer
	pages          *template.Template
}

// names are the languages of the pages in their own words.
func names() map[string]string {
	return map[string]string{"en": "English", "fr": "Français", "ar": "العربية", "pt": "Português"}
}

// tongues reads the words of each language and parses the pages in it.
func tongues(w *mail.Writer, asset func(string) (string, error)) (map[string]*tongue, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	all := map[string]*tongue{}
	for _, tag := range mail.Languages() {
		if _, err := bundle.LoadMessageFileFS(files, "words/"+tag+".json"); err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		g := &tongue{Tag: tag, Name: names()[tag], Dir: mail.Dir(tag), words: i18n.NewLocalizer(bundle, tag)}
		var err error
		g.pages, err = template.New("").Funcs(template.FuncMap{
			"t": g.say, "n": g.count, "lang": func() string { return tag }, "dir": func() string { return g.Dir }, "asset": asset,
			"languages": func() []*tongue {
				var list []*tongue
				for _, t := range mail.Languages() {
					list = append(list, all[t])
				}
				return list
			},
			"reason":  func(code meeting.Reason) string { return w.Reason(tag, code) },
			"finding": func(f meeting.Finding) string { return w.Finding(tag, f) },
			"kind":    func(k meeting.Kind) string { return w.Kind(tag, k) },
			"moment":  func(m meeting.Meeting, t time.Time) string { return w.Date(tag, t.In(m.Location())) },
			"clock":   func(m meeting.Meeting, t time.Time) string { return t.In(m.Location()).Format("2006-01-02 15:04") },
			"date":    func(m meeting.Meeting, t time.Time) string { return w.Day(tag, t.In(m.Location())) },
			"dayOf":   func(t time.Time) string { return w.Day(tag, t) },
			"less":    func(a, b int) int { return a - b },
			"key":     func(i int) int { return i + 1 },
			"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
			"percent": func(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) },
			"size":    g.size,
			"json":    asJSON,
			"list":    func(items ...any) []any { return items },
		}).ParseFS(files, "pages/*.html")
		if err != nil {
			return nil, fmt.Errorf("parse pages: %w", err)
		}
		all[tag] = g
	}
	return all, nil
}

// say gives the words of a key, with values filled in: name, value, name, value. A key without words is an error, for it is a
// mistake of ours.
func (g *tongue) say(key string, pairs ...any) (string, error) {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return g.words.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values})
}

// count gives the words of a key for a number of things, by the plural rules of the language (Unicode CLDR).
func (g *tongue) count(key string, n int) (string, error) {
	return g.words.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: map[string]any{"N": n}})
}

// size says how many bytes that is, in kilobytes or megabytes.
func (g *tongue) size(bytes int64) (string, error) {
	switch {
	case bytes < 1<<20:
		return g.say("kilobytes", "N", (bytes+1023)>>10)
	case bytes%(1<<20) == 0:
		return g.say("megabytes", "N", bytes>>20)
	}
	return g.say("megabytes", "N", fmt.Sprintf("%.1f", float64(bytes)/(1<<20)))
}

// asJSON is for an attribute that a script reads.
func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// languageCookie keeps the language that a visitor chose.
const languageCookie = "lang"

// tongue chooses the language of a page: what the visitor asks for, asked for before, is known to read, or the browser prefers.
func (p *Portal) tongue(r *http.Request, known string) *tongue {
	if g := p.tongues[r.URL.Query().Get("lang")]; g != nil {
		return g
	}
	if c, err := r.Cookie(languageCookie); err == nil && p.tongues[c.Value] != nil {
		return p.tongues[c.Value]
	}
	if g := p.tongues[known]; g != nil {
		return g
	}
	var tags []language.Tag
	for _, l := range mail.Languages() {
		tags = append(tags, language.Make(l))
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return p.tongues[mail.Languages()[0]]
	}
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return p.tongues[mail.Languages()[i]]
}

// remember keeps the language that a visitor asks for in a cookie.
func (p *Portal) remember(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l := r.URL.Query().Get("lang"); slices.Contains(mail.Languages(), l) {
			http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: l, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.secure()})
		}
		next.ServeHTTP(w, r)
	})
}

// secure tells whether cookies are for HTTPS alone: everywhere but on this machine.
func (p *Portal) secure() bool { return strings.HasPrefix(p.config.PortalURL, "https:") }
