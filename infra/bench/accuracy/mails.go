package accuracy

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dossier/internal/extract/content"
)

// mails checks that the parts of each mail are found: as many as the headers in the file say that there are.
func (m *measurement) mails(ctx context.Context) error {
	files, err := m.files("eml")
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read mail: %w", err)
		}
		if len(bytes.TrimSpace(data)) == 0 {
			continue
		}
		c, err := read(ctx, m.reader, file)
		out := row{format: group("eml", file), name: filepath.Base(file)}
		switch {
		case err != nil:
			out.note = err.Error()
		case c.Format != content.EML || c.Envelope == nil:
			out.note = "not read as a mail"
		default:
			out.words, out.f1, out.note = c.Words(), 1, ""
			if want, counted := parts(data); counted {
				found := partsFound(c)
				out.note = fmt.Sprintf("%d of %d parts", found, want)
				out.f1 = min(1, float64(found)/float64(max(1, want)))
			}
		}
		m.rows = append(m.rows, out)
	}
	return nil
}

// partsFound counts the attachments, and the text as one.
func partsFound(c *content.Content) int {
	if c.Words() > 0 {
		return len(c.Attachments) + 1
	}
	return len(c.Attachments)
}

// parts counts a mail's parts by the headers in it. The text is one, with all its alternatives; the others have a type
// that is neither text nor multipart. The second result is false when no header names a type.
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
