package e2e

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/jhillyerd/enmime/v2"

	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
)

// SESEvent brings a recorded event of SES about the mail, as often as it is said.
func (w *World) SESEvent(file string, id string, replace ...string) {
	w.t.Helper()
	event := RecordedEvent(w.t, file, append([]string{"receipt-41177a0f9056bc0323a2f118", id}, replace...)...)
	for range 2 { // EventBridge delivers at least once
		if _, err := w.Feedback.Invoke(context.Background(), event); err != nil {
			w.t.Fatal(err)
		}
	}
}

// MailTo finds the one mail of a template to an address.
func (w *World) MailTo(template, address string) *meeting.Mail {
	w.t.Helper()
	for id, e := range w.Mails() {
		if strings.HasPrefix(id, template+"-") && strings.Contains(e.GetHeader("To"), address) {
			m, err := w.Store.Mail(context.Background(), id)
			Must(w.t, err)
			return m
		}
	}
	w.t.Fatalf("no mail %s to %s", template, address)
	return nil
}

// CountingSender counts what a sender sends: the folder holds each mail once however often it comes.
type CountingSender struct {
	*ses.Folder
	mu   sync.Mutex
	sent map[string]int
}

// Send writes the mail to the folder and counts it.
func (c *CountingSender) Send(ctx context.Context, raw []byte, from string, m meeting.Mail) (string, error) {
	c.mu.Lock()
	c.sent[m.ID]++
	c.mu.Unlock()
	return c.Folder.Send(ctx, raw, from, m)
}

// StreamRecord is a stream record as DynamoDB writes it for an outbox item.
func StreamRecord(id string) events.DynamoDBEventRecord {
	pk, sk := store.MailStreamKey(id)
	r := events.DynamoDBEventRecord{EventName: "INSERT", EventSource: "aws:dynamodb"}
	r.Change.SequenceNumber = "seq-" + id
	r.Change.Keys = map[string]events.DynamoDBAttributeValue{"PK": events.NewStringAttribute(pk), "SK": events.NewStringAttribute(sk)}
	return r
}

// DeliverMails brings every pending mail to deliver.
func (w *World) DeliverMails() {
	w.t.Helper()
	open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	Must(w.t, err)
	for _, m := range open {
		if m.State != meeting.Pending {
			continue
		}
		var r events.DynamoDBEventResponse
		w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{StreamRecord(m.ID)}}, &r)
		if len(r.BatchItemFailures) > 0 {
			w.t.Fatalf("deliver failed:\n%s", w.Logs)
		}
	}
}

// Mails reads every mail written, by its outbox id.
func (w *World) Mails() map[string]*enmime.Envelope {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.MailDir, "*.eml"))
	Must(w.t, err)
	all := map[string]*enmime.Envelope{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		Must(w.t, err)
		e, err := enmime.ReadEnvelope(bytes.NewReader(data))
		Must(w.t, err)
		all[strings.TrimSuffix(filepath.Base(f), ".eml")] = e
	}
	return all
}

// Subjects delivers, and counts the mails of a template by subject.
func (w *World) Subjects(template string) []string {
	w.t.Helper()
	w.DeliverMails()
	var s []string
	for id, e := range w.Mails() {
		if strings.HasPrefix(id, template+"-") {
			s = append(s, e.GetHeader("Subject"))
		}
	}
	slices.Sort(s)
	return s
}
