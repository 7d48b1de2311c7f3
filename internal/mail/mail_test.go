package mail_test

import (
	"bytes"
	"errors"
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/jhillyerd/enmime/v2"

	"dossier/internal/fault"
	"dossier/internal/locale"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/roster"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2021, 6, 14, 16, 31, 0, 0, time.UTC)

func words(t *testing.T) *locale.Catalog {
	t.Helper()
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func writer(t *testing.T) *mail.Writer {
	t.Helper()
	w, err := mail.NewWriter(words(t))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func view(template, lang string) mail.View {
	session := &meeting.Session{
		Plan:     meeting.Plan{ID: "s1", Title: "Supply chains & finance", Number: 5, Starts: at},
		Meeting:  "m",
		Complete: true,
		Epoch:    1,
	}
	keys := []meeting.RequirementKey{
		{Session: "s1", Kind: meeting.Nomination, Participant: "p1"},
		{Session: "s1", Kind: meeting.Presentation, Participant: "p2"},
		{Session: "s1", Kind: meeting.Presentation, Participant: "p3"},
		{Session: "s1", Kind: meeting.Presentation, Participant: "p4"},
	}
	return mail.View{
		Mail: meeting.Mail{
			ID:       template + "-1",
			Meeting:  "m",
			Template: template,
			Language: lang,
			To:       []string{"one@secretariat.example", "two@secretariat.example"},
			Epoch:    1,
			Outcome:  meeting.Filed,
			Decided:  at,
		},
		Meeting: meeting.Meeting{ID: "m", Title: "Expert meeting <2021>", TimeZone: "Africa/Nairobi",
			Organisation: "Office on Drugs & Crime", Contact: "secretariat@regm.example, +254 20 555 0100"},
		Reader:  &mail.Reader{Name: "Aïssatou N'Diaye", Gender: "f"},
		Portal:  "https://dossier.example/",
		Session: session, Sessions: []*meeting.Session{session}, Now: at,
		Document: &meeting.Document{
			ID:       "d",
			FileName: `R&D <b>"slides"</b>.pptx`,
			Pages:    12,
			Title:    "R&D",
			Candidates: []meeting.Candidate{
				{
					Name: "Aïssatou N'Diaye",
					Evidence: []meeting.Evidence{
						{Code: "name-in-title", Detail: "Aïssatou N'Diaye"},
						{Code: "looks-like", Detail: "presentation"},
					},
				},
			},
			DocumentState: meeting.DocumentState{Reason: "several-named", FiledFor: keys[1:2]},
		},
		Requirements: []*meeting.Requirement{
			{
				RequirementKey:   keys[0],
				Profile:          meeting.Profile{Name: "Grace Odhiambo", Agency: "Ministry <of> Justice"},
				RequirementState: meeting.RequirementState{State: meeting.Satisfied, FileName: "letter.pdf", Late: true},
			},
			{RequirementKey: keys[1],
				Profile:          meeting.Profile{Name: "Aïssatou N'Diaye", Agency: "Teranga"},
				RequirementState: meeting.RequirementState{State: meeting.Outstanding}},
			{RequirementKey: keys[2],
				Profile:          meeting.Profile{Name: "Kofi Mensah", Agency: "Coast"},
				RequirementState: meeting.RequirementState{State: meeting.Waived, Reason: "ill"}},
			{RequirementKey: keys[3],
				Profile:          meeting.Profile{Name: "Gone"},
				RequirementState: meeting.RequirementState{State: meeting.Outstanding, Retired: true}}},
		Uploads: []mail.Upload{
			{
				Invitation: meeting.Invitation{
					Participant: "p2",
					Kind:        meeting.Presentation,
					Session:     "s1",
					Expires:     at.AddDate(0, 0, 30),
				},
				Session: session,
				Due:     at.AddDate(0, 0, 2),
				URL:     "https://dossier.example/t/t1.k.x.y",
			},
			{
				Invitation: meeting.Invitation{
					Participant: "p2",
					Kind:        meeting.Nomination,
					Expires:     at.AddDate(0, 0, 30),
				},
				URL: "https://dossier.example/t/t1.k.x.z",
			}},
		Problems: []roster.Problem{
			{File: "participants.csv", Line: 3, Code: roster.BadEmail, Value: "<x>"},
			{File: "meeting.yaml", Code: roster.NoSessions},
		},
	}
}

// kinds gives every mail by the name of its golden files, with what it differs by from the view of its template.
func kinds() map[string]func(*mail.View) {
	outcome := func(s meeting.Status) func(*mail.View) {
		return func(v *mail.View) { v.Mail.Outcome, v.Document.FiledFor = s, nil }
	}
	rejected := func(v *mail.View) {
		outcome(meeting.Rejected)(v)
		v.Document.Reason, v.Again = "wrong-document", &v.Uploads[0]
	}
	risk := func(v *mail.View) {
		outcome(meeting.Quarantined)(v)
		v.Document.Reason = meeting.ReasonMacros
		v.Document.Findings = []meeting.Finding{{Code: meeting.FindingMacros}, {Code: meeting.FindingNoAltText, Detail: "3"}}
	}
	letter := func(v *mail.View) {
		v.Document.FileName, v.Document.Title, v.Document.Pages = "letter.pdf", "", 1
		v.Document.Status, v.Document.Kind, v.Mail.Outcome = meeting.Filed, meeting.Nomination, meeting.Filed
		v.Document.FiledFor = []meeting.RequirementKey{v.Requirements[0].RequirementKey}
		v.Document.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Grace Odhiambo", Participant: "p1"},
			{Name: "Daniel <b>Kiptoo</b>"}, {Name: "منى الحداد"}, {Name: "Lucy Njeri", Declined: true}}}
	}
	return map[string]func(*mail.View){
		"links": func(*mail.View) {},
		// Of a meeting whose roster tells nothing that it need not tell.
		"links-bare": func(v *mail.View) {
			v.Meeting.Organisation, v.Meeting.Contact, v.Reader, v.Portal = "", "", nil, ""
			v.Uploads = v.Uploads[1:]
		},
		"links-over":         func(v *mail.View) { v.Now = v.Now.AddDate(0, 0, 3) },
		"reminder":           func(*mail.View) {},
		"reminder-over":      func(v *mail.View) { v.Now = v.Now.AddDate(0, 0, 3) },
		"reminder-undated":   func(v *mail.View) { v.Uploads[0].Due = time.Time{} },
		"receipt":            func(*mail.View) {},
		"receipt-late":       func(v *mail.View) { v.Document.Late, v.Reader.Salutation = true, "Dr N'Diaye" },
		"receipt-nominees":   letter,
		"receipt-rejected":   rejected,
		"receipt-risk":       risk,
		"receipt-review":     outcome(meeting.Review),
		"receipt-superseded": outcome(meeting.Superseded),
		"outcome":            func(*mail.View) {},
		"outcome-late":       func(v *mail.View) { v.Document.Late, v.Reader.Gender = true, "m" },
		"outcome-rejected":   rejected,
		"outcome-review":     outcome(meeting.Review),
		"outcome-superseded": outcome(meeting.Superseded),
		"outcome-withdrawn": func(v *mail.View) {
			outcome(meeting.Withdrawn)(v)
			v.Document.Reason, v.Reader.Gender = "It was <b>sent</b> for another meeting", ""
		},
		"over-quota":         overQuota,
		"over-quota-bare":    func(v *mail.View) { overQuota(v); v.Meeting.Contact, v.Meeting.NomineesPerAgency = "", 1 },
		"review":             func(v *mail.View) { v.Mail.Outcome, v.Document.Status = meeting.Review, meeting.Review },
		"review-rejected":    rejected,
		"review-risk":        risk,
		"review-nominees":    letter,
		"complete":           func(*mail.View) {},
		"complete-again":     func(v *mail.View) { v.Mail.Epoch, v.Session.Complete = 2, false },
		"no-longer-complete": func(v *mail.View) { v.Session.Complete = false },
		"roster-rejected":    func(v *mail.View) { v.Meeting = meeting.Meeting{} },
	}
}

func overQuota(v *mail.View) {
	v.Meeting.NomineesPerAgency = 2
	v.Document.Letter = &meeting.Letter{Nominees: []meeting.Nominee{
		{Name: "Grace <b>Odhiambo</b>"}, {Name: "Joseph Kamau"}, {Name: "Faith Wanjiku"}}}
}

// of gives the view of a kind of mail in a language.
func of(kind, lang string) mail.View {
	template := kind
	for _, t := range []string{meeting.MailReceipt, meeting.MailReview, meeting.MailComplete, meeting.MailOutcome,
		meeting.MailOverQuota, meeting.MailLinks, meeting.MailReminder} {
		if strings.HasPrefix(kind, t) {
			template = t
		}
	}
	v := view(template, lang)
	kinds()[kind](&v)
	return v
}

// Every mail in every language is as its golden file says, in both parts.
func TestWrite(t *testing.T) {
	w := writer(t)
	for kind := range kinds() {
		for _, lang := range words(t).Languages() {
			t.Run(kind+"."+lang, func(t *testing.T) {
				m, err := w.Write(of(kind, lang))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, kind+"."+lang+".txt", m.Subject+"\n\n"+m.Text+"\n")
				compare(t, kind+"."+lang+".html", m.HTML)
				if strings.Contains(m.HTML, "<b>") || strings.Contains(m.HTML, "<of>") || strings.Contains(m.HTML, "<x>") {
					t.Error("a document's or a roster's words are markup in the mail")
				}
			})
		}
	}
}

