package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// objects drives what has no record, in the order in which it was put, so that a table that is built anew goes
// the way that it went before.
func (f *Function) objects(ctx context.Context, r *Report) error {
	listed, next, err := f.list(ctx)
	if err != nil {
		return err
	}
	if listed, err = f.forget(ctx, listed, r); err != nil {
		return err
	}
	lost, err := f.lost(ctx, listed)
	if err != nil {
		return err
	}
	if lost, err = f.unread(ctx, lost); err != nil {
		return err
	}
	for _, o := range bucket.InOrder(lost) {
		if err := f.drive(ctx, o, r); err != nil {
			if ctx.Err() != nil {
				return err
			}
			r.Skipped++
			f.log.ErrorContext(ctx, "cannot drive object", "object", o, "error", err)
		}
	}
	for prefix, marker := range next {
		if err := f.store.SetCursor(ctx, prefix, marker); err != nil {
			return err
		}
	}
	return nil
}

// list lists the next objects of each prefix, and gives the markers from which the next run goes on.
func (f *Function) list(ctx context.Context) (listed []meeting.Object, next map[string]string, err error) {
	next = map[string]string{}
	for _, prefix := range []string{bucket.Roster, bucket.Incoming, bucket.Decisions, bucket.Parts} {
		marker, err := f.store.Cursor(ctx, prefix)
		if err != nil {
			return nil, nil, err
		}
		found, after, err := f.bucket.Versions(ctx, prefix, marker, f.config.Pages)
		if err != nil {
			return nil, nil, err
		}
		listed = append(listed, found...)
		if after != marker {
			next[prefix] = after
		}
	}
	return listed, next, nil
}

// maxForgotten bounds the originals that one run deletes: each takes a request. The next round of the bucket finds the rest.
const maxForgotten = 1000

// forget deletes the originals that have been kept long enough, and gives the other objects. S3's own rules cannot do
// that in a bucket with versions: they count the days of a version that was replaced from its replacement, and would
// either keep an upload twice as long or delete one that a newer file of the same name has replaced after a day.
func (f *Function) forget(ctx context.Context, listed []meeting.Object, r *Report) ([]meeting.Object, error) {
	if f.config.RetentionDays == 0 {
		return listed, nil
	}
	before := f.now().AddDate(0, 0, -f.config.RetentionDays)
	kept := make([]meeting.Object, 0, len(listed))
	for _, o := range listed {
		if original := strings.HasPrefix(o.Key, bucket.Incoming) || o.IsPart(); !original || !o.Time.Before(before) {
			kept = append(kept, o)
			continue
		}
		if r.Forgotten == maxForgotten {
			continue
		}
		if err := f.bucket.Delete(ctx, o); err != nil {
			return nil, err
		}
		r.Forgotten++
	}
	return kept, nil
}

// recordOf names the record that an object has once it was dealt with.
func recordOf(o meeting.Object) store.AnyKey {
	switch {
	case strings.HasPrefix(o.Key, bucket.Incoming), o.IsPart():
		return store.DocumentKey(o.ID())
	case strings.HasPrefix(o.Key, bucket.Roster):
		return store.LoadKey(o.ID())
	}
	return store.AuditKey(o.ID())
}

// lost picks the objects without a record, and documents that a newer roster may change.
func (f *Function) lost(ctx context.Context, listed []meeting.Object) ([]meeting.Object, error) {
	records := make([]store.AnyKey, len(listed))
	for i, o := range listed {
		records[i] = recordOf(o)
	}
	known, err := f.store.Read(ctx, records...)
	if err != nil {
		return nil, err
	}
	before, versions := f.now().Add(-f.config.Grace), map[string]string{}
	var lost []meeting.Object
	for i, o := range listed {
		if !o.Time.Before(before) {
			continue
		}
		if !known.Has(records[i]) && o.IsPart() {
			continue // it is taken in with its upload, or was erased
		}
		if !known.Has(records[i]) {
			lost = append(lost, o)
			continue
		}
		key, isDocument := records[i].(store.Key[meeting.Document])
		if !isDocument {
			continue
		}
		d := store.Get(known, key)
		if !d.NeedsRematch() {
			continue
		}
		version, err := f.rosterVersion(ctx, d.Meeting, versions)
		if err != nil {
			return nil, err
		}
		if d.RosterVersion != version {
			lost = append(lost, d.Object) // with the time that it was filed under
		}
	}
	return lost, nil
}

// unread leaves out what a call may be reading now: sending it again would have it read twice at once.
func (f *Function) unread(ctx context.Context, lost []meeting.Object) ([]meeting.Object, error) {
	keys := make([]store.AnyKey, len(lost))
	for i, o := range lost {
		keys[i] = store.AttemptKey(o.ID())
	}
	if len(keys) == 0 {
		return lost, nil
	}
	known, err := f.store.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(lost, func(o meeting.Object) bool {
		a := store.Get(known, store.AttemptKey(o.ID()))
		return a != nil && a.Running(f.now())
	}), nil
}

// rosterVersion gives the roster version in force for a meeting, "" for none. seen holds those read before.
func (f *Function) rosterVersion(ctx context.Context, meetingID string, seen map[string]string) (string, error) {
	if version, ok := seen[meetingID]; ok {
		return version, nil
	}
	m, amendments, err := f.store.Roster(ctx, meetingID)
	if err != nil {
		return "", err
	}
	seen[meetingID] = ""
	if m != nil {
		seen[meetingID] = meeting.RosterVersion(m.Roster, amendments)
	}
	return seen[meetingID], nil
}

func (f *Function) drive(ctx context.Context, o meeting.Object, r *Report) error {
	if strings.HasPrefix(o.Key, bucket.Decisions) {
		r.Decisions++
		return f.decide(ctx, o)
	}
	body, err := bucket.Notification(o)
	if err != nil {
		return err
	}
	if strings.HasPrefix(o.Key, bucket.Roster) {
		r.Rosters++
		return f.roster.Send(ctx, body)
	}
	r.Uploads++
	return f.intake.Send(ctx, body)
}

// again has a document read once more, although it has killed its readers before.
func (f *Function) again(ctx context.Context, document string) error {
	d, err := f.store.Document(ctx, document)
	if err != nil {
		return err
	}
	body, err := bucket.Notification(d.Object)
	if err != nil {
		return err
	}
	if err := f.store.EndAttempt(ctx, document); err != nil {
		return err
	}
	return f.intake.Send(ctx, body)
}

// maxDecision bounds a decision object.
const maxDecision = 64 << 10

func (f *Function) decide(ctx context.Context, o meeting.Object) error {
	data, err := f.bucket.Read(ctx, o, maxDecision)
	if err != nil {
		return err
	}
	var d meeting.Decision
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("decode decision: %w", err)
	}
	m, err := f.store.Meeting(ctx, d.Meeting)
	if err != nil {
		return err
	}
	err = f.desk.Decide(ctx, o.ID(), d, *m)
	if fault.Is(err, fault.Rejected) || fault.Is(err, fault.Exists) {
		return nil // it is dealt with
	}
	return err
}
