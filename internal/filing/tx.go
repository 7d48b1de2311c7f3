package filing

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Tx is one transaction in the making: what was read for it, and what it will write. It is for one goroutine.
type Tx struct {
	// Meeting is the meeting that is changed, Now the moment of the change.
	Meeting meeting.Meeting
	Now     time.Time

	store Store
	cause string
	snap  *store.Snapshot
	asked map[store.AnyKey]bool

	documents       map[string]*meeting.Document
	documentsBefore map[string]meeting.DocumentState
	requirements    []*meeting.Requirement
	// requirementsBefore holds nil for a requirement that is new.
	requirementsBefore map[meeting.RequirementKey]*meeting.RequirementState
	sessions           []string // ids of those that changed, in the order of their first change
	mails              []*meeting.Mail
	others             []any
	audit              *meeting.Audit
	effects            []meeting.Effect // of other items than documents and requirements
}

func newTx(s Store, m meeting.Meeting, cause string, now time.Time) *Tx {
	return &Tx{Meeting: m, Now: now, store: s, cause: cause, snap: store.NewSnapshot(), asked: map[store.AnyKey]bool{},
		documents: map[string]*meeting.Document{}, documentsBefore: map[string]meeting.DocumentState{},
		requirementsBefore: map[meeting.RequirementKey]*meeting.RequirementState{}}
}

