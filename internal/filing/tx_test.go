package filing_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// transact makes a change as a decision of staff does, and gives what was recorded of it.
func (r *registrar) transact(id string, change func(context.Context, *filing.Tx) error) *meeting.Audit {
	r.Helper()
	must(r, r.registry.Transact(r.Context(), r.roster.Meeting, id, func(ctx context.Context, tx *filing.Tx) error {
		tx.Record(&meeting.Audit{ID: id})
		return change(ctx, tx)
	}))
	a, err := r.store.Audit(r.Context(), id)
	must(r, err)
	return a
}

// fill sets a value, and its fields, to something that is not its zero; another n gives another.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("text ", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(n))
	case reflect.Float64:
		v.SetFloat(float64(n) / 100)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(nine.Add(time.Duration(n) * time.Hour)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n+i)
		}
	default:
		panic("no value of " + v.Type().String())
	}
}

// Each field of a document's state is in the record of what changed it, as it was and as it is, and so is nothing else.
func TestEachFieldOfADocumentIsRecorded(t *testing.T) {
	r := newRegistrar(t)
	for i := range reflect.TypeFor[meeting.DocumentState]().NumField() {
		name := reflect.TypeFor[meeting.DocumentState]().Field(i).Name
		d := document(name, 1, meeting.Presentation)
		d.DocumentState = meeting.DocumentState{}
		var before meeting.DocumentState
		if i%2 == 0 { // from something to something else, or from nothing to something
			fill(reflect.ValueOf(&before).Elem(), 1)
		}
		d.DocumentState = before
		must(t, r.store.Commit(t.Context(), store.NewChanges(&d)))
		after := before
		field := reflect.ValueOf(&after).Elem().Field(i)
		if fill(field, 50); reflect.DeepEqual(before, after) {
			field.SetZero()
		}
		audit := r.transact("change of "+name, func(ctx context.Context, tx *filing.Tx) error {
			must(t, tx.Read(ctx, store.DocumentKey(d.ID)))
			got := tx.Document(d.ID)
			tx.MarkChanged(got)
			got.DocumentState = after
			tx.MarkChanged(got) // once more makes no difference
			return nil
		})
		want := []meeting.Effect{{Document: d.ID, DocumentBefore: &before, DocumentAfter: &after}}
		if d := cmp.Diff(want, audit.Effects); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if d := cmp.Diff(after, r.document(d.ID).DocumentState); d != "" {
			t.Errorf("%s is kept (-want +got):\n%s", name, d)
		}
	}
}

// The same of a requirement.
func TestEachFieldOfARequirementIsRecorded(t *testing.T) {
	for i := range reflect.TypeFor[meeting.RequirementState]().NumField() {
		name := reflect.TypeFor[meeting.RequirementState]().Field(i).Name
		r := newRegistrar(t)
		q := r.requirement(deck("s1", "a"))
		before := q.RequirementState
		after := before
		fill(reflect.ValueOf(&after).Elem().Field(i), 50)
		audit := r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
			must(t, tx.ReadRequirements(ctx, []meeting.RequirementKey{q.RequirementKey}))
			got := tx.StoredRequirement(q.RequirementKey)
			// In two steps, which is recorded as one.
			tx.ChangeRequirement(got, func(q *meeting.Requirement) {
				q.RequirementState = meeting.RequirementState{State: meeting.Waived, Late: true}
			})
			tx.ChangeRequirement(got, func(q *meeting.Requirement) { q.RequirementState = after })
			return nil
		})
		want := []meeting.Effect{{Requirement: q.RequirementKey, RequirementBefore: &before, RequirementAfter: &after}}
		if d := cmp.Diff(want, audit.Effects); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		r.counts("s1")
	}
}

// counts demands that a session's counts are those of its requirements.
func (r *registrar) counts(session string) {
	r.Helper()
	all, err := r.store.Requirements(r.Context(), "m", session)
	must(r, err)
	var want meeting.Session
	for _, q := range all {
		want.ApplyChange(meeting.Requirement{}, *q)
	}
	got := r.session(session)
	type counts struct{ required, outstanding, waived, late int }
	if g, w := (counts{got.Required, got.Outstanding, got.Waived, got.Late}), (counts{want.Required, want.Outstanding, want.Waived, want.Late}); g != w {
		r.Errorf("%s counts %+v, its requirements are %+v", session, g, w)
	}
}

