package filing

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Place files a document for those of the requirements that the roster asks for, where it is the newest upload, and for
// nothing else. What it takes the place of is superseded; where a newer one is in, it is superseded itself. A document
// that no requirement asks for goes to review.
func (tx *Tx) Place(ctx context.Context, doc *meeting.Document, keys []meeting.RequirementKey) error {
	tx.MarkChanged(doc)
	doc.Late, doc.Satisfies, doc.FiledFor = false, nil, nil
	before, newer, err := tx.fill(ctx, doc, keys)
	if err != nil {
		return err
	}
	switch {
	case len(doc.FiledFor) == 0:
		doc.Status, doc.Reason = meeting.Review, meeting.ReasonNotRequired
		return nil
	case len(doc.Satisfies) == 0:
		doc.Status, doc.SupersededBy = meeting.Superseded, newer
		return nil
	}
	doc.Status, doc.Reason, doc.SupersededBy = meeting.Filed, "", ""
	return tx.supersede(ctx, doc, before)
}

// Extend files a document that was filed before for further requirements, as Place does. What it was filed for stays.
func (tx *Tx) Extend(ctx context.Context, doc *meeting.Document, keys []meeting.RequirementKey) error {
	tx.MarkChanged(doc)
	before, _, err := tx.fill(ctx, doc, keys)
	if err != nil {
		return err
	}
	if len(doc.Satisfies) > 0 && doc.Status == meeting.Superseded {
		doc.Status, doc.SupersededBy = meeting.Filed, ""
		if err := tx.cascadeToParts(ctx, doc); err != nil {
			return err
		}
	}
	return tx.supersede(ctx, doc, before)
}

// fill adds requirements to those that a document is filed for, and satisfies those where it is the newest. It gives the
// documents that were in there before, and a newer one if there is any.
func (tx *Tx) fill(ctx context.Context, doc *meeting.Document, keys []meeting.RequirementKey) (before []string, newer string, err error) {
	if err := tx.ReadRequirements(ctx, keys); err != nil {
		return nil, "", err
	}
	doc.FiledFor, doc.Satisfies = slices.Clone(doc.FiledFor), slices.Clone(doc.Satisfies)
	for _, k := range keys {
		r := tx.Requirement(k)
		if r == nil || slices.Contains(doc.FiledFor, k) {
			continue // the roster asks for it no longer
		}
		doc.FiledFor = append(doc.FiledFor, k)
		// Order of upload decides, not of arrival, among those that nobody has taken out.
		if r.Upload() > doc.Order() {
			newer = r.Document
			tx.ChangeRequirement(r, func(r *meeting.Requirement) { r.AddVersion(doc.Order()) })
			continue
		}
		if r.Document != "" {
			before = append(before, r.Document)
		}
		tx.satisfy(r, doc)
	}
	return before, newer, nil
}

// satisfy puts a document in at a requirement.
func (tx *Tx) satisfy(r *meeting.Requirement, doc *meeting.Document) {
	late := tx.Meeting.IsLate(doc.Time, r.Kind)
	doc.Satisfies, doc.Late = append(doc.Satisfies, r.RequirementKey), doc.Late || late
	tx.ChangeRequirement(r, func(r *meeting.Requirement) {
		was := r.RequirementState
		r.RequirementState = meeting.RequirementState{State: meeting.Satisfied, Document: doc.ID, FileName: doc.FileName,
			Title: doc.Title, Pages: pages(doc, r.RequirementKey), Late: late, LatestUpload: was.LatestUpload, Versions: was.Versions,
			Retired: was.Retired}
		r.AddVersion(doc.Order())
	})
}

// supersede takes the places of a document from those that had them. One that has no place left is superseded.
func (tx *Tx) supersede(ctx context.Context, doc *meeting.Document, before []string) error {
	if err := tx.Read(ctx, store.KeysOf(store.DocumentKey, before)...); err != nil {
		return err
	}
	slices.Sort(before)
	for _, id := range slices.Compact(before) {
		old := tx.Document(id)
		if old == nil || id == doc.ID {
			continue
		}
		tx.MarkChanged(old)
		old.Satisfies = slices.DeleteFunc(slices.Clone(old.Satisfies), func(k meeting.RequirementKey) bool {
			return slices.Contains(doc.Satisfies, k)
		})
		if len(old.Satisfies) > 0 {
			continue
		}
		old.Status, old.SupersededBy = meeting.Superseded, doc.ID
		if err := tx.cascadeToParts(ctx, old); err != nil {
			return err
		}
	}
	return nil
}

