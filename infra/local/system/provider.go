package system

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
)

//go:embed provider.html
var providerPages string

// provider is an OpenID Connect provider where one signs in as one of a few people, without a password.
type provider struct {
	*mockoidc.MockOIDC
	pages *template.Template
	// back is where somebody who signed out is sent.
	back string
	mu   sync.Mutex
}

// logoutPath is where the provider signs people out.
const logoutPath = "/oidc/logout"

// startProvider starts the provider for the pages at an address, with a slash at its end.
func startProvider(pages string) (*provider, error) {
	m, err := mockoidc.NewServer(nil)
	if err != nil {
		return nil, fmt.Errorf("make sign-in provider: %w", err)
	}
	m.RefreshTTL = signInLife
	p := &provider{MockOIDC: m, pages: template.Must(template.New("").Parse(providerPages)), back: pages + "signed-out"}
	if err := errors.Join(m.AddMiddleware(p.choose), m.AddMiddleware(p.publish)); err != nil {
		return nil, fmt.Errorf("make sign-in provider: %w", err)
	}
	l, err := listen("127.0.0.1:0", "the sign-in provider's port")
	if err != nil {
		return nil, err
	}
	if err := m.Start(l, nil); err != nil {
		return nil, fmt.Errorf("start sign-in provider: %w", err)
	}
	m.Server.Handler.(*http.ServeMux).HandleFunc("GET "+logoutPath, p.logout)
	return p, nil
}

// member is one of the people of this machine: in a group of the provider, or on the list of the sample's meeting.yaml.
type member struct{ Key, Name, Email, Group, May string }

// members are the people, by kind.
func members() []member {
	return []member{
		{"administrator", "Adaeze Nwosu", "adaeze@secretariat.example", "administrators", "administrator of the organisation: all meetings"},
		{"viewer", "Victor Sy", "victor@secretariat.example", "viewers", "viewer of the organisation: looks at all meetings"},
		{"editor", "Edith Okafor", "edith@secretariat.example", "", "editor of the sample meeting: decides in that one alone"},
		{"guest", "Gloria Banda", "gloria@ministry.example", "", "viewer of the sample meeting: looks at that one alone"},
		{"stranger", "Samuel Reis", "samuel@elsewhere.example", "", "an account without any role"},
	}
}

// ID is the subject of the person's tokens.
func (m member) ID() string { return "local-" + m.Key }

// Userinfo answers the provider's userinfo endpoint, which nobody of ours asks.
func (m member) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }

// Claims are what the ID token says.
func (m member) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return struct {
		*mockoidc.IDTokenClaims
		Name     string   `json:"name"`
		Email    string   `json:"email"`
		Verified bool     `json:"email_verified"`
		Groups   []string `json:"groups"`
	}{base, m.Name, m.Email, true, []string{m.Group}}, nil
}

// choose shows a page on which to choose who signs in, before the provider goes on by itself.
func (p *provider) choose(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != mockoidc.AuthorizationEndpoint {
			next.ServeHTTP(w, r)
			return
		}
		for _, m := range members() {
			if m.Key == r.URL.Query().Get("as") {
				// The provider takes the next of a queue: nobody may come between.
				p.mu.Lock()
				defer p.mu.Unlock()
				p.QueueUser(m)
				next.ServeHTTP(w, r)
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = p.pages.Execute(w, map[string]any{"Path": r.URL.Path, "Query": template.URL(r.URL.RawQuery), "Who": members()}) // the browser may be gone
	})
}

// publish adds to what the provider publishes where it signs people out (OpenID Connect RP-Initiated Logout 1.0, section 2.1).
func (p *provider) publish(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != mockoidc.DiscoveryEndpoint {
			next.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		var published map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &published); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		published["end_session_endpoint"] = p.Addr() + logoutPath
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(published)
	})
}

// logout sends somebody who signs out back to the pages: only if the ID token is one of ours, and only to where they are.
func (p *provider) logout(w http.ResponseWriter, r *http.Request) {
	hint, back := r.URL.Query().Get("id_token_hint"), r.URL.Query().Get("post_logout_redirect_uri")
	if _, err := p.Keypair.VerifyJWT(hint, p.Now); err != nil || back != p.back {
		http.Error(w, "This is no sign-out of Dossier's.", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// signInLife is for how long staff stay signed in on this machine.
const signInLife = 10 * time.Hour
