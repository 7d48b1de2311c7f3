package staff

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
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
	limited, errLimited := s.store.Limited(r.Context(), head.Meeting.ID, meeting.Day(time.Now()), maxListed)
	row, errLines := s.session(r.Context(), of)
	if err := errors.Join(errSuppressed, errLimited, errLines); err != nil {
		return err
	}
	for i, l := range row.Lines {
		row.Lines[i].Limited = slices.ContainsFunc(limited, func(u *meeting.LinkUse) bool { return u.Participant == l.Participant })
	}
	row.markUnreachable(suppressed)
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

// behalfLife is for how long somebody of staff can upload in a participant's place, once they have asked to.
const behalfLife = time.Hour

// OnBehalf leads to the upload page of an outstanding requirement, for somebody of staff who has the file. Its link is
// made for this visit and ends soon. No page of staff shows a link.
func (s *Staff) OnBehalf(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	ctx, meetingID := r.Context(), r.PathValue("meeting")
	k, ok := meeting.ParseRequirementKey(r.PostFormValue("requirement"))
	if !ok {
		return fault.Reject(meeting.RefusalNotUnderstood, "no requirement")
	}
	required := store.RequirementKey(meetingID, k)
	snap, err := s.store.Read(ctx, required)
	if err != nil {
		return err
	}
	q := store.Get(snap, required)
	if q == nil || q.Retired || q.State != meeting.Outstanding {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "nothing outstanding at %s", k)
	}
	now := time.Now()
	token, err := s.tickets.Sign(ctx, ticket.Of(meetingID, meeting.Invite(q, now.Add(behalfLife)), now))
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "upload on behalf", "meeting", meetingID, "participant", k.Participant)
	http.Redirect(w, r, "/t/"+token, http.StatusSeeOther)
	return nil
}
