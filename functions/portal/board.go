package portal

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/mail"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

func (p *Portal) home(w http.ResponseWriter, r *http.Request) {
	all, err := p.store.Meetings(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if len(all) == 1 {
		p.meeting(w, r, all[0].ID)
		return
	}
	p.show(w, r, "home.html", http.StatusOK, all)
}

func (p *Portal) board(w http.ResponseWriter, r *http.Request) {
	p.meeting(w, r, r.PathValue("meeting"))
}

// line is one requirement on the board.
type line struct {
	*meeting.Requirement
	// Link is the key under which a file for it is put; only for what is outstanding.
	Link string
	// Unreachable is why no mail goes to the person any more.
	Unreachable string
}

// place is where a document can be filed: one presentation, or a person's nomination for all sessions.
type place struct{ Value, Label string }

// card is one document to review, and where it may belong.
type card struct {
	*meeting.Document
	Places []place
	// Why is what speaks for anything where nobody may be meant; Perhaps are those who may.
	Why     []string
	Perhaps []candidate
	// Proposed are the nominees of a letter whom the roster does not know.
	Proposed []proposal
}

// candidate is one who may be meant, and what speaks for it in words.
type candidate struct {
	meeting.Candidate
	Why []string
}

// proposal is a nominee who may become a participant, as the letter and the roster suggest.
type proposal struct {
	meeting.Nominee
	Agency, Country, Language string
}

// office is an agency of the roster.
type office struct{ Agency, Country string }

// places gives a person's requirements as places: each presentation by itself, nominations together.
func places(name string, keys []meeting.RequirementKey, titles map[string]string) []place {
	var all []place
	var nomination []string
	for _, k := range keys {
		if k.Kind == meeting.Nomination {
			nomination = append(nomination, k.String())
			continue
		}
		all = append(all, place{k.String(), name + ", presentation, " + titles[k.Session]})
	}
	if len(nomination) > 0 {
		all = append(all, place{strings.Join(nomination, " "), name + ", nomination"})
	}
	return all
}

type session struct {
	*meeting.Session
	Lines []line
	In    int
}

// filed is a document that another may be joined to.
type filed struct{ ID, Label string }

// delegation is an agency's officials.
type delegation struct {
	*meeting.Delegation
	Members, Alternates []meeting.Official
	Seats               int
	Over                bool
	meeting.Tally
}

type boardPage struct {
	Meeting           meeting.Meeting
	Sessions          []session
	Review            []card
	Rejected          []*meeting.Document
	Places            []place // where anything may be filed
	Quarantined       []*meeting.Document
	Complete, In, All int
	MayDecide         bool
	FailedMails       []*meeting.Mail
	Filed             []filed
	Offices           []office
	Delegations       []delegation
	Balance           *meeting.Balance
	unreachable       map[string]string // why, by address
	Codes             []place           // reasons of a rejection that can be said in every language
}

// Languages are those that an accepted nominee can be written to in.
func (boardPage) Languages() []string { return mail.Languages() }

// Roles are what an accepted nominee can do in a session.
func (boardPage) Roles() []meeting.RoleName { return meeting.RoleNames() }

// Rows number the parts that the form offers to split a document into.
func (boardPage) Rows() []int { return []int{1, 2, 3, 4, 5, 6} }

// maxListed bounds the lists of the board.
const maxListed = 200

func (p *Portal) meeting(w http.ResponseWriter, r *http.Request, id string) {
	ctx := r.Context()
	m, err := p.store.Meeting(ctx, id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := boardPage{Meeting: *m, MayDecide: p.who(r) != "", unreachable: map[string]string{}}
	sessions, err := p.store.Sessions(ctx, id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	suppressed, err := p.store.Suppressed(ctx, maxListed)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	for _, a := range suppressed {
		page.unreachable[a.Address] = a.Suppressed
	}
	titles := map[string]string{}
	people := map[string][]meeting.RequirementKey{}
	names := map[string]string{}
	for _, code := range []string{"wrong-document", "wrong-meeting", "not-official", "unreadable", "unfinished"} {
		page.Codes = append(page.Codes, place{code, p.writer.Reason("en", code)})
	}
	for _, s := range sessions {
		titles[s.ID] = s.Title
		row, err := p.session(ctx, m, s, page)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		for _, l := range row.Lines {
			people[l.Participant] = append(people[l.Participant], l.RequirementKey)
			names[l.Participant] = l.Name
			if o := (office{l.Agency, l.Country}); l.Sector == meeting.Public && !slices.Contains(page.Offices, o) {
				page.Offices = append(page.Offices, o)
			}
			if l.Document != "" && !slices.ContainsFunc(page.Filed, func(f filed) bool { return f.ID == l.Document }) {
				page.Filed = append(page.Filed, filed{l.Document, l.Name + ": " + l.FileName})
			}
		}
		page.In, page.All = page.In+row.In, page.All+len(row.Lines)
		if s.Complete {
			page.Complete++
		}
		page.Sessions = append(page.Sessions, row)
	}
	var errs [6]error
	review, err := p.store.Documents(ctx, id, meeting.Review, maxListed)
	errs[0] = err
	for _, d := range review {
		page.Review = append(page.Review, p.card(d, titles, page))
	}
	if len(review) > 0 && page.MayDecide {
		for _, id := range slices.SortedFunc(maps.Keys(people), func(a, b string) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b)) }) {
			page.Places = append(page.Places, places(names[id], people[id], titles)...)
		}
	}
	page.Rejected, errs[1] = p.store.Documents(ctx, id, meeting.Rejected, maxListed)
	page.Quarantined, errs[2] = p.store.Documents(ctx, id, meeting.Quarantined, maxListed)
	page.FailedMails, errs[3] = p.store.FailedMails(ctx, id, maxListed)
	page.Balance, errs[4] = p.store.Balance(ctx, id)
	delegations, err := p.store.Delegations(ctx, id)
	errs[5] = err
	for _, d := range delegations {
		x := delegation{Delegation: d, Seats: m.NomineesPerAgency, Tally: d.Tally()}
		x.Members, x.Alternates = d.Members()
		x.Over = x.Seats > 0 && len(x.Members) > x.Seats
		page.Delegations = append(page.Delegations, x)
	}
	slices.SortFunc(page.Delegations, func(a, b delegation) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Country, b.Country))
	})
	if err := errors.Join(errs[:]...); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, "board.html", http.StatusOK, page)
}

