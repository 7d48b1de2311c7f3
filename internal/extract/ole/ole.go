// Package ole reads the files of Office 97 to 2003, which are compound files (MS-CFB): Word's DOC (MS-DOC) and
// PowerPoint's PPT (MS-PPT). It also opens compound files for the reader of MSG.
package ole

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"golang.org/x/net/html/charset"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Magic are the first bytes of a compound file (MS-CFB, 2.2).
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// Compound is an open compound file.
type Compound struct {
	size    int64
	left    int64 // how many bytes of streams may still be read
	limits  content.Limits
	streams map[string]*mscfb.File // by folded path with slashes; the library takes a first control character off a name
	paths   []string               // storages too, in the file's order
}

// Open opens a compound file of size bytes. It fails with Rejected "corrupt" when it is none, and "too-large" when it
// is over the limit on files that are read in memory.
func Open(src io.ReaderAt, size int64, limits content.Limits) (c *Compound, err error) {
	if size > limits.Whole {
		return nil, content.Over("bytes of a file of this format", limits.Whole)
	}
	// The library has met hostile files, but an index of theirs may still be out of range.
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, content.Broken("compound file: %w", fault.Panic(p))
		}
	}()
	r, err := mscfb.New(io.NewSectionReader(src, 0, size))
	if err != nil {
		return nil, content.Broken("compound file: %w", err)
	}
	if len(r.File) > limits.Entries {
		return nil, content.Over("streams", limits.Entries)
	}
	c = &Compound{size: size, left: rereads * size, limits: limits, streams: map[string]*mscfb.File{}}
	for _, f := range r.File {
		if len(f.Path) > limits.Depth {
			return nil, content.Over("nested storages", limits.Depth)
		}
		name := strings.Join(append(slices.Clone(f.Path), f.Name), "/")
		c.paths = append(c.paths, name)
		if f.Size > 0 {
			c.streams[folded(name)] = f
		}
	}
	return c, nil
}

// folded is a path for comparing: names in compound files know no case (MS-CFB, 2.6.4).
func folded(path string) string { return strings.ToUpper(path) }

// Has tells whether a stream with anything in it is there. The case of the path does not matter.
func (c *Compound) Has(path string) bool { return c.streams[folded(path)] != nil }

// Paths lists storages and streams in the file's order.
func (c *Compound) Paths() []string { return c.paths }

// rereads is how often the bytes of a file may be read. Each stream is read once or twice, and many streams may be made of
// the same bytes.
const rereads = 4

// Stream reads a stream; nil when there is none. One that is cut short is given as far as it goes. Reading far more than
// the file has is too much.
func (c *Compound) Stream(path string) ([]byte, error) { return c.Head(path, c.size) }

// Head reads the beginning of a stream, at most so many bytes.
func (c *Compound) Head(path string, most int64) (data []byte, err error) {
	f := c.streams[folded(path)]
	if f == nil {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, content.Broken("stream: %w", fault.Panic(p))
		}
	}()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, content.Broken("stream: %w", err)
	}
	// No stream is longer than its file, even if it says so.
	size := min(f.Size, c.size, most)
	if c.left -= size; c.left < 0 {
		return nil, c.Err()
	}
	data = make([]byte, size)
	n, err := io.ReadFull(f, data)
	if err != nil && n == 0 {
		return nil, content.Broken("stream: %w", err)
	}
	return data[:n], nil
}

// Err tells that a stream was not read because too much had been read before.
func (c *Compound) Err() error {
	if c.left < 0 {
		return content.Over("bytes of streams", rereads*c.size)
	}
	return nil
}

// Sniff tells what a compound file is; "" when it is none of ours. An OOXML file that is locked by a password is a
// compound file with its package encrypted (MS-OFFCRYPTO, 2.3.4): Rejected as locked.
func (c *Compound) Sniff() (content.Format, error) {
	switch {
	case c.Has("EncryptedPackage"):
		return "", fault.Reject(meeting.ReasonLocked, "the package is encrypted")
	case c.Has(powerPointStream), c.Has(dualStorage + powerPointStream):
		return content.PPT, nil
	case c.Has("WordDocument"):
		return content.DOC, nil
	case c.Has("__properties_version1.0"):
		return content.MSG, nil
	}
	return "", nil
}

// Read reads a DOC or a PPT. Errors are as extract.Reader.Read's.
func Read(
	ctx context.Context,
	f content.Format,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
) (*content.Content, error) {
	file, err := Open(src, size, limits)
	if err != nil {
		return nil, err
	}
	// The streams, and the text by characters and by lines.
	if err := limits.Hold(6 * size); err != nil {
		return nil, err
	}
	c := &content.Content{Metadata: file.properties()}
	if err := file.risks(c); err != nil {
		return c, err
	}
	switch f {
	case content.DOC:
		return c, file.word(ctx, c)
	case content.PPT:
		return c, file.powerpoint(ctx, c)
	}
	return c, fmt.Errorf("no OLE reader for %s", f)
}

// holds tells whether a storage has anything in it.
func (c *Compound) holds(storage string) bool {
	return slices.ContainsFunc(c.paths, func(p string) bool { return strings.HasPrefix(p, storage+"/") })
}

