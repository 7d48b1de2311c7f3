package staff

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"dossier/functions/portal/access"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Decide takes a decision from a form, and leads back to the page that the form was on.
func (s *Staff) Decide(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.Reject(meeting.RefusalNotUnderstood, "no form")
	}
	v := access.Of(r)
	m := v.Meeting
	d, err := readDecision(r.PostForm, m.ID, v.Name)
	if err != nil {
		return err
	}
	d.Subject = v.Subject
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
	from := f.Get("back")
	switch {
	case f.Get("from-history") != "":
		return "/history"
	case !backPattern.MatchString(from):
		return ""
	case strings.HasPrefix(from, "review") && d.Action == meeting.Undo:
		return "/review"
	case strings.HasPrefix(from, "review"):
		return "/" + from + "?undo=" + url.QueryEscape(id)
	}
	return "/" + from
}

// backPattern matches the pages of a meeting that a decision leads back to.
var backPattern = regexp.MustCompile(`^(review|(review|sessions|documents)/[A-Za-z0-9][A-Za-z0-9._-]*)$`)
