package ooxml_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func TestFlat(t *testing.T) {
	changed := func(kind, inner string) string {
		return `<aml:annotation w:type="` + kind + `"><aml:content>` + inner + `</aml:content></aml:annotation>`
	}
	run := func(text string) string { return `<w:r><w:t>` + text + `</w:t></w:r>` }
	for name, test := range map[string]struct {
		body     string
		want     []content.Page
		findings []meeting.Finding
	}{
		"paragraphs in a section": {`<wx:sect><wx:sub-section>` + p("Mme <![CDATA[Awa & co]]>") + `</wx:sub-section>` + p("fin") + `</wx:sect>`,
			[]content.Page{{Text: "Mme Awa & co\nfin"}}, nil},
		"a table in a paragraph's place": {`<w:tbl><w:tr><w:tc>` + p("Name") + `</w:tc><w:tc>` + p("Post") + `</w:tc></w:tr>` + changed("Word.Insertion", `<w:tr><w:tc>`+p("Awa")+`</w:tc></w:tr>`) + `</w:tbl>`,
			[]content.Page{{Text: "Name\tPost\nAwa"}}, nil},
		"changes and remarks": {`<w:p>` + changed("Word.Insertion", run("new")) + changed("Word.Deletion", `<w:r><w:delText>old</w:delText><w:t>old</w:t></w:r>`) + `<w:r>` + changed("Word.Comment", p("check this")) + `</w:r></w:p>`,
			[]content.Page{{Text: "new", Comments: "check this"}}, nil},
		"notes in place": {`<w:p>` + run("text") + `<w:r><w:footnote>` + p("see annex") + `</w:footnote></w:r></w:p>`,
			[]content.Page{{Text: "text", Notes: "see annex"}}, nil},
		"margins and size": {p("text") + `<w:sectPr><w:hdr w:type="odd">` + p("Ministry") + `</w:hdr><w:ftr w:type="odd">` + p("page 1") + `</w:ftr><w:pgSz w:w="11900" w:h="16840"/></w:sectPr>`,
			[]content.Page{{Text: "text", Footer: "Ministry\npage 1", Width: 595, Height: 842}}, nil},
		"numbers beside": {`<w:p><w:pPr><w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/><wx:t wx:val="2."/></w:listPr></w:pPr>` + run("a") + `</w:p><w:p><w:pPr><w:listPr><wx:t wx:val="·"/></w:listPr></w:pPr>` + run("b") + `</w:p>`,
			[]content.Page{{Text: "2. a\nb"}}, nil},
		"a link and a field": {`<w:p><w:hlink w:dest="http://x.example">` + run("site") + `</w:hlink><w:fldSimple w:instr="INCLUDETEXT x">` + run(" here") + `</w:fldSimple></w:p>`,
			[]content.Page{{Text: "site here"}}, []meeting.Finding{{Code: meeting.FindingExternal, Detail: "INCLUDETEXT"}}},
		"pictures": {`<w:p><w:r><w:pict><w:binData w:name="wordml://1.png">iVBORw==</w:binData><v:shape alt="a seal"><v:imagedata src="wordml://1.png"/></v:shape></w:pict></w:r><w:r><w:pict><v:shape alt="a map"><v:imagedata src="http://x.example/2.png"/></v:shape></w:pict></w:r></w:p>`,
			[]content.Page{{Alt: "a seal\na map"}}, []meeting.Finding{{Code: meeting.FindingExternal, Detail: "image"}}},
	} {
		data := ooxmltest.Flat("", test.body)
		if !ooxml.IsFlat(data) {
			t.Errorf("%s: not told", name)
		}
		c, err := ooxml.ReadFlat(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range test.want {
			test.want[i].Number = i + 1
		}
		if d := cmp.Diff(test.want, c.Pages); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
		if d := cmp.Diff(test.findings, c.Findings); d != "" {
			t.Errorf("%s: findings (-want +got)\n%s", name, d)
		}
	}
}

// A document of Word 2003 in XML says of itself, and of its risks, as much as others.
func TestFlatProperties(t *testing.T) {
	data := ooxmltest.Flat(` w:macrosPresent="yes" w:embeddedObjPresent="yes"`, `<w:p/>`)
	data = bytes.Replace(data, []byte("<w:body>"), []byte(`<o:DocumentProperties><o:Title>T</o:Title><o:Author>Awa</o:Author><o:Created>2021-05-03T09:00:00Z</o:Created></o:DocumentProperties>`+
		`<w:docPr><w:attachedTemplate w:val="\\x.example\a.dot"/></w:docPr><w:body>`), 1)
	c, err := ooxml.ReadFlat(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(content.Metadata{Title: "T", Author: "Awa", Created: time.Date(2021, 5, 3, 9, 0, 0, 0, time.UTC)}, c.Metadata); d != "" {
		t.Error(d)
	}
	for _, code := range []meeting.FindingCode{meeting.FindingMacros, meeting.FindingEmbedded, meeting.FindingExternal} {
		if !c.Has(code) {
			t.Errorf("no %s", code)
		}
	}
	if _, err := ooxml.ReadFlat(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{Part: 10}.WithDefaults()); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("a long part: %v", err)
	}
}

func FuzzFlat(f *testing.F) {
	f.Add(`<w:tbl><w:tr><w:tc>` + p("x") + `</w:tc></w:tr></w:tbl>`)
	f.Add(`<w:p><aml:annotation w:type="Word.Comment"><aml:content>` + p("x") + `</aml:content></aml:annotation></w:p>`)
	f.Fuzz(func(t *testing.T, body string) {
		data := ooxmltest.Flat("", body)
		limits := content.Limits{Part: 4 << 20, Tokens: 100_000, Text: 1 << 20}.WithDefaults()
		c, err := ooxml.ReadFlat(t.Context(), bytes.NewReader(data), int64(len(data)), limits)
		if err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
		if err == nil && len(c.Pages) == 0 {
			t.Error("read, and yet without a page")
		}
	})
}
