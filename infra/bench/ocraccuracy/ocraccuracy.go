// Package ocraccuracy measures how well scanned letters are read: LibreOffice sets known texts as pages, poppler
// draws them at 200 dots an inch, and the readers read the pictures with tesseract; clean, and with noise and three
// degrees of skew. It prints the word accuracy of each and fails below the floors. It needs LibreOffice, poppler and
// tesseract.
package ocraccuracy

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"dossier/infra/bench/corpus"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
)

//go:embed texts
var texts embed.FS

// floors are the least word accuracies of a clean and a rough scan. Other languages are printed alone.
func floors() map[string][2]float64 {
	return map[string][2]float64{"en": {0.95, 0.85}, "fr": {0.95, 0.85}}
}

// Command declares the flags of ocr-accuracy and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	keep := flags.String("keep", "", "folder to leave the pictures in")
	return func(ctx context.Context) error { return run(ctx, *keep) }
}

func run(ctx context.Context, keep string) (err error) {
	for _, program := range []string{"soffice", "pdftoppm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is needed (Debian: libreoffice-writer-nogui poppler-utils): %w", program, err)
		}
	}
	engine, err := corpus.Tesseract(ctx)
	if err != nil {
		return err
	}
	limits := content.Limits{ScanTime: 55 * time.Second, Time: time.Hour}
	m := measurement{keep: keep, reader: extract.New(pdf.New("", 0), engine, limits)}
	if m.dir, err = os.MkdirTemp("", "ocr-accuracy-*"); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(m.dir)) }()
	fmt.Println("language  scan   words  accuracy  confidence  seconds")
	for _, language := range []string{"en", "fr", "pt", "es", "ar"} {
		if err := m.language(ctx, language); err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
	}
	if len(m.low) > 0 {
		return errors.New("below the floor: " + strings.Join(m.low, "; "))
	}
	return nil
}

// measurement is one run.
type measurement struct {
	reader    *extract.Reader
	dir, keep string
	low       []string // the figures below their floor
}

// language measures a clean and a rough scan of one language's text.
func (m *measurement) language(ctx context.Context, language string) error {
	text, err := texts.ReadFile("texts/" + language + ".txt")
	if err != nil {
		return err
	}
	page, err := m.page(ctx, language, string(text))
	if err != nil {
		return err
	}
	for i, scan := range []scan{{"clean", page}, {"rough", rough(page)}} {
		accuracy, err := m.read(ctx, language, scan, words(string(text)))
		if err != nil {
			return fmt.Errorf("%s: %w", scan.name, err)
		}
		if floor, ok := floors()[language]; ok && accuracy < floor[i] {
			m.low = append(m.low, fmt.Sprintf("%s %s %.3f, floor %.2f", language, scan.name, accuracy, floor[i]))
		}
	}
	return nil
}

// scan is the picture of a page.
type scan struct {
	name string
	page *image.Gray
}

// read reads a scan, prints how well, and returns the word accuracy.
func (m *measurement) read(ctx context.Context, language string, s scan, want []string) (float64, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, s.page); err != nil {
		return 0, fmt.Errorf("encode picture: %w", err)
	}
	if m.keep != "" {
		if err := os.WriteFile(filepath.Join(m.keep, language+"-"+s.name+".png"), b.Bytes(), 0o600); err != nil {
			return 0, fmt.Errorf("keep picture: %w", err)
		}
	}
	began := time.Now()
	c, err := m.reader.Read(ctx, bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return 0, err
	}
	page := c.Pages[0]
	accuracy := wordAccuracy(want, words(page.Text))
	fmt.Printf("%-9s %-6s %5d  %8.3f  %10.2f  %7.1f\n",
		language, s.name, len(want), accuracy, page.Confidence, time.Since(began).Seconds())
	return accuracy, nil
}
