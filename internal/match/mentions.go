package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// zone is a part of a document or of its way in, where a name says more or less of whose it is.
type zone int

const (
	titleZone   zone = iota // the title slide, or the first page
	fileZone                // the file's name
	mailZone                // the mail that it came with
	openingZone             // the two slides after the title, and what stands in the margins
	closingZone             // the last slide: addresses to write to
	bodyZone                // everything else, notes too
	authorZone              // the author in the file's metadata
	zones
)

// strength is how much of a name was found.
type strength int

const (
	wholeName  strength = iota
	mostOfName          // middle names left out, a slip of OCR, another script
	partOfName          // the first or the last word of the name is missing
	initials            // A. Diallo
	oneWord             // Mme Diallo
	strengths
)

// mention is a place where a person of the roster is named.
type mention struct {
	person   int
	zone     zone
	strength strength
	written  string // as it stands there
	at       int    // where in its line, in bytes
	line     int    // within the zone, from 0
	aside    bool   // as one who chairs, is thanked, or wrote a quotation
	behalf   bool   // somebody else speaks for this person
}

// word is one folded word of a line, and where it stands in it.
type word struct {
	folded   string
	from, to int
	raised   bool // begins with a capital, or is of a script that has none
}

// cut parts a line into phrases where a name cannot go on. A line that is "Family, Given" and nothing else is a
// phrase too.
func cut(line string) [][]word {
	const ends = ",;:/|()[]{}<>&+•·–—\"“”«»\t،؛"
	var phrases [][]word
	var now []word
	flush := func() {
		if len(now) > 0 {
			phrases = append(phrases, now)
		}
		now = nil
	}
	start := -1
	end := func(at int) {
		if start < 0 {
			return
		}
		first, _ := utf8.DecodeRuneInString(line[start:at])
		for _, f := range fold.Words(line[start:at]) {
			now = append(now, word{f, start, at, unicode.IsUpper(first) || fold.Arabic(f)})
		}
		start = -1
	}
	for at, r := range line {
		switch {
		case strings.ContainsRune(ends, r):
			end(at)
			flush()
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("'’‘ʼ`´ـ\u00ad", r):
			if start < 0 {
				start = at
			}
		default:
			end(at)
		}
	}
	end(len(line))
	flush()
	if strings.Count(line, ",") == 1 && len(phrases) == 2 {
		phrases = append(phrases, append(slices.Clone(phrases[0]), phrases[1]...))
	}
	return phrases
}

// shared is above how many people a single word says nothing of who is meant.
const shared = 20

// mentioned finds the people of the roster named in a text.
func (x *Index) mentioned(e *effort, z zone, text string, most int) []mention {
	var all []mention
	heading := false // the line before says that who follows is not the presenter
	thanks := false  // so does everything after it
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.TrimSpace(line) == "" {
			n++
			continue
		}
		var here []mention
		for _, p := range cut(line) {
			here = append(here, x.phrase(e, z, line, p, most-len(all)-len(here))...)
			if e.stopped() {
				return append(all, here...)
			}
		}
		if len(here) == 0 {
			low := fold.Words(clip(line, longestHeading))
			// "Thank you!" before the presenter's own name thanks nobody by name.
			courtesy := slices.ContainsFunc(low, thanking) && !strings.HasPrefix(low[0], "acknowledg") &&
				!strings.HasPrefix(low[0], "remerciements") &&
				!strings.HasPrefix(low[0], "agradecimentos") &&
				!strings.HasSuffix(strings.TrimSpace(line), ":") &&
				low[len(low)-1] != "to"
			heading = asideWord(low) && len(low) <= 6 && !courtesy
			thanks = thanks || heading && slices.ContainsFunc(low, thanking)
		}
		first := map[string]int{} // where the same words stand first
		for _, m := range here {
			if at, ok := first[m.written]; !ok || m.at < at {
				first[m.written] = m.at
			}
		}
		for i := range here {
			here[i].line = n
			before, after := around(line, first[here[i].written], len(here[i].written))
			here[i].behalf = onBehalf(strings.Join(before, " "))
			here[i].aside = heading || thanks || asideWord(before) ||
				len(after) > 0 && asideWord(after[:min(3, len(after))])
		}
		if len(here) > 0 {
			heading = false
		}
		all = append(all, here...)
		n++
	}
	return all
}

// longestHeading is how many bytes a line has at most that says who follows.
const longestHeading = 1 << 10

