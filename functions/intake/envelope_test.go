package intake_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

func papers(w *e2e.World, o meeting.Object) string {
	var all []string
	for _, d := range w.Papers(o) {
		var serves []string
		for _, k := range d.Satisfies {
			serves = append(serves, k.String())
		}
		slices.Sort(serves)
		line := d.FileName + " " + string(d.Status)
		if d.Status != meeting.Filed {
			line += " (" + string(d.Reason) + ")"
		}
		all = append(all, strings.TrimSpace(line+" "+strings.Join(serves, " ")))
	}
	return strings.Join(all, "; ")
}

// Each paper that a mail, a mailbox or an archive holds is a document of its own, and ends where it belongs.
func TestEnvelopes(t *testing.T) {
	t.Parallel()
	letterText := e2e.NominationLetter("Ms Grace Odhiambo")
	amina, kofi := e2e.Deck("Chains", "Amina Diallo"), e2e.Deck("Chains", "Kofi Mensah")
	letter := e2e.Word(string(letterText))
	key := e2e.File{Name: "key.asc", Media: "application/pgp-keys", Data: []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----")}
	reply := e2e.File{Name: "invite.ics", Media: "text/calendar", Data: []byte("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n")}
	mail := e2e.MailOf("See attached.", e2e.File{Name: "a.pptx", Data: amina})
	nested := e2e.MailOf("I pass this on.", e2e.File{Name: "fwd.eml", Media: "message/rfc822", Data: mail}, e2e.File{Name: "k.pptx", Data: kofi})
	mailbox := "From a@b.example Mon Jun 14 09:00:00 2021\n" + strings.ReplaceAll(string(mail), "\r\n", "\n") + "\n" +
		"From c@d.example Mon Jun 14 10:00:00 2021\n" + strings.ReplaceAll(string(e2e.MailOf("Ours.", e2e.File{Name: "k.pptx", Data: kofi})), "\r\n", "\n")
	for name, test := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"a deck and a letter":   {"m.eml", e2e.MailOf("Please find both.", e2e.File{Name: "a.pptx", Data: amina}, e2e.File{Name: "letter.docx", Data: letter}), "a.pptx filed s1/presentation/p1; letter.docx filed s1/nomination/p3 s2/nomination/p3"},
		"two decks":             {"m.eml", e2e.MailOf("Ours.", e2e.File{Name: "1.pptx", Data: amina}, e2e.File{Name: "2.pptx", Data: kofi}), "1.pptx filed s1/presentation/p1; 2.pptx filed s1/presentation/p2"},
		"draft and final":       {"m.eml", e2e.MailOf("Take the second.", e2e.File{Name: "draft.pptx", Data: amina}, e2e.File{Name: "final.pptx", Data: e2e.Deck("Chains, at last", "Amina Diallo")}), "draft.pptx superseded (); final.pptx filed s1/presentation/p1"},
		"one of them is broken": {"m.eml", e2e.MailOf("Ours.", e2e.File{Name: "1.pptx", Data: amina[:700]}, e2e.File{Name: "2.pptx", Data: kofi}), "1.pptx rejected (corrupt); 2.pptx filed s1/presentation/p2"},
		"a key and a reply":     {"m.eml", e2e.MailOf("Mine.", key, e2e.File{Name: "a.pptx", Data: amina}, reply), "a.pptx filed s1/presentation/p1"},
		"a letter in the mail itself, and a picture of a passport's size": {"m.eml", e2e.MailOf(string(letterText), e2e.File{Name: "list.xlsx", Data: e2e.Archive(map[string][]byte{"[Content_Types].xml": []byte("<x/>"), "xl/workbook.xml": []byte("<x/>")})}), "m.txt filed s1/nomination/p3 s2/nomination/p3; list.xlsx review (not-readable-yet)"},
		"a mail in a mail":           {"m.eml", nested, "a.pptx filed s1/presentation/p1; k.pptx filed s1/presentation/p2"},
		"a mailbox":                  {"two.mbox", []byte(mailbox), "a.pptx filed s1/presentation/p1; k.pptx filed s1/presentation/p2"},
		"an archive":                 {"all.zip", e2e.Archive(map[string][]byte{"Session 1/a.pptx": amina, "letter.docx": letter, "__MACOSX/._a.pptx": []byte("x"), ".DS_Store": []byte("x")}), "a.pptx filed s1/presentation/p1; letter.docx filed s1/nomination/p3 s2/nomination/p3"},
		"an archive in a mail":       {"m.eml", e2e.MailOf("All.", e2e.File{Name: "all.zip", Data: e2e.Archive(map[string][]byte{"a.pptx": amina, "k.pptx": kofi})}), "a.pptx filed s1/presentation/p1; k.pptx filed s1/presentation/p2"},
		"an archive without a paper": {"none.zip", e2e.Archive(map[string][]byte{".DS_Store": []byte("x")}), "none.zip rejected (empty)"},
		"thanks":                     {"m.eml", e2e.MailOf("Thank you very much for your kind message. Best regards, Amina Diallo"), "m.eml correspondence (correspondence)"},
		"a calendar's reply":         {"m.eml", e2e.MailOf("", reply), "m.eml correspondence (correspondence)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+"p3,Grace Odhiambo,grace@justice.example,f,public,Ministry of Justice,Kenya,en,expert:s1;expert:s2\n")
			o := w.Put("incoming/m/drop/"+test.file, test.data, e2e.Noon)
			w.TakeIn(o)
			w.TakeIn(o) // told again, it is the same
			if got := papers(w, o); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			w.Check()
		})
	}
}

