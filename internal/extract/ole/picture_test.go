package ole_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ole/oletest"
)

// sheets gives the files of the pictures that stand for pages, each behind the number of its page.
func sheets(t *testing.T, f content.Format, streams map[string][]byte) string {
	t.Helper()
	c, err := read(t, f, oletest.File(streams), content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range c.Sheets() {
		data, err := s.Bytes(math.MaxInt64)
		if err != nil {
			t.Fatal(err)
		}
		if head, err := s.Bytes(2); err != nil || string(head) != string(data[:2]) {
			t.Errorf("it begins with %q, %v", head, err)
		}
		all = append(all, string(rune('0'+c.Pages[s.Page].Number))+" "+string(data))
	}
	return strings.Join(all, ", ")
}

// Records of pictures: PNG with one hash, and with two.
func png(file string) []byte  { return rec(0, 0x6e0, 0xf01e, make([]byte, 17), []byte(file)) }
func png2(file string) []byte { return rec(0, 0x6e1, 0xf01e, make([]byte, 33), []byte(file)) }

// listed is an entry of a list of pictures, which holds the picture or says where it stands.
func listed(offset uint32, name string, held []byte) []byte {
	b := make([]byte, 36)
	binary.LittleEndian.PutUint32(b[28:], offset)
	b[33] = byte(len(name))
	return rec(2, 6, 0xf007, b, []byte(name), held)
}

// placed is a shape with properties, at a place and of a size in master units, of 5,760 by 4,320 on a slide.
func placed(w, h uint16, properties ...uint32) []byte {
	var all []byte
	for i := 0; i < len(properties); i += 2 {
		all = binary.LittleEndian.AppendUint16(all, uint16(properties[i]))
		all = binary.LittleEndian.AppendUint32(all, properties[i+1])
	}
	anchor := make([]byte, 0, 8)
	for _, v := range []uint16{0, 0, w, h} {
		anchor = binary.LittleEndian.AppendUint16(anchor, v)
	}
	return rec(15, 0, 0xf004, rec(2, 75, 0xf00a, u32s(1, 0)), rec(3, uint16(len(properties)/2), 0xf00b, all), rec(0, 0, 0xf010, anchor))
}

func TestSlidesThatArePictures(t *testing.T) {
	const pib, fill, fillBlip = 0x4104, 0x0180, 0x4186
	one, two := png("one"), png2("two")
	stored := append(bytes.Clone(one), two...)
	group := rec(15, 0, 0x040b, rec(15, 0, 0xf000, rec(15, 3, 0xf001, listed(0, "", nil), listed(uint32(len(one)), "", nil), listed(0xfffffff0, "", nil))))
	list := rec(15, 0, 0x0ff0, rec(0, 0, 0x03f3, u32s(2, 0, 0, 256, 0)))
	for name, test := range map[string]struct {
		shapes []byte
		want   string
	}{
		"a scan":                       {placed(5760, 4320, pib, 1), "1 one"},
		"another":                      {placed(5760, 4320, pib, 2), "1 two"},
		"a logo":                       {append(placed(576, 432, pib, 1), shape(1, 1, box(4, "Please find the letter attached."))...), ""},
		"nothing but a small picture":  {placed(576, 432, pib, 1), "1 one"},
		"a slide with text":            {append(placed(5760, 4320, pib, 1), shape(1, 1, box(4, "Please find the letter attached."))...), ""},
		"filled with a picture":        {placed(5760, 4320, fill, 3, fillBlip, 2), "1 two"},
		"filled with a colour":         {placed(5760, 4320, fill, 0, fillBlip, 2), ""},
		"a number that is not there":   {placed(5760, 4320, pib, 4), ""},
		"an offset that is not there":  {placed(5760, 4320, pib, 3), ""},
		"a shape that is no picture's": {placed(5760, 4320, pib, 0), ""},
	} {
		streams := showing(append(bytes.Clone(list), group...), test.shapes, false, false)
		streams["Pictures"] = stored
		if got := sheets(t, content.PPT, streams); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// inline is a picture in the stream of data, of a size in twips, and its file behind a name if it has one.
func inline(w, h, scale uint16, name string, records ...[]byte) []byte {
	head := make([]byte, 0x44)
	binary.LittleEndian.PutUint16(head[4:], 0x44)
	binary.LittleEndian.PutUint16(head[6:], 0x64)
	for at, v := range map[int]uint16{0x1c: w, 0x1e: h, 0x20: scale, 0x22: scale} {
		binary.LittleEndian.PutUint16(head[at:], v)
	}
	if name != "" {
		binary.LittleEndian.PutUint16(head[6:], 0x66)
		head = append(append(head, byte(len(name))), name...)
	}
	all := append(head, bytes.Join(records, nil)...)
	binary.LittleEndian.PutUint32(all, uint32(len(all)))
	return all
}

// pictured is a document of a text in UTF-16, whose letters 0x01 have these properties in turn.
func pictured(text string, data []byte, properties ...[]byte) map[string][]byte {
	streams := word(oneTable, []string{text}, []bool{true}, [7]uint32{uint32(len(text))})
	doc, table := streams["WordDocument"], streams["1Table"]
	start := 0x400
	for len(doc)%512 != 0 {
		doc = append(doc, 0)
	}
	page := make([]byte, 512)
	var at []uint32
	for i, r := range text {
		if r == 1 {
			at = append(at, uint32(start+2*i))
		}
	}
	page[511] = byte(len(properties))
	end := 510
	for i, p := range properties {
		binary.LittleEndian.PutUint32(page[4*i:], at[i])
		binary.LittleEndian.PutUint32(page[4*i+4:], at[i]+2)
		end = (end - 1 - len(p)) &^ 1
		page[end] = byte(len(p))
		copy(page[end+1:], p)
		page[4*(len(properties)+1)+i] = byte(end / 2)
	}
	binary.LittleEndian.PutUint32(doc[0xfa:], uint32(len(table)))
	binary.LittleEndian.PutUint32(doc[0xfe:], 12)
	table = append(table, u32s(uint32(start), uint32(len(doc)), uint32(len(doc)/512))...)
	streams["WordDocument"], streams["1Table"], streams["Data"] = append(doc, page...), table, data
	return streams
}

// at is the property of a letter whose picture stands at an offset, behind others of each size.
func at(offset uint32, others ...byte) []byte {
	return append(append([]byte{0x35, 0x08, 1, 0x43, 0x4a, 24, 0, 0x45, 0xca, 2, 9, 9, 0x70, 0x68, 1, 2, 3, 4}, others...), append([]byte{0x03, 0x6a}, u32s(offset)...)...)
}

// floats is a document of a text in UTF-16 with a shape of a size in twips that floats beside a letter: the first picture
// of a list, which stands in the document's stream, or the second, which the list holds.
func floats(text string, w, h int32, pib uint32, anchor uint32) map[string][]byte {
	streams := word(oneTable, []string{text}, []bool{true}, [7]uint32{uint32(len(text))})
	doc, table := streams["WordDocument"], streams["1Table"]
	const spid = 1026
	store := rec(15, 2, 0xf001, listed(uint32(len(doc)), "", nil), listed(0, "", png2("two")))
	doc = append(doc, png("one")...)
	property := binary.LittleEndian.AppendUint16(nil, 0x4104)
	property = binary.LittleEndian.AppendUint32(property, pib)
	shape := rec(15, 0, 0xf004, rec(2, 75, 0xf00a, u32s(spid, 0)), rec(3, 1, 0xf00b, property))
	art := append(rec(15, 0, 0xf000, store), 0)
	art = append(art, rec(15, 0, 0xf002, rec(15, 0, 0xf003, shape))...)
	anchors := append(u32s(anchor, uint32(len(text)), spid, 100, 100, uint32(100+w), uint32(100+h)), make([]byte, 6)...)
	for at, data := range map[int][]byte{0x1da: anchors, 0x22a: art} {
		binary.LittleEndian.PutUint32(doc[at:], uint32(len(table)))
		binary.LittleEndian.PutUint32(doc[at+4:], uint32(len(data)))
		table = append(table, data...)
	}
	streams["WordDocument"], streams["1Table"] = doc, table
	return streams
}

func TestDocumentsThatArePictures(t *testing.T) {
	shape := rec(15, 0, 0xf004, rec(2, 75, 0xf00a, u32s(1, 0)))
	const w, h = 9020, 12760
	full := inline(w, h, 1000, "", shape, listed(0, "", png("one")))
	other := inline(w, h, 1000, "a.png", shape, listed(0, "n\x00", png2("two")))
	data := append(bytes.Clone(full), other...)
	isData := []byte{0x06, 0x08, 1}
	for name, test := range map[string]struct {
		streams map[string][]byte
		want    string
	}{
		"a scan":                    {pictured("\x01\r", data, at(0)), "1 one"},
		"two, one a page":           {pictured("\x01\r\x01\r", data, at(0), at(uint32(len(full)))), "1 one, 2 two"},
		"behind a page of text":     {pictured("Please find the letter attached.\x0c\x01\r", data, at(0)), "2 one"},
		"text above":                {pictured("Please find the letter attached.\r\x01\r", data, at(0)), "1 one"},
		"small":                     {pictured("Please find the letter attached. \x01", inline(w, h, 200, "", shape, listed(0, "", png("one"))), at(0)), ""},
		"a bare record":             {pictured("\x01", inline(w, h, 1000, "", shape, png("one")), at(0)), "1 one"},
		"what a form holds":         {pictured("\x01", data, at(0, isData...)), ""},
		"a place that is not there": {pictured("\x01", data, at(0xffffff)), ""},
		"floating":                  {floats("\x08\r", w, h, 1, 0), "1 one"},
		"floating, of the list":     {floats("\x08\r", w, h, 2, 0), "1 two"},
		"floating, with text":       {floats("\x08Please find the letter attached.\r", w, h, 1, 0), ""},
		"floating, on page two":     {floats("Please find the letter attached.\x0c\x08\r", w, h, 1, 33), "2 one"},
		"floating, with no picture": {floats("\x08\r", w, h, 9, 0), ""},
		"no data":                   {pictured("\x01", []byte{1}, at(0)), ""},
	} {
		if got := sheets(t, content.DOC, test.streams); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	lies := pictured("\x01\r", data, at(0))
	binary.LittleEndian.PutUint32(lies["WordDocument"][0xfe:], 0xffffffff)
	if got := sheets(t, content.DOC, lies); got != "" {
		t.Errorf("a list that lies: %q", got)
	}
}