// A requirement that is new is recorded as what was not there, and is counted.
func TestNewRequirementIsRecorded(t *testing.T) {
	r := newRegistrar(t)
	fresh := meeting.NewRequirement("m", deck("s1", "new"), meeting.Participant{ID: "new"})
	before := r.session("s1")
	audit := r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		must(t, tx.ReadRequirements(ctx, []meeting.RequirementKey{fresh.RequirementKey}))
		tx.AddRequirement(&fresh)
		if got := tx.Requirement(fresh.RequirementKey); got != &fresh {
			t.Errorf("it is read as %+v", got)
		}
		tx.ChangeRequirement(&fresh, func(*meeting.Requirement) {})
		tx.ChangeRequirement(&fresh, func(q *meeting.Requirement) { q.Late = true })
		return nil
	})
	want := []meeting.Effect{{Requirement: fresh.RequirementKey, RequirementAfter: &meeting.RequirementState{State: meeting.Outstanding, Late: true}}}
	if d := cmp.Diff(want, audit.Effects); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if s := r.session("s1"); s.Required != before.Required+1 || s.Outstanding != before.Outstanding+1 || s.Late != 1 {
		t.Errorf("%+v", s)
	}
}

// Further items are written, and recorded where it says what it changes; a document that only was marked is not.
func TestOthersAreRecorded(t *testing.T) {
	r := newRegistrar(t)
	d := r.file("x", 1, deck("s1", "a"))
	effect := meeting.Effect{Hint: "h", InForceAfter: true}
	audit := r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		must(t, tx.Read(ctx, store.DocumentKey(d.ID)))
		tx.MarkChanged(tx.Document(d.ID))
		tx.Put(&meeting.Hint{ID: "h", Meeting: "m"}, effect)
		tx.Put(&store.Undone{Decision: "y"}, meeting.Effect{})
		tx.Put(&store.Undone{Decision: "z"}, meeting.Effect{Links: "a"})
		tx.Put(&store.Undone{Decision: "hint"}, meeting.Effect{Hint: "h"})
		tx.Put(&store.Undone{Decision: "person"}, meeting.Effect{Participant: "p"})
		must(t, tx.AmendRoster(ctx))
		return tx.AmendRoster(ctx)
	})
	if d := cmp.Diff([]meeting.Effect{effect, {Links: "a"}, {Hint: "h"}, {Participant: "p"}}, audit.Effects); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	hints, err := r.store.Hints(t.Context(), "m")
	must(t, err)
	undone, err := r.store.Undone(t.Context(), []string{"y"})
	must(t, err)
	_, amendments, err := r.store.Roster(t.Context(), "m")
	must(t, err)
	if len(hints) != 1 || !undone["y"] || amendments != 1 {
		t.Errorf("hints %v, undone %v, %d amendments", hints, undone, amendments)
	}
}

// A change that fails writes nothing, and its error is given as it is.
func TestTransactFails(t *testing.T) {
	r := newRegistrar(t)
	before := r.everything()
	err := r.registry.Transact(t.Context(), r.roster.Meeting, "x", func(ctx context.Context, tx *filing.Tx) error {
		tx.Mail(meeting.Mail{ID: "mail", To: []string{"a@b.example"}})
		return errFault
	})
	if !errors.Is(err, errFault) {
		t.Errorf("%v", err)
	}
	if d := cmp.Diff(before, r.everything()); d != "" {
		t.Errorf("something changed:\n%s", d)
	}
}

