package match

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"dossier/internal/encoder"
	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// longestPaper is how many bytes of a paper are read for what it does: a letter with its annexes is shorter.
const longestPaper = 16 << 10

// mostNamed is at how many places of a paper people are looked at. A list with more is nobody's letter: it goes to a person.
const mostNamed = 300

// paper is a document as the readers take it, with what was found in it for all who ask.
type paper struct {
	encoder.Paper
	named    []Named   // the same people as Paper's
	supports []support // of each of them
	clues    clues
	meant    meant
}

// unjudged are the people named in a paper, before a reader says anything of them.
func (p paper) unjudged() []judged {
	people := make([]judged, len(p.named))
	for i, n := range p.named {
		people[i].Named, people[i].support = n, p.supports[i]
	}
	return people
}

// Paper gives a document as the readers take it, and the people of the roster named in it, in the same order. Models are
// trained on it. It fails only when the context ends.
func (x *Index) Paper(ctx context.Context, f Facts, b Budget) (encoder.Paper, []Named, error) {
	b = b.withDefaults()
	e := &effort{ctx: ctx, most: b.Steps}
	p := x.paper(e, f, b.Mentions)
	if e.err != nil {
		return encoder.Paper{}, nil, fmt.Errorf("find people: %w", e.err)
	}
	return p.Paper, p.named, nil
}

// paper gives a document's text, with the mail that it came with, and looks through it once.
func (x *Index) paper(e *effort, f Facts, most int) paper {
	p := paper{Paper: encoder.Paper{
		Meeting: x.described, FileName: clip(f.FileName, longestHeading), Text: paperText(f.Content, longestPaper),
	}}
	if f.Content != nil && f.Content.Envelope != nil {
		p.Subject, p.Sender = clip(f.Content.Envelope.Subject, longestHeading), clip(f.Content.Envelope.From, longestHeading)
	}
	p.named = x.namedIn(e, p.Text, min(most, mostNamed))
	p.meant, p.clues = x.meant(p.Paper), x.clues(p.Paper)
	p.Signs = p.meant.signs()
	for _, n := range p.named {
		s := x.support(n.person, p.clues)
		p.supports = append(p.supports, s)
		p.People = append(p.People, encoder.Person{Spans: n.Places, Signs: append(s.signs(), "name "+strconv.Itoa(int(n.best)))})
	}
	return p
}

// describe gives a meeting as papers speak of it: title, town and dates. The town is that of the time zone.
func describe(m meeting.Meeting) string {
	town := strings.ReplaceAll(path.Base(m.TimeZone), "_", " ")
	return m.Title + ", " + town + ", " + m.Starts.Format("2 January 2006") + " - " + m.Ends.Format("2 January 2006")
}

// paperText is the text that a paper is judged by: that of a letter or deck, and after it the words of the mail that
// carries it.
func paperText(c *content.Content, most int) string {
	about := c.Paper()
	if about == nil {
		return ""
	}
	var b strings.Builder
	whole := func(c *content.Content) {
		for i, p := range c.Pages {
			if b.Len() >= most {
				return
			}
			if i == 0 && c.Format != content.PDF && p.Footer != "" && !c.Format.Slides() {
				b.WriteString(clip(p.Footer, most) + "\n")
			}
			b.WriteString(clipped(p, most).Full() + "\n")
			if c.Format.Slides() && p.Notes != "" {
				b.WriteString(clip(p.Notes, most) + "\n")
			}
		}
	}
	whole(about)
	if about != c {
		b.WriteByte('\n')
		whole(c)
	}
	return clip(b.String(), most)
}
