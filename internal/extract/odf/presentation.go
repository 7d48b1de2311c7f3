package odf

import (
	"cmp"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// presentation reads the slides (part 3, 3.5 and 10.2.4). Masters are not read: what they say repeats on every slide.
func (d *document) presentation(n *node, limits content.Limits) error {
	for _, p := range n.Kids {
		if p.Name != "page" {
			continue
		}
		d.slide = &content.Page{Width: d.width, Height: d.height, Hidden: d.hidden[p.Attr("style-name")]}
		var t texts
		d.pictures = nil
		if href := d.fills[d.filled[p.Attr("style-name")]]; href != "" {
			d.picture(href, content.Picture{Width: d.width, Height: d.height})
		}
		d.drawn(p, &t)
		d.slide.Title, d.slide.Footer = content.Tidy(
			strings.Join(t.titles, "\n"),
		), content.Tidy(
			strings.Join(t.footers, "\n"),
		)
		d.slide.Text = content.Tidy(content.ReadingOrder(t.blocks))
		d.slide.Alt, d.slide.Comments = d.alts.take(), d.comments.take()
		if d.err != nil {
			return d.err
		}
		if err := d.c.AddPictured(*d.slide, d.pictures, limits); err != nil {
			return err
		}
	}
	if len(d.c.Pages) == 0 {
		return fault.Reject(meeting.ReasonEmpty, "the presentation has no slide")
	}
	return nil
}

// texts are the shapes drawn on a slide.
type texts struct {
	blocks          []content.Block
	titles, footers []string
	size            int // bytes of them all
}

// drawn gathers the texts of a slide or a group; the children of a group have places of their own on the slide.
func (d *document) drawn(n *node, t *texts) {
	for _, k := range n.Kids {
		switch {
		case k.Name == "notes":
			d.slide.Notes = content.Tidy(d.notes(k))
			continue
		case k.Name == "annotation":
			d.comment(k)
			continue
		case k.Name == "g":
			d.drawn(k, t)
			continue
		case k.Attr("placeholder") == "true":
			continue // a prompt that nobody has written over
		}
		a := content.NewAside(d.limits)
		d.shape(k, a)
		text := strings.Trim(d.said(a), "\n")
		if t.size += len(text); t.size > d.limits.Text {
			d.err = cmp.Or(d.err, content.Over("bytes of text", d.limits.Text))
		}
		if d.over() {
			return
		}
		if text == "" {
			continue
		}
		switch k.Attr("class") {
		case "title":
			t.titles = append(t.titles, text)
		case "header", "footer", "date-time", "page-number":
			t.footers = append(t.footers, text)
		default:
			at := content.Box{
				X: points(k.Attr("x")),
				Y: points(k.Attr("y")),
				W: points(k.Attr("width")),
				H: points(k.Attr("height")),
			}
			t.blocks = append(t.blocks, content.Block{Text: text, Box: at, Placed: k.Attr("x") != ""})
		}
	}
}

// notes reads the notes' own frame; the others repeat the slide, the date and the number.
func (d *document) notes(n *node) string {
	a := content.NewAside(d.limits)
	for _, k := range n.Kids {
		if k.Name == "frame" && k.Attr("class") == "notes" && k.Attr("placeholder") != "true" {
			d.blocks(k.At("text-box"), a, list{})
		}
	}
	return d.said(a)
}
