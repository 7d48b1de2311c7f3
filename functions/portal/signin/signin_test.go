package signin_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"dossier/functions/portal/signin"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// member is a user of the provider with the claims that Cognito gives. More claims replace those.
type member struct {
	name   string
	groups []string
	more   jwt.MapClaims
	sub    string
}

func (m *member) ID() string {
	if m.sub != "" {
		return m.sub
	}
	return "subject of " + m.name
}
func (m *member) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }
func (m *member) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	data, err := json.Marshal(base)
	if err != nil {
		return nil, err
	}
	all := jwt.MapClaims{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	all["email"], all["email_verified"], all["cognito:groups"] = m.name+"@secretariat.example", true, m.groups
	maps.Copy(all, m.more)
	return all, nil
}

// site is a page that says who is signed in, with the provider beside it.
type site struct {
	provider *mockoidc.MockOIDC
	world    *e2e.World
	server   *httptest.Server
	logs     *strings.Builder

	mu     sync.Mutex
	signIn *signin.SignIn
}

func newSite(t *testing.T, change ...func(*signin.Config)) *site {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { provider.Shutdown() })
	s := &site{provider: provider, world: e2e.New(t), logs: &strings.Builder{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	s.signIn = s.with(t, change...)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	in := s.signIn
	s.mu.Unlock()
	var err error
	switch r.URL.Path {
	case "/signin":
		err = in.Begin(w, r, "/back?x=1")
	case "/signin/done":
		var to string
		if to, err = in.Done(w, r); err == nil {
			http.Redirect(w, r, to, http.StatusSeeOther)
		}
	case "/signout":
		var next string
		next, err = in.End(w, r)
		w.Header().Set("Next", next)
	default:
		var p signin.Person
		p, _, err = in.Who(r)
		w.Header().Set("Who", strings.Join([]string{p.Subject, p.Name, p.Email, string(p.Role)}, "|"))
	}
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.logs.WriteString(err.Error() + "\n")
		w.WriteHeader(http.StatusForbidden)
	}
}

func (s *site) with(t *testing.T, change ...func(*signin.Config)) *signin.SignIn {
	t.Helper()
	c := signin.Config{Issuer: s.provider.Issuer(), ClientID: s.provider.ClientID, ClientSecret: s.provider.ClientSecret,
		Scopes: []string{"email"}, GroupsClaim: "cognito:groups", URL: s.server.URL + "/", Secret: ticket.Text(strings.Repeat("s", 32)),
		Roles: signin.Roles{"viewers": meeting.Viewer, "editors": meeting.Editor}, Life: time.Hour, Recheck: time.Hour}
	for _, f := range change {
		f(&c)
	}
	return signin.New(c, s.world.Store, slog.New(slog.DiscardHandler))
}

