package filing

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Mail puts a mail into the outbox, unless it was read and is there already, or is to nobody.
func (tx *Tx) Mail(m meeting.Mail) {
	if len(m.To) == 0 || tx.snap.Has(store.MailKey(m.ID)) {
		return
	}
	m.Meeting, m.State, m.Decided, m.Cause = tx.Meeting.ID, meeting.Pending, tx.Now, tx.cause
	tx.mails = append(tx.mails, &m)
}

// sendReceipt tells an uploader once what became of the document, when it is known who sent it. Nobody hears of an
// ignored file, of an envelope, whose papers are told of, or of correspondence.
func (tx *Tx) sendReceipt(doc *meeting.Document) {
	if doc.Uploader.Email == "" || doc.NotifiedStatus != "" || slices.Contains(
		[]meeting.Status{meeting.Ignored, meeting.Opened, meeting.Correspondence}, doc.Status) {
		return
	}
	doc.NotifiedStatus = doc.Status
	tx.Mail(meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, doc.ID), Template: meeting.MailReceipt,
		Language: doc.Uploader.Language, To: []string{doc.Uploader.Email}, Document: doc.ID, Outcome: doc.Status})
}

// SendOutcome tells an uploader what a decision of staff made of the document: by the receipt when none was sent yet.
// The transaction must have a decision to record.
func (tx *Tx) SendOutcome(doc *meeting.Document) {
	if doc.NotifiedStatus == "" {
		tx.sendReceipt(doc)
		return
	}
	if doc.Uploader.Email == "" {
		return
	}
	doc.NotifiedStatus = doc.Status
	tx.Mail(meeting.Mail{ID: meeting.MailID(meeting.MailOutcome, doc.ID, tx.audit.ID), Template: meeting.MailOutcome,
		Language: doc.Uploader.Language, To: []string{doc.Uploader.Email}, Document: doc.ID, Outcome: doc.Status})
}

// updateCompleteness decides whether each session that changed is complete, and mails the secretariat when that moved.
func (tx *Tx) updateCompleteness() {
	for _, id := range tx.sessions {
		s := tx.Session(id)
		template := ""
		switch s.UpdateCompleteness() {
		case meeting.BecameComplete:
			template = meeting.MailComplete
		case meeting.NoLongerComplete:
			template = meeting.MailNoLongerComplete
		default:
			continue
		}
		mailID := meeting.MailID(template, s.Meeting, s.ID, strconv.Itoa(s.Epoch), s.Fingerprint)
		tx.Mail(meeting.Mail{ID: mailID, Template: template, Language: tx.Meeting.Language(), To: tx.Meeting.Secretariat,
			Session: s.ID, Epoch: s.Epoch})
	}
}

// FindUploader looks up the participant whose link a document came by, when nobody knows yet who sent it: a file can
// come before a roster names the person.
func (tx *Tx) FindUploader(ctx context.Context, doc *meeting.Document) error {
	if doc.Uploader.Email != "" || doc.LinkOwner == "" {
		return nil
	}
	sessions, err := tx.store.AllSessions(ctx, doc.Meeting)
	if err != nil {
		return err
	}
	var keys []meeting.RequirementKey
	for _, s := range sessions {
		for _, kind := range []meeting.Kind{meeting.Presentation, meeting.Nomination} {
			keys = append(keys, meeting.RequirementKey{Session: s.ID, Kind: kind, Participant: doc.LinkOwner})
		}
	}
	if err := tx.Read(ctx, store.RequirementKeys(doc.Meeting, keys)...); err != nil {
		return err
	}
	for _, k := range keys {
		if r := tx.StoredRequirement(k); r != nil && r.Email != "" {
			doc.Uploader = meeting.Contact{Email: r.Email, Language: r.Language}
		}
	}
	return nil
}

// Unchanged notes that a roster version changes nothing in a document that waits for one: nobody looks at it again
// before the next version. The sender of a document is told of it once a roster identifies them. It gives the document
// as it is afterwards.
func (r *Registry) Unchanged(ctx context.Context, m meeting.Meeting, version, document string) (*meeting.Document, error) {
	var out *meeting.Document
	err := r.Transact(ctx, m, document, func(ctx context.Context, tx *Tx) error {
		receipt := store.MailKey(meeting.MailID(meeting.MailReceipt, document))
		if err := tx.Read(ctx, store.DocumentKey(document), receipt); err != nil {
			return err
		}
		if out = tx.Document(document); out == nil || !out.Waits() && out.NotifiedStatus != "" {
			return nil
		}
		if err := tx.FindUploader(ctx, out); err != nil {
			return err
		}
		tx.MarkChanged(out)
		out.RosterVersion = version
		tx.sendReceipt(out)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("note document %s as unchanged: %w", document, err)
	}
	return out, nil
}
