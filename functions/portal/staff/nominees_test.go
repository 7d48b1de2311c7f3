package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// letterFor nominates officials of the Ministry of Justice, in words that the readers are sure of.
func letterFor(nominees ...string) []byte {
	text := "Ministry of Justice\nKenya\n12 May 2031\n\nMinistry of Justice presents its compliments and has the honour to nominate " +
		"for the meeting in Nairobi, 23-24 June 2031:\n\n"
	for i, n := range nominees {
		text += fmt.Sprintf("%d. %s\n", i+1, n)
	}
	return []byte(text + "\nYours sincerely,\nLucy Njeri\n")
}

const (
	grace  = "Ms Grace Odhiambo, Director"
	daniel = "Mr Daniel Kiptoo, Officer"
)

// A letter is filed for those on the roster at once. Who is on no roster waits in sight of staff: on the board, in the queue and
// by mail, and the office sees it too; the next roster that knows the person has the letter filed for that one as well.
func TestOthersWaitAlone(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace)
	link := ticket.Ticket{Meeting: "m", Participant: "p3", Agency: "Ministry of Justice", Kind: meeting.Nomination}
	page := w.UploadLink(link)
	o := w.Put(w.FolderOf(page)+"letter.txt", letterFor(grace, daniel), time.Now())
	w.TakeIn(o)
	d := w.Document(o)
	if d.Status != meeting.Filed || !slices.Equal(d.OpenNominees(), []string{"Daniel Kiptoo"}) {
		t.Fatalf("the letter is %s (%s), open are %q", d.Status, d.Reason, d.OpenNominees())
	}
	if r := w.Requirement("s1/nomination/p3"); r.State != meeting.Satisfied || r.Document != d.ID {
		t.Errorf("Grace's nomination: %+v", r)
	}
	for path, want := range map[string][]string{
		"/meetings/m":                   {"1 to review"},
		"/meetings/m/review":            {"The letter is filed.", "Accept or decline <bdi>Daniel Kiptoo", "not on the roster", "Who of the roster is it?"},
		"/meetings/m/documents/" + d.ID: {"The letter is filed.", `href="/meetings/m/review/` + d.ID},
	} {
		shown := w.StaffPage(path)
		for _, s := range want {
			if !strings.Contains(shown, s) {
				t.Errorf("%s lacks %q", path, s)
			}
		}
		for _, s := range []string{"Not filed by itself", `value="reject"`, `value="join"`} {
			if strings.Contains(shown, s) {
				t.Errorf("%s has %q", path, s)
			}
		}
	}
	_, office, _ := w.Visit("nobody", http.MethodGet, page, nil)
	for _, s := range []string{"The letter is filed.", "being looked at", `name="nominee" value="Daniel Kiptoo"`} {
		if !strings.Contains(office, s) {
			t.Errorf("the office's page lacks %q", s)
		}
	}
	if strings.Contains(office, `name="nominee" value="Grace`) {
		t.Error("the office is asked about a nominee who is known")
	}
	w.DeliverMails()
	for id, m := range w.Mails() {
		if strings.HasPrefix(id, meeting.MailReview) || strings.HasPrefix(id, meeting.MailReceipt) {
			if !strings.Contains(m.Text, "Daniel Kiptoo") || strings.Contains(m.Text, "not filed automatically") {
				t.Errorf("%s says %q", id, m.Text)
			}
		}
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+"p9,Daniel Kiptoo,daniel@people.example,m,public,Ministry of Justice,Kenya,en,expert:s2\n")
	if d := w.Document(o); d.HasOpenNominees() || len(d.Satisfies) != 3 || d.Letter.Nominees[1].Participant != "p9" {
		t.Errorf("after the roster: %+v", d.DocumentState)
	}
	if r := w.Requirement("s2/nomination/p9"); r.State != meeting.Satisfied || r.Document != d.ID {
		t.Errorf("Daniel's nomination: %+v", r)
	}
	if page := w.StaffPage("/meetings/m/review"); !strings.Contains(page, "Nothing waits for a decision.") {
		t.Error("something waits still")
	}
	w.Check()
}

// A roster that comes while a letter is being filed is not missed, and one that knows nobody of it changes nothing.
func TestOthersWaitUntilKnown(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace)
	o := w.Put("incoming/m/drop/letter.txt", letterFor(grace, daniel), e2e.Noon)
	w.TakeIn(o)
	before := w.Document(o)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Kofi)
	after := w.Document(o)
	if after.RosterVersion == before.RosterVersion {
		t.Error("nobody looked at the letter again")
	}
	if !slices.Equal(after.OpenNominees(), []string{"Daniel Kiptoo"}) || !slices.Equal(after.Satisfies, before.Satisfies) {
		t.Errorf("%+v", after.DocumentState)
	}
	// A letter that staff took out stays out, even if the roster changes.
	form := url.Values{"action": {"withdraw"}, "document": {after.ID}, "reason": {"sent for another year"}}
	if code, page := w.SubmitDecision(form); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+"p9,Daniel Kiptoo,daniel@people.example,m,public,Ministry of Justice,Kenya,en,expert:s2\n")
	if d := w.Document(o); d.Status != meeting.Withdrawn || len(d.Satisfies) > 0 {
		t.Errorf("%+v", d.DocumentState)
	}
	w.Check()
}

// A letter that waits for another reason offers all its nominees as one place, chosen from the beginning: one key files it.
func TestLikelyPlaceIsChosen(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Joseph)
	text := string(letterFor(grace, "Mr Joseph Kamau, Analyst")) + "\nTheir clearance is awaited.\n"
	o := w.Put("incoming/m/drop/letter.txt", []byte(text), e2e.Noon)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Review || len(d.Candidates) != 2 {
		t.Fatalf("%+v", d)
	}
	page := w.StaffPage("/meetings/m/review")
	first := regexp.MustCompile(`<input type="radio" name="requirement" value="([^"]*)" data-key="1" checked>`).FindStringSubmatch(page)
	if first == nil || !strings.Contains(page, "Grace Odhiambo, Joseph Kamau") || strings.Contains(page, `id="elsewhere" checked`) {
		t.Fatalf("nothing is chosen:\n%s", page)
	}
	form := url.Values{"action": {"file"}, "document": {o.ID()}, "reason": {"the clearance came"}, "requirement": {first[1]}, "other": {""}}
	if code, answer := w.SubmitDecision(form); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, answer)
	}
	d := w.Document(o)
	if d.Status != meeting.Filed || !strings.Contains(fmt.Sprint(d.Satisfies), "p3") || !strings.Contains(fmt.Sprint(d.Satisfies), "p6") {
		t.Errorf("%+v", d.DocumentState)
	}
	w.Check()
	// Who may be meant, and no more than that, is not chosen.
	deck := w.Put("incoming/m/drop/deck.pptx", e2e.Deck("Draft", "with somebody"), e2e.Noon)
	w.TakeIn(deck)
	if page := w.StaffPage("/meetings/m/review"); !strings.Contains(page, `id="elsewhere" checked`) {
		t.Error("a place is chosen for a deck of nobody")
	}
}
