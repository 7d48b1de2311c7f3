package intake

import (
	"context"
	"fmt"
	"slices"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/observe"
)

// maxExcerpt bounds the excerpt that the table keeps, in characters.
const maxExcerpt = 1000

// take reads an object version for the first time, stores its text and files it.
func (in *Intake) take(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	work := func(ctx context.Context) (*meeting.Document, error) { return in.takeIn(ctx, o) }
	aside := func(ctx context.Context) (*meeting.Document, error) { return in.stuck(ctx, o) }
	return in.attempt(ctx, o.ID(), work, aside)
}

func (in *Intake) takeIn(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	doc := newDocument(o)
	switch first, over, err := in.overLimit(ctx, doc); {
	case err != nil:
		return nil, err
	case over:
		return in.file(ctx, tooMany(doc, first), &content.Content{})
	}
	c, err := in.read(ctx, o)
	if err != nil && !fault.Is(err, fault.Rejected) {
		return nil, err
	}
	if c == nil {
		c = &content.Content{}
	}
	in.note(ctx, &doc, c, meeting.Reason(fault.Reason(err)))
	if doc.Status == meeting.Review && doc.Reason == "" {
		if parts := c.Parts(); len(parts) > 0 {
			return in.open(ctx, doc, c, parts)
		}
		if c.Format.Packs() {
			doc.Status, doc.Reason = meeting.Rejected, meeting.ReasonEmpty
		}
	}
	return in.keep(ctx, doc, c)
}

// read extracts the text of an object version.
func (in *Intake) read(ctx context.Context, o meeting.Object) (*content.Content, error) {
	file, err := in.Bucket.Fetch(ctx, o, in.MaxBytes)
	if err != nil {
		return nil, err
	}
	c, err := in.Reader.Read(ctx, file, file.Size)
	if closeErr := file.Close(); closeErr != nil && err == nil {
		return nil, fmt.Errorf("remove temporary file: %w", closeErr)
	}
	return c, err
}

// note notes on a document what was read of it; reason is why it could not be read, if it could not.
func (in *Intake) note(ctx context.Context, doc *meeting.Document, c *content.Content, reason meeting.Reason) {
	switch reason {
	case "":
	case meeting.ReasonNotReadableYet: // no fault of the sender's: a person looks
		doc.Reason = reason
	default:
		doc.Status, doc.Reason = meeting.Rejected, reason
	}
	paper := c.Paper()
	if paper.Format.Misnamed(doc.FileName) {
		paper.Find(meeting.FindingMisnamed, string(paper.Format))
	}
	if found, ok := in.dangerous(paper); ok {
		doc.Status, doc.Reason = meeting.Quarantined, meeting.Reason(found)
	}
	describe(doc, c)
	in.countScans(ctx, paper)
}

// dangerous gives the first finding for which a document is set aside.
func (in *Intake) dangerous(c *content.Content) (meeting.FindingCode, bool) {
	i := slices.IndexFunc(c.Findings, func(f meeting.Finding) bool { return slices.Contains(in.Quarantine, f.Code) })
	if i < 0 {
		return "", false
	}
	return c.Findings[i].Code, true
}

// describe notes on a document what was read of its file, and of the mail that it came in.
func describe(doc *meeting.Document, c *content.Content) {
	paper := c.Paper()
	doc.Format, doc.Title = string(paper.Format), paper.Metadata.Title
	doc.Author, doc.Created = paper.Metadata.Author, paper.Metadata.Created
	doc.Pages, doc.Words, doc.Excerpt = len(paper.Pages), paper.Words(), paper.Excerpt(maxExcerpt)
	doc.Findings = paper.Findings
	if len(paper.Pages) > 0 && paper.Pages[0].Title != "" {
		doc.Title = paper.Pages[0].Title // what the audience sees, rather than what a template was called
	}
	if e := c.Envelope; e != nil {
		doc.Sender, doc.MessageID, doc.References = e.Address(), e.ID, e.References
	}
}

// countScans measures the pages that were read by OCR.
func (in *Intake) countScans(ctx context.Context, c *content.Content) {
	scanned := 0
	for _, p := range c.Pages {
		if p.Confidence > 0 {
			scanned++
		}
	}
	if scanned > 0 {
		in.Meter.Put(ctx, observe.Count(observe.ScannedPages, scanned))
	}
}