// change makes the site another one, at the same address and table.
func (s *site) change(t *testing.T, change ...func(*signin.Config)) {
	x := s.with(t, change...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIn = x
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// stopped is a browser that does not follow the provider's answer.
func stopped(c *http.Client) *http.Client {
	stop := *c
	stop.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/signin/done") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &stop
}

func get(t *testing.T, c *http.Client, url string) *http.Response {
	t.Helper()
	r, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r
}

// nobody is what the page says if nobody is signed in.
const nobody = "|||"

func (s *site) who(t *testing.T, c *http.Client) string {
	t.Helper()
	return get(t, c, s.server.URL+"/").Header.Get("Who")
}

// Somebody who signs in comes where the site wants, with the role of the highest group. An address counts only if it is verified.
func TestPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, test := range map[string]struct {
		groups []string
		more   jwt.MapClaims
		want   string
	}{
		"an editor":             {[]string{"editors"}, nil, "subject of ann|ann@secretariat.example|ann@secretariat.example|editor"},
		"a viewer and more":     {[]string{"x", "viewers"}, nil, "subject of ann|ann@secretariat.example|ann@secretariat.example|viewer"},
		"both":                  {[]string{"viewers", "editors", "viewers"}, nil, "subject of ann|ann@secretariat.example|ann@secretariat.example|editor"},
		"another case":          {[]string{"Editors"}, nil, "subject of ann|ann@secretariat.example|ann@secretariat.example|"},
		"no group":              {nil, nil, "subject of ann|ann@secretariat.example|ann@secretariat.example|"},
		"one group by itself":   {nil, jwt.MapClaims{"cognito:groups": "editors"}, "subject of ann|ann@secretariat.example|ann@secretariat.example|editor"},
		"a name":                {nil, jwt.MapClaims{"name": "Ann"}, "subject of ann|Ann|ann@secretariat.example|"},
		"not verified":          {nil, jwt.MapClaims{"email_verified": false}, "subject of ann|ann@secretariat.example||"},
		"verified, as Cognito":  {nil, jwt.MapClaims{"email_verified": "true"}, "subject of ann|ann@secretariat.example|ann@secretariat.example|"},
		"nothing said of email": {nil, jwt.MapClaims{"email_verified": nil}, "subject of ann|ann@secretariat.example||"},
		"a long name":           {nil, jwt.MapClaims{"name": strings.Repeat("é", 300)}, "subject of ann|" + strings.Repeat("é", 200) + "|ann@secretariat.example|"},
	} {
		c := browser(t)
		s.provider.QueueUser(&member{name: "ann", groups: test.groups, more: test.more})
		r := get(t, c, s.server.URL+"/signin")
		if r.Request.URL.RequestURI() != "/back?x=1" || r.Header.Get("Who") != test.want {
			t.Errorf("%s: at %s as %s", name, r.Request.URL, r.Header.Get("Who"))
		}
	}
}

// A sign-in ends when its time is over.
func TestTooOld(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *signin.Config) { c.Life = 2 * time.Second })
	c := browser(t)
	s.provider.QueueUser(&member{name: "ann"})
	get(t, c, s.server.URL+"/signin")
	home, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept := c.Jar.Cookies(home) // a browser forgets them; somebody else may not
	if len(kept) != 1 || s.who(t, c) == nobody {
		t.Fatalf("%v", kept)
	}
	time.Sleep(2100 * time.Millisecond)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(kept[0])
	if p, _, err := s.signIn.Who(r); err != nil || p.SignedIn() {
		t.Errorf("%+v %v", p, err)
	}
}

