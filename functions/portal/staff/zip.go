package staff

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dossier/functions/portal/page"
	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// zip writes a page that lists the files, the files, and their texts with the notes.
func (s *Staff) zip(ctx context.Context, l *page.Locale, of *meeting.Session, list []material, out io.Writer) error {
	z := &zipWriter{zip.NewWriter(out), time.Now()}
	err := z.add("index.html", zip.Deflate, func(w io.Writer) error {
		return l.Render(w, "materials.html", map[string]any{"Session": of, "List": list})
	})
	for i := 0; i < len(list) && err == nil; i++ {
		err = s.zipMaterial(ctx, z, list[i])
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("pack materials of session %s: %w", of.ID, err)
	}
	return nil
}

// zipMaterial writes a file and its text, or of one that is closed the text alone.
func (s *Staff) zipMaterial(ctx context.Context, z *zipWriter, m material) error {
	if !m.Closed {
		if err := s.zipOriginal(ctx, z, m); err != nil {
			return err
		}
	}
	if m.Text == "" {
		return nil
	}
	var c content.Content
	if err := s.bucket.GetJSON(ctx, m.doc.Text, &c); err != nil {
		return err
	}
	return z.add(m.Text, zip.Deflate, func(w io.Writer) error {
		_, err := io.WriteString(w, plainText(m, c.Paper()))
		return err
	})
}

func (s *Staff) zipOriginal(ctx context.Context, z *zipWriter, m material) error {
	return z.add(m.Name, zip.Store, func(w io.Writer) error { // slides and PDF are compressed already
		from, err := s.bucket.Open(ctx, m.doc.Object)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, from)
		return errors.Join(err, from.Close())
	})
}

// zipWriter writes a zip whose files have one time.
type zipWriter struct {
	*zip.Writer
	now time.Time
}

// add adds a file that a function writes.
func (z *zipWriter) add(name string, method uint16, write func(io.Writer) error) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: z.now})
	if err != nil {
		return err
	}
	return write(w)
}

// plainText gives what interpreters prepare with: each page's text and its notes.
func plainText(m material, c *content.Content) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", m.Label, m.doc.FileName)
	for _, page := range c.Pages {
		fmt.Fprintf(&b, "\n=== %d ===\n%s\n", page.Number, page.Full())
		if page.Notes != "" {
			fmt.Fprintf(&b, "\n--- notes ---\n%s\n", page.Notes)
		}
	}
	return b.String()
}
