package portal_test

import (
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dossier/functions/portal/access"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// two is a system with two meetings, m and n, which have nothing in common.
type two struct {
	*e2e.World
	portal interface {
		http.Handler
		Routes() []access.Route
	}
	// filed and waiting are a document that is filed and one in review, by meeting.
	filed, waiting map[string]meeting.Object
}

// staffOf is the part of meeting.yaml that gives roles in a meeting.
func staffOf(id string) string {
	return "staff:\n  - {subject: sub of editor of " + id + ", role: editor}\n  - {subject: sub of viewer of " + id + ", role: viewer}\n" +
		"  - {subject: sub of administrator of " + id + ", role: administrator}\n"
}

func newTwo(t *testing.T) *two {
	t.Helper()
	w := &two{World: e2e.New(t), filed: map[string]meeting.Object{}, waiting: map[string]meeting.Object{}}
	w.portal = w.Portal.(interface {
		http.Handler
		Routes() []access.Route
	})
	for id, person := range map[string]string{"m": "Amina Diallo", "n": "Kofi Mensah"} {
		yaml := strings.NewReplacer("id: m,", "id: "+id+",", "A meeting", "Meeting of "+id).Replace(e2e.MeetingYAML("s"+id)) + staffOf(id)
		row := map[string]string{"m": e2e.Amina, "n": e2e.Kofi}[id]
		w.LoadRoster(id, yaml, e2e.CSVHead+strings.ReplaceAll(row, ":s1", ":s"+id))
		w.filed[id] = w.Put("incoming/"+id+"/drop/deck-of-"+id+".pptx", e2e.Deck("Secret of "+id, person), e2e.Noon)
		w.waiting[id] = w.Put("incoming/"+id+"/drop/waits-in-"+id+".pptx", e2e.Deck("Secret of "+id, "nobody"), e2e.Noon)
		w.TakeIn(w.filed[id], w.waiting[id])
		if d := w.Document(w.filed[id]); d.Status != meeting.Filed {
			t.Fatalf("%+v", d)
		}
		if d := w.Document(w.waiting[id]); d.Status != meeting.Review {
			t.Fatalf("%+v", d)
		}
	}
	return w
}

// as makes a request as somebody: a name with a role in all meetings, "none" for none.
func (w *two) as(t *testing.T, who, role, method, path string, form url.Values) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Test-Who", who)
	r.Header.Set("Test-Role", role)
	answer := w.Serve(r)
	body, err := io.ReadAll(answer.Body)
	e2e.Must(t, err)
	return answer.StatusCode, string(body), answer.Header
}

// address fills in a pattern: the meeting of the address, and another one that the things in it are of.
func (w *two) address(pattern, meetingID, of string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	document := w.filed[of].ID()
	if strings.Contains(path, "/review/") {
		document = w.waiting[of].ID()
	}
	return method, strings.NewReplacer("{$}", "", "{meeting}", meetingID, "{session}", "s"+of, "{document}", document,
		"{batch}", "links.ABC").Replace(path)
}

// says reports whether a page says anything of a meeting that one has to have a role in it to know.
func (w *two) says(page, id string) bool {
	for _, secret := range []string{"Meeting of " + id, "Title of s" + id, "Secret of " + id, "deck-of-" + id, "waits-in-" + id,
		map[string]string{"m": "Amina", "n": "Kofi"}[id]} {
		if strings.Contains(page, secret) {
			return true
		}
	}
	return false
}

