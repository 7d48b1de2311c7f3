// Package feedback takes what SES says of mails after it took them: that one bounced, or that somebody called it unwanted.
package feedback

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

	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
)

// Config is read from the environment.
type Config struct {
	Table string `env:"TABLE,required,notEmpty"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

// Function is the handler.
type Function struct {
	store *store.Store
	now   func() time.Time
	log   *slog.Logger
	meter *observe.Meter
}

// New wires the function.
func New(c Config, db *dynamodb.Client, log *slog.Logger) *Function {
	return &Function{store: store.New(db, c.Table), now: time.Now, log: log, meter: observe.NewMeter(log, c.Namespace)}
}

// detail is an SES event as EventBridge brings it (Amazon SES Developer Guide, "Contents of event data that Amazon SES
// sends to Amazon EventBridge" and "Contents of event records").
type detail struct {
	EventType string `json:"eventType"`
	Bounce    struct {
		BounceType        string      `json:"bounceType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Mail struct {
		Tags map[string][]string `json:"tags"`
	} `json:"mail"`
}

type recipient struct {
	EmailAddress string `json:"emailAddress"`
}

// Handle takes one event, which may come any number of times.
func (f *Function) Handle(ctx context.Context, e events.EventBridgeEvent) error {
	var d detail
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return fmt.Errorf("decode event of SES: %w", err)
	}
	reason := ""
	var who []recipient
	switch d.EventType {
	case "Bounce":
		if d.Bounce.BounceType != "Permanent" { // a full mailbox may be emptied
			f.log.InfoContext(ctx, "mail bounced for now", "type", d.Bounce.BounceType)
			return nil
		}
		reason, who = meeting.Bounced, d.Bounce.BouncedRecipients
	case "Complaint":
		reason, who = meeting.Complained, d.Complaint.ComplainedRecipients
	case "Reject": // SES found a virus in it
		reason = "rejected"
	default:
		f.log.InfoContext(ctx, "event of SES without use", "type", d.EventType)
		return nil
	}
	var addresses []string
	for _, r := range who {
		addresses = append(addresses, strings.ToLower(bare(r.EmailAddress)))
	}
	var mails []string
	if ids := d.Mail.Tags["outbox"]; len(ids) > 0 {
		mails = ids[:1]
	}
	return f.noteOnce(ctx, reason, addresses, mails)
}

// maxAttempts bounds how often a note that meets a conflict is tried again.
const maxAttempts = 5

// noteOnce notes what came back, also when another function changes the items meanwhile.
func (f *Function) noteOnce(ctx context.Context, reason string, addresses, mails []string) (err error) {
	for range maxAttempts {
		if err = f.note(ctx, reason, addresses, mails); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return err
}

// bare takes the address out of "Name <address>".
func bare(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	return strings.TrimSpace(s)
}

// note marks the addresses, and the mail as one that staff have to know of.
func (f *Function) note(ctx context.Context, reason string, addresses, mails []string) error {
	keys := append(store.KeysOf(store.AddressKey, addresses), store.KeysOf(store.MailKey, mails)...)
	snap, err := f.store.Read(ctx, keys...)
	if err != nil {
		return fmt.Errorf("read what bounced: %w", err)
	}
	var c store.Changes
	marked, failed := 0, 0
	for _, address := range addresses {
		a := store.Get(snap, store.AddressKey(address))
		if a == nil {
			a = &meeting.Address{Address: address}
		}
		if a.Suppressed == "" {
			a.Suppressed, a.Since = reason, f.now().UTC()
			c.Put(a)
			marked++
		}
	}
	for m := range store.All[meeting.Mail](snap) {
		if m.State == meeting.Sent {
			m.State, m.Failure = meeting.Failed, reason
			c.Put(m)
			failed++
		}
	}
	if err := f.store.Commit(ctx, &c); err != nil {
		return fmt.Errorf("note what bounced: %w", err)
	}
	if failed > 0 {
		f.meter.Put(ctx, observe.Count(observe.MailsBack, failed))
	}
	f.log.WarnContext(ctx, "mail came back", "reason", reason, "addresses", marked, "mails", failed)
	return nil
}
