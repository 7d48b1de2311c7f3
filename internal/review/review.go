// Package review carries out what staff decide: one type an action, each written with an audit of what it changed, so
// that it can be undone. Filed documents change through package filing alone.
package review

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// MaxParts bounds how many documents one is split into, and how many are joined to one.
const MaxParts = 20

// Desk carries out decisions. It is safe for concurrent use.
type Desk struct{ registry *filing.Registry }

// New makes a Desk over the registry that files documents.
func New(r *filing.Registry) *Desk { return &Desk{registry: r} }

// action is one decision, ready to be carried out.
type action interface {
	// apply puts what the decision changes into the transaction. It fails with fault.Rejected and a meeting.Refusal
	// when the decision no longer makes sense.
	apply(ctx context.Context, tx *filing.Tx) error
}

// errOverQuota: the letter would be filed for more officials than its agency may send.
var errOverQuota = errors.New("more nominees than the agency may send")

// Decide carries out what staff decided, once: id names the decision object. It fails with Rejected, and a Refusal
// that a page can explain, when the decision no longer makes sense, and with Exists when it was carried out already;
// either way it is dealt with and need not come again.
func (d *Desk) Decide(ctx context.Context, id string, decision meeting.Decision, m meeting.Meeting) error {
	err := d.carryOut(ctx, id, decision, m, false)
	if errors.Is(err, errOverQuota) {
		err = d.carryOut(ctx, id, decision, m, true)
	}
	if fault.Is(err, fault.Rejected) {
		// It is marked as dealt with too: nobody has to carry it out later.
		err = errors.Join(d.recordRefusal(ctx, id, decision, m, err), err)
	}
	if err != nil {
		return fmt.Errorf("decide %s: %w", id, err)
	}
	return nil
}

// carryOut makes one decision's changes. hold keeps a letter in review even if all its nominees are decided.
func (d *Desk) carryOut(ctx context.Context, id string, decision meeting.Decision, m meeting.Meeting, hold bool) error {
	return d.registry.Transact(ctx, m, id, func(ctx context.Context, tx *filing.Tx) error {
		if err := begin(ctx, tx, id, decision); err != nil {
			return err
		}
		a, err := actionOf(decision, id, hold)
		if err != nil {
			return err
		}
		if err := a.apply(ctx, tx); err != nil {
			return err
		}
		over, err := tx.UpdateDelegations(ctx)
		if err != nil {
			return err
		}
		// Accepting a nominee does not file a letter for more officials than its agency may send; filing it by hand does.
		if over && !hold && (decision.Action == meeting.Accept || decision.Action == meeting.Decline) {
			return errOverQuota
		}
		if decision.Action != meeting.Undo && decision.Action != meeting.Close {
			for _, doc := range tx.Changed() {
				doc.Decision = id
			}
		}
		return nil
	})
}

// begin reads what a decision names, in one request, and starts its audit. It fails with Exists when the decision was
// carried out before.
func begin(ctx context.Context, tx *filing.Tx, id string, d meeting.Decision) error {
	if err := tx.Read(ctx, reads(id, d)...); err != nil {
		return err
	}
	if tx.Snapshot().Has(store.AuditKey(id)) {
		return fault.New(fault.Exists, "already carried out")
	}
	tx.Record(&meeting.Audit{ID: id, Decision: d, Done: tx.Now.UTC()})
	if doc := tx.Document(d.Document); doc != nil {
		return tx.FindUploader(ctx, doc)
	}
	return nil
}

// reads are the items that a decision names.
func reads(id string, d meeting.Decision) []store.AnyKey {
	keys := []store.AnyKey{store.AuditKey(id)}
	if d.Document != "" {
		receipt := meeting.MailID(meeting.MailReceipt, d.Document)
		keys = append(keys, store.DocumentKey(d.Document), store.MailKey(receipt))
	}
	if d.Into != "" {
		keys = append(keys, store.DocumentKey(d.Into))
	}
	requirements := slices.Clone(d.Requirements)
	if d.Requirement.Participant != "" {
		requirements = append(requirements, d.Requirement)
	}
	for _, p := range d.Parts {
		requirements = append(requirements, p.Requirements...)
	}
	for _, k := range requirements {
		keys = append(keys, store.RequirementKey(d.Meeting, k), store.SessionKey(d.Meeting, k.Session))
	}
	return keys
}

// actionOf gives the action of a decision; id is the decision's.
func actionOf(d meeting.Decision, id string, hold bool) (action, error) {
	switch d.Action {
	case meeting.Withdraw:
		return withdraw{d}, nil
	case meeting.FileHere:
		return fileHere{d, id}, nil
	case meeting.Split:
		return split{d}, nil
	case meeting.Join:
		return join{d}, nil
	case meeting.Close:
		return closing{d}, nil
	case meeting.Reject:
		return reject{d}, nil
	case meeting.ReadAgain:
		return readAgain{d}, nil
	case meeting.Accept:
		return accept{d, hold}, nil
	case meeting.Decline:
		return decline{d, hold}, nil
	case meeting.Confirm:
		return confirm{d}, nil
	case meeting.Waive:
		return waive{d}, nil
	case meeting.Require:
		return require{d}, nil
	case meeting.Undo:
		return undo{d}, nil
	case meeting.Dismiss:
		return dismiss{d}, nil
	case meeting.Revoke:
		return revoke{d}, nil
	}
	return nil, fault.Reject(meeting.RefusalUnknownAction, "unknown action %q", d.Action)
}

func (d *Desk) recordRefusal(ctx context.Context, id string, decision meeting.Decision, m meeting.Meeting, refused error) error {
	return d.registry.Transact(ctx, m, id, func(ctx context.Context, tx *filing.Tx) error {
		if err := tx.Read(ctx, store.AuditKey(id)); err != nil {
			return err
		}
		if !tx.Snapshot().Has(store.AuditKey(id)) {
			tx.Record(&meeting.Audit{ID: id, Decision: decision, Done: tx.Now.UTC(),
				Refused: meeting.Refusal(fault.Reason(refused))})
		}
		return nil
	})
}
