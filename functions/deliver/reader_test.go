package deliver_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// pages finds the addresses in a mail.
func pages(text string) []string {
	return regexp.MustCompile(`https://dossier\.example/\S+`).FindAllString(text, -1)
}

// textTo is the text of the one mail by a template to an address.
func textTo(t *testing.T, w *e2e.World, template, address string) string {
	t.Helper()
	w.DeliverMails()
	var found []string
	for id, m := range w.Mails() {
		if strings.HasPrefix(id, template+"-") && strings.Contains(m.GetHeader("To"), address) {
			found = append(found, m.Text)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d mails by %s to %s", len(found), template, address)
	}
	return found[0]
}

// The reader is greeted by the roster's words, and by no name where the address is not one person's.
func TestReaderIsGreeted(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	const csv = "id,name,email,gender,sector,agency,country,language,salutation,roles\n" +
		"p1,Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,en,Ms Diallo,presenter:s1\n" +
		"p2,Kofi Mensah,kofi@people.example,m,private,Coast Ltd,Ghana,en,,presenter:s1\n" +
		"p4,Ann Osei,desk@people.example,f,private,Bay Ltd,Ghana,en,,presenter:s1\n" +
		"p5,Ben Osei,desk@people.example,m,private,Bay Ltd,Ghana,en,,presenter:s2\n"
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), csv)
	document := func(state func(*meeting.Document)) *meeting.Document {
		d := &meeting.Document{FileName: "x.pptx"}
		state(d)
		return d
	}
	owned := func(by string) func(*meeting.Document) {
		return func(d *meeting.Document) { d.LinkOwner = by }
	}
	filed := func(session, participant string) func(*meeting.Document) {
		return func(d *meeting.Document) {
			d.FiledFor = []meeting.RequirementKey{{Session: session, Kind: meeting.Presentation, Participant: participant}}
		}
	}
	nominates := func(d *meeting.Document) {
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "A", Participant: "p1"}, {Name: "B", Participant: "p2"}}}
	}
	shared := func(d *meeting.Document) {
		d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "A", Participant: "p4"}, {Name: "B", Participant: "p5"}}}
	}
	for name, test := range map[string]struct {
		about *meeting.Document
		to    string
		want  string
	}{
		"by link":                      {document(owned("p1")), "amina@people.example", "Dear Ms Diallo,"},
		"by link, in capitals":         {document(owned("p1")), "Amina@People.example", "Dear Ms Diallo,"},
		"by the roster alone":          {document(filed("s1", "p2")), "kofi@people.example", "Dear Kofi Mensah,"},
		"one of several nominees":      {document(nominates), "kofi@people.example", "Dear Kofi Mensah,"},
		"another address":              {document(owned("p1")), "other@people.example", "Dear Sir or Madam,"},
		"somebody who left":            {document(owned("p9")), "amina@people.example", "Dear Sir or Madam,"},
		"two with an address":          {document(shared), "desk@people.example", "Dear Sir or Madam,"},
		"the owner of two":             {document(owned("p5")), "desk@people.example", "Dear Ben Osei,"},
		"nobody who has to do with it": {document(func(*meeting.Document) {}), "amina@people.example", "Dear Sir or Madam,"},
	} {
		t.Run(name, func(t *testing.T) {
			d := *test.about
			d.ID, d.Meeting, d.Status = "d-"+strings.ReplaceAll(name, " ", "-"), "m", meeting.Filed
			m := &meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, d.ID), Meeting: "m", Template: meeting.MailReceipt, Language: "en",
				To: []string{test.to}, Document: d.ID, Outcome: meeting.Filed, State: meeting.Pending, Decided: time.Now().UTC()}
			e2e.Must(t, w.Store.Commit(t.Context(), store.NewChanges(m, &d)))
			w.DeliverMails()
			if text := w.Mails()[m.ID].Text; !strings.Contains(text, test.want) {
				t.Errorf("want %q:\n%s", test.want, text)
			}
		})
	}
}

// A rejected document's mail leads to the page by whose link it came, and to no other right.
func TestRejectedIsSentAgainByTheSameLink(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	tk := ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Issued: time.Now().Add(-time.Minute).Unix()}
	link := w.UploadLink(tk)
	w.TakeIn(w.Put(w.FolderOf(link)+"empty.pptx", nil, time.Now()))
	text := textTo(t, w, meeting.MailReceipt, "kofi@people.example")
	if got := pages(text); len(got) != 1 || got[0] != "https://dossier.example"+link || !strings.Contains(text, "Dear Kofi Mensah,") {
		t.Errorf("it leads to %q, want %s:\n%s", got, link, text)
	}
	if code, page, _ := w.Visit("nobody", http.MethodGet, link, nil); code != http.StatusOK {
		t.Errorf("%d\n%s", code, page)
	}
}

// Nobody is given a link who did not have it: a file that came without one, and an address that is not its owner's.
func TestNoLinkForOthers(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	folder := w.FolderOf(w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"}))
	for name, test := range map[string]struct{ key, owner, to string }{
		"dropped":               {"incoming/m/drop/x.pptx", "", "kofi@people.example"},
		"dropped, owner known":  {"incoming/m/drop/x.pptx", "p2", "kofi@people.example"},
		"by another's link":     {folder + "x.pptx", "p1", "amina@people.example"},
		"to another address":    {folder + "x.pptx", "p2", "amina@people.example"},
		"by a link of no value": {"incoming/m/l1.k1.AAAA/x.pptx", "p2", "kofi@people.example"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &meeting.Document{ID: "d-" + strings.ReplaceAll(name, " ", "-"), Meeting: "m", FileName: "x.pptx", LinkOwner: test.owner}
			d.Key, d.Status, d.Reason = test.key, meeting.Rejected, "empty"
			m := &meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, d.ID), Meeting: "m", Template: meeting.MailReceipt, Language: "en",
				To: []string{test.to}, Document: d.ID, Outcome: meeting.Rejected, State: meeting.Pending, Decided: time.Now().UTC()}
			e2e.Must(t, w.Store.Commit(t.Context(), store.NewChanges(m, d)))
			w.DeliverMails()
			if got := pages(w.Mails()[m.ID].Text); len(got) != 0 {
				t.Errorf("it leads to %q", got)
			}
		})
	}
}

// Mails to the secretariat lead to the page where one decides.
func TestStaffAreLedToThePage(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	o := w.Put("incoming/m/drop/unknown.pptx", e2e.Deck("Chains", "by us"), e2e.Noon)
	w.TakeIn(o)
	review := textTo(t, w, meeting.MailReview, "secretariat.example")
	w.TakeIn(w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon))
	complete := textTo(t, w, meeting.MailComplete, "secretariat.example")
	for text, want := range map[string]string{
		review:   "/meetings/m/review/" + o.ID(),
		complete: "/meetings/m/sessions/s1",
	} {
		if got := pages(text); len(got) != 1 || got[0] != "https://dossier.example"+want {
			t.Errorf("it leads to %q, want %s:\n%s", got, want, text)
		}
		if code, page, _ := w.Visit("Ms Staff", http.MethodGet, want, nil); code != http.StatusOK {
			t.Errorf("%s: %d\n%s", want, code, page)
		}
	}
}
