package mail

import (
	"strings"
)

// content is a mail in words. It is laid out twice, as text and as HTML, and both say the same.
type content struct {
	Lang string
	// Dir is the direction of the language's script (HTML, "The dir attribute"), Start the side on which its lines
	// begin: Outlook does not know "start".
	Dir, Start string

	Organisation, Meeting string
	Subject               string
	Title                 string
	Greeting              string
	Blocks                []block
	NextTitle             string
	Next                  []string
	Signature             []string
	Footer                []string
}

// block is a part of a mail. Its fields are shown in their order, and empty ones are left out.
type block struct {
	Heading string
	Text    string
	Facts   []fact
	Items   []string
	Rows    []row
	Button  *button
	Note    string
}

// fact is a label with its value; Line is both in one line.
type fact struct{ Label, Value, Line string }

// button is the link to the page where one acts; Line is its label as a text has it. After the first of a mail they
// are Quiet.
type button struct {
	Label, Line, URL string
	Quiet            bool
}

// row is one line of a session's list of documents.
type row struct {
	Name, Agency string
	What         fact
	Missing      bool
}

// text lays a mail out as plain text.
func (c *content) text() string {
	head := c.Meeting
	if c.Organisation != "" {
		head = c.Organisation + "\n" + head
	}
	parts := []string{head, c.Greeting}
	for _, b := range c.Blocks {
		parts = append(parts, b.text())
	}
	if len(c.Next) > 0 {
		parts = append(parts, c.NextTitle+"\n"+strings.Join(c.Next, "\n"))
	}
	parts = append(parts, strings.Join(c.Signature, "\n"), strings.Repeat("_", 40))
	return strings.Join(append(parts, c.Footer...), "\n\n")
}

func (b block) text() string {
	var parts []string
	add := func(lines ...string) {
		if s := strings.Join(lines, "\n"); s != "" {
			parts = append(parts, s)
		}
	}
	var facts, items, rows []string
	for _, f := range b.Facts {
		facts = append(facts, f.Line)
	}
	for _, i := range b.Items {
		items = append(items, "- "+i)
	}
	for _, r := range b.Rows {
		rows = append(rows, "- "+r.who()+"\n  "+r.What.Line)
	}
	add(b.Text)
	add(facts...)
	add(items...)
	add(rows...)
	if b.Button != nil {
		add(b.Button.Line, b.Button.URL)
	}
	add(b.Note)
	all := strings.Join(parts, "\n\n")
	if b.Heading != "" {
		all = strings.TrimSpace(b.Heading + "\n" + all)
	}
	return all
}

// who gives the person of a row and, if it is known, the agency.
func (r row) who() string {
	if r.Agency == "" {
		return r.Name
	}
	return r.Name + " (" + r.Agency + ")"
}
