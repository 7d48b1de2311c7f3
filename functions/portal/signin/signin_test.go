package signin_test

import (
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"dossier/functions/portal/signin"
)

// member is a user of the provider with the claims that Cognito gives.
type member struct {
	name   string
	groups []string
}

func (m member) ID() string                        { return "subject of " + m.name }
func (m member) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }
func (m member) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return struct {
		*mockoidc.IDTokenClaims
		Email  string   `json:"email"`
		Groups []string `json:"cognito:groups"`
	}{base, m.name + "@secretariat.example", m.groups}, nil
}

type site struct {
	provider *mockoidc.MockOIDC
	signIn   *signin.SignIn
	server   *httptest.Server
	logs     *strings.Builder
}

func newSite(t *testing.T) *site {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { provider.Shutdown() })
	s := &site{provider: provider, logs: &strings.Builder{}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sign") {
			s.signIn.ServeHTTP(w, r)
			return
		}
		who := s.signIn.Who(r)
		w.Header().Set("Who", who.Name)
		w.Header().
			Set("Role", map[signin.Role]string{signin.Nobody: "nobody", signin.Viewer: "viewer",
				signin.Editor: "editor"}[who.Role])
	}))
	t.Cleanup(s.server.Close)
	s.signIn = s.with(t, provider.ClientID, strings.Repeat("s", 32))
	return s
}

func (s *site) with(t *testing.T, client, secret string) *signin.SignIn {
	t.Helper()
	x, err := signin.New(
		signin.Config{
			Issuer:       s.provider.Issuer(),
			ClientID:     client,
			ClientSecret: s.provider.ClientSecret,
			GroupsClaim:  "cognito:groups",
			Viewers:      "viewers",
			Editors:      "editors",
			URL:          s.server.URL + "/",
			Secret:       []byte(secret),
			Life:         time.Hour,
		},
		slog.New(slog.NewTextHandler(s.logs, nil)),
	)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
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

// Who is in a group is let in with its role and comes where it wanted to; who is in none is told so.
func TestRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, test := range []struct {
		groups []string
		role   string
	}{{[]string{"editors"}, "editor"}, {[]string{"others", "viewers"}, "viewer"}, {[]string{"viewers", "editors"},
		"editor"}, {[]string{"Editors"}, ""}, {nil, ""}} {
		c := browser(t)
		s.provider.QueueUser(member{"ann", test.groups})
		r := get(t, c, s.server.URL+"/signin?to="+url.QueryEscape("/meetings/m?x=1"))
		if test.role == "" {
			if r.StatusCode != http.StatusForbidden || get(t, c, s.server.URL+"/").Header.Get("Role") != "nobody" {
				t.Errorf("%v: %s", test.groups, r.Status)
			}
			continue
		}
		if r.Request.URL.RequestURI() != "/meetings/m?x=1" || r.Header.Get("Role") != test.role ||
			r.Header.Get("Who") != "ann@secretariat.example" {
			t.Errorf("%v: at %s as %s, %s", test.groups, r.Request.URL, r.Header.Get("Who"), r.Header.Get("Role"))
		}
		// The form signs out.
		if r, err := c.Post(s.server.URL+"/signout", "", nil); err != nil {
			t.Fatal(err)
		} else {
			r.Body.Close()
		}
		if r := get(t, c, s.server.URL+"/"); r.Header.Get("Role") != "nobody" {
			t.Errorf("signed out, still %s", r.Header.Get("Role"))
		}
	}
	if strings.Contains(s.logs.String(), "secretariat.example") {
		t.Errorf("an address is in the logs: %s", s.logs)
	}
}

// Nobody is sent elsewhere after signing in.
func TestNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, to := range []string{"https://evil.example/", "//evil.example/", `/\evil.example/`, "/\r\nx",
		"javascript:alert(1)"} {
		s.provider.QueueUser(member{"ann", []string{"editors"}})
		if r := get(t, browser(t), s.server.URL+"/signin?to="+url.QueryEscape(to)); !strings.HasPrefix(
			r.Request.URL.String(),
			s.server.URL,
		) ||
			r.Request.URL.Path != "/" {
			t.Errorf("%q leads to %s", to, r.Request.URL)
		}
	}
}

// An answer that belongs to no attempt of this browser's, a changed cookie, and another site's keys let nobody in.
func TestForgeries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := browser(t)
	if r := get(t, c, s.server.URL+"/signin/done?state=x&code=y"); r.StatusCode != http.StatusForbidden {
		t.Errorf("an answer without an attempt: %s", r.Status)
	}
	// The victim's browser begins, and gets an answer that the attacker began.
	stop := *c
	stop.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/signin/done") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	s.provider.QueueUser(member{"mallory", []string{"editors"}})
	answer := get(t, &stop, s.server.URL+"/signin").Header.Get("Location")
	victim := browser(t)
	s.provider.QueueUser(member{"victim", []string{"viewers"}})
	victimStop := *victim
	victimStop.CheckRedirect = stop.CheckRedirect
	get(t, &victimStop, s.server.URL+"/signin")
	if r := get(t, victim, answer); r.StatusCode != http.StatusForbidden {
		t.Errorf("somebody else's answer: %s", r.Status)
	}
	// An answer is good once.
	if r := get(t, c, answer); r.Header.Get("Role") != "editor" {
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
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(cookie)
		if who := s.signIn.Who(r); who.Role != signin.Editor {
			t.Errorf("the cookie is not good: %+v", who)
		}
		if who := s.with(t, s.provider.ClientID, strings.Repeat("z", 32)).Who(r); who.Role != signin.Nobody {
			t.Errorf("the cookie is good under another key: %+v", who)
		}
		r = httptest.NewRequest(http.MethodGet, "/", nil)
		changed := []byte(cookie.Value)
		changed[len(changed)/2] ^= 1
		cookie.Value = string(changed)
		r.AddCookie(cookie)
		if who := s.signIn.Who(r); who.Role != signin.Nobody {
			t.Errorf("a changed cookie is good: %+v", who)
		}
	}
	// An ID token for another client is not for us.
	s.signIn = s.with(t, "another client", strings.Repeat("s", 32))
	s.provider.QueueUser(member{"ann", []string{"editors"}})
	if r := get(t, browser(t), s.server.URL+"/signin"); r.Header.Get("Role") == "editor" {
		t.Error("another client's token lets in")
	}
}

// Over HTTPS the cookies are of this host alone, and no script reads them.
func TestCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	x, err := signin.New(
		signin.Config{
			Issuer:   s.provider.Issuer(),
			ClientID: "c",
			URL:      "https://dossier.example/",
			Secret:   []byte(strings.Repeat("s", 32)),
			Life:     time.Hour,
		},
		slog.New(slog.DiscardHandler),
	)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	x.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/signin", nil))
	for _, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly ||
			c.SameSite != http.SameSiteLaxMode ||
			c.Path != "/" {
			t.Errorf("%+v", c)
		}
	}
	if len(w.Result().Cookies()) != 1 {
		t.Errorf("%v", w.Result().Cookies())
	}
}
