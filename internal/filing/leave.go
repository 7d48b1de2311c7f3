package filing

import (
	"context"
	"fmt"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Leave takes a participant out of a document that concerns others too, so that the participant can be erased: the others'
// places stay, and the agency's seat is free. A document that is filed for nobody else any more is superseded. No mail is
// sent.
func (r *Registry) Leave(ctx context.Context, m meeting.Meeting, document string, leaver meeting.Leaver) error {
	err := r.Transact(ctx, m, document, func(ctx context.Context, tx *Tx) error {
		if err := tx.Read(ctx, store.DocumentKey(document)); err != nil {
			return err
		}
		doc := tx.Document(document)
		if doc == nil {
			return nil
		}
		tx.MarkChanged(doc)
		leave(doc, leaver)
		_, err := tx.UpdateDelegations(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("take participant %s out of document %s: %w", leaver.Participant, document, err)
	}
	return nil
}

func leave(doc *meeting.Document, leaver meeting.Leaver) {
	served := len(doc.Satisfies) > 0
	doc.Leave(leaver)
	if served && len(doc.Satisfies) == 0 && doc.Status == meeting.Filed {
		doc.Status = meeting.Superseded
	}
}
