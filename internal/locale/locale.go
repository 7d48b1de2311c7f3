package locale

import (
	"cmp"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"dossier/internal/meeting"
)

// Locale gives words, dates and numbers in one language. It is safe for concurrent use.
type Locale struct {
	// Tag is the language's code (RFC 5646), Name its name in its own words, Dir the direction of its script: "ltr"
	// or "rtl".
	Tag, Name, Dir string

	order   string // its place among the languages
	words   *i18n.Localizer
	english *Locale
}

// describe fills in the language's name, direction and place among the languages.
func (l *Locale) describe() error {
	for key, into := range map[string]*string{"name": &l.Name, "direction": &l.Dir, "order": &l.order} {
		text, err := l.own("language."+key, nil)
		if err != nil {
			return fmt.Errorf("read words: %w", err)
		}
		*into = text
	}
	return nil
}

// own gives the words of a key in this language. It fails if the language does not have them.
func (l *Locale) own(key string, values map[string]any) (string, error) {
	return l.words.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values})
}

// Text gives the words of a key, with values filled in: name, value, name, value. It fails if there are no such words.
func (l *Locale) Text(key string, pairs ...any) (string, error) {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	text, err := l.own(key, values)
	if err != nil && l != l.english {
		return l.english.own(key, values)
	}
	return text, err
}

// Plural gives the words of a key for a number of things, by the plural rules of the language (Unicode CLDR). It
// fails if there are no such words.
func (l *Locale) Plural(key string, n int) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: map[string]any{"N": n}}
	text, err := l.words.Localize(config)
	if err != nil && l != l.english {
		return l.english.words.Localize(config)
	}
	return text, err
}

// or gives the words of a key, or others if there are none.
func (l *Locale) or(otherwise, key string, pairs ...any) string {
	if text, err := l.Text(key, pairs...); err == nil {
		return text
	}
	return otherwise
}

// code gives the words of a code and its value; a code without words is shown as it is.
func (l *Locale) code(area, code, value string) string {
	return l.or(strings.TrimSpace(code+" "+value), area+"."+code, "Value", value)
}

// Reason gives the words of a document's reason for review or rejection. What a person wrote is given as it is.
func (l *Locale) Reason(r meeting.Reason) string {
	if strings.Contains(string(r), " ") {
		return string(r)
	}
	return l.or(l.or(string(r), "reason.unknown"), "reason."+string(r))
}

// Evidence gives the words of one observation about whose a document is.
func (l *Locale) Evidence(e meeting.Evidence) string {
	if e.Code == meeting.EvidenceAct {
		return l.Act(meeting.Act(e.Detail))
	}
	if _, err := l.own("evidence."+string(e.Code), nil); err != nil && l != l.english {
		return l.english.Evidence(e) // the kind of document too
	}
	detail := e.Detail
	if kind := l.Kind(meeting.Kind(detail)); kind != "" {
		detail = strings.ToLower(kind)
	}
	return l.code("evidence", string(e.Code), detail)
}

// Act says in a sentence what a paper seems to do.
func (l *Locale) Act(a meeting.Act) string {
	if words := l.or("", "evidence.act-"+string(a)); words != "" || l == l.english {
		return cmp.Or(words, string(a))
	}
	return l.english.Act(a)
}

// Finding gives the words of a reader's finding.
func (l *Locale) Finding(f meeting.Finding) string {
	return l.code("finding", string(f.Code), f.Detail)
}

// Problem gives the words of one problem of a roster.
func (l *Locale) Problem(p meeting.RosterProblem) string {
	return l.or(strings.TrimSpace(p.Code+" "+p.Value), "problem."+p.Code, "Value", p.Value, "ID", p.ID, "Before", p.Before)
}

// Kind names a kind of document as mails do; "" if it is none.
func (l *Locale) Kind(k meeting.Kind) string { return l.or("", "mail.kind-"+string(k)) }

// Day gives a date in words, in the time's own zone.
func (l *Locale) Day(t time.Time) string { return l.date("date.day", t, "") }

// Moment gives a date and a time of day in words, in the time's own zone.
func (l *Locale) Moment(t time.Time) string { return l.date("date.moment", t, t.Format("15:04")) }

// ZonedMoment is Moment with the name of the time zone.
func (l *Locale) ZonedMoment(t time.Time) string {
	return l.date("date.moment", t, t.Format("15:04 MST"))
}

// CityMoment gives a date and a time of day in words as a clock in a time zone shows it, with the name of the zone's
// city: "20 November 2026, 18:00 Bangkok time".
func (l *Locale) CityMoment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	layout := l.or("15:04", "date.clock")
	if t.Minute() == 0 {
		layout = l.or(layout, "date.clock-hour")
	}
	return l.date("date.in-zone", t, t.Format(layout), "Zone", l.zone(t))
}

// zone names the time of a city. A zone that is named for no city is given by its distance from UTC.
func (l *Locale) zone(t time.Time) string {
	name := t.Location().String()
	area, city := path.Dir(name), path.Base(name)
	switch {
	case name == time.UTC.String():
		return name
	case area == "." || area == "Etc":
		return t.Format("UTC-07:00")
	}
	named := strings.ReplaceAll(city, "_", " ")
	if words, err := l.own("zone."+city, nil); err == nil {
		return words
	}
	return l.or(named, "date.zone", "City", named)
}

func (l *Locale) date(key string, t time.Time, clock string, more ...any) string {
	month := l.or(t.Month().String(), fmt.Sprintf("date.month-%02d", t.Month()))
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = l.or(day, "date.first")
	}
	values := append([]any{"Day", day, "Month", month, "Year", t.Year(), "Clock", clock}, more...)
	return l.or(t.Format(time.RFC3339), key, values...)
}
