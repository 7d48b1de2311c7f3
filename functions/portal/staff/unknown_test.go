package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// People without an address or an agency are on the roster like others. Pages say so, no mail goes to them, and what
// they are asked for can be put in.
func TestPeopleWithoutAddressOrAgency(t *testing.T) {
	t.Parallel()
	const officials = "o1,Grace Odhiambo,grace@people.example,f,public,,Kenya,en,panellist:s1\n" +
		"o2,Peter Mwangi,peter@people.example,m,public,,Kenya,en,panellist:s1\n" +
		"o3,Zainab Bello,zainab@people.example,f,public,,Kenya,en,panellist:s1\n"
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+officials+
		"p1,Amina Diallo,,f,private,Sahel SA,Guinea,fr,presenter:s1\n")
	if s := w.Session("s1"); s.Required != 4 {
		t.Fatalf("%+v\n%v", s, w.Subjects(meeting.MailRosterRejected))
	}
	page := w.StaffPage("/meetings/m/sessions/s1")
	if n := strings.Count(page, "no address on the roster"); n != 1 {
		t.Errorf("%d people without an address:\n%s", n, page)
	}
	if n := strings.Count(page, "no agency on the roster"); n != 3 || strings.Contains(page, "<bdi>, Kenya") {
		t.Errorf("%d people without an agency:\n%s", n, page)
	}
	if page := w.StaffPage("/meetings/m/links"); !strings.Contains(page, "The roster has no address for: <bdi>Amina Diallo</bdi>") {
		t.Errorf("the page of links:\n%s", page)
	}
	link := w.UploadLink(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	if code, page, _ := w.Visit("nobody", http.MethodPost, link+"/renew", url.Values{}); code != http.StatusOK {
		t.Errorf("a new link: %d\n%s", code, page)
	}
	if code, page, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}}); code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", code, page)
	}
	deck := w.Put(w.FolderOf(link)+"a.pptx", e2e.Deck("T", "Amina Diallo"), time.Now())
	w.TakeIn(deck)
	w.RunUntilQuiet()
	if d := w.Document(deck); d.Status != meeting.Filed {
		t.Errorf("the deck is %s (%s)", d.Status, d.Reason)
	}
	if got := w.Subjects(meeting.MailLinks); len(got) != 3 {
		t.Errorf("links went out as %q", got)
	}
	for id, m := range w.Mails() {
		if strings.Trim(m.GetHeader("To"), " <>") == "" {
			t.Errorf("%s goes to nobody", id)
		}
	}
	// Officials without an agency are not known to be of one: none sees another, and they take nobody's seats.
	others := w.UploadLink(ticket.Ticket{Participant: "o3", Kind: meeting.Nomination})
	for _, o := range []string{"o1", "o2"} {
		doc := w.Put("incoming/m/drop/"+o+".docx", e2e.Deck("T", "nobody"), e2e.Noon)
		w.TakeIn(doc)
		if code, page := w.SubmitDecision(url.Values{"action": {"file"}, "document": {doc.ID()}, "requirement": {"s1/nomination/" + o}, "reason": {"by hand"}}); code != http.StatusSeeOther {
			t.Fatalf("%d\n%s", code, page)
		}
	}
	w.RunUntilQuiet()
	if _, page, _ := w.Visit("nobody", http.MethodGet, others, nil); strings.Contains(page, "Grace") {
		t.Errorf("it shows somebody else:\n%s", page)
	}
	if page := w.StaffPage("/meetings/m/people"); !strings.Contains(page, "no agency on the roster") || !strings.Contains(page, "Peter Mwangi") {
		t.Errorf("the page of people:\n%s", page)
	}
	// A link tells who sends. A paper that names nobody is filed for none.
	doc := w.Put(w.FolderOf(others)+"note.txt", []byte("Dear colleagues,\n\nwe shall come to the meeting with pleasure.\n"), time.Now())
	w.TakeIn(doc)
	if r := w.Requirement("s1/nomination/o3"); r.State != meeting.Outstanding {
		t.Errorf("%+v", r)
	}
	w.Check()
}

// What a letter calls its office is remembered for the agency of its nominee. Somebody without an agency teaches nothing.
func TestNoWordingOfNoAgency(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+"o1,Grace Odhiambo,grace@people.example,f,public,,Kenya,en,panellist:s1\n")
	letter := w.Put("incoming/m/drop/letter.txt", []byte("MINISTRY OF LABOUR AND SOCIAL PROTECTION\n\nNairobi, 3 June 2021\n\n"+
		"Dear Sir,\n\nThe Ministry of Labour and Social Protection has the honour to nominate Ms Jane Wanjiru as its representative.\n\nYours faithfully,\n"), e2e.Noon)
	w.TakeIn(letter)
	if d := w.Document(letter); d.Letter == nil || d.Letter.Agency == "" {
		t.Fatalf("no agency is read: %s %+v", d.Status, d.Letter)
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"file"}, "document": {letter.ID()}, "requirement": {"s1/nomination/o1"}, "reason": {"by hand"}}); code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", code, page)
	}
	hints, err := w.Store.Hints(t.Context(), "m")
	e2e.Must(t, err)
	for _, h := range hints {
		if h.Kind == meeting.HintWording {
			t.Errorf("%q is remembered for the agency %q", h.Pattern, h.Agency)
		}
	}
}
