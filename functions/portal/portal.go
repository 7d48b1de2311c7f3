// Package portal serves the pages: those of the people who upload, by their links, and those of staff, who sign in.
package portal

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/gzhttp"
	"golang.org/x/time/rate"

	"dossier/functions/portal/signin"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/locale"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

//go:embed pages assets
var files embed.FS

// Config is read from the environment.
type Config struct {
	Bucket     string `env:"BUCKET,required,notEmpty"`
	Table      string `env:"TABLE,required,notEmpty"`
	TicketKeys string `env:"TICKET_KEYS,required,notEmpty"`
	// TicketLife is how long an upload link is good for.
	TicketLife time.Duration `env:"TICKET_LIFE" envDefault:"720h"`
	// MaxBytes bounds one upload; it is intake's.
	MaxBytes int64 `env:"MAX_UPLOAD_BYTES" envDefault:"262144000"`
	// PortalURL is where the pages are, with a slash at its end.
	PortalURL string `env:"PORTAL_URL,required,notEmpty"`
	// StorageURL is the origin of the bucket's forms and files, for the pages' policy.
	StorageURL string `env:"STORAGE_URL,required,notEmpty"`
	// Issuer is the OpenID Connect provider by which staff sign in, ClientID and ClientSecret are ours with it.
	Issuer       string `env:"OIDC_ISSUER,required,notEmpty"`
	ClientID     string `env:"OIDC_CLIENT_ID,required,notEmpty"`
	ClientSecret string `env:"OIDC_CLIENT_SECRET"`
	// GroupsClaim is the claim that lists somebody's groups; members of Editors may decide, those of Viewers look.
	GroupsClaim string `env:"OIDC_GROUPS_CLAIM" envDefault:"cognito:groups"`
	Editors     string `env:"OIDC_EDITORS" envDefault:"dossier-editors"`
	Viewers     string `env:"OIDC_VIEWERS" envDefault:"dossier-viewers"`
	// SignInLife is for how long staff stay signed in.
	SignInLife time.Duration `env:"SIGN_IN_LIFE" envDefault:"10h"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

// SignIn is what the configuration says of signing in. The cookies' keys are derived from those of the tickets.
func (c Config) SignIn() signin.Config {
	return signin.Config{Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, GroupsClaim: c.GroupsClaim, Viewers: c.Viewers, Editors: c.Editors,
		URL: c.PortalURL, Secret: []byte(c.TicketKeys), Life: c.SignInLife}
}

// SignIn tells who makes a request, and serves /signin and /signout; *signin.SignIn does.
type SignIn interface {
	http.Handler
	Who(*http.Request) signin.Person
}

// Portal is the handler.
type Portal struct {
	http.Handler
	config    Config
	bucket    *bucket.Bucket
	store     *store.Store
	registry  *filing.Registry
	tickets   *ticket.Keys
	words     *locale.Catalog
	languages map[string]*language
	signIn    SignIn
	limits    limits
	log       *slog.Logger
	meter     *observe.Meter
}

// New wires the portal.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, signIn SignIn, log *slog.Logger) (*Portal, error) {
	keys, err := ticket.ParseKeys(c.TicketKeys)
	if err != nil {
		return nil, err
	}
	words, err := locale.New()
	if err != nil {
		return nil, err
	}
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	st := store.New(db, c.Table)
	p := &Portal{config: c, bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), tickets: keys, words: words, signIn: signIn,
		limits: limits{who: map[string]*rate.Limiter{}}, log: log, meter: observe.NewMeter(log, c.Namespace)}
	if p.languages, err = languages(words, a.path); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{name}", a)
	for _, path := range []string{"/signin", "/signin/", "/signout"} {
		mux.Handle(path, signIn)
	}
	mux.HandleFunc("GET /signed-out", func(w http.ResponseWriter, r *http.Request) {
		p.show(w, r, "notice.html", http.StatusOK, notice{"signed-out", "signed-out-text", "", "/"})
	})
	mux.HandleFunc("GET /t/{token}", p.upload)
	mux.HandleFunc("POST /t/{token}/renew", p.renew)
	mux.HandleFunc("POST /t/{token}/confirm", p.confirm)
	mux.HandleFunc("POST /t/{token}/parts/{step}", p.parts)
	look := func(pattern string, page http.HandlerFunc) { mux.Handle(pattern, p.from(signin.Viewer, page)) }
	look("GET /{$}", p.home)
	look("GET /meetings/{meeting}", p.board)
	look("GET /meetings/{meeting}/sessions/{session}", p.sessionPage)
	look("GET /meetings/{meeting}/sessions/{session}/materials.zip", p.materials)
	look("GET /meetings/{meeting}/review", p.review)
	look("GET /meetings/{meeting}/review/{document}", p.review)
	look("GET /meetings/{meeting}/documents/{document}", p.document)
	look("GET /meetings/{meeting}/documents/{document}/original", p.original)
	look("GET /meetings/{meeting}/people", p.people)
	look("GET /meetings/{meeting}/search", p.search)
	look("GET /meetings/{meeting}/export.csv", p.exportCSV)
	look("GET /meetings/{meeting}/export.xlsx", p.exportXLSX)
	look("GET /meetings/{meeting}/history", p.history)
	look("GET /meetings/{meeting}/links", p.links)
	look("GET /meetings/{meeting}/links/{batch}", p.linksSent)
	mux.HandleFunc("POST /meetings/{meeting}/decisions", p.decide)
	mux.Handle("POST /meetings/{meeting}/addresses", p.from(signin.Editor, p.mailAgain))
	mux.Handle("POST /meetings/{meeting}/links", p.from(signin.Editor, p.sendLinks))
	// Pages are packed for slow lines. Their length varies a little at random, so that nobody learns from it what stands beside what
	// he can put into one (the BREACH attack).
	pack, err := gzhttp.NewWrapper(gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		return nil, fmt.Errorf("wrap pages: %w", err)
	}
	// A form on another site cannot decide in a member of staff's name.
	p.Handler = p.secured(http.NewCrossOriginProtection().Handler(pack(p.remember(mux))))
	return p, nil
}

// from lets those in who have a role. Whoever is not signed in is sent to do it, and comes back.
func (p *Portal) from(role signin.Role, page http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch who := p.signIn.Who(r); {
		case who.Role >= role:
			page(w, r)
		case who.Role == signin.Nobody && r.Method == http.MethodGet:
			http.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			p.fail(w, r, fault.Reject(meeting.RefusalNotAllowed, "%s wants role %d", r.Pattern, role))
		}
	})
}

func (p *Portal) secured(next http.Handler) http.Handler {
	storage := p.config.StorageURL
	policy := "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self' " + storage + "; img-src 'self' data: " + storage + "; frame-src " + storage +
		"; form-action 'self' " + storage + "; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		if p.secure() {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

func (p *Portal) show(w http.ResponseWriter, r *http.Request, page string, status int, data any) {
	p.showIn(w, r, p.language(r, ""), page, status, data)
}

// showIn is show in a language.
func (p *Portal) showIn(w http.ResponseWriter, r *http.Request, g *language, page string, status int, data any) {
	var b strings.Builder
	if err := g.pages.ExecuteTemplate(&b, page, data); err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", g.Tag)
	w.WriteHeader(status)
	if _, err := w.Write([]byte(b.String())); err != nil {
		p.log.DebugContext(r.Context(), "page not taken", "error", err)
	}
}

// notice is a page of a title and a text, both keys of words; Said are words as they are.
type notice struct{ Title, Text, Said, Back string }

// fail is the one place where an error becomes a page.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	g := p.language(r, "")
	status, n := http.StatusInternalServerError, notice{"went-wrong", "went-wrong-text", "", "/"}
	switch {
	case fault.Is(err, fault.NotFound):
		status, n = http.StatusNotFound, notice{"no-page", "no-page-text", "", "/"}
	case fault.Is(err, fault.Rejected):
		said, wordsErr := g.refusal(err)
		err = errors.Join(err, wordsErr)
		status, n = http.StatusConflict, notice{"nothing-changed", "", said, cmp.Or(r.Header.Get("Referer"), "/")}
		if fault.Reason(err) == "not-allowed" {
			status = http.StatusForbidden
		}
	case fault.Is(err, fault.Transient):
		status = http.StatusServiceUnavailable
	}
	if status >= 500 {
		p.log.ErrorContext(r.Context(), "page failed", "method", r.Method, "pattern", r.Pattern, "error", err)
	}
	var b strings.Builder
	if err := g.pages.ExecuteTemplate(&b, "notice.html", n); err != nil {
		p.log.ErrorContext(r.Context(), "notice failed", "error", err)
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, b.String()) // whoever asked may be gone
}
