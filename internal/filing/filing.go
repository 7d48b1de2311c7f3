// Package filing is the one place that changes which documents are filed, and so which sessions are complete. Each
// change is decided on what was just read and written in one transaction. The transaction fails when any of it has
// changed since; then the change is decided again.
package filing

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Store is what filing needs of the table; *store.Store is one. Reads are strongly consistent; Commit writes all
// or nothing and fails with store.ErrConflict when an item is not as it was read.
type Store interface {
	Read(ctx context.Context, keys ...store.AnyKey) (*store.Snapshot, error)
	Commit(ctx context.Context, c *store.Changes) error
	AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error)
	Requirements(ctx context.Context, meetingID, session string) ([]*meeting.Requirement, error)
	Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error)
	Delegations(ctx context.Context, meetingID string) ([]*meeting.Delegation, error)
	SetMeeting(ctx context.Context, m *meeting.Meeting) error
}

// Registry files documents and loads rosters. It is safe for concurrent use.
type Registry struct {
	store Store
	now   func() time.Time
	// conflicted is called each time that a change has to be decided anew.
	conflicted func(context.Context)
	// recorded is called when a submission has changed a document's record.
	recorded func(ctx context.Context, before meeting.Status, doc *meeting.Document)
}

// New makes a Registry; now tells the time.
func New(s Store, now func() time.Time) *Registry {
	return &Registry{store: s, now: now, conflicted: func(context.Context) {},
		recorded: func(context.Context, meeting.Status, *meeting.Document) {}}
}

// OnConflict has f called each time that a change has to be decided anew, because another was faster.
func (r *Registry) OnConflict(f func(context.Context)) { r.conflicted = f }

// OnRecord has f called once for each submission that changed a document's record, with the status that it had before,
// "" for a document without a record. A submission that changed nothing, because another was faster, is not reported.
func (r *Registry) OnRecord(f func(ctx context.Context, before meeting.Status, doc *meeting.Document)) {
	r.recorded = f
}

// maxAttempts bounds how often one change is decided anew. The waits grow to a quarter of a second, so that
// some hundred changes of one session at once all come through.
const maxAttempts = 101

// Transact makes one change of a meeting. It calls change with an empty transaction, and commits what change put into
// it; when something that was read has changed meanwhile, it does both again. cause is the id of the document, the
// decision or the roster for which it is done. An error of change ends it, and nothing is written.
func (r *Registry) Transact(ctx context.Context, m meeting.Meeting, cause string,
	change func(context.Context, *Tx) error) error {
	waits := &backoff.ExponentialBackOff{InitialInterval: 2500 * time.Microsecond, RandomizationFactor: 1, Multiplier: 2,
		MaxInterval: 125 * time.Millisecond}
	return store.RetryOnConflict(ctx, maxAttempts, waits, func() error {
		tx := newTx(r.store, m, cause, r.now())
		err := change(ctx, tx)
		if err == nil {
			err = r.store.Commit(ctx, tx.changes())
		}
		if errors.Is(err, store.ErrConflict) {
			r.conflicted(ctx)
		}
		return err
	})
}

// requirementKeys names requirements of a meeting and the sessions that they are of: who changes one changes both.
func requirementKeys(meetingID string, keys []meeting.RequirementKey) []store.AnyKey {
	all := store.RequirementKeys(meetingID, keys)
	for _, k := range keys {
		all = append(all, store.SessionKey(meetingID, k.Session))
	}
	return all
}

// appendNew appends what the list does not hold yet.
func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
