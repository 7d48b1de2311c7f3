// Command mutants puts wrong rules into the code, one at a time, and tells which of them the package's own tests
// notice.
//
// The rules come from two places. Those in the folder edits were written down by people: each must be noticed. The
// others are made from the syntax tree: a condition that always holds, or never; a part of a condition left out or
// turned round; a comparison with its boundary moved; an assignment, a call, a return, a field of a literal or a case
// left out; one field left out of a struct that is compared or assigned; a sign turned.
//
// All mutants of a package are compiled into one test binary, and an environment variable wakes one of them. Each test
// is run once to see by which mutants it comes; then a mutant costs only the run of those tests.
//
// The list survivors.txt explains mutants that survive. When one of them is noticed after all, or is there no longer,
// the command fails, as it does when a package falls below the floor or an edit survives. When only changed files are
// tried, explained survivors do not count towards the floor.
//
// gremlins (v0.6.0) builds the tests anew for each mutant and runs all of them: it took 138 s for the 33 mutants of
// package meeting that a test covered, of 78 that it makes. This takes 10 s for 220. gremlins has no mutant that drops
// a statement, a part of a condition or a field, and so none of the wrong rules that once went unseen; its kinds are
// all here.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// editLimit bounds the tests of a package with an edit.
const editLimit = 5 * time.Minute

// options are the flags.
type options struct {
	root     string
	folder   string   // of this command, where edits and survivors.txt are
	packages []string // none are those of rules
	floor    int
	limit    time.Duration
	changed  int
	workers  int
	verbose  bool
	together string
	pattern  string // of the names of edits
	list     bool
}

