package ooxml

import (
	"archive/zip"
	"cmp"
	"context"
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

// IsPresentation tells whether a zip is a PresentationML package: a PPTX, PPSX, POTX or one with macros.
func IsPresentation(z *zip.Reader) bool { return holds(z, "ppt/presentation") }

// holds tells whether a zip has the part that such a package is about; some programs number it.
func holds(z *zip.Reader, part string) bool {
	return slices.ContainsFunc(z.File, func(f *zip.File) bool {
		rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimPrefix(f.Name, "/")), part)
		return ok && strings.HasSuffix(rest, ".xml") && !strings.Contains(rest, "/")
	})
}

// ReadPresentation reads a PPTX (ECMA-376 part 1, 13). A slide that cannot be read is left out with a finding
// meeting.FindingPageUnreadable; errors are as extract.Reader.Read's.
func ReadPresentation(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
) (*content.Content, error) {
	p, c, rels, err := open(ctx, src, size, limits)
	if err != nil {
		return c, err
	}
	main := p.main(rels, "ppt/presentation.xml")
	root, err := p.Parse(main)
	if err != nil {
		return c, err
	}
	if rels, err = p.relationships(main); err != nil {
		return c, err
	}
	ids := root.At("sldIdLst").All("sldId")
	if len(ids) > limits.Pages {
		return c, content.Over("slides", limits.Pages)
	}
	if len(ids) == 0 {
		return c, fault.Reject(meeting.ReasonEmpty, "the presentation has no slide")
	}
	width := number(root.At("sldSz").Attr("cx")) / emuPerPoint
	height := number(root.At("sldSz").Attr("cy")) / emuPerPoint
	deck := &deck{pkg: p, limits: limits, layouts: map[string]placeholders{}, metadata: &c.Metadata}
	unreadable := 0
	for i, id := range ids {
		page := content.Page{Number: i + 1, Width: width, Height: height}
		pictures, err := deck.slide(rels[id.Prefixed("id")].target, &page)
		if err != nil {
			// Limits and the context end the reading; a broken slide does not.
			if p.Stops(err) {
				return c, err
			}
			c.Find(meeting.FindingPageUnreadable, strconv.Itoa(i+1))
			unreadable++
		}
		if err := c.AddPictured(page, pictures, limits); err != nil {
			return c, err
		}
	}
	if unreadable == len(ids) {
		return c, content.Broken("no slide can be read")
	}
	return c, nil
}

type deck struct {
	*pkg
	limits   content.Limits
	layouts  map[string]placeholders
	metadata *content.Metadata
}

// placeholders are where a layout and its master put their placeholders: slides leave the position out
// when it is the same. Keys are "idx:<idx>" and "type:<type>".
type placeholders map[string]box

// box is a rectangle in EMU on the slide.
type box = content.Box

// slide reads a slide into a page, and gives its pictures.
func (d *deck) slide(part string, page *content.Page) ([]content.Picture, error) {
	if part == "" {
		return nil, content.Broken("slide %d has no part", page.Number)
	}
	defer d.Free(d.Held()) // the slide's parts, once it is read
	root, err := d.Parse(part)
	if err != nil {
		return nil, err
	}
	rels, err := d.relationships(part)
	if err != nil {
		return nil, err
	}
	page.Hidden = root.Attr("show") == "0" || root.Attr("show") == "false"
	w := &walk{deck: d, rels: rels, page: page}
	if layout, ok := one(rels, "slideLayout"); ok {
		w.places = d.layout(layout, "slideMaster")
	}
	w.picture(root.At("cSld", "bg", "bgPr", "blipFill"), box{W: page.Width * emuPerPoint, H: page.Height * emuPerPoint}, true)
	if err := w.shapes(root.At("cSld", "spTree"), identity); err != nil {
		return nil, err
	}
	page.Text = content.Tidy(content.ReadingOrder(w.blocks))
	page.Title = content.Tidy(strings.Join(w.titles, "\n"))
	page.Footer = content.Tidy(strings.Join(w.footers, "\n"))
	page.Alt = content.Tidy(strings.Join(w.alts, "\n"))
	if page.Comments, err = d.comments(every(rels, "comments")); err != nil {
		return nil, err
	}
	if notes, ok := one(rels, "notesSlide"); ok {
		err = d.notes(notes, page)
	}
	return w.pictures, err
}

