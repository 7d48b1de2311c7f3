// Package intake is the Lambda function that takes in uploads: it decodes S3 notifications from SQS and hands each
// object version to the use case in internal/intake.
package intake

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/encoder"
	"dossier/internal/encoder/words"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/filing"
	"dossier/internal/intake"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/queue"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Function is the handler.
type Function struct {
	intake *intake.Intake
	reader *reader
	log    *slog.Logger
}

// Engines read what the function alone cannot. Each may be nil.
type Engines struct {
	OCR   ocr.Engine
	Large match.LargeReader
}

// New wires the function.
func New(
	c Config, s3c *s3.Client, db *dynamodb.Client, keys *ticket.Ring, engines Engines, log *slog.Logger,
) (*Function, error) {
	readers, err := paperReaders()
	if err != nil {
		return nil, err
	}
	limits := content.Limits{
		Bytes: cmp.Or(c.MaxBytes, bucket.MaxUpload), Time: c.ReadTime, Scans: c.MaxScans, ScanTime: c.ScanTime,
	}.WithDefaults()
	table, objects := store.New(db, c.Table), bucket.New(s3c, c.Bucket)
	meter := observe.NewMeter(log, c.Namespace)
	docs := newReader(c.PDFiumCache, engines.OCR, limits, log, meter)
	registry := filing.New(table, time.Now)
	registry.OnConflict(func(ctx context.Context) { meter.Put(ctx, observe.Count(observe.Conflicts, 1)) })
	o := intake.Options{
		Bucket: objects, Table: table, Registry: registry, Reader: docs,
		Readers: readers, Large: engines.Large,
		ScanPatience: c.ScanPatience, Tickets: keys, Staff: c.Staff, MailServer: c.MailServer,
		Quarantine: c.Quarantine, MaxBytes: limits.Bytes,
		LinkLimits:  meeting.LinkLimits{Files: c.LinkFiles, Bytes: c.LinkBytes},
		AttemptTime: c.AttemptTime, MaxDeaths: c.MaxDeaths, Log: log, Meter: meter,
	}
	if c.MalwareScan {
		o.Scanner = objects
	}
	uploads := intake.New(o)
	registry.OnRecord(uploads.Measure)
	return &Function{intake: uploads, reader: docs, log: log}, nil
}

// paperReaders are the two unlike readers of papers. A letter is filed only where both agree.
func paperReaders() ([]match.PaperReader, error) {
	byWords, err := words.Shared()
	if err != nil {
		return nil, err
	}
	byVectors, err := encoder.Shared()
	if err != nil {
		return nil, err
	}
	return []match.PaperReader{byWords, byVectors}, nil
}

// Ready starts the PDF engine ahead of the first document.
func (f *Function) Ready(ctx context.Context) error { return f.reader.Ready(ctx) }

// Close frees the PDF engine.
func (f *Function) Close() error { return f.reader.Close() }

// Handle takes a batch of S3 notifications from SQS; those that fail come again.
func (f *Function) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, f.log, e, f.created, f.failed), nil
}

// created takes in the object versions of one notification.
func (f *Function) created(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if o.Version == "" {
			// A document belongs to one version. AWS always names it; if not, the sweep finds it in the bucket.
			f.log.WarnContext(ctx, "event without a version, left to the sweep")
			continue
		}
		if err := f.intake.Object(ctx, o); err != nil {
			return fmt.Errorf("take in object %s: %w", o.ID(), err)
		}
	}
	return nil
}

// failed shows staff the uploads of a notification that is about to go to the dead-letter queue.
func (f *Function) failed(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := f.intake.Stuck(ctx, o); err != nil {
			return fmt.Errorf("note object %s as stuck: %w", o.ID(), err)
		}
	}
	return nil
}
