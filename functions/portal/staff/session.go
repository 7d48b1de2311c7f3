package staff

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// sessionPage is a session with its requirements.
type sessionPage struct {
	header
	session
}

// Session shows a session's requirements, with the forms that decide about them.
func (s *Staff) Session(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "board")
	if err != nil {
		return err
	}
	of, err := s.store.Session(r.Context(), head.Meeting.ID, r.PathValue("session"))
	if err != nil {
		return err
	}
	suppressed, errSuppressed := s.store.Suppressed(r.Context(), maxListed)
	row, errLines := s.session(r.Context(), of)
	if err := errors.Join(errSuppressed, errLines); err != nil {
		return err
	}
	row.markUnreachable(suppressed)
	if head.MayDecide() {
		if err := s.addLinks(row); err != nil {
			return err
		}
	}
	return s.pages.Show(w, r, "session.html", sessionPage{head, row})
}

// markUnreachable marks the people to whose addresses no mail goes any more.
func (x session) markUnreachable(suppressed []*meeting.Address) {
	why := map[string]string{}
	for _, a := range suppressed {
		why[a.Address] = a.Suppressed
	}
	for i := range x.Lines {
		x.Lines[i].Unreachable = why[strings.ToLower(x.Lines[i].Email)]
	}
}

// addLinks signs an upload link for everything that is outstanding.
func (s *Staff) addLinks(x session) (err error) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.State != meeting.Outstanding {
			continue
		}
		if l.Link, err = s.link(l.Requirement); err != nil {
			return err
		}
	}
	return nil
}

// link signs the upload link of a requirement.
func (s *Staff) link(q *meeting.Requirement) (string, error) {
	now := time.Now()
	token, err := s.tickets.Sign(ticket.Of(q.Meeting, meeting.Invite(q, now.Add(s.config.LinkLife)), now))
	return "/t/" + token, err
}
