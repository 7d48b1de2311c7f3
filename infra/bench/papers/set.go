// Package papers reads sets of labelled papers: letters, papers that look like letters and are none, and decks, each with
// what a careful officer would do with it. The format is that of tools/paperset.py beside the sets.
package papers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dossier/infra/bench/corpus"
	"dossier/internal/extract/content"
	"dossier/internal/meeting"
	"dossier/internal/roster"
)

// Kind is what a paper is, as its label says.
type Kind string

// The kinds of papers.
const (
	Nomination Kind = "nomination"
	Other      Kind = "other"
	Deck       Kind = "deck"
)

// Set is one writer's papers.
type Set struct {
	Name    string
	Rosters map[string]*meeting.Roster // by meeting
	Papers  []*Paper
}

// Paper is one paper with its labels.
type Paper struct {
	Set      string
	ID       string    `json:"id"`
	Meeting  string    `json:"meeting"`
	File     string    `json:"file"` // its name as it was sent
	Path     string    `json:"path"` // within files/; "" for a paper that is kept as text
	Format   string    `json:"fmt"`
	Language string    `json:"lang"`
	Kind     Kind      `json:"kind"`
	Act      string    `json:"act"`
	Nominees []Nominee `json:"nom"`
	Owners   []Owner   `json:"owners"`
	// Tellable: a careful officer would file it without a question.
	Tellable bool     `json:"tellable"`
	Traps    []string `json:"traps"`
	Agency   string   `json:"agency"` // accepted forms are parted by ||, here and below
	Country  string   `json:"country"`
	Date     string   `json:"date"`
	Ref      string   `json:"ref"`

	// Content holds the pages of the file. Name is that of the paper in a mail, "" for a paper that came by itself.
	Content *content.Content `json:"-"`
	Name    string           `json:"-"`

	Text   string            `json:"text"` // of a paper that is kept as text
	Slides []slide           `json:"slides"`
	Mail   map[string]string `json:"mail"`
	Author string            `json:"author"`
}

// Nominee is one person that a letter names.
type Nominee struct{ Participant, Name, Position, Email, Role string }

// UnmarshalJSON reads the list of five that the sets have.
func (n *Nominee) UnmarshalJSON(data []byte) error {
	var list [5]*string
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("read nominee: %w", err)
	}
	for i, to := range []*string{&n.Participant, &n.Name, &n.Position, &n.Email, &n.Role} {
		if list[i] != nil {
			*to = *list[i]
		}
	}
	return nil
}

// Owner is a presenter in a session.
type Owner struct{ Participant, Session string }

// UnmarshalJSON reads the pair that the sets have.
func (o *Owner) UnmarshalJSON(data []byte) error {
	var pair [2]string
	if err := json.Unmarshal(data, &pair); err != nil {
		return fmt.Errorf("read owner: %w", err)
	}
	o.Participant, o.Session = pair[0], pair[1]
	return nil
}

type slide struct {
	title, notes string
	lines        []string
}

func (s *slide) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&s.title, &s.lines, &s.notes})
}

// Read reads the sets of a folder: those with files from their folders, those of train/ as texts. The papers of sets with
// files have no content yet.
func Read(dir string) ([]*Set, error) {
	var all []*Set
	for _, pattern := range []string{"*/truth.jsonl", "train/*/papers.jsonl"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("list sets: %w", err)
		}
		for _, file := range files {
			s, err := readSet(file)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", file, err)
			}
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no set of papers in " + dir)
	}
	return all, nil
}

func readSet(file string) (*Set, error) {
	folder := filepath.Dir(file)
	s := &Set{Name: filepath.Base(folder), Rosters: map[string]*meeting.Roster{}}
	acts, err := readActs(filepath.Join(folder, "acts.tsv"))
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for l := range bytes.Lines(data) {
		p := &Paper{Set: s.Name}
		if err := json.Unmarshal(l, p); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(s.Papers)+1, err)
		}
		if p.Act == "" {
			p.Act = acts[p.ID]
		}
		if p.Path == "" {
			p.Content = p.content()
			p.open()
		}
		s.Papers = append(s.Papers, p)
	}
	rosters, err := corpus.Rosters(filepath.Join(folder, "roster"))
	if err != nil {
		return nil, err
	}
	for _, files := range rosters {
		r, problems := roster.Parse(files.Meeting, files.YAML, files.CSV)
		// A format or a language that Dossier does not have takes nobody off the roster.
		if rows := bytes.Count(bytes.TrimSpace(files.CSV), []byte("\n")); len(r.Participants) < rows {
			return nil, fmt.Errorf("roster of %s: %d of %d people: %v", files.Meeting, len(r.Participants), rows, problems)
		}
		s.Rosters[files.Meeting] = r
	}
	return s, nil
}

// readActs reads the acts of a set's papers by id; none when there is no such file.
func readActs(file string) (map[string]string, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	acts := map[string]string{}
	for l := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(l), "\t"); len(f) >= 2 {
			acts[f[0]] = f[1]
		}
	}
	return acts, nil
}

// Files tells whether the set has files, and not texts alone.
func (s *Set) Files() bool { return s.Papers[0].Path != "" }
