package filing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// A document that is released counts nowhere any more, and nobody is written to; what it satisfied is outstanding.
func TestRelease(t *testing.T) {
	r := newRegistrar(t)
	r.roster.Meeting.MaterialsDue = nine
	d := r.file("x", 1, deck("s1", "a"), deck("s2", "a"))
	mails := len(r.mails())
	before := r.session("s1")
	must(t, r.registry.Release(t.Context(), r.roster.Meeting, d.ID))
	r.stands(d, meeting.Withdrawn, "")
	if got := r.document(d.ID); got.Reason != "" || len(got.FiledFor) != 2 {
		t.Errorf("%s for %v", got.Reason, got.FiledFor)
	}
	want := meeting.RequirementState{State: meeting.Outstanding, LatestUpload: d.Order(), Versions: []string{d.Order()}}
	for _, k := range []meeting.RequirementKey{deck("s1", "a"), deck("s2", "a")} {
		if d := cmp.Diff(want, r.requirement(k).RequirementState); d != "" {
			t.Errorf("%s (-want +got):\n%s", k, d)
		}
	}
	if s := r.session("s1"); s.Outstanding != before.Outstanding+1 || s.Late != 0 || before.Late != 1 {
		t.Errorf("%+v", s)
	}
	if n := len(r.mails()); n != mails {
		t.Errorf("%d mails, then %d", mails, n)
	}
	// A missing session needs no release.
	everything := r.everything()
	must(t, r.registry.Release(t.Context(), r.roster.Meeting, "nothing"))
	if d := cmp.Diff(everything, r.everything()); d != "" {
		t.Errorf("releasing nothing changed:\n%s", d)
	}
}

// joined files a document and joins two others to it, as decisions of staff do.
func (r *registrar) joined() (whole, first, second *meeting.Document) {
	r.Helper()
	whole = r.file("whole", 1, deck("s1", "a"))
	first = r.submit(r.submission(document("first", 2, meeting.Presentation)))
	second = r.submit(r.submission(document("second", 3, meeting.Presentation)))
	whole.Joined = []string{first.ID, second.ID}
	for _, part := range []*meeting.Document{first, second} {
		part.Status, part.Reason, part.PartOf = meeting.Filed, "", whole.ID
	}
	must(r, r.store.Commit(r.Context(), store.NewChanges(whole, first, second)))
	return whole, first, second
}

// Parts go with the document that they were joined to, and one part goes alone.
func TestPartsGoAlong(t *testing.T) {
	t.Run("superseded", func(t *testing.T) {
		r := newRegistrar(t)
		whole, first, second := r.joined()
		young := r.file("young", 9, deck("s1", "a"))
		for _, d := range []*meeting.Document{whole, first, second} {
			r.stands(d, meeting.Superseded, young.ID)
		}
	})
	t.Run("released", func(t *testing.T) {
		r := newRegistrar(t)
		whole, first, second := r.joined()
		must(t, r.registry.Release(t.Context(), r.roster.Meeting, whole.ID))
		for _, d := range []*meeting.Document{whole, first, second} {
			r.stands(d, meeting.Withdrawn, "")
		}
	})
	t.Run("one part is released", func(t *testing.T) {
		r := newRegistrar(t)
		whole, first, second := r.joined()
		must(t, r.registry.Release(t.Context(), r.roster.Meeting, first.ID))
		r.stands(whole, meeting.Filed, "", deck("s1", "a"))
		r.stands(first, meeting.Withdrawn, "")
		r.stands(second, meeting.Filed, "")
		if d := cmp.Diff([]string{second.ID}, r.document(whole.ID).Joined); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if got := r.document(first.ID).PartOf; got != "" {
			t.Errorf("it is a part of %s still", got)
		}
		if q := r.requirement(deck("s1", "a")); q.Document != whole.ID {
			t.Errorf("%+v", q)
		}
	})
}

// Once a roster knows who sent a document by ticket, that person hears what became of it, once.
func TestUnchanged(t *testing.T) {
	r := newRegistrar(t)
	d := r.unknownUploader()
	if n := len(r.mails()); n != 0 {
		t.Fatalf("%d mails", n)
	}
	got, err := r.registry.Unchanged(t.Context(), r.roster.Meeting, "2", d.ID)
	must(t, err)
	want := *d
	want.Uploader, want.NotifiedStatus, want.RosterVersion, want.Rev = meeting.Contact{Email: "a@people.example", Language: "en"}, meeting.Rejected, "2", 2
	if d := cmp.Diff(&want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	receipt := &meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, d.ID), Meeting: "m", Template: meeting.MailReceipt, Language: "en",
		To: []string{"a@people.example"}, Document: d.ID, Outcome: meeting.Rejected, Cause: d.ID, Decided: nine, State: meeting.Pending, Rev: 1}
	if d := cmp.Diff([]*meeting.Mail{receipt}, r.mails()); d != "" {
		t.Errorf("mails (-want +got):\n%s", d)
	}
	before := r.everything()
	_, err = r.registry.Unchanged(t.Context(), r.roster.Meeting, "3", d.ID)
	must(t, err)
	if d := cmp.Diff(before, r.everything()); d != "" {
		t.Errorf("told again:\n%s", d)
	}
	if got, err := r.registry.Unchanged(t.Context(), r.roster.Meeting, "3", "nothing"); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// A document in review that a roster changes nothing in waits for the next one, and is told of once.
func TestUnchangedInReview(t *testing.T) {
	r := newRegistrar(t)
	d := r.unknownUploader()
	d.Status, d.Reason = meeting.Review, meeting.ReasonStuck
	must(t, r.store.Commit(t.Context(), store.NewChanges(d)))
	for i, version := range []string{"2", "3", "3"} {
		got, err := r.registry.Unchanged(t.Context(), r.roster.Meeting, version, d.ID)
		must(t, err)
		if got.RosterVersion != version || got.Status != meeting.Review || got.Reason != meeting.ReasonStuck || got.NotifiedStatus != meeting.Review || len(r.mails()) != 1 {
			t.Errorf("time %d: %+v, %d mails", i, got, len(r.mails()))
		}
	}
}

// A sender without an address on the roster hears nothing; the version is noted all the same.
func TestNotifyNobody(t *testing.T) {
	for name, change := range map[string]func(*registrar, *meeting.Document){
		"not on the roster": func(_ *registrar, d *meeting.Document) { d.LinkOwner = "zz" },
		"no ticket":         func(_ *registrar, d *meeting.Document) { d.LinkOwner = "" },
		"without an address": func(r *registrar, _ *meeting.Document) {
			r.roster.Participants[0].Email = ""
			r.load()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			d := r.unknownUploader()
			change(r, d)
			must(t, r.store.Commit(t.Context(), store.NewChanges(d)))
			got, err := r.registry.Unchanged(t.Context(), r.roster.Meeting, "2", d.ID)
			must(t, err)
			if got.NotifiedStatus != "" || got.Uploader != (meeting.Contact{}) || got.RosterVersion != "2" || len(r.mails()) != 0 {
				t.Errorf("%+v, %d mails", got, len(r.mails()))
			}
		})
	}
}
