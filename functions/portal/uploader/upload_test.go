package uploader_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// hidden are the fields of the page's plain form, with its address.
func hidden(t e2e.TB, page string) (string, map[string]string) {
	t.Helper()
	action := regexp.MustCompile(`<form id="upload"[^>]* action="([^"]+)"`).FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("no form on the page:\n%s", page)
	}
	fields := map[string]string{}
	form := page[strings.Index(page, `<form id="upload"`):]
	field := regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	for _, m := range field.FindAllStringSubmatch(form, -1) {
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
	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
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
	if code != http.StatusOK || !strings.Contains(page, `<html lang="fr" dir="ltr">`) ||
		!strings.Contains(page, "Kofi Mensah") ||
		!strings.Contains(page, "Title of s1") {
		t.Fatalf("%d\n%s", code, page)
	}
	if headers.Get("Cache-Control") != "no-store" || headers.Get("Referrer-Policy") != "no-referrer" ||
		!strings.Contains(headers.Get("Content-Security-Policy"), "form-action 'self' "+w.S3URL) {
		t.Errorf("%v", headers)
	}
	send := func(name string, data []byte, at time.Time) meeting.Object {
		to, fields := hidden(t, page)
		if code, where := post(t, to, fields, name, data); code != http.StatusSeeOther ||
			!strings.HasPrefix(where, "http://localhost"+link+"?") {
			t.Fatalf("%s: %d %s", name, code, where)
		}
		objects := w.ObjectsUnder(w.FolderOf(link) + name)
		if len(objects) != 1 {
			t.Fatalf("%s: %v", name, objects)
		}
		objects[0].Time = at
		return objects[0]
	}
	locked := send(
		"présentation.pptx",
		[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 locked or broken, but no deck"),
		time.Now(),
	)
	if _, page, _ = w.Visit("nobody", http.MethodGet, link+"?key=x", nil); !strings.Contains(page, "en lecture") ||
		!strings.Contains(page, "Nous avons reçu votre fichier") {
		t.Errorf("before it is read:\n%s", page)
	}
	w.TakeIn(locked)
	if _, page, _ = w.Visit("nobody", http.MethodGet, link, nil); !strings.Contains(page, "inutilisable") ||
		!strings.Contains(page, "Nous ne pouvons pas utiliser ce fichier") {
		t.Errorf("a broken file:\n%s", page)
	}
	good := send(
		"chains.pptx",
		e2e.Deck("Chains <script>alert(1)</script>", "Kofi Mensah"),
		time.Now().Add(time.Second),
	)
	w.TakeIn(good)
	_, page, _ = w.Visit("nobody", http.MethodGet, link, nil)
	for _, want := range []string{"classé", "Chains &lt;script&gt;", "chains.pptx", "présentation.pptx",
		"inutilisable"} {
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
	if _, page, _ = w.Visit("nobody", http.MethodGet, link+"?lang=ar", nil); !strings.Contains(
		page,
		`<html lang="ar" dir="rtl">`,
	) ||
		!strings.Contains(page, "محفوظ في موضعه") {
		t.Error("the page does not speak Arabic when asked to")
	}
}

// What a signed form is not for, S3 refuses: another place, a larger file, a field that was changed, and none at all.
func TestFormsAreBound(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	mine := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	others := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	_, page, _ := w.Visit("nobody", http.MethodGet, mine, nil)
	to, good := hidden(t, page)
	for what, change := range map[string]func(f map[string]string) []byte{
		"another's folder": func(f map[string]string) []byte {
			f["key"] = others + "x.pptx"
			return []byte("x")
		},
		"the roster":       func(f map[string]string) []byte { f["key"] = "roster/m/participants.csv"; return []byte("x") },
		"a decision":       func(f map[string]string) []byte { f["key"] = "decisions/m/x.json"; return []byte("{}") },
		"too large a file": func(map[string]string) []byte { return make([]byte, 10<<20+1) },
		"an empty file":    func(map[string]string) []byte { return nil },
		"another way back": func(f map[string]string) []byte {
			f["success_action_redirect"] = "https://evil.example/"
			return []byte("x")
		},
		"another policy": func(f map[string]string) []byte { f["policy"] = "eyJjb25kaXRpb25zIjpbXX0="; return []byte("x") },
		"another signature": func(f map[string]string) []byte {
			f["X-Amz-Signature"] = strings.Repeat("0",
				64)
			return []byte("x")
		},
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
	_, page, _ = w.Visit(
		"nobody",
		http.MethodGet,
		w.UploadLink(
			ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Expires: soon.Unix()},
		),
		nil,
	)
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
	for _, o := range w.ObjectsUnder(w.FolderOf(mine)) {
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
	if code != http.StatusGone || !strings.Contains(page, "/renew") || strings.Contains(page, "Kofi") ||
		strings.Contains(page, "people.example") {
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
		if code, _, _ := w.Visit("nobody", method, path, url.Values{"name": {"x"}, "size": {"1"}}); code != http.StatusGone &&
			code != http.StatusForbidden {
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

// A large file goes in parts, goes on where it stopped, and lands once; a larger one than allowed is thrown away.
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
		code, answer := ask(
			"url",
			url.Values{"upload": {upload}, "number": {strconv.Itoa(n)}, "size": {strconv.Itoa(len(part))}},
		)
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
	if code, _ := ask("url", url.Values{"upload": {upload}, "number": {"2"},
		"size": {strconv.Itoa(partSize + 1)}}); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large a part: %d", code)
	}
	if code, _ := ask("url", url.Values{"upload": {upload}, "number": {"3"},
		"size": {"5"}}); code != http.StatusRequestEntityTooLarge {
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
	if len(objects) != 1 || objects[0].Key != w.FolderOf(link)+"big.pptx" ||
		objects[0].Size != int64(len(data)) {
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
	for _, want := range []string{"Your office may send 2 officials.", "2 seats are left.", "Ministry of Justice",
		" multiple "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	o := w.Put(
		w.FolderOf(link)+"letter.txt",
		e2e.NominationLetter(
			"Ms Grace ODHIAMBO, Counsel",
			"Mr Daniel KIPTOO, Prosecutor",
			"Ms Faith WANJIKU, Analyst",
		),
		time.Now(),
	)
	w.TakeIn(o)
	_, page, _ = w.Visit("nobody", http.MethodGet, link, nil)
	name := regexp.MustCompile(`name="nominee" value="(Daniel[^"]*)"`).FindStringSubmatch(page)
	if name == nil || !strings.Contains(page, "a colleague will look at this") {
		t.Fatalf("%s (%s)\n%s", w.Document(o).Status, w.Document(o).Reason, page)
	}
	// An annex by the same link is no letter, and takes no letter's place.
	annex := w.Put(
		w.FolderOf(link)+"annex.txt",
		[]byte("an annex that names nobody"),
		time.Now(),
	)
	w.TakeIn(annex)
	if d := w.Document(annex); d.Status != meeting.Review || d.Reason != meeting.ReasonNobodyNamed ||
		w.Document(o).Status != meeting.Filed {
		t.Errorf("the annex is %s, the letter %s", d.Status, w.Document(o).Status)
	}
	form := url.Values{
		"document": {o.ID()},
		"nominee":  {name[1]},
		"name":     {"Daniel Kiptoo-Maina"},
		"email":    {"daniel@justice.example"},
	}
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
	if _, page, _ = w.Visit("nobody", http.MethodGet, link, nil); !strings.Contains(
		page,
		"confirmed: <bdi>Daniel Kiptoo-Maina",
	) {
		t.Error("the office does not see what it said")
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Kofi) // it is matched again
	_, page, _ = w.Visit("Ms Staff", http.MethodGet, "/meetings/m/review/"+o.ID(), nil)
	for _, want := range []string{"the office writes <bdi>Daniel Kiptoo-Maina",
		`name="name" value="Daniel Kiptoo-Maina"`, `value="daniel@justice.example"`} {
		if !strings.Contains(page, want) {
			t.Errorf("staff do not see %q", want)
		}
	}
	w.Check()
}
