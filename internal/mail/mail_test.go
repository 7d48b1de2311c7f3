package mail_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
		Meeting: meeting.Meeting{ID: "m", Title: "Expert meeting <2021>", TimeZone: "Africa/Nairobi"},
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

// open names the mails about a letter that is filed for some of its nominees.
const open = "open-nominees"

// Every mail in every language is as its golden file says, in both parts.
func TestWrite(t *testing.T) {
	w, err := mail.NewWriter(words(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{meeting.MailReceipt, "receipt-quarantined", "receipt-open-nominees", meeting.MailReview, "review-quarantined", "review-open-nominees",
		meeting.MailComplete, meeting.MailNoLongerComplete, meeting.MailRosterRejected,
		meeting.MailOutcome, "outcome-rejected", "outcome-withdrawn", "outcome-superseded", "outcome-review",
		meeting.MailOverQuota, meeting.MailLinks, meeting.MailReminder} {
		languages := words(t).Languages()
		if slices.Contains(
			[]string{
				meeting.MailReview,
				"review-quarantined",
				"review-open-nominees",
				meeting.MailComplete,
				meeting.MailNoLongerComplete,
				meeting.MailRosterRejected,
			},
			name,
		) {
			languages = []string{"en", "fr"}
		}
		for _, lang := range languages {
			t.Run(name+"."+lang, func(t *testing.T) {
				template, outcome := name, ""
				if t, o, ok := strings.Cut(name, "-"); ok &&
					(t == meeting.MailOutcome || o == string(meeting.Quarantined) || o == open) {
					template, outcome = t, o
				}
				v := view(template, lang)
				switch meeting.Status(outcome) {
				case "":
					if template == meeting.MailReview {
						v.Mail.Outcome = meeting.Review
					}
				case meeting.Rejected:
					v.Mail.Outcome, v.Document.Reason, v.Document.FiledFor = meeting.Rejected, "wrong-document", nil
				case open:
					v.Document.FileName, v.Document.Title, v.Document.Pages = "letter.pdf", "", 1
					v.Document.Status, v.Document.Kind = meeting.Filed, meeting.Nomination
					v.Document.FiledFor = []meeting.RequirementKey{v.Requirements[0].RequirementKey}
					v.Document.Letter = &meeting.Letter{Nominees: []meeting.Nominee{{Name: "Grace Odhiambo", Participant: "p1"},
						{Name: "Daniel <b>Kiptoo</b>"}, {Name: "منى الحداد"}, {Name: "Lucy Njeri", Declined: true}}}
				case meeting.Withdrawn:
					v.Mail.Outcome, v.Document.FiledFor = meeting.Withdrawn, nil
					v.Document.Reason = "It was <b>sent</b> for another meeting."
				case meeting.Superseded, meeting.Review:
					v.Mail.Outcome, v.Document.FiledFor = meeting.Status(outcome), nil
				case meeting.Quarantined:
					v.Mail.Outcome, v.Document.Reason, v.Document.FiledFor = meeting.Quarantined, meeting.ReasonMacros, nil
					v.Document.Findings = []meeting.Finding{
						{Code: meeting.FindingMacros},
						{Code: meeting.FindingNoAltText, Detail: "3"},
					}
				}
				if template == meeting.MailOverQuota {
					v.Meeting.NomineesPerAgency = 2
					v.Document.Letter = &meeting.Letter{
						Nominees: []meeting.Nominee{
							{Name: "Grace <b>Odhiambo</b>"},
							{Name: "Joseph Kamau"},
							{Name: "Faith Wanjiku"},
						},
					}
				}
				m, err := w.Write(v)
				if err != nil {
					t.Fatal(err)
				}
				for _, ending := range []string{"txt", "html"} {
					got := m.HTML
					if ending == "txt" {
						got = m.Subject + "\n\n" + m.Text + "\n"
					}
					golden := filepath.Join("testdata", name+"."+lang+"."+ending)
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
						t.Errorf("%s (-want +got)\n%s", ending, d)
					}
				}
				if strings.Contains(m.HTML, "<b>") || strings.Contains(m.HTML, "<of>") ||
					strings.Contains(m.HTML, "<x>") {
					t.Error("a document's or a roster's words are markup in the mail")
				}
			})
		}
	}
}

func TestMIME(t *testing.T) {
	w, err := mail.NewWriter(words(t))
	if err != nil {
		t.Fatal(err)
	}
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
	if got := e.GetHeader("Subject"); !strings.HasPrefix(got, "Reçu et classé : évil Bcc") {
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
	w, err := mail.NewWriter(words(t))
	if err != nil {
		t.Fatal(err)
	}
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
