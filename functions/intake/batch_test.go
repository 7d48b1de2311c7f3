package intake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// One bad message does not hold up the others of its batch, and S3's test event is fine.
func TestPartialBatch(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	test := []byte(`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2031-06-01T12:00:00.000Z","Bucket":"b","RequestId":"r","HostId":"h"}`)
	failed := w.Send(w.Intake, []byte("{"), test, w.Event(o), []byte(`{"neither":"nor"}`))
	if d := cmp.Diff([]string{"0", "3"}, failed); d != "" {
		t.Errorf("failed (-want +got):\n%s", d)
	}
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s", d.Status)
	}
}

// A version that is gone is no reason to try for ever.
func TestGone(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "x"), e2e.Noon)
	o.Version = "01J0000000000000000000000A"
	if failed := w.Send(w.Intake, w.Event(o)); len(failed) != 0 {
		t.Errorf("failed:\n%s", w.Logs)
	}
}
