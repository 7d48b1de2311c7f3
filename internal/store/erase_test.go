package store_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Each kind of item: which one is the person's alone and goes, and which one is somebody else's, or another meeting's, and
// stays.
func TestErasureOwns(t *testing.T) {
	requirement := func(m, p string) *meeting.Requirement {
		return &meeting.Requirement{Meeting: m, RequirementKey: meeting.RequirementKey{Session: "s", Kind: meeting.Nomination, Participant: p}}
	}
	person := func(m, p string) *meeting.Accepted {
		return &meeting.Accepted{Meeting: m, Participant: meeting.Participant{ID: p}}
	}
	e := store.Erasure{Meeting: "m", Participant: "p", Documents: []string{"own"}, Words: []string{"Ana Sousa", "ana@people.example"}}
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
		"another address":               {&meeting.Address{Address: "ben@people.example"}, false},
		"a count of mails":              {&meeting.Sends{Address: "ana@people.example", Day: "2031-06-01"}, true},
		"another's count of mails":      {&meeting.Sends{Address: "ben@people.example", Day: "2031-06-01"}, false},
		"a mail to the person alone":    {&meeting.Mail{ID: "o", To: []string{"ANA@people.example"}}, true},
		"a mail to two":                 {&meeting.Mail{ID: "o", To: []string{"ana@people.example", "ben@people.example"}}, false},
		"a mail to nobody":              {&meeting.Mail{ID: "o"}, false},
		"a mail to somebody else":       {&meeting.Mail{ID: "o", To: []string{"ben@people.example"}}, false},
		"a mail of the document":        {&meeting.Mail{ID: "o", To: []string{"ben@people.example"}, Document: "own"}, true},
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

// The words go wherever they stand and however they are written; what only looks alike stays, and so do keys.
func TestErasureRedacts(t *testing.T) {
	s := newStore(t)
	d := &meeting.Document{ID: "d", Meeting: "ana sousa", Title: "ANA sousa-lima and Ana   Sousa Lima, Ana Sousa; Anas ousa (C++)",
		Candidates: []meeting.Candidate{{Name: "Ana Sousa", Evidence: []meeting.Evidence{{Detail: "by ana\tSOUSA"}, {Detail: "ben"}}}}}
	d.Status = meeting.Review
	commit(t, s, d)
	e := store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana Sousa", "Ana Sousa Lima", " ", "(C++)"}}
	done, err := s.Erase(t.Context(), e)
	ok(t, err)
	got, err := s.Document(t.Context(), "d")
	ok(t, err)
	if want := "[erased]-lima and [erased], [erased]; Anas ousa [erased]"; got.Title != want || done.Redacted != 1 {
		t.Errorf("%q, %+v", got.Title, done)
	}
	c := got.Candidates[0]
	if c.Name != store.Redacted || c.Evidence[0].Detail != "by "+store.Redacted || c.Evidence[1].Detail != "ben" {
		t.Errorf("%+v", c)
	}
	// The index finds it where it was.
	if list, err := s.Documents(t.Context(), "ana sousa", meeting.Review, 0); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
	// Nothing is counted that does not change.
	if done, err = s.Erase(t.Context(), e); err != nil || done != (store.Erased{}) {
		t.Errorf("%+v %v", done, err)
	}
}

// Keys are the same after an erasure, with any text in them.
func TestErasureLeavesKeys(t *testing.T) {
	s, _, table := wired(t)
	commit(t, s, &meeting.Hint{ID: "ana", Meeting: "ana", Name: "Ana"}, &meeting.Audit{ID: "ana", Decision: meeting.Decision{Meeting: "ana", Reason: "Ana"}})
	keys := func() []string {
		out, err := table.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table.Name})
		ok(t, err)
		var all []string
		for _, i := range out.Items {
			for _, name := range []string{"PK", "SK", "GPK", "GSK"} {
				if v, is := i[name].(*types.AttributeValueMemberS); is {
					all = append(all, name+" "+v.Value)
				}
			}
		}
		slices.Sort(all)
		return all
	}
	before := keys()
	done, err := s.Erase(t.Context(), store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana"}})
	ok(t, err)
	if after := keys(); !slices.Equal(before, after) || done.Redacted != 2 || len(before) != 6 {
		t.Errorf("%+v: %q, before %q", done, after, before)
	}
	left, err := s.Mentions(t.Context(), store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana"}})
	if err != nil || len(left) > 0 {
		t.Errorf("left %q %v", left, err)
	}
}

// An item that changes while it is erased stays as it is, and is mentioned still; one without a revision is erased too.
func TestErasureMeanwhile(t *testing.T) {
	s, w, _ := wired(t)
	h := &meeting.Hint{ID: "h", Meeting: "m", Name: "Ana"}
	commit(t, s, h)
	ok(t, s.PutLoad(t.Context(), &meeting.Load{ID: "l", Meeting: "m", Result: "of Ana"}))
	e := store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana"}}
	w.answer = func(_ int, r request) (*http.Response, error) {
		if r.operation == "Scan" || h.Pattern != "" {
			return nil, nil
		}
		h.Pattern = "changed"
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
	if l, err := s.Load(t.Context(), "l"); err != nil || l.Result != "of "+store.Redacted {
		t.Errorf("%+v %v", l, err)
	}
	if hints, err := s.Hints(t.Context(), "m"); err != nil || hints[0].Pattern != "changed" {
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
	ok(t, s.PutLoad(t.Context(), &meeting.Load{ID: "l", Meeting: "m", Result: "of Ana"}))
	w.answer = func(_ int, r request) (*http.Response, error) {
		if r.operation == "PutItem" {
			_, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name,
				Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "L#l"}, "SK": &types.AttributeValueMemberS{Value: "LOAD"}}})
			return nil, err
		}
		return nil, nil
	}
	_, err := s.Erase(t.Context(), store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana"}})
	ok(t, err)
	if _, err := s.Load(t.Context(), "l"); err == nil {
		t.Error("it came back")
	}
}

// Whichever request of an erasure fails, the caller hears of it.
func TestErasureFails(t *testing.T) {
	for _, operation := range []string{"Scan", "DeleteItem", "PutItem"} {
		s, w, _ := wired(t)
		commit(t, s, &meeting.Hint{ID: "own", Meeting: "m", Participant: "p"}, &meeting.Hint{ID: "shared", Meeting: "m", Name: "Ana"})
		w.answer = func(_ int, r request) (*http.Response, error) {
			if r.operation == operation {
				return nil, errBroken
			}
			return nil, nil
		}
		if _, err := s.Erase(t.Context(), store.Erasure{Meeting: "m", Participant: "p", Words: []string{"Ana"}}); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// Nobody is named by nothing, nor by words that are no pattern.
func TestErasureOfNobody(t *testing.T) {
	s := newStore(t)
	e := store.Erasure{Meeting: "m", Participant: "p", Words: []string{"", " \t"}}
	if _, err := s.Mentions(t.Context(), e); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("%v", err)
	}
	if _, err := s.Erase(t.Context(), e); err == nil {
		t.Error("erased")
	}
}
