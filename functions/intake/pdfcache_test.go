package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// A compiled cache that cannot be used is a slow start and a line in the log, once: PDFs are read all the same, several at a time too.
func TestPDFCacheThatDoesNotFit(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling PDFium takes seconds")
	}
	t.Parallel()
	file := filepath.Join(t.TempDir(), "no-folder")
	e2e.Must(t, os.WriteFile(file, nil, 0o600))
	w := e2e.NewWith(t, e2e.Options{PDFiumCache: filepath.Join(file, "pdfium")})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	deck := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	w.TakeIn(deck)
	if strings.Contains(w.Logs.String(), "does not fit") {
		t.Error("slides start the PDF reader")
	}
	var all sync.WaitGroup
	papers := []meeting.Object{}
	for i, name := range []string{"a.pdf", "b.pdf", "c.pdf"} {
		o := w.Put("incoming/m/drop/"+name, e2e.SampleFile(t, "incoming/Carta INAC.pdf"), e2e.Noon.Add(time.Duration(i)*time.Second))
		papers = append(papers, o)
		all.Go(func() { w.TakeIn(o) })
	}
	all.Wait()
	for _, o := range papers {
		if d := w.Document(o); d.Words == 0 || d.Reason == meeting.ReasonStuck {
			t.Errorf("%s is %s (%s), %d words", d.FileName, d.Status, d.Reason, d.Words)
		}
	}
	if n := strings.Count(w.Logs.String(), `"PDFCacheUnfit":1`); n != 1 {
		t.Errorf("it is counted %d times\n%s", n, w.Logs)
	}
}
