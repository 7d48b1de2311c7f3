package ole_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ole"
	"dossier/internal/extract/ole/oletest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// word is a WordDocument stream and its table: pieces of text, and the counts of its parts (MS-DOC, 2.5.4).
func word(flags uint16, pieces []string, wide []bool, counts [7]uint32) map[string][]byte {
	doc := make([]byte, 0x400)
	binary.LittleEndian.PutUint16(doc, 0xa5ec)
	binary.LittleEndian.PutUint16(doc[2:], 0xc1)
	binary.LittleEndian.PutUint16(doc[0x0a:], flags)
	for i, n := range counts {
		binary.LittleEndian.PutUint32(doc[0x4c+4*i:], n)
	}
	var cps, pcds bytes.Buffer
	cp := uint32(0)
	_ = binary.Write(&cps, binary.LittleEndian, cp)
	for i, text := range pieces {
		offset := uint32(len(doc))
		if wide[i] {
			doc = append(doc, oletest.UTF16(text)...)
		} else {
			doc = append(doc, text...)
			offset = offset*2 | 1<<30
		}
		cp += uint32(len([]rune(text)))
		_ = binary.Write(&cps, binary.LittleEndian, cp)
		_ = binary.Write(&pcds, binary.LittleEndian, [2]uint16{0, uint16(offset)})
		_ = binary.Write(&pcds, binary.LittleEndian, [2]uint16{uint16(offset >> 16), 0})
	}
	plc := append(cps.Bytes(), pcds.Bytes()...)
	clx := append([]byte{1, 2, 0, 9, 9, 2}, binary.LittleEndian.AppendUint32(nil, uint32(len(plc)))...)
	clx = append(clx, plc...)
	binary.LittleEndian.PutUint32(doc[0x1a6:], uint32(len(clx)))
	return map[string][]byte{"WordDocument": doc, "1Table": clx}
}

func read(t *testing.T, f content.Format, data []byte, limits content.Limits) (*content.Content, error) {
	t.Helper()
	return ole.Read(t.Context(), f, bytes.NewReader(data), int64(len(data)), limits.WithDefaults())
}

const oneTable = 0x0200

func TestWord(t *testing.T) {
	for name, test := range map[string]struct {
		pieces []string
		wide   []bool
		counts [7]uint32
		want   []content.Page
	}{
		"pieces in two widths":    {[]string{"Le Minist", "ère — العدل\r", "fin"}, []bool{false, true, false}, [7]uint32{24}, []content.Page{{Text: "Le Ministère — العدل\nfin"}}},
		"one byte characters":     {[]string{"sign\xe9"[:4] + "e"}, []bool{false}, [7]uint32{5}, []content.Page{{Text: "signe"}}},
		"a field shows its value": {[]string{"a \x13 HYPERLINK \"x\" \x14link\x15 b \x13 PAGE \x15c"}, []bool{true}, [7]uint32{99}, []content.Page{{Text: "a link b c"}}},
		"a table":                 {[]string{"Name\aPost\a\aAwa\ajudge\a\aafter"}, []bool{true}, [7]uint32{99}, []content.Page{{Text: "Name\tPost\nAwa\tjudge\nafter"}}},
		"pages and signs":         {[]string{"one\x0ctwo\x1ethree\x1f!\x0bfour\x01\x08"}, []bool{true}, [7]uint32{99}, []content.Page{{Text: "one"}, {Text: "two-three!\nfour"}}},
		"parts":                   {[]string{"main\rnote\rhead\rcomment\rend\rbox"}, []bool{true}, [7]uint32{5, 5, 5, 0, 8, 4, 3}, []content.Page{{Text: "main\nbox", Notes: "note\nend", Footer: "head", Comments: "comment"}}},
	} {
		c, err := read(t, content.DOC, oletest.File(word(oneTable, test.pieces, test.wide, test.counts)), content.Limits{})
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
	}
}

