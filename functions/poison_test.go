package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"dossier/infra/inject"
	"dossier/internal/meeting"
	"dossier/internal/queue"
	"dossier/internal/ticket"
)

// A document that fails each time is in the staff's sight before its message goes to the dead letters; the others of its batch go
// through; when the cause is gone and the message is driven again, it is filed like any other, and its sender hears so.
func TestPoison(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	token := w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	poison := w.put("incoming/m/"+token+"/poison.pptx", deck("Chains", "Amina Diallo"), time.Now())
	// Its text can never be stored.
	broken := inject.Fault{Operation: "S3 PutObject", Nth: 1, Err: inject.Throttled()}
	for n := 1; n <= queue.MaxReceives; n++ {
		good := w.put(fmt.Sprintf("incoming/m/drop/%d.pptx", n), deck(fmt.Sprint("Banks ", n), "Kofi Mensah"), noon.Add(time.Duration(n)*time.Second))
		w.faults.Arm(broken)
		if failed := w.receive(w.intake, n, w.event(poison), w.event(good)); len(failed) != 1 || failed[0] != "0" {
			t.Fatalf("time %d: failed %v\n%s", n, failed, w.logs)
		}
		w.faults.Arm()
		if d := w.document(good); d.Status != meeting.Filed {
			t.Errorf("its neighbour is %s", d.Status)
		}
	}
	d := w.document(poison)
	if d.Status != meeting.Review || d.Reason != meeting.ReasonStuck || len(d.Serves) > 0 {
		t.Fatalf("it is %s (%s)", d.Status, d.Reason)
	}
	if board := w.board(); !strings.Contains(board, "poison.pptx") || !strings.Contains(board, "something went wrong on our side") {
		t.Error("the board does not show it")
	}
	if got := w.subjects(meeting.MailReview); len(got) != 1 {
		t.Errorf("staff got %v", got)
	}
	if got := strings.Join(w.subjects(meeting.MailReceipt), "; "); !strings.Contains(got, "poison.pptx") {
		t.Errorf("its sender was not told: %s", got)
	}
	w.runSweep() // does not drive it: nothing has changed
	w.drain()
	if d := w.document(poison); d.Reason != meeting.ReasonStuck {
		t.Errorf("the sweep made it %s (%s)", d.Status, d.Reason)
	}
	w.check()
	// Driven again from the dead letters, after the fix.
	if failed := w.receive(w.intake, 1, w.event(poison)); len(failed) > 0 {
		t.Fatalf("driven again it fails\n%s", w.logs)
	}
	if d := w.document(poison); d.Status != meeting.Filed || d.Reason != "" || d.Pages != 2 {
		t.Errorf("driven again it is %s (%s), %d pages", d.Status, d.Reason, d.Pages)
	}
	w.check()
}

// A function whose time runs out while it reads stops by itself: nothing is half filed, and the document comes again.
func TestTimeRunsOut(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	o := w.put("incoming/m/drop/a.pptx", deck("Chains", "Amina Diallo"), noon)
	// S3 is slow, as on a bad day.
	w.faults.Arm(inject.Fault{Operation: "S3 GetObject", Nth: 1, Delay: 2 * time.Second})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "0", Body: string(w.event(o))}}})
	must(t, err)
	began := time.Now()
	out, err := w.intake.Invoke(ctx, event)
	must(t, err)
	if !strings.Contains(string(out), `"itemIdentifier":"0"`) || time.Since(began) > time.Second {
		t.Errorf("after %v: %s", time.Since(began), out)
	}
	if r := w.requirement("s1/presentation/p1"); r.State != meeting.Outstanding {
		t.Errorf("half filed: %+v", r)
	}
	w.faults.Arm()
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Filed {
		t.Errorf("%s", d.Status)
	}
	w.check()
}
