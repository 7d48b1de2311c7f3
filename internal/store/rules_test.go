package store_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

var noon = time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, s *store.Store, items ...any) {
	t.Helper()
	ok(t, s.Commit(t.Context(), store.NewChanges(items...)))
}

// calls are all that a store can be asked, for one item of each kind or a list of it.
func calls(s *store.Store) map[string]func(context.Context) error {
	one := func(_ any, err error) error { return err }
	return map[string]func(context.Context) error{
		"Meeting":      func(ctx context.Context) error { return one(s.Meeting(ctx, "m")) },
		"Meetings":     func(ctx context.Context) error { return one(s.Meetings(ctx)) },
		"Roster":       func(ctx context.Context) error { _, _, err := s.Roster(ctx, "m"); return err },
		"Document":     func(ctx context.Context) error { return one(s.Document(ctx, "d")) },
		"Documents":    func(ctx context.Context) error { return one(s.Documents(ctx, "m", meeting.Review, 1)) },
		"Waiting":      func(ctx context.Context) error { return one(s.Waiting(ctx, "m", 1)) },
		"AllDocuments": func(ctx context.Context) error { return one(s.AllDocuments(ctx, "m")) },
		"Thread":       func(ctx context.Context) error { return one(s.Thread(ctx, "m", []string{"<1@a>"})) },
		"Session":      func(ctx context.Context) error { return one(s.Session(ctx, "m", "s")) },
		"Sessions":     func(ctx context.Context) error { return one(s.Sessions(ctx, "m")) },
		"AllSessions":  func(ctx context.Context) error { return one(s.AllSessions(ctx, "m")) },
		"Requirements": func(ctx context.Context) error { return one(s.Requirements(ctx, "m", "s")) },
		"Delegations":  func(ctx context.Context) error { return one(s.Delegations(ctx, "m")) },
		"Balance":      func(ctx context.Context) error { return one(s.Balance(ctx, "m")) },
		"Accepted":     func(ctx context.Context) error { return one(s.Accepted(ctx, "m")) },
		"Person":       func(ctx context.Context) error { return one(s.Person(ctx, "m", "p")) },
		"Hints":        func(ctx context.Context) error { return one(s.Hints(ctx, "m")) },
		"Revoked":      func(ctx context.Context) error { return one(s.Revoked(ctx, "m", "p")) },
		"Audit":        func(ctx context.Context) error { return one(s.Audit(ctx, "x")) },
		"Audits":       func(ctx context.Context) error { return one(s.Audits(ctx, "m", 1)) },
		"Undone":       func(ctx context.Context) error { return one(s.Undone(ctx, []string{"x"})) },
		"Mail":         func(ctx context.Context) error { return one(s.Mail(ctx, "o")) },
		"OpenMails":    func(ctx context.Context) error { return one(s.OpenMails(ctx, noon.AddDate(1, 0, 0), 0)) },
		"Attempt":      func(ctx context.Context) error { return one(s.Attempt(ctx, "d")) },
		"Attempts":     func(ctx context.Context) error { return one(s.Attempts(ctx, 0)) },
		"FailedMails":  func(ctx context.Context) error { return one(s.FailedMails(ctx, "m", 0)) },
		"Suppressed":   func(ctx context.Context) error { return one(s.Suppressed(ctx, 0)) },
		"Load":         func(ctx context.Context) error { return one(s.Load(ctx, "l")) },
		"Cursor":       func(ctx context.Context) error { return one(s.Cursor(ctx, "prefix")) },
		"Read":         func(ctx context.Context) error { return one(s.Read(ctx, store.DocumentKey("d"))) },
		"Mentions": func(ctx context.Context) error {
			e := erasing("Ana Sousa")
			e.Documents = []string{"d"}
			return one(s.Mentions(ctx, e))
		},
		"Survey": func(ctx context.Context) error { return one(s.Survey(ctx, "m")) },
	}
}