// A change that meets a fault of the table ends with it.
func TestFaultsOfATransaction(t *testing.T) {
	r := newRegistrar(t)
	d := document("x", 1, meeting.Presentation)
	for name, change := range map[string]func(context.Context, *filing.Tx) error{
		"place": func(ctx context.Context, tx *filing.Tx) error {
			return tx.Place(ctx, &d, []meeting.RequirementKey{deck("s1", "a")})
		},
		"amend": func(ctx context.Context, tx *filing.Tx) error { return tx.AmendRoster(ctx) },
	} {
		f := &faulty{Store: r.store, err: errFault}
		if err := filing.New(f, time.Now).Transact(t.Context(), r.roster.Meeting, "x", change); !errors.Is(err, errFault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A requirement counts with its session: without it, it is none that can be changed.
func TestRequirementWithoutItsSession(t *testing.T) {
	r := newRegistrar(t)
	r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		k := deck("s1", "a")
		must(t, tx.Read(ctx, store.RequirementKey("m", k)))
		if tx.StoredRequirement(k) == nil || tx.Requirement(k) != nil {
			t.Errorf("stored %v, asked for %v", tx.StoredRequirement(k), tx.Requirement(k))
		}
		must(t, tx.ReadRequirements(ctx, []meeting.RequirementKey{k}))
		if tx.Requirement(k) == nil {
			t.Error("it is not asked for")
		}
		return nil
	})
}

// What was read once is not read again, so that what was changed since stays changed.
func TestReadOnce(t *testing.T) {
	r := newRegistrar(t)
	d := r.file("x", 1, deck("s1", "a"))
	f := &faulty{Store: r.store, calls: 1000}
	must(t, filing.New(f, time.Now).Transact(t.Context(), r.roster.Meeting, "x", func(ctx context.Context, tx *filing.Tx) error {
		must(t, tx.Read(ctx, store.DocumentKey(d.ID), store.DocumentKey("none")))
		tx.Document(d.ID).Title = "changed"
		must(t, tx.Read(ctx, store.DocumentKey(d.ID), store.DocumentKey("none")))
		if got := tx.Document(d.ID).Title; got != "changed" || f.calls != 999 {
			t.Errorf("%q after %d calls", got, 1000-f.calls)
		}
		return nil
	}))
}

// A mail is put once, and to somebody.
func TestMailIsPutOnce(t *testing.T) {
	r := newRegistrar(t)
	for range 2 {
		r.transact(fmt.Sprint("x", len(r.mails())), func(ctx context.Context, tx *filing.Tx) error {
			must(t, tx.Read(ctx, store.MailKey("mail")))
			tx.Mail(meeting.Mail{ID: "mail", To: []string{"a@b.example"}})
			tx.Mail(meeting.Mail{ID: "to nobody"})
			return nil
		})
	}
	if all := r.mails(); len(all) != 1 || all[0].ID != "mail" || all[0].Cause != "x0" || all[0].Rev != 1 {
		t.Errorf("%+v", all)
	}
}

// An uploader hears what a decision made of a document: by the receipt when there was none, else by a mail of its own,
// in the uploader's language; who is unknown hears nothing.
func TestOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		told     meeting.Status
		uploader string
		want     string
	}{
		"told already":     {meeting.Review, "up@people.example", meeting.MailOutcome},
		"not told yet":     {"", "up@people.example", meeting.MailReceipt},
		"unknown":          {"", "", ""},
		"unknown, but was": {meeting.Review, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			d := document("x", 1, meeting.Presentation)
			d.NotifiedStatus, d.Status, d.Uploader = test.told, meeting.Rejected, meeting.Contact{Email: test.uploader, Language: "ar"}
			must(t, r.store.Commit(t.Context(), store.NewChanges(&d)))
			r.transact("x1", func(ctx context.Context, tx *filing.Tx) error {
				must(t, tx.Read(ctx, store.DocumentKey(d.ID)))
				got := tx.Document(d.ID)
				tx.MarkChanged(got)
				tx.SendOutcome(got)
				return nil
			})
			got, mails := r.document(d.ID), r.mails()
			if test.want == "" {
				if len(mails) != 0 || got.NotifiedStatus != test.told {
					t.Errorf("%d mails, told %q", len(mails), got.NotifiedStatus)
				}
				return
			}
			parts := []string{d.ID}
			if test.want == meeting.MailOutcome {
				parts = append(parts, "x1") // each decision has a mail of its own
			}
			want := []*meeting.Mail{{ID: meeting.MailID(test.want, parts...), Meeting: "m", Template: test.want, Language: "ar",
				To: []string{"up@people.example"}, Document: d.ID, Outcome: meeting.Rejected, Cause: "x1", Decided: nine, State: meeting.Pending, Rev: 1}}
			if d := cmp.Diff(want, mails); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if got.NotifiedStatus != meeting.Rejected {
				t.Errorf("told %q", got.NotifiedStatus)
			}
		})
	}
}

