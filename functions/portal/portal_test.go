package portal_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/xuri/excelize/v2"

	"dossier/internal/bucket"
	"dossier/internal/e2e"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// The portal answers an HTTP API's event with the board, in the language that the visitor chose.
func TestRecordedPortalEvent(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	var e events.APIGatewayV2HTTPRequest
	e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "portal/board.json", "regm-africa-2021", "m"), &e))
	out, err := httpadapter.NewV2(w.Portal).ProxyWithContext(context.Background(), e)
	e2e.Must(t, err)
	// The browser takes it packed, and so API Gateway gets it in base64.
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(out.Body)))
	e2e.Must(t, err)
	page, err := io.ReadAll(z)
	e2e.Must(t, err)
	if !strings.Contains(string(page), "Title of s1") || !strings.Contains(string(page), `<html lang="fr" dir="ltr">`) || out.StatusCode != http.StatusOK || !out.IsBase64Encoded {
		t.Errorf("status %d: %s", out.StatusCode, page)
	}
	// A link that is not good, opened by a browser that takes nothing packed.
	e = events.APIGatewayV2HTTPRequest{}
	e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "portal/link.json"), &e))
	out, err = httpadapter.NewV2(w.Portal).ProxyWithContext(context.Background(), e)
	e2e.Must(t, err)
	if out.StatusCode != http.StatusNotFound || !strings.Contains(out.Body, "Esta ligação não é válida") {
		t.Errorf("status %d: %s", out.StatusCode, out.Body)
	}
}

func TestPortal(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	nasty := e2e.Deck("<script>alert(1)</script>", "Amina Diallo")
	w.TakeIn(w.Put("incoming/m/drop/<b>x.pptx", nasty, e2e.Noon), w.Put("incoming/m/drop/nobody.pptx", e2e.Deck("T", "x"), e2e.Noon))
	get := func(path, who string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		r.Header.Set("Test-Who", who)
		return w.Serve(r)
	}
	page := func(path, who string) string {
		r := get(path, who)
		b := new(strings.Builder)
		_, err := io.Copy(b, r.Body)
		e2e.Must(t, err)
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no strict policy", path)
		}
		return b.String()
	}
	board := w.StaffPages()
	for _, want := range []string{"&lt;script&gt;alert(1)", "Kofi Mensah", "1 of 2 in", "1 to review", "neither its title page", `href="/t/t1.k1.`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if strings.Contains(board, "<script>alert") || strings.Contains(board, "<b>x") {
		t.Error("a document's words are markup on the board")
	}
	for _, path := range []string{"/meetings/m", "/meetings/m/sessions/s1", "/meetings/m/review", "/meetings/m/links", "/meetings/m/people", "/meetings/m/history"} {
		if viewer := page(path, ""); strings.Contains(viewer, "/decisions") || strings.Contains(viewer, "t1.k1.") || strings.Contains(viewer, `action="/meetings/m/links"`) {
			t.Errorf("somebody who may not decide is shown forms or links on %s", path)
		}
		if r := get(path, "nobody"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin?to="+url.QueryEscape(path) {
			t.Errorf("somebody who is not signed in gets %d on %s", r.StatusCode, path)
		}
	}
	if r := get("/meetings/none", "x"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a meeting that is not there: %d", r.StatusCode)
	}
	// The link on the board is a certain one.
	_, rest, _ := strings.Cut(board, `href="/t/`)
	token, _, _ := strings.Cut(rest, `"`)
	o := w.Put("incoming/m/"+token+"/any.pptx", e2e.Deck("T", "nobody"), time.Now())
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed || d.Satisfies[0].Participant != "p2" {
		t.Errorf("%s (%s) for %v", d.Status, d.Reason, d.Satisfies)
	}
	post := func(headers map[string]string) int {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader("action=withdraw&reason=x&document="+o.ID()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		return w.Serve(r).StatusCode
	}
	if code := post(map[string]string{"Test-Who": "Ms Staff", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}); code != http.StatusForbidden {
		t.Errorf("a form on another site: %d", code)
	}
	if code := post(nil); code != http.StatusForbidden && code != http.StatusConflict {
		t.Errorf("somebody who may not decide: %d", code)
	}
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("after refused decisions it is %s", d.Status)
	}
}

// hidden are the fields of the page's plain form, with its address.
func hidden(t e2e.TB, page string) (string, map[string]string) {
	t.Helper()
	action := regexp.MustCompile(`<form id="upload"[^>]* action="([^"]+)"`).FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("no form on the page:\n%s", page)
	}
	fields := map[string]string{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page[strings.Index(page, `<form id="upload"`):], -1) {
		fields[html.UnescapeString(m[1])] = html.UnescapeString(m[2])
	}
	return html.UnescapeString(action[1]), fields
}

