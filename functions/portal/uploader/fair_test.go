package uploader_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// A link brings in so many files a day and no more. More is kept unread, its sender and the secretariat are told once, the page
// says what to do, and staff see it. Another link of the same person, and another day, are free.
func TestLinkHasLimits(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{Links: meeting.LinkLimits{Files: 2, Bytes: 1 << 30, Begun: 2}})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	tk := ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Expires: time.Now().AddDate(0, 0, 9).Unix()}
	link := w.UploadLink(tk)
	noon := time.Now().UTC().Truncate(24 * time.Hour).Add(12 * time.Hour)
	put := func(link string, at time.Time, n int) meeting.Object {
		o := w.Put(w.FolderOf(link)+fmt.Sprintf("%d.pptx", n), e2e.Deck(fmt.Sprint("Chains ", n), "by us"), at)
		w.TakeIn(o)
		w.TakeIn(o) // each comes twice, and counts once
		return o
	}
	var all []meeting.Object
	for n := range 5 {
		all = append(all, put(link, noon.Add(time.Duration(n)*time.Second), n))
		_, page, _ := w.Visit("nobody", http.MethodGet, link, nil)
		if full := n >= 1; strings.Contains(page, `<form id="upload"`) == full || strings.Contains(page, "Please send the rest tomorrow") != full && full {
			t.Errorf("after %d files:\n%s", n+1, page)
		}
	}
	for n, o := range all {
		d := w.Document(o)
		if over := d.Reason == meeting.ReasonTooMany; over != (n >= 2) || over && (d.Status != meeting.Review || d.Text != "" || d.Uploader.Email == "") {
			t.Errorf("file %d: %s (%s), %+v", n, d.Status, d.Reason, d.Uploader)
		}
	}
	if receipts, notices := w.Subjects(meeting.MailReceipt), w.Subjects(meeting.MailReview); len(receipts) != 3 || len(notices) != 1 {
		t.Errorf("%d receipts and %d notices for two files and three too many", len(receipts), len(notices))
	}
	// The sender hears of what staff decide about such a file, as about any other.
	if code, text := w.SubmitDecision(url.Values{"action": {"file"}, "other": {"s1/presentation/p2"}, "document": {all[4].ID()}, "reason": {"asked for"}}); code != http.StatusSeeOther {
		t.Error(code, text)
	}
	if got := w.Subjects(meeting.MailOutcome); len(got) != 1 {
		t.Errorf("outcomes: %q", got)
	}
	for _, path := range []string{"/meetings/m/sessions/s1", "/meetings/m/review/" + all[2].ID()} {
		if page := w.StaffPage(path); !strings.Contains(page, "limit for today") && !strings.Contains(page, "than one link takes") {
			t.Errorf("staff do not see it on %s", path)
		}
	}
	for what, o := range map[string]meeting.Object{"another day": put(link, noon.AddDate(0, 0, 1), 10),
		"another link": put(w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation}), noon, 11)} {
		if d := w.Document(o); d.Reason == meeting.ReasonTooMany {
			t.Errorf("%s: %s (%s)", what, d.Status, d.Reason)
		}
	}
	w.Check()
}

// A link begins so many uploads in parts a day, and none that would be over its bytes.
func TestBegunPartsHaveALimit(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{Links: meeting.LinkLimits{Files: 9, Bytes: 9 << 20, Begun: 3}})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	begin := func(link string, size int) int {
		code, _, _ := w.Visit("nobody", http.MethodPost, link+"/parts/begin", url.Values{"name": {"x.pptx"}, "size": {fmt.Sprint(size)}})
		return code
	}
	for i, want := range []int{200, 200, 200, 429, 429} {
		if code := begin(link, 1<<20); code != want {
			t.Errorf("beginning %d: %d", i, code)
		}
	}
	other := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation})
	if code := begin(other, 9<<20+1); code != http.StatusTooManyRequests {
		t.Errorf("over the bytes: %d", code)
	}
	if code := begin(other, 9<<20); code != http.StatusOK {
		t.Errorf("another link: %d", code)
	}
	if page := w.StaffPage("/meetings/m/sessions/s1"); !strings.Contains(page, "limit for today") {
		t.Error("staff do not see it")
	}
}

// Marks that turn the direction of writing around are in no name that is shown or saved; the key keeps them.
func TestNamesDeceiveNobody(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	o := w.Put(w.FolderOf(link)+"Annual\u202Efdp.pptx", e2e.Deck("Chains", "by us"), time.Now())
	shown := map[string]string{}
	_, shown["the page before it is read"], _ = w.Visit("nobody", http.MethodGet, link, nil)
	w.TakeIn(o)
	_, shown["the page"], _ = w.Visit("nobody", http.MethodGet, link, nil)
	for _, path := range []string{"/meetings/m/sessions/s1", "/meetings/m/documents/" + o.ID(), "/meetings/m/export.csv"} {
		_, shown[path], _ = w.Visit("Ms Staff", http.MethodGet, path, nil)
	}
	for where, text := range shown {
		if strings.Contains(text, "\u202E") || !strings.Contains(text, "Annualfdp.pptx") {
			t.Errorf("%s shows the name as it came", where)
		}
	}
	_, _, headers := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/documents/"+o.ID()+"/original", nil)
	to, err := url.Parse(headers.Get("Location"))
	e2e.Must(t, err)
	if as := to.Query().Get("response-content-disposition"); !strings.Contains(as, "Annualfdp.pptx") {
		t.Errorf("it is saved as %q", as)
	}
	if got := w.ObjectsUnder(w.FolderOf(link)); len(got) != 1 || got[0].Key != o.Key {
		t.Errorf("the key is %v", got)
	}
}

// An archive brings in no more than as many files one by one: each paper in it counts.
func TestArchiveHasLimits(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{Links: meeting.LinkLimits{Files: 2, Bytes: 1 << 30, Begun: 2}})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Expires: time.Now().AddDate(0, 0, 9).Unix()})
	files := map[string][]byte{}
	for n := range 5 {
		files[fmt.Sprintf("%d.pptx", n)] = e2e.Deck(fmt.Sprint("Chains ", n), "by us")
	}
	o := w.Put(w.FolderOf(link)+"all.zip", e2e.Archive(files), time.Now().UTC().Truncate(24*time.Hour).Add(12*time.Hour))
	w.TakeIn(o)
	w.TakeIn(o)
	papers := w.Papers(o)
	for n, d := range papers {
		if over := d.Reason == meeting.ReasonTooMany; over != (n >= 2) || over && (d.Status != meeting.Review || d.Text != "" || d.Size == 0) {
			t.Errorf("file %d: %s (%s), %d bytes", n, d.Status, d.Reason, d.Size)
		}
	}
	if receipts, notices := w.Subjects(meeting.MailReceipt), w.Subjects(meeting.MailReview); len(papers) != 5 || len(receipts) != 3 || len(notices) != 1 {
		t.Errorf("%d papers, %d receipts and %d notices for two files and three too many", len(papers), len(receipts), len(notices))
	}
	if _, page, _ := w.Visit("nobody", http.MethodGet, link, nil); strings.Contains(page, `<form id="upload"`) || !strings.Contains(page, "Please send the rest tomorrow") {
		t.Errorf("the page:\n%s", page)
	}
}
