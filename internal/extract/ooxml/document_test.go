package ooxml_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func p(text string) string { return `<w:p><w:r><w:t>` + text + `</w:t></w:r></w:p>` }

const numbering = `<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>` +
	`<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>` +
	`<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="x"/></w:lvl></w:abstractNum>` +
	`<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="8"><w:abstractNumId w:val="1"/></w:num></w:numbering>`

func item(list, level, text string) string {
	return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + list + `"/></w:numPr></w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
}

func TestDocument(t *testing.T) {
	for name, test := range map[string]struct {
		body  string
		parts map[string]string
		want  []content.Page
	}{
		"runs, tabs and breaks": {`<w:p><w:r><w:t xml:space="preserve">Mme </w:t></w:r><w:r><w:t>Awa</w:t><w:tab/><w:t>Traoré</w:t><w:br/><w:t>magistrate</w:t></w:r></w:p>`, nil, []content.Page{{Text: "Mme Awa\tTraoré\nmagistrate"}}},
		"what was deleted is not there": {`<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>`, nil,
			[]content.Page{{Text: "new"}}},
		"hidden text is not there": {`<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r></w:p>`, nil, []content.Page{{Text: "shown"}}},
		"a field shows its result": {`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>4 May</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`, nil,
			[]content.Page{{Text: "4 May"}}},
		"pages": {p("one") + `<w:p><w:r><w:br w:type="page"/></w:r></w:p>` + p("two") + `<w:p><w:r><w:lastRenderedPageBreak/><w:t>three</w:t></w:r></w:p>` + `<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>four</w:t></w:r></w:p>`, nil,
			[]content.Page{{Text: "one"}, {Text: "two"}, {Text: "three"}, {Text: "four"}}},
		"tables row by row": {`<w:tbl><w:tr><w:tc>` + p("Name") + `</w:tc><w:tc>` + p("Post") + `</w:tc></w:tr><w:sdt><w:sdtContent><w:tr><w:tc>` + p("Awa") + p("Traoré") + `</w:tc><w:tc>` + p("judge") + `</w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>`, nil,
			[]content.Page{{Text: "Name\tPost\nAwa Traoré\tjudge"}}},
		"numbers of lists": {item("7", "0", "a") + item("7", "1", "b") + item("7", "1", "c") + item("7", "0", "d") + item("7", "1", "e") + item("8", "0", "bullet"), map[string]string{"numbering": numbering},
			[]content.Page{{Text: "3. a\n3.i) b\n3.ii) c\n4. d\n4.i) e\nbullet"}}},
		"numbers by style": {`<w:p><w:pPr><w:pStyle w:val="L2"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>`,
			map[string]string{"numbering": numbering, "styles": `<w:styles><w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style><w:style w:styleId="L2"><w:basedOn w:val="L"/></w:style></w:styles>`},
			[]content.Page{{Text: "3. a"}}},
		"notes and comments apart": {`<w:p><w:r><w:t>text</w:t><w:footnoteReference w:id="2"/><w:commentReference w:id="0"/></w:r></w:p>`,
			map[string]string{"footnotes": `<w:footnotes><w:footnote w:type="separator" w:id="0">` + p("-") + `</w:footnote><w:footnote w:id="2">` + p("see annex") + `</w:footnote></w:footnotes>`,
				"comments": `<w:comments><w:comment w:id="0" w:author="x">` + p("check this") + `</w:comment></w:comments>`},
			[]content.Page{{Text: "text", Notes: "see annex", Comments: "check this"}}},
		"headers and footers apart": {p("text"), map[string]string{"header": `<w:hdr>` + p("Ministry of Justice") + `</w:hdr>`, "footer": `<w:ftr>` + p("page 1") + `</w:ftr>`},
			[]content.Page{{Text: "text", Footer: "Ministry of Justice\npage 1"}}},
		"text boxes once": {`<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:docPr descr="a seal"/><wps:txbx><w:txbxContent>` + p("boxed") + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>` + p("boxed") + `</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>` + p("after"), nil,
			[]content.Page{{Text: "boxed\nafter", Alt: "a seal"}}},
		"a chart": {`<w:p><w:r><w:drawing><wp:docPr/><c:chart r:id="rId-chart"/></w:drawing></w:r></w:p>`, map[string]string{"chart": `<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Calls</a:t></a:r></a:p></c:rich></c:tx></c:title></c:chart></c:chartSpace>`},
			[]content.Page{{Text: "Calls"}}},
		"size": {p("x") + `<w:sectPr><w:pgSz w:w="11900" w:h="16840"/></w:sectPr>`, nil, []content.Page{{Text: "x", Width: 595, Height: 842}}},
	} {
		t.Run(name, func(t *testing.T) {
			data := ooxmltest.Document(test.body, test.parts)
			c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range test.want {
				test.want[i].Number = i + 1
			}
			if d := cmp.Diff(test.want, c.Pages); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// Pictures are counted, and those without an alternative text.
func TestPictures(t *testing.T) {
	picture := func(descr string) string {
		return `<w:p><w:r><w:drawing><wp:docPr descr="` + descr + `"/><pic:pic/></w:drawing></w:r></w:p>`
	}
	data := ooxmltest.Document(picture("a seal")+picture("")+picture(""), nil)
	c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nil)
	if err != nil || c.Metadata.Pictures != 3 || c.Metadata.PicturesWithoutAlt != 2 {
		t.Errorf("%+v %v", c.Metadata, err)
	}
}

// Numerals are as Word writes them.
func TestNumerals(t *testing.T) {
	level := func(format string) string {
		return `<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="27"/><w:numFmt w:val="` + format + `"/><w:lvlText w:val="(%1)"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`
	}
	for format, want := range map[string]string{"decimal": "(27) x", "upperRoman": "(XXVII) x", "lowerRoman": "(xxvii) x", "lowerLetter": "(aa) x", "upperLetter": "(AA) x", "decimalZero": "(27) x", "chicago": "(27) x"} {
		data := ooxmltest.Document(item("1", "0", "x"), map[string]string{"numbering": level(format)})
		c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nil)
		if err != nil || c.Pages[0].Text != want {
			t.Errorf("%s: %+v %v", format, c.Pages, err)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add(ooxmltest.Document(p("x")+item("7", "0", "a")+`<w:tbl><w:tr><w:tc>`+p("c")+`</w:tc></w:tr></w:tbl>`, map[string]string{"numbering": numbering}))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzedDocument(t, data) })
}

// FuzzBody fuzzes the XML of a body, which a mutated zip hardly ever lets through.
func FuzzBody(f *testing.F) {
	f.Add(p("x") + item("7", "9", "a"))
	f.Add(`<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>`)
	f.Add(`<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>LINK</w:instrText><w:fldChar w:fldCharType="end"/></w:r></w:p>`)
	f.Fuzz(func(t *testing.T, body string) {
		fuzzedDocument(t, ooxmltest.Document(body, map[string]string{"numbering": numbering, "footnotes": `<w:footnotes><w:footnote w:id="2">` + strings.Repeat(p("x"), 3) + `</w:footnote></w:footnotes>`}))
	})
}

func fuzzedDocument(t *testing.T, data []byte) {
	limits := content.Limits{Expanded: 8 << 20, Part: 4 << 20, Tokens: 100_000, Text: 1 << 20}.WithDefaults()
	c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), limits, nil)
	if err != nil && !fault.Is(err, fault.Rejected) {
		t.Errorf("neither read nor refused: %v", err)
	}
	if err == nil && len(c.Pages) == 0 {
		t.Error("read, and yet without a page")
	}
}