// post sends a form as a browser does, the file last, and gives the answer without following it.
func post(t e2e.TB, to string, fields map[string]string, name string, data []byte) (int, string) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		e2e.Must(t, m.WriteField(k, v))
	}
	f, err := m.CreateFormFile("file", name)
	e2e.Must(t, err)
	_, err = f.Write(data)
	e2e.Must(t, err)
	e2e.Must(t, m.Close())
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Post(to, m.FormDataContentType(), &body)
	e2e.Must(t, err)
	text, err := io.ReadAll(r.Body)
	e2e.Must(t, err)
	e2e.Must(t, r.Body.Close())
	return r.StatusCode, r.Header.Get("Location") + string(text)
}

// A presenter opens the link, sends a locked file first, hears so in the presenter's own language, sends a good
// one, and sees what was understood; the first stays listed. All of it works without scripts.
func TestPresenterUploads(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+strings.Replace(e2e.Kofi, ",en,", ",fr,", 1))
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	code, page, headers := w.Visit("nobody", http.MethodGet, link, nil)
	if code != http.StatusOK || !strings.Contains(page, `<html lang="fr" dir="ltr">`) || !strings.Contains(page, "Kofi Mensah") || !strings.Contains(page, "Title of s1") {
		t.Fatalf("%d\n%s", code, page)
	}
	if headers.Get("Cache-Control") != "no-store" || headers.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(headers.Get("Content-Security-Policy"), "form-action 'self' "+w.S3URL) {
		t.Errorf("%v", headers)
	}
	send := func(name string, data []byte, at time.Time) meeting.Object {
		to, fields := hidden(t, page)
		if code, where := post(t, to, fields, name, data); code != http.StatusSeeOther || !strings.HasPrefix(where, "http://localhost"+link+"?") {
			t.Fatalf("%s: %d %s", name, code, where)
		}
		objects := w.ObjectsUnder("incoming/m/" + strings.TrimPrefix(link, "/t/") + "/" + name)
		if len(objects) != 1 {
			t.Fatalf("%s: %v", name, objects)
		}
		objects[0].Time = at
		return objects[0]
	}
	locked := send("présentation.pptx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 locked or broken, but no deck"), time.Now())
	if _, page, _ = w.Visit("nobody", http.MethodGet, link+"?key=x", nil); !strings.Contains(page, "en lecture") || !strings.Contains(page, "Nous avons reçu votre fichier") {
		t.Errorf("before it is read:\n%s", page)
	}
	w.TakeIn(locked)
	if _, page, _ = w.Visit("nobody", http.MethodGet, link, nil); !strings.Contains(page, "inutilisable") || !strings.Contains(page, "Nous ne pouvons pas utiliser ce fichier") {
		t.Errorf("a broken file:\n%s", page)
	}
	good := send("chains.pptx", e2e.Deck("Chains <script>alert(1)</script>", "Kofi Mensah"), time.Now().Add(time.Second))
	w.TakeIn(good)
	_, page, _ = w.Visit("nobody", http.MethodGet, link, nil)
	for _, want := range []string{"classé", "Chains &lt;script&gt;", "chains.pptx", "présentation.pptx", "inutilisable"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("a title is markup")
	}
	if r := w.Requirement("s1/presentation/p2"); r.Document != good.ID() {
		t.Errorf("%+v, the document is %+v", r, w.Document(good))
	}
	if _, page, _ = w.Visit("nobody", http.MethodGet, link+"&lang=ar", nil); strings.Contains(page, `dir="rtl"`) {
		t.Error("a token that was added to is taken")
	}
	if _, page, _ = w.Visit("nobody", http.MethodGet, link+"?lang=ar", nil); !strings.Contains(page, `<html lang="ar" dir="rtl">`) || !strings.Contains(page, "محفوظ في موضعه") {
		t.Error("the page does not speak Arabic when asked to")
	}
}

