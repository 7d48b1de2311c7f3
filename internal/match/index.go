// Package match says whose a document is: it weighs what the document and its way in say against the roster.
package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"dossier/internal/letter"
	"dossier/internal/match/fold"
	"dossier/internal/meeting"
)

// Index is a roster made ready for matching. It is safe for concurrent use.
type Index struct {
	roster meeting.Roster
	people []person
	byID   map[string]int
	// anchors lists people under the rarest word of their name, so that a text is looked through once.
	anchors  map[string][]int
	sessions []sessionName
	// words and skeletons list people under every word of their name, and its consonants.
	words, skeletons map[string][]int
	letters          *letter.Reader
}

type person struct {
	meeting.Participant
	name  []string // folded words, sorted
	needs []meeting.RequirementKey
}

type sessionName struct {
	id    string
	title string // folded words, with a blank at either end
}

// NewIndex prepares a roster. The reader of letters is the same for all rosters: it takes milliseconds to make.
func NewIndex(r meeting.Roster, letters *letter.Reader) *Index {
	x := &Index{roster: r, byID: map[string]int{}, anchors: map[string][]int{}, words: map[string][]int{}, skeletons: map[string][]int{}, letters: letters}
	seen := map[string]int{}
	for i, p := range r.Participants {
		name := withoutTitles(fold.Words(p.Name))
		slices.Sort(name)
		for _, w := range slices.Compact(slices.Clone(name)) {
			seen[w]++
			x.words[w] = append(x.words[w], i)
			if k := skeleton(w); len(k) > 1 {
				x.skeletons[k] = append(x.skeletons[k], i)
			}
		}
		x.people = append(x.people, person{p, name, p.Needs()})
		x.byID[p.ID] = i
	}
	for i, p := range x.people {
		// One word is no full name: too many texts hold it by chance.
		if len(p.name) < 2 {
			continue
		}
		rarest := slices.MinFunc(p.name, func(a, b string) int { return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(a, b)) })
		x.anchors[rarest] = append(x.anchors[rarest], i)
	}
	for _, s := range r.Sessions {
		x.sessions = append(x.sessions, sessionName{s.ID, " " + strings.Join(fold.Words(s.Title), " ") + " "})
	}
	return x
}

// withoutTitles takes the titles before a name off, in the languages of the rosters: a title slide may have others, or
// none. What is left has two words at least.
func withoutTitles(name []string) []string {
	titles := []string{"mr", "mrs", "ms", "miss", "mx", "dr", "dra", "prof", "professor", "hon", "honourable", "honorable", "he", "amb", "ambassador", "judge", "justice",
		"m", "mme", "mlle", "me", "madame", "monsieur", "se", "sr", "sra", "senhor", "senhora", "doutor", "doutora", "eng", "ing", "السيد", "السيدة", "السيده", "الدكتور", "الدكتورة", "د"}
	for len(name) > 2 {
		switch {
		case slices.Contains(titles, name[0]):
			name = name[1:]
		case len(name) > 3 && slices.Contains([]string{"h e", "s e"}, name[0]+" "+name[1]): // H.E., S.E.
			name = name[2:]
		default:
			return name
		}
	}
	return name
}

// Roster is the roster behind the index.
func (x *Index) Roster() *meeting.Roster { return &x.roster }

// Participant finds a participant by id.
func (x *Index) Participant(id string) (meeting.Participant, bool) {
	i, ok := x.byID[id]
	if !ok {
		return meeting.Participant{}, false
	}
	return x.people[i].Participant, true
}

// named gives the people whose full name stands in one of the text's phrases, words in any order and next to
// each other. A name within a longer name of somebody else at the same place does not count.
func (x *Index) named(phrases [][]string) []int {
	found := map[int]bool{}
	for _, words := range phrases {
		type hit struct{ person, from, to int }
		var hits []hit
		for i, w := range words {
			for _, p := range x.anchors[w] {
				n := len(x.people[p].name)
				for from := max(0, i-n+1); from <= i && from+n <= len(words); from++ {
					window := slices.Clone(words[from : from+n])
					slices.Sort(window)
					if slices.Equal(window, x.people[p].name) {
						hits = append(hits, hit{p, from, from + n})
					}
				}
			}
		}
		for _, h := range hits {
			if !slices.ContainsFunc(hits, func(o hit) bool {
				return o.person != h.person && o.from <= h.from && o.to >= h.to && o.to-o.from > h.to-h.from
			}) {
				found[h.person] = true
			}
		}
	}
	people := make([]int, 0, len(found))
	for p := range found {
		people = append(people, p)
	}
	slices.Sort(people)
	return people
}

// phrases cuts a text where a name cannot go on: at line ends and at the signs between names. A line that is
// "Family, Given" and nothing else is also taken as one phrase.
func phrases(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		parts := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;:/|()[]{}<>&+•·–—\"“”«»\t،؛", r) })
		for _, part := range parts {
			if w := fold.Words(part); len(w) > 0 {
				all = append(all, w)
			}
		}
		if strings.Count(line, ",") == 1 && len(parts) == 2 {
			all = append(all, fold.Words(line))
		}
	}
	return all
}

// fileNamePhrases reads a file name without its extension: _ - . and a capital after a small letter part words.
func fileNamePhrases(name string) [][]string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	// Some people write their name in one word with the capitals inside it: keep both readings.
	return [][]string{fold.Words(b.String()), fold.Words(name)}
}

// sessionsNamed gives the sessions whose id or whole title stands in the words.
func (x *Index) sessionsNamed(words []string) []string {
	joined := " " + strings.Join(words, " ") + " "
	var ids []string
	for _, s := range x.sessions {
		id := " " + strings.Join(fold.Words(s.id), " ") + " "
		long := len(strings.Fields(s.title)) >= 2 // a title of one common word says nothing
		if long && strings.Contains(joined, s.title) || hasDigit(id) && len(strings.TrimSpace(id)) >= 2 && strings.Contains(joined, id) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
