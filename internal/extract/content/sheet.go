package content

import (
	"strings"
	"unicode"
)

// Picture is a picture in a document.
type Picture struct {
	// Width and Height are its size on the page in points; 0 where it is not known.
	Width, Height float64
	// Inline: it stands in the text like a letter, so that the text stands above and below it.
	Inline bool
	// Bytes gives the first bytes of its file, at most so many. They may not be changed.
	Bytes func(most int64) ([]byte, error)
}

// Sheet is a picture that stands for a page: the page's index, and what gives the first bytes of the picture's file.
type Sheet struct {
	Page  int
	Bytes func(most int64) ([]byte, error)
}

// Few is how many letters and digits a page may have that is a picture: a number stamped on it, say.
const Few = 16

// Characters counts the letters and digits of a text.
func Characters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// A page whose size is not known is taken for A4, in points.
const (
	usualWidth  = 595
	usualHeight = 842
)

// covers tells whether a picture covers so large a part of a page, by its area, that it may be the page itself. A scanned
// letter as high as a wide slide covers two fifths of it, and less if there is a margin. A picture of unknown size may be
// of any.
func (p Page) covers(picture Picture) bool {
	const part = 1.0 / 4
	if picture.Width <= 0 || picture.Height <= 0 {
		return true
	}
	w, h := p.box()
	return min(picture.Width, w)*min(picture.Height, h) >= part*w*h
}

// fills tells whether a picture leaves no room for a text beside it, and hardly any above and below: a scan that was
// shrunk to the margins does.
func (p Page) fills(picture Picture) bool {
	const part = 0.7
	w, h := p.box()
	return picture.Inline && picture.Width >= part*w && picture.Height >= part*h
}

func (p Page) box() (w, h float64) {
	if p.Width <= 0 || p.Height <= 0 {
		return usualWidth, usualHeight
	}
	return p.Width, p.Height
}

// AddPictured adds a page, as Add does. Pictures that cover a page without text of its own become its sheets, and those
// that fill a page with any text, as many as a document may have pages. The others do so in a document that says nothing,
// as many as may be read.
func (c *Content) AddPictured(p Page, pictures []Picture, limits Limits) error {
	if err := c.Add(p, limits); err != nil {
		return err
	}
	bare := Characters(p.Title)+Characters(p.Text) <= Few
	for _, picture := range pictures {
		s := Sheet{len(c.Pages) - 1, picture.Bytes}
		switch covers := p.covers(picture); {
		case covers && bare, p.fills(picture):
			if len(c.sheets) < limits.Pages {
				c.sheets = append(c.sheets, s)
			}
		case !covers && bare && len(c.small) < limits.Scans:
			c.small = append(c.small, s)
		}
	}
	return nil
}

// Sheets are the pictures that stand for pages, in their order.
func (c *Content) Sheets() []Sheet {
	if len(c.sheets) > 0 || len(c.small) == 0 {
		return c.sheets
	}
	said := 0
	for _, p := range c.Pages {
		if said += Characters(p.Title) + Characters(p.Text); said > Few {
			return nil
		}
	}
	return c.small
}

// Extend adds the text of a picture to the page with that index in Pages, within the limits on text.
func (c *Content) Extend(page int, read Page, limits Limits) error {
	if read.Text == "" {
		return nil
	}
	grown := len(read.Text) + 1
	if !limits.read(grown) {
		return Over("bytes of text", limits.Text)
	}
	if err := limits.Hold(int64(grown)); err != nil {
		return err
	}
	c.text += grown
	p := &c.Pages[page]
	if p.Confidence > 0 { // the mean over the words of both
		before, now := float64(Words(p.Text)), float64(Words(read.Text))
		read.Confidence = (p.Confidence*before + read.Confidence*now) / max(1, before+now)
	}
	p.Text, p.Confidence = strings.TrimSpace(p.Text+"\n"+read.Text), read.Confidence
	return nil
}
