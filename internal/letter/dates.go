package letter

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// month gives a month by its folded name in English, French, Portuguese and Arabic, the Arabic ones both as in the
// Levant and as in Egypt and the Maghreb.
func month(name string) time.Month {
	names := [][]string{
		{
			"january",
			"jan",
			"janvier",
			"janeiro", "enero", "ene", "января", "januar", "ocak",
			"يناير",
			"كانون الثاني",
			"جانفي",
		}, {"february", "feb", "fevrier", "fev", "fevereiro", "febrero", "февраля", "februar", "subat", "فبراير", "شباط", "فيفري"},
		{
			"march",
			"mar",
			"mars",
			"marco", "marzo", "марта", "mart",
			"مارس",
			"اذار",
		}, {"april", "apr", "avril", "avr", "abril", "abr", "апреля", "nisan", "ابريل", "نيسان", "افريل"},
		{
			"may",
			"mai",
			"maio", "mayo", "мая", "maj", "mayis",
			"مايو",
			"ايار",
			"ماي",
		}, {"june", "jun", "juin", "junho", "junio", "июня", "juni", "haziran", "يونيو", "حزيران", "جوان", "يونيه"},
		{
			"july",
			"jul",
			"juillet",
			"juil",
			"julho", "julio", "июля", "juli", "temmuz",
			"يوليو",
			"تموز",
			"جويليه",
			"يوليوز",
			"يوليه",
		}, {"august", "aug", "aout", "agosto", "ago", "августа", "avgust", "agustos", "اغسطس", "اب", "اوت", "غشت"},
		{
			"september",
			"sep",
			"sept",
			"septembre",
			"setembro", "septiembre", "setiembre", "сентября", "septembar", "eylul",
			"set",
			"سبتمبر",
			"ايلول",
			"شتنبر",
		}, {"october", "oct", "octobre", "outubro", "out", "octubre", "октября", "oktobar", "ekim", "اكتوبر", "تشرين الاول"},
		{
			"november",
			"nov",
			"novembre",
			"novembro", "noviembre", "ноября", "novembar", "kasim",
			"نوفمبر",
			"تشرين الثاني",
			"نونبر",
		}, {"december", "dec", "decembre", "dezembro", "dez", "diciembre", "dic", "декабря", "decembar", "aralik", "ديسمبر", "كانون الاول", "دجنبر"},
	}
	name = strings.TrimSuffix(strings.Join(strings.Fields(name), " "), ".")
	if i := strings.IndexByte(name, '/'); i > 0 { // نيسان/أبريل
		name = strings.TrimSpace(name[:i])
	}
	for i, all := range names {
		for _, n := range all {
			if n == name {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

const monthPattern = `(?:[a-z]{3,10}\.?|[\x{0430}-\x{044f}]{3,9}|[\x{0621}-\x{064a}]+(?:\s+(?:الاول|الثاني))?(?:\s*/\s*[\x{0621}-\x{064a}]+)?)`

// dates are the ways in which a day is written: 12 April 2021, le 1er mai 2021, 12 de abril de 2021, April 12, 2021,
// 2021-04-12, 12/04/2021 (day first, as in all countries that these letters come from).
var dates = regexp.MustCompile(
	`\b(\d{1,2})\s*(?:(?:st|nd|rd|th|er|o)\b|º|°)?\s*(?:of\s+|de\s+|d'|-|\.)?\s*(` + monthPattern + `)\s*(?:,|de\s+|-|\.)?\s*(\d{4})\b|` +
		`\b(` + monthPattern + `)\s+(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\b`,
)

// otherDates tells dates that are not the letter's: of the letter that is answered, of the meeting, of birth.
var otherDates = regexp.MustCompile(
	`(?:\b(?:letter|note|invitation|email|mail)\b[^.\n]{0,60}|\bdated\s+|\blettre\b[^.\n]{0,60}|` +
		`\bdatee\s+d[eu]\s+|\ben\s+date\s+d[eu]\s+|\bcarta\b[^.\n]{0,60}|\bdatada\s+de\s+|` +
		`\bheld\b[^.\n]{0,40}|\bmeeting\b[^.\n]{0,60}|\breunion\b[^.\n]{0,60}|\breuniao\b[^.\n]{0,60}|` +
		`\bfrom\s+|\bto\s+|\buntil\s+|\bborn\b[^.\n]{0,20}|\bne(?:e)?\s+le\s+|\bau\s+|` +
		`\bbetween\b[^.\n]{0,20}|المورخ[^.\n]{0,30}|من\s+|الي\s+)$`)

// date is the letter's own: by its label, on a short line of the letterhead or by the signature, else the first that is
// not said of something else.
func (p *page) date(closing int) (Field, time.Time) {
	type found struct {
		Field
		at    time.Time
		score int
	}
	var best found
	for _, m := range dates.FindAllStringSubmatchIndex(p.folded, -1) {
		get := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return p.folded[m[2*i]:m[2*i+1]]
		}
		var day, mon, year string
		var of time.Month
		switch {
		case get(1) != "":
			day, mon, year = get(1), get(2), get(3)
			of = month(mon)
		case get(4) != "":
			day, mon, year = get(5), get(4), get(6)
			of = month(mon)
		case get(7) != "":
			day, year = get(9), get(7)
			n, _ := strconv.Atoi(get(8)) // two digits, by the pattern
			of = time.Month(n)
		default:
			day, year = get(10), get(12)
			n, _ := strconv.Atoi(get(11))
			of = time.Month(n)
		}
		d, _ := strconv.Atoi(day)
		y, _ := strconv.Atoi(year)
		at := time.Date(y, of, d, 0, 0, 0, 0, time.UTC)
		if of < 1 || of > 12 || at.Day() != d || y < 1990 || y > 2100 {
			continue
		}
		s := p.span(m[0], m[1])
		line := p.lineOf(s.From)
		before := p.before(s.From, 90)
		score := 2
		short := len([]rune(p.text[line.From:line.To])) <= 60
		switch {
		case label.MatchString(before):
			score = 5
		case otherDates.MatchString(before[max(0, len(before)-80):]):
			score = 0
		case short && (strings.Count(p.text[:s.From], "\n") < 14 || s.From > closing):
			score = 4
		}
		f := found{p.field(s, []float64{0.4, 0.5, 0.6, 0.8, 0.9, 0.95}[score]), at, score}
		if best.Value == "" || f.score > best.score {
			best = f
		}
	}
	if best.score == 0 {
		return Field{}, time.Time{}
	}
	return best.Field, best.at
}

var label = regexp.MustCompile(
	`(?:^|\n|\s)(?:date|data|fait\s+a\s+\S+,?\s+le|feito\s+em\s+\S+,?(?:\s+(?:em|aos))?|` +
		`done\s+at\s+\S+(?:\s+\S+)?,?(?:\s+on)?|التاريخ|تاريخ|بتاريخ|في)\s*[:,]?\s*$`)
