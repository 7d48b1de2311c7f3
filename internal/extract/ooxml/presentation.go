package ooxml

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// emuPerPoint is how many English Metric Units a point has (ECMA-376 part 1, 20.1.10.16: 914,400 an inch).
const emuPerPoint = 12700

// IsPresentation tells whether a zip is a PresentationML package.
func IsPresentation(z *zip.Reader) bool {
	return slices.ContainsFunc(z.File, func(f *zip.File) bool {
		return strings.EqualFold(strings.TrimPrefix(f.Name, "/"), "ppt/presentation.xml")
	})
}

// ReadPresentation reads a PPTX (ECMA-376 part 1, 13). A slide that cannot be read is left out with a finding
// "page-unreadable"; errors are as extract.Reader.Read's.
func ReadPresentation(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	p, err := open(ctx, src, size, limits)
	if err != nil {
		return nil, err
	}
	rels, err := p.relationships("")
	if err != nil {
		return nil, err
	}
	main, ok := one(rels, "officeDocument")
	if !ok || !p.has(main) {
		main = "ppt/presentation.xml"
	}
	c := &content.Content{Metadata: p.properties(rels)}
	root, err := p.parse(main)
	if err != nil {
		return c, err
	}
	if rels, err = p.relationships(main); err != nil {
		return c, err
	}
	ids := root.at("sldIdLst").all("sldId")
	if len(ids) > limits.Pages {
		return c, content.Over("slides", limits.Pages)
	}
	if len(ids) == 0 {
		return c, fault.Reject(content.Empty, "the presentation has no slide")
	}
	width := number(root.at("sldSz").attr("cx")) / emuPerPoint
	height := number(root.at("sldSz").attr("cy")) / emuPerPoint
	deck := &deck{pkg: p, layouts: map[string]placeholders{}}
	text := 0
	for i, id := range ids {
		page := content.Page{Number: i + 1, Width: width, Height: height}
		if err := deck.slide(rels[id.rel("id")].target, &page); err != nil {
			// Limits and the context end the reading; a broken slide does not.
			if ctx.Err() != nil || fault.Reason(err) == content.TooLarge {
				return c, err
			}
			c.Findings = append(c.Findings, meeting.Finding{Code: "page-unreadable", Detail: strconv.Itoa(i + 1)})
		}
		if text += len(page.Title) + len(page.Text) + len(page.Notes); text > limits.Text {
			return c, content.Over("bytes of text", limits.Text)
		}
		c.Pages = append(c.Pages, page)
	}
	if len(c.Findings) == len(ids) {
		return c, content.Broken("no slide can be read")
	}
	return c, nil
}

type deck struct {
	*pkg
	layouts map[string]placeholders
}

// placeholders are where a layout and its master put their placeholders: slides leave the position out
// when it is the same. Keys are "idx:<idx>" and "type:<type>".
type placeholders map[string]box

// box is a rectangle in EMU on the slide.
type box struct{ x, y, w, h float64 }

// block is one shape's text and place.
type block struct {
	text   string
	box    box
	placed bool
	order  int // in the file
}

func (d *deck) slide(part string, page *content.Page) error {
	if part == "" {
		return content.Broken("slide %d has no part", page.Number)
	}
	root, err := d.parse(part)
	if err != nil {
		return err
	}
	rels, err := d.relationships(part)
	if err != nil {
		return err
	}
	page.Hidden = root.attr("show") == "0" || root.attr("show") == "false"
	w := &walk{deck: d, rels: rels, page: page}
	if layout, ok := one(rels, "slideLayout"); ok {
		w.places = d.layout(layout, "slideMaster")
	}
	if err := w.shapes(root.at("cSld", "spTree"), identity); err != nil {
		return err
	}
	page.Text = inReadingOrder(w.blocks)
	page.Title = strings.Join(w.titles, "\n")
	page.Footer = strings.Join(w.footers, "\n")
	if notes, ok := one(rels, "notesSlide"); ok {
		return d.notes(notes, page)
	}
	return nil
}

