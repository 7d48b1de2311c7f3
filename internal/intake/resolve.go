package intake

import (
	"context"
	"errors"

	"dossier/internal/bucket"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// link is what the upload link says by which a document came. The zero value is no link.
type link struct {
	// claim is what a valid link says; nil if there was none.
	claim *match.Claim
	// owner is the id of the participant whose link it is, even if it had expired.
	owner string
	// problem is why the link cannot be trusted; empty if it can, or if there was none.
	problem meeting.Reason
}

// resolveLink reads the ticket that the folder of a document's key is named for, as of the moment of the upload.
func (in *Intake) resolveLink(ctx context.Context, doc meeting.Document) (link, error) {
	_, folder, _, _ := bucket.ParseIncoming(doc.UploadKey())
	t, err := in.Tickets.Named(ctx, folder, doc.Meeting, doc.Time)
	switch {
	case errors.Is(err, ticket.ErrNone):
		return link{}, nil
	case errors.Is(err, ticket.ErrExpired):
		return link{owner: t.Participant, problem: meeting.ReasonTicketExpired}, nil
	case errors.Is(err, ticket.ErrInvalid):
		return link{problem: meeting.ReasonTicketInvalid}, nil
	case err != nil:
		return link{}, err
	}
	revoked, err := in.revoked(ctx, doc.Meeting, t)
	switch {
	case err != nil:
		return link{}, err
	case revoked: // somebody else than the participant may hold it, so nobody is told
		return link{problem: meeting.ReasonTicketRevoked}, nil
	}
	claim := &match.Claim{Participant: t.Participant, Agency: t.Agency, Kind: t.Kind, Session: t.Session}
	if t.Agency != "" || t.Kind == meeting.Nomination { // letters name their nominees
		claim.Participant = ""
	}
	return link{claim: claim, owner: t.Participant}, nil
}

// revoked reports whether a ticket was revoked after it was issued.
func (in *Intake) revoked(ctx context.Context, meetingID string, t ticket.Ticket) (bool, error) {
	if t.Participant == "" {
		return false, nil
	}
	r, err := in.Table.Revoked(ctx, meetingID, t.Participant)
	if err != nil || r == nil {
		return false, err
	}
	return t.Issued <= r.Before.Unix(), nil
}
