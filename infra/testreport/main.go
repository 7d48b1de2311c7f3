// Command testreport runs `go test` in one or more modules at once and reports what a person wants to know:
//
//	testreport -in .,infra -- -count=1 -short ./...
//
// It prints a line for each package that has tests, the output of the tests that failed, the ten slowest tests, and each
// test that was left out with the reason that it gave. With `-cover` among the flags for go test it prints a table of
// coverage too. Its exit status is 1 if a test failed or could not be built, or if a package's coverage is below -floor.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

func main() {
	in := flag.String("in", ".", "the folders of the modules, with commas between them")
	slowest := flag.Int("slowest", 10, "how many of the slowest tests to list")
	floor := flag.Float64("floor", 0, "the least coverage of a package by its own tests, in percent")
	flag.Parse()
	began := time.Now()
	r := newReport(os.Stdout)
	err := runAll(strings.Split(*in, ","), flag.Args(), r)
	r.summary(*slowest, time.Since(began))
	err = errors.Join(err, r.coverage(*floor))
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
}

// runAll runs `go test` in all folders at the same time and waits for all of them.
func runAll(folders, args []string, r *report) error {
	errs := make([]error, len(folders))
	var running sync.WaitGroup
	for i, folder := range folders {
		running.Go(func() { errs[i] = run(folder, args, r) })
	}
	running.Wait()
	return errors.Join(errs...)
}

// run runs `go test -json` in a folder and gives each of its lines to the report.
func run(folder string, args []string, r *report) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = errors.Join(read(out, r), cmd.Wait())
	if err != nil {
		return fmt.Errorf("go test in %s: %w", folder, err)
	}
	return nil
}

func read(from io.Reader, r *report) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
