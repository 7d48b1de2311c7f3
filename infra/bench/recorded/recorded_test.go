package recorded

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dossier/internal/chat"
	"dossier/internal/large"
)

const readings = `{"id":"N1","kind":"nomination","act":"designates","people":[["p1","Ms Amina Diallo","nominee"],[null,"Kofi Mensah","alternate"]],"agency":"Ministry of Labour","country":"SN","date":"2026-05-12","ref":"ML/1","owners":[]}
{"id":"X1","kind":"other","act":"declines","people":[],"agency":"","country":"","date":"","ref":"","owners":[]}
{"id":"D1","kind":"deck","act":"slides","people":[],"agency":"","country":"","date":"","ref":"","owners":[["p2","s1"]]}
`

func load(t *testing.T) map[string]Reading {
	t.Helper()
	file := filepath.Join(t.TempDir(), "reading.jsonl")
	if err := os.WriteFile(file, []byte(readings), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := Load(file)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	return all
}

func asked(text string) large.Question {
	return large.Question{FileName: "a.pdf", Text: text, People: []large.Person{{ID: "p1", Name: "Amina Diallo", Owes: true},
		{ID: "p2", Name: "Peter Ouma", Speaks: []large.Session{{ID: "s1", Title: "Fees"}, {ID: "s2", Title: "Inspection"}}}}}
}

func answered(t *testing.T, r Reading, q large.Question, s Skill) answer {
	t.Helper()
	user, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	data, err := r.Answer(string(user), s)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCarefulAnswers(t *testing.T) {
	all := load(t)
	n := answered(t, all["N1"], asked("Ms Amina Diallo and Kofi Mensah"), Careful)
	if n.Act != "nominates" || n.Presents || len(n.People) != 2 || n.People[0] != (large.Part{Name: "Ms Amina Diallo", Participant: "p1", Role: large.Nominee}) ||
		n.People[1].Participant != "" || n.Words != "Ms Amina Diallo" || n.Agency != "Ministry of Labour" || n.Reference != "ML/1" {
		t.Errorf("%+v", n)
	}
	if x := answered(t, all["X1"], asked("We regret."), Careful); x.Act != "other" || len(x.People) != 0 || x.Words != "we regret" {
		t.Errorf("%+v", x)
	}
	// Whose slides they are is shown by what stands there of the name.
	d := answered(t, all["D1"], asked("Fees that workers pay\nP. Ouma, Kenya"), Careful)
	if !d.Presents || d.People[0] != (large.Part{Name: "ouma", Participant: "p2", Role: large.Presenter, Session: "s1"}) {
		t.Errorf("%+v", d)
	}
}

// A bad reader errs in about half of the papers, and the same way each time.
func TestErrors(t *testing.T) {
	all := load(t)
	for skill, bounds := range map[Skill][2]int{Careful: {0, 0}, Good: {1, 30}, Bad: {70, 130}} {
		wrong := 0
		for i := range 200 {
			r := all["X1"]
			r.ID = strings.Repeat("x", i)
			q := asked("Amina Diallo regrets.")
			a := answered(t, r, q, skill)
			if a.Act == "nominates" {
				wrong++
				if len(a.People) != 1 || a.People[0].Participant != "p1" {
					t.Fatalf("%+v", a)
				}
			}
			if again := answered(t, r, q, skill); again.Act != a.Act {
				t.Fatal("another answer")
			}
		}
		if wrong < bounds[0] || wrong > bounds[1] {
			t.Errorf("%s: %d of 200", skill, wrong)
		}
	}
}

func TestServer(t *testing.T) {
	s, err := Serve(load(t), Careful)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m, err := chat.New(http.DefaultClient, s.URL, "recorded", chat.Fixed(""))
	if err != nil {
		t.Fatal(err)
	}
	user, err := json.Marshal(asked("Ms Amina Diallo and Kofi Mensah"))
	if err != nil {
		t.Fatal(err)
	}
	prompt := large.Prompt{User: string(user), Schema: []byte(`{}`)}
	if _, err := m.Answer(context.Background(), prompt); err == nil || s.Asked() != 0 {
		t.Error("an answer about no paper")
	}
	s.Now("N1")
	if a, err := m.Answer(context.Background(), prompt); err != nil || !strings.Contains(string(a.JSON), "Amina") || s.Asked() != 1 {
		t.Errorf("%s, %v", a.JSON, err)
	}
}