// Words around a name say something of it only within so many bytes.
const reachBefore, reachAfter = 256, 128

// around gives the six words before, and some of those after, a piece of a line.
func around(line string, at, size int) (before, after []string) {
	b, a := line[:at], clip(line[at+size:], reachAfter)
	if len(b) > reachBefore { // from the next word on
		b = b[len(b)-reachBefore:]
		b = b[max(0, strings.IndexByte(b, ' ')):]
	}
	before = fold.Words(b)
	// Another role on the same line ends the reach of the first: "Moderator: X; Presenter: Y".
	if i := strings.LastIndexAny(b, ";|•"); i >= 0 {
		before = fold.Words(b[i:])
	}
	if i := strings.IndexAny(a, ",;|•"); i >= 0 && !strings.HasPrefix(strings.TrimSpace(a), ",") {
		a = a[:i]
	}
	return before[max(0, len(before)-6):], fold.Words(a)
}

// onBehalf tells whether the words before a name say that somebody else speaks for that person.
func onBehalf(before string) bool {
	for _, p := range []string{
		"behalf of", "place of", "au nom de", "em nome de", "a la place de", "em lugar de", "نيابة عن",
		"نيابه عن",
	} {
		if strings.HasSuffix(before, p) {
			return true
		}
	}
	return false
}

func thanking(w string) bool {
	for _, stem := range []string{"thank", "acknowledg", "gratitude", "remerci", "merci", "agradec", "obrigad", "شكر"} {
		if strings.HasPrefix(w, stem) {
			return true
		}
	}
	return false
}

// asideWord tells whether words say that who is named beside them did not make the document.
func asideWord(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		if thanking(w) {
			return true
		}
		for _, stem := range []string{
			"moderat", "moderad", "moderee", "chair", "discussant", "facilitat", "facilitad", "rapporteur",
			"supervis", "translat", "traduit", "traduzid", "traduction", "interpret", "animee", "president",
			"presidid", "reviewed", "relu", "courtesy", "attn", "opened", "keynote", "cite", "quot",
			"foreword", "preface", "prefacio", "debat", "photo",
		} {
			if strings.HasPrefix(w, stem) {
				return true
			}
		}
		return slices.Contains([]string{
			"رئيس", "رئيسه", "يدير", "تدير", "مدير", "ترجمه", "المصدر", "source", "fonte", "dear", "cher",
			"chere", "caro", "cara",
		}, strings.ReplaceAll(w, "ة", "ه"))
	})
}

// phrase finds the people named in one phrase of a line, considering at most so many places where a name may stand.
func (x *Index) phrase(e *effort, z zone, line string, words []word, most int) []mention {
	var hits []hit
	x.hits(e, z, line, words, most, &hits)
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = w.folded
	}
	if joined, ends, ok := joinedNames(plain); ok {
		var other []word
		from := 0
		for i, end := range ends {
			other = append(other, word{joined[i], words[from].from, words[end-1].to, words[from].raised})
			from = end
		}
		x.hits(e, z, line, other, most, &hits)
	}
	// At one place stands one name: the longest, and of those the most alike.
	slices.SortStableFunc(
		hits,
		func(a, b hit) int { return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(b.score, a.score)) },
	)
	var all []mention
	kept := map[int][]hit{} // by each block of the line that they stand in, so that only neighbours are compared
	const block = 64
	for _, h := range hits {
		taken := false
		for b := h.from / block; b <= (h.to-1)/block && !taken && e.more(1+len(kept[b])/block); b++ {
			taken = slices.ContainsFunc(kept[b], func(k hit) bool {
				return k.from < h.to && h.from < k.to &&
					(k.person == h.person || k.size() > h.size() || k.score > h.score+0.02)
			})
		}
		if taken {
			continue
		}
		for b := h.from / block; b <= (h.to-1)/block; b++ {
			kept[b] = append(kept[b], h)
		}
		all = append(all, h.mention)
	}
	return all
}

// hit is a mention, where in the line it stands, and how alike the names are.
type hit struct {
	mention
	from, to int
	score    float64
}

// size is how many letters of the line it explains, titles left out.
func (h hit) size() int { return h.to - h.from }

