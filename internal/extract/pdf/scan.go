package pdf

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// findings are what a look at a PDF's objects tells beside its text.
type findings struct {
	script, launch, external bool
	fontsMissing             []string
	files                    int // descriptions of files that lie in the document
}

// Limits of the look: dictionaries within each other, and unpacked bytes of object streams in all.
const (
	deepest  = 64
	unpacked = 64 << 20
)

// scan goes once through a PDF's tokens (ISO 32000-1, 7.2 and 7.3), object streams unpacked (7.5.7) and other streams
// passed over. PDFium tells of scripts with a name alone, and nothing of launch actions. A file that is broken
// is looked at as far as it goes.
func scan(ctx context.Context, src io.ReaderAt, size int64) (findings, error) {
	s := &scanner{ctx: ctx, left: unpacked}
	s.tokens(bufio.NewReaderSize(io.NewSectionReader(src, 0, size), 64<<10), true)
	slices.Sort(s.found.fontsMissing)
	s.found.fontsMissing = slices.Compact(s.found.fontsMissing)
	return s.found, ctx.Err()
}

type scanner struct {
	ctx   context.Context
	left  int64
	found findings
}

// dict is one dictionary that is open.
type dict struct {
	key          string // the last name at an even place
	isKey        bool   // the next name is a key
	opening      bool   // it is the document's open action
	objectStream bool
	descriptor   bool
	fontFile     bool
	fontName     string
}

// tokens looks at all tokens of a file, or of an object stream, which holds no further streams.
func (s *scanner) tokens(r *bufio.Reader, streams bool) {
	t := &tokens{scanner: s, r: r, streams: streams}
	for n := 0; ; n++ {
		if n%4096 == 0 && s.ctx.Err() != nil {
			return
		}
		if b, err := r.ReadByte(); err != nil || !t.token(b) {
			return
		}
	}
}

// tokens is a walk through tokens, with the dictionaries that are open.
type tokens struct {
	*scanner
	r       *bufio.Reader
	streams bool
	stack   []dict
	last    dict // the dictionary that was closed last
}

// top is the innermost dictionary that is open; outside of all one that nobody looks at.
func (t *tokens) top() *dict {
	if len(t.stack) == 0 {
		return &dict{}
	}
	return &t.stack[len(t.stack)-1]
}

// token looks at the token that begins with a byte, and reports whether to go on.
func (t *tokens) token(b byte) bool {
	switch {
	case b == '%' && len(t.stack) == 0:
		return t.skipTo('\n')
	case b == '(':
		skipString(t.r)
		t.top().isKey = true
	case b == '<':
		return t.opens()
	case b == '>':
		t.closes()
	case b == '/':
		t.name(readName(t.r))
	case b == 's' && len(t.stack) == 0 && t.streams:
		if word, err := t.r.Peek(5); err == nil && string(word) == "tream" {
			_, _ = t.r.Discard(5)
			t.stream(t.r, t.last)
		}
	case b >= '0' && b <= '9', bytes.IndexByte([]byte("[]tfn"), b) >= 0: // a number, an array, true, false or null
		t.top().isKey = true
	}
	return true
}

// skipTo passes over what comes up to a byte, at most what the buffer holds.
func (t *tokens) skipTo(end byte) bool {
	_, err := t.r.ReadSlice(end)
	return err == nil || errors.Is(err, bufio.ErrBufferFull)
}

// opens looks at what begins with <: a dictionary or a string in hex.
func (t *tokens) opens() bool {
	next, err := t.r.Peek(1)
	if err != nil {
		return false
	}
	top := t.top()
	if next[0] != '<' {
		top.isKey = true
		return t.skipTo('>')
	}
	_, _ = t.r.Discard(1)
	if len(t.stack) == deepest {
		return false
	}
	t.stack = append(t.stack, dict{isKey: true, opening: top.key == "OpenAction" || top.opening})
	return true
}

// closes looks at what begins with >: the end of a dictionary, if one is open.
func (t *tokens) closes() {
	if next, err := t.r.Peek(1); err != nil || next[0] != '>' || len(t.stack) == 0 {
		return
	}
	_, _ = t.r.Discard(1)
	t.last, t.stack = t.stack[len(t.stack)-1], t.stack[:len(t.stack)-1]
	t.close(t.last)
	t.top().isKey = true
}

// name looks at a name in a dictionary, which is a key or a value.
func (t *tokens) name(name string) {
	if len(t.stack) == 0 {
		return
	}
	top := t.top()
	if top.isKey {
		top.key, top.isKey = name, false
		t.key(top, name)
		return
	}
	t.value(top, name)
	top.isKey = true
}

