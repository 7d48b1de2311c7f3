package store_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
	"dossier/internal/person"
	"dossier/internal/store"
)

// erasing is the erasure of participant p of meeting m, who has a name and addresses.
func erasing(name string, addresses ...string) store.Erasure {
	f := person.New(person.Known{Names: []string{name}, Addresses: addresses}, person.Known{})
	return store.Erasure{Meeting: "m", Person: f, Leaver: meeting.Leaver{Participant: "p", Is: f.IsName, IsAddress: f.IsAddress}}
}

// Each kind of item: which one is the person's alone and goes, and which one is somebody else's, or another meeting's, and
// stays.
func TestErasureOwns(t *testing.T) {
	requirement := func(m, p string) *meeting.Requirement {
		return &meeting.Requirement{Meeting: m, RequirementKey: meeting.RequirementKey{Session: "s", Kind: meeting.Nomination, Participant: p}}
	}
	person := func(m, p string) *meeting.Accepted {
		return &meeting.Accepted{Meeting: m, Participant: meeting.Participant{ID: p}}
	}
	e := erasing("Ana Sousa", "ana@people.example", "Own@people.example")
	e.Documents, e.Elsewhere = []string{"own"}, map[string]bool{"own@people.example": true}
	for name, test := range map[string]struct {
		item any
		goes bool
	}{
		"a document":                    {&meeting.Document{ID: "own", Meeting: "m"}, true},
		"another document":              {&meeting.Document{ID: "other", Meeting: "m"}, false},
		"a requirement":                 {requirement("m", "p"), true},
		"somebody else's requirement":   {requirement("m", "pp"), false},
		"another meeting's requirement": {requirement("n", "p"), false},
		"an acceptance":                 {person("m", "p"), true},
		"somebody else's acceptance":    {person("m", "q"), false},
		"another meeting's acceptance":  {person("n", "p"), false},
		"a hint":                        {&meeting.Hint{ID: "h", Meeting: "m", Participant: "p"}, true},
		"somebody else's hint":          {&meeting.Hint{ID: "h", Meeting: "m", Participant: "q"}, false},
		"another meeting's hint":        {&meeting.Hint{ID: "h", Meeting: "n", Participant: "p"}, false},
		"a revocation":                  {&meeting.Revocation{Meeting: "m", Participant: "p"}, true},
		"somebody else's revocation":    {&meeting.Revocation{Meeting: "m", Participant: "q"}, false},
		"a message of the document":     {&store.Message{Meeting: "m", ID: "<1>", Document: "own"}, true},
		"a message of another":          {&store.Message{Meeting: "m", ID: "<1>", Document: "other"}, false},
		"the address":                   {&meeting.Address{Address: "ana@people.example"}, true},
		"an address of other meetings":  {&meeting.Address{Address: "own@people.example"}, false},
		"another address":               {&meeting.Address{Address: "ben@people.example"}, false},
		"a count of mails":              {&meeting.Sends{Address: "ana@people.example", Day: "2031-06-01"}, true},
		"another's count of mails":      {&meeting.Sends{Address: "ben@people.example", Day: "2031-06-01"}, false},
		"a mail to the person alone":    {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ANA@people.example"}}, true},
		"a mail to two":                 {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ana@people.example", "ben@people.example"}}, false},
		"a mail to nobody":              {&meeting.Mail{ID: "o", Meeting: "m"}, false},
		"a mail to somebody else":       {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ben@people.example"}}, false},
		"a mail of the document":        {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ben@people.example"}, Document: "own"}, true},
		"another meeting's mail":        {&meeting.Mail{ID: "o", Meeting: "n", To: []string{"ana@people.example"}}, false},
		"a mail with the person's link": {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ana@people.example"}, Links: []meeting.Invitation{{Participant: "p"}}}, true},
		"a mail with another's link":    {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"office@people.example"}, Links: []meeting.Invitation{{Participant: "q"}}}, false},
		"a session":                     {&meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: "s"}}, false},
		"a delegation":                  {&meeting.Delegation{Meeting: "m", Key: "p"}, false},
		"the balance":                   {&meeting.Balance{Meeting: "m"}, false},
		"an audit":                      {&meeting.Audit{ID: "p", Decision: meeting.Decision{Meeting: "m"}}, false},
		"that a decision was undone":    {&store.Undone{Decision: "p"}, false},
		"the amendments":                {&meeting.RosterAmendments{Meeting: "m"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, table := wired(t)
			commit(t, s, test.item)
			count := func() int {
				out, err := table.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table.Name})
				ok(t, err)
				return len(out.Items)
			}
			mentions, err := s.Mentions(t.Context(), e)
			ok(t, err)
			named := name == "a mail to two"
			if (len(mentions) == 1) != (test.goes || named) {
				t.Errorf("mentioned in %q", mentions)
			}
			done, err := s.Erase(t.Context(), e)
			ok(t, err)
			if gone := count() == 0; gone != test.goes || (done.Deleted == 1) != test.goes || (done.Redacted == 1) != named {
				t.Errorf("it is gone: %v; %+v", gone, done)
			}
			if left, err := s.Mentions(t.Context(), e); err != nil || len(left) > 0 {
				t.Errorf("left %q %v", left, err)
			}
		})
	}
}