// compare compares a part of a mail with its golden file.
func compare(t *testing.T, name, got string) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got)\n%s", name, d)
	}
}

// said gives the words of a part of a mail, without its heading, which a text has as its subject, and without the
// addresses of links.
func said(part string) []string {
	if _, body, ok := strings.Cut(part, "<body"); ok {
		body = regexp.MustCompile(`</?bdi>`).ReplaceAllString("<"+body, "")
		body = regexp.MustCompile(`(?s)<h1.*?</h1>|<!--.*?-->|<[^>]*>`).ReplaceAllString(body, " ")
		part = html.UnescapeString(body)
	}
	part = regexp.MustCompile(`(?m)^https://.*$`).ReplaceAllString(part, "")
	return strings.FieldsFunc(part, func(r rune) bool {
		return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number)
	})
}

// Whichever mail it is: it greets, says who writes and why, is signed, tells how to know it from a forgery, has the
// meeting in its subject, and says the same in both parts. No words are left to be filled in.
func TestEveryMailIsWhole(t *testing.T) {
	w := writer(t)
	for kind := range kinds() {
		for _, lang := range words(t).Languages() {
			v := of(kind, lang)
			v.Meeting.ID, v.Meeting.Title, v.Meeting.TimeZone = "m", "Expert meeting <2021>", "Africa/Nairobi"
			v.Meeting.Organisation, v.Meeting.Contact, v.Portal = "Office & Co", "desk@secretariat.example", "https://dossier.example/"
			m, err := w.Write(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{v.Meeting.Title, v.Meeting.Organisation, v.Meeting.Contact, "dossier.example"} {
				if !strings.Contains(m.Text, want) {
					t.Errorf("%s.%s does not say %q:\n%s", kind, lang, want, m.Text)
				}
			}
			if d := cmp.Diff(said(m.Text), said(m.HTML)); d != "" {
				t.Errorf("%s.%s: the parts differ (-text +html):\n%s", kind, lang, d)
			}
			if !strings.Contains(m.Subject, "Expert meeting <2021>") || strings.Contains(m.Subject+m.Text+m.HTML, "no value") {
				t.Errorf("%s.%s: %s\n%s", kind, lang, m.Subject, m.Text)
			}
		}
	}
}

// A person is greeted as the roster says, and somebody unknown is greeted too.
func TestGreeting(t *testing.T) {
	w := writer(t)
	for _, test := range []struct {
		lang   string
		reader *mail.Reader
		want   string
	}{
		{"en", &mail.Reader{Name: "Aïssatou N'Diaye", Salutation: "Ms N'Diaye", Gender: "f"}, "Dear Ms N'Diaye,"},
		{"en", &mail.Reader{Name: "Aïssatou N'Diaye", Gender: "f"}, "Dear Aïssatou N'Diaye,"},
		{"en", &mail.Reader{}, "Dear Sir or Madam,"},
		{"en", nil, "Dear Sir or Madam,"},
		{"en", &mail.Reader{Name: "منى"}, "Dear \u2068منى\u2069,"},
		{"es", &mail.Reader{Name: "Ana Gil", Gender: "f"}, "Estimada Ana Gil:"},
		{"es", &mail.Reader{Name: "Ana Gil", Gender: "x"}, "Estimado/a Ana Gil:"},
		{"pt", &mail.Reader{Name: "Rui Sá", Gender: "m"}, "Caro Rui Sá,"},
		{"fr", &mail.Reader{Name: "A B", Salutation: "Madame la Ministre"}, "Madame la Ministre,"},
		{"fr", &mail.Reader{Name: "A B"}, "Bonjour A B,"},
		{"ar", &mail.Reader{Name: "Ana Gil"}, "حضرة \u2068Ana Gil\u2069،"},
	} {
		v := view(meeting.MailReceipt, test.lang)
		v.Reader = test.reader
		m, err := w.Write(v)
		if err != nil || !strings.Contains(m.Text, "\n"+test.want+"\n") {
			t.Errorf("%v in %s: %v\n%s", test.reader, test.lang, err, m.Text)
		}
	}
}

// Mails on which somebody has to act lead to the page where that is done.
func TestButtons(t *testing.T) {
	w := writer(t)
	for kind, want := range map[string][]string{
		"links":              {"t/t1.k.x.y", "t/t1.k.x.z"},
		"reminder":           {"t/t1.k.x.y", "t/t1.k.x.z"},
		"receipt-rejected":   {"t/t1.k.x.y"},
		"outcome-rejected":   {"t/t1.k.x.y"},
		"receipt":            nil,
		"review":             {"meetings/m/review/d"},
		"review-nominees":    {"meetings/m/review/d"},
		"review-rejected":    {"meetings/m/documents/d"},
		"review-risk":        {"meetings/m/documents/d"},
		"complete":           {"meetings/m/sessions/s1"},
		"no-longer-complete": {"meetings/m/sessions/s1"},
	} {
		m, err := w.Write(of(kind, "en"))
		if err != nil {
			t.Fatal(err)
		}
		address := regexp.MustCompile(`https://dossier\.example/([^\s"]+)`)
		for part, text := range map[string]string{"text": m.Text, "html": m.HTML} {
			var got []string
			for _, a := range address.FindAllStringSubmatch(text, -1) {
				got = append(got, a[1])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the %s leads to %v, want %v", kind, part, got, want)
			}
		}
	}
	v := of("review", "en")
	v.Portal = ""
	if m, err := w.Write(v); err != nil || strings.Contains(m.HTML, "href") {
		t.Errorf("a link to nowhere: %v\n%s", err, m.HTML)
	}
}

// A name cannot turn the words around it, or hide its own end.
func TestNamesDoNotTurn(t *testing.T) {
	v := view(meeting.MailReceipt, "en")
	v.Document.FileName = "slides\u202exe.pptx\u2069"
	m, err := writer(t).Write(v)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject+m.Text+m.HTML, "\u202e\u2069") || !strings.Contains(m.Text, "slidesxe.pptx") {
		t.Errorf("%q\n%s", m.Subject, m.Text)
	}
}

