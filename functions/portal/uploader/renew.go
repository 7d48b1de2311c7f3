package uploader

import (
	"errors"
	"net/http"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Renew mails a new link, to the address on the roster and to no other, at most once a day for each old one. The
// answer is the same for each kind of link.
func (u *Uploader) Renew(w http.ResponseWriter, r *http.Request) error {
	k, err := u.resolveLink(r)
	if err != nil && !errors.Is(err, errOldLink) {
		return u.turnAway(w, r, k, err)
	}
	if len(k.requirements) > 0 && k.requirements[0].Email != "" {
		m := k.renewal(time.Now().UTC(), u.config.LinkLife)
		err := u.store.PutMail(r.Context(), m)
		if err != nil && !errors.Is(err, store.ErrConflict) { // in conflict it was asked for today already
			return err
		}
	}
	return u.showLink(w, r, u.pages.Locale(r, k.language()), http.StatusOK, linkPage{Text: "link-renewed"})
}

// renewal gives the mail with a new link for the same upload.
func (k *link) renewal(now time.Time, life time.Duration) *meeting.Mail {
	q := k.requirements[0]
	id := meeting.MailID(meeting.MailLinks, k.Ticket.Meeting, k.Participant, string(k.Kind), k.Session, meeting.Day(now))
	again := meeting.Invitation{Participant: k.Participant, Agency: k.Agency, Kind: k.Kind, Session: k.Session,
		Expires: now.Add(life)}
	return &meeting.Mail{ID: id, Meeting: k.Ticket.Meeting, Template: meeting.MailLinks, Language: q.Language,
		To: []string{q.Email}, Decided: now, State: meeting.Pending, Links: []meeting.Invitation{again}}
}
