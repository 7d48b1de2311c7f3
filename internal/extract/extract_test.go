package extract_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

var update = flag.Bool("update", false, "write the golden files anew")

func newReader(t testing.TB, limits content.Limits) *extract.Reader {
	t.Helper()
	if err := os.MkdirAll(pdf.UserCache(), 0o700); err != nil {
		t.Fatal(err)
	}
	e := pdf.New(pdf.UserCache(), limits.WithDefaults().Memory)
	t.Cleanup(func() { e.Close() })
	return extract.New(e, nil, limits)
}

func read(t testing.TB, r *extract.Reader, data []byte) (*content.Content, error) {
	t.Helper()
	return r.Read(context.Background(), bytes.NewReader(data), int64(len(data)))
}

// render writes what was read as a person can check it.
func render(c *content.Content) string {
	var b strings.Builder
	m := c.Metadata
	fmt.Fprintf(&b, "format %s\ntitle %s\nauthor %s\nlast editor %s\nproducer %s\n", c.Format, m.Title, m.Author, m.LastEditor, m.Producer)
	if !m.Created.IsZero() {
		fmt.Fprintf(&b, "created %s\n", m.Created.Format(time.RFC3339))
	}
	for _, l := range m.Languages {
		fmt.Fprintf(&b, "language %s %.2f\n", l.Language, l.Share)
	}
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "finding %s %s\n", f.Code, f.Detail)
	}
	for _, p := range c.Pages {
		fmt.Fprintf(&b, "\n-- %d (%.0f x %.0f pt, hidden %v)\n", p.Number, p.Width, p.Height, p.Hidden)
		for _, part := range []struct{ name, text string }{{"title", p.Title}, {"text", p.Text}, {"notes", p.Notes}, {"comments", p.Comments}, {"pictures", p.Alt}, {"footer", p.Footer}} {
			if part.text != "" {
				fmt.Fprintf(&b, "[%s]\n%s\n", part.name, part.text)
			}
		}
	}
	return b.String()
}

// Every file of the sample, and every one that LibreOffice made of them in an older or a freer format, is read as its
// golden file says.
func TestGolden(t *testing.T) {
	r := newReader(t, content.Limits{})
	for folder, least := range map[string]int{"../../infra/local/sample/incoming": 12, "testdata/office": 6} {
		files, err := filepath.Glob(folder + "/*")
		if err != nil || len(files) < least {
			t.Fatalf("%d files in %s, %v", len(files), folder, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				c, err := read(t, r, data)
				if err != nil {
					t.Fatal(err)
				}
				got := render(c)
				golden := filepath.Join("testdata", "golden", filepath.Base(file)+".txt")
				if *update {
					if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(string(want), got); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			})
		}
	}
}

const chartXML = `<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Calls a year</a:t></a:r></a:p></c:rich></c:tx></c:title>` +
	`<c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Line</c:v></c:pt></c:strCache></c:strRef></c:tx>` +
	`<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>2019</c:v></c:pt><c:pt idx="1"><c:v>2020</c:v></c:pt></c:strCache></c:strRef></c:cat>` +
	`<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>12</c:v></c:pt><c:pt idx="1"><c:v>30</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart>` +
	`<c:catAx><c:title><c:tx><c:rich><a:p><a:r><a:t>Year</a:t></a:r></a:p></c:rich></c:tx></c:title></c:catAx></c:plotArea></c:chart></c:chartSpace>`

const diagramXML = `<dgm:dataModel xmlns:dgm="d" xmlns:a="a"><dgm:ptLst><dgm:pt type="doc"><dgm:t><a:p><a:r><a:t>root</a:t></a:r></a:p></dgm:t></dgm:pt>` +
	`<dgm:pt><dgm:t><a:p><a:r><a:t>Identify</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt><dgm:t><a:p><a:r><a:t>Protect</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`

func frame(x, y, w, h int, inner string) string {
	return fmt.Sprintf(`<p:graphicFrame><p:xfrm><a:off x="%d" y="%d"/><a:ext cx="%d" cy="%d"/></p:xfrm><a:graphic><a:graphicData>%s</a:graphicData></a:graphic></p:graphicFrame>`, x, y, w, h, inner)
}

