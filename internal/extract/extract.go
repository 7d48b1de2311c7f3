// Package extract reads documents: bytes in, text per page or slide and metadata out, within hard limits.
// It knows what a file is by its bytes and never by its name.
package extract

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml"
	"dossier/internal/fault"
)

// PDFReader reads a PDF; *pdf.Engine is one.
type PDFReader interface {
	Read(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error)
}

// Reader reads documents of every format that it knows. It is safe for concurrent use.
type Reader struct {
	pdf    PDFReader
	limits content.Limits
}

// New makes a Reader.
func New(pdf PDFReader, limits content.Limits) *Reader {
	return &Reader{pdf: pdf, limits: limits.WithDefaults()}
}

// Limits are the limits in force.
func (r *Reader) Limits() content.Limits { return r.limits }

// Read reads one document of size bytes. It fails with a fault of kind Rejected whose reason is one of
// content's: Empty, Corrupt, Locked, TooLarge or NotReadableYet; whatever was found out until then is
// returned with the error. Any other error is of this machine or of the context.
func (r *Reader) Read(ctx context.Context, src io.ReaderAt, size int64) (c *content.Content, err error) {
	c = &content.Content{}
	if size == 0 {
		return c, fault.Reject(content.Empty, "the file has no bytes")
	}
	if size > r.limits.Bytes {
		return c, content.Over("bytes", r.limits.Bytes)
	}
	if c.Format, err = Sniff(src, size); err != nil {
		return c, err
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	// A reader that panics on a stranger's bytes has met a broken file; the next document is unharmed.
	defer func() {
		if p := recover(); p != nil {
			c, err = &content.Content{Format: c.Format}, content.Broken("reader panicked: %v", p)
		}
	}()
	read, err := r.read(ctx, c.Format, src, size)
	if read != nil {
		read.Format = c.Format
		c = read
	}
	// Our own time limit is the document's fault; the caller's is not.
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && outer.Err() == nil {
		err = content.Over("of reading", r.limits.Time)
	}
	return c, err
}

func (r *Reader) read(ctx context.Context, f content.Format, src io.ReaderAt, size int64) (*content.Content, error) {
	switch f {
	case content.PDF:
		return r.pdf.Read(ctx, src, size, r.limits)
	case content.PPTX:
		return ooxml.ReadPresentation(ctx, src, size, r.limits)
	}
	return nil, fault.Reject(content.NotReadableYet, "no reader for %s", f)
}

// Sniff tells a file's format by its bytes; a format without a name of its own is told by its media type. A zip that
// was cut short is Rejected as corrupt.
func Sniff(src io.ReaderAt, size int64) (content.Format, error) {
	mime, err := mimetype.DetectReader(io.NewSectionReader(src, 0, size))
	if err != nil {
		return "", fmt.Errorf("sniff: %w", err)
	}
	media, _, _ := strings.Cut(mime.String(), ";")
	switch {
	case mime.Is("application/pdf"):
		return content.PDF, nil
	case isZip(mime):
		// mimetype sees the first bytes alone, and a zip's parts may stand in any order.
		return sniffZip(src, size, content.Format(media))
	}
	// PDF readers accept up to 1,024 bytes before the header (ISO 32000-1, Annex H, note 13).
	head := make([]byte, min(size, 1024))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("sniff: %w", err)
	}
	if strings.Contains(string(head), "%PDF-") {
		return content.PDF, nil
	}
	return content.Format(media), nil
}

func isZip(m *mimetype.MIME) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is("application/zip") {
			return true
		}
	}
	return false
}

// sniffZip looks at what a zip holds. Its directory stands at its end: without it, the file was cut short.
func sniffZip(src io.ReaderAt, size int64, other content.Format) (content.Format, error) {
	z, err := zip.NewReader(src, size)
	if err != nil {
		return other, content.Broken("open zip: %w", err)
	}
	if ooxml.IsPresentation(z) {
		return content.PPTX, nil
	}
	return other, nil
}