// comments reads what reviewers wrote: the older comments (part 1, 19.4.3) and the threaded ones (MS-PPTX, 2.6).
func (d *deck) comments(parts []string) (string, error) {
	all := content.NewAside(d.limits)
	for _, part := range slices.Compact(parts) {
		root, err := d.Optional(part)
		if err != nil {
			return "", err
		}
		for _, cm := range root.All("cm") {
			for _, text := range cm.All("text") {
				all.Write(text.String())
				all.Line()
			}
			for _, body := range cm.All("txBody") {
				all.Write(paragraphs(body))
				all.Line()
			}
		}
		if err := all.Err(); err != nil {
			return "", err
		}
	}
	return content.Tidy(all.String()), nil
}

// layout gives where a layout, and behind it its master, put their placeholders. What they say is never read:
// it is a prompt or a decoration. A layout that cannot be read gives no places.
func (d *deck) layout(part, behind string) placeholders {
	if places, ok := d.layouts[part]; ok {
		return places
	}
	places := placeholders{}
	d.layouts[part] = places
	defer d.Free(d.Held())
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
	root, err := d.Parse(part)
	if err != nil {
		return places
	}
	for _, sp := range root.At("cSld", "spTree").All("sp") {
		ph := sp.At("nvSpPr", "nvPr", "ph")
		b, ok := place(sp.At("spPr", "xfrm"), identity)
		if ph == nil || !ok {
			continue
		}
		places["type:"+placeholderType(ph)] = b
		if idx := ph.Attr("idx"); idx != "" {
			places["idx:"+idx] = b
		}
	}
	return places
}

