package filing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// What a document that is filed writes: itself, its requirement, the receipt.
func TestFiled(t *testing.T) {
	r := newRegistrar(t)
	d := document("deck", 1, meeting.Presentation)
	d.Title, d.Evidence, d.Confidence = "My slides", []meeting.Evidence{{Code: meeting.EvidenceTicket}}, 0.99
	got := r.submit(r.submission(d, deck("s1", "a")))

	want := d
	want.Status, want.Reason = meeting.Filed, ""
	want.Satisfies, want.FiledFor = []meeting.RequirementKey{deck("s1", "a")}, []meeting.RequirementKey{deck("s1", "a")}
	want.Received, want.NotifiedStatus, want.Rev = nine, meeting.Filed, 1
	want.Uploader = meeting.Contact{Email: "up@people.example", Language: "pt"}
	if d := cmp.Diff(&want, got); d != "" {
		t.Errorf("what it gives (-want +got):\n%s", d)
	}
	if d := cmp.Diff(&want, r.document(d.ID)); d != "" {
		t.Errorf("what is kept (-want +got):\n%s", d)
	}
	state := meeting.RequirementState{State: meeting.Satisfied, Document: d.ID, FileName: "deck.pdf", Title: "My slides",
		LatestUpload: d.Order(), Versions: []string{d.Order()}}
	if d := cmp.Diff(state, r.requirement(deck("s1", "a")).RequirementState); d != "" {
		t.Errorf("requirement (-want +got):\n%s", d)
	}
	if s := r.requirement(deck("s2", "a")).State; s != meeting.Outstanding {
		t.Errorf("another session's is %s", s)
	}
	receipt := &meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, d.ID), Meeting: "m", Template: meeting.MailReceipt,
		Language: "pt", To: []string{"up@people.example"}, Document: d.ID, Outcome: meeting.Filed, Cause: d.ID,
		Decided: nine, State: meeting.Pending, Rev: 1}
	if d := cmp.Diff([]*meeting.Mail{receipt}, r.mails()); d != "" {
		t.Errorf("mails (-want +got):\n%s", d)
	}
}

// A document comes late after the last moment for its kind, not at it.
func TestLate(t *testing.T) {
	for name, test := range map[string]struct {
		key        meeting.RequirementKey
		due, other time.Duration // of its kind, and of the other; 0 is none
		want       bool
	}{
		"a deck in time":               {deck("s1", "a"), time.Second, -time.Hour, false},
		"a deck at the very second":    {deck("s1", "a"), time.Nanosecond, -time.Hour, false},
		"a deck a second late":         {deck("s1", "a"), -time.Second, time.Hour, true},
		"no last moment":               {deck("s1", "a"), 0, -time.Hour, false},
		"a letter in time":             {letterOf("s1", "o1"), time.Second, -time.Hour, false},
		"a letter at the very second":  {letterOf("s1", "o1"), time.Nanosecond, -time.Hour, false},
		"a letter a second late":       {letterOf("s1", "o1"), -time.Second, time.Hour, true},
		"a letter without last moment": {letterOf("s1", "o1"), 0, -time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			at := nine.Add(time.Minute)
			moment := func(d time.Duration) time.Time {
				if d == 0 {
					return time.Time{}
				}
				return at.Add(d.Truncate(time.Second))
			}
			m := &r.roster.Meeting
			m.MaterialsDue, m.NominationsDue = moment(test.due), moment(test.other)
			if test.key.Kind == meeting.Nomination {
				m.MaterialsDue, m.NominationsDue = m.NominationsDue, m.MaterialsDue
			}
			d := r.file("x", 1, test.key)
			if q := r.requirement(test.key); d.Late != test.want || q.Late != test.want || d.Status != meeting.Filed {
				t.Errorf("the document (%s) is late: %v, the requirement: %v", d.Status, d.Late, q.Late)
			}
			if late := r.session(test.key.Session).Late; (late == 1) != test.want {
				t.Errorf("the session counts %d", late)
			}
		})
	}
}

