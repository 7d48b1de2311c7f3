package staff

import (
	"net/http"
	"slices"
	"time"

	"dossier/functions/portal/access"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// documentPage is all that is known of a document.
type documentPage struct {
	header
	Document *meeting.Document
	Reading  reading
	// Why is the evidence by which it was filed.
	Why     []string
	Entries []entry
	// Beside are the other papers of the mail or archive that it came in.
	Beside []meeting.Enclosed
	// FiledFor are the sessions whose requirements it satisfies.
	FiledFor []place
}

// originalLife is for how long the address of a download can be used.
const originalLife = time.Minute

// Document shows a document, its text and what was decided about it.
func (s *Staff) Document(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "")
	if err != nil {
		return err
	}
	d, err := s.documentOf(r)
	if err != nil {
		return err
	}
	l := s.pages.Locale(r, "")
	p := documentPage{header: head, Document: d}
	if p.Reading, err = s.reading(r.Context(), d, head.MayDecide()); err != nil {
		return err
	}
	entries, err := s.entries(r.Context(), l, head)
	if err != nil {
		return err
	}
	p.Entries = about(entries, d.ID)
	sessions, err := s.store.Sessions(r.Context(), head.Meeting.ID)
	if err != nil {
		return err
	}
	names := titles(sessions)
	p.Why = evidence(l, d.Evidence, names)
	if d.Envelope != nil {
		envelope, err := s.store.Document(r.Context(), d.Envelope.Document)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		p.Beside = beside(envelope, d.ID)
	}
	for _, k := range d.Satisfies {
		p.FiledFor = append(p.FiledFor, place{"/meetings/" + head.Meeting.ID + "/sessions/" + k.Session, names[k.Session]})
	}
	return s.pages.ShowIn(w, r, l, "document.html", http.StatusOK, p)
}

// beside gives the other papers of an envelope; nil is one that is not noted yet, or was erased.
func beside(envelope *meeting.Document, id string) []meeting.Enclosed {
	if envelope == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(envelope.Enclosed), func(x meeting.Enclosed) bool { return x.Document == id })
}

// about gives the entries of the history that changed a document.
func about(entries []entry, id string) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool {
		changed := slices.ContainsFunc(e.Effects, func(f meeting.Effect) bool { return f.Document == id })
		return e.Decision.Document != id && !changed
	})
}

// documentOf reads the document of a page's address. It fails with NotFound if it is another meeting's.
func (s *Staff) documentOf(r *http.Request) (*meeting.Document, error) {
	d, err := s.store.Document(r.Context(), r.PathValue("document"))
	if err != nil {
		return nil, err
	}
	if d.Meeting != r.PathValue("meeting") {
		return nil, fault.New(fault.NotFound, "document %s is another meeting's", d.ID)
	}
	return d, nil
}

// Original sends a browser to the file as it came. The bucket gives nobody what a malware scan found infected. A file that
// names somebody who was erased is for those alone who decide.
func (s *Staff) Original(w http.ResponseWriter, r *http.Request) error {
	d, err := s.documentOf(r)
	if err != nil {
		return err
	}
	if d.Closed && !access.Of(r).Role.Allows(meeting.Editor) {
		return fault.Reject(meeting.RefusalClosed, "the original of document %s is closed", d.ID)
	}
	link, err := s.bucket.Link(r.Context(), d.Object, d.FileName, originalLife)
	if err != nil {
		return err
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
	return nil
}
