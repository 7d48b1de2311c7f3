package odf_test

import (
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/odf/odftest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

// What a few bytes ask to be written again and again ends at the limit on text, before memory is taken for it.
func TestRepetitionIsBounded(t *testing.T) {
	item := `<text:list text:style-name="L"><text:list-item><text:p>a</text:p></text:list-item></text:list>`
	label := `<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-prefix="` +
		strings.Repeat("label ", 50_000) + `"/></text:list-style>`
	repeated := func(times int) string {
		return strings.Repeat(`<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000">`, times) +
			"<text:p>hello</text:p>" + strings.Repeat("</table:table-cell></table:table-row></table:table>", times)
	}
	for name, test := range map[string]struct{ media, styles, body string }{
		"cells in cells":               {odftest.Text, "", repeated(3)},
		"cells on a slide":             {odftest.Presentation, "", `<draw:page><draw:frame>` + repeated(2) + `</draw:frame></draw:page>`},
		"labels in a cell":             {odftest.Text, label, "<table:table><table:table-row><table:table-cell>" + strings.Repeat(item, 300) + "</table:table-cell></table:table-row></table:table>"},
		"labels in a note of the text": {odftest.Text, label, "<text:p>x<text:note><text:note-body>" + strings.Repeat(item, 300) + "</text:note-body></text:note></text:p>"},
	} {
		data := odftest.File(test.media, test.styles, test.body, nil)
		var err error
		n := memtest.Allocated(func() { _, err = read(t, data, content.Limits{Text: 100 << 10}) })
		if !fault.Because(err, meeting.ReasonTooLarge) || n > 10<<20 {
			t.Errorf("%s: %d MB allocated, %v", name, n>>20, err)
		}
	}
}

// A row has its cells, those that are repeated too, and no blank ones at its end.
func TestRow(t *testing.T) {
	cell := func(attributes, text string) string {
		return `<table:table-cell ` + attributes + `><text:p>` + text + `</text:p></table:table-cell>`
	}
	data := odftest.File(odftest.Text, "", `<table:table><table:table-row><table:covered-table-cell/>`+cell("", "")+cell(`table:number-columns-repeated="2"`, "a  b")+
		cell("", "c")+cell(`table:number-columns-repeated="900"`, "")+`</table:table-row></table:table>`, nil)
	c, err := read(t, data, content.Limits{})
	if err != nil || c.Pages[0].Text != "a b\ta b\tc" {
		t.Errorf("%+v, %v", c.Pages, err)
	}
}
