package filing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"dossier/internal/awstest"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newStore(t testing.TB) *store.Store {
	t.Helper()
	table := awstest.MakeTable(t)
	return store.New(table.Client, table.Name)
}

func roster(token string, presenters int) *meeting.Roster {
	r := &meeting.Roster{Meeting: meeting.Meeting{ID: "m", Roster: token, Secretariat: []string{"s@example.org"}},
		Sessions: []meeting.Plan{{ID: "s1", Title: "One", Number: 1}}}
	for i := range presenters {
		r.Participants = append(r.Participants, meeting.Participant{ID: fmt.Sprintf("p%03d", i), Name: fmt.Sprint("Person ", i), Sector: meeting.Private,
			Roles: []meeting.Role{{Name: meeting.Presenter, Session: "s1"}}})
	}
	return r
}

func key(i int) meeting.RequirementKey {
	return meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: fmt.Sprintf("p%03d", i)}
}

func submission(r *meeting.Roster, i int) filing.Submission {
	o := meeting.Object{Bucket: "b", Key: fmt.Sprintf("incoming/m/drop/%d.pptx", i), Version: "1", Time: time.Date(2031, 1, 1, 0, 0, i, 0, time.UTC)}
	return filing.Submission{Document: meeting.Document{ID: o.ID(),
		Object:        o,
		Meeting:       "m",
		DocumentState: meeting.DocumentState{Status: meeting.Review, Kind: meeting.Presentation}},
		Meeting: r.Meeting, File: []meeting.RequirementKey{key(i)}}
}

func complete(t *testing.T, s *store.Store) (session *meeting.Session, mails int) {
	t.Helper()
	x, err := s.Session(context.Background(), "m", "s1")
	must(t, err)
	open, err := s.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(t, err)
	for _, m := range open {
		if m.Template == meeting.MailComplete {
			mails++
		}
	}
	return x, mails
}

// cut is a store that stops in the middle of a load.
type cut struct {
	*store.Store
	commits int
}

var errCut = errors.New("cut off")

func (c *cut) Commit(ctx context.Context, changes *store.Changes) error {
	if c.commits--; c.commits < 0 {
		return errCut
	}
	return c.Store.Commit(ctx, changes)
}

// A session is never complete half-way through a load: what the first transaction of a load put is all filed, the
// load was cut off there, and still nobody is told. When the load is run again, it ends as if nothing had been.
func TestNeverCompleteHalfWay(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	r := roster("1", 120)
	// One commit begins the session, one writes the first 90 requirements.
	if err := filing.New(&cut{s, 2}, time.Now).Load(ctx, r); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	reqs, err := s.Requirements(ctx, "m", "s1")
	must(t, err)
	if len(reqs) == 0 || len(reqs) == 120 {
		t.Fatalf("%d requirements after the cut", len(reqs))
	}
	g := filing.New(s, time.Now)
	for i := range reqs {
		d, err := g.Submit(ctx, submission(r, i))
		must(t, err)
		if d.Status != meeting.Filed {
			t.Fatalf("%s (%s)", d.Status, d.Reason)
		}
	}
	if x, mails := complete(t, s); x.Outstanding != 0 || x.Complete || x.Epoch != 0 || mails != 0 {
		t.Errorf("half-way: %+v, %d mails", x, mails)
	}
	must(t, g.Load(ctx, r))
	if x, mails := complete(t, s); x.Required != 120 || x.Outstanding != 120-len(reqs) || x.Complete || mails != 0 {
		t.Errorf("after the load: %+v, %d mails", x, mails)
	}
	for i := len(reqs); i < 120; i++ {
		_, err := g.Submit(ctx, submission(r, i))
		must(t, err)
	}
	if x, mails := complete(t, s); !x.Complete || x.Epoch != 1 || mails != 1 {
		t.Errorf("at the end: %+v, %d mails", x, mails)
	}
}