// Every page of staff is opened by those who have the right to it, and by nobody else, as each kind of person, in two meetings.
func TestEveryRouteAsEachPerson(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	people := []struct {
		who, role string // role in all meetings
		in        map[string]meeting.StaffRole
	}{
		{"the organisation's administrator", "administrator", map[string]meeting.StaffRole{"m": meeting.Administrator, "n": meeting.Administrator}},
		{"an editor of all", "editor", map[string]meeting.StaffRole{"m": meeting.Editor, "n": meeting.Editor}},
		{"a viewer of all", "viewer", map[string]meeting.StaffRole{"m": meeting.Viewer, "n": meeting.Viewer}},
		{"administrator of m", "none", map[string]meeting.StaffRole{"m": meeting.Administrator}},
		{"editor of m", "none", map[string]meeting.StaffRole{"m": meeting.Editor}},
		{"editor of m", "viewer", map[string]meeting.StaffRole{"m": meeting.Editor, "n": meeting.Viewer}},
		{"viewer of m", "none", map[string]meeting.StaffRole{"m": meeting.Viewer}},
		{"viewer of m", "editor", map[string]meeting.StaffRole{"m": meeting.Editor, "n": meeting.Editor}},
		{"editor of n", "none", map[string]meeting.StaffRole{"n": meeting.Editor}},
		{"viewer of n", "none", map[string]meeting.StaffRole{"n": meeting.Viewer}},
		{"somebody", "none", nil},
		{"nobody", "", nil},
	}
	staff := 0
	for _, route := range w.portal.Routes() {
		if route.Right == access.Anybody || route.Right == access.ByLink {
			continue
		}
		staff++
		for _, p := range people {
			for _, id := range []string{"m", "n"} {
				method, path := w.address(route.Pattern, id, id)
				status, page, headers := w.as(t, p.who, p.role, method, path, nil)
				other := map[string]string{"m": "n", "n": "m"}[id]
				if route.Right != access.SignedIn && w.says(page, other) {
					t.Errorf("%s %s as %s, %s: the page says something of %s", method, path, p.who, p.role, other)
				}
				allowed := route.Right == access.SignedIn && len(p.in) > 0 || p.in[id].Allows(meeting.StaffRole(route.Right))
				switch {
				case p.who == "nobody" && method == http.MethodGet:
					if status != http.StatusSeeOther || !strings.HasPrefix(headers.Get("Location"), "/signin?to="+url.QueryEscape(path)) {
						t.Errorf("%s %s as nobody: %d to %s", method, path, status, headers.Get("Location"))
					}
				case !allowed:
					if status != http.StatusForbidden {
						t.Errorf("%s %s as %s, %s: %d", method, path, p.who, p.role, status)
					}
					if p.in[id] == "" && w.says(page, id) {
						t.Errorf("%s %s as %s, %s: the refusal says something of the meeting", method, path, p.who, p.role)
					}
				case status == http.StatusForbidden, status >= http.StatusInternalServerError:
					t.Errorf("%s %s as %s, %s: %d\n%s", method, path, p.who, p.role, status, page)
				}
			}
		}
	}
	if staff < 18 {
		t.Errorf("only %d routes of staff", staff)
	}
}

// Under the address of one meeting nothing of another is seen, by those who may see both.
func TestThingsOfAnotherMeeting(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	for _, route := range w.portal.Routes() {
		if !strings.HasPrefix(route.Pattern, "GET /meetings/{meeting}") {
			continue
		}
		_, path := w.address(route.Pattern, "m", "n")
		status, page, headers := w.as(t, "boss", "administrator", http.MethodGet, path, nil)
		if w.says(page, "n") || strings.Contains(headers.Get("Location"), "-n") {
			t.Errorf("%s: %d shows something of n: %s", path, status, headers)
		}
		if regexp.MustCompile(`\{(session|document|batch)\}`).MatchString(route.Pattern) && status != http.StatusNotFound &&
			headers.Get("Location") != "/meetings/m/review" {
			t.Errorf("%s: %d", path, status)
		}
	}
	if _, page, _ := w.as(t, "boss", "administrator", http.MethodGet, "/meetings/m/search?q=secret", nil); !w.says(page, "m") || w.says(page, "n") {
		t.Error("a search finds what it should not")
	}
	// Meetings that are not there look like meetings without a role, to those who have none in them.
	_, hidden, _ := w.as(t, "viewer of m", "none", http.MethodGet, "/meetings/n", nil)
	status, absent, _ := w.as(t, "viewer of m", "none", http.MethodGet, "/meetings/x", nil)
	if status != http.StatusForbidden || hidden != absent {
		t.Errorf("a meeting that is there is told from one that is not: %d", status)
	}
	if status, _, _ := w.as(t, "a viewer of all", "viewer", http.MethodGet, "/meetings/x", nil); status != http.StatusNotFound {
		t.Errorf("no such meeting: %d", status)
	}
}

