package review

import (
	"context"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// decided gives the document that a decision is about.
func decided(tx *filing.Tx, d meeting.Decision) (*meeting.Document, error) {
	doc := tx.Document(d.Document)
	if doc == nil || doc.Meeting != d.Meeting {
		return nil, fault.Reject(meeting.RefusalNoSuchDocument, "no document %s", d.Document)
	}
	return doc, nil
}

// inReview gives the document of a decision, which has to be in review still, and marks it as changed.
func inReview(tx *filing.Tx, d meeting.Decision) (*meeting.Document, error) {
	doc, err := decided(tx, d)
	if err != nil {
		return nil, err
	}
	if doc.Status != meeting.Review && doc.Status != meeting.Correspondence {
		return nil, fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", d.Document, doc.Status)
	}
	takeUp(tx, doc)
	return doc, nil
}

// takeUp marks a document as changed. Correspondence is decided as if it were in review.
func takeUp(tx *filing.Tx, doc *meeting.Document) {
	tx.MarkChanged(doc)
	if doc.Status == meeting.Correspondence {
		doc.Status = meeting.Review
	}
}

// waiting gives the document of a decision about nominees, and marks it as changed. It has to be in review still, or
// filed with open nominees.
func waiting(tx *filing.Tx, d meeting.Decision) (*meeting.Document, error) {
	doc, err := decided(tx, d)
	if err != nil {
		return nil, err
	}
	if !doc.Waits() && doc.Status != meeting.Correspondence {
		return nil, fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", d.Document, doc.Status)
	}
	takeUp(tx, doc)
	return doc, nil
}

// byStaff is the evidence of what a member of staff decided.
func byStaff(d meeting.Decision) []meeting.Evidence {
	return []meeting.Evidence{{Code: meeting.EvidenceStaff, Detail: d.By}}
}

// fileManually files a document for requirements because a person says so. The order of upload counts as for any other.
func fileManually(ctx context.Context, tx *filing.Tx, doc *meeting.Document, d meeting.Decision, keys []meeting.RequirementKey) error {
	if err := tx.Place(ctx, doc, keys); err != nil {
		return err
	}
	if doc.Status != meeting.Review {
		doc.Reason, doc.Confidence, doc.Evidence = "", 1, byStaff(d)
	}
	if r := tx.StoredRequirement(keys[0]); r != nil && doc.Uploader.Email == "" {
		doc.Uploader = meeting.Contact{Email: r.Email, Language: r.Language}
	}
	tx.SendOutcome(doc)
	return nil
}

// withdraw takes a document out; what it satisfied is outstanding again. An upload that was opened satisfies nothing: each
// paper in it is withdrawn by itself.
type withdraw struct{ meeting.Decision }

func (a withdraw) apply(ctx context.Context, tx *filing.Tx) error {
	doc, err := decided(tx, a.Decision)
	if err != nil {
		return err
	}
	if doc.Status == meeting.Withdrawn || doc.Status == meeting.Opened {
		return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", doc.ID, doc.Status)
	}
	if err := tx.TakeOut(ctx, doc, meeting.Reason(a.Reason)); err != nil {
		return err
	}
	tx.SendOutcome(doc)
	return nil
}

// fileHere files a document that waits for the requirements named, all of one kind. A letter that is filed already is
// filed for more of its nominees.
type fileHere struct {
	meeting.Decision
	id string
}

func (a fileHere) apply(ctx context.Context, tx *filing.Tx) error {
	doc, err := waiting(tx, a.Decision)
	if err != nil {
		return err
	}
	if len(a.Requirements) == 0 {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement named")
	}
	for _, k := range a.Requirements {
		if tx.Requirement(k) == nil || k.Kind != a.Requirements[0].Kind {
			return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", k)
		}
	}
	if doc.Status != meeting.Review {
		isIn := func(k meeting.RequirementKey) bool { return slices.Contains(doc.FiledFor, k) }
		switch {
		case a.Requirements[0].Kind != meeting.Nomination:
			return fault.Reject(meeting.RefusalNoSuchRequirement, "document %s is a letter", doc.ID)
		case slices.ContainsFunc(a.Requirements, isIn):
			return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is filed there already", doc.ID)
		}
	}
	identify(tx, doc, a.Requirements)
	if doc.Status != meeting.Review {
		return extend(ctx, tx, doc, a.Requirements)
	}
	doc.Kind = a.Requirements[0].Kind
	if err := fileManually(ctx, tx, doc, a.Decision, a.Requirements); err != nil {
		return err
	}
	return learn(ctx, tx, doc, a)
}

// split files a document in review that holds several: each of its parts for its own requirements.
type split struct{ meeting.Decision }

func (a split) apply(ctx context.Context, tx *filing.Tx) error {
	doc, err := inReview(tx, a.Decision)
	if err != nil {
		return err
	}
	if len(a.Parts) < 2 || len(a.Parts) > MaxParts {
		return fault.Reject(meeting.RefusalBadParts, "%d parts", len(a.Parts))
	}
	var keys []meeting.RequirementKey
	last := 0
	for _, p := range a.Parts {
		if p.From <= last || p.To < p.From || doc.Pages > 0 && p.To > doc.Pages ||
			len(p.Requirements) == 0 && !a.Erased {
			return fault.Reject(meeting.RefusalBadParts, "pages %d to %d of %d", p.From, p.To, doc.Pages)
		}
		last = p.To
		for _, k := range p.Requirements {
			if tx.Requirement(k) == nil || slices.Contains(keys, k) {
				return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s, or twice", k)
			}
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "everybody for whom it was split was erased")
	}
	doc.Kind, doc.Parts = keys[0].Kind, a.Parts
	return fileManually(ctx, tx, doc, a.Decision, keys)
}

// join makes a document in review a part of one that is filed.
type join struct{ meeting.Decision }

func (a join) apply(_ context.Context, tx *filing.Tx) error {
	doc, err := inReview(tx, a.Decision)
	if err != nil {
		return err
	}
	whole := tx.Document(a.Into)
	switch {
	case whole == nil || whole.Meeting != a.Meeting || whole.ID == doc.ID:
		return fault.Reject(meeting.RefusalNoSuchDocument, "no document %s", a.Into)
	case whole.Status != meeting.Filed || whole.PartOf != "":
		return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", a.Into, whole.Status)
	case len(whole.Joined) == MaxParts:
		return fault.Reject(meeting.RefusalBadParts, "document %s has %d parts", a.Into, MaxParts)
	}
	tx.MarkChanged(whole)
	whole.Joined = append(slices.Clone(whole.Joined), doc.ID)
	doc.Status, doc.Kind, doc.PartOf, doc.Reason = meeting.Filed, whole.Kind, whole.ID, ""
	doc.Confidence, doc.Evidence = 1, byStaff(a.Decision)
	tx.SendOutcome(doc)
	return nil
}

// reject turns a document in review down, with the reason that the person gives.
type reject struct{ meeting.Decision }

func (a reject) apply(_ context.Context, tx *filing.Tx) error {
	doc, err := inReview(tx, a.Decision)
	if err != nil {
		return err
	}
	doc.Status, doc.Reason = meeting.Rejected, meeting.Reason(a.Reason)
	if a.Code != "" {
		doc.Reason = a.Code
	}
	tx.SendOutcome(doc)
	return nil
}

// closing shows a document's original to nobody but those who decide, because it names somebody who was erased.
type closing struct{ meeting.Decision }

func (a closing) apply(_ context.Context, tx *filing.Tx) error {
	doc, err := decided(tx, a.Decision)
	if err != nil {
		return err
	}
	if doc.Closed {
		return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is closed", a.Document)
	}
	tx.MarkChanged(doc)
	doc.Closed = true
	return nil
}

// readAgain has a document read once more that is stuck: the deaths that it has caused are forgotten, and the sweep
// drives it as one that no roster has seen.
type readAgain struct{ meeting.Decision }

// unseen is a roster version that no roster has.
const unseen = "read again"

func (a readAgain) apply(ctx context.Context, tx *filing.Tx) error {
	doc, err := inReview(tx, a.Decision)
	if err != nil {
		return err
	}
	if doc.Reason != meeting.ReasonStuck {
		return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is not stuck", doc.ID)
	}
	key := store.AttemptKey(doc.ID)
	if err := tx.Read(ctx, key); err != nil {
		return err
	}
	if attempt := store.Get(tx.Snapshot(), key); attempt != nil {
		attempt.Forgive()
		tx.Put(attempt, meeting.Effect{})
	}
	doc.RosterVersion = unseen
	return nil
}
