// Package portal serves the pages: for now the status board, with the decisions that staff take on it.
package portal

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/mail"
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
	// TicketLife is how long an upload link made on the board is good for.
	TicketLife time.Duration `env:"TICKET_LIFE" envDefault:"720h"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

// Who tells who makes a request; "" is nobody who may decide.
type Who func(*http.Request) string

// Portal is the handler.
type Portal struct {
	http.Handler
	config   Config
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	tickets  *ticket.Keys
	writer   *mail.Writer
	pages    *template.Template
	who      Who
	log      *slog.Logger
	meter    *observe.Meter
}

// New wires the portal.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, who Who, log *slog.Logger) (*Portal, error) {
	keys, err := ticket.ParseKeys(c.TicketKeys)
	if err != nil {
		return nil, err
	}
	w, err := mail.NewWriter()
	if err != nil {
		return nil, err
	}
	st := store.New(db, c.Table)
	p := &Portal{config: c, bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), tickets: keys, writer: w, who: who, log: log, meter: observe.NewMeter(log, c.Namespace)}
	p.pages, err = template.New("").Funcs(template.FuncMap{
		"reason":  func(code string) string { return w.Reason("en", code) },
		"finding": func(f meeting.Finding) string { return w.Finding("en", f) },
		"percent": func(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) },
		"clock":   func(m meeting.Meeting, t time.Time) string { return t.In(m.Location()).Format("Mon 2 Jan, 15:04") },
	}).ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse pages: %w", err)
	}
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		return nil, fmt.Errorf("open assets: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /meetings/{meeting}", p.board)
	mux.HandleFunc("GET /meetings/{meeting}/history", p.history)
	mux.HandleFunc("POST /meetings/{meeting}/decisions", p.decide)
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(assets)))
	// A form on another site cannot decide in a member of staff's name.
	p.Handler = secure(http.NewCrossOriginProtection().Handler(mux))
	return p, nil
}

func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

func (p *Portal) show(w http.ResponseWriter, r *http.Request, page string, status int, data any) {
	var b strings.Builder
	if err := p.pages.ExecuteTemplate(&b, page, data); err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write([]byte(b.String())); err != nil {
		p.log.DebugContext(r.Context(), "page not taken", "error", err)
	}
}

type notice struct{ Title, Text, Back string }

// fail is the one place where an error becomes a page.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, n := http.StatusInternalServerError, notice{"Something went wrong", "It was noted. Please try again in a minute.", "/"}
	switch {
	case fault.Is(err, fault.NotFound):
		status, n = http.StatusNotFound, notice{"There is no such page", "The address may be old, or the meeting is not set up yet.", "/"}
	case fault.Is(err, fault.Rejected):
		status, n = http.StatusConflict, notice{"Nothing was changed", refusal(err), r.Header.Get("Referer")}
	case fault.Is(err, fault.Transient):
		status = http.StatusServiceUnavailable
	}
	if status >= 500 {
		p.log.ErrorContext(r.Context(), "page failed", "method", r.Method, "pattern", r.Pattern, "error", err)
	}
	var b strings.Builder
	if err := p.pages.ExecuteTemplate(&b, "notice.html", n); err != nil {
		http.Error(w, n.Title, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String())) // whoever asked may be gone
}