// After signing out a kept cookie is worth nothing, and the provider is told who signs out.
func TestSignOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*signin.Config)
		want   string // the address at the provider, with the values that are not the same each time left out
	}{
		"a provider that publishes nothing": {func(*signin.Config) {}, ""},
		"a standard one": {func(c *signin.Config) { c.LogoutURL = "https://id.example/logout?realm=x" },
			"https://id.example/logout?client_id=CLIENT&id_token_hint=TOKEN&post_logout_redirect_uri=HOMEsigned-out&realm=x"},
	} {
		s := newSite(t, test.change)
		c := browser(t)
		s.provider.QueueUser(&member{name: "ann"})
		get(t, c, s.server.URL+"/signin")
		home, err := url.Parse(s.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		kept := c.Jar.Cookies(home)
		next := get(t, c, s.server.URL+"/signout").Header.Get("Next")
		u, err := url.Parse(next)
		if err != nil {
			t.Fatal(err)
		}
		hint := u.Query().Get("id_token_hint")
		if test.want != "" && strings.Count(hint, ".") != 2 {
			t.Errorf("%s: no ID token: %s", name, next)
		}
		for value, as := range map[string]string{hint: "TOKEN", url.QueryEscape(s.server.URL + "/"): "HOME", url.QueryEscape(s.provider.ClientID): "CLIENT"} {
			if value != "" {
				next = strings.ReplaceAll(next, value, as)
			}
		}
		if next != test.want {
			t.Errorf("%s: %s, want %s", name, next, test.want)
		}
		if len(c.Jar.Cookies(home)) != 0 {
			t.Errorf("%s: cookies are left: %v", name, c.Jar.Cookies(home))
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(kept[0])
		if p, _, err := s.signIn.Who(r); err != nil || p.SignedIn() {
			t.Errorf("%s: a kept cookie lets in %+v %v", name, p, err)
		}
		// Signing out twice, or with no cookie, is no error and tells nothing.
		for range 2 {
			if r := get(t, c, s.server.URL+"/signout"); r.StatusCode != http.StatusOK || r.Header.Get("Next") != "" {
				t.Errorf("%s: again: %s %s", name, r.Status, r.Header.Get("Next"))
			}
		}
	}
}

// Cognito signs people out in a way of its own.
func TestSignOutAtCognito(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	x := s.with(t, func(c *signin.Config) {
		c.Issuer, c.ClientID, c.URL = "https://cognito-idp.eu-west-1.amazonaws.com/pool", "client", "https://dossier.example/"
		c.LogoutURL = "https://dossier.auth.eu-west-1.amazoncognito.com/logout"
	})
	sum := sha256.Sum256([]byte("COOKIE"))
	e2e.Must(t, s.world.Store.Commit(t.Context(), store.NewChanges(&meeting.SignIn{ID: hex.EncodeToString(sum[:]), Subject: "ann",
		Checked: time.Now(), Until: time.Now().Add(time.Hour)})))
	r := httptest.NewRequest(http.MethodPost, "/signout", nil)
	r.AddCookie(&http.Cookie{Name: "__Host-dossier-session", Value: "COOKIE"})
	if p, _, err := x.Who(r); err != nil || p.Subject != "ann" {
		t.Fatalf("%+v %v", p, err)
	}
	next, err := x.End(httptest.NewRecorder(), r)
	want := "https://dossier.auth.eu-west-1.amazoncognito.com/logout?client_id=client&logout_uri=https%3A%2F%2Fdossier.example%2Fsigned-out"
	if err != nil || next != want {
		t.Errorf("%s %v", next, err)
	}
}

// Two tabs that sign in at the same time both succeed, in either order. Many attempts do not fill the browser.
func TestTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, order := range map[string][]int{"in order": {0, 1}, "the other way round": {1, 0}} {
		c := browser(t)
		var answers []string
		for range 2 {
			s.provider.QueueUser(&member{name: "ann", groups: []string{"editors"}})
			answers = append(answers, get(t, stopped(c), s.server.URL+"/signin").Header.Get("Location"))
		}
		for _, i := range order {
			if r := get(t, c, answers[i]); r.StatusCode != http.StatusOK || !strings.HasSuffix(r.Header.Get("Who"), "editor") {
				t.Errorf("%s: tab %d: %s %s", name, i, r.Status, r.Header.Get("Who"))
			}
		}
	}
	c := browser(t)
	last := ""
	for range 40 {
		s.provider.QueueUser(&member{name: "ann"})
		last = get(t, stopped(c), s.server.URL+"/signin").Header.Get("Location")
	}
	home, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Jar.Cookies(home)); n > 8 {
		t.Errorf("%d cookies", n)
	}
	if r := get(t, c, last); r.StatusCode != http.StatusOK || r.Header.Get("Who") == nobody {
		t.Errorf("the last of many: %s", r.Status)
	}
}

