package review

import (
	"context"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// required gives the requirement that a decision is about.
func required(tx *filing.Tx, d meeting.Decision) (*meeting.Requirement, error) {
	r := tx.Requirement(d.Requirement)
	if r == nil {
		return nil, fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", d.Requirement)
	}
	return r, nil
}

// waive does without a requirement.
type waive struct{ meeting.Decision }

func (a waive) apply(_ context.Context, tx *filing.Tx) error {
	r, err := required(tx, a.Decision)
	if err != nil {
		return err
	}
	switch r.State {
	case meeting.Satisfied:
		return fault.Reject(meeting.RefusalAlreadyIn, "%s is in already", a.Requirement)
	case meeting.Waived:
		return fault.Reject(meeting.RefusalAlreadyDecided, "%s is waived already", a.Requirement)
	}
	tx.ChangeRequirement(r, func(r *meeting.Requirement) {
		r.State, r.WaivedBy, r.Reason = meeting.Waived, a.By, a.Reason
	})
	return nil
}

// require takes a waiver back.
type require struct{ meeting.Decision }

func (a require) apply(_ context.Context, tx *filing.Tx) error {
	r, err := required(tx, a.Decision)
	if err != nil {
		return err
	}
	if r.State != meeting.Waived {
		return fault.Reject(meeting.RefusalAlreadyDecided, "%s is not waived", a.Requirement)
	}
	tx.ChangeRequirement(r, func(r *meeting.Requirement) {
		r.State, r.WaivedBy, r.Reason = meeting.Outstanding, "", ""
	})
	return nil
}

// revoke ends all upload links that a participant has so far.
type revoke struct{ meeting.Decision }

func (a revoke) apply(ctx context.Context, tx *filing.Tx) error {
	if a.Of == "" {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "nobody named")
	}
	key := store.RevocationKey(a.Meeting, a.Of)
	if err := tx.Read(ctx, key); err != nil {
		return err
	}
	r := store.Get(tx.Snapshot(), key)
	if r == nil {
		r = &meeting.Revocation{Meeting: a.Meeting, Participant: a.Of}
	}
	r.Before = a.At
	tx.Put(r, meeting.Effect{Links: a.Of})
	return nil
}