// What a signed form is not for, S3 refuses: another place, a larger file, a field that was changed, and none at all.
func TestFormsAreBound(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	mine := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	others := w.Token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	_, page, _ := w.Visit("nobody", http.MethodGet, mine, nil)
	to, good := hidden(t, page)
	for what, change := range map[string]func(f map[string]string) []byte{
		"another's folder": func(f map[string]string) []byte { f["key"] = "incoming/m/" + others + "/x.pptx"; return []byte("x") },
		"the roster":       func(f map[string]string) []byte { f["key"] = "roster/m/participants.csv"; return []byte("x") },
		"a decision":       func(f map[string]string) []byte { f["key"] = "decisions/m/x.json"; return []byte("{}") },
		"too large a file": func(map[string]string) []byte { return make([]byte, 10<<20+1) },
		"an empty file":    func(map[string]string) []byte { return nil },
		"another way back": func(f map[string]string) []byte {
			f["success_action_redirect"] = "https://evil.example/"
			return []byte("x")
		},
		"another policy":    func(f map[string]string) []byte { f["policy"] = "eyJjb25kaXRpb25zIjpbXX0="; return []byte("x") },
		"another signature": func(f map[string]string) []byte { f["X-Amz-Signature"] = strings.Repeat("0", 64); return []byte("x") },
	} {
		f := maps.Clone(good)
		if code, text := post(t, to, f, "x.pptx", change(f)); code < 400 || code > 499 {
			t.Errorf("%s: %d %s", what, code, text)
		}
	}
	if got := w.ObjectsUnder(""); slices.ContainsFunc(got, func(o meeting.Object) bool {
		return !strings.HasPrefix(o.Key, "roster/") && !strings.HasPrefix(o.Key, "index/")
	}) {
		t.Errorf("something was written: %v", got)
	}
	// A form ends with its link, for what comes later would not count as its holder's.
	soon := time.Now().Add(5 * time.Minute)
	_, page, _ = w.Visit("nobody", http.MethodGet, w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Expires: soon.Unix()}), nil)
	_, fields := hidden(t, page)
	policy, err := base64.StdEncoding.DecodeString(fields["policy"])
	e2e.Must(t, err)
	var signed struct{ Expiration time.Time }
	e2e.Must(t, json.Unmarshal(policy, &signed))
	if signed.Expiration.After(soon.Add(time.Second)) || signed.Expiration.Before(soon.Add(-time.Minute)) {
		t.Errorf("the form ends at %v, its link at %v", signed.Expiration, soon)
	}
	// A path in a file name makes no folder: the file is read, and filed by its ticket.
	if code, text := post(t, to, good, "..\\..\\roster.pptx", e2e.Deck("T", "nobody")); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, text)
	}
	for _, o := range w.ObjectsUnder("incoming/m/" + strings.TrimPrefix(mine, "/t/")) {
		w.TakeIn(o)
		if d := w.Document(o); d.Status != meeting.Filed || d.Satisfies[0].Participant != "p2" {
			t.Errorf("%+v", d)
		}
	}
}

// A link that is not good tells nothing, whichever way it is not good; one that was, offers a new one, to the
// roster's address alone.
func TestLinksThatAreNotGood(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	tk := ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"}
	good := w.UploadLink(tk)
	stranger := tk
	stranger.Participant = "nobody-of-that-name"
	pages := map[string]bool{}
	changed := good[:len(good)-2] + map[bool]string{true: "AA", false: "BB"}[!strings.HasSuffix(good, "AA")]
	for _, bad := range []string{"/t/x", "/t/t1.k1.e30.AAAA", changed, "/t/t1.k9." + strings.SplitN(good, ".", 3)[2]} {
		code, page, _ := w.Visit("nobody", http.MethodGet, bad, nil)
		if code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, code)
		}
		pages[page] = true
	}
	if len(pages) != 1 {
		t.Errorf("links that are not good in different ways get %d different pages", len(pages))
	}
	expired := tk
	expired.Expires = time.Now().Add(-time.Hour).Unix()
	old := w.UploadLink(expired)
	code, page, _ := w.Visit("nobody", http.MethodGet, old, nil)
	if code != http.StatusGone || !strings.Contains(page, "/renew") || strings.Contains(page, "Kofi") || strings.Contains(page, "people.example") {
		t.Errorf("expired: %d\n%s", code, page)
	}
	known, unknown := "", ""
	for range 2 { // asked for twice, mailed once
		code, known, _ = w.Visit("nobody", http.MethodPost, old+"/renew", nil)
	}
	stranger.Expires = expired.Expires
	_, unknown, _ = w.Visit("nobody", http.MethodPost, w.UploadLink(stranger)+"/renew", nil)
	if code != http.StatusOK || known != unknown {
		t.Errorf("whether there is such a person shows: %d\n%s\n%s", code, known, unknown)
	}
	if s := w.Subjects(meeting.MailLinks); len(s) != 1 {
		t.Fatalf("mails: %v", s)
	}
	for id, m := range w.Mails() {
		if !strings.HasPrefix(id, meeting.MailLinks) {
			continue
		}
		if to := m.GetHeader("To"); !strings.Contains(to, "kofi@people.example") {
			t.Errorf("the link went to %s", to)
		}
		fresh := regexp.MustCompile(`https://dossier\.example(/t/\S+)`).FindStringSubmatch(m.Text)
		if fresh == nil {
			t.Fatal(m.Text)
		}
		if code, _, _ := w.Visit("nobody", http.MethodGet, fresh[1], nil); code != http.StatusOK {
			t.Errorf("the new link: %d", code)
		}
	}
	// Revoked links explain themselves too.
	if r := w.Decide("action=revoke&of=p2&reason=lost"); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	for _, path := range []string{good, good + "/confirm", good + "/parts/begin"} {
		method := http.MethodPost
		if path == good {
			method = http.MethodGet
		}
		if code, _, _ := w.Visit("nobody", method, path, url.Values{"name": {"x"}, "size": {"1"}}); code != http.StatusGone && code != http.StatusForbidden {
			t.Errorf("revoked, %s: %d", path, code)
		}
	}
	// Who goes on trying is slowed down.
	for range 20 {
		code, _, _ = w.Visit("nobody", http.MethodGet, "/t/guess", nil)
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("after many: %d", code)
	}
}

