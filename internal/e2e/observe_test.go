package e2e_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"dossier/internal/e2e"
	"dossier/internal/observe"
)

// One id ties the log lines of an upload together, from intake to the last mail that it caused, and what was measured stands
// beside them in CloudWatch's format.
func TestCorrelationAndMetrics(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	a := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	k := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(a, k)
	w.TakeIn(k) // again: nothing is counted twice
	w.TakeIn(w.Put("incoming/m/drop/r.pptx", e2e.Deck("T", "of us"), e2e.Noon), w.Put("incoming/m/drop/b.pptx", []byte("PK\x03\x04"), e2e.Noon))
	w.DeliverMails()
	w.Decide("action=withdraw&reason=wrong&document=" + a.ID())
	w.DeliverMails()
	steps := map[string][]string{} // messages by correlation
	sums := map[observe.Name]float64{}
	for line := range strings.Lines(w.Logs.String()) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if id, ok := l["correlation"].(string); ok {
			steps[id] = append(steps[id], l["msg"].(string))
		}
		if l["_aws"] != nil {
			for _, n := range observe.Names() {
				if v, ok := l[string(n)].(float64); ok {
					sums[n] += v
				}
			}
		}
	}
	if got := strings.Join(steps[k.ID()], ", "); got != "document, document, mail sent, mail sent" { // the receipt and the completeness
		t.Errorf("the last upload's lines are: %s", got)
	}
	found := false
	for id, s := range steps {
		if strings.Join(s, ", ") == "decision, mail sent, mail sent" && id != a.ID() { // no longer complete, and the presenter
			found = true
		}
	}
	if !found {
		t.Errorf("a decision is not tied to its mails: %v", steps)
	}
	for n, want := range map[observe.Name]float64{observe.DocumentsFiled: 2, observe.DocumentsInReview: 1, observe.DocumentsRejected: 1, observe.MailsSent: float64(len(w.Mails())), observe.Decisions: 1} {
		if sums[n] != want {
			t.Errorf("%s: %v, want %v", n, sums[n], want)
		}
	}
	for _, n := range []observe.Name{observe.UploadToFiled, observe.LastUploadToMail} {
		if _, ok := sums[n]; !ok {
			t.Errorf("%s was not measured", n)
		}
	}
}

// An event that comes several times at once is one document filed: SQS delivers twice, and the sweep sends what still waits.
func TestDocumentsAreCountedOnce(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	event := w.Event(w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon))
	var deliveries sync.WaitGroup
	for range 8 {
		deliveries.Go(func() {
			if failed := w.Send(w.Intake, event); len(failed) > 0 {
				t.Errorf("intake failed:\n%s", w.Logs)
			}
		})
	}
	deliveries.Wait()
	filed, measured := 0.0, 0
	for line := range strings.Lines(w.Logs.String()) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if n, ok := l[string(observe.DocumentsFiled)].(float64); ok {
			filed += n
		}
		if _, ok := l[string(observe.UploadToFiled)].(float64); ok {
			measured++
		}
	}
	if filed != 1 || measured != 1 {
		t.Errorf("one document is counted as filed %v times, and measured %d times", filed, measured)
	}
}