// No decision under the address of one meeting changes anything of another.
func TestDecisionsAboutAnotherMeeting(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	place := "sn/presentation/p2"
	status, _, _ := w.as(t, "editor of n", "none", http.MethodPost, "/meetings/n/decisions", url.Values{"action": {"withdraw"},
		"reason": {"x"}, "document": {w.filed["n"].ID()}, "back": {"documents/" + w.filed["n"].ID()}})
	if status != http.StatusSeeOther {
		t.Fatalf("an editor decides in his own meeting: %d", status)
	}
	audits, err := w.Store.Audits(t.Context(), "n", 10)
	e2e.Must(t, err)
	if len(audits) != 1 || audits[0].Decision.Subject != "sub of editor of n" || audits[0].Decision.By != "editor of n" {
		t.Fatalf("%+v", audits)
	}
	stateOf := func() map[string]string {
		all := map[string]string{}
		for place, v := range w.Everything() {
			// Items of m may change, and the audits of refused decisions are new.
			if !strings.Contains(place, "#m") && !strings.HasPrefix(place, "decisions/m/") && !strings.HasPrefix(place, "X#") {
				all[place] = v
			}
		}
		return all
	}
	before := stateOf()
	for name, form := range map[string]url.Values{
		"withdraw": {"document": {w.filed["n"].ID()}},
		"reject":   {"document": {w.waiting["n"].ID()}},
		"file":     {"document": {w.waiting["n"].ID()}, "requirement": {place}},
		"file ":    {"document": {w.waiting["n"].ID()}, "requirement": {"sm/presentation/p1"}},
		"file  ":   {"document": {w.waiting["m"].ID()}, "requirement": {place}},
		"split":    {"document": {w.waiting["n"].ID()}, "from": {"1"}, "to": {"1"}, "place": {"sm/presentation/p1"}},
		"join":     {"document": {w.waiting["n"].ID()}, "into": {w.filed["m"].ID()}},
		"join ":    {"document": {w.waiting["m"].ID()}, "into": {w.filed["n"].ID()}},
		"accept":   {"document": {w.waiting["n"].ID()}, "nominee": {"x"}, "name": {"x"}, "role": {"presenter:sn"}},
		"decline":  {"document": {w.waiting["n"].ID()}, "nominee": {"x"}},
		"waive":    {"requirement": {place}},
		"require":  {"requirement": {place}},
		"undo":     {"of": {audits[0].ID}},
		"forget":   {"of": {"h"}},
		"revoke":   {"of": {"p2"}},
	} {
		form.Set("action", strings.TrimSpace(name))
		form.Set("reason", "x")
		status, page, _ := w.as(t, "editor of m", "none", http.MethodPost, "/meetings/m/decisions", form)
		if status == http.StatusSeeOther && name != "revoke" {
			t.Errorf("%s is carried out", name)
		}
		if w.says(page, "n") {
			t.Errorf("%s: the refusal says something of n", name)
		}
		if after := stateOf(); !maps.Equal(before, after) {
			for place, v := range after {
				if before[place] != v {
					t.Errorf("%s changes %s", name, place)
				}
			}
			before = after
		}
	}
	status, _, _ = w.as(t, "editor of m", "none", http.MethodPost, "/meetings/m/addresses", url.Values{"requirement": {place}})
	if status != http.StatusConflict {
		t.Errorf("an address of another meeting: %d", status)
	}
}