func TestSlides(t *testing.T) {
	cell := func(s string) string {
		return `<a:tc><a:txBody><a:p><a:r><a:t>` + s + `</a:t></a:r></a:p></a:txBody></a:tc>`
	}
	table := `<a:tbl><a:tr>` + cell("Step") + cell("Lead") + `</a:tr><a:tr>` + cell("Refer") + cell("Police") + `</a:tr></a:tbl>`
	group := `<p:grpSp><p:grpSpPr><a:xfrm><a:off x="5000000" y="1000000"/><a:ext cx="2000000" cy="1000000"/><a:chOff x="0" y="0"/><a:chExt cx="200" cy="100"/></a:xfrm></p:grpSpPr>` +
		ooxmltest.Shape("", "in the group, right", 100, 0, 100, 100) + ooxmltest.Shape("", "in the group, left", 0, 0, 100, 100) + `</p:grpSp>`
	tests := map[string]struct {
		slide ooxmltest.Slide
		want  content.Page
	}{
		"reading order is by place, not by drawing": {
			ooxmltest.Slide{Title: "T", XML: ooxmltest.Shape("", "bottom", 0, 5000000, 100, 100) + ooxmltest.Shape("", "right", 4000000, 1010000, 100, 100000) + ooxmltest.Shape("", "left", 0, 1000000, 100, 100000)},
			content.Page{Title: "T", Text: "left\nright\nbottom"}},
		"grouped shapes": {ooxmltest.Slide{XML: group + ooxmltest.Shape("", "before", 0, 1000000, 1000000, 1000000)}, content.Page{Text: "before\nin the group, left\nin the group, right"}},
		"footers apart": {ooxmltest.Slide{Title: "T", XML: ooxmltest.Shape("ftr", "Umoya 2021", 0, 9, 9, 9) + ooxmltest.Shape("sldNum", "7", 0, 9, 9, 9)},
			content.Page{Title: "T", Footer: "Umoya 2021\n7"}},
		"table": {ooxmltest.Slide{XML: frame(0, 0, 9, 9, table)}, content.Page{Text: "Step\tLead\nRefer\tPolice"}},
		"chart": {ooxmltest.Slide{XML: frame(0, 0, 9, 9, `<c:chart r:id="rId9"/>`), Parts: map[string]ooxmltest.Part{"rId9": {Kind: "chart", Name: "charts/chart1.xml", XML: chartXML}}},
			content.Page{Text: "Calls a year\nLine\t2019 12\t2020 30\nYear"}},
		"SmartArt": {ooxmltest.Slide{XML: frame(0, 0, 9, 9, `<dgm:relIds r:dm="rId8"/>`), Parts: map[string]ooxmltest.Part{"rId8": {Kind: "diagramData", Name: "diagrams/data1.xml", XML: diagramXML}}},
			content.Page{Text: "Identify\nProtect"}},
		"notes without their number":           {ooxmltest.Slide{Title: "T", Notes: "Say it slowly"}, content.Page{Title: "T", Notes: "Say it slowly"}},
		"hidden":                               {ooxmltest.Slide{Title: "T", Hidden: true}, content.Page{Title: "T", Hidden: true}},
		"one branch of an alternative":         {ooxmltest.Slide{XML: `<mc:AlternateContent><mc:Choice>` + ooxmltest.Shape("", "new", 0, 0, 9, 9) + `</mc:Choice><mc:Fallback>` + ooxmltest.Shape("", "old", 0, 0, 9, 9) + `</mc:Fallback></mc:AlternateContent>`}, content.Page{Text: "new"}},
		"a chart that is missing costs itself": {ooxmltest.Slide{Title: "T", XML: frame(0, 0, 9, 9, `<c:chart r:id="rId9"/>`), Parts: map[string]ooxmltest.Part{"rId9": {Kind: "chart", Name: "charts/chart1.xml", XML: "<broken"}}}, content.Page{Title: "T"}},
	}
	r := newReader(t, content.Limits{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := read(t, r, ooxmltest.Deck{Slides: []ooxmltest.Slide{test.slide}}.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			test.want.Number, test.want.Width, test.want.Height = 1, 720, 540
			if d := cmp.Diff(test.want, c.Pages[0]); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// What cannot be read says why, in a word that a mail can explain.
func TestRefusals(t *testing.T) {
	good := ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "One"}, {Title: "Two"}}}.Bytes()
	deep := ooxmltest.Deck{Slides: []ooxmltest.Slide{{XML: strings.Repeat("<a:x>", 300) + strings.Repeat("</a:x>", 300)}}}.Bytes()
	wide := ooxmltest.Deck{Slides: []ooxmltest.Slide{{XML: strings.Repeat("<a:x/>", 3000)}}}.Bytes()
	bomb := ooxmltest.Deck{Slides: []ooxmltest.Slide{{XML: "<!--" + strings.Repeat("a", 3<<20) + "-->"}}}.Bytes()
	entities := ooxmltest.Zip("<Types/>", map[string]string{"ppt/presentation.xml": `<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>`})
	locked, err := os.ReadFile("testdata/locked.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		data   []byte
		limits content.Limits
		reason meeting.Reason
	}{
		"empty":                 {nil, content.Limits{}, meeting.ReasonEmpty},
		"too many bytes":        {good, content.Limits{Bytes: 100}, meeting.ReasonTooLarge},
		"PPTX cut short":        {good[:len(good)/2], content.Limits{}, meeting.ReasonCorrupt},
		"PDF cut to its header": {[]byte("%PDF-1.4\n%cut"), content.Limits{}, meeting.ReasonCorrupt},
		"locked PDF":            {locked, content.Limits{}, meeting.ReasonLocked},
		"a zip of anything":     {ooxmltest.Zip("x", map[string]string{"a.txt": "b"}), content.Limits{}, meeting.ReasonNotReadableYet},
		"too many slides":       {good, content.Limits{Pages: 1}, meeting.ReasonTooLarge},
		"too many pages":        {pdftest.Make("x", 595, 842, "a", "b"), content.Limits{Pages: 1}, meeting.ReasonTooLarge},
		"too much text":         {good, content.Limits{Text: 3}, meeting.ReasonTooLarge},
		"too deep":              {deep, content.Limits{}, meeting.ReasonTooLarge},
		"too many elements":     {wide, content.Limits{Tokens: 2000}, meeting.ReasonTooLarge},
		"too many entries":      {good, content.Limits{Entries: 3}, meeting.ReasonTooLarge},
		"zip bomb in a part":    {bomb, content.Limits{Part: 1 << 20}, meeting.ReasonTooLarge},
		"zip bomb in all":       {bomb, content.Limits{Expanded: 1 << 20}, meeting.ReasonTooLarge},
		"entity bomb":           {entities, content.Limits{}, meeting.ReasonCorrupt},
		"no slide":              {ooxmltest.Deck{}.Bytes(), content.Limits{}, meeting.ReasonEmpty},
		"too long":              {good, content.Limits{Time: time.Nanosecond}, meeting.ReasonTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t, test.limits)
			_, err := read(t, r, test.data)
			if !fault.Is(err, fault.Rejected) || !fault.Because(err, test.reason) {
				t.Errorf("%v, want %s", err, test.reason)
			}
			// The next document is unharmed.
			if c, err := read(t, newReader(t, content.Limits{}), good); err != nil || len(c.Pages) != 2 {
				t.Errorf("the next document: %v", err)
			}
		})
	}
}