func (s *scanner) key(d *dict, name string) {
	switch name {
	case "JS", "JavaScript":
		s.found.script = true
	case "EF":
		s.found.files++
	case "FontFile", "FontFile2", "FontFile3":
		d.fontFile = true
	}
}

func (s *scanner) value(d *dict, name string) {
	switch d.key {
	case "S":
		switch name {
		case "JavaScript":
			s.found.script = true
		case "Launch":
			s.found.launch = true
		case "URI", "GoToR", "SubmitForm", "ImportData":
			s.found.external = s.found.external || d.opening
		}
	case "Type":
		d.objectStream = name == "ObjStm"
		d.descriptor = name == "FontDescriptor"
	case "FontName":
		d.fontName = name
	}
}

func (s *scanner) close(d dict) {
	if d.descriptor && !d.fontFile && d.fontName != "" && len(s.found.fontsMissing) < 100 {
		s.found.fontsMissing = append(s.found.fontsMissing, d.fontName)
	}
}

// stream passes over a stream's bytes; an object stream's are unpacked and looked at.
func (s *scanner) stream(r *bufio.Reader, d dict) {
	skipLineEnd(r)
	data, ok := s.untilEnd(r, d.objectStream)
	if !ok || !d.objectStream {
		return
	}
	if z, err := zlib.NewReader(bytes.NewReader(data)); err == nil {
		bounded := &io.LimitedReader{R: z, N: s.left}
		s.tokens(bufio.NewReader(bounded), false)
		s.left = bounded.N
	}
}

// skipLineEnd passes over the line end that belongs to the keyword before it.
func skipLineEnd(r *bufio.Reader) {
	b, err := r.Peek(2)
	switch {
	case err != nil:
	case b[0] == '\r' && b[1] == '\n':
		_, _ = r.Discard(2)
	case b[0] == '\n' || b[0] == '\r':
		_, _ = r.Discard(1)
	}
}

// untilEnd passes over the bytes of a stream, and gives those that are kept, as far as the limit allows. The length
// that a stream gives may be a lie that hides what comes after it, so the word for its end is looked for, as a reader
// does that repairs a file.
func (s *scanner) untilEnd(r *bufio.Reader, keep bool) (data []byte, ok bool) {
	const word = "endstream"
	for n := 0; ; n++ {
		if n%64 == 0 && s.ctx.Err() != nil {
			return nil, false
		}
		if _, err := r.Peek(len(word)); err != nil {
			return nil, false
		}
		buffered, _ := r.Peek(r.Buffered())
		end := bytes.Index(buffered, []byte(word))
		take := len(buffered) - len(word) + 1 // the rest may be the word's beginning
		if end >= 0 {
			take = end
		}
		if keep && int64(len(data)+take) <= s.left {
			data = append(data, buffered[:take]...)
		}
		_, _ = r.Discard(take)
		if end >= 0 {
			_, _ = r.Discard(len(word))
			return data, true
		}
	}
}

// skipString passes over a literal string: brackets in pairs, the backslash escapes (7.3.4.2).
func skipString(r *bufio.Reader) {
	for depth := 1; depth > 0; {
		b, err := r.ReadByte()
		if err != nil {
			return
		}
		switch b {
		case '\\':
			if _, err := r.ReadByte(); err != nil {
				return
			}
		case '(':
			depth++
		case ')':
			depth--
		}
	}
}

// readName reads a name behind its slash; #xx stands for a byte (7.3.5).
func readName(r *bufio.Reader) string {
	var b strings.Builder
	for b.Len() < 128 {
		c, err := r.Peek(1)
		if err != nil || strings.IndexByte(" \t\r\n\f\x00()<>[]{}/%", c[0]) >= 0 {
			break
		}
		_, _ = r.Discard(1)
		if v, ok := escaped(r, c[0]); ok {
			b.Write(v)
			continue
		}
		b.WriteByte(c[0])
	}
	return b.String()
}

// escaped reads the byte that #xx stands for.
func escaped(r *bufio.Reader, first byte) ([]byte, bool) {
	if first != '#' {
		return nil, false
	}
	h, err := r.Peek(2)
	if err != nil {
		return nil, false
	}
	v, err := hex.DecodeString(string(h))
	if err != nil {
		return nil, false
	}
	_, _ = r.Discard(2)
	return v, true
}

// note writes the findings down.
func (f findings) note(c *content.Content) {
	if f.script {
		c.Find(meeting.FindingJavaScript, "")
	}
	if f.launch {
		c.Find(meeting.FindingLaunch, "")
	}
	if f.external {
		c.Find(meeting.FindingExternal, "open-action")
	}
	c.Metadata.FontsMissing = f.fontsMissing
}
