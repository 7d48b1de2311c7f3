package roster

import (
	"context"
	"errors"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	files "dossier/internal/roster"
	"dossier/internal/store"
)

// reject answers a broken roster by one mail, however many events there are of the same two files.
func (f *Function) reject(
	ctx context.Context,
	id string,
	pair bucket.RosterPair,
	r *meeting.Roster,
	problems []files.Problem,
) error {
	to, language := r.Meeting.Secretariat, r.Meeting.Language()
	switch m, err := f.store.Meeting(ctx, id); {
	case err == nil: // those who run the meeting, even if the file is broken
		to, language = m.Secretariat, m.Language()
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if len(to) == 0 {
		to = []string{f.staff}
	}
	key := bucket.ProblemsKey(pair.Participants.ID(), pair.Meeting.ID())
	if err := f.bucket.PutJSON(ctx, key, problems); err != nil {
		return err
	}
	err := f.store.PutMail(
		ctx,
		&meeting.Mail{ID: meeting.MailID(meeting.MailRosterRejected, pair.Meeting.ID(), pair.Participants.ID()),
			Meeting: id, Template: meeting.MailRosterRejected, Language: language, To: to, Problems: key,
			State: meeting.Pending, Decided: time.Now().UTC()},
	)
	if errors.Is(err, store.ErrConflict) {
		return nil // decided before
	}
	return err
}
