package mail

import (
	"slices"
	"time"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// View is the data that a mail shows.
type View struct {
	Mail     meeting.Mail
	Meeting  meeting.Meeting
	Session  *meeting.Session
	Document *meeting.Document
	// Requirements are the session's, for its list of materials.
	Requirements []*meeting.Requirement
	// Sessions are the meeting's, for naming those that a document is for.
	Sessions []*meeting.Session
	// Problems are those of a rejected roster.
	Problems []meeting.RosterProblem
	// Uploads are what the recipient is asked for, with the links to it.
	Uploads []Upload
	Now     time.Time
}

// Upload is one document that the recipient is asked for. URL is the page that takes it.
type Upload struct {
	meeting.Invitation
	Session *meeting.Session // nil for none
	Due     time.Time        // zero for none
	URL     string
}

// page is a View with the words that its template needs.
type page struct {
	View
	Lang string
	// Dir is the direction of the language's script (HTML, "The dir attribute").
	Dir     string
	Outcome string
	Rows    []row
	For     []place
	// Open are the names of a filed letter's open nominees.
	Open    []string
	Uploads []upload
}

// upload is an Upload with its kind in words.
type upload struct {
	Upload
	Kind string
	// ForOffice is set if a public agency sends it, rather than the recipient.
	ForOffice bool
}

// row is one line of a session's list of materials.
type row struct{ Name, Agency, Kind, What string }

// place is a session that a document is for.
type place struct {
	Kind    string
	Session *meeting.Session
}

func newPage(v View, l *locale.Locale) (*page, error) {
	p := &page{View: v, Lang: l.Tag, Dir: l.Dir, Outcome: string(v.Mail.Outcome)}
	if p.Meeting.Title == "" {
		p.Meeting.Title = v.Mail.Meeting
	}
	for _, u := range v.Uploads {
		p.Uploads = append(p.Uploads, upload{u, l.Kind(u.Kind), u.Kind == meeting.Nomination})
	}
	for _, r := range v.Requirements {
		if r.Retired {
			continue
		}
		what, err := standing(r, l)
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, row{r.Name, r.Agency, l.Kind(r.Kind), what})
	}
	if v.Document != nil {
		p.For = places(v.Document.FiledFor, v.Sessions, l)
		p.Open = v.Document.OpenNominees()
	}
	return p, nil
}

// standing gives the file that satisfies a requirement, or that it is outstanding or waived.
func standing(r *meeting.Requirement, l *locale.Locale) (string, error) {
	switch {
	case r.State == meeting.Outstanding:
		return l.Text("mail.outstanding")
	case r.State == meeting.Waived:
		return l.Text("mail.waived", "Reason", r.Reason)
	case r.Late:
		return l.Text("mail.late", "File", r.FileName)
	}
	return r.FileName, nil
}

// places gives the sessions of requirements that are known.
func places(keys []meeting.RequirementKey, sessions []*meeting.Session, l *locale.Locale) []place {
	var all []place
	for _, k := range keys {
		i := slices.IndexFunc(sessions, func(s *meeting.Session) bool { return s.ID == k.Session })
		if i >= 0 {
			all = append(all, place{l.Kind(k.Kind), sessions[i]})
		}
	}
	return all
}