// large is a deck with a member of that many bytes, which no reader is interested in.
func large(t e2e.TB, deck []byte, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	from, err := zip.NewReader(bytes.NewReader(deck), int64(len(deck)))
	e2e.Must(t, err)
	z := zip.NewWriter(&b)
	for _, f := range from.File {
		e2e.Must(t, z.Copy(f))
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: "docProps/thumbnail.bin", Method: zip.Store})
	e2e.Must(t, err)
	_, err = f.Write(make([]byte, size))
	e2e.Must(t, err)
	e2e.Must(t, z.Close())
	return b.Bytes()
}

// A large file goes in parts, goes on where it stopped, and lands once; what is larger than allowed is thrown away.
func TestUploadInParts(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	ask := func(step string, form url.Values) (int, map[string]any) {
		form.Set("name", "../../roster/m/big.pptx")
		code, body, _ := w.Visit("nobody", http.MethodPost, link+"/parts/"+step, form)
		var answer map[string]any
		if code == http.StatusOK {
			e2e.Must(t, json.Unmarshal([]byte(body), &answer))
		}
		return code, answer
	}
	data := large(t, e2e.Deck("Chains", "by us"), 9<<20)
	if code, _ := ask("begin", url.Values{"size": {strconv.Itoa(11 << 20)}}); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", code)
	}
	_, answer := ask("begin", url.Values{"size": {strconv.Itoa(len(data))}})
	upload, partSize := answer["upload"].(string), int(answer["partSize"].(float64))
	send := func(upload string, n int, part []byte) {
		code, answer := ask("url", url.Values{"upload": {upload}, "number": {strconv.Itoa(n)}, "size": {strconv.Itoa(len(part))}})
		if code != http.StatusOK {
			t.Fatalf("part %d: %d", n, code)
		}
		r, err := http.NewRequest(http.MethodPut, answer["url"].(string), bytes.NewReader(part))
		e2e.Must(t, err)
		done, err := http.DefaultClient.Do(r)
		e2e.Must(t, err)
		e2e.Must(t, done.Body.Close())
		if done.StatusCode != http.StatusOK {
			t.Fatalf("part %d: %s", n, done.Status)
		}
	}
	send(upload, 1, data[:partSize])
	// The page was closed, and opened again.
	if _, answer = ask("list", url.Values{"upload": {upload}}); len(answer["parts"].([]any)) != 1 {
		t.Errorf("parts: %v", answer)
	}
	if code, _ := ask("url", url.Values{"upload": {upload}, "number": {"2"}, "size": {strconv.Itoa(partSize + 1)}}); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large a part: %d", code)
	}
	if code, _ := ask("url", url.Values{"upload": {upload}, "number": {"3"}, "size": {"5"}}); code != http.StatusRequestEntityTooLarge {
		t.Errorf("a part beyond the limit: %d", code)
	}
	send(upload, 2, data[partSize:])
	if code, _ := ask("finish", url.Values{"upload": {upload}}); code != http.StatusOK {
		t.Fatalf("finish: %d", code)
	}
	if code, _ := ask("finish", url.Values{"upload": {upload}}); code != http.StatusNotFound {
		t.Errorf("finish again: %d", code)
	}
	objects := w.ObjectsUnder("incoming/")
	if len(objects) != 1 || objects[0].Key != "incoming/m/"+strings.TrimPrefix(link, "/t/")+"/big.pptx" || objects[0].Size != int64(len(data)) {
		t.Fatalf("%v", objects)
	}
	w.TakeIn(objects[0])
	if d := w.Document(objects[0]); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	// Two whole parts are over the limit together.
	_, answer = ask("begin", url.Values{"size": {"9"}})
	upload = answer["upload"].(string)
	send(upload, 1, make([]byte, partSize))
	send(upload, 2, make([]byte, partSize))
	if code, _ := ask("finish", url.Values{"upload": {upload}}); code != http.StatusRequestEntityTooLarge {
		t.Errorf("over the limit: %d", code)
	}
	if code, _ := ask("list", url.Values{"upload": {upload}}); code != http.StatusNotFound {
		t.Errorf("what was too large is kept: %d", code)
	}
	if code, _ := ask("nonsense", url.Values{}); code != http.StatusNotFound {
		t.Errorf("no such step: %d", code)
	}
}

