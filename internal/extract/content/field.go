package content

import (
	"strings"

	"dossier/internal/meeting"
)

// Fetching gives the name of a field of Word's that takes its result from another file or program when it is updated, as
// its instruction begins (ECMA-376 part 1, 17.16.5; Word knows INCLUDE and IMPORT by their old names): "" for any other.
func Fetching(instruction string) string {
	name := strings.TrimLeft(instruction, " \t\r\n\u00a0")
	if end := strings.IndexFunc(name, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' }); end >= 0 {
		name = name[:end]
	}
	switch name = strings.ToUpper(name); name {
	case "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "DDE", "DDEAUTO", "DATABASE":
		return name
	}
	return ""
}

// Fields notes the fields of a text that take their results from elsewhere. A field may hold others in its instruction,
// whose results are then a part of it. The zero value is not usable; NewFields makes one.
type Fields struct {
	c    *Content
	most int
	open []field // the innermost last
}

type field struct {
	instruction string // its beginning
	result      bool   // the instruction is over
	below       int    // the innermost field around this one whose instruction is not over; -1 for none
}

// NewFields makes Fields that note what they find in c.
func NewFields(c *Content, limits Limits) *Fields { return &Fields{c: c, most: limits.Depth} }

// Note notes an instruction that stands in one piece.
func (f *Fields) Note(instruction string) {
	if name := Fetching(instruction); name != "" {
		f.c.Find(meeting.FindingExternal, name)
	}
}

// Begin begins a field. When too many are open, all of them end.
func (f *Fields) Begin() {
	if len(f.open) >= f.most {
		f.Close()
	}
	f.open = append(f.open, field{below: f.current()})
}

// current is the innermost field whose instruction is not over, -1 for none.
func (f *Fields) current() int {
	last := len(f.open) - 1
	if last >= 0 && f.open[last].result {
		return f.open[last].below
	}
	return last
}

// Separate ends the instruction of the innermost field.
func (f *Fields) Separate() {
	if n := len(f.open); n > 0 && !f.open[n-1].result {
		f.open[n-1].result = true
		f.Note(f.open[n-1].instruction)
	}
}

// End ends the innermost field.
func (f *Fields) End() {
	f.Separate()
	f.open = f.open[:max(0, len(f.open)-1)]
}

// Close ends all fields that are open.
func (f *Fields) Close() {
	for len(f.open) > 0 {
		f.End()
	}
}

// Add adds text to the innermost instruction that is not over.
func (f *Fields) Add(text string) {
	at := f.current()
	if at < 0 {
		return
	}
	const enough = 100 // of an instruction, for its name
	to := &f.open[at]
	if to.instruction == "" {
		text = strings.TrimLeft(text, " \t\r\n\u00a0")
	}
	if room := enough - len(to.instruction); room > 0 {
		to.instruction += text[:min(room, len(text))]
	}
}
