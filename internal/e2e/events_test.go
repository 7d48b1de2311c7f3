package e2e_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

func TestRecordedEvents(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	file := func(name string) []byte {
		data, err := os.ReadFile(e2e.ProjectFile("infra/local/sample", name))
		e2e.Must(t, err)
		return data
	}
	var answer events.SQSEventResponse
	succeed := func(h lambda.Handler, event []byte) {
		t.Helper()
		answer = events.SQSEventResponse{}
		e2e.InvokeRaw(t, h, event, &answer)
		if len(answer.BatchItemFailures) > 0 {
			t.Fatalf("failures %v\n%s", answer.BatchItemFailures, w.Logs)
		}
	}
	succeed(w.Roster, e2e.RecordedEvent(t, "roster/test-event.json"))
	succeed(w.Intake, e2e.RecordedEvent(t, "intake/test-event.json"))

	y := w.Put("roster/regm-africa-2021/meeting.yaml", file("roster/meeting.yaml"), e2e.Noon)
	c := w.Put("roster/regm-africa-2021/participants.csv", file("roster/participants.csv"), e2e.Noon)
	succeed(w.Roster, e2e.RecordedEvent(t, "roster/files.json", e2e.RecordedBucket, w.Bucket, "3HL4kqtJvjVBH40Nrjfkd", y.Version, "3HL4kqtJvjVBH40Nrjfke", c.Version))
	if m, err := w.Store.Meeting(context.Background(), e2e.SampleMeeting); err != nil || m.Title == "" {
		t.Fatalf("the meeting is not loaded: %v", err)
	}

	deckData := file("incoming/presentation_finale_v3 (2).pptx")
	for _, test := range []struct{ file, key, version string }{
		{"intake/upload.json", "incoming/regm-africa-2021/drop/presentation_finale_v3 (2).pptx", "096fKKXTRTtl3on89fVO.nfljtsv6qko"},
		{"intake/percent-encoded.json", "incoming/regm-africa-2021/drop/Présentation Aïssatou N’Diaye + notes.pptx", "L4kqtJlcpXroDTDmpUMLUo"},
	} {
		o := w.Put(test.key, deckData, e2e.Noon)
		succeed(w.Intake, e2e.RecordedEvent(t, test.file, e2e.RecordedBucket, w.Bucket, test.version, o.Version))
		d := w.Document(o)
		if d.Meeting != e2e.SampleMeeting || len(d.FiledFor) != 1 || d.FiledFor[0].Participant != "p07" {
			t.Errorf("%s: %s (%s) for %v", test.file, d.Status, d.Reason, d.FiledFor)
		}
		if want := time.Date(2021, 6, 14, 16, 31, 7, 482e6, time.UTC); !d.Time.Equal(want) {
			t.Errorf("%s: uploaded at %v, the event says %v", test.file, d.Time, want)
		}
	}

	o := w.Put("incoming/regm-africa-2021/drop/presentation finale v3.pptx", deckData, e2e.Noon)
	succeed(w.Intake, e2e.RecordedEvent(t, "intake/scan-result.json", e2e.RecordedBucket, w.Bucket, "d41d8cd98f00b204e9800998eEXAMPLE", o.Version))
	if d := w.Document(o); d.Meeting != e2e.SampleMeeting || d.Size != int64(len(deckData)) || time.Since(d.Time) > time.Minute {
		t.Errorf("after its scan: %s, %d bytes, uploaded at %v", d.Status, d.Size, d.Time)
	}

	mail := &meeting.Mail{ID: "receipt-41177a0f9056bc0323a2f118", Meeting: e2e.SampleMeeting, Template: meeting.MailReceipt, Language: "fr", To: []string{"aissatou.ndiaye@regm.example"},
		Document: "d", Outcome: meeting.Filed, State: meeting.Pending, Decided: e2e.Noon}
	e2e.Must(t, w.Store.Commit(context.Background(), store.NewChanges(mail, &meeting.Document{ID: "d",
		Meeting:       e2e.SampleMeeting,
		FileName:      "x.pptx",
		DocumentState: meeting.DocumentState{Status: meeting.Filed}})))
	var streamed events.DynamoDBEventResponse
	e2e.InvokeRaw(t, w.Deliver, e2e.RecordedEvent(t, "deliver/outbox-insert.json"), &streamed)
	if len(streamed.BatchItemFailures) > 0 || w.Mails()[mail.ID] == nil {
		t.Errorf("the recorded stream event sent nothing: %+v", streamed)
	}

	for _, file := range []string{"feedback/bounce.json", "feedback/complaint.json"} {
		if _, err := w.Feedback.Invoke(context.Background(), e2e.RecordedEvent(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if list, err := w.Store.Suppressed(context.Background(), 10); err != nil || len(list) != 1 || list[0].Address != "grace@people.example" || list[0].Suppressed != meeting.Bounced {
		t.Errorf("after the bounce: %+v %v", list, err)
	}
	if m, err := w.Store.Mail(context.Background(), mail.ID); err != nil || m.State != meeting.Failed {
		t.Errorf("the mail that came back is %+v %v", m, err)
	}

	// Whoever is on the roster is not erased: the recorded request is refused in words that say what to do.
	if out, err := w.Erase.Invoke(context.Background(), e2e.RecordedEvent(t, "erase/person.json")); err != nil || !strings.Contains(string(out), "take the line out of participants.csv first") {
		t.Errorf("erase: %s %v", out, err)
	}

	var report map[string]int
	e2e.InvokeRaw(t, w.Sweep, e2e.RecordedEvent(t, "sweep/schedule.json"), &report)
	if _, ok := report["uploads"]; !ok {
		t.Errorf("report %v", report)
	}
}
