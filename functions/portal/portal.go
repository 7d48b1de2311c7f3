// Package portal serves the pages: those of presenters and offices, by their upload links, and those of staff, who
// sign in.
package portal

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/gzhttp"

	"dossier/functions/portal/access"
	"dossier/functions/portal/decision"
	"dossier/functions/portal/page"
	"dossier/functions/portal/signin"
	"dossier/functions/portal/staff"
	"dossier/functions/portal/uploader"
	"dossier/internal/bucket"
	"dossier/internal/filing"
	"dossier/internal/locale"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/review"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// TicketKeysSecret is the Secrets Manager secret with the keys that sign upload links; it is intake's.
	TicketKeysSecret string `env:"TICKET_KEYS_SECRET,required,notEmpty"`
	// TicketLife is how long an upload link is good for.
	TicketLife time.Duration `env:"TICKET_LIFE" envDefault:"720h"`
	// MaxBytes bounds one upload; 0 is bucket.MaxUpload. It is intake's.
	MaxBytes int64 `env:"MAX_UPLOAD_BYTES"`
	// LinkFiles, LinkBytes and LinkParts bound the files, bytes and begun uploads in parts by one link on a day, in UTC. 0 is
	// no limit. The first two are intake's.
	LinkFiles int   `env:"LINK_FILES_A_DAY" envDefault:"100"`
	LinkBytes int64 `env:"LINK_BYTES_A_DAY" envDefault:"5368709120"`
	LinkParts int   `env:"LINK_PARTS_A_DAY" envDefault:"30"`
	// PortalURL is where the pages are, with a slash at its end.
	PortalURL string `env:"PORTAL_URL,required,notEmpty"`
	// StorageURL is the origin of the bucket's forms and files, for the pages' policy.
	StorageURL string `env:"STORAGE_URL,required,notEmpty"`
	// Issuer is the OpenID Connect provider by which staff sign in, ClientID and ClientSecret are ours with it.
	Issuer       string `env:"OIDC_ISSUER,required,notEmpty"`
	ClientID     string `env:"OIDC_CLIENT_ID,required,notEmpty"`
	ClientSecret string `env:"OIDC_CLIENT_SECRET"`
	// Scopes are asked of the provider beside "openid". One that gives a refresh token for offline_access alone needs it here: without
	// one, staff go to the provider again every 15 minutes.
	Scopes []string `env:"OIDC_SCOPES" envDefault:"email,profile"`
	// GroupsClaim is the claim that lists somebody's groups. Roles are those that groups give in all meetings: role=group;role=group,
	// with viewer, editor or administrator. A meeting's own roles are in its meeting.yaml.
	GroupsClaim string       `env:"OIDC_GROUPS_CLAIM" envDefault:"cognito:groups"`
	Roles       signin.Roles `env:"OIDC_ROLES" envDefault:"administrator=dossier-administrators;editor=dossier-editors;viewer=dossier-viewers"`
	// LogoutURL is where the provider signs somebody out, if it does not publish that itself.
	LogoutURL string `env:"OIDC_LOGOUT_URL"`
	// SignInLife is after how long staff must sign in again, Recheck how often the provider is asked whether their groups are the same.
	SignInLife time.Duration `env:"SIGN_IN_LIFE" envDefault:"10h"`
	Recheck    time.Duration `env:"OIDC_RECHECK" envDefault:"1m"`
	// Contact is the address that people without a role are told to write to.
	Contact string `env:"CONTACT_ADDRESS"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

// SignIn is what the configuration says of signing in. The cookies' keys are derived from those of the tickets.
func (c Config) SignIn(keys ticket.Source) signin.Config {
	return signin.Config{
		Issuer:       c.Issuer,
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		GroupsClaim:  c.GroupsClaim,
		Scopes:       c.Scopes,
		Roles:        c.Roles,
		LogoutURL:    c.LogoutURL,
		URL:          c.PortalURL,
		Secret:       keys,
		Life:         c.SignInLife,
		Recheck:      c.Recheck,
	}
}

// Portal is the handler of every page.
type Portal struct {
	http.Handler
	gate *access.Gate
}

// Routes are all pages, with the right that each needs.
func (p *Portal) Routes() []access.Route { return p.gate.Routes() }

// New wires the portal.
func New(
	c Config, s3c *s3.Client, db *dynamodb.Client, tickets *ticket.Ring, signIn access.SignIn, log *slog.Logger,
) (*Portal, error) {
	words, err := locale.New()
	if err != nil {
		return nil, err
	}
	policy := page.Policy{HTTPS: strings.HasPrefix(c.PortalURL, "https:"), Storage: c.StorageURL}
	pages, err := page.New(words, policy, log, access.Pages(), staff.Pages(), uploader.Pages())
	if err != nil {
		return nil, err
	}
	b, st := bucket.New(s3c, c.Bucket), store.New(db, c.Table)
	decisions := decision.NewRecorder(b, st, review.New(filing.New(st, time.Now)), log, observe.NewMeter(log, c.Namespace))
	gate, err := access.New(signIn, pages, c.Contact, log)
	if err != nil {
		return nil, err
	}
	links := uploader.Config{MaxBytes: cmp.Or(c.MaxBytes, bucket.MaxUpload), LinkLife: c.TicketLife, URL: c.PortalURL,
		Limits: meeting.LinkLimits{Files: c.LinkFiles, Bytes: c.LinkBytes, Begun: c.LinkParts}}
	desk := staff.Config{Bucket: c.Bucket, LinkLife: c.TicketLife}
	err = errors.Join(
		gate.Add(access.Route{Pattern: "GET /assets/{name}", Right: access.Anybody, Page: plain(pages.Assets())}),
		gate.Add(uploaderRoutes(uploader.New(links, pages, b, st, tickets, decisions, log))...),
		gate.Add(staffRoutes(staff.New(desk, pages, b, st, tickets, decisions, log))...),
	)
	if err != nil {
		return nil, fmt.Errorf("add pages: %w", err)
	}
	// Pages are packed for slow lines. Their length varies a little at random, so that nobody learns from it what
	// else is on a page into which they can put something (the BREACH attack).
	pack, err := gzhttp.NewWrapper(gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		return nil, fmt.Errorf("wrap pages: %w", err)
	}
	// A form on another site cannot decide in a member of staff's name.
	return &Portal{pages.Secure(http.NewCrossOriginProtection().Handler(pack(pages.Remember(gate)))), gate}, nil
}

// plain makes a page of a handler that answers its errors itself.
func plain(h http.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// uploaderRoutes are the pages of presenters and offices.
func uploaderRoutes(u *uploader.Uploader) []access.Route {
	return []access.Route{
		{Pattern: "GET /t/{token}", Right: access.ByLink, Page: u.Upload},
		{Pattern: "POST /t/{token}/renew", Right: access.ByLink, Page: u.Renew},
		{Pattern: "POST /t/{token}/confirm", Right: access.ByLink, Page: u.Confirm},
		{Pattern: "POST /t/{token}/parts/{step}", Right: access.ByLink, Page: plain(http.HandlerFunc(u.Parts))},
	}
}

// staffRoutes are the pages of staff.
func staffRoutes(s *staff.Staff) []access.Route {
	return []access.Route{
		{Pattern: "GET /{$}", Right: access.SignedIn, Page: s.Home},
		{Pattern: "GET /meetings/{meeting}", Right: access.Look, Page: s.Board},
		{Pattern: "GET /meetings/{meeting}/sessions/{session}", Right: access.Look, Page: s.Session},
		{Pattern: "GET /meetings/{meeting}/sessions/{session}/materials.zip", Right: access.Look, Page: s.Materials},
		{Pattern: "GET /meetings/{meeting}/review", Right: access.Look, Page: s.Review},
		{Pattern: "GET /meetings/{meeting}/review/{document}", Right: access.Look, Page: s.Review},
		{Pattern: "GET /meetings/{meeting}/documents/{document}", Right: access.Look, Page: s.Document},
		{Pattern: "GET /meetings/{meeting}/documents/{document}/original", Right: access.Look, Page: s.Original},
		{Pattern: "GET /meetings/{meeting}/people", Right: access.Look, Page: s.People},
		{Pattern: "GET /meetings/{meeting}/search", Right: access.Look, Page: s.Search},
		{Pattern: "GET /meetings/{meeting}/export.csv", Right: access.Look, Page: s.ExportCSV},
		{Pattern: "GET /meetings/{meeting}/export.xlsx", Right: access.Look, Page: s.ExportXLSX},
		{Pattern: "GET /meetings/{meeting}/history", Right: access.Look, Page: s.History},
		{Pattern: "GET /meetings/{meeting}/links", Right: access.Look, Page: s.Links},
		{Pattern: "GET /meetings/{meeting}/links/{batch}", Right: access.Look, Page: s.LinksSent},
		{Pattern: "POST /meetings/{meeting}/decisions", Right: access.Decide, Page: s.Decide},
		{Pattern: "POST /meetings/{meeting}/addresses", Right: access.Decide, Page: s.MailAgain},
		{Pattern: "POST /meetings/{meeting}/behalf", Right: access.Decide, Page: s.OnBehalf},
		{Pattern: "POST /meetings/{meeting}/links", Right: access.Decide, Page: s.SendLinks},
	}
}
