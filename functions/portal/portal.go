// Package portal serves the pages: for now the status board, with the decisions that staff take on it.
package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/mail"
	"dossier/internal/meeting"
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
	p := &Portal{config: c, bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), tickets: keys, writer: w, who: who, log: log}
	p.pages, err = template.New("").Funcs(template.FuncMap{
		"reason":   func(code string) string { return w.Reason("en", code) },
		"finding":  func(f meeting.Finding) string { return w.Finding("en", f) },
		"evidence": func(e meeting.Evidence) string { return w.Evidence("en", e) },
		"clock":    func(m meeting.Meeting, t time.Time) string { return t.In(m.Location()).Format("Mon 2 Jan, 15:04") },
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
		status, n = http.StatusConflict, notice{"Nothing was changed", refusal(fault.Reason(err)), r.Header.Get("Referer")}
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

func refusal(reason string) string {
	switch reason {
	case filing.AlreadyIn:
		return "That document came in meanwhile, so there is nothing to waive."
	case filing.AlreadyDecided:
		return "Somebody was faster: this was decided already."
	case filing.NoSuchRequirement, filing.NoSuchDocument:
		return "The roster has changed, and it is not there any more."
	case "no-place":
		return "Please choose where the document belongs."
	case "no-reason":
		return "Please give a reason: those who come after you will want to know."
	case "not-allowed":
		return "You may look at this page but not decide."
	}
	return "The request was not understood."
}

func (p *Portal) home(w http.ResponseWriter, r *http.Request) {
	all, err := p.store.Meetings(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if len(all) == 1 {
		p.meeting(w, r, all[0].ID)
		return
	}
	p.show(w, r, "home.html", http.StatusOK, all)
}

func (p *Portal) board(w http.ResponseWriter, r *http.Request) {
	p.meeting(w, r, r.PathValue("meeting"))
}

// line is one requirement on the board.
type line struct {
	*meeting.Requirement
	// Link is the key under which a file for it is put; only for what is outstanding.
	Link string
}

// place is where a document can be filed: one presentation, or a person's nomination for all sessions.
type place struct{ Value, Label string }

// card is one document to review, and where it may belong.
type card struct {
	*meeting.Document
	Places []place
}

// places gives a person's requirements as places: each presentation by itself, nominations together.
func places(name string, keys []meeting.RequirementKey, titles map[string]string) []place {
	var all []place
	var nomination []string
	for _, k := range keys {
		if k.Kind == meeting.Nomination {
			nomination = append(nomination, k.String())
			continue
		}
		all = append(all, place{k.String(), name + ", presentation, " + titles[k.Session]})
	}
	if len(nomination) > 0 {
		all = append(all, place{strings.Join(nomination, " "), name + ", nomination"})
	}
	return all
}

type session struct {
	*meeting.Session
	Lines []line
	In    int
}

type boardPage struct {
	Meeting           meeting.Meeting
	Sessions          []session
	Review            []card
	Rejected          []*meeting.Document
	Places            []place // where anything may be filed
	Quarantined       []*meeting.Document
	Complete, In, All int
	MayDecide         bool
	FailedMails       []*meeting.Mail
}

// maxListed bounds the lists of the board.
const maxListed = 200

func (p *Portal) meeting(w http.ResponseWriter, r *http.Request, id string) {
	ctx := r.Context()
	m, err := p.store.Meeting(ctx, id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := boardPage{Meeting: *m, MayDecide: p.who(r) != ""}
	sessions, err := p.store.Sessions(ctx, id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	titles := map[string]string{}
	people := map[string][]meeting.RequirementKey{}
	names := map[string]string{}
	for _, s := range sessions {
		titles[s.ID] = s.Title
		row, err := p.session(ctx, m, s, page.MayDecide)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		for _, l := range row.Lines {
			people[l.Participant] = append(people[l.Participant], l.RequirementKey)
			names[l.Participant] = l.Name
		}
		page.In, page.All = page.In+row.In, page.All+len(row.Lines)
		if s.Complete {
			page.Complete++
		}
		page.Sessions = append(page.Sessions, row)
	}
	var errs [4]error
	review, err := p.store.Documents(ctx, id, meeting.Review, maxListed)
	errs[0] = err
	for _, d := range review {
		c := card{Document: d}
		for _, x := range d.Candidates {
			c.Places = append(c.Places, places(x.Name, x.For, titles)...)
		}
		page.Review = append(page.Review, c)
	}
	if len(review) > 0 && page.MayDecide {
		for _, id := range slices.SortedFunc(maps.Keys(people), func(a, b string) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b)) }) {
			page.Places = append(page.Places, places(names[id], people[id], titles)...)
		}
	}
	page.Rejected, errs[1] = p.store.Documents(ctx, id, meeting.Rejected, maxListed)
	page.Quarantined, errs[2] = p.store.Documents(ctx, id, meeting.Quarantined, maxListed)
	page.FailedMails, errs[3] = p.store.FailedMails(ctx, id, maxListed)
	if err := errors.Join(errs[:]...); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, "board.html", http.StatusOK, page)
}

func (p *Portal) session(ctx context.Context, m *meeting.Meeting, s *meeting.Session, links bool) (session, error) {
	reqs, err := p.store.Requirements(ctx, m.ID, s.ID)
	if err != nil {
		return session{}, err
	}
	row := session{Session: s}
	for _, q := range reqs {
		if q.Dropped {
			continue
		}
		l := line{Requirement: q}
		if q.State != meeting.Outstanding {
			row.In++
		} else if links {
			token, err := p.tickets.Sign(ticket.Ticket{Meeting: m.ID, Participant: q.Participant, Kind: q.Kind, Session: q.Session,
				Expires: time.Now().Add(p.config.TicketLife).Unix()})
			if err != nil {
				return session{}, err
			}
			l.Link = bucket.Incoming + m.ID + "/" + token + "/"
		}
		row.Lines = append(row.Lines, l)
	}
	return row, nil
}

// decide keeps a decision in the bucket, so that it can never be lost, and then carries it out.
func (p *Portal) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	id := r.PathValue("meeting")
	m, err := p.store.Meeting(r.Context(), id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	d := meeting.Decision{Action: meeting.Action(r.PostFormValue("action")), Meeting: id, Document: r.PostFormValue("document"),
		By: p.who(r), Reason: strings.TrimSpace(r.PostFormValue("reason")), At: time.Now().UTC()}
	keys, ok := parsePlace(cmp.Or(r.PostFormValue("requirement"), r.PostFormValue("other")))
	if d.Action == meeting.FileHere {
		d.Requirements = keys
	} else if len(keys) > 0 {
		d.Requirement = keys[0]
	}
	switch {
	case d.By == "":
		err = fault.Reject("not-allowed", "nobody who may decide")
	case d.Reason == "" || len(d.Reason) > 2000:
		err = fault.Reject("no-reason", "no reason given")
	case d.Action == meeting.FileHere && !ok:
		err = fault.Reject("no-place", "no place given")
	case d.Document != "" && (d.Action == meeting.Withdraw || d.Action == meeting.Reject || d.Action == meeting.FileHere), (d.Action == meeting.Waive || d.Action == meeting.Require) && ok:
		err = p.carryOut(r.Context(), d, *m)
	default:
		err = fault.Reject("not-understood", "action %q", d.Action)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/meetings/"+id, http.StatusSeeOther)
}

// parsePlace reads the requirements of a place; false when there are none or one is no requirement.
func parsePlace(s string) ([]meeting.RequirementKey, bool) {
	var keys []meeting.RequirementKey
	for _, f := range strings.Fields(s) {
		k, ok := meeting.ParseRequirementKey(f)
		if !ok || len(keys) == maxPlaces {
			return nil, false
		}
		keys = append(keys, k)
	}
	return keys, len(keys) > 0
}

// maxPlaces bounds how many sessions one letter is filed for by hand: a transaction holds so many and their sessions.
const maxPlaces = 40

func (p *Portal) carryOut(ctx context.Context, d meeting.Decision, m meeting.Meeting) error {
	key := bucket.Decisions + m.ID + "/" + d.At.Format("20060102T150405.000000000Z") + "-" + rand.Text()[:8] + ".json"
	o, err := p.bucket.PutDecision(ctx, key, d)
	if err != nil {
		return err
	}
	return p.registry.Decide(ctx, o.ID(), d, m)
}