// A document for two kinds is late when it is late for one.
func TestLateForOneOfTwo(t *testing.T) {
	for _, keys := range [][]meeting.RequirementKey{{deck("s1", "a"), letterOf("s1", "o1")}, {letterOf("s1", "o1"), deck("s1", "a")}} {
		r := newRegistrar(t)
		r.roster.Meeting.MaterialsDue = nine
		if d := r.file("x", 1, keys...); !d.Late || !r.requirement(deck("s1", "a")).Late || r.requirement(letterOf("s1", "o1")).Late {
			t.Errorf("%v: late %v", keys, d.Late)
		}
		// A presenter takes no seat of an agency's.
		if r.members("Ministry") != "[o1] []" || r.members("Alpha SA") != "[] []" {
			t.Errorf("%v: %s, %s", keys, r.members("Ministry"), r.members("Alpha SA"))
		}
	}
}

// Of two documents for one requirement the one that was uploaded later counts, whichever arrives first. One that was
// taken out counts no more.
func TestOrderOfUpload(t *testing.T) {
	k := deck("s1", "a")
	t.Run("the newer arrives last", func(t *testing.T) {
		r := newRegistrar(t)
		old, young := r.file("old", 1, k), r.file("young", 2, k)
		r.stands(old, meeting.Superseded, young.ID)
		r.stands(young, meeting.Filed, "", k)
		if q := r.requirement(k); q.Document != young.ID || q.FileName != "young.pdf" || q.LatestUpload != young.Order() {
			t.Errorf("%+v", q)
		}
	})
	t.Run("the newer arrives first", func(t *testing.T) {
		r := newRegistrar(t)
		young, old := r.file("young", 2, k), r.file("old", 1, k)
		r.stands(old, meeting.Superseded, young.ID)
		r.stands(young, meeting.Filed, "", k)
		if q := r.requirement(k); q.Document != young.ID || q.LatestUpload != young.Order() {
			t.Errorf("%+v", q)
		}
		if d := cmp.Diff([]meeting.RequirementKey{k}, r.document(old.ID).FiledFor); d != "" {
			t.Errorf("filed for (-want +got):\n%s", d)
		}
	})
	t.Run("the newer was taken out", func(t *testing.T) {
		r := newRegistrar(t)
		young := r.file("young", 2, k)
		must(t, r.registry.Release(t.Context(), r.roster.Meeting, young.ID))
		old := r.file("old", 1, k)
		r.stands(old, meeting.Filed, "", k)
		if q := r.requirement(k); q.Document != old.ID || q.LatestUpload != young.Order() {
			t.Errorf("%+v", q)
		}
	})
	t.Run("newer for one of two", func(t *testing.T) {
		r := newRegistrar(t)
		young := r.file("young", 2, deck("s2", "a"))
		old := r.file("old", 1, k, deck("s2", "a"))
		r.stands(old, meeting.Filed, "", k)
		r.stands(young, meeting.Filed, "", deck("s2", "a"))
	})
	t.Run("one takes the places of two", func(t *testing.T) {
		r := newRegistrar(t)
		first, second := r.file("first", 1, k), r.file("second", 2, deck("s2", "a"))
		both := r.file("both", 3, k, deck("s2", "a"))
		r.stands(first, meeting.Superseded, both.ID)
		r.stands(second, meeting.Superseded, both.ID)
		r.stands(both, meeting.Filed, "", k, deck("s2", "a"))
	})
	t.Run("three, of two requirements", func(t *testing.T) {
		r := newRegistrar(t)
		both := r.file("both", 1, k, deck("s2", "a"))
		first := r.file("first", 2, k)
		r.stands(both, meeting.Filed, "", deck("s2", "a"))
		second := r.file("second", 3, deck("s2", "a"))
		r.stands(both, meeting.Superseded, second.ID)
		r.stands(first, meeting.Filed, "", k)
	})
}

// stands demands how a document stands, by which it was superseded, and what it satisfies.
func (r *registrar) stands(d *meeting.Document, status meeting.Status, by string, keys ...meeting.RequirementKey) {
	r.Helper()
	got := r.document(d.ID)
	if got.Status != status || got.SupersededBy != by || !slices.Equal(got.Satisfies, keys) || status == meeting.Filed && got.Reason != "" {
		r.Errorf("%s is %s (%s) by %q for %v, want %s by %q for %v", d.Key, got.Status, got.Reason, got.SupersededBy, got.Satisfies, status, by, keys)
	}
}

