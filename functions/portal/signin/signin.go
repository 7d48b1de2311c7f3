// Package signin lets staff sign in with any OpenID Connect provider. Who is signed in stands in the table: the browser has a
// cookie that names the place, so that a sign-in that has ended is worth nothing.
package signin

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/securecookie"
	"golang.org/x/oauth2"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Person makes a request. Subject is empty if nobody is signed in.
type Person struct {
	// Subject is the provider's name for the account, Email an address that the provider has verified.
	Subject, Name, Email string
	// Role is held in all meetings.
	Role meeting.StaffRole
}

// SignedIn reports whether the person is signed in.
func (p Person) SignedIn() bool { return p.Subject != "" }

// Config names the provider, and the groups that have a role in all meetings.
type Config struct {
	// Issuer is the provider's address, under which it publishes /.well-known/openid-configuration (OpenID Connect
	// Discovery 1.0, section 4).
	Issuer       string
	ClientID     string
	ClientSecret string
	// Scopes are asked for beside "openid". Some providers give a refresh token for "offline_access" alone.
	Scopes []string
	// GroupsClaim is the claim of the ID token that lists groups: "cognito:groups" with Cognito.
	GroupsClaim string
	// Roles are the roles that groups give in all meetings.
	Roles Roles
	// LogoutURL is where the provider signs somebody out, if it does not publish that itself.
	LogoutURL string
	// URL is where the pages are, with a slash at its end. If it is an https address, cookies are for HTTPS alone.
	URL string
	// Secret keys the cookies and the seal on tokens. When its text changes, all are signed out within a quarter of an hour.
	Secret Secret
	// Life is after how long a person must sign in again.
	Life time.Duration
	// Recheck is how often the provider is asked whether the account and its groups are still good.
	Recheck time.Duration
}

// Secret gives the text that is in force; *secret.Secret is one.
type Secret interface {
	Text(ctx context.Context) (string, error)
}

// SignIn signs people in and out. It is safe for concurrent use.
type SignIn struct {
	c     Config
	table *store.Store
	log   *slog.Logger
	now   func() time.Time

	mu        sync.Mutex
	seals     seals
	provider  *oidc.Provider // nil until it was asked for its addresses
	client    *oauth2.Config // remembers how the provider wants to be asked
	logoutURL string
}

const (
	sessionCookie = "dossier-session"
	// attemptCookie is followed by the attempt's own name, so that two tabs can sign in at once.
	attemptCookie = "dossier-signin-"
	// attemptLife bounds how long signing in may take, maxAttempts how many one browser may begin meanwhile.
	attemptLife = 10 * time.Minute
	maxAttempts = 8
	// patience bounds one request to the provider.
	patience = 5 * time.Second
)

// Why nobody was signed in.
var (
	// ErrNotFinished: the provider's answer belongs to no attempt of this browser, or came too late.
	ErrNotFinished = errors.New("sign-in was not finished")
	// ErrRefused: the provider does not sign the person in, or not any more.
	ErrRefused = errors.New("provider refuses")
)

// New makes a SignIn. It asks the provider nothing before the first person signs in.
func New(c Config, table *store.Store, log *slog.Logger) *SignIn {
	return &SignIn{c: c, table: table, log: log, now: time.Now}
}

// seals are made of one text of the secret: attempt seals attempts, tokens the provider's tokens.
type seals struct {
	text            string
	attempt, tokens *securecookie.SecureCookie
}

// sealed gives the seals of the secret's text that is in force.
func (s *SignIn) sealed(ctx context.Context) (seals, error) {
	text, err := s.c.Secret.Text(ctx)
	if err != nil {
		return seals{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seals.text == text {
		return s.seals, nil
	}
	attempt, err := sealer([]byte(text), "dossier staff cookie", attemptLife)
	if err != nil {
		return seals{}, err
	}
	tokens, err := sealer([]byte(text), "dossier staff tokens", s.c.Life)
	if err != nil {
		return seals{}, err
	}
	tokens.MaxLength(0) // they stand in the table, and some providers' are long
	s.seals = seals{text, attempt, tokens}
	return s.seals, nil
}

// sealer makes a codec with keys of its own.
func sealer(secret []byte, purpose string, life time.Duration) (*securecookie.SecureCookie, error) {
	hash, errHash := hkdf.Key(sha256.New, secret, nil, purpose+": signature", 32)
	block, errBlock := hkdf.Key(sha256.New, secret, nil, purpose+": encryption", 32)
	if err := errors.Join(errHash, errBlock); err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	codec := securecookie.New(hash, block)
	codec.SetSerializer(securecookie.JSONEncoder{})
	codec.MaxAge(int(life.Seconds()))
	return codec, nil
}

// attempt is kept in a cookie while somebody signs in.
type attempt struct{ State, Nonce, Verifier, To string }

// discover asks the provider once for its addresses.
func (s *SignIn) discover(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		p, err := oidc.NewProvider(withPatience(context.WithoutCancel(ctx)), s.c.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("discover provider: %w", err)
		}
		var published struct {
			EndSession string `json:"end_session_endpoint"`
		}
		if err := p.Claims(&published); err != nil {
			return nil, nil, fmt.Errorf("read provider's addresses: %w", err)
		}
		s.provider, s.logoutURL = p, published.EndSession
		s.client = &oauth2.Config{ClientID: s.c.ClientID, ClientSecret: s.c.ClientSecret, Endpoint: p.Endpoint(),
			RedirectURL: s.c.URL + "signin/done", Scopes: append([]string{oidc.ScopeOpenID}, s.c.Scopes...)}
	}
	return s.client, s.provider, nil
}

// withPatience gives a context by which the provider is asked within a time limit.
func withPatience(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: patience})
}