// risks finds macros (the VBA storage, MS-OVBA 2.2.1) and embedded objects (MS-DOC 2.1.8, MS-OLEDS 2.3.6).
func (c *Compound) risks(to *content.Content) error {
	for _, path := range c.paths {
		parts := strings.Split(path, "/")
		name := parts[len(parts)-1]
		switch {
		case strings.EqualFold(name, "VBA"),
			strings.EqualFold(name, "_VBA_PROJECT"),
			strings.EqualFold(name, "_VBA_PROJECT_CUR"):
			to.Find(meeting.FindingMacros, "")
		case strings.EqualFold(name, "ObjectPool") && !to.Has(meeting.FindingEmbedded) && c.holds(path):
			to.Find(meeting.FindingEmbedded, "")
		case strings.EqualFold(name, "Ole10Native"):
			head, err := c.Head(path, 4096)
			if err != nil {
				continue // an object that cannot be read is no reason not to read the rest
			}
			if content.IsExecutable("", head) {
				to.Find(meeting.FindingExecutable, "")
			}
		}
	}
	return nil
}

// properties reads the summaries (MS-OLEPS; the ids in MS-OSHARED 2.3.3.2). They are optional.
func (c *Compound) properties() content.Metadata {
	var m content.Metadata
	if data, err := c.Stream("SummaryInformation"); err == nil {
		p := propertySet(data)
		text := func(id uint32) string { s, _ := p[id].(string); return content.Tidy(s) }
		at := func(id uint32) time.Time { t, _ := p[id].(time.Time); return t }
		m.Title, m.Subject, m.Author, m.LastEditor, m.Producer = text(2), text(3), text(4), text(8), text(18)
		m.Created, m.Modified = at(12), at(13)
	}
	if data, err := c.Stream("DocumentSummaryInformation"); err == nil {
		s, _ := propertySet(data)[15].(string)
		m.Organisation = content.Tidy(s)
	}
	return m
}

// bytesAt gives n bytes from offset on, false when there are fewer.
func bytesAt(b []byte, offset, n int) ([]byte, bool) {
	if offset < 0 || n < 0 || offset > len(b) || n > len(b)-offset {
		return nil, false
	}
	return b[offset : offset+n], true
}

func u16(b []byte, offset int) int {
	if v, ok := bytesAt(b, offset, 2); ok {
		return int(binary.LittleEndian.Uint16(v))
	}
	return 0
}

func u32(b []byte, offset int) int {
	if v, ok := bytesAt(b, offset, 4); ok {
		return int(binary.LittleEndian.Uint32(v))
	}
	return 0
}

// longestProperty is how many bytes of a text in a property set are read. Many texts may be made of the same bytes.
const longestProperty = 4 << 10

// propertySet reads the first set of a property set stream: texts and times by id (MS-OLEPS, 2.21 and 2.20).
func propertySet(b []byte) map[uint32]any {
	found := map[uint32]any{}
	start := u32(b, 44)
	page := 1252
	for pass := range 2 { // the code page comes first, wherever it stands
		for i := range min(u32(b, start+4), 1000) {
			id := u32(b, start+8+8*i)
			at := start + u32(b, start+12+8*i)
			switch kind := u16(b, at); {
			case id == 1 && kind == 2:
				page = u16(b, at+4)
			case pass == 0:
			case kind == 30: // VT_LPSTR
				if s, ok := bytesAt(b, at+8, u32(b, at+4)); ok {
					found[uint32(id)] = Decode(bytes.TrimRight(s[:min(len(s), longestProperty)], "\x00"), page)
				}
			case kind == 31: // VT_LPWSTR
				if s, ok := bytesAt(b, at+8, 2*u32(b, at+4)); ok {
					found[uint32(id)] = strings.TrimRight(UTF16(s[:min(len(s), longestProperty)]), "\x00")
				}
			case kind == 64: // VT_FILETIME
				if v, ok := bytesAt(b, at+4, 8); ok {
					found[uint32(id)] = FileTime(binary.LittleEndian.Uint64(v))
				}
			}
		}
	}
	return found
}

// FileTime turns Windows' time, in 100 nanoseconds since 1601, into ours; zero when it is none (MS-DTYP, 2.3.3).
func FileTime(v uint64) time.Time {
	const seconds1601 = 11644473600
	s := int64(v/1e7) - seconds1601
	if v == 0 || s < -seconds1601/2 || s > 1<<33 { // a span, such as the time spent editing, is no date
		return time.Time{}
	}
	return time.Unix(s, int64(v%1e7)*100).UTC()
}

// UTF16 decodes little-endian UTF-16; an odd byte at the end is dropped.
func UTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// printable tells whether bytes are printable ASCII without the two signs that stand for others in Japan.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '}' || c == '\\' {
			return false
		}
	}
	return true
}

// Decode turns text of a Windows code page into UTF-8; bytes of an unknown page are taken for Latin letters.
func Decode(b []byte, page int) string {
	if page != 1200 && printable(b) { // of most texts, and the same in all pages
		return string(b)
	}
	label := fmt.Sprintf("windows-%d", page)
	switch {
	case page == 1200:
		return UTF16(b)
	case page == 65001:
		return strings.ToValidUTF8(string(b), "\ufffd")
	case page > 28590 && page <= 28606:
		label = fmt.Sprintf("iso-8859-%d", page-28590)
	case pages()[page] != "":
		label = pages()[page]
	}
	e, _ := charset.Lookup(label)
	if e == nil {
		e, _ = charset.Lookup("windows-1252")
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(out)
}
