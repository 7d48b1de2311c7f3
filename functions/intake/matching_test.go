package intake_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// A mail whose sender our own mail server vouches for says whose slides it brings; the same words of another server, or of
// none, are only a hint.
func TestVerifiedSender(t *testing.T) {
	t.Parallel()
	const pass = "; dmarc=pass header.from=people.example"
	for name, c := range map[string]struct {
		checked string
		code    meeting.EvidenceCode
		told    int
	}{
		"vouched for":           {"mx.dossier.example" + pass, meeting.EvidenceSentByVerified, 1},
		"with a version":        {"MX.dossier.example 1" + pass, meeting.EvidenceSentByVerified, 1},
		"by a stranger":         {"mx.evil.example" + pass, meeting.EvidenceSentBy, 0},
		"for another domain":    {"mx.dossier.example; dmarc=pass header.from=evil.example", meeting.EvidenceSentBy, 0},
		"failed":                {"mx.dossier.example; dmarc=fail header.from=people.example", meeting.EvidenceSentBy, 0},
		"of the envelope alone": {"mx.dossier.example; spf=pass smtp.mailfrom=people.example", meeting.EvidenceSentBy, 0},
		"not checked":           {"", meeting.EvidenceSentBy, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
			o := w.Put("incoming/m/drop/mail.eml", e2e.MailFrom("Amina Diallo <amina@people.example>", "<1@people.example>", "", c.checked), e2e.Noon)
			w.TakeIn(o)
			d := w.Paper(o)
			evidence := d.Evidence
			if len(d.Candidates) > 0 {
				evidence = d.Candidates[0].Evidence
			}
			seen := meeting.EvidenceCode("")
			for _, e := range evidence {
				if e.Code == meeting.EvidenceSentBy || e.Code == meeting.EvidenceSentByVerified {
					seen = e.Code
				}
			}
			if seen != c.code {
				t.Errorf("%s (%s), the sender is evidence %q, want %q", d.Status, d.Reason, seen, c.code)
			}
			// Only who is known to have sent it is told of it while it waits.
			if got := len(w.Subjects(meeting.MailReceipt)); got != c.told && d.Status == meeting.Review {
				t.Errorf("%d receipts", got)
			}
		})
	}
}

