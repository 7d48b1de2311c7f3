// Package match says whose a document is: it weighs what the document and its way in say against the roster.
package match

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"dossier/internal/fold"
	"dossier/internal/letter"
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
	smudged          map[string][]int // by the word as OCR cannot spoil it further
	letters          *letter.Reader
	readers          []PaperReader
	large            LargeReader // nil when the organisation has none

	byEmail    map[string]int
	byDomain   map[string][]int  // people by the part of an address that their office has to itself
	presenters map[string][]int  // by session
	titles     map[string]string // of sessions, folded
	// agencies are their people, by AgencyKey; agencyNames are the distinct names, each found by its rarest word, and
	// agencyKeys the agencies of that name, for a ministry of labour there is in every country.
	agencies    map[string][]int
	agencyNames []agencyName
	agencyKeys  [][]string
	agencyWords map[string][]int
	acronyms    map[string][]string
	// common are the words of agencies, countries and sessions: no stranger's name.
	common map[string]bool
	// ofMeeting are the words of the titles of the meeting and its sessions.
	ofMeeting map[string]bool
	occasion  occasion
	described string // the meeting, as papers speak of it
	// learned are the participants confirmed for an address or a file's name, wordings the agencies.
	learned  map[lesson]string
	wordings map[string]string
}

type lesson struct {
	kind meeting.HintKind
	says string
}

type person struct {
	meeting.Participant
	name   []string // folded words, sorted
	joined []string // the same with Abd al-Rahman in one word; nil where there is nothing to join
	// first and last are the first and the last word of the name as the roster has it.
	first, last string
	needs       []meeting.RequirementKey
	agency      string   // its key
	around      []string // words that may stand beside the name: of the agency and the country
	beside      beside
}

type sessionName struct {
	id    string
	title string // folded words, with a blank at either end
	named string // the id, in the same way
	// words are those of the title that carry it.
	words []string
}

// NewIndex prepares a roster, with what staff taught about it. The reader of letters is the same for all rosters: it
// takes milliseconds to make.
func NewIndex(r meeting.Roster, letters *letter.Reader, lessons ...*meeting.Hint) *Index {
	x := &Index{
		roster:      r,
		byID:        map[string]int{},
		anchors:     map[string][]int{},
		words:       map[string][]int{},
		skeletons:   map[string][]int{},
		smudged:     map[string][]int{},
		letters:     letters,
		byEmail:     map[string]int{},
		presenters:  map[string][]int{},
		titles:      map[string]string{},
		agencies:    map[string][]int{},
		agencyWords: map[string][]int{},
		acronyms:    map[string][]string{},
		common:      map[string]bool{},
		ofMeeting:   map[string]bool{},
		occasion:    newOccasion(r.Meeting),
		described:   describe(r.Meeting),
		learned:     map[lesson]string{},
		wordings:    map[string]string{},
		byDomain:    map[string][]int{},
	}
	seen := map[string]int{}
	codes := map[string]string{} // of countries
	for _, p := range r.Participants {
		if _, known := codes[p.Country]; !known {
			codes[p.Country] = letters.Code(p.Country)
		}
	}
	for i, p := range r.Participants {
		name := withoutTitles(fold.Words(p.Name))
		q := person{
			Participant: p,
			needs:       p.Needs(),
			agency:      fold.AgencyKey(p.Agency, p.Country),
			around:      append(fold.Words(p.Agency), fold.Words(p.Country)...),
		}
		q.beside = newBeside(p, codes)
		if len(name) > 0 {
			q.first, q.last = name[0], name[len(name)-1]
		}
		if j, _, ok := joinedNames(name); ok {
			slices.Sort(j)
			q.joined = j
		}
		slices.Sort(name)
		q.name = name
		for _, w := range name {
			seen[w]++
		}
		all := append(slices.Clone(name), q.joined...)
		slices.Sort(all)
		for _, w := range slices.Compact(all) {
			x.words[w] = append(x.words[w], i)
			x.smudged[smudge(w)] = append(x.smudged[smudge(w)], i)
			if k := skeleton(w); len(k) > 1 {
				x.skeletons[k] = append(x.skeletons[k], i)
			}
		}
		x.people = append(x.people, q)
		x.byID[p.ID] = i
		if p.Email != "" {
			x.byEmail[strings.ToLower(p.Email)] = i
		}
		if d := q.beside.domain; d != "" {
			x.byDomain[d] = append(x.byDomain[d], i)
		}
		for _, k := range q.needs {
			if k.Kind == meeting.Presentation {
				x.presenters[k.Session] = append(x.presenters[k.Session], i)
			}
		}
		x.agencies[q.agency] = append(x.agencies[q.agency], i)
		for _, w := range q.around {
			x.common[w] = true
		}
	}
	for i, p := range x.people {
		// One word is no full name: too many texts hold it by chance.
		if len(p.name) < 2 {
			continue
		}
		rarest := slices.MinFunc(
			p.name,
			func(a, b string) int { return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(a, b)) },
		)
		x.anchors[rarest] = append(x.anchors[rarest], i)
	}
	for _, s := range r.Sessions {
		title := spaced(fold.Words(s.Title))
		x.sessions = append(x.sessions, sessionName{s.ID, title, spaced(fold.Words(s.ID)), substance(title)})
		x.titles[s.ID] = x.sessions[len(x.sessions)-1].title
		for _, w := range fold.Words(s.Title) {
			x.common[w], x.ofMeeting[w] = true, true
		}
	}
	for _, w := range fold.Words(r.Meeting.Title) {
		x.common[w], x.ofMeeting[w] = true, true
	}
	x.indexAgencies()
	for _, l := range lessons {
		switch {
		case l.Dismissed:
		case l.Kind == meeting.HintWording:
			x.wordings[l.Pattern] = l.Agency
		default:
			x.learned[lesson{l.Kind, l.Pattern}] = l.Participant
		}
	}
	return x
}

