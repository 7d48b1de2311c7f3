package deliver_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions/deliver"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// A template's stream filter lets through exactly what deliver is for. This is what AWS compares: each key of the
// pattern with the values that it lists.
func TestStreamFilter(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(e2e.ProjectFile("template.yaml"))
	e2e.Must(t, err)
	_, rest, ok := strings.Cut(string(data), "- Pattern: '")
	pattern, _, ok2 := strings.Cut(rest, "'")
	if !ok || !ok2 {
		t.Fatal("no filter pattern in the template")
	}
	var p any
	e2e.Must(t, json.Unmarshal([]byte(pattern), &p))
	var e struct{ Records []map[string]any }
	e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "deliver/outbox-insert.json"), &e))
	if !matches(p, e.Records[0]) {
		t.Error("the recorded event does not pass the filter")
	}
	for _, change := range []string{`"pending"`, `"OUTBOX"`, `"INSERT"`} {
		var other struct{ Records []map[string]any }
		e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "deliver/outbox-insert.json", change, `"else"`), &other))
		if matches(p, other.Records[0]) {
			t.Errorf("an event without %s passes the filter", change)
		}
	}
}

func matches(pattern, value any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		v, ok := value.(map[string]any)
		for k := range p {
			ok = ok && matches(p[k], v[k])
		}
		return ok
	case []any:
		for _, x := range p {
			if x == value {
				return true
			}
		}
	}
	return false
}

// An address gets so many mails a day and no more; the rest waits for the next day, and is not given up.
func TestDailyCap(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	log := slog.New(slog.DiscardHandler)
	de, err := deliver.New(deliver.Config{Bucket: w.Bucket, Table: w.Table, From: "d@dossier.example", Lease: time.Nanosecond, DailyCap: 2, StaffDailyCap: 1}, w.S3, w.DB,
		e2e.Keys(), w.Mailer, log)
	e2e.Must(t, err)
	w.Deliver = lambda.NewHandler(de.Handle)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	for i := range 4 {
		w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck(strings.Repeat("T", i+1), "Amina Diallo"), e2e.Noon.Add(time.Duration(i)*time.Second)))
	}
	w.DeliverMails()
	w.ExpireLeases() // and yet it is the same day
	w.RunSweep()
	w.DeliverMails()
	if got := w.Subjects(meeting.MailReceipt); len(got) != 2 {
		t.Errorf("%d receipts", len(got))
	}
	open, err := w.Store.OpenMails(t.Context(), time.Now().Add(time.Hour), 0)
	e2e.Must(t, err)
	if len(open) != 2 {
		t.Fatalf("%d mails wait", len(open))
	}
	midnight := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for _, m := range open {
		if m.Failure != "daily-cap" || m.Attempts != 0 || !m.Lease.Equal(midnight) {
			t.Errorf("%+v", m)
		}
	}
	if got := w.Subjects(meeting.MailComplete); len(got) != 1 {
		t.Errorf("the secretariat got %d", len(got))
	}
}

// A flood of notices about uploads to review does not hold back that a session is complete. That has an allowance of its own.
func TestCompletenessIsNotHeldBack(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	de, err := deliver.New(deliver.Config{Bucket: w.Bucket, Table: w.Table, From: "d@dossier.example", Lease: time.Nanosecond, StaffDailyCap: 2}, w.S3, w.DB,
		e2e.Keys(), w.Mailer, slog.New(slog.DiscardHandler))
	e2e.Must(t, err)
	w.Deliver = lambda.NewHandler(de.Handle)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	for i := range 4 {
		w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck(strings.Repeat("T", i+1), "nobody"), e2e.Noon.Add(time.Duration(i)*time.Second)))
	}
	if got := w.Subjects(meeting.MailReview); len(got) != 2 {
		t.Fatalf("%d notices", len(got))
	}
	for i := range 2 {
		o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon.Add(time.Duration(10+i)*time.Minute))
		w.TakeIn(o)
		if complete, open := len(w.Subjects(meeting.MailComplete)), len(w.Subjects(meeting.MailNoLongerComplete)); complete != 1 || open != i {
			t.Errorf("%d mails that it is complete, %d that it is not any more", complete, open)
		}
		w.Decide("action=withdraw&reason=x&document=" + o.ID())
		w.DeliverMails()
	}
	if got := w.Subjects(meeting.MailNoLongerComplete); len(got) != 1 { // this allowance has an end too
		t.Errorf("%d mails that it is not complete any more", len(got))
	}
}

// The stream's checkpoint is the first record that fails; what comes after it waits.
func TestStreamCheckpoint(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon), w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon))
	open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	e2e.Must(t, err)
	if len(open) != 3 {
		t.Fatalf("%d open mails", len(open))
	}
	broken := e2e.StreamRecord("x")
	broken.Change.Keys = nil
	broken.Change.SequenceNumber = "the one"
	var r events.DynamoDBEventResponse
	w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(open[0].ID), broken, e2e.StreamRecord(open[1].ID)}}, &r)
	if len(r.BatchItemFailures) != 1 || r.BatchItemFailures[0].ItemIdentifier != "the one" {
		t.Errorf("failures %+v", r.BatchItemFailures)
	}
	if n := len(w.Mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// Promise 7: two senders of one outbox item send one mail, and a lease that ran out is taken up again.
func TestMailLease(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon))
	open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	e2e.Must(t, err)
	var wg sync.WaitGroup
	for _, m := range open {
		for range 4 {
			wg.Go(func() {
				in, _ := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(m.ID)}})
				_, _ = w.Deliver.Invoke(context.Background(), in)
			})
		}
	}
	wg.Wait()
	for _, m := range open {
		got, err := w.Store.Mail(context.Background(), m.ID)
		e2e.Must(t, err)
		if got.State != meeting.Sent || got.Attempts != 1 || got.MessageID == "" {
			t.Errorf("%+v", got)
		}
	}
	// One whose sender died: held until the lease runs out, then swept.
	held := open[0]
	held, err = w.Store.Mail(context.Background(), held.ID)
	e2e.Must(t, err)
	held.State, held.Lease = meeting.Sending, time.Now().Add(time.Hour)
	e2e.Must(t, w.Store.PutMail(context.Background(), held))
	if r := w.RunSweep(); r.Mails != 0 {
		t.Errorf("a held mail was driven: %+v", r)
	}
	var r events.DynamoDBEventResponse
	w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(held.ID)}}, &r)
	if m, err := w.Store.Mail(context.Background(), held.ID); err != nil || m.State != meeting.Sending || m.Attempts != held.Attempts {
		t.Errorf("a held mail was taken by another: %+v %v", m, err)
	}
	held.Lease = time.Now().Add(-time.Second)
	e2e.Must(t, w.Store.PutMail(context.Background(), held))
	if r := w.RunSweep(); r.Mails != 1 {
		t.Errorf("a mail whose sender died was not driven: %+v", r)
	}
}
