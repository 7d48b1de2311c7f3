package staff

import "net/http"

// Home lists the meetings; the only one is shown at once.
func (s *Staff) Home(w http.ResponseWriter, r *http.Request) error {
	all, err := s.store.Meetings(r.Context())
	if err != nil {
		return err
	}
	if len(all) == 1 {
		http.Redirect(w, r, "/meetings/"+all[0].ID, http.StatusSeeOther)
		return nil
	}
	return s.pages.Show(w, r, "home.html", all)
}