func main() {
	o := options{}
	flag.StringVar(&o.root, "C", ".", "the project's folder")
	flag.StringVar(&o.folder, "data", "infra/mutants", "where edits/ and survivors.txt are, from the project's folder")
	flag.IntVar(&o.floor, "floor", 85, "how many of 100 mutants the tests of a package have to kill")
	flag.DurationVar(&o.limit, "limit", 0, "when to stop, and say what was left out; 0 is never")
	flag.IntVar(&o.changed, "changed", 0, "only files that the last so many commits changed; 0 is all")
	flag.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many mutants are tried at once")
	flag.BoolVar(&o.verbose, "v", false, "name the explained survivors too")
	flag.BoolVar(&o.list, "list", false, "name all mutants and try none")
	flag.StringVar(&o.pattern, "edits", "", "try the edits of these names (a pattern) and no other mutants")
	flag.StringVar(&o.together, "together", "", "make all edits of these names (a pattern) at once and run all tests")
	flag.Parse()
	o.packages = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := o.run(ctx, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

// run tells whether everything is as it should be.
func (o *options) run(ctx context.Context, out io.Writer) (bool, error) {
	start := time.Now()
	root, err := filepath.Abs(o.root)
	if err != nil {
		return false, err
	}
	o.root, o.folder = root, filepath.Join(root, o.folder)
	if o.together != "" {
		return o.allAtOnce(ctx, out)
	}
	known, err := readExplained(filepath.Join(o.folder, "survivors.txt"))
	if err != nil {
		return false, err
	}
	edits, err := readEdits(o.root, filepath.Join(o.folder, "edits"), cmp.Or(o.pattern, "*"))
	if err != nil {
		return false, err
	}
	r := &report{out: out, known: known, floor: o.floor, verbose: o.verbose, ok: true, start: start, part: o.changed > 0}
	if o.limit > 0 {
		r.until = start.Add(o.limit)
	}
	if o.pattern != "" {
		err := o.edits(ctx, edits, r)
		return r.ok, err
	}
	only, err := o.filter(ctx, out)
	if err != nil {
		return false, err
	}
	whole := o.changed == 0 && len(o.packages) == 0
	if len(o.packages) == 0 {
		o.packages = o.rules()
	}
	subjects, err := load(o.root, o.packages, only, nil)
	if err != nil {
		return false, err
	}
	if o.list {
		for _, s := range subjects {
			for _, m := range s.Mutants {
				fmt.Fprintf(out, "%s:%d: %s: %s\n", m.File, m.Line, m.Func, m.Edit)
			}
		}
		return true, nil
	}
	r.whole = whole
	for _, s := range subjects {
		if err := o.subject(ctx, s, only, r); err != nil {
			return false, err
		}
	}
	edits = slices.DeleteFunc(edits, func(e *edit) bool {
		return !slices.ContainsFunc(e.files, only) || !whole && !slices.ContainsFunc(e.packages, o.wants)
	})
	if err := o.edits(ctx, edits, r); err != nil {
		return false, err
	}
	r.end()
	return r.ok, nil
}

// rules are the packages whose rules are tested, those of them that there are.
func (o *options) rules() []string {
	var all []string
	for _, p := range []string{"meeting", "roster", "store", "filing", "review"} {
		if _, err := os.Stat(filepath.Join(o.root, "internal", p)); err == nil {
			all = append(all, "./internal/"+p)
		}
	}
	return all
}

// filter admits the files that are to be mutated.
func (o *options) filter(ctx context.Context, out io.Writer) (filter, error) {
	if o.changed == 0 {
		return func(string) bool { return true }, nil
	}
	cmd := exec.CommandContext(ctx, "git", "diff", "--name-only", fmt.Sprintf("HEAD~%d", o.changed))
	cmd.Dir = o.root
	list, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintf(out, "There are no %d commits to look back upon: all files are taken.\n", o.changed)
		return func(string) bool { return true }, nil
	}
	files := strings.Fields(string(list))
	return func(f string) bool { return slices.Contains(files, f) }, nil
}

// build compiles a package with all its mutants. What does not compile is left out, and named.
func (o *options) build(ctx context.Context, s *subject, only filter, temp string, r *report) (
	*subject, *bench, error) {
	skip := lines{}
	var last error
	for range 5 {
		b, err := compile(ctx, o.root, temp, s.Path, s.Overlay)
		broken := (*compileError)(nil)
		if !errors.As(err, &broken) || len(broken.lines()) == 0 {
			return s, b, err
		}
		last = broken
		for _, file := range s.Files {
			for _, n := range broken.lines()[filepath.Base(file)] {
				if skip[file] == nil {
					skip[file] = map[int]bool{}
				}
				skip[file][n] = true
				r.leftOut(file, fmt.Sprintf("line %d, where a mutant does not compile", n))
			}
		}
		again, err := load(o.root, []string{"./" + s.Path}, only, skip)
		if err != nil || len(again) == 0 {
			return nil, nil, errors.Join(err, broken)
		}
		s = again[0]
	}
	return nil, nil, fmt.Errorf("%s does not compile with mutants: %w", s.Path, last)
}

// subject tries the mutants of one package.
func (o *options) subject(ctx context.Context, s *subject, only filter, r *report) error {
	if r.late() {
		r.skipped(s.Mutants)
		return nil
	}
	temp, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	start := time.Now()
	s, b, err := o.build(ctx, s, only, temp, r)
	if err != nil {
		return err
	}
	if err := b.watch(ctx, temp); err != nil {
		return err
	}
	watched := time.Since(start)
	outcomes, err := o.tryAll(ctx, b, s.Mutants, r)
	if err != nil {
		return err
	}
	// A test that fails by chance is no news of a mutant that is known to survive: it is tried once more.
	for i, m := range s.Mutants {
		if r.known[m.key()] != "" && outcomes[i] == killed {
			if outcomes[i], err = b.try(ctx, m); err != nil {
				return err
			}
		}
	}
	r.subject(s, outcomes, watched, time.Since(start))
	return nil
}

// tryAll tries the mutants on all cores, until time is up: an outcome that is empty is of one that was not tried.
func (o *options) tryAll(ctx context.Context, b *bench, mutants []mutant, r *report) ([]outcome, error) {
	outcomes := make([]outcome, len(mutants))
	next := make(chan int)
	fail := make(chan error, o.workers)
	for range o.workers {
		go func() {
			for i := range next {
				var err error
				if outcomes[i], err = b.try(ctx, mutants[i]); err != nil {
					fail <- err
					for range next { // no sender must wait for ever
					}
					return
				}
			}
			fail <- nil
		}()
	}
	for i := range mutants {
		if r.late() || ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	var errs []error
	for range o.workers {
		errs = append(errs, <-fail)
	}
	return outcomes, errors.Join(errs...)
}

// edits tries edits one at a time.
func (o *options) edits(ctx context.Context, all []*edit, r *report) error {
	for _, e := range all {
		if r.late() {
			r.leftOut("edits/"+e.name+".txtar", e.rule)
			continue
		}
		got, err := e.try(ctx, o.root)
		if err != nil {
			return err
		}
		r.edit(e, got)
	}
	return nil
}

func (o *options) wants(pkg string) bool { return slices.Contains(o.packages, "./"+pkg) }

// allAtOnce makes edits together and tells whether the tests of the whole project notice.
func (o *options) allAtOnce(ctx context.Context, out io.Writer) (bool, error) {
	names, err := filepath.Glob(filepath.Join(o.folder, "edits", o.together+".txtar"))
	if err != nil || len(names) == 0 {
		return false, errors.Join(err, fmt.Errorf("no edits are called %s", o.together))
	}
	e, err := together(o.root, names)
	if err != nil {
		return false, err
	}
	temp, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(temp)
	list, err := writeOverlay(temp, e.overlay)
	if err != nil {
		return false, err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-short", "-overlay", list, "./...")
	cmd.Dir, cmd.Stdout, cmd.Stderr = o.root, out, os.Stderr
	if err = cmd.Run(); err == nil {
		fmt.Fprintf(out, "%d wrong rules at once, and no test notices\n", len(names))
		return false, nil
	}
	fmt.Fprintf(out, "%d wrong rules at once are noticed\n", len(names))
	return true, ctx.Err()
}
