// Package staff serves the pages of the secretariat: board, sessions, review queue, people, links, search and history.
package staff

import (
	"context"
	"crypto/rand"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/functions/portal/access"
	"dossier/functions/portal/decision"
	"dossier/functions/portal/page"
	"dossier/functions/portal/signin"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

//go:embed *.html
var files embed.FS

// Pages are the templates of this package's pages.
func Pages() fs.FS { return files }

// maxListed bounds the lists of the pages, and maxForm the bytes of a form.
const (
	maxListed = 200
	maxForm   = 64 << 10
)

// Config says how links are made.
type Config struct {
	// Bucket is the name of the bucket.
	Bucket string
	// LinkLife is for how long an upload link can be used.
	LinkLife time.Duration
}

// Staff serves the pages. It is safe for concurrent use.
type Staff struct {
	config    Config
	pages     *page.Renderer
	bucket    *bucket.Bucket
	store     *store.Store
	tickets   *ticket.Ring
	decisions *decision.Recorder
	log       *slog.Logger
}

// New makes the pages of staff.
func New(c Config, pages *page.Renderer, b *bucket.Bucket, s *store.Store, tickets *ticket.Ring,
	decisions *decision.Recorder, log *slog.Logger) *Staff {
	return &Staff{config: c, pages: pages, bucket: b, store: s, tickets: tickets, decisions: decisions, log: log}
}

// header is what every page of a meeting has.
type header struct {
	Meeting meeting.Meeting
	Who     signin.Person
	Role    meeting.StaffRole
	// Here is the page's place in the navigation.
	Here string
}

// header gives the meeting of a page's address, which was read to see whether the visitor may open the page.
func (s *Staff) header(r *http.Request, here string) (header, error) {
	v := access.Of(r)
	if v.Meeting == nil {
		return header{}, fault.New(fault.NotFound, "no meeting at this address")
	}
	return header{*v.Meeting, v.Person, v.Role, here}, nil
}

// MayDecide reports whether the visitor may decide, and not only look.
func (h header) MayDecide() bool { return h.Role.Allows(meeting.Editor) }

// Code gives a new name for the action of a form, by which the second sending of the form is known.
func (header) Code() string { return rand.Text() }

// line is one requirement on a page.
type line struct {
	*meeting.Requirement
	// Limited: the person's link has brought in today all that it may.
	Limited bool
	// Unreachable is why no mail goes to the person any more.
	Unreachable string
}

// session is a session with its requirements.
type session struct {
	*meeting.Session
	Lines []line
}

// sessions reads every session of a meeting with its requirements, in the agenda's order.
func (s *Staff) sessions(ctx context.Context, meetingID string) ([]session, error) {
	found, err := s.store.Sessions(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	return inParallel(ctx, found, 16, s.session)
}

// session reads the requirements of a session.
func (s *Staff) session(ctx context.Context, of *meeting.Session) (session, error) {
	requirements, err := s.store.Requirements(ctx, of.Meeting, of.ID)
	if err != nil {
		return session{}, err
	}
	row := session{Session: of}
	for _, q := range requirements {
		if !q.Retired {
			row.Lines = append(row.Lines, line{Requirement: q})
		}
	}
	return row, nil
}

// titles gives the titles of sessions by their ids.
func titles(sessions []*meeting.Session) map[string]string {
	all := map[string]string{}
	for _, s := range sessions {
		all[s.ID] = s.Title
	}
	return all
}

// inParallel reads something for each of a list, so many at the same time, and gives what was read in the list's order.
func inParallel[A, B any](ctx context.Context, list []A, limit int,
	read func(context.Context, A) (B, error)) ([]B, error) {
	all := make([]B, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i, x := range list {
		group.Go(func() (err error) {
			all[i], err = read(ctx, x)
			return err
		})
	}
	return all, group.Wait()
}
