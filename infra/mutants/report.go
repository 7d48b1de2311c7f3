package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// report gathers the results, and whether all is well.
type report struct {
	out     io.Writer
	known   explained
	floor   int
	verbose bool
	start   time.Time
	until   time.Time // zero is never
	ok      bool

	part  bool            // only some files of each package are tried
	whole bool            // nothing was left to choose: every explanation must have its mutant
	met   map[string]bool // keys of all mutants that there were, and their files
	left  map[string][]string
}

// late tells whether time is up.
func (r *report) late() bool { return !r.until.IsZero() && time.Now().After(r.until) }

func (r *report) leftOut(file, what string) {
	if r.left == nil {
		r.left = map[string][]string{}
	}
	r.left[file] = append(r.left[file], what)
}

// skipped notes mutants for which there was no time.
func (r *report) skipped(mutants []mutant) {
	count := map[string]int{}
	for _, m := range mutants {
		count[m.File]++
		r.meet(m)
	}
	for file, n := range count {
		r.leftOut(file, fmt.Sprintf("%d mutants, for which there was no time", n))
	}
}

func (r *report) meet(m mutant) {
	if r.met == nil {
		r.met = map[string]bool{}
	}
	r.met[m.key()], r.met[m.File] = true, true
}

// tally counts the mutants of a package.
type tally struct{ tried, killed, timedOut, explained int }

// subject says how a package's mutants fared. An empty outcome is that of one for which there was no time.
func (r *report) subject(s *subject, outcomes []outcome, watched, took time.Duration) {
	var t tally
	var rest []mutant
	for i, m := range s.Mutants {
		r.meet(m)
		if outcomes[i] == "" {
			rest = append(rest, m)
			continue
		}
		r.mutant(m, outcomes[i], &t)
	}
	r.skipped(rest)
	if t.tried == 0 {
		return
	}
	verdict := ""
	if r.belowFloor(t) {
		r.ok = false
		verdict = fmt.Sprintf(", BELOW THE FLOOR of %d", r.floor)
	}
	fmt.Fprintf(r.out, "%-16s %4d mutants, %4d killed (%d by time) = %.1f of 100%s, ",
		s.Path, t.tried, t.killed, t.timedOut, 100*float64(t.killed)/float64(t.tried), verdict)
	fmt.Fprintf(r.out, "%d survived, of which %d are explained; %.0f s, of which %.0f to build and watch\n",
		t.tried-t.killed, t.explained, took.Seconds(), watched.Seconds())
}

// belowFloor tells whether the tests killed too few. Of a package as a whole every survivor counts. Of some of its files
// those that are explained do not: in a file with a dozen mutants, two that change nothing would be too many already.
func (r *report) belowFloor(t tally) bool {
	tried := t.tried
	if r.part {
		tried -= t.explained
	}
	return t.killed*100 < r.floor*tried
}

// mutant counts a mutant, and names it if it survived without an explanation, or is explained and did not.
func (r *report) mutant(m mutant, o outcome, t *tally) {
	what := fmt.Sprintf("%s:%d: %s: %s: ", m.File, m.Line, m.Func, m.Edit)
	reason, explained := r.known[m.key()]
	t.tried++
	switch {
	case o == timedOut:
		t.killed++
		t.timedOut++
	case o == killed && explained:
		r.ok = false
		fmt.Fprintln(r.out, what+"is killed; survivors.txt says that it is not")
		t.killed++
	case o == killed:
		t.killed++
	case !explained:
		fmt.Fprintln(r.out, what+string(o))
	default:
		t.explained++
		if r.verbose {
			fmt.Fprintf(r.out, "%s%s, explained: %s\n", what, o, reason)
		}
	}
}

// edit says how an edit fared.
func (r *report) edit(e *edit, o outcome) {
	if o == survived {
		r.ok = false
		fmt.Fprintf(r.out, "edits/%s.txtar: SURVIVED: %s\n", e.name, e.rule)
		return
	}
	fmt.Fprintf(r.out, "edits/%s.txtar: %s\n", e.name, o)
}

// end names mutants that were left out and explanations without a mutant.
func (r *report) end() {
	for _, file := range slices.Sorted(maps.Keys(r.left)) {
		for _, what := range r.left[file] {
			fmt.Fprintf(r.out, "left out: %s: %s\n", file, what)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.known)) {
		if !r.met[key] && (r.whole || r.met[fileOf(key)]) {
			r.ok = false
			fmt.Fprintf(r.out, "survivors.txt explains a mutant that there is no longer: %s\n", key)
		}
	}
	fmt.Fprintf(r.out, "%.0f s\n", time.Since(r.start).Seconds())
}