// The provider is asked again: a group that is taken away, an account that is closed and a provider that gives no refresh token end
// the right, and one that cannot be reached does not, for a while.
func TestRecheck(t *testing.T) {
	t.Parallel()
	now := func(c *signin.Config) { c.Recheck = 0 }
	s := newSite(t, now)
	c, ann := browser(t), &member{name: "ann", groups: []string{"editors"}}
	s.provider.QueueUser(ann)
	get(t, c, s.server.URL+"/signin")
	if who := s.who(t, c); !strings.HasSuffix(who, "|editor") {
		t.Fatal(who)
	}
	ann.groups = []string{"viewers"}
	if who := s.who(t, c); !strings.HasSuffix(who, "|viewer") {
		t.Errorf("after the group was taken away: %s", who)
	}
	ann.groups = nil
	if who := s.who(t, c); !strings.HasPrefix(who, "subject of ann|") || !strings.HasSuffix(who, "|") {
		t.Errorf("without a group: %s", who)
	}
	s.provider.QueueError(&mockoidc.ServerError{Code: http.StatusBadGateway, Error: "down"})
	if who := s.who(t, c); !strings.HasPrefix(who, "subject of ann|") {
		t.Errorf("while the provider is down: %s", who)
	}
	// It is left in peace for a moment; then somebody who signs in anew is asked about again.
	s.provider.QueueUser(ann)
	get(t, c, s.server.URL+"/signin")
	s.provider.QueueError(&mockoidc.ServerError{Code: http.StatusBadRequest, Error: mockoidc.InvalidGrant})
	if who := s.who(t, c); who != nobody {
		t.Errorf("with a closed account: %s", who)
	}
	if who := s.who(t, c); who != nobody {
		t.Errorf("the provider was asked again after it refused: %s", who)
	}
	// Another account's token is none for this person.
	s.provider.QueueUser(ann)
	get(t, c, s.server.URL+"/signin")
	ann.sub = "somebody else"
	if who := s.who(t, c); who != nobody {
		t.Errorf("with another account's token: %s", who)
	}
}

// With a provider that cannot be asked again a sign-in is short. One that has ended, or is over, is none.
func TestWithoutRefreshToken(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *signin.Config) { c.Recheck = time.Minute })
	for name, test := range map[string]struct {
		item meeting.SignIn
		want bool
	}{
		"a moment ago":      {meeting.SignIn{Checked: time.Now()}, true},
		"not long ago":      {meeting.SignIn{Checked: time.Now().Add(-14 * time.Minute)}, true},
		"too long ago":      {meeting.SignIn{Checked: time.Now().Add(-16 * time.Minute)}, false},
		"ended":             {meeting.SignIn{Checked: time.Now(), Ended: true}, false},
		"over":              {meeting.SignIn{Checked: time.Now(), Until: time.Now().Add(-time.Second)}, false},
		"tokens of another": {meeting.SignIn{Checked: time.Now().Add(-16 * time.Minute), Tokens: "MTcw"}, false},
	} {
		sum := sha256.Sum256([]byte(name))
		x := test.item
		x.ID, x.Subject = hex.EncodeToString(sum[:]), "ann"
		if x.Until.IsZero() {
			x.Until = time.Now().Add(time.Hour)
		}
		e2e.Must(t, s.world.Store.Commit(t.Context(), store.NewChanges(&x)))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "dossier-session", Value: name})
		if p, _, err := s.signIn.Who(r); err != nil || p.SignedIn() != test.want {
			t.Errorf("%s: %+v %v", name, p, err)
		}
	}
}

// Many requests at once ask the provider once, and all go through.
func TestRecheckAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *signin.Config) { c.Recheck = 0 })
	c := browser(t)
	s.provider.QueueUser(&member{name: "ann", groups: []string{"editors"}})
	get(t, c, s.server.URL+"/signin")
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			r, err := c.Get(s.server.URL + "/")
			if err != nil || !strings.HasSuffix(r.Header.Get("Who"), "|editor") {
				t.Errorf("%v %v", r, err)
			}
		})
	}
	group.Wait()
}

