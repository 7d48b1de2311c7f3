package staff

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"dossier/functions/portal/page"
)

// columns are the keys of the table's columns.
func columns() []string {
	return []string{"session", "title", "name", "agency", "country", "what", "state", "file", "document-title", "late",
		"reason"}
}

// table gives a meeting's requirements as a table, its head first, in the visitor's language.
func (s *Staff) table(r *http.Request) ([][]string, error) {
	l := s.pages.Locale(r, "")
	var head []string
	for _, key := range columns() {
		word, err := l.Word("column-" + key)
		if err != nil {
			return nil, err
		}
		head = append(head, word)
	}
	sessions, err := s.sessions(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return nil, err
	}
	rows := [][]string{head}
	for _, x := range sessions {
		for _, q := range x.Lines {
			row, err := cells(l, x, q)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// cells gives a requirement as a row of the table. No cell is taken for a formula.
func cells(l *page.Locale, x session, q line) ([]string, error) {
	kind, errKind := l.Word("kind-" + string(q.Kind))
	state, errState := l.Word("state-" + string(q.State))
	late, errLate := "", error(nil)
	if q.Late {
		late, errLate = l.Word("late")
	}
	row := []string{fmt.Sprint(x.Number), x.Title, q.Name, q.Agency, q.Country, kind, state, q.FileName, q.Title, late,
		q.Reason}
	for i := range row {
		row[i] = harmless(row[i])
	}
	return row, errors.Join(errKind, errState, errLate)
}

// harmless gives a cell that no spreadsheet takes for a formula, from any document or roster (OWASP, "CSV Injection").
// Where a spreadsheet cuts at other separators than ours, as at semicolons, no piece of the cell is one either.
func harmless(cell string) string {
	var b strings.Builder
	begins := true
	for _, r := range cell {
		switch {
		case begins && strings.ContainsRune("=+-@＝＋－＠", r):
			b.WriteByte('\'')
			begins = false
		case strings.ContainsRune(",;|\t\r\n", r):
			begins = true
		case r != '"' && r != '\'' && !unicode.IsSpace(r):
			begins = false
		}
		b.WriteRune(r)
	}
	if cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return "'" + b.String()
	}
	return b.String()
}

// ExportCSV answers with a meeting's requirements as CSV.
func (s *Staff) ExportCSV(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.table(r)
	if err != nil {
		return err
	}
	attach(w, r, "text/csv; charset=utf-8", ".csv")
	_, _ = w.Write([]byte("\ufeff"))    // by this Excel knows UTF-8
	_ = csv.NewWriter(w).WriteAll(rows) // the visitor may be gone
	return nil
}

// ExportXLSX answers with a meeting's requirements as a workbook.
func (s *Staff) ExportXLSX(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.table(r)
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close() // it holds nothing but memory
	if err := fill(f, rows); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	attach(w, r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
	_ = f.Write(w) // the visitor may be gone
	return nil
}

// fill writes the rows into the first sheet. A cell of text is never a formula; the mark of harmless is for those
// who save it as CSV.
func fill(f *excelize.File, rows [][]string) error {
	const sheet = "Sheet1"
	for i, row := range rows {
		for j, cell := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(sheet, at, cell); err != nil {
				return err
			}
		}
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	return errors.Join(err, f.SetRowStyle(sheet, 1, 1, bold), f.SetColWidth(sheet, "B", "K", 24),
		f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

// attach sets the headers of a download that is named for the meeting.
func attach(w http.ResponseWriter, r *http.Request, kind, ext string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+r.PathValue("meeting")+ext+`"`) // an id has no quotes
}