// An answer in a thread is tied to the person that the thread was about.
func TestThread(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	first := w.Put("incoming/m/drop/one.eml", e2e.MailFrom("office@elsewhere.example", "<1@elsewhere.example>", "", ""), e2e.Noon)
	w.TakeIn(first)
	if code, page := w.SubmitDecision(url.Values{"action": {"file"}, "document": {w.Paper(first).ID}, "other": {"s1/presentation/p2"}, "reason": {"they said so on the phone"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	answer := w.Put("incoming/m/drop/two.eml", e2e.MailFrom("another@third.example", "<2@third.example>", "<1@elsewhere.example>", ""), e2e.Noon.Add(time.Minute))
	alone := w.Put("incoming/m/drop/three.eml", e2e.MailFrom("another@fourth.example", "<3@fourth.example>", "", ""), e2e.Noon.Add(time.Minute))
	w.TakeIn(answer, alone)
	codes := func(o meeting.Object) (all []string) {
		d := w.Paper(o)
		for _, c := range d.Candidates {
			if c.Participant == "p2" {
				for _, e := range c.Evidence {
					all = append(all, string(e.Code))
				}
			}
		}
		for _, e := range d.Evidence {
			all = append(all, string(e.Code))
		}
		return all
	}
	if got := codes(answer); !strings.Contains(strings.Join(got, " "), string(meeting.EvidenceInThread)) {
		t.Errorf("the answer is tied to Kofi by %v", got)
	}
	if got := codes(alone); strings.Contains(strings.Join(got, " "), string(meeting.EvidenceInThread)) {
		t.Errorf("a mail of no thread is tied to Kofi by %v", got)
	}
	// What that taught is on the history page, and can be forgotten.
	history := w.StaffPage("/meetings/m/history")
	if !strings.Contains(history, "Mail from office@elsewhere.example is from Kofi Mensah.") {
		t.Fatalf("the history does not say what was learned:\n%s", history)
	}
	lessons, err := w.Store.Hints(t.Context(), "m")
	e2e.Must(t, err)
	for _, l := range lessons {
		if code, page := w.SubmitDecision(url.Values{"action": {"forget"}, "of": {l.ID}, "reason": {"a shared office"}}); code != http.StatusSeeOther {
			t.Error(page)
		}
	}
	if history = w.StaffPage("/meetings/m/history"); strings.Contains(history, "is from Kofi Mensah.") {
		t.Error("it is not forgotten")
	}
}

// Promise 5: some are filed automatically, others go to review, with the reason.
func TestMatching(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Grace+e2e.Zainab+"p5,Amina Diallo Kofi,ak@people.example,f,academia,U,Mali,fr,moderator:s1\n")
	letterText := string(e2e.NominationLetter("Ms Grace ODHIAMBO, Counsel"))
	upright := func(text string) []byte { return pdftest.Make("x", pdftest.A4Width, pdftest.A4Height, text) }
	lying := func(text string) []byte { return pdftest.Make("x", pdftest.A4Height, pdftest.A4Width, text) }
	for name, test := range map[string]struct {
		file   string
		data   []byte
		status meeting.Status
		reason meeting.Reason
		serves string
	}{
		"title slide":                 {"slides.pptx", e2e.Deck("Chains", "Amina Diallo"), meeting.Filed, "", "s1/presentation/p1"},
		"family name first, capitals": {"slides2.pptx", e2e.Deck("Chains", "Presented by DIALLO Amina"), meeting.Filed, "", "s1/presentation/p1"},
		"diacritics":                  {"slides3.pptx", e2e.Deck("Chaînes", "Mme Amína Dìallo"), meeting.Filed, "", "s1/presentation/p1"},
		"file name":                   {"mensah_kofi-v2.pptx", e2e.Deck("Chains", "no name"), meeting.Filed, "", "s1/presentation/p2"},
		"file name in camel case":     {"KofiMensah.pptx", e2e.Deck("Chains", "no name"), meeting.Filed, "", "s1/presentation/p2"},
		"PDF lying":                   {"x.pdf", lying("Chains\nKofi Mensah"), meeting.Filed, "", "s1/presentation/p2"},
		"letter":                      {"letter.pdf", upright(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"session named":               {"y.pptx", e2e.Deck("Title of s2", "Zainab Bello"), meeting.Filed, "", "s2/presentation/p4"},
		"a longer name is another's":  {"z.pptx", e2e.Deck("Chains", "Amina Diallo Kofi"), meeting.Review, meeting.ReasonNotRequired, ""},
		"session unclear":             {"s.pptx", e2e.Deck("Chains", "Zainab Bello"), meeting.Review, meeting.ReasonSessionUnclear, ""},
		"two names":                   {"two.pptx", e2e.Deck("Chains", "Amina Diallo, Kofi Mensah"), meeting.Review, meeting.ReasonSeveralNamed, ""},
		"title and file disagree":     {"Kofi Mensah.pptx", e2e.Deck("Chains", "Amina Diallo"), meeting.Review, meeting.ReasonSeveralNamed, ""},
		"two people make no third":    {"n.pptx", e2e.Deck("Chains", "Moussa Amina\nDiallo Keita"), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"nobody":                      {"n2.pptx", e2e.Deck("Chains", "by us"), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"only the notes name":         {"n3.pptx", ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T", Notes: "Amina Diallo"}}}.Bytes(), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"no such requirement":         {"g.pptx", e2e.Deck("Chains", "Grace Odhiambo"), meeting.Review, meeting.ReasonNotRequired, ""},
		"upright without a hint":      {"cv.pdf", upright("Curriculum vitae\nKofi Mensah\nborn in Tema"), meeting.Review, meeting.ReasonKindUnclear, ""},
		"regret":                      {"r.pdf", upright("We regret that our nominee\nMs Grace Odhiambo\nis unable to attend"), meeting.Review, meeting.ReasonKindUnclear, ""},
		"not readable yet":            {"Kofi Mensah presentation.xlsx", ooxmltest.Zip("", map[string]string{"xl/workbook.xml": "<x/>"}), meeting.Review, "not-readable-yet", ""},
		"letter in Word":              {"letter.docx", e2e.Word(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter as text":              {"letter.txt", []byte(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter with a wrong name":    {"letter.doc", e2e.Word(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter by mail":              {"mail.eml", e2e.MailWith("letter.docx", e2e.Word(letterText)), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"slides by mail":              {"mail2.eml", e2e.MailWith("x.pptx", e2e.Deck("Chains", "Amina Diallo")), meeting.Filed, "", "s1/presentation/p1"},
		"macros":                      {"Kofi Mensah.pptm", ooxmltest.Add(e2e.Deck("Chains", "Kofi Mensah"), map[string]string{"ppt/vbaProject.bin": "x"}), meeting.Quarantined, "macros", ""},
		"a program by mail":           {"mail3.eml", e2e.MailWith("run.exe", []byte("MZ\x90\x00")), meeting.Quarantined, "executable", ""},
		"a scan that nobody reads":    {"scan.png", e2e.BlankPicture(), meeting.Review, "scan-unread", ""},
		"cut short":                   {"Kofi Mensah.pptx", e2e.Deck("Chains", "Kofi Mensah")[:700], meeting.Rejected, "corrupt", ""},
		"no PDF after all":            {"k.pdf", []byte("%PDF-1.4\nnothing"), meeting.Rejected, "corrupt", ""},
		"empty":                       {"e.pptx", nil, meeting.Rejected, "empty", ""},
		"over the limit":              {"big.pptx", make([]byte, 10<<20+1), meeting.Rejected, "too-large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := w.Put("incoming/m/drop/"+strings.ReplaceAll(name, " ", "-")+"/"+test.file, test.data, time.Now())
			w.TakeIn(o)
			d := w.Paper(o)
			var serves []string
			for _, k := range d.Satisfies {
				serves = append(serves, k.String())
			}
			slices.Sort(serves)
			if d.Status != test.status || d.Reason != test.reason || strings.Join(serves, " ") != test.serves {
				t.Errorf("%s (%s) for %v, want %s (%s) for %s", d.Status, d.Reason, serves, test.status, test.reason, test.serves)
			}
		})
	}
	w.Check()
}

// A ticket is certain, and only a valid one is.
func TestTickets(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Zainab)
	id := func(tk ticket.Ticket) string { return strings.Split(w.Folder(tk), "/")[2] }
	valid := id(ticket.Ticket{Participant: "p4", Kind: meeting.Presentation, Session: "s2"})
	forged := valid[:len(valid)-2] + "AA"
	token := w.Token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	for name, test := range map[string]struct {
		token  string
		at     time.Time
		status meeting.Status
		reason meeting.Reason
	}{
		"valid":      {valid, time.Now(), meeting.Filed, ""},
		"forged":     {forged, time.Now(), meeting.Review, meeting.ReasonTicketInvalid},
		"old key":    {token, time.Now(), meeting.Filed, ""},
		"old forged": {token[:len(token)-2] + "AA", time.Now(), meeting.Review, meeting.ReasonTicketInvalid},
		"expired":    {valid, time.Now().Add(2 * time.Hour), meeting.Review, meeting.ReasonTicketExpired},
		"not on it":  {id(ticket.Ticket{Participant: "p9", Kind: meeting.Presentation}), time.Now(), meeting.Review, meeting.ReasonNotRequired},
		"wrong kind": {id(ticket.Ticket{Participant: "p1", Kind: meeting.Nomination}), time.Now(), meeting.Review, meeting.ReasonNobodyNamed},
	} {
		t.Run(name, func(t *testing.T) {
			// The slides name nobody: the ticket alone decides.
			o := w.Put("incoming/m/"+test.token+"/"+name+".pptx", e2e.Deck("Chains", "of nobody"), test.at)
			w.TakeIn(o)
			if d := w.Document(o); d.Status != test.status || d.Reason != test.reason {
				t.Errorf("%s (%s), want %s (%s)", d.Status, d.Reason, test.status, test.reason)
			}
		})
	}
	if r := w.Requirement("s2/presentation/p4"); r.State != meeting.Satisfied {
		t.Errorf("requirement is %s", r.State)
	}
	if r := w.Requirement("s1/presentation/p2"); r.State != meeting.Outstanding {
		t.Errorf("another's requirement is %s", r.State)
	}
}

// Slides that present somebody else than the person of the link are kept, and the question goes to the sender at once.
func TestOtherPresenter(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.DeliverMails()
	o := w.Put(w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"slides.pptx", e2e.Deck("Chains", "Kofi Mensah"), time.Now())
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Review || d.Reason != meeting.ReasonOtherPresenter {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	for _, r := range []string{"s1/presentation/p1", "s1/presentation/p2"} {
		if q := w.Requirement(r); q.State != meeting.Outstanding {
			t.Errorf("%s is %s", r, q.State)
		}
	}
	w.DeliverMails()
	asked := false
	for _, mail := range w.Mails() {
		asked = asked || strings.Contains(mail.GetHeader("To"), "amina") && strings.Contains(mail.Text, "Est-ce le bon fichier ?")
	}
	if !asked {
		t.Errorf("the sender was not asked: %q", w.Subjects(meeting.MailReceipt))
	}
}

// What comes before its meeting is set up is filed once it is, and the uploader hears of that alone.
func TestUploadBeforeRoster(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Review || d.Reason != meeting.ReasonUnknownMeeting {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s) after the roster came", d.Status, d.Reason)
	}
	if !w.Session("s1").Complete {
		t.Error("the session is not complete")
	}
	if got := w.Subjects("receipt"); len(got) != 1 {
		t.Errorf("receipts: %v", got)
	}
	w.Check()
}
