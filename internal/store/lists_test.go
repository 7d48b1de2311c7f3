package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// ids of a list, in its order.
func ids[T any](t testing.TB, id func(T) string) func([]T, error) string {
	t.Helper()
	return func(list []T, err error) string {
		t.Helper()
		ok(t, err)
		var all []string
		for _, v := range list {
			all = append(all, id(v))
		}
		return strings.Join(all, " ")
	}
}

// The lists show the right items, in order and of one meeting, and that a limit is kept.
func TestLists(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	document := func(id, meetingID string, status meeting.Status, minute int) *meeting.Document {
		d := &meeting.Document{ID: id, Meeting: meetingID, Object: meeting.Object{Time: noon.Add(time.Duration(minute) * time.Minute)}}
		d.Status = status
		return d
	}
	commit(t, s, document("d3", "m", meeting.Review, 3), document("d1", "m", meeting.Review, 1), document("d2", "m", meeting.Review, 2),
		document("f1", "m", meeting.Filed, 1), document("x1", "n", meeting.Review, 1))
	letter := func(id string, status meeting.Status, minute int, nominees ...meeting.Nominee) *meeting.Document {
		d := document(id, "m", status, minute)
		d.Kind, d.Letter = meeting.Nomination, &meeting.Letter{Nominees: nominees}
		return d
	}
	known, declined, open := meeting.Nominee{Name: "a", Participant: "p"}, meeting.Nominee{Name: "b", Declined: true}, meeting.Nominee{Name: "c"}
	commit(t, s, letter("l2", meeting.Filed, 2, known, open), letter("l0", meeting.Superseded, 0, open), letter("l1", meeting.Filed, 1, known, declined),
		letter("l3", meeting.Withdrawn, 3, open))
	session := func(id string, number int, removed bool) *meeting.Session {
		return &meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: id, Number: number}, Removed: removed}
	}
	commit(t, s, session("a", 2, false), session("b", 1, false), session("c", 2, true), session("z", 1, false),
		&meeting.Session{Meeting: "n", Plan: meeting.Plan{ID: "other"}})
	requirement := func(session string, kind meeting.Kind, participant string) *meeting.Requirement {
		return &meeting.Requirement{Meeting: "m", RequirementKey: meeting.RequirementKey{Session: session, Kind: kind, Participant: participant}}
	}
	commit(t, s, requirement("a", meeting.Presentation, "p2"), requirement("a", meeting.Presentation, "p1"), requirement("a", meeting.Nomination, "p2"),
		requirement("b", meeting.Presentation, "p1"))
	commit(t, s, &meeting.Hint{ID: "h2", Meeting: "m"}, &meeting.Hint{ID: "h1", Meeting: "m"}, &meeting.Hint{ID: "gone", Meeting: "m", Dismissed: true}, &meeting.Hint{ID: "n", Meeting: "n"},
		&meeting.Accepted{Participant: meeting.Participant{ID: "p"}, Meeting: "m"}, &meeting.Accepted{Participant: meeting.Participant{ID: "q"}, Meeting: "m", Revoked: true},
		&meeting.Delegation{Meeting: "m", Key: "k", Entries: []meeting.Entry{{Document: "d"}}}, &meeting.Delegation{Meeting: "m", Key: "empty"})
	for i, id := range []string{"x1", "x2", "x3"} {
		commit(t, s, &meeting.Audit{ID: id, Decision: meeting.Decision{Meeting: "m"}, Done: noon.Add(time.Duration(i) * time.Second)})
	}
	commit(t, s, &meeting.Audit{ID: "n", Decision: meeting.Decision{Meeting: "n"}, Done: noon})
	// Two of one moment are listed by id.
	commit(t, s, &meeting.Audit{ID: "x0", Decision: meeting.Decision{Meeting: "m"}, Done: noon})
	for _, id := range []string{"n2", "m", "n1"} {
		ok(t, s.SetMeeting(ctx, &meeting.Meeting{ID: id, Roster: "1"}))
	}

	documents := ids(t, func(d *meeting.Document) string { return d.ID })
	sessions := ids(t, func(x *meeting.Session) string { return x.ID })
	audits := ids(t, func(a *meeting.Audit) string { return a.ID })
	for what, pair := range map[string][2]string{
		"documents in review":      {documents(s.Documents(ctx, "m", meeting.Review, 0)), "d1 d2 d3"},
		"two of them":              {documents(s.Documents(ctx, "m", meeting.Review, 2)), "d1 d2"},
		"as many as there are":     {documents(s.Documents(ctx, "m", meeting.Review, 3)), "d1 d2 d3"},
		"one":                      {documents(s.Documents(ctx, "m", meeting.Review, 1)), "d1"},
		"filed ones":               {documents(s.Documents(ctx, "m", meeting.Filed, 5)), "f1 l1"},
		"documents that wait":      {documents(s.Waiting(ctx, "m", 0)), "l0 d1 d2 l2 d3"},
		"the first of them":        {documents(s.Waiting(ctx, "m", 2)), "l0 d1"},
		"all documents":            {documents(s.AllDocuments(ctx, "m")), "f1 l1 l0 l2 d1 d2 d3 l3"},
		"sessions":                 {sessions(s.Sessions(ctx, "m")), "b z a"},
		"sessions, removed ones":   {sessions(s.AllSessions(ctx, "m")), "b z a c"},
		"requirements":             {ids(t, func(r *meeting.Requirement) string { return string(r.Kind[0]) + r.Participant })(s.Requirements(ctx, "m", "a")), "np2 pp1 pp2"},
		"hints":                    {ids(t, func(h *meeting.Hint) string { return h.ID })(s.Hints(ctx, "m")), "h1 h2"},
		"accepted nominees":        {ids(t, func(p *meeting.Accepted) string { return p.ID })(s.Accepted(ctx, "m")), "p"},
		"delegations":              {ids(t, func(d *meeting.Delegation) string { return d.Key })(s.Delegations(ctx, "m")), "k"},
		"decisions, newest first":  {audits(s.Audits(ctx, "m", 0)), "x3 x2 x1 x0"},
		"the two newest":           {audits(s.Audits(ctx, "m", 2)), "x3 x2"},
		"meetings":                 {ids(t, func(m *meeting.Meeting) string { return m.ID })(s.Meetings(ctx)), "m n1 n2"},
		"documents of a thread":    {thread(t, s, "none"), ""},
		"of a thread with several": {thread(t, s, "<1@a>", "<2@a>", "<3@a>"), ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, not %q", what, pair[0], pair[1])
		}
	}
}

