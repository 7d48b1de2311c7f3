// Package rtf reads Rich Text Format (Microsoft, RTF Specification 1.9.1).
package rtf

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ole"
	"dossier/internal/meeting"
)

// Magic are the first bytes of an RTF file.
const Magic = `{\rtf`

// Read reads an RTF file. Errors are as extract.Reader.Read's.
func Read(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	data, err := content.Whole(src, size, limits)
	if err != nil {
		return nil, err
	}
	if err := limits.Hold(3 * size); err != nil {
		return nil, err
	}
	c := &content.Content{}
	return c, Parse(ctx, data, c, limits)
}

// Parse reads RTF from memory into c.
func Parse(ctx context.Context, data []byte, c *content.Content, limits content.Limits) error {
	p := &parser{data: data, c: c, flow: content.NewFlow(c, limits), limits: limits, fonts: map[int]int{}, fields: content.NewFields(c, limits)}
	p.group = group{into: body, skip: 1, page: 1252}
	if err := p.run(ctx); err != nil {
		return err
	}
	p.flush()
	p.fields.Close()
	return p.flow.Close()
}

// target is where the text of a group goes.
type target int

const (
	body target = iota
	nowhere
	margin
	note
	comment
	info
	fontTable
	created
	modified
	instruction // of a field
)

// group is the state that a brace opens and closes.
type group struct {
	into   target
	field  string // of the information group
	hidden bool
	skip   int // how many characters stand in for one of Unicode (\uc)
	page   int // the code page of the font
	font   int
	apart  bool // pictures in it are no pages
	floats bool // pictures in it stand beside or behind the text
}

type parser struct {
	data   []byte
	at     int
	c      *content.Content
	flow   *content.Flow
	limits content.Limits
	group
	stack  []group
	fonts  map[int]int // code pages by font
	ansi   int
	bytes  []byte          // of the code page, not yet decoded
	high   rune            // a high surrogate that waits for its low one
	aside  strings.Builder // text of the target that is not the body
	closes []int           // depths at which an aside ends
	left   int             // characters that stand in for the last of Unicode
	time   [5]int
	pict   *pict // nil when none is being read
	fields *content.Fields
	inner  []int // depths of the fields that are open

	width, height float64
}

func (p *parser) run(ctx context.Context) error {
	for n := 0; p.at < len(p.data); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.flow.Err(); err != nil {
			return err
		}
		switch b := p.data[p.at]; b {
		case '{':
			p.flush()
			if len(p.stack) >= p.limits.Depth*4 {
				return content.Over("nested RTF groups", p.limits.Depth*4)
			}
			p.stack = append(p.stack, p.group)
			p.at++
		case '}':
			p.at++
			p.close()
			if len(p.stack) == 0 {
				return nil // the end; what comes behind it is no text
			}
		case '\\':
			p.at++
			p.control()
		case '\r', '\n':
			p.at++
		default:
			p.at++
			p.char(b)
		}
	}
	return nil // cut short: the text so far is given
}

func (p *parser) close() {
	p.flush()
	p.shown()
	if n := len(p.inner); n > 0 && p.inner[n-1] == len(p.stack) {
		p.inner = p.inner[:n-1]
		p.fields.End()
	}
	if n := len(p.closes); n > 0 && p.closes[n-1] == len(p.stack) {
		p.closes = p.closes[:n-1]
		text := p.aside.String()
		p.aside.Reset()
		switch p.into {
		case margin:
			p.flow.Margin(text)
		case note:
			p.flow.Note(text)
		case comment:
			p.flow.Comment(text)
		case info:
			p.property(p.field, content.Tidy(text))
		case created, modified:
			t := p.time
			at := time.Date(t[0], time.Month(t[1]), t[2], t[3], t[4], 0, 0, time.UTC)
			if t[0] > 1900 && t[1] > 0 && t[2] > 0 {
				if p.into == created {
					p.c.Metadata.Created = at
				} else {
					p.c.Metadata.Modified = at
				}
			}
			p.time = [5]int{}
		}
	}
	if n := len(p.stack); n > 0 {
		p.group, p.stack = p.stack[n-1], p.stack[:n-1]
	}
}

