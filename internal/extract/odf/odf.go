// Package odf reads OpenDocument texts and presentations (OASIS OpenDocument 1.3): zips of XML parts.
package odf

import (
	"archive/zip"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/extract/xmlzip"
)

type node = xmlzip.Node

// Sniff tells an OpenDocument text or presentation, also a template, by its mimetype entry (part 2, 3.3);
// "" for anything else.
func Sniff(z *zip.Reader) content.Format {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == "mimetype" })
	if i < 0 {
		return ""
	}
	r, err := z.File[i].Open()
	if err != nil {
		return ""
	}
	defer r.Close()
	media, err := io.ReadAll(io.LimitReader(r, 100))
	if err != nil {
		return ""
	}
	switch strings.TrimSuffix(strings.TrimSpace(string(media)), "-template") {
	case "application/vnd.oasis.opendocument.text":
		return content.ODT
	case "application/vnd.oasis.opendocument.presentation":
		return content.ODP
	}
	return ""
}

// Read reads an ODT or an ODP. Errors are as extract.Reader.Read's.
func Read(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	p, err := xmlzip.Open(ctx, src, size, limits)
	if err != nil {
		return nil, err
	}
	d := &document{Package: p, limits: limits, c: &content.Content{}, hidden: map[string]bool{}, lists: map[string][]*node{},
		through: map[string]bool{}, filled: map[string]string{}, fills: map[string]string{}}
	if err := d.risks(); err != nil {
		return d.c, err
	}
	if err := d.properties(); err != nil {
		return d.c, err
	}
	root, err := p.Parse("content.xml")
	if err != nil {
		return d.c, err
	}
	styles, err := d.Optional("styles.xml")
	if err != nil {
		return d.c, err
	}
	d.styles(root, styles)
	for _, part := range []*node{root, styles} {
		if err := d.external(part); err != nil {
			return d.c, err
		}
	}
	body := root.At("body")
	if slides := body.At("presentation"); slides != nil {
		return d.c, d.presentation(slides, limits)
	}
	d.flow = content.NewFlow(d.c, limits)
	d.flow.Size(d.width, d.height)
	for _, m := range styles.All("master-page") {
		for _, k := range m.Kids {
			if k.Name == "header" || k.Name == "footer" {
				d.flow.Margin(d.apart(k))
			}
		}
	}
	d.blocks(body.At("text"), d.flow, list{})
	if d.err != nil {
		return d.c, d.err
	}
	return d.c, d.flow.Close()
}

type document struct {
	*xmlzip.Package
	limits content.Limits
	c      *content.Content
	flow   *content.Flow // nil in a presentation
	slide  *content.Page // nil in a text
	// alts and comments are of the slide.
	alts, comments lines
	width, height  float64
	hidden         map[string]bool    // styles of hidden slides
	lists          map[string][]*node // levels of list styles
	through        map[string]bool    // styles of frames behind or before the text
	filled, fills  map[string]string  // the pictures that styles fill slides with, and the files of pictures, by name
	pictures       []content.Picture  // of the slide
	aparts         int                // notes, headers and the like that are being read
	err            error
}

// properties reads meta.xml (part 3, 4.3).
func (d *document) properties() error {
	root, err := d.Optional("meta.xml")
	if err != nil {
		return err
	}
	meta := root.At("meta")
	get := func(name string) string { return content.Tidy(meta.At(name).String()) }
	m := &d.c.Metadata
	m.Title, m.Subject, m.Author, m.LastEditor, m.Producer = get(
		"title",
	), get(
		"subject",
	), get(
		"initial-creator",
	), get(
		"creator",
	), get(
		"generator",
	)
	if m.Author == "" {
		m.Author = m.LastEditor
	}
	m.Created, m.Modified = content.DateTime(get("creation-date")), content.DateTime(get("date"))
	return nil
}

// styles notes which drawing pages are hidden or filled with a picture, which frames text runs through, how lists are numbered, and the size of the pages.
func (d *document) styles(roots ...*node) {
	for _, root := range roots {
		for _, s := range root.All("style") {
			page := s.At("drawing-page-properties")
			if page.Attr("visibility") == "hidden" {
				d.hidden[s.Attr("name")] = true
			}
			if page.Attr("fill") == "bitmap" {
				d.filled[s.Attr("name")] = page.Attr("fill-image-name")
			}
			if s.At("graphic-properties").Attr("wrap") == "run-through" {
				d.through[s.Attr("name")] = true
			}
		}
		for _, f := range root.All("fill-image") {
			d.fills[f.Attr("name")] = f.Attr("href")
		}
		for _, s := range root.All("list-style") {
			levels := make([]*node, deepest)
			for _, k := range s.Kids {
				if i, err := strconv.Atoi(k.Attr("level")); err == nil && i >= 1 && i <= deepest {
					levels[i-1] = k
				}
			}
			d.lists[s.Attr("name")] = levels
		}
	}
	// The master page that is named first is the usual one; the layout of a presentation's notes is another.
	if len(roots) < 2 {
		return
	}
	styles := roots[1]
	masters := styles.All("master-page")
	for _, l := range styles.All("page-layout") {
		if len(masters) > 0 && l.Attr("name") == masters[0].Attr("page-layout-name") {
			p := l.At("page-layout-properties")
			d.width, d.height = points(p.Attr("page-width")), points(p.Attr("page-height"))
		}
	}
}

// points reads a length (part 3, 18.3.18); 0 when it is none.
func points(s string) float64 {
	for unit, factor := range map[string]float64{"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72, "pt": 1, "pc": 12, "px": 0.75} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil || v != v || v > 1e6 || v < -1e6 {
				return 0
			}
			return v * factor
		}
	}
	return 0
}
