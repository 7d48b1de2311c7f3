package staff

import (
	"net/http"

	"dossier/functions/portal/access"
	"dossier/functions/portal/signin"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Home lists the meetings in which the visitor has a role; the only one is shown at once.
func (s *Staff) Home(w http.ResponseWriter, r *http.Request) error {
	listed, err := s.store.Meetings(r.Context())
	if err != nil {
		return err
	}
	v := access.Of(r)
	mine, err := s.meetingsOf(r, v, listed)
	switch {
	case err != nil:
		return err
	case len(mine) == 0 && !v.Person.Role.Allows(meeting.Viewer):
		return access.ErrNoRole
	case len(mine) == 1:
		http.Redirect(w, r, "/meetings/"+mine[0].ID, http.StatusSeeOther)
		return nil
	}
	return s.pages.Show(w, r, "home.html", homePage{v.Person, mine})
}

// homePage lists meetings.
type homePage struct {
	Who      signin.Person
	Meetings []*meeting.Meeting
}

// meetingsOf gives those of the listed meetings in which a visitor has a role. The list may be older than the meetings, which say
// who has one.
func (s *Staff) meetingsOf(r *http.Request, v access.Visit, listed []*meeting.Meeting) ([]*meeting.Meeting, error) {
	var asked []store.AnyKey
	for _, m := range listed {
		asked = append(asked, store.MeetingKey(m.ID))
	}
	snap, err := s.store.Read(r.Context(), asked...)
	if err != nil {
		return nil, err
	}
	var mine []*meeting.Meeting
	for _, m := range listed {
		if now := store.Get(snap, store.MeetingKey(m.ID)); now != nil && v.In(now).Allows(meeting.Viewer) {
			mine = append(mine, now)
		}
	}
	return mine, nil
}
