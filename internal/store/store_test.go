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
	if err := s.Commit(ctx, store.NewChanges(doc, req, session, mail, audit)); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Read(ctx, store.DocumentKey("d1"), store.DocumentKey("none"), store.RequirementKey("m", key),
		store.SessionKey("m", "s1"), store.MailKey("o1"), store.AuditKey("x1"))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{store.Get(snap, store.DocumentKey("d1")), store.Get(snap, store.RequirementKey("m", key)),
		store.Get(snap, store.SessionKey("m", "s1")), store.Get(snap, store.MailKey("o1")), store.Get(snap, store.AuditKey("x1"))}
	if d := cmp.Diff([]any{doc, req, session, mail, audit}, got); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
	}
	if store.Get(snap, store.DocumentKey("none")) != nil || snap.Has(store.DocumentKey("none")) {
		t.Error("a document that is not there was read")
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
	if err := s.Commit(ctx, store.NewChanges(session)); err != nil {
		t.Fatal(err)
	}
	stale := *session
	session.Outstanding = 3
	if err := s.Commit(ctx, store.NewChanges(session)); err != nil {
		t.Fatal(err)
	}
	doc := &meeting.Document{ID: "d1", Meeting: "m"}
	err := s.Commit(ctx, store.NewChanges(&stale, doc))
	if !errors.Is(err, store.ErrConflict) || !fault.Is(err, fault.Transient) {
		t.Fatalf("a stale revision was written: %v", err)
	}
	if _, err := s.Document(ctx, "d1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a cancelled transaction left a document: %v", err)
	}
	if err := s.Commit(ctx, store.NewChanges(doc)); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, store.NewChanges(&meeting.Document{ID: "d1", Meeting: "m"})); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a document was put twice: %v", err)
	}
}

func TestCommitBounds(t *testing.T) {
	s := newStore(t)
	var most store.Changes
	for i := range store.MaxTransaction {
		most.Put(&meeting.Mail{ID: fmt.Sprint(i)})
	}
	if err := s.Commit(t.Context(), &most); err != nil {
		t.Errorf("100 items: %v", err)
	}
	most.Put(&meeting.Mail{ID: "one more"})
	if err := s.Commit(t.Context(), &most); err == nil {
		t.Error("101 items went into one transaction")
	}
	if err := s.Commit(t.Context(), store.NewChanges(&meeting.Nominee{})); err == nil {
		t.Error("the table took an item of an unknown kind")
	}
}

