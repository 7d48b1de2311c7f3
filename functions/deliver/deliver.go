// Package deliver sends the mails in the outbox.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/locale"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// From is the address that mails come from, verified with SES: Name <address> or address.
	From string `env:"MAIL_FROM,required,notEmpty"`
	// ConfigurationSet is the SES configuration set's name.
	ConfigurationSet string `env:"SES_CONFIGURATION_SET"`
	// TicketKeys sign the links in mails; they are intake's.
	TicketKeys string `env:"TICKET_KEYS,required,notEmpty"`
	// PortalURL is where the pages are, with a slash at its end.
	PortalURL string `env:"PORTAL_URL,required,notEmpty"`
	// Lease is how long one sender holds an outbox item: longer than it takes to send one mail.
	Lease time.Duration `env:"MAIL_LEASE" envDefault:"2m"`
	// Keep is how long the record of a mail is kept once it is sent or given up.
	Keep time.Duration `env:"MAIL_KEEP" envDefault:"9600h"`
	// DailyCap is how many mails one address gets a day, in UTC; more wait for the next. What strangers can cause ends
	// there. 0 is no limit.
	DailyCap int `env:"MAIL_DAILY_CAP" envDefault:"50"`
	// StaffDailyCap is the same for what the secretariat is told.
	StaffDailyCap int `env:"MAIL_STAFF_DAILY_CAP" envDefault:"1000"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

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
	keys   *ticket.Keys
	sender Sender
	now    func() time.Time
	log    *slog.Logger
	meter  *observe.Meter
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, sender Sender, log *slog.Logger) (*Function, error) {
	keys, err := ticket.ParseKeys(c.TicketKeys)
	if err != nil {
		return nil, err
	}
	words, err := locale.New()
	if err != nil {
		return nil, err
	}
	w, err := mail.NewWriter(words)
	if err != nil {
		return nil, err
	}
	return &Function{config: c, bucket: bucket.New(s3c, c.Bucket), store: store.New(db, c.Table), writer: w, keys: keys, sender: sender, now: time.Now, log: log, meter: observe.NewMeter(log, c.Namespace)}, nil
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
	m, to, err := f.claim(ctx, id)
	if err != nil || len(to) == 0 {
		return err
	}
	// Those who take no mail any more stay in the record, and are left out of the mail.
	out := *m
	out.To = to
	messageID, v, err := f.send(ctx, out)
	switch {
	case err == nil:
		m.State, m.MessageID, m.Failure = meeting.Sent, messageID, ""
		f.meter.Put(ctx, f.sent(v)...)
	case fault.Is(err, fault.Rejected), m.Attempts >= maxAttempts:
		m.State, m.Failure = meeting.Failed, err.Error()
		f.meter.Put(ctx, observe.Count(observe.MailsFailed, 1))
	default:
		m.Failure = err.Error()
		m.Lease = f.now().Add(backoff(m.Attempts)).UTC()
		f.meter.Put(ctx, observe.Count(observe.MailsPutOff, 1))
	}
	if err != nil {
		f.log.ErrorContext(ctx, "mail failed", "mail", *m, "correlation", m.Cause, "attempts", m.Attempts, "error", err)
	} else {
		f.log.InfoContext(ctx, "mail sent", "mail", *m, "correlation", m.Cause)
	}
	if m.State == meeting.Sent || m.State == meeting.Failed {
		m.Expires = f.now().Add(f.config.Keep).Unix()
	}
	// From here until this is written is the only time in which a death means that the mail goes out again.
	if err := f.store.PutMail(ctx, m); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("note mail %s as %s: %w", id, m.State, err)
	}
	return nil
}

// maxClaims bounds how often a claim that meets a conflict is tried again.
const maxClaims = 5

// claim takes an outbox item for this sender and gives it with those whom it may go to; nobody when there is nothing to send.
func (f *Function) claim(ctx context.Context, id string) (m *meeting.Mail, to []string, err error) {
	for range maxClaims {
		if m, err = f.store.Mail(ctx, id); err != nil {
			if fault.Is(err, fault.NotFound) {
				return nil, nil, nil
			}
			return nil, nil, err
		}
		now := f.now()
		if m.State != meeting.Pending && (m.State != meeting.Sending || now.Before(m.Lease)) {
			return nil, nil, nil
		}
		var addresses []string
		for _, a := range m.To {
			addresses = append(addresses, strings.ToLower(a))
		}
		sends := func(address string) store.Key[meeting.Sends] { return store.SendsKey(address, meeting.Day(now)) }
		asked := append(store.KeysOf(store.AddressKey, addresses), store.KeysOf(sends, addresses)...)
		known, err := f.store.Read(ctx, asked...)
		if err != nil {
			return nil, nil, fmt.Errorf("look up the addresses of mail %s: %w", id, err)
		}
		var counts []any
		to, full, limit := []string(nil), false, f.limit(m.Template)
		for i, a := range addresses {
			if x := store.Get(known, store.AddressKey(a)); x != nil && x.Suppressed != "" {
				m.Failure = x.Suppressed
				continue
			}
			n := store.Get(known, sends(a))
			if n == nil {
				n = meeting.NewSends(a, now)
			}
			full = full || limit > 0 && n.N >= limit
			n.N++
			to, counts = append(to, m.To[i]), append(counts, n)
		}
		m.State, m.Lease = meeting.Sending, now.Add(f.config.Lease).UTC()
		switch {
		case len(to) == 0:
			m.State, m.Expires = meeting.Failed, now.Add(f.config.Keep).Unix()
		case full: // tomorrow
			m.Lease, m.Failure = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1), "daily-cap"
			to, counts = nil, nil
		default:
			m.Attempts++
		}
		err = f.store.Commit(ctx, store.NewChanges(append(counts, m)...))
		if err == nil {
			if len(to) == 0 {
				f.log.WarnContext(ctx, "mail not sent", "mail", *m, "reason", m.Failure)
				if m.State == meeting.Failed {
					f.meter.Put(ctx, observe.Count(observe.MailsFailed, 1))
				}
			}
			return m, to, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, nil, fmt.Errorf("claim mail %s: %w", id, err)
		}
		// Another sender has this mail, or counted another one to the same address: the next look tells.
	}
	return nil, nil, fault.New(fault.Transient, "claim mail %s: its addresses are busy", id)
}

// limit is how many mails a day go to one of those who get a template; 0 is any number.
func (f *Function) limit(template string) int {
	switch template {
	case meeting.MailReceipt, meeting.MailOutcome, meeting.MailOverQuota, meeting.MailLinks, meeting.MailReminder:
		return f.config.DailyCap
	}
	return f.config.StaffDailyCap
}

// backoff is how long to wait after a failure: a minute, doubled each time, at most four hours.
func backoff(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), 4*time.Hour)
}

func (f *Function) send(ctx context.Context, m meeting.Mail) (string, mail.View, error) {
	v, err := f.view(ctx, m)
	if err != nil {
		return "", v, err
	}
	message, err := f.writer.Write(v)
	if err != nil {
		return "", v, err
	}
	raw, err := message.MIME(f.config.From, m, m.Decided)
	if err != nil {
		return "", v, err
	}
	id, err := f.sender.Send(ctx, raw, f.config.From, m)
	return id, v, err
}

// sent measures a mail that went out.
func (f *Function) sent(v mail.View) []observe.Value {
	values := []observe.Value{observe.Count(observe.MailsSent, 1)}
	if v.Mail.Template != meeting.MailComplete {
		return values
	}
	newest := time.Time{}
	for _, r := range v.Requirements {
		if at := meeting.OrderTime(r.LatestUpload); !r.Retired && at.After(newest) {
			newest = at
		}
	}
	if !newest.IsZero() {
		values = append(values, observe.Took(observe.LastUploadToMail, max(0, f.now().Sub(newest))))
	}
	return values
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
	if len(m.Links) > 0 {
		if v.Uploads, err = f.uploads(ctx, v.Meeting, m); err != nil {
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

// uploads signs the links of a mail. A mail that is written again has the same ones.
func (f *Function) uploads(ctx context.Context, m meeting.Meeting, of meeting.Mail) ([]mail.Upload, error) {
	var asked []store.AnyKey
	for _, l := range of.Links {
		if l.Session != "" {
			asked = append(asked, store.SessionKey(of.Meeting, l.Session))
		}
	}
	snap, err := f.store.Read(ctx, asked...)
	if err != nil {
		return nil, err
	}
	var all []mail.Upload
	for _, l := range of.Links {
		token, err := f.keys.Sign(ticket.Of(of.Meeting, l, of.Decided))
		if err != nil {
			return nil, err
		}
		all = append(all, mail.Upload{Invitation: l, Session: store.Get(snap, store.SessionKey(of.Meeting, l.Session)),
			Due: m.Due(l.Kind), URL: f.config.PortalURL + "t/" + token})
	}
	return all, nil
}
