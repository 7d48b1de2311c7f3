package hostile

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dossier/internal/extract/ole/oletest"
)

// variants are files whose parts are read many times, or become far larger when they are read.
func variants() []file {
	repeat := strings.Repeat
	of := func(f func() string) func() []byte { return func() []byte { return []byte(f()) } }
	return []file{
		{"ligatures-63MB.txt", of(func() string { return filled("\ufdfa", 63<<20) })},
		{"ligatures.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + filled("\ufdfa", 60<<20)
		})},
		{"ligatures.msg", func() []byte {
			return compound(map[string][]byte{"__properties_version1.0": make([]byte, 64), "__substg1.0_0037001F": oletest.UTF16("x"),
				"__substg1.0_1000001F": oletest.UTF16(repeat("\ufdfa", 25<<20))})
		}},
		{"words-of-a-letter.html", of(func() string { return "<html><body><p>" + filled("a ", 31<<20) })},
		{"marks-31MB.txt", of(func() string { return "a" + filled("\u0301", 31<<20) })},
		{"entities-31MB.html", of(func() string { return "<html><body>" + filled("&#1;&amp;&notanentity;", 31<<20) })},
		{"fonts.rtf", of(func() string { return `{\rtf1 ` + repeat(`\f1a\f2b`, 7e6) + "}" })},
		{"symbols.rtf", of(func() string { return `{\rtf1 ` + repeat(`a\~`, 20e6) + "}" })},
		{"labels-in-a-cell.docx", func() []byte {
			name, rels := related("numbering")
			n := `<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="` + filled("label ", 1<<20) + `"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`
			p := `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:p>`
			return docx("<w:tbl><w:tr><w:tc>"+repeat(p, 100_000)+"</w:tc></w:tr></w:tbl>", name, rels, "word/numbering.xml", `<w:numbering `+xmlns+`>`+n+`</w:numbering>`)
		}},
		{"words-in-a-cell.docx", func() []byte {
			return docx("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>" + filled("a ", 60<<20) + "</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")
		}},
		{"words-in-cells-in-cells.docx", func() []byte {
			return docx(repeat("<w:tbl><w:tr><w:tc>", 30) + "<w:p><w:r><w:t>" + filled("a ", 60<<20) + "</w:t></w:r></w:p>" + repeat("</w:tc></w:tr></w:tbl>", 30))
		}},
		{"repeated-cells.odt", func() []byte {
			return odt(repeat(`<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000">`, 6) +
				"<text:p>hello</text:p>" + repeat("</table:table-cell></table:table-row></table:table>", 6))
		}},
		{"spans.odt", func() []byte {
			return odt("<text:p>" + repeat("<text:span>", 200) + "x" + repeat("</text:span>", 200) + repeat("<text:span>a</text:span>", 1e6) + "</text:p>")
		}},
		{"prefixes-in-a-cell.odt", func() []byte {
			style := `<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-prefix="` + filled("label ", 1<<20) + `"/></text:list-style>`
			item := `<text:list text:style-name="L"><text:list-item><text:p>a</text:p></text:list-item></text:list>`
			return odt(style + "<table:table><table:table-row><table:table-cell>" + repeat(item, 100_000) + "</table:table-cell></table:table-row></table:table>")
		}},
		{"parts-of-a-line.pdf", func() []byte { return arabic(100_000, false) }},
		{"marks-of-a-line.pdf", func() []byte { return arabic(190_000, true) }},
		{"one-diagram-in-18-frames.pptx", diagrams},
		{"entries-5000000.zip.docx", func() []byte { return entries(5_000_000) }},
		{"texts-80.eml", func() []byte { return carrying(80, "a.docx", small(filled("word <", 9<<20))) }},
		{"comments-of-3000.pptx", comments},
		{"properties.doc", func() []byte {
			return oletest.File(map[string][]byte{"\x05SummaryInformation": summary(2 << 20), "WordDocument": make([]byte, 4096)})
		}},
		{"records.ppt", func() []byte {
			doc := make([]byte, 0, 63<<20)
			rec := func(version, kind, n int) {
				doc = binary.LittleEndian.AppendUint16(doc, uint16(version))
				doc = binary.LittleEndian.AppendUint16(doc, uint16(kind))
				doc = binary.LittleEndian.AppendUint32(doc, uint32(n))
			}
			rec(0, 0x0ff5, 28) // the edit
			for _, v := range []uint32{0, 0, 0, 36, 1, 0, 0} {
				doc = binary.LittleEndian.AppendUint32(doc, v)
			}
			rec(0, 0x1772, 8) // the list of records: id 1 at 52
			doc = binary.LittleEndian.AppendUint32(doc, 1<<20|1)
			doc = binary.LittleEndian.AppendUint32(doc, 52)
			const n = 7 << 20
			rec(15, 0x03e8, 8*n)
			for range n {
				rec(0, 0x1011, 0)
			}
			return compound(map[string][]byte{"PowerPoint Document": doc, "Current User": make([]byte, 32)})
		}},
		{"one-stream-under-4500-names.doc", func() []byte { return shared("Ole10Native", "WordDocument", 4500, 3<<20) }},
		{"one-stream-for-700-people.msg", func() []byte { return sharedPeople(700, 4<<20) }},
		{"properties-of-4500-people.msg", func() []byte { return sharedProperties(4500, 3<<20) }},
		{"base64.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + filled("=!A\r\n", 50<<20)
		})},
		{"not-base64.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + filled("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!\r\n", 60<<20)
		})},
		{"titles-80.eml", func() []byte { return carrying(80, "a.docx", titled()) }},
		{"almost-boundaries.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n" + filled("\r\n--qq", 50<<20) + "\r\n--q--"
		})},
		{"one-line-60MB.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n" + filled("--q ", 60<<20)
		})},
		{"utf7.eml", of(func() string {
			return "From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n" + filled("+AGE-", 30<<20)
		})},
		{"uuencode.eml", of(func() string { return "From: a@b.example\r\nSubject: x\r\n\r\n" + filled("begin 644 a\r\n", 30<<20) })},
		{"brackets.eml", of(func() string {
			return "From: " + filled("(", 10<<20) + "\r\nTo: " + filled("\"=?utf-8?q?a?=\" <", 10<<20) + "\r\nSubject: x\r\nDate: x\r\n\r\nhello\r\n"
		})},
		{"from-10MB.eml", of(func() string {
			return "From: " + filled("=?utf-8?q?a?= b ", 10<<20) + " <a@b.example>\r\nTo: b@c.example\r\nSubject: x\r\n\r\nhello\r\n"
		})},
		{"nominees.txt", of(func() string { return "We nominate " + filled("Mr. Dr. H.E. Ms Ana Sow, ", 32<<20) })},
	}
}

