// Command coldstart measures how long it takes from the start of a process, built as the functions are, to the first slide
// read and to the first PDF page read, with PDFium's compiled cache from a read-only folder. Each is measured several
// times in fresh processes; the median is printed.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
)

func main() {
	cache := flag.String("cache", ".build/intake/pdfium", "folder of PDFium's compiled cache, as make build fills it")
	slide := flag.String("slide", "infra/local/sample/incoming/Mensah-NRM-Ghana.pptx", "a presentation")
	page := flag.String("page", "infra/local/sample/incoming/ARMP_lettre.pdf", "a PDF")
	times := flag.Int("times", 15, "fresh processes for each")
	child := flag.String("read", "", "read this file and end: what the measured processes do")
	flag.Parse()
	var err error
	if *child != "" {
		err = read(context.Background(), *cache, *child)
	} else {
		err = measure(context.Background(), *cache, []string{*slide, *page}, *times)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "coldstart:", err)
		os.Exit(1)
	}
}

func read(ctx context.Context, cache, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	c, err := extract.New(pdf.New(cache, content.Limits{}.WithDefaults().Memory), nil, content.Limits{}).Read(ctx, bytes.NewReader(data), int64(len(data)))
	if err == nil && len(c.Pages) == 0 {
		err = errors.New("nothing was read")
	}
	return err
}

func measure(ctx context.Context, cache string, files []string, times int) error {
	dir, err := os.MkdirTemp("", "coldstart-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// The flags of make build.
	program := filepath.Join(dir, "coldstart")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid=", "-o", program, "./infra/coldstart")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	for _, f := range files {
		var took []time.Duration
		for range times {
			began := time.Now()
			if out, err := exec.CommandContext(ctx, program, "-cache", cache, "-read", f).CombinedOutput(); err != nil {
				return fmt.Errorf("read %s: %w: %s", f, err, out)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		fmt.Printf("%-28s first read after %4d ms (median of %d, %d to %d ms)\n", filepath.Base(f), took[len(took)/2].Milliseconds(), times, took[0].Milliseconds(), took[len(took)-1].Milliseconds())
	}
	return nil
}
