package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/fold"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// learn keeps hints from a document that staff filed for one person: the address that the person's files come from, how
// they are named, and how the agency calls itself. A pattern that is somebody else's already is left as it is.
func learn(ctx context.Context, tx *filing.Tx, doc *meeting.Document, a fileHere) error {
	hints := hintsOf(doc, tx.StoredRequirement(a.Requirements[0]), a)
	keys := []store.AnyKey{store.AmendmentsKey(a.Meeting)}
	for _, h := range hints {
		keys = append(keys, store.HintKey(a.Meeting, h.ID))
	}
	if len(hints) == 0 {
		return nil
	}
	if err := tx.Read(ctx, keys...); err != nil {
		return err
	}
	learned := false
	for _, h := range hints {
		if was := store.Get(tx.Snapshot(), store.HintKey(a.Meeting, h.ID)); was != nil {
			if !was.Dismissed {
				continue
			}
			h.Rev = was.Rev
		}
		tx.Put(h, meeting.Effect{Hint: h.ID, InForceAfter: true})
		learned = true
	}
	if !learned {
		return nil
	}
	return tx.AmendRoster(ctx)
}

// hintsOf are the hints that filing a document for the participant of a requirement gives. A document that is filed for
// several people gives none.
func hintsOf(doc *meeting.Document, r *meeting.Requirement, a fileHere) []*meeting.Hint {
	another := func(k meeting.RequirementKey) bool { return k.Participant != r.Participant }
	if doc.Status != meeting.Filed || slices.ContainsFunc(a.Requirements, another) {
		return nil
	}
	var hints []*meeting.Hint
	add := func(kind meeting.HintKind, pattern string, h meeting.Hint) {
		h.ID, h.Kind, h.Pattern = hintID(kind, pattern), kind, pattern
		h.Meeting, h.Decision, h.By, h.At = a.Meeting, a.id, a.By, a.At
		hints = append(hints, &h)
	}
	person := meeting.Hint{Participant: r.Participant, Name: r.Name}
	if doc.Sender != "" && !strings.EqualFold(doc.Sender, r.Email) {
		add(meeting.HintAddress, strings.ToLower(doc.Sender), person)
	}
	if pattern := fold.FileNamePattern(doc.FileName); pattern != "" {
		add(meeting.HintFileName, pattern, person)
	}
	if doc.Letter != nil && doc.Letter.Agency != "" && r.Agency != "" && !fold.SameAgency(doc.Letter.Agency, r.Agency) {
		agency := meeting.Hint{Agency: fold.AgencyKey(r.Agency, r.Country), Name: r.Agency}
		add(meeting.HintWording, fold.AgencyWording(doc.Letter.Agency), agency)
	}
	return hints
}

// hintID is the first 80 bits of SHA-256 over kind and pattern, in hex: one pattern has one hint.
func hintID(kind meeting.HintKind, pattern string) string {
	h := sha256.Sum256([]byte(string(kind) + "\x00" + pattern))
	return hex.EncodeToString(h[:10])
}

// dismiss ends a hint.
type dismiss struct{ meeting.Decision }

func (a dismiss) apply(ctx context.Context, tx *filing.Tx) error {
	key := store.HintKey(a.Meeting, a.Of)
	if err := tx.Read(ctx, key, store.AmendmentsKey(a.Meeting)); err != nil {
		return err
	}
	h := store.Get(tx.Snapshot(), key)
	if h == nil {
		return fault.Reject(meeting.RefusalNoSuchDecision, "no hint %s", a.Of)
	}
	if h.Dismissed {
		return fault.Reject(meeting.RefusalAlreadyDecided, "hint %s is dismissed", a.Of)
	}
	h.Dismissed = true
	tx.Put(h, meeting.Effect{Hint: h.ID, InForceBefore: true})
	return tx.AmendRoster(ctx)
}
