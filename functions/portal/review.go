package portal

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// place is where a document can be filed: one presentation, or a person's nomination for all sessions.
type place struct{ Value, Label string }

// candidate is one who may be meant, and what speaks for it in words.
type candidate struct {
	meeting.Candidate
	Why []string
}

// proposal is a nominee who may become a participant, as the letter and the roster suggest.
type proposal struct {
	meeting.Nominee
	// Said is how the office writes the name, where it said so.
	Said, Agency, Country, Language string
}

// office is an agency of the roster.
type office struct{ Agency, Country string }

// filed is a document that another may be joined to.
type filed struct{ ID, Label string }

// places gives a person's requirements as places: each presentation by itself, nominations together.
func (g *language) places(name string, keys []meeting.RequirementKey, titles map[string]string) ([]place, error) {
	presentation, err := g.word("kind-presentation")
	if err != nil {
		return nil, err
	}
	letter, err := g.word("kind-nomination")
	if err != nil {
		return nil, err
	}
	var all []place
	var nomination []string
	for _, k := range keys {
		if k.Kind == meeting.Nomination {
			nomination = append(nomination, k.String())
			continue
		}
		all = append(all, place{k.String(), name + ", " + presentation + ", " + titles[k.Session]})
	}
	if len(nomination) > 0 {
		all = append(all, place{strings.Join(nomination, " "), name + ", " + letter})
	}
	return all, nil
}

// reading is a document as it can be read on a page.
type reading struct {
	Pages []content.Page
	// More is how many pages are not shown.
	More int
	// Show is an address at which a browser shows the original itself, for pictures and PDF; Picture tells which.
	Show    string
	Picture bool
}

const (
	// maxShown bounds the pages of a document that are shown, and maxShownText the bytes of text of one.
	maxShown     = 60
	maxShownText = 6000
	showLife     = 15 * time.Minute
)

// shown are the formats that browsers show by themselves, with their media types.
func shown() map[content.Format]string {
	return map[content.Format]string{content.PDF: "application/pdf", content.JPEG: "image/jpeg", content.PNG: "image/png", content.WebP: "image/webp"}
}

// reading reads a document's text, and signs an address for its original where a browser can show it.
func (p *Portal) reading(ctx context.Context, d *meeting.Document) (reading, error) {
	var x reading
	if d.Text != "" {
		var c content.Content
		switch err := p.bucket.GetJSON(ctx, d.Text, &c); {
		case err == nil:
			x.Pages, x.More = c.Pages[:min(len(c.Pages), maxShown)], max(0, len(c.Pages)-maxShown)
			for i := range x.Pages {
				if len(x.Pages[i].Text) > maxShownText {
					x.Pages[i].Text = strings.ToValidUTF8(x.Pages[i].Text[:maxShownText], "") + " …"
				}
			}
		case !fault.Is(err, fault.NotFound): // erased, or its time was over
			return x, err
		}
	}
	media, ok := shown()[content.Format(d.Format)]
	if !ok || d.Status == meeting.Quarantined { // nobody opens that in passing
		return x, nil
	}
	x.Picture = strings.HasPrefix(media, "image/")
	var err error
	if x.Show, err = p.bucket.Show(ctx, d.Object, media, showLife); err != nil {
		return x, err
	}
	return x, nil
}

// reviewPage is one document to decide about, and where it may belong.
type reviewPage struct {
	staffPage
	// Queue are those that wait, Document is the one that is shown, at Number; nil when nothing waits.
	Queue    []*meeting.Document
	Document *meeting.Document
	Number   int
	Before   string
	After    string
	Reading  reading
	Sessions []session
	// Candidates' places come first, Elsewhere are all others.
	Places, Elsewhere []place
	// Why is what speaks for anything where nobody may be meant; Perhaps are those who may.
	Why     []string
	Perhaps []candidate
	// Proposed are the nominees of a letter whom the roster does not know.
	Proposed []proposal
	Offices  []office
	Filed    []filed
	Codes    []place // reasons of a rejection that can be said in every language
	// Languages are those that an accepted nominee can be written to in.
	Languages []string
	// Undo is the decision before this, which can be taken back.
	Undo string
}

// Roles are what an accepted nominee can do in a session.
func (reviewPage) Roles() []meeting.RoleName { return meeting.RoleNames() }

// Rows number the parts that the form offers to split a document into.
func (reviewPage) Rows() []int { return []int{1, 2, 3, 4, 5, 6} }

func (p *Portal) review(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "review")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := reviewPage{staffPage: head, Languages: p.words.Languages(), Undo: r.URL.Query().Get("undo")}
	ctx, id := r.Context(), head.Meeting.ID
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		page.Queue, err = p.store.Documents(groupCtx, id, meeting.Review, maxListed)
		return err
	})
	group.Go(func() (err error) { page.Sessions, err = p.sessions(groupCtx, id); return err })
	if err := group.Wait(); err != nil {
		p.fail(w, r, err)
		return
	}
	at := 0
	if want := r.PathValue("document"); want != "" {
		if at = slices.IndexFunc(page.Queue, func(d *meeting.Document) bool { return d.ID == want }); at < 0 {
			// It was decided about: the next one, then.
			http.Redirect(w, r, "/meetings/"+id+"/review", http.StatusSeeOther)
			return
		}
	}
	if at < len(page.Queue) {
		page.Document, page.Number = page.Queue[at], at+1
		if at > 0 {
			page.Before = page.Queue[at-1].ID
		}
		if at+1 < len(page.Queue) {
			page.After = page.Queue[at+1].ID
		}
		g := p.language(r, "")
		if page.Reading, err = p.reading(ctx, page.Document); err == nil {
			err = p.candidates(&page, g)
		}
		if err != nil {
			p.fail(w, r, err)
			return
		}
	}
	p.show(w, r, "review.html", http.StatusOK, page)
}

