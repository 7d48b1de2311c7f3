package hostile

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// file is one hostile file and how it is made.
type file struct {
	name string
	make func() []byte
}

// files are all of them.
func files() []file {
	return concat(texts(), packages(), pictures(), portable(), mails(), variants())
}

func concat(lists ...[]file) (all []file) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// filled repeats a text up to a size.
func filled(text string, size int) string { return strings.Repeat(text, size/len(text)+1)[:size] }

func texts() []file {
	of := func(f func() string) func() []byte { return func() []byte { return []byte(f()) } }
	fixed := func(text string, size int) func() []byte { return of(func() string { return filled(text, size) }) }
	line := func() string { return strings.Join(names(), " ") + " " }
	return []file{
		{"names-on-one-line-600KB.txt", of(func() string { return filled(line(), 600_000) })},
		{"names-on-one-line-31MB.txt", of(func() string { return filled(line(), 31<<20) })},
		{"names-on-lines-4MB.txt", of(func() string { return filled(strings.Join(names(), " and ")+"\f", 4<<20) })},
		{"nominates-on-one-line-31MB.txt", fixed("Mr Kwabena Mensah is hereby nominated and ", 31<<20)},
		{"one-name-for-thousands.txt", fixed("Mohamed Ben Ali ", 1<<20)},
		{"titles.txt", fixed("Mr. Dr. H.E. Ms ", 1<<20)},
		{"form-feeds-31MB.txt", fixed("\f", 31<<20)},
		{"line-ends-31MB.txt", fixed("a\n", 31<<20)},
		{"hyphens-31MB.txt", fixed("é-\n", 31<<20)},
		{"controls-31MB.txt", fixed("<\"&\u00a0é", 31<<20)},
		{"deep.rtf", of(func() string { return `{\rtf1 ` + strings.Repeat("{", 5e6) + "x" + strings.Repeat("}", 5e6) + "}" })},
		{"binary.rtf", of(func() string { return `{\rtf1 ` + strings.Repeat(`{\pict\bin999999999 `, 2e5) + "text}" })},
		{"unicode.rtf", of(func() string { return `{\rtf1 \uc60000 ` + strings.Repeat(`\u1234 ?`, 3e6) + "}" })},
		{"text-30MB.rtf", of(func() string { return `{\rtf1 ` + strings.Repeat(`hello world \par `, 1.8e6) + "}" })},
		{"footnotes.rtf", of(func() string { return `{\rtf1 ` + strings.Repeat(`{\footnote a}`, 2e6) + "x}" })},
		{"deep.html", of(func() string { return "<html><body>" + strings.Repeat("<div>", 1e6) + "hello world" })},
		{"tables.html", of(func() string { return "<html><body>" + strings.Repeat("<table><tr><td>", 1e5) + "hello world" })},
		{"alternatives.html", of(func() string { return "<html><body>" + strings.Repeat("<img alt=a>", 2e6) + "hello world" })},
		{"attributes.html", of(func() string {
			var b strings.Builder
			for i := range 400_000 {
				fmt.Fprintf(&b, " a%d=1", i)
			}
			return "<html><body><p" + b.String() + ">hello world there</p>"
		})},
	}
}

const (
	office = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	kinds  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	xmlns  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	random = 2 << 20 // bytes that do not pack, so that the rest may be packed tightly
)