// hits adds the people named in one spelling of a phrase, until there are as many hits as may be considered.
func (x *Index) hits(e *effort, z zone, line string, words []word, most int, hits *[]hit) {
	seen := map[[2]int]bool{} // person, position
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = w.folded
	}
	add := func(person, from, to int, s strength, score float64) {
		at := from
		for from > 0 && at-from < mostTitles && title(plain[from-1]) {
			from-- // the title is part of how a person is named
		}
		*hits = append(
			*hits,
			hit{
				mention{
					person: person, zone: z, strength: s,
					written: line[words[from].from:words[to-1].to], at: words[from].from,
				},
				words[at].from,
				words[to-1].to,
				score,
			},
		)
	}
	for i, w := range plain {
		if !e.more(1) {
			return
		}
		if utf8.RuneCountInString(w) < 2 || fold.Particle(w) {
			continue
		}
		lists := [][]int{x.words[w]}
		if fold.Arabic(w) || len(lists[0]) == 0 {
			lists = append(lists, x.skeletons[skeleton(w)], x.smudged[smudge(w)])
		}
		for _, people := range lists {
			for _, p := range people {
				if seen[[2]int{p, i}] {
					continue
				}
				seen[[2]int{p, i}] = true
				if len(*hits) >= most {
					e.cut = true
					return
				}
				if !e.more(1) {
					return
				}
				q := x.people[p]
				if from, to, score := e.window(plain, i, q); score >= least {
					s := q.strength(plain[from:to], score)
					if z != fileZone && x.longer(words, from, to, p) {
						s, score = initials, score-0.1
					}
					add(p, from, to, s, score)
					continue
				}
				if len(people) > shared || utf8.RuneCountInString(w) < 3 || !q.has(w) && !fold.Arabic(w) {
					continue
				}
				if from, to := initialled(plain, i, q.name); to-from > 1 {
					add(p, from, to, initials, 0.8)
				} else if z == fileZone || z == authorZone || i > 0 && title(plain[i-1]) && (i+1 == len(words) || !words[i+1].raised) {
					add(p, i, i+1, oneWord, 0.5)
				}
			}
		}
	}
}

// mostTitles is how many titles before a name belong to it.
const mostTitles = 8

// strength tells how much of a person's name words are that are alike to it by the score.
func (p person) strength(words []string, score float64) strength {
	if score == 1 {
		return wholeName
	}
	for _, end := range []string{p.first, p.last} {
		if end != "" && p.joined == nil &&
			!slices.ContainsFunc(words, func(w string) bool { return sameWord(w, end) > 0 }) {
			return partOfName
		}
	}
	return mostOfName
}

// window gives the longest run of words around one of them that is a name, and how alike they are.
func (e *effort) window(words []string, at int, p person) (from, to int, score float64) {
	// Next to it another word of the name has to stand, or there is nothing to look for.
	near := false
	for j := max(0, at-3); j < min(len(words), at+4) && !near; j++ {
		near = j != at && utf8.RuneCountInString(words[j]) > 1 && !fold.Particle(words[j]) &&
			(slices.ContainsFunc(p.name, func(n string) bool { return n != words[at] && e.same(words[j], n) > 0 }) ||
				slices.ContainsFunc(p.joined, func(n string) bool { return n != words[at] && e.same(words[j], n) > 0 }))
	}
	if !near && !twice(words, at) {
		return 0, 0, 0
	}
	const longest = 7
	for f := max(0, at-longest+1); f <= at; f++ {
		for t := at + 1; t <= min(len(words), f+longest); t++ {
			// A particle or a title at the edge is no part of what was found.
			if t-f < 2 || fold.Particle(words[t-1]) && !p.has(words[t-1]) ||
				fold.Particle(words[f]) && !p.has(words[f]) {
				continue
			}
			if s := e.like(p, words[f:t]); s >= least && (t-f > to-from || t-f == to-from && s > score) {
				from, to, score = f, t, s
			}
		}
	}
	return from, to, score
}

// twice tells whether a word stands beside itself, as in the name Omar Omar.
func twice(words []string, at int) bool {
	return at+1 < len(words) && words[at+1] == words[at]
}

// initialled gives the run of a word with the initials beside it that stand for other words of the name.
func initialled(words []string, at int, name []string) (from, to int) {
	rest := slices.DeleteFunc(slices.Clone(name), func(n string) bool { return n == words[at] })
	take := func(w string) bool {
		if utf8.RuneCountInString(w) != 1 {
			return false
		}
		i := slices.IndexFunc(rest, func(n string) bool { return strings.HasPrefix(n, w) })
		if i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
		return i >= 0
	}
	from, to = at, at+1
	for from > 0 && at-from < 2 && take(words[from-1]) {
		from--
	}
	for to < len(words) && to-at < 3 && take(words[to]) {
		to++
	}
	return from, to
}