// An uploader who is known is not looked up.
func TestKnownUploaderStays(t *testing.T) {
	r := newRegistrar(t)
	r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		for _, d := range []meeting.Document{{Meeting: "m", LinkOwner: "a", Uploader: meeting.Contact{Email: "up@people.example"}}, {Meeting: "m"}} {
			before := d.Uploader
			must(t, tx.FindUploader(ctx, &d))
			if d.Uploader != before {
				t.Errorf("%+v became %+v", before, d.Uploader)
			}
		}
		return nil
	})
	// Nor does that need a request.
	f := &faulty{Store: r.store, calls: 0, err: errFault}
	must(t, filing.New(f, time.Now).Transact(t.Context(), r.roster.Meeting, "x", func(ctx context.Context, tx *filing.Tx) error {
		must(t, tx.FindUploader(ctx, &meeting.Document{Meeting: "m", LinkOwner: "a", Uploader: meeting.Contact{Email: "up@people.example"}}))
		must(t, tx.FindUploader(ctx, &meeting.Document{Meeting: "m"}))
		f.calls = 9
		return nil
	}))
}

// A document that is placed again forgets where it stood before, and keeps the places that it is given again.
func TestPlacedAgain(t *testing.T) {
	stale := func(d *meeting.Document) {
		d.Late, d.SupersededBy, d.Status = true, "another", meeting.Superseded
		d.Satisfies, d.FiledFor = []meeting.RequirementKey{deck("s2", "a")}, []meeting.RequirementKey{deck("s2", "a"), deck("s2", "b")}
	}
	place := func(r *registrar, d *meeting.Document, change func(*meeting.Document), keys ...meeting.RequirementKey) {
		r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
			must(r, tx.Read(ctx, store.DocumentKey(d.ID)))
			got := tx.Document(d.ID)
			change(got)
			return tx.Place(ctx, got, keys)
		})
	}
	t.Run("where it is in already", func(t *testing.T) {
		r := newRegistrar(t)
		d := r.file("x", 1, deck("s1", "a"))
		place(r, d, func(*meeting.Document) {}, deck("s1", "a"), deck("s2", "a"))
		r.stands(d, meeting.Filed, "", deck("s1", "a"), deck("s2", "a"))
	})
	t.Run("somewhere else", func(t *testing.T) {
		r := newRegistrar(t)
		d := r.submit(r.submission(document("x", 1, meeting.Presentation)))
		place(r, d, stale, deck("s1", "a"))
		r.stands(d, meeting.Filed, "", deck("s1", "a"))
		if got := r.document(d.ID); got.Late || len(got.FiledFor) != 1 {
			t.Errorf("late %v, filed for %v", got.Late, got.FiledFor)
		}
	})
	t.Run("nowhere", func(t *testing.T) {
		r := newRegistrar(t)
		d := r.submit(r.submission(document("x", 1, meeting.Presentation)))
		place(r, d, stale, deck("s1", "nobody"))
		got := r.document(d.ID)
		if got.Status != meeting.Review || got.Reason != meeting.ReasonNotRequired || len(got.Satisfies)+len(got.FiledFor) > 0 {
			t.Errorf("%+v", got.DocumentState)
		}
	})
}