// Styles that are based on each other are looked at once each, however long the chain is, and also in a circle.
func TestStylesInTurn(t *testing.T) {
	var styles strings.Builder
	styles.WriteString(`<w:styles><w:style w:styleId="s0"><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>`)
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&styles, `<w:style w:styleId="s%d"><w:basedOn w:val="s%d"/></w:style>`, i+1, i)
	}
	styles.WriteString(`<w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>`)
	paragraph := func(style string) string {
		return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t>` + style + `</w:t></w:r></w:p>`
	}
	body := paragraph("s1") + paragraph(fmt.Sprint("s", n)) + paragraph("a")
	data := ooxmltest.Document(body, map[string]string{"numbering": numbering, "styles": styles.String()})
	c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nil)
	if want := fmt.Sprintf("3. s1\n4. s%d\na", n); err != nil || c.Pages[0].Text != want {
		t.Errorf("%+v, %v; want %q", c, err, want)
	}
}

// Fields that take their results from elsewhere are external content, however their instructions are written.
func TestFields(t *testing.T) {
	mark := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	instruction := func(text string) string {
		return `<w:r><w:instrText xml:space="preserve">` + text + `</w:instrText></w:r>`
	}
	result := mark("separate") + `<w:r><w:t>result</w:t></w:r>` + mark("end")
	complexField := func(inner string) string { return mark("begin") + inner + result }
	blanks := strings.Repeat(" ", 1000)
	for name, test := range map[string]struct{ body, want string }{
		"text":             {`<w:p>` + complexField(instruction(` INCLUDETEXT "http://example.org/x" `)) + `</w:p>`, "INCLUDETEXT"},
		"a picture":        {`<w:p>` + complexField(instruction(`includepicture "x.png" \d`)) + `</w:p>`, "INCLUDEPICTURE"},
		"an old name":      {`<w:p>` + complexField(instruction(`IMPORT x.wmf`)) + `</w:p>`, "IMPORT"},
		"a simple field":   {`<w:p><w:fldSimple w:instr=" LINK Excel.Sheet.8 c:\x.xls "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>`, "LINK"},
		"in pieces":        {`<w:p>` + complexField(instruction("D")+instruction("DE")+instruction("AUTO")+instruction(` c:\x`)) + `</w:p>`, "DDEAUTO"},
		"behind blanks":    {`<w:p>` + complexField(instruction(blanks)+instruction(blanks+"DDE x")) + `</w:p>`, "DDE"},
		"within another":   {`<w:p>` + complexField(instruction(" IF 1 = 1 ")+complexField(instruction("LINK x"))) + `</w:p>`, "LINK"},
		"made by another":  {`<w:p>` + complexField(mark("begin")+instruction("QUOTE 68 68 69")+mark("separate")+`<w:r><w:t>DDE</w:t></w:r>`+mark("end")+instruction(" x")) + `</w:p>`, "DDE"},
		"over paragraphs":  {`<w:p>` + mark("begin") + instruction("INCLUDE") + `</w:p><w:p>` + instruction("TEXT x") + result + `</w:p>`, "INCLUDETEXT"},
		"hidden":           {`<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType="begin"/><w:instrText>DATABASE</w:instrText></w:r>` + mark("end") + `</w:p>`, "DATABASE"},
		"without an end":   {`<w:p>` + mark("begin") + instruction("LINK x") + `</w:p>`, "LINK"},
		"many before it":   {`<w:p>` + strings.Repeat(mark("begin"), 400) + instruction("LINK x") + mark("end") + `</w:p>`, "LINK"},
		"a link to follow": {`<w:p>` + complexField(instruction(` HYPERLINK "http://example.org/" `)) + `</w:p>`, ""},
		"a longer name":    {`<w:p>` + complexField(instruction("LINKED x")) + `</w:p>`, ""},
		"a word":           {p("INCLUDETEXT") + `<w:p>` + complexField(instruction("PAGE")) + p("LINK") + `</w:p>`, ""},
		"a result":         {`<w:p>` + mark("begin") + instruction("REF x") + mark("separate") + `<w:r><w:t>LINK x</w:t></w:r>` + mark("end") + `</w:p>`, ""},
	} {
		for place, data := range map[string][]byte{
			"the body":   ooxmltest.Document(test.body, nil),
			"the header": ooxmltest.Document("", map[string]string{"header": `<w:hdr>` + test.body + `</w:hdr>`}),
		} {
			c, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nil)
			if err != nil {
				t.Fatal(err)
			}
			var want []meeting.Finding
			if test.want != "" {
				want = []meeting.Finding{{Code: meeting.FindingExternal, Detail: test.want}}
			}
			if d := cmp.Diff(want, c.Findings); d != "" {
				t.Errorf("%s, in %s (-want +got)\n%s", name, place, d)
			}
		}
	}
}
