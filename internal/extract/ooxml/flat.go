package ooxml

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode"

	"dossier/internal/extract/content"
	"dossier/internal/extract/xmlzip"
	"dossier/internal/meeting"
)

// IsFlat tells by its beginning whether a text is a document of Word 2003 in one XML file.
func IsFlat(head []byte) bool {
	return bytes.Contains(head, []byte(":wordDocument")) &&
		bytes.Contains(head, []byte("http://schemas.microsoft.com/office/word/2003/wordml"))
}

// ReadFlat reads a document of Word 2003 in one XML file (Microsoft, Word 2003 XML Reference), as ReadDocument reads a
// DOCX: notes, comments, headers and objects stand within the body. Errors are as extract.Reader.Read's.
func ReadFlat(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	if size > limits.Part {
		return nil, content.Over("bytes of an XML file", limits.Part)
	}
	root, err := xmlzip.Parse(ctx, io.NewSectionReader(src, 0, size), limits)
	if err != nil {
		return nil, err
	}
	c := &content.Content{Metadata: flatProperties(root.At("DocumentProperties"))}
	flatRisks(root, c)
	fetching(root, c, limits)
	d := &document{ctx: ctx, limits: limits, c: c, flow: content.NewFlow(c, limits), binaries: binaries(root)}
	body := root.At("body")
	if size := body.All("pgSz"); len(size) > 0 {
		d.flow.Size(number(size[0].Attr("w"))/twipsPerPoint, number(size[0].Attr("h"))/twipsPerPoint)
	}
	for _, kind := range []string{"hdr", "ftr"} {
		for _, n := range body.All(kind) {
			d.flow.Margin(d.apart(n))
		}
	}
	d.blocks(body, d.flow)
	if d.err != nil {
		return c, d.err
	}
	return c, d.flow.Close()
}

func flatProperties(n *node) content.Metadata {
	get := func(name string) string { return content.Tidy(n.At(name).String()) }
	return content.Metadata{Title: get("Title"), Subject: get("Subject"), Author: get("Author"), LastEditor: get("LastAuthor"),
		Organisation: get("Company"), Created: content.DateTime(get("Created")), Modified: content.DateTime(get("LastSaved"))}
}

// flatRisks notes macros, objects, and parts that are fetched from elsewhere.
func flatRisks(root *node, c *content.Content) {
	if root.Attr("macrosPresent") == "yes" || root.At("docSuppData") != nil {
		c.Find(meeting.FindingMacros, "")
	}
	if root.Attr("embeddedObjPresent") == "yes" || root.At("docOleData") != nil {
		c.Find(meeting.FindingEmbedded, "")
	}
	remote := func(s string) bool {
		return strings.HasPrefix(s, `\\`) || strings.Contains(s, "://") && !strings.HasPrefix(s, "wordml://") // a picture in it
	}
	for _, n := range root.All("imagedata") {
		if remote(n.Attr("src")) || n.Attr("href") != "" {
			c.Find(meeting.FindingExternal, "image")
		}
	}
	for _, n := range root.All("attachedTemplate") {
		if remote(n.Attr("val")) {
			c.Find(meeting.FindingExternal, "attachedTemplate")
		}
	}
}

// annotated gives the content of a change or a remark, as Word 2003 marks them: nil where something was deleted. A remark
// goes beside the text.
func (d *document) annotated(n *node) *node {
	switch n.Attr("type") {
	case "Word.Insertion":
		return n.At("content")
	case "Word.Comment":
		d.flow.Comment(d.apart(n.At("content")))
	}
	return nil
}

// flatLabel gives the number of a paragraph, which Word 2003 writes beside it; "" for none and for a bullet.
func flatLabel(properties *node) string {
	label := properties.At("listPr", "t").Attr("val")
	if strings.ContainsFunc(label, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return label
	}
	return ""
}
