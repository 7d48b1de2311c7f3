package content

import "strings"

// Flow gathers the text of a document that has no fixed pages and cuts it where its pages break. The zero value is not
// usable; NewFlow makes one.
type Flow struct {
	c      *Content
	limits Limits
	page   Page
	text   strings.Builder
	// asides are the texts beside the page's own: notes, comments, alternative texts and margins.
	asides [4]strings.Builder
	size   int
	err    error
	// pictures are those that cover the page, small the others, and filled tells that one of them fills it.
	pictures, small []Picture
	filled          bool
}

// NewFlow makes a Flow that adds its pages to c.
func NewFlow(c *Content, limits Limits) *Flow { return &Flow{c: c, limits: limits} }

// Size sets the size of the pages to come, in points.
func (f *Flow) Size(width, height float64) { f.page.Width, f.page.Height = width, height }

// Write adds text.
func (f *Flow) Write(s string) {
	if f.grown(len(s)) {
		f.text.WriteString(s)
	}
}

// Line ends a paragraph or a line.
func (f *Flow) Line() { f.Write("\n") }

// Note adds a footnote to the page, Comment a reviewer's remark, Alt a picture's alternative text, and Margin a header
// or footer.
func (f *Flow) Note(s string) { f.add(0, s) }

// Comment adds a reviewer's remark to the page.
func (f *Flow) Comment(s string) { f.add(1, s) }

// Alt adds a picture's alternative text to the page.
func (f *Flow) Alt(s string) { f.add(2, s) }

// Margin adds a header or a footer to the page.
func (f *Flow) Margin(s string) { f.add(3, s) }

func (f *Flow) add(aside int, s string) {
	s = Tidy(s)
	if s == "" || !f.grown(len(s)) {
		return
	}
	to := &f.asides[aside]
	if to.Len() > 0 {
		to.WriteByte('\n')
	}
	to.WriteString(s)
}

// grown counts what comes in, so that a document over the limit is stopped where it gets there.
func (f *Flow) grown(n int) bool {
	if f.size += n; f.size > 2*f.limits.Text && f.err == nil {
		f.err = Over("bytes of text", f.limits.Text)
	}
	return f.err == nil
}

// Scanned tells that text on the page was read by OCR, with how much confidence; 0 if it was not.
func (f *Flow) Scanned(confidence float64) {
	if confidence > 0 && (f.page.Confidence == 0 || confidence < f.page.Confidence) {
		f.page.Confidence = confidence
	}
}

// Picture adds a picture to the page. Two that fill a page do not stand on one.
func (f *Flow) Picture(p Picture) {
	if !f.page.covers(p) {
		if len(f.small)+len(f.c.small) < f.limits.Scans {
			f.small = append(f.small, p)
		}
		return
	}
	if len(f.pictures)+len(f.c.sheets) >= f.limits.Pages {
		return
	}
	if f.page.fills(p) {
		if f.filled {
			f.Break()
		}
		f.filled = true
	}
	f.pictures = append(f.pictures, p)
}

// Err is the limit that was reached, if any: a reader may stop early for it.
func (f *Flow) Err() error { return f.err }

// Break ends a page, if there is anything on it.
func (f *Flow) Break() {
	if f.err != nil {
		return
	}
	f.page.Text = strings.TrimSpace(lines(Tidy(f.text.String())))
	for i, to := range []*string{&f.page.Notes, &f.page.Comments, &f.page.Alt, &f.page.Footer} {
		*to = f.asides[i].String()
		f.asides[i].Reset()
	}
	if f.page.size() == 0 && len(f.pictures) == 0 {
		return
	}
	f.put()
	f.page = Page{Width: f.page.Width, Height: f.page.Height}
	f.text.Reset()
}

// put adds the page with its pictures.
func (f *Flow) put() {
	f.err = f.c.AddPictured(f.page, append(f.pictures, f.small...), f.limits)
	f.pictures, f.small, f.filled = nil, nil, false
}

// Sink takes text: the flow of the pages, or what stands aside from it.
type Sink interface {
	Write(string)
	Line()
	Break()
	// Err is the limit that was reached, if any: nothing more is taken then.
	Err() error
}

// Aside is a Sink for a table's cell, a note or a header, where no page breaks. The zero value takes nothing; NewAside
// makes one.
type Aside struct {
	b    strings.Builder
	most int
	full bool
}

// NewAside makes an Aside that takes as much text as a document may have.
func NewAside(limits Limits) *Aside { return &Aside{most: limits.Text} }

// Write adds text, unless there is too much of it.
func (a *Aside) Write(s string) {
	if a.full = a.full || a.b.Len()+len(s) > a.most; !a.full {
		a.b.WriteString(s)
	}
}

// Err is the limit that was reached, if any.
func (a *Aside) Err() error {
	if a.full {
		return Over("bytes of text", a.most)
	}
	return nil
}

// Line ends a line.
func (a *Aside) Line() { a.Write("\n") }

// Break does nothing.
func (a *Aside) Break() {}

// String is what was written.
func (a *Aside) String() string { return a.b.String() }

// lines takes blanks off the ends of lines, and all but one of several empty ones.
func lines(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	first, empty := true, false
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" && empty {
			continue
		}
		if !first {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		first, empty = false, line == ""
	}
	return b.String()
}

// Close ends the last page. A document without any text has one empty page.
func (f *Flow) Close() error {
	f.Break()
	if f.err == nil && len(f.c.Pages) == 0 {
		f.put()
	}
	return f.err
}
