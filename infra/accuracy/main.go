// Command accuracy measures what the readers find against what other programs find in the same files: PDFs against the
// text that pdftotext left beside them, office documents against LibreOffice's own export, mails against the parts that
// stand in them. It prints a line a file and the means, and fails below the floors. It needs LibreOffice and poppler.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"dossier/infra/engines"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
)

// floor is the least mean of a format's word F1.
const floor = 0.97

// fewest is how many words a reference has at least for its file to count in a mean.
const fewest = 20

func main() {
	corpus := flag.String("corpus", "../shared/corpus", "folder of real documents")
	flag.Parse()
	if err := run(context.Background(), *corpus); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// row is one file's result.
type row struct {
	format, name string
	words        int // of the reference
	f1           float64
	note         string
	apart        bool // the reference is no use
}

func run(ctx context.Context, corpus string) error {
	for _, program := range []string{"soffice", "pdftotext"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is needed (Debian: libreoffice-writer-nogui libreoffice-impress-nogui poppler-utils): %w", program, err)
		}
	}
	if err := os.MkdirAll(engines.PDFiumCache(), 0o700); err != nil {
		return err
	}
	engine := pdf.New(engines.PDFiumCache(), content.Limits{}.WithDefaults().Memory)
	defer engine.Close()
	reader := extract.New(engine, nil, content.Limits{})
	dir, err := os.MkdirTemp("", "accuracy-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	rows, err := pdfs(ctx, reader, corpus)
	if err != nil {
		return err
	}
	office, err := offices(ctx, reader, corpus, dir)
	if err != nil {
		return err
	}
	mails, err := mails(ctx, reader, corpus)
	if err != nil {
		return err
	}
	return report(append(append(rows, office...), mails...))
}

// report prints the table and the means.
func report(rows []row) error {
	if len(rows) == 0 {
		return errors.New("no document was found")
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.format, b.format), cmp.Compare(a.f1, b.f1)) })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	sums, counts := map[string]float64{}, map[string]int{}
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.3f\t%d words\t%s\t%s\n", r.format, r.f1, r.words, r.name, r.note)
		if !r.apart && (r.words >= fewest || r.format == "eml") {
			sums[r.format] += r.f1
			counts[r.format]++
		}
	}
	fmt.Fprintln(w, "\nformat\tmean\tfiles\t")
	var low []string
	for _, f := range slices.Sorted(maps.Keys(counts)) {
		mean, least := sums[f]/float64(counts[f]), floor
		if f == "eml" {
			least = 1 // every part is found
		}
		fmt.Fprintf(w, "%s\t%.4f\t%d\t\n", f, mean, counts[f])
		if mean < least {
			low = append(low, fmt.Sprintf("%s %.4f, floor %.2f", f, mean, least))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(low) > 0 {
		return fmt.Errorf("below the floor: %s", strings.Join(low, "; "))
	}
	return nil
}

func read(ctx context.Context, r *extract.Reader, file string) (*content.Content, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return r.Read(ctx, f, info.Size())
}

// words counts a text's words: runs of letters and digits in lower case, ligatures and presentation forms folded.
func words(texts ...string) map[string]int {
	m := map[string]int{}
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			m[content.Tidy(w)]++
		}
	}
	return m
}

// compare is the F1 of two multisets of words, and the size of the reference.
func compare(reference, ours map[string]int) (f1 float64, size int) {
	other, both := 0, 0
	for w, n := range reference {
		size += n
		both += min(n, ours[w])
	}
	for _, n := range ours {
		other += n
	}
	if size+other == 0 {
		return 1, 0
	}
	return 2 * float64(both) / float64(size+other), size
}

func pdfs(ctx context.Context, r *extract.Reader, corpus string) ([]row, error) {
	files, err := filepath.Glob(filepath.Join(corpus, "*", "*.pdf"))
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, file := range files {
		reference, err := os.ReadFile(file + ".txt")
		if errors.Is(err, os.ErrNotExist) {
			continue // pdftotext could not open it
		}
		if err != nil {
			return nil, err
		}
		c, err := read(ctx, r, file)
		rows = append(rows, score("pdf", file, words(string(reference)), c, err))
	}
	return rows, nil
}

// score compares the body of a document: notes and comments are counted apart, and a slide's footer shows on it.
func score(format, file string, reference map[string]int, c *content.Content, err error) row {
	out := row{format: format, name: filepath.Base(file)}
	if err != nil {
		out.note = err.Error()
	}
	var texts []string
	for _, p := range c.Pages {
		if p.Hidden {
			continue // LibreOffice leaves hidden slides out of its export
		}
		texts = append(texts, p.Full())
		if c.Format.Slides() {
			texts = append(texts, p.Footer)
		}
	}
	out.f1, out.words = compare(reference, words(texts...))
	letters := 0
	for w, n := range reference {
		letters += n * utf8.RuneCountInString(w)
	}
	if out.words > 0 && letters < 2*out.words {
		out.apart, out.note = true, "left out: the reference fell into single letters"
	}
	return out
}