// An office names three officials where two may come, sees it, and says how one is written; staff see what it says,
// and it stays said when the letter is matched again.
func TestOfficeConfirms(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace)
	link := w.UploadLink(ticket.Ticket{Participant: "p3", Agency: "Ministry of Justice", Kind: meeting.Nomination})
	_, page, _ := w.Visit("nobody", http.MethodGet, link, nil)
	for _, want := range []string{"Your office may send 2 officials.", "2 seats are left.", "Ministry of Justice", " multiple "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	o := w.Put("incoming/m/"+strings.TrimPrefix(link, "/t/")+"/letter.txt", e2e.NominationLetter("Ms Grace ODHIAMBO, Counsel", "Mr Daniel KIPTOO, Prosecutor", "Ms Faith WANJIKU, Analyst"), time.Now())
	w.TakeIn(o)
	_, page, _ = w.Visit("nobody", http.MethodGet, link, nil)
	name := regexp.MustCompile(`name="nominee" value="(Daniel[^"]*)"`).FindStringSubmatch(page)
	if name == nil || !strings.Contains(page, "A colleague will look at it") {
		t.Fatalf("%s (%s)\n%s", w.Document(o).Status, w.Document(o).Reason, page)
	}
	// An annex by the same link is no letter, and takes no letter's place.
	annex := w.Put("incoming/m/"+strings.TrimPrefix(link, "/t/")+"/annex.txt", []byte("an annex that names nobody"), time.Now())
	w.TakeIn(annex)
	if d := w.Document(annex); d.Status != meeting.Review || d.Reason != meeting.ReasonNobodyNamed || w.Document(o).Status != meeting.Review {
		t.Errorf("the annex is %s, the letter %s", d.Status, w.Document(o).Status)
	}
	form := url.Values{"document": {o.ID()}, "nominee": {name[1]}, "name": {"Daniel Kiptoo-Maina"}, "email": {"daniel@justice.example"}}
	others := w.UploadLink(ticket.Ticket{Participant: "p9", Kind: meeting.Nomination})
	if code, _, _ := w.Visit("nobody", http.MethodPost, others+"/confirm", form); code != http.StatusNotFound {
		t.Errorf("by another's link: %d", code)
	}
	bad := maps.Clone(form)
	bad["email"] = []string{"nonsense"}
	if code, _, _ := w.Visit("nobody", http.MethodPost, link+"/confirm", bad); code != http.StatusConflict {
		t.Errorf("a bad address: %d", code)
	}
	for range 2 { // sent twice
		if code, text, _ := w.Visit("nobody", http.MethodPost, link+"/confirm", form); code != http.StatusSeeOther {
			t.Fatalf("%d\n%s", code, text)
		}
	}
	if _, page, _ = w.Visit("nobody", http.MethodGet, link, nil); !strings.Contains(page, "confirmed: <bdi>Daniel Kiptoo-Maina") {
		t.Error("the office does not see what it said")
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Kofi) // it is matched again
	_, page, _ = w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+o.ID(), nil)
	for _, want := range []string{"the office writes <bdi>Daniel Kiptoo-Maina", `name="name" value="Daniel Kiptoo-Maina"`, `value="daniel@justice.example"`} {
		if !strings.Contains(page, want) {
			t.Errorf("staff do not see %q", want)
		}
	}
	w.Check()
}

