package extract

import (
	"bytes"
	"context"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/picture"
	"dossier/internal/fault"
)

// mostSheets is how many pictures of pages are read at once; on fewer cores it is fewer.
const mostSheets = 4

// sheets has the pictures read that stand for pages of a document, in the document's budget. One that cannot be read
// leaves its page as it is, and is counted as unread.
func (r *Reader) sheets(ctx context.Context, c *content.Content, limits content.Limits, scanner *ocr.Scanner) error {
	all := c.Sheets()
	pages := make([]content.Page, len(all))
	g, shared := errgroup.WithContext(ctx)
	g.SetLimit(min(runtime.GOMAXPROCS(0), mostSheets))
	for i, s := range all {
		if shared.Err() != nil {
			break
		}
		data, f, err := r.sheet(s, limits, scanner)
		if err != nil || data == nil {
			if err = unread(err, scanner); err != nil {
				g.Go(func() error { return err })
			}
			continue
		}
		g.Go(func() (err error) {
			defer limits.Release(int64(len(data)))
			defer func() {
				if p := recover(); p != nil {
					err = unread(content.Broken("picture: %w", fault.Panic(p)), scanner)
				}
			}()
			return unread(r.pictures.ReadSheet(shared, f, data, &pages[i], limits, scanner), scanner)
		})
	}
	err := g.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	for i, s := range all {
		if err := c.Extend(s.Page, pages[i], limits); err != nil {
			return err
		}
	}
	return nil
}

// unread counts a picture that cannot be read, for any fault of its own. Any other error is given back.
func unread(err error, scanner *ocr.Scanner) error {
	if !fault.Is(err, fault.Rejected) {
		return err
	}
	scanner.Skip()
	return nil
}

// sheet gives the bytes of a picture, which count as held, and its format. It gives none if the picture is too small
// for a page, or if no other page would be read.
func (r *Reader) sheet(s content.Sheet, limits content.Limits, scanner *ocr.Scanner) ([]byte, content.Format, error) {
	const first = 256 << 10
	head, err := s.Bytes(first)
	if err != nil {
		return nil, "", err
	}
	f, err := Sniff(bytes.NewReader(head), int64(len(head)), limits)
	if err != nil {
		return nil, "", err
	}
	if picture.Small(f, head) {
		return nil, f, nil
	}
	if !scanner.Ready() {
		scanner.Skip()
		return nil, f, nil
	}
	data, err := s.Bytes(math.MaxInt64)
	if err != nil {
		return nil, f, err
	}
	return data, f, limits.Hold(int64(len(data)))
}
