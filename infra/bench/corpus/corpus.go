// Package corpus gives measurements a folder of real documents, and the reader that intake uses.
package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/pdf"
)

// Dir is where the real documents are, from the project's root.
const Dir = "../shared/corpus"

// Papers is where the sets of papers are, from the project's root.
const Papers = "../shared/papers"

// Document is one file.
type Document struct {
	Path string
	Data []byte
}

// Name is the file's name without its folder.
func (d Document) Name() string { return filepath.Base(d.Path) }

// Documents reads the files that match the patterns. Texts that pdftotext left beside PDFs are left out. It fails when
// there are none.
func Documents(patterns ...string) ([]Document, error) {
	var all []Document
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("list documents: %w", err)
		}
		for _, p := range paths {
			if strings.HasSuffix(p, ".pdf.txt") {
				continue
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return nil, fmt.Errorf("read document: %w", err)
			}
			all = append(all, Document{p, data})
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no document was found: " + strings.Join(patterns, ", "))
	}
	return all, nil
}

// Reader makes a reader without OCR. Close it with the function that comes with it.
func Reader(limits content.Limits) (*extract.Reader, func() error, error) {
	if err := os.MkdirAll(pdf.UserCache(), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make folder: %w", err)
	}
	limits = limits.WithDefaults()
	engine := pdf.New(pdf.UserCache(), limits.Memory)
	return extract.New(engine, nil, limits), engine.Close, nil
}

// Tesseract starts the engine that reads scans on this machine. The error names the packages that it needs.
func Tesseract(ctx context.Context) (ocr.Engine, error) {
	engine, err := ocr.NewTesseract(ctx, "tesseract")
	if err != nil {
		const packages = "tesseract-ocr tesseract-ocr-fra tesseract-ocr-por tesseract-ocr-spa tesseract-ocr-ara"
		return nil, fmt.Errorf("tesseract is needed with eng, fra, por, spa and ara (Debian: %s): %w", packages, err)
	}
	return engine, nil
}
