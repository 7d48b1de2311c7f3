package extract_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	ledongthuc "github.com/ledongthuc/pdf"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/odf/odftest"
	"dossier/internal/extract/ole/oletest"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

func encoded(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, 400, 400))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipOf is a zip of small files.
func zipOf(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file is told by its bytes, under any name.
func TestSniff(t *testing.T) {
	asPNG := encoded(t, func(b *bytes.Buffer, p image.Image) error { return png.Encode(b, p) })
	asJPEG := encoded(t, func(b *bytes.Buffer, p image.Image) error { return jpeg.Encode(b, p, nil) })
	for name, test := range map[string]struct {
		data   []byte
		format content.Format
		reason meeting.Reason
	}{
		"PDF":                   {pdftest.Make("x", 595, 842, "a"), content.PDF, ""},
		"PDF behind junk":       {append([]byte(strings.Repeat("x", 600)), pdftest.Make("x", 595, 842, "a")...), content.PDF, ""},
		"PPTX":                  {ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "x"}}}.Bytes(), content.PPTX, ""},
		"DOCX":                  {ooxmltest.Document("<w:p/>", nil), content.DOCX, ""},
		"a numbered DOCX":       {ooxmltest.Zip("", map[string]string{"word/document2.xml": "<x/>"}), content.DOCX, ""},
		"Word 2003 XML":         {ooxmltest.Flat("", "<w:p/>"), content.WordML, ""},
		"ODT":                   {odftest.File(odftest.Text, "", "", nil), content.ODT, ""},
		"ODP":                   {odftest.File(odftest.Presentation, "", "", nil), content.ODP, ""},
		"archive":               {zipOf(t, "letter.pdf", "Session 1/slides.pptx"), content.Zip, ""},
		"Keynote":               {zipOf(t, "Index/Document.iwa"), "application/zip", ""},
		"mailbox":               {[]byte("From a Mon 9:00\nFrom: a@b.example\nSubject: 1\n\none\n\nFrom b Tue 9:00\nFrom: c@d.example\nSubject: 2\n\ntwo\n"), content.Mailbox, ""},
		"mail of a mailbox":     {[]byte("From a Mon 9:00\nFrom: a@b.example\nSubject: 1\n\none\n"), content.EML, ""},
		"Drive":                 {[]byte(`{"url": "https://docs.google.example/open?id=1", "doc_id": "1", "email": "a@b.example"}`), content.Pointer, ""},
		"JSON":                  {[]byte(`{"url": "https://a.example", "name": "x"}`), content.Text, ""},
		"macOS shortcut":        {[]byte(`<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key><string>https://a.example</string></dict></plist>`), content.Pointer, ""},
		"Windows shortcut":      {[]byte("[InternetShortcut]\r\nURL=https://a.example\r\n"), content.Pointer, ""},
		"Windows link":          {[]byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00"), content.Pointer, ""},
		"Linux link":            {[]byte("[Desktop Entry]\nType=Link\nURL=https://a.example\n"), content.Pointer, ""},
		"Linux program":         {[]byte("[Desktop Entry]\nType=Application\nName=x\n"), content.Text, ""},
		"spreadsheet":           {ooxmltest.Zip("", map[string]string{"xl/workbook.xml": "<x/>"}), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""},
		"HEIC":                  {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), content.HEIC, ""},
		"HEIF":                  {[]byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"), content.HEIC, ""},
		"DOC":                   {oletest.File(map[string][]byte{"WordDocument": []byte("x")}), content.DOC, ""},
		"PPT":                   {oletest.File(map[string][]byte{"PowerPoint Document": []byte("x")}), content.PPT, ""},
		"MSG":                   {oletest.File(map[string][]byte{"__properties_version1.0": []byte("x")}), content.MSG, ""},
		"locked OOXML":          {oletest.File(map[string][]byte{"EncryptedPackage": []byte("x"), "EncryptionInfo": []byte("x")}), "application/x-ole-storage", meeting.ReasonLocked},
		"old spreadsheet":       {oletest.File(map[string][]byte{"Workbook": []byte("x")}), "application/x-ole-storage", ""},
		"RTF":                   {[]byte(`{\rtf1 x}`), content.RTF, ""},
		"EML":                   {[]byte("From: a@b.example\nTo: c@d.example\n\nx"), content.EML, ""},
		"HTML":                  {[]byte("<!DOCTYPE html><html><body>x</body></html>"), content.HTML, ""},
		"HTML behind a comment": {[]byte("<!-- saved from --><html><body>x</body></html>"), content.HTML, ""},
		"text":                  {[]byte("just a text"), content.Text, ""},
		"UTF-16 text":           {oletest.UTF16("just a text in two bytes each"), content.Text, ""},
		"Latin text":            {[]byte("sign\xe9e par la ministre"), content.Text, ""},
		"JPEG":                  {asJPEG, content.JPEG, ""},
		"PNG":                   {asPNG, content.PNG, ""},
		"TIFF":                  {[]byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), content.TIFF, ""},
		"WebP":                  {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f"), content.WebP, ""},
		"a program":             {[]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), "application/vnd.microsoft.portable-executable", ""},
		"zip cut short":         {ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "x"}}}.Bytes()[:300], "application/zip", meeting.ReasonCorrupt},
		"OLE cut short":         {oletest.File(map[string][]byte{"WordDocument": []byte("x")})[:600], "application/x-ole-storage", meeting.ReasonCorrupt},
	} {
		got, err := extract.Sniff(bytes.NewReader(test.data), int64(len(test.data)), content.Limits{}.WithDefaults())
		if got != test.format && !(test.reason == meeting.ReasonCorrupt && strings.HasPrefix(string(got), "application/")) || !fault.Because(err, test.reason) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestMisnamed(t *testing.T) {
	for name, want := range map[string]bool{"x.pptx": false, "x.PPSM": false, "x.ppt": true, "x.pdf": true, "x.docx": true, "x": false, "x.final": false, "x.v2": false} {
		if got := content.PPTX.Misnamed(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// attached is a PDF to whose page a file is attached, which lies in it or beside it.
func attached(name string, within bool) []byte {
	file := ""
	if within {
		file = " /EF << /F 90 0 R >>"
	}
	note := "<< /Type /Annot /Subtype /FileAttachment /Rect [10 10 30 30] /FS << /Type /Filespec /F (" + name + ")" + file + " >> >>"
	p := bytes.Replace(pdftest.Make("x", 595, 842, "text"), []byte("/Type /Page /Parent"), []byte("/Annots ["+note+"] /Type /Page /Parent"), 1)
	return bytes.Replace(p, []byte("xref\n"), []byte("90 0 obj\n<< /Type /EmbeddedFile /Length 2 >>\nstream\nxy\nendstream\nendobj\nxref\n"), 1)
}

// What a file holds beside its text is found, and does not keep it from being read.
func TestFindings(t *testing.T) {
	deck := func(parts map[string]string) []byte {
		d := ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T"}}}
		return ooxmltest.Add(d.Bytes(), parts)
	}
	external := func(kind string) string {
		return `<Relationships><Relationship Id="rId1" Type="http://x/` + kind + `" Target="https://elsewhere.example" TargetMode="External"/></Relationships>`
	}
	script := bytes.Replace(pdftest.Make("x", 595, 842, "text"), []byte("/Type /Catalog"), []byte("/OpenAction << /S /JavaScript /JS (app.alert) >> /Type /Catalog"), 1)
	launch := bytes.Replace(pdftest.Make("x", 595, 842, "text"), []byte("/Type /Catalog"), []byte("/OpenAction << /S /Launch /F (cmd.exe) >> /Type /Catalog"), 1)
	inner := func(kind, target string) string {
		return `<Relationships><Relationship Id="rId1" Type="http://x/` + kind + `" Target="` + target + `"/></Relationships>`
	}
	const workbook = "ppt/embeddings/Microsoft_Excel_Sheet.xlsx"
	for name, test := range map[string]struct {
		data []byte
		want string // codes
	}{
		"nothing":                                    {deck(nil), ""},
		"a chart's own table":                        {deck(map[string]string{workbook: "PK", "ppt/charts/chart1.xml": chartXML, "ppt/charts/_rels/chart1.xml.rels": inner("package", "../embeddings/Microsoft_Excel_Sheet.xlsx")}), ""},
		"a workbook on a slide":                      {deck(map[string]string{workbook: "PK", "ppt/slides/_rels/slide9.xml.rels": inner("package", "../embeddings/Microsoft_Excel_Sheet.xlsx")}), "embedded-object"},
		"a workbook that a chart shares":             {deck(map[string]string{workbook: "PK", "ppt/charts/chart1.xml": chartXML, "ppt/charts/_rels/chart1.xml.rels": inner("package", "/"+workbook), "ppt/slides/_rels/slide9.xml.rels": inner("package", "/"+strings.ToUpper(workbook))}), "embedded-object"},
		"a workbook on a slide that is among charts": {deck(map[string]string{workbook: "PK", "ppt/charts/slide9.xml": "<p:sld/>", "ppt/charts/_rels/slide9.xml.rels": inner("package", "/"+workbook)}), "embedded-object"},
		"a document in a folder of its own":          {deck(map[string]string{"ppt/media/a.bin": "PK", "ppt/slides/_rels/slide9.xml.rels": inner("oleObject", "../media/a.bin")}), "embedded-object"},
		"a program in a folder of its own":           {deck(map[string]string{"ppt/media/a.bin": "\x02\x00report.exe\x00C:\\report.exe\x00MZ", "ppt/slides/_rels/slide9.xml.rels": inner("oleObject", "../media/a.bin")}), "executable"},
		"a slide that is a workbook":                 {ooxmltest.Add(ooxmltest.Deck{Slides: []ooxmltest.Slide{{}}}.Bytes(), map[string]string{workbook: "PK", "ppt/slides/_rels/slide9.xml.rels": inner("package", "/"+workbook)}), "embedded-object"},
		"a file on a page":                           {attached("a.xlsx", true), "attached-files"},
		"a program on a page":                        {attached("a.exe", true), "attached-files executable"},
		"a file beside a page":                       {attached("a.xlsx", false), ""},
		"macros":                                     {deck(map[string]string{"ppt/vbaProject.bin": "x"}), "macros"},
		"embedded document":                          {deck(map[string]string{"ppt/embeddings/oleObject1.bin": "x"}), "embedded-object"},
		"a chart's table":                            {deck(map[string]string{"ppt/embeddings/Microsoft_Excel_Sheet.xlsx": "PK"}), ""},
		"a program":                                  {deck(map[string]string{"ppt/embeddings/oleObject1.bin": "\x02\x00report.exe\x00C:\\report.exe\x00MZ"}), "executable"},
		"external template":                          {deck(map[string]string{"word/_rels/settings.xml.rels": external("attachedTemplate")}), "external-content"},
		"external picture":                           {deck(map[string]string{"ppt/slides/_rels/slide9.xml.rels": external("image")}), "external-content"},
		"a link":                                     {deck(map[string]string{"ppt/slides/_rels/slide9.xml.rels": external("hyperlink")}), ""},
		"a script in a PDF":                          {script, "javascript"},
		"a launch in a PDF":                          {launch, "launch-action"},
		"no alternative text":                        {ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T", XML: `<p:pic><p:nvPicPr><p:cNvPr id="1" name="x"/></p:nvPicPr></p:pic><p:pic><p:nvPicPr><p:cNvPr id="2" name="y" descr="a map"/></p:nvPicPr></p:pic>`}}}.Bytes(), "no-alt-text"},
		"decoration":                                 {ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T", XML: `<p:pic><p:nvPicPr><p:cNvPr id="1" name="x"><a:extLst><a:ext><adec:decorative val="1"/></a:ext></a:extLst></p:cNvPr></p:nvPicPr></p:pic>`}}}.Bytes(), ""},
		"a mail with a locked":                       {[]byte("From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nsee\n--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n%PDF-1.4 nothing\n--x--\n"), "attachment-unread"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := read(t, newReader(t, content.Limits{}), test.data)
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range c.Findings {
				codes = append(codes, string(f.Code))
			}
			if got := strings.Join(codes, " "); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// chunked is a DOCX that takes parts into its text, by their names.
func chunked(parts map[string]string) []byte {
	body, all, relations := "", map[string]string{}, `<Relationships>`
	for i, name := range slices.Sorted(maps.Keys(parts)) {
		id := "rId" + strconv.Itoa(i)
		body += `<w:p><w:r><w:t>before</w:t></w:r></w:p><w:altChunk r:id="` + id + `"/><w:altChunk r:id="` + id + `"/>`
		relations += `<Relationship Id="` + id + `" Type="http://x/aFChunk" Target="` + name + `"/>`
		all["word/"+name] = parts[name]
	}
	all["word/_rels/document.xml.rels"] = relations + `</Relationships>`
	return ooxmltest.Add(ooxmltest.Document(body, nil), all)
}

// The parts that a DOCX takes into its text are read once each, in any of the formats that they may have.
func TestChunks(t *testing.T) {
	word := func(text string) string {
		return string(ooxmltest.Document(`<w:p><w:r><w:t>`+text+`</w:t></w:r></w:p>`, nil))
	}
	for name, test := range map[string]struct {
		part, data string
		want       content.Page
		findings   []meeting.Finding
	}{
		"a page": {"a.html", `<!DOCTYPE html><html><p>Awa <b>Traoré</b></p><img alt="a seal"><img src="https://x.example/a">`,
			content.Page{Text: "before\nAwa Traoré", Alt: "a seal"}, []meeting.Finding{{Code: meeting.FindingExternal, Detail: "img"}, {Code: meeting.FindingNoAltText, Detail: "1"}}},
		"a piece of a page":     {"a.htm", `Awa<br>Traoré`, content.Page{Text: "before\nAwa\nTraoré"}, nil},
		"text":                  {"a.txt", "Awa <b>", content.Page{Text: "before\nAwa <b>"}, nil},
		"RTF":                   {"a.rtf", `{\rtf1 Awa{\footnote note}}`, content.Page{Text: "before\nAwa", Notes: "note"}, nil},
		"a document":            {"a.docx", word("Awa"), content.Page{Text: "before\nAwa"}, nil},
		"one within another":    {"a.docx", string(chunked(map[string]string{"b.docx": word("Awa")})), content.Page{Text: "before\nbefore\nAwa"}, nil},
		"a file that is broken": {"a.docx", word("Awa")[:60], content.Page{Text: "before"}, []meeting.Finding{{Code: meeting.FindingEmbedded}}},
		"nothing":               {"a.html", "", content.Page{Text: "before"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := read(t, newReader(t, content.Limits{}), chunked(map[string]string{test.part: test.data}))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Number = 1
			if d := cmp.Diff([]content.Page{test.want}, c.Pages); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if d := cmp.Diff(test.findings, c.Findings); d != "" {
				t.Errorf("findings (-want +got)\n%s", d)
			}
		})
	}
}

// Documents within documents have one budget, and end somewhere.
func TestChunksAreLimited(t *testing.T) {
	deep := ooxmltest.Document(`<w:p/>`, nil)
	for range 6 {
		deep = chunked(map[string]string{"a.docx": string(deep)})
	}
	long := map[string]string{}
	for i := range 4 {
		long[strconv.Itoa(i)+".docx"] = string(ooxmltest.Document("<!--"+strings.Repeat("a", 1<<20)+"-->", nil))
	}
	many := map[string]string{"a.txt": strings.Repeat("a", 900), "b.txt": strings.Repeat("b", 900)}
	for name, test := range map[string]struct {
		data   []byte
		limits content.Limits
	}{
		"too deep":          {deep, content.Limits{}},
		"too much unpacked": {chunked(long), content.Limits{Expanded: 3 << 20}},
		"too much text":     {chunked(many), content.Limits{Text: 1000}},
		"too long a part":   {chunked(many), content.Limits{Part: 800}},
	} {
		if _, err := read(t, newReader(t, test.limits), test.data); !fault.Because(err, meeting.ReasonTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Comments, alternative texts and the newer charts of a slide.
func TestSlideParts(t *testing.T) {
	cx := `<cx:chartSpace><cx:chartData><cx:data id="0"><cx:strDim><cx:lvl><cx:pt idx="0">Refer</cx:pt><cx:pt idx="1">Protect</cx:pt></cx:lvl></cx:strDim></cx:data></cx:chartData></cx:chartSpace>`
	slide := ooxmltest.Slide{Title: "T", XML: frame(0, 0, 9, 9, `<cx:chart r:id="rId9"/>`), Parts: map[string]ooxmltest.Part{
		"rId9": {Kind: "chart", Name: "charts/chartEx1.xml", XML: cx},
		"rId7": {Kind: "comments", Name: "comments/comment1.xml", XML: `<p:cmLst><p:cm><p:text>shorten this</p:text></p:cm></p:cmLst>`},
		"rId8": {Kind: "comments", Name: "comments/modern1.xml", XML: `<p188:cmLst><p188:cm><p188:txBody><a:p><a:r><a:t>and this</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>`}}}
	c, err := read(t, newReader(t, content.Limits{}), ooxmltest.Deck{Slides: []ooxmltest.Slide{slide}}.Bytes())
	if err != nil || c.Pages[0].Text != "Refer\tProtect" || c.Pages[0].Comments != "shorten this\nand this" {
		t.Errorf("%+v %v", c.Pages, err)
	}
}

// filledForm is a PDF of a text with a field that was filled in, without its picture, a remark, and a note in the margin.
func filledForm(text, value string) []byte {
	p := pdftest.Make("form", 595, 842, text)
	field := "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (" + value + ") /DA (/Helv 12 Tf 0 g) /Rect [200 770 400 790] /P 5 0 R /F 4 >>"
	note := "<< /Type /Annot /Subtype /Text /Contents (please check the name) /Rect [10 10 30 30] >>"
	p = bytes.Replace(p, []byte("/Type /Page /Parent"), []byte("/Annots ["+field+" "+note+"] /Type /Page /Parent"), 1)
	return bytes.Replace(p, []byte("/Type /Catalog"), []byte("/AcroForm << /Fields [] /NeedAppearances true /DR << /Font << /Helv 3 0 R >> >> >> /Type /Catalog"), 1)
}

// What was filled into a form stands in the text, and remarks stand apart.
func TestForm(t *testing.T) {
	c, err := read(t, newReader(t, content.Limits{}), filledForm("Name of the nominee:", "Awa Traore"))
	if err != nil || !strings.Contains(c.Pages[0].Text, "Awa Traore") || !strings.HasPrefix(c.Pages[0].Text, "Name of the nominee:") || c.Pages[0].Comments != "please check the name" {
		t.Errorf("%+v %v", c.Pages, err)
	}
}

// A value is said once: as its field shows it, or else behind the text.
func TestFormValuesOnce(t *testing.T) {
	long := strings.Repeat("Awa Traore of the ministry ", 200)
	for name, test := range map[string]struct {
		text, value string
		times       int
	}{
		"not shown":                   {"Name of the nominee:", "Awa Traore", 1},
		"shown":                       {"Name of the nominee: Awa Traore", "Awa Traore", 1},
		"shown in lines":              {"Name of the nominee: Awa\nTraore", "Awa Traore", 0},
		"shown as far as it has room": {"Name of the nominee:\n" + strings.Repeat("Awa Traore of the ministry\n", 30), long, 30},
	} {
		c, err := read(t, newReader(t, content.Limits{}), filledForm(test.text, test.value))
		if err != nil || strings.Count(c.Pages[0].Text, "Awa Traore") != test.times {
			t.Errorf("%s: %.200q %v", name, c.Pages[0].Text, err)
		}
	}
}

// Files that try to run in circles, to grow, or to be somewhere else, are read or refused.
func TestTricks(t *testing.T) {
	circle := bytes.Replace(pdftest.Make("x", 595, 842, "a"), []byte("/Kids [5 0 R ]"), []byte("/Kids [2 0 R 2 0 R 5 0 R]"), 1)
	attributes := ooxmltest.Deck{Slides: []ooxmltest.Slide{{XML: "<a:x" + strings.Repeat(` a="b"`, 10_000) + "/>"}}}.Bytes()
	climbing := ooxmltest.Add(ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T"}}}.Bytes(), map[string]string{"../../../etc/passwd": "x", "/abs/olute": "x", `..\..\x`: "x"})
	inner := ooxmltest.Zip("", map[string]string{"a": strings.Repeat("a", 1<<20)})
	nested := ooxmltest.Add(ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T"}}}.Bytes(), map[string]string{"ppt/embeddings/a.zip": string(inner)})
	for name, test := range map[string]struct {
		data   []byte
		limits content.Limits
		reason meeting.Reason
	}{
		"page tree in a circle":   {circle, content.Limits{}, "read or corrupt"},
		"ten thousand attributes": {attributes, content.Limits{}, meeting.ReasonTooLarge},
		"names that climb":        {climbing, content.Limits{}, ""},
		"a zip in a zip":          {nested, content.Limits{Expanded: 100 << 10}, ""}, // which is not opened
		"packed too tightly":      {ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T", XML: "<!--" + strings.Repeat("a", 20<<20) + "-->"}}}.Bytes(), content.Limits{}, meeting.ReasonTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, newReader(t, test.limits), test.data)
			if test.reason == "read or corrupt" && (err == nil || fault.Because(err, meeting.ReasonCorrupt)) {
				return
			}
			if !fault.Because(err, test.reason) || err != nil && !fault.Is(err, fault.Rejected) {
				t.Errorf("%v, want %q", err, test.reason)
			}
		})
	}
}

// A slide in Arabic is read from the right.
func TestRightToLeft(t *testing.T) {
	slide := ooxmltest.Slide{XML: ooxmltest.Shape("", "يسار", 0, 1000000, 1000000, 500000) + ooxmltest.Shape("", "يمين", 5000000, 1000000, 1000000, 500000)}
	c, err := read(t, newReader(t, content.Limits{}), ooxmltest.Deck{Slides: []ooxmltest.Slide{slide}}.Bytes())
	if err != nil || c.Pages[0].Text != "يمين\nيسار" {
		t.Errorf("%+v %v", c.Pages, err)
	}
}

// seen is an engine that reads the same in every picture.
type seen struct{ pages *int }

func (s seen) Recognise(context.Context, *image.Gray) (ocr.Text, error) {
	*s.pages++
	return ocr.Text{Lines: []string{"Ministry of Labour", "hereby nominates"}, Confidence: 0.8}, nil
}

// scan is a PDF whose page is nothing but a picture.
func scan() []byte {
	p := pdftest.Make("scan", 595, 842, "x")
	content := "q 500 0 0 700 40 40 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xff\xff\x00 EI Q"
	i := bytes.Index(p, []byte("stream\n"))
	j := bytes.Index(p, []byte("\nendstream"))
	out := append(append(append([]byte{}, p[:i+7]...), content...), p[j:]...)
	k := bytes.LastIndex(out[:i], []byte("/Length "))
	end := k + bytes.IndexByte(out[k:], '>')
	return append(append(append([]byte{}, out[:k]...), []byte("/Length "+strconv.Itoa(len(content))+" ")...), out[end:]...)
}

// glyphs is a PDF whose letters are glyph numbers of a font that says of none what it stands for.
func glyphs() []byte {
	p := pdftest.Make("x", 595, 842, "placeholder")
	p = bytes.Replace(p, []byte("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
		[]byte("<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Own /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Own "+
			"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /AAAAAA+Own /Flags 4 >> >>] >>"), 1)
	return bytes.Replace(p, []byte("(placeholder) Tj"), []byte("<03f2039203f4039203f2039203f4039203f2039203f4039203f2039203f40392> Tj"), 1)
}

// A page that is a picture is drawn and read, a page with text is not, and without an engine it is said.
func TestScans(t *testing.T) {
	e := pdf.New(pdf.UserCache(), content.Limits{}.WithDefaults().Memory)
	t.Cleanup(func() { e.Close() })
	for name, test := range map[string]struct {
		data   []byte
		engine bool
		scans  int
		unread bool
	}{
		"scan":             {scan(), true, 1, false},
		"scan, no engine":  {scan(), false, 0, true},
		"text":             {pdftest.Make("x", 595, 842, "This page has a text of its own"), true, 0, false},
		"picture":          {encoded(t, func(b *bytes.Buffer, p image.Image) error { return png.Encode(b, p) }), true, 1, false},
		"picture, unread":  {encoded(t, func(b *bytes.Buffer, p image.Image) error { return png.Encode(b, p) }), false, 0, true},
		"letters unknown":  {glyphs(), true, 1, false},
		"an empty page":    {pdftest.Make("x", 595, 842, ""), true, 0, false},
		"a number stamped": {pdftest.Make("x", 595, 842, "12"), true, 0, false},
	} {
		pages := 0
		var engine ocr.Engine
		if test.engine {
			engine = seen{&pages}
		}
		c, err := read(t, extract.New(e, engine, content.Limits{}), test.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if pages != test.scans || c.Has(meeting.FindingScanUnread) != test.unread {
			t.Errorf("%s: %d pages were scanned, findings %v", name, pages, c.Findings)
		}
		if test.scans > 0 && (c.Pages[0].Text != "Ministry of Labour\nhereby nominates" || c.Pages[0].Confidence != 0.8 || len(c.Metadata.Languages) == 0) {
			t.Errorf("%s: %+v %v", name, c.Pages[0], c.Metadata.Languages)
		}
	}
}

// Over the trusted PDFs, what an independent reader reads is found in ours. It joins words across lines, so they are looked
// for in our letters without their blanks; of files whose fonts it does not understand nothing follows.
func TestAgainstAnotherReaderOverTheCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/*/*.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the corpus is not here")
	}
	explained := map[string]string{
		"language-docs_fr_olap.pdf": "it reads the braces of the formulas' font as f and g: {Coke, Pepsi} is fcoke pepsig",
		"pdf_reliance.pdf":          "a spread cut into two pages: it reads what was cut off, and joins lines across columns",
	}
	r := newReader(t, content.Limits{})
	compared, found, total := 0, 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := read(t, r, data)
		if err != nil {
			continue // locked
		}
		theirs, ok := otherReader(data)
		if !ok {
			continue
		}
		var ours strings.Builder
		for _, p := range c.Pages {
			for _, w := range fold.Words(p.Full()) {
				ours.WriteString(w)
			}
		}
		hits, all := 0, 0
		for _, w := range fold.Words(theirs) {
			if n := len([]rune(w)); n < 2 || n > 20 {
				continue // single signs, and whole lines that it joined
			}
			all++
			if strings.Contains(ours.String(), w) {
				hits++
			}
		}
		if all < 20 || hits*2 < all {
			t.Logf("%s: it reads %d of %d words that are in ours", filepath.Base(file), hits, all)
			continue // it reads glyph numbers for letters
		}
		compared++
		found, total = found+hits, total+all
		if hits*100 < all*95 && explained[filepath.Base(file)] == "" {
			t.Errorf("%s: ours has %d of its %d words", filepath.Base(file), hits, all)
		}
	}
	t.Logf("%d files, %d of %d words", compared, found, total)
	if compared < 10 || found*100 < total*95 {
		t.Errorf("%d files, %d of %d words", compared, found, total)
	}
}

// otherReader reads a PDF by ledongthuc/pdf, which may panic.
func otherReader(data []byte) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	r, err := ledongthuc.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", false
	}
	plain, err := r.GetPlainText()
	if err != nil {
		return "", false
	}
	b := new(bytes.Buffer)
	_, err = b.ReadFrom(plain)
	return b.String(), err == nil
}

// The pages of a long document are read by several instances at once, and come in their order.
func TestManyPages(t *testing.T) {
	texts := make([]string, 30)
	for i := range texts {
		texts[i] = "page number " + strconv.Itoa(i+1)
	}
	c, err := read(t, newReader(t, content.Limits{}), pdftest.Make("x", 595, 842, texts...))
	if err != nil || len(c.Pages) != 30 {
		t.Fatalf("%d pages, %v", len(c.Pages), err)
	}
	for i, p := range c.Pages {
		if p.Text != texts[i] || p.Number != i+1 {
			t.Errorf("page %d: %q", p.Number, p.Text)
		}
	}
	if _, err := read(t, newReader(t, content.Limits{Text: 50}), pdftest.Make("x", 595, 842, texts...)); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%v", err)
	}
}

var errEngine = errors.New("engine down")

type down struct{}

func (down) Recognise(context.Context, *image.Gray) (ocr.Text, error) { return ocr.Text{}, errEngine }

// An engine that fails is no fault of the document's: it comes again.
func TestEngineDown(t *testing.T) {
	e := pdf.New(pdf.UserCache(), content.Limits{}.WithDefaults().Memory)
	t.Cleanup(func() { e.Close() })
	for _, data := range [][]byte{scan(), encoded(t, func(b *bytes.Buffer, p image.Image) error { return png.Encode(b, p) })} {
		if _, err := read(t, extract.New(e, down{}, content.Limits{}), data); !errors.Is(err, errEngine) || fault.Is(err, fault.Rejected) {
			t.Errorf("%v", err)
		}
	}
}