func (p *parser) property(field, text string) {
	m := &p.c.Metadata
	switch field {
	case "title":
		m.Title = text
	case "subject":
		m.Subject = text
	case "author":
		m.Author = text
	case "operator":
		m.LastEditor = text
	case "company":
		m.Organisation = text
	case "template":
		if strings.HasPrefix(text, `\\`) || strings.Contains(text, "://") {
			p.c.Find(meeting.FindingExternal, "attachedTemplate")
		}
	}
}

// begin sends the group's text to a target.
func (p *parser) begin(t target) {
	if p.into == nowhere || p.into != body && len(p.closes) > 0 {
		p.into = nowhere // an aside within an aside
		return
	}
	p.into = t
	if t != nowhere && t != fontTable {
		p.closes = append(p.closes, len(p.stack))
	}
}

func (p *parser) control() {
	if p.at >= len(p.data) {
		return
	}
	b := p.data[p.at]
	if b < 'a' || b > 'z' {
		p.at++
		p.symbol(b)
		return
	}
	start := p.at
	for p.at < len(p.data) && p.data[p.at] >= 'a' && p.data[p.at] <= 'z' || p.at < len(p.data) && p.data[p.at] >= 'A' && p.data[p.at] <= 'Z' {
		p.at++
	}
	word := string(p.data[start:min(p.at, start+32)])
	start = p.at
	if p.at < len(p.data) && p.data[p.at] == '-' {
		p.at++
	}
	for p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.Atoi(string(p.data[start:min(p.at, start+11)]))
	given := err == nil
	if p.at < len(p.data) && p.data[p.at] == ' ' {
		p.at++
	}
	p.word(word, n, given)
}

func (p *parser) symbol(b byte) {
	switch b {
	case '\'':
		v, err := strconv.ParseUint(string(p.data[p.at:min(len(p.data), p.at+2)]), 16, 8)
		p.at = min(len(p.data), p.at+2)
		if err == nil {
			p.char(byte(v))
		}
	case '~':
		p.text(" ")
	case '_':
		p.text("-")
	case '\r', '\n':
		p.text("\n")
	case '{', '}', '\\':
		p.char(b)
	case '*': // a destination that may be skipped; those that are read are known by their words
		if name := p.peek(); !slices.Contains([]string{
			"annotation", "atnauthor", "company", "shptxt", "footnote", "fldinst", "shpinst", "listtext",
			"pntext", "ud", "nesttableprops", "hlinkbase", "template",
		}, name) {
			p.flush()
			if name == "objdata" || name == "objclass" {
				p.c.Find(meeting.FindingEmbedded, "")
			}
			p.apart = p.apart || name == "listpicture" || name == "background"
			p.begin(nowhere)
		}
	}
}

// peek gives the control word that comes next.
func (p *parser) peek() string {
	if p.at >= len(p.data) || p.data[p.at] != '\\' {
		return ""
	}
	end := p.at + 1
	for end < len(p.data) && p.data[end] >= 'a' && p.data[end] <= 'z' && end < p.at+33 {
		end++
	}
	return string(p.data[p.at+1 : end])
}

