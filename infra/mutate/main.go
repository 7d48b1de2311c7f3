// Command mutate reads a thousand broken files in one process: real documents with bits turned, cut short, and spliced with
// each other. It fails when one takes longer than its limit, is neither read nor refused, or when memory does not come
// back; a file that kills the process is its own report, for its number is printed first.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dossier/infra/engines"
	"dossier/infra/proc"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
)

func main() {
	corpus := flag.String("corpus", "../shared/corpus", "folder of real documents")
	own := flag.String("own", "internal/extract/testdata/office", "folder of documents of the formats that the corpus lacks")
	n := flag.Int("n", 1000, "how many files")
	seed := flag.Uint64("seed", 1, "another seed makes other files")
	flag.Parse()
	if err := run(context.Background(), []string{filepath.Join(*corpus, "*", "*"), filepath.Join(*own, "*")}, *n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// slack is how much longer than its limit a document may take: a context is looked at now and then.
const slack = 2 * time.Second

func run(ctx context.Context, patterns []string, n int, seed uint64) error {
	var files [][]byte
	var names []string
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, p := range paths {
			if strings.HasSuffix(p, ".pdf.txt") {
				continue
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			files, names = append(files, data), append(names, filepath.Base(p))
		}
	}
	if len(files) == 0 {
		return errors.New("no document was found")
	}
	if err := os.MkdirAll(engines.PDFiumCache(), 0o700); err != nil {
		return err
	}
	limits := content.Limits{Time: 10 * time.Second}.WithDefaults()
	engine := pdf.New(engines.PDFiumCache(), limits.Memory)
	defer engine.Close()
	reader := extract.New(engine, nil, limits)
	for i, data := range files { // all whole once: caches fill, and the memory after is what a warm process holds
		if _, err := reader.Read(ctx, bytes.NewReader(data), int64(len(data))); err != nil && !fault.Is(err, fault.Rejected) {
			return fmt.Errorf("%s: %w", names[i], err)
		}
	}
	before, err := resident()
	if err != nil {
		return err
	}
	outcomes := map[string]int{}
	var slowest time.Duration
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		k := r.IntN(len(files))
		data, how := mutate(r, files[k], files[r.IntN(len(files))])
		began := time.Now()
		_, err := reader.Read(ctx, bytes.NewReader(data), int64(len(data)))
		took := time.Since(began)
		slowest = max(slowest, took)
		outcome := "read"
		switch {
		case err == nil:
		case fault.Is(err, fault.Rejected):
			outcome = fault.Reason(err)
		default:
			return fmt.Errorf("file %d (%s, %s): neither read nor refused: %w", i, names[k], how, err)
		}
		outcomes[outcome]++
		if took > limits.Time+slack {
			return fmt.Errorf("file %d (%s, %s) took %s", i, names[k], how, took)
		}
		if (i+1)%100 == 0 {
			fmt.Printf("%d of %d, slowest %s\n", i+1, n, slowest.Round(time.Millisecond))
		}
	}
	after, err := resident()
	if err != nil {
		return err
	}
	var parts []string
	for o, c := range outcomes {
		parts = append(parts, fmt.Sprintf("%s %d", o, c))
	}
	slices.Sort(parts)
	fmt.Printf("%s\nmemory %d MB before, %d MB after\n", strings.Join(parts, ", "), before>>20, after>>20)
	if after > before+(64<<20) {
		return fmt.Errorf("memory did not come back: %d MB before, %d MB after", before>>20, after>>20)
	}
	return nil
}

// mutate breaks a file in one of three ways.
func mutate(r *rand.Rand, data, other []byte) ([]byte, string) {
	data = bytes.Clone(data)
	if len(data) < 2 || len(other) < 2 {
		return data, "as it is"
	}
	switch r.IntN(3) {
	case 0:
		for range 1 + r.IntN(64) {
			data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		}
		return data, "bits turned"
	case 1:
		return data[:1+r.IntN(len(data)-1)], "cut short"
	}
	at, from := r.IntN(len(data)), r.IntN(len(other))
	piece := other[from:min(len(other), from+1+r.IntN(4096))]
	return slices.Concat(data[:at], piece, data[min(len(data), at+r.IntN(len(piece)+1)):]), "spliced"
}

// resident is what the process holds once rubbish is collected.
func resident() (int, error) {
	runtime.GC()
	debug.FreeOSMemory()
	return proc.Memory(proc.Resident)
}
