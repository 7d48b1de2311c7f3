// Package deliver sends the mails in the outbox.
package deliver

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/locale"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Sender sends one mail; *ses.Sender and *ses.Folder do. When it returns an id, the mail is out. It fails with
// fault.Rejected when trying again is of no use.
type Sender interface {
	Send(ctx context.Context, raw []byte, from string, m meeting.Mail) (id string, err error)
}

// Function is the handler.
type Function struct {
	config Config
	bucket *bucket.Bucket
	store  *store.Store
	writer *mail.Writer
	keys   *ticket.Ring
	sender Sender
	now    func() time.Time
	log    *slog.Logger
	meter  *observe.Meter
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, keys *ticket.Ring, sender Sender, log *slog.Logger) (*Function, error) {
	words, err := locale.New()
	if err != nil {
		return nil, err
	}
	w, err := mail.NewWriter(words)
	if err != nil {
		return nil, err
	}
	return &Function{config: c, bucket: bucket.New(s3c, c.Bucket), store: store.New(db, c.Table), writer: w, keys: keys,
		sender: sender, now: time.Now, log: log, meter: observe.NewMeter(log, c.Namespace)}, nil
}

// Handle takes records of the table's stream in their order. At the first that fails it stops and reports that
// record's sequence number, from which the stream goes on (AWS Lambda Developer Guide, "Reporting batch item
// failures" for DynamoDB).
func (f *Function) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	r := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}} // a list in JSON, also if none failed
	for _, record := range e.Records {
		if err := f.record(ctx, record); err != nil {
			f.log.ErrorContext(ctx, "record failed", "sequence_number", record.Change.SequenceNumber, "error", err)
			r.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: record.Change.SequenceNumber}}
			break
		}
	}
	return r, nil
}

func (f *Function) record(ctx context.Context, r events.DynamoDBEventRecord) error {
	pk, sk := r.Change.Keys["PK"], r.Change.Keys["SK"]
	if pk.DataType() != events.DataTypeString || sk.DataType() != events.DataTypeString {
		return errors.New("record without the table's keys")
	}
	id, ok := store.MailIDFromKey(pk.String(), sk.String())
	if !ok || r.EventName == string(events.DynamoDBOperationTypeRemove) {
		return nil
	}
	return f.deliver(ctx, id)
}
