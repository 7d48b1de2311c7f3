package staff

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"dossier/functions/portal/page"
	"dossier/internal/meeting"
)

// reviewPage is one document to decide about, and where it may belong.
type reviewPage struct {
	header
	// Queue are the documents that wait. Document is the one that is shown, at Number from 1; nil if nothing waits.
	Queue []*meeting.Document
	// Mails are those that file nothing, the oldest first.
	Mails    []*meeting.Document
	Document *meeting.Document
	Number   int
	// Before and After are the ids of its neighbours in the queue; "" for none.
	Before, After string
	Reading       reading
	Sessions      []session
	// Places are the candidates' places, Elsewhere those of everybody. Likely is set if the first of Places is chosen unless
	// somebody chooses another.
	Places, Elsewhere []place
	Likely            bool
	// Why is the evidence if there is no candidate, Perhaps are the candidates.
	Why     []string
	Perhaps []candidate
	// Proposed are the nominees of a letter who are not on the roster.
	Proposed []proposal
	Offices  []office
	// Filed are the documents that this one may be a part of.
	Filed []filed
	// Codes are the reasons of a rejection that have words in every language.
	Codes []place
	// Languages are those that an accepted nominee can be written to in.
	Languages []string
	// Undo is the id of the decision before this one, which can be taken back.
	Undo string
}

// Roles are what an accepted nominee can do in a session.
func (reviewPage) Roles() []meeting.RoleName { return meeting.RoleNames() }

// Rows number the parts that the form offers to split a document into.
func (reviewPage) Rows() []int { return []int{1, 2, 3, 4, 5, 6} }

// Review shows the document of the address, or the first that waits.
func (s *Staff) Review(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "review")
	if err != nil {
		return err
	}
	p := &reviewPage{header: head, Languages: s.pages.Languages(), Undo: r.URL.Query().Get("undo")}
	if err := s.readQueue(r, p); err != nil {
		return err
	}
	if !p.open(r.PathValue("document")) {
		// It was decided about: the next one, then.
		http.Redirect(w, r, "/meetings/"+head.Meeting.ID+"/review", http.StatusSeeOther)
		return nil
	}
	l := s.pages.Locale(r, "")
	if p.Document != nil {
		if p.Reading, err = s.reading(r.Context(), p.Document, head.MayDecide()); err != nil {
			return err
		}
		if err := p.suggest(l); err != nil {
			return err
		}
	}
	return s.pages.ShowIn(w, r, l, "review.html", http.StatusOK, p)
}

// readQueue reads the documents that wait, and the sessions, at the same time.
func (s *Staff) readQueue(r *http.Request, p *reviewPage) error {
	group, ctx := errgroup.WithContext(r.Context())
	id := p.Meeting.ID
	group.Go(func() (err error) {
		p.Queue, err = s.store.Waiting(ctx, id, maxListed)
		return err
	})
	group.Go(func() (err error) {
		p.Mails, err = s.store.Documents(ctx, id, meeting.Correspondence, maxListed)
		return err
	})
	group.Go(func() (err error) { p.Sessions, err = s.sessions(ctx, id); return err })
	return group.Wait()
}

// open shows the document of an id, or the first if the id is "". It reports false if the document does not wait.
func (p *reviewPage) open(id string) bool {
	at := 0
	if id != "" {
		at = slices.IndexFunc(p.Queue, func(d *meeting.Document) bool { return d.ID == id })
	}
	if at < 0 {
		i := slices.IndexFunc(p.Mails, func(d *meeting.Document) bool { return d.ID == id })
		if i >= 0 { // shown and decided as if it were in review
			mail := *p.Mails[i]
			mail.Status = meeting.Review
			p.Document = &mail
		}
		return i >= 0
	}
	if at >= len(p.Queue) { // nothing waits
		return true
	}
	p.Document, p.Number = p.Queue[at], at+1
	if at > 0 {
		p.Before = p.Queue[at-1].ID
	}
	if at+1 < len(p.Queue) {
		p.After = p.Queue[at+1].ID
	}
	return true
}

// suggest fills in where the document may belong, and what can be decided.
func (p *reviewPage) suggest(l *page.Locale) error {
	p.survey()
	for _, code := range meeting.RejectionReasons() {
		p.Codes = append(p.Codes, place{string(code), l.Reason(code)})
	}
	var sessions []*meeting.Session
	for _, x := range p.Sessions {
		sessions = append(sessions, x.Session)
	}
	names := titles(sessions)
	var err error
	if p.Elsewhere, err = elsewhere(l, p.Sessions, names); err != nil {
		return err
	}
	d := p.Document
	if err := p.suggestAll(l); err != nil {
		return err
	}
	for _, c := range d.Candidates {
		if d.Status != meeting.Review { // what it is filed for is not asked any more
			c.For = open(d, c.For)
		}
		found, err := places(l, c.Name, c.For, names)
		if err != nil {
			return err
		}
		p.Places = append(p.Places, found...)
		if d.Status == meeting.Review || len(found) > 0 {
			p.Perhaps = append(p.Perhaps, candidate{c, evidence(l, c.Evidence, names)})
		}
	}
	switch {
	case d.Letter != nil: // a letter is shown as a whole
		p.Proposed = proposals(d.Letter, p.Offices, p.Meeting.Language())
	case len(d.Candidates) == 0:
		p.Why = evidence(l, d.Evidence, names)
	}
	return nil
}

// leastLikely is the chance from which a candidate's place is chosen unless somebody chooses another.
const leastLikely = 0.5

// suggestAll offers one place for all candidates that a letter nominates, if they are several, and tells whether the first
// place is likely.
func (p *reviewPage) suggestAll(l *page.Locale) error {
	d := p.Document
	if d.Status != meeting.Review {
		return nil
	}
	p.Likely = len(d.Candidates) > 0 && len(d.Candidates[0].For) > 0 && d.Candidates[0].Confidence >= leastLikely
	if d.Letter == nil {
		return nil
	}
	var names []string
	var keys []meeting.RequirementKey
	for _, n := range d.Letter.Nominees {
		is := func(c meeting.Candidate) bool { return c.Participant == n.Participant }
		if i := slices.IndexFunc(d.Candidates, is); i >= 0 && !n.Declined && !slices.Contains(names, d.Candidates[i].Name) {
			names, keys = append(names, d.Candidates[i].Name), append(keys, d.Candidates[i].For...)
		}
	}
	if len(names) < 2 || len(keys) > maxPlaces {
		return nil
	}
	found, err := places(l, strings.Join(names, ", "), keys, nil)
	p.Places = append(p.Places, found...)
	return err
}

// open gives those nominations of a list for which a letter is not filed.
func open(d *meeting.Document, keys []meeting.RequirementKey) []meeting.RequirementKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k meeting.RequirementKey) bool {
		return k.Kind != meeting.Nomination || slices.Contains(d.FiledFor, k)
	})
}

// survey collects the agencies of the public sector, and the documents that are filed.
func (p *reviewPage) survey() {
	for _, s := range p.Sessions {
		for _, l := range s.Lines {
			if o := (office{l.Agency, l.Country}); l.Sector == meeting.Public && !slices.Contains(p.Offices, o) {
				p.Offices = append(p.Offices, o)
			}
			isThat := func(f filed) bool { return f.ID == l.Document }
			if l.Document != "" && !slices.ContainsFunc(p.Filed, isThat) {
				p.Filed = append(p.Filed, filed{l.Document, l.Name + ": " + l.FileName})
			}
		}
	}
}