// The person goes from the words of an item, however they are written; what only looks alike stays, and so do ids, keys and
// the names of others.
func TestErasureRedacts(t *testing.T) {
	s := newStore(t)
	k := meeting.RequirementKey{Session: "ana", Kind: meeting.Presentation, Participant: "q"}
	d := &meeting.Document{ID: "d", Meeting: "m", FileName: "AnaSousa.pptx", Title: "SOUSA, ANA and Ana Sousa-Lima; Banana Sousa", Object: meeting.Object{Key: "incoming/m/drop/Ana Sousa.pptx"},
		Sender: "ana@people.example", Uploader: meeting.Contact{Email: "ana@people.example", Language: "fr"}, LinkOwner: "p",
		Candidates: []meeting.Candidate{{Participant: "p", Name: "Ana Sousa"}, {Participant: "q", Name: "Ana Sousa Q", Evidence: []meeting.Evidence{{Detail: "by ana\tSOUSA"}, {Detail: "ben"}}}}}
	d.Status, d.FiledFor = meeting.Review, []meeting.RequirementKey{k, {Session: "s", Kind: meeting.Nomination, Participant: "p"}}
	commit(t, s, d)
	e := erasing("Ana Sousa", "ana@people.example")
	done, err := s.Erase(t.Context(), e)
	ok(t, err)
	got, err := s.Document(t.Context(), "d")
	ok(t, err)
	if got.Title != "[erased] and [erased]-Lima; Banana Sousa" || got.FileName != "[erased].pptx" || done.Redacted != 1 || got.Key != d.Key || got.Rev != 2 {
		t.Errorf("%+v, %+v", got, done)
	}
	if got.Sender != "" || got.Uploader != (meeting.Contact{}) || got.LinkOwner != "" || !slices.Equal(got.FiledFor, []meeting.RequirementKey{k}) {
		t.Errorf("the ids are still there: %+v", got)
	}
	if c := got.Candidates; len(c) != 1 || c[0].Name != "Ana Sousa Q" || c[0].Evidence[0].Detail != "by [erased]" || c[0].Evidence[1].Detail != "ben" {
		t.Errorf("%+v", got.Candidates)
	}
	// The index finds it where it was.
	if list, err := s.Documents(t.Context(), "m", meeting.Review, 0); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
	// Nothing is counted that does not change.
	if done, err = s.Erase(t.Context(), e); err != nil || done != (store.Erased{}) {
		t.Errorf("%+v %v", done, err)
	}
}

