package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// sample writes the module of testdata/tool.txtar and gives its folder, and the report about it.
func sample(t *testing.T) (folder, want string) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "tool.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	edit := ""
	for _, f := range a.Files {
		name := filepath.Join(dir, f.Name)
		switch {
		case f.Name == "want":
			return dir, string(f.Data)
		// The sections of an edit are sections of the sample itself.
		case strings.HasSuffix(f.Name, ".txtar"):
			edit = name
		case strings.HasSuffix(f.Name, " before"), strings.HasSuffix(f.Name, " after"):
			old, err := os.ReadFile(edit)
			if err != nil {
				t.Fatal(err)
			}
			f.Data = append(old, fmt.Sprintf("-- %s --\n%s", f.Name, f.Data)...)
			name = edit
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the sample says nothing of what is wanted")
	return "", ""
}

// Survivors are named with their place, explained ones are not, and wrong explanations are reported.
func TestSample(t *testing.T) {
	dir, want := sample(t)
	var out bytes.Buffer
	o := options{root: dir, folder: "data", floor: 85, workers: 2}
	ok, err := o.run(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`; \d+ s, .*|(?m:^\d+ s\n)`).ReplaceAllString(out.String(), "")
	got = regexp.MustCompile(`(meeting) +(\d+) mutants, +`).ReplaceAllString(got, "$1 $2 mutants, ")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if ok {
		t.Error("all is said to be well")
	}
}

// When time is up, what was not tried is named, and nothing is said to have survived.
func TestNoTime(t *testing.T) {
	dir, _ := sample(t)
	var out bytes.Buffer
	o := options{root: dir, folder: "data", floor: 85, workers: 1, limit: time.Nanosecond,
		packages: []string{"./internal/meeting"}}
	if _, err := o.run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"left out: internal/meeting/rule.go: 21 mutants",
		"left out: edits/half.txtar: Half of"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "survived") {
		t.Errorf("something survived:\n%s", &out)
	}
}

// An edit whose text stands in its file no longer, or more than once, is an error: no mutant is lost in silence.
func TestEditsMustApply(t *testing.T) {
	for name, before := range map[string]string{"gone": "func Gone()", "twice": "func"} {
		t.Run(name, func(t *testing.T) {
			dir, _ := sample(t)
			text := "A rule.\n-- internal/meeting/rule.go before --\n" + before + "\n-- internal/meeting/rule.go after --\nx\n"
			if err := os.WriteFile(filepath.Join(dir, "data/edits/x.txtar"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := readEdits(dir, filepath.Join(dir, "data/edits"), "*")
			if err == nil || !strings.Contains(err.Error(), "not once") {
				t.Errorf("%v", err)
			}
		})
	}
}

// Every edit of the project applies to the code as it is.
func TestOwnEditsApply(t *testing.T) {
	if edits, err := readEdits("../..", "edits", "*"); err != nil || len(edits) < 11 {
		t.Errorf("%d edits, %v", len(edits), err)
	}
}

func TestFloor(t *testing.T) {
	tests := []struct {
		name  string
		tally tally
		part  bool
		want  bool
	}{
		{"a package, all killed", tally{tried: 20, killed: 20}, false, false},
		{"a package, at the floor", tally{tried: 20, killed: 17, explained: 3}, false, false},
		{"a package, too many explained", tally{tried: 20, killed: 16, explained: 4}, false, true},
		{"a part, all others killed", tally{tried: 20, killed: 16, explained: 4}, true, false},
		{"a part, one in five of the others survived", tally{tried: 9, killed: 4, explained: 4}, true, true},
		{"a part, nothing but explained ones", tally{tried: 4, explained: 4}, true, false},
	}
	for _, tt := range tests {
		r := report{floor: 85, part: tt.part}
		if got := r.belowFloor(tt.tally); got != tt.want {
			t.Errorf("%s: below the floor: %t", tt.name, got)
		}
	}
}

func TestExplanationsNeedReasons(t *testing.T) {
	for name, text := range map[string]string{
		"no reason": "a b: c\n", "no mutant": "\treason\n", "twice": "a b: c\n\tr\na b: c\n\tr\n",
	} {
		file := filepath.Join(t.TempDir(), "survivors.txt")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readExplained(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
