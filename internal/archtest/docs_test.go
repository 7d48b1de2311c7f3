package archtest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walk calls visit for each file of the project that the repository holds, with its path from the root.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".build", ".cache", ".dossier", "testdata"}, d.Name()):
			return filepath.SkipDir
		case !d.IsDir():
			rel, err := filepath.Rel(root, name)
			visit(filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// pages gives the text of each page of documentation by its path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".md") {
			all[name] = readFile(t, name)
		}
	})
	if len(all) < 6 {
		t.Fatalf("only %d pages were found", len(all))
	}
	return all
}

// tests gives the names of all tests, fuzz targets and benchmarks.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	all, function := map[string]bool{}, regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range function.FindAllStringSubmatch(readFile(t, name), -1) {
				all[m[1]] = true
			}
		}
	})
	return all
}

// A page names tests, files and commands that exist: a promise whose test is gone is found here.
func TestPagesNameWhatExists(t *testing.T) {
	known, makefile := tests(t), readFile(t, "Makefile")
	test := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w+)`")
	path := regexp.MustCompile("`((?:internal|functions|infra|events)/[\\w*./-]*)`")
	link := regexp.MustCompile(`\]\(([^):#]+)[^):]*\)`)
	target := regexp.MustCompile("`make ([a-z][a-z-]*)")
	exists := func(pattern string) bool {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		return err == nil && len(found) > 0
	}
	for name, text := range pages(t) {
		for _, m := range test.FindAllStringSubmatch(text, -1) {
			if !known[m[1]] {
				t.Errorf("%s names %s, which is no test", name, m[1])
			}
		}
		for _, m := range path.FindAllStringSubmatch(text, -1) {
			if !strings.ContainsAny(m[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && !exists(m[1]) { // NAME is the reader's
				t.Errorf("%s names %s, which does not exist", name, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if !exists(filepath.Join(filepath.Dir(name), m[1])) {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
		}
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s names make %s, which is no target", name, m[1])
			}
		}
	}
}

// Each folder of internal, functions and infra that holds something has its line in the architecture.
func TestArchitectureNamesEveryFolder(t *testing.T) {
	text := readFile(t, "internal/docs/architecture.md")
	for _, parent := range []string{"functions", "internal", "infra"} {
		entries, err := os.ReadDir(filepath.Join(root, parent))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && !strings.Contains(text, "`"+parent+"/"+e.Name()) {
				t.Errorf("internal/docs/architecture.md has no line for %s/%s", parent, e.Name())
			}
		}
	}
}

// Every target of make says what it is for, and so is in `make help`.
func TestEveryTargetHasHelp(t *testing.T) {
	targets := regexp.MustCompile(`(?m)^([a-z][a-z-]*):.*$`).FindAllString(readFile(t, "Makefile"), -1)
	if len(targets) < 20 {
		t.Fatalf("only %d targets were found", len(targets))
	}
	for _, target := range targets {
		if !strings.Contains(target, " ## ") {
			t.Errorf("no ## comment: %s", target)
		}
	}
}

// riddles are words by which a sentence has to be read twice: say who or what is meant.
var riddles = regexp.MustCompile(`(?i)\b(whom|whoever|whatever|of which|what is|that which)\b`)

// maxRiddles is how many riddles the comments may hold.
const maxRiddles = 0

func TestCommentsAreNoRiddles(t *testing.T) {
	var found []string
	words := 0
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "archtest/docs_test.go") {
			return
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Comments {
			text := strings.Join(strings.Fields(c.Text()), " ")
			words += len(strings.Fields(text))
			for range riddles.FindAllString(text, -1) {
				found = append(found, name+": "+text)
			}
		}
	})
	if words < 10_000 {
		t.Fatalf("only %d words of comments were read", words)
	}
	t.Logf("%d riddles in %d words of comments", len(found), words)
	if len(found) > maxRiddles {
		t.Errorf("%d riddles, %d are allowed:\n%s", len(found), maxRiddles, strings.Join(found, "\n"))
	}
}
