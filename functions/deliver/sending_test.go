package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions/deliver"
	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// refusing sends nothing: it fails as a mail server would.
type refusing struct{ err error }

func (r refusing) Send(context.Context, []byte, string, meeting.Mail) (string, error) {
	return "", r.err
}

// sendBy makes deliver send by another sender.
func sendBy(w *e2e.World, s deliver.Sender) {
	de, err := deliver.New(deliver.Config{Bucket: w.Bucket, Table: w.Table, PortalURL: "https://dossier.example/",
		From: "d@dossier.example", Lease: time.Minute, Keep: time.Hour}, w.S3, w.DB, e2e.Keys(), s, slog.New(slog.NewJSONHandler(w.Logs, nil)))
	e2e.Must(w.TB(), err)
	w.Deliver = lambda.NewHandler(de.Handle)
}

// pending puts a receipt into the outbox, for a document that was filed.
func pending(t *testing.T, w *e2e.World, m meeting.Mail) string {
	t.Helper()
	d := &meeting.Document{ID: "d", Meeting: "m", FileName: "x.pptx"}
	d.Status = meeting.Filed
	m.ID, m.Meeting, m.Template, m.Language, m.Document = meeting.MailID(meeting.MailReceipt, "d"), "m", meeting.MailReceipt, "en", "d"
	m.To, m.Outcome, m.State, m.Decided = []string{"somebody@office.example"}, meeting.Filed, meeting.Pending, time.Now().Add(-time.Hour).UTC()
	e2e.Must(t, w.Store.Commit(t.Context(), store.NewChanges(&m, d)))
	return m.ID
}

// streamed brings one outbox item's record to deliver and gives the item as it is afterwards.
func streamed(t *testing.T, w *e2e.World, id string) *meeting.Mail {
	t.Helper()
	var r events.DynamoDBEventResponse
	w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(id)}}, &r)
	if len(r.BatchItemFailures) > 0 {
		t.Errorf("the record is to come again: %v", r.BatchItemFailures)
	}
	m, err := w.Store.Mail(t.Context(), id)
	e2e.Must(t, err)
	return m
}

func TestMailThatCannotBeSentNowWaits(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	sendBy(w, refusing{errors.New("try later")})
	id := pending(t, w, meeting.Mail{})
	for attempt, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		m := streamed(t, w, id)
		if m.State != meeting.Sending || m.Attempts != attempt+1 || m.Failure != "try later" || m.Expires != 0 {
			t.Errorf("after attempt %d: %+v", attempt+1, m)
		}
		if left := time.Until(m.Lease); left > wait || left < wait-30*time.Second {
			t.Errorf("after attempt %d it waits %v, want %v", attempt+1, left, wait)
		}
		w.ExpireLeases()
	}
	if logs := w.Logs.String(); strings.Count(logs, `"MailsDeferred":1`) != 3 {
		t.Errorf("what is put off is not counted:\n%s", logs)
	}
}

func TestMailIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err      error
		attempts int // before this one
	}{
		"when the server refuses it for good": {fault.Reject("refused", "no such mailbox"), 0},
		"after twenty attempts":               {errors.New("try later"), 19},
	} {
		w := e2e.New(t)
		sendBy(w, refusing{test.err})
		m := streamed(t, w, pending(t, w, meeting.Mail{Attempts: test.attempts}))
		if m.State != meeting.Failed || m.Failure != test.err.Error() {
			t.Errorf("%s: %+v", name, m)
		}
		if in := time.Until(time.Unix(m.Expires, 0)); in < 59*time.Minute || in > time.Hour {
			t.Errorf("%s: its record goes in %v, want an hour", name, in)
		}
		if !strings.Contains(w.Logs.String(), `"MailsFailed":1`) {
			t.Errorf("%s: it is not counted", name)
		}
		sendBy(w, w.Mailer) // the server is well again, but nobody tries
		if again := streamed(t, w, m.ID); again.State != meeting.Failed || w.Sent[m.ID] != 0 {
			t.Errorf("%s: it was sent after all: %+v", name, again)
		}
	}
}

// Records of the table that are no outbox item, of one that was removed, and of one that is gone send nothing and hold nothing up.
func TestRecordsThatSendNothing(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	id := pending(t, w, meeting.Mail{})
	removed, session, gone := e2e.StreamRecord(id), e2e.StreamRecord(id), e2e.StreamRecord("receipt-gone")
	removed.EventName = "REMOVE"
	session.Change.Keys = map[string]events.DynamoDBAttributeValue{"PK": events.NewStringAttribute("MEETING#m"), "SK": events.NewStringAttribute("SESSION#s1")}
	var r events.DynamoDBEventResponse
	w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{removed, session, gone}}, &r)
	if len(r.BatchItemFailures) > 0 || len(w.Mails()) > 0 {
		t.Errorf("%d mails, %v", len(w.Mails()), r.BatchItemFailures)
	}
}