// older is a document of Word 95: a language, a character set, fonts by their sets, and a text.
func older(language, set uint16, fonts []byte, text string) map[string][]byte {
	doc := make([]byte, 0x300)
	binary.LittleEndian.PutUint16(doc, 0xa5dc)
	binary.LittleEndian.PutUint16(doc[2:], 0x68)
	binary.LittleEndian.PutUint16(doc[6:], language)
	binary.LittleEndian.PutUint16(doc[0x14:], set)
	binary.LittleEndian.PutUint32(doc[0x18:], uint32(len(doc)))
	doc = append(doc, text...)
	binary.LittleEndian.PutUint32(doc[0x1c:], uint32(len(doc)))
	table := []byte{0, 0}
	for _, set := range fonts {
		name := "Times New Roman\x00"
		table = append(table, byte(5+len(name)), 0, 0, 1, set, 0)
		table = append(table, name...)
	}
	binary.LittleEndian.PutUint16(table, uint16(len(table)))
	binary.LittleEndian.PutUint32(doc[0xd0:], uint32(len(doc)))
	binary.LittleEndian.PutUint32(doc[0xd4:], uint32(len(table)))
	return map[string][]byte{"WordDocument": append(doc, table...)}
}

// The code page of an older document is told by its machine, its language and its fonts.
func TestOlderWord(t *testing.T) {
	const english, french, russian = 0x409, 0x40c, 0x419
	for name, test := range map[string]struct {
		language, set uint16
		fonts         []byte
		text, want    string
	}{
		"French":                      {french, 0, []byte{0, 2}, "sign\xe9e", "signée"},
		"French on a Macintosh":       {french, 256, []byte{77, 2}, "l\xd5organisation strat\x8egique", "l’organisation stratégique"},
		"Russian":                     {russian, 0, []byte{204}, "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		"Russian on a Macintosh":      {russian, 256, nil, "\x8f\xf0\xe8\xe2\xe5\xf2", "Привет"},
		"Russian, as English":         {english, 0, []byte{0, 2, 204}, "\xca\xee\xec\xef\xe0\xed\xe8\xff Askar", "Компания Askar"},
		"French, with a Russian font": {english, 0, []byte{0, 204}, "la d\xe9l\xe9gation, sign\xe9e, cr\xe9\xe9e", "la délégation, signée, créée"},
		"Russian without its font":    {english, 0, []byte{0, 2}, "\xcf\xf0\xe8", "Ïðè"},
		"Arabic, as English":          {english, 0, []byte{178}, "\xc7\xe1\xda\xcf\xe1", "العدل"},
	} {
		c, err := read(t, content.DOC, oletest.File(older(test.language, test.set, test.fonts, test.text)), content.Limits{})
		if err != nil || c.Pages[0].Text != test.want {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	lies := older(english, 0, []byte{0, 0}, "\xcf\xf0")
	doc := lies["WordDocument"]
	binary.LittleEndian.PutUint32(doc[0xd4:], 0xffffffff)
	if c, err := read(t, content.DOC, oletest.File(lies), content.Limits{}); err != nil || c.Pages[0].Text != "Ïð" {
		t.Errorf("a table of fonts that lies: %+v, %v", c, err)
	}
}

// rec writes a record of PowerPoint's.
func rec(version, instance, kind uint16, data ...[]byte) []byte {
	all := bytes.Join(data, nil)
	b := binary.LittleEndian.AppendUint16(nil, version|instance<<4)
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(all)))
	return append(b, all...)
}

func u32s(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// show is a presentation of one slide whose shapes are given as records; older edits can be made to run in a circle.
func show(shapes []byte, circle, vba bool) map[string][]byte {
	return showing(rec(15, 0, 0x0ff0, rec(0, 0, 0x03f3, u32s(2, 0, 0, 256, 0)), rec(0, 0, 0x0f9f, u32s(0)), rec(0, 0, 0x0fa8, []byte("Outline title"))), shapes, circle, vba)
}

// showing is such a presentation with a list of slides.
func showing(list, shapes []byte, circle, vba bool) map[string][]byte {
	var stream []byte
	put := func(r []byte) uint32 { at := uint32(len(stream)); stream = append(stream, r...); return at }
	put(make([]byte, 8))
	group := rec(15, 0, 0xf003, rec(15, 0, 0xf004, rec(1, 0, 0xf009, make([]byte, 16))), shapes)
	slide := put(rec(15, 0, 0x03ee, rec(2, 0, 0x03ef, make([]byte, 24)), rec(0, 0, 0x03f9, append(make([]byte, 10), 4, 0)), rec(15, 0, 0x040c, rec(15, 0, 0xf002, group))))
	extra := []byte{}
	if vba {
		extra = rec(15, 0, 0x03ff, rec(2, 0, 0x0400, u32s(1, 1, 2)))
	}
	document := put(rec(15, 0, 0x03e8, rec(1, 0, 0x03e9, u32s(5760, 4320)), list, extra))
	directory := put(rec(0, 0, 0x1772, u32s(1|2<<20, document, slide)))
	at := uint32(len(stream))
	last := uint32(0)
	if circle {
		last = at
	}
	edit := put(rec(0, 0, 0x0ff5, u32s(0, 0, last, directory, 1, 3, 0)))
	return map[string][]byte{"PowerPoint Document": stream, "Current User": u32s(0, 0, 0x14, 0xe391c05f, edit)}
}

func shape(top, left uint16, box []byte) []byte {
	anchor := binary.LittleEndian.AppendUint16(nil, top)
	for _, v := range []uint16{left, left + 1000, top + 500} {
		anchor = binary.LittleEndian.AppendUint16(anchor, v)
	}
	return rec(15, 0, 0xf004, rec(2, 1, 0xf00a, u32s(1, 0)), rec(0, 0, 0xf010, anchor), box)
}

func box(kind uint32, text string) []byte {
	return rec(15, 0, 0xf00d, rec(0, 0, 0x0f9f, u32s(kind)), rec(0, 0, 0x0fa0, oletest.UTF16(text)))
}

func TestPowerPoint(t *testing.T) {
	alt := append(binary.LittleEndian.AppendUint16(nil, 0x0381|0x8000), u32s(uint32(len("a map"))*2)...)
	picture := rec(15, 0, 0xf004, rec(2, 75, 0xf00a, u32s(1, 0)), rec(3, 1, 0xf00b, alt, oletest.UTF16("a map")))
	shapes := bytes.Join([][]byte{shape(2000, 3000, box(4, "right")), shape(2010, 100, box(4, "left\rand more")), shape(4000, 100, box(4, "*")),
		shape(100, 100, rec(15, 0, 0xf00d, rec(0, 0, 0x0f9e, u32s(0)))), picture}, nil)
	c, err := read(t, content.PPT, oletest.File(show(shapes, false, true)), content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []content.Page{{Number: 1, Title: "Outline title", Text: "left\nand more\nright", Alt: "a map", Hidden: true, Width: 720, Height: 540}}
	if d := cmp.Diff(want, c.Pages); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if !c.Has(meeting.FindingMacros) || c.Metadata.Pictures != 1 || c.Metadata.PicturesWithoutAlt != 0 {
		t.Errorf("%+v %+v", c.Findings, c.Metadata)
	}
}

// Comments stand in the data of a tag, which does not say that it holds records.
func TestPowerPointComments(t *testing.T) {
	comment := rec(15, 0, 0x2ee0, rec(0, 0, 0x0fba, oletest.UTF16("Awa")), rec(0, 1, 0x0fba, oletest.UTF16("check this")), rec(0, 2, 0x0fba, oletest.UTF16("A")))
	tags := rec(15, 0, 0x1388, rec(15, 0, 0x138a, rec(0, 0, 0x0fba, oletest.UTF16("___PPT10")), rec(0, 0, 0x138b, comment)))
	c, err := read(t, content.PPT, oletest.File(show(bytes.Join([][]byte{shape(1, 1, box(4, "x")), tags}, nil), false, false)), content.Limits{})
	if err != nil || c.Pages[0].Comments != "check this" {
		t.Errorf("%+v, %v", c.Pages, err)
	}
}

// Of a file for PowerPoint 95 and for its followers, the followers' streams are read.
func TestPowerPointDualStorage(t *testing.T) {
	streams := map[string][]byte{"PowerPoint Document": []byte("of 95"), "Current User": []byte("of 95")}
	for name, data := range show(shape(1, 1, box(4, "of 97")), false, false) {
		streams["PP97_DUALSTORAGE/"+name] = data
	}
	data := oletest.File(streams)
	c, err := read(t, content.PPT, data, content.Limits{})
	if err != nil || c.Pages[0].Text != "of 97" {
		t.Errorf("%+v, %v", c, err)
	}
	binary.LittleEndian.PutUint32(streams["PP97_DUALSTORAGE/Current User"][12:], 0xf3d1c4df)
	if _, err := read(t, content.PPT, oletest.File(streams), content.Limits{}); !fault.Because(err, meeting.ReasonLocked) {
		t.Errorf("locked: %v", err)
	}
}

// Fields that take their results from elsewhere are external content, and others are not.
func TestFields(t *testing.T) {
	for text, want := range map[string]string{
		"a \x13 INCLUDEPICTURE \"http://x.example/a.png\" \x14\x01\x15":     "INCLUDEPICTURE",
		"\x13 IF \x13 ddeauto c:\\x \x14y\x15 = 1 \x14z\x15":                "DDEAUTO",
		"\x13 \x13 QUOTE 76 \x14L\x15INK x \x14z\x15":                       "LINK",
		"\x13 HYPERLINK \"http://x.example\" \x14LINK\x15 INCLUDETEXT \x15": "",
	} {
		c, err := read(t, content.DOC, oletest.File(word(oneTable, []string{text}, []bool{true}, [7]uint32{uint32(len(text))})), content.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var findings []meeting.Finding
		if want != "" {
			findings = []meeting.Finding{{Code: meeting.FindingExternal, Detail: want}}
		}
		if d := cmp.Diff(findings, c.Findings); d != "" {
			t.Errorf("%q (-want +got)\n%s", text, d)
		}
	}
}

// summary is a property set (MS-OLEPS, 2.21) with a code page, a title and a time.
func summary() []byte {
	b := make([]byte, 48)
	binary.LittleEndian.PutUint16(b, 0xfffe)
	binary.LittleEndian.PutUint32(b[24:], 1)
	binary.LittleEndian.PutUint32(b[44:], 48)
	created := uint64(time.Date(2021, 5, 3, 9, 0, 0, 0, time.UTC).Unix()+11644473600) * 1e7
	values := append(u32s(2, 1252, 30, 8), "sign\xe9e\x00\x00"...)
	values = append(values, u32s(64)...)
	values = binary.LittleEndian.AppendUint64(values, created)
	b = append(b, u32s(0, 3, 2, 40, 12, 56, 1, 32)...) // the code page stands last in the list
	return append(b, values...)
}

func TestProperties(t *testing.T) {
	s := word(oneTable, []string{"x"}, []bool{true}, [7]uint32{1})
	s["\x05SummaryInformation"] = summary()
	c, err := read(t, content.DOC, oletest.File(s), content.Limits{})
	if err != nil || c.Metadata.Title != "signée" || !c.Metadata.Created.Equal(time.Date(2021, 5, 3, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", c.Metadata, err)
	}
}

func TestRisks(t *testing.T) {
	for name, test := range map[string]struct {
		path string
		code meeting.FindingCode
		data string
	}{
		"macros":  {"Macros/VBA/dir", meeting.FindingMacros, "x"},
		"object":  {"ObjectPool/_1/x", meeting.FindingEmbedded, "x"},
		"program": {"ObjectPool/_1/\x01Ole10Native", meeting.FindingExecutable, "\x10\x00\x00\x00\x02\x00C:\\x\\run.exe\x00"},
	} {
		s := word(oneTable, []string{"x"}, []bool{true}, [7]uint32{1})
		s[test.path] = []byte(test.data)
		c, err := read(t, content.DOC, oletest.File(s), content.Limits{})
		if err != nil || !c.Has(test.code) {
			t.Errorf("%s: %+v %v", name, c.Findings, err)
		}
	}
}

// Names within a compound file know no case.
func TestNamesInAnyCase(t *testing.T) {
	streams := map[string][]byte{}
	for name, data := range word(oneTable, []string{"Awa"}, []bool{true}, [7]uint32{3}) {
		streams[strings.ToLower(name)] = data
	}
	data := oletest.File(streams)
	file, err := ole.Open(bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if f, err := file.Sniff(); f != content.DOC || err != nil {
		t.Errorf("taken for %q, %v", f, err)
	}
	if c, err := read(t, content.DOC, data, content.Limits{}); err != nil || c.Pages[0].Text != "Awa" {
		t.Errorf("%+v, %v", c, err)
	}
	lower := oletest.File(map[string][]byte{"encryptedpackage": []byte("x")})
	if file, err = ole.Open(bytes.NewReader(lower), int64(len(lower)), content.Limits{}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Sniff(); !fault.Because(err, meeting.ReasonLocked) {
		t.Errorf("a locked package: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	good := word(oneTable, []string{"x"}, []bool{true}, [7]uint32{1})
	locked := word(oneTable|0x0100, []string{"x"}, []bool{true}, [7]uint32{1})
	lies := word(oneTable, []string{"x"}, []bool{true}, [7]uint32{1})
	binary.LittleEndian.PutUint32(lies["1Table"][6+4+4:], 0xfffffff) // a piece of 268 million characters
	lockedShow := show(nil, false, false)
	binary.LittleEndian.PutUint32(lockedShow["Current User"][12:], 0xf3d1c4df)
	for name, test := range map[string]struct {
		format  content.Format
		streams map[string][]byte
		limits  content.Limits
		reason  meeting.Reason
	}{
		"locked DOC":        {content.DOC, locked, content.Limits{}, meeting.ReasonLocked},
		"locked PPT":        {content.PPT, lockedShow, content.Limits{}, meeting.ReasonLocked},
		"a piece that lies": {content.DOC, lies, content.Limits{}, meeting.ReasonCorrupt},
		"no table":          {content.DOC, map[string][]byte{"WordDocument": good["WordDocument"]}, content.Limits{}, meeting.ReasonCorrupt},
		"edits in a circle": {content.PPT, show(nil, true, false), content.Limits{}, meeting.ReasonCorrupt},
		"whole file":        {content.DOC, good, content.Limits{Whole: 100}, meeting.ReasonTooLarge},
		"too much text":     {content.DOC, word(oneTable, []string{"aaaaaaaaaaaaaaaa"}, []bool{true}, [7]uint32{16}), content.Limits{Text: 5}, meeting.ReasonTooLarge},
		"too many streams":  {content.DOC, good, content.Limits{Entries: 2}, meeting.ReasonTooLarge},
		"no edit is there":  {content.PPT, map[string][]byte{"PowerPoint Document": []byte("x"), "Current User": u32s(0, 0, 0, 0, 0)}, content.Limits{}, meeting.ReasonCorrupt},
	} {
		if _, err := read(t, test.format, oletest.File(test.streams), test.limits); !fault.Because(err, test.reason) {
			t.Errorf("%s: %v, want %s", name, err, test.reason)
		}
	}
}

// A chain of sectors that bites its tail ends.
func TestSectorsInACircle(t *testing.T) {
	data := oletest.File(map[string][]byte{"WordDocument": make([]byte, 8192), "x": make([]byte, 9000)})
	fat := len(data) - 512
	for i := fat; i+4 <= len(data); i += 4 {
		if v := binary.LittleEndian.Uint32(data[i:]); v < 100 {
			binary.LittleEndian.PutUint32(data[i:], 0)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = read(t, content.DOC, data, content.Limits{})
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it goes round and round")
	}
}

func FuzzWord(f *testing.F) {
	f.Add(oletest.File(word(oneTable, []string{"main\rnote\r\x13X\x14y\x15\a\a"}, []bool{true}, [7]uint32{5, 5})))
	f.Add(oletest.File(older(0x409, 0, []byte{0, 204}, "\xcf\xf0\xe8\xe2\xe5\xf2")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.DOC, data) })
}

func FuzzPowerPoint(f *testing.F) {
	f.Add(oletest.File(show(shape(1, 1, box(4, "x")), false, true)))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.PPT, data) })
}

// FuzzRecords fuzzes the records of a presentation, which a mutated compound file hardly ever lets through.
func FuzzRecords(f *testing.F) {
	f.Add(show(shape(1, 1, box(4, "x")), false, false)["PowerPoint Document"], uint32(8))
	f.Fuzz(func(t *testing.T, stream []byte, edit uint32) {
		fuzzed(t, content.PPT, oletest.File(map[string][]byte{"PowerPoint Document": stream, "Current User": u32s(0, 0, 0, 0, edit)}))
	})
}

func fuzzed(t *testing.T, f content.Format, data []byte) {
	_, err := read(t, f, data, content.Limits{Text: 1 << 20})
	if err != nil && !fault.Is(err, fault.Rejected) {
		t.Errorf("neither read nor refused: %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"letter.doc", "Mensah-NRM-Ghana.ppt"} {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "office", name))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Ext(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ole.Read(b.Context(), content.Format(filepath.Ext(name)[1:]), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
