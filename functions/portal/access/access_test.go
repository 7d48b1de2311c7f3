package access

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dossier/functions/portal/page"
	"dossier/functions/portal/signin"
	"dossier/internal/locale"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// one lets everybody in as one person, and finds one meeting.
type one struct {
	person signin.Person
	m      *meeting.Meeting
	err    error
}

func (o *one) Who(_ *http.Request, also ...store.AnyKey) (signin.Person, *store.Snapshot, error) {
	snap := store.NewSnapshot()
	if o.m != nil && len(also) == 1 && also[0] == store.AnyKey(store.MeetingKey(o.m.ID)) {
		store.Set(snap, store.MeetingKey(o.m.ID), o.m)
	}
	return o.person, snap, o.err
}
func (o *one) Begin(http.ResponseWriter, *http.Request, string) error        { return o.err }
func (o *one) Done(http.ResponseWriter, *http.Request) (string, error)       { return "/", o.err }
func (o *one) End(http.ResponseWriter, *http.Request) (next string, _ error) { return "", o.err }

func newGate(t *testing.T, in SignIn) *Gate {
	t.Helper()
	words, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	pages, err := page.New(words, page.Policy{}, log, Pages())
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(in, pages, "desk@dossier.example", log)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func ok(http.ResponseWriter, *http.Request) error { return nil }

// A route that nobody can check does not come into the table.
func TestRouteIsChecked(t *testing.T) {
	t.Parallel()
	g := newGate(t, &one{})
	for name, r := range map[string]Route{
		"no right":                     {"GET /x", "", ok},
		"a right that does not exist":  {"GET /x", "owner", ok},
		"a role outside a meeting":     {"GET /x", Look, ok},
		"a role at another meeting":    {"GET /conferences/{meeting}", Look, ok},
		"a meeting for all signed in":  {"GET /meetings/{meeting}/x", SignedIn, ok},
		"a meeting for anybody":        {"GET /meetings/{meeting}/x", Anybody, ok},
		"a meeting by a link":          {"POST /meetings/{meeting}/x", ByLink, ok},
		"no page":                      {"GET /x", Anybody, nil},
		"no method":                    {"/x", Anybody, ok},
		"a method that pages have not": {"PUT /meetings/{meeting}/x", Decide, ok},
		"one that is there":            {"GET /signin", Anybody, ok},
	} {
		if err := g.Add(r); err == nil {
			t.Errorf("%s: added", name)
		}
	}
	if n := len(g.Routes()); n != 5 {
		t.Errorf("%d routes", n)
	}
}

// Each right is given by the roles that have it, held in the meeting or in all.
func TestRights(t *testing.T) {
	t.Parallel()
	in := &one{}
	g := newGate(t, in)
	if err := g.Add(Route{"GET /home", SignedIn, ok}, Route{"GET /meetings/{meeting}/look", Look, ok},
		Route{"POST /meetings/{meeting}/decide", Decide, ok}, Route{"POST /meetings/{meeting}/manage", Manage, ok},
		Route{"GET /open", Anybody, ok}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		all, here meeting.StaffRole
		want      string // the pages that open
	}{
		{"", "", "home"}, {"", meeting.Viewer, "home look"}, {meeting.Viewer, "", "home look"},
		{"", meeting.Editor, "home look decide"}, {meeting.Editor, meeting.Viewer, "home look decide"},
		{meeting.Viewer, meeting.Administrator, "home look decide manage"}, {meeting.Administrator, "", "home look decide manage"},
		{"owner", "owner", "home"},
	} {
		in.person = signin.Person{Subject: "s", Role: test.all}
		in.m = &meeting.Meeting{ID: "m", Staff: []meeting.StaffMember{{Subject: "s", Role: test.here}, {Subject: "other", Role: meeting.Administrator}}}
		var open []string
		for _, p := range []string{"GET /home", "GET /meetings/m/look", "POST /meetings/m/decide", "POST /meetings/m/manage", "POST /meetings/n/manage"} {
			method, path, _ := strings.Cut(p, " ")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code == http.StatusOK {
				open = append(open, path[strings.LastIndex(path, "/")+1:])
			}
		}
		if got := strings.Join(open, " "); got != test.want {
			t.Errorf("%q in all, %q here: %q", test.all, test.here, got)
		}
	}
	// If the table is away, nobody is let in.
	in.err = errors.New("away")
	for path, want := range map[string]int{"/home": 500, "/meetings/m/look": 500, "/open": 200, "/signin": 503, "/signin/done": 503} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/signout", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a sign-out that failed: %d", w.Code)
	}
	in.err = nil
	w = httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/signout", nil))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signed-out" {
		t.Errorf("a sign-out without a provider's page: %d", w.Code)
	}
}
