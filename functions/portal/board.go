package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/functions/portal/signin"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// staffPage is what every page of staff has.
type staffPage struct {
	Meeting meeting.Meeting
	Who     signin.Person
	// Here is the page's place in the navigation.
	Here string
}

func (p *Portal) staffPage(r *http.Request, here string) (staffPage, error) {
	m, err := p.store.Meeting(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return staffPage{}, err
	}
	return staffPage{*m, p.signIn.Who(r), here}, nil
}

// MayDecide tells whether the page is an editor's.
func (s staffPage) MayDecide() bool { return s.Who.Role >= signin.Editor }

// Code names an action of a form, so that one that is sent twice is known.
func (staffPage) Code() string { return rand.Text() }

func (p *Portal) home(w http.ResponseWriter, r *http.Request) {
	all, err := p.store.Meetings(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if len(all) == 1 {
		http.Redirect(w, r, "/meetings/"+all[0].ID, http.StatusSeeOther)
		return
	}
	p.show(w, r, "home.html", http.StatusOK, all)
}

// line is one requirement.
type line struct {
	*meeting.Requirement
	// Link is where a file for it is uploaded; only for what is outstanding, and for who may decide.
	Link string
	// Unreachable is why no mail goes to the person any more.
	Unreachable string
}

// session is a session with what it asks for.
type session struct {
	*meeting.Session
	Lines []line
}

// sessions reads every session of a meeting with what it asks for. The sessions are read at the same time.
func (p *Portal) sessions(ctx context.Context, meetingID string) ([]session, error) {
	found, err := p.store.Sessions(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	all := make([]session, len(found))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i, s := range found {
		group.Go(func() error {
			var err error
			all[i], err = p.session(ctx, meetingID, s)
			return err
		})
	}
	return all, group.Wait()
}

func (p *Portal) session(ctx context.Context, meetingID string, s *meeting.Session) (session, error) {
	reqs, err := p.store.Requirements(ctx, meetingID, s.ID)
	if err != nil {
		return session{}, err
	}
	row := session{Session: s}
	for _, q := range reqs {
		if q.Dropped {
			continue
		}
		row.Lines = append(row.Lines, line{Requirement: q})
	}
	return row, nil
}

// day is the sessions of one day.
type day struct {
	Date     time.Time
	Sessions []*meeting.Session
}

type boardPage struct {
	staffPage
	Days              []day
	Sessions          []*meeting.Session
	Complete, In, All int
	Review            int
	Rejected          []*meeting.Document
	Quarantined       []*meeting.Document
	FailedMails       []*meeting.Mail
}

// maxListed bounds the lists of the pages.
const maxListed = 200

func (p *Portal) board(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "board")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := boardPage{staffPage: head}
	id := head.Meeting.ID
	group, ctx := errgroup.WithContext(r.Context())
	var review []*meeting.Document
	for _, read := range []func() error{
		func() (err error) { page.Sessions, err = p.store.Sessions(ctx, id); return err },
		func() (err error) { review, err = p.store.Documents(ctx, id, meeting.Review, maxListed); return err },
		func() (err error) {
			page.Rejected, err = p.store.Documents(ctx, id, meeting.Rejected, maxListed)
			return err
		},
		func() (err error) {
			page.Quarantined, err = p.store.Documents(ctx, id, meeting.Quarantined, maxListed)
			return err
		},
		func() (err error) { page.FailedMails, err = p.store.FailedMails(ctx, id, maxListed); return err },
	} {
		group.Go(read)
	}
	if err := group.Wait(); err != nil {
		p.fail(w, r, err)
		return
	}
	page.Review = len(review)
	for _, s := range page.Sessions {
		page.In, page.All = page.In+s.Required-s.Outstanding, page.All+s.Required
		if s.Complete {
			page.Complete++
		}
		at := s.Starts.In(head.Meeting.Location())
		if n := len(page.Days); n == 0 || page.Days[n-1].Date.Format(time.DateOnly) != at.Format(time.DateOnly) {
			page.Days = append(page.Days, day{Date: at})
		}
		last := &page.Days[len(page.Days)-1]
		last.Sessions = append(last.Sessions, s)
	}
	p.show(w, r, "board.html", http.StatusOK, page)
}

type sessionPage struct {
	staffPage
	session
}

func (p *Portal) sessionPage(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "board")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	ctx := r.Context()
	s, err := p.store.Session(ctx, head.Meeting.ID, r.PathValue("session"))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := sessionPage{staffPage: head}
	suppressed, errSuppressed := p.store.Suppressed(ctx, maxListed)
	page.session, err = p.session(ctx, head.Meeting.ID, s)
	if err := errors.Join(err, errSuppressed); err != nil {
		p.fail(w, r, err)
		return
	}
	for i := range page.Lines {
		l := &page.Lines[i]
		if j := slices.IndexFunc(suppressed, func(a *meeting.Address) bool { return a.Address == strings.ToLower(l.Email) }); j >= 0 {
			l.Unreachable = suppressed[j].Suppressed
		}
		if l.State != meeting.Outstanding || !head.MayDecide() {
			continue
		}
		if l.Link, err = p.link(l.Requirement); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	p.show(w, r, "session.html", http.StatusOK, page)
}

// link is the upload link of a requirement.
func (p *Portal) link(q *meeting.Requirement) (string, error) {
	token, err := p.tickets.Sign(ticket.Of(q.Meeting, meeting.Invite(q, time.Now().Add(p.config.TicketLife)), time.Now()))
	return "/t/" + token, err
}

// bar is one bar of the chart: how many of what, with its place and length out of a hundred.
type bar struct {
	Class    string
	From, To float64
}

// Width is the bar's length.
func (b bar) Width() float64 { return b.To - b.From }

// chart is the balance of one group of people.
type chart struct {
	Name string
	// Key: Name is a key of words.
	Key bool
	meeting.Tally
	Bars []bar
}

// newChart makes the bars of some people; the whole length stands for most of them.
func newChart(name string, key bool, t meeting.Tally, most int) chart {
	c := chart{Name: name, Key: key, Tally: t}
	at, all := 0.0, float64(max(1, most))
	for _, x := range []struct {
		class string
		n     int
	}{{"women", t.Women}, {"men", t.Men}, {"other", t.Other}, {"unsaid", t.Unknown}} {
		if x.n > 0 {
			to := at + 100*float64(x.n)/all
			c.Bars = append(c.Bars, bar{x.class, at, to})
			at = to
		}
	}
	return c
}

// delegation is an agency's officials.
type delegation struct {
	*meeting.Delegation
	Members, Alternates []meeting.Official
	Seats               int
	Over                bool
	meeting.Tally
}

type peoplePage struct {
	staffPage
	// Nominees are those whom letters name, by sector; Everybody are those of whom something is asked, Countries where they are from.
	Nominees    []chart
	Everybody   chart
	Countries   []chart
	Delegations []delegation
}

func (p *Portal) people(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "people")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	ctx, id := r.Context(), head.Meeting.ID
	sessions, err := p.sessions(ctx, id)
	balance, errBalance := p.store.Balance(ctx, id)
	delegations, errDelegations := p.store.Delegations(ctx, id)
	if err := errors.Join(err, errBalance, errDelegations); err != nil {
		p.fail(w, r, err)
		return
	}
	page := peoplePage{staffPage: head}
	page.Nominees = append(page.Nominees, newChart("all-nominees", true, balance.Total(), balance.Total().All()))
	for _, s := range meeting.Sectors() {
		if t, ok := balance.Sectors[s]; ok {
			page.Nominees = append(page.Nominees, newChart("sector-"+string(s), true, t, balance.Total().All()))
		}
	}
	seen := map[string]bool{}
	var everybody meeting.Tally
	countries := map[string]*meeting.Tally{}
	for _, s := range sessions {
		for _, l := range s.Lines {
			if seen[l.Participant] {
				continue
			}
			seen[l.Participant] = true
			everybody.Add(l.Gender, 1)
			if countries[l.Country] == nil {
				countries[l.Country] = &meeting.Tally{}
			}
			countries[l.Country].Add(l.Gender, 1)
		}
	}
	page.Everybody = newChart("everybody", true, everybody, everybody.All())
	most := 0
	for _, t := range countries {
		most = max(most, t.All())
	}
	for _, c := range slices.SortedFunc(maps.Keys(countries), func(a, b string) int {
		return cmp.Or(cmp.Compare(countries[b].All(), countries[a].All()), cmp.Compare(a, b))
	}) {
		page.Countries = append(page.Countries, newChart(c, false, *countries[c], most))
	}
	for _, d := range delegations {
		x := delegation{Delegation: d, Seats: head.Meeting.NomineesPerAgency, Tally: d.Tally()}
		x.Members, x.Alternates = d.Members()
		x.Over = x.Seats > 0 && len(x.Members) > x.Seats
		page.Delegations = append(page.Delegations, x)
	}
	slices.SortFunc(page.Delegations, func(a, b delegation) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Country, b.Country))
	})
	p.show(w, r, "people.html", http.StatusOK, page)
}
