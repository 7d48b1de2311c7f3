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
)

// beginnings start the keys that a page completes with a kind, a state, a role.
func beginnings() []string {
	return []string{
		"page.kind-",
		"page.column-",
		"page.sector-",
		"page.state-",
		"page.menu-",
		"page.role-",
		"page.learned-",
		"page.failure-",
		"page.unreachable-",
		"page.status-",
		"page.upload-title-",
		"history.did-",
		"history.status-",
		"history.state-",
		"refusal.",
	}
}

// sources gives the text of every page and of the code beside them.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") ||
			!slices.Contains([]string{".go", ".html"}, filepath.Ext(name)) {
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
	data, err := os.ReadFile("../../internal/locale/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]any
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	text := sources(t)
	asked := 0
	word := regexp.MustCompile(`(?:\{\{|\()[tn] "([a-z-]+)"|\.(?:Word|Count)\("([a-z-]+)"`)
	for _, m := range word.FindAllStringSubmatch(text, -1) {
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
	shared, err := os.ReadFile("../../internal/locale/history.go")
	if err != nil {
		t.Fatal(err)
	}
	text += string(shared)
	for _, area := range []string{"page", "history", "refusal"} {
		for key := range words[area] {
			whole := area + "." + key
			made := slices.ContainsFunc(beginnings(), func(b string) bool { return strings.HasPrefix(whole, b) })
			if !made && !strings.Contains(text, `"`+whole+`"`) &&
				(area != "page" || !strings.Contains(text, `"`+key+`"`)) {
				t.Errorf("no page asks for %s", whole)
			}
		}
	}
}
