// Package extract reads documents: bytes in, text per page or slide and metadata out, within hard limits.
// It knows what a file is by its bytes and never by its name.
package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"dossier/internal/extract/archive"
	"dossier/internal/extract/content"
	"dossier/internal/extract/language"
	"dossier/internal/extract/message"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/odf"
	"dossier/internal/extract/ole"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/pdf"
	"dossier/internal/extract/picture"
	"dossier/internal/extract/plain"
	"dossier/internal/extract/rtf"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Reader reads documents of every format that it knows. It is safe for concurrent use.
type Reader struct {
	pdf       *pdf.Engine
	ocr       ocr.Engine
	languages *language.Detector
	pictures  picture.Reader
	limits    content.Limits
}

// New makes a Reader. The OCR engine may be nil: pages that are pictures are then left unread, and a finding says so.
func New(pdf *pdf.Engine, engine ocr.Engine, limits content.Limits) *Reader {
	return &Reader{pdf: pdf, ocr: engine, languages: language.NewDetector(), limits: limits.WithDefaults()}
}

// Limits are the limits in force.
func (r *Reader) Limits() content.Limits { return r.limits }

// Read reads one document of size bytes. It fails with a fault of kind Rejected whose reason is one of
// content's: Empty, Corrupt, Locked, TooLarge or NotReadableYet; all that was found out until then is
// returned with the error. Any other error is of this machine or of the context.
func (r *Reader) Read(ctx context.Context, src io.ReaderAt, size int64) (*content.Content, error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	limits := r.limits.Fresh() // one budget for the document and all that lies in it
	if limits.Peaked != nil {
		defer func() { limits.Peaked(limits.Peak()) }()
	}
	scanner := ocr.NewScanner(r.ocr, limits.Scans, limits.ScanTime)
	c, err := r.read(ctx, src, size, limits, scanner, 0)
	// Our own time limit is the document's fault; the caller's is not.
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && outer.Err() == nil {
		return c, content.Over("of reading", r.limits.Time)
	}
	if n := scanner.Unread(); n > 0 {
		c.Find(meeting.FindingScanUnread, strconv.Itoa(n))
	}
	return c, err
}

// read reads a document, or one within another: depth is how many mails and documents it lies in.
func (r *Reader) read(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	scanner *ocr.Scanner,
	depth int,
) (*content.Content, error) {
	if size == 0 {
		return &content.Content{}, fault.Reject(meeting.ReasonEmpty, "the file has no bytes")
	}
	if size > limits.Bytes {
		return &content.Content{}, content.Over("bytes", limits.Bytes)
	}
	format, err := Sniff(src, size, limits)
	if err != nil {
		return &content.Content{Format: format}, err
	}
	return r.known(ctx, format, src, size, limits, scanner, depth)
}

// known reads a document of a known format, and tells what any format may have: languages and findings.
func (r *Reader) known(
	ctx context.Context,
	format content.Format,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	scanner *ocr.Scanner,
	depth int,
) (c *content.Content, err error) {
	c = &content.Content{Format: format}
	// A reader that panics on a stranger's bytes has met a broken file; the next document is unharmed.
	defer func() {
		if p := recover(); p != nil {
			c, err = &content.Content{Format: format}, content.Broken("reader: %w", fault.Panic(p))
		}
	}()
	before := limits.Held()
	read, err := r.as(ctx, format, src, size, limits, scanner, depth)
	if read != nil {
		read.Format = format
		c = read
	}
	if err == nil {
		err = r.sheets(ctx, c, limits, scanner)
	}
	c.Metadata.Bound()
	limits.Settle(before, c)
	c.Metadata.Languages = r.languages.Shares(c.Pages)
	if n := c.Metadata.PicturesWithoutAlt; n > 0 {
		c.Find(meeting.FindingNoAltText, strconv.Itoa(n))
	}
	if n := len(c.Metadata.FontsMissing); n > 0 {
		c.Find(meeting.FindingFontsMissing, strconv.Itoa(n))
	}
	silent := c.Empty() && c.Metadata.Pictures == 0 && len(c.Sheets()) == 0 && !c.Has(meeting.FindingEmbedded)
	if err == nil && silent && scanner.Unread() == 0 && format != content.PDF {
		return c, fault.Reject(meeting.ReasonEmpty, "the document says nothing")
	}
	return c, err
}