// The home page lists the meetings in which one has a role, and those who have none are told who can help.
func TestHome(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	for who, want := range map[string]struct {
		role, to string
		status   int
		m, n     bool
	}{
		"boss":        {"viewer", "", http.StatusOK, true, true},
		"editor of m": {"none", "/meetings/m", http.StatusSeeOther, false, false},
		"viewer of n": {"none", "/meetings/n", http.StatusSeeOther, false, false},
		"somebody":    {"none", "", http.StatusForbidden, false, false},
		"nobody":      {"none", "/signin?to=%2F", http.StatusSeeOther, false, false},
	} {
		status, page, headers := w.as(t, who, want.role, http.MethodGet, "/", nil)
		if status != want.status || headers.Get("Location") != want.to || w.says(page, "m") != want.m || w.says(page, "n") != want.n {
			t.Errorf("%s: %d to %s\n%s", who, status, headers.Get("Location"), page)
		}
	}
	for tag, word := range map[string]string{"en": "write to the secretariat", "fr": "écrire au secrétariat", "ar": "إلى الأمانة",
		"pt": "escreva por favor ao secretariado"} {
		_, page, _ := w.as(t, "somebody", "none", http.MethodGet, "/?lang="+tag, nil)
		if !strings.Contains(page, word) || !strings.Contains(page, `href="mailto:secretariat@dossier.example"`) ||
			!strings.Contains(page, `action="/signout"`) || !strings.Contains(page, `lang="`+tag+`"`) {
			t.Errorf("%s: %s", tag, page)
		}
	}
}

// Removal from a meeting's list ends the right at the next request, and a new role counts at once.
func TestRoleIsTakenAway(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	board := func() int {
		status, _, _ := w.as(t, "viewer of m", "none", http.MethodGet, "/meetings/m", nil)
		return status
	}
	decide := func() int {
		status, _, _ := w.as(t, "viewer of m", "none", http.MethodPost, "/meetings/m/decisions", nil)
		return status
	}
	if a, b := board(), decide(); a != http.StatusOK || b != http.StatusForbidden {
		t.Fatalf("a viewer: %d %d", a, b)
	}
	yaml := strings.NewReplacer("A meeting", "Meeting of m").Replace(e2e.MeetingYAML("sm"))
	load := func(staff string) {
		w.Put("roster/m/meeting.yaml", []byte(yaml+staff), time.Now())
		o := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+strings.ReplaceAll(e2e.Amina, ":s1", ":sm")), time.Now())
		if failed := w.Send(w.Roster, w.Event(o)); len(failed) > 0 {
			t.Fatal(w.Logs)
		}
	}
	load("staff: [{subject: sub of viewer of m, role: editor}]\n")
	if a, b := board(), decide(); a != http.StatusOK || b != http.StatusConflict { // the form is empty
		t.Errorf("an editor now: %d %d", a, b)
	}
	load("")
	if a, b := board(), decide(); a != http.StatusForbidden || b != http.StatusForbidden {
		t.Errorf("not on the list any more: %d %d", a, b)
	}
	if status, page, _ := w.as(t, "viewer of m", "none", http.MethodGet, "/", nil); status != http.StatusForbidden || w.says(page, "m") {
		t.Errorf("the home page: %d\n%s", status, page)
	}
}

// Pages are served by the table of routes alone: no other file of the portal makes a mux, or adds to one.
func TestNoOtherWayToAPage(t *testing.T) {
	found := []string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		if regexp.MustCompile(`ServeMux\b|[mM]ux\.Handle|http\.Handle(Func)?\(|\.(URL\.Path|RequestURI)\b`).Match(data) {
			found = append(found, name)
		}
		return err
	})
	e2e.Must(t, err)
	// secure.go looks whether an address is an asset's, errors.go where somebody came from, form.go where a form goes again.
	want := []string{"access/form.go", "access/gate.go", "access/route.go", "page/secure.go"}
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("addresses are looked at in %q, want %q", found, want)
	}
	for _, route := range newTwo(t).portal.Routes() {
		if route.Right == "" {
			t.Errorf("%s needs no right", route.Pattern)
		}
	}
}

