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
