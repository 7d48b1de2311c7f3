// Package ocr reads the text in pictures of pages: it straightens and cleans them and gives them to an engine, within a
// budget of pages and time.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strings"
	"sync/atomic"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
)

// Engine reads the text of one upright page. It may be called by several documents at once. A page in which it finds
// nothing is no error. An error of kind Transient is tried again with the whole document.
type Engine interface {
	Recognise(ctx context.Context, page *image.Gray) (Text, error)
}

// Text is what an engine read: lines in reading order, and the mean confidence of the words from 0 to 1.
type Text struct {
	Lines      []string
	Confidence float64
}

// Scanner reads the pages of one document, several at once if need be.
type Scanner struct {
	engine Engine // nil when there is none
	each   time.Duration
	left   atomic.Int64
	unread atomic.Int64
}

// NewScanner makes a Scanner for at most so many pages, with a time limit each; engine may be nil.
func NewScanner(engine Engine, pages int, each time.Duration) *Scanner {
	s := &Scanner{engine: engine, each: each}
	s.left.Store(int64(pages))
	return s
}

// Unread is how many pages were not read, for want of an engine or over the budget.
func (s *Scanner) Unread() int { return int(s.unread.Load()) }

// Ready tells whether another page would be read: rendering one that would not is waste.
func (s *Scanner) Ready() bool { return s.engine != nil && s.left.Load() > 0 }

// Skip counts a page that is not read.
func (s *Scanner) Skip() { s.unread.Add(1) }

// Scan reads the text of a picture into the page. A page that takes longer than its time is left unread; an error is
// the context's or the engine's.
func (s *Scanner) Scan(ctx context.Context, picture image.Image, page *content.Page) error {
	// A page that there may not be time for must not cost the document those that were read.
	deadline, bounded := ctx.Deadline()
	if s.engine == nil || bounded && time.Until(deadline) < s.each || s.left.Add(-1) < 0 {
		s.Skip()
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, s.each)
	defer cancel()
	text, err := s.engine.Recognise(limited, Prepare(picture))
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil, fault.Is(err, fault.Rejected):
		s.Skip()
		return nil
	default:
		return fmt.Errorf("recognise a page: %w", err)
	}
	page.Text = content.Dehyphenate(content.Tidy(page.Text + "\n" + strings.Join(text.Lines, "\n")))
	page.Confidence = text.Confidence
	return nil
}

// ErrNoEngine is wrapped when an engine is asked for that this machine does not have.
var ErrNoEngine = errors.New("no OCR engine")
