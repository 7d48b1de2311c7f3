package ooxml

import (
	"archive/zip"
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"unicode"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// IsDocument tells whether a zip is a WordprocessingML package: a DOCX, DOTX or one with macros.
func IsDocument(z *zip.Reader) bool { return holds(z, "word/document") }

// twipsPerPoint: WordprocessingML measures pages in twentieths of a point (ECMA-376 part 1, 17.18.87 by default).
const twipsPerPoint = 20

// Nested reads a document that lies in another, by its name there and its bytes. Its errors are as extract.Reader.Read's.
type Nested func(ctx context.Context, name string, data []byte) (*content.Content, error)

// ReadDocument reads a DOCX (ECMA-376 part 1, 11 and 17): the body in order with tables, text boxes, lists with their
// numbers, foot- and endnotes as notes, comments, headers and footers. What was deleted with changes tracked is left
// out. Pages are those of the last rendering. Documents that Word would take into the text are read by nested, which may be
// nil. Errors are as extract.Reader.Read's.
func ReadDocument(
	ctx context.Context, src io.ReaderAt, size int64, limits content.Limits, nested Nested,
) (*content.Content, error) {
	p, c, rels, err := open(ctx, src, size, limits)
	if err != nil {
		return c, err
	}
	main := p.main(rels, "word/document.xml")
	root, err := p.Parse(main)
	if err != nil {
		return c, err
	}
	fetching(root, c, limits)
	d := &document{pkg: p, ctx: ctx, limits: limits, nested: nested, c: c, flow: content.NewFlow(c, limits)}
	if d.rels, err = p.relationships(main); err != nil {
		return c, err
	}
	if err := d.prepare(); err != nil {
		return c, err
	}
	body := root.At("body")
	if size := body.All("pgSz"); len(size) > 0 {
		d.flow.Size(number(size[0].Attr("w"))/twipsPerPoint, number(size[0].Attr("h"))/twipsPerPoint)
	}
	for _, kind := range []string{"header", "footer"} {
		for _, part := range every(d.rels, kind) {
			root, err := d.part(part)
			if err != nil {
				return c, err
			}
			d.flow.Margin(d.apart(root))
		}
	}
	d.blocks(body, d.flow)
	if d.err != nil {
		return c, d.err
	}
	return c, d.flow.Close()
}

type document struct {
	*pkg
	ctx      context.Context
	limits   content.Limits
	nested   Nested
	rels     map[string]relationship
	c        *content.Content
	flow     *content.Flow
	notes    map[string]*node // by "footnote" or "endnote", and id
	comments map[string]*node
	lists    numbering
	binaries map[string]string // pictures in base64, of Word 2003
	aparts   int               // notes, headers and the like that are being read
	err      error
}

// part parses a part beside the body, nil when it is not there or broken, and notes what its fields fetch.
func (d *document) part(name string) (*node, error) {
	root, err := d.Optional(name)
	fetching(root, d.c, d.limits)
	return root, err
}

// prepare reads the parts that the body points into.
func (d *document) prepare() error {
	d.notes, d.comments = map[string]*node{}, map[string]*node{}
	load := func(kind string) (*node, error) {
		part, ok := one(d.rels, kind)
		if !ok {
			return nil, nil
		}
		return d.part(part)
	}
	for kind, element := range map[string]string{"footnotes": "footnote", "endnotes": "endnote"} {
		root, err := load(kind)
		if err != nil {
			return err
		}
		for _, n := range root.All(element) {
			if t := n.Attr("type"); t == "" || t == "normal" { // the others are separators
				d.notes[element+n.Attr("id")] = n
			}
		}
	}
	root, err := load("comments")
	if err != nil {
		return err
	}
	for _, n := range root.All("comment") {
		d.comments[n.Attr("id")] = n
	}
	abstract, err := load("numbering")
	if err != nil {
		return err
	}
	styles, err := load("styles")
	if err != nil {
		return err
	}
	d.lists = newNumbering(abstract, styles)
	return nil
}

// over tells that the reading has to end.
func (d *document) over() bool {
	if d.err == nil {
		d.err = d.ctx.Err()
	}
	return d.err != nil || d.flow.Err() != nil
}

// aside gives the text of a part that stands beside the body.
func (d *document) aside(n *node) string {
	a := content.NewAside(d.limits)
	d.blocks(n, a)
	if d.err == nil {
		d.err = a.Err()
	}
	return a.String()
}

// blocks walks what a body, a cell, a text box or a content control holds.
func (d *document) blocks(n *node, out content.Sink) {
	for _, k := range n.Children() {
		if d.over() || out.Err() != nil {
			return
		}
		switch k.Name {
		case "p":
			d.paragraph(k, out)
		case "tbl":
			d.table(k, out)
		case "sdt":
			d.blocks(k.At("sdtContent"), out)
		case "customXml", "ins", "moveTo", "smartTag", "sect", "sub-section", "pBdrGroup": // the last three of Word 2003
			d.blocks(k, out)
		case "annotation":
			d.blocks(d.annotated(k), out)
		case "altChunk":
			d.chunk(k.Prefixed("id"), out)
		case "AlternateContent":
			d.blocks(branch(k), out)
		}
	}
}

// chunk reads a document that stands in place of a block (17.17.2): HTML, text, RTF or another DOCX, each once. One that
// cannot be read is found as an embedded object.
func (d *document) chunk(id string, out content.Sink) {
	r, ok := d.rels[id]
	if !ok || r.external || r.kind != "aFChunk" {
		return
	}
	delete(d.rels, id)
	held := d.Held()
	data, err := d.Whole(r.target)
	var c *content.Content
	switch {
	case err != nil:
	case d.nested == nil:
		err = fault.Reject(meeting.ReasonNotReadableYet, "nothing reads documents within this one")
	default:
		c, err = d.nested(d.ctx, r.target, data)
	}
	d.Free(held)
	switch {
	case fault.Because(err, meeting.ReasonEmpty):
		return
	case err != nil && (d.Stops(err) || !fault.Is(err, fault.Rejected)):
		d.err = err
		return
	case err != nil:
		d.c.Find(meeting.FindingEmbedded, "")
		return
	}
	d.take(c, out)
}

// take takes what was read of another document into this one.
func (d *document) take(c *content.Content, out content.Sink) {
	for i, p := range c.Pages {
		if i > 0 {
			out.Break()
		}
		out.Write(p.Full())
		out.Line()
		d.flow.Scanned(p.Confidence)
		d.flow.Note(p.Notes)
		d.flow.Comment(p.Comments)
		d.flow.Alt(p.Alt)
		d.flow.Margin(p.Footer)
	}
	d.c.Metadata.Pictures += c.Metadata.Pictures
	d.c.Metadata.PicturesWithoutAlt += c.Metadata.PicturesWithoutAlt
	for _, f := range c.Findings {
		if f.Code != meeting.FindingNoAltText { // they are counted together
			d.c.Find(f.Code, f.Detail)
		}
	}
}

// branch picks the shown branch of an mc:AlternateContent (part 3, 7.5): its first choice, else the fallback.
func branch(n *node) *node {
	if c := n.At("Choice"); c != nil {
		return c
	}
	return n.At("Fallback")
}

func (d *document) paragraph(p *node, out content.Sink) {
	properties := p.At("pPr")
	if on(properties.At("pageBreakBefore")) {
		out.Break()
	}
	if label := cmp.Or(d.lists.label(properties), flatLabel(properties)); label != "" {
		out.Write(label + " ")
	}
	var boxes []*node
	d.runs(p, out, &boxes)
	out.Line()
	for _, box := range boxes { // what floats beside the paragraph comes after it
		d.blocks(box, out)
	}
}

// on reads a toggle property (17.17.4): present means true unless it says otherwise.
func on(n *node) bool {
	v := n.Attr("val")
	return n != nil && v != "0" && v != "false" && v != "off"
}

// runs walks the runs of a paragraph. Text boxes are gathered, for they may hold whole tables.
func (d *document) runs(p *node, out content.Sink, boxes *[]*node) {
	for _, k := range p.Kids {
		switch k.Name {
		case "r",
			"hyperlink",
			"hlink",
			"ins",
			"moveTo",
			"smartTag",
			"fldSimple",
			"bdo",
			"dir",
			"customXml",
			"rt",
			"rubyBase",
			"ruby":
			if k.Name == "r" && on(k.At("rPr", "vanish")) {
				continue
			}
			d.runs(k, out, boxes)
		case "sdt":
			if c := k.At("sdtContent"); c != nil {
				d.runs(c, out, boxes)
			}
		case "t":
			out.Write(k.String())
		case "tab", "ptab":
			out.Write("\t")
		case "cr":
			out.Line()
		case "br":
			if t := k.Attr("type"); t == "page" {
				out.Line()
				out.Break()
			} else {
				out.Line()
			}
		case "lastRenderedPageBreak":
			out.Break()
		case "noBreakHyphen":
			out.Write("-")
		case "annotation":
			if c := d.annotated(k); c != nil {
				d.runs(c, out, boxes)
			}
		case "footnote", "endnote": // in place, as Word 2003 writes them
			d.flow.Note(d.apart(k))
		case "footnoteReference", "endnoteReference":
			kind := strings.TrimSuffix(k.Name, "Reference")
			if n := d.notes[kind+k.Attr("id")]; n != nil {
				delete(d.notes, kind+k.Attr("id")) // once, and never into itself
				d.flow.Note(d.apart(n))
			}
		case "commentReference":
			if n := d.comments[k.Attr("id")]; n != nil {
				delete(d.comments, k.Attr("id"))
				d.flow.Comment(d.apart(n))
			}
		case "drawing", "pict", "object":
			if k.Name != "object" { // what shows is the icon of a file
				d.pictures(k)
			}
			d.drawing(k, out, boxes)
		case "AlternateContent":
			if b := branch(k); b != nil {
				d.runs(b, out, boxes)
			}
		case "oMath", "oMathPara":
			for _, t := range k.All("t") {
				out.Write(t.String())
			}
		}
	}
}

// drawing reads what a drawing holds: alternative text (part 1, 20.4.2.5), text boxes, a chart, SmartArt.
func (d *document) drawing(n *node, out content.Sink, boxes *[]*node) {
	*boxes = append(*boxes, n.All("txbxContent")...)
	described := false
	for _, p := range n.All("docPr") {
		if alt := p.Attr("descr"); alt != "" {
			d.flow.Alt(alt)
			described = true
		}
		for _, v := range p.All("decorative") {
			described = described || v.Attr("val") == "1" || v.Attr("val") == "true"
		}
	}
	for _, shape := range n.All("shape") { // VML
		if alt := shape.Attr("alt"); alt != "" {
			d.flow.Alt(alt)
			described = true
		}
	}
	if pictures := len(n.All("pic")) + len(n.All("imagedata")); pictures > 0 {
		d.c.Metadata.Pictures += pictures
		if !described {
			d.c.Metadata.PicturesWithoutAlt += pictures
		}
	}
	for _, drawn := range []struct {
		element, id string
		read        func(*node) string
	}{{"chart", "id", chart}, {"relIds", "dm", diagram}} {
		for _, g := range n.All(drawn.element) {
			r, ok := d.rels[g.Prefixed(drawn.id)]
			if !ok || r.external {
				continue
			}
			root, err := d.Optional(r.target)
			if err != nil {
				d.err = err
				return
			}
			if root != nil {
				out.Line()
				out.Write(drawn.read(root))
			}
		}
	}
}

// table writes a table row by row, cells parted by tabs (17.4).
func (d *document) table(t *node, out content.Sink) {
	for _, tr := range d.rows(t) {
		if d.over() {
			return
		}
		var cells []string
		size := 0
		for _, tc := range d.rows(tr) {
			text := content.Folded(d.aside(tc), unicode.IsSpace)
			if size += len(text); size > d.limits.Text {
				d.err = cmp.Or(d.err, content.Over("bytes of text", d.limits.Text))
			}
			if d.over() {
				return
			}
			cells = append(cells, text)
		}
		out.Write(strings.TrimRight(strings.Join(cells, "\t"), "\t"))
		out.Line()
	}
}

// rows gives a table's rows or a row's cells, also those within content controls.
func (d *document) rows(n *node) []*node {
	var found []*node
	for _, k := range n.Kids {
		switch k.Name {
		case "tr", "tc":
			found = append(found, k)
		case "sdt":
			if c := k.At("sdtContent"); c != nil {
				found = append(found, d.rows(c)...)
			}
		case "customXml", "ins":
			found = append(found, d.rows(k)...)
		case "annotation":
			if c := d.annotated(k); c != nil {
				found = append(found, d.rows(c)...)
			}
		}
	}
	return found
}

// numbering gives the labels of numbered paragraphs (17.9).
type numbering struct {
	levels map[string][]level // by numId
	styles map[string]*node   // the numPr of paragraph styles
	counts map[string][]int
}

// level is how one level of a list is numbered.
type level struct {
	format, text string
	start        int
}

// deepest is the number of levels that a list has (17.9.3).
const deepest = 9

func newNumbering(root, styles *node) numbering {
	l := numbering{levels: map[string][]level{}, styles: map[string]*node{}, counts: map[string][]int{}}
	abstract := map[string][]level{}
	for _, a := range root.All("abstractNum") {
		levels := make([]level, deepest)
		for _, v := range a.All("lvl") {
			if i := int(number(v.Attr("ilvl"))); i >= 0 && i < deepest {
				levels[i] = level{
					v.At("numFmt").Attr("val"),
					v.At("lvlText").Attr("val"),
					int(number(v.At("start").Attr("val"))),
				}
			}
		}
		abstract[a.Attr("abstractNumId")] = levels
	}
	for _, n := range root.All("num") {
		levels := slices.Clone(abstract[n.At("abstractNumId").Attr("val")])
		for _, o := range n.All("lvlOverride") {
			i := int(number(o.Attr("ilvl")))
			if s := o.At("startOverride"); s != nil && i >= 0 && i < len(levels) {
				levels[i].start = int(number(s.Attr("val")))
			}
		}
		l.levels[n.Attr("numId")] = levels
	}
	parents := map[string]string{}
	for _, s := range styles.All("style") {
		id := s.Attr("styleId")
		if n := s.At("pPr", "numPr"); n != nil {
			l.styles[id] = n
		}
		parents[id] = s.At("basedOn").Attr("val")
	}
	l.inherit(parents)
	return l
}

// inherit gives each style without numbering of its own that of the nearest style that it is based on.
func (l *numbering) inherit(parents map[string]string) {
	seen := map[string]bool{} // each style is looked at once, also where they run in a circle
	for id := range parents {
		var path []string
		for l.styles[id] == nil && id != "" && !seen[id] {
			seen[id] = true
			path = append(path, id)
			id = parents[id]
		}
		for _, p := range path {
			if n := l.styles[id]; n != nil {
				l.styles[p] = n
			}
		}
	}
}

// label counts a paragraph and gives its number as it is shown; "" for none and for a bullet.
func (l *numbering) label(properties *node) string {
	style := l.styles[properties.At("pStyle").Attr("val")]
	pr := properties.At("numPr")
	if pr == nil {
		pr = style
	}
	if pr == nil {
		return ""
	}
	id := pr.At("numId").Attr("val")
	if id == "" {
		id = style.At("numId").Attr("val")
	}
	at := int(number(pr.At("ilvl").Attr("val")))
	levels := l.levels[id]
	if at < 0 || at >= len(levels) || levels[at].format == "" {
		return ""
	}
	counts := l.counts[id]
	if counts == nil {
		counts = make([]int, deepest)
		for i := range counts {
			counts[i] = -1
		}
		l.counts[id] = counts
	}
	if counts[at]++; counts[at] == 0 {
		counts[at] = levels[at].start
	}
	for i := at + 1; i < deepest; i++ {
		counts[i] = -1
	}
	if levels[at].format == "bullet" || levels[at].format == "none" {
		return ""
	}
	text := levels[at].text
	for i := range min(at+1, len(levels)) {
		n := counts[i]
		if n < 0 {
			n = levels[i].start
		}
		text = strings.ReplaceAll(text, "%"+string(rune('1'+i)), numeral(n, levels[i].format))
	}
	return text
}
