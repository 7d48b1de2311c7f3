package evaluate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

const rosterYAML = `meeting:
  id: small
  title: A small meeting on fair recruitment
  starts: 2031-06-23
  ends: 2031-06-24
  time_zone: Africa/Nairobi
  languages: [en]
  nominees_per_agency: 2
  secretariat: [desk@secretariat.example]
sessions:
  - {id: one, title: Fair recruitment, starts: 2031-06-23T09:00, ends: 2031-06-23T10:00, format: presentations}
`

const rosterCSV = `id,name,email,gender,sector,agency,country,language,roles
p1,Tendai Moyo,tendai@people.example,f,private,Savanna Staffing,Zimbabwe,en,presenter:one
p2,Grace Odhiambo,grace@justice.example,f,public,Ministry of Justice,Kenya,en,panellist:one
`

const letterText = `MINISTRY OF JUSTICE
Republic of Kenya

Ref: MOJ/INT/2031/114
12 May 2031

To: the Secretariat of A small meeting on fair recruitment

Dear Madam, dear Sir,

With reference to your invitation, the Ministry of Justice has the honour to nominate the following officials to
participate in the meeting:

1. Ms. Grace Odhiambo, Principal State Counsel, grace@justice.example
2. Mr. Peter Kamau, State Counsel, peter.kamau@justice.example

Yours faithfully,

Amina Wanjiru
Permanent Secretary
`

