package erase_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// A paper that waits in an archive and names the person alone is erased, and the archive that still holds it is closed; the
// other paper in it stays.
func TestPaperInArchive(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/m.zip", e2e.Archive(map[string][]byte{"k.pptx": e2e.Deck("Banks", "Kofi Mensah"),
		"Amina Diallo.txt": []byte("Curriculum vitae\n\nAmina Diallo has worked for many years on markets, roads and bridges.\n")}), e2e.Noon)
	w.TakeIn(o)
	w.RunUntilQuiet()
	hers, his := w.Papers(o)[0], w.Papers(o)[1]
	if hers.Status != meeting.Review || his.Status != meeting.Filed {
		t.Fatalf("%+v, %+v", hers, his)
	}
	leave(w, e2e.CSVHead+e2e.Kofi)
	report := eraseP(t, w, "p1")
	if d := w.Document(o); !d.Closed || !slices.Equal(report.Shared, []string{o.ID()}) || len(report.Left) > 0 || report.Documents != 1 {
		t.Errorf("closed %v, %+v", d.Closed, report)
	}
	for _, d := range []string{o.ID(), his.ID} {
		want := map[string]int{o.ID(): http.StatusForbidden, his.ID: http.StatusSeeOther}[d]
		if code, _, _ := w.Visit("", http.MethodGet, "/meetings/m/documents/"+d+"/original", nil); code != want {
			t.Errorf("a viewer gets the original of %s: %d", d, code)
		}
	}
	for _, place := range e2e.Holding(w.Everything(), "diallo") {
		if !strings.HasPrefix(place, o.Key+" ") {
			t.Errorf("still in %s", place)
		}
	}
}

// Somebody else's paper that thanks the person is listed with the mail that it came in: both still say the name.
func TestNamedInMail(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Mine.", e2e.File{Name: "k.pptx", Data: e2e.Deck("Banks", "Kofi Mensah\nwith thanks to Amina Diallo")}), e2e.Noon)
	w.TakeIn(o)
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi)
	want := []string{"object " + w.Paper(o).ID, "object " + o.ID()}
	slices.Sort(want)
	if report := eraseP(t, w, "p1"); !slices.Equal(report.Left, want) {
		t.Errorf("%+v, want %q", report, want)
	}
}

// A mail that names the person is closed with her paper in it. Another's paper in it, which does not, is nothing that is left.
func TestNamedAroundPaper(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Mine, and that of Amina Diallo.", e2e.File{Name: "a.pptx", Data: e2e.Deck("Chains", "Amina Diallo")},
		e2e.File{Name: "k.pptx", Data: e2e.Deck("Banks", "Kofi Mensah")}), e2e.Noon)
	w.TakeIn(o)
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi)
	if report := eraseP(t, w, "p1"); !slices.Equal(report.Shared, []string{o.ID()}) || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
}

// An erased paper does not come back when the table is made anew, nor does the name of one that never had bytes.
func TestErasedStaysAway(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/m.zip", e2e.Archive(map[string][]byte{"a.pptx": e2e.Deck("Chains", "Amina Diallo"), "k.pptx": e2e.Deck("Banks", "Kofi Mensah"),
		"Amina Diallo.pdf": nil}), time.Now().Add(-time.Hour))
	w.TakeIn(o)
	w.RunUntilQuiet()
	if n := len(w.Papers(o)); n != 3 {
		t.Fatalf("%d papers", n)
	}
	leave(w, e2e.CSVHead+e2e.Kofi)
	if report := eraseP(t, w, "p1"); report.Documents != 2 || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	anew := w.Anew()
	if all := anew.Papers(o); len(all) != 1 || all[0].FileName != "k.pptx" || !anew.Document(o).Closed {
		t.Errorf("%d papers are back, the first %s", len(all), all[0].FileName)
	}
}
