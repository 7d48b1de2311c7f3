package deliver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dossier/internal/fault"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
)

// maxAttempts is after how many failures an outbox item is given up, and shown to staff.
const maxAttempts = 20

// deliver sends one outbox item, unless it is sent or another sender has it. An error means that the item is as it
// was. A mail that could not be sent is no error: it is noted in the item, and the sweep tries it again.
func (f *Function) deliver(ctx context.Context, id string) error {
	c, err := f.claim(ctx, id)
	if err != nil || len(c.to) == 0 {
		return err
	}
	// Addresses that take no mail any more stay in the record, and are left out of the mail.
	out := *c.mail
	out.To = c.to
	messageID, v, err := f.send(ctx, out)
	f.noteResult(ctx, c.mail, messageID, v, err)
	// From here until this is written is the only time in which a death means that the mail goes out again.
	if err := f.store.PutMail(ctx, c.mail); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("note mail %s as %s: %w", id, c.mail.State, err)
	}
	return nil
}

// noteResult notes in the item what sending it came to; err is why it failed.
func (f *Function) noteResult(ctx context.Context, m *meeting.Mail, messageID string, v mail.View, err error) {
	switch {
	case err == nil:
		m.State, m.MessageID, m.Failure = meeting.Sent, messageID, ""
		f.meter.Put(ctx, f.sent(v)...)
		f.log.InfoContext(ctx, "mail sent", "mail", *m, "correlation", m.Cause)
	case fault.Is(err, fault.Rejected), m.Attempts >= maxAttempts:
		m.State, m.Failure = meeting.Failed, said(err)
		f.meter.Put(ctx, observe.Count(observe.MailsFailed, 1))
	default:
		m.Failure = said(err)
		m.Lease = f.now().Add(waitAfter(m.Attempts)).UTC()
		f.meter.Put(ctx, observe.Count(observe.MailsDeferred, 1))
	}
	if err != nil {
		f.log.ErrorContext(ctx, "mail failed", "mail", *m, "correlation", m.Cause, "attempts", m.Attempts, "error", err)
	}
	if m.State == meeting.Sent || m.State == meeting.Failed {
		m.Expires = f.now().Add(f.config.Keep).Unix()
	}
}

// said is why a mail was not sent, in the words of the mail server where it has said any. They are for staff, and not
// for logs: they can name addresses.
func said(err error) string {
	if f, ok := errors.AsType[interface {
		error
		Words() string
	}](err); ok {
		return f.Words()
	}
	return err.Error()
}

// waitAfter is how long to wait after a failure: a minute, doubled each time, at most four hours.
func waitAfter(attempts int) time.Duration {
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
