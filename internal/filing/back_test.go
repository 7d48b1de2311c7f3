package filing_test

import (
	"context"
	"testing"
	"time"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// takeOut withdraws a document, as staff do.
func (r *registrar) takeOut(id string) {
	r.Helper()
	must(r, r.registry.Transact(r.Context(), r.roster.Meeting, id, func(ctx context.Context, tx *filing.Tx) error {
		if err := tx.Read(ctx, store.DocumentKey(id)); err != nil {
			return err
		}
		if err := tx.TakeOut(ctx, tx.Document(id), "taken back"); err != nil {
			return err
		}
		_, err := tx.UpdateDelegations(ctx)
		return err
	}))
}

// When a version goes, the one before it counts again, at its own time, in any order of arrival. One that has gone itself
// is passed over.
func TestVersionBeforeCountsAgain(t *testing.T) {
	k := deck("s1", "a")
	for name, order := range map[string][]int{"as uploaded": {1, 2, 3}, "the newest first": {3, 1, 2}, "the oldest last": {2, 3, 1}} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			r.roster.Meeting.MaterialsDue = nine.Add(90 * time.Second) // the second and the third are late
			d := map[int]*meeting.Document{}
			for _, i := range order {
				d[i] = r.file(string(rune('0'+i)), i, k)
			}
			r.stands(d[3], meeting.Filed, "", k)
			r.takeOut(d[3].ID)
			r.stands(d[2], meeting.Filed, "", k)
			if q := r.requirement(k); q.State != meeting.Satisfied || q.Document != d[2].ID || q.FileName != "2.pdf" || !q.Late || q.LatestUpload != d[3].Order() {
				t.Errorf("%+v", q)
			}
			r.takeOut(d[1].ID) // which has no place
			if got := r.document(d[1].ID); got.Status != meeting.Withdrawn {
				t.Errorf("the first is %s", got.Status)
			}
			r.takeOut(d[2].ID)
			if q := r.requirement(k); q.State != meeting.Outstanding || q.Document != "" {
				t.Errorf("%+v", q)
			}
		})
	}
}

// At its own time: a version that was in time is not late because a later one was.
func TestVersionBeforeIsInTime(t *testing.T) {
	k := deck("s1", "a")
	r := newRegistrar(t)
	r.roster.Meeting.MaterialsDue = nine.Add(90 * time.Second)
	first, second := r.file("1", 1, k), r.file("2", 2, k)
	if q := r.requirement(k); !q.Late {
		t.Fatalf("%+v", q)
	}
	complete := r.session("s1").Complete
	r.takeOut(second.ID)
	r.stands(first, meeting.Filed, "", k)
	if q, s := r.requirement(k), r.session("s1"); q.Late || s.Late != 0 || s.Complete != complete {
		t.Errorf("%+v, %+v", q, s)
	}
}

// A document that has lost one of its places has it again, beside the other.
func TestPlaceOfTwoCountsAgain(t *testing.T) {
	one, two := deck("s1", "a"), deck("s2", "a")
	r := newRegistrar(t)
	both, newer := r.file("both", 1, one, two), r.file("newer", 2, two)
	r.stands(both, meeting.Filed, "", one)
	r.takeOut(newer.ID)
	r.stands(both, meeting.Filed, "", one, two)
}

// A document that was filed elsewhere, joined to another or rejected since does not come back.
func TestOnlyWhatCountsComesBack(t *testing.T) {
	k, other := deck("s1", "a"), deck("s2", "a")
	for name, change := range map[string]func(*meeting.Document){
		"filed elsewhere": func(d *meeting.Document) { d.FiledFor = []meeting.RequirementKey{other} },
		"a part now":      func(d *meeting.Document) { d.PartOf = "another" },
		"rejected":        func(d *meeting.Document) { d.Status = meeting.Rejected },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			first, second := r.file("1", 1, k), r.file("2", 2, k)
			must(t, r.registry.Transact(t.Context(), r.roster.Meeting, first.ID, func(ctx context.Context, tx *filing.Tx) error {
				must(t, tx.Read(ctx, store.DocumentKey(first.ID)))
				d := tx.Document(first.ID)
				tx.MarkChanged(d)
				change(d)
				return nil
			}))
			r.takeOut(second.ID)
			if q := r.requirement(k); q.State != meeting.Outstanding || q.Document != "" {
				t.Errorf("%+v", q)
			}
		})
	}
}

// Only as many versions are remembered as an item can hold.
func TestVersionsAreBounded(t *testing.T) {
	var r meeting.RequirementState
	var newest string
	for i := range 50 {
		d := document(string(rune('a'+i%26)), (i*7)%50, meeting.Presentation)
		r.AddVersion(d.Order())
		r.AddVersion(d.Order())
		newest = max(newest, d.Order())
	}
	if len(r.Versions) != 20 || r.Versions[0] != newest || r.LatestUpload != newest {
		t.Errorf("%d versions, %s first", len(r.Versions), r.Versions[0])
	}
}
