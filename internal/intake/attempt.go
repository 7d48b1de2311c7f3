package intake

import (
	"context"
	"errors"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// endTime is how long the note of how a call ended may take, also when the call's own time is over.
const endTime = 2 * time.Second

// attempt notes in the table that a document is about to be read, and then has work do it. A document that has killed
// its readers before is left to aside, which does not read it.
func (in *Intake) attempt(
	ctx context.Context, document string, work, aside func(context.Context) (*meeting.Document, error),
) (*meeting.Document, error) {
	a, err := in.begin(ctx, document)
	if err != nil {
		return nil, err
	}
	if a != nil && a.Deaths >= in.MaxDeaths {
		return aside(ctx)
	}
	done := false
	defer func() { // a panic too is an end that is known
		if a != nil && !done {
			in.failed(ctx, a)
		}
	}()
	doc, err := work(ctx)
	if err != nil {
		return nil, err
	}
	done = true
	if err := in.Table.EndAttempt(ctx, document); err != nil { // the record is made, and counts
		in.Log.WarnContext(ctx, "attempt not ended", "correlation", document, "error", err)
	}
	return doc, nil
}

// begin notes that this call reads a document; nil while another call may still be reading it. One that is to be set
// aside is not noted again.
func (in *Intake) begin(ctx context.Context, document string) (*meeting.Attempt, error) {
	a := &meeting.Attempt{Document: document}
	for range 2 {
		now := time.Now()
		switch {
		case a.Running(now):
			return nil, nil //nolint:nilnil // nil is nobody's mistake: the other call's note stands
		case a.Rev > 0 && a.Until.IsZero() && a.Deaths >= in.MaxDeaths:
			return a, nil
		}
		if a.Killed(now) < in.MaxDeaths {
			a.Begin(now, in.AttemptTime)
		} else {
			a.SetAside(now)
		}
		err := in.Table.PutAttempt(ctx, a)
		if !errors.Is(err, store.ErrConflict) {
			return a, err
		}
		if a, err = in.Table.Attempt(ctx, document); err != nil {
			return nil, err
		}
		if a == nil {
			a = &meeting.Attempt{Document: document}
		}
	}
	return nil, nil //nolint:nilnil // another call has begun just now
}

// failed notes that a call ended without a record. Without that note the call counts as killed.
func (in *Intake) failed(ctx context.Context, a *meeting.Attempt) {
	timeout := errors.Is(ctx.Err(), context.DeadlineExceeded)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	a.Fail(time.Now(), timeout)
	if err := in.Table.PutAttempt(ctx, a); err != nil {
		in.Log.WarnContext(ctx, "failed attempt not noted", "correlation", a.Document, "error", err)
	}
}
