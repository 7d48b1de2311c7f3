package sweep

import (
	"context"
	"errors"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// mails puts outbox items whose event was lost, or whose sender's lease ran out, back to pending. The write itself
// is a stream record, and so brings them to deliver.
func (f *Function) mails(ctx context.Context, r *Report) error {
	now := f.now()
	open, err := f.store.OpenMails(ctx, now.Add(-f.config.MailGrace), f.config.Mails)
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.State == meeting.Sending && now.Before(m.Lease) {
			continue
		}
		m.State = meeting.Pending
		switch err := f.store.PutMail(ctx, m); {
		case errors.Is(err, store.ErrConflict): // somebody is at it
		case err != nil:
			return err
		default:
			r.Mails++
		}
	}
	return nil
}