// An empty list is no list, at any depth.
func TestEmptyLists(t *testing.T) {
	s := newStore(t)
	d := &meeting.Document{ID: "d",
		Meeting:       "m",
		Candidates:    []meeting.Candidate{{Name: "A", For: []meeting.RequirementKey{}}},
		DocumentState: meeting.DocumentState{Satisfies: []meeting.RequirementKey{}}}
	if err := s.Commit(t.Context(), store.NewChanges(d)); err != nil {
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
		if err := s.Commit(ctx, store.NewChanges(&meeting.Requirement{RequirementKey: k, Meeting: "m"})); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Requirements(ctx, "m", "s1")
	if err != nil || len(all) != 250 {
		t.Fatalf("%d requirements, %v", len(all), err)
	}
	snap, err := s.Read(ctx, store.RequirementKeys("m", append(keys, keys[0]))...)
	if err != nil {
		t.Fatal(err)
	}
	var read []meeting.RequirementKey
	for r := range store.All[meeting.Requirement](snap) {
		read = append(read, r.RequirementKey)
	}
	if d := cmp.Diff(keys, read); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
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
	delegation := &meeting.Delegation{Meeting: "m", Key: "k", Agency: "Ministry", Country: "KE",
		Entries: []meeting.Entry{{Document: "d", Order: "1", Replaced: []string{"q"},
			Officials: []meeting.Official{{Participant: "p", Name: "P", Alternate: true}}}}}
	person := &meeting.Accepted{Meeting: "m", Document: "d", By: "x", At: at,
		Participant: meeting.Participant{ID: "p", Name: "P", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s"}}}}
	hint := &meeting.Hint{ID: "l", Meeting: "m", Kind: meeting.HintAddress, Pattern: "a@b.example", Participant: "p", At: at}
	revocation := &meeting.Revocation{Meeting: "m", Participant: "p", Before: at}
	bounced, works := &meeting.Address{Address: "a@b.example", Suppressed: meeting.Bounced, Since: at}, &meeting.Address{Address: "c@d.example"}
	sends := meeting.NewSends("a@b.example", at)
	balance := &meeting.Balance{Meeting: "m", Sectors: map[meeting.Sector]meeting.Tally{meeting.Public: {Women: 2}}}
	amendments := &meeting.RosterAmendments{Meeting: "m"}
	audit := &meeting.Audit{ID: "x", Decision: meeting.Decision{Action: meeting.Waive, Meeting: "m"}, Done: at,
		Effects: []meeting.Effect{{Participant: "p", InForceAfter: true}}}
	undone, message := &store.Undone{Decision: "before"}, &store.Message{Meeting: "m", ID: "<1@a>", Document: "d"}
	want := []any{delegation, person, hint, revocation, bounced, works, sends, balance, amendments, audit, undone, message}
	if err := s.Commit(ctx, store.NewChanges(want...)); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Read(ctx, store.DelegationKey("m", "k"), store.PersonKey("m", "p"), store.HintKey("m", "l"), store.RevocationKey("m", "p"),
		store.AddressKey("a@b.example"), store.AddressKey("c@d.example"), store.SendsKey("a@b.example", meeting.Day(at)), store.BalanceKey("m"),
		store.AmendmentsKey("m"), store.AuditKey("x"), store.UndoneKey("before"), store.UndoneKey("x"), store.MessageKey("m", "<1@a>"))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{store.Get(snap, store.DelegationKey("m", "k")), store.Get(snap, store.PersonKey("m", "p")), store.Get(snap, store.HintKey("m", "l")),
		store.Get(snap, store.RevocationKey("m", "p")), store.Get(snap, store.AddressKey("a@b.example")), store.Get(snap, store.AddressKey("c@d.example")),
		store.Get(snap, store.SendsKey("a@b.example", meeting.Day(at))), store.Get(snap, store.BalanceKey("m")), store.Get(snap, store.AmendmentsKey("m")),
		store.Get(snap, store.AuditKey("x")), store.Get(snap, store.UndoneKey("before")), store.Get(snap, store.MessageKey("m", "<1@a>"))}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
	}
	if taken, err := s.Undone(ctx, []string{"before", "x"}); err != nil || len(taken) != 1 || !taken["before"] {
		t.Errorf("undone %v %v", taken, err)
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
	for _, again := range []any{audit, undone} {
		if err := s.Commit(ctx, store.NewChanges(again)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("written again: %v", err)
		}
	}
	// What was let go and taken back is not listed.
	hint.Dismissed, person.Revoked, delegation.Entries = true, true, nil
	if err := s.Commit(ctx, store.NewChanges(hint, person, delegation)); err != nil {
		t.Fatal(err)
	}
	lessons, errL := s.Hints(ctx, "m")
	people, errP := s.Accepted(ctx, "m")
	delegations, errD := s.Delegations(ctx, "m")
	if len(lessons)+len(people)+len(delegations) > 0 || errL != nil || errP != nil || errD != nil {
		t.Errorf("%v %v %v; %v %v %v", lessons, people, delegations, errL, errP, errD)
	}
}

// An erasure deletes the person's own items, and takes the person out of the words of all else.
func TestErase(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	key := meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: "p"}
	other := meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: "pp"}
	err := s.Commit(ctx, store.NewChanges(
		&meeting.Document{ID: "own", Meeting: "m", Title: "By Ana  Sousa"},
		&meeting.Document{ID: "shared", Meeting: "m", Excerpt: "with ANA\nSOUSA and others", Candidates: []meeting.Candidate{{Participant: "p", Name: "Ana Sousa"}}},
		&meeting.Document{ID: "apart", Meeting: "m", Title: "Anasousa"},
		&meeting.Requirement{RequirementKey: key, Meeting: "m", Profile: meeting.Profile{Name: "Ana Sousa"}},
		&meeting.Requirement{RequirementKey: other, Meeting: "m", Profile: meeting.Profile{Name: "Somebody Else"}},
		&meeting.Mail{ID: "hers", Meeting: "m", To: []string{"Ana@people.example"}},
		&meeting.Mail{ID: "both", Meeting: "m", To: []string{"ana@people.example", "x@people.example"}},
		&meeting.Mail{ID: "of-own", Meeting: "m", Document: "own", To: []string{"x@people.example"}},
		&meeting.Audit{ID: "a", Decision: meeting.Decision{Meeting: "m", By: "Staff", Reason: "ana sousa asked"}},
		&meeting.RosterAmendments{Meeting: "m"}))
	if err != nil {
		t.Fatal(err)
	}
	e := erasing("Ana Sousa", "ana@people.example")
	e.Documents = []string{"own"}
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
	if err != nil || a.Decision.Reason != "[erased] asked" || a.Decision.By != "Staff" {
		t.Errorf("%+v %v", a, err)
	}
	if d, err := s.Document(ctx, "apart"); err != nil || d.Title != "Anasousa" {
		t.Errorf("%+v %v", d, err)
	}
	snap, err := s.Read(ctx, store.RequirementKey("m", key), store.RequirementKey("m", other))
	if err != nil || snap.Has(store.RequirementKey("m", key)) || !snap.Has(store.RequirementKey("m", other)) {
		t.Errorf("%v %v", snap, err)
	}
}
