package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"

	"dossier/internal/fold"
	"dossier/internal/fold/spelling"
)

// likeness is how alike a name as it was written and one of the roster are, from 0 to 1: 1 when they have the same words in
// any order. The roster's may have words that were left out, as middle names are; a word that the roster does not have
// makes it somebody else's. A word may be an initial, have a slip of OCR, or be in another script.
func (e *effort) likeness(written, roster []string) float64 {
	if len(written) == 0 || len(roster) == 0 {
		return 0
	}
	used := make([]bool, len(roster))
	sum, counted, whole := 0.0, 0, 0
	for _, w := range written {
		best, at := 0.0, -1
		for i, r := range roster {
			if used[i] {
				continue
			}
			if s := e.same(w, r); s > best {
				best, at = s, i
			}
		}
		if at < 0 {
			if fold.Particle(w) {
				continue
			}
			return 0
		}
		used[at] = true
		sum += best
		counted++
		if utf8.RuneCountInString(w) > 1 && utf8.RuneCountInString(roster[at]) > 1 {
			whole++
		}
	}
	if whole < 2 {
		return 0 // one word and initials are too little
	}
	missing := 0
	for i, u := range used {
		if !u && !fold.Particle(roster[i]) {
			missing++
		}
	}
	return sum / float64(counted) * (1 - 0.03*float64(missing))
}

// longestWord is how many bytes a word of a name has at most; a longer one is like nothing but itself.
const longestWord = 200

// sameWord is how alike two words of names are.
func sameWord(a, b string) float64 {
	switch {
	case a == b:
		return 1
	case len(a) > longestWord || len(b) > longestWord:
		return 0
	case utf8.RuneCountInString(a) == 1 || utf8.RuneCountInString(b) == 1:
		x, _ := utf8.DecodeRuneInString(a)
		y, _ := utf8.DecodeRuneInString(b)
		if x == y {
			return 0.95
		}
		return 0
	case smudge(a) == smudge(b) && utf8.RuneCountInString(a) >= 4:
		return 0.96
	case foreign(a) != foreign(b):
		if foreign(b) {
			a, b = b, a
		}
		const farthest = 3 // no names lie further apart; a look at the consonants costs the least
		switch s, t := skeleton(a), skeleton(b); {
		case levenshtein.Distance(s, t, nil) > farthest:
			return 0
		case spelling.Shared().Same(a, b):
			return 0.95
		case len(s) > 0 && s == t:
			return bySkeleton
		}
		return 0
	}
	m, n := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	shorter := min(m, n)
	if shorter < 5 || max(m, n)-shorter > 2 {
		return 0 // no distance below would count
	}
	switch d := levenshtein.Distance(a, b, nil); {
	case d == 1 && shorter >= 5:
		return 0.95
	case d == 2 && shorter >= 9:
		return 0.93
	}
	return 0
}

// bySkeleton is how alike two words are that share their consonants alone. A name of one word needs more: there it counts
// for this share of it.
const bySkeleton, alone = 0.9, 0.9

// ocrSlips writes the letters that OCR takes for each other as one.
var ocrSlips = strings.NewReplacer(
	"rn",
	"m",
	"ri",
	"n",
	"1",
	"l",
	"i",
	"l",
	"|",
	"l",
	"0",
	"o",
	"c",
	"e",
	"h",
	"b",
	"ة",
	"ه",
	"ى",
	"ي",
)

// smudge is a word as OCR cannot spoil it further. Of short words nothing would be left to tell them apart.
func smudge(w string) string {
	if utf8.RuneCountInString(w) < 4 {
		return w
	}
	return ocrSlips.Replace(w)
}

// smudges does so with each word.
func smudges(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = smudge(w)
	}
	return out
}

// spaced joins smudged words with a blank at either end, so that whole words can be found.
func spaced(words []string) string { return " " + strings.Join(smudges(words), " ") + " " }

// joinedNames writes names of two words that are as often written in one: Abd al-Rahman is Abdelrahman, Ben Ali Benali.
// It gives false when there are none.
func joinedNames(words []string) ([]string, []int, bool) {
	var out []string
	var ends []int // where each word ends in the given ones
	joined := false
	for i := 0; i < len(words); i++ {
		w := words[i]
		n := i + 1
		switch w {
		case "abd", "abdel", "abdul", "abdal", "abdu", "abdou", "عبد":
			if n < len(words) && slices.Contains([]string{"al", "el", "ul", "ar", "er", "as", "es"}, words[n]) {
				w += words[n]
				n++
			}
			if n < len(words) {
				w += words[n]
				n++
			}
		case "ben", "bin", "بن", "ابن", "abu", "abou", "ابو", "أبو", "el", "al":
			if n < len(words) {
				w += words[n]
				n++
			}
		}
		joined = joined || n > i+1
		out, ends = append(out, w), append(ends, n)
		i = n - 1
	}
	return out, ends, joined
}

// foreign tells whether a folded word is in another script than Latin: Arabic, Cyrillic or Greek.
func foreign(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return word != "" && (first >= 'α' && first <= 'ӿ' || fold.Arabic(word))
}

