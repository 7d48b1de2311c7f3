// Package feedback takes what SES reports of mails that it accepted: that one bounced, or that somebody complained of
// it.
package feedback

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/cenkalti/backoff/v5"

	"dossier/internal/observe"
	"dossier/internal/store"
)

// Function is the handler.
type Function struct {
	store *store.Store
	now   func() time.Time
	log   *slog.Logger
	meter *observe.Meter
}

// New wires the function.
func New(c Config, db *dynamodb.Client, log *slog.Logger) *Function {
	return &Function{
		store: store.New(db, c.Table), now: time.Now, log: log, meter: observe.NewMeter(log, c.Namespace),
	}
}

// Handle takes one event, which may come any number of times.
func (f *Function) Handle(ctx context.Context, e events.EventBridgeEvent) error {
	var d detail
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return fmt.Errorf("decode event of SES: %w", err)
	}
	n, ok := d.notice()
	if !ok {
		f.log.InfoContext(ctx, "event of SES without use", "type", d.EventType, "bounce", d.Bounce.BounceType)
		return nil
	}
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = notePause
	return store.RetryOnConflict(ctx, maxNotes, pause, func() error { return f.note(ctx, n) })
}

const (
	// maxNotes bounds how often a note is tried that meets a conflict.
	maxNotes = 5
	// notePause is how long to wait before the second try, on average; it grows by half with each try.
	notePause = 10 * time.Millisecond
)