func TestMIME(t *testing.T) {
	w := writer(t)
	v := view(meeting.MailReceipt, "fr")
	v.Document.FileName = "évil\r\nBcc: victim@example.org\r\n\r\nbody"
	m, err := w.Write(v)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := m.MIME("Dossier <dossier@meetings.example>", v.Mail, at)
	if err != nil {
		t.Fatal(err)
	}
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if e.GetHeader("Bcc") != "" {
		t.Errorf("a file name made a header:\n%s", raw)
	}
	if got := e.GetHeader("Message-Id"); got != "<receipt-1@meetings.example>" {
		t.Errorf("message id %s", got)
	}
	if got := e.GetHeader("Subject"); !strings.HasPrefix(got, "Reçu et classé\u00a0: évil Bcc") {
		t.Errorf("subject %q", got)
	}
	if e.Text == "" || e.HTML == "" || e.GetHeader("Auto-Submitted") != "auto-generated" {
		t.Errorf("a part or a header is missing:\n%s", raw)
	}
	if d, err := e.Date(); err != nil || !d.Equal(at) {
		t.Errorf("date %v %v", d, err)
	}
	v.Mail.To = []string{"not an address"}
	if _, err := m.MIME("dossier@meetings.example", v.Mail, at); !fault.Is(err, fault.Rejected) {
		t.Errorf("a bad address: %v", err)
	}
}