// layout gives where a layout, and behind it its master, put their placeholders. What they say is never read:
// it is a prompt or a decoration. A layout that cannot be read gives no places.
func (d *deck) layout(part, behind string) placeholders {
	if places, ok := d.layouts[part]; ok {
		return places
	}
	places := placeholders{}
	d.layouts[part] = places
	rels, err := d.relationships(part)
	if err != nil {
		return places
	}
	if behind != "" {
		if master, ok := one(rels, behind); ok {
			for k, b := range d.layout(master, "") {
				if strings.HasPrefix(k, "type:") { // a master's idx is not the layout's
					places[k] = b
				}
			}
		}
	}
	root, err := d.parse(part)
	if err != nil {
		return places
	}
	for _, sp := range root.at("cSld", "spTree").all("sp") {
		ph := sp.at("nvSpPr", "nvPr", "ph")
		b, ok := place(sp.at("spPr", "xfrm"), identity)
		if ph == nil || !ok {
			continue
		}
		places["type:"+placeholderType(ph)] = b
		if idx := ph.attr("idx"); idx != "" {
			places["idx:"+idx] = b
		}
	}
	return places
}

// placeholderType is a placeholder's type; "obj" when it gives none (part 1, 19.3.1.36), and one word for
// the types that inherit from each other.
func placeholderType(ph *node) string {
	switch t := ph.attr("type"); t {
	case "":
		return "body"
	case "ctrTitle":
		return "title"
	default:
		return t
	}
}

// transform maps a group's coordinates onto the slide.
type transform struct{ sx, sy, dx, dy float64 }

var identity = transform{1, 1, 0, 0}

func (t transform) apply(b box) box {
	return box{b.x*t.sx + t.dx, b.y*t.sy + t.dy, b.w * t.sx, b.h * t.sy}
}

// place reads a:xfrm or p:xfrm (part 1, 20.1.7.6).
func place(xfrm *node, t transform) (box, bool) {
	off, ext := xfrm.at("off"), xfrm.at("ext")
	if off == nil {
		return box{}, false
	}
	return t.apply(box{number(off.attr("x")), number(off.attr("y")), number(ext.attr("cx")), number(ext.attr("cy"))}), true
}

