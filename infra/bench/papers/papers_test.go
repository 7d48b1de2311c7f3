package papers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// Mark-up is written as a reader of office documents gives it.
func TestMarkup(t *testing.T) {
	got := pages("@H Ministry\n^ REPUBLIC\n== No. 5 // Accra ;; a // b\n!! RE: names\n| Name | Post |\n> 6 July\nplain\n---\nAnnex")
	want := []content.Page{
		{Number: 1, Footer: "Ministry", Text: "REPUBLIC\nNo. 5\tAccra\na\tb\nRE: names\nName\tPost\n6 July\nplain"},
		{Number: 2, Text: "Annex"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// small writes a set that is kept as text, and reads it.
func small(t *testing.T) []*Set {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"train/small/roster/m/meeting.yaml": "meeting: {id: m, title: A meeting, starts: 2031-06-23, ends: 2031-06-24, time_zone: Africa/Nairobi, languages: [en], secretariat: [a@b.example]}\n" +
			"sessions:\n  - {id: s1, title: Fees, starts: 2031-06-23T09:00, ends: 2031-06-23T10:00, format: panel}\n",
		"train/small/roster/m/participants.csv": "id,name,email,gender,sector,agency,country,language,roles\n" +
			"p1,Grace Odhiambo,grace@x.example,f,public,Ministry of Justice,Kenya,en,expert:s1\np2,Kofi Annor,kofi@x.example,m,private,Coast Ltd,Ghana,en,presenter:s1\n",
		"train/small/papers.jsonl": `{"id":"n1","meeting":"m","file":"a.docx","fmt":"docx","lang":"en","kind":"nomination","act":"nominates","tellable":true,"text":"We send Ms Grace Odhiambo to Nairobi.","nom":[["p1","Grace Odhiambo","","","nominee"]]}
{"id":"x1","meeting":"m","file":"b.eml","fmt":"eml","lang":"en","kind":"other","act":"thanks","text":"Thanks to Grace Odhiambo.","nom":[],"mail":{"frm":"A <a@x.example>","subject":"Thanks"}}
{"id":"d1","meeting":"m","file":"c.pptx","fmt":"pptx","lang":"en","kind":"deck","tellable":true,"slides":[["Fees",["Kofi Annor"],""]],"owners":[["p2","s1"]]}
`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sets, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

// Examples have the people of the roster with the parts that the labels give them, and a model learns from them.
func TestExamples(t *testing.T) {
	sets := small(t)
	all, err := sets[0].Examples(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatalf("%d examples, %v", len(all), err)
	}
	var roles []string
	for _, x := range all {
		for i, n := range x.Named {
			s := n.Places[0]
			roles = append(roles, x.ID+" "+x.Read.Text[s.From:s.To]+" "+x.Roles[i])
		}
	}
	want := "n1 Ms Grace Odhiambo nominee, x1 Grace Odhiambo none, d1 Kofi Annor presenter"
	if got := strings.Join(roles, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if all[1].Read.Subject != "Thanks" || !strings.HasPrefix(all[1].Read.Sender, "A <") {
		t.Errorf("%+v", all[1].Read)
	}
	m := Train(all, nil, nil)
	yes, _ := m.Read(t.Context(), all[0].Read)
	no, _ := m.Read(t.Context(), all[1].Read)
	if yes.Nominates <= no.Nominates {
		t.Errorf("the nomination has %v, the thanks %v", yes.Nominates, no.Nominates)
	}
	if without, _ := Train(all, nil, []string{"small"}).Read(t.Context(), all[0].Read); without.Nominates != 0.5 {
		t.Errorf("a set that was left out was learned from: %v", without.Nominates)
	}
}

// A paper is filed rightly for all people in its label, and wrongly for anybody else.
func TestOutcome(t *testing.T) {
	set := small(t)[0]
	r := set.Rosters["m"]
	nomination := func(id string) meeting.RequirementKey {
		return meeting.RequirementKey{Session: "s1", Kind: meeting.Nomination, Participant: id}
	}
	presentation := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p2"}
	for _, test := range []struct {
		paper        int
		file         []meeting.RequirementKey
		right, wrong bool
	}{
		{0, []meeting.RequirementKey{nomination("p1")}, true, false},
		{0, []meeting.RequirementKey{nomination("p2")}, false, true},
		{0, []meeting.RequirementKey{nomination("p1"), nomination("p2")}, false, true},
		{0, nil, false, false},
		{1, []meeting.RequirementKey{nomination("p1")}, false, true},
		{2, []meeting.RequirementKey{presentation}, true, false},
		{2, []meeting.RequirementKey{nomination("p2")}, false, true},
	} {
		o := set.Papers[test.paper].outcome(r, match.Result{File: test.file, Candidates: []meeting.Candidate{{Participant: "p1"}}})
		if o.Right != test.right || o.Wrong != test.wrong || o.First != (test.paper == 0) {
			t.Errorf("%v: %+v", test.file, o)
		}
	}
}

// One wrong filing is below the floor, and so is too little.
func TestFloors(t *testing.T) {
	for name, test := range map[string]struct {
		score Score
		low   bool
	}{
		"good":              {Score{letters: 10, lettersFiled: 5, decks: 10, decksFiled: 5}, false},
		"no decks":          {Score{letters: 10, lettersFiled: 5}, false},
		"one filed wrongly": {Score{letters: 10, lettersFiled: 9, decks: 10, decksFiled: 9, wrong: 1}, true},
		"few letters":       {Score{letters: 100, lettersFiled: 1, decks: 10, decksFiled: 5}, true},
		"few decks":         {Score{letters: 10, lettersFiled: 5, decks: 10, decksFiled: 1}, true},
	} {
		if err := test.score.floors(); (err != nil) != test.low {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The project's own letters have their people.
func TestOwn(t *testing.T) {
	all, err := own("../../../internal/letter/testdata")
	if err != nil || len(all) < 50 {
		t.Fatalf("%d letters, %v", len(all), err)
	}
	nominated := 0
	for _, x := range all {
		if len(x.People) != len(x.Nominated) {
			t.Errorf("%d people, %d labels", len(x.People), len(x.Nominated))
		}
		for i, yes := range x.Nominated {
			s := x.People[i].Spans[0]
			if yes && (s.To > len(x.Text) || x.Text[s.From:s.To] == "") {
				t.Errorf("a nominee at %+v", s)
			}
			nominated += count(yes)
		}
	}
	if nominated < 40 {
		t.Errorf("%d nominees", nominated)
	}
}
