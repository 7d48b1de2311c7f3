// Package person finds where a text names one person, as the system compares names: without regard to case, marks,
// order, apostrophes and line breaks, whole words alone. It takes the person out of texts, and leaves everybody else in
// them.
package person

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// Erased stands where something about a person was erased.
const Erased = "[erased]"

// Known is how people are called.
type Known struct {
	// Names are names as they are written, in any order. Addresses are mail addresses.
	Names, Addresses []string
	// Also are further words by which the person is meant wherever they stand, if there is but one of them too.
	Also []string
}

// Finder finds one person. It is safe for concurrent use.
type Finder struct {
	own, others       patterns
	addresses, theirs map[string]bool
	names             map[string]bool // whole ones, by their words
	anchors           []string        // one of them is in each text that names the person
}

// New makes a Finder of one person. The others are known people: where a longer name of theirs stands, or the same one,
// the person is not meant.
func New(own, others Known) *Finder {
	f := &Finder{own: patterns{}, others: patterns{}, addresses: set(own.Addresses), theirs: set(others.Addresses),
		names: map[string]bool{}}
	for _, n := range own.Names {
		for _, v := range variants(n) {
			f.own.add(pattern{words: v, alone: len(v) == 1})
			f.own.addShorter(v)
			f.names[key(v)] = true
		}
	}
	for _, n := range own.Also {
		for _, v := range variants(n) {
			f.own.add(pattern{words: v})
		}
	}
	for _, n := range others.Names {
		for _, v := range variants(n) {
			f.others.add(pattern{words: v})
			f.others.addInitials(v)
		}
	}
	for _, list := range f.own {
		for _, p := range list {
			longest := slices.MaxFunc(p.words, func(a, b string) int { return len(a) - len(b) })
			if !slices.Contains(f.anchors, longest) {
				f.anchors = append(f.anchors, longest)
			}
		}
	}
	return f
}

func set(addresses []string) map[string]bool {
	all := map[string]bool{}
	for _, a := range addresses {
		if a = strings.ToLower(strings.TrimSpace(a)); a != "" {
			all[a] = true
		}
	}
	return all
}

// Nobody reports whether the finder knows neither a name nor an address.
func (f *Finder) Nobody() bool { return len(f.own) == 0 && len(f.addresses) == 0 }

// IsAddress reports whether an address is the person's, and nobody else's of those known.
func (f *Finder) IsAddress(a string) bool {
	a = strings.ToLower(strings.TrimSpace(a))
	return f.addresses[a] && !f.theirs[a]
}

// IsName reports whether a text is the person's name and nothing else but titles.
func (f *Finder) IsName(text string) bool {
	for _, v := range variants(text) {
		if f.names[key(v)] {
			return true
		}
	}
	return false
}

// Shared reports whether one of the known others has a name of the person's too.
func (f *Finder) Shared() bool {
	for _, list := range f.own {
		for _, p := range list {
			if !p.initials && f.others.has(p.words) {
				return true
			}
		}
	}
	return false
}

// Redact gives a text without the person.
func (f *Finder) Redact(text string) string {
	clean, _ := f.look(text)
	return clean
}

// Names reports whether a text names the person, and not only somebody else of those known.
func (f *Finder) Names(text string) bool {
	clean, doubt := f.look(text)
	return doubt || clean != text
}

// span is some bytes of a text that name somebody.
type span struct{ from, to, words int }