// inner is the transform for a group's children (part 1, 20.1.7.5).
func inner(xfrm *node, t transform) transform {
	outer, ok := place(xfrm, t)
	child := box{number(xfrm.at("chOff").attr("x")), number(xfrm.at("chOff").attr("y")),
		number(xfrm.at("chExt").attr("cx")), number(xfrm.at("chExt").attr("cy"))}
	if !ok || child.w == 0 || child.h == 0 {
		return t
	}
	sx, sy := outer.w/child.w, outer.h/child.h
	return transform{sx, sy, outer.x - child.x*sx, outer.y - child.y*sy}
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// walk collects the texts of one slide.
type walk struct {
	*deck
	rels            map[string]relationship
	places          placeholders
	page            *content.Page
	blocks          []block
	titles, footers []string
}

func (w *walk) add(text string, b box, placed bool) {
	if text != "" {
		w.blocks = append(w.blocks, block{text, b, placed, len(w.blocks)})
	}
}

func (w *walk) shapes(tree *node, t transform) error {
	if tree == nil {
		return nil
	}
	for _, n := range tree.kids {
		switch n.name {
		case "sp":
			w.shape(n, t)
		case "grpSp":
			if err := w.shapes(n, inner(n.at("grpSpPr", "xfrm"), t)); err != nil {
				return err
			}
		case "graphicFrame":
			if err := w.frame(n, t); err != nil {
				return err
			}
		case "AlternateContent": // one of the branches is shown (part 3, 10.2.1); the first that has anything will do
			for _, branch := range n.kids {
				before := len(w.blocks) + len(w.titles)
				if err := w.shapes(branch, t); err != nil {
					return err
				}
				if len(w.blocks)+len(w.titles) > before {
					break
				}
			}
		}
	}
	return nil
}

func (w *walk) shape(sp *node, t transform) {
	text := paragraphs(sp.at("txBody"))
	if text == "" {
		return
	}
	b, placed := place(sp.at("spPr", "xfrm"), t)
	ph := sp.at("nvSpPr", "nvPr", "ph")
	if ph == nil {
		w.add(text, b, placed)
		return
	}
	kind := placeholderType(ph)
	if !placed {
		if b, placed = w.places["idx:"+ph.attr("idx")]; !placed {
			b, placed = w.places["type:"+kind]
		}
	}
	switch kind {
	case "title":
		w.titles = append(w.titles, text)
	case "dt", "ftr", "sldNum", "hdr":
		w.footers = append(w.footers, text)
	default:
		w.add(text, b, placed)
	}
}

func (w *walk) frame(n *node, t transform) error {
	b, placed := place(n.at("xfrm"), t)
	data := n.at("graphic", "graphicData")
	if data == nil {
		return nil
	}
	for _, g := range data.kids {
		switch g.name {
		case "tbl":
			w.add(table(g), b, placed)
		case "chart":
			text, err := w.part(g.rel("id"), chart)
			if err != nil {
				return err
			}
			w.add(text, b, placed)
		case "relIds": // SmartArt: the data part holds the texts (part 1, 21.4.2.20)
			text, err := w.part(g.rel("dm"), diagram)
			if err != nil {
				return err
			}
			w.add(text, b, placed)
		}
	}
	return nil
}

// part reads the part that a relationship of the slide points to. A part that is missing or broken gives no
// text, for the slide without it is still worth reading; a limit reached is an error.
func (w *walk) part(id string, read func(*node) string) (string, error) {
	r, ok := w.rels[id]
	if !ok || r.external {
		return "", nil
	}
	root, err := w.parse(r.target)
	if err != nil {
		if w.ctx.Err() != nil || fault.Reason(err) == content.TooLarge {
			return "", err
		}
		return "", nil
	}
	return read(root), nil
}

// notes reads the body of a notes slide; its other placeholders repeat the slide, the date and the number.
func (d *deck) notes(part string, page *content.Page) error {
	root, err := d.parse(part)
	if err != nil {
		if errors.Is(err, d.ctx.Err()) || fault.Reason(err) == content.TooLarge {
			return err
		}
		return nil
	}
	var notes []string
	for _, sp := range root.at("cSld", "spTree").all("sp") {
		ph := sp.at("nvSpPr", "nvPr", "ph")
		if ph == nil || placeholderType(ph) == "body" {
			if text := paragraphs(sp.at("txBody")); text != "" {
				notes = append(notes, text)
			}
		}
	}
	page.Notes = strings.Join(notes, "\n")
	return nil
}

// paragraphs gives a text body's paragraphs, one a line (part 1, 21.1.2.2.6).
func paragraphs(body *node) string {
	if body == nil {
		return ""
	}
	var lines []string
	for _, p := range body.kids {
		if p.name != "p" {
			continue
		}
		var line strings.Builder
		runs(p, &line)
		lines = append(lines, strings.TrimRight(line.String(), " \t\n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func runs(p *node, line *strings.Builder) {
	for _, k := range p.kids {
		switch k.name {
		case "r", "fld":
			line.WriteString(strings.NewReplacer("\v", "\n", "_x000D_", "").Replace(textOf(k.at("t"))))
		case "br":
			line.WriteByte('\n')
		case "m", "oMath", "oMathPara", "AlternateContent": // formulas: their runs are m:t
			for _, t := range k.all("t") {
				line.WriteString(t.text)
			}
		}
	}
}

// table gives a table row by row, cells parted by tabs (part 1, 21.1.3.13).
func table(tbl *node) string {
	var rows []string
	for _, tr := range tbl.kids {
		if tr.name != "tr" {
			continue
		}
		var cells []string
		for _, tc := range tr.kids {
			if tc.name == "tc" && tc.attr("hMerge") != "1" && tc.attr("vMerge") != "1" {
				cells = append(cells, strings.ReplaceAll(paragraphs(tc.at("txBody")), "\n", " "))
			}
		}
		rows = append(rows, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	return strings.Trim(strings.Join(rows, "\n"), "\n")
}

// chart gives a chart's title and axes, then a line a series: its name, and each category with its value
// (part 1, 21.2).
func chart(root *node) string {
	c := root.at("chart")
	var lines []string
	if title := rich(c.at("title")); title != "" {
		lines = append(lines, title)
	}
	area := c.at("plotArea")
	for _, ser := range area.all("ser") {
		name := strings.Join(values(ser.at("tx")), " ")
		cats, vals := values(cmp.Or(ser.at("cat"), ser.at("xVal"))), values(cmp.Or(ser.at("val"), ser.at("yVal")))
		var pairs []string
		for i := range max(len(cats), len(vals)) {
			var pair []string
			if i < len(cats) {
				pair = append(pair, cats[i])
			}
			if i < len(vals) {
				pair = append(pair, vals[i])
			}
			pairs = append(pairs, strings.Join(pair, " "))
		}
		lines = append(lines, strings.TrimSpace(name+"\t"+strings.Join(pairs, "\t")))
	}
	if area != nil {
		for _, k := range area.kids {
			if title := rich(k.at("title")); title != "" {
				lines = append(lines, title)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// rich is the text of a chart's title.
func rich(title *node) string {
	if title == nil {
		return ""
	}
	if body := title.at("tx", "rich"); body != nil {
		return paragraphs(body)
	}
	return strings.Join(values(title.at("tx")), " ")
}

// values gives the cached points of a series' reference, or the literal.
func values(n *node) []string {
	var vs []string
	for _, v := range n.all("v") {
		vs = append(vs, strings.TrimSpace(v.text))
	}
	return vs
}

// diagram gives the texts of SmartArt's points, one a line.
func diagram(root *node) string {
	var lines []string
	for _, pt := range root.at("ptLst").all("pt") {
		if kind := pt.attr("type"); kind != "" && kind != "node" && kind != "asst" {
			continue // presentation and transition points repeat or join others
		}
		if text := paragraphs(pt.at("t")); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// inReadingOrder joins the blocks as a person reads a slide: rows from the top, and in a row from the left.
// Blocks are in one row when the middle of one lies within the other. Blocks without a place keep theirs in
// the file, at the end.
func inReadingOrder(blocks []block) string {
	slices.SortStableFunc(blocks, func(a, b block) int {
		if a.placed != b.placed {
			if a.placed {
				return -1
			}
			return 1
		}
		if !a.placed {
			return cmp.Compare(a.order, b.order)
		}
		return cmp.Or(cmp.Compare(a.box.y, b.box.y), cmp.Compare(a.box.x, b.box.x), cmp.Compare(a.order, b.order))
	})
	var texts []string
	for i := 0; i < len(blocks); {
		row := i + 1
		for blocks[i].placed && row < len(blocks) && blocks[row].placed && sameRow(blocks[i].box, blocks[row].box) {
			row++
		}
		slices.SortStableFunc(blocks[i:row], func(a, b block) int { return cmp.Compare(a.box.x, b.box.x) })
		for _, b := range blocks[i:row] {
			texts = append(texts, b.text)
		}
		i = row
	}
	return strings.Join(texts, "\n")
}

func sameRow(a, b box) bool {
	middle := b.y + b.h/2
	other := a.y + a.h/2
	return middle >= a.y && middle <= a.y+a.h && other >= b.y && other <= b.y+b.h
}
