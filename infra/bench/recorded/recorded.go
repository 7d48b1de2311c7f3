// Package recorded answers for a large reader with readings that were recorded before, reading.jsonl of a set of papers,
// and with worse ones made from them. The answers have the shape of the prompt's schema (internal/large).
package recorded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/fold"
	"dossier/internal/large"
	"dossier/internal/meeting"
)

// Reading is one line of the file.
type Reading struct {
	ID     string      `json:"id"`
	Kind   string      `json:"kind"` // nomination, deck or other
	Act    string      `json:"act"`  // in words of the reader's own
	People []person    `json:"people"`
	Agency string      `json:"agency"`
	Land   string      `json:"country"`
	Date   string      `json:"date"`
	Ref    string      `json:"ref"`
	Owners [][2]string `json:"owners"` // participant and session
}

// person is the id, nil when on no roster, the name as the paper has it, and the role.
type person [3]*string

func (p person) text(i int) string {
	if p[i] == nil {
		return ""
	}
	return *p[i]
}

// Load reads a file of readings, by id.
func Load(file string) (map[string]Reading, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	all := map[string]Reading{}
	for line := range bytes.Lines(data) {
		var r Reading
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("read %s: line %d: %w", file, len(all)+1, err)
		}
		all[r.ID] = r
	}
	return all, nil
}

// Skill is how good a reader is that the answers are made for.
type Skill string

// The skills: as recorded; with an error in one of twenty papers; with one in every second paper.
const (
	Careful Skill = "careful"
	Good    Skill = "good"
	Bad     Skill = "bad"
)

// errs tells whether a reader of that skill reads a paper wrongly.
func (s Skill) errs(r *rand.Rand) bool {
	switch s {
	case Good:
		return r.IntN(20) == 0
	case Bad:
		return r.IntN(2) == 0
	}
	return false
}

// question is a question of the large reader.
type question struct{ large.Question }

type answer struct {
	Presents  bool         `json:"presents"`
	Act       string       `json:"act"`
	Words     string       `json:"words"`
	People    []large.Part `json:"people"`
	Agency    string       `json:"agency"`
	Country   string       `json:"country"`
	Date      string       `json:"date"`
	Reference string       `json:"reference"`
}

// Answer gives the answer to a prompt's user message, as a reader of that skill would. The same paper and skill give the
// same answer.
func (r Reading) Answer(user string, s Skill) ([]byte, error) {
	var q question
	if err := json.Unmarshal([]byte(user), &q); err != nil {
		return nil, fmt.Errorf("read question: %w", err)
	}
	a := answer{Act: r.act(), People: []large.Part{}, Agency: r.Agency, Country: r.Land, Date: r.Date, Reference: r.Ref, Presents: r.Kind == "deck"}
	for _, p := range r.People {
		a.People = append(a.People, large.Part{Participant: p.text(0), Name: p.text(1), Role: large.Role(p.text(2))})
	}
	for _, o := range r.Owners {
		a.People = append(a.People, large.Part{Name: q.shown(o[0]), Participant: o[0], Role: large.Presenter, Session: o[1]})
	}
	h := fnv.New64a()
	h.Write([]byte(r.ID + q.FileName + string(s)))
	if random := rand.New(rand.NewPCG(h.Sum64(), 1)); s.errs(random) {
		q.spoil(&a, random)
	}
	a.Words = q.first()
	if len(a.People) > 0 {
		a.Words = a.People[0].Name
	}
	return json.Marshal(a)
}

// act is the recorded act in the words that Dossier has for it.
func (r Reading) act() string {
	switch {
	case r.Kind == "nomination" && !meeting.Act(r.Act).Nominates():
		return string(meeting.ActNominates)
	case r.Kind != "nomination" && (meeting.Act(r.Act).Nominates() || !slices.Contains(meeting.Acts(), meeting.Act(r.Act))):
		return string(meeting.ActOther)
	}
	return r.Act
}

// first is the first line that the paper has.
func (q question) first() string {
	for line := range strings.Lines(q.Text + "\n" + fold.FileNameLine(q.FileName)) {
		if words := fold.Words(line); len(words) > 0 {
			return strings.Join(words[:min(4, len(words))], " ")
		}
	}
	return ""
}

// shown is a person's name as it stands in the paper: the words from the first to the last of the roster's name in the line
// that has most of them. It is the paper's first line when no line has any.
func (q question) shown(id string) string {
	var name []string
	for _, p := range q.People {
		if p.ID == id {
			name = fold.Words(p.Name)
		}
	}
	best, most := q.first(), 0
	for line := range strings.Lines(strings.Join([]string{q.Text, q.Subject, q.Author, q.Sender, fold.FileNameLine(q.FileName)}, "\n")) {
		words := fold.Words(line)
		from, to, n := len(words), 0, 0
		for i, w := range words {
			if utf8.RuneCountInString(w) > 2 && slices.Contains(name, w) {
				from, to, n = min(from, i), i+1, n+1
			}
		}
		if n > most && to-from <= 2*len(name) {
			best, most = strings.Join(words[from:to], " "), n
		}
	}
	return best
}

// names tells whether all words of a name, its initials apart, stand in the paper.
func (q question) names(name string) bool {
	there := fold.Words(strings.Join([]string{q.Text, q.Subject, q.Sender, q.Author, fold.FileNameLine(q.FileName)}, "\n"))
	return !slices.ContainsFunc(fold.Words(name), func(w string) bool {
		return utf8.RuneCountInString(w) > 2 && !slices.Contains(there, w)
	})
}

// spoil makes an answer wrong in one of the ways in which models are: the act, a person for another, one missing, one
// invented, or everybody, as a paper orders that wants to be filed.
func (q question) spoil(a *answer, random *rand.Rand) {
	var named []large.Part
	for _, p := range q.People {
		if q.names(p.Name) {
			named = append(named, large.Part{Name: p.Name, Participant: p.ID, Role: large.Nominee})
		}
	}
	files := a.Presents || meeting.Act(a.Act).Nominates()
	switch way := random.IntN(4); {
	case !files || len(a.People) == 0:
		a.Act, a.People = string(meeting.ActNominates), named
		if len(named) > 0 && way < 2 {
			a.People = named[random.IntN(len(named)):][:1]
		}
	case a.Presents:
		for i, p := range q.People {
			if p.ID != a.People[0].Participant && len(p.Speaks) > 0 {
				a.People = []large.Part{{Name: q.shown(p.ID), Participant: p.ID, Role: large.Presenter, Session: p.Speaks[0].ID}}
				if i > 0 {
					break
				}
			}
		}
	case way == 0:
		a.Act, a.People = string(meeting.ActInforms), nil
	case way == 1 && len(a.People) > 1:
		a.People = a.People[1:]
	case way == 2:
		a.People = append(a.People, large.Part{Name: "Invented Personson", Role: large.Nominee})
	default:
		for _, p := range named {
			if !slices.ContainsFunc(a.People, func(o large.Part) bool { return o.Participant == p.Participant }) {
				a.People = append(a.People, p)
			}
		}
	}
	if a.People == nil {
		a.People = []large.Part{}
	}
}
