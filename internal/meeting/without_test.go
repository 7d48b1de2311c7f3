package meeting_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
)

func leaver() meeting.Leaver {
	return meeting.Leaver{Participant: "p1", Documents: []string{"own"}, Is: func(name string) bool { return name == "Ana Sow" },
		IsAddress: func(a string) bool { return a == "ana@x.example" }}
}

func needs(participants ...string) (keys []meeting.RequirementKey) {
	for _, p := range participants {
		keys = append(keys, meeting.RequirementKey{Session: "s", Kind: meeting.Nomination, Participant: p})
	}
	return keys
}

// A person leaves a document: each trace by id goes, and everybody else's stay.
func TestLeave(t *testing.T) {
	replaced := meeting.Nominee{Name: "Ben Ro", Participant: "p2", Replaces: "A. Sow", ReplacesID: "p1"}
	d := meeting.Document{Sender: "ana@x.example", LinkOwner: "p1", Uploader: meeting.Contact{Email: "office@x.example"},
		Candidates: []meeting.Candidate{{Participant: "p1"}, {Participant: "p10"}},
		DocumentState: meeting.DocumentState{Status: meeting.Filed, Satisfies: needs("p1", "p10"), FiledFor: needs("p10", "p1"), SupersededBy: "own", PartOf: "own", Joined: []string{"own", "other"},
			Parts:  []meeting.Part{{From: 1, To: 2, Requirements: needs("p1")}, {From: 3, To: 4, Requirements: needs("p10")}},
			Letter: &meeting.Letter{Agency: "MoJ", Nominees: []meeting.Nominee{{Name: "Sow A", Participant: "p1", Email: "ana@x.example"}, {Name: "Ana Sow"}, {Name: "Ana Sow", Participant: "p8"}, replaced, {Name: "Cy", Replaces: "Ana Sow"}, {Name: "Di", Replaces: "Ben"}}}}}
	letter := d.Letter
	before := len(letter.Nominees[0].Email)
	d.Leave(leaver())
	want := meeting.Document{Candidates: []meeting.Candidate{{Participant: "p10"}},
		DocumentState: meeting.DocumentState{Status: meeting.Filed, Satisfies: needs("p10"), FiledFor: needs("p10"), Joined: []string{"other"},
			Parts: []meeting.Part{{From: 1, To: 2, Requirements: []meeting.RequirementKey{}}, {From: 3, To: 4, Requirements: needs("p10")}},
			Letter: &meeting.Letter{Agency: "MoJ", Nominees: []meeting.Nominee{{Name: "[erased]", Declined: true}, {Name: "[erased]", Declined: true}, {Name: "[erased]", Participant: "p8"},
				{Name: "Ben Ro", Participant: "p2", Replaces: "[erased]"}, {Name: "Cy", Replaces: "[erased]"}, {Name: "Di", Replaces: "Ben"}}}}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if len(letter.Nominees[0].Email) != before {
		t.Error("the audit's letter was changed with it")
	}
	again := d
	if again.Leave(leaver()); !cmp.Equal(again, d) {
		t.Errorf("again: %+v", again)
	}
	// Whose it is not, it stays as it is: who sent it as well.
	other := meeting.Document{Sender: "diana@x.example", LinkOwner: "p10", Uploader: meeting.Contact{Email: "diana@x.example"}, Candidates: []meeting.Candidate{{Participant: "p10"}},
		DocumentState: meeting.DocumentState{Satisfies: needs("p10"), SupersededBy: "x", PartOf: "y", Joined: []string{"z"}, Letter: &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Diana Sowah"}}}}}
	same := other
	if same.Leave(leaver()); !cmp.Equal(same, other) {
		t.Errorf("%+v", same)
	}
	mailed := meeting.Document{Uploader: meeting.Contact{Email: "ana@x.example", Language: "fr"}}
	if mailed.Leave(leaver()); mailed.Uploader != (meeting.Contact{}) {
		t.Errorf("%+v", mailed.Uploader)
	}
}

// A decision without the person does the same for everybody else.
func TestDecisionWithout(t *testing.T) {
	type d = meeting.Decision
	part := func(keys ...string) meeting.Part { return meeting.Part{From: 1, To: 1, Requirements: needs(keys...)} }
	for name, c := range map[string]struct {
		before, after d
		changed       bool
	}{
		"accepted": {d{Action: meeting.Accept, Document: "d", Nominee: "Sow A", Participant: &meeting.Participant{ID: "p1", Name: "Ana Sow", Email: "ana@x.example", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s"}}}},
			d{Action: meeting.Accept, Document: "d", Nominee: "[erased]", NomineeID: meeting.ParticipantID("d", "Sow A"), Erased: true, Participant: &meeting.Participant{ID: "p1", Name: "[erased]", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s"}}}}, true},
		"accepted as somebody else": {d{Action: meeting.Accept, Nominee: "Ana Sow", Participant: &meeting.Participant{ID: "p8", Name: "Ana Sow"}}, d{Action: meeting.Accept, Nominee: "Ana Sow", Participant: &meeting.Participant{ID: "p8", Name: "Ana Sow"}}, false},
		"declined":                  {d{Action: meeting.Decline, Document: "d", Nominee: "Ana Sow"}, d{Action: meeting.Decline, Document: "d", Nominee: "[erased]", NomineeID: meeting.ParticipantID("d", "Ana Sow")}, true},
		"confirmed": {d{Action: meeting.Confirm, Document: "d", Nominee: "Ana Sow", Participant: &meeting.Participant{Name: "Ana B Sow", Email: "x"}},
			d{Action: meeting.Confirm, Document: "d", Nominee: "[erased]", NomineeID: meeting.ParticipantID("d", "Ana Sow"), Participant: &meeting.Participant{Name: "[erased]"}}, true},
		"another declined":   {d{Action: meeting.Decline, Nominee: "Ben"}, d{Action: meeting.Decline, Nominee: "Ben"}, false},
		"filed for two":      {d{Requirements: needs("p1", "p10")}, d{Requirements: needs("p10")}, true},
		"filed for one":      {d{Requirements: needs("p1")}, d{Requirements: needs("p1")}, false},
		"filed for another":  {d{Requirements: needs("p10")}, d{Requirements: needs("p10")}, false},
		"split":              {d{Action: meeting.Split, Parts: []meeting.Part{part("p1"), part("p10")}}, d{Action: meeting.Split, Erased: true, Parts: []meeting.Part{{From: 1, To: 1, Requirements: []meeting.RequirementKey{}}, part("p10")}}, true},
		"split among others": {d{Action: meeting.Split, Parts: []meeting.Part{part("p2"), part("p10")}}, d{Action: meeting.Split, Parts: []meeting.Part{part("p2"), part("p10")}}, false},
		"waived":             {d{Action: meeting.Waive, Requirement: needs("p1")[0], Reason: "Ana Sow"}, d{Action: meeting.Waive, Requirement: needs("p1")[0], Reason: "Ana Sow"}, false}, // words are another matter
		"erased before":      {d{Action: meeting.Accept, Nominee: "[erased]", NomineeID: "n", Erased: true, Participant: &meeting.Participant{ID: "p1", Name: "[erased]"}}, d{Action: meeting.Accept, Nominee: "[erased]", NomineeID: "n", Erased: true, Participant: &meeting.Participant{ID: "p1", Name: "[erased]"}}, false},
	} {
		after, changed := c.before.Without(leaver())
		if diff := cmp.Diff(c.after, after); diff != "" || changed != c.changed {
			t.Errorf("%s: changed %v\n%s", name, changed, diff)
		}
	}
}

// What a decision did to the person's own things goes, each by its own trace; what it did to others' stays, and the states
// of documents that are shared are without the person.
func TestAuditWithout(t *testing.T) {
	shared := func() *meeting.DocumentState {
		return &meeting.DocumentState{Status: meeting.Filed, Satisfies: needs("p1", "p10")}
	}
	audit := meeting.Audit{Decision: meeting.Decision{Action: meeting.Decline, Document: "d", Nominee: "Ana Sow"}, Effects: []meeting.Effect{
		{Requirement: needs("p1")[0]}, {Requirement: needs("p10")[0]}, {Participant: "p1"}, {Participant: "p10"}, {Links: "p1"}, {Links: "p10"},
		{Document: "own"}, {Document: "other", DocumentBefore: shared()}, {Document: "third", DocumentAfter: shared()}, {Hint: "its"}, {Hint: "another's"}, {},
	}}
	got := audit.Without(leaver(), []string{"its", ""})
	without := &meeting.DocumentState{Status: meeting.Filed, Satisfies: needs("p10")}
	want := meeting.Audit{Decision: meeting.Decision{Action: meeting.Decline, Document: "d", Nominee: "[erased]", NomineeID: meeting.ParticipantID("d", "Ana Sow")},
		Effects: []meeting.Effect{{Requirement: needs("p10")[0]}, {Participant: "p10"}, {Links: "p10"}, {Document: "other", DocumentBefore: without},
			{Document: "third", DocumentAfter: without}, {Hint: "another's"}, {}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(audit.Effects) != 12 || len(audit.Effects[7].DocumentBefore.Satisfies) != 2 {
		t.Error("the audit itself was changed")
	}
}

// Everything of a document that is not the person's stays, field by field, and each single trace of the person is found.
func TestLeaveOneTrace(t *testing.T) {
	full := func() meeting.Document {
		return meeting.Document{ID: "d", Uploader: meeting.Contact{Email: "office@x.example", Language: "fr"}, Candidates: []meeting.Candidate{{Participant: "p10"}},
			DocumentState: meeting.DocumentState{Status: meeting.Filed, Kind: meeting.Nomination, Reason: meeting.ReasonTooLarge, Late: true, Confidence: 0.5,
				Evidence: []meeting.Evidence{{Code: meeting.EvidenceOnBehalf}}, Satisfies: needs("p10"), FiledFor: needs("p10"), Joined: []string{"", "z"}, SupersededBy: "x",
				Letter: &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ben Ro", Participant: "p10", Honorific: "Mr", Position: "Judge", Email: "ben@x.example",
					Phone: "1", Head: true, Alternate: true, Confirmed: &meeting.Confirmation{Name: "B. Ro"}, Replaces: "Cy", ReplacesID: "p3"}}}}}
	}
	nominee := func(d *meeting.Document) *meeting.Nominee { return &d.Letter.Nominees[0] }
	for name, c := range map[string]struct{ trace, leaves func(*meeting.Document) }{
		"none":         {func(*meeting.Document) {}, func(*meeting.Document) {}},
		"whose link":   {func(d *meeting.Document) { d.LinkOwner = "p1" }, func(d *meeting.Document) { d.Uploader = meeting.Contact{} }},
		"a candidate":  {func(d *meeting.Document) { d.Candidates = append(d.Candidates, meeting.Candidate{Participant: "p1"}) }, func(*meeting.Document) {}},
		"a place":      {func(d *meeting.Document) { d.FiledFor = needs("p1", "p10") }, func(*meeting.Document) {}},
		"a joined one": {func(d *meeting.Document) { d.Joined = []string{"", "own", "z"} }, func(*meeting.Document) {}},
		"a nominee": {func(d *meeting.Document) { nominee(d).Participant = "p1" },
			func(d *meeting.Document) { *nominee(d) = meeting.Nominee{Name: "[erased]", Declined: true} }},
		"a nominee by name": {func(d *meeting.Document) { nominee(d).Participant, nominee(d).Name = "", "Ana Sow" },
			func(d *meeting.Document) { *nominee(d) = meeting.Nominee{Name: "[erased]", Declined: true} }},
		"a name given to another": {func(d *meeting.Document) { nominee(d).Name = "Ana Sow" }, func(d *meeting.Document) { nominee(d).Name = "[erased]" }},
		"replaced":                {func(d *meeting.Document) { nominee(d).ReplacesID = "p1" }, func(d *meeting.Document) { nominee(d).Replaces, nominee(d).ReplacesID = "[erased]", "" }},
		"replaced, by name": {func(d *meeting.Document) { nominee(d).Replaces, nominee(d).ReplacesID = "Ana Sow", "" },
			func(d *meeting.Document) { nominee(d).Replaces, nominee(d).ReplacesID = "[erased]", "" }},
		"a namesake is replaced": {func(d *meeting.Document) { nominee(d).Replaces = "Ana Sow" }, func(d *meeting.Document) { nominee(d).Replaces = "Ana Sow" }},
	} {
		got, want := full(), full()
		c.trace(&got)
		c.leaves(&want)
		got.Leave(leaver())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	bare := meeting.Document{DocumentState: meeting.DocumentState{Joined: []string{"z"}}}
	joined := bare.Joined
	if bare.Leave(leaver()); len(joined) > 0 && len(bare.Joined) > 0 && &joined[0] != &bare.Joined[0] {
		t.Error("a list without the person is not given as it is")
	}
}