// A load that is cut off at any of its commits and run again ends as one that was not.
func TestLoadCutAnywhere(t *testing.T) {
	for commits := 0; ; commits++ {
		s := newStore(t)
		ctx := context.Background()
		g := filing.New(s, time.Now)
		must(t, g.Load(ctx, roster("1", 2)))
		_, err := g.Submit(ctx, submission(roster("1", 2), 0))
		must(t, err)
		next := roster("2", 1) // the one that is outstanding goes
		err = filing.New(&cut{s, commits}, time.Now).Load(ctx, next)
		if err != nil && !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		must(t, g.Load(ctx, next))
		if x, mails := complete(t, s); !x.Complete || x.Epoch != 1 || x.Required != 1 || x.Loading != "" || mails != 1 {
			t.Errorf("cut at commit %d: %+v, %d mails", commits, x, mails)
		}
		if err == nil {
			if commits < 3 {
				t.Errorf("a load has only %d commits", commits)
			}
			return
		}
	}
}

// An older roster never takes a session back from a newer one.
func TestOlderRosterStops(t *testing.T) {
	s := newStore(t)
	g := filing.New(s, time.Now)
	must(t, g.Load(t.Context(), roster("2", 3)))
	if err := g.Load(t.Context(), roster("1", 1)); !errors.Is(err, filing.ErrSuperseded) {
		t.Errorf("%v", err)
	}
	if x, _ := complete(t, s); x.Required != 3 || x.Roster != "2" {
		t.Errorf("%+v", x)
	}
}

// A hundred last uploads of one session at once all come through, and complete it once.
func TestHotSession(t *testing.T) {
	if testing.Short() {
		t.Skip("files a hundred documents at once, each of which tries again until it is its turn")
	}
	s := newStore(t)
	r := roster("1", 100)
	g := filing.New(s, time.Now)
	must(t, g.Load(t.Context(), r))
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if d, err := g.Submit(context.Background(), submission(r, i)); err != nil || d.Status != meeting.Filed {
				t.Errorf("%d: %v %v", i, d, err)
			}
		})
	}
	wg.Wait()
	if x, mails := complete(t, s); !x.Complete || x.Epoch != 1 || x.Outstanding != 0 || mails != 1 {
		t.Errorf("%+v, %d mails", x, mails)
	}
}

// One letter serves several sessions; a newer one that serves only some leaves it filed for the others.
func TestPartlySuperseded(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	r := roster("1", 3)
	g := filing.New(s, time.Now)
	must(t, g.Load(ctx, r))
	first := submission(r, 0)
	first.File = []meeting.RequirementKey{key(0), key(1)}
	_, err := g.Submit(ctx, first)
	must(t, err)
	second := submission(r, 1)
	_, err = g.Submit(ctx, second)
	must(t, err)
	d, err := s.Document(ctx, first.Document.ID)
	must(t, err)
	if d.Status != meeting.Filed || len(d.Satisfies) != 1 || d.Satisfies[0] != key(0) {
		t.Errorf("the first is %s for %v", d.Status, d.Satisfies)
	}
	third := submission(r, 0)
	third.Document.Object.Version, third.Document.Object.Time = "2", third.Document.Time.Add(time.Hour)
	third.Document.ID = third.Document.Object.ID()
	_, err = g.Submit(ctx, third)
	must(t, err)
	if d, err = s.Document(ctx, first.Document.ID); err != nil || d.Status != meeting.Superseded || d.SupersededBy != third.Document.ID {
		t.Errorf("the first is %s by %s, %v", d.Status, d.SupersededBy, err)
	}
}

func BenchmarkSubmit(b *testing.B) {
	s := newStore(b)
	r := roster("1", 1)
	g := filing.New(s, time.Now)
	must(b, g.Load(context.Background(), r))
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		in := submission(r, 0)
		in.Document.Object.Version, in.Document.Object.Time = fmt.Sprint(i), in.Document.Time.Add(time.Duration(i)*time.Second)
		in.Document.ID = in.Document.Object.ID()
		if _, err := g.Submit(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}
