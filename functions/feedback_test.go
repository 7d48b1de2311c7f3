package functions_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions/deliver"
	"dossier/internal/meeting"
	"dossier/internal/ses"
)

// cameBack brings a recorded event of SES about the mail, as often as it is said.
func (w *world) cameBack(t *testing.T, file string, id string, replace ...string) {
	t.Helper()
	event := recorded(t, file, append([]string{"receipt-41177a0f9056bc0323a2f118", id}, replace...)...)
	for range 2 { // EventBridge delivers at least once
		if _, err := w.feedback.Invoke(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	}
}

// mail finds the one mail of a template to an address.
func (w *world) mailTo(template, address string) *meeting.Mail {
	w.t.Helper()
	for id, e := range w.mails() {
		if strings.HasPrefix(id, template+"-") && strings.Contains(e.GetHeader("To"), address) {
			m, err := w.store.Mail(context.Background(), id)
			must(w.t, err)
			return m
		}
	}
	w.t.Fatalf("no mail %s to %s", template, address)
	return nil
}

// A mail that comes back for good: staff see which, no further mail goes to the address, and others hear all the same.
func TestBounce(t *testing.T) {
	w := newWorld(t)
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace+kofi)
	w.takeIn(w.put("incoming/m/drop/letter.txt", nominating("Ms Grace ODHIAMBO"), noon))
	w.post()
	receipt := w.mailTo(meeting.MailReceipt, "grace@people.example")
	// Its record goes after a time by itself.
	if in := time.Until(time.Unix(receipt.Expires, 0)); in < 399*24*time.Hour || in > 401*24*time.Hour {
		t.Errorf("the record goes in %v", in)
	}
	w.cameBack(t, "feedback/bounce.json", receipt.ID, `"Permanent"`, `"Transient"`)
	if m, err := w.store.Mail(t.Context(), receipt.ID); err != nil || m.State != meeting.Sent {
		t.Fatalf("bounced for now, the mail is %+v, %v", m, err)
	}
	w.cameBack(t, "feedback/bounce.json", receipt.ID)
	m, err := w.store.Mail(t.Context(), receipt.ID)
	must(t, err)
	if m.State != meeting.Failed || m.Failure != meeting.Bounced {
		t.Errorf("bounced for good, the mail is %+v", m)
	}
	board := w.board()
	for _, want := range []string{"It came back", "mail to this address comes back"} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if n := strings.Count(board, "mail to this address comes back"); n != 2 { // Grace has a line in each session
		t.Errorf("%d people are unreachable", n)
	}
	newer := w.put("incoming/m/drop/letter.txt", append(nominating("Ms Grace ODHIAMBO"), "again"...), noon.Add(time.Minute))
	w.takeIn(newer)
	w.post()
	id := meeting.MailID(meeting.MailReceipt, newer.ID())
	if m, err := w.store.Mail(t.Context(), id); err != nil || m.State != meeting.Failed || m.Failure != meeting.Bounced || w.sent[id] > 0 || m.Expires == 0 || !strings.Contains(w.logs.String(), `"MailsFailed":1`) {
		t.Errorf("the next mail to the address is %+v, sent %d times, %v", m, w.sent[id], err)
	}
	if d := w.document(newer); d.Status != meeting.Filed {
		t.Errorf("the document is %s", d.Status)
	}
	// Once staff know that it is good, mail goes there again; a viewer may not say so.
	again := url.Values{"requirement": {"s1/nomination/p3"}}
	if code, _, _ := w.visit("", http.MethodPost, "/meetings/m/addresses", again); code != http.StatusForbidden {
		t.Errorf("a viewer: %d", code)
	}
	if code, page, _ := w.visit("Ms Staff", http.MethodPost, "/meetings/m/addresses", again); code != http.StatusSeeOther {
		t.Errorf("%d %s", code, page)
	}
	if strings.Contains(w.board(), "mail to this address comes back") {
		t.Error("the address still counts as bad")
	}
	third := w.put("incoming/m/drop/letter.txt", append(nominating("Ms Grace ODHIAMBO"), "a third time"...), noon.Add(2*time.Minute))
	w.takeIn(third)
	w.post()
	if id := meeting.MailID(meeting.MailReceipt, third.ID()); w.sent[id] != 1 {
		t.Errorf("the mail after that was sent %d times", w.sent[id])
	}
	newer = third
	// One of the secretariat's two complains: the other still hears.
	w.takeIn(w.put("incoming/m/drop/k.pptx", deck("T", "Kofi Mensah"), noon))
	w.post()
	complete := w.mailTo(meeting.MailComplete, "one@secretariat.example")
	w.cameBack(t, "feedback/complaint.json", complete.ID, "grace@people.example", "one@secretariat.example")
	w.decide("action=withdraw&reason=wrong&document=" + newer.ID())
	w.post()
	left := w.mailTo(meeting.MailNoLongerComplete, "two@secretariat.example")
	if left.State != meeting.Sent {
		t.Errorf("%+v", left)
	}
	for id, e := range w.mails() {
		if to := e.GetHeader("To"); id == left.ID && strings.Contains(to, "one@") {
			t.Errorf("to %s", to)
		}
	}
	logs := w.logs.String()
	for _, secret := range []string{"people.example", "secretariat.example", "user unknown"} {
		if strings.Contains(strings.ToLower(logs), secret) {
			t.Errorf("%q is in the logs", secret)
		}
	}
}

// An address gets so many mails a day and no more; what is over waits for the next day, and is not given up.
func TestDailyCap(t *testing.T) {
	w := newWorld(t)
	log := slog.New(slog.DiscardHandler)
	de, err := deliver.New(deliver.Config{Bucket: w.bucket, Table: w.table, TicketKeys: keys, From: "d@dossier.example", Lease: time.Nanosecond, DailyCap: 2, StaffDailyCap: 1}, w.s3, w.db,
		&counting{Folder: ses.NewFolder(w.mailDir), sent: w.sent}, log)
	must(t, err)
	w.deliver = lambda.NewHandler(de.Handle)
	w.load("m", yaml("s1"), csvHead+amina)
	for i := range 4 {
		w.takeIn(w.put("incoming/m/drop/a.pptx", deck(strings.Repeat("T", i+1), "Amina Diallo"), noon.Add(time.Duration(i)*time.Second)))
	}
	w.post()
	w.hoursPass() // and yet it is the same day
	w.runSweep()
	w.post()
	if got := w.subjects(meeting.MailReceipt); len(got) != 2 {
		t.Errorf("%d receipts", len(got))
	}
	open, err := w.store.OpenMails(t.Context(), time.Now().Add(time.Hour), 0)
	must(t, err)
	if len(open) != 2 {
		t.Fatalf("%d mails wait", len(open))
	}
	midnight := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for _, m := range open {
		if m.Failure != "daily-cap" || m.Attempts != 0 || !m.Lease.Equal(midnight) {
			t.Errorf("%+v", m)
		}
	}
	if got := w.subjects(meeting.MailComplete); len(got) != 1 {
		t.Errorf("the secretariat got %d", len(got))
	}
}
