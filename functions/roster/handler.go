// Package roster loads the files that the secretariat puts under roster/: meeting.yaml and participants.csv.
package roster

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/filing"
	"dossier/internal/queue"
	"dossier/internal/store"
)

// Sender puts a message into the intake queue.
type Sender interface {
	Send(ctx context.Context, body []byte) error
}

// Function is the handler.
type Function struct {
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	intake   Sender
	staff    string
	log      *slog.Logger
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, intake Sender, log *slog.Logger) *Function {
	st := store.New(db, c.Table)
	return &Function{bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), intake: intake,
		staff: c.Staff, log: log}
}

// Handle takes a batch of S3 notifications from SQS; those that fail come again.
func (f *Function) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, f.log, e, f.notification, nil), nil
}

func (f *Function) notification(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := f.object(ctx, o); err != nil {
			return fmt.Errorf("load roster file %s: %w", o.ID(), err)
		}
	}
	return nil
}
