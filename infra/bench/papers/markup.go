package papers

import (
	"strings"

	"dossier/internal/extract/content"
)

// content makes what a reader would give of a paper that is kept as text.
func (p *Paper) content() *content.Content {
	c := &content.Content{Format: content.DOCX, Metadata: content.Metadata{Author: p.Author}}
	if p.Kind == Deck {
		c.Format = content.PPTX
		if p.Format == "docx" {
			c.Format = content.DOCX
		}
		for i, s := range p.Slides {
			c.Pages = append(c.Pages, content.Page{Number: i + 1, Title: s.title, Text: strings.Join(s.lines, "\n"), Notes: s.notes})
		}
	} else {
		c.Pages = pages(p.Text)
	}
	if p.Mail == nil {
		return c
	}
	mail := &content.Content{Format: content.EML, Envelope: &content.Envelope{From: p.Mail["frm"], Subject: p.Mail["subject"]}}
	if p.Mail["attach"] == "" && p.Kind != Deck {
		mail.Pages = c.Pages
		return mail
	}
	mail.Pages = pages(p.Mail["body"])
	mail.Attachments = []content.Attachment{{Name: p.Mail["attach"], Content: c}}
	return mail
}

// pages writes a text in mark-up as a reader of office documents gives it.
func pages(markup string) []content.Page {
	var all []content.Page
	now := content.Page{Number: 1}
	var b strings.Builder
	end := func() {
		now.Text = strings.TrimSpace(b.String())
		all = append(all, now)
		now = content.Page{Number: len(all) + 1}
		b.Reset()
	}
	for line := range strings.Lines(markup) {
		line = strings.TrimRight(line, "\n")
		switch mark, rest, _ := strings.Cut(line, " "); {
		case line == "---":
			end()
			continue
		case mark == "@H" || mark == "@F":
			now.Footer = strings.TrimSpace(now.Footer + "\n" + rest)
			continue
		case mark == "==":
			for row := range strings.SplitSeq(rest, ";;") {
				b.WriteString(strings.TrimSpace(strings.ReplaceAll(row, " // ", "\t")) + "\n")
			}
			continue
		case mark == "^" || mark == ">" || mark == "!!":
			line = rest
		case mark == "|":
			var cells []string
			for cell := range strings.SplitSeq(strings.Trim(line, "| "), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			line = strings.Join(cells, "\t")
		}
		b.WriteString(line + "\n")
	}
	end()
	return all
}
