package system

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
)

// startProvider starts an OpenID Connect provider where one can sign in as one of two people, without a password.
func startProvider() (*mockoidc.MockOIDC, error) {
	m, err := mockoidc.NewServer(nil)
	if err != nil {
		return nil, fmt.Errorf("make sign-in provider: %w", err)
	}
	c := &chooser{m: m, page: template.Must(template.New("").Parse(choosePage))}
	if err := m.AddMiddleware(c.before); err != nil {
		return nil, fmt.Errorf("make sign-in provider: %w", err)
	}
	l, err := listen("127.0.0.1:0", "the sign-in provider's port")
	if err != nil {
		return nil, err
	}
	if err := m.Start(l, nil); err != nil {
		return nil, fmt.Errorf("start sign-in provider: %w", err)
	}
	return m, nil
}

// member is one of the people of this machine.
type member struct{ Name, Email, Group string }

func members() map[string]member {
	return map[string]member{
		"editor": {"Edith Okafor", "edith@secretariat.example", "editors"},
		"viewer": {"Victor Sy", "victor@secretariat.example", "viewers"},
	}
}

// ID is the subject of the person's tokens.
func (m member) ID() string { return m.Email }

// Userinfo answers the provider's userinfo endpoint, which nobody of ours asks.
func (m member) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }

// Claims are what the ID token says.
func (m member) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return struct {
		*mockoidc.IDTokenClaims
		Name   string   `json:"name"`
		Email  string   `json:"email"`
		Groups []string `json:"groups"`
	}{base, m.Name, m.Email, []string{m.Group}}, nil
}

// chooser shows a page on which to choose who signs in, before the provider goes on by itself.
type chooser struct {
	m    *mockoidc.MockOIDC
	page *template.Template
	mu   sync.Mutex
}

// choosePage lists who can sign in.
const choosePage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in</title></head>
<body><main><h1>Sign in at this machine</h1><p>This provider is for trying Dossier out, and is nowhere else.</p>
<ul>{{range $as, $who := .Who}}
<li><a id="{{$as}}" href="{{$.Path}}?{{$.Query}}&amp;as={{$as}}">{{$who.Name}}, {{$as}}</a></li>
{{end}}</ul></main></body></html>`

func (c *chooser) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/authorize") {
			next.ServeHTTP(w, r)
			return
		}
		who, ok := members()[r.URL.Query().Get("as")]
		if !ok {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			data := map[string]any{"Path": r.URL.Path, "Query": template.URL(r.URL.RawQuery), "Who": members()}
			_ = c.page.Execute(w, data) // the browser may have gone away
			return
		}
		// The provider takes the next of a queue: nobody may come between.
		c.mu.Lock()
		defer c.mu.Unlock()
		c.m.QueueUser(who)
		next.ServeHTTP(w, r)
	})
}
