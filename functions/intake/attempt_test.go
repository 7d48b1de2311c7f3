package intake_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/functions/sweep"
	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// reads counts how often a function reads an upload's bytes.
type reads struct {
	mu sync.Mutex
	n  map[string]int // by file name
}

func (r *reads) watch(c e2e.Call) {
	if in, ok := c.Input.(*s3.GetObjectInput); ok && strings.HasPrefix(aws.ToString(in.Key), "incoming/") {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.n[(*in.Key)[strings.LastIndex(*in.Key, "/")+1:]]++
	}
}

func (r *reads) of(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n[name]
}

// killed is the death of a function while it reads an upload.
func killed() faultinject.Fault {
	return faultinject.Fault{Operation: "S3 GetObject", Nth: 1, When: faultinject.After, Err: faultinject.ErrKilled, Kill: true}
}

// A document that has killed the function twice is set aside by a call that does not read it: staff see it, its sender is told once,
// its neighbours go through, and neither the sweep nor a new roster has it read again.
func TestKilledTwice(t *testing.T) {
	t.Parallel()
	seen := &reads{n: map[string]int{}}
	w := e2e.NewWith(t, e2e.Options{Watch: seen.watch})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.TakeIn(w.Put("incoming/m/drop/warm.pptx", e2e.Deck("T", "of nobody"), e2e.Noon)) // the roster's index is in memory from here on
	w.DeliverMails()
	folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	poison := w.Put(folder+"poison.pptx", e2e.Deck("Chains", "Amina Diallo"), time.Now())
	good := w.Put("incoming/m/drop/good.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	for n := 1; n <= 2; n++ {
		w.Faults.Arm(killed())
		w.SendTry(w.Intake, n, w.Event(poison), w.Event(good)) // one batch: the good one is never reached
		if !w.Faults.Killed() {
			t.Fatal("nothing was killed")
		}
		w.Faults.Arm()
		w.ExpireAttempts()
	}
	if failed := w.SendTry(w.Intake, 3, w.Event(poison), w.Event(good)); len(failed) > 0 {
		t.Fatalf("failed %v\n%s", failed, w.Logs)
	}
	if d := w.Document(good); d.Status != meeting.Filed {
		t.Errorf("its neighbour is %s", d.Status)
	}
	stuck := func(after string) {
		t.Helper()
		if d := w.Document(poison); d.Status != meeting.Review || d.Reason != meeting.ReasonStuck || len(d.Satisfies) > 0 {
			t.Errorf("%s it is %s (%s)", after, d.Status, d.Reason)
		}
		if n := seen.of("poison.pptx"); n != 2 {
			t.Errorf("%s it was read %d times", after, n)
		}
		var told int
		w.DeliverMails()
		for _, subject := range w.Subjects(meeting.MailReceipt) {
			if strings.Contains(subject, "poison.pptx") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s its sender was told %d times: %q", after, told, w.Subjects(meeting.MailReceipt))
		}
	}
	stuck("set aside,")
	if board := w.StaffPages(); !strings.Contains(board, "poison.pptx") || !strings.Contains(board, "something went wrong on our side") {
		t.Error("the board does not show it")
	}
	if r := w.RunSweep(); r != (sweep.Report{}) {
		t.Errorf("the sweep drives it: %+v", r)
	}
	// A new roster names its sender anew: the document is looked at, and not read.
	file := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Zainab), time.Now().Add(time.Second))
	w.Send(w.Roster, w.Event(file))
	w.Drain()
	stuck("after a roster")
	if r := w.RunSweep(); r != (sweep.Report{}) {
		t.Errorf("after a roster the sweep drives it: %+v", r)
	}
	// The cause is mended, and staff have it read again: by one button.
	if review := w.StaffPage("/meetings/m/review/" + poison.ID()); !strings.Contains(review, `value="read-again"`) {
		t.Errorf("there is no button:\n%s", review)
	}
	if status, page := w.SubmitDecision(url.Values{"action": {"read-again"}, "document": {poison.ID()}, "reason": {"mended"}}); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	if r := w.RunSweep(); r.Uploads != 1 {
		t.Errorf("the sweep does not drive it: %+v", r)
	}
	w.Drain()
	if d := w.Document(poison); d.Status != meeting.Filed || d.Reason != "" || d.Pages != 2 {
		t.Errorf("read again it is %s (%s), %d pages", d.Status, d.Reason, d.Pages)
	}
	w.Check()
}

// The same message twice at once, while the first call is at work or has just died, is not two deaths.
func TestTwoCallsAreNotTwoDeaths(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	for range 3 {
		w.Faults.Arm(killed())
		w.Send(w.Intake, w.Event(o))
		w.Faults.Arm()
	}
	w.ExpireAttempts() // the first call's time is over: one death
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	if open, err := w.Store.Attempts(t.Context(), 0); err != nil || len(open) > 0 {
		t.Errorf("%d attempts stay open, %v", len(open), err)
	}
}

// A failure that the call could tell of is not a death, however often it happens.
func TestFailuresAreNotDeaths(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	for range 4 {
		w.Faults.Arm(faultinject.Fault{Operation: "S3 GetObject", Nth: 1, Err: faultinject.Throttled()})
		if failed := w.Send(w.Intake, w.Event(o)); len(failed) != 1 {
			t.Fatal("it did not fail")
		}
		w.Faults.Arm()
	}
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
}

