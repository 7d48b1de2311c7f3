package roster

import (
	"context"

	"dossier/internal/bucket"
	"dossier/internal/meeting"
)

// maxRematch bounds how many documents that wait, and how many of one status, one load sends to be matched again.
const maxRematch = 10_000

// rematch has documents matched again that the new roster can change.
func (f *Function) rematch(ctx context.Context, id, token string) error {
	docs, err := f.store.Waiting(ctx, id, maxRematch)
	if err != nil {
		return err
	}
	for _, status := range []meeting.Status{meeting.Rejected, meeting.Quarantined} {
		some, err := f.store.Documents(ctx, id, status, maxRematch)
		if err != nil {
			return err
		}
		docs = append(docs, some...)
	}
	for _, d := range docs {
		if d.RosterVersion == token || !d.NeedsRematch() {
			continue
		}
		body, err := bucket.Notification(d.Object)
		if err != nil {
			return err
		}
		if err := f.intake.Send(ctx, body); err != nil {
			return err
		}
	}
	return nil
}
