// Package ooxml reads Office Open XML files (ECMA-376): a zip of XML parts that point to each other
// by relationships.
package ooxml

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"dossier/internal/extract/content"
)

// pkg is an open OOXML package (ECMA-376 part 2).
type pkg struct {
	ctx    context.Context
	parts  map[string]*zip.File // by name without the leading slash, lower case: part names are case-insensitive
	limits content.Limits
	// left is how many unpacked bytes may still come.
	left int64
}

func open(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*pkg, error) {
	z, err := zip.NewReader(src, size)
	if err != nil {
		return nil, content.Broken("open zip: %w", err)
	}
	if len(z.File) > limits.Entries {
		return nil, content.Over("files in the package", limits.Entries)
	}
	p := &pkg{ctx: ctx, parts: make(map[string]*zip.File, len(z.File)), limits: limits, left: limits.Expanded}
	for _, f := range z.File {
		p.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	return p, nil
}

// has tells whether a part is there.
func (p *pkg) has(name string) bool { return p.parts[strings.ToLower(name)] != nil }

// node is an XML element: names without their namespaces, for the vocabularies that are read do not clash.
type node struct {
	name  string
	attrs []xml.Attr
	kids  []*node
	text  string
}

// parse reads a part into a tree. Limits are on its unpacked size, its depth and its tokens.
func (p *pkg) parse(name string) (*node, error) {
	f := p.parts[strings.ToLower(name)]
	if f == nil {
		return nil, content.Broken("part %s is missing", path.Base(name))
	}
	r, err := f.Open()
	if err != nil {
		return nil, content.Broken("open part %s: %w", path.Base(name), err)
	}
	defer r.Close()
	allowed := min(p.left, p.limits.Part)
	bounded := &io.LimitedReader{R: r, N: allowed + 1}
	root, err := p.tree(bounded)
	p.left -= allowed + 1 - bounded.N
	if bounded.N <= 0 {
		return nil, content.Over("bytes unpacked", allowed)
	}
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", path.Base(name), err)
	}
	return root, nil
}

func (p *pkg) tree(r io.Reader) (*node, error) {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.NewReaderLabel
	root := &node{}
	stack := []*node{root}
	for tokens := 0; ; tokens++ {
		if tokens > p.limits.Tokens {
			return nil, content.Over("XML tokens", p.limits.Tokens)
		}
		if tokens%1024 == 0 && p.ctx.Err() != nil {
			return nil, p.ctx.Err()
		}
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, content.Broken("XML: %w", err)
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) > p.limits.Depth {
				return nil, content.Over("nested XML elements", p.limits.Depth)
			}
			n := &node{name: t.Name.Local, attrs: slices.Clone(t.Attr)}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) == 1 || top.name != t.Name.Local {
				return nil, content.Broken("XML: element %s is not closed", top.name)
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.name == "t" || top.name == "v" || len(strings.TrimSpace(string(t))) > 0 {
				top.text += string(t)
			}
		}
	}
	if len(stack) != 1 || len(root.kids) != 1 {
		return nil, content.Broken("XML: cut short")
	}
	return root.kids[0], nil
}

// attr gives an attribute by its local name, "" when it is not there.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// rel gives an attribute of the relationships namespace, such as r:id, whose local name may also stand for
// an attribute of the element's own.
func (n *node) rel(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// at follows a path of child names, the first child of each; nil when it ends.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == name })
		if i < 0 {
			return nil
		}
		n = n.kids[i]
	}
	return n
}

// all gives every descendant of a name in document order, not looking into those found.
func (n *node) all(name string) []*node {
	if n == nil {
		return nil
	}
	var found []*node
	for _, k := range n.kids {
		if k.name == name {
			found = append(found, k)
		} else {
			found = append(found, k.all(name)...)
		}
	}
	return found
}

// relationship is one pointer from a part (ECMA-376 part 2, 9.3).
type relationship struct {
	kind, target string
	external     bool
}

// relationships reads the pointers of a part by id; the package's own for "". A part without any has none.
func (p *pkg) relationships(part string) (map[string]relationship, error) {
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if !p.has(name) {
		return nil, nil
	}
	root, err := p.parse(name)
	if err != nil {
		return nil, err
	}
	rels := map[string]relationship{}
	for _, r := range root.kids {
		target := r.attr("Target")
		external := r.attr("TargetMode") == "External"
		if !external {
			if rest, ok := strings.CutPrefix(target, "/"); ok {
				target = path.Clean(rest)
			} else {
				target = path.Join(path.Dir(part), target)
			}
		}
		rels[r.attr("Id")] = relationship{kind: path.Base(r.attr("Type")), target: target, external: external}
	}
	return rels, nil
}

// one gives the target of the first relationship of a kind, such as "notesSlide".
func one(rels map[string]relationship, kind string) (string, bool) {
	best, ok := "", false
	for _, r := range rels {
		if r.kind == kind && !r.external && (!ok || r.target < best) {
			best, ok = r.target, true
		}
	}
	return best, ok
}

// properties reads the core and the extended properties (ECMA-376 part 2, 11; part 1, 22.2).
// They are optional, and a broken one is no reason not to read the rest.
func (p *pkg) properties(rels map[string]relationship) content.Metadata {
	var m content.Metadata
	if name, ok := one(rels, "core-properties"); ok {
		if root, err := p.parse(name); err == nil {
			get := func(name string) string { return strings.TrimSpace(textOf(root.at(name))) }
			m.Title, m.Subject, m.Author, m.LastEditor = get("title"), get("subject"), get("creator"), get("lastModifiedBy")
			m.Created, m.Modified = w3cTime(get("created")), w3cTime(get("modified"))
		}
	}
	if name, ok := one(rels, "extended-properties"); ok {
		if root, err := p.parse(name); err == nil {
			m.Organisation, m.Producer = strings.TrimSpace(textOf(root.at("Company"))), strings.TrimSpace(textOf(root.at("Application")))
		}
	}
	return m
}

func textOf(n *node) string {
	if n == nil {
		return ""
	}
	return n.text
}

// w3cTime reads W3CDTF as core properties use it; zero when it is none.
func w3cTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
