package page_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dossier/functions/portal/page"
	"dossier/internal/fault"
	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// room has one page that calls what pages can call.
func room() fstest.MapFS {
	return fstest.MapFS{
		"room.html": {Data: []byte(`{{template "head"}}<p>{{t "accept"}} {{n "women" 2}} {{size .Size}} ` +
			`{{moment .Meeting .At}}; {{clock .Meeting .At}}; {{date .Meeting .At}}; {{iso .At}}; {{percent .Share}}; ` +
			`{{less 5 2}}{{key 0}} ` +
			`{{json .List}} {{len (list 1 2)}} {{range languages}}{{.Tag}} {{end}}</p>`)},
	}
}

type data struct {
	Size    int64
	Share   float64
	Meeting meeting.Meeting
	At      time.Time
	List    []string
}

func renderer(t *testing.T, words *locale.Catalog, log *slog.Logger) *page.Renderer {
	t.Helper()
	p, err := page.New(words, page.Policy{HTTPS: true, Storage: "https://storage.example"}, log, room())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func catalog(t *testing.T) *locale.Catalog {
	t.Helper()
	words, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// answer gives the answer of a handler to a request.
func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestShow(t *testing.T) {
	p := renderer(t, catalog(t), slog.New(slog.DiscardHandler))
	d := data{Size: 3<<20 + 1<<19, Share: 0.256, Meeting: meeting.Meeting{TimeZone: "Africa/Nairobi"},
		At: time.Date(2021, 6, 23, 21, 30, 0, 0, time.UTC), List: []string{"a"}}
	h := p.Handle(func(w http.ResponseWriter, r *http.Request) error { return p.Show(w, r, "room.html", d) })
	for lang, want := range map[string]string{
		"en": "Accept 2 women 3.5 MB 24 June 2021, 00:30 EAT; 2021-06-24 00:30; 24 June 2021; " +
			"2021-06-23T21:30:00Z; 26%; 31 [&#34;a&#34;] 2 en fr ar pt es ",
		"fr": "Accepter 2 femmes 3.5 Mo 24 juin 2021, 00:30 EAT; 2021-06-24 00:30; 24 juin 2021; " +
			"2021-06-23T21:30:00Z; 26%; 31 [&#34;a&#34;] 2 en fr ar pt es ",
	} {
		w := answer(h, httptest.NewRequest(http.MethodGet, "/?lang="+lang, nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Language") != lang ||
			!strings.Contains(w.Body.String(), "<p>"+want+"</p>") {
			t.Errorf("%s: %d %v %s", lang, w.Code, w.Header(), w.Body)
		}
	}
	for size, want := range map[int64]string{0: "0 kB", 1: "1 kB", 2048: "2 kB", 4 << 20: "4 MB"} {
		d.Size = size
		if w := answer(h, httptest.NewRequest(http.MethodGet, "/", nil)); !strings.Contains(
			w.Body.String(),
			" "+want+" ",
		) {
			t.Errorf("%d bytes: %s", size, w.Body)
		}
	}
}

// The language is the one asked for, else the one asked for before, else the one known, else the browser's.
func TestLocale(t *testing.T) {
	p := renderer(t, catalog(t), slog.New(slog.DiscardHandler))
	for _, test := range []struct{ query, cookie, known, accept, want string }{
		{"?lang=fr", "pt", "ar", "en", "fr"},
		{"?lang=xx", "pt", "ar", "en", "pt"},
		{"", "xx", "ar", "en", "ar"},
		{"", "", "xx", "pt-BR", "pt"},
		{"", "", "", "", "en"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/"+test.query, nil)
		if test.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "lang", Value: test.cookie})
		}
		r.Header.Set("Accept-Language", test.accept)
		if got := p.Locale(r, test.known).Tag; got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
	if got := p.Languages(); len(got) != 5 || p.LanguageName("fr") != "Français" || p.LanguageName("sw") != "sw" {
		t.Errorf("languages %q", got)
	}
}

// A language that the visitor asks for is kept, and no other.
func TestRemember(t *testing.T) {
	p := renderer(t, catalog(t), slog.New(slog.DiscardHandler))
	h := p.Remember(http.NotFoundHandler())
	w := answer(h, httptest.NewRequest(http.MethodGet, "/?lang=fr", nil))
	if c := w.Result().Cookies(); len(c) != 1 || c[0].Value != "fr" || !c[0].Secure || !c[0].HttpOnly ||
		w.Code != http.StatusNotFound {
		t.Errorf("cookies %v", c)
	}
	if c := answer(h, httptest.NewRequest(http.MethodGet, "/?lang=xx", nil)).Result().Cookies(); len(c) != 0 {
		t.Errorf("cookies %v", c)
	}
}

// explained is a refusal with words of its own.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }

func (explained) Explain(*locale.Locale) (string, error) { return "Ms Staff was first.", nil }

// Every error becomes a page that says what can be done, and those that are ours are logged.
func TestErrors(t *testing.T) {
	var log bytes.Buffer
	p := renderer(t, catalog(t), slog.New(slog.NewTextHandler(&log, nil)))
	for name, test := range map[string]struct {
		err    error
		status int
		text   string
		logged bool
	}{
		"not found": {fault.New(fault.NotFound, "x"), 404, "There is no such page", false},
		"not allowed": {fault.Reject(meeting.RefusalNotAllowed, "x"), 403, "You may look at this page but not decide.",
			false},
		"refused": {fault.Reject(meeting.RefusalNoPlace, "x"), 409, "Please choose where the document belongs.",
			false},
		"not understood": {fault.Reject("secret-code", "x"), 409, "The request was not understood.", false},
		"second": {explained{fault.Reject(meeting.RefusalAlreadyDecided, "x")}, 409,
			"Somebody was faster: this was decided already. Ms Staff was first.", false},
		"busy":    {fault.New(fault.Transient, "secret-words"), 503, "Something went wrong", true},
		"unknown": {errors.New("secret-words"), 500, "Something went wrong", true},
	} {
		log.Reset()
		w := answer(
			p.Handle(func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("page: %w", test.err) }),
			httptest.NewRequest(http.MethodGet, "/", nil),
		)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.text) ||
			strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if (log.Len() > 0) != test.logged {
			t.Errorf("%s: logged %q", name, log.String())
		}
	}
	// A page that cannot be rendered is an error of ours, and nothing of it is sent.
	log.Reset()
	w := answer(
		p.Handle(func(w http.ResponseWriter, r *http.Request) error { return p.Show(w, r, "room.html", nil) }),
		httptest.NewRequest(http.MethodGet, "/", nil),
	)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "Accept") || log.Len() == 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = answer(p.Handle(p.SignedOut), httptest.NewRequest(http.MethodGet, "/signed-out", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "You are signed out") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHeadersAndAssets(t *testing.T) {
	p := renderer(t, catalog(t), slog.New(slog.DiscardHandler))
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{name}", p.Assets())
	h := p.Secure(mux)
	w := answer(h, httptest.NewRequest(http.MethodGet, "/", nil))
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") ||
		!strings.Contains(policy, "frame-src https://storage.example;") ||
		w.Header().Get("Strict-Transport-Security") == "" ||
		w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	for path, want := range map[string]int{"/assets/style.css": 200, "/assets/none.css": 404} {
		if w := answer(h, httptest.NewRequest(http.MethodGet, path, nil)); w.Code != want ||
			w.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	// The name that a page links to changes with the content, and may be kept.
	w = answer(p.Handle(p.SignedOut), httptest.NewRequest(http.MethodGet, "/", nil))
	link := regexp.MustCompile(`/assets/style\.[0-9a-f]{12}\.css`).FindString(w.Body.String())
	w = answer(h, httptest.NewRequest(http.MethodGet, link, nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s: %d %v", link, w.Code, w.Header())
	}
}

// A new language is one file: pages are offered in it, and what it does not say is said in English.
func TestNewLanguage(t *testing.T) {
	english, err := os.ReadFile("../../../internal/locale/en.json")
	if err != nil {
		t.Fatal(err)
	}
	words, err := locale.Read(fstest.MapFS{"en.json": {Data: english}, "eo.json": {Data: []byte(
		`{"language": {"name": "Esperanto", "direction": "ltr", "order": "5"},
		"page": {"signed-out": "Vi estas elsalutinta"}}`,
	)}})
	if err != nil {
		t.Fatal(err)
	}
	p := renderer(t, words, slog.New(slog.DiscardHandler))
	w := answer(p.Handle(p.SignedOut), httptest.NewRequest(http.MethodGet, "/?lang=eo", nil))
	for _, want := range []string{`<html lang="eo" dir="ltr">`, "Vi estas elsalutinta", ">Back<",
		`<span aria-current="true">Esperanto</span>`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s: %s", want, w.Body)
		}
	}
}

// A page with a word that there is not, or that is no template, is known when the portal starts or the page is shown.
func TestBadPages(t *testing.T) {
	bad := fstest.MapFS{"bad.html": {Data: []byte(`{{nothing}}`)}}
	if _, err := page.New(catalog(t), page.Policy{}, slog.New(slog.DiscardHandler), bad); err == nil {
		t.Error("a page that cannot be parsed is no error")
	}
	for _, text := range []string{`{{t "no-such-word"}}`, `{{asset "none.css"}}`} {
		p, err := page.New(
			catalog(t),
			page.Policy{},
			slog.New(slog.DiscardHandler),
			fstest.MapFS{"bad.html": {Data: []byte(text)}},
		)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Locale(httptest.NewRequest(http.MethodGet, "/", nil), "").Render(&bytes.Buffer{}, "bad.html",
			nil); err == nil {
			t.Errorf("%s is no error", text)
		}
	}
}
