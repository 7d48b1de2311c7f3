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

func (s *scanner) tokens(r *bufio.Reader, streams bool) {
	var stack []dict
	var last dict // the dictionary that was closed last
	for n := 0; ; n++ {
		if n%4096 == 0 && s.ctx.Err() != nil {
			return
		}
		b, err := r.ReadByte()
		if err != nil {
			return
		}
		top := &dict{}
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		switch {
		case b == '%' && len(stack) == 0:
			if _, err := r.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
		case b == '(':
			skipString(r)
			top.isKey = true
		case b == '<':
			if next, err := r.Peek(1); err != nil {
				return
			} else if next[0] != '<' {
				if _, err := r.ReadSlice('>'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
					return
				}
				top.isKey = true
				continue
			}
			_, _ = r.Discard(1)
			if len(stack) == deepest {
				return
			}
			stack = append(stack, dict{isKey: true, opening: top.key == "OpenAction" || top.opening})
		case b == '>':
			if next, err := r.Peek(1); err != nil || next[0] != '>' || len(stack) == 0 {
				continue
			}
			_, _ = r.Discard(1)
			last, stack = stack[len(stack)-1], stack[:len(stack)-1]
			s.close(last)
			if len(stack) > 0 {
				stack[len(stack)-1].isKey = true
			}
		case b == '/':
			name := readName(r)
			if len(stack) == 0 {
				continue
			}
			if top.isKey {
				top.key, top.isKey = name, false
				s.key(top, name)
				continue
			}
			s.value(top, name)
			top.isKey = true
		case b >= '0' && b <= '9':
			top.isKey = true
		case b == 's' && len(stack) == 0 && streams:
			if word, err := r.Peek(5); err == nil && string(word) == "tream" {
				_, _ = r.Discard(5)
				s.stream(r, last)
			}
		case b == '[' || b == ']' || b == 't' || b == 'f' || b == 'n':
			top.isKey = true
		}
	}
}

func (s *scanner) key(d *dict, name string) {
	switch name {
	case "JS", "JavaScript":
		s.found.script = true
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
	if b, err := r.Peek(2); err == nil { // the keyword's own line end
		switch {
		case b[0] == '\r' && b[1] == '\n':
			_, _ = r.Discard(2)
		case b[0] == '\n' || b[0] == '\r':
			_, _ = r.Discard(1)
		}
	}
	// The length that a stream gives may be a lie that hides what comes after it; the word for its end is looked for, as
	// a reader that repairs a file does.
	var data []byte
	for n := 0; ; n++ {
		if n%64 == 0 && s.ctx.Err() != nil {
			return
		}
		const word = "endstream"
		if _, err := r.Peek(len(word)); err != nil {
			return
		}
		buffered, _ := r.Peek(r.Buffered())
		i := bytes.Index(buffered, []byte(word))
		take := len(buffered) - len(word) + 1 // what may be the word's beginning stays
		if i >= 0 {
			take = i
		}
		if d.objectStream && int64(len(data)+take) <= s.left {
			data = append(data, buffered[:take]...)
		}
		_, _ = r.Discard(take)
		if i >= 0 {
			_, _ = r.Discard(len(word))
			break
		}
	}
	if !d.objectStream {
		return
	}
	if z, err := zlib.NewReader(bytes.NewReader(data)); err == nil {
		bounded := &io.LimitedReader{R: z, N: s.left}
		s.tokens(bufio.NewReader(bounded), false)
		s.left = bounded.N
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
		if c[0] == '#' {
			if h, err := r.Peek(2); err == nil {
				if v, err := hex.DecodeString(string(h)); err == nil {
					_, _ = r.Discard(2)
					b.Write(v)
					continue
				}
			}
		}
		b.WriteByte(c[0])
	}
	return b.String()
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