// placeholderType is a placeholder's type; "obj" when it gives none (part 1, 19.3.1.36), and one word for
// the types that inherit from each other.
func placeholderType(ph *node) string {
	switch t := ph.Attr("type"); t {
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
	return box{X: b.X*t.sx + t.dx, Y: b.Y*t.sy + t.dy, W: b.W * t.sx, H: b.H * t.sy}
}

// place reads a:xfrm or p:xfrm (part 1, 20.1.7.6).
func place(xfrm *node, t transform) (box, bool) {
	off, ext := xfrm.At("off"), xfrm.At("ext")
	if off == nil {
		return box{}, false
	}
	return t.apply(
		box{X: number(off.Attr("x")), Y: number(off.Attr("y")), W: number(ext.Attr("cx")), H: number(ext.Attr("cy"))},
	), true
}

// inner is the transform for a group's children (part 1, 20.1.7.5).
func inner(xfrm *node, t transform) transform {
	outer, ok := place(xfrm, t)
	child := box{X: number(xfrm.At("chOff").Attr("x")), Y: number(xfrm.At("chOff").Attr("y")),
		W: number(xfrm.At("chExt").Attr("cx")), H: number(xfrm.At("chExt").Attr("cy"))}
	if !ok || child.W == 0 || child.H == 0 {
		return t
	}
	sx, sy := outer.W/child.W, outer.H/child.H
	return transform{sx, sy, outer.X - child.X*sx, outer.Y - child.Y*sy}
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
	blocks          []content.Block
	titles, footers []string
	alts            []string
	pictures        []content.Picture
	size            int // bytes of the blocks
}

func (w *walk) add(text string, b box, placed bool) {
	if w.size += len(text); text != "" {
		w.blocks = append(w.blocks, content.Block{Text: text, Box: b, Placed: placed})
	}
}

func (w *walk) shapes(tree *node, t transform) error {
	if tree == nil {
		return nil
	}
	for _, n := range tree.Kids {
		if w.size > w.limits.Text {
			return content.Over("bytes of text", w.limits.Text)
		}
		switch n.Name {
		case "sp":
			w.alt(n.At("nvSpPr", "cNvPr"))
			w.shape(n, t)
			if fill := n.At("spPr", "blipFill"); fill != nil {
				w.pictured(n.At("nvSpPr", "nvPr", "ph"), n.At("spPr", "xfrm"), fill, t)
			}
		case "cxnSp":
			w.shape(n, t)
		case "pic":
			w.metadata.Pictures++
			if !w.alt(n.At("nvPicPr", "cNvPr")) {
				w.metadata.PicturesWithoutAlt++
			}
			w.pictured(n.At("nvPicPr", "nvPr", "ph"), n.At("spPr", "xfrm"), n.At("blipFill"), t)
		case "grpSp":
			if err := w.shapes(n, inner(n.At("grpSpPr", "xfrm"), t)); err != nil {
				return err
			}
		case "graphicFrame":
			if err := w.frame(n, t); err != nil {
				return err
			}
		case "AlternateContent": // one of the branches is shown (part 3, 10.2.1); the first that has anything will do
			for _, branch := range n.Kids {
				before := len(w.blocks) + len(w.titles) + len(w.pictures)
				if err := w.shapes(branch, t); err != nil {
					return err
				}
				if len(w.blocks)+len(w.titles)+len(w.pictures) > before {
					break
				}
			}
		}
	}
	return nil
}

// alt notes a drawing's alternative text (part 1, 20.1.2.2.8) and tells whether it needs none: it has one, or is said
// to be decoration (MS-ODRAWXML, adec:decorative).
func (w *walk) alt(n *node) bool {
	text := content.Tidy(n.Attr("descr"))
	if text != "" {
		w.alts = append(w.alts, text)
	}
	for _, d := range n.All("decorative") {
		if v := d.Attr("val"); v == "1" || v == "true" {
			return true
		}
	}
	return text != ""
}

func (w *walk) shape(sp *node, t transform) {
	text := paragraphs(sp.At("txBody"))
	if text == "" {
		return
	}
	ph := sp.At("nvSpPr", "nvPr", "ph")
	b, placed := w.place(ph, sp.At("spPr", "xfrm"), t)
	if ph == nil {
		w.add(text, b, placed)
		return
	}
	switch placeholderType(ph) {
	case "title":
		w.titles = append(w.titles, text)
	case "dt", "ftr", "sldNum", "hdr":
		w.footers = append(w.footers, text)
	default:
		w.add(text, b, placed)
	}
}

// place tells where a shape is, by itself or by the place that the layout gives to its placeholder, which may be nil.
func (w *walk) place(ph, xfrm *node, t transform) (b box, placed bool) {
	if b, placed = place(xfrm, t); placed || ph == nil {
		return b, placed
	}
	if b, placed = w.places["idx:"+ph.Attr("idx")]; !placed {
		b, placed = w.places["type:"+placeholderType(ph)]
	}
	return b, placed
}

// pictured notes a shape that is a picture, or filled with one.
func (w *walk) pictured(ph, xfrm, fill *node, t transform) {
	b, placed := w.place(ph, xfrm, t)
	w.picture(fill, b, placed)
}

// picture notes the picture of a fill (part 1, 20.1.8.14) at a place on the slide.
func (w *walk) picture(fill *node, b box, placed bool) {
	r, ok := w.rels[fill.At("blip").Prefixed("embed")]
	if !ok || r.external || placed && (b.W == 0 || b.H == 0) {
		return
	}
	w.pictures = append(w.pictures, content.Picture{
		Width: b.W / emuPerPoint, Height: b.H / emuPerPoint, Bytes: w.Picture(r.target),
	})
}

func (w *walk) frame(n *node, t transform) error {
	w.alt(n.At("nvGraphicFramePr", "cNvPr"))
	b, placed := place(n.At("xfrm"), t)
	data := n.At("graphic", "graphicData")
	if data == nil {
		return nil
	}
	for _, g := range data.Kids {
		switch g.Name {
		case "tbl":
			w.add(table(g), b, placed)
		case "chart":
			text, err := w.part(g.Prefixed("id"), chart)
			if err != nil {
				return err
			}
			w.add(text, b, placed)
		case "relIds": // SmartArt: the data part holds the texts (part 1, 21.4.2.20)
			text, err := w.part(g.Prefixed("dm"), diagram)
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
	root, err := w.Optional(r.target)
	if root == nil || err != nil {
		return "", err
	}
	return read(root), nil
}

// notes reads the body of a notes slide; its other placeholders repeat the slide, the date and the number.
func (d *deck) notes(part string, page *content.Page) error {
	root, err := d.Optional(part)
	if err != nil {
		return err
	}
	var notes []string
	for _, sp := range root.At("cSld", "spTree").All("sp") {
		ph := sp.At("nvSpPr", "nvPr", "ph")
		if ph == nil || placeholderType(ph) == "body" {
			if text := paragraphs(sp.At("txBody")); text != "" {
				notes = append(notes, text)
			}
		}
	}
	page.Notes = content.Tidy(strings.Join(notes, "\n"))
	return nil
}

// paragraphs gives a text body's paragraphs, one a line (part 1, 21.1.2.2.6).
func paragraphs(body *node) string {
	if body == nil {
		return ""
	}
	var lines []string
	for _, p := range body.Kids {
		if p.Name != "p" {
			continue
		}
		var line strings.Builder
		runs(p, &line)
		lines = append(lines, strings.TrimRight(line.String(), " \t\n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func runs(p *node, line *strings.Builder) {
	for _, k := range p.Kids {
		switch k.Name {
		case "r", "fld":
			line.WriteString(strings.ReplaceAll(k.At("t").String(), "_x000D_", ""))
		case "br":
			line.WriteByte('\n')
		case "m", "oMath", "oMathPara", "AlternateContent": // formulas: their runs are m:t
			for _, t := range k.All("t") {
				line.WriteString(t.String())
			}
		}
	}
}

// table gives a table row by row, cells parted by tabs (part 1, 21.1.3.13).
func table(tbl *node) string {
	var rows []string
	for _, tr := range tbl.Kids {
		if tr.Name != "tr" {
			continue
		}
		var cells []string
		for _, tc := range tr.Kids {
			if tc.Name == "tc" && tc.Attr("hMerge") != "1" && tc.Attr("vMerge") != "1" {
				cells = append(cells, strings.ReplaceAll(paragraphs(tc.At("txBody")), "\n", " "))
			}
		}
		rows = append(rows, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	return strings.Trim(strings.Join(rows, "\n"), "\n")
}

// chart gives a chart's title and axes, then a line a series: its name, and each category with its value
// (part 1, 21.2).
func chart(root *node) string {
	c := root.At("chart")
	var lines []string
	for _, data := range root.At("chartData").All("data") { // the newer charts, such as waterfalls (MS-ODRAWXML, 2.24.3)
		for _, points := range data.All("lvl") {
			var row []string
			for _, pt := range points.All("pt") {
				row = append(row, pt.String())
			}
			lines = append(lines, strings.Join(row, "\t"))
		}
	}
	if title := rich(c.At("title")); title != "" {
		lines = append(lines, title)
	}
	area := c.At("plotArea")
	for _, ser := range area.All("ser") {
		name := strings.Join(values(ser.At("tx")), " ")
		cats, vals := values(cmp.Or(ser.At("cat"), ser.At("xVal"))), values(cmp.Or(ser.At("val"), ser.At("yVal")))
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
		for _, k := range area.Kids {
			if title := rich(k.At("title")); title != "" {
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
	if body := title.At("tx", "rich"); body != nil {
		return paragraphs(body)
	}
	return strings.Join(values(title.At("tx")), " ")
}

// values gives the cached points of a series' reference, or the literal.
func values(n *node) []string {
	var vs []string
	for _, v := range n.All("v") {
		vs = append(vs, strings.TrimSpace(v.String()))
	}
	return vs
}

// diagram gives the texts of SmartArt's points, one a line.
func diagram(root *node) string {
	var lines []string
	for _, pt := range root.At("ptLst").All("pt") {
		if kind := pt.Attr("type"); kind != "" && kind != "node" && kind != "asst" {
			continue // presentation and transition points repeat or join others
		}
		if text := paragraphs(pt.At("t")); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}
