package staff_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// One action mails links to all who need one, once, and shows how far it is; a reminder goes to those missing alone.
func TestLinksByOneAction(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Grace)
	w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon))
	code, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/links", nil)
	if code != http.StatusOK || !strings.Contains(page, "Send links to all 2") ||
		strings.Contains(page, "Amina Diallo") {
		t.Fatalf("%d\n%s", code, page)
	}
	if code, _, _ := w.Visit("", http.MethodPost, "/meetings/m/links",
		url.Values{"what": {"links"}}); code != http.StatusForbidden {
		t.Errorf("a viewer sends links: %d", code)
	}
	batch := regexp.MustCompile(`name="batch" value="([A-Z0-9]+)"`).FindStringSubmatch(page)[1]
	where := ""
	for range 2 { // the form is replayed
		var headers http.Header
		code, page, headers = w.Visit(
			"Ms Staff",
			http.MethodPost,
			"/meetings/m/links",
			url.Values{"what": {"links"}, "batch": {batch}},
		)
		if where = headers.Get("Location"); code != http.StatusSeeOther {
			t.Fatalf("%d\n%s", code, page)
		}
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, where, nil); !strings.Contains(
		page,
		"0 of 2 mails are sent.",
	) {
		t.Errorf("before they are sent:\n%s", page)
	}
	if s := w.Subjects(meeting.MailLinks); len(s) != 2 {
		t.Errorf("mails: %v", s)
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, where, nil); !strings.Contains(
		page,
		"2 of 2 mails are sent.",
	) ||
		!strings.Contains(page, "That is all.") {
		t.Errorf("after they are sent:\n%s", page)
	}
	for id, m := range w.Mails() {
		for _, l := range regexp.MustCompile(`https://dossier\.example(/t/\S+)`).FindAllStringSubmatch(m.Text, -1) {
			if code, _, _ := w.Visit("nobody", http.MethodGet, l[1], nil); code != http.StatusOK {
				t.Errorf("%s: a link of it is answered by %d", id, code)
			}
		}
	}
	// An office's link is its agency's: a letter itself names its nominees.
	keys, err := ticket.ParseKeys(e2e.TicketKeys)
	e2e.Must(t, err)
	agencies := 0
	for _, m := range w.Mails() {
		for _, l := range regexp.MustCompile(`https://dossier\.example/t/(\S+)`).FindAllStringSubmatch(m.Text, -1) {
			tk, err := keys.Open(l[1], time.Now())
			e2e.Must(t, err)
			if (tk.Kind == meeting.Nomination) != (tk.Agency == "Ministry of Justice") ||
				(tk.Kind == meeting.Nomination) != (tk.Session == "") {
				t.Errorf("%+v", tk)
			}
			if tk.Agency != "" {
				agencies++
			}
		}
	}
	if agencies != 1 {
		t.Errorf("%d links for offices", agencies)
	}
	// Grace has no presentation to give, and one nomination for both sessions: the session's reminder has one link
	// for her.
	_, page, _ = w.Visit("Ms Staff", http.MethodGet, "/meetings/m/sessions/s2", nil)
	batch = regexp.MustCompile(`name="batch" value="([A-Z0-9]+)"`).FindStringSubmatch(page)[1]
	w.Visit(
		"Ms Staff",
		http.MethodPost,
		"/meetings/m/links",
		url.Values{"what": {"reminder"}, "session": {"s2"}, "batch": {batch}},
	)
	if s := w.Subjects(meeting.MailReminder); len(s) != 1 {
		t.Errorf("reminders: %v", s)
	}
	for id, m := range w.Mails() {
		if n := strings.Count(m.Text, "https://dossier.example/t/"); strings.HasPrefix(id, meeting.MailReminder) &&
			n != 1 {
			t.Errorf("%d links in\n%s", n, m.Text)
		}
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/links/links.NOSUCH",
		nil); code != http.StatusNotFound {
		t.Errorf("an action that there was not: %d", code)
	}
}