// cascadeToParts gives the parts that were joined to a document its status: they count with it and go with it.
func (tx *Tx) cascadeToParts(ctx context.Context, doc *meeting.Document) error {
	if err := tx.Read(ctx, store.KeysOf(store.DocumentKey, doc.Joined)...); err != nil {
		return err
	}
	for _, id := range doc.Joined {
		if part := tx.Document(id); part != nil {
			tx.MarkChanged(part)
			part.Status, part.SupersededBy, part.Reason = doc.Status, doc.SupersededBy, doc.Reason
		}
	}
	return nil
}

// TakeOut withdraws a document, with the parts that were joined to it. The version before it counts again; where there is
// none, what it satisfied is outstanding again.
func (tx *Tx) TakeOut(ctx context.Context, doc *meeting.Document, reason meeting.Reason) error {
	tx.MarkChanged(doc)
	if doc.PartOf != "" {
		if err := tx.leave(ctx, doc); err != nil {
			return err
		}
	}
	if err := tx.ReadRequirements(ctx, doc.Satisfies); err != nil {
		return err
	}
	places := doc.Satisfies
	doc.Status, doc.Satisfies, doc.Reason = meeting.Withdrawn, nil, reason
	for _, k := range places {
		r := tx.StoredRequirement(k)
		if r == nil || r.Document != doc.ID {
			continue
		}
		before, err := tx.before(ctx, r, doc)
		if err != nil {
			return err
		}
		if before == nil {
			tx.ChangeRequirement(r, func(r *meeting.Requirement) {
				r.State, r.Document, r.FileName, r.Title, r.Pages, r.Late = meeting.Outstanding, "", "", "", "", false
			})
			continue
		}
		tx.MarkChanged(before)
		before.Status, before.Reason, before.SupersededBy = meeting.Filed, "", ""
		before.Satisfies = slices.Clone(before.Satisfies)
		tx.satisfy(r, before)
		if err := tx.cascadeToParts(ctx, before); err != nil {
			return err
		}
	}
	return tx.cascadeToParts(ctx, doc)
}

// before gives the newest version of a paper that was filed at a requirement before a document was, and that nobody has
// taken out since; nil when there is none.
func (tx *Tx) before(ctx context.Context, r *meeting.Requirement, doc *meeting.Document) (*meeting.Document, error) {
	ids := r.Before(doc.Order())
	if err := tx.Read(ctx, store.KeysOf(store.DocumentKey, ids)...); err != nil {
		return nil, err
	}
	for _, id := range ids {
		d := tx.Document(id)
		counts := d != nil && (d.Status == meeting.Superseded || d.Status == meeting.Filed)
		if counts && d.PartOf == "" && slices.Contains(d.FiledFor, r.RequirementKey) {
			return d, nil
		}
	}
	return nil, nil //nolint:nilnil // that there is none is nobody's mistake
}

// leave takes a part off the document that it was joined to.
func (tx *Tx) leave(ctx context.Context, part *meeting.Document) error {
	if err := tx.Read(ctx, store.DocumentKey(part.PartOf)); err != nil {
		return err
	}
	if whole := tx.Document(part.PartOf); whole != nil {
		tx.MarkChanged(whole)
		whole.Joined = slices.DeleteFunc(slices.Clone(whole.Joined), func(id string) bool { return id == part.ID })
	}
	part.PartOf = ""
	return nil
}

// pages are those of a split document that are for a requirement, "3-7"; "" is all.
func pages(doc *meeting.Document, k meeting.RequirementKey) string {
	for _, p := range doc.Parts {
		if !slices.Contains(p.Requirements, k) {
			continue
		}
		if p.From == p.To {
			return strconv.Itoa(p.From)
		}
		return fmt.Sprintf("%d-%d", p.From, p.To)
	}
	return ""
}

// Release takes a document out of everything that counts, so that it can be erased: what it satisfied is outstanding
// again, and its agency's seats are free. No mail is sent.
func (r *Registry) Release(ctx context.Context, m meeting.Meeting, document string) error {
	err := r.Transact(ctx, m, document, func(ctx context.Context, tx *Tx) error {
		if err := tx.Read(ctx, store.DocumentKey(document)); err != nil {
			return err
		}
		doc := tx.Document(document)
		if doc == nil {
			return nil
		}
		if err := tx.TakeOut(ctx, doc, ""); err != nil {
			return err
		}
		_, err := tx.UpdateDelegations(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("release document %s: %w", document, err)
	}
	return nil
}
