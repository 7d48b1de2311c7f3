package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/awstest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

func newStore(t testing.TB) *store.Store {
	t.Helper()
	table := awstest.MakeTable(t)
	return store.New(table.Client, table.Name)
}

func TestCommitAndRead(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	key := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p1"}
	doc := &meeting.Document{ID: "d1",
		Meeting:       "m",
		Object:        meeting.Object{Key: "incoming/m/drop/a.pdf", Time: time.Date(2021, 6, 1, 8, 0, 0, 0, time.UTC)},
		Candidates:    []meeting.Candidate{{Participant: "p1", Name: "Amina Diallo", For: []meeting.RequirementKey{key}, Confidence: .5}},
		DocumentState: meeting.DocumentState{Status: meeting.Review}}
	req := &meeting.Requirement{RequirementKey: key,
		Meeting:          "m",
		RequirementState: meeting.RequirementState{State: meeting.Outstanding},
		Profile:          meeting.Profile{Name: "Amina Diallo"}}
	session := &meeting.Session{Plan: meeting.Plan{ID: "s1", Title: "Law", Number: 1}, Meeting: "m", Outstanding: 1, Required: 1}
	mail := &meeting.Mail{ID: "o1", Meeting: "m", Template: meeting.MailReceipt, To: []string{"a@example.org"}, State: meeting.Pending, Decided: time.Now().UTC()}
	audit := &meeting.Audit{ID: "x1", Decision: meeting.Decision{Action: meeting.Waive, Meeting: "m"}, Done: time.Now().UTC()}
	c := &store.Changes{Documents: []*meeting.Document{doc}, Requirements: []*meeting.Requirement{req},
		Sessions: []*meeting.Session{session}, Mails: []*meeting.Mail{mail}, Audit: audit}
	if err := s.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	got, err := s.Read(ctx, store.Wanted{Meeting: "m", Documents: []string{"d1", "none"}, Requirements: []meeting.RequirementKey{key},
		Sessions: []string{"s1"}, Mails: []string{"o1"}, Decisions: []string{"x1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := &store.Snapshot{Documents: map[string]*meeting.Document{"d1": doc}, Requirements: map[meeting.RequirementKey]*meeting.Requirement{key: req},
		Sessions: map[string]*meeting.Session{"s1": session}, Mails: map[string]*meeting.Mail{"o1": mail}, Delegations: map[string]*meeting.Delegation{}, People: map[string]*meeting.Accepted{},
		Lessons: map[string]*meeting.Hint{}, Audits: map[string]*meeting.Audit{"x1": audit}, Undone: map[string]bool{}, Addresses: map[string]*meeting.Address{}, Sends: map[string]*meeting.Sends{}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
	}
	if doc.Rev != 1 {
		t.Errorf("revision after the first write: %d", doc.Rev)
	}
	list, err := s.Documents(ctx, "m", meeting.Review, 10)
	if err != nil || len(list) != 1 || list[0].ID != "d1" {
		t.Errorf("index: %v %v", list, err)
	}
	mails, err := s.OpenMails(ctx, time.Now().Add(time.Minute), 10)
	if err != nil || len(mails) != 1 {
		t.Errorf("open mails: %v %v", mails, err)
	}
	mail.State = meeting.Sent
	if err := s.PutMail(ctx, mail); err != nil {
		t.Fatal(err)
	}
	if mails, err = s.OpenMails(ctx, time.Now().Add(time.Minute), 10); err != nil || len(mails) != 0 {
		t.Errorf("open mails after sending: %v %v", mails, err)
	}
}

// A transaction with one stale item changes nothing.
func TestCommitConflict(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	session := &meeting.Session{Plan: meeting.Plan{ID: "s1"}, Meeting: "m"}
	if err := s.Commit(ctx, &store.Changes{Sessions: []*meeting.Session{session}}); err != nil {
		t.Fatal(err)
	}
	stale := *session
	session.Outstanding = 3
	if err := s.Commit(ctx, &store.Changes{Sessions: []*meeting.Session{session}}); err != nil {
		t.Fatal(err)
	}
	doc := &meeting.Document{ID: "d1", Meeting: "m"}
	err := s.Commit(ctx, &store.Changes{Sessions: []*meeting.Session{&stale}, Documents: []*meeting.Document{doc}})
	if !errors.Is(err, store.ErrConflict) || !fault.Is(err, fault.Transient) {
		t.Fatalf("a stale revision was written: %v", err)
	}
	if _, err := s.Document(ctx, "d1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a cancelled transaction left a document: %v", err)
	}
	if err := s.Commit(ctx, &store.Changes{Documents: []*meeting.Document{doc}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, &store.Changes{Documents: []*meeting.Document{{ID: "d1", Meeting: "m"}}}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a document was put twice: %v", err)
	}
}

func TestCommitBounds(t *testing.T) {
	s := newStore(t)
	var c store.Changes
	for i := range store.MaxTransaction + 1 {
		c.Mails = append(c.Mails, &meeting.Mail{ID: fmt.Sprint(i)})
	}
	if err := s.Commit(t.Context(), &c); err == nil {
		t.Error("101 items went into one transaction")
	}
	c.Mails = c.Mails[1:]
	if err := s.Commit(t.Context(), &c); err != nil {
		t.Errorf("100 items: %v", err)
	}
}

// An empty list is no list, at any depth.
func TestEmptyLists(t *testing.T) {
	s := newStore(t)
	d := &meeting.Document{ID: "d",
		Meeting:       "m",
		Candidates:    []meeting.Candidate{{Name: "A", For: []meeting.RequirementKey{}}},
		DocumentState: meeting.DocumentState{Satisfies: []meeting.RequirementKey{}}}
	if err := s.Commit(t.Context(), &store.Changes{Documents: []*meeting.Document{d}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Document(t.Context(), "d")
	if err != nil || got.Satisfies != nil || len(got.Candidates) != 1 || got.Candidates[0].For != nil {
		t.Errorf("%+v %v", got, err)
	}
}

// More than one page of results, and more than one batch of keys.
func TestMany(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	var keys []meeting.RequirementKey
	for i := range 250 {
		k := meeting.RequirementKey{Session: "s1", Kind: meeting.Nomination, Participant: fmt.Sprintf("p%03d", i)}
		keys = append(keys, k)
		if err := s.Commit(ctx, &store.Changes{Requirements: []*meeting.Requirement{{RequirementKey: k, Meeting: "m"}}}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Requirements(ctx, "m", "s1")
	if err != nil || len(all) != 250 {
		t.Fatalf("%d requirements, %v", len(all), err)
	}
	snap, err := s.Read(ctx, store.Wanted{Meeting: "m", Requirements: keys})
	if err != nil || len(snap.Requirements) != 250 {
		t.Fatalf("%d read, %v", len(snap.Requirements), err)
	}
}

// An older roster never replaces a newer one.
func TestSetMeetingOrder(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	for _, step := range []struct {
		token string
		ok    bool
	}{{"2", true}, {"1", false}, {"2", true}, {"3", true}} {
		err := s.SetMeeting(ctx, &meeting.Meeting{ID: "m", Roster: step.token})
		if (err == nil) != step.ok {
			t.Errorf("token %s: %v", step.token, err)
		}
	}
	if m, err := s.Meeting(ctx, "m"); err != nil || m.Roster != "3" {
		t.Errorf("meeting %v %v", m, err)
	}
}

// Everything that one transaction can hold is read back as it was written.
func TestEveryItem(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	at := time.Date(2031, 6, 1, 8, 0, 0, 0, time.UTC)
	c := &store.Changes{
		Delegations: []*meeting.Delegation{{Meeting: "m", Key: "k", Agency: "Ministry", Country: "KE", Entries: []meeting.Entry{{Document: "d", Order: "1", Officials: []meeting.Official{{Participant: "p", Name: "P", Alternate: true}}, Replaced: []string{"q"}}}}},
		People:      []*meeting.Accepted{{Participant: meeting.Participant{ID: "p", Name: "P", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s"}}}, Meeting: "m", Document: "d", By: "x", At: at}},
		Lessons:     []*meeting.Hint{{ID: "l", Meeting: "m", Kind: meeting.HintAddress, Pattern: "a@b.example", Participant: "p", At: at}},
		Revocations: []*meeting.Revocation{{Meeting: "m", Participant: "p", Before: at}},
		Addresses:   []*meeting.Address{{Address: "a@b.example", Suppressed: meeting.Bounced, Since: at}, {Address: "c@d.example"}},
		Sends:       []*meeting.Sends{meeting.NewSends("a@b.example", at)},
		Balance:     &meeting.Balance{Meeting: "m", Sectors: map[meeting.Sector]meeting.Tally{meeting.Public: {Women: 2}}},
		Taught:      &meeting.RosterAmendments{Meeting: "m"},
		Audit:       &meeting.Audit{ID: "x", Decision: meeting.Decision{Action: meeting.Waive, Meeting: "m"}, Done: at, Effects: []meeting.Effect{{Participant: "p", InForceAfter: true}}},
		Undone:      "before",
		Message:     &store.Message{Meeting: "m", ID: "<1@a>", Document: "d"},
	}
	if err := s.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	got, err := s.Read(ctx, store.Wanted{Meeting: "m", Delegations: []string{"k"}, People: []string{"p"}, Lessons: []string{"l"}, Addresses: []string{"a@b.example", "c@d.example"}, Sends: meeting.Day(at),
		Decisions: []string{"x"}, Undone: []string{"before", "x"}, Balance: true, Taught: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &store.Snapshot{Documents: map[string]*meeting.Document{}, Requirements: map[meeting.RequirementKey]*meeting.Requirement{}, Sessions: map[string]*meeting.Session{}, Mails: map[string]*meeting.Mail{},
		Delegations: map[string]*meeting.Delegation{"k": c.Delegations[0]}, People: map[string]*meeting.Accepted{"p": c.People[0]}, Lessons: map[string]*meeting.Hint{"l": c.Lessons[0]},
		Addresses: map[string]*meeting.Address{"a@b.example": c.Addresses[0], "c@d.example": c.Addresses[1]}, Sends: map[string]*meeting.Sends{"a@b.example": c.Sends[0]},
		Audits: map[string]*meeting.Audit{"x": c.Audit}, Undone: map[string]bool{"before": true}, Balance: c.Balance, Taught: c.Taught}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
	}
	if r, err := s.Revoked(ctx, "m", "p"); err != nil || r == nil || !r.Before.Equal(at) || r.Rev != 1 {
		t.Errorf("revocation %+v %v", r, err)
	}
	if ids, err := s.Thread(ctx, "m", []string{"<1@a>", "<2@a>"}); err != nil || len(ids) != 1 || ids[0] != "d" {
		t.Errorf("thread %v %v", ids, err)
	}
	if list, err := s.Suppressed(ctx, 10); err != nil || len(list) != 1 || list[0].Address != "a@b.example" {
		t.Errorf("suppressed %v %v", list, err)
	}
	if list, err := s.Audits(ctx, "m", 10); err != nil || len(list) != 1 || list[0].ID != "x" {
		t.Errorf("audits %v %v", list, err)
	}
	// An audit is never written again, and neither is that a decision was undone.
	for _, again := range []*store.Changes{{Audit: c.Audit}, {Undone: "before"}} {
		if err := s.Commit(ctx, again); !errors.Is(err, store.ErrConflict) {
			t.Errorf("written again: %v", err)
		}
	}
	// What was let go and taken back is not listed.
	c.Lessons[0].Dismissed, c.People[0].Revoked, c.Delegations[0].Entries = true, true, nil
	if err := s.Commit(ctx, &store.Changes{Lessons: c.Lessons, People: c.People, Delegations: c.Delegations}); err != nil {
		t.Fatal(err)
	}
	lessons, errL := s.Hints(ctx, "m")
	people, errP := s.Accepted(ctx, "m")
	delegations, errD := s.Delegations(ctx, "m")
	if len(lessons)+len(people)+len(delegations) > 0 || errL != nil || errP != nil || errD != nil {
		t.Errorf("%v %v %v; %v %v %v", lessons, people, delegations, errL, errP, errD)
	}
}

// An erasure deletes what is the person's own, and takes the words out of all else, in any case and however a name is spaced.
func TestErase(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	key := meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: "p"}
	other := meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: "pp"}
	if err := s.Commit(ctx, &store.Changes{
		Documents: []*meeting.Document{{ID: "own", Meeting: "m", Title: "By Ana  Sousa"}, {ID: "shared", Meeting: "m", Excerpt: "with ANA\nSOUSA and others", Candidates: []meeting.Candidate{{Name: "Ana Sousa"}}}, {ID: "apart", Meeting: "m", Title: "Anasousa"}},
		Requirements: []*meeting.Requirement{{RequirementKey: key,
			Meeting: "m",
			Profile: meeting.Profile{Name: "Ana Sousa"}}, {RequirementKey: other,
			Meeting: "m",
			Profile: meeting.Profile{Name: "Somebody Else"}}},
		Mails: []*meeting.Mail{{ID: "hers", To: []string{"Ana@people.example"}}, {ID: "both", To: []string{"ana@people.example", "x@people.example"}}, {ID: "of-own", Document: "own", To: []string{"x@people.example"}}},
		Audit: &meeting.Audit{ID: "a", Decision: meeting.Decision{Meeting: "m", By: "Staff", Reason: "ana sousa asked"}}, Taught: &meeting.RosterAmendments{Meeting: "m"}}); err != nil {
		t.Fatal(err)
	}
	e := store.Erasure{Meeting: "m", Participant: "p", Documents: []string{"own"}, Words: []string{"Ana Sousa", "ana@people.example"}}
	before, err := s.Mentions(ctx, e)
	if err != nil || len(before) != 7 {
		t.Errorf("beforehand %q %v", before, err)
	}
	done, err := s.Erase(ctx, e)
	if err != nil || done.Deleted != 4 || done.Redacted != 3 {
		t.Errorf("%+v %v", done, err)
	}
	if left, err := s.Mentions(ctx, e); err != nil || len(left) > 0 {
		t.Errorf("left %q %v", left, err)
	}
	a, err := s.Audit(ctx, "a")
	if err != nil || a.Decision.Reason != store.Redacted+" asked" || a.Decision.By != "Staff" {
		t.Errorf("%+v %v", a, err)
	}
	if d, err := s.Document(ctx, "apart"); err != nil || d.Title != "Anasousa" {
		t.Errorf("%+v %v", d, err)
	}
	snap, err := s.Read(ctx, store.Wanted{Meeting: "m", Requirements: []meeting.RequirementKey{key, other}})
	if err != nil || snap.Requirements[key] != nil || snap.Requirements[other] == nil {
		t.Errorf("%v %v", snap.Requirements, err)
	}
	if _, err := s.Erase(ctx, store.Erasure{Meeting: "m", Participant: "p", Words: []string{" "}}); err == nil {
		t.Error("nobody was erased")
	}
}
