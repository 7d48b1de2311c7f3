package feedback

import (
	"context"
	"fmt"
	"strings"

	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
)

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

// notice is what an event means for us: these addresses take no mail any more, and this mail was not delivered.
type notice struct {
	reason    string
	addresses []string // in lower case
	mails     []string // the outbox id, if the event names it
}

// notice reads what an event means; false if it has no consequences, as when a full mailbox may be emptied.
func (d detail) notice() (notice, bool) {
	var n notice
	var who []recipient
	switch {
	case d.EventType == "Bounce" && d.Bounce.BounceType == "Permanent":
		n.reason, who = meeting.Bounced, d.Bounce.BouncedRecipients
	case d.EventType == "Complaint":
		n.reason, who = meeting.Complained, d.Complaint.ComplainedRecipients
	case d.EventType == "Reject": // SES found a virus in it
		n.reason = "rejected"
	default:
		return n, false
	}
	for _, r := range who {
		n.addresses = append(n.addresses, strings.ToLower(bare(r.EmailAddress)))
	}
	if ids := d.Mail.Tags["outbox"]; len(ids) > 0 {
		n.mails = ids[:1]
	}
	return n, true
}

// bare takes the address out of "Name <address>".
func bare(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	return strings.TrimSpace(s)
}

// note marks the addresses so that no mail goes there any more, and the mail as failed. It fails with store.ErrConflict
// when one of them changed meanwhile.
func (f *Function) note(ctx context.Context, n notice) error {
	asked := append(store.KeysOf(store.AddressKey, n.addresses), store.KeysOf(store.MailKey, n.mails)...)
	snap, err := f.store.Read(ctx, asked...)
	if err != nil {
		return fmt.Errorf("read what bounced: %w", err)
	}
	var c store.Changes
	marked, failed := 0, 0
	for _, address := range n.addresses {
		a := store.Get(snap, store.AddressKey(address))
		if a == nil {
			a = &meeting.Address{Address: address}
		}
		if a.Suppressed == "" {
			a.Suppressed, a.Since = n.reason, f.now().UTC()
			c.Put(a)
			marked++
		}
	}
	for m := range store.All[meeting.Mail](snap) {
		if m.State == meeting.Sent {
			m.State, m.Failure = meeting.Failed, n.reason
			c.Put(m)
			failed++
		}
	}
	if err := f.store.Commit(ctx, &c); err != nil {
		return fmt.Errorf("note what bounced: %w", err)
	}
	if failed > 0 {
		f.meter.Put(ctx, observe.Count(observe.MailsBounced, failed))
	}
	f.log.WarnContext(ctx, "mail came back",
		"reason", n.reason, "addresses", marked, "mails", failed)
	return nil
}
