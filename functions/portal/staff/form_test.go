package staff

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func key(session string, kind meeting.Kind, participant string) meeting.RequirementKey {
	return meeting.RequirementKey{Session: session, Kind: kind, Participant: participant}
}

// What each action's form says.
func TestReadDecision(t *testing.T) {
	one, two := key("s1", meeting.Nomination, "p1"), key("s2", meeting.Nomination, "p1")
	amina := &meeting.Participant{
		Name:     "Amina Diallo",
		Email:    "amina@people.example",
		Gender:   "f",
		Sector:   meeting.Public,
		Agency:   "Ministry",
		Country:  "Kenya",
		Language: "fr",
		Roles:    []meeting.Role{{Name: "presenter", Session: "s1"}},
	}
	for name, test := range map[string]struct {
		form string
		want meeting.Decision
	}{
		"withdraw": {"action=withdraw&document=d", meeting.Decision{Document: "d"}},
		"reject": {"action=reject&document=d&code=wrong-document&reason=",
			meeting.Decision{Document: "d", Code: "wrong-document",
				Reason: "wrong-document"}},
		"reject, in words": {"action=reject&document=d&code=wrong-document&reason=no", meeting.Decision{Document: "d",
			Code: "wrong-document", Reason: "no"}},
		"a code without a rejection": {"action=withdraw&document=d&code=wrong-document", meeting.Decision{Document: "d"}},
		"file": {"action=file&document=d&requirement=s1/nomination/p1+s2/nomination/p1", meeting.Decision{Document: "d",
			Requirements: []meeting.RequirementKey{one, two}}},
		"file, typed over what is chosen": {"action=file&document=d&requirement=s1/nomination/p1&other=s2/nomination/p1", meeting.Decision{Document: "d",
			Requirements: []meeting.RequirementKey{two}}},
		"file, typed": {"action=file&document=d&other=s2/nomination/p1", meeting.Decision{Document: "d",
			Requirements: []meeting.RequirementKey{two}}},
		"split": {"action=split&document=d&from=1&to=&place=s1/nomination/p1" +
			"&from=&to=&place=&from=2&to=4&place=s2/nomination/p1",
			meeting.Decision{Document: "d", Parts: []meeting.Part{{From: 1, To: 1, Requirements: []meeting.RequirementKey{one}},
				{From: 2, To: 4, Requirements: []meeting.RequirementKey{two}}}}},
		"join": {"action=join&document=d&into=e", meeting.Decision{Document: "d", Into: "e"}},
		"accept": {"action=accept&document=d&nominee=A&name=+Amina+Diallo" +
			"&email=amina@people.example&gender=f&agency=Ministry&" +
			"country=Kenya&language=fr&role=&role=presenter:s1&role=king:s1&role=expert:", meeting.Decision{Document: "d",
			Nominee:     "A",
			Participant: amina}},
		"decline": {"action=decline&document=d&nominee=A", meeting.Decision{Document: "d", Nominee: "A"}},
		"waive":   {"action=waive&requirement=s1/nomination/p1", meeting.Decision{Requirement: one}},
		"require": {"action=require&requirement=s1/nomination/p1", meeting.Decision{Requirement: one}},
		"undo":    {"action=undo&of=x", meeting.Decision{Of: "x"}},
		"forget":  {"action=forget&of=x", meeting.Decision{Of: "x"}},
		"revoke":  {"action=revoke&of=p1", meeting.Decision{Of: "p1"}},
	} {
		f, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Has("reason") {
			f.Set("reason", " why ")
		}
		got, err := readDecision(f, "m", "Ms Staff")
		want := test.want
		want.Action, want.Meeting, want.By = meeting.Action(f.Get("action")), "m", "Ms Staff"
		if want.Reason == "" {
			want.Reason = "why"
		}
		d := cmp.Diff(
			want,
			got,
			cmpopts.IgnoreFields(meeting.Decision{}, "At"),
			cmpopts.IgnoreFields(meeting.Participant{}, "ID"),
		)
		if err != nil || d != "" || got.At.IsZero() {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, d)
		}
	}
}

