package plain

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// HTML writes a page's text: blocks on lines of their own, cells parted by tabs, and alternative texts. Scripts, and
// what a page would fetch, become findings.
func HTML(ctx context.Context, page string, c *content.Content, flow *content.Flow, limits content.Limits) error {
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(limits.Text)
	w := &htmlWriter{c: c, flow: flow, fresh: true}
	for n := 0; ; n++ {
		if n > limits.Tokens {
			return content.Over("HTML tokens", limits.Tokens)
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := flow.Err(); err != nil {
			return err
		}
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if errors.Is(z.Err(), html.ErrBufferExceeded) {
				return content.Over("bytes of text", limits.Text)
			}
			if t := content.Tidy(w.title.String()); t != "" {
				c.Metadata.Title = t
			}
			return nil
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			w.tag(readTag(z, kind))
		}
	}
}

// tag is one tag of a page.
type tag struct {
	name   string
	attrs  map[string]string
	begins bool // it is no end tag
	closes bool // it is an end tag, or has no content
}

// maxAttributes bounds the attributes of a tag that are read.
const maxAttributes = 64

func readTag(z *html.Tokenizer, kind html.TokenType) tag {
	raw, more := z.TagName()
	t := tag{string(raw), map[string]string{}, kind != html.EndTagToken, kind != html.StartTagToken}
	for more && len(t.attrs) < maxAttributes {
		var k, v []byte
		k, v, more = z.TagAttr()
		t.attrs[string(k)] = string(v)
	}
	return t
}

// htmlWriter writes the text of a page, tag by tag.
type htmlWriter struct {
	c     *content.Content
	flow  *content.Flow
	title strings.Builder
	// hidden is the element whose content is not shown, such as "script"; empty outside of one.
	hidden string
	pre    int  // how many elements are open in which white space counts
	inCell bool // in a cell of a table
	fresh  bool // nothing stands on this line yet
}

// line goes on to the next line, unless this one is empty.
func (w *htmlWriter) line() {
	if !w.fresh {
		w.flow.Line()
		w.fresh = true
	}
}

func (w *htmlWriter) text(text string) {
	if w.hidden == "title" {
		w.title.WriteString(text)
	}
	if w.hidden != "" {
		return
	}
	if w.pre == 0 {
		text = collapse(text, w.fresh)
	}
	if text != "" {
		w.flow.Write(text)
		w.fresh = false
	}
}

func (w *htmlWriter) tag(t tag) {
	switch t.name {
	case "script", "style", "noscript", "template", "title", "object", "svg":
		w.hide(t)
	case "pre", "textarea":
		w.line()
		if t.begins {
			w.pre++
		} else if w.pre > 0 {
			w.pre--
		}
	case "td", "th":
		if t.begins && !w.fresh {
			w.flow.Write("\t")
		}
		w.inCell = t.begins
	case "img":
		w.picture(t.attrs["alt"])
	case "tr", "table":
		w.inCell = false
		w.line()
	default:
		if block(t.name) {
			w.block(t)
		}
	}
	if t.fetches() {
		w.c.Find(meeting.FindingExternal, t.name)
	}
}

// hide begins or ends an element whose content is not shown.
func (w *htmlWriter) hide(t tag) {
	if t.begins && !t.closes && w.hidden == "" {
		w.hidden = t.name
	} else if !t.begins && w.hidden == t.name {
		w.hidden = ""
	}
	if t.begins && t.name == "script" {
		w.c.Find(meeting.FindingJavaScript, "")
	}
}

func (w *htmlWriter) picture(alt string) {
	w.c.Metadata.Pictures++
	if alt == "" {
		w.c.Metadata.PicturesWithoutAlt++
		return
	}
	w.flow.Alt(alt)
}

// block begins or ends an element on lines of its own. The paragraphs of a cell stay on its row.
func (w *htmlWriter) block(t tag) {
	if !w.inCell {
		w.line()
	} else if !w.fresh && t.begins {
		w.flow.Write(" ")
	}
}

// fetches reports whether a tag loads something from elsewhere when the page is shown.
func (t tag) fetches() bool {
	loads := []string{"img", "script", "iframe", "link", "embed", "frame", "object"}
	if !t.begins || !slices.Contains(loads, t.name) {
		return false
	}
	for _, name := range []string{"src", "href", "data"} {
		v := strings.ToLower(t.attrs[name])
		if strings.HasPrefix(v, "http:") || strings.HasPrefix(v, "https:") || strings.HasPrefix(v, "//") {
			return true
		}
	}
	return false
}

// block reports whether an element stands on lines of its own.
func block(name string) bool {
	return slices.Contains([]string{
		"p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd",
		"tr", "table", "thead", "tbody", "blockquote", "section", "article", "header", "footer", "main", "nav", "aside",
		"figure", "figcaption", "form", "fieldset", "address", "body", "option", "caption", "details", "summary",
	}, name)
}

// collapse folds white space to one blank, and drops it at the beginning of a line.
func collapse(s string, fresh bool) string {
	folded := content.Folded(s, blank)
	if folded == "" {
		if fresh || s == "" {
			return ""
		}
		return " "
	}
	if !fresh && blank(rune(s[0])) {
		folded = " " + folded
	}
	if blank(rune(s[len(s)-1])) {
		folded += " "
	}
	return folded
}

// blank reports whether a rune is white space of HTML.
func blank(r rune) bool { return strings.ContainsRune(" \n\t\r\f", r) }
