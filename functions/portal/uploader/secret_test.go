package uploader_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
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

// working gives the words of a text that open an upload page, now or once they are renewed; text is looked at as it is and
// unescaped.
func working(w *e2e.World, text string) []string {
	var found []string
	seen := map[string]bool{}
	plain, err := url.PathUnescape(text)
	if err == nil {
		text += "\n" + plain
	}
	for _, word := range regexp.MustCompile(`[A-Za-z0-9_.-]{20,}`).FindAllString(text, -1) {
		if seen[word] {
			continue
		}
		seen[word] = true
		for _, token := range []string{word, strings.TrimSuffix(word, "."), "t1" + strings.TrimPrefix(word, "l1")} {
			// A word that is no link is answered with 404, and later with 429.
			if code, _, _ := w.Visit("nobody", http.MethodGet, "/t/"+token, nil); code == http.StatusOK || code == http.StatusGone {
				found = append(found, token)
			}
		}
	}
	return found
}

// unpacked gives the files of a zip as text.
func unpacked(t e2e.TB, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	e2e.Must(t, err)
	var b strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		e2e.Must(t, err)
		text, err := io.ReadAll(in)
		e2e.Must(t, err)
		fmt.Fprintf(&b, "%s\n%s\n%+v\n", f.Name, text, f.FileHeader)
	}
	return b.String()
}

// mailed gives the path of the link that was mailed to an address.
func mailed(t e2e.TB, w *e2e.World, address string) string {
	t.Helper()
	w.DeliverMails()
	for id, m := range w.Mails() {
		if strings.HasPrefix(id, meeting.MailLinks) && strings.Contains(m.GetHeader("To"), address) {
			return regexp.MustCompile(`https://dossier\.example(/t/\S+)`).FindStringSubmatch(m.Text)[1]
		}
	}
	t.Fatalf("no link was mailed to %s", address)
	return ""
}

// seenByStaff gives all that staff can read, by place: the pages with their headers, the files behind them, the exports, the logs.
func seenByStaff(t e2e.TB, w *e2e.World, who, document string) map[string]string {
	t.Helper()
	all := map[string]string{"the logs": w.Logs.String()}
	for _, path := range []string{"", "/meetings/m", "/sessions/s1", "/sessions/s1/materials.zip", "/review", "/documents/" + document,
		"/review/" + document, "/documents/" + document + "/original", "/people", "/search?q=genuine", "/export.csv", "/export.xlsx",
		"/history", "/links"} {
		if strings.HasPrefix(path, "/") && path != "/meetings/m" {
			path = "/meetings/m" + path
		}
		code, text, headers := w.Visit(who, http.MethodGet, "/"+strings.TrimPrefix(path, "/"), nil)
		if code >= http.StatusBadRequest {
			t.Errorf("%s: %d", path, code)
		}
		if strings.HasSuffix(path, ".xlsx") {
			text = unpacked(t, []byte(text))
		}
		all[path] = fmt.Sprint(text, headers)
		if to := headers.Get("Location"); strings.HasPrefix(to, "http") {
			r, err := http.Get(to)
			e2e.Must(t, err)
			data, err := io.ReadAll(r.Body)
			e2e.Must(t, err)
			all[path+", the file"] = unpacked(t, data) + fmt.Sprint(r.Header)
		}
	}
	return all
}

// A viewer reads all that there is to read, and finds nothing by which to send a file in a presenter's place. So do editors.
func TestLinksAreSecret(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	if code, text, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}}); code != http.StatusSeeOther {
		t.Fatal(text)
	}
	link := mailed(t, w, "kofi@")
	_, page, _ := w.Visit("nobody", http.MethodGet, link, nil)
	to, fields := hidden(t, page)
	if code, text := post(t, to, fields, "genuine.pptx", e2e.Deck("Chains", "by us")); code != http.StatusSeeOther {
		t.Fatal(code, text)
	}
	genuine := w.ObjectsUnder("incoming/")[0]
	w.TakeIn(genuine)
	if d := w.Document(genuine); d.Status != meeting.Filed {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	w.DeliverMails()
	if working(w, link) == nil {
		t.Fatal("the test does not know a link when it sees one")
	}
	for _, who := range []string{"", "Ms Staff"} {
		for where, text := range seenByStaff(t, w, who, genuine.ID()) {
			if found := working(w, text); found != nil || strings.Contains(text, strings.TrimPrefix(link, "/t/")) {
				t.Errorf("%q sees links at %s: %q", who, where, found)
			}
		}
	}
	for where, text := range w.Everything() {
		if found := working(w, where+" "+text); found != nil {
			t.Errorf("%s holds links: %q", where, found)
		}
	}
	// The address of an original shows a ticket's id. Nobody can send by it.
	stolen := strings.Split(genuine.Key, "/")[2]
	for _, path := range []string{"", "/renew", "/confirm", "/parts/begin", "/parts/url", "/parts/list", "/parts/finish"} {
		method := http.MethodPost
		if path == "" {
			method = http.MethodGet
		}
		form := url.Values{"name": {"forged.pptx"}, "size": {"9"}, "number": {"1"}, "document": {genuine.ID()}}
		if code, _, _ := w.Visit("", method, "/t/"+stolen+path, form); code < http.StatusBadRequest {
			t.Errorf("%s by the id of a ticket: %d", path, code)
		}
	}
	if got := w.ObjectsUnder("incoming/"); len(got) != 1 {
		t.Errorf("something was sent: %v", got)
	}
	// The forms by which a presenter's browser sends a file hold the id too.
	if strings.Contains(fields["key"], "t1.") || strings.Contains(to, "t1.") {
		t.Errorf("the form's key is %s", fields["key"])
	}
}