// Each refusal of a form, with the reason that a page explains.
func TestRefusedForms(t *testing.T) {
	accept := "action=accept&document=d&nominee=A&reason=r&name=A&role=presenter:s1"
	for form, want := range map[string]meeting.Refusal{
		"action=withdraw&document=d":                                     meeting.RefusalNoReason,
		"action=withdraw&document=d&reason=+":                            meeting.RefusalNoReason,
		"action=withdraw&document=d&reason=" + strings.Repeat("r", 2001): meeting.RefusalNoReason,
		"action=withdraw&reason=r":                                       meeting.RefusalNotUnderstood,
		"action=dance&document=d&reason=r":                               meeting.RefusalNotUnderstood,
		"action=confirm&document=d&reason=r":                             meeting.RefusalNotUnderstood,
		"action=file&document=d&reason=r":                                meeting.RefusalNoPlace,
		"action=file&document=d&reason=r&requirement=nonsense":           meeting.RefusalNoPlace,
		"action=file&document=d&reason=r&requirement=" + strings.Repeat("s1/nomination/p1+",
			maxPlaces+1): meeting.RefusalNoPlace,
		"action=join&document=d&reason=r":                                     meeting.RefusalNoPlace,
		"action=waive&reason=r":                                               meeting.RefusalNotUnderstood,
		"action=split&document=d&reason=r&from=1&to=2":                        meeting.RefusalBadParts,
		"action=split&document=d&reason=r&from=x&to=2&place=s1/nomination/p1": meeting.RefusalBadParts,
		"action=split&document=d&reason=r&from=1&to=x&place=s1/nomination/p1": meeting.RefusalBadParts,
		"action=split&document=d&reason=r&from=1&to=2&place=":                 meeting.RefusalBadParts,
		accept + "&email=nonsense":                                            meeting.RefusalBadEmail,
		accept + "&gender=q":                                                  meeting.RefusalNotUnderstood,
		"action=accept&document=d&nominee=A&reason=r&name=A":                  meeting.RefusalNoRole,
		"action=accept&document=d&nominee=A&reason=r&role=expert:s1":          meeting.RefusalNotUnderstood,
	} {
		f, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readDecision(f, "m", "Ms Staff"); !fault.Because(err, want) {
			t.Errorf("%.90s: %v, want %s", form, err, want)
		}
	}
	if _, err := readDecision(url.Values{"reason": {"r"}}, "m", ""); !fault.Because(
		err,
		meeting.RefusalNotAllowed,
	) {
		t.Errorf("somebody who may not decide: %v", err)
	}
}

// Where a decision leads.
func TestBack(t *testing.T) {
	for _, test := range []struct {
		from, history string
		action        meeting.Action
		want          string
	}{
		{"review/d2", "", meeting.FileHere, "/review/d2?undo=a%2F1"},
		{"review", "", meeting.Undo, "/review"},
		{"review/d2", "", meeting.Undo, "/review"},
		{"sessions/s1", "", meeting.Waive, "/sessions/s1"},
		{"documents/d", "", meeting.Withdraw, "/documents/d"},
		{"sessions/../../x", "", meeting.Waive, ""},
		{"https://evil.example", "", meeting.Waive, ""},
		{"", "", meeting.Waive, ""},
		{"review/d2", "1", meeting.Undo, "/history"},
	} {
		f := url.Values{"back": {test.from}, "from-history": {test.history}}
		if got := back(f, meeting.Decision{Action: test.action}, "a/1"); got != test.want {
			t.Errorf("%+v leads to %q", test, got)
		}
	}
}

func TestBatchCode(t *testing.T) {
	for in, want := range map[string]string{"ABC234": "ABC234", "": "", "abc": "", "A-B": "", "A/B": "",
		strings.Repeat("A", 65): "",
		strings.Repeat("A", 64): strings.Repeat("A", 64)} {
		if got := batchCode(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
}

// A chart's bars follow each other and are as long as their share; nobody makes no bar.
func TestChart(t *testing.T) {
	c := newChart("x", false, meeting.Tally{Women: 1, Men: 2, Unknown: 1}, 8)
	want := []bar{{"women", 0, 12.5}, {"men", 12.5, 37.5}, {"unsaid", 37.5, 50}}
	if d := cmp.Diff(want, c.Bars); d != "" || c.Bars[1].Width() != 25 {
		t.Errorf("(-want +got)\n%s", d)
	}
	if c := newChart("x", false, meeting.Tally{}, 0); len(c.Bars) != 0 {
		t.Errorf("bars of nobody: %v", c.Bars)
	}
}
