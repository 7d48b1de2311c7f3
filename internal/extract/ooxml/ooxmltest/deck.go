// Package ooxmltest makes small presentations and documents for tests.
package ooxmltest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Slide is one slide.
type Slide struct {
	Title, Body, Notes string
	Hidden             bool
	// XML is further shapes, as they stand in p:spTree, and Background what stands in p:cSld before it.
	XML, Background string
	// Parts are further relationships of the slide: id to type, target and content.
	Parts map[string]Part
}

// Part is a part that a slide points to.
type Part struct{ Kind, Name, XML string }

// Deck is a presentation.
type Deck struct {
	Title, Author string
	Slides        []Slide
}

const namespaces = ` xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
	` xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"` +
	` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
	` xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"` +
	` xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"` +
	` xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`

const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

// Shape writes a shape with a text, at a place in EMU, a placeholder of a type or "" for none.
func Shape(placeholder, text string, x, y, w, h int) string {
	ph, xfrm := "", ""
	if placeholder != "" {
		ph = fmt.Sprintf(`<p:ph type=%q/>`, placeholder)
	}
	if w > 0 {
		xfrm = fmt.Sprintf(`<a:xfrm><a:off x="%d" y="%d"/><a:ext cx="%d" cy="%d"/></a:xfrm>`, x, y, w, h)
	}
	return fmt.Sprintf(
		`<p:sp><p:nvSpPr><p:cNvPr id="2" name="x"/><p:cNvSpPr/><p:nvPr>%s</p:nvPr></p:nvSpPr><p:spPr>%s</p:spPr>%s</p:sp>`,
		ph,
		xfrm,
		body(text),
	)
}

func body(text string) string {
	var b strings.Builder
	b.WriteString(`<p:txBody><a:bodyPr/>`)
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(`<a:p><a:r><a:t>` + escape(line) + `</a:t></a:r></a:p>`)
	}
	b.WriteString(`</p:txBody>`)
	return b.String()
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer takes everything
	return b.String()
}

// Bytes writes the presentation.
func (d Deck) Bytes() []byte {
	parts := map[string]string{
		"_rels/.rels": rels(map[string][2]string{"rId1": {"officeDocument", "ppt/presentation.xml"},
			"rId2": {"metadata/core-properties", "docProps/core.xml"}}),
		"docProps/core.xml": `<cp:coreProperties xmlns:cp="x" xmlns:dc="y" xmlns:dcterms="z"><dc:title>` + escape(
			d.Title,
		) + `</dc:title><dc:creator>` +
			escape(
				d.Author,
			) + `</dc:creator><dcterms:created>2021-06-01T08:00:00Z</dcterms:created></cp:coreProperties>`,
	}
	types := `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>`
	list, main := "", map[string][2]string{}
	for i, s := range d.Slides {
		n := i + 1
		id := fmt.Sprintf("rId%d", n)
		list += fmt.Sprintf(`<p:sldId id="%d" r:id=%q/>`, 255+n, id)
		main[id] = [2]string{"slide", fmt.Sprintf("slides/slide%d.xml", n)}
		show := ""
		if s.Hidden {
			show = ` show="0"`
		}
		shapes := ""
		if s.Title != "" {
			shapes += Shape("title", s.Title, 0, 0, 9144000, 900000)
		}
		if s.Body != "" {
			shapes += Shape("body", s.Body, 0, 1000000, 9144000, 4000000)
		}
		parts[fmt.Sprintf("ppt/slides/slide%d.xml", n)] = `<p:sld` + namespaces + show + `><p:cSld>` + s.Background + `<p:spTree>` + shapes + s.XML + `</p:spTree></p:cSld></p:sld>`
		own := map[string][2]string{}
		for rid, p := range s.Parts {
			own[rid] = [2]string{p.Kind, "../" + p.Name}
			parts["ppt/"+p.Name] = p.XML
		}
		if s.Notes != "" {
			own["rIdNotes"] = [2]string{"notesSlide", fmt.Sprintf("../notesSlides/notesSlide%d.xml", n)}
			parts[fmt.Sprintf("ppt/notesSlides/notesSlide%d.xml", n)] = `<p:notes` + namespaces + `><p:cSld><p:spTree>` +
				Shape(
					"sldImg",
					"",
					0,
					0,
					0,
					0,
				) + Shape(
				"body",
				s.Notes,
				0,
				0,
				0,
				0,
			) + Shape(
				"sldNum",
				fmt.Sprint(n),
				0,
				0,
				0,
				0,
			) + `</p:spTree></p:cSld></p:notes>`
		}
		parts[fmt.Sprintf("ppt/slides/_rels/slide%d.xml.rels", n)] = rels(own)
	}
	parts["ppt/presentation.xml"] = `<p:presentation` + namespaces + `><p:sldIdLst>` + list + `</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`
	parts["ppt/_rels/presentation.xml.rels"] = rels(main)
	return Zip(types, parts)
}

func rels(all map[string][2]string) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	ids := make([]string, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		fmt.Fprintf(&b, `<Relationship Id=%q Type=%q Target=%q/>`, id, relationships+all[id][0], all[id][1])
	}
	return b.String() + `</Relationships>`
}

// Document writes a DOCX with a body, as it stands in w:body, and further parts of word/ by their relationship types.
func Document(body string, parts map[string]string) []byte {
	const w = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` + namespaces
	all := map[string]string{
		"_rels/.rels":       rels(map[string][2]string{"rId1": {"officeDocument", "word/document.xml"}}),
		"word/document.xml": `<w:document ` + w + `><w:body>` + body + `</w:body></w:document>`,
	}
	own := map[string][2]string{}
	for kind, part := range parts {
		own["rId-"+kind] = [2]string{kind, kind + ".xml"}
		all["word/"+kind+".xml"] = part
	}
	all["word/_rels/document.xml.rels"] = rels(own)
	return Zip(`<Types/>`, all)
}

// Flat writes a document of Word 2003 in one XML file, with further attributes and a body as it stands in w:body.
func Flat(attributes, body string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>` +
		`<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"` + attributes + `><w:body>` + body +
		`</w:body></w:wordDocument>`)
}

// Add gives a package with further parts.
func Add(data []byte, parts map[string]string) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		panic(err) // it was written here
	}
	all, types := map[string]string{}, ""
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			panic(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			panic(err)
		}
		if f.Name == "[Content_Types].xml" {
			types = string(text)
		} else {
			all[f.Name] = string(text)
		}
	}
	maps.Copy(all, parts)
	return Zip(types, all)
}

// Zip writes a package of parts, its content types first.
func Zip(types string, parts map[string]string) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	write := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			panic(err) // a bytes.Buffer takes everything
		}
	}
	write("[Content_Types].xml", types)
	names := make([]string, 0, len(parts))
	for n := range parts {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		write(n, parts[n])
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}
