package bucket_test

import (
	"testing"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/meeting"
)

// Notification and Created are each other's opposite, for keys of every sort.
func TestNotification(t *testing.T) {
	noon := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, key := range []string{"incoming/m/drop/a b+c.pptx", "incoming/m/drop/Présentation ♥ (2).pptx", "incoming/m/drop/100%.pdf", "incoming/m/drop/عرض.pptx"} {
		want := meeting.Object{Bucket: "b", Key: key, Version: "v", Size: 3, Time: noon, Sequencer: "AB"}
		body, err := bucket.Notification(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bucket.Created(body)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q comes back as %+v, %v", key, got, err)
		}
	}
}
