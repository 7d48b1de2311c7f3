package papers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dossier/infra/bench/corpus"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
)

// Contents reads the files of the sets, scans too. A file that was read before comes from the cache folder: remove the
// folder when a reader of files has changed. It needs tesseract.
func Contents(ctx context.Context, dir, cache string, sets []*Set, progress io.Writer) error {
	engine, err := corpus.Tesseract(ctx)
	if err != nil {
		return err
	}
	for _, folder := range []string{cache, pdf.UserCache()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	limits := content.Limits{ScanTime: 5 * time.Minute, Time: 10 * time.Minute}.WithDefaults()
	pdfium := pdf.New(pdf.UserCache(), limits.Memory)
	r := extract.New(pdfium, engine, limits)
	for _, s := range sets {
		if !s.Files() {
			continue
		}
		for _, p := range s.Papers {
			p.Content, err = read(ctx, r, filepath.Join(dir, s.Name, "files", p.Path), cache)
			if err != nil {
				return errors.Join(fmt.Errorf("read %s of %s: %w", p.Path, s.Name, err), pdfium.Close())
			}
			p.open()
		}
		fmt.Fprintf(progress, "%s: %d papers are read.\n", s.Name, len(s.Papers))
	}
	return pdfium.Close()
}

// open takes the paper out of the mail that it came in, as intake does. A mail with several is left closed.
func (p *Paper) open() {
	if parts := p.Content.Parts(); len(parts) == 1 {
		p.Content, p.Name = parts[0].Content, parts[0].Name
	}
}

// read gives the content of a file, from the cache if it is there. A file that is rejected has an empty one.
func read(ctx context.Context, r *extract.Reader, file, cache string) (*content.Content, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	kept := filepath.Join(cache, hex.EncodeToString(sum[:16])+".json")
	c := &content.Content{}
	if had, err := os.ReadFile(kept); err == nil {
		return c, json.Unmarshal(had, c)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch c, err = r.Read(ctx, f, int64(len(data))); {
	case fault.Is(err, fault.Rejected):
		c = &content.Content{}
	case err != nil:
		return nil, err
	}
	out, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return c, os.WriteFile(kept, out, 0o600)
}
