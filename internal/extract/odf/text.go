package odf

import (
	"strconv"
	"strings"
	"unicode"

	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// deepest is the number of list levels that are numbered.
const deepest = 10

// most is how often a repeated cell or blank is written: a file may ask for a billion of them in a few bytes.
const most = 32

// aside gives the text of what stands beside the body.
func (d *document) aside(n *node) string {
	a := content.NewAside(d.limits)
	d.blocks(n, a, list{})
	return d.said(a)
}

// apart gives the text of a note, a remark, a header or a footer. Pictures in it are no pages.
func (d *document) apart(n *node) string {
	d.aparts++
	defer func() { d.aparts-- }()
	return d.aside(n)
}

// said gives the text of an Aside. A text over the limit ends the reading.
func (d *document) said(a *content.Aside) string {
	if d.err == nil {
		d.err = a.Err()
	}
	return a.String()
}

// lines gathers texts, one a line.
type lines struct{ b strings.Builder }

func (l *lines) add(text string) {
	if text = content.Tidy(text); text == "" {
		return
	}
	if l.b.Len() > 0 {
		l.b.WriteByte('\n')
	}
	l.b.WriteString(text)
}

// take gives the texts, and begins anew.
func (l *lines) take() string {
	text := l.b.String()
	l.b.Reset()
	return text
}

// list is where a paragraph stands in a list: the style, the level from 1, and the counts of the levels.
type list struct {
	style  string
	level  int
	counts *[deepest]int
	// labelled: the item's first paragraph, which alone has the number, was written.
	labelled bool
}

// over tells that the reading has to end.
func (d *document) over() bool {
	if d.err == nil {
		d.err = d.Err()
	}
	return d.err != nil || d.flow != nil && d.flow.Err() != nil
}

// blocks walks what holds paragraphs: a body, a section, a cell, a frame (part 3, 5 and 9).
func (d *document) blocks(n *node, out content.Sink, in list) {
	for _, k := range n.Children() {
		if d.over() || out.Err() != nil {
			return
		}
		switch k.Name {
		case "p", "h":
			if label := d.label(in); label != "" {
				out.Write(label + " ")
				in.labelled = true
			}
			d.inline(k, out)
			out.Line()
		case "list":
			d.list(k, out, in)
		case "table":
			d.table(k, out)
		case "soft-page-break":
			out.Break()
		case "tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "alphabetical-index-auto-mark-file", "notes", "settings", "table-of-content-source":
			// deleted text, and parts without text
		case "frame", "g", "custom-shape", "rect", "ellipse", "line", "text-box", "a", "caption", "connector":
			d.shape(k, out)
		case "annotation":
			d.comment(k)
		default: // sections, indexes, numbered paragraphs and what later versions wrap text in
			d.blocks(k, out, in)
		}
	}
}

// inline writes a paragraph's text: mixed text and elements, where white space folds into one blank (part 3, 6.1.2).
func (d *document) inline(n *node, out content.Sink) {
	if len(n.Kids) == 0 {
		out.Write(collapse(n.Text))
		return
	}
	for _, k := range n.Kids {
		switch k.Name {
		case "#text":
			out.Write(collapse(k.Text))
		case "s":
			out.Write(strings.Repeat(" ", repeated(k.Attr("c"))))
		case "tab":
			out.Write("\t")
		case "line-break":
			out.Line()
		case "soft-page-break":
			out.Break()
		case "note":
			body := d.apart(k.At("note-body"))
			if d.slide != nil {
				out.Write(" " + strings.TrimSpace(body))
			} else {
				d.flow.Note(body)
			}
		case "annotation":
			d.comment(k)
		case "frame", "custom-shape", "g", "rect", "ellipse", "text-box":
			d.shape(k, out)
		case "change",
			"change-start",
			"change-end",
			"bookmark",
			"bookmark-start",
			"bookmark-end",
			"annotation-end",
			"ruby-text",
			"script":
		case "ruby":
			d.inline(k, out)
		default: // spans, links, fields: their text is shown
			d.inline(k, out)
		}
	}
}

func repeated(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, most)
}

// collapse folds white space.
func collapse(s string) string {
	if !strings.ContainsAny(s, "\n\r\t") && !strings.Contains(s, "  ") {
		return s
	}
	folded := content.Folded(s, unicode.IsSpace)
	if folded == "" {
		return " "
	}
	if strings.TrimLeft(s, " \n\r\t") != s {
		folded = " " + folded
	}
	if strings.TrimRight(s, " \n\r\t") != s {
		folded += " "
	}
	return folded
}

func (d *document) comment(n *node) {
	a := content.NewAside(d.limits)
	for _, p := range n.All("p") {
		d.inline(p, a)
		a.Line()
	}
	if text := d.said(a); d.slide != nil {
		d.comments.add(text)
	} else {
		d.flow.Comment(text)
	}
}

// list walks a list's items and counts them (part 3, 5.3).
func (d *document) list(n *node, out content.Sink, in list) {
	if in.counts == nil {
		in.counts = new([deepest]int)
	}
	if s := n.Attr("style-name"); s != "" {
		in.style = s
	}
	in.labelled = false
	in.level++
	if in.level > deepest {
		in.level = deepest
	}
	at := in.level - 1
	in.counts[at] = 0
	if levels := d.lists[in.style]; levels != nil {
		if start, err := strconv.Atoi(levels[at].Attr("start-value")); err == nil {
			in.counts[at] = start - 1
		}
	}
	for _, item := range n.Kids {
		switch item.Name {
		case "list-item":
			if start, err := strconv.Atoi(item.Attr("start-value")); err == nil {
				in.counts[at] = start - 1
			}
			in.counts[at]++
			d.blocks(item, out, in)
		case "list-header":
			d.blocks(item, out, list{level: in.level, counts: in.counts})
		}
	}
}

