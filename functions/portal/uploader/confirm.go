package uploader

import (
	"net/http"
	"strings"
	"time"

	"dossier/functions/portal/decision"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// maxName bounds the bytes of a nominee's name.
const maxName = 200

// Confirm keeps how an office writes a nominee of a letter that came by its link.
func (u *Uploader) Confirm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	k, err := u.resolveLink(r)
	if err != nil {
		return u.turnAway(w, r, k, err)
	}
	d, err := u.readConfirmation(r, k)
	if err != nil {
		return err
	}
	if _, err := u.decisions.Record(r.Context(), d, *k.Meeting); err != nil {
		return err
	}
	http.Redirect(w, r, "/t/"+k.token, http.StatusSeeOther)
	return nil
}

// readConfirmation reads a form. It fails with NotFound if the document came by another link, and with Rejected if
// the name or the address is not good.
func (u *Uploader) readConfirmation(r *http.Request, k *link) (meeting.Decision, error) {
	name := strings.TrimSpace(r.PostFormValue("name"))
	email, ok := decision.Address(strings.TrimSpace(r.PostFormValue("email")))
	d := meeting.Decision{
		Action:      meeting.Confirm,
		Meeting:     k.Ticket.Meeting,
		Document:    r.PostFormValue("document"),
		Nominee:     r.PostFormValue("nominee"),
		Participant: &meeting.Participant{Name: name, Email: email},
		By:          "the office, by its link",
		Reason:      "confirmed by the office",
		At:          time.Now().UTC(),
	}
	doc, err := u.store.Document(r.Context(), d.Document)
	switch {
	case err != nil:
		return d, err
	case !strings.HasPrefix(doc.UploadKey(), k.prefix()):
		return d, fault.New(fault.NotFound, "document %s came by another link", doc.ID)
	case name == "" || len(name) > maxName:
		return d, fault.Reject(meeting.RefusalNotUnderstood, "no name, or too long")
	case !ok:
		return d, fault.Reject(meeting.RefusalBadEmail, "no address")
	}
	return d, nil
}
