package extract

import (
	"bytes"
	"encoding/json"
	"slices"

	"dossier/internal/extract/content"
)

const (
	// largestPointer is how many bytes a file has at most that only says where another one is.
	largestPointer = 8 << 10
	// mostOnDoor is how many words a page has at most that only leads on, or asks for a password.
	mostOnDoor = 150
)

// isPointer tells whether a file is a shortcut: of Windows ([MS-SHLLINK], 2.1, or an "InternetShortcut"), of macOS (a property
// list with a URL), of a Linux desktop ("Type=Link"), or of Google Drive (JSON with the address of the document).
func isPointer(head []byte, size int64) bool {
	if bytes.HasPrefix(head, []byte("L\x00\x00\x00\x01\x14\x02\x00")) {
		return true
	}
	if size > largestPointer {
		return false
	}
	text := bytes.TrimLeft(head, "\ufeff \r\n\t")
	lower := bytes.ToLower(text)
	switch {
	case bytes.HasPrefix(lower, []byte("[internetshortcut]")):
		return true
	case bytes.HasPrefix(lower, []byte("[desktop entry]")):
		return bytes.Contains(lower, []byte("type=link"))
	case bytes.Contains(lower, []byte("<plist")):
		return bytes.Contains(lower, []byte("<key>url</key>"))
	case bytes.HasPrefix(text, []byte("bplist00")):
		return bytes.Contains(text, []byte("URL")) && bytes.Contains(lower, []byte("http"))
	case bytes.HasPrefix(text, []byte("{")):
		return isDrive(text)
	}
	return false
}

// isDrive tells whether a JSON object is what Google Drive leaves in the place of a document.
func isDrive(text []byte) bool {
	var fields map[string]any
	if json.Unmarshal(text, &fields) != nil {
		return false
	}
	for name := range fields {
		if !slices.Contains([]string{"url", "doc_id", "email", "resource_id", "resource_key", ""}, name) {
			return false
		}
	}
	return fields["url"] != nil || fields["doc_id"] != nil
}

// isDoor tells whether a saved page only leads on to another one, or asks for a password: what a browser saves of a file that
// is shared by a link.
func isDoor(data []byte, c *content.Content) bool {
	if c.Words() > mostOnDoor {
		return false
	}
	lower := bytes.ToLower(data)
	for _, mark := range []string{`http-equiv="refresh"`, "http-equiv=refresh", `type="password"`} {
		if bytes.Contains(lower, []byte(mark)) {
			return true
		}
	}
	return false
}