// Begin sends the browser to the provider. After that it is to go to a path of ours.
func (s *SignIn) Begin(w http.ResponseWriter, r *http.Request, to string) error {
	c, _, err := s.discover(r.Context())
	if err != nil {
		return err
	}
	seals, err := s.sealed(r.Context())
	if err != nil {
		return err
	}
	s.dropAttempts(w, r)
	name := rand.Text()[:10]
	a := attempt{State: name + "." + rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to}
	value, err := seals.attempt.Encode(attemptCookie, a)
	if err != nil {
		return fmt.Errorf("write cookie: %w", err)
	}
	s.set(w, attemptCookie+name, value, attemptLife)
	provider := c.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	http.Redirect(w, r, provider, http.StatusSeeOther)
	return nil
}

// dropAttempts makes room for one more attempt: a browser sends all cookies with each request.
func (s *SignIn) dropAttempts(w http.ResponseWriter, r *http.Request) {
	var begun []string
	for _, c := range r.Cookies() {
		if name, ok := strings.CutPrefix(c.Name, s.prefix()); ok && strings.HasPrefix(name, attemptCookie) {
			begun = append(begun, name)
		}
	}
	for len(begun) >= maxAttempts {
		s.drop(w, begun[0])
		begun = begun[1:]
	}
}

// Done ends the attempt that Begin began: the provider has sent the browser back. It gives where to go.
func (s *SignIn) Done(w http.ResponseWriter, r *http.Request) (to string, err error) {
	a, err := s.finish(w, r)
	if err != nil {
		return "", err
	}
	c, _, err := s.discover(r.Context())
	if err != nil {
		return "", err
	}
	ctx := withPatience(r.Context())
	token, err := c.Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return "", providerError("exchange code", err)
	}
	id, tokens, err := s.verify(ctx, token)
	if err != nil {
		return "", err
	}
	if id.Nonce != a.Nonce {
		return "", fmt.Errorf("%w: nonce differs", ErrNotFinished)
	}
	return a.To, s.begin(w, r, id, tokens)
}

// finish reads the attempt that the provider answers, once. It fails if this browser has none.
func (s *SignIn) finish(w http.ResponseWriter, r *http.Request) (attempt, error) {
	state := r.URL.Query().Get("state")
	name, _, _ := strings.Cut(state, ".")
	kept, err := r.Cookie(s.prefix() + attemptCookie + name)
	if err != nil {
		return attempt{}, fmt.Errorf("%w: no attempt", ErrNotFinished)
	}
	s.drop(w, attemptCookie+name) // it is good once
	seals, err := s.sealed(r.Context())
	if err != nil {
		return attempt{}, err
	}
	var a attempt
	if err := seals.attempt.Decode(attemptCookie, kept.Value, &a); err != nil {
		return attempt{}, fmt.Errorf("%w: attempt cannot be read", ErrNotFinished)
	}
	if state != a.State || r.URL.Query().Get("code") == "" {
		return attempt{}, fmt.Errorf("%w: state differs, or no code", ErrNotFinished)
	}
	return a, nil
}

// prefix begins the names of cookies: over HTTPS it lets no other host set them (RFC 6265bis, section 4.1.3.2).
func (s *SignIn) prefix() string {
	if s.https() {
		return "__Host-"
	}
	return ""
}

// https reports whether the pages are at HTTPS, as they are everywhere but on a developer's machine.
func (s *SignIn) https() bool { return strings.HasPrefix(s.c.URL, "https:") }

func (s *SignIn) drop(w http.ResponseWriter, cookie string) { s.set(w, cookie, "", -time.Second) }

func (s *SignIn) set(w http.ResponseWriter, cookie, value string, life time.Duration) {
	// Lax: the provider's answer is a navigation from another site, and the attempt has to be there then.
	http.SetCookie(w, &http.Cookie{Name: s.prefix() + cookie, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode})
}
