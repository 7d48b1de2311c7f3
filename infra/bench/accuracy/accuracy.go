// Package accuracy measures what the readers find in files against what other programs find in the same files: PDFs
// against the text that pdftotext left beside them, office documents against LibreOffice's own export, mails against
// the parts that they hold. It prints a line a file and the means, and fails below the floors. It needs LibreOffice
// and poppler.
package accuracy

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"dossier/infra/bench/corpus"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
)

const (
	// floor is the least mean of a format's word F1. Of mails, every part must be found.
	floor, mailFloor = 0.97, 1.0
	// fewest is how many words a reference has at least for its file to count in a mean.
	fewest = 20
	// faults is the corpus' folder of files that are known to be misread.
	faults = "faults"
)

// Command declares the flags of accuracy and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	dir := flags.String("corpus", corpus.Dir, "folder of real documents")
	papers := flags.String("papers", corpus.Papers, "folder of sets of papers")
	only := flags.String("only", "", "one kind of documents: pdf, office, mail or arabic; all without it")
	return func(ctx context.Context) error { return run(ctx, *dir, *papers, *only, os.Stdout) }
}

func run(ctx context.Context, dir, papers, only string, out io.Writer) error {
	for _, program := range []string{"soffice", "pdftotext", "chromium"} {
		if _, err := exec.LookPath(program); err != nil {
			const packages = "libreoffice-writer-nogui libreoffice-impress-nogui poppler-utils chromium"
			return fmt.Errorf("%s is needed (Debian: %s): %w", program, packages, err)
		}
	}
	reader, end, err := corpus.Reader(content.Limits{})
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "accuracy-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	m := measurement{reader: reader, corpus: dir, papers: papers, office: office{dir: scratch}}
	err = m.all(ctx, only)
	if err == nil {
		err = m.report(out)
	}
	return errors.Join(err, end(), os.RemoveAll(scratch))
}

// measurement is one run over a corpus.
type measurement struct {
	reader *extract.Reader
	corpus string
	papers string
	office office
	rows   []row
}

// row is one file's result.
type row struct {
	format, name string
	words        int // of the reference
	f1           float64
	note         string
	apart        bool // the reference is no use, and the file counts in no mean
}

// all measures one kind of documents, or all for "".
func (m *measurement) all(ctx context.Context, only string) error {
	kinds := []struct {
		name    string
		measure func(context.Context) error
	}{{"pdf", m.pdfs}, {"office", m.offices}, {"mail", m.mails}, {"arabic", m.arabic}}
	for _, k := range kinds {
		if only != "" && only != k.name {
			continue
		}
		if err := k.measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// files lists the corpus' files of an extension.
func (m *measurement) files(extension string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(m.corpus, "*", "*."+extension))
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return found, nil
}

// pdfs compares PDFs with the texts beside them.
func (m *measurement) pdfs(ctx context.Context) error {
	files, err := m.files("pdf")
	if err != nil {
		return err
	}
	for _, file := range files {
		reference, err := os.ReadFile(file + ".txt")
		if errors.Is(err, os.ErrNotExist) {
			continue // pdftotext could not open it
		}
		if err != nil {
			return fmt.Errorf("read reference: %w", err)
		}
		m.score(ctx, "pdf", file, string(reference))
	}
	return nil
}

// score reads a file and compares the body of the document with a reference: notes and comments are counted apart,
// and a slide's footer shows on it.
func (m *measurement) score(ctx context.Context, format, file, reference string) {
	c, err := read(ctx, m.reader, file)
	out := row{format: group(format, file), name: filepath.Base(file)}
	if err != nil {
		out.note = err.Error()
	}
	want := words(reference)
	out.f1, out.words = f1(want, words(body(c)...))
	letters := 0
	for w, n := range want {
		letters += n * utf8.RuneCountInString(w)
	}
	if out.words > 0 && letters < 2*out.words {
		out.apart, out.note = true, "left out: the reference fell into single letters"
	}
	m.rows = append(m.rows, out)
}

// group is the row of the table of means in which a file counts. Files of the corpus' folder faults are misread
// today, and are there to be mended: they have rows of their own, without a floor.
func group(format, file string) string {
	if isFault(file) {
		return faults + "/" + format
	}
	return format
}

func isFault(file string) bool { return filepath.Base(filepath.Dir(file)) == faults }

// body is what a document shows, page by page. LibreOffice leaves hidden slides out of its export.
func body(c *content.Content) []string {
	var texts []string
	for _, p := range c.Pages {
		if p.Hidden {
			continue
		}
		texts = append(texts, p.Full())
		if c.Format.Slides() {
			texts = append(texts, p.Footer)
		}
	}
	return texts
}

// floorOf is the least mean of a row of the table of means.
func floorOf(group string) float64 {
	switch {
	case strings.HasPrefix(group, faults+"/"):
		return 0
	case group == "eml":
		return mailFloor
	case group == arabicGroup:
		return arabicFloor
	}
	return floor
}

func read(ctx context.Context, r *extract.Reader, file string) (*content.Content, error) {
	f, err := os.Open(file)
	if err != nil {
		return &content.Content{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return &content.Content{}, err
	}
	return r.Read(ctx, f, info.Size())
}

// report prints a line a file, worst first within its format, and the means. It fails when a mean is below its floor.
func (m *measurement) report(out io.Writer) error {
	if len(m.rows) == 0 {
		return errors.New("no document was found")
	}
	slices.SortStableFunc(m.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.format, b.format), cmp.Compare(a.f1, b.f1))
	})
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	sums, counts := map[string]float64{}, map[string]int{}
	for _, r := range m.rows {
		fmt.Fprintf(w, "%s\t%.3f\t%d words\t%s\t%s\n", r.format, r.f1, r.words, r.name, r.note)
		if !r.apart && (r.words >= fewest || r.format == "eml") {
			sums[r.format] += r.f1
			counts[r.format]++
		}
	}
	fmt.Fprintln(w, "\nformat\tmean\tfiles\t")
	var low []string
	for _, f := range slices.Sorted(maps.Keys(counts)) {
		mean, least := sums[f]/float64(counts[f]), floorOf(f)
		fmt.Fprintf(w, "%s\t%.4f\t%d\t\n", f, mean, counts[f])
		if mean < least {
			low = append(low, fmt.Sprintf("%s %.4f, floor %.2f", f, mean, least))
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if len(low) > 0 {
		return fmt.Errorf("below the floor: %s", strings.Join(low, "; "))
	}
	return nil
}