// A paper of an envelope has its own bytes to download, its own text, and the mail that it came in.
func TestPartIsADocument(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	deck := e2e.Deck("Chains of Zanzibar", "Amina Diallo")
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Only the covering words.", e2e.File{Name: "Chaînes.pptx", Data: deck}, e2e.File{Name: "k.pptx", Data: e2e.Deck("T", "Kofi Mensah")}), e2e.Noon)
	w.TakeIn(o)
	d := w.Papers(o)[0]
	data, err := w.Objects.Read(t.Context(), d.Object, 1<<20)
	if err != nil || string(data) != string(deck) {
		t.Errorf("%d bytes are kept of %d, %v", len(data), len(deck), err)
	}
	if d.Format != "pptx" || d.Title != "Chains of Zanzibar" || strings.Contains(d.Excerpt, "covering") || d.Sender != "office@justice.example" ||
		!d.Time.Equal(e2e.Noon) || strings.Contains(d.Key, "Cha") {
		t.Errorf("%+v", d)
	}
	page := w.StaffPage("/meetings/m/documents/" + d.ID)
	for _, want := range []string{"Came in", "m.eml", "Came with it", "k.pptx", "Chains of Zanzibar"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "covering words") {
		t.Error("the page shows the covering note instead")
	}
	if page = w.StaffPage("/meetings/m/documents/" + o.ID()); !strings.Contains(page, "covering words") || !strings.Contains(page, d.ID) || !strings.Contains(page, "opened") {
		t.Errorf("the mail's page:\n%s", page)
	}
	if page = w.StaffPage("/meetings/m/search?q=Zanzibar"); !strings.Contains(page, d.ID) {
		t.Error("it is not found by its words")
	}
	// Withdrawn, and brought back.
	if code, page := w.SubmitDecision(url.Values{"action": {"withdraw"}, "document": {d.ID}, "reason": {"old"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if w.Requirement("s1/presentation/p1").State != meeting.Outstanding || w.Requirement("s1/presentation/p2").State != meeting.Satisfied {
		t.Error("one part is withdrawn, and the other stays")
	}
}

// What came by a link in a mail came by that link, and its sender sees each paper.
func TestEnvelopeByLink(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	o := w.Put(folder+"mine.zip", e2e.Archive(map[string][]byte{"slides.pptx": e2e.Deck("Chains", "nobody")}), time.Now())
	w.TakeIn(o)
	if got := papers(w, o); got != "slides.pptx filed s1/presentation/p1" {
		t.Error(got)
	}
	if d := w.Paper(o); d.LinkOwner != "p1" || len(w.Subjects(meeting.MailReceipt)) != 1 {
		t.Errorf("%+v, receipts %q", d, w.Subjects(meeting.MailReceipt))
	}
}

// A paper in an envelope that waits is looked at again when the roster names its presenter.
func TestPartIsMatchedAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Ours.", e2e.File{Name: "a.pptx", Data: e2e.Deck("Chains", "Amina Diallo")}, e2e.File{Name: "k.pptx", Data: e2e.Deck("T", "Kofi Mensah")}), time.Now().Add(-time.Hour))
	w.TakeIn(o)
	if got := papers(w, o); got != "a.pptx review (unknown-meeting); k.pptx review (unknown-meeting)" {
		t.Error(got)
	}
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	w.RunUntilQuiet()
	if got := papers(w, o); got != "a.pptx filed s1/presentation/p1; k.pptx review (nobody-named)" {
		t.Error(got)
	}
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.RunUntilQuiet()
	if got := papers(w, o); got != "a.pptx filed s1/presentation/p1; k.pptx filed s1/presentation/p2" {
		t.Error(got)
	}
}

// Correspondence is listed for staff, is told to nobody, and can be filed all the same.
func TestCorrespondence(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	deck := w.Put("incoming/m/drop/deck.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	w.TakeIn(deck)
	mails := len(w.Subjects(meeting.MailReview))
	thanks := w.Put("incoming/m/drop/thanks.eml", e2e.MailOf("Thank you! Amina Diallo\r\n\r\nOn 20 Feb Dossier wrote:\r\n> Presentation: Title of s1"), e2e.Noon.Add(time.Minute))
	w.TakeIn(thanks)
	if d := w.Document(thanks); d.Status != meeting.Correspondence || d.NotifiedStatus != "" || d.Waits() {
		t.Fatalf("%+v", d)
	}
	if d := w.Document(deck); d.Status != meeting.Filed || len(w.Subjects(meeting.MailReview)) != mails {
		t.Errorf("the deck is %s, mails to staff %q", d.Status, w.Subjects(meeting.MailReview))
	}
	if page := w.StaffPage("/meetings/m/review"); !strings.Contains(page, "Mails that file nothing") || !strings.Contains(page, thanks.ID()) {
		t.Error("staff do not see it")
	}
	question := w.Put("incoming/m/drop/q.eml", e2e.MailOf("Bonjour,\r\n\r\nEst-il possible de participer en ligne ? Merci de votre réponse."), e2e.Noon.Add(time.Minute))
	w.TakeIn(question)
	if page := w.StaffPage("/meetings/m/review"); !strings.Contains(page, question.ID()) || !strings.Contains(page, "it seems to ask a question") {
		t.Errorf("the question (%s) is not told as one", w.Document(question).Act)
	}
	if page := w.StaffPage("/meetings/m/review/" + thanks.ID()); !strings.Contains(page, `id="file-here"`) {
		t.Error("it cannot be decided about")
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"file"}, "document": {thanks.ID()}, "other": {"s1/presentation/p2"}, "reason": {"his words are all that he gives"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if d := w.Document(thanks); d.Status != meeting.Filed {
		t.Errorf("it is %s", d.Status)
	}
	w.Check()
}

// An upload that was opened is decided about by its papers: nothing can be done to it that leaves them as they are.
func TestOpenedIsNotDecided(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Mine.", e2e.File{Name: "a.pptx", Data: e2e.Deck("Chains", "Amina Diallo")}), e2e.Noon)
	w.TakeIn(o)
	if page := w.StaffPage("/meetings/m/documents/" + o.ID()); strings.Contains(page, `value="withdraw"`) {
		t.Error("the page offers to withdraw a mail whose papers would stay")
	}
	for _, form := range []url.Values{
		{"action": {"withdraw"}, "reason": {"old"}},
		{"action": {"reject"}, "reason": {"old"}},
		{"action": {"file"}, "other": {"s1/presentation/p2"}, "reason": {"his"}},
		{"action": {"split"}, "from": {"1", "2"}, "to": {"1", "2"}, "reason": {"two"}},
		{"action": {"join"}, "into": {w.Paper(o).ID}, "reason": {"one"}},
	} {
		form.Set("document", o.ID())
		if code, _ := w.SubmitDecision(form); code == http.StatusSeeOther {
			t.Errorf("%s is done", form.Get("action"))
		}
	}
	if d := w.Document(o); d.Status != meeting.Opened || papers(w, o) != "a.pptx filed s1/presentation/p1" {
		t.Errorf("it is %s, %s", d.Status, papers(w, o))
	}
	w.Check()
}