// The caller's own end is not the document's fault.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, data := range map[string][]byte{"PDF": pdftest.Make("x", 595, 842, "a"), "PPTX": ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "x"}}}.Bytes()} {
		_, err := newReader(t, content.Limits{}).Read(ctx, bytes.NewReader(data), int64(len(data)))
		if !errors.Is(err, context.Canceled) || fault.Is(err, fault.Rejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// PDFium is stopped in the middle of a document, and goes on with the next.
func TestStoppedInTheMiddle(t *testing.T) {
	pages := make([]string, 1500)
	for i := range pages {
		pages[i] = strings.Repeat("many words on one page ", 40)
	}
	data := pdftest.Make("long", 595, 842, pages...)
	r := newReader(t, content.Limits{})
	if c, err := read(t, r, pdftest.Make("x", 595, 842, "warm")); err != nil || len(c.Pages) != 1 {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Read(ctx, bytes.NewReader(data), int64(len(data))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if c, err := read(t, r, pdftest.Make("x", 595, 842, "after")); err != nil || c.Pages[0].Text != "after" {
		t.Errorf("the next document: %v", err)
	}
}

func TestPDF(t *testing.T) {
	c, err := read(t, newReader(t, content.Limits{}), pdftest.Make("Une réunion", 842, 595, "Première page\nÉlève (2)", "Seconde"))
	if err != nil {
		t.Fatal(err)
	}
	want := &content.Content{Format: content.PDF, Metadata: content.Metadata{Title: "Une réunion", Created: time.Date(2021, 6, 1, 8, 0, 0, 0, time.UTC), Languages: []content.LanguageShare{{Language: "fr", Share: 1}}},
		Pages: []content.Page{{Number: 1, Text: "Première page\nÉlève (2)", Width: 842, Height: 595}, {Number: 2, Text: "Seconde", Width: 842, Height: 595}}}
	if d := cmp.Diff(want, c, cmpopts.IgnoreUnexported(content.Content{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if c.Words() != 5 || c.Excerpt(8) != "Première" {
		t.Errorf("%d words, excerpt %q", c.Words(), c.Excerpt(8))
	}
}

// A second, independent reader: what it reads in the sample's PDFs must be found in ours.
func TestAgainstAnotherPDFReader(t *testing.T) {
	r := newReader(t, content.Limits{})
	files, err := filepath.Glob("../../infra/local/sample/incoming/*.pdf")
	if err != nil || len(files) == 0 {
		t.Fatal("no PDFs in the sample")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := read(t, r, data)
		if err != nil {
			t.Fatal(err)
		}
		ours := map[string]int{}
		for _, p := range c.Pages {
			for _, w := range fold.Words(p.Full()) {
				ours[w]++
			}
		}
		theirs, ok := otherReader(data)
		if !ok {
			t.Fatalf("the other reader cannot read %s", filepath.Base(file))
		}
		// It joins lines without a space, so it is its letters that are looked for.
		joined := strings.Join(fold.Words(theirs), "")
		found, total := 0, 0
		for w, n := range ours {
			total += n
			if strings.Contains(joined, w) {
				found += n
			}
		}
		if total < 20 || found*100 < total*95 {
			t.Errorf("%s: the other reader knows %d of our %d words", filepath.Base(file), found, total)
		}
	}
}

// fuzzed reads within small limits: every input is read or refused.
func fuzzed(t *testing.T, r *extract.Reader, data []byte) {
	c, err := read(t, r, data)
	if err != nil && !fault.Is(err, fault.Rejected) {
		t.Errorf("neither read nor refused: %v", err)
	}
	if err == nil && len(c.Pages) == 0 {
		t.Error("read, and yet without a page")
	}
}

func small() content.Limits {
	return content.Limits{Bytes: 1 << 20, Expanded: 8 << 20, Memory: 128 << 20, Time: 20 * time.Second}
}

func FuzzPDF(f *testing.F) {
	f.Add(pdftest.Make("x", 595, 842, "text"))
	f.Add([]byte("%PDF-1.4\ntrailer << /Root 1 0 R >>"))
	r := newReader(f, small())
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, r, data) })
}

func BenchmarkRead(b *testing.B) {
	r := newReader(b, content.Limits{})
	for _, name := range []string{"Mensah-NRM-Ghana.pptx", "Bank data against traffickers.pdf"} {
		data, err := os.ReadFile("../../infra/local/sample/incoming/" + name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Ext(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(b, r, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
