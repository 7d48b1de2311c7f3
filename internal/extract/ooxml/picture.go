package ooxml

import (
	"encoding/base64"
	"strconv"
	"strings"

	"dossier/internal/extract/content"
)

// apart gives the text of a note, a remark, a header or a footer. Pictures in it are no pages.
func (d *document) apart(n *node) string {
	d.aparts++
	defer func() { d.aparts-- }()
	return d.aside(n)
}

// pictures notes the pictures of a drawing with their sizes: of DrawingML (part 1, 20.4.2.7), whose extent is that of the
// only picture in it, and of VML (part 4, 19.1.2.19).
func (d *document) pictures(n *node) {
	if d.aparts > 0 {
		return
	}
	for _, kind := range []string{"inline", "anchor"} {
		for _, drawing := range n.All(kind) {
			all := drawing.All("pic")
			for _, pic := range all {
				ext := drawing.At("extent")
				if len(all) > 1 {
					ext = pic.At("spPr", "xfrm", "ext")
				}
				d.picture(pic.At("blipFill", "blip").Prefixed("embed"), content.Picture{
					Width:  number(ext.Attr("cx")) / emuPerPoint,
					Height: number(ext.Attr("cy")) / emuPerPoint,
					Inline: kind == "inline",
				})
			}
		}
	}
	for _, kind := range []string{"shape", "rect"} {
		for _, shape := range n.All(kind) {
			if data := shape.At("imagedata"); data != nil {
				style := declarations(shape.Attr("style"))
				p := content.Picture{
					Width:  points(style["width"]),
					Height: points(style["height"]),
					Inline: style["position"] != "absolute",
				}
				if text := d.binaries[data.Attr("src")]; text != "" {
					p.Bytes = decoded(text)
				}
				d.picture(data.Prefixed("id"), p)
			}
		}
	}
}

// picture notes a picture by its relationship, if its bytes are not known already.
func (d *document) picture(id string, p content.Picture) {
	if r, ok := d.rels[id]; ok && !r.external && p.Bytes == nil {
		p.Bytes = d.Picture(r.target)
	}
	if p.Bytes != nil {
		d.flow.Picture(p)
	}
}

// declarations reads a style as VML writes it.
func declarations(style string) map[string]string {
	all := map[string]string{}
	for d := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(d, ":")
		all[strings.ToLower(strings.TrimSpace(name))] = strings.ToLower(strings.TrimSpace(value))
	}
	return all
}

// points reads a length of VML; 0 for a part of something else. A number alone is in pixels.
func points(s string) float64 {
	unit := strings.TrimLeft(s, "0123456789.")
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, unit), 64)
	if err != nil {
		return 0
	}
	switch unit {
	case "pt":
		return v
	case "in":
		return v * 72
	case "cm":
		return v * 72 / 2.54
	case "mm":
		return v * 72 / 25.4
	case "pc":
		return v * 12
	case "", "px":
		return v * 0.75
	}
	return 0
}

// binaries are the pictures in a document of Word 2003, in base64, by their names.
func binaries(root *node) map[string]string {
	all := map[string]string{}
	for _, n := range root.All("binData") {
		all[n.Attr("name")] = n.Text
	}
	return all
}

// decoded gives what reads the first bytes of a picture in base64, which is broken into lines.
func decoded(text string) func(most int64) ([]byte, error) {
	return func(most int64) ([]byte, error) {
		const group, bytes = 4, 3
		part := text
		if most < int64(len(text)) {
			part = text[:min(int64(len(text)), most/bytes*group)]
		}
		part = strings.Join(strings.Fields(part), "")
		data, err := base64.StdEncoding.DecodeString(part[:len(part)/group*group])
		if err != nil {
			return nil, content.Broken("picture: %w", err)
		}
		return data, nil
	}
}
