package erase_test

import (
	"context"
	"strings"
	"testing"

	"dossier/internal/e2e"
)

// A person on the roster is not erased: the recorded request is refused in words that say what to do.
func TestRecordedRequest(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadSample()
	out, err := w.Erase.Invoke(context.Background(), e2e.RecordedEvent(t, "erase/person.json"))
	if err != nil || !strings.Contains(string(out), "take the line out of participants.csv first") {
		t.Errorf("%s %v", out, err)
	}
}
