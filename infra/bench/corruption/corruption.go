// Package corruption reads a thousand broken files in one process: real documents with bits turned, cut short, and
// spliced with each other. It fails when one takes longer than its limit, is neither read nor refused, or when memory
// does not come back.
package corruption

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

	"dossier/infra/bench/corpus"
	"dossier/infra/bench/memory"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
)

const (
	// limit is how long a document may take.
	limit = 10 * time.Second
	// slack is how much longer it may take until the reader notices that its time is up.
	slack = 2 * time.Second
	// growth is by how many bytes memory may grow.
	growth = 64 << 20
)

type options struct {
	corpus, own string
	files       int
	seed        uint64
}

// Command declares the flags of corruption and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	var o options
	flags.StringVar(&o.corpus, "corpus", corpus.Dir, "folder of real documents")
	flags.StringVar(&o.own, "own", "internal/extract/testdata/office", "folder of documents in further formats")
	flags.IntVar(&o.files, "files", 1000, "how many broken files")
	flags.Uint64Var(&o.seed, "seed", 1, "another seed makes other files")
	return func(ctx context.Context) error { return run(ctx, o) }
}

func run(ctx context.Context, o options) error {
	documents, err := corpus.Documents(filepath.Join(o.corpus, "*", "*"), filepath.Join(o.own, "*"))
	if err != nil {
		return err
	}
	reader, end, err := corpus.Reader(content.Limits{Time: limit})
	if err != nil {
		return err
	}
	t := trial{reader: reader, documents: documents, outcomes: map[string]int{}, random: rand.New(rand.NewPCG(o.seed, 0))}
	return errors.Join(t.run(ctx, o.files), end())
}

// trial is one run.
type trial struct {
	reader    *extract.Reader
	documents []corpus.Document
	random    *rand.Rand
	outcomes  map[string]int
	slowest   time.Duration
}

func (t *trial) run(ctx context.Context, files int) error {
	// All whole ones first: caches fill, and the memory after that is what a warm process holds.
	for _, d := range t.documents {
		_, err := t.reader.Read(ctx, bytes.NewReader(d.Data), int64(len(d.Data)))
		if err != nil && !fault.Is(err, fault.Rejected) {
			return fmt.Errorf("%s: %w", d.Name(), err)
		}
	}
	before, err := resident()
	if err != nil {
		return err
	}
	for i := range files {
		if err := t.readBroken(ctx); err != nil {
			return fmt.Errorf("file %d: %w", i, err)
		}
		if (i+1)%100 == 0 {
			fmt.Printf("%d of %d, slowest %s\n", i+1, files, t.slowest.Round(time.Millisecond))
		}
	}
	after, err := resident()
	if err != nil {
		return err
	}
	fmt.Printf("%s\nmemory %d MB before, %d MB after\n", t.summary(), before>>20, after>>20)
	if after > before+growth {
		return fmt.Errorf("memory did not come back: %d MB before, %d MB after", before>>20, after>>20)
	}
	return nil
}

// readBroken breaks one document and reads it.
func (t *trial) readBroken(ctx context.Context) error {
	d := t.documents[t.random.IntN(len(t.documents))]
	data, how := corrupt(t.random, d.Data, t.documents[t.random.IntN(len(t.documents))].Data)
	began := time.Now()
	_, err := t.reader.Read(ctx, bytes.NewReader(data), int64(len(data)))
	took := time.Since(began)
	t.slowest = max(t.slowest, took)
	switch {
	case err == nil:
		t.outcomes["read"]++
	case fault.Is(err, fault.Rejected):
		t.outcomes[fault.Reason(err)]++
	default:
		return fmt.Errorf("%s, %s: neither read nor refused: %w", d.Name(), how, err)
	}
	if took > limit+slack {
		return fmt.Errorf("%s, %s: took %s", d.Name(), how, took)
	}
	return nil
}

// summary says how often each outcome was seen.
func (t *trial) summary() string {
	var parts []string
	for outcome, n := range t.outcomes {
		parts = append(parts, fmt.Sprintf("%s %d", outcome, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// corrupt breaks a file in one of three ways and says which. The other file is where a spliced piece comes from.
func corrupt(r *rand.Rand, data, other []byte) (broken []byte, how string) {
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

// resident is how many bytes this process holds once garbage is collected.
func resident() (int, error) {
	runtime.GC()
	debug.FreeOSMemory()
	return memory.Resident(os.Getpid())
}