// One action mails links to all who need one, once, and shows how far it is; a reminder goes to those missing alone.
func TestLinksByOneAction(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Grace)
	w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon))
	code, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/links", nil)
	if code != http.StatusOK || !strings.Contains(page, "Send links to all 2") || strings.Contains(page, "Amina Diallo") {
		t.Fatalf("%d\n%s", code, page)
	}
	if code, _, _ := w.Visit("", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}}); code != http.StatusForbidden {
		t.Errorf("a viewer sends links: %d", code)
	}
	batch := regexp.MustCompile(`name="batch" value="([A-Z0-9]+)"`).FindStringSubmatch(page)[1]
	where := ""
	for range 2 { // the form is replayed
		var headers http.Header
		code, page, headers = w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}, "batch": {batch}})
		if where = headers.Get("Location"); code != http.StatusSeeOther {
			t.Fatalf("%d\n%s", code, page)
		}
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, where, nil); !strings.Contains(page, "0 of 2 mails are sent.") {
		t.Errorf("before they are sent:\n%s", page)
	}
	if s := w.Subjects(meeting.MailLinks); len(s) != 2 {
		t.Errorf("mails: %v", s)
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, where, nil); !strings.Contains(page, "2 of 2 mails are sent.") || !strings.Contains(page, "That is all.") {
		t.Errorf("after they are sent:\n%s", page)
	}
	for id, m := range w.Mails() {
		for _, l := range regexp.MustCompile(`https://dossier\.example(/t/\S+)`).FindAllStringSubmatch(m.Text, -1) {
			if code, _, _ := w.Visit("nobody", http.MethodGet, l[1], nil); code != http.StatusOK {
				t.Errorf("%s: a link of it is answered by %d", id, code)
			}
		}
	}
	// An office's link is its agency's: a letter says itself whom it names.
	keys, err := ticket.ParseKeys(e2e.TicketKeys)
	e2e.Must(t, err)
	agencies := 0
	for _, m := range w.Mails() {
		for _, l := range regexp.MustCompile(`https://dossier\.example/t/(\S+)`).FindAllStringSubmatch(m.Text, -1) {
			tk, err := keys.Open(l[1], time.Now())
			e2e.Must(t, err)
			if (tk.Kind == meeting.Nomination) != (tk.Agency == "Ministry of Justice") || (tk.Kind == meeting.Nomination) != (tk.Session == "") {
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
	w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"reminder"}, "session": {"s2"}, "batch": {batch}})
	if s := w.Subjects(meeting.MailReminder); len(s) != 1 {
		t.Errorf("reminders: %v", s)
	}
	for id, m := range w.Mails() {
		if n := strings.Count(m.Text, "https://dossier.example/t/"); strings.HasPrefix(id, meeting.MailReminder) && n != 1 {
			t.Errorf("%d links in\n%s", n, m.Text)
		}
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/links/links.NOSUCH", nil); code != http.StatusNotFound {
		t.Errorf("an action that there was not: %d", code)
	}
}

// A session's materials come as one zip in the agenda's order, with a page and every text with its notes; a new
// state makes a new one.
func TestMaterials(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	if code, _, _ := w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil); code != http.StatusNotFound {
		t.Errorf("with nothing in: %d", code)
	}
	slides := e2e.Deck("Chains & <finance>", "Kofi Mensah")
	w.TakeIn(w.Put("incoming/m/drop/a:b <c>.pptx", slides, e2e.Noon), w.Put("incoming/m/drop/amina.pptx", e2e.Deck("Trade", "Amina Diallo"), e2e.Noon))
	fetch := func() map[string]string {
		t.Helper()
		code, page, headers := w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil)
		if code != http.StatusSeeOther {
			t.Fatalf("%d\n%s\n%s", code, page, w.Logs)
		}
		r, err := http.Get(headers.Get("Location"))
		e2e.Must(t, err)
		data, err := io.ReadAll(r.Body)
		e2e.Must(t, err)
		if d := r.Header.Get("Content-Disposition"); !strings.Contains(d, "1. Title of s1.zip") {
			t.Errorf("it is saved as %s", d)
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		e2e.Must(t, err)
		all := map[string]string{}
		for _, f := range z.File {
			in, err := f.Open()
			e2e.Must(t, err)
			text, err := io.ReadAll(in)
			e2e.Must(t, err)
			all[f.Name] = string(text)
		}
		return all
	}
	all := fetch()
	names := slices.Sorted(maps.Keys(all))
	want := []string{"01 Amina Diallo - amina.pptx", "02 Kofi Mensah - a:b <c>.pptx", "index.html", "text/01 Amina Diallo - amina.txt", "text/02 Kofi Mensah - a:b <c>.txt"}
	if !slices.Equal(names, want) {
		t.Fatalf("%q", names)
	}
	if all[want[1]] != string(slides) || !strings.Contains(all[want[4]], "Chains & <finance>") {
		t.Error("a file or a text is not what came")
	}
	if index := all["index.html"]; !strings.Contains(index, "a:b &lt;c&gt;.pptx") || !strings.Contains(index, `href="./02%20Kofi%20Mensah%20-%20a:b%20%3Cc%3E.pptx"`) {
		t.Error(index)
	}
	fetch()
	if n := len(w.ObjectsUnder(bucket.Materials)); n != 1 {
		t.Errorf("the same state made %d zips", n)
	}
	w.TakeIn(w.Put("incoming/m/drop/amina2.pptx", e2e.Deck("Trade again", "Amina Diallo"), e2e.Noon.Add(time.Minute)))
	if _, ok := fetch()["01 Amina Diallo - amina2.pptx"]; !ok {
		t.Error("a new state gets the old zip")
	}
}