// What a document is filed for: only what the roster asks for, each once; where nothing is left, a person looks.
func TestFiledForWhatIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		keys, want []meeting.RequirementKey
	}{
		"one key twice":        {[]meeting.RequirementKey{deck("s1", "a"), deck("s1", "a")}, []meeting.RequirementKey{deck("s1", "a")}},
		"one that nobody asks": {[]meeting.RequirementKey{deck("s1", "b"), deck("s1", "a")}, []meeting.RequirementKey{deck("s1", "a")}},
		"nobody of the roster": {[]meeting.RequirementKey{deck("s1", "zz")}, nil},
		"no session":           {[]meeting.RequirementKey{deck("s9", "a")}, nil},
		"what was asked once":  {[]meeting.RequirementKey{deck("s2", "b")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			r.roster.Participants = slices.DeleteFunc(r.roster.Participants, func(p meeting.Participant) bool { return p.ID == "b" })
			r.load()
			d := r.file("x", 1, test.keys...)
			if !slices.Equal(d.FiledFor, test.want) || !slices.Equal(d.Satisfies, test.want) {
				t.Errorf("filed for %v, satisfies %v", d.FiledFor, d.Satisfies)
			}
			if len(test.want) == 0 && (d.Status != meeting.Review || d.Reason != meeting.ReasonNotRequired) {
				t.Errorf("it is %s (%s)", d.Status, d.Reason)
			}
		})
	}
}

// A document that comes for what was waived ends the waiver.
func TestFiledEndsWaiver(t *testing.T) {
	r := newRegistrar(t)
	q := r.requirement(deck("s1", "a"))
	s := r.session("s1")
	before := *q
	q.State, q.WaivedBy, q.Reason = meeting.Waived, "Ms Staff", "because"
	s.ApplyChange(before, *q)
	must(t, r.store.Commit(t.Context(), store.NewChanges(q, s)))
	d := r.file("x", 1, deck("s1", "a"))
	want := meeting.RequirementState{State: meeting.Satisfied, Document: d.ID, FileName: "x.pdf", LatestUpload: d.Order(),
		Versions: []string{d.Order()}}
	if d := cmp.Diff(want, r.requirement(deck("s1", "a")).RequirementState); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if n := r.session("s1").Waived; n != 0 {
		t.Errorf("%d are waived", n)
	}
}

// The pages of a split document are those of the part that is for the requirement.
func TestPagesOfParts(t *testing.T) {
	r := newRegistrar(t)
	d := document("x", 1, meeting.Presentation)
	d.Parts = []meeting.Part{{From: 1, To: 3, Requirements: []meeting.RequirementKey{deck("s1", "a")}},
		{From: 4, To: 4, Requirements: []meeting.RequirementKey{deck("s2", "b")}}}
	r.submit(r.submission(d, deck("s1", "a"), deck("s2", "b"), deck("s2", "a")))
	for k, want := range map[meeting.RequirementKey]string{deck("s1", "a"): "1-3", deck("s2", "b"): "4", deck("s2", "a"): ""} {
		if got := r.requirement(k).Pages; got != want {
			t.Errorf("%s: pages %q, not %q", k, got, want)
		}
	}
}

