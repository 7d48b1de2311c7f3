// Package locale holds every word that people read, one JSON file a language, for pages and mails alike.
//
// A key names its area first: "page.accept", "reason.locked". The areas are language (its name and direction),
// date, zone (the time of a city), page, refusal, history, mail, reason, evidence, finding and problem (of a roster).
// What a language does not say is said in English.
//
// To add a language, add its file here, named by its tag (es.json).
// The test of this package lists missing words.
package locale

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.json
var words embed.FS

// English is the language that stands in for all others, and for keys that another one lacks.
const English = "en"

// Catalog has the words of every language. It is safe for concurrent use.
type Catalog struct {
	locales []*Locale // English first
	matcher language.Matcher
}

// New reads the catalogue of the languages that Dossier is written in.
func New() (*Catalog, error) { return Read(words) }

// Read makes a catalogue of the JSON files in a folder, each named by its language's tag; en.json must be among them.
func Read(folder fs.FS) (*Catalog, error) {
	files, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	english := &Locale{Tag: English}
	c := &Catalog{locales: []*Locale{english}}
	for _, file := range files {
		if _, err := bundle.LoadMessageFileFS(folder, file); err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		if tag := strings.TrimSuffix(file, path.Ext(file)); tag != English {
			c.locales = append(c.locales, &Locale{Tag: tag})
		}
	}
	for _, l := range c.locales {
		l.words, l.english = i18n.NewLocalizer(bundle, l.Tag), english
		if err := l.describe(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.locales[1:], func(a, b *Locale) int { return cmp.Compare(a.order, b.order) })
	var tags []language.Tag
	for _, l := range c.locales {
		tags = append(tags, language.Make(l.Tag))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// Locales gives every language in the order that their files ask for, English first.
func (c *Catalog) Locales() []*Locale { return slices.Clone(c.locales) }

// Languages gives the tags of Locales.
func (c *Catalog) Languages() []string {
	var tags []string
	for _, l := range c.locales {
		tags = append(tags, l.Tag)
	}
	return tags
}

// Has reports whether there is a file for a language.
func (c *Catalog) Has(tag string) bool { return c.find(tag) != nil }

// Locale gives the language of a tag, or English.
func (c *Catalog) Locale(tag string) *Locale { return cmp.Or(c.find(tag), c.locales[0]) }

// Name gives the name of a language in its own words; the tag, if there is no file for it.
func (c *Catalog) Name(tag string) string {
	if l := c.find(tag); l != nil {
		return l.Name
	}
	return tag
}

func (c *Catalog) find(tag string) *Locale {
	if i := slices.IndexFunc(c.locales, func(l *Locale) bool { return l.Tag == tag }); i >= 0 {
		return c.locales[i]
	}
	return nil
}

// Match gives the language that an Accept-Language header asks for, or English (RFC 9110, section 12.5.4).
func (c *Catalog) Match(accept string) *Locale {
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return c.locales[0]
	}
	_, i, _ := c.matcher.Match(wanted...)
	return c.locales[i]
}
