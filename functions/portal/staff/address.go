package staff

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// MailAgain lets mail go to a participant's address again, once staff know that it works. The address is the
// roster's: a form names a requirement of the participant.
func (s *Staff) MailAgain(w http.ResponseWriter, r *http.Request) error {
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
	if q == nil {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", k)
	}
	address := store.AddressKey(strings.ToLower(q.Email))
	if snap, err = s.store.Read(ctx, address); err != nil {
		return err
	}
	if a := store.Get(snap, address); a != nil && a.Suppressed != "" {
		a.Suppressed, a.Since = "", time.Now().UTC()
		if err := s.store.Commit(ctx, store.NewChanges(a)); err != nil {
			return err
		}
		s.log.InfoContext(ctx, "mail goes to an address again", "participant", k.Participant)
	}
	http.Redirect(w, r, "/meetings/"+meetingID+"/sessions/"+url.PathEscape(k.Session), http.StatusSeeOther)
	return nil
}
