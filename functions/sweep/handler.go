// Package sweep makes up for lost events: uploads without a record, roster files and decisions that were not carried
// out, and mails that were not sent.
package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/filing"
	"dossier/internal/observe"
	"dossier/internal/review"
	"dossier/internal/store"
)

// Sender puts a message into a queue.
type Sender interface {
	Send(ctx context.Context, body []byte) error
}

// Function is the handler.
type Function struct {
	config         Config
	bucket         *bucket.Bucket
	store          *store.Store
	desk           *review.Desk
	intake, roster Sender
	now            func() time.Time
	log            *slog.Logger
	meter          *observe.Meter
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, intake, roster Sender, log *slog.Logger) *Function {
	st := store.New(db, c.Table)
	return &Function{
		config: c,
		bucket: bucket.New(s3c, c.Bucket),
		store:  st,
		desk:   review.New(filing.New(st, time.Now)),
		intake: intake,
		roster: roster,
		now:    time.Now,
		log:    log,
		meter:  observe.NewMeter(log, c.Namespace),
	}
}

// Report is what one run drove again.
type Report struct {
	Uploads   int `json:"uploads"`
	Rosters   int `json:"rosters"`
	Decisions int `json:"decisions"`
	Mails     int `json:"mails"`
	// Forgotten originals have been kept for as long as was asked, and are deleted.
	Forgotten int `json:"forgotten"`
	// Skipped objects could not be driven; they stand in the log, and the next round tries them again.
	Skipped int `json:"skipped"`
}

// again is the detail of an event that a person sends, to have a document read once more that was set aside.
type again struct {
	Document string `json:"again"`
}

// Handle runs on a schedule, or does what a person asks for.
func (f *Function) Handle(ctx context.Context, e events.EventBridgeEvent) (Report, error) {
	var asked again
	if len(e.Detail) > 0 && json.Unmarshal(e.Detail, &asked) == nil && asked.Document != "" {
		return Report{Uploads: 1}, f.again(ctx, asked.Document)
	}
	r := Report{}
	err := errors.Join(f.objects(ctx, &r), f.mails(ctx, &r))
	f.log.InfoContext(
		ctx,
		"swept",
		"uploads",
		r.Uploads,
		"rosters",
		r.Rosters,
		"decisions",
		r.Decisions,
		"mails",
		r.Mails,
		"forgotten",
		r.Forgotten,
		"skipped",
		r.Skipped,
	)
	if n := r.Uploads + r.Rosters + r.Decisions + r.Mails; n > 0 {
		f.meter.Put(ctx, observe.Count(observe.EventsRecovered, n))
	}
	return r, err
}