// Search finds words in names, titles and texts whatever their case and accents; exports hold everything and no
// formula.
func TestSearchAndExport(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/=cmd.pptx", e2e.Deck("=1+1", "Kofi Mensah\nLes chaînes d’approvisionnement"), e2e.Noon)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	for query, want := range map[string]int{"CHAINES approv": 1, "kofi": 1, "mensah chaines": 1, "mensah zzz": 0, "zzz": 0, "  ": 0, "cmd": 1} {
		code, page, _ := w.Visit("", http.MethodGet, "/meetings/m/search?q="+url.QueryEscape(query), nil)
		if got := strings.Count(page, "/documents/"+o.ID()); code != http.StatusOK || got != want {
			t.Errorf("%q: %d, %d documents, want %d", query, code, got, want)
		}
	}
	_, text, headers := w.Visit("", http.MethodGet, "/meetings/m/export.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	e2e.Must(t, err)
	if len(rows) != 3 || !strings.Contains(headers.Get("Content-Disposition"), "m.csv") {
		t.Fatalf("%v %q", headers, rows)
	}
	_, book, _ := w.Visit("", http.MethodGet, "/meetings/m/export.xlsx", nil)
	f, err := excelize.OpenReader(strings.NewReader(book))
	e2e.Must(t, err)
	cells, err := f.GetRows("Sheet1")
	e2e.Must(t, err)
	found := false
	for i, row := range rows {
		for j, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a cell is %q", cell)
			}
			found = found || cell == "'=1+1"
			if cell != "" && cells[i][j] != cell {
				t.Errorf("the workbook has %q for %q", cells[i][j], cell)
			}
		}
	}
	if !found {
		t.Errorf("the title is not in %q", rows)
	}
}

// Whoever decides in the queue comes to the next, and can take it back at once; a form that is sent again changes
// nothing.
func TestReviewQueue(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	for i := range 3 {
		w.TakeIn(w.Put("incoming/m/drop/"+strconv.Itoa(i)+".pptx", e2e.Deck("T", "nobody of number "+strconv.Itoa(i)), e2e.Noon.Add(time.Duration(i)*time.Minute)))
	}
	code, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review", nil)
	if code != http.StatusOK || !strings.Contains(page, "1 of 3") || !strings.Contains(page, `rel="prefetch"`) || !strings.Contains(page, "of number 0") {
		t.Fatalf("%d\n%s", code, page)
	}
	field := func(name string) string {
		form := page[strings.Index(page, `id="file-here"`):]
		return html.UnescapeString(regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(form)[1])
	}
	form := url.Values{"back": {field("back")}, "document": {field("document")}, "reason": {field("reason")}, "other": {"s1/presentation/p2"}, "action": {"file"}}
	code, _, headers := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", form)
	next := headers.Get("Location")
	if code != http.StatusSeeOther || !strings.HasPrefix(next, "/meetings/m/review/") || !strings.Contains(next, "?undo=") {
		t.Fatalf("%d %s", code, next)
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", form); code != http.StatusConflict {
		t.Errorf("sent again: %d", code)
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, next, nil); !strings.Contains(page, "1 of 2") || !strings.Contains(page, "of number 1") {
		t.Errorf("the next:\n%s", page)
	}
	undo := regexp.MustCompile(`name="of" value="([^"]+)"`).FindStringSubmatch(page)
	if undo == nil {
		t.Fatal("nothing to take back")
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", url.Values{"action": {"undo"}, "of": {undo[1]}, "reason": {"at once"}, "back": {"review"}}); code != http.StatusSeeOther {
		t.Errorf("take back: %d", code)
	}
	if r := w.Requirement("s1/presentation/p2"); r.State != meeting.Outstanding {
		t.Errorf("%+v", r)
	}
	for _, back := range []string{"//evil.example", "https://evil.example", "review/../../../evil", "sessions/../../x"} {
		f := url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p1"}, "reason": {"x"}, "back": {back}}
		_, _, headers := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", f)
		if to := headers.Get("Location"); to != "" && !strings.HasPrefix(to, "/meetings/m") {
			t.Errorf("%s leads to %s", back, to)
		}
		w.Visit("Ms Staff", http.MethodPost, "/meetings/m/decisions", url.Values{"action": {"require"}, "requirement": {"s1/presentation/p1"}, "reason": {"x"}})
	}
	w.Check()
}

