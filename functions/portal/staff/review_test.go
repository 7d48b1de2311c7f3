package staff_test

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/meeting"
)

// After a decision in the queue staff come to the next, and can take it back at once; a form that is sent again changes
// nothing.
func TestReviewQueue(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	for i := range 3 {
		w.TakeIn(
			w.Put(
				"incoming/m/drop/"+strconv.Itoa(i)+".pptx",
				e2e.Deck("T", "nobody of number "+strconv.Itoa(i)),
				e2e.Noon.Add(time.Duration(i)*time.Minute),
			),
		)
	}
	code, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review", nil)
	if code != http.StatusOK || !strings.Contains(page, "1 of 3") || !strings.Contains(page, `rel="prefetch"`) ||
		!strings.Contains(page, "of number 0") {
		t.Fatalf("%d\n%s", code, page)
	}
	field := func(name string) string {
		form := page[strings.Index(page, `id="file-here"`):]
		return html.UnescapeString(
			regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(form)[1],
		)
	}
	form := url.Values{
		"back":     {field("back")},
		"document": {field("document")},
		"reason":   {field("reason")},
		"other":    {"s1/presentation/p2"},
		"action":   {"file"},
	}
	code, _, headers := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", form)
	next := headers.Get("Location")
	if code != http.StatusSeeOther || !strings.HasPrefix(next, "/meetings/m/review/") ||
		!strings.Contains(next, "?undo=") {
		t.Fatalf("%d %s", code, next)
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", form); code != http.StatusConflict {
		t.Errorf("sent again: %d", code)
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, next, nil); !strings.Contains(page, "1 of 2") ||
		!strings.Contains(page, "of number 1") {
		t.Errorf("the next:\n%s", page)
	}
	undo := regexp.MustCompile(`name="of" value="([^"]+)"`).FindStringSubmatch(page)
	if undo == nil {
		t.Fatal("nothing to take back")
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions",
		url.Values{"action": {"undo"}, "of": {undo[1]}, "reason": {"at once"},
			"back": {"review"}}); code != http.StatusSeeOther {
		t.Errorf("take back: %d", code)
	}
	if r := w.Requirement("s1/presentation/p2"); r.State != meeting.Outstanding {
		t.Errorf("%+v", r)
	}
	for _, back := range []string{"//evil.example", "https://evil.example", "review/../../../evil", "sessions/../../x"} {
		f := url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p1"}, "reason": {"x"}, "back": {back}}
		_, _, headers := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", f)
		if to := headers.Get("Location"); to != "" && !strings.HasPrefix(to, "/meetings/m") {
			t.Errorf("%s leads to %s", back, to)
		}
		w.Visit(
			"Ms Staff",
			http.MethodPost,
			"/meetings/m/decisions",
			url.Values{"action": {"require"}, "requirement": {"s1/presentation/p1"}, "reason": {"x"}},
		)
	}
	w.Check()
}

// A PDF is shown as it is beside its candidates, under any name that its uploader gave it; a deck as its text alone.
func TestReviewShowsTheOriginal(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	letter := pdftest.Make("Note", 595, 842, "A note that names nobody")
	o := w.Put("incoming/m/drop/note.xyz", letter, e2e.Noon)
	d := w.Put("incoming/m/drop/deck.pptx", e2e.Deck("T", "nobody"), e2e.Noon)
	w.TakeIn(o, d)
	_, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+o.ID(), nil)
	frame := regexp.MustCompile(`<iframe class="original" src="([^"]+)"`).FindStringSubmatch(page)
	if frame == nil || !strings.Contains(page, "A note that names nobody") {
		t.Fatalf("%s (%s)\n%s", w.Document(o).Format, w.Document(o).Reason, page)
	}
	r, err := http.Get(html.UnescapeString(frame[1]))
	e2e.Must(t, err)
	data, err := io.ReadAll(r.Body)
	e2e.Must(t, err)
	if r.Header.Get("Content-Type") != "application/pdf" || r.Header.Get("Content-Disposition") != "inline" ||
		!bytes.Equal(data, letter) {
		t.Errorf("it comes as %v, %d of %d bytes", r.Header, len(data), len(letter))
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+d.ID(), nil); strings.Contains(
		page,
		`class="original"`,
	) ||
		!strings.Contains(page, "Text that is nobody else") {
		t.Error("a deck is not shown as its text")
	}
}
