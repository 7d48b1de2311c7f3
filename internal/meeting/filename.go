package meeting

import (
	"strings"
	"unicode"
)

// ShownName gives a file's name as people may see it and save it: without the marks that turn the direction of writing
// around, which make "fdp.exe" of "exe.pdf", and without control characters. Keys keep the name as it came.
func ShownName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
}
