package letter

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// person is somebody named in the text.
type person struct {
	Name       Field
	honorific  string
	start      int // of the honorific, or of the name
	end        int // of the name
	how        int // honoured, listed, labelled or alone
	aside      bool
	replaced   bool
	leaves     bool
	signs      bool
	tablePost  Field
	tableEmail Field
}

// How a person was found.
const (
	honoured = iota // after an honorific
	listed          // at the beginning of a list's item
	labelled        // in a form or a table
	alone           // on a line of its own
)

// token is a word and where it stands.
type token struct {
	text     string
	from, to int
	gap      string // what stands between the token before and this one
}

// tokens cuts a piece of the text into words; the points of initials and abbreviations, apostrophes and hyphens belong
// to them.
func (p *page) tokens(from, to int) []token {
	var all []token
	last := from
	for i := from; i < to; {
		r, n := utf8.DecodeRuneInString(p.text[i:to])
		if !wordRune(r) {
			i += n
			continue
		}
		j := i
		for j < to {
			r, n := utf8.DecodeRuneInString(p.text[j:to])
			inner := strings.ContainsRune("'’‘ʼ-‐", r) && j+n < to && nextIsWord(p.text[j+n:to])
			if !wordRune(r) && !inner {
				break
			}
			j += n
		}
		// An initial keeps its point, and so do letters with points between them, such as H.E.
		for j < to && p.text[j] == '.' && short(p.text[i:j]) {
			j++
			if r, n := utf8.DecodeRuneInString(p.text[j:to]); n > 0 && unicode.IsUpper(r) && j+n < to &&
				p.text[j+n] == '.' {
				j += n
				continue
			}
			break
		}
		all = append(all, token{p.text[i:j], i, j, p.text[last:i]})
		last, i = j, j
	}
	return all
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

func nextIsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// short tells an initial, or letters with points between.
func short(s string) bool {
	rs := []rune(strings.ReplaceAll(s, ".", ""))
	return len(rs) == 1 && unicode.IsUpper(rs[0]) || strings.Contains(s, ".")
}

// honorifics, folded and without points.
func isHonorific(s string) bool {
	word := strings.Trim(strings.ReplaceAll(newFold(s), ".", ""), " ")
	if fold.Arabic(word) { // with "and", "to" or "by" written on to it
		if rest, ok := strings.CutPrefix(word, "لل"); ok {
			word = "ال" + rest
		}
		if i := strings.Index(word, "ال"); i == len("و") {
			word = word[i:]
		}
	}
	switch word {
	case "mr",
		"mrs",
		"ms",
		"miss",
		"mx",
		"dr",
		"prof",
		"professor",
		"hon",
		"honourable",
		"honorable",
		"he",
		"se",
		"amb",
		"ambassador",
		"sir",
		"madam",
		"madame",
		"mme",
		"mlle",
		"monsieur",
		"m",
		"me",
		"maitre",
		"sr",
		"sra",
		"senhor",
		"senhora",
		"dra",
		"doutor",
		"doutora",
		"eng",
		"ing",
		"exmo",
		"exma",
		"excelencia",
		"excellency",
		"col",
		"gen",
		"capt",
		"maj",
		"judge",
		"justice",
		"superintendent",
		"supt",
		"inspector",
		"insp",
		"sergeant",
		"lieutenant",
		"captain",
		"major",
		"colonel",
		"brigadier",
		"commissaire",
		"capitaine",
		"commandant",
		"mm",
		"mmes",
		"messrs",
		"السيد",
		"السيده",
		"الدكتور",
		"الدكتوره",
		"الاستاذ",
		"الاستاذه",
		"المستشار",
		"المستشاره",
		"القاضي",
		"القاضيه",
		"اللواء",
		"العميد",
		"العقيد",
		"معالي",
		"سعاده",
		"الانسه",
		"المهندس",
		"المهندسه",
		"د":
		return true
	}
	return false
}

// particles stand within names in small letters.
func isParticle(s string) bool {
	switch newFold(s) {
	case "de",
		"da",
		"do",
		"dos",
		"das",
		"du",
		"des",
		"di",
		"del",
		"van",
		"von",
		"der",
		"den",
		"bin",
		"ben",
		"ibn",
		"bint",
		"el",
		"al",
		"ould",
		"wa",
		"née",
		"nee",
		"e",
		"y",
		"la",
		"le",
		"d'":
		return true
	}
	return false
}

// nameWord tells whether a token can stand in a name: a word with a capital, an initial, or one that OCR gave a digit.
func nameWord(s string) bool {
	if fold.Arabic(s) {
		return true
	}
	rs := []rune(s)
	if !unicode.IsUpper(rs[0]) && !((rs[0] == '0' || rs[0] == '1') && len(rs) > 2 && unicode.IsLetter(rs[1])) {
		// al-Rahman, d'Almeida
		if i := strings.IndexAny(s, "-'’"); i > 0 && i < 4 {
			r, _ := utf8.DecodeRuneInString(s[i+len(string([]rune(s[i:])[0])):])
			return unicode.IsUpper(r)
		}
		return false
	}
	digits := 0
	for _, r := range rs {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits <= 1 || digits*4 <= len(rs)
}

// mostWords is the most words that a name has.
const mostWords = 7

// name reads a name from the tokens: it ends where something other than blanks stands between words, at a word that
// cannot be in one, and before the word of a position. Least is how many words it has to have.
func (p *page) name(ts []token, least int) (Field, int) {
	n, words := 0, 0
	inArabic := len(ts) > 0 && fold.Arabic(ts[0].text)
	for n < len(ts) && words < mostWords {
		t := ts[n]
		if n > 0 && !joins(t.gap, words) {
			break
		}
		folded := strings.TrimSuffix(newFold(t.text), ".")
		switch {
		case fold.Arabic(t.text) != inArabic:
			goto done
		case t.text == "علي": // the name Ali, which folds as the word for "on" does
			n++
			words++
		case words >= 2 && positions.MatchString(folded), words >= 1 && inArabic && positions.MatchString(folded):
			goto done
		case words >= 1 && isHonorific(t.text) && !short(t.text) && (!inArabic || n+1 < len(ts) && joins(ts[n+1].gap, words) && fold.Arabic(ts[n+1].text)):
			goto done // of the next person; at a name's end it is a name itself
		case n > 0 && isParticle(t.text) && leadsOn(ts[n+1:], words):
			n++
		case nameWord(t.text):
			n++
			words++
		default:
			goto done
		}
	}
done:
	// A particle at the end belongs to what comes after.
	for n > 0 && isParticle(ts[n-1].text) && unicode.IsLower([]rune(ts[n-1].text)[0]) {
		n--
	}
	if words < least || n == 0 {
		return Field{}, 0
	}
	return p.field(Span{ts[0].from, ts[n-1].to}, 0.9), n
}

// leadsOn tells whether a name goes on behind a particle: with a word, or another particle and a word.
func leadsOn(ts []token, words int) bool {
	for i, t := range ts {
		if i > 2 || !joins(t.gap, words) {
			return false
		}
		if nameWord(t.text) {
			return true
		}
		if !isParticle(t.text) {
			return false
		}
	}
	return false
}

// joins tells whether what stands between two words lets a name go on: blanks; one line end when it has begun already.
func joins(gap string, words int) bool {
	return strings.Trim(gap, " \u00a0") == "" && gap != "" ||
		words > 0 && strings.Trim(gap, " \u00a0") == "\n" && len(gap) < 4
}

// No letter names more people, or nominates more: what does is a list of something else, and may cost no more.
const mostPeople, mostNominees = 500, 50

// people finds those named in the text between two places, and the signatory after them.
func (p *page) people(begin, closing int) []person {
	var all []person
	ts := p.tokens(0, len(p.text))
	add := func(x person) {
		if len(all) == mostPeople {
			return
		}
		for i, o := range all {
			if x.Name.From < o.Name.To && x.Name.To > o.Name.From { // found in another way already
				if x.how == labelled && o.how != labelled {
					x.honorific = o.honorific
					all[i] = x
				}
				return
			}
		}
		all = append(all, x)
	}
	// Those with an honorific, wherever they stand.
	for i := 0; i < len(ts); i++ {
		if !isHonorific(ts[i].text) || !startsName(ts, i) {
			continue
		}
		first := i
		for i+1 < len(ts) && isHonorific(ts[i+1].text) && blankOrPoint(ts[i+1].gap) { // H.E. Dr.
			i++
		}
		if i+1 >= len(ts) || !blankOrPoint(ts[i+1].gap) {
			continue
		}
		f, n := p.name(afterPoint(ts[i+1:]), 1)
		if n == 0 {
			continue
		}
		add(
			person{
				Name:      f,
				honorific: strings.Join(strings.Fields(p.text[ts[first].from:ts[i].to]), " "),
				start:     ts[first].from,
				end:       f.To,
				how:       honoured,
			},
		)
		i += n
	}
	for _, m := range labelName.FindAllStringSubmatchIndex(p.folded, -1) {
		s := p.span(m[2], m[3])
		inner := p.tokens(s.From, s.To)
		for len(inner) > 0 && isHonorific(inner[0].text) {
			inner = inner[1:]
		}
		if f, n := p.name(afterPoint(inner), 2); n > 0 {
			add(person{Name: f, start: s.From, end: f.To, how: labelled})
		}
	}
	for _, x := range p.table() {
		add(x)
	}
	// Items of a list, and lines that are a name and nothing else or a name and a position.
	if begin < len(p.text) {
		for at := p.lineOf(begin).From; at < closing; {
			l := p.lineOf(at)
			line := p.text[l.From:l.To]
			mark := marks.FindString(line)
			inner := p.tokens(l.From+len(mark), l.To)
			if f, n := p.name(inner, 2); n > 0 && !agencyWord(f.Value) {
				rest := strings.TrimSpace(p.text[f.To:l.To])
				switch {
				case mark != "" && (rest == "" || strings.ContainsAny(rest[:1], ",;:(-–—\t") || strings.HasPrefix(rest, "—") || n < len(inner) && positions.MatchString(newFold(inner[n].text))):
					add(person{Name: f, start: inner[0].from, end: f.To, how: listed})
				case f.From == inner[0].from && (rest == "" || strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "–") || strings.HasPrefix(rest, "—") || strings.HasPrefix(rest, "- ")) && ownLine(f.Value, rest):
					add(person{Name: f, start: f.From, end: f.To, how: alone})
				}
			}
			at = l.To + 1
		}
	}
	slices.SortFunc(all, func(a, b person) int { return a.start - b.start })
	for i := range all {
		x := &all[i]
		before := p.before(x.start, 90)
		x.aside = x.how != labelled && aside.MatchString(before)
		x.replaced = replaced.MatchString(before)
		x.leaves = leaves.MatchString(p.after(x.end, 80))
		x.signs = x.start >= closing
	}
	return all
}

// ownLine tells a name on a line of its own from a heading: a name has two to five words, and in a line with more
// behind it, that begins with a position.
func ownLine(name, rest string) bool {
	n := len(strings.Fields(name))
	if n < 2 || n > 5 {
		return false
	}
	if rest == "" {
		return true
	}
	words := strings.Fields(newFold(strings.TrimLeft(rest, ",(–—- ")))
	return len(words) > 0 && positions.MatchString(strings.Trim(words[0], ",.;"))
}

func blankOrPoint(gap string) bool { return strings.Trim(gap, " .\u00a0ªº\n") == "" && len(gap) < 6 }

// afterPoint drops the point of an honorific from the gap before a name.
func afterPoint(ts []token) []token {
	if len(ts) == 0 {
		return ts
	}
	out := slices.Clone(ts[:min(len(ts), 4*mostWords)])
	out[0].gap = ""
	return out
}

// startsName tells whether an honorific is one here: "M" and "Me" are letters and words otherwise, "d" in Arabic too.
func startsName(ts []token, i int) bool {
	t := ts[i]
	folded := strings.ReplaceAll(newFold(t.text), ".", "")
	if i+1 >= len(ts) {
		return false
	}
	next := ts[i+1]
	switch folded {
	case "m", "me", "mm", "se", "he", "hon", "eng", "ing", "د":
		return unicode.IsUpper([]rune(t.text)[0]) && strings.ContainsAny(t.text+next.gap, ".") ||
			folded == "me" && unicode.IsUpper([]rune(t.text)[0]) && nameWord(next.text) ||
			folded == "د" && strings.Contains(next.gap, ".")
	case "superintendent",
		"supt",
		"inspector",
		"insp",
		"sergeant",
		"lieutenant",
		"captain",
		"major",
		"colonel",
		"brigadier",
		"commissaire",
		"capitaine",
		"commandant":
		// A rank, not a post: "Inspector General" is nobody's name.
		return nameWord(next.text) && unicode.IsUpper([]rune(t.text)[0]) && strings.TrimSpace(next.gap) == "" &&
			i+2 < len(ts) &&
			nameWord(ts[i+2].text) &&
			!positions.MatchString(newFold(next.text)) &&
			newFold(next.text) != "general"
	case "judge",
		"justice",
		"professor",
		"ambassador",
		"madam",
		"sir",
		"col",
		"gen",
		"senhor",
		"senhora",
		"monsieur",
		"madame":
		return unicode.IsUpper([]rune(t.text)[0]) && nameWord(next.text) ||
			nameWord(next.text) && len([]rune(next.text)) > 1
	}
	return true
}

// header is the row of a table that has a column of names.
var header = regexp.MustCompile(`(?m)^[^\n]*(?:\bnames?\b|\bnoms?\b|\bnomes?\b|الاسم)[^\n]*\t[^\n]*$`)

// The headings of a table's columns.
var (
	nameHeading = regexp.MustCompile(`\bnames?\b|\bnoms?\b|\bnomes?\b|الاسم`)
	postHeading = regexp.MustCompile(`position|title|function|fonction|cargo|funcao|post|qualite|الوظيفه|المنصب`)
	mailHeading = regexp.MustCompile(`mail|courriel|correio|البريد`)
)

// table reads the rows under a header with a column of names; cells are parted by tabs.
func (p *page) table() []person {
	var all []person
	until := 0
	for _, h := range p.find(header) {
		if h.From < until || len(all) >= mostPeople {
			continue // a row of the table before
		}
		cells := strings.Split(p.text[h.From:h.To], "\t")
		column := func(heading *regexp.Regexp) int {
			return slices.IndexFunc(cells, func(c string) bool { return heading.MatchString(newFold(c)) })
		}
		names, posts, mails := column(nameHeading), column(postHeading), column(mailHeading)
		for at := h.To + 1; at < len(p.text); {
			l := p.lineOf(at)
			if !strings.Contains(p.text[l.From:l.To], "\t") {
				break
			}
			var spans []Span
			from := l.From
			for _, c := range strings.Split(p.text[l.From:l.To], "\t") {
				spans = append(spans, Span{from, from + len(c)})
				from += len(c) + 1
			}
			cell := func(i int) Field {
				if i < 0 || i >= len(spans) {
					return Field{}
				}
				return p.field(spans[i], 0.9)
			}
			if names < len(spans) {
				ts := p.tokens(spans[names].From, spans[names].To)
				honorific := ""
				for len(ts) > 0 && isHonorific(ts[0].text) {
					honorific = strings.TrimSpace(honorific + " " + ts[0].text)
					ts = ts[1:]
				}
				if f, n := p.name(afterPoint(ts), 2); n > 0 {
					x := person{
						Name:      f,
						honorific: honorific,
						start:     l.From,
						end:       f.To,
						how:       labelled,
						tablePost: cell(posts),
					}
					if e := cell(mails); strings.Contains(e.Value, "@") {
						x.tableEmail = e
					}
					all = append(all, x)
				}
			}
			at = l.To + 1
			until = at
		}
	}
	return all
}

var (
	emails = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+`)
	phones = regexp.MustCompile(`(?:\+|00)\d[\d ().\-]{6,18}\d`)
)

// nominees are the people who are named between the beginning of the nomination and the letter's close.
func (p *page) nominees(people []person, begin, closing int) []Nominee {
	var out []Nominee
	var chosen []person
	for i, x := range people {
		inside := x.start >= begin && x.start < closing || x.how == labelled && x.start < closing
		if !inside || x.aside || x.signs || x.replaced || x.leaves || len(strings.Fields(x.Name.Value)) < 2 {
			continue
		}
		if x.how == alone &&
			slices.ContainsFunc(
				people,
				func(o person) bool { return o.how != alone && o.start >= begin && o.start < closing && !o.aside },
			) {
			continue // a line that looks like a name says little where names are marked
		}
		if len(chosen) == mostNominees ||
			slices.ContainsFunc(chosen, func(o person) bool { return newFold(o.Name.Value) == newFold(x.Name.Value) }) {
			continue
		}
		chosen = append(chosen, x)
		end := closing
		for _, o := range people[i+1:] {
			if o.start < end && !o.replaced {
				end = o.start
			}
		}
		out = append(out, p.nominee(x, people, end))
	}
	return out
}

// nominee gathers the text about a person up to the next one.
func (p *page) nominee(x person, people []person, end int) Nominee {
	n := Nominee{Name: x.Name, Honorific: x.honorific, Position: x.tablePost, Email: x.tableEmail}
	if x.how == alone {
		n.Name.Confidence = 0.6
	}
	end = min(end, x.end+600, len(p.text))
	if i := strings.Index(p.text[x.end:end], "\n\n"); i >= 0 && x.how != labelled {
		end = x.end + i
	}
	piece := p.text[x.end:end]
	if m := emails.FindStringIndex(piece); m != nil && n.Email.Value == "" {
		n.Email = p.field(Span{x.end + m[0], x.end + m[1]}, 0.95)
	}
	if m := phones.FindStringIndex(piece); m != nil {
		n.Phone = p.field(Span{x.end + m[0], x.end + m[1]}, 0.9)
	}
	if n.Position.Value == "" {
		n.Position = p.position(x, end)
	}
	said := newFold(piece)
	line := p.lineOf(x.start)
	lead := newFold(p.text[line.From:x.start])
	switch {
	case alternates.MatchString(said) || alternates.MatchString(lead):
		n.Role = Alternate
	case heads.MatchString(said) || heads.MatchString(lead):
		n.Role = Head
	}
	for _, o := range people {
		if o.replaced && o.start > x.end && o.start < x.end+250 ||
			o.leaves && o.start < x.start && x.start-o.end < 250 {
			n.Replaces = o.Name
		}
	}
	return n
}

// position is what follows a name: behind a comma, a dash or in brackets, or by its label on the lines below.
func (p *page) position(x person, end int) Field {
	l := p.lineOf(x.end)
	rest := p.text[x.end:min(l.To, end)]
	trimmed := strings.TrimLeft(rest, " \u00a0,،:(–—-\t")
	if trimmed != "" && len(trimmed) < len(rest) {
		from := x.end + len(rest) - len(trimmed)
		to := from + len(trimmed)
		// A position that runs over the line's end goes on to the next sign.
		if to == l.To && to < end && !strings.ContainsAny(trimmed, ".;") && to+1 < len(p.text) {
			next := p.lineOf(to + 1)
			follow := p.text[next.From:min(next.To, end)]
			if r, _ := utf8.DecodeRuneInString(follow); unicode.IsLower(r) && strings.HasSuffix(trimmed, " ") {
				to = min(next.To, end)
			}
		}
		piece := p.text[from:to]
		for _, stop := range []string{
			";", ". ", "(", ")", "\t", " – ", " — ", ", who", ", qui", ", que", ", email", ", e-mail", ", tel",
			" as ", " en qualité", " na qualidade", " and M", " et M", " e a S", " e o S", ", head of",
			", chef", ", alternate", ", suppléant", ", suplente", "، رييس", "، وقد",
		} {
			if i := strings.Index(piece, stop); i > 0 {
				piece = piece[:i]
			}
		}
		if m := emails.FindStringIndex(piece); m != nil {
			piece = piece[:m[0]]
		}
		if m := phones.FindStringIndex(piece); m != nil {
			piece = piece[:m[0]]
		}
		if f := p.field(Span{from, from + len(piece)}, 0.8); f.Value != "" && len(f.Value) < 120 {
			return f
		}
	}
	for _, s := range p.group(labelPosition) {
		if s.From >= x.end && s.From < end {
			return p.field(s, 0.9)
		}
	}
	return Field{}
}

// forthcoming tells that the letter says who comes in something that comes with it.
func (p *page) forthcoming(cues []Span) bool {
	for _, c := range cues {
		if follows.MatchString(p.after(c.From, 160)) {
			return true
		}
	}
	return false
}

// closing is where the letter closes: the first closing phrase behind the last nomination; the text's end without one.
func (p *page) closing(cues []Span) int {
	from := 0
	if len(cues) > 0 {
		from = cues[0].To
	}
	for _, c := range p.find(closes) {
		if c.From > from {
			return c.From
		}
	}
	return len(p.text)
}

// signatory is the last person after the close; a name alone on its line will do there.
func (p *page) signatory(closing int) Field {
	if closing >= len(p.text) {
		return Field{}
	}
	best := Field{}
	for at := p.lineOf(closing).To + 1; at < len(p.text); {
		l := p.lineOf(at)
		ts := p.tokens(l.From, l.To)
		for len(ts) > 0 && (isHonorific(ts[0].text) || strings.HasPrefix(newFold(ts[0].text), "sign")) {
			ts = ts[1:]
		}
		if f, n := p.name(afterPoint(ts), 2); n > 0 && n >= len(ts)-1 && !agencyWord(f.Value) &&
			!positions.MatchString(newFold(ts[0].text)) &&
			best.Value == "" {
			best = f
		}
		at = l.To + 1
	}
	return best
}
