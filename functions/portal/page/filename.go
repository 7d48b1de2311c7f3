package page

import (
	"path"
	"strings"

	"dossier/internal/meeting"
)

// maxFileName bounds the letters of a file's name.
const maxFileName = 200

// FileName makes a file's name of what a browser says: no folders, nothing that cannot be seen, at most 200
// letters. A name without any such letter is "document".
func FileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.ReplaceAll(meeting.ShownName(s), "/", "")
	s = strings.TrimSpace(shorten(s))
	if s == "" || s == "." || s == ".." {
		return "document"
	}
	return s
}

// shorten cuts a name that is too long before its extension.
func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= maxFileName {
		return s
	}
	ext := []rune(path.Ext(s))
	if len(ext) > 10 {
		ext = nil
	}
	return string(runes[:maxFileName-len(ext)]) + string(ext)
}
