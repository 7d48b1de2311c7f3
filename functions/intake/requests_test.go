package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// The requests for one document are the same in a small and in a large meeting.
func TestRequestsDoNotGrow(t *testing.T) {
	t.Parallel()
	small, large := requestsForOne(t, 10), requestsForOne(t, 1000)
	if d := cmp.Diff(small, large); d != "" {
		t.Errorf("requests for one document, 10 participants and 1,000 (-10 +1000):\n%s", d)
	}
}

func requestsForOne(t testing.TB, participants int) []string {
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.LargeRoster(participants))
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Firstname7 Lastname7"), e2e.Noon)
	body := w.Event(o)
	w.Faults.Arm()
	if failed := w.Send(w.Intake, body); len(failed) > 0 {
		t.Fatal(w.Logs)
	}
	calls := slices.DeleteFunc(w.Faults.Calls(), func(c string) bool { return !strings.HasPrefix(c, "DynamoDB") })
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	return calls
}

// BenchmarkRequests prints how many requests one document costs, by the size of the meeting.
func BenchmarkRequests(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("participants=%d", n), func(b *testing.B) {
			calls := 0
			for b.Loop() {
				b.StopTimer()
				calls = len(requestsForOne(b, n))
				b.StartTimer()
			}
			b.ReportMetric(float64(calls), "dynamodb-requests/document")
			b.ReportMetric(0, "ns/op")
		})
	}
}
