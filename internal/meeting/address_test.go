package meeting_test

import (
	"strings"
	"testing"

	"dossier/internal/meeting"
)

// Addresses as mail goes to them, and as people write them. SES refuses other letters than ASCII before the @.
func TestMailAddress(t *testing.T) {
	for in, want := range map[string]string{
		"a@b.example":                           "a@b.example",
		"A.B+c@Mail.B.example":                  "A.B+c@Mail.B.example",
		"o'neil@b_c.example":                    "o'neil@b_c.example",
		"amina@bücher.example":                  "amina@xn--bcher-kva.example",
		"amina@BÜCHER.example":                  "amina@xn--bcher-kva.example",
		"amina@وزارة.مثال":                      "amina@xn--mgbexc3i.xn--mgbh0fb",
		"amina@例え。テスト":                          "amina@xn--r8jz45g.xn--zckzah",
		"galádima@b.example":                    "",
		"амина@b.example":                       "",
		"galádima@bücher.example":               "",
		"amina@bü cher.example":                 "",
		"amina@ü":                               "",
		"amina@-ü.example":                      "",
		"":                                      "",
		"a":                                     "",
		"a@localhost":                           "",
		"b.c@localhost":                         "",
		"A <a@b.example>":                       "",
		"a@b.example, c@d.example":              "",
		" a@b.example":                          "",
		strings.Repeat("a", 244) + "@b.example": strings.Repeat("a", 244) + "@b.example",
		strings.Repeat("a", 245) + "@b.example": "",
	} {
		got, ok := meeting.MailAddress(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %t, want %q", in, got, ok, want)
		}
		if again, ok := meeting.MailAddress(got); want != "" && (!ok || again != got) {
			t.Errorf("%q, given back, is %q", got, again)
		}
	}
	for in, want := range map[string]string{"amina@xn--bcher-kva.example": "amina@bücher.example", "a@b.example": "a@b.example", "": "", "a": "a"} {
		if got := meeting.ReadableAddress(in); got != want {
			t.Errorf("%q reads %q", in, got)
		}
	}
}
