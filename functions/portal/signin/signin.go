// Package signin lets staff sign in with any OpenID Connect provider, and remembers them in a cookie.
package signin

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/securecookie"
	"golang.org/x/oauth2"
)

// Role says which pages a person may open, and whether the person may decide.
type Role int

// The roles, each with what those before it may do.
const (
	Nobody Role = iota
	Viewer
	Editor
)

// Person makes a request.
type Person struct {
	Name string `json:"n"`
	Role Role   `json:"r"`
}

// Config names the provider, and the groups that are let in.
type Config struct {
	// Issuer is the provider's address, under which it publishes /.well-known/openid-configuration (OpenID Connect
	// Discovery 1.0, section 4).
	Issuer       string
	ClientID     string
	ClientSecret string
	// GroupsClaim is the claim of the ID token that lists groups: "cognito:groups" with Cognito.
	GroupsClaim string
	// Viewers and Editors are the groups whose members may look, and may decide. A person in neither group is refused.
	Viewers, Editors string
	// URL is where the pages are, with a slash at its end. If it is an https address, cookies are for HTTPS alone.
	URL string
	// Secret keys the cookies; at least 32 bytes.
	Secret []byte
	// Life is how long a person stays signed in.
	Life time.Duration
}

// SignIn is the handler of /signin, /signin/done and /signout.
type SignIn struct {
	c      Config
	cookie *securecookie.SecureCookie
	log    *slog.Logger

	mu       sync.Mutex
	provider *oidc.Provider
}

const (
	sessionCookie = "dossier-session"
	stateCookie   = "dossier-signin"
	// stateLife bounds how long signing in may take.
	stateLife = 10 * time.Minute
)

// New makes a SignIn. It asks the provider nothing before the first person signs in.
func New(c Config, log *slog.Logger) (*SignIn, error) {
	hash, err := hkdf.Key(sha256.New, c.Secret, nil, "dossier staff cookie: signature", 32)
	if err != nil {
		return nil, fmt.Errorf("derive cookie key: %w", err)
	}
	block, err := hkdf.Key(sha256.New, c.Secret, nil, "dossier staff cookie: encryption", 32)
	if err != nil {
		return nil, fmt.Errorf("derive cookie key: %w", err)
	}
	cookie := securecookie.New(hash, block)
	cookie.SetSerializer(securecookie.JSONEncoder{})
	cookie.MaxAge(int(c.Life.Seconds()))
	return &SignIn{c: c, cookie: cookie, log: log}, nil
}

// Who gives the person who makes a request; Nobody if there is no valid cookie.
func (s *SignIn) Who(r *http.Request) Person {
	c, err := r.Cookie(s.name(sessionCookie))
	if err != nil {
		return Person{}
	}
	var p Person
	if err := s.cookie.Decode(sessionCookie, c.Value, &p); err != nil {
		return Person{}
	}
	return p
}

// attempt is kept in a cookie while somebody signs in.
type attempt struct{ State, Nonce, Verifier, To string }

func (s *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/signin":
		err = s.begin(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/signin/done":
		err = s.done(w, r)
	case r.Method == http.MethodPost && r.URL.Path == "/signout":
		s.set(w, sessionCookie, "", -1)
		// Not to the pages, which would go on to the provider: a form's policy holds for all that it is sent on to.
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		s.log.WarnContext(r.Context(), "sign-in failed", "error", err)
		// The provider's words may hold who tried; the way to try again is all that is of use here.
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, failedPage, explain(err))
	}
}

