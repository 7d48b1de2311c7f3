package letter

import (
	"regexp"
	"strconv"
	"time"
)

// Days is a run of days that a text gives as one, such as "23-24 June 2021" or "du 23 au 24 juin". Year is 0 when it is
// not said.
type Days struct {
	Span
	From, To int // days of the month
	Month    time.Month
	Year     int
}

// daysOfMonth are runs of days within one month. Months are told from other words by their names.
var daysOfMonth = regexp.MustCompile(
	`\b(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:-|–|—|/|to|and|through|until|till|au|et|a|al|ao|e|y|do|i|по|до|الي|و|حتي)\s*` +
		`(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:of\s+|de\s+|d'|من\s+)?(` + monthPattern + `)(?:\s*,?\s*(?:de\s+|del\s+)?(\d{4}))?` +
		`|\b(` + monthPattern + `)\s+(\d{1,2})(?:st|nd|rd|th)?\s*(?:-|–|—|to|and|through)\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s*(\d{4}))?`)

// RunsOfDays gives the runs of days in the beginning of a text, in their order.
func RunsOfDays(text string) []Days {
	p := newPage(Budget{}.cut(text))
	var all []Days
	for _, m := range daysOfMonth.FindAllStringSubmatchIndex(p.folded, -1) {
		get := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return p.folded[m[2*i]:m[2*i+1]]
		}
		d := Days{Span: p.span(m[0], m[1])}
		from, to, mon, year := get(1), get(2), get(3), get(4)
		if mon == "" {
			mon, from, to, year = get(5), get(6), get(7), get(8)
		}
		d.From, _ = strconv.Atoi(from)
		d.To, _ = strconv.Atoi(to)
		d.Year, _ = strconv.Atoi(year)
		d.Month = month(mon)
		if d.Month == 0 || d.From < 1 || d.To > 31 || d.From > d.To {
			continue
		}
		all = append(all, d)
	}
	return all
}

// monthOfYear is a month with its year.
var monthOfYear = regexp.MustCompile(`(` + monthPattern + `)\s*,?\s*(?:de\s+|del\s+)?((?:19|20)\d{2})\b`)

// MonthsOf gives the months that stand with their year in the beginning of a text; From and To are no days there.
func MonthsOf(text string) []Days {
	p := newPage(Budget{}.cut(text))
	var all []Days
	for _, m := range monthOfYear.FindAllStringSubmatchIndex(p.folded, -1) {
		d := Days{Span: p.span(m[0], m[1]), Month: month(p.folded[m[2]:m[3]])}
		d.Year, _ = strconv.Atoi(p.folded[m[4]:m[5]])
		if d.Month != 0 {
			all = append(all, d)
		}
	}
	return all
}
