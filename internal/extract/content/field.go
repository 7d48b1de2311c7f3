package content

import "strings"

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