// After signing in one comes to a page of staff that exists, and nowhere else.
func TestLanding(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	land := func(to string) string {
		status, _, headers := w.as(t, "nobody", "", http.MethodGet, "/signin?to="+url.QueryEscape(to), nil)
		u, err := url.Parse(headers.Get("Location"))
		if err != nil || status != http.StatusSeeOther || u.Host != "id.example" {
			t.Errorf("%q: %d %s", to, status, headers.Get("Location"))
			return ""
		}
		return u.Query().Get("to")
	}
	for _, to := range []string{"/", "/meetings/m", "/meetings/m/review", "/meetings/m/review?undo=1", "/meetings/m/search?q=a+b%2Fc",
		"/meetings/m/sessions/s1/materials.zip", "/meetings/m/documents/0/original", "/?lang=fr", "/signin/back"} {
		if got := land(to); got != to {
			t.Errorf("%q leads to %q", to, got)
		}
	}
	if got := land("/meetings/m/search?q=%C3%A9#x"); got != "/meetings/m/search?q=%C3%A9" {
		t.Errorf("with a fragment: %q", got)
	}
	bad := []string{
		"", "m", "meetings/m", "https://evil.example/", "HTTPS://evil.example", "//evil.example/", "///evil.example", "////evil.example",
		`/\evil.example/`, `\/evil.example`, `\\evil.example`, `/\/evil.example`, `//\evil.example`, "/\t/evil.example", "/\n/evil.example", "/\r/evil.example",
		"/\x00/evil.example", "/\v/evil.example", "/\f/evil.example", "/\x0b/evil.example", "/\u0085/evil.example", "/\u2028/evil.example", "/\u00a0/evil.example",
		"\t//evil.example", " //evil.example", "\n/meetings/m", " /meetings/m", "/meetings/m\t", "/meetings/m\n", "/ /evil.example", "/%09/evil.example", "/%0a/evil.example",
		"/%0d%0aSet-Cookie:x", "/%2f/evil.example", "/%2fevil.example", "/%2F%2Fevil.example", "/%5cevil.example", "/%5Cevil.example", "/%5c%5cevil.example",
		"%2f%2fevil.example", "%2fmeetings%2fm", "/%252f/evil.example", "/.//evil.example", "/..//evil.example", "/../evil.example", "/meetings/..//evil.example", "/meetings/m/../../..//evil.example",
		"/meetings//m", "/meetings/m/", "//meetings/m", "/meetings/m//review", "/meetings/./m", "/meetings/m/%2e%2e/n", "/meetings/%2e%2e//evil.example",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "/javascript:alert(1)", "data:text/html,x", "vbscript:x", "about:blank", "file:///etc/passwd", "mailto:a@b.example",
		"user@evil.example", "//user@evil.example", "//user:pass@evil.example/", "https://localhost@evil.example", "http://localhost/meetings/m", "//localhost/meetings/m", "http:/evil.example", "http:evil.example", "https:///evil.example",
		"//ехample.com", "//xn--e1afmkfd.example", "/／evil.example", "／/evil.example", "//。evil", "/︓/evil.example", "//[::1]/", "//127.0.0.1", "//0x7f000001/", "//evil.example:443/",
		"?to=//evil.example", "#//evil.example", "/#//evil.example\\", "/signin", "/signin?to=//evil.example", "/signin/done?state=x", "/signed-out", "/signout", "/assets/style.css", "/t/" + strings.Repeat("x", 40),
		"/nothing", "/meetings", "/meetings/m/nothing", "/meetings/m/decisions", "/meetings/m/" + strings.Repeat("a", 3000), "/" + strings.Repeat("/evil.example", 200), "/meetings/m/%zz", "/meetings/m/%", "/\xff/evil.example", "/meetings/\xff",
		"/meetings/m%0aLocation:x", "/meetings/%5Cevil.example", "/meetings/%09", "/meetings/%00", "/meetings/%1b%5bH", "/meetings/%7f", "/meetings/m?x=\ty", "/meetings/m?x=\\", "*", "/*", "/{$}", "/meetings/{meeting}/decisions",
	}
	for _, to := range bad {
		if got := land(to); got != "/" {
			t.Errorf("%q leads to %q", to, got)
		}
	}
	if status, page, _ := w.as(t, "nobody", "", http.MethodGet, "/signin/done?state=x&code=y", nil); status != http.StatusForbidden ||
		!strings.Contains(page, "You are not signed in") || !strings.Contains(page, `href="/signin"`) {
		t.Errorf("an answer to no attempt: %d %s", status, page)
	}
}

