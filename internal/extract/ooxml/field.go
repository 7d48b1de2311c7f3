package ooxml

import "dossier/internal/extract/content"

// fetching notes the fields of a part that take their results from elsewhere (17.16.2): simple ones, and complex ones,
// whose instruction stands in runs and may hold further fields. Hidden ones count too, for Word updates them as well.
func fetching(root *node, c *content.Content, limits content.Limits) {
	f := content.NewFields(c, limits)
	fields(root, f)
	f.Close()
}

func fields(n *node, f *content.Fields) {
	for _, k := range n.Children() {
		switch k.Name {
		case "fldSimple":
			f.Note(k.Attr("instr"))
			fields(k, f)
		case "fldChar":
			switch k.Attr("fldCharType") {
			case "begin":
				f.Begin()
			case "separate":
				f.Separate()
			case "end":
				f.End()
			}
		case "instrText", "t":
			f.Add(k.String())
		default:
			fields(k, f)
		}
	}
}
