package staff_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// Search finds words in names, titles and texts in any case and with any accents; exports hold everything and no
// formula.
func TestSearchAndExport(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put(
		"incoming/m/drop/=cmd.pptx",
		e2e.Deck("=1+1", "Kofi Mensah\nLes chaînes d’approvisionnement"),
		e2e.Noon,
	)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	for query, want := range map[string]int{"CHAINES approv": 1, "kofi": 1, "mensah chaines": 1, "mensah zzz": 0,
		"zzz": 0, "  ": 0, "cmd": 1} {
		code, page, _ := w.Visit("", http.MethodGet, "/meetings/m/search?q="+url.QueryEscape(query), nil)
		if got := strings.Count(page, "/documents/"+o.ID()); code != http.StatusOK || got != want {
			t.Errorf("%q: %d, %d documents, want %d", query, code, got, want)
		}
	}
	_, text, headers := w.Visit("", http.MethodGet, "/meetings/m/export.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	e2e.Must(t, err)
	if len(rows) != 3 || !strings.Contains(headers.Get("Content-Disposition"), "m.csv") {
		t.Fatalf("%v %q", headers, rows)
	}
	_, book, _ := w.Visit("", http.MethodGet, "/meetings/m/export.xlsx", nil)
	f, err := excelize.OpenReader(strings.NewReader(book))
	e2e.Must(t, err)
	cells, err := f.GetRows("Sheet1")
	e2e.Must(t, err)
	found := false
	for i, row := range rows {
		for j, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a cell is %q", cell)
			}
			found = found || cell == "'=1+1"
			if cell != "" && cells[i][j] != cell {
				t.Errorf("the workbook has %q for %q", cells[i][j], cell)
			}
		}
	}
	if !found {
		t.Errorf("the title is not in %q", rows)
	}
}
