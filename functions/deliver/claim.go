package deliver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
)

// maxClaims bounds how often a claim that meets a conflict is tried again.
const maxClaims = 5

// claimed is an outbox item that this sender holds.
type claimed struct {
	mail *meeting.Mail
	// to are the addresses that the mail may go to now; none when there is nothing to send.
	to []string
}

// claim takes an outbox item for this sender, and counts the mail for each of its addresses. Another sender may have
// the item, or count another mail to the same address meanwhile: then it looks again.
func (f *Function) claim(ctx context.Context, id string) (claimed, error) {
	var c claimed
	err := store.RetryOnConflict(ctx, maxClaims, backoff.NewConstantBackOff(0), func() (err error) {
		c, err = f.tryClaim(ctx, id)
		return err
	})
	if errors.Is(err, store.ErrConflict) {
		return claimed{}, fault.New(fault.Transient, "claim mail %s: its addresses are busy", id)
	}
	if err != nil {
		return claimed{}, fmt.Errorf("claim mail %s: %w", id, err)
	}
	return c, nil
}

func (f *Function) tryClaim(ctx context.Context, id string) (claimed, error) {
	m, err := f.store.Mail(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return claimed{}, nil
	}
	if err != nil {
		return claimed{}, err
	}
	now := f.now()
	if m.State != meeting.Pending && (m.State != meeting.Sending || now.Before(m.Lease)) {
		return claimed{}, nil
	}
	a, err := f.count(ctx, m, now)
	if err != nil {
		return claimed{}, err
	}
	m.State, m.Lease = meeting.Sending, now.Add(f.config.Lease).UTC()
	switch {
	case len(a.to) == 0:
		m.State, m.Failure, m.Expires = meeting.Failed, a.suppressed, now.Add(f.config.Keep).Unix()
	case a.full: // tomorrow
		m.Lease, m.Failure = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1), "daily-cap"
		a.to, a.counts = nil, nil
	default:
		m.Attempts++
	}
	changes := store.NewChanges(m)
	for _, n := range a.counts {
		changes.Put(n)
	}
	if err := f.store.Commit(ctx, changes); err != nil {
		return claimed{}, err
	}
	f.noteUnsent(ctx, m, a.to)
	return claimed{m, a.to}, nil
}

// addressees is how a mail's addresses stand today.
type addressees struct {
	to         []string         // those that take mail
	counts     []*meeting.Sends // of each of them, this mail counted
	full       bool             // one of them had as many mails today as it may
	suppressed string           // why the last of the others takes none; "" when there is none
}

// count counts a mail for each of its addresses that takes mail.
func (f *Function) count(ctx context.Context, m *meeting.Mail, now time.Time) (addressees, error) {
	lower := make([]string, len(m.To))
	for i, a := range m.To {
		lower[i] = strings.ToLower(a)
	}
	name := meeting.Sends{Day: meeting.Day(now), About: about(m.Template)}.Name()
	sends := func(address string) store.Key[meeting.Sends] { return store.SendsKey(address, name) }
	known, err := f.store.Read(ctx, append(store.KeysOf(store.AddressKey, lower), store.KeysOf(sends, lower)...)...)
	if err != nil {
		return addressees{}, fmt.Errorf("look up its addresses: %w", err)
	}
	all, limit := addressees{}, f.limit(m.Template)
	for i, a := range lower {
		if x := store.Get(known, store.AddressKey(a)); x != nil && x.Suppressed != "" {
			all.suppressed = x.Suppressed
			continue
		}
		n := store.Get(known, sends(a))
		if n == nil {
			n = meeting.NewSends(a, now)
			n.About = about(m.Template)
		}
		all.full = all.full || limit > 0 && n.N >= limit
		n.N++
		all.to, all.counts = append(all.to, m.To[i]), append(all.counts, n)
	}
	return all, nil
}

// noteUnsent logs and counts a mail that goes to nobody now.
func (f *Function) noteUnsent(ctx context.Context, m *meeting.Mail, to []string) {
	if len(to) > 0 {
		return
	}
	f.log.WarnContext(ctx, "mail not sent", "mail", *m, "reason", m.Failure)
	if m.State == meeting.Failed {
		f.meter.Put(ctx, observe.Count(observe.MailsFailed, 1))
	}
}

// about tells which mails are counted apart: a flood of uploads to review must not hold back that a session is complete.
func about(template string) string {
	if template == meeting.MailComplete || template == meeting.MailNoLongerComplete {
		return meeting.AboutCompleteness
	}
	return ""
}

// limit is how many mails a day go to one address by a template; 0 is any number.
func (f *Function) limit(template string) int {
	switch template {
	case meeting.MailReceipt, meeting.MailOutcome, meeting.MailOverQuota, meeting.MailLinks, meeting.MailReminder:
		return f.config.DailyCap
	}
	return f.config.StaffDailyCap
}