// A token that stands in the key of an upload of old is known to all who see keys: it opens nothing any more, and its upload
// counts as before, under the same id. Its owner gets a new link by mail.
func TestLinkInKeyOfOld(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	other := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation})
	if code, _, _ := w.Visit("nobody", http.MethodGet, link, nil); code != http.StatusOK {
		t.Fatalf("before: %d", code)
	}
	o := w.Put("incoming/m/"+strings.TrimPrefix(link, "/t/")+"/x.pptx", e2e.Deck("Chains", "by us"), time.Now())
	for _, when := range []string{"before it is read", "after"} {
		if code, page, _ := w.Visit("nobody", http.MethodGet, link, nil); code != http.StatusGone || !strings.Contains(page, "/renew") {
			t.Errorf("%s: %d", when, code)
		}
		for _, path := range []string{"/confirm", "/parts/begin"} {
			if code, _, _ := w.Visit("nobody", http.MethodPost, link+path, url.Values{"name": {"x"}, "size": {"1"}}); code < http.StatusBadRequest {
				t.Errorf("%s, %s: %d", when, path, code)
			}
		}
		w.TakeIn(o)
	}
	if d := w.Document(o); d.Status != meeting.Filed || d.ID != o.ID() || d.LinkOwner != "p2" {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	if code, _, _ := w.Visit("nobody", http.MethodGet, other, nil); code != http.StatusOK {
		t.Errorf("another link: %d", code)
	}
	w.Visit("nobody", http.MethodPost, link+"/renew", nil)
	if code, _, _ := w.Visit("nobody", http.MethodGet, mailed(t, w, "kofi@"), nil); code != http.StatusOK {
		t.Errorf("the new link: %d", code)
	}
}

// A form can outlive its link. A file that comes by it after a revocation, or after the end, is kept, and a person looks at it.
func TestFormOutlivesLink(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	_, page, _ := w.Visit("nobody", http.MethodGet, link, nil)
	to, fields := hidden(t, page)
	late := w.Put(w.FolderOf(link)+"late.pptx", e2e.Deck("Late", "by us"), time.Now().Add(2*time.Hour))
	if r := w.Decide("action=revoke&of=p2&reason=lost"); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	post(t, to, fields, "stray.pptx", e2e.Deck("Chains", "by us"))
	w.TakeIn(late)
	if d := w.Document(late); d.Status != meeting.Review || d.Reason != meeting.ReasonTicketExpired {
		t.Errorf("after the end: %s (%s)", d.Status, d.Reason)
	}
	stray := w.ObjectsUnder(w.FolderOf(link) + "stray.pptx")
	if len(stray) != 1 {
		t.Fatalf("%v", stray)
	}
	w.TakeIn(stray[0])
	if d := w.Document(stray[0]); d.Status != meeting.Review || d.Reason != meeting.ReasonTicketRevoked || d.Uploader.Email != "" {
		t.Errorf("after the revocation: %s (%s)", d.Status, d.Reason)
	}
	w.Check()
}

// Ten bad links from one address do not lock out a good one beside it, and who guesses is slowed down. Nor are those locked out
// whose links have ended.
func TestGoodLinkAlwaysOpens(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	good := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	old := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Expires: time.Now().Add(-time.Hour).Unix()})
	try := func(link string, times int) (code int) {
		for range times {
			code, _, _ = w.Visit("nobody", http.MethodGet, link, nil)
		}
		return code
	}
	for _, step := range []struct {
		what, link  string
		times, want int
	}{
		{"a few guesses", "/t/guess", 10, http.StatusNotFound},
		{"more of them", "/t/guess", 20, http.StatusTooManyRequests},
		{"an old link beside them", old, 1, http.StatusGone},
		{"a good one", good, 30, http.StatusOK},
		{"an old link again and again", old, 30, http.StatusTooManyRequests},
		{"a good one after that", good, 1, http.StatusOK},
		{"its parts", good + "/parts/begin", 1, http.StatusMethodNotAllowed},
		{"one more guess", "/t/guess", 1, http.StatusTooManyRequests},
	} {
		if code := try(step.link, step.times); code != step.want {
			t.Errorf("%s: %d, want %d", step.what, code, step.want)
		}
	}
}