// smallSet writes a set of three papers: a deck, a letter that names somebody new, and a broken file.
func smallSet(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	deck := ooxmltest.Deck{Title: "Fair recruitment", Slides: []ooxmltest.Slide{
		{Title: "Fair recruitment in practice", Body: "Tendai Moyo\nSavanna Staffing"},
		{Title: "What we learned", Body: "Fees are paid by employers."}}}
	truth := `{"meeting": "small", "file": "Moyo équité.pptx", "path": "D1.pptx", "kind": "deck"}
{"meeting": "small", "file": "Nomination MoJ.txt", "path": "N1.txt", "kind": "nomination"}
{"meeting": "small", "file": "broken.pdf", "path": "X1.pdf", "kind": "other"}
`
	for name, data := range map[string][]byte{
		"truth.jsonl":                   []byte(truth),
		"roster/small/meeting.yaml":     []byte(rosterYAML),
		"roster/small/participants.csv": []byte(rosterCSV),
		"files/D1.pptx":                 deck.Bytes(),
		"files/N1.txt":                  []byte(letterText),
		"files/X1.pdf":                  []byte("%PDF-1.7\nthe rest was lost"),
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The whole command: a set goes in, a line a document comes out, in the order of truth.jsonl.
func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "evaluation.jsonl")
	var progress bytes.Buffer
	if err := run(t.Context(), options{set: smallSet(t), out: out, seed: 1, limit: time.Minute}, &progress); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var got []line
	for l := range bytes.Lines(data) {
		var x line
		if err := json.Unmarshal(l, &x); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		if len(x.Evidence) == 0 && x.Status != "rejected" && x.Status != "quarantined" {
			t.Errorf("%s: no evidence", x.File)
		}
		for i, c := range x.Candidates { // the figure is the matcher's to change
			if c.Chance <= 0 || c.Chance > 1 {
				t.Errorf("%s: chance %v", x.File, c.Chance)
			}
			x.Candidates[i].Chance = 0
		}
		x.Evidence = nil
		got = append(got, x)
	}
	kamau := nominee{"Peter Kamau", "State Counsel", "peter.kamau@justice.example", "nominee", ""}
	want := []line{
		{Meeting: "small", File: "Moyo équité.pptx", Status: "filed", Kind: "presentation",
			Filed:      []place{{"presentation", "p1", "one"}},
			Candidates: []candidate{{"p1", "one", 0}}, Letter: letter{Nominees: []nominee{}}, Proposed: []proposal{}},
		{Meeting: "small", File: "Nomination MoJ.txt", Status: "filed", Kind: "nomination", Act: "nominates",
			Filed: []place{{"nomination", "p2", "one"}}, Candidates: []candidate{{"p2", "", 0}},
			Letter: letter{Agency: "Ministry of Justice", Country: "KE", Date: "2031-05-12", Reference: "MOJ/INT/2031/114",
				Signatory: "Amina Wanjiru", Nominees: []nominee{
					{"Grace Odhiambo", "Principal State Counsel", "grace@justice.example", "nominee", "p2"}, kamau}},
			Proposed: []proposal{{kamau, "Ministry of Justice"}}},
		{Meeting: "small", File: "broken.pdf", Status: "rejected", Reason: "corrupt",
			Filed: []place{}, Candidates: []candidate{}, Letter: letter{Nominees: []nominee{}}, Proposed: []proposal{}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(proposal{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if !strings.Contains(progress.String(), "3/3") {
		t.Errorf("no progress is shown:\n%s", &progress)
	}
}

// stuck is a system in which the n-th upload never ends.
type stuck struct {
	n    int
	puts []string
}

func (s *stuck) LoadRoster(_ context.Context, id string, _, _ []byte) (*meeting.Meeting, error) {
	return &meeting.Meeting{ID: id}, nil
}

func (s *stuck) Put(_ context.Context, key string, _ []byte) (meeting.Object, error) {
	s.puts = append(s.puts, key)
	return meeting.Object{Key: key, Version: fmt.Sprint(len(s.puts))}, nil
}

func (s *stuck) Document(_ context.Context, id string) (*meeting.Document, error) {
	if len(s.puts) == s.n {
		return nil, fault.New(fault.NotFound, "no document")
	}
	return &meeting.Document{ID: id}, nil
}

func (s *stuck) Sessions(context.Context, string) ([]*meeting.Session, error) { return nil, nil }

// A file that does not end is named, and how far the set has come.
func TestNotEnded(t *testing.T) {
	set, err := readSet(smallSet(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	s := &stuck{n: 2}
	e := evaluation{uploads: s, records: s, limit: 50 * time.Millisecond, progress: &bytes.Buffer{}}
	_, err = e.run(t.Context(), set)
	file := set.papers[set.order[1]].File
	want := "1 of 3 files have ended; " + file
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "has not ended within 50ms") {
		t.Errorf("%v, want %s", err, want)
	}
	if len(s.puts) != 2 || s.puts[1] != "incoming/small/drop/"+file {
		t.Errorf("uploaded %q", s.puts)
	}
}

// The same seed drops the files in the same order, another in another.
func TestOrder(t *testing.T) {
	dir := smallSet(t)
	orders := map[string]bool{}
	for seed := range uint64(20) {
		a, err := readSet(dir, seed)
		if err != nil {
			t.Fatal(err)
		}
		b, err := readSet(dir, seed)
		if err != nil || fmt.Sprint(a.order) != fmt.Sprint(b.order) {
			t.Errorf("seed %d: %v and %v, %v", seed, a.order, b.order, err)
		}
		orders[fmt.Sprint(a.order)] = true
	}
	if len(orders) < 4 {
		t.Errorf("only the orders %v", orders)
	}
}

func TestDescribe(t *testing.T) {
	one := meeting.RequirementKey{Session: "one", Kind: meeting.Presentation, Participant: "p1"}
	two := meeting.RequirementKey{Session: "two", Kind: meeting.Presentation, Participant: "p1"}
	nomination := meeting.RequirementKey{Session: "one", Kind: meeting.Nomination, Participant: "p2"}
	keys := func(all ...meeting.RequirementKey) []meeting.RequirementKey { return all }
	filed := func(l line) any { return l.Filed }
	w := sentences{}
	for name, test := range map[string]struct {
		set   func(*meeting.Document)
		check func(line) any
		want  any
	}{
		"superseded keeps its places": {func(d *meeting.Document) { d.Status, d.FiledFor = meeting.Superseded, keys(one) },
			filed, []place{{"presentation", "p1", "one"}}},
		"a place is told once": {func(d *meeting.Document) {
			d.Status, d.Satisfies, d.FiledFor = meeting.Filed, keys(one), keys(one, two)
		}, filed, []place{{"presentation", "p1", "one"}, {"presentation", "p1", "two"}}},
		"withdrawn has none": {func(d *meeting.Document) { d.Status, d.FiledFor = meeting.Withdrawn, keys(one) },
			filed, []place{}},
		"candidates by session": {func(d *meeting.Document) {
			d.Candidates = []meeting.Candidate{{Participant: "p1", Confidence: 0.5, For: keys(one, two)},
				{Participant: "p2", Confidence: 0.25, For: keys(nomination)}, {Participant: "p3"}}
		}, func(l line) any { return l.Candidates },
			[]candidate{{"p1", "one", 0.5}, {"p1", "two", 0.5}, {"p2", "", 0.25}, {"p3", "", 0}}},
		"roles": {func(d *meeting.Document) {
			d.Letter = &meeting.Letter{Agency: "Office", Nominees: []meeting.Nominee{
				{Name: "Head", Head: true, Participant: "h"}, {Name: "Other", Alternate: true, Declined: true},
				{Name: "New", Replaces: "Old", ReplacesID: "o"}}}
		}, func(l line) any { return []any{l.Letter.Nominees, l.Proposed} },
			[]any{[]nominee{{"Head", "", "", "head", "h"}, {"Other", "", "", "alternate", ""}, {"New", "", "", "nominee", ""},
				{"Old", "", "", "replaced", "o"}}, []proposal{{nominee{"New", "", "", "nominee", ""}, "Office"}}}},
		"evidence is the first candidate's where the document has none": {func(d *meeting.Document) {
			d.Candidates = []meeting.Candidate{{Evidence: []meeting.Evidence{{Code: "session", Detail: "one"}}}}
		}, func(l line) any { return l.Evidence }, []string{"session: Fair recruitment"}},
	} {
		t.Run(name, func(t *testing.T) {
			var d meeting.Document
			test.set(&d)
			got := test.check(describe(&d, w, map[string]string{"one": "Fair recruitment"}))
			if d := cmp.Diff(test.want, got, cmp.AllowUnexported(proposal{})); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

type sentences struct{}

func (sentences) Evidence(e meeting.Evidence) string {
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}
