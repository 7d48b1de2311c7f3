package functions_test

import (
	"encoding/json"
	"strings"
	"testing"

	"dossier/internal/observe"
)

// One id ties the log lines of an upload together, from intake to the last mail that it caused, and what was measured stands
// beside them in CloudWatch's format.
func TestCorrelationAndMetrics(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	a := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon)
	k := w.put("incoming/m/drop/k.pptx", deck("T", "Kofi Mensah"), noon)
	w.takeIn(a, k)
	w.takeIn(k) // again: nothing is counted twice
	w.takeIn(w.put("incoming/m/drop/r.pptx", deck("T", "of us"), noon), w.put("incoming/m/drop/b.pptx", []byte("PK\x03\x04"), noon))
	w.post()
	w.decide("action=withdraw&reason=wrong&document=" + a.ID())
	w.post()
	steps := map[string][]string{} // messages by correlation
	sums := map[observe.Name]float64{}
	for line := range strings.Lines(w.logs.String()) {
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
	for n, want := range map[observe.Name]float64{observe.DocumentsFiled: 2, observe.DocumentsInReview: 1, observe.DocumentsRejected: 1, observe.MailsSent: float64(len(w.mails())), observe.Decisions: 1} {
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