// label is a paragraph's number as it is shown; "" for none and for a bullet (part 3, 16.31).
func (d *document) label(in list) string {
	levels := d.lists[in.style]
	if in.level == 0 || in.labelled || levels == nil {
		return ""
	}
	l := levels[in.level-1]
	if l == nil || l.Name != "list-level-style-number" || l.Attr("num-format") == "" {
		return ""
	}
	shown := max(1, min(in.level, repeated(l.Attr("display-levels"))))
	var parts []string
	for i := in.level - shown; i < in.level; i++ {
		parts = append(parts, numeral(in.counts[i], levels[i].Attr("num-format")))
	}
	return l.Attr("num-prefix") + strings.Join(parts, ".") + l.Attr("num-suffix")
}

// numeral writes a number in one of ODF's formats (part 3, 19.502).
func numeral(n int, format string) string {
	switch {
	case n >= 1 && n <= 26 && format == "a":
		return string(rune('a' + n - 1))
	case n >= 1 && n <= 26 && format == "A":
		return string(rune('A' + n - 1))
	}
	return strconv.Itoa(n)
}

// table writes a table row by row, cells parted by tabs (part 3, 9.1).
func (d *document) table(n *node, out content.Sink) {
	for _, k := range n.Kids {
		if d.over() || out.Err() != nil {
			return
		}
		switch k.Name {
		case "table-row":
			row := d.row(k)
			if row == "" {
				continue
			}
			for range repeated(k.Attr("number-rows-repeated")) {
				out.Write(row)
				out.Line()
			}
		case "table-header-rows", "table-rows", "table-row-group":
			d.table(k, out)
		}
	}
}

// row is a table's row: its cells, parted by tabs.
func (d *document) row(n *node) string {
	row := content.NewAside(d.limits)
	first := true
	for _, c := range n.Kids {
		if c.Name != "table-cell" || d.over() || row.Err() != nil {
			continue
		}
		text := content.Folded(d.aside(c), unicode.IsSpace)
		times := 1
		if text != "" {
			times = repeated(c.Attr("number-columns-repeated"))
		}
		for range times {
			if !first {
				row.Write("\t")
			}
			row.Write(text)
			first = false
		}
	}
	return strings.TrimRight(d.said(row), "\t")
}

// shape reads a drawing object: its own text, those within it, its alternative text, a chart (part 3, 10).
func (d *document) shape(n *node, out content.Sink) {
	if image := n.At("image"); image != nil && n.At("object") == nil && n.At("table") == nil &&
		n.At("text-box") == nil {
		d.c.Metadata.Pictures++
		if n.At("title").String() == "" && n.At("desc").String() == "" {
			d.c.Metadata.PicturesWithoutAlt++
		}
		if href := image.Attr("href"); strings.Contains(href, "://") {
			d.c.Find(meeting.FindingExternal, "image")
		} else if n.At("object-ole") == nil && d.aparts == 0 { // what shows of an object is its icon
			anchor := n.Attr("anchor-type")
			d.picture(href, content.Picture{
				Width:  points(n.Attr("width")),
				Height: points(n.Attr("height")),
				Inline: anchor == "as-char" || (anchor == "char" || anchor == "paragraph") && !d.through[n.Attr("style-name")],
			})
		}
	}
	if alt := content.Tidy(strings.TrimSpace(n.At("title").String() + "\n" + n.At("desc").String())); alt != "" {
		if d.slide != nil {
			d.alts.add(alt)
		} else {
			d.flow.Alt(alt)
		}
	}
	for _, k := range n.Kids {
		switch k.Name {
		case "title", "desc", "image", "glue-point", "enhanced-geometry", "event-listeners":
		case "object":
			d.object(k, out)
		default:
			d.blocks(&node{Kids: []*node{k}}, out, list{})
		}
	}
}

// picture notes a picture of the package on the page or slide.
func (d *document) picture(href string, p content.Picture) {
	p.Bytes = d.Picture(strings.TrimPrefix(href, "./"))
	if d.flow != nil {
		d.flow.Picture(p)
	} else {
		d.pictures = append(d.pictures, p)
	}
}

// object reads an embedded object that is OpenDocument itself, which charts are: its titles and its table.
func (d *document) object(n *node, out content.Sink) {
	name := strings.TrimPrefix(strings.TrimPrefix(n.Attr("href"), "./"), "/")
	if strings.Contains(name, "://") {
		d.c.Find(meeting.FindingExternal, "object")
		return
	}
	root, err := d.Optional(name + "/content.xml")
	if err != nil {
		d.err = err
		return
	}
	chart := root.At("body", "chart", "chart")
	if chart == nil {
		return
	}
	a := content.NewAside(d.limits)
	for _, title := range append(append(chart.All("title"), chart.All("subtitle")...), chart.All("footer")...) {
		for _, p := range title.All("p") {
			d.inline(p, a)
			a.Line()
		}
	}
	for _, t := range chart.All("table") {
		d.table(t, a)
	}
	out.Write(d.said(a))
}