// While the table cannot be read, a record is not done with.
func TestRecordComesAgainWhileTheTableFails(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	id := pending(t, w, meeting.Mail{})
	for call := 1; call <= 2; call++ {
		w.Faults.Arm(faultinject.Fault{Nth: call, Err: faultinject.Throttled()})
		var r events.DynamoDBEventResponse
		w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(id)}}, &r)
		if len(r.BatchItemFailures) != 1 || r.BatchItemFailures[0].ItemIdentifier != "seq-"+id {
			t.Errorf("call %d fails: %+v", call, r)
		}
	}
	w.Faults.Arm()
	if m := streamed(t, w, id); m.State != meeting.Sent || w.Sent[id] != 1 {
		t.Errorf("%+v, sent %d times", m, w.Sent[id])
	}
}

func TestLinksInAMailOpenTheirPlace(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	ends := time.Now().Add(24 * time.Hour).Truncate(time.Second)
	m := &meeting.Mail{ID: "links-1", Meeting: "m", Template: meeting.MailLinks, Language: "en", To: []string{"kofi@people.example"},
		Links: []meeting.Invitation{{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Expires: ends}}, State: meeting.Pending, Decided: time.Now().UTC()}
	e2e.Must(t, w.Store.PutMail(t.Context(), m))
	w.DeliverMails()
	text := w.Mails()["links-1"].Text
	found := regexp.MustCompile(`https://dossier\.example/t/(\S+)`).FindStringSubmatch(text)
	if found == nil || !strings.Contains(text, "Title of s1") {
		t.Fatalf("no link in:\n%s", text)
	}
	keys, err := ticket.ParseKeys(e2e.TicketKeys)
	e2e.Must(t, err)
	tk, err := keys.Verify(found[1], "m", time.Now())
	if err != nil || tk.Participant != "p2" || tk.Session != "s1" || tk.Kind != meeting.Presentation || tk.Expires != ends.Unix() {
		t.Errorf("the link says %+v, %v", tk, err)
	}
	// A mail that is written again, because its sender died, has the same link: the first is no other than the second.
	sent, err := w.Store.Mail(t.Context(), "links-1")
	e2e.Must(t, err)
	sent.State = meeting.Pending
	e2e.Must(t, w.Store.PutMail(t.Context(), sent))
	w.DeliverMails()
	if again := w.Mails()["links-1"].Text; w.Sent["links-1"] != 2 || !strings.Contains(again, found[0]) {
		t.Errorf("sent %d times, the second time:\n%s", w.Sent["links-1"], again)
	}
}

func TestProblemsOfARosterAreListed(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+"p8,New Person,nomail,f,private,A,B,en,presenter:s1\n")
	w.DeliverMails()
	for id, m := range w.Mails() {
		if !strings.HasPrefix(id, meeting.MailRosterRejected) || !strings.Contains(m.Text, "participants.csv, line 2: this is no mail address: nomail") {
			t.Errorf("%s:\n%s", id, m.Text)
		}
	}
	if n := len(w.Mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestNobodyIsLeftToMailTo(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	id := pending(t, w, meeting.Mail{})
	e2e.Must(t, w.Store.Commit(t.Context(), store.NewChanges(&meeting.Address{Address: "somebody@office.example", Suppressed: meeting.Complained, Since: e2e.Noon})))
	m := streamed(t, w, id)
	if m.State != meeting.Failed || m.Failure != meeting.Complained || m.Expires == 0 || w.Sent[id] != 0 {
		t.Errorf("%+v, sent %d times", m, w.Sent[id])
	}
	if !strings.Contains(w.Logs.String(), `"MailsFailed":1`) {
		t.Error("it is not counted")
	}
}

// The event as DynamoDB's stream sends it.
func TestRecordedStreamEvent(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	const id = "receipt-41177a0f9056bc0323a2f118"
	d := &meeting.Document{ID: "d", Meeting: e2e.SampleMeeting, FileName: "x.pptx"}
	d.Status = meeting.Filed
	mail := &meeting.Mail{ID: id, Meeting: e2e.SampleMeeting, Template: meeting.MailReceipt, Language: "fr", To: []string{"aissatou.ndiaye@regm.example"},
		Document: "d", Outcome: meeting.Filed, State: meeting.Pending, Decided: e2e.Noon}
	e2e.Must(t, w.Store.Commit(t.Context(), store.NewChanges(mail, d)))
	var r events.DynamoDBEventResponse
	e2e.InvokeRaw(t, w.Deliver, e2e.RecordedEvent(t, "deliver/outbox-insert.json"), &r)
	if r.BatchItemFailures == nil || len(r.BatchItemFailures) > 0 || w.Mails()[id] == nil { // a list, and not null
		t.Errorf("it sent %s: %v", fmt.Sprint(w.Mails()), r.BatchItemFailures)
	}
}
