package roster_test

import (
	"testing"

	"dossier/internal/e2e"
)

// The events as S3 and SQS send them: the test event that S3 sends once, and one for each of two files.
func TestRecordedEvents(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.Accept(w.Roster, e2e.RecordedEvent(t, "roster/test-event.json"))
	y := w.Put("roster/regm-africa-2021/meeting.yaml", e2e.SampleFile(t, "roster/meeting.yaml"), e2e.Noon)
	c := w.Put("roster/regm-africa-2021/participants.csv", e2e.SampleFile(t, "roster/participants.csv"), e2e.Noon)
	w.Accept(w.Roster, e2e.RecordedEvent(t, "roster/files.json", e2e.RecordedBucket, w.Bucket, "3HL4kqtJvjVBH40Nrjfkd", y.Version, "3HL4kqtJvjVBH40Nrjfke", c.Version))
	if m, err := w.Store.Meeting(t.Context(), e2e.SampleMeeting); err != nil || m.Title == "" {
		t.Fatalf("the meeting is not loaded: %v", err)
	}
}
