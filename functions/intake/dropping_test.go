package intake_test

import (
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// What programs leave beside documents is recorded and ignored: nobody is asked or told about it, and it takes no place.
func TestDroppings(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	link := w.UploadLink(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	deck := w.Put(w.FolderOf(link)+"slides.pptx", e2e.Deck("Chains", "Amina Diallo"), time.Now())
	w.TakeIn(deck)
	mails := w.CountOpenMails()
	for _, name := range []string{"~$slides.pptx", "._slides.pptx", ".DS_Store", "Thumbs.db"} {
		for _, folder := range []string{w.FolderOf(link), "incoming/m/drop/"} {
			o := w.Put(folder+name, []byte("Amina Diallo"), time.Now())
			w.TakeIn(o)
			if d := w.Document(o); d.Status != meeting.Ignored || len(d.FiledFor) > 0 || d.NotifiedStatus != "" || d.Waits() {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
	if n := w.CountOpenMails(); n != mails {
		t.Errorf("%d mails about droppings", n-mails)
	}
	if r := w.Requirement("s1/presentation/p1"); r.Document != deck.ID() {
		t.Errorf("the deck lost its place: %+v", r.RequirementState)
	}
	if board := w.StaffPages(); strings.Contains(board, "to review") {
		t.Error("staff are asked about a dropping")
	}
	if r := w.RunSweep(); r.Uploads != 0 {
		t.Errorf("the sweep drives %d again", r.Uploads)
	}
	w.Check()
}