// packed is a zip of parts, by name and content in turn.
func packed(parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil { // a zip in memory
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// noise are bytes that do not pack.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// docx is a document with a body and further parts.
func docx(body string, parts ...string) []byte {
	main := []string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships ` + office + `><Relationship Id="a" Type="` + kinds + `officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", `<w:document ` + xmlns + `><w:body>` + body + `</w:body></w:document>`,
		"word/media/x.bin", noise(random),
	}
	return packed(append(main, parts...)...)
}

// related is the part that points to parts of kinds.
func related(to ...string) (name, part string) {
	var b strings.Builder
	for i, kind := range to {
		fmt.Fprintf(&b, `<Relationship Id="r%d" Type="%s%s" Target="%s.xml"/>`, i, kinds, kind, kind)
	}
	return "word/_rels/document.xml.rels", `<Relationships ` + office + `>` + b.String() + `</Relationships>`
}

// pptx is a deck of one slide, whose title and body are given.
func pptx(slides int, title, body string) []byte {
	const ns = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	var ids, rels strings.Builder
	for i := range slides {
		fmt.Fprintf(&ids, `<p:sldId id="%d" r:id="r%d"/>`, 256+i, i)
		fmt.Fprintf(&rels, `<Relationship Id="r%d" Type="%sslide" Target="slides/slide1.xml"/>`, i, kinds)
	}
	shape := func(kind, text string) string {
		return `<p:sp><p:nvSpPr><p:cNvPr id="2" name="T"/><p:nvPr><p:ph type="` + kind + `"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>` + text + `</a:t></a:r></a:p></p:txBody></p:sp>`
	}
	return packed(
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships `+office+`><Relationship Id="a" Type="`+kinds+`officeDocument" Target="ppt/presentation.xml"/></Relationships>`,
		"ppt/presentation.xml", `<p:presentation `+ns+`><p:sldIdLst>`+ids.String()+`</p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels", `<Relationships `+office+`>`+rels.String()+`</Relationships>`,
		"ppt/slides/slide1.xml", `<p:sld `+ns+`><p:cSld><p:spTree>`+shape("title", title)+shape("body", body)+`</p:spTree></p:cSld></p:sld>`,
	)
}

// odt is a text in OpenDocument.
func odt(text string) []byte {
	return packed(
		"mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", `<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b"><office:body><office:text>`+text+`</office:text></office:body></office:document-content>`,
		"Pictures/x.bin", noise(random),
	)
}

func packages() []file {
	repeat := strings.Repeat
	paragraph := func(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }
	var attributes strings.Builder
	for i := range 250 {
		fmt.Fprintf(&attributes, ` a="%d"`, i%10)
	}
	dense := func() string {
		one := `<w:p` + attributes.String() + `/>`
		return repeat(one, (60<<20)/len(one))
	}
	return []file{
		{"comments-in-text.docx", func() []byte { return docx(paragraph(repeat("ab<!---->", 1.6e6))) }},
		{"comments-between.docx", func() []byte { return docx("<w:p><w:r><w:t>" + repeat("ab<w:i/><!---->", 1e6) + "</w:t></w:r></w:p>") }},
		{"attributes.docx", func() []byte { return docx(dense() + paragraph("hello")) }},
		{"attributes-in-5-parts.docx", func() []byte {
			name, rels := related("styles", "numbering", "footnotes", "comments")
			parts := []string{name, rels}
			for _, p := range []string{"styles", "numbering", "footnotes", "comments"} {
				parts = append(parts, "word/"+p+".xml", `<w:`+p+` `+xmlns+`>`+dense()+`</w:`+p+`>`)
			}
			return docx(dense()+paragraph("hello"), parts...)
		}},
		{"elements.docx", func() []byte { return docx("<w:p><w:r>" + repeat("<w:b/>", 3.9e6) + "<w:t>x</w:t></w:r></w:p>") }},
		{"styles-upon-styles.docx", func() []byte {
			var b strings.Builder
			for i := range 300_000 {
				fmt.Fprintf(&b, `<w:style w:styleId="%d"><w:basedOn w:val="%d"/></w:style>`, i, i+1)
			}
			name, rels := related("styles")
			return docx(paragraph("hello"), name, rels, "word/styles.xml", `<w:styles `+xmlns+`>`+b.String()+`</w:styles>`)
		}},
		{"footnotes.docx", func() []byte {
			var notes, body strings.Builder
			for i := range 300_000 {
				fmt.Fprintf(&notes, `<w:footnote w:id="%d"><w:p><w:r><w:t>a</w:t></w:r></w:p></w:footnote>`, i)
				fmt.Fprintf(&body, `<w:footnoteReference w:id="%d"/>`, i)
			}
			name, rels := related("footnotes")
			return docx("<w:p><w:r>"+body.String()+"</w:r></w:p>", name, rels, "word/footnotes.xml", `<w:footnotes `+xmlns+`>`+notes.String()+`</w:footnotes>`)
		}},
		{"tables-in-tables.docx", func() []byte {
			return docx(repeat("<w:tbl><w:tr><w:tc>", 60) + paragraph(filled("text ", 20<<20)) + repeat("</w:tc></w:tr></w:tbl>", 60))
		}},
		{"external.docx", func() []byte {
			var b strings.Builder
			for i := range 300_000 {
				fmt.Fprintf(&b, `<Relationship Id="%d" TargetMode="External" Target="x" Type="k%d"/>`, i, i)
			}
			return docx(paragraph("hello"), "word/_rels/document.xml.rels", `<Relationships `+office+`>`+b.String()+`</Relationships>`)
		}},
		{"title-10MB.pptx", func() []byte { return pptx(1, filled("Supply chains ", 10<<20), "by a presenter") }},
		{"slides-1999-of-one-part.pptx", func() []byte { return pptx(1999, "Slide", filled("text ", 7<<10)) }},
		{"nested.pptx", func() []byte {
			inner := string(make([]byte, 50<<20))
			for range 5 {
				inner = string(packed("a.zip", inner, "b.zip", inner, "c.zip", inner))
			}
			return []byte(inner)
		}},
		{"comments.odt", func() []byte { return odt("<text:p>" + repeat("ab<!---->", 1.6e6) + "</text:p>") }},
		{"elements.odt", func() []byte { return odt("<text:p>" + repeat("<text:s/>", 3.5e6) + "</text:p>") }},
		{"tables.odt", func() []byte {
			return odt(repeat("<table:table><table:table-row><table:table-cell>", 60) + "<text:p>" + filled("text ", 20<<20) + "</text:p>" +
				repeat("</table:table-cell></table:table-row></table:table>", 60))
		}},
	}
}

func mails() []file {
	head := func(fields string) string {
		return "From: Amina <a@b.example>\r\nTo: b@c.example\r\n" + fields + "Subject: x\r\n\r\n"
	}
	counted := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	mail := func(fields func() string, body string) func() []byte {
		return func() []byte { return []byte(head(fields()) + body) }
	}
	mixed := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n"
	return []file{
		{"references-200000.eml", mail(func() string { return "References: " + counted("<%d@example.org>\r\n ", 2e5) + "\r\n" }, "hello\r\n")},
		{"references-1000000.eml", mail(func() string { return "References: " + counted("<%d@example.org>\r\n ", 1e6) + "\r\n" }, "hello\r\n")},
		{"to-200000.eml", mail(func() string { return "To: " + counted("p%d@example.org,\r\n ", 2e5) + "x@y.example\r\n" }, "hello\r\n")},
		{"subject-20MB.eml", mail(func() string { return "Subject: " + filled("x", 20<<20) + "\r\n" }, "hello\r\n")},
		{"encoded-subject-5MB.eml", mail(func() string { return "Subject: " + filled("=?utf-8?B?aGVsbG8=?= ", 5<<20) + "\r\n" }, "hello\r\n")},
		{"identity-1MB.eml", mail(func() string { return "Message-ID: <" + filled("m", 1<<20) + ">\r\n" }, "hello\r\n")},
		{"fields-300000.eml", mail(func() string { return counted("X-Field-%d: a\r\n", 3e5) }, "hello\r\n")},
		{"received-300000.eml", mail(func() string { return strings.Repeat("Received: by a\r\n", 3e5) }, "hello\r\n")},
		{"parameters-100000.eml", mail(func() string {
			return "MIME-Version: 1.0\r\nContent-Type: text/plain" + counted(";\r\n a%d=b", 1e5) + "\r\n"
		}, "hello\r\n")},
		{"continued-name-100000.eml", mail(func() string {
			return "MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Disposition: attachment" + counted(";\r\n filename*%d=b", 1e5) + "\r\n"
		}, "hello\r\n")},
		{"results-200000.eml", mail(func() string {
			return "Authentication-Results: mx.example; " + filled("dkim=fail header.d=x; ", 4<<20) + "\r\n"
		}, "hello\r\n")},
		{"nested-3000.eml", func() []byte {
			return []byte(strings.Repeat("From: a@b.example\r\nSubject: x\r\nContent-Type: message/rfc822\r\n\r\n", 3000) + head("") + "hello\r\n")
		}},
		{"multipart-250.eml", func() []byte {
			inner := "hello\r\n"
			for i := range 250 {
				inner = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n", i, i, inner, i)
			}
			return []byte("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + inner)
		}},
		{"parts-9000.eml", mail(func() string { return mixed },
			strings.Repeat("--q\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nhello\r\n", 9000)+"--q--\r\n")},
		{"bombs-20.eml", func() []byte { return carrying(20, "a.docx", packages()[0].make()) }},
		{"pictures-20.eml", func() []byte { return carrying(20, "a.png", png(9000, 9000, 16, 6, 0)) }},
		{"dense-4.eml", func() []byte { return carrying(4, "a.docx", packages()[2].make()) }},
	}
}

// carrying is a mail with a file many times.
func carrying(times int, name string, data []byte) []byte {
	var b strings.Builder
	b.WriteString("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n")
	encoded := base64.StdEncoding.EncodeToString(data)
	for range times {
		b.WriteString("--q\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=" + name + "\r\n\r\n" + encoded + "\r\n")
	}
	b.WriteString("--q--\r\n")
	return []byte(b.String())
}