// failedPage is shown after a sign-in that failed; %s is the reason in words.
const failedPage = `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
	`<meta name="viewport" content="width=device-width, initial-scale=1"><title>Not signed in</title></head>` +
	`<body><main><h1>You are not signed in</h1><p>%s</p><p><a href="/signin">Try again</a></p></main></body></html>`

var errNoGroup = errors.New("member of no group of ours")

func explain(err error) string {
	if errors.Is(err, errNoGroup) {
		return "Your account is good, but it may not see this meeting's papers. " +
			"Please ask the secretariat's administrator to add you."
	}
	return "Signing in took too long or was not finished."
}

// oauth2 discovers the provider once.
func (s *SignIn) oauth2(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), s.c.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("discover provider: %w", err)
		}
		s.provider = p
	}
	return &oauth2.Config{
		ClientID:     s.c.ClientID,
		ClientSecret: s.c.ClientSecret,
		Endpoint:     s.provider.Endpoint(),
		RedirectURL:  s.c.URL + "signin/done",
		Scopes:       []string{oidc.ScopeOpenID, "email", "profile"},
	}, s.provider, nil
}

func (s *SignIn) begin(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.oauth2(r.Context())
	if err != nil {
		return err
	}
	to := local(r.URL.Query().Get("to"))
	a := attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to}
	value, err := s.cookie.Encode(stateCookie, a)
	if err != nil {
		return fmt.Errorf("write cookie: %w", err)
	}
	s.set(w, stateCookie, value, int(stateLife.Seconds()))
	provider := c.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	http.Redirect(w, r, provider, http.StatusSeeOther)
	return nil
}

// local gives the path to go to after signing in: the one asked for, or "/" if that leads to another site.
func local(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

// done ends the attempt that begin began: the provider has sent the browser back.
func (s *SignIn) done(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(w, r)
	if err != nil {
		return err
	}
	id, err := s.exchange(r.Context(), r.URL.Query().Get("code"), a)
	if err != nil {
		return err
	}
	p, err := s.person(id)
	if err != nil {
		return err
	}
	value, err := s.cookie.Encode(sessionCookie, p)
	if err != nil {
		return fmt.Errorf("write cookie: %w", err)
	}
	s.set(w, sessionCookie, value, int(s.c.Life.Seconds()))
	http.Redirect(w, r, a.To, http.StatusSeeOther)
	return nil
}

// attempt reads the attempt of the browser's cookie, once. It fails if the provider's answer is to another attempt.
func (s *SignIn) attempt(w http.ResponseWriter, r *http.Request) (attempt, error) {
	kept, err := r.Cookie(s.name(stateCookie))
	if err != nil {
		return attempt{}, fmt.Errorf("no attempt: %w", err)
	}
	s.set(w, stateCookie, "", -1) // it is good once
	var a attempt
	if err := s.cookie.Decode(stateCookie, kept.Value, &a); err != nil {
		return attempt{}, fmt.Errorf("read attempt: %w", err)
	}
	if q := r.URL.Query(); q.Get("state") != a.State || q.Get("code") == "" {
		return attempt{}, errors.New("state differs, or no code")
	}
	return a, nil
}

// exchange asks the provider for the ID token of a code, and verifies it.
func (s *SignIn) exchange(ctx context.Context, code string, a attempt) (*oidc.IDToken, error) {
	c, provider, err := s.oauth2(ctx)
	if err != nil {
		return nil, err
	}
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: s.c.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("verify ID token: %w", err)
	}
	if id.Nonce != a.Nonce {
		return nil, errors.New("nonce differs")
	}
	return id, nil
}

// person reads the ID token's claims.
func (s *SignIn) person(id *oidc.IDToken) (Person, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Person{}, fmt.Errorf("read claims: %w", err)
	}
	text := func(name string) string { v, _ := claims[name].(string); return v }
	p := Person{Name: cmp.Or(text("name"), text("email"), id.Subject)}
	list, _ := claims[s.c.GroupsClaim].([]any)
	in := func(group string) bool {
		return group != "" && slices.ContainsFunc(list, func(v any) bool { return v == group })
	}
	switch {
	case in(s.c.Editors):
		p.Role = Editor
	case in(s.c.Viewers):
		p.Role = Viewer
	default:
		return Person{}, errNoGroup
	}
	return p, nil
}

// name gives a cookie's name: over HTTPS with the prefix that lets no other host set it (RFC 6265bis, section 4.1.3.2).
func (s *SignIn) name(cookie string) string {
	if s.https() {
		return "__Host-" + cookie
	}
	return cookie
}

// https reports whether the pages are at HTTPS, as they are everywhere but on a developer's machine.
func (s *SignIn) https() bool { return strings.HasPrefix(s.c.URL, "https:") }

func (s *SignIn) set(w http.ResponseWriter, cookie, value string, life int) {
	// Lax: the provider's answer is a navigation from another site, and the attempt has to be there then.
	http.SetCookie(w, &http.Cookie{Name: s.name(cookie), Value: value, Path: "/", MaxAge: life, HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode})
}