// longer tells whether a phrase of nothing but capitalised words goes on beyond a person's name with words that are not
// of the person's agency or country: then it may be the name of somebody else.
func (x *Index) longer(words []word, from, to, p int) bool {
	if len(words) > 5 {
		return false
	}
	known := x.people[p].around
	for i, w := range words {
		if i >= from && i < to {
			continue
		}
		if !w.raised || title(w.folded) || fold.Particle(w.folded) || slices.Contains(known, w.folded) ||
			presenting(w.folded) ||
			fold.HasDigit(w.folded) {
			return false
		}
	}
	return to-from < len(words)
}

// presenting tells whether a word announces who presents.
func presenting(w string) bool {
	return slices.Contains([]string{
		"by", "presenter", "presenters", "speaker", "speakers", "presented", "presentation", "par", "presente",
		"presentee", "intervenant", "intervenante", "orateur", "oratrice", "por", "apresentado", "apresentada",
		"apresentacao", "orador", "oradora", "palestrante", "author", "auteur", "autor", "autora", "تقديم",
		"مقدم", "اعداد", "إعداد", "المتحدث", "المتحدثة", "عرض",
	}, w)
}

// stranger gives the first person that a title slide presents with a title or the words for a presenter, and who is
// nobody of the roster; "" when there is none.
func (x *Index) stranger(e *effort, text string, known []mention) string {
	announced := false
	names := namesOf(known)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		phrases := cut(line)
		low := fold.Words(line)
		if names.in(e, line) || asideWord(low) {
			announced = false
			continue
		}
		for i, p := range phrases {
			at := 0
			said := announced ||
				i > 0 && slices.ContainsFunc(phrases[i-1], func(w word) bool { return presenting(w.folded) })
			for at < len(p) && (title(p[at].folded) || presenting(p[at].folded)) {
				said = true
				at++
			}
			n := at
			for n < len(p) && (p[n].raised || fold.Particle(p[n].folded)) && !fold.HasDigit(p[n].folded) {
				n++
			}
			// A name of two to five words with nothing after it: not "By 2030" and not "Presentation of the project".
			if said && n == len(p) && n-at >= 2 && n-at <= 5 && !x.explained(p[at:n]) {
				return line[p[at].from:p[n-1].to]
			}
		}
		announced = len(low) > 0 && len(low) <= 3 && slices.ContainsFunc(low, presenting)
	}
	return ""
}

// names are how people are named, by the first four bytes.
type names map[string][]string

func namesOf(known []mention) names {
	all, seen := names{}, map[string]bool{}
	for _, m := range known {
		if !seen[m.written] {
			seen[m.written] = true
			all[m.written[:min(len(m.written), 4)]] = append(all[m.written[:min(len(m.written), 4)]], m.written)
		}
	}
	return all
}

// in tells whether one of the names stands in a line.
func (n names) in(e *effort, line string) bool {
	for i := range len(line) {
		for size := 1; size <= min(4, len(line)-i); size++ {
			for _, name := range n[line[i:i+size]] {
				if !e.more(1) || strings.HasPrefix(line[i:], name) {
					return true
				}
			}
		}
	}
	return false
}

// bareName gives the first line of a text that is nothing but two to four capitalised words that no session, agency or
// country has: it may be a person's name.
func (x *Index) bareName(e *effort, text string, known []mention) string {
	names := namesOf(known)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		phrases := cut(line)
		if len(words) < 2 || len(words) > 4 || len(phrases) != 1 || names.in(e, line) {
			continue
		}
		if !slices.ContainsFunc(phrases[0], func(w word) bool {
			return !w.raised && !fold.Particle(w.folded) || fold.HasDigit(w.folded) ||
				x.common[w.folded] && !x.nameWord(w.folded)
		}) {
			return line
		}
	}
	return ""
}

// nameWord tells whether a word is of a person's name on the roster.
func (x *Index) nameWord(w string) bool { return len(x.words[w]) > 0 }

// explained tells whether words are of an agency, a country or a session rather than of a person.
func (x *Index) explained(words []word) bool {
	return !slices.ContainsFunc(words, func(w word) bool { return !x.common[w.folded] && !fold.Particle(w.folded) })
}
