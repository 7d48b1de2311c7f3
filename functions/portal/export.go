package portal

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/xuri/excelize/v2"
)

// rows are a meeting's requirements as a table, its head first.
func (p *Portal) rows(r *http.Request) ([][]string, error) {
	g := p.language(r, "")
	var head []string
	for _, key := range []string{"session", "title", "name", "agency", "country", "what", "state", "file", "document-title", "late", "reason"} {
		word, err := g.word("column-" + key)
		if err != nil {
			return nil, err
		}
		head = append(head, word)
	}
	table := [][]string{head}
	if _, err := p.store.Meeting(r.Context(), r.PathValue("meeting")); err != nil {
		return nil, err
	}
	sessions, err := p.sessions(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		for _, l := range s.Lines {
			kind, errKind := g.word("kind-" + string(l.Kind))
			state, errState := g.word("state-" + string(l.State))
			late, errLate := "", error(nil)
			if l.Late {
				late, errLate = g.word("late")
			}
			if err := errors.Join(errKind, errState, errLate); err != nil {
				return nil, err
			}
			table = append(table, []string{fmt.Sprint(s.Number), s.Title, l.Name, l.Agency, l.Country, kind, state, l.FileName, l.Title, late, l.Reason})
		}
	}
	return table, nil
}

// harmless is a cell that no spreadsheet takes for a formula, whatever a document or a roster says (OWASP, "CSV Injection").
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}

func (p *Portal) exportCSV(w http.ResponseWriter, r *http.Request) {
	table, err := p.rows(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.attach(w, r, "text/csv; charset=utf-8", ".csv")
	_, _ = w.Write([]byte("\ufeff")) // by this Excel knows UTF-8
	out := csv.NewWriter(w)
	for _, row := range table {
		for i := range row {
			row[i] = harmless(row[i])
		}
		_ = out.Write(row) // whoever asked may be gone
	}
	out.Flush()
}

func (p *Portal) exportXLSX(w http.ResponseWriter, r *http.Request) {
	table, err := p.rows(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	f := excelize.NewFile()
	defer f.Close() // it holds nothing but memory
	const sheet = "Sheet1"
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	for i := 0; i < len(table) && err == nil; i++ {
		for j, cell := range table[i] {
			var at string
			if at, err = excelize.CoordinatesToCellName(j+1, i+1); err != nil {
				break
			}
			// A cell of text is never a formula; the mark is for those who save it as CSV.
			if err = f.SetCellStr(sheet, at, harmless(cell)); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = errors.Join(f.SetRowStyle(sheet, 1, 1, bold), f.SetColWidth(sheet, "B", "K", 24),
			f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	}
	if err != nil {
		p.fail(w, r, fmt.Errorf("write workbook: %w", err))
		return
	}
	p.attach(w, r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
	_ = f.Write(w) // whoever asked may be gone
}

func (p *Portal) attach(w http.ResponseWriter, r *http.Request, kind, ext string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+r.PathValue("meeting")+ext+`"`) // an id has no quotes
}
