package letter

import (
	"regexp"
	"strconv"
	"strings"
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

// newDays makes days of numbers as they are written. It is not ok when no month has such days.
func newDays(s Span, from, to, year string, mon time.Month) (d Days, ok bool) {
	d = Days{Span: s, Month: mon}
	d.From, _ = strconv.Atoi(from)
	d.To, _ = strconv.Atoi(to)
	d.Year, _ = strconv.Atoi(year)
	return d, d.Month >= time.January && d.Month <= time.December && d.From >= 1 && d.To <= 31 && d.From <= d.To
}

// monthFirst are the English months, which alone stand before the day. Any word would take the numbers of what follows it:
// "from 13 to 16 October".
const monthFirst = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|` +
	`aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`

// daysOfMonth are runs of days within one month. Months are told from other words by their names.
var daysOfMonth = regexp.MustCompile(
	`\b(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:-|–|—|/|to|and|through|until|till|au|et|a|al|ao|e|y|do|i|по|до|الي|و|حتي|ولغايه|لغايه|الي\s+غايه)\s*` +
		`(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:of\s+|de\s+|d'|من\s+)?(` + monthPattern + `)(?:\s*,?\s*(?:de\s+|del\s+)?(\d{4}))?` +
		`|\b(` + monthFirst + `)\s+(\d{1,2})(?:st|nd|rd|th)?\s*(?:-|–|—|to|and|through)\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s*(\d{4}))?`)

// RunsOfDays gives the runs of days in the beginning of a text, in their order.
func RunsOfDays(text string) []Days {
	p := newPage(Budget{}.cut(text))
	var all []Days
	add := func(m []int, from, to, year string, mon time.Month) {
		if m[0] > 0 && strings.ContainsRune("/-.", rune(p.folded[m[0]-1])) {
			return // the end of a number: "12/7/31", and then "October"
		}
		if d, ok := newDays(p.span(m[0], m[1]), from, to, year, mon); ok {
			all = append(all, d)
		}
	}
	for _, m := range daysOfMonth.FindAllStringSubmatchIndex(p.folded, -1) {
		if mon := p.part(m, 3); mon != "" {
			add(m, p.part(m, 1), p.part(m, 2), p.part(m, 4), month(mon))
		} else {
			add(m, p.part(m, 6), p.part(m, 7), p.part(m, 8), month(p.part(m, 5)))
		}
	}
	for _, m := range numericRun.FindAllStringSubmatchIndex(p.folded, -1) {
		n, _ := strconv.Atoi(p.part(m, 3))
		add(m, p.part(m, 1), p.part(m, 2), p.part(m, 4), time.Month(n))
	}
	return all
}

// dayOfMonth is one day, and numericRun a run of days in numbers alone: 13-16/10/2026.
var (
	dayOfMonth = regexp.MustCompile(
		`\b(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:of\s+|de\s+|d'|من\s+|-|\.)?\s*(` + monthPattern + `)(?:\s*,?\s*(?:de\s+|del\s+)?(\d{4}))?` +
			`|\b(` + monthFirst + `)\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:\s*,?\s*(\d{4}))?` +
			`|\b(\d{1,2})\s*[/.]\s*(\d{1,2})\s*[/.]\s*(\d{4})\b`)
	numericRun = regexp.MustCompile(`\b(\d{1,2})\s*(?:-|–|—|to|au|a|al|ao|الي)\s*(\d{1,2})\s*[/.]\s*(\d{1,2})\s*[/.]\s*(\d{4})\b`)
)

// Window is a run of days of a year or two.
type Window struct{ From, To time.Time }

// Holds tells whether a day lies in the window. One without a year is taken to be of the window's.
func (w Window) Holds(d Days) bool {
	for year := w.From.Year(); year <= w.To.Year(); year++ {
		if d.Year != 0 && d.Year != year {
			continue
		}
		day := time.Date(year, d.Month, d.From, 0, 0, 0, 0, time.UTC)
		if !day.Before(w.From.Truncate(24*time.Hour)) && !day.After(w.To) {
			return true
		}
	}
	return false
}

// SingleDays gives the days in the beginning of a text, each by itself, in their order; From and To are the same. In numbers
// alone the day comes first.
func SingleDays(text string) []Days {
	p := newPage(Budget{}.cut(text))
	var all []Days
	for _, m := range dayOfMonth.FindAllStringSubmatchIndex(p.folded, -1) {
		day, mon, year := p.part(m, 1), month(p.part(m, 2)), p.part(m, 3)
		if day == "" {
			day, mon, year = p.part(m, 5), month(p.part(m, 4)), p.part(m, 6)
		}
		if day == "" {
			n, _ := strconv.Atoi(p.part(m, 8))
			day, mon, year = p.part(m, 7), time.Month(n), p.part(m, 9)
		}
		if d, ok := newDays(p.span(m[0], m[1]), day, day, year, mon); ok {
			all = append(all, d)
		}
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