func (p *Portal) session(ctx context.Context, m *meeting.Meeting, s *meeting.Session, page boardPage) (session, error) {
	reqs, err := p.store.Requirements(ctx, m.ID, s.ID)
	if err != nil {
		return session{}, err
	}
	row := session{Session: s}
	for _, q := range reqs {
		if q.Dropped {
			continue
		}
		l := line{Requirement: q, Unreachable: page.unreachable[strings.ToLower(q.Email)]}
		if q.State != meeting.Outstanding {
			row.In++
		} else if page.MayDecide {
			token, err := p.tickets.Sign(ticket.Ticket{Issued: time.Now().Unix(), Meeting: m.ID, Participant: q.Participant, Kind: q.Kind, Session: q.Session,
				Expires: time.Now().Add(p.config.TicketLife).Unix()})
			if err != nil {
				return session{}, err
			}
			l.Link = bucket.Incoming + m.ID + "/" + token + "/"
		}
		row.Lines = append(row.Lines, l)
	}
	return row, nil
}

// card is a document to review as staff see it.
func (p *Portal) card(d *meeting.Document, titles map[string]string, page boardPage) card {
	c := card{Document: d}
	say := func(evidence []meeting.Evidence) []string {
		var all []string
		for _, e := range evidence {
			// Sessions are named by their ids there.
			if title := titles[e.Detail]; title != "" {
				e.Detail = title
			}
			all = append(all, p.writer.Evidence("en", e))
		}
		return all
	}
	for _, x := range d.Candidates {
		c.Places = append(c.Places, places(x.Name, x.For, titles)...)
		c.Perhaps = append(c.Perhaps, candidate{x, say(x.Evidence)})
	}
	if len(d.Candidates) == 0 && d.Letter == nil { // a letter is shown as a whole
		c.Why = say(d.Evidence)
	}
	if d.Letter == nil {
		return c
	}
	for _, n := range d.Letter.Nominees {
		if n.Participant != "" || n.Declined {
			continue
		}
		x := proposal{n, d.Letter.Agency, d.Letter.Country, page.Meeting.Language()}
		// The officials of one agency are counted together when it is written as the roster writes it.
		if i := slices.IndexFunc(page.Offices, func(o office) bool { return match.SameAgency(o.Agency, d.Letter.Agency) }); i >= 0 {
			x.Agency, x.Country = page.Offices[i].Agency, page.Offices[i].Country
		}
		c.Proposed = append(c.Proposed, x)
	}
	return c
}
