package feedback_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// A mail that comes back for good: staff see which, no further mail goes to the address, and others hear all the same.
func TestBounce(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Kofi)
	w.TakeIn(w.Put("incoming/m/drop/letter.txt", e2e.NominationLetter("Ms Grace ODHIAMBO"), e2e.Noon))
	w.DeliverMails()
	receipt := w.MailTo(meeting.MailReceipt, "grace@people.example")
	// Its record goes after a time by itself.
	if in := time.Until(time.Unix(receipt.Expires, 0)); in < 399*24*time.Hour || in > 401*24*time.Hour {
		t.Errorf("the record goes in %v", in)
	}
	w.SESEvent("feedback/bounce.json", receipt.ID, `"Permanent"`, `"Transient"`)
	if m, err := w.Store.Mail(t.Context(), receipt.ID); err != nil || m.State != meeting.Sent {
		t.Fatalf("bounced for now, the mail is %+v, %v", m, err)
	}
	w.SESEvent("feedback/bounce.json", receipt.ID)
	m, err := w.Store.Mail(t.Context(), receipt.ID)
	e2e.Must(t, err)
	if m.State != meeting.Failed || m.Failure != meeting.Bounced {
		t.Errorf("bounced for good, the mail is %+v", m)
	}
	board := w.StaffPages()
	for _, want := range []string{"It came back", "mail to this address comes back"} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if n := strings.Count(board, "mail to this address comes back"); n != 2 { // Grace has a line in each session
		t.Errorf("%d people are unreachable", n)
	}
	newer := w.Put("incoming/m/drop/letter.txt", append(e2e.NominationLetter("Ms Grace ODHIAMBO"), "again"...), e2e.Noon.Add(time.Minute))
	w.TakeIn(newer)
	w.DeliverMails()
	id := meeting.MailID(meeting.MailReceipt, newer.ID())
	if m, err := w.Store.Mail(t.Context(), id); err != nil || m.State != meeting.Failed || m.Failure != meeting.Bounced || w.Sent[id] > 0 || m.Expires == 0 || !strings.Contains(w.Logs.String(), `"MailsFailed":1`) {
		t.Errorf("the next mail to the address is %+v, sent %d times, %v", m, w.Sent[id], err)
	}
	if d := w.Document(newer); d.Status != meeting.Filed {
		t.Errorf("the document is %s", d.Status)
	}
	// Once staff know that it is good, mail goes there again; a viewer may not say so.
	again := url.Values{"requirement": {"s1/nomination/p3"}}
	if code, _, _ := w.Visit("", http.MethodPost, "/meetings/m/addresses", again); code != http.StatusForbidden {
		t.Errorf("a viewer: %d", code)
	}
	if code, page, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/addresses", again); code != http.StatusSeeOther {
		t.Errorf("%d %s", code, page)
	}
	if strings.Contains(w.StaffPages(), "mail to this address comes back") {
		t.Error("the address still counts as bad")
	}
	third := w.Put("incoming/m/drop/letter.txt", append(e2e.NominationLetter("Ms Grace ODHIAMBO"), "a third time"...), e2e.Noon.Add(2*time.Minute))
	w.TakeIn(third)
	w.DeliverMails()
	if id := meeting.MailID(meeting.MailReceipt, third.ID()); w.Sent[id] != 1 {
		t.Errorf("the mail after that was sent %d times", w.Sent[id])
	}
	// One of the secretariat's two complains: the other still hears.
	deck := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(deck)
	w.DeliverMails()
	complete := w.MailTo(meeting.MailComplete, "one@secretariat.example")
	w.SESEvent("feedback/complaint.json", complete.ID, "grace@people.example", "one@secretariat.example")
	w.Decide("action=withdraw&reason=wrong&document=" + deck.ID())
	w.DeliverMails()
	left := w.MailTo(meeting.MailNoLongerComplete, "two@secretariat.example")
	if left.State != meeting.Sent {
		t.Errorf("%+v", left)
	}
	for id, e := range w.Mails() {
		if to := e.GetHeader("To"); id == left.ID && strings.Contains(to, "one@") {
			t.Errorf("to %s", to)
		}
	}
	logs := w.Logs.String()
	for _, secret := range []string{"people.example", "secretariat.example", "user unknown"} {
		if strings.Contains(strings.ToLower(logs), secret) {
			t.Errorf("%q is in the logs", secret)
		}
	}
}
