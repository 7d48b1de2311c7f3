package portal

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/mail"
)

// Every word of a page is there in every language, fills in the same values, and there is none that no page says.
func TestWordsAgree(t *testing.T) {
	values := regexp.MustCompile(`\{\{\.\w+\}\}`)
	words := map[string]map[string]any{}
	for _, l := range mail.Languages() {
		data, err := files.ReadFile("words/" + l + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		words[l] = all
	}
	for _, l := range mail.Languages()[1:] {
		if d := cmp.Diff(slices.Sorted(maps.Keys(words["en"])), slices.Sorted(maps.Keys(words[l]))); d != "" {
			t.Errorf("%s has other words than English: %s", l, d)
		}
		for key, en := range words["en"] {
			text, ok := words[l][key].(string)
			english, plain := en.(string)
			if ok != plain {
				t.Errorf("%s: %s counts in one language and not in the other", l, key)
				continue
			}
			a, b := values.FindAllString(english, -1), values.FindAllString(text, -1)
			slices.Sort(a)
			slices.Sort(b)
			if d := cmp.Diff(a, b); plain && d != "" {
				t.Errorf("%s: %s fills in other values: %s", l, key, d)
			}
		}
	}
	w, err := mail.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	all, err := tongues(w, func(string) (string, error) { return "", nil })
	if err != nil {
		t.Fatal(err)
	}
	for l, g := range all {
		for key, text := range words[l] {
			if _, plain := text.(string); plain {
				if _, err := g.say(key); err != nil {
					t.Errorf("%s: %s: %v", l, key, err)
				}
				continue
			}
			for _, n := range []int{0, 1, 2, 3, 11, 100, 1_000_000} {
				if _, err := g.count(key, n); err != nil {
					t.Errorf("%s: %d of %s: %v", l, n, key, err)
				}
			}
		}
	}
	// What pages and code ask for, by whole keys and by the beginnings of made ones.
	asked := regexp.MustCompile(`(?:\{\{|\()(?:t|n) "([a-z-]+)"|print "([a-z-]+-)"|g\.say\("([a-z-]+)"|"(link-[a-z-]+|no-page|no-page-text|went-wrong|went-wrong-text|nothing-changed|signed-out|signed-out-text|all-nominees|everybody)"|(?:say|newChart)\("([a-z-]+-)" ?\+|"(refused-)" \+|"(did-)" \+|"(column-)" \+|"(sector-)"`)
	wholes, begins := map[string]bool{}, []string{"kind-", "refused-", "did-", "column-", "sector-", "state-", "menu-", "role-", "learned-", "failure-", "unreachable-", "status-", "upload-title-"}
	for _, pattern := range []string{"pages/*.html", "*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
				for _, key := range m[1:] {
					if key != "" && !strings.HasSuffix(key, "-") {
						wholes[key] = true
					}
				}
			}
		}
	}
	for key := range wholes {
		if _, ok := words["en"][key]; !ok {
			t.Errorf("a page says %s, for which there are no words", key)
		}
	}
	for key := range words["en"] {
		if !wholes[key] && !slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("no page says %s", key)
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
