// Package hostile makes files that are small and cost much to read, and reads each in a process of its own that has the
// memory of the intake function: reader, letter and match, against ten thousand people. It fails when a process is
// killed, takes too much memory, or does not say what became of the file.
package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

const (
	// available is the memory of the intake function (template.yaml), bound the most that a file may make it use.
	available = 1769 << 20
	bound     = 1600 << 20
	// patience is how long a process may take: the function's timeout, on a machine that does other things too.
	patience = 6 * time.Minute
)

type options struct {
	only, child, keep string
}

// Command declares the flags of hostile and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	var o options
	flags.StringVar(&o.only, "only", "", "a pattern of the names of files to read; empty is all")
	flags.StringVar(&o.keep, "keep", "", "a folder to keep the files in; empty keeps none")
	flags.StringVar(&o.child, "child", "", "the file to read in this process, which is then limited")
	return func(ctx context.Context) error {
		if o.child != "" {
			return child(ctx, o.child, os.Stdout)
		}
		return run(ctx, o)
	}
}

func run(ctx context.Context, o options) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("names of files: %w", err)
	}
	dir := o.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "hostile"); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		defer os.RemoveAll(dir)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	fmt.Printf("%-38s %10s %8s %8s %8s  %s\n", "file", "bytes", "CPU", "peak MB", "held MB", "outcome")
	var failed []error
	read := 0
	for _, f := range files() {
		if !only.MatchString(f.name) {
			continue
		}
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, f.make(), 0o600); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
		t := measure(ctx, program, path)
		fmt.Println(t)
		if err := t.problem(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", f.name, err))
		}
		if read++; o.keep == "" {
			_ = os.Remove(path)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if read == 0 {
		return errors.New("no file has such a name")
	}
	fmt.Printf("%d files, %d of them harmful\n", read, len(failed))
	return errors.Join(failed...)
}

// trial is what one file did.
type trial struct {
	name  string
	bytes int64
	cpu   time.Duration
	end   error // of the process
	words string
	outcome
}

// outcome is what the process that read a file says of it.
type outcome struct {
	// Outcome is "read", "rejected" or "failed"; Reason is why it was rejected, or is in review.
	Outcome, Reason string
	Pages, Words    int
	Steps           int   // of the match
	Held            int64 // bytes that the reader counted at one time
	Peak            int   // bytes of memory that the process had
	Item            int   // bytes of the document in the table
}

// measure reads a file in a process of its own.
func measure(ctx context.Context, program, path string) trial {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := trial{name: filepath.Base(path)}
	if info, err := os.Stat(path); err == nil {
		t.bytes = info.Size()
	}
	cmd := exec.CommandContext(ctx, program, "hostile", "-child", path)
	cmd.Env = append(os.Environ(), "GOMEMLIMIT=1400MiB")
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	t.end = cmd.Run()
	if s := cmd.ProcessState; s != nil {
		t.cpu = s.UserTime() + s.SystemTime()
	}
	t.words = firstLine(words.Bytes())
	if err := json.Unmarshal(out.Bytes(), &t.outcome); err != nil && t.end == nil {
		t.end = fmt.Errorf("read the outcome: %w", err)
	}
	return t
}

// firstLine is the first line of what a process complained of.
func firstLine(words []byte) string {
	line, _, _ := bytes.Cut(words, []byte("\n"))
	return string(line[:min(len(line), 100)])
}

// problem is why a file is harmful; nil if it is not.
func (t trial) problem() error {
	const largest = 400 << 10 // of an item
	switch {
	case t.end != nil:
		return fmt.Errorf("the process ended: %w (%s)", t.end, t.words)
	case t.Outcome != "read" && t.Outcome != "rejected" || t.Outcome == "rejected" && t.Reason == "":
		return fmt.Errorf("no clear outcome: %q, reason %q", t.Outcome, t.Reason)
	case t.Peak > bound:
		return fmt.Errorf("%d MB of memory, more than %d", t.Peak>>20, bound>>20)
	case t.Item > largest:
		return fmt.Errorf("an item of %d bytes", t.Item)
	}
	return nil
}

func (t trial) String() string {
	said := fmt.Sprintf("%s, %s; %d pages, %d words, %d steps", t.Outcome, t.Reason, t.Pages, t.Words, t.Steps)
	if err := t.problem(); err != nil {
		said = "HARMFUL " + err.Error()
	}
	return fmt.Sprintf("%-38s %10d %7.2fs %8d %8d  %s", t.name, t.bytes, t.cpu.Seconds(), t.Peak>>20, t.Held>>20, said)
}