// A document whose reading takes all the time of a call, twice, is set aside.
func TestTimedOutTwice(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "0", Body: string(w.Event(o))}}})
	e2e.Must(t, err)
	for range 2 {
		w.Faults.Arm(faultinject.Fault{Operation: "S3 GetObject", Nth: 1, Delay: 2 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := w.Intake.Invoke(ctx, event)
		cancel()
		e2e.Must(t, err)
		w.Faults.Arm()
	}
	w.TakeIn(o)
	if d := w.Document(o); d.Reason != meeting.ReasonStuck {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	w.Check()
}

// A known document that kills the function when a new roster has it matched again stays as it is, and is left alone until the next.
func TestKilledByMatchingAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(o)
	before := w.Document(o)
	file := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), time.Now().Add(time.Second))
	w.Send(w.Roster, w.Event(file))
	w.TakeQueued()
	for range 2 {
		w.Faults.Arm(killed())
		w.Send(w.Intake, w.Event(o))
		w.Faults.Arm()
		w.ExpireAttempts()
	}
	w.TakeIn(o)
	d := w.Document(o)
	if d.Status != meeting.Review || d.Reason != before.Reason || d.RosterVersion == before.RosterVersion {
		t.Errorf("%s (%s), roster %s", d.Status, d.Reason, d.RosterVersion)
	}
	if r := w.RunSweep(); r.Uploads != 0 {
		t.Errorf("the sweep drives it again: %+v", r)
	}
}

// remove removes the objects under a prefix, all versions of them.
func remove(t *testing.T, w *e2e.World, prefix string) {
	t.Helper()
	all, _, err := w.Objects.Versions(t.Context(), prefix, "", 1)
	e2e.Must(t, err)
	for _, o := range all {
		e2e.Must(t, w.Objects.Delete(t.Context(), o))
	}
}

// A roster's index that is not there is made again from the roster's files; no upload is acknowledged without a record.
func TestIndexGone(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	m, err := w.Store.Meeting(t.Context(), "m")
	e2e.Must(t, err)
	var before, after meeting.Roster
	e2e.Must(t, w.Objects.GetJSON(t.Context(), m.Index, &before))
	remove(t, w, m.Index)
	o := w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	e2e.Must(t, w.Objects.GetJSON(t.Context(), m.Index, &after))
	if x, y := mustJSON(t, before), mustJSON(t, after); x != y {
		t.Errorf("the index was\n%s\nand is\n%s", x, y)
	}
}

// Where neither index nor roster files are there any more, uploads fail and are stuck: none is taken for done.
func TestIndexAndFilesGone(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	m, err := w.Store.Meeting(t.Context(), "m")
	e2e.Must(t, err)
	remove(t, w, m.Index)
	remove(t, w, "roster/m/")
	o := w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	for n := 1; n <= 5; n++ {
		if failed := w.SendTry(w.Intake, n, w.Event(o)); len(failed) != 1 {
			t.Errorf("time %d: acknowledged", n)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	e2e.Must(t, err)
	return string(b)
}

// A text that is not there any more is read again from the original. Where that is gone too, the document stays as it is; neither is
// driven for ever.
func TestTextGone(t *testing.T) {
	t.Parallel()
	for name, original := range map[string]bool{"the original is there": true, "the original is gone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
			o := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
			w.TakeIn(o)
			w.DeliverMails()
			before := w.Document(o)
			remove(t, w, before.Text)
			if !original {
				e2e.Must(t, w.Objects.Delete(t.Context(), o))
			}
			file := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), time.Now().Add(time.Second))
			w.Send(w.Roster, w.Event(file))
			w.Drain() // which demands that nothing fails
			d := w.Document(o)
			if want := map[bool]meeting.Status{true: meeting.Filed, false: meeting.Review}[original]; d.Status != want || d.RosterVersion == before.RosterVersion {
				t.Errorf("%s (%s) by roster %s", d.Status, d.Reason, d.RosterVersion)
			}
			var text any
			if err := w.Objects.GetJSON(t.Context(), d.Text, &text); original && err != nil {
				t.Errorf("its text: %v", err)
			}
			w.DeliverMails()
			if r := w.RunSweep(); r.Uploads != 0 {
				t.Errorf("the sweep drives it: %+v", r)
			}
		})
	}
}

// Only an upload whose own version is gone is acknowledged without a record.
func TestVersionGone(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	o := w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	event := w.Event(o)
	e2e.Must(t, w.Objects.Delete(t.Context(), o))
	if failed := w.Send(w.Intake, event); len(failed) > 0 {
		t.Errorf("a version that is gone fails\n%s", w.Logs)
	}
	if !strings.Contains(w.Logs.String(), "object version is gone") {
		t.Errorf("the log is silent:\n%s", w.Logs)
	}
}

// A document in review that fails each time it is matched again is left alone until the roster changes once more.
func TestFailsWhenMatchedAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(o)
	w.DeliverMails()
	file := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), time.Now().Add(time.Second))
	w.Send(w.Roster, w.Event(file))
	w.TakeQueued()
	for n := 1; n <= 5; n++ {
		w.Faults.Arm(faultinject.Fault{Operation: "S3 GetObject", Nth: 1, Err: faultinject.Throttled()})
		if failed := w.SendTry(w.Intake, n, w.Event(o)); len(failed) != 1 {
			t.Fatalf("time %d: it did not fail", n)
		}
		w.Faults.Arm()
	}
	if r := w.RunSweep(); r.Uploads != 0 {
		t.Errorf("the sweep drives it: %+v", r)
	}
}

// Who runs the stack has a stuck document read again by the sweep, at once.
func TestReadAgainByHand(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	e2e.Must(t, w.Store.PutAttempt(t.Context(), &meeting.Attempt{Document: o.ID(), Deaths: 2}))
	w.TakeIn(o)
	if d := w.Document(o); d.Reason != meeting.ReasonStuck {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	w.ReadAgain(o.ID())
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
}