// An answer that belongs to no attempt of this browser's, a cookie of an attempt that was changed or made elsewhere, and a token for
// another client let nobody in. Nothing personal is in the errors.
func TestForgeries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := browser(t)
	for _, answer := range []string{"", "?state=x&code=y", "?code=y", "?state=.&code=y", "?state=" + url.QueryEscape("a=b; c") + "&code=y"} {
		if r := get(t, c, s.server.URL+"/signin/done"+answer); r.StatusCode != http.StatusForbidden {
			t.Errorf("an answer without an attempt: %s", r.Status)
		}
	}
	// The victim's browser begins, and gets an answer that the attacker began.
	s.provider.QueueUser(&member{name: "mallory", groups: []string{"editors"}})
	answer := get(t, stopped(c), s.server.URL+"/signin").Header.Get("Location")
	victim := browser(t)
	s.provider.QueueUser(&member{name: "victim", groups: []string{"viewers"}})
	get(t, stopped(victim), s.server.URL+"/signin")
	if r := get(t, victim, answer); r.StatusCode != http.StatusForbidden {
		t.Errorf("somebody else's answer: %s", r.Status)
	}
	// An attempt with other keys is none.
	s.change(t, func(c *signin.Config) { c.Secret = ticket.Text(strings.Repeat("z", 32)) })
	s.provider.QueueUser(&member{name: "ann"})
	other := browser(t)
	foreign := get(t, stopped(other), s.server.URL+"/signin").Header.Get("Location")
	s.change(t)
	if r := get(t, other, foreign); r.StatusCode != http.StatusForbidden {
		t.Errorf("an attempt under other keys: %s", r.Status)
	}
	// An answer is good once.
	if r := get(t, c, answer); !strings.HasSuffix(r.Header.Get("Who"), "editor") {
		t.Fatalf("the attacker's own answer: %s", r.Status)
	}
	if r := get(t, c, answer); r.StatusCode != http.StatusForbidden {
		t.Errorf("an answer is good twice: %s", r.Status)
	}
	home, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range c.Jar.Cookies(home) {
		// The table does not hold what would sign in.
		for key, item := range s.world.Everything() {
			if strings.Contains(key+item, cookie.Value) {
				t.Errorf("the cookie's value is in the table: %s %s", key, item)
			}
		}
		for _, value := range []string{cookie.Value[1:], strings.ToLower(cookie.Value), ""} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(&http.Cookie{Name: cookie.Name, Value: value})
			if who, _, err := s.signIn.Who(r); err != nil || who.SignedIn() {
				t.Errorf("a changed cookie is good: %+v %v", who, err)
			}
		}
	}
	// An ID token for another client is not for us.
	s.change(t, func(c *signin.Config) { c.ClientID = "another client" })
	s.provider.QueueUser(&member{name: "ann", groups: []string{"editors"}})
	if r := get(t, browser(t), s.server.URL+"/signin"); strings.HasSuffix(r.Header.Get("Who"), "editor") {
		t.Error("another client's token lets in")
	}
	if strings.Contains(s.logs.String(), "secretariat.example") || s.logs.Len() == 0 {
		t.Errorf("an address is in the errors: %s", s.logs)
	}
}

// Over HTTPS the cookies are of this host alone, and no script reads them.
func TestCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	x := s.with(t, func(c *signin.Config) { c.URL = "https://dossier.example/" })
	w := httptest.NewRecorder()
	if err := x.Begin(w, httptest.NewRequest(http.MethodGet, "/signin", nil), "/"); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("%+v", c)
		}
	}
	if len(w.Result().Cookies()) != 1 {
		t.Errorf("%v", w.Result().Cookies())
	}
}

// Groups are given roles by one line of configuration. A mistake in it stops the start.
func TestRoles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]signin.Roles{
		"":                             {},
		"viewer=a":                     {"a": meeting.Viewer},
		" editor = a b ; viewer=c ;":   {"a b": meeting.Editor, "c": meeting.Viewer},
		"editor=CN=e,OU=x;viewer=CN=e": {"CN=e,OU=x": meeting.Editor, "CN=e": meeting.Viewer},
		"viewer=a;administrator=a;editor=a;viewer=b": {"a": meeting.Administrator, "b": meeting.Viewer},
		"owner=a": nil, "viewer": nil, "viewer=": nil, "=a": nil, "Viewer=a": nil,
	} {
		var got signin.Roles
		err := got.UnmarshalText([]byte(text))
		if (err != nil) != (want == nil) || want != nil && !maps.Equal(got, want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}