// Who is told of a document, by what became of it and by who is known.
func TestWhoIsTold(t *testing.T) {
	up, served := meeting.Contact{Email: "up@people.example", Language: "pt"}, meeting.Contact{Email: "a@people.example", Language: "ar"}
	for name, test := range map[string]struct {
		status           meeting.Status
		uploader, served meeting.Contact
		staff            []string
		want             string // template, addresses and language of each mail
	}{
		"filed":                         {meeting.Filed, up, served, []string{"x@staff.example", "y@staff.example"}, "receipt up@people.example pt"},
		"filed, by nobody knows whom":   {meeting.Filed, meeting.Contact{}, served, []string{"x@staff.example"}, "receipt a@people.example ar"},
		"filed, nobody is known":        {meeting.Filed, meeting.Contact{}, meeting.Contact{}, []string{"x@staff.example"}, ""},
		"in review":                     {meeting.Review, up, served, []string{"x@staff.example", "y@staff.example"}, "receipt up@people.example pt; review x@staff.example y@staff.example fr"},
		"in review, nobody is known":    {meeting.Review, meeting.Contact{}, served, []string{"x@staff.example"}, "review x@staff.example fr"},
		"in review, without staff":      {meeting.Review, up, served, nil, "receipt up@people.example pt"},
		"rejected":                      {meeting.Rejected, up, served, []string{"x@staff.example"}, "receipt up@people.example pt"},
		"rejected, nobody is known":     {meeting.Rejected, meeting.Contact{}, served, []string{"x@staff.example"}, "review x@staff.example fr"},
		"of a meeting without a roster": {meeting.Rejected, up, served, nil, "receipt up@people.example pt"},
		"quarantined":                   {meeting.Quarantined, up, served, []string{"x@staff.example"}, "receipt up@people.example pt; review x@staff.example fr"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			in := r.submission(document("x", 1, meeting.Presentation))
			in.Document.Status = test.status
			if test.status == meeting.Filed {
				in.File = []meeting.RequirementKey{deck("s1", "a")}
			}
			in.Uploader, in.Served, in.Staff = test.uploader, test.served, test.staff
			if name == "of a meeting without a roster" {
				in.Meeting = meeting.Meeting{}
			}
			d := r.submit(in)
			var got []string
			for _, m := range r.mails() {
				got = append(got, m.Template+" "+strings.Join(m.To, " ")+" "+m.Language)
				if m.Meeting != "m" || m.Document != d.ID || m.Outcome != test.status || m.State != meeting.Pending || m.Cause != d.ID {
					t.Errorf("%+v", m)
				}
			}
			slices.Sort(got)
			if strings.Join(got, "; ") != test.want {
				t.Errorf("told: %s\nwant: %s", strings.Join(got, "; "), test.want)
			}
			if told := strings.Contains(test.want, "receipt"); (d.NotifiedStatus == test.status) != told || !told && d.NotifiedStatus != "" {
				t.Errorf("the document says that its uploader heard %q", d.NotifiedStatus)
			}
		})
	}
}

