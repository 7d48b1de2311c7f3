package odf

import (
	"path"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// risks tells a locked file by its manifest (part 2, 3.4 and 4.8), and finds macros, objects and programs.
func (d *document) risks() error {
	manifest, err := d.Optional("META-INF/manifest.xml")
	if err != nil {
		return err
	}
	if len(manifest.All("encryption-data")) > 0 {
		return fault.Reject(meeting.ReasonLocked, "encrypted")
	}
	for _, name := range d.Names() {
		switch base := path.Base(name); {
		case strings.HasPrefix(name, "basic/") && base != "script-lc.xml" && base != "script-lb.xml" && strings.HasSuffix(base, ".xml"),
			strings.HasPrefix(name, "scripts/") && !strings.HasSuffix(name, "/"):
			d.c.Find(meeting.FindingMacros, "")
		case strings.HasPrefix(name, "object ") && !strings.Contains(name, "/"): // an OLE object in one part
			if err := d.embedded(name); err != nil {
				return err
			}
		case base == "content.xml" && name != base:
			if err := d.inner(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// embedded notes an embedded object in one part, or a program.
func (d *document) embedded(name string) error {
	head, err := d.Head(name, 4096)
	if err != nil && fault.Because(err, meeting.ReasonTooLarge) {
		return err
	}
	if content.IsExecutable(path.Base(name), head) {
		d.c.Find(meeting.FindingExecutable, "")
	} else {
		d.c.Find(meeting.FindingEmbedded, "")
	}
	return nil
}

// inner notes an embedded object that is OpenDocument itself. A chart and a formula are a part of the text.
func (d *document) inner(name string) error {
	defer d.Free(d.Held())
	root, err := d.Optional(name)
	if err != nil {
		return err
	}
	if root != nil && root.Name != "math" && root.At("body", "chart") == nil {
		d.c.Find(meeting.FindingEmbedded, "")
	}
	return nil
}

// external notes what a part takes from elsewhere when it is opened, and objects under any name: OLE objects (part 3,
// 10.4.6.3), frames (10.4.10), linked sections (5.4.2) and values of other programs (5.6.5 and 14.6.5).
func (d *document) external(root *node) error {
	for _, n := range root.All("object-ole") {
		href := n.Attr("href")
		if strings.Contains(href, "://") {
			d.c.Find(meeting.FindingExternal, "object")
		} else if err := d.embedded(strings.TrimPrefix(href, "./")); err != nil {
			return err
		}
	}
	for _, name := range []string{"floating-frame", "section-source"} {
		for _, n := range root.All(name) {
			if n.Attr("href") != "" {
				d.c.Find(meeting.FindingExternal, name)
			}
		}
	}
	for _, name := range []string{"dde-source", "dde-connection-decl"} {
		if len(root.All(name)) > 0 {
			d.c.Find(meeting.FindingExternal, name)
		}
	}
	return nil
}