// conversion is a set of files as another format of the same family.
type conversion struct{ from, to string }

// offices compares office documents, the corpus' own and those that LibreOffice makes of them in the other formats.
func offices(ctx context.Context, r *extract.Reader, corpus, dir string) ([]row, error) {
	var rows []row
	files := map[string][]string{}
	for _, ext := range []string{"docx", "doc", "odt", "rtf", "pptx", "ppt", "odp"} {
		found, err := filepath.Glob(filepath.Join(corpus, "*", "*."+ext))
		if err != nil {
			return nil, err
		}
		files[ext] = found
	}
	for _, c := range []conversion{{"docx", "doc"}, {"docx", "odt"}, {"docx", "rtf"}, {"pptx", "ppt"}, {"pptx", "odp"}} {
		made, err := convert(ctx, dir, "made-"+c.to, c.to, files[c.from])
		if err != nil {
			return nil, err
		}
		files[c.to] = append(files[c.to], made...)
	}
	for _, ext := range slices.Sorted(maps.Keys(files)) {
		target, slides := "txt:Text (encoded):UTF8", strings.HasPrefix(ext, "pp") || ext == "odp"
		if slides {
			target = "pdf" // Impress has no text export; what its PDF shows is its text
		}
		exported, err := convert(ctx, dir, "text-"+ext, target, files[ext])
		if err != nil {
			return nil, err
		}
		for _, file := range files[ext] {
			stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
			i := slices.IndexFunc(exported, func(e string) bool { return strings.TrimSuffix(filepath.Base(e), filepath.Ext(e)) == stem })
			if i < 0 {
				continue // LibreOffice cannot open it: a file that is broken on purpose
			}
			text, err := os.ReadFile(exported[i])
			if slides {
				text, err = exec.CommandContext(ctx, "pdftotext", "-enc", "UTF-8", exported[i], "-").Output()
			}
			if err != nil {
				return nil, err
			}
			c, err := read(ctx, r, file)
			rows = append(rows, score(ext, file, words(string(text)), c, err))
		}
	}
	return rows, nil
}

// convert has LibreOffice write files in another format into a folder, and gives those that it wrote.
func convert(ctx context.Context, dir, name, target string, files []string) ([]string, error) {
	if len(files) == 0 {
		return nil, nil
	}
	out := filepath.Join(dir, name)
	args := append([]string{"--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--convert-to", target, "--outdir", out}, files...)
	if message, err := exec.CommandContext(ctx, "soffice", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("soffice: %w: %s", err, message)
	}
	return filepath.Glob(filepath.Join(out, "*"))
}

// mails looks that every part of each mail is found: as many as the file has, told by the headers of its parts.
func mails(ctx context.Context, r *extract.Reader, corpus string) ([]row, error) {
	files, err := filepath.Glob(filepath.Join(corpus, "*", "*.eml"))
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(data)) == 0 {
			continue
		}
		c, err := read(ctx, r, file)
		out := row{format: "eml", name: filepath.Base(file)}
		want, found := parts(data)
		if err != nil {
			out.note = err.Error()
		} else if c.Format != content.EML || c.Envelope == nil {
			out.note = "not read as a mail"
		} else {
			have := len(c.Attachments)
			if c.Words() > 0 {
				have++
			}
			out.note = fmt.Sprintf("%d of %d parts", have, want)
			out.words, out.f1 = c.Words(), min(1, float64(have)/float64(max(1, want)))
			if !found {
				out.f1 = 1
			}
		}
		rows = append(rows, out)
	}
	return rows, nil
}

// parts counts a mail's parts by the headers in it: its text, whatever its alternatives, is one; the others have a type
// that is neither text nor multipart.
func parts(data []byte) (int, bool) {
	texts, others := 0, 0
	for line := range strings.Lines(strings.ToLower(string(data))) {
		media, ok := strings.CutPrefix(strings.TrimSpace(line), "content-type:")
		if !ok {
			continue
		}
		switch media = strings.TrimSpace(media); {
		case strings.HasPrefix(media, "multipart/"):
		case strings.HasPrefix(media, "text/plain"), strings.HasPrefix(media, "text/html"):
			texts++
		default:
			others++
		}
	}
	return min(1, texts) + others, texts+others > 0
}