// candidates says of a document who may be meant, and what can be decided.
func (p *Portal) candidates(page *reviewPage, g *language) error {
	titles, names, people := map[string]string{}, map[string]string{}, map[string][]meeting.RequirementKey{}
	for _, s := range page.Sessions {
		titles[s.ID] = s.Title
		for _, l := range s.Lines {
			people[l.Participant] = append(people[l.Participant], l.RequirementKey)
			names[l.Participant] = l.Name
			if o := (office{l.Agency, l.Country}); l.Sector == meeting.Public && !slices.Contains(page.Offices, o) {
				page.Offices = append(page.Offices, o)
			}
			if l.Document != "" && !slices.ContainsFunc(page.Filed, func(f filed) bool { return f.ID == l.Document }) {
				page.Filed = append(page.Filed, filed{l.Document, l.Name + ": " + l.FileName})
			}
		}
	}
	for _, code := range meeting.RejectionReasons() {
		page.Codes = append(page.Codes, place{string(code), g.Reason(code)})
	}
	d := page.Document
	for _, x := range d.Candidates {
		found, err := g.places(x.Name, x.For, titles)
		if err != nil {
			return err
		}
		page.Places = append(page.Places, found...)
		page.Perhaps = append(page.Perhaps, candidate{x, g.evidence(x.Evidence, titles)})
	}
	for _, id := range slices.SortedFunc(maps.Keys(people), func(a, b string) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b)) }) {
		found, err := g.places(names[id], people[id], titles)
		if err != nil {
			return err
		}
		page.Elsewhere = append(page.Elsewhere, found...)
	}
	if d.Letter == nil { // a letter is shown as a whole
		if len(d.Candidates) == 0 {
			page.Why = g.evidence(d.Evidence, titles)
		}
		return nil
	}
	for _, n := range d.Letter.Nominees {
		if n.Participant != "" || n.Declined {
			continue
		}
		x := proposal{Nominee: n, Agency: d.Letter.Agency, Country: d.Letter.Country, Language: page.Meeting.Language()}
		// The officials of one agency are counted together when it is written as the roster writes it.
		if i := slices.IndexFunc(page.Offices, func(o office) bool { return fold.SameAgency(o.Agency, d.Letter.Agency) }); i >= 0 {
			x.Agency, x.Country = page.Offices[i].Agency, page.Offices[i].Country
		}
		x.Said = n.Name
		if c := n.Confirmed; c != nil {
			x.Said, x.Email = c.Name, cmp.Or(c.Email, x.Email)
		}
		page.Proposed = append(page.Proposed, x)
	}
	return nil
}

// evidence says observations in words. Sessions are named by their ids there, which titles explains.
func (g *language) evidence(evidence []meeting.Evidence, titles map[string]string) []string {
	var all []string
	for _, e := range evidence {
		e.Detail = cmp.Or(titles[e.Detail], e.Detail)
		all = append(all, g.Evidence(e))
	}
	return all
}

type documentPage struct {
	staffPage
	Document *meeting.Document
	Reading  reading
	Why      []string
	Entries  []entry
	Serves   []place
}

func (p *Portal) document(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	d, err := p.documentOf(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := documentPage{staffPage: head, Document: d}
	g := p.language(r, "")
	entries, err := p.past(r.Context(), g, head.Meeting.ID, head.MayDecide())
	if err == nil {
		page.Reading, err = p.reading(r.Context(), d)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	for _, e := range entries {
		if e.Decision.Document == d.ID || slices.ContainsFunc(e.Effects, func(f meeting.Effect) bool { return f.Document == d.ID }) {
			page.Entries = append(page.Entries, e)
		}
	}
	sessions, err := p.store.Sessions(r.Context(), head.Meeting.ID)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	titles := map[string]string{}
	for _, s := range sessions {
		titles[s.ID] = s.Title
	}
	page.Why = g.evidence(d.Evidence, titles)
	for _, k := range d.Serves {
		page.Serves = append(page.Serves, place{"/meetings/" + head.Meeting.ID + "/sessions/" + k.Session, titles[k.Session]})
	}
	p.show(w, r, "document.html", http.StatusOK, page)
}

// documentOf is the document of a page's address, of that meeting.
func (p *Portal) documentOf(r *http.Request) (*meeting.Document, error) {
	d, err := p.store.Document(r.Context(), r.PathValue("document"))
	if err == nil && d.Meeting != r.PathValue("meeting") {
		err = fault.New(fault.NotFound, "document %s is another meeting's", d.ID)
	}
	return d, err
}

// original sends a browser to the file as it came. What a scan found infected the bucket gives nobody.
func (p *Portal) original(w http.ResponseWriter, r *http.Request) {
	d, err := p.documentOf(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	link, err := p.bucket.Link(r.Context(), d.Object, d.FileName, time.Minute)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
}