// The same document comes again: a settled one stays, and one in review may be filed.
func TestSubmittedAgain(t *testing.T) {
	t.Run("what is filed stays", func(t *testing.T) {
		r := newRegistrar(t)
		r.file("x", 1, deck("s1", "a"))
		before := r.everything()
		if d := r.file("x", 1, deck("s2", "a")); !slices.Equal(d.Satisfies, []meeting.RequirementKey{deck("s1", "a")}) {
			t.Errorf("it is filed for %v", d.Satisfies)
		}
		if d := cmp.Diff(before, r.everything()); d != "" {
			t.Errorf("something changed:\n%s", d)
		}
	})
	t.Run("what is in review is filed", func(t *testing.T) {
		r := newRegistrar(t)
		first := r.submit(r.submission(document("x", 1, meeting.Presentation)))
		r.now = nine.Add(time.Hour)
		d := r.file("x", 1, deck("s1", "a"))
		r.stands(d, meeting.Filed, "", deck("s1", "a"))
		if d.Rev != 2 || !d.Received.Equal(first.Received) || d.NotifiedStatus != meeting.Review {
			t.Errorf("revision %d, received %v, told %s", d.Rev, d.Received, d.NotifiedStatus)
		}
		if n := len(r.mails(meeting.MailReceipt)); n != 1 {
			t.Errorf("%d receipts", n)
		}
	})
	t.Run("staff hear of it once, and once more when its meeting is set up", func(t *testing.T) {
		r := newRegistrar(t)
		in := r.submission(document("x", 1, meeting.Presentation))
		for _, test := range []struct {
			roster string
			mails  int
		}{{"", 1}, {"", 1}, {"1", 2}, {"2", 2}} {
			in.Meeting.Roster = test.roster
			r.submit(in)
			if n := len(r.mails(meeting.MailReview)); n != test.mails {
				t.Errorf("roster %q: %d mails, not %d", test.roster, n, test.mails)
			}
		}
	})
	t.Run("what staff decided about stays until the roster changes", func(t *testing.T) {
		r := newRegistrar(t)
		d := document("x", 1, meeting.Nomination)
		d.RosterVersion = "1"
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada"}, {Name: "Eve"}}}
		stored := *r.submit(r.submission(d))
		stored.Delegations = []string{"k"}
		stored.Decision, stored.Letter = "x1", &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada", Declined: true}, {Name: "Eve"}}}
		must(t, r.store.Commit(t.Context(), store.NewChanges(&stored)))
		if got := r.submit(r.submission(d, letterOf("s1", "o1"))); got.Status != meeting.Review || got.Decision != "x1" {
			t.Errorf("it is %s after %q", got.Status, got.Decision)
		}
		d.RosterVersion = "2"
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Eve"}, {Name: "Ada"}}}
		if got := r.submit(r.submission(d)); !slices.Equal(got.Delegations, []string{"k"}) {
			t.Errorf("its delegations are %v", got.Delegations)
		}
		d.RosterVersion = "3"
		got := r.submit(r.submission(d, letterOf("s1", "o1")))
		if got.Status != meeting.Filed || got.Decision != "x1" || got.RosterVersion != "3" {
			t.Errorf("it is %s after %q by %s", got.Status, got.Decision, got.RosterVersion)
		}
		if n := got.Letter.Nominees; n[0].Declined || !n[1].Declined {
			t.Errorf("declined were Ada alone, now %+v", n)
		}
	})
	t.Run("nominees of what staff did not decide about are as they are read", func(t *testing.T) {
		r := newRegistrar(t)
		d := document("x", 1, meeting.Nomination)
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada", Declined: true}}}
		r.submit(r.submission(d))
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada"}}}
		if got := r.submit(r.submission(d)); got.Letter.Nominees[0].Declined {
			t.Error("Ada is declined")
		}
	})
	t.Run("a letter that is none any more", func(t *testing.T) {
		r := newRegistrar(t)
		d := document("x", 1, meeting.Nomination)
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada", Declined: true}}}
		stored := *r.submit(r.submission(d))
		stored.Decision = "x1"
		must(t, r.store.Commit(t.Context(), store.NewChanges(&stored)))
		d.Letter, d.RosterVersion = nil, "2"
		if got := r.submit(r.submission(d)); got.Letter != nil || got.Decision != "x1" {
			t.Errorf("%+v", got.Letter)
		}
		d.Letter, d.RosterVersion = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Ada"}}}, "3"
		if got := r.submit(r.submission(d)); got.Letter == nil || got.Letter.Nominees[0].Declined {
			t.Errorf("%+v", got.Letter)
		}
	})
}

// everything is all that was written, for comparison.
func (r *registrar) everything() []any {
	r.Helper()
	var all []any
	documents, err := r.store.AllDocuments(r.Context(), "m")
	must(r, err)
	all = append(all, documents, r.mails())
	for _, id := range []string{"s1", "s2"} {
		requirements, err := r.store.Requirements(r.Context(), "m", id)
		must(r, err)
		all = append(all, requirements, r.session(id))
	}
	delegations, err := r.store.Delegations(r.Context(), "m")
	must(r, err)
	balance, err := r.store.Balance(r.Context(), "m")
	must(r, err)
	return append(all, delegations, balance)
}