// writes are all that changes the table.
func writes(s *store.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Commit of one": func(ctx context.Context) error {
			return s.Commit(ctx, store.NewChanges(&meeting.Hint{ID: "new", Meeting: "m"}))
		},
		"Commit of two": func(ctx context.Context) error {
			return s.Commit(ctx, store.NewChanges(&meeting.Hint{ID: "h1", Meeting: "m"}, &meeting.Hint{ID: "h2", Meeting: "m"}))
		},
		"PutAttempt": func(ctx context.Context) error { return s.PutAttempt(ctx, &meeting.Attempt{Document: "new"}) },
		"EndAttempt": func(ctx context.Context) error { return s.EndAttempt(ctx, "d") },
		"PutMail":    func(ctx context.Context) error { return s.PutMail(ctx, &meeting.Mail{ID: "new"}) },
		"SetMeeting": func(ctx context.Context) error { return s.SetMeeting(ctx, &meeting.Meeting{ID: "new", Roster: "1"}) },
		"PutLoad":    func(ctx context.Context) error { return s.PutLoad(ctx, &meeting.Load{ID: "new"}) },
		"SetCursor":  func(ctx context.Context) error { return s.SetCursor(ctx, "new", "x") },
		"Erase": func(ctx context.Context) error {
			_, err := s.Erase(ctx, erasing("Ana Sousa"))
			return err
		},
	}
}

// everyKind writes an item of each kind, of meeting m.
func everyKind(t testing.TB, s *store.Store) {
	t.Helper()
	key := meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: "p"}
	review, failed := &meeting.Document{ID: "d", Meeting: "m", Title: "By Ana"}, &meeting.Mail{ID: "f", Meeting: "m", State: meeting.Failed, Decided: noon}
	review.Status = meeting.Review
	commit(t, s, review, failed, &meeting.Mail{ID: "o", Meeting: "m", Decided: noon}, &meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: "s"}},
		&meeting.Requirement{RequirementKey: key, Meeting: "m"}, &meeting.Accepted{Meeting: "m", Participant: meeting.Participant{ID: "p"}},
		&meeting.Hint{ID: "h", Meeting: "m"}, &meeting.Revocation{Meeting: "m", Participant: "p"}, &meeting.Balance{Meeting: "m"},
		&meeting.RosterAmendments{Meeting: "m"}, &meeting.Delegation{Meeting: "m", Key: "k", Entries: []meeting.Entry{{Document: "d"}}},
		&meeting.Audit{ID: "x", Decision: meeting.Decision{Meeting: "m"}}, &store.Undone{Decision: "x"},
		&store.Message{Meeting: "m", ID: "<1@a>", Document: "d"}, &meeting.Address{Address: "a@b.example", Suppressed: meeting.Bounced},
		meeting.NewSends("a@b.example", noon), &meeting.Attempt{Document: "d", Until: noon}, &meeting.SignIn{ID: "s", Subject: "ann"})
	ok(t, s.SetMeeting(t.Context(), &meeting.Meeting{ID: "m", Roster: "1"}))
	ok(t, s.PutLoad(t.Context(), &meeting.Load{ID: "l"}))
	ok(t, s.SetCursor(t.Context(), "prefix", "marker"))
}

// When the table is away, readers and writers hear of it, whichever request it is that fails.
func TestTableIsAway(t *testing.T) {
	s, w, _ := wired(t)
	everyKind(t, s)
	for _, all := range []map[string]func(context.Context) error{calls(s), writes(s)} {
		for name, call := range all {
			for failing := 0; ; failing++ {
				w.requests = nil
				w.answer = func(n int, _ request) (*http.Response, error) {
					if n == failing {
						return nil, errBroken
					}
					return nil, nil
				}
				err := call(t.Context())
				if len(w.requests) <= failing {
					if err != nil && !fault.Is(err, fault.Transient) { // a conflict with an earlier round
						t.Errorf("%s: %v", name, err)
					}
					if failing == 0 {
						t.Errorf("%s asks nothing", name)
					}
					break
				}
				if !errors.Is(err, errBroken) || fault.Is(err, fault.NotFound) || errors.Is(err, store.ErrConflict) {
					t.Errorf("%s: request %d fails: %v", name, failing, err)
				}
			}
		}
	}
}