// indexAgencies lists the agencies under the rarest word of their names.
func (x *Index) indexAgencies() {
	at := map[string]int{}
	seen := map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(x.agencies)) {
		plain := substance(x.people[x.agencies[key][0]].Agency)
		words := smudges(plain)
		if len(words) == 0 {
			continue
		}
		name := strings.Join(words, " ")
		i, ok := at[name]
		if !ok {
			i = len(x.agencyNames)
			at[name] = i
			x.agencyNames = append(x.agencyNames, agencyName{words, acronymOf(plain)})
			x.agencyKeys = append(x.agencyKeys, nil)
			for _, w := range words {
				seen[w]++
			}
		}
		x.agencyKeys[i] = append(x.agencyKeys[i], key)
		if a := x.agencyNames[i].acronym; a != "" {
			x.acronyms[a] = append(x.acronyms[a], key)
		}
	}
	for i, n := range x.agencyNames {
		rarest := slices.MinFunc(
			n.words,
			func(a, b string) int { return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(a, b)) },
		)
		x.agencyWords[rarest] = append(x.agencyWords[rarest], i)
	}
}

// withoutTitles takes the titles before a name off, in the languages of the rosters: a title slide may have others, or
// none. The rest has two words at least.
func withoutTitles(name []string) []string {
	for len(name) > 2 {
		switch {
		case title(name[0]):
			name = name[1:]
		case len(name) > 3 && slices.Contains([]string{"h e", "s e"}, name[0]+" "+name[1]): // H.E., S.E.
			name = name[2:]
		default:
			return name
		}
	}
	return name
}

// title tells whether a folded word is a title that stands before a name.
func title(w string) bool {
	return slices.Contains([]string{
		"mr", "mrs", "ms", "miss", "mx", "dr", "dra", "prof", "professor", "professeur", "hon", "honourable",
		"honorable", "he", "amb", "ambassador", "judge", "justice", "m", "mme", "mlle", "me", "madame",
		"monsieur", "se", "sr", "sra", "senhor", "senhora", "doutor", "doutora", "eng", "ing", "adv", "maitre",
		"السيد", "السيدة", "السيده", "الدكتور", "الدكتورة", "الأستاذ", "الاستاذ", "الأستاذة", "د",
	}, w)
}

// Asking gives the index with other readers of papers.
func (x *Index) Asking(readers ...PaperReader) *Index {
	y := *x
	y.readers = readers
	return &y
}

// Roster is the roster behind the index.
func (x *Index) Roster() *meeting.Roster { return &x.roster }

// ByAddress finds the participant whose mail address it is.
func (x *Index) ByAddress(address string) (meeting.Participant, bool) {
	i, ok := x.byEmail[strings.ToLower(address)]
	if !ok {
		return meeting.Participant{}, false
	}
	return x.people[i].Participant, true
}

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
func (x *Index) named(e *effort, phrases [][]string) []int {
	found := map[int]bool{}
	for _, words := range phrases {
		var hits []run
		for i, w := range words {
			for _, p := range x.anchors[w] {
				n := len(x.people[p].name)
				if !e.more(n) {
					return nil
				}
				for from := max(0, i-n+1); from <= i && from+n <= len(words); from++ {
					window := slices.Clone(words[from : from+n])
					slices.Sort(window)
					if slices.Equal(window, x.people[p].name) {
						hits = append(hits, run{p, from, from + n})
					}
				}
			}
		}
		for _, h := range outermost(hits) {
			found[h.person] = true
		}
	}
	people := make([]int, 0, len(found))
	for p := range found {
		people = append(people, p)
	}
	slices.Sort(people)
	return people
}

// run is a run of words that is a person's name.
type run struct{ person, from, to int }

// outermost gives the runs that lie in no longer one.
func outermost(runs []run) []run {
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var out []run
	end := 0 // of the runs so far
	for i, r := range runs {
		same := i > 0 && runs[i-1].from == r.from && runs[i-1].to == r.to &&
			len(out) > 0 && out[len(out)-1].from == r.from && out[len(out)-1].to == r.to
		if r.to > end || same {
			out = append(out, r)
		}
		end = max(end, r.to)
	}
	return out
}

// phrases cuts a text where a name cannot go on: at line ends and at the signs between names. A line that is
// "Family, Given" and nothing else is also taken as one phrase.
func phrases(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		parts := strings.FieldsFunc(
			line,
			func(r rune) bool { return strings.ContainsRune(",;:/|()[]{}<>&+•·–—\"“”«»\t،؛", r) },
		)
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

// sessionsNamed gives the sessions whose id or whole title stands in the words.
func (x *Index) sessionsNamed(words []string) []string {
	joined := spaced(words)
	var ids []string
	for _, s := range x.sessions {
		long := len(strings.Fields(s.title)) >= 2 // a title of one common word says nothing
		if long && strings.Contains(joined, s.title) ||
			fold.HasDigit(s.id) && len(strings.TrimSpace(s.named)) >= 2 && strings.Contains(joined, s.named) {
			ids = append(ids, s.id)
		}
	}
	return ids
}