// sounds gives each consonant of folded Arabic, Cyrillic and Greek as the Latin letter that stands for it and its kin. All
// other letters are vowels or silent.
var sounds = strings.NewReplacer(
	"ب", "b", "ت", "t", "ث", "t", "ط", "t", "ج", "j", "غ", "j", "ح", "h", "ه", "h", "خ", "k", "ق", "k", "ك", "k", "د", "d",
	"ذ", "d", "ض", "d", "ر", "r", "ز", "z", "ظ", "z", "س", "s", "ش", "s", "ص", "s", "ف", "f", "ل", "l", "م", "m", "ن", "n",
	"дж", "j", "б", "b", "в", "f", "г", "j", "ґ", "j", "ѓ", "j", "д", "d", "ђ", "j", "ж", "z", "з", "z", "ѕ", "z", "к", "k",
	"ќ", "k", "л", "l", "љ", "l", "м", "m", "н", "n", "њ", "n", "п", "b", "р", "r", "с", "s", "т", "t", "ћ", "s", "ф", "f",
	"х", "k", "ц", "ts", "ч", "s", "џ", "j", "ш", "s", "щ", "s",
	"μπ", "b", "ντ", "d", "γκ", "j", "γγ", "nj", "τζ", "z", "β", "f", "γ", "j", "δ", "d", "ζ", "z", "θ", "t", "κ", "k",
	"λ", "l", "μ", "m", "ν", "n", "ξ", "ks", "π", "b", "ρ", "r", "σ", "s", "ς", "s", "τ", "t", "φ", "f", "χ", "k", "ψ", "bs",
)

// digraphs gives two Latin letters that stand for one sound as one letter.
var digraphs = strings.NewReplacer("sch", "s", "sh", "s", "ch", "s", "kh", "k", "gh", "j", "th", "t", "dh", "d", "ph", "f",
	"ck", "k", "qu", "k", "dj", "j", "dzh", "j", "zh", "z")

// skeleton is the consonants of a name's word, the same for its Arabic, Cyrillic or Greek letters and the common ways to
// write them in Latin ones: vowels go, w and y with them, and letters that are written alike are one.
func skeleton(word string) string {
	var b strings.Builder
	if foreign(word) {
		for _, r := range sounds.Replace(strings.TrimPrefix(word, "ال")) {
			if r < utf8.RuneSelf {
				b.WriteRune(r)
			}
		}
	} else {
		word = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(word, "al-"), "el-"), "al ")
		word = digraphs.Replace(word)
		for _, r := range word {
			switch r {
			case 'a', 'e', 'i', 'o', 'u', 'y', 'w':
			case 'q', 'c', 'k':
				b.WriteByte('k')
			case 'g', 'j':
				b.WriteByte('j')
			case 'p', 'b':
				b.WriteByte('b')
			case 'v', 'f':
				b.WriteByte('f')
			default:
				if r < utf8.RuneSelf {
					b.WriteRune(r)
				}
			}
		}
	}
	s := []byte(b.String())
	s = slices.Compact(s) // letters that are written double
	if n := len(s); n > 1 && s[n-1] == 'h' {
		s = s[:n-1] // Fatimah
	}
	if t := string(s); len(t) > 2 &&
		strings.HasPrefix(t, "bd") { // the article in Abd al-Rahman, which is also written Abderrahman
		return "bd" + strings.TrimPrefix(t[2:], "l")
	}
	return string(s)
}

// Likeness is how alike two names of people are, from 0 to 1, in any order, spelling and script: as names in papers are held
// against the roster's. From AsOne on they are taken for one person's. A single word is held against a single word.
func Likeness(a, b string) float64 {
	x, y := NameWords(a), NameWords(b)
	if len(x) == 1 && len(y) == 1 {
		s := sameWord(x[0], y[0])
		if s <= bySkeleton {
			s *= alone
		}
		return s
	}
	e := &effort{ctx: context.Background(), most: math.MaxInt}
	best := 0.0
	for _, s := range spellings(x) {
		for _, t := range spellings(y) {
			best = max(best, e.likeness(s, t), e.likeness(t, s))
		}
	}
	return best
}

// NameWords gives the folded words of a name as Likeness compares them: without the titles before it.
func NameWords(name string) []string { return withoutTitles(fold.Words(name)) }

// AsOne is the likeness from which on two names are taken for one person's.
const AsOne = least

// alike is a person whose name is like a written one.
type alike struct {
	person int
	score  float64
}

// least is the likeness below which a name is another's.
const least = 0.88

// alikes gives the people whose names are like a written one, the most alike first. It looks only at people who share a
// word, its skeleton or what OCR makes of it with it, so that its cost does not grow with the roster.
func (x *Index) alikes(e *effort, name string) []alike {
	words := withoutTitles(fold.Words(name))
	best := map[int]float64{}
	for _, words := range spellings(words) {
		seen := map[int]bool{}
		for _, w := range words {
			if utf8.RuneCountInString(w) < 2 {
				continue
			}
			for _, people := range [][]int{x.words[w], x.skeletons[skeleton(w)], x.smudged[smudge(w)]} {
				for _, p := range people {
					if seen[p] {
						continue
					}
					seen[p] = true
					if !e.more(1) {
						return nil
					}
					if s := e.like(x.people[p], words); s >= least {
						best[p] = max(best[p], s)
					}
				}
			}
		}
	}
	var found []alike
	for p, s := range best {
		found = append(found, alike{p, s})
	}
	slices.SortFunc(
		found,
		func(a, b alike) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.person, b.person)) },
	)
	return found
}

// spellings are the words of a name, and those with parts joined that are often written as one.
func spellings(words []string) [][]string {
	all := [][]string{words}
	if j, _, ok := joinedNames(words); ok {
		all = append(all, j)
	}
	return all
}

// like is how alike a written name and the person's are, in the spelling that is the most alike.
func (e *effort) like(p person, words []string) float64 {
	s := e.likeness(words, p.name)
	if s < 1 && p.joined != nil {
		s = max(s, e.likeness(words, p.joined))
	}
	return s
}

// has tells whether a word is one of the person's name.
func (p person) has(w string) bool { return slices.Contains(p.name, w) || slices.Contains(p.joined, w) }
