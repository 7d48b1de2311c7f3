package feedback_test

import (
	"context"
	"testing"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// The events as SES and EventBridge send them.
func TestRecordedEvents(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	mail := &meeting.Mail{ID: "receipt-41177a0f9056bc0323a2f118", Meeting: e2e.SampleMeeting, Template: meeting.MailReceipt, Language: "fr",
		To: []string{"aissatou.ndiaye@regm.example"}, Outcome: meeting.Filed, State: meeting.Sent, Decided: e2e.Noon}
	e2e.Must(t, w.Store.PutMail(t.Context(), mail))
	for _, file := range []string{"feedback/bounce.json", "feedback/complaint.json"} {
		if _, err := w.Feedback.Invoke(context.Background(), e2e.RecordedEvent(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	list, err := w.Store.Suppressed(t.Context(), 10)
	if err != nil || len(list) != 1 || list[0].Address != "grace@people.example" || list[0].Suppressed != meeting.Bounced {
		t.Errorf("after the bounce: %+v %v", list, err)
	}
	if m, err := w.Store.Mail(t.Context(), mail.ID); err != nil || m.State != meeting.Failed {
		t.Errorf("the mail that came back is %+v %v", m, err)
	}
}
