package review

import (
	"context"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// undo takes a decision back: everything that it changed becomes what it was, as long as it is still what the decision
// made of it.
type undo struct{ meeting.Decision }

func (a undo) apply(ctx context.Context, tx *filing.Tx) error {
	audit, undone := store.AuditKey(a.Of), store.UndoneKey(a.Of)
	if err := tx.Read(ctx, audit, undone); err != nil {
		return err
	}
	was := store.Get(tx.Snapshot(), audit)
	if was == nil || was.Decision.Meeting != a.Meeting || was.Refused != "" {
		return fault.Reject(meeting.RefusalNoSuchDecision, "no decision %s", a.Of)
	}
	if tx.Snapshot().Has(undone) {
		return fault.Reject(meeting.RefusalAlreadyDecided, "decision %s is undone", a.Of)
	}
	if err := tx.Read(ctx, changedItems(a.Meeting, was.Effects)...); err != nil {
		return err
	}
	tx.Put(&store.Undone{Decision: a.Of}, meeting.Effect{})
	for _, e := range was.Effects {
		ok, err := a.restore(ctx, tx, e)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Reject(meeting.RefusalChangedSince, "decision %s was built upon", a.Of)
		}
	}
	return nil
}

// changedItems are the items that effects are of.
func changedItems(meetingID string, effects []meeting.Effect) []store.AnyKey {
	var keys []store.AnyKey
	for _, e := range effects {
		switch {
		case e.Links != "":
		case e.Document != "":
			keys = append(keys, store.DocumentKey(e.Document))
		case e.Participant != "":
			keys = append(keys, store.PersonKey(meetingID, e.Participant), store.AmendmentsKey(meetingID))
		case e.Hint != "":
			keys = append(keys, store.HintKey(meetingID, e.Hint), store.AmendmentsKey(meetingID))
		default:
			k := e.Requirement
			keys = append(keys, store.RequirementKey(meetingID, k), store.SessionKey(meetingID, k.Session))
		}
	}
	return keys
}

// restore gives an item back what it was; false when it is not what the decision made of it. Revoked links stay
// revoked: there can be new ones.
func (a undo) restore(ctx context.Context, tx *filing.Tx, e meeting.Effect) (bool, error) {
	switch {
	case e.Links != "":
		return false, nil
	case e.Document != "":
		return restoreDocument(tx, e), nil
	case e.Participant != "":
		p := store.Get(tx.Snapshot(), store.PersonKey(a.Meeting, e.Participant))
		if p == nil || p.Revoked == e.InForceAfter {
			return false, nil
		}
		p.Revoked = !e.InForceBefore
		tx.Put(p, meeting.Effect{Participant: p.ID, InForceBefore: e.InForceAfter, InForceAfter: e.InForceBefore})
		return true, tx.AmendRoster(ctx)
	case e.Hint != "":
		h := store.Get(tx.Snapshot(), store.HintKey(a.Meeting, e.Hint))
		if h == nil || h.Dismissed == e.InForceAfter {
			return false, nil
		}
		h.Dismissed = !e.InForceBefore
		tx.Put(h, meeting.Effect{Hint: h.ID, InForceBefore: e.InForceAfter, InForceAfter: e.InForceBefore})
		return true, tx.AmendRoster(ctx)
	}
	return restoreRequirement(tx, e), nil
}

func restoreDocument(tx *filing.Tx, e meeting.Effect) bool {
	doc := tx.Document(e.Document)
	if doc == nil || !filing.SameState(doc.DocumentState, *e.DocumentAfter) {
		return false
	}
	tx.MarkChanged(doc)
	doc.DocumentState = *e.DocumentBefore
	if doc.NotifiedStatus != "" && doc.NotifiedStatus != doc.Status {
		tx.SendOutcome(doc)
	}
	return true
}

// restoreRequirement retires a requirement that the decision made, and restores any other.
func restoreRequirement(tx *filing.Tx, e meeting.Effect) bool {
	r := tx.StoredRequirement(e.Requirement)
	if r == nil || !filing.SameState(r.RequirementState, *e.RequirementAfter) || tx.Session(r.Session) == nil {
		return false
	}
	tx.ChangeRequirement(r, func(r *meeting.Requirement) {
		if e.RequirementBefore != nil {
			r.RequirementState = *e.RequirementBefore
			return
		}
		r.RequirementState = meeting.RequirementState{State: meeting.Outstanding, Retired: true, LatestUpload: r.LatestUpload,
			Versions: r.Versions}
	})
	return true
}