// A file's name is chosen by its sender; it never becomes a header of a mail, or markup in it.
func TestNoHeaderFromADocument(t *testing.T) {
	w := writer(t)
	for _, name := range []string{"a\r\nBcc: evil@example.org\r\n\r\nbody.pptx", "a\nBcc: evil@example.org",
		"a\rBcc: evil@example.org", "=?utf-8?q?a=0D=0ABcc:_evil@example.org?=.pptx", "\u2028Bcc: evil@example.org"} {
		for _, template := range []string{meeting.MailReceipt, meeting.MailReview, meeting.MailOutcome,
			meeting.MailOverQuota} {
			v := view(template, "en")
			v.Document.FileName, v.Meeting.Title, v.Document.Letter = name, name, &meeting.Letter{
				Nominees: []meeting.Nominee{{Name: name}},
			}
			message, err := w.Write(v)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := message.MIME("Dossier <d@meetings.example>", v.Mail, at)
			if err != nil {
				continue // refused is as good
			}
			e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if e.GetHeader("Bcc") != "" || e.Text == "" || e.HTML == "" {
				t.Errorf(
					"%q in a %s: Bcc %q, subject %q",
					name,
					template,
					e.GetHeader("Bcc"),
					e.GetHeader("Subject"),
				)
			}
		}
	}
}
