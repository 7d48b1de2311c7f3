package page

import (
	"encoding/json"
	"fmt"
	"html/template"
	"time"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// funcs are what pages call: t and n give the words of a page's key and of a number of things, the others are named
// for what they give.
func (l *Locale) funcs(words *locale.Catalog, a *assets) template.FuncMap {
	return template.FuncMap{
		"t": l.Word, "n": l.Count,
		"lang":      func() string { return l.Tag },
		"dir":       func() string { return l.Dir },
		"languages": words.Locales,
		"asset":     a.path,

		"reason":  l.Reason,
		"finding": l.Finding,
		"does":    l.does,
		"moment":  func(m meeting.Meeting, t time.Time) string { return l.ZonedMoment(t.In(m.Location())) },
		"clock":   func(m meeting.Meeting, t time.Time) string { return t.In(m.Location()).Format("2006-01-02 15:04") },
		"date":    func(m meeting.Meeting, t time.Time) string { return l.Day(t.In(m.Location())) },
		"dayOf":   l.Day,
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"size":    l.size,
		"percent": func(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) },

		"less": func(a, b int) int { return a - b },
		"key":  func(i int) int { return i + 1 },
		"json": asJSON,
		"list": func(items ...any) []any { return items },
	}
}

// does says what a paper that files nothing seems to do; "" when nobody can tell.
func (l *Locale) does(a meeting.Act) string {
	if a == "" || a.Nominates() {
		return ""
	}
	return l.Evidence(meeting.Evidence{Code: meeting.EvidenceAct, Detail: string(a)})
}

// size gives a number of bytes in kilobytes or megabytes.
func (l *Locale) size(bytes int64) (string, error) {
	switch {
	case bytes < 1<<20:
		return l.Word("kilobytes", "N", (bytes+1023)>>10)
	case bytes%(1<<20) == 0:
		return l.Word("megabytes", "N", bytes>>20)
	}
	return l.Word("megabytes", "N", fmt.Sprintf("%.1f", float64(bytes)/(1<<20)))
}

// asJSON gives a value for an attribute that a script reads.
func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}
