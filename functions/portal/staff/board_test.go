package staff_test

import (
	"strconv"
	"testing"

	"dossier/internal/e2e"
)

// The board of a meeting with 500 participants in 12 sessions, with the time that the embedded DynamoDB takes, and
// the page's bytes.
func BenchmarkBoard(b *testing.B) {
	w := e2e.New(b)
	var sessions []string
	for i := range 12 {
		sessions = append(sessions, "s"+strconv.Itoa(i+1))
	}
	people := e2e.CSVHead
	for i := range 500 {
		people += "q" + strconv.Itoa(
			i,
		) + ",Person Number" + strconv.Itoa(
			i,
		) + ",q" + strconv.Itoa(
			i,
		) + "@people.example,f,private,Firm " + strconv.Itoa(
			i%90,
		) + ",Kenya,en,presenter:" + sessions[i%12] + "\n"
	}
	w.LoadRoster("m", e2e.MeetingYAML(sessions...), people)
	for _, page := range []struct{ name, path string }{{"board", "/meetings/m"},
		{"session", "/meetings/m/sessions/s1"}, {"people", "/meetings/m/people"}, {"links", "/meetings/m/links"}} {
		b.Run(page.name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				size, _ = w.VisitPacked("Ms Staff", page.path)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
