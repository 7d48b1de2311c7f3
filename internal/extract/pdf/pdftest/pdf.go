// Package pdftest makes small PDFs for tests.
package pdftest

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// A4 upright, and lying, in points.
const (
	A4Width  = 595
	A4Height = 842
)

// Make writes a PDF with a page for each text, in Helvetica and Windows-1252, a line a line.
func Make(title string, width, height int, pages ...string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(text string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), text)
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 5+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(pages)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	object(fmt.Sprintf("<< /Title (%s) /CreationDate (D:20210601080000Z) >>", literal(title)))
	for i, page := range pages {
		object(
			fmt.Sprintf(
				"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>",
				width,
				height,
				6+2*i,
			),
		)
		var s strings.Builder
		fmt.Fprintf(&s, "BT /F1 12 Tf 16 TL 50 %d Td\n", height-60)
		for line := range strings.SplitSeq(page, "\n") {
			fmt.Fprintf(&s, "(%s) Tj T*\n", literal(line))
		}
		s.WriteString("ET")
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", s.Len(), s.String()))
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}

// literal writes a string object (ISO 32000-1, 7.3.4.2).
func literal(s string) string {
	s, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		panic(err) // tests keep to that set
	}
	return strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(s)
}
