package intake_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// keySource is a secret that changes, or that cannot be read.
type keySource struct {
	mu   sync.Mutex
	text string
}

func (k *keySource) Text(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.text == "" {
		return "", errors.New("read secret: not to be had")
	}
	return k.text, nil
}

func (k *keySource) Again(ctx context.Context) (string, error) { return k.Text(ctx) }

func (k *keySource) set(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.text = text
}

// While the keys cannot be read, nothing is said about a link: its uploads come again, its page fails, and what came by no link is filed.
func TestKeysThatCannotBeRead(t *testing.T) {
	t.Parallel()
	source := &keySource{text: e2e.TicketKeys}
	w := e2e.NewWith(t, e2e.Options{Keys: source})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	byLink := w.Put(w.FolderOf(link)+"a.pptx", e2e.Deck("Chains", "nobody"), time.Now())
	dropped := w.Put("incoming/m/drop/k.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	source.set("")
	if failed := w.Send(w.Intake, w.Event(byLink), w.Event(dropped)); len(failed) != 1 || failed[0] != "0" {
		t.Errorf("failed: %v", failed)
	}
	if code, _, _ := w.Visit("nobody", http.MethodGet, link, nil); code != http.StatusInternalServerError {
		t.Errorf("the page of a link: %d", code)
	}
	if d := w.Document(dropped); d.Status != meeting.Filed {
		t.Errorf("without a link it is %s (%s)", d.Status, d.Reason)
	}
	source.set(e2e.TicketKeys)
	w.TakeIn(byLink)
	if d := w.Document(byLink); d.Status != meeting.Filed {
		t.Errorf("it is %s (%s)", d.Status, d.Reason)
	}
	w.Check()
}

// Old links work while their key is in the secret, behind the new one. When the key is removed, they open nothing, and a file
// that comes by one waits for a person. Documents that were filed before stay filed.
func TestRotatedKeys(t *testing.T) {
	t.Parallel()
	const fresh = "k2:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="
	source := &keySource{text: e2e.TicketKeys}
	w := e2e.NewWith(t, e2e.Options{Keys: source})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	link := w.UploadLink(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	open := func() int {
		code, _, _ := w.Visit("nobody", http.MethodGet, link, nil)
		return code
	}
	source.set(fresh + "," + e2e.TicketKeys)
	first := w.Put(w.FolderOf(link)+"a.pptx", e2e.Deck("Chains", "nobody"), time.Now())
	w.TakeIn(first)
	if code, d := open(), w.Document(first); code != http.StatusOK || d.Status != meeting.Filed {
		t.Errorf("with both keys: page %d, upload %s (%s)", code, d.Status, d.Reason)
	}
	source.set(fresh)
	second := w.Put(w.FolderOf(link)+"b.pptx", e2e.Deck("Other chains", "nobody"), time.Now())
	w.TakeIn(second)
	if code, d := open(), w.Document(second); code != http.StatusNotFound || d.Status != meeting.Review || d.Reason != meeting.ReasonTicketInvalid {
		t.Errorf("without the old key: page %d, upload %s (%s)", code, d.Status, d.Reason)
	}
	if d := w.Document(first); d.Status != meeting.Filed {
		t.Errorf("what was filed is %s", d.Status)
	}
	w.Check()
}
