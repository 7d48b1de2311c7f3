package sweep_test

import (
	"context"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// The sweep finds uploads, roster files and decisions whose event was lost, and mails that nobody sent.
func TestSweep(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	now := time.Now()
	w.Put("roster/m/meeting.yaml", []byte(e2e.MeetingYAML("s1")), now)
	w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), now)
	a := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), now)
	b := w.Put("incoming/odd place.pptx", e2e.Deck("T", "Amina Diallo"), now)
	if r := w.RunSweep(); r.Uploads != 2 || r.Rosters != 2 || r.Skipped != 0 {
		t.Fatalf("first sweep: %+v\n%s", r, w.Logs)
	}
	w.Drain()
	w.RunSweep()
	w.Drain()
	if d := w.Document(a); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	if d := w.Document(b); d.Status != meeting.Review {
		t.Errorf("one put where no upload belongs is %s", d.Status)
	}
	d := meeting.Decision{Action: meeting.Waive, Meeting: "m", Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p2"}, By: "x", Reason: "ill", At: now}
	_, err := w.Objects.PutDecision(context.Background(), "decisions/m/1.json", d)
	e2e.Must(t, err)
	if r := w.RunSweep(); r.Decisions != 1 || r.Uploads != 0 || r.Rosters != 0 || r.Mails == 0 {
		t.Errorf("second sweep: %+v", r)
	}
	if s := w.Session("s1"); !s.Complete {
		t.Errorf("%+v", s)
	}
	w.DeliverMails()
	if r := w.RunSweep(); r.Decisions+r.Uploads+r.Rosters+r.Mails != 0 {
		t.Errorf("after all is done it still drives: %+v", r)
	}
	w.Check()
}

// The sweep goes on where it stopped, so that one run costs the same however full the bucket is.
func TestSweepCursor(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	e2e.Must(t, w.Store.SetCursor(context.Background(), "incoming/", "incoming/m/drop/b.pptx\n"))
	w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "x"), e2e.Noon)
	w.Put("incoming/m/drop/c.pptx", e2e.Deck("T", "x"), e2e.Noon)
	if r := w.RunSweep(); r.Uploads != 1 {
		t.Errorf("from the cursor on: %+v", r)
	}
	if r := w.RunSweep(); r.Uploads != 2 {
		t.Errorf("from the beginning again: %+v", r)
	}
}

// Original files are deleted a number of days after their upload, also those that a newer version replaced. The records of
// documents stay in the table.
func TestOriginalsAreForgotten(t *testing.T) {
	t.Parallel()
	for days, gone := range map[int]bool{0: false, 1: false, -1: true} {
		w := e2e.NewWith(t, e2e.Options{RetentionDays: days})
		w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
		var all []meeting.Object
		for i, title := range []string{"Old", "New"} { // under one key
			o := w.Put("incoming/m/drop/a.pptx", e2e.Deck(title, "Amina Diallo"), e2e.Noon.Add(time.Duration(i)*time.Second))
			w.TakeIn(o)
			all = append(all, o)
		}
		r := w.RunSweep()
		if want := map[bool]int{true: 2}[gone]; r.Forgotten != want || r.Uploads != 0 {
			t.Errorf("after %d days: %+v", days, r)
		}
		for prefix, want := range map[string]int{"incoming/": map[bool]int{false: 2}[gone], "roster/": 2, "text/": 2} {
			if left, err := w.Objects.AllVersions(t.Context(), prefix); err != nil || len(left) != want {
				t.Errorf("after %d days, under %s: %d versions, %v", days, prefix, len(left), err)
			}
		}
		if d := w.Document(all[1]); d.Status != meeting.Filed {
			t.Errorf("after %d days it is %s", days, d.Status)
		}
		if r := w.RunSweep(); r.Forgotten+r.Uploads+r.Skipped != 0 {
			t.Errorf("a second run: %+v", r)
		}
	}
}