// Each kind of item that stays: the person's part in it goes, and nothing else changes.
func TestErasureLeaves(t *testing.T) {
	q := meeting.RequirementKey{Session: "s", Kind: meeting.Nomination, Participant: "q"}
	its := q
	its.Participant = "p"
	requirement := func(reason, agency string) *meeting.Requirement {
		return &meeting.Requirement{Meeting: "m", RequirementKey: q, Profile: meeting.Profile{Agency: agency}, RequirementState: meeting.RequirementState{Reason: reason, WaivedBy: "Ana Sousa"}}
	}
	state := func(nominee string, declined bool, keys ...meeting.RequirementKey) *meeting.DocumentState {
		return &meeting.DocumentState{FiledFor: keys, Letter: &meeting.Letter{Nominees: []meeting.Nominee{{Name: nominee, Declined: declined}}}}
	}
	accept := func(name, nominee, id string, erased bool) meeting.Decision {
		return meeting.Decision{Meeting: "m", Action: meeting.Accept, Document: "d", Nominee: nominee, NomineeID: id, Erased: erased, Participant: &meeting.Participant{ID: "p", Name: name}}
	}
	for name, c := range map[string]struct{ before, after any }{
		"a reason":               {requirement("Ana Sousa said so", "Office of Ana Sousa"), requirement("[erased] said so", "Office of Ana Sousa")},
		"another meeting's item": {&meeting.Hint{ID: "h", Meeting: "n", Pattern: "ana sousa"}, nil},
		"a pattern":              {&meeting.Hint{ID: "h", Meeting: "m", Participant: "q", Name: "Ben Ana Sousa", Pattern: "ben ana sousa"}, &meeting.Hint{ID: "h", Meeting: "m", Participant: "q", Name: "Ben Ana Sousa", Pattern: "ben [erased]"}},
		"a mail": {&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ana@people.example", "ben@people.example"}, Failure: "no ana@people.example"},
			&meeting.Mail{ID: "o", Meeting: "m", To: []string{"ben@people.example"}, Failure: "no [erased]"}},
		"a decision": {
			&meeting.Audit{ID: "a", Decision: accept("Ana Sousa", "Sousa Ana", "", false), Effects: []meeting.Effect{{Requirement: its}, {Hint: "its"}, {Participant: "p"}, {Links: "p"}, {Document: "own"}, {Hint: "other"},
				{Document: "d", DocumentBefore: state("Ana Sousa", false, its, q), DocumentAfter: state("Ana Sousa", false, q)}}},
			&meeting.Audit{ID: "a", Decision: accept("[erased]", "[erased]", meeting.ParticipantID("d", "Sousa Ana"), true), Effects: []meeting.Effect{{Hint: "other"},
				{Document: "d", DocumentBefore: state("[erased]", true, q), DocumentAfter: state("[erased]", true, q)}}}},
		"another meeting's decision": {&meeting.Audit{ID: "a", Decision: meeting.Decision{Meeting: "n", Reason: "Ana Sousa"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, table := wired(t)
			items := func() []map[string]types.AttributeValue {
				out, err := table.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table.Name})
				ok(t, err)
				for _, i := range out.Items {
					delete(i, "rev")
				}
				return out.Items
			}
			e := erasing("Ana Sousa", "ana@people.example")
			e.Documents, e.Hints = []string{"own"}, []string{"its"}
			commit(t, s, c.before)
			if c.after == nil {
				before := items()
				done, err := s.Erase(t.Context(), e)
				if ok(t, err); done != (store.Erased{}) || !cmp.Equal(before, items(), cmp.Exporter(func(reflect.Type) bool { return true })) {
					t.Errorf("%+v", done)
				}
				return
			}
			done, err := s.Erase(t.Context(), e)
			ok(t, err)
			got := items()
			other, _, second := wired(t)
			commit(t, other, c.after)
			out, err := second.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &second.Name})
			ok(t, err)
			delete(out.Items[0], "rev")
			if d := cmp.Diff(out.Items, got, cmp.Exporter(func(reflect.Type) bool { return true })); d != "" || done.Redacted != 1 {
				t.Errorf("%+v (-want +got):\n%s", done, d)
			}
		})
	}
}

// What the roster in force says of the meeting stays, and is said to be left.
func TestErasureKeepsTheMeeting(t *testing.T) {
	s := newStore(t)
	ok(t, s.SetMeeting(t.Context(), &meeting.Meeting{ID: "m", Title: "In memory of Ana Sousa", Secretariat: []string{"Desk@x.example"}}))
	ok(t, s.SetMeeting(t.Context(), &meeting.Meeting{ID: "n", Title: "In memory of Ana Sousa", Secretariat: []string{"Desk@n.example"}}))
	commit(t, s, &meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: "s", Title: "With Ana Sousa"}}, &meeting.Requirement{Meeting: "n", RequirementKey: meeting.RequirementKey{Session: "s", Participant: "x"}, Profile: meeting.Profile{Email: "X@n.example"}})
	ok(t, s.SetCursor(t.Context(), "incoming/", "incoming/m/drop/Ana Sousa.pptx\nv"))
	ok(t, s.SetCursor(t.Context(), "decisions/", "decisions/n/Ana Sousa"))
	e := erasing("Ana Sousa")
	done, err := s.Erase(t.Context(), e)
	ok(t, err)
	left, err := s.Mentions(t.Context(), e)
	ok(t, err)
	slices.Sort(left)
	if done != (store.Erased{}) || !slices.Equal(left, []string{"M#m MEETING", "M#m SESSION#s"}) {
		t.Errorf("%+v, left %q", done, left)
	}
	for prefix, want := range map[string]string{"incoming/": "", "decisions/": "decisions/n/Ana Sousa"} {
		if at, err := s.Cursor(t.Context(), prefix); err != nil || at != want {
			t.Errorf("the sweep of %s goes on at %q, %v", prefix, at, err)
		}
	}
	v, err := s.Survey(t.Context(), "m")
	if ok(t, err); !v.Elsewhere["x@n.example"] || !v.Elsewhere["desk@n.example"] || v.Elsewhere["desk@x.example"] || len(v.Requirements) != 0 {
		t.Errorf("%+v", v)
	}
}

