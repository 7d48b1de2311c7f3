package filing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Recognized is a nominee who was on no roster when the letter was filed, and is now.
type Recognized struct {
	// Nominee is the name as the letter has it, Participant the id of the person.
	Nominee, Participant string
	// For are the person's nominations.
	For []meeting.RequirementKey
}

// Recognize files a letter with open nominees for those of them that a newer roster version knows. Nominees who are not
// open any more stay as they are. If the agency would then send too many, nothing is filed, and staff see why. It
// gives the document as it is afterwards.
func (r *Registry) Recognize(
	ctx context.Context, m meeting.Meeting, version, document string, known []Recognized,
) (*meeting.Document, error) {
	out, err := r.recognize(ctx, m, version, document, known, false)
	if errors.Is(err, errOverQuota) {
		out, err = r.recognize(ctx, m, version, document, nil, true)
	}
	if err != nil {
		return nil, fmt.Errorf("recognize nominees of document %s: %w", document, err)
	}
	return out, nil
}

func (r *Registry) recognize(
	ctx context.Context, m meeting.Meeting, version, document string, known []Recognized, tooMany bool,
) (doc *meeting.Document, err error) {
	err = r.Transact(ctx, m, document, func(ctx context.Context, tx *Tx) error {
		if err := tx.Read(ctx, store.DocumentKey(document)); err != nil {
			return err
		}
		if doc = tx.Document(document); doc == nil || !doc.HasOpenNominees() {
			return nil
		}
		tx.MarkChanged(doc)
		doc.RosterVersion, doc.Reason = version, ""
		if tooMany {
			doc.Reason = meeting.ReasonOverQuota
		}
		if err := tx.Extend(ctx, doc, identify(doc, known)); err != nil {
			return err
		}
		over, err := tx.UpdateDelegations(ctx)
		if err == nil && over {
			return errOverQuota
		}
		return err
	})
	return doc, err
}

// identify notes who open nominees of a letter are, and gives what they owe.
func identify(doc *meeting.Document, known []Recognized) []meeting.RequirementKey {
	l := *doc.Letter // the audit keeps the letter as it was
	l.Nominees = slices.Clone(l.Nominees)
	doc.Letter = &l
	var keys []meeting.RequirementKey
	for _, k := range known {
		i := slices.IndexFunc(l.Nominees, func(n meeting.Nominee) bool { return n.Open() && n.Name == k.Nominee })
		if i >= 0 {
			l.Nominees[i].Participant = k.Participant
			keys = append(keys, k.For...)
		}
	}
	return keys
}
