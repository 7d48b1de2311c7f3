package staff

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// No cell of an export is taken for a formula.
func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{"": "", "Amina": "Amina", "=1+1": "'=1+1", "+243": "'+243", "-1": "'-1",
		"@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "＝1": "'＝1",
		"a;=1+1;": "a;'=1+1;", "a; -2": "a; '-2", "a;\"=1": "a;\"'=1", "a\t@b": "a\t'@b", "a|＋1": "a|'＋1", "a\n=b": "a\n'=b", " =1": " '=1",
		"a,+1;;-2": "a,'+1;;'-2", "1 = 1; a-b": "1 = 1; a-b"} {
		if got := harmless(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
}

// The piece shown of a text is about the word that was looked for, and whole letters.
func TestAround(t *testing.T) {
	text := strings.Repeat("é ", 100) + "les chaînes d’approvisionnement sont longues " + strings.Repeat("à ", 100)
	got := around(text, "chaines")
	if !strings.Contains(got, "chaînes") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") ||
		strings.ContainsRune(got, '\ufffd') ||
		len(got) > 300 {
		t.Errorf("%q", got)
	}
	if got := around("x", "nothing"); got != "x" {
		t.Errorf("%q", got)
	}
}

// The piece shown of a text is valid, and no cell is a formula, in any document.
func FuzzText(f *testing.F) {
	for _, s := range []string{"slides.pptx", "../../x", "\x00\xff/..", strings.Repeat("é", 300) + " chaînes", "=1+1"} {
		f.Add(s, "chaines")
	}
	f.Fuzz(func(t *testing.T, s, word string) {
		if text := strings.ToValidUTF8(s, ""); !utf8.ValidString(around(text, word)) {
			t.Errorf("about %q in %q: %q", word, s, around(text, word))
		}
		if h := harmless(s); h != "" && strings.ContainsRune("=+-@\t\r\n", []rune(h)[0]) {
			t.Errorf("%q is a formula", h)
		}
	})
}