// Every read for a decision is strongly consistent. An index cannot be.
func TestReadsAreConsistent(t *testing.T) {
	s, w, _ := wired(t)
	everyKind(t, s)
	for name, call := range calls(s) {
		w.requests = nil
		ok(t, call(t.Context()))
		for _, r := range w.requests {
			consistent := r.body["ConsistentRead"]
			if tables, ok := r.body["RequestItems"].(map[string]any); ok {
				for _, of := range tables {
					consistent = of.(map[string]any)["ConsistentRead"]
				}
			}
			if indexed := r.body["IndexName"] != nil; !indexed && consistent != true {
				t.Errorf("%s: %s is consistent: %v", name, r.operation, consistent)
			}
		}
	}
}

// An item that does not hold what it should is an error for its reader, not a zero value.
func TestBrokenItems(t *testing.T) {
	s, _, table := wired(t)
	everyKind(t, s)
	scan, err := table.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table.Name})
	ok(t, err)
	for _, i := range scan.Items {
		for name := range i {
			if !slices.Contains([]string{"PK", "SK", "GPK", "GSK"}, name) {
				i[name] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"un": &types.AttributeValueMemberBOOL{}}}
			}
		}
		_, err := table.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.Name, Item: i})
		ok(t, err)
	}
	for name, call := range calls(s) {
		if err := call(t.Context()); err == nil || fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Erase(t.Context(), erasing("Ana Sousa")); err == nil {
		t.Error("Erase took what it could not read for nobody's")
	}
}

// A missing item: NotFound where one thing is asked for, and nothing where it need not be there.
func TestNothingThere(t *testing.T) {
	s := newStore(t)
	for name, call := range calls(s) {
		err := call(t.Context())
		switch name {
		case "Meeting", "Document", "Session", "Audit", "Mail", "Load":
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if p, err := s.Person(t.Context(), "m", "p"); p != nil || err != nil {
		t.Errorf("person %v %v", p, err)
	}
	if r, err := s.Revoked(t.Context(), "m", "p"); r != nil || err != nil {
		t.Errorf("revocation %v %v", r, err)
	}
	if b, err := s.Balance(t.Context(), "m"); err != nil || b.Meeting != "m" || b.Rev != 0 {
		t.Errorf("balance %v %v", b, err)
	}
	if c, err := s.Cursor(t.Context(), "prefix"); c != "" || err != nil {
		t.Errorf("cursor %q %v", c, err)
	}
	if m, n, err := s.Roster(t.Context(), "m"); m != nil || n != 0 || err != nil {
		t.Errorf("roster %v %d %v", m, n, err)
	}
}

// What was written by its own call is read by its own.
func TestSinglesAreReadBack(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	load := &meeting.Load{ID: "l", Meeting: "m", Result: "loaded", At: noon}
	ok(t, s.PutLoad(ctx, load))
	if got, err := s.Load(ctx, "l"); err != nil || *got != *load {
		t.Errorf("%+v %v", got, err)
	}
	for _, marker := range []string{"a", "b"} {
		ok(t, s.SetCursor(ctx, "prefix", marker))
		if got, err := s.Cursor(ctx, "prefix"); err != nil || got != marker {
			t.Errorf("%q %v", got, err)
		}
	}
	ok(t, s.SetMeeting(ctx, &meeting.Meeting{ID: "m", Roster: "1", Title: "M"}))
	if m, n, err := s.Roster(ctx, "m"); err != nil || m.Title != "M" || n != 0 {
		t.Errorf("%+v %d %v", m, n, err)
	}
	amendments := &meeting.RosterAmendments{Meeting: "m"}
	for want := range 2 {
		commit(t, s, amendments)
		if _, n, err := s.Roster(ctx, "m"); err != nil || n != want+1 {
			t.Errorf("%d %v", n, err)
		}
	}
	person := &meeting.Accepted{Participant: meeting.Participant{ID: "p"}, Meeting: "m", Revoked: true}
	commit(t, s, person)
	if got, err := s.Person(ctx, "m", "p"); err != nil || !got.Revoked {
		t.Errorf("%+v %v", got, err)
	}
}
