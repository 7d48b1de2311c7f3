package meeting_test

import (
	"testing"

	"dossier/internal/meeting"
)

func TestShownName(t *testing.T) {
	for name, want := range map[string]string{
		"slides.pptx":                 "slides.pptx",
		"Annual\u202Efdp.exe":         "Annualfdp.exe",
		"\u2066a\u2067b\u2068c\u2069": "abc",
		"\u202Aa\u202Bb\u202Cc\u202D": "abc",
		"\u200Ea\u200Fb\u061Cc.txt":   "abc.txt",
		"a\r\nb\x00c\u0085":           "abc",
		"می\u200Cخواهم.pdf":           "می\u200Cخواهم.pdf", // a joiner is a letter's shape
		"\xffé":                       "é",
	} {
		if got := meeting.ShownName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestDropping(t *testing.T) {
	for name, want := range map[string]bool{
		"~$slides.pptx": true, ".~lock.slides.odp#": true, "._slides.pptx": true, ".DS_Store": true, "Thumbs.db": true, "desktop.ini": true,
		"slides.pptx": false, "~slides.pptx": false, ".slides.pptx": false, "My desktop.ini.pdf": false, "DS_Store.pdf": false, "": false,
	} {
		if got := meeting.Dropping(name, 162); got != want {
			t.Errorf("%q: %v", name, got)
		}
		if meeting.Dropping(name, 2<<20) {
			t.Errorf("%q of 2 MiB is dropped", name)
		}
	}
}
