// Package sweep heals what an event lost: uploads without a document record, roster files and decisions that nobody
// dealt with, and mails that nobody sent.
package sweep

import (
	"context"
	"encoding/json"
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
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/review"
	"dossier/internal/store"
)

// Config is read from the environment.
type Config struct {
	Bucket      string `env:"BUCKET,required,notEmpty"`
	Table       string `env:"TABLE,required,notEmpty"`
	IntakeQueue string `env:"INTAKE_QUEUE_URL,required,notEmpty"`
	RosterQueue string `env:"ROSTER_QUEUE_URL,required,notEmpty"`
	// Grace is how old something must be before it counts as lost: longer than its event may take.
	Grace time.Duration `env:"GRACE" envDefault:"10m"`
	// MailGrace is the same for mails, which wait in their stream while many are sent.
	MailGrace time.Duration `env:"MAIL_GRACE" envDefault:"10m"`
	// Pages is how many listings of 1,000 versions one run makes of each prefix; the next run goes on from there.
	// So a run costs the same however much the bucket holds.
	Pages int `env:"PAGES" envDefault:"5"`
	// Mails is how many open outbox items one run looks at.
	Mails int `env:"MAILS" envDefault:"500"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

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
	return &Function{config: c, bucket: bucket.New(s3c, c.Bucket), store: st, desk: review.New(filing.New(st, time.Now)),
		intake: intake, roster: roster, now: time.Now, log: log, meter: observe.NewMeter(log, c.Namespace)}
}

// Report is what one run drove again.
type Report struct {
	Uploads   int `json:"uploads"`
	Rosters   int `json:"rosters"`
	Decisions int `json:"decisions"`
	Mails     int `json:"mails"`
	// Skipped objects could not be driven; they stand in the log, and the next round tries them again.
	Skipped int `json:"skipped"`
}

// Handle runs on a schedule.
func (f *Function) Handle(ctx context.Context, _ events.EventBridgeEvent) (Report, error) {
	r := Report{}
	err := errors.Join(f.objects(ctx, &r), f.mails(ctx, &r))
	f.log.InfoContext(ctx, "swept", "uploads", r.Uploads, "rosters", r.Rosters, "decisions", r.Decisions, "mails", r.Mails, "skipped", r.Skipped)
	if n := r.Uploads + r.Rosters + r.Decisions + r.Mails; n > 0 {
		f.meter.Put(ctx, observe.Count(observe.Healed, n))
	}
	return r, err
}

// objects drives what has no record, in the order in which it was put, so that a table that is built anew goes
// the way that it went before.
func (f *Function) objects(ctx context.Context, r *Report) error {
	var listed []meeting.Object
	next := map[string]string{}
	for _, prefix := range []string{bucket.Roster, bucket.Incoming, bucket.Decisions} {
		marker, err := f.store.Cursor(ctx, prefix)
		if err != nil {
			return err
		}
		found, after, err := f.bucket.Versions(ctx, prefix, marker, f.config.Pages)
		if err != nil {
			return err
		}
		listed = append(listed, found...)
		if after != marker {
			next[prefix] = after
		}
	}
	lost, err := f.lost(ctx, listed)
	if err != nil {
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

// lost picks the objects without a record, and documents in review that were matched against an older roster.
func (f *Function) lost(ctx context.Context, listed []meeting.Object) ([]meeting.Object, error) {
	var asked []store.AnyKey
	before := f.now().Add(-f.config.Grace)
	for _, o := range listed {
		switch {
		case strings.HasPrefix(o.Key, bucket.Incoming):
			asked = append(asked, store.DocumentKey(o.ID()))
		case strings.HasPrefix(o.Key, bucket.Roster):
			asked = append(asked, store.LoadKey(o.ID()))
		default:
			asked = append(asked, store.AuditKey(o.ID()))
		}
	}
	known, err := f.store.Read(ctx, asked...)
	if err != nil {
		return nil, err
	}
	rosters := map[string]string{}
	var lost []meeting.Object
	for _, o := range listed {
		if !o.Time.Before(before) {
			continue
		}
		id := o.ID()
		d := store.Get(known, store.DocumentKey(id))
		if d == nil && !known.Has(store.LoadKey(id)) && !known.Has(store.AuditKey(id)) {
			lost = append(lost, o)
			continue
		}
		if d == nil || !d.NeedsRematch() {
			continue
		}
		token, ok := rosters[d.Meeting]
		if !ok {
			m, taught, err := f.store.Roster(ctx, d.Meeting)
			if err != nil {
				return nil, err
			}
			if m != nil {
				token = meeting.RosterVersion(m.Roster, taught)
			}
			rosters[d.Meeting] = token
		}
		if d.RosterVersion != token {
			lost = append(lost, d.Object) // with the time that it was filed under
		}
	}
	return lost, nil
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

// mails puts outbox items whose event was lost, or whose sender's lease ran out, back to pending. The write itself
// is a stream record, and so brings them to deliver.
func (f *Function) mails(ctx context.Context, r *Report) error {
	now := f.now()
	open, err := f.store.OpenMails(ctx, now.Add(-f.config.MailGrace), f.config.Mails)
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.State == meeting.Sending && now.Before(m.Lease) {
			continue
		}
		m.State = meeting.Pending
		switch err := f.store.PutMail(ctx, m); {
		case errors.Is(err, store.ErrConflict): // somebody is at it
		case err != nil:
			return err
		default:
			r.Mails++
		}
	}
	return nil
}
