package filing_test

import (
	"context"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// The calls of a faulty store.

func (f *faulty) Read(ctx context.Context, keys ...store.AnyKey) (*store.Snapshot, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.Store.Read(ctx, keys...)
}

func (f *faulty) Commit(ctx context.Context, c *store.Changes) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.Store.Commit(ctx, c)
}

func (f *faulty) AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.Store.AllSessions(ctx, meetingID)
}

func (f *faulty) Requirements(ctx context.Context, meetingID, session string) ([]*meeting.Requirement, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.Store.Requirements(ctx, meetingID, session)
}

func (f *faulty) Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.Store.Accepted(ctx, meetingID)
}

func (f *faulty) Delegations(ctx context.Context, meetingID string) ([]*meeting.Delegation, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.Store.Delegations(ctx, meetingID)
}

func (f *faulty) SetMeeting(ctx context.Context, m *meeting.Meeting) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.Store.SetMeeting(ctx, m)
}
