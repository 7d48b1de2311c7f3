package uploader

import (
	"context"
	"net/http"
	"path"
	"slices"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

const (
	// formLife is for how long a page's form can be used.
	formLife = 12 * time.Hour
	// maxVersions bounds how many files of one link are shown.
	maxVersions = 50
	// leastShare is from which share of a text on a language is named.
	leastShare = 0.1
)

// uploadPage is the page of a presenter or an office.
type uploadPage struct {
	Meeting  meeting.Meeting
	Kind     meeting.Kind
	Name     string
	Agency   string
	Sessions []*meeting.Session
	Due      time.Time
	Late     bool
	// Token is the secret of the link, ID stands for it where the browser remembers something.
	Token, ID string
	// Plain is the form for a browser without scripts, Script the one for ours.
	Plain, Script bucket.Form
	// Limit is how many bytes a file may have; a file of PartsFrom bytes or more is sent in parts.
	Limit     int64
	PartsFrom int64
	// Full: the link brings in nothing more today, for it has reached one of Limits.
	Full     bool
	Limits   meeting.LinkLimits
	Sent     bool
	Waiting  bool // a file is being read
	Versions []version
	// Elsewhere is the name of a file that is in and came some other way.
	Elsewhere string
	Waived    bool
	Nothing   bool // nothing is asked any more
	// Seats and Taken are an office's; Seats is 0 for no limit.
	Seats, Taken int
	Officials    []meeting.Official
}

// version is one file that came by the link.
type version struct {
	meeting.Object
	Name string
	// Document is nil while the file is being read.
	Document *meeting.Document
	Counts   bool // it is the one that is in
	// Languages and Notes are what was found in the newest.
	Languages []string
	Notes     int
}

// Left is how many seats the office has left.
func (p *uploadPage) Left() int { return max(0, p.Seats-p.Taken) }

// Mine reports whether the office may still say how the nominees of a letter are written.
func (p *uploadPage) Mine(d *meeting.Document) bool {
	return p.Kind == meeting.Nomination && d.Waits() && d.Letter != nil && slices.ContainsFunc(d.Letter.Nominees, meeting.Nominee.Open)
}

// Upload shows the requirements that a link is for, the form that takes a file, and the state of earlier files.
func (u *Uploader) Upload(w http.ResponseWriter, r *http.Request) error {
	k, err := u.resolveLink(r)
	if err != nil {
		return u.turnAway(w, r, k, err)
	}
	p := k.page()
	p.Sent, p.Limit = r.URL.Query().Has("key"), u.config.MaxBytes
	if err := u.addLimits(r.Context(), k, p); err != nil {
		return err
	}
	if !p.Full {
		if err := u.addForms(r.Context(), k, p); err != nil {
			return err
		}
	}
	if err := u.addVersions(r.Context(), k, p); err != nil {
		return err
	}
	return u.pages.ShowIn(w, r, u.pages.Locale(r, k.language()), "upload.html", http.StatusOK, p)
}

// page gives what the requirements of the link say.
func (k *link) page() *uploadPage {
	p := &uploadPage{Meeting: *k.Meeting, Kind: k.Kind, Token: k.token, ID: k.id, Due: k.Meeting.Due(k.Kind), PartsFrom: partsFrom,
		Nothing: len(k.requirements) == 0}
	p.Late = !p.Due.IsZero() && time.Now().After(p.Due)
	for _, q := range k.requirements {
		p.Name, p.Agency = q.Name, q.Agency
		p.Sessions = append(p.Sessions, k.sessions[q.Session])
		p.Waived = p.Waived || q.State == meeting.Waived
		if q.Document != "" {
			p.Elsewhere = q.FileName
		}
	}
	if k.Kind == meeting.Nomination && p.Agency != "" {
		p.Seats = k.Meeting.NomineesPerAgency
	}
	return p
}

// addLimits finds out whether the link brings in anything more today.
func (u *Uploader) addLimits(ctx context.Context, k *link, p *uploadPage) error {
	of := k.use()
	key := store.LinkUseKey(of.Meeting, of.Link, of.Day)
	snap, err := u.store.Read(ctx, key)
	if err != nil {
		return err
	}
	use := store.Get(snap, key)
	p.Limits, p.Full = u.config.Limits, use != nil && use.Full(u.config.Limits)
	return nil
}

// addForms signs the forms by which the browser sends a file. They end with the link: what arrives later does not
// count as its owner's.
func (u *Uploader) addForms(ctx context.Context, k *link, p *uploadPage) (err error) {
	life := min(formLife, time.Until(time.Unix(k.Expires, 0)))
	if p.Plain, err = u.bucket.PostForm(ctx, k.prefix(), p.Limit, life, u.config.URL+"t/"+k.token); err != nil {
		return err
	}
	p.Script, err = u.bucket.PostForm(ctx, k.prefix(), p.Limit, life, "")
	return err
}

// addVersions reads the files that came by the link, the newest first, and the officials of the link's office.
func (u *Uploader) addVersions(ctx context.Context, k *link, p *uploadPage) error {
	sent, _, err := u.bucket.Versions(ctx, k.prefix(), "", 1)
	if err != nil {
		return err
	}
	slices.SortStableFunc(sent, func(a, b meeting.Object) int { return b.Time.Compare(a.Time) })
	sent = sent[:min(len(sent), maxVersions)]
	var asked []store.AnyKey
	for _, o := range sent {
		asked = append(asked, store.DocumentKey(o.ID()))
	}
	if k.Kind == meeting.Nomination && p.Agency != "" {
		agency := meeting.DelegationKey(p.Agency, k.requirements[0].Country)
		asked = append(asked, store.DelegationKey(k.Ticket.Meeting, agency))
	}
	snap, err := u.store.Read(ctx, asked...)
	if err != nil {
		return err
	}
	for d := range store.All[meeting.Delegation](snap) {
		p.Officials, _ = d.Members()
		p.Taken = len(p.Officials)
	}
	var enclosed []string
	for d := range store.All[meeting.Document](snap) {
		for _, x := range d.Enclosed {
			enclosed = append(enclosed, x.Document)
		}
	}
	papers, err := u.store.Read(ctx, store.KeysOf(store.DocumentKey, enclosed)...)
	if err != nil {
		return err
	}
	for _, o := range sent {
		d := store.Get(snap, store.DocumentKey(o.ID()))
		if d == nil || d.Status != meeting.Opened {
			p.addVersion(k, o, path.Base(o.Key), d)
			continue
		}
		for _, x := range d.Enclosed { // what came in a mail or an archive is shown instead of that
			if d := store.Get(papers, store.DocumentKey(x.Document)); d != nil {
				p.addVersion(k, d.Object, d.FileName, d)
			}
		}
	}
	return u.readNewest(ctx, p)
}

// addVersion adds a file; d is nil while it is being read.
func (p *uploadPage) addVersion(k *link, o meeting.Object, name string, d *meeting.Document) {
	counts := slices.ContainsFunc(k.requirements, func(q *meeting.Requirement) bool { return q.Document == o.ID() })
	if counts {
		p.Elsewhere = ""
	}
	p.Waiting = p.Waiting || d == nil
	p.Versions = append(p.Versions, version{Object: o, Name: meeting.ShownName(name), Document: d, Counts: counts})
}

// readNewest looks into the text of the newest file, unless the text was erased.
func (u *Uploader) readNewest(ctx context.Context, p *uploadPage) error {
	if len(p.Versions) == 0 || p.Versions[0].Document == nil || p.Versions[0].Document.Text == "" {
		return nil
	}
	x := &p.Versions[0]
	var c content.Content
	if err := u.bucket.GetJSON(ctx, x.Document.Text, &c); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	paper := c.Paper()
	for _, l := range paper.Metadata.Languages {
		if l.Share >= leastShare {
			x.Languages = append(x.Languages, u.pages.LanguageName(l.Language))
		}
	}
	for _, page := range paper.Pages {
		if page.Notes != "" {
			x.Notes++
		}
	}
	return nil
}