// The way back from a page that explains a refusal stays on this site.
func TestBackStaysHere(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	for referer, want := range map[string]string{
		"":                                    "/",
		"http://localhost/meetings/m/review":  "/meetings/m/review",
		"http://localhost/meetings/m?x=1":     "/meetings/m?x=1",
		"http://evil.example/meetings/m":      "/",
		"//evil.example/meetings/m":           "/",
		"http://localhost//evil.example":      "/",
		"http://localhost/%5cevil.example":    "/",
		"http://localhost@evil.example/":      "/",
		"javascript:alert(1)":                 "/",
		"http://localhost:1/meetings/m":       "/",
		"http://localhost/meetings/../..//x/": "/",
	} {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", nil)
		r.Header.Set("Test-Who", "viewer of m")
		r.Header.Set("Test-Role", "none")
		r.Header.Set("Referer", referer)
		body, err := io.ReadAll(w.Serve(r).Body)
		e2e.Must(t, err)
		if !strings.Contains(string(body), `<a href="`+want+`">Back</a>`) {
			t.Errorf("%q: %s", referer, body)
		}
	}
	// A form says where to go on; it is a page of the meeting in any case.
	for back, want := range map[string]string{
		"review":                              "/meetings/m/review?undo=",
		"documents/x":                         "/meetings/m/documents/x",
		"//evil.example":                      "/meetings/m",
		"review/../../../..//evil.example":    "/meetings/m",
		"https://evil.example":                "/meetings/m",
		"review\r\nLocation:https://evil":     "/meetings/m",
		"documents/\t/evil.example":           "/meetings/m",
		"documents/..\\..\\..\\\\evil.exampl": "/meetings/m",
		"documents/../../n":                   "/meetings/m",
		"review?undo=1&x=//evil":              "/meetings/m",
	} {
		status, page, headers := w.as(t, "editor of m", "none", http.MethodPost, "/meetings/m/decisions",
			url.Values{"action": {"revoke"}, "of": {"p1"}, "reason": {"x"}, "back": {back}})
		at := headers.Get("Location")
		if status != http.StatusSeeOther || at != want && (want != "/meetings/m/review?undo=" || !strings.HasPrefix(at, want)) {
			t.Errorf("%q leads to %q: %d %s", back, at, status, page)
		}
	}
}

// A decision that meets an ended sign-in is given back with all that was typed, and nothing is done until it is sent again.
func TestEndedSignIn(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	form := url.Values{"action": {"reject"}, "document": {w.waiting["m"].ID()}, "back": {"review"},
		"reason": {`not "ours" <b>& yours</b>`}, "from": {"1", "3"}, "code": {""}}
	status, page, headers := w.as(t, "nobody", "", http.MethodPost, "/meetings/m/decisions", form)
	if status != http.StatusForbidden || !strings.Contains(page, "Please sign in again") || len(headers["Location"]) > 0 {
		t.Fatalf("%d %s", status, page)
	}
	if d := w.Document(w.waiting["m"]); d.Status != meeting.Review {
		t.Errorf("it is %s already", d.Status)
	}
	if !strings.Contains(page, `action="/meetings/m/decisions"`) || !strings.Contains(page, `href="/signin?to=%2Fsignin%2Fback" target="_blank"`) {
		t.Errorf("%s", page)
	}
	if !strings.Contains(page, "<strong>Reject</strong>") {
		t.Errorf("it does not say what would be done: %s", page)
	}
	if got := fieldsOf(t, page); !maps.EqualFunc(got, form, slices.Equal) {
		t.Errorf("%v, want %v", got, form)
	}
	if regexp.MustCompile(`type="hidden" name="reason"`).MatchString(page) {
		t.Error("the reason cannot be seen")
	}
	// Sent again, it is carried out.
	if status, page, _ := w.as(t, "editor of m", "none", http.MethodPost, "/meetings/m/decisions", fieldsOf(t, page)); status != http.StatusSeeOther {
		t.Errorf("%d %s", status, page)
	}
	if d := w.Document(w.waiting["m"]); d.Status != meeting.Rejected {
		t.Errorf("it is %s", d.Status)
	}
	// A form of another site is refused as ever, and not even shown.
	r := httptest.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Test-Who", "nobody")
	body, err := io.ReadAll(w.Serve(r).Body)
	e2e.Must(t, err)
	if strings.Contains(string(body), "yours") {
		t.Errorf("another site's form is shown: %s", body)
	}
	// A form that is too large for a page is not silently cut.
	form.Set("reason", strings.Repeat("x", 100<<10))
	if _, page, _ := w.as(t, "nobody", "", http.MethodPost, "/meetings/m/decisions", form); !strings.Contains(page, "too much to be kept whole") {
		t.Errorf("a large form: %.2000s", page)
	}
}