// A PDF is shown as it is beside its candidates, whatever its uploader called it; a deck as its text alone.
func TestReviewShowsTheOriginal(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	letter := pdftest.Make("Note", 595, 842, "A note that names nobody")
	o := w.Put("incoming/m/drop/note.xyz", letter, e2e.Noon)
	d := w.Put("incoming/m/drop/deck.pptx", e2e.Deck("T", "nobody"), e2e.Noon)
	w.TakeIn(o, d)
	_, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+o.ID(), nil)
	frame := regexp.MustCompile(`<iframe class="original" src="([^"]+)"`).FindStringSubmatch(page)
	if frame == nil || !strings.Contains(page, "A note that names nobody") {
		t.Fatalf("%s (%s)\n%s", w.Document(o).Format, w.Document(o).Reason, page)
	}
	r, err := http.Get(html.UnescapeString(frame[1]))
	e2e.Must(t, err)
	data, err := io.ReadAll(r.Body)
	e2e.Must(t, err)
	if r.Header.Get("Content-Type") != "application/pdf" || r.Header.Get("Content-Disposition") != "inline" || !bytes.Equal(data, letter) {
		t.Errorf("it comes as %v, %d of %d bytes", r.Header, len(data), len(letter))
	}
	if _, page, _ = w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+d.ID(), nil); strings.Contains(page, `class="original"`) || !strings.Contains(page, "Text that is nobody else") {
		t.Error("a deck is not shown as its text")
	}
}

// Pages stay small, styles and scripts are kept by the browser under names of their content, and there are no others.
func TestAssets(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	for _, path := range []string{"/meetings/m", "/meetings/m/sessions/s1", w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})} {
		size, page := w.VisitPacked("Ms Staff", path)
		if size > len(page)/2 {
			t.Errorf("%s is not packed: %d of %d bytes", path, size, len(page))
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			code, body, headers := w.Visit("nobody", http.MethodGet, m[1], nil)
			if code != http.StatusOK || !strings.Contains(headers.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %d %v", m[1], code, headers)
			}
			size += len(body)
		}
		if size > 60<<10 {
			t.Errorf("%s has %d bytes with all that belongs to it", path, size)
		}
		if regexp.MustCompile(`(?i)<script(?: [^>]*)?>[^<]|style="| on\w+="`).MatchString(page) {
			t.Errorf("%s has a script or a style of its own", path)
		}
	}
	if code, _, _ := w.Visit("nobody", http.MethodGet, "/assets/..%2fportal.go", nil); code != http.StatusNotFound {
		t.Errorf("out of the folder: %d", code)
	}
}

// The board of a meeting with 500 participants in 12 sessions, with the time that the embedded DynamoDB takes, and
// the page's bytes.
func BenchmarkBoard(b *testing.B) {
	w := e2e.New(b)
	var sessions []string
	for i := range 12 {
		sessions = append(sessions, "s"+strconv.Itoa(i+1))
	}
	people := e2e.CSVHead
	for i := range 500 {
		people += "q" + strconv.Itoa(i) + ",Person Number" + strconv.Itoa(i) + ",q" + strconv.Itoa(i) + "@people.example,f,private,Firm " + strconv.Itoa(i%90) + ",Kenya,en,presenter:" + sessions[i%12] + "\n"
	}
	w.LoadRoster("m", e2e.MeetingYAML(sessions...), people)
	for _, page := range []struct{ name, path string }{{"board", "/meetings/m"}, {"session", "/meetings/m/sessions/s1"}, {"people", "/meetings/m/people"}, {"links", "/meetings/m/links"}} {
		b.Run(page.name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				size, _ = w.VisitPacked("Ms Staff", page.path)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
