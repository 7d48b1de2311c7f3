package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// outcome is how a mutant fared.
type outcome string

const (
	killed   outcome = "killed"
	timedOut outcome = "timed out" // counts as killed
	survived outcome = "survived"
	unseen   outcome = "survived: no test comes by it"
)

// test is one of a package's tests, with the mutants that it comes by.
type test struct {
	name string
	took time.Duration
	seen []int
}

// bench is where a package's tests are run: the test binary and its folder.
type bench struct {
	binary string
	dir    string
	flags  []string
	tests  []test

	mu      sync.Mutex
	killers map[string]string // by function, the test that killed last
}

// compile makes the test binary of a package whose files are replaced by those of an overlay.
func compile(ctx context.Context, root, temp, pkg string, overlay map[string][]byte) (*bench, error) {
	list, err := writeOverlay(temp, overlay)
	if err != nil {
		return nil, err
	}
	b := &bench{binary: filepath.Join(temp, "tests"), dir: filepath.Join(root, filepath.FromSlash(pkg)),
		killers: map[string]string{}}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-gcflags=-e", "-overlay", list,
		"-o", b.binary, "./"+pkg)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, &compileError{pkg: pkg, output: string(out)}
	}
	if _, err := os.Stat(b.binary); err != nil {
		return nil, fmt.Errorf("%s has no tests", pkg)
	}
	// Random histories are the same ones each time, and what fails is not made smaller, nor kept.
	rapid := []string{"-rapid.nofailfile", "-rapid.seed=1", "-rapid.shrinktime=1ms"}
	if exec.CommandContext(ctx, b.binary, append(rapid, "-test.run=^$")...).Run() == nil {
		b.flags = rapid
	}
	return b, nil
}

// writeOverlay writes the files of an overlay and the list that `go build -overlay` takes; it gives the list's name.
func writeOverlay(temp string, overlay map[string][]byte) (string, error) {
	list := struct{ Replace map[string]string }{map[string]string{}}
	for name, data := range overlay {
		put := filepath.Join(temp, fmt.Sprintf("%d-%s", len(list.Replace), filepath.Base(name)))
		list.Replace[name] = put
		if err := os.WriteFile(put, data, 0o600); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	file := filepath.Join(temp, "overlay.json")
	return file, os.WriteFile(file, data, 0o600)
}

// compileError is what the compiler says of an instrumented package.
type compileError struct{ pkg, output string }

func (e *compileError) Error() string { return "compile " + e.pkg + ":\n" + e.output }

var compilerLine = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):`)

// lines are those that did not compile, by the base name of their file.
func (e *compileError) lines() map[string][]int {
	all := map[string][]int{}
	for _, m := range compilerLine.FindAllStringSubmatch(e.output, -1) {
		n, err := strconv.Atoi(m[2])
		if err == nil {
			all[filepath.Base(m[1])] = append(all[filepath.Base(m[1])], n)
		}
	}
	return all
}

// run runs tests of the binary, those of the names if there are any, and tells whether they pass.
func (b *bench) run(ctx context.Context, limit time.Duration, names []string, env ...string) (
	passed bool, output string, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit+5*time.Second)
	defer cancel()
	args := append([]string{"-test.short", "-test.failfast", "-test.timeout=" + limit.String()}, b.flags...)
	if len(names) > 0 {
		args = append(args, "-test.run=^("+strings.Join(names, "|")+")$")
	}
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return false, out.String(), nil
	}
	return err == nil, out.String(), err
}

// watch runs each test alone, with no mutant at work, and notes by which mutants it comes.
func (b *bench) watch(ctx context.Context, temp string) error {
	cmd := exec.CommandContext(ctx, b.binary, "-test.list=.")
	cmd.Dir = b.dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list tests in %s: %w", b.dir, err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") && !strings.HasPrefix(name, "Example") {
			continue
		}
		seen := filepath.Join(temp, "seen")
		if err := os.WriteFile(seen, nil, 0o600); err != nil {
			return err
		}
		start := time.Now()
		passed, output, err := b.run(ctx, 5*time.Minute, []string{name}, "MUTANTS_SEEN="+seen)
		if err != nil {
			return err
		}
		if !passed {
			return fmt.Errorf("%s fails in %s with no mutant at work:\n%s", name, b.dir, output)
		}
		t := test{name: name, took: time.Since(start)}
		if t.seen, err = numbers(seen); err != nil {
			return err
		}
		b.tests = append(b.tests, t)
	}
	slices.SortStableFunc(b.tests, func(x, y test) int { return cmp.Compare(x.took, y.took) })
	return nil
}

func numbers(file string) ([]int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []int
	for f := range strings.FieldsSeq(string(data)) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// quick is how long a test may take to be run along with others: first the quick ones together, then the slow ones.
const quick = 500 * time.Millisecond

// try runs the tests that come by a mutant with the mutant at work. The test that killed the last mutant of the same
// function is run first, for it often kills this one.
func (b *bench) try(ctx context.Context, m mutant) (outcome, error) {
	var groups [3][]string // the last killer, quick tests, slow tests
	var took [3]time.Duration
	for _, t := range b.tests {
		if !slices.Contains(t.seen, m.ID) {
			continue
		}
		g := 1
		if b.killer(m.Func) == t.name {
			g = 0
		} else if t.took > quick {
			g = 2
		}
		groups[g], took[g] = append(groups[g], t.name), took[g]+t.took
	}
	tried := false
	for i, names := range groups {
		if len(names) == 0 {
			continue
		}
		tried = true
		// A busy machine is slower than it was when the tests were watched.
		passed, output, err := b.run(ctx, 10*time.Second+5*took[i], names, "MUTANT="+strconv.Itoa(m.ID))
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case err != nil && !errors.Is(err, context.DeadlineExceeded):
			return "", err
		case err != nil || !passed && strings.Contains(output, "panic: test timed out"):
			return timedOut, nil
		case !passed:
			b.killedBy(m.Func, output)
			return killed, nil
		}
	}
	if !tried {
		return unseen, nil
	}
	return survived, nil
}

func (b *bench) killer(function string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.killers[function]
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: ([^ /]+)`)

// killedBy notes which test has killed a mutant of a function.
func (b *bench) killedBy(function, output string) {
	if m := failed.FindStringSubmatch(output); m != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.killers[function] = m[1]
	}
}
