package xmlzip_test

import (
	"archive/zip"
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/xmlzip"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

func parse(t testing.TB, xml string, limits content.Limits) (*xmlzip.Node, error) {
	t.Helper()
	return xmlzip.Parse(t.Context(), strings.NewReader(xml), limits.WithDefaults())
}

// Text that comments and sections part is one text, and costs in proportion to its length.
func TestTextInPieces(t *testing.T) {
	n, err := parse(t, "<p>ab<!-- x -->cd<![CDATA[<e>]]>f<b>in</b>g<!-- y -->h<b/> <b/>i</p>", content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := n.String(); got != "abcd<e>fingh i" {
		t.Errorf("%q", got)
	}
	if len(n.Kids) != 7 || n.Kids[0].Name != xmlzip.Textual || n.Kids[2].Text != "gh" {
		t.Errorf("%d children: %+v", len(n.Kids), n.Kids)
	}
	cost := func(pieces int) uint64 {
		return memtest.Allocated(func() {
			if _, err := parse(t, "<t>"+strings.Repeat("ab<!---->", pieces)+"</t>", content.Limits{}); err != nil {
				t.Fatal(err)
			}
		})
	}
	if once, twice := cost(8000), cost(16000); twice > 3*once {
		t.Errorf("%d bytes allocated, and %d for twice the pieces", once, twice)
	}
}

// Elements, attributes and texts are held as the memory that they take, in one part and in the whole document.
func TestMemory(t *testing.T) {
	for name, test := range map[string]struct {
		one  string
		size int64 // at least
	}{
		"elements":   {"<b/>", 256},
		"attributes": {`<b a="1" b="2" c="3"/>`, 256 + 3*48},
		"texts":      {"<b>" + strings.Repeat("x", 1000) + "</b>", 1000 + 256},
		"pieces":     {"<b/>text", 512},
	} {
		const n = 1000
		xml := "<p>" + strings.Repeat(test.one, n) + "</p>"
		limits := content.Limits{}.WithDefaults()
		if _, err := xmlzip.Parse(t.Context(), strings.NewReader(xml), limits); err != nil || limits.Held() < n*test.size {
			t.Errorf("%s: %d bytes held, want %d; %v", name, limits.Held(), n*test.size, err)
		}
		for what, limits := range map[string]content.Limits{"part": {Tree: n * test.size / 2}, "document": {Working: n * test.size / 2}} {
			if _, err := parse(t, xml, limits); !fault.Because(err, meeting.ReasonTooLarge) {
				t.Errorf("%s over the limit of the %s: %v", name, what, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("<p a='1'>x<b>y</b>z<!-- c --><![CDATA[d]]></p>")
	f.Fuzz(func(t *testing.T, xml string) {
		n, err := xmlzip.Parse(context.Background(), strings.NewReader(xml), content.Limits{Tokens: 10_000}.WithDefaults())
		if err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
		if err == nil && len(n.String()) > len(xml) {
			t.Errorf("%d bytes of text in %d", len(n.String()), len(xml))
		}
	})
}

// A directory of far more files than are allowed is not read to its end.
func TestLongDirectory(t *testing.T) {
	zipped := func(files int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := range files {
			if _, err := z.Create(strconv.Itoa(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	limits := content.Limits{Entries: 100}.WithDefaults()
	for files, refused := range map[int]bool{100: false, 101: true, 60_000: true} {
		data := zipped(files)
		var z *zip.Reader
		var err error
		n := memtest.Allocated(func() { z, err = xmlzip.List(bytes.NewReader(data), int64(len(data)), limits) })
		if fault.Because(err, meeting.ReasonTooLarge) != refused || !refused && len(z.File) != files {
			t.Errorf("%d files: %v", files, err)
		}
		if n > 10<<20 {
			t.Errorf("%d files: %d MB allocated", files, n>>20)
		}
	}
	if _, err := xmlzip.List(strings.NewReader("PK"), 2, limits); !fault.Because(err, meeting.ReasonCorrupt) {
		t.Errorf("no zip: %v", err)
	}
}
