package page_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"dossier/functions/portal/page"
)

// A file name from a browser leads nowhere but to a file.
func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"slides.pptx": "slides.pptx", "../../etc/passwd": "passwd", `C:\Users\me\letter.pdf`: "letter.pdf",
		"": "document", "..": "document", "/": "document",
		"a\x00b\r\n.pdf": "ab.pdf", "خطاب الترشيح.pdf": "خطاب الترشيح.pdf",
	} {
		if got := page.FileName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := []rune(page.FileName(strings.Repeat("é", 500) + ".pptx")); len(got) != 200 ||
		string(got[195:]) != ".pptx" {
		t.Errorf("a long name is %q", string(got))
	}
}

// A browser may call a file anything; its name is one part of a key, and can be seen.
func FuzzFileName(f *testing.F) {
	for _, s := range []string{"slides.pptx", "../../x", `C:\x\y.pdf`, "\x00\xff/..",
		strings.Repeat("é", 300) + ".pptx", "a b\u202ec.pdf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := page.FileName(s)
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00\r\n") ||
			len([]rune(name)) > 200 ||
			!utf8.ValidString(name) {
			t.Errorf("%q is %q", s, name)
		}
	})
}
