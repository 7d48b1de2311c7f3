package intake

import (
	"context"
	"errors"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// overLimit counts a document for its link, by the day on which it was sent, and reports whether it is over what the link
// may bring in on one day, and the first such. Asked again, it answers the same.
func (in *Intake) overLimit(ctx context.Context, doc meeting.Document) (first, over bool, err error) {
	_, folder, _, _ := bucket.ParseIncoming(doc.UploadKey())
	t, ours, err := in.Tickets.Issued(ctx, folder, doc.Meeting, doc.Time)
	if err != nil || !ours {
		return false, false, err // no link of ours has brought it
	}
	use := meeting.LinkUse{Meeting: doc.Meeting, Link: store.LinkHash(folder), Participant: t.Participant, Day: meeting.Day(doc.Time)}
	err = in.Table.UseLink(ctx, use, func(u *meeting.LinkUse) {
		over = !u.Take(doc.ID, doc.Size, in.LinkLimits, time.Now())
		first = u.First == doc.ID
	})
	if errors.Is(err, store.ErrConflict) {
		return false, false, fault.New(fault.Transient, "count a link's uploads: too many at once")
	}
	return first, over, err
}

// tooMany is a document over the limit of its link, which is kept and not read. Who sent it is told of the first.
func tooMany(doc meeting.Document, first bool) meeting.Document {
	doc.Reason = meeting.ReasonTooMany
	if !first {
		doc.NotifiedStatus = meeting.Review
	}
	return doc
}