// as reads a document of a known format.
func (r *Reader) as(
	ctx context.Context,
	f content.Format,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	scanner *ocr.Scanner,
	depth int,
) (*content.Content, error) {
	switch f {
	case content.PDF:
		return r.pdf.Read(ctx, src, size, limits, scanner)
	case content.PPTX:
		return ooxml.ReadPresentation(ctx, src, size, limits)
	case content.DOCX:
		return ooxml.ReadDocument(ctx, src, size, limits,
			func(ctx context.Context, name string, data []byte) (*content.Content, error) {
				return r.chunk(ctx, name, data, limits, scanner, depth+1)
			})
	case content.WordML:
		return ooxml.ReadFlat(ctx, src, size, limits)
	case content.ODT, content.ODP:
		return odf.Read(ctx, src, size, limits)
	case content.DOC, content.PPT:
		return ole.Read(ctx, f, src, size, limits)
	case content.RTF:
		return rtf.Read(ctx, src, size, limits)
	case content.Text:
		return plain.Read(ctx, f, src, size, limits)
	case content.HTML:
		return page(ctx, src, size, limits)
	case content.Pointer:
		return nil, fault.Reject(meeting.ReasonPointer, "the file says where another one is")
	case content.JPEG, content.PNG, content.TIFF, content.WebP, content.HEIC:
		return r.pictures.Read(ctx, f, src, size, limits, scanner)
	case content.EML, content.MSG, content.Signed, content.Zip, content.Mailbox:
		if depth >= limits.Nesting {
			return nil, content.Over("mails and archives within each other", limits.Nesting)
		}
		nested := func(ctx context.Context, name, media string, data []byte) (content.Attachment, error) {
			return r.attachment(ctx, name, data, limits, scanner, depth+1)
		}
		switch f {
		case content.MSG:
			return message.ReadMSG(ctx, src, size, limits, nested)
		case content.Signed:
			data, err := message.Unsigned(src, size, limits)
			if err != nil {
				return nil, err
			}
			return message.ReadEML(ctx, bytes.NewReader(data), int64(len(data)), limits, nested)
		case content.Zip:
			return archive.Read(ctx, src, size, limits, nested)
		case content.Mailbox:
			return message.ReadMailbox(ctx, src, size, limits, nested)
		}
		return message.ReadEML(ctx, src, size, limits, nested)
	}
	return nil, fault.Reject(meeting.ReasonNotReadableYet, "no reader for %s", f)
}

// page reads a saved page. One that only leads to another is no document.
func page(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	c, err := plain.Read(ctx, content.HTML, src, size, limits)
	if err != nil {
		return c, err
	}
	head := make([]byte, min(size, window))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("read page: %w", err)
	}
	if isDoor(head, c) {
		return c, fault.Reject(meeting.ReasonPointer, "the page leads to another one")
	}
	return c, nil
}

// chunk reads a document that another takes into its text. A piece of a page may have no tag that tells it from text, and
// its name does then.
func (r *Reader) chunk(
	ctx context.Context,
	name string,
	data []byte,
	limits content.Limits,
	scanner *ocr.Scanner,
	depth int,
) (*content.Content, error) {
	if depth > limits.Nesting {
		return nil, content.Over("documents within documents", limits.Nesting)
	}
	src, size := bytes.NewReader(data), int64(len(data))
	if f, err := Sniff(src, size, limits); err == nil && f == content.Text && size > 0 && content.HTML.Named(name) {
		return r.known(ctx, content.HTML, src, size, limits, scanner, depth)
	}
	return r.read(ctx, src, size, limits, scanner, depth)
}

// attachment reads what a mail carries. One that cannot be read does not keep the mail from being read.
func (r *Reader) attachment(
	ctx context.Context,
	name string,
	data []byte,
	limits content.Limits,
	scanner *ocr.Scanner,
	depth int,
) (content.Attachment, error) {
	unread := scanner.Unread()
	c, err := r.read(ctx, bytes.NewReader(data), int64(len(data)), limits, scanner, depth)
	if n := scanner.Unread() - unread; n > 0 {
		c.Find(meeting.FindingScanUnread, strconv.Itoa(n))
	}
	if c.Format.Misnamed(name) {
		c.Find(meeting.FindingMisnamed, string(c.Format))
	}
	switch {
	case err == nil:
		return content.Attachment{Content: c}, nil
	case fault.Is(err, fault.Rejected):
		return content.Attachment{Content: c, Reason: meeting.Reason(fault.Reason(err))}, nil
	}
	return content.Attachment{}, fmt.Errorf("attachment: %w", err)
}
