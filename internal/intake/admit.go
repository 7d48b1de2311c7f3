package intake

import (
	"context"
	"path"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

// admit takes an object version in once it may be read; nil while it waits for its scan. What programs leave beside documents
// is ignored, an infected one is quarantined, and what cannot be scanned goes to review: all unread.
func (in *Intake) admit(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	if o.Time.IsZero() { // the event of a scan does not say it
		var err error
		if o, err = in.Bucket.Listed(ctx, o); err != nil {
			return nil, err
		}
	}
	if doc := newDocument(o); meeting.Dropping(path.Base(o.Key), o.Size) {
		doc.Status = meeting.Ignored
		return in.file(ctx, doc, &content.Content{})
	}
	if in.Scanner == nil {
		return in.take(ctx, o)
	}
	verdict, err := in.Scanner.Verdict(ctx, o)
	if err != nil {
		return nil, err
	}
	doc := newDocument(o)
	switch {
	case verdict == bucket.Clean:
		return in.take(ctx, o)
	case verdict == bucket.Infected:
		doc.Status, doc.Reason = meeting.Quarantined, meeting.ReasonMalware
	case verdict == bucket.NotScanned && time.Since(o.Time) < in.ScanPatience:
		return nil, nil
	default:
		doc.Reason = meeting.ReasonUnscanned
	}
	return in.file(ctx, doc, &content.Content{})
}