// small is a document in a small package.
func small(text string) []byte {
	return packed(
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships `+office+`><Relationship Id="a" Type="`+kinds+`officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", `<w:document `+xmlns+`><w:body><w:p><w:r><w:t>`+strings.ReplaceAll(text, "<", "&lt;")[:min(len(text), 15<<20)]+` </w:t></w:r></w:p></w:body></w:document>`,
	)
}

const presentation = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:dgm="d"`

// slide is a deck of one slide, with relationships of the slide and further parts.
func slide(tree, relationships string, parts ...string) []byte {
	main := []string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships ` + office + `><Relationship Id="a" Type="` + kinds + `officeDocument" Target="ppt/presentation.xml"/></Relationships>`,
		"ppt/presentation.xml", `<p:presentation ` + presentation + `><p:sldIdLst><p:sldId id="256" r:id="r0"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels", `<Relationships ` + office + `><Relationship Id="r0" Type="` + kinds + `slide" Target="slides/slide1.xml"/></Relationships>`,
		"ppt/slides/slide1.xml", `<p:sld ` + presentation + `><p:cSld><p:spTree>` + tree + `</p:spTree></p:cSld></p:sld>`,
		"ppt/slides/_rels/slide1.xml.rels", `<Relationships ` + office + `>` + relationships + `</Relationships>`,
		"ppt/media/x.bin", noise(7 << 20),
	}
	return packed(append(main, parts...)...)
}

// diagrams is a slide that shows one diagram of 60 MB many times.
func diagrams() []byte {
	frame := `<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="d1"/></a:graphicData></a:graphic></p:graphicFrame>`
	return slide(strings.Repeat(frame, 18), `<Relationship Id="d1" Type="`+kinds+`diagramData" Target="../diagrams/data1.xml"/>`,
		"ppt/diagrams/data1.xml", `<dgm:dataModel `+presentation+`><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>`+filled("word ", 60<<20)+`</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`)
}

// comments is a slide whose comments of 20 KB are named by 3,000 relationships.
func comments() []byte {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, `<Relationship Id="c%d" Type="%scomments" Target="../comments/c.xml"/>`, i, kinds)
	}
	return slide(`<p:sp/>`, b.String(), "ppt/comments/c.xml", `<p:cmLst `+presentation+`><p:cm><p:text>`+filled("wôrd ", 10<<10)+`</p:text></p:cm></p:cmLst>`)
}

// entries is a zip whose directory names so many empty parts.
func entries(n int) []byte {
	whole := small("hello")
	end := len(whole) - 22
	at := int(binary.LittleEndian.Uint32(whole[end+16:]))
	directory := append([]byte(nil), whole[at:end]...)
	one := make([]byte, 47)
	copy(one, "PK\x01\x02")
	one[28], one[46] = 1, 'x' // the length of its name
	b := append([]byte(nil), whole[:at]...)
	b = append(b, directory...)
	for range n {
		b = append(b, one...)
	}
	// The end of the directory in zip64 form (APPNOTE.TXT, 4.3.14 and 4.3.15), and the old one.
	e64 := make([]byte, 56+20+22)
	copy(e64, "PK\x06\x06")
	le := binary.LittleEndian
	le.PutUint64(e64[4:], 44)
	le.PutUint64(e64[24:], uint64(n+3))
	le.PutUint64(e64[32:], uint64(n+3))
	le.PutUint64(e64[40:], uint64(len(b)-at))
	le.PutUint64(e64[48:], uint64(at))
	copy(e64[56:], "PK\x06\x07")
	le.PutUint64(e64[64:], uint64(len(b)))
	le.PutUint32(e64[72:], 1)
	copy(e64[76:], "PK\x05\x06")
	for i := 84; i < 96; i++ {
		e64[i] = 0xff
	}
	return append(b, e64...)
}

// summary is a set of a thousand properties whose texts are one and the same of so many bytes (MS-OLEPS, 2.21).
func summary(size int) []byte {
	const n = 1000
	b := make([]byte, 48+8+8*n, size+9000)
	le := binary.LittleEndian
	le.PutUint32(b[44:], 48)
	le.PutUint32(b[48+4:], n)
	for i := range n {
		le.PutUint32(b[48+8+8*i:], uint32(100+i))
		le.PutUint32(b[48+12+8*i:], 8+8*n)
	}
	b = le.AppendUint32(b, 30)
	b = le.AppendUint32(b, uint32(size))
	return append(b, filled("name ", size)...)
}

// aliases gives a compound file and has each stream whose name begins so read the bytes of another.
func aliases(data []byte, from, to string) []byte {
	le := binary.LittleEndian
	at := 512 + 512*int(le.Uint32(data[48:]))
	var start, size uint32
	name := func(e []byte) string {
		var b strings.Builder
		for i := 0; i < int(le.Uint16(e[64:]))-2; i += 2 {
			b.WriteByte(e[i])
		}
		return b.String()
	}
	for pass := range 2 {
		i := 0
		for p := at; p+128 <= len(data) && data[p+66] != 0; p += 128 {
			e := data[p : p+128]
			if pass == 0 && name(e) == to {
				start, size = le.Uint32(e[116:]), le.Uint32(e[120:])
			}
			if pass == 1 && e[66] == 2 && strings.HasPrefix(name(e), from) {
				le.PutUint32(e[116:], start)
				le.PutUint32(e[120:], size-uint32(i))
				i += 2
			}
		}
	}
	return data
}

func shared(name, of string, times, size int) []byte {
	s := map[string][]byte{of: make([]byte, size)}
	copy(s[of], "\xec\xa5\xc1\x00")
	for i := range times {
		s[fmt.Sprintf("s%d/%s", i, name)] = []byte("x")
	}
	return aliases(oletest.File(s), name, of)
}

func sharedPeople(times, size int) []byte {
	s := map[string][]byte{"__properties_version1.0": make([]byte, 64), "big": []byte(filled("name ", size))}
	for i := range times {
		at := fmt.Sprintf("__recip_version1.0_#%08X/", i)
		s[at+"__properties_version1.0"] = make([]byte, 8)
		s[at+"__substg1.0_3001001E"] = []byte("x")
	}
	return aliases(oletest.File(s), "__substg1.0_3001001E", "big")
}

func sharedProperties(times, size int) []byte {
	s := map[string][]byte{"__properties_version1.0": make([]byte, 64), "big": make([]byte, size)}
	for i := range times {
		s[fmt.Sprintf("__recip_version1.0_#%08X/__properties_version1.0", i)] = make([]byte, 8)
	}
	return aliases(oletest.File(s), "__properties_version1.0", "big")
}

// compound is a compound file of sectors of 4 KB, for large streams (MS-CFB, 2.2). Each stream is filled up to a sector.
func compound(streams map[string][]byte) []byte {
	const sector = 4096
	le := binary.LittleEndian
	var body []byte
	var fat []uint32
	put := func(data []byte) (start uint32) {
		start = uint32(len(fat))
		n := max(1, (len(data)+sector-1)/sector)
		body = append(append(body, data...), make([]byte, n*sector-len(data))...)
		for i := range n {
			fat = append(fat, start+uint32(i)+1)
		}
		fat[len(fat)-1] = 0xfffffffe
		return start
	}
	var directory []byte
	entry := func(name string, kind byte, next, child, start uint32, size int) {
		e := make([]byte, 128)
		copy(e, oletest.UTF16(name))
		le.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[68:], 0xffffffff)
		le.PutUint32(e[72:], next)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint64(e[120:], uint64(size))
		directory = append(directory, e...)
	}
	entry("Root Entry", 5, 0xffffffff, 1, 0xfffffffe, 0)
	left := len(streams)
	for _, name := range slices.Sorted(maps.Keys(streams)) {
		data := streams[name]
		next := uint32(0xffffffff)
		if left--; left > 0 {
			next = uint32(len(streams) - left + 1)
		}
		entry(name, 2, next, 0xffffffff, put(data), max(sector, len(data)))
	}
	at := put(directory)
	own := 1
	for (len(fat)+own)*4 > own*sector {
		own++
	}
	first := uint32(len(fat))
	for range own {
		fat = append(fat, 0xfffffffd)
	}
	table := make([]byte, own*sector)
	for i := range table {
		table[i] = 0xff
	}
	for i, v := range fat {
		le.PutUint32(table[4*i:], v)
	}
	header := make([]byte, sector)
	copy(header, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for at, v := range map[int]uint16{24: 0x3e, 26: 4, 28: 0xfffe, 30: 12, 32: 6} {
		le.PutUint16(header[at:], v)
	}
	for at, v := range map[int]uint32{40: 1, 44: uint32(own), 48: at, 56: 4096, 60: 0xfffffffe, 68: 0xfffffffe} {
		le.PutUint32(header[at:], v)
	}
	for i := range 109 {
		v := uint32(0xffffffff)
		if i < own {
			v = first + uint32(i)
		}
		le.PutUint32(header[76+4*i:], v)
	}
	return append(append(header, body...), table...)
}

// titled is a small document whose title has 15 MB.
func titled() []byte {
	return packed(
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships `+office+`><Relationship Id="a" Type="`+kinds+`officeDocument" Target="word/document.xml"/><Relationship Id="b" Type="x/core-properties" Target="core.xml"/></Relationships>`,
		"core.xml", `<c><title>`+filled("title ", 15<<20)+`</title></c>`,
		"word/document.xml", `<w:document `+xmlns+`><w:body><w:p><w:r><w:t>hello</w:t></w:r></w:p></w:body></w:document>`,
	)
}

// arabic is a page with a line of so many Arabic letters, each drawn to the left of the one before; with marks every other
// one is a mark.
func arabic(n int, marks bool) []byte {
	var b strings.Builder
	b.WriteString("BT /F 12 Tf ")
	for i := range n {
		if marks && i%2 == 1 {
			fmt.Fprintf(&b, "1 0 0 1 %d 100.1 Tm (b) Tj ", 8*(n-i)+11)
		} else {
			fmt.Fprintf(&b, "1 0 0 1 %d 100 Tm (a) Tj ", 8*(n-i))
		}
	}
	unicodes := "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange " +
		"2 beginbfchar <61> <0628> <62> <064b> endbfchar endcmap end"
	return paper(
		object{1, "<</Type/Catalog/Pages 2 0 R>>"}, object{2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"},
		object{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 2000000 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"},
		object{4, stream(b.String()+"ET", "")}, object{5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"}, object{6, stream(unicodes, "")},
	)
}