// look takes the person out of a text. doubt tells that one word of it may mean the person or somebody else, and stays.
func (f *Finder) look(text string) (clean string, doubt bool) {
	mails := addresses(text)
	var out []span
	for _, a := range mails {
		if from, ok := f.its(a); ok {
			out = append(out, span{from, a.to, 1})
		}
	}
	if f.anchored(text) {
		for _, how := range readings() {
			found, d := f.named(text, how.words(text), mails)
			out, doubt = append(out, found...), doubt || d
		}
	}
	if len(out) == 0 {
		return text, doubt
	}
	slices.SortFunc(out, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	end := 0
	for _, s := range out {
		if s.from >= end {
			b.WriteString(text[end:s.from])
			b.WriteString(Erased)
		}
		end = max(end, s.to)
	}
	b.WriteString(text[end:])
	return b.String(), doubt
}

// its gives where an address of the person's begins in one that was found: after the apostrophe of d'ana@x.example too.
func (f *Finder) its(a address) (from int, ok bool) {
	if f.IsAddress(a.text) {
		return a.from, true
	}
	i := strings.LastIndexByte(a.text, '\'') + 1
	return a.from + i, i > 0 && f.IsAddress(a.text[i:])
}

// anchored tells quickly that a text holds a word of the person's name.
func (f *Finder) anchored(text string) bool {
	folded := arabic.Replace(fold.String(text))
	return slices.ContainsFunc(f.anchors, func(w string) bool { return strings.Contains(folded, w) })
}

// named finds the person's names among the words of a text, and tells whether one of them may be somebody else's.
func (f *Finder) named(text string, words []word, mails []address) (found []span, doubt bool) {
	for at := 0; at < len(words); at++ {
		m, ok := f.own.at(text, words, at, mails)
		if !ok || f.isOthers(text, words, at, m.span, mails) {
			continue
		}
		if m.alone && !stands(text, words, at) {
			doubt = doubt || words[at].raised
			continue
		}
		if whole, ok := widen(m.span, mails); ok {
			if f.theirs[strings.ToLower(text[whole.from:whole.to])] {
				continue
			}
			if m.words < 2 {
				doubt = true
				continue
			}
			m.span = whole
		}
		found = append(found, m.span)
		for at+1 < len(words) && words[at+1].from < m.to {
			at++
		}
	}
	return found, doubt
}

// isOthers tells whether a longer name of somebody else, or the same one, stands where a name of the person was found.
func (f *Finder) isOthers(text string, words []word, at int, m span, mails []address) bool {
	for i := max(0, at-maxWords); i < len(words) && words[i].from < m.to; i++ {
		for _, o := range f.others.all(text, words, i, mails) {
			if o.from < m.to && m.from < o.to && o.words >= m.words {
				return true
			}
		}
	}
	return false
}

// stands tells whether one word that is a whole name stands by itself: as the whole text, or with a capital and beside no
// other word with one, which would make it a part of a longer name.
func stands(text string, words []word, at int) bool {
	if len(words) == 1 {
		return true
	}
	if !words[at].raised {
		return false
	}
	if at > 0 && joined(text[words[at-1].to:words[at].from]) && words[at-1].raised && !title(words[at-1].folded) {
		return false
	}
	return at+1 == len(words) || !words[at+1].raised || !joined(text[words[at].to:words[at+1].from])
}

func joined(between string) bool { return between == " " || between == "-" || between == "\u00a0" }

// widen gives the whole address in which a name stands; false if it stands in none.
func widen(m span, mails []address) (span, bool) {
	for _, a := range mails {
		if a.from <= m.from && m.to <= a.to {
			return span{a.from, a.to, m.words}, true
		}
	}
	return m, false
}

// title tells whether a folded word is a title before a name.
func title(w string) bool {
	return slices.Contains([]string{
		"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "he", "hon", "sir", "mme", "mlle", "m", "monsieur", "madame",
		"docteur", "pr", "sr", "sra", "srta", "dra", "senhor", "senhora", "senor", "senora", "eng", "السيد", "السيده", "الدكتور",
		"الدكتوره", "دكتور", "د", "الاستاذ", "الاستاذه", "г", "гн", "гжа",
	}, w)
}

var arabic = strings.NewReplacer("ة", "ه", "ى", "ي")

// variants are the ways in which a name is looked for: as it is, with its apostrophes as breaks, and its words of each
// script by themselves.
func variants(name string) [][]string {
	var all [][]string
	seen := map[string]bool{}
	add := func(words []string) {
		if len(words) == 0 || len(words) > maxWords || len(strings.Join(words, "")) < 2 || seen[key(words)] {
			return
		}
		seen[key(words)] = true
		all = append(all, words)
	}
	for _, how := range readings() {
		var words []string
		for _, w := range how.words(name) {
			words = append(words, w.folded)
		}
		for len(words) > 1 && title(words[0]) {
			words = words[1:]
		}
		add(words)
		scripts := map[string][]string{}
		for _, w := range words {
			scripts[script(w)] = append(scripts[script(w)], w)
		}
		if len(scripts) > 1 {
			for _, s := range []string{"Latin", "Arabic", "Cyrillic", "other"} {
				add(scripts[s])
			}
		}
	}
	return all
}

func script(w string) string {
	r, _ := utf8.DecodeRuneInString(w)
	for name, table := range map[string]*unicode.RangeTable{"Latin": unicode.Latin, "Arabic": unicode.Arabic, "Cyrillic": unicode.Cyrillic} {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "other"
}