// Read reads items into the transaction's snapshot. What was read before is not read again, so that what was changed
// since stays changed.
func (tx *Tx) Read(ctx context.Context, keys ...store.AnyKey) error {
	var unread []store.AnyKey
	for _, k := range keys {
		if !tx.asked[k] {
			tx.asked[k] = true
			unread = append(unread, k)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	snap, err := tx.store.Read(ctx, unread...)
	if err != nil {
		return err
	}
	tx.snap.Add(snap)
	return nil
}

// ReadRequirements reads requirements of the meeting, with their sessions.
func (tx *Tx) ReadRequirements(ctx context.Context, keys []meeting.RequirementKey) error {
	return tx.Read(ctx, requirementKeys(tx.Meeting.ID, keys)...)
}

// Snapshot is what was read, with what was changed since.
func (tx *Tx) Snapshot() *store.Snapshot { return tx.snap }

// Document gives a document that was read; nil when there is none.
func (tx *Tx) Document(id string) *meeting.Document { return store.Get(tx.snap, store.DocumentKey(id)) }

// Session gives a session that was read; nil when there is none.
func (tx *Tx) Session(id string) *meeting.Session {
	return store.Get(tx.snap, store.SessionKey(tx.Meeting.ID, id))
}

// StoredRequirement gives a requirement that was read, a retired one too; nil when there is none.
func (tx *Tx) StoredRequirement(k meeting.RequirementKey) *meeting.Requirement {
	return store.Get(tx.snap, store.RequirementKey(tx.Meeting.ID, k))
}

// Requirement gives a requirement that was read and that the roster still asks for; nil for any other.
func (tx *Tx) Requirement(k meeting.RequirementKey) *meeting.Requirement {
	r := tx.StoredRequirement(k)
	if r == nil || r.Retired || tx.Session(k.Session) == nil {
		return nil
	}
	return r
}

// AddRequirement puts a requirement that is not in the table yet into the snapshot.
func (tx *Tx) AddRequirement(r *meeting.Requirement) {
	store.Set(tx.snap, store.RequirementKey(tx.Meeting.ID, r.RequirementKey), r)
}

// MarkChanged notes that a document is about to change; it is written with the transaction.
func (tx *Tx) MarkChanged(d *meeting.Document) {
	if _, ok := tx.documents[d.ID]; ok {
		return
	}
	tx.documents[d.ID] = d
	tx.documentsBefore[d.ID] = d.DocumentState
}

// Changed gives the documents that were marked as changed, by id.
func (tx *Tx) Changed() []*meeting.Document {
	var all []*meeting.Document
	for _, id := range slices.Sorted(maps.Keys(tx.documents)) {
		all = append(all, tx.documents[id])
	}
	return all
}

// ChangeRequirement changes a requirement and its session's counts together. The session must have been read. A
// requirement that is new has the revision 0, and was not counted before.
func (tx *Tx) ChangeRequirement(r *meeting.Requirement, change func(*meeting.Requirement)) {
	before := *r
	if _, ok := tx.requirementsBefore[r.RequirementKey]; !ok {
		tx.requirements = append(tx.requirements, r)
		if r.Rev > 0 {
			tx.requirementsBefore[r.RequirementKey] = &before.RequirementState
		} else {
			tx.requirementsBefore[r.RequirementKey] = nil
			before = meeting.Requirement{}
		}
	}
	counted := before
	change(r)
	tx.Session(r.Session).ApplyChange(counted, *r)
	tx.sessions = appendNew(tx.sessions, r.Session)
}

// Put writes another item with the transaction, and notes what that changes for the decision's audit.
func (tx *Tx) Put(item any, effect meeting.Effect) {
	tx.others = append(tx.others, item)
	tx.effects = append(tx.effects, effect)
}

// AmendRoster notes that staff change what the roster says, so that documents in review are matched again.
func (tx *Tx) AmendRoster(ctx context.Context) error {
	key := store.AmendmentsKey(tx.Meeting.ID)
	if err := tx.Read(ctx, key); err != nil {
		return err
	}
	amendments := store.Get(tx.snap, key)
	if amendments == nil {
		amendments = &meeting.RosterAmendments{Meeting: tx.Meeting.ID}
		store.Set(tx.snap, key, amendments)
	}
	if !slices.Contains(tx.others, any(amendments)) {
		tx.others = append(tx.others, amendments)
	}
	return nil
}

// Record has the transaction write what a decision did. It is written once, and never changed.
func (tx *Tx) Record(a *meeting.Audit) { tx.audit = a }

// changes are the items to write, in an order that does not depend on chance.
func (tx *Tx) changes() *store.Changes {
	tx.updateCompleteness()
	c := store.NewChanges()
	for _, d := range tx.Changed() {
		c.Put(d)
	}
	for _, r := range tx.requirements {
		c.Put(r)
	}
	for _, id := range tx.sessions {
		c.Put(tx.Session(id))
	}
	for _, m := range tx.mails {
		c.Put(m)
	}
	c.Put(tx.others...)
	if tx.audit != nil {
		tx.audit.Effects = tx.allEffects()
		c.Put(tx.audit)
	}
	return c
}

// allEffects say what the transaction changes.
func (tx *Tx) allEffects() []meeting.Effect {
	var all []meeting.Effect
	for _, d := range tx.Changed() {
		before, after := tx.documentsBefore[d.ID], d.DocumentState
		if !SameState(before, after) {
			all = append(all, meeting.Effect{Document: d.ID, DocumentBefore: &before, DocumentAfter: &after})
		}
	}
	for _, r := range tx.requirements {
		after := r.RequirementState
		all = append(all, meeting.Effect{Requirement: r.RequirementKey,
			RequirementBefore: tx.requirementsBefore[r.RequirementKey], RequirementAfter: &after})
	}
	for _, e := range tx.effects {
		if e != (meeting.Effect{}) {
			all = append(all, e)
		}
	}
	return all
}

// SameState compares two states as they are stored: an empty list and none are the same.
func SameState[T meeting.DocumentState | meeting.RequirementState](a, b T) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Sessions reads the sessions of the meeting, removed ones left out.
func (tx *Tx) Sessions(ctx context.Context) ([]*meeting.Session, error) {
	all, err := tx.store.AllSessions(ctx, tx.Meeting.ID)
	return slices.DeleteFunc(all, func(s *meeting.Session) bool { return s.Removed }), err
}