// A file of a form has to be chosen again, and the page says so; what was typed beside it is kept.
func TestEndedSignInWithFile(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	body := "--b\r\nContent-Disposition: form-data; name=\"reason\"\r\n\r\nla raison\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a <b>.pdf\"\r\nContent-Type: application/pdf\r\n\r\n" + strings.Repeat("x", 1<<20) +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"place\"\r\n\r\ns1\r\n--b--\r\n"
	r := httptest.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader(body))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	r.Header.Set("Test-Who", "nobody")
	answer, err := io.ReadAll(w.Serve(r).Body)
	e2e.Must(t, err)
	page := string(answer)
	for _, want := range []string{`enctype="multipart/form-data"`, `type="file" name="file" required`, "a &lt;b&gt;.pdf", "choose this file again"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	if got := fieldsOf(t, page); got.Get("reason") != "la raison" || got.Get("place") != "s1" || len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// Each form of staff is given back with the words of its button.
func TestEndedSignInSaysWhat(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	for form, want := range map[string]string{
		"decisions?action=withdraw": "Withdraw", "decisions?action=waive": "Waive", "decisions?action=undo": "Take back",
		"links?what=links": "Links", "links?what=reminder": "", "addresses?requirement=x": "", "behalf?requirement=x": "", "decisions?action=none": "-",
	} {
		path, query, _ := strings.Cut(form, "?")
		values, err := url.ParseQuery(query)
		e2e.Must(t, err)
		_, page, _ := w.as(t, "nobody", "", http.MethodPost, "/meetings/m/"+path, values)
		said := regexp.MustCompile(`<strong>([^<]+)</strong>`).FindStringSubmatch(page)
		if (said == nil) != (want == "-") || said != nil && want != "" && !strings.HasPrefix(said[1], want) {
			t.Errorf("%s: %q\n%s", form, said, page)
		}
	}
}

// fieldsOf reads the fields of the last form on a page, as a browser sends them.
func fieldsOf(t *testing.T, page string) url.Values {
	t.Helper()
	all := url.Values{}
	unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&#43;", "+", "&amp;", "&")
	for _, m := range regexp.MustCompile(`<input(?: type="hidden")? name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		all.Add(unescape.Replace(m[1]), unescape.Replace(m[2]))
	}
	return all
}

// Signing out shows a page that goes on to the provider by itself: a form may not be sent on to another site.
func TestSigningOut(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	status, page, _ := w.as(t, "somebody", "none", http.MethodPost, "/signout", nil)
	if status != http.StatusOK || !strings.Contains(page, `http-equiv="refresh" content="0;url=https://id.example/logout"`) ||
		!strings.Contains(page, `<a href="https://id.example/logout">`) {
		t.Errorf("%d %s", status, page)
	}
	if status, _, _ := w.as(t, "somebody", "none", http.MethodGet, "/signout", nil); status != http.StatusMethodNotAllowed {
		t.Errorf("a link signs out: %d", status)
	}
}