// What became of a document is reported once for each submission that changed its record, with the status before.
func TestRecordsAreReported(t *testing.T) {
	r := newRegistrar(t)
	var reported []string
	report := func(_ context.Context, before meeting.Status, d *meeting.Document) {
		reported = append(reported, fmt.Sprintf("%s %s->%s", d.Key, before, d.Status))
	}
	r.registry.OnRecord(report)
	r.submit(r.submission(document("x", 1, meeting.Presentation)))
	r.file("x", 1, deck("s1", "a"))
	r.file("x", 1, deck("s1", "a")) // it is final, and stays as it is
	r.nominate("letter", 2, "o1 o2 o3")
	// One that is decided anew is reported when it is through; one that is not written is not.
	f := &faulty{Store: r.store, calls: 1, err: store.ErrConflict}
	g := filing.New(f, func() time.Time { return r.now })
	g.OnRecord(report)
	if _, err := g.Submit(t.Context(), r.submission(document("y", 3, meeting.Presentation))); err != nil {
		t.Error(err)
	}
	f.calls, f.err = 1, errFault
	if _, err := g.Submit(t.Context(), r.submission(document("z", 4, meeting.Presentation))); err == nil {
		t.Error("it is written")
	}
	want := []string{"x ->review", "x review->filed", "letter ->review", "y ->review"}
	if d := cmp.Diff(want, reported); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A document that came by mail is found by its Message-ID, and by that of the first mail only when it has one.
func TestThread(t *testing.T) {
	r := newRegistrar(t)
	mail := document("x", 1, meeting.Presentation)
	mail.MessageID = "<1@a>"
	r.submit(r.submission(mail))
	r.submit(r.submission(document("y", 2, meeting.Presentation)))
	for id, want := range map[string][]string{"<1@a>": {mail.ID}, "": nil, "<2@a>": nil} {
		ids, err := r.store.Thread(t.Context(), "m", []string{id})
		must(t, err)
		if !slices.Equal(ids, want) {
			t.Errorf("%q is of %v, not %v", id, ids, want)
		}
	}
}

// The secretariat is told when a session becomes complete, in its language, and when it is no longer; once an epoch.
func TestCompletenessIsTold(t *testing.T) {
	r := newRegistrar(t)
	k := []meeting.RequirementKey{deck("s2", "a"), deck("s2", "b"), letterOf("s2", "o3")}
	r.file("a", 1, k[0])
	r.file("b", 2, k[1])
	if n := len(r.mails(meeting.MailComplete)); n != 0 {
		t.Errorf("%d mails while one is outstanding", n)
	}
	last := r.file("c", 3, k[2])
	s := r.session("s2")
	if !s.Complete || s.Epoch != 1 || s.Outstanding != 0 || s.Required != 3 {
		t.Errorf("%+v", s)
	}
	want := &meeting.Mail{ID: meeting.MailID(meeting.MailComplete, "m", "s2", "1", s.Fingerprint), Meeting: "m", Template: meeting.MailComplete,
		Language: "fr", To: []string{"desk@example.org"}, Session: "s2", Epoch: 1, Cause: last.ID, Decided: nine, State: meeting.Pending, Rev: 1}
	if d := cmp.Diff([]*meeting.Mail{want}, r.mails(meeting.MailComplete)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	must(t, r.registry.Release(t.Context(), r.roster.Meeting, last.ID))
	s = r.session("s2")
	want.ID, want.Template = meeting.MailID(meeting.MailNoLongerComplete, "m", "s2", "1", s.Fingerprint), meeting.MailNoLongerComplete
	if d := cmp.Diff([]*meeting.Mail{want}, r.mails(meeting.MailNoLongerComplete)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	r.file("d", 4, k[2])
	if s := r.session("s2"); !s.Complete || s.Epoch != 2 || len(r.mails(meeting.MailComplete)) != 2 {
		t.Errorf("%+v, %d mails", s, len(r.mails(meeting.MailComplete)))
	}
	// A meeting without a secretariat tells nobody.
	r = newRegistrar(t)
	r.roster.Meeting.Secretariat = nil
	r.file("all", 1, k...)
	if s := r.session("s2"); !s.Complete || len(r.mails(meeting.MailComplete)) != 0 {
		t.Errorf("%+v, %d mails", s, len(r.mails(meeting.MailComplete)))
	}
}

// faulty is a store with one call that fails, counted from 0.
type faulty struct {
	filing.Store
	calls int
	err   error
}

var errFault = errors.New("the table is away")

func (f *faulty) next() error {
	f.calls--
	if f.calls == -1 {
		return f.err
	}
	return nil
}

// If any call of the table fails, the caller hears of it.
func TestEveryFaultIsSaid(t *testing.T) {
	letter := func(r *registrar, name string, minute int, officials ...string) filing.Submission {
		d := document(name, minute, meeting.Nomination)
		var keys []meeting.RequirementKey
		for _, o := range officials {
			keys = append(keys, letterOf("s1", o))
		}
		in := r.submission(d, keys...)
		in.Uploader = meeting.Contact{}
		return in
	}
	for name, test := range map[string]struct {
		before func(*registrar)
		do     func(context.Context, *registrar, *filing.Registry) error
		least  int // calls that there are
	}{
		"a letter is filed, and another in its place": {func(r *registrar) { r.submit(letter(r, "x", 1, "o1", "o2")) },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				_, err := g.Submit(ctx, letter(r, "y", 2, "o1"))
				return err
			}, 5},
		"a letter of too many": {nil, func(ctx context.Context, r *registrar, g *filing.Registry) error {
			_, err := g.Submit(ctx, letter(r, "y", 2, "o1", "o2", "o3"))
			return err
		}, 4},
		"a roster": {func(r *registrar) { r.submit(letter(r, "x", 1, "o1")); r.roster.Participants[2].Agency = "Agency" },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				r.roster.Meeting.Roster += "+"
				return g.Load(ctx, r.roster)
			}, 15},
		"a letter in place of one in three files": {func(r *registrar) { r.joined() },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				_, err := g.Submit(ctx, r.submission(document("y", 9, meeting.Presentation), deck("s1", "a")))
				return err
			}, 4},
		"the release of one of three": {func(r *registrar) { r.joined() },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				return g.Release(ctx, r.roster.Meeting, document("first", 2, meeting.Presentation).ID)
			}, 3},
		"a release": {func(r *registrar) { r.submit(letter(r, "x", 1, "o1")) },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				return g.Release(ctx, r.roster.Meeting, document("x", 1, meeting.Nomination).ID)
			}, 4},
		"a removal": {func(r *registrar) { r.accept("n1") },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				return g.Remove(ctx, r.roster.Meeting, r.accepted("n1"))
			}, 2},
		"an uploader who is known at last": {func(r *registrar) { r.unknownUploader() },
			func(ctx context.Context, r *registrar, g *filing.Registry) error {
				_, err := g.Unchanged(ctx, r.roster.Meeting, "2", document("x", 1, meeting.Presentation).ID)
				return err
			}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				r := newRegistrar(t)
				if test.before != nil {
					test.before(r)
				}
				f := &faulty{Store: r.store, calls: n, err: errFault}
				err := test.do(t.Context(), r, filing.New(f, func() time.Time { return r.now }))
				if f.calls >= 0 {
					if err != nil {
						t.Errorf("nothing failed, and still %v", err)
					}
					if n < test.least {
						t.Errorf("there are only %d calls", n)
					}
					return
				}
				if !errors.Is(err, errFault) {
					t.Errorf("call %d fails: %v", n, err)
				}
			}
		})
	}
}

