// Package ooxml reads Office Open XML files (ECMA-376): a zip of XML parts that point to each other by relationships.
package ooxml

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/extract/xmlzip"
	"dossier/internal/meeting"
)

// node is an XML element.
type node = xmlzip.Node

// pkg is an open OOXML package (ECMA-376 part 2).
type pkg struct{ *xmlzip.Package }

// open opens a package and reads what it says of itself and its risks. It gives the content that was
// begun, also with an error, and the relationships of the package.
func open(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
) (*pkg, *content.Content, map[string]relationship, error) {
	z, err := xmlzip.Open(ctx, src, size, limits)
	if err != nil {
		return nil, nil, nil, err
	}
	p := &pkg{z}
	rels, err := p.relationships("")
	if err != nil {
		return nil, nil, nil, err
	}
	c := &content.Content{Metadata: p.properties(rels)}
	return p, c, rels, p.risks(c)
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
	if !p.Has(name) {
		return nil, nil
	}
	root, err := p.Parse(name)
	if err != nil {
		return nil, err
	}
	rels := map[string]relationship{}
	for _, r := range root.Kids {
		rels[r.Attr("Id")] = related(path.Dir(part), r)
	}
	return rels, nil
}

// related reads one pointer of a part in a folder.
func related(folder string, r *node) relationship {
	target := r.Attr("Target")
	external := r.Attr("TargetMode") == "External"
	if !external {
		if rest, ok := strings.CutPrefix(target, "/"); ok {
			target = path.Clean(rest)
		} else {
			target = path.Join(folder, target)
		}
	}
	return relationship{kind: path.Base(r.Attr("Type")), target: target, external: external}
}

// one gives the target of the first relationship of a kind, such as "notesSlide".
func one(rels map[string]relationship, kind string) (string, bool) {
	all := every(rels, kind)
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// every gives the targets of all relationships of a kind within the package, sorted.
func every(rels map[string]relationship, kind string) []string {
	var targets []string
	for _, r := range rels {
		if r.kind == kind && !r.external {
			targets = append(targets, r.target)
		}
	}
	slices.Sort(targets)
	return targets
}

// main finds the part that the package is about.
func (p *pkg) main(rels map[string]relationship, usual string) string {
	if main, ok := one(rels, "officeDocument"); ok && p.Has(main) {
		return main
	}
	return usual
}

// properties reads the core and the extended properties (ECMA-376 part 2, 11; part 1, 22.2).
// They are optional, and a broken one is no reason not to read the rest.
func (p *pkg) properties(rels map[string]relationship) content.Metadata {
	var m content.Metadata
	if name, ok := one(rels, "core-properties"); ok {
		if root, err := p.Parse(name); err == nil {
			get := func(name string) string { return content.Tidy(root.At(name).String()) }
			m.Title, m.Subject, m.Author, m.LastEditor = get(
				"title",
			), get(
				"subject",
			), get(
				"creator",
			), get(
				"lastModifiedBy",
			)
			m.Created, m.Modified = content.DateTime(get("created")), content.DateTime(get("modified"))
		}
	}
	if name, ok := one(rels, "extended-properties"); ok {
		if root, err := p.Parse(name); err == nil {
			m.Organisation, m.Producer = content.Tidy(
				root.At("Company").String(),
			), content.Tidy(
				root.At("Application").String(),
			)
		}
	}
	return m
}

// risks notes what a package holds beside its text: macros (part 1, 15.2; MS-OFFMACRO2), embedded objects and files
// (part 1, 15.2.9 and 15.2.10), and parts fetched from elsewhere at opening: an attached template (17.15.1.6),
// linked pictures, objects and frames. A hyperlink is followed by a person, so it is none. A workbook to which charts alone
// point is a chart's own table.
func (p *pkg) risks(c *content.Content) error {
	objects, err := p.pointers(c)
	if err != nil {
		return err
	}
	for _, name := range p.Names() {
		base := path.Base(name)
		switch {
		case base == "vbaproject.bin", base == "vbadata.xml":
			c.Find(meeting.FindingMacros, "")
		case objects[name], strings.Contains(name, "/embeddings/"),
			strings.Contains(name, "/activex/") && strings.HasSuffix(name, ".bin"):
			head, err := p.Head(name, 4096)
			if err != nil {
				if p.Stops(err) {
					return err
				}
				continue
			}
			if content.IsExecutable(base, head) {
				c.Find(meeting.FindingExecutable, "")
			} else if objects[name] || !strings.HasSuffix(name, ".xlsx") {
				c.Find(meeting.FindingEmbedded, "")
			}
		}
	}
	return nil
}

// pointers notes what parts fetch from elsewhere, and gives the parts, by their names in lower case, that are embedded
// objects because something other than a chart points to them as such.
func (p *pkg) pointers(c *content.Content) (objects map[string]bool, err error) {
	objects = map[string]bool{}
	for _, name := range p.Names() {
		if !strings.HasSuffix(name, ".rels") {
			continue
		}
		held := p.Held()
		root, err := p.Optional(name)
		if err != nil {
			return nil, err
		}
		folder := path.Dir(path.Dir(name))
		var own []string
		for _, n := range root.Children() {
			switch r := related(folder, n); {
			case r.external && r.kind != "hyperlink" && r.kind != "slide":
				c.Find(meeting.FindingExternal, r.kind)
			case !r.external && (r.kind == "oleObject" || r.kind == "package"):
				own = append(own, strings.ToLower(r.target))
			}
		}
		if len(own) > 0 {
			part, err := p.Optional(path.Join(folder, strings.TrimSuffix(path.Base(name), ".rels")))
			if err != nil {
				return nil, err
			}
			for _, target := range own {
				objects[target] = objects[target] || part == nil || part.Name != "chartSpace"
			}
		}
		p.Free(held)
	}
	return objects, nil
}