// A survey gives each kind of item of the meeting, and none of another.
func TestSurvey(t *testing.T) {
	s := newStore(t)
	for _, m := range []string{"m", "n"} {
		commit(t, s, &meeting.Document{ID: "d" + m, Meeting: m}, &meeting.Requirement{Meeting: m, RequirementKey: meeting.RequirementKey{Session: "s", Participant: "p"}},
			&meeting.Accepted{Meeting: m, Participant: meeting.Participant{ID: "p", Email: "P@" + m + ".example"}, Revoked: true}, &meeting.Hint{ID: "h", Meeting: m, Dismissed: true},
			&meeting.Audit{ID: "a" + m, Decision: meeting.Decision{Meeting: m}}, &meeting.Mail{ID: "o" + m, Meeting: m})
	}
	v, err := s.Survey(t.Context(), "m")
	ok(t, err)
	if len(v.Documents) != 1 || len(v.Requirements) != 1 || len(v.Accepted) != 1 || len(v.Hints) != 1 || len(v.Audits) != 1 || len(v.Mails) != 1 || !v.Elsewhere["p@n.example"] || v.Elsewhere["p@m.example"] {
		t.Errorf("%+v", v)
	}
}

// What says how the person is called goes last: an erasure that was cut off can be run again.
func TestErasureCutOff(t *testing.T) {
	s, w, _ := wired(t)
	commit(t, s, &meeting.Requirement{Meeting: "m", RequirementKey: meeting.RequirementKey{Session: "a", Participant: "p"}},
		&meeting.Accepted{Meeting: "m", Participant: meeting.Participant{ID: "p"}}, &meeting.Revocation{Meeting: "m", Participant: "p"}, &meeting.Document{ID: "own", Meeting: "m"})
	e := erasing("Ana Sousa")
	e.Documents = []string{"own"}
	deleted := 0
	w.answer = func(_ int, r request) (*http.Response, error) {
		if r.operation == "DeleteItem" {
			if deleted++; deleted > 2 {
				return nil, errBroken
			}
		}
		return nil, nil
	}
	if _, err := s.Erase(t.Context(), e); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	w.answer = nil
	if v, err := s.Survey(t.Context(), "m"); err != nil || len(v.Requirements) != 1 || len(v.Accepted) != 1 || len(v.Documents) != 0 {
		t.Errorf("%+v %v", v, err)
	}
}

// An item that changes while it is erased stays as it is, and is mentioned still.
func TestErasureMeanwhile(t *testing.T) {
	s, w, _ := wired(t)
	h := &meeting.Hint{ID: "h", Meeting: "m", Pattern: "of Ana Sousa"}
	commit(t, s, h)
	e := erasing("Ana Sousa")
	w.answer = func(_ int, r request) (*http.Response, error) {
		if r.operation == "Scan" || h.By != "" {
			return nil, nil
		}
		h.By = "changed"
		commit(t, s, h)
		return nil, nil
	}
	_, err := s.Erase(t.Context(), e)
	ok(t, err)
	w.answer = nil
	left, err := s.Mentions(t.Context(), e)
	ok(t, err)
	if !slices.Equal(left, []string{"K#m HINT#h"}) {
		t.Errorf("left %q", left)
	}
	if hints, err := s.Hints(t.Context(), "m"); err != nil || hints[0].By != "changed" {
		t.Errorf("%+v %v", hints, err)
	}
	_, err = s.Erase(t.Context(), e)
	ok(t, err)
	if left, err = s.Mentions(t.Context(), e); err != nil || len(left) > 0 {
		t.Errorf("left %q %v", left, err)
	}
}

// An item that goes while it is erased does not come back.
func TestErasureOfWhatGoes(t *testing.T) {
	s, w, table := wired(t)
	commit(t, s, &meeting.Hint{ID: "h", Meeting: "m", Pattern: "of Ana Sousa"})
	w.answer = func(_ int, r request) (*http.Response, error) {
		if r.operation == "PutItem" {
			_, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name,
				Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "K#m"}, "SK": &types.AttributeValueMemberS{Value: "HINT#h"}}})
			return nil, err
		}
		return nil, nil
	}
	_, err := s.Erase(t.Context(), erasing("Ana Sousa"))
	ok(t, err)
	w.answer = nil
	if hints, err := s.Hints(t.Context(), "m"); err != nil || len(hints) > 0 {
		t.Error("it came back")
	}
}

// Whichever request of an erasure fails, the caller hears of it.
func TestErasureFails(t *testing.T) {
	for _, operation := range []string{"Scan", "DeleteItem", "PutItem"} {
		s, w, _ := wired(t)
		commit(t, s, &meeting.Hint{ID: "own", Meeting: "m", Participant: "p"}, &meeting.Hint{ID: "shared", Meeting: "m", Pattern: "Ana Sousa"})
		w.answer = func(_ int, r request) (*http.Response, error) {
			if r.operation == operation {
				return nil, errBroken
			}
			return nil, nil
		}
		if _, err := s.Erase(t.Context(), erasing("Ana Sousa")); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}
