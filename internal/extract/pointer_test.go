package extract

import (
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// A page that leads on or asks for a password is no document, and a page with words of its own is.
func TestDoor(t *testing.T) {
	long := strings.Repeat("<p>words of a page that somebody wrote</p>", 40)
	for name, test := range map[string]struct {
		html string
		door bool
	}{
		"leads on":            {`<html><head><meta http-equiv="refresh" content="0;url=https://a.example"></head><body>Redirecting</body></html>`, true},
		"signs in":            {`<html><body>Sign in <form><input type="password"></form></body></html>`, true},
		"a page":              {`<html><body>Programme of the meeting</body></html>`, false},
		"a page that reloads": {`<html><head><meta http-equiv="refresh" content="60"></head><body>` + long + `</body></html>`, false},
	} {
		_, err := page(t.Context(), strings.NewReader(test.html), int64(len(test.html)), content.Limits{}.WithDefaults())
		if fault.Because(err, meeting.ReasonPointer) != test.door || !test.door && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPointer(f *testing.F) {
	f.Add([]byte(`{"url": "https://a.example", "doc_id": "1"}`))
	f.Fuzz(func(_ *testing.T, head []byte) { isPointer(head, int64(len(head))) })
}
