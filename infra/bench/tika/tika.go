// Package tika compares the speed of the readers with Apache Tika's server and, for PDF, with the program pdftotext,
// over the same real documents, one at a time and each warm. It prints documents a second, medians and our peak
// memory.
package tika

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"dossier/infra/bench/corpus"
	"dossier/infra/bench/memory"
	"dossier/internal/extract/content"
)

type options struct {
	corpus, jar, profile string
	rounds               int
}

// Command declares the flags of the comparison and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	var o options
	flags.StringVar(&o.corpus, "corpus", corpus.Dir, "folder of real documents")
	flags.StringVar(&o.jar, "tika", "", "path of tika-server-standard's jar; empty leaves Tika out")
	flags.IntVar(&o.rounds, "rounds", 5, "how often each file is read; the median counts")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile of our reading to this file")
	return func(ctx context.Context) error { return run(ctx, o) }
}

// document is one file and how long each program took to read it.
type document struct {
	corpus.Document
	ours, tika, pdftotext time.Duration
}

func run(ctx context.Context, o options) error {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return fmt.Errorf("pdftotext is needed (Debian: poppler-utils): %w", err)
	}
	found, err := corpus.Documents(filepath.Join(o.corpus, "*", "*"))
	if err != nil {
		return err
	}
	var documents []*document
	for _, d := range found {
		documents = append(documents, &document{Document: d})
	}
	fmt.Printf("%d documents, %d rounds, one at a time\n\n", len(documents), o.rounds)
	ours, err := measureOurs(ctx, documents, o)
	if err != nil {
		return err
	}
	if err := measureTika(ctx, documents, o, ours); err != nil {
		return err
	}
	if err := measurePdftotext(ctx, documents, o.rounds); err != nil {
		return err
	}
	slices.SortFunc(documents, func(a, b *document) int { return cmp.Compare(b.ours, a.ours) })
	fmt.Println("\nslowest of ours")
	for _, d := range documents[:min(8, len(documents))] {
		fmt.Printf("%-48.48s %7.1f ms\n", d.Name(), milliseconds(d.ours))
	}
	return nil
}

// measureOurs times our readers and returns their documents a second.
func measureOurs(ctx context.Context, documents []*document, o options) (rate float64, err error) {
	reader, end, err := corpus.Reader(content.Limits{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, end()) }()
	stop, err := startProfile(o.profile)
	if err != nil {
		return 0, err
	}
	err = measure(documents, o.rounds, func(d *document) (*time.Duration, error) {
		// A file that cannot be read is refused; the time to see that counts too.
		_, _ = reader.Read(ctx, bytes.NewReader(d.Data), int64(len(d.Data)))
		return &d.ours, ctx.Err()
	})
	if err := errors.Join(err, stop()); err != nil {
		return 0, err
	}
	peak, err := memory.Peak(os.Getpid())
	if err != nil {
		return 0, err
	}
	rate = perSecond(documents, func(d *document) time.Duration { return d.ours })
	fmt.Printf("ours       %8.1f documents a second, peak memory %d MB\n", rate, peak>>20)
	return rate, nil
}

// startProfile writes a CPU profile to a file until the function that it returns is called. No file, no profile.
func startProfile(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	out, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("make profile: %w", err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return nil, fmt.Errorf("make profile: %w", err)
	}
	return func() error { pprof.StopCPUProfile(); return out.Close() }, nil
}

// measureTika times Tika's server, if there is a jar, and compares it with our documents a second.
func measureTika(ctx context.Context, documents []*document, o options, ours float64) error {
	if o.jar == "" {
		return nil
	}
	s, err := startServer(ctx, o.jar)
	if err != nil {
		return err
	}
	defer s.stop()
	err = measure(documents, o.rounds, func(d *document) (*time.Duration, error) { return &d.tika, s.read(ctx, d.Data) })
	if err != nil {
		return err
	}
	rate := perSecond(documents, func(d *document) time.Duration { return d.tika })
	fmt.Printf("Tika       %8.1f documents a second: ours is %.1f times as fast\n", rate, ours/rate)
	return nil
}

// measurePdftotext times pdftotext on the PDFs and prints the ratio of our time to its time.
func measurePdftotext(ctx context.Context, documents []*document, rounds int) error {
	isPDF := func(d *document) bool { return strings.HasSuffix(d.Path, ".pdf") }
	pdfs := slices.DeleteFunc(slices.Clone(documents), func(d *document) bool { return !isPDF(d) })
	if len(pdfs) == 0 {
		return errors.New("no PDF was found")
	}
	err := measure(pdfs, rounds, func(d *document) (*time.Duration, error) {
		// A file that it cannot open costs time too.
		_ = exec.CommandContext(ctx, "pdftotext", "-enc", "UTF-8", d.Path, "-").Run()
		return &d.pdftotext, ctx.Err()
	})
	if err != nil {
		return err
	}
	var ratios []float64
	fmt.Println("\nPDF                                                 ours  pdftotext   ratio")
	for _, d := range pdfs {
		ratio := float64(d.ours) / float64(d.pdftotext)
		ratios = append(ratios, ratio)
		fmt.Printf("%-48.48s %7.1f %9.1f ms  %5.2f\n", d.Name(), milliseconds(d.ours), milliseconds(d.pdftotext), ratio)
	}
	slices.Sort(ratios)
	fmt.Printf("median ratio to pdftotext's time: %.2f\n", ratios[len(ratios)/2])
	return nil
}

// measure reads every file once to warm up and then so many rounds, and keeps the median where read points to.
func measure(documents []*document, rounds int, read func(*document) (*time.Duration, error)) error {
	for _, d := range documents {
		var took []time.Duration
		var median *time.Duration
		for i := range rounds + 1 {
			began := time.Now()
			where, err := read(d)
			if err != nil {
				return fmt.Errorf("%s: %w", d.Name(), err)
			}
			median = where
			if i > 0 {
				took = append(took, time.Since(began))
			}
		}
		slices.Sort(took)
		*median = took[len(took)/2]
	}
	return nil
}

// perSecond is how many documents a second a program reads, by the time that each took.
func perSecond(documents []*document, took func(*document) time.Duration) float64 {
	var sum time.Duration
	for _, d := range documents {
		sum += took(d)
	}
	return float64(len(documents)) / sum.Seconds()
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