// unknownUploader keeps a rejected document that came by a's ticket when nobody knew the address.
func (r *registrar) unknownUploader() *meeting.Document {
	r.Helper()
	d := document("x", 1, meeting.Presentation)
	d.Status, d.Reason, d.LinkOwner, d.RosterVersion = meeting.Rejected, meeting.ReasonEmpty, "a", "1"
	in := r.submission(d)
	in.Uploader, in.Staff = meeting.Contact{}, nil
	return r.submit(in)
}

// A conflict is settled by deciding again, and said to who wants to know; a fault is not.
func TestConflicts(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		again int
	}{"conflict": {fmt.Errorf("wrapped: %w", store.ErrConflict), 1}, "fault": {errFault, 0}} {
		r := newRegistrar(t)
		f := &faulty{Store: r.store, calls: 1, err: test.err} // the second call, which commits
		g := filing.New(f, func() time.Time { return r.now })
		told := 0
		g.OnConflict(func(context.Context) { told++ })
		_, err := g.Submit(t.Context(), r.submission(document("x", 1, meeting.Presentation)))
		if (err == nil) != (test.again > 0) || told != test.again {
			t.Errorf("%s: told %d times, %v", name, told, err)
		}
	}
}

// always is a store on which every commit meets a conflict.
type always struct {
	filing.Store
	commits int
	hook    func()
}

func (a *always) Commit(context.Context, *store.Changes) error {
	a.commits++
	if a.hook != nil {
		a.hook()
	}
	return store.ErrConflict
}

// What never comes through ends with its context, or after a hundred attempts.
func TestConflictsEnd(t *testing.T) {
	r := newRegistrar(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := &always{Store: r.store}
	s.hook = func() {
		if s.commits == 3 {
			cancel()
		}
	}
	_, err := filing.New(s, time.Now).Submit(ctx, r.submission(document("x", 1, meeting.Presentation)))
	if !errors.Is(err, context.Canceled) || s.commits != 3 {
		t.Errorf("%v after %d attempts", err, s.commits)
	}
}
