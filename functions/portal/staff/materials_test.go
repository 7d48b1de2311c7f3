package staff_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/e2e"
)

// A session's materials come as one zip in the agenda's order, with a page and every text with its notes; a new
// state makes a new one.
func TestMaterials(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	if code, _, _ := w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip",
		nil); code != http.StatusNotFound {
		t.Errorf("with nothing in: %d", code)
	}
	slides := e2e.Deck("Chains & <finance>", "Kofi Mensah")
	w.TakeIn(
		w.Put("incoming/m/drop/a:b <c>.pptx", slides, e2e.Noon),
		w.Put("incoming/m/drop/amina.pptx", e2e.Deck("Trade", "Amina Diallo"), e2e.Noon),
	)
	fetch := func() map[string]string {
		t.Helper()
		code, page, headers := w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil)
		if code != http.StatusSeeOther {
			t.Fatalf("%d\n%s\n%s", code, page, w.Logs)
		}
		r, err := http.Get(headers.Get("Location"))
		e2e.Must(t, err)
		data, err := io.ReadAll(r.Body)
		e2e.Must(t, err)
		if d := r.Header.Get("Content-Disposition"); !strings.Contains(d, "1. Title of s1.zip") {
			t.Errorf("it is saved as %s", d)
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		e2e.Must(t, err)
		all := map[string]string{}
		for _, f := range z.File {
			in, err := f.Open()
			e2e.Must(t, err)
			text, err := io.ReadAll(in)
			e2e.Must(t, err)
			all[f.Name] = string(text)
		}
		return all
	}
	all := fetch()
	names := slices.Sorted(maps.Keys(all))
	want := []string{
		"01 Amina Diallo - amina.pptx",
		"02 Kofi Mensah - a:b <c>.pptx",
		"index.html",
		"text/01 Amina Diallo - amina.txt",
		"text/02 Kofi Mensah - a:b <c>.txt",
	}
	if !slices.Equal(names, want) {
		t.Fatalf("%q", names)
	}
	if all[want[1]] != string(slides) || !strings.Contains(all[want[4]], "Chains & <finance>") {
		t.Error("a file or a text is not what came")
	}
	if index := all["index.html"]; !strings.Contains(index, "a:b &lt;c&gt;.pptx") ||
		!strings.Contains(index, `href="./02%20Kofi%20Mensah%20-%20a:b%20%3Cc%3E.pptx"`) {
		t.Error(index)
	}
	fetch()
	if n := len(w.ObjectsUnder(bucket.Materials)); n != 1 {
		t.Errorf("the same state made %d zips", n)
	}
	w.TakeIn(
		w.Put("incoming/m/drop/amina2.pptx", e2e.Deck("Trade again", "Amina Diallo"), e2e.Noon.Add(time.Minute)),
	)
	if _, ok := fetch()["01 Amina Diallo - amina2.pptx"]; !ok {
		t.Error("a new state gets the old zip")
	}
}
