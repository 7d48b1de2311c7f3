package staff

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"dossier/functions/portal/signin"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Decide takes a decision from a form, and leads back to the page that the form was on.
func (s *Staff) Decide(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.Reject(meeting.RefusalNotUnderstood, "no form")
	}
	m, err := s.store.Meeting(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return err
	}
	by := ""
	if who := s.signIn.Who(r); who.Role >= signin.Editor {
		by = who.Name
	}
	d, err := readDecision(r.PostForm, m.ID, by)
	if err != nil {
		return err
	}
	id, err := s.decisions.Record(r.Context(), d, *m)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/meetings/"+m.ID+back(r.PostForm, d, id), http.StatusSeeOther)
	return nil
}

// back gives the page, within its meeting, that follows a decision: from the review queue the next document, with a
// way to take the decision back.
func back(f url.Values, d meeting.Decision, id string) string {
	from := path.Clean(f.Get("back"))
	switch {
	case f.Get("from-history") != "":
		return "/history"
	case strings.HasPrefix(from, "review") && d.Action == meeting.Undo:
		return "/review"
	case strings.HasPrefix(from, "review"):
		return "/" + from + "?undo=" + url.QueryEscape(id)
	case strings.HasPrefix(from, "sessions/"), strings.HasPrefix(from, "documents/"):
		return "/" + from
	}
	return ""
}
