// Package deliver sends the mails in the outbox.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// From is the address that mails come from, verified with SES: Name <address> or address.
	From string `env:"MAIL_FROM,required,notEmpty"`
	// ConfigurationSet is the SES configuration set's name.
	ConfigurationSet string `env:"SES_CONFIGURATION_SET"`
	// Lease is how long one sender holds an outbox item: longer than it takes to send one mail.
	Lease time.Duration `env:"MAIL_LEASE" envDefault:"2m"`
}

// Sender sends one mail; *mail.SES and *mail.Folder do. When it returns an id, the mail is out. It fails with
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
	sender Sender
	now    func() time.Time
	log    *slog.Logger
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, sender Sender, log *slog.Logger) (*Function, error) {
	w, err := mail.NewWriter()
	if err != nil {
		return nil, err
	}
	return &Function{config: c, bucket: bucket.New(s3c, c.Bucket), store: store.New(db, c.Table), writer: w, sender: sender, now: time.Now, log: log}, nil
}

// Handle takes records of the table's stream in their order. At the first that fails it stops and reports that
// record's sequence number, from which the stream goes on (AWS Lambda Developer Guide, "Reporting batch item
// failures" for DynamoDB).
func (f *Function) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	var r events.DynamoDBEventResponse
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

// maxAttempts is after how many failures an outbox item is given up, and shown to staff.
const maxAttempts = 20

// deliver sends one outbox item, unless it is sent or somebody else has it. An error means that the item is as it
// was; a mail that could not be sent is no error: it is noted in the item, and the sweep tries it again.
func (f *Function) deliver(ctx context.Context, id string) error {
	m, err := f.store.Mail(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.State != meeting.Pending && (m.State != meeting.Sending || f.now().Before(m.Lease)) {
		return nil
	}
	m.State, m.Lease = meeting.Sending, f.now().Add(f.config.Lease).UTC()
	m.Attempts++
	if err := f.store.PutMail(ctx, m); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return nil // another sender was first
		}
		return fmt.Errorf("claim mail %s: %w", id, err)
	}
	messageID, err := f.send(ctx, *m)
	switch {
	case err == nil:
		m.State, m.MessageID, m.Failure = meeting.Sent, messageID, ""
	case fault.Is(err, fault.Rejected), m.Attempts >= maxAttempts:
		m.State, m.Failure = meeting.Failed, err.Error()
	default:
		m.Failure = err.Error()
		m.Lease = f.now().Add(backoff(m.Attempts)).UTC()
	}
	if err != nil {
		f.log.ErrorContext(ctx, "mail failed", "mail", *m, "attempts", m.Attempts, "error", err)
	} else {
		f.log.InfoContext(ctx, "mail sent", "mail", *m)
	}
	// From here until this is written is the only time in which a death means that the mail goes out again.
	if err := f.store.PutMail(ctx, m); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("note mail %s as %s: %w", id, m.State, err)
	}
	return nil
}

// backoff is how long to wait after a failure: a minute, doubled each time, at most four hours.
func backoff(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), 4*time.Hour)
}

func (f *Function) send(ctx context.Context, m meeting.Mail) (string, error) {
	v, err := f.view(ctx, m)
	if err != nil {
		return "", err
	}
	message, err := f.writer.Write(v)
	if err != nil {
		return "", err
	}
	raw, err := message.MIME(f.config.From, m, m.Decided)
	if err != nil {
		return "", err
	}
	return f.sender.Send(ctx, raw, f.config.From, m)
}

// view gathers what the mail can say, as it stands now.
func (f *Function) view(ctx context.Context, m meeting.Mail) (mail.View, error) {
	v := mail.View{Mail: m, Now: f.now()}
	switch found, err := f.store.Meeting(ctx, m.Meeting); {
	case err == nil:
		v.Meeting = *found
	case !fault.Is(err, fault.NotFound):
		return v, err
	}
	var err error
	if m.Session != "" {
		if v.Session, err = f.store.Session(ctx, m.Meeting, m.Session); err != nil {
			return v, err
		}
		if v.Requirements, err = f.store.Requirements(ctx, m.Meeting, m.Session); err != nil {
			return v, err
		}
	}
	if m.Document != "" {
		if v.Document, err = f.store.Document(ctx, m.Document); err != nil {
			return v, err
		}
		if v.Sessions, err = f.store.AllSessions(ctx, m.Meeting); err != nil {
			return v, err
		}
	}
	if m.Problems != "" {
		if err = f.bucket.GetJSON(ctx, m.Problems, &v.Problems); err != nil {
			return v, err
		}
	}
	return v, nil
}
