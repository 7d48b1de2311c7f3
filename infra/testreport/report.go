package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// event is a line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output, in place of Package
	Test       string
	Output     string
	Elapsed    float64 // in seconds
}

// result is a test that has ended.
type result struct {
	pkg, test string
	seconds   float64
	reason    string // why it was left out
}

// report collects the events of all packages. It is safe for concurrent use.
type report struct {
	mu      sync.Mutex
	to      io.Writer
	output  map[string]*strings.Builder // of tests that have not passed, by package and top-level test
	last    map[string]string           // the last line that each test printed, by package and test
	tests   []result                    // top-level tests that ran
	leftOut []result
	failed  []result
	covered map[string]float64 // in percent, by package
	count   int
}

func newReport(to io.Writer) *report {
	return &report{to: to, output: map[string]*strings.Builder{}, last: map[string]string{}, covered: map[string]float64{}}
}

// key is under which a test's output is kept; subtests print with their test. An empty test is the package itself.
func key(pkg, test string) string { return pkg + " " + top(test) }

func top(test string) string {
	name, _, _ := strings.Cut(test, "/")
	return name
}

// line takes a line that `go test -json` printed. A line that is no JSON is passed on.
func (r *report) line(text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		r.to.Write(text)
		return
	}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.to, e.Output)
	case "output":
		r.note(e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e)
		}
	}
}

// note keeps what a test or a package prints until it is known whether anybody needs it.
func (r *report) note(e event) {
	if strings.HasPrefix(e.Output, "=== ") {
		return
	}
	if percent, ok := covered(e.Output); ok && e.Test == "" {
		r.covered[e.Package] = percent
	}
	k := key(e.Package, e.Test)
	if r.output[k] == nil {
		r.output[k] = &strings.Builder{}
	}
	r.output[k].WriteString(e.Output)
	if text := strings.TrimSpace(e.Output); text != "" && !strings.HasPrefix(text, "--- ") {
		r.last[e.Package+" "+e.Test] = text
	}
}

func (r *report) endTest(e event) {
	done := result{pkg: e.Package, test: e.Test, seconds: e.Elapsed}
	last := r.last[e.Package+" "+e.Test]
	delete(r.last, e.Package+" "+e.Test)
	if e.Action == "skip" {
		done.reason = reason(last)
		r.leftOut = append(r.leftOut, done)
	}
	if e.Test != top(e.Test) {
		return
	}
	r.count++
	if e.Action != "fail" {
		r.tests = append(r.tests, done)
		delete(r.output, key(e.Package, e.Test))
		return
	}
	r.tests, r.failed = append(r.tests, done), append(r.failed, done)
}

// reason is a line of a test's output without the file and line that it begins with.
func reason(line string) string {
	if place, text, ok := strings.Cut(line, ": "); ok && strings.Contains(place, ".go:") {
		return text
	}
	return line
}

// endPackage prints a package's line. If it failed, it prints the output of failed tests, of tests that were still
// running when the process ended, and of the package itself.
func (r *report) endPackage(e event) {
	var left []string
	for k := range r.output {
		if strings.HasPrefix(k, e.Package+" ") {
			left = append(left, k)
		}
	}
	slices.Sort(left)
	switch e.Action {
	case "fail":
		fmt.Fprintf(r.to, "FAIL\t%s\t%.1fs\n", e.Package, e.Elapsed)
		for _, k := range left {
			fmt.Fprint(r.to, r.output[k].String())
		}
		if len(r.failed) == 0 || r.failed[len(r.failed)-1].pkg != e.Package {
			r.failed = append(r.failed, result{pkg: e.Package, test: "(the package itself)"})
		}
	case "pass":
		fmt.Fprintf(r.to, "ok\t%s\t%.1fs\n", e.Package, e.Elapsed)
	}
	for _, k := range left {
		delete(r.output, k)
	}
}

// covered is the coverage that `go test -cover` says in a line, in percent. A package without statements has none.
func covered(line string) (percent float64, ok bool) {
	_, rest, ok := strings.Cut(line, "coverage: ")
	if !ok {
		return 0, false
	}
	_, err := fmt.Sscanf(rest, "%f%% of statements", &percent)
	return percent, err == nil
}

// coverage prints the coverage of each package, the least first, if any was measured. It is an error if one is below the
// floor.
func (r *report) coverage(floor float64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.covered) == 0 {
		return nil
	}
	var low []string
	fmt.Fprintln(r.to, "\nCoverage of each package by its own tests:")
	for _, pkg := range slices.SortedFunc(maps.Keys(r.covered), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.covered[a], r.covered[b]), cmp.Compare(a, b))
	}) {
		mark := ""
		if r.covered[pkg] < floor {
			mark, low = "  below the floor", append(low, pkg)
		}
		fmt.Fprintf(r.to, "%6.1f %%  %s%s\n", r.covered[pkg], pkg, mark)
	}
	if len(low) > 0 {
		return fmt.Errorf("coverage below %.0f %%: %s", floor, strings.Join(low, ", "))
	}
	return nil
}

// summary prints the slowest tests, what was left out, what failed, and the count.
func (r *report) summary(slowest int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortStableFunc(r.tests, func(a, b result) int { return cmp.Compare(b.seconds, a.seconds) })
	if n := min(slowest, len(r.tests)); n > 0 {
		fmt.Fprintf(r.to, "\nThe slowest %d tests:\n", n)
		for _, t := range r.tests[:n] {
			fmt.Fprintf(r.to, "%7.2fs  %s %s\n", t.seconds, t.pkg, t.test)
		}
	}
	if len(r.leftOut) > 0 {
		fmt.Fprintln(r.to, "\nLeft out:")
		for _, t := range r.leftOut {
			fmt.Fprintf(r.to, "  %s %s: %s\n", t.pkg, t.test, t.reason)
		}
	}
	if len(r.failed) > 0 {
		fmt.Fprintln(r.to, "\nFailed:")
		for _, t := range r.failed {
			fmt.Fprintf(r.to, "  %s %s\n", t.pkg, t.test)
		}
	}
	fmt.Fprintf(r.to, "\n%d tests ended in %.0f s: %d failed, %d left out.\n", r.count, took.Seconds(), len(r.failed), len(r.leftOut))
}
