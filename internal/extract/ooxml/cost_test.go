package ooxml_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

// A long label that a table's cell repeats ends at the limit on text, before memory is taken for it.
func TestLabelsAreBounded(t *testing.T) {
	long := strings.Replace(numbering, `"%1."`, `"`+strings.Repeat("label ", 50_000)+`"`, 1)
	data := ooxmltest.Document(`<w:tbl><w:tr><w:tc>`+strings.Repeat(item("7", "0", "a"), 300)+`</w:tc></w:tr></w:tbl>`, map[string]string{"numbering": long})
	var err error
	n := memtest.Allocated(func() {
		_, err = ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{Text: 1 << 20}.WithDefaults(), nil)
	})
	if !fault.Because(err, meeting.ReasonTooLarge) || n > 40<<20 {
		t.Errorf("%d MB allocated, %v", n>>20, err)
	}
}

// The cells of a row are within the limit on text together.
func TestRowIsBounded(t *testing.T) {
	data := ooxmltest.Document(`<w:tbl><w:tr>`+strings.Repeat(`<w:tc>`+p(strings.Repeat("x", 300))+`</w:tc>`, 5)+`</w:tr></w:tbl>`, nil)
	_, err := ooxml.ReadDocument(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{Text: 1000}.WithDefaults(), nil)
	if !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%v", err)
	}
}

const slidePart = "ppt/slides/slide1.xml"

// pointing is a deck of one slide with a tree of shapes, many relationships of a kind to one part, and that part.
func pointing(tree, kind string, times int, part string) []byte {
	var rels strings.Builder
	for i := range times {
		fmt.Fprintf(&rels, `<Relationship Id="c%d" Type="x/%s" Target="../part.xml"/>`, i, kind)
	}
	return ooxmltest.Zip("", map[string]string{
		"_rels/.rels":                      `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>`,
		"ppt/presentation.xml":             `<p:presentation><p:sldIdLst><p:sldId r:id="r0"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels":  `<Relationships><Relationship Id="r0" Type="x/slide" Target="slides/slide1.xml"/></Relationships>`,
		slidePart:                          `<p:sld><p:cSld><p:spTree>` + tree + `</p:spTree></p:cSld></p:sld>`,
		"ppt/slides/_rels/slide1.xml.rels": `<Relationships>` + rels.String() + `</Relationships>`,
		"ppt/part.xml":                     part,
	})
}

// A part of comments that many relationships name is read once.
func TestCommentsOnce(t *testing.T) {
	part := `<p:cmLst><p:cm><p:text>` + strings.Repeat("wôrd ", 2000) + `</p:text></p:cm></p:cmLst>`
	cost := func(times int) uint64 {
		data := pointing("<p:sp/>", "comments", times, part)
		return memtest.Allocated(func() {
			c, err := ooxml.ReadPresentation(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
			if err != nil || len(c.Pages[0].Comments) < 12_000-1 || len(c.Pages[0].Comments) > 12_000 {
				t.Errorf("%v", err)
			}
		})
	}
	if once, often := cost(1), cost(100); often > once+2<<20 {
		t.Errorf("%d bytes for one, %d for a hundred", once, often)
	}
}

// A diagram that a slide shows many times is read until there is too much text, and no more.
func TestDiagramsAreBounded(t *testing.T) {
	part := `<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>` + strings.Repeat("x", 100_000) + `</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`
	frame := `<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="c0"/></a:graphicData></a:graphic></p:graphicFrame>`
	data := pointing(strings.Repeat(frame, 50), "diagramData", 1, part)
	limits := content.Limits{Text: 1 << 20}.WithDefaults()
	_, err := ooxml.ReadPresentation(t.Context(), bytes.NewReader(data), int64(len(data)), limits)
	if peak := limits.Peak(); !fault.Because(err, meeting.ReasonTooLarge) || peak > 2<<20 {
		t.Errorf("%d KB held, %v", peak>>10, err)
	}
}