func thread(t testing.TB, s *store.Store, messages ...string) string {
	t.Helper()
	return ids(t, func(id string) string { return id })(s.Thread(t.Context(), "m", messages))
}

// Many sessions of a few places in the agenda are listed by place, then by id.
func TestManySessions(t *testing.T) {
	s := newStore(t)
	var want []string
	var items []any
	for number := range 3 {
		for i := range 20 {
			id := fmt.Sprintf("s%02d", i*3+number)
			want = append(want, id)
			items = append(items, &meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: id, Number: number}})
		}
	}
	commit(t, s, items...)
	got := ids(t, func(x *meeting.Session) string { return x.ID })(s.AllSessions(t.Context(), "m"))
	if d := cmp.Diff(strings.Join(want, " "), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A thread's documents are each listed once; of two mails with one id the newest counts.
func TestThread(t *testing.T) {
	s := newStore(t)
	message := func(id, document string) *store.Message {
		return &store.Message{Meeting: "m", ID: id, Document: document}
	}
	commit(t, s, message("<1@a>", "d2"), message("<2@a>", "d1"), message("<3@a>", "d2"))
	if got := thread(t, s, "<1@a>", "<2@a>", "<3@a>", "<4@a>"); got != "d1 d2" {
		t.Errorf("%q", got)
	}
	commit(t, s, message("<1@a>", "d3"))
	if got := thread(t, s, "<1@a>"); got != "d3" {
		t.Errorf("%q", got)
	}
	if got, err := s.Thread(t.Context(), "n", []string{"<1@a>"}); err != nil || len(got) > 0 {
		t.Errorf("of another meeting %v %v", got, err)
	}
}

// The outbox lists mails to be sent, the oldest first; one that failed for good is listed by meeting; one that was
// sent nowhere.
func TestOutbox(t *testing.T) {
	s := newStore(t)
	for i, state := range []meeting.MailState{meeting.Sending, meeting.Pending, meeting.Sent, meeting.Failed} {
		for _, m := range []string{"m", "n"} {
			commit(t, s, &meeting.Mail{ID: fmt.Sprint(m, state), Meeting: m, State: state, Decided: noon.Add(-time.Duration(i) * time.Hour)})
		}
	}
	mails := ids(t, func(m *meeting.Mail) string { return m.ID })
	for what, pair := range map[string][2]string{
		"open":        {mails(s.OpenMails(t.Context(), noon.Add(time.Second), 0)), "mpending npending msending nsending"},
		"before noon": {mails(s.OpenMails(t.Context(), noon, 0)), "mpending npending"},
		"one":         {mails(s.OpenMails(t.Context(), noon, 1)), "mpending"},
		"failed":      {mails(s.FailedMails(t.Context(), "m", 0)), "mfailed"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, not %q", what, pair[0], pair[1])
		}
	}
}

// Addresses are listed by why they take no mail; one that takes mail again is not.
func TestSuppressed(t *testing.T) {
	s := newStore(t)
	commit(t, s, &meeting.Address{Address: "late@b.example", Suppressed: meeting.Bounced, Since: noon.Add(time.Hour)},
		&meeting.Address{Address: "early@b.example", Suppressed: meeting.Bounced, Since: noon},
		&meeting.Address{Address: "angry@b.example", Suppressed: meeting.Complained, Since: noon}, &meeting.Address{Address: "fine@b.example", Since: noon})
	addresses := ids(t, func(a *meeting.Address) string { a0, _, _ := strings.Cut(a.Address, "@"); return a0 })
	if got := addresses(s.Suppressed(t.Context(), 0)); got != "early late angry" {
		t.Errorf("%q", got)
	}
	if got := addresses(s.Suppressed(t.Context(), 1)); got != "early" {
		t.Errorf("%q", got)
	}
}

// The keys of a mail in a stream record are told from those of all other items.
func TestStreamKeys(t *testing.T) {
	if id, ok := store.MailIDFromKey(store.MailStreamKey("receipt-1")); !ok || id != "receipt-1" {
		t.Errorf("%q %v", id, ok)
	}
	for _, other := range [][2]string{{"D#1", "DOCUMENT"}, {"O#1", "DOCUMENT"}, {"D#1", "OUTBOX"}, {"", ""}} {
		if id, ok := store.MailIDFromKey(other[0], other[1]); ok {
			t.Errorf("%v is mail %q", other, id)
		}
	}
}

// The table is the one of template.yaml.
func TestTableInput(t *testing.T) {
	in := store.TableInput("t")
	if d := cmp.Diff("t", *in.TableName); d != "" || len(in.GlobalSecondaryIndexes) != 1 || in.BillingMode != "PAY_PER_REQUEST" {
		t.Errorf("%+v", in)
	}
	if p := in.GlobalSecondaryIndexes[0].Projection; p == nil || p.ProjectionType != "ALL" {
		t.Errorf("the index holds %+v", p)
	}
}

// A document that is being read is in the list of attempts; one whose reading has failed, or ended, is not.
func TestAttempts(t *testing.T) {
	s := newStore(t)
	name := ids(t, func(a *meeting.Attempt) string { return a.Document })
	late, early := &meeting.Attempt{Document: "late", Until: noon.Add(time.Minute)}, &meeting.Attempt{Document: "early", Until: noon}
	commit(t, s, late, early, &meeting.Attempt{Document: "failed", Deaths: 1})
	if got := name(s.Attempts(t.Context(), 0)); got != "early late" {
		t.Errorf("%q", got)
	}
	if got := name(s.Attempts(t.Context(), 1)); got != "early" {
		t.Errorf("one of them: %q", got)
	}
	early.Fail(noon, true)
	ok(t, s.PutAttempt(t.Context(), early))
	ok(t, s.EndAttempt(t.Context(), "late"))
	ok(t, s.EndAttempt(t.Context(), "nobody's"))
	if got := name(s.Attempts(t.Context(), 0)); got != "" {
		t.Errorf("after their ends: %q", got)
	}
	if a, err := s.Attempt(t.Context(), "early"); err != nil || a.Deaths != 1 || a.Rev != 2 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := s.Attempt(t.Context(), "late"); a != nil || err != nil {
		t.Errorf("%+v, %v", a, err)
	}
	ok(t, s.PutAttempt(t.Context(), &meeting.Attempt{Document: "late"}))
	if err := s.PutAttempt(t.Context(), &meeting.Attempt{Document: "late"}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("begun twice: %v", err)
	}
}
