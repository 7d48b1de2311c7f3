// Package coldstart measures how long it takes from the start of a process, built as the functions are, to the first
// slide read and to the first PDF page read, with PDFium's compiled cache from a folder. Each is measured several
// times in fresh processes; the median is printed.
package coldstart

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"dossier/infra/local/sample"
)

// Command declares the flags of coldstart and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	cache := flags.String("cache", ".build/intake/pdfium", "folder of PDFium's compiled cache, as make build fills it")
	times := flags.Int("times", 15, "fresh processes for each file")
	return func(ctx context.Context) error { return run(ctx, *cache, *times) }
}

func run(ctx context.Context, cache string, times int) (err error) {
	if times < 1 {
		return errors.New("-times must be at least 1")
	}
	dir, err := os.MkdirTemp("", "coldstart-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "firstread")
	if err := build(ctx, program); err != nil {
		return err
	}
	for _, name := range []string{"Mensah-NRM-Ghana.pptx", "ARMP_lettre.pdf"} {
		data, err := sample.Files.ReadFile("incoming/" + name)
		if err != nil {
			return fmt.Errorf("read sample: %w", err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return fmt.Errorf("copy sample: %w", err)
		}
		took, err := measure(ctx, program, cache, file, times)
		if err != nil {
			return err
		}
		fmt.Printf("%-28s first read after %4d ms (median of %d, %d to %d ms)\n", name, took[len(took)/2].Milliseconds(),
			times, took[0].Milliseconds(), took[len(took)-1].Milliseconds())
	}
	return nil
}

// build builds the program that reads one file, with the flags of make build.
func build(ctx context.Context, program string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags", "-s -w -buildid=", "-o", program, "dossier/infra/bench/coldstart/firstread")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	return nil
}

// measure reads a file in so many fresh processes and returns how long each took, the shortest first.
func measure(ctx context.Context, program, cache, file string, times int) ([]time.Duration, error) {
	var took []time.Duration
	for range times {
		began := time.Now()
		if out, err := exec.CommandContext(ctx, program, cache, file).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("read %s: %w: %s", filepath.Base(file), err, out)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took, nil
}
