// Package portal serves the pages: those of presenters and offices, by their upload links, and those of staff, who
// sign in.
package portal

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/gzhttp"

	"dossier/functions/portal/decision"
	"dossier/functions/portal/page"
	"dossier/functions/portal/signin"
	"dossier/functions/portal/staff"
	"dossier/functions/portal/uploader"
	"dossier/internal/bucket"
	"dossier/internal/filing"
	"dossier/internal/locale"
	"dossier/internal/observe"
	"dossier/internal/review"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Config is read from the environment.
type Config struct {
	Bucket     string `env:"BUCKET,required,notEmpty"`
	Table      string `env:"TABLE,required,notEmpty"`
	TicketKeys string `env:"TICKET_KEYS,required,notEmpty"`
	// TicketLife is how long an upload link is good for.
	TicketLife time.Duration `env:"TICKET_LIFE" envDefault:"720h"`
	// MaxBytes bounds one upload; 0 is bucket.MaxUpload. It is intake's.
	MaxBytes int64 `env:"MAX_UPLOAD_BYTES"`
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
	return signin.Config{
		Issuer:       c.Issuer,
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		GroupsClaim:  c.GroupsClaim,
		Viewers:      c.Viewers,
		Editors:      c.Editors,
		URL:          c.PortalURL,
		Secret:       []byte(c.TicketKeys),
		Life:         c.SignInLife,
	}
}

// SignIn tells who makes a request, and serves /signin and /signout; *signin.SignIn does.
type SignIn interface {
	http.Handler
	staff.SignIn
}

// Portal is the handler of every page.
type Portal struct{ http.Handler }

// New wires the portal.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, signIn SignIn, log *slog.Logger) (*Portal, error) {
	tickets, err := ticket.ParseKeys(c.TicketKeys)
	if err != nil {
		return nil, err
	}
	words, err := locale.New()
	if err != nil {
		return nil, err
	}
	policy := page.Policy{HTTPS: strings.HasPrefix(c.PortalURL, "https:"), Storage: c.StorageURL}
	pages, err := page.New(words, policy, log, staff.Pages(), uploader.Pages())
	if err != nil {
		return nil, err
	}
	b, st := bucket.New(s3c, c.Bucket), store.New(db, c.Table)
	decisions := decision.NewRecorder(b, st, review.New(filing.New(st, time.Now)), log, observe.NewMeter(log, c.Namespace))
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{name}", pages.Assets())
	for _, path := range []string{"/signin", "/signin/", "/signout"} {
		mux.Handle(path, signIn)
	}
	mux.Handle("GET /signed-out", pages.Handle(pages.SignedOut))
	links := uploader.Config{MaxBytes: cmp.Or(c.MaxBytes, bucket.MaxUpload), LinkLife: c.TicketLife, URL: c.PortalURL}
	addUploader(mux, pages, uploader.New(links, pages, b, st, tickets, decisions, log))
	desk := staff.Config{Bucket: c.Bucket, LinkLife: c.TicketLife}
	addStaff(mux, pages, staff.New(desk, pages, b, st, tickets, decisions, signIn, log))
	// Pages are packed for slow lines. Their length varies a little at random, so that nobody learns from it what
	// else is on a page into which they can put something (the BREACH attack).
	pack, err := gzhttp.NewWrapper(gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		return nil, fmt.Errorf("wrap pages: %w", err)
	}
	// A form on another site cannot decide in a member of staff's name.
	return &Portal{pages.Secure(http.NewCrossOriginProtection().Handler(pack(pages.Remember(mux))))}, nil
}

// addUploader adds the pages of presenters and offices.
func addUploader(mux *http.ServeMux, pages *page.Renderer, u *uploader.Uploader) {
	for pattern, h := range map[string]page.Handler{
		"GET /t/{token}":          u.Upload,
		"POST /t/{token}/renew":   u.Renew,
		"POST /t/{token}/confirm": u.Confirm,
	} {
		mux.Handle(pattern, pages.Handle(h))
	}
	mux.HandleFunc("POST /t/{token}/parts/{step}", u.Parts)
}

// addStaff adds the pages of staff. Everybody may send a decision, so that a viewer is told why it is refused.
func addStaff(mux *http.ServeMux, pages *page.Renderer, s *staff.Staff) {
	for pattern, h := range map[string]page.Handler{
		"/{$}":                                   s.Home,
		"/meetings/{meeting}":                    s.Board,
		"/meetings/{meeting}/sessions/{session}": s.Session,
		"/meetings/{meeting}/sessions/{session}/materials.zip": s.Materials,
		"/meetings/{meeting}/review":                           s.Review,
		"/meetings/{meeting}/review/{document}":                s.Review,
		"/meetings/{meeting}/documents/{document}":             s.Document,
		"/meetings/{meeting}/documents/{document}/original":    s.Original,
		"/meetings/{meeting}/people":                           s.People,
		"/meetings/{meeting}/search":                           s.Search,
		"/meetings/{meeting}/export.csv":                       s.ExportCSV,
		"/meetings/{meeting}/export.xlsx":                      s.ExportXLSX,
		"/meetings/{meeting}/history":                          s.History,
		"/meetings/{meeting}/links":                            s.Links,
		"/meetings/{meeting}/links/{batch}":                    s.LinksSent,
	} {
		mux.Handle("GET "+pattern, s.For(signin.Viewer, h))
	}
	mux.Handle("POST /meetings/{meeting}/decisions", pages.Handle(s.Decide))
	mux.Handle("POST /meetings/{meeting}/addresses", s.For(signin.Editor, s.MailAgain))
	mux.Handle("POST /meetings/{meeting}/links", s.For(signin.Editor, s.SendLinks))
}