// A document that was erased leaves its traces behind; what comes after it is not stopped by them.
func TestTracesOfWhatWasErased(t *testing.T) {
	t.Run("a new document takes its place", func(t *testing.T) {
		r := newRegistrar(t)
		q := r.requirement(deck("s1", "a"))
		q.Document = "erased"
		must(t, r.store.Commit(t.Context(), store.NewChanges(q)))
		r.stands(r.file("x", 1, deck("s1", "a")), meeting.Filed, "", deck("s1", "a"))
	})
	t.Run("a part of it is released", func(t *testing.T) {
		r := newRegistrar(t)
		d := r.submit(r.submission(document("x", 1, meeting.Presentation)))
		d.PartOf = "erased"
		must(t, r.store.Commit(t.Context(), store.NewChanges(d)))
		must(t, r.registry.Release(t.Context(), r.roster.Meeting, d.ID))
		r.stands(d, meeting.Withdrawn, "")
	})
	t.Run("a part was erased, and what it satisfied is another's", func(t *testing.T) {
		r := newRegistrar(t)
		d := r.file("x", 1, deck("s1", "a"))
		other := r.file("y", 2, deck("s2", "a"))
		d.Joined, d.Satisfies = []string{"erased"}, append(d.Satisfies, deck("s2", "a"), deck("s2", "nobody"))
		must(t, r.store.Commit(t.Context(), store.NewChanges(d)))
		must(t, r.registry.Release(t.Context(), r.roster.Meeting, d.ID))
		r.stands(d, meeting.Withdrawn, "")
		if q := r.requirement(deck("s2", "a")); q.Document != other.ID || q.State != meeting.Satisfied {
			t.Errorf("%+v", q)
		}
	})
}

// A document that is taken out says why, with its parts, and leaves nothing behind at its requirement.
func TestTakeOut(t *testing.T) {
	r := newRegistrar(t)
	whole, first, second := r.joined()
	whole.Title, whole.Parts = "A title", []meeting.Part{{From: 1, To: 2, Requirements: []meeting.RequirementKey{deck("s2", "a")}}}
	must(t, r.store.Commit(t.Context(), store.NewChanges(whole)))
	r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		must(t, tx.Read(ctx, store.DocumentKey(whole.ID)))
		d := tx.Document(whole.ID)
		must(t, tx.Place(ctx, d, []meeting.RequirementKey{deck("s1", "a"), deck("s2", "a")}))
		if q := tx.Requirement(deck("s2", "a")); q.Title != "A title" || q.Pages != "1-2" {
			t.Errorf("%+v", q)
		}
		return tx.TakeOut(ctx, d, "because")
	})
	for _, d := range []*meeting.Document{whole, first, second} {
		if got := r.document(d.ID); got.Status != meeting.Withdrawn || got.Reason != "because" {
			t.Errorf("%s is %s (%s)", d.Key, got.Status, got.Reason)
		}
	}
	want := meeting.RequirementState{State: meeting.Outstanding, LatestUpload: whole.Order(), Versions: []string{whole.Order()}}
	for _, k := range []meeting.RequirementKey{deck("s1", "a"), deck("s2", "a")} {
		if d := cmp.Diff(want, r.requirement(k).RequirementState); d != "" {
			t.Errorf("%s (-want +got):\n%s", k, d)
		}
	}
}

// Sessions that were removed are not among those of a meeting.
func TestSessionsOfATransaction(t *testing.T) {
	r := newRegistrar(t)
	r.roster.Sessions = r.roster.Sessions[:1]
	r.load()
	r.transact("x", func(ctx context.Context, tx *filing.Tx) error {
		all, err := tx.Sessions(ctx)
		must(t, err)
		if len(all) != 1 || all[0].ID != "s1" {
			t.Errorf("%+v", all)
		}
		return nil
	})
}

// Two states are one when they are stored alike.
func TestSameState(t *testing.T) {
	empty := meeting.DocumentState{Satisfies: []meeting.RequirementKey{}, Joined: []string{}}
	if !filing.SameState(empty, meeting.DocumentState{}) {
		t.Error("an empty list is something")
	}
	for i := range reflect.TypeFor[meeting.DocumentState]().NumField() {
		var other meeting.DocumentState
		fill(reflect.ValueOf(&other).Elem().Field(i), 1)
		if filing.SameState(other, meeting.DocumentState{}) {
			t.Errorf("%s makes no difference", reflect.TypeFor[meeting.DocumentState]().Field(i).Name)
		}
	}
}
