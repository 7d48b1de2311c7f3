// Package xmlzip reads zips of XML parts, which Office Open XML and OpenDocument files are, within limits: on bytes
// unpacked, on depth and on tokens. Nothing is ever written to disk, so the names in a zip can do no harm.
package xmlzip

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Package is an open zip. Names of parts are matched without regard to case and to a leading slash (ECMA-376 part 2,
// 6.2.2).
type Package struct {
	ctx    context.Context
	parts  map[string]*zip.File
	limits content.Limits
	// left is how many unpacked bytes may still come.
	left int64
	// held is how many bytes of memory the trees take.
	held int64
}

// least is what may be unpacked of a zip of any size: a small one may well be packed tightly.
const least = 16 << 20

// Allowed is how many bytes may be unpacked of a zip of a size.
func Allowed(size int64, limits content.Limits) int64 {
	return min(limits.Expanded, max(least, limits.Ratio*size))
}

// Open opens a zip of size bytes. It fails with Rejected "corrupt" when it is none, and "too-large" when it holds too
// much.
func Open(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*Package, error) {
	z, err := List(src, size, limits)
	if err != nil {
		return nil, err
	}
	p := &Package{ctx: ctx, parts: make(map[string]*zip.File, len(z.File)), limits: limits,
		left: Allowed(size, limits)}
	for _, f := range z.File {
		p.parts[fold(f.Name)] = f
	}
	return p, nil
}

// List opens a zip and reads its directory, within the limit on its files. Errors are as Open's.
func List(src io.ReaderAt, size int64, limits content.Limits) (*zip.Reader, error) {
	// What a file takes in the directory, its name included, is rarely more than 200 bytes.
	const room = 1 << 10
	d := &directory{src: src, left: room*int64(limits.Entries) + 1<<20}
	z, err := zip.NewReader(d, size)
	over := d.left < 0
	d.left = math.MaxInt64 // what lies in the zip has limits of its own
	switch {
	case over, err == nil && len(z.File) > limits.Entries:
		return nil, content.Over("files in the package", limits.Entries)
	case err != nil:
		return nil, content.Broken("open zip: %w", err)
	}
	return z, nil
}

// directory reads a limited number of bytes of a file. A long list of files then takes no memory.
type directory struct {
	src  io.ReaderAt
	left int64
}

var errDirectory = errors.New("the directory is too long")

func (d *directory) ReadAt(b []byte, at int64) (int, error) {
	if d.left < 0 {
		return 0, errDirectory
	}
	n, err := d.src.ReadAt(b, at)
	if d.left -= int64(n); d.left < 0 {
		return 0, errDirectory
	}
	return n, err
}

func fold(name string) string { return strings.ToLower(strings.TrimPrefix(name, "/")) }

// Has tells whether a part is there.
func (p *Package) Has(name string) bool { return p.parts[fold(name)] != nil }

// Names lists the parts in lower case, sorted.
func (p *Package) Names() []string {
	names := make([]string, 0, len(p.parts))
	for n := range p.parts {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Head gives the first n bytes of a part at most, for telling what it is.
func (p *Package) Head(name string, n int64) ([]byte, error) {
	var head []byte
	err := p.read(name, n, func(r io.Reader) (err error) {
		head, err = io.ReadAll(io.LimitReader(r, n))
		return err
	})
	return head, err
}

// Whole gives a part that is no XML, within the limit on parts. Its bytes count as held until Free.
func (p *Package) Whole(name string) ([]byte, error) { return p.First(name, math.MaxInt64) }

// First gives the first bytes of a part at most, as Whole does.
func (p *Package) First(name string, bytes int64) ([]byte, error) {
	file := p.parts[fold(name)]
	if file == nil {
		return nil, content.Broken("part %s is missing", path.Base(name))
	}
	most := min(p.left, p.limits.Part, p.limits.Unpackable())
	wanted := min(file.UncompressedSize64, uint64(bytes))
	if wanted > uint64(most) {
		return nil, content.Over("bytes unpacked", most)
	}
	size := int64(wanted)
	if err := p.limits.Hold(size); err != nil {
		return nil, err
	}
	p.held += size
	data := make([]byte, size)
	err := p.read(name, size, func(r io.Reader) error {
		if _, err := io.ReadFull(r, data); err != nil {
			return content.Broken("unpack: %w", err)
		}
		return nil
	})
	return data, err
}

// read opens a part and gives f what may be unpacked of it, at most so many bytes.
func (p *Package) read(name string, most int64, f func(io.Reader) error) error {
	file := p.parts[fold(name)]
	if file == nil {
		return content.Broken("part %s is missing", path.Base(name))
	}
	r, err := file.Open()
	if err != nil {
		return content.Broken("open part %s: %w", path.Base(name), err)
	}
	defer r.Close()
	allowed := min(p.left, most, p.limits.Unpackable())
	bounded := &io.LimitedReader{R: r, N: allowed + 1}
	err = f(bounded)
	p.left -= allowed + 1 - bounded.N
	p.limits.Unpack(allowed + 1 - bounded.N)
	if bounded.N <= 0 {
		return content.Over("bytes unpacked", allowed)
	}
	if err != nil {
		return fmt.Errorf("part %s: %w", path.Base(name), err)
	}
	return nil
}

// Parse reads a part into a tree. Limits are on its unpacked size, its depth and its tokens.
func (p *Package) Parse(name string) (*Node, error) {
	var root *Node
	before := p.limits.Held()
	err := p.read(name, p.limits.Part, func(r io.Reader) (err error) {
		root, err = Parse(p.ctx, r, p.limits)
		return err
	})
	p.held += p.limits.Held() - before
	if err != nil {
		return nil, err
	}
	return root, nil
}

// Picture gives what reads the first bytes of a picture's part. They do not count as held.
func (p *Package) Picture(name string) func(most int64) ([]byte, error) {
	return func(most int64) ([]byte, error) {
		defer p.Free(p.Held())
		return p.First(name, most)
	}
}

// Held is how many bytes of memory the trees take that were read so far.
func (p *Package) Held() int64 { return p.held }

// Free forgets the trees that were read since so many bytes were held. They may not be used any more.
func (p *Package) Free(held int64) {
	p.limits.Release(p.held - held)
	p.held = held
}

// Err is the context's error: who walks through a tree looks at it now and then.
func (p *Package) Err() error { return p.ctx.Err() }

// Stops tells an error that ends the whole reading, a limit or the context, from one that costs a part alone.
func (p *Package) Stops(err error) bool {
	return p.ctx.Err() != nil || fault.Because(err, meeting.ReasonTooLarge)
}

// Optional parses a part without which the rest is still worth reading: nil when it is not there or broken.
func (p *Package) Optional(name string) (*Node, error) {
	if !p.Has(name) {
		return nil, nil
	}
	root, err := p.Parse(name)
	if err != nil && !p.Stops(err) {
		return nil, nil
	}
	return root, err
}

// Textual is the name of a Node that is text between elements.
const Textual = "#text"

// Node is an XML element, or text between elements. Names are without their namespaces, for the vocabularies that
// are read do not clash; attributes keep their prefix.
type Node struct {
	Name  string
	Attrs []xml.Attr
	Kids  []*Node
	// Text is the text of an element that holds nothing else.
	Text string
}

// significant names the elements in which white space alone is text: a:t, w:t, c:v, text:p, text:h, text:span, text:a.
func significant(name string) bool {
	switch name {
	case "t", "v", "p", "h", "span", "a":
		return true
	}
	return false
}

// What an element and an attribute take in memory beside their words.
const (
	elementSize   = 256
	attributeSize = 96
)

// Parse reads XML into a tree, whose memory is held within the limits. Entities other than XML's own five are refused,
// so none can grow.
func Parse(ctx context.Context, r io.Reader, limits content.Limits) (*Node, error) {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.NewReaderLabel
	root := &Node{}
	b := &builder{stack: []*Node{root}, limits: limits}
	for tokens := 0; ; tokens++ {
		if tokens > limits.Tokens {
			return nil, content.Over("XML tokens", limits.Tokens)
		}
		if tokens%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, content.Broken("XML: %w", err)
		}
		if err := b.token(t); err != nil {
			return nil, err
		}
	}
	if len(b.stack) != 1 || len(root.Kids) != 1 {
		return nil, content.Broken("XML: cut short")
	}
	return root.Kids[0], nil
}

// builder makes a tree of tokens.
type builder struct {
	stack  []*Node // the elements that are open, and their root
	text   []byte  // of the innermost, since its last child
	held   int64
	limits content.Limits
}

// hold counts the memory of an element, with its attributes or of text.
func (b *builder) hold(bytes int) error {
	if b.held += int64(bytes); b.held > b.limits.Tree {
		return content.Over("bytes of memory of an XML part", b.limits.Tree)
	}
	return b.limits.Hold(int64(bytes))
}

func (b *builder) token(t xml.Token) error {
	top := b.stack[len(b.stack)-1]
	switch t := t.(type) {
	case xml.StartElement:
		return b.begin(top, t)
	case xml.EndElement:
		if len(b.stack) == 1 || top.Name != t.Name.Local {
			return content.Broken("XML: element %s is not closed", top.Name)
		}
		if len(top.Kids) == 0 {
			top.Text, b.text = string(b.text), b.text[:0]
		}
		b.stack = b.stack[:len(b.stack)-1]
		return b.between(top)
	case xml.CharData:
		if len(b.stack) > 1 && (significant(top.Name) || !blank(t)) {
			b.text = append(b.text, t...)
			return b.hold(len(t))
		}
	}
	return nil
}

// between ends a text between elements, if there is one.
func (b *builder) between(top *Node) error {
	if len(b.text) == 0 {
		return nil
	}
	top.Kids = append(top.Kids, &Node{Name: Textual, Text: string(b.text)})
	b.text = b.text[:0]
	return b.hold(elementSize)
}

func (b *builder) begin(top *Node, t xml.StartElement) error {
	if len(b.stack) > b.limits.Depth {
		return content.Over("nested XML elements", b.limits.Depth)
	}
	if len(t.Attr) > b.limits.Depth {
		return content.Over("attributes of an XML element", b.limits.Depth)
	}
	n := &Node{Name: t.Name.Local, Attrs: t.Attr}
	size := elementSize + len(t.Name.Local)
	for _, a := range t.Attr {
		size += attributeSize + len(a.Name.Space) + len(a.Name.Local) + len(a.Value)
	}
	if err := b.hold(size); err != nil {
		return err
	}
	if err := b.between(top); err != nil {
		return err
	}
	top.Kids = append(top.Kids, n)
	b.stack = append(b.stack, n)
	return nil
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// Attr gives an attribute by its local name, "" when it is not there.
func (n *Node) Attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Prefixed gives an attribute that has a prefix, such as r:id, whose local name may also stand for an attribute
// of the element's own.
func (n *Node) Prefixed(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attrs {
		if a.Name.Local == name && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// At follows a path of child names, the first child of each; nil when it ends.
func (n *Node) At(names ...string) *Node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.Kids, func(k *Node) bool { return k.Name == name })
		if i < 0 {
			return nil
		}
		n = n.Kids[i]
	}
	return n
}

// All gives every descendant of a name in document order, not looking into those found.
func (n *Node) All(name string) []*Node {
	if n == nil {
		return nil
	}
	var found []*Node
	for _, k := range n.Kids {
		if k.Name == name {
			found = append(found, k)
		} else {
			found = append(found, k.All(name)...)
		}
	}
	return found
}

// Children gives the children, none for nil.
func (n *Node) Children() []*Node {
	if n == nil {
		return nil
	}
	return n.Kids
}

// String is all text within, in document order.
func (n *Node) String() string {
	if n == nil {
		return ""
	}
	if len(n.Kids) == 0 {
		return n.Text
	}
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *Node) write(b *strings.Builder) {
	b.WriteString(n.Text)
	for _, k := range n.Kids {
		k.write(b)
	}
}
