package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/queue"
	"dossier/internal/ticket"
)

// A document that fails each time is in the staff's sight before its message goes to the dead letters; the others of its batch go
// through; when the cause is gone and the message is driven again, it is filed like any other, and its sender hears so.
func TestPoison(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	poison := w.Put(folder+"poison.pptx", e2e.Deck("Chains", "Amina Diallo"), time.Now())
	// Its text can never be stored.
	broken := faultinject.Fault{Operation: "S3 PutObject", Nth: 1, Err: faultinject.Throttled()}
	for n := 1; n <= queue.MaxReceives; n++ {
		good := w.Put(fmt.Sprintf("incoming/m/drop/%d.pptx", n), e2e.Deck(fmt.Sprint("Banks ", n), "Kofi Mensah"), e2e.Noon.Add(time.Duration(n)*time.Second))
		w.Faults.Arm(broken)
		if failed := w.SendTry(w.Intake, n, w.Event(poison), w.Event(good)); len(failed) != 1 || failed[0] != "0" {
			t.Fatalf("time %d: failed %v\n%s", n, failed, w.Logs)
		}
		w.Faults.Arm()
		if d := w.Document(good); d.Status != meeting.Filed {
			t.Errorf("its neighbour is %s", d.Status)
		}
	}
	d := w.Document(poison)
	if d.Status != meeting.Review || d.Reason != meeting.ReasonStuck || len(d.Satisfies) > 0 {
		t.Fatalf("it is %s (%s)", d.Status, d.Reason)
	}
	if board := w.StaffPages(); !strings.Contains(board, "poison.pptx") || !strings.Contains(board, "something went wrong on our side") {
		t.Error("the board does not show it")
	}
	if got := w.Subjects(meeting.MailReview); len(got) != 1 {
		t.Errorf("staff got %v", got)
	}
	if got := strings.Join(w.Subjects(meeting.MailReceipt), "; "); !strings.Contains(got, "poison.pptx") {
		t.Errorf("its sender was not told: %s", got)
	}
	w.RunSweep() // does not drive it: nothing has changed
	w.Drain()
	if d := w.Document(poison); d.Reason != meeting.ReasonStuck {
		t.Errorf("the sweep made it %s (%s)", d.Status, d.Reason)
	}
	w.Check()
	// Driven again from the dead letters, after the fix.
	if failed := w.SendTry(w.Intake, 1, w.Event(poison)); len(failed) > 0 {
		t.Fatalf("driven again it fails\n%s", w.Logs)
	}
	if d := w.Document(poison); d.Status != meeting.Filed || d.Reason != "" || d.Pages != 2 {
		t.Errorf("driven again it is %s (%s), %d pages", d.Status, d.Reason, d.Pages)
	}
	w.Check()
}

// A function whose time runs out while it reads stops by itself: nothing is half filed, and the document comes again.
func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	// S3 is slow, as on a bad day.
	w.Faults.Arm(faultinject.Fault{Operation: "S3 GetObject", Nth: 1, Delay: 2 * time.Second})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "0", Body: string(w.Event(o))}}})
	e2e.Must(t, err)
	began := time.Now()
	out, err := w.Intake.Invoke(ctx, event)
	e2e.Must(t, err)
	if !strings.Contains(string(out), `"itemIdentifier":"0"`) || time.Since(began) > time.Second {
		t.Errorf("after %v: %s", time.Since(began), out)
	}
	if r := w.Requirement("s1/presentation/p1"); r.State != meeting.Outstanding {
		t.Errorf("half filed: %+v", r)
	}
	w.Faults.Arm()
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s", d.Status)
	}
	w.Check()
}
