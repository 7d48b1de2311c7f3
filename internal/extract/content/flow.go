package content

import "strings"

// Flow gathers the text of a document that has no fixed pages and cuts it where its pages break. The zero value is not
// usable; NewFlow makes one.
type Flow struct {
	c      *Content
	limits Limits
	page   Page
	text   strings.Builder
	size   int
	err    error
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
func (f *Flow) Note(s string) { f.add(&f.page.Notes, s) }

// Comment adds a reviewer's remark to the page.
func (f *Flow) Comment(s string) { f.add(&f.page.Comments, s) }

// Alt adds a picture's alternative text to the page.
func (f *Flow) Alt(s string) { f.add(&f.page.Alt, s) }

// Margin adds a header or a footer to the page.
func (f *Flow) Margin(s string) { f.add(&f.page.Footer, s) }

func (f *Flow) add(to *string, s string) {
	s = Tidy(s)
	if s == "" || !f.grown(len(s)) {
		return
	}
	if *to != "" {
		s = *to + "\n" + s
	}
	*to = s
}

// grown counts what comes in, so that a document over the limit is stopped where it gets there.
func (f *Flow) grown(n int) bool {
	if f.size += n; f.size > 2*f.limits.Text && f.err == nil {
		f.err = Over("bytes of text", f.limits.Text)
	}
	return f.err == nil
}

// Err is the limit that was reached, if any: a reader may stop early for it.
func (f *Flow) Err() error { return f.err }

// Break ends a page, if there is anything on it.
func (f *Flow) Break() {
	if f.err != nil {
		return
	}
	f.page.Text = strings.TrimSpace(lines(Tidy(f.text.String())))
	if f.page.size() == 0 {
		return
	}
	f.err = f.c.Add(f.page, f.limits)
	f.page = Page{Width: f.page.Width, Height: f.page.Height}
	f.text.Reset()
}

// Sink takes text: the flow of the pages, or what stands aside from it.
type Sink interface {
	Write(string)
	Line()
	Break()
}

// Aside is a Sink for a table's cell, a note or a header, where no page breaks.
type Aside struct{ b strings.Builder }

// Write adds text.
func (a *Aside) Write(s string) { a.b.WriteString(s) }

// Line ends a line.
func (a *Aside) Line() { a.b.WriteByte('\n') }

// Break does nothing.
func (a *Aside) Break() {}

// String is what was written.
func (a *Aside) String() string { return a.b.String() }

// lines takes blanks off the ends of lines, and all but one of several empty ones.
func lines(s string) string {
	all := strings.Split(s, "\n")
	out := all[:0]
	for _, line := range all {
		line = strings.TrimRight(line, " \t")
		if line == "" && len(out) > 0 && out[len(out)-1] == "" {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// Close ends the last page. A document without any text has one empty page.
func (f *Flow) Close() error {
	f.Break()
	if f.err == nil && len(f.c.Pages) == 0 {
		f.err = f.c.Add(f.page, f.limits)
	}
	return f.err
}