func (p *parser) word(word string, n int, given bool) {
	p.drawn(word, n)
	switch word {
	case "par", "line", "row", "nestrow":
		p.text("\n")
	case "tab", "cell", "nestcell":
		p.text("\t")
	case "page", "sect":
		p.text("\n")
		if p.into == body {
			p.flow.Break()
		}
	case "emdash":
		p.text("—")
	case "endash":
		p.text("–")
	case "lquote":
		p.text("‘")
	case "rquote":
		p.text("’")
	case "ldblquote":
		p.text("“")
	case "rdblquote":
		p.text("”")
	case "bullet":
		p.text("•")
	case "emspace", "enspace", "qmspace":
		p.text(" ")
	case "u":
		p.unicode(n)
	case "uc":
		p.skip = max(0, min(n, 16))
	case "bin":
		p.at = min(len(p.data), p.at+max(0, n))
	case "ansicpg":
		if n > 0 {
			p.ansi, p.page = n, n
		}
	case "mac":
		p.ansi, p.page = 10000, 10000
	case "f":
		p.flush()
		p.font = n
		if p.into != fontTable {
			p.page = p.pageOf(n)
		}
	case "fcharset":
		if p.into == fontTable {
			p.fonts[p.font] = charsetPage(n)
		}
	case "plain":
		p.flush()
		p.hidden = false
	case "v", "deleted":
		p.flush()
		p.hidden = !given || n != 0
	case "fonttbl":
		p.begin(fontTable)
	case "colortbl",
		"stylesheet",
		"pict",
		"themedata",
		"filetbl",
		"revtbl",
		"listtable",
		"listoverridetable",
		"rsidtbl",
		"generator",
		"bkmkstart",
		"bkmkend",
		"xe",
		"tc",
		"nonshppict",
		"sp",
		"atnid",
		"atnauthor",
		"atnref",
		"atnicn",
		"atrfstart",
		"atrfend",
		"xmlnstbl",
		"datastore",
		"nonesttables":
		p.flush()
		switch word {
		case "pict":
			p.c.Metadata.Pictures++
			p.pictured()
		case "nonshppict":
			p.apart = true
		}
		p.begin(nowhere)
	case "object":
		p.c.Find(meeting.FindingEmbedded, "")
		p.apart = true // what shows is an icon
	case "shp":
		p.floats = true
	case "objdata":
		p.begin(nowhere)
	case "objautlink", "objlink":
		p.c.Find(meeting.FindingExternal, "oleObject")
	case "field":
		p.flush()
		if n := len(p.inner); n == 0 || p.inner[n-1] != len(p.stack) { // a group is one field
			p.fields.Begin()
			p.inner = append(p.inner, len(p.stack))
		}
	case "fldinst":
		p.flush()
		p.into = instruction
	case "fldrslt":
		p.flush()
		p.fields.Separate()
	case "upr":
		// what follows is for old readers; \ud after it holds the same in Unicode
	case "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		p.flush()
		p.apart = true
		p.begin(margin)
	case "footnote":
		p.flush()
		p.apart = true
		p.begin(note)
	case "annotation":
		p.flush()
		p.apart = true
		p.begin(comment)
	case "title", "subject", "author", "operator", "company", "template":
		p.begin(info)
		p.field = word
	case "keywords", "doccomm", "category", "manager", "hlinkbase", "printim", "buptim":
		p.begin(nowhere)
	case "creatim":
		p.begin(created)
	case "revtim":
		p.begin(modified)
	case "yr", "mo", "dy", "hr", "min":
		p.time[slices.Index([]string{"yr", "mo", "dy", "hr", "min"}, word)] = n
	case "paperw":
		p.paper(n, 0)
	case "paperh":
		p.paper(0, n)
	}
}

// paper notes the page's size, which comes in twips.
func (p *parser) paper(w, h int) {
	if w > 0 {
		p.width = float64(w) / 20
	}
	if h > 0 {
		p.height = float64(h) / 20
	}
	p.flow.Size(p.width, p.height)
}

func (p *parser) pageOf(font int) int {
	if page := p.fonts[font]; page != 0 {
		return page
	}
	if p.ansi != 0 {
		return p.ansi
	}
	return 1252
}

// charsetPage gives the code page of a font's character set (specification, "Font Table"); 0 is the document's own.
func charsetPage(n int) int {
	return map[int]int{77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250}[n]
}

// unicode takes \uN: a UTF-16 unit, followed by characters for readers that do not know it.
func (p *parser) unicode(n int) {
	p.flush()
	p.left = p.skip
	r := rune(uint16(n))
	switch {
	case utf16.IsSurrogate(r) && r < 0xdc00:
		p.high = r
		return
	case utf16.IsSurrogate(r):
		r = utf16.DecodeRune(p.high, r)
	}
	p.high = 0
	p.write(string(r))
}

// char takes a byte of the code page.
func (p *parser) char(b byte) {
	p.digit()
	if p.left > 0 {
		p.left--
		return
	}
	if p.into == nowhere || p.into == fontTable || p.hidden && p.into != instruction {
		return
	}
	p.bytes = append(p.bytes, b)
}

// text takes what a control word stands for.
func (p *parser) text(s string) {
	if p.left > 0 {
		p.left--
		return
	}
	p.flush()
	p.write(s)
}

// flush decodes the bytes that wait: a character may have two of them.
func (p *parser) flush() {
	if len(p.bytes) == 0 {
		return
	}
	s := ole.Decode(p.bytes, p.page)
	p.bytes = p.bytes[:0]
	p.write(s)
}

func (p *parser) write(s string) {
	switch {
	case p.into == instruction:
		p.fields.Add(s)
	case p.hidden:
	case p.into == body:
		p.flow.Write(s)
	case p.into != nowhere && p.into != fontTable && p.aside.Len() < p.limits.Text:
		p.aside.WriteString(s)
	}
}
