package sweep_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/functions/sweep"
	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
)

// The event as EventBridge sends it.
func TestRecordedSchedule(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	var report map[string]int
	e2e.InvokeRaw(t, w.Sweep, e2e.RecordedEvent(t, "sweep/schedule.json"), &report)
	if _, ok := report["uploads"]; !ok {
		t.Errorf("report %v", report)
	}
}

// A new roster's messages to intake are lost: the sweep finds the documents that it may know more of.
func TestDocumentsOfAnOlderRosterAreDrivenAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(o)
	w.DeliverMails()
	if r := w.RunSweep(); r != (sweep.Report{}) {
		t.Errorf("with nothing new: %+v", r)
	}
	file := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), time.Now())
	w.Send(w.Roster, w.Event(file))
	w.TakeQueued() // and they are lost
	if r := w.RunSweep(); r.Uploads != 1 {
		t.Errorf("%+v", r)
	}
	w.Drain()
	if d := w.Document(o); d.Status != meeting.Filed || !d.Time.Equal(e2e.Noon) {
		t.Errorf("%s (%s), of %v", d.Status, d.Reason, d.Time)
	}
}

// decision puts a decision into the bucket that no page has carried out.
func decision(t *testing.T, w *e2e.World, name string, d meeting.Decision) {
	t.Helper()
	_, err := w.Objects.PutDecision(t.Context(), "decisions/m/"+name, d)
	e2e.Must(t, err)
}

// A decision that cannot be carried out holds up nothing else, and is tried again; one that is refused is dealt with.
func TestDecisionsThatCannotBeCarriedOut(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	waive := meeting.Decision{Action: meeting.Waive, Meeting: "m", By: "Ms Staff", Reason: "ill", At: e2e.Noon,
		Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p1"}}
	refused, elsewhere := waive, waive
	refused.Requirement.Participant, elsewhere.Meeting = "p9", "none"
	decision(t, w, "1-refused.json", refused)
	decision(t, w, "2-elsewhere.json", elsewhere)
	key := "decisions/m/3-broken.json"
	_, err := w.S3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &w.Bucket, Key: &key, Body: strings.NewReader("{")})
	e2e.Must(t, err)
	decision(t, w, "4-good.json", waive)
	if r := w.RunSweep(); r.Decisions != 4 || r.Skipped != 2 {
		t.Errorf("%+v\n%s", r, w.Logs)
	}
	if q := w.Requirement("s1/presentation/p1"); q.State != meeting.Waived {
		t.Errorf("the good one was not carried out: %+v", q)
	}
	if r := w.RunSweep(); r.Decisions != 2 || r.Skipped != 2 {
		t.Errorf("again: %+v", r)
	}
	w.Check()
}

// While S3 or DynamoDB fails the run fails, and the next one finds everything.
func TestRunThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	for _, operation := range []string{"DynamoDB GetItem", "S3 ListObjectVersions", "DynamoDB BatchGetItem"} {
		w.Faults.Arm(faultinject.Fault{Operation: operation, Nth: 1, Err: faultinject.Throttled()})
		w.TrySweep()
		if w.Faults.Met() != 1 {
			t.Errorf("the sweep makes no %s", operation)
		}
		if uploads, _ := w.TakeQueued(); len(uploads) != 0 {
			t.Errorf("%s failed, and it drove %d uploads", operation, len(uploads))
		}
	}
	w.Faults.Arm()
	if r := w.RunSweep(); r.Uploads != 1 {
		t.Errorf("%+v", r)
	}
}

// An upload that is being read is not sent again; one whose reader has died is.
func TestSweepLeavesWhatIsBeingRead(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "x"), e2e.Noon)
	w.Put("incoming/m/drop/b.pptx", e2e.Deck("T", "x"), e2e.Noon)
	e2e.Must(t, w.Store.PutAttempt(t.Context(), &meeting.Attempt{Document: o.ID(), Until: time.Now().Add(time.Minute)}))
	if r := w.RunSweep(); r.Uploads != 1 {
		t.Errorf("while one is being read: %+v", r)
	}
	w.TakeQueued()
	w.ExpireAttempts()
	if r := w.RunSweep(); r.Uploads != 2 {
		t.Errorf("after its reader died: %+v", r)
	}
}
