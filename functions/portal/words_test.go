package portal

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// here is the package's folder: a World of another test changes the working directory.
var here, _ = os.Getwd()

// beginnings are those of keys of which a page makes the end: a kind, a state, a role.
func beginnings() []string {
	return []string{"page.kind-", "page.column-", "page.sector-", "page.state-", "page.menu-", "page.role-", "page.learned-", "page.failure-",
		"page.unreachable-", "page.status-", "page.upload-title-", "history.did-", "history.status-", "history.state-", "refusal."}
}

// sources gives the text of every page and of the code beside them.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(here, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".go", ".html"}, filepath.Ext(name)) {
			return err
		}
		data, err := os.ReadFile(name)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Every key that a page asks for has words, and there are no words that no page asks for.
func TestPagesAndWordsAgree(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(here, "../../internal/locale/en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]any
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	text := sources(t)
	asked := 0
	for _, m := range regexp.MustCompile(`(?:\{\{|\()[tn] "([a-z-]+)"|\.(?:word|count|Word|Count)\("([a-z-]+)"`).FindAllStringSubmatch(text, -1) {
		if key := m[1] + m[2]; words["page"][key] == nil && !strings.HasSuffix(key, "-") {
			t.Errorf("a page asks for page.%s, which has no words", key)
		}
		asked++
	}
	for _, m := range regexp.MustCompile(`"(page|history|refusal)\.([a-z-]+)"`).FindAllStringSubmatch(text, -1) {
		if words[m[1]][m[2]] == nil && m[2] != "html" && !strings.HasSuffix(m[2], "-") {
			t.Errorf("a page asks for %s.%s, which has no words", m[1], m[2])
		}
		asked++
	}
	if asked < 100 {
		t.Errorf("only %d keys were found in the pages", asked)
	}
	shared, err := os.ReadFile(filepath.Join(here, "../../internal/locale/history.go"))
	if err != nil {
		t.Fatal(err)
	}
	text += string(shared)
	for _, area := range []string{"page", "history", "refusal"} {
		for key := range words[area] {
			whole := area + "." + key
			made := slices.ContainsFunc(beginnings(), func(b string) bool { return strings.HasPrefix(whole, b) })
			if !made && !strings.Contains(text, `"`+whole+`"`) && (area != "page" || !strings.Contains(text, `"`+key+`"`)) {
				t.Errorf("no page asks for %s", whole)
			}
		}
	}
}

// A file name from a browser leads nowhere but to a file.
func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"slides.pptx": "slides.pptx", "../../etc/passwd": "passwd", `C:\Users\me\letter.pdf`: "letter.pdf", "": "document", "..": "document", "/": "document",
		"a\x00b\r\n.pdf": "ab.pdf", "خطاب الترشيح.pdf": "خطاب الترشيح.pdf",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := []rune(fileName(strings.Repeat("é", 500) + ".pptx")); len(got) != 200 || string(got[195:]) != ".pptx" {
		t.Errorf("a long name is %q", string(got))
	}
}

// No cell of an export is taken for a formula.
func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{"": "", "Amina": "Amina", "=1+1": "'=1+1", "+243": "'+243", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "＝1": "'＝1"} {
		if got := harmless(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
}

// What is shown of a text is about the word that was looked for, and whole letters.
func TestAround(t *testing.T) {
	text := strings.Repeat("é ", 100) + "les chaînes d’approvisionnement sont longues " + strings.Repeat("à ", 100)
	got := around(text, "chaines")
	if !strings.Contains(got, "chaînes") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || strings.ContainsRune(got, '\ufffd') || len(got) > 300 {
		t.Errorf("%q", got)
	}
	if got := around("x", "nothing"); got != "x" {
		t.Errorf("%q", got)
	}
}

// Whatever a browser calls a file, its name is one part of a key, and can be seen; what is shown of a text is valid.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"slides.pptx", "../../x", `C:\x\y.pdf`, "\x00\xff/..", strings.Repeat("é", 300) + ".pptx", "a b\u202ec.pdf"} {
		f.Add(s, "chaines")
	}
	f.Fuzz(func(t *testing.T, s, word string) {
		name := fileName(s)
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00\r\n") || len([]rune(name)) > 200 || !utf8.ValidString(name) {
			t.Errorf("%q is %q", s, name)
		}
		if text := strings.ToValidUTF8(s, ""); !utf8.ValidString(around(text, word)) {
			t.Errorf("about %q in %q: %q", word, s, around(text, word))
		}
		if h := harmless(s); h != "" && strings.ContainsRune("=+-@\t\r\n", []rune(h)[0]) {
			t.Errorf("%q is a formula", h)
		}
	})
}
