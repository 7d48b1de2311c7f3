package odf

import (
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
)

// presentation reads the slides (part 3, 3.5 and 10.2.4). Masters are not read: what they say repeats on every slide.
func (d *document) presentation(n *node, limits content.Limits) error {
	for _, p := range n.Kids {
		if p.Name != "page" {
			continue
		}
		page := content.Page{Width: d.width, Height: d.height, Hidden: d.hidden[p.Attr("style-name")]}
		d.slide = &page
		var blocks []content.Block
		var titles, footers []string
		for _, k := range p.Kids {
			switch k.Name {
			case "notes":
				page.Notes = content.Tidy(d.notes(k))
				continue
			case "annotation":
				d.comment(k)
				continue
			}
			if k.Attr("placeholder") == "true" {
				continue // a prompt that nobody has written over
			}
			var a aside
			d.shape(k, &a)
			text := strings.Trim(a.String(), "\n")
			if text == "" {
				continue
			}
			switch k.Attr("class") {
			case "title":
				titles = append(titles, text)
			case "header", "footer", "date-time", "page-number":
				footers = append(footers, text)
			default:
				at, placed := box(k)
				blocks = append(blocks, content.Block{Text: text, Box: at, Placed: placed})
			}
		}
		page.Title, page.Footer = content.Tidy(strings.Join(titles, "\n")), content.Tidy(strings.Join(footers, "\n"))
		page.Text = content.Tidy(content.ReadingOrder(blocks))
		if d.err != nil {
			return d.err
		}
		if err := d.c.Add(page, limits); err != nil {
			return err
		}
	}
	if len(d.c.Pages) == 0 {
		return fault.Reject(content.Empty, "the presentation has no slide")
	}
	return nil
}

// notes reads the notes' own frame; the others repeat the slide, the date and the number.
func (d *document) notes(n *node) string {
	var a aside
	for _, k := range n.Kids {
		if k.Name == "frame" && k.Attr("class") == "notes" && k.Attr("placeholder") != "true" {
			d.blocks(k.At("text-box"), &a, list{})
		}
	}
	return a.String()
}

// box is where a shape stands; a group is where its first placed child stands.
func box(n *node) (content.Box, bool) {
	if n.Attr("x") == "" && n.Attr("x1") == "" {
		for _, k := range n.Kids {
			if b, ok := box(k); ok {
				return b, true
			}
		}
		return content.Box{}, false
	}
	return content.Box{X: points(n.Attr("x")), Y: points(n.Attr("y")), W: points(n.Attr("width")), H: points(n.Attr("height"))}, true
}
