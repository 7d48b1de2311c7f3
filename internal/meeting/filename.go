package meeting

import (
	"slices"
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

// largestDropping is how many bytes a file has at most that is a Dropping; a larger one may hold somebody's work.
const largestDropping = 1 << 20

// Dropping tells whether a file is one that programs leave beside documents, by its name and size: the lock files of Microsoft
// Office and LibreOffice, and what macOS and Windows keep of files and folders. Such a file is no document.
func Dropping(name string, size int64) bool {
	name = strings.ToLower(name)
	own := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	return size <= largestDropping && (slices.ContainsFunc([]string{"~$", ".~lock.", "._"}, own) ||
		slices.Contains([]string{".ds_store", "thumbs.db", "desktop.ini"}, name))
}
