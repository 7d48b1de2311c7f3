package ooxml

import (
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// fetching notes the fields of a part that take their results from elsewhere (17.16.2): simple ones, and complex ones,
// whose instruction stands in runs and may hold further fields. Hidden ones count too, for Word updates them as well.
func fetching(root *node, c *content.Content, limits content.Limits) {
	f := fields{c: c, most: limits.Depth}
	f.walk(root)
	for _, open := range f.open { // without an end
		f.note(open.instruction)
	}
}

// fields are the complex fields that are open at a place of a part, the innermost last.
type fields struct {
	c    *content.Content
	most int
	open []field
}

type field struct {
	instruction string // its beginning
	result      bool   // the instruction is over
}

func (f *fields) walk(n *node) {
	for _, k := range n.Children() {
		switch k.Name {
		case "fldSimple":
			f.note(k.Attr("instr"))
			f.walk(k)
		case "fldChar":
			f.mark(k.Attr("fldCharType"))
		case "instrText", "t": // the result of a field within an instruction is a part of it
			f.add(k.String())
		default:
			f.walk(k)
		}
	}
}

func (f *fields) note(instruction string) {
	if name := content.Fetching(instruction); name != "" {
		f.c.Find(meeting.FindingExternal, name)
	}
}

// mark begins a field, its result, or ends it. Of too many that are open, the outermost is forgotten.
func (f *fields) mark(kind string) {
	last := len(f.open) - 1
	switch {
	case kind == "begin":
		if len(f.open) >= f.most {
			f.note(f.open[0].instruction)
			f.open = append(f.open[:0], f.open[1:]...)
		}
		f.open = append(f.open, field{})
	case last < 0:
	case kind == "separate":
		f.open[last].result = true
		f.note(f.open[last].instruction)
	case kind == "end":
		if !f.open[last].result {
			f.note(f.open[last].instruction)
		}
		f.open = f.open[:last]
	}
}

// add adds text to the innermost instruction that is not over.
func (f *fields) add(text string) {
	const enough = 100 // of an instruction, for its name
	for i := len(f.open) - 1; i >= 0; i-- {
		if to := &f.open[i]; !to.result {
			if to.instruction == "" {
				text = strings.TrimLeft(text, " \t\r\n\u00a0")
			}
			if room := enough - len(to.instruction); room > 0 {
				to.instruction += text[:min(room, len(text))]
			}
			return
		}
	}
}
