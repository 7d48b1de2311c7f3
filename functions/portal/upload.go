package portal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

const (
	// partSize is how many bytes a part has, partsFrom from how many on a file goes in parts.
	partSize  = 8 << 20
	partsFrom = 20 << 20
	// formLife is how long a page's form can be used, partLife how long an address of a part.
	formLife = 12 * time.Hour
	partLife = time.Hour
)

// invited is who opened an upload link, and what for.
type invited struct {
	ticket.Ticket
	Meeting *meeting.Meeting
	token   string
	// requirements are those that an upload would serve; none when the roster asks for nothing of the kind any more.
	requirements []*meeting.Requirement
	sessions     map[string]*meeting.Session
}

// reads is the language of whom the link is for; "" when that is not known.
func (v *invited) reads() string {
	if len(v.requirements) == 0 {
		return ""
	}
	return v.requirements[0].Language
}

func (v *invited) prefix() string { return bucket.Incoming + v.Ticket.Meeting + "/" + v.token + "/" }

// What may be the matter with a link.
var (
	errBadLink  = errors.New("link is not good")
	errOldLink  = errors.New("link is not good any more")
	errTooOften = errors.New("too many links that are not good")
)

// open tells whose a link is. With errOldLink it says it too, for offering a new one; a link that we never signed tells nothing.
func (p *Portal) open(r *http.Request) (*invited, error) {
	limit := p.limits.of(r)
	if limit.Tokens() < 1 {
		return nil, errTooOften
	}
	token := r.PathValue("token")
	t, err := p.tickets.Open(token, time.Now())
	if err != nil && !errors.Is(err, ticket.ErrExpired) {
		limit.Allow()
		return nil, errBadLink
	}
	old := err != nil
	v := &invited{Ticket: t, token: token, sessions: map[string]*meeting.Session{}}
	ctx := r.Context()
	if v.Meeting, err = p.store.Meeting(ctx, t.Meeting); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, errBadLink
		}
		return nil, err
	}
	revoked, err := p.store.Revoked(ctx, t.Meeting, t.Participant)
	if err != nil {
		return nil, err
	}
	old = old || revoked != nil && t.Issued <= revoked.Before.Unix()
	if err := p.asked(ctx, v); err != nil {
		return nil, err
	}
	if old {
		limit.Allow()
		return v, errOldLink
	}
	return v, nil
}

// asked looks up what is asked of whom a link is for.
func (p *Portal) asked(ctx context.Context, v *invited) error {
	sessions, err := p.store.Sessions(ctx, v.Ticket.Meeting)
	if err != nil {
		return err
	}
	want := store.Wanted{Meeting: v.Ticket.Meeting}
	for _, s := range sessions {
		v.sessions[s.ID] = s
		if v.Session == "" || v.Session == s.ID {
			want.Requirements = append(want.Requirements, meeting.RequirementKey{Session: s.ID, Kind: v.Kind, Participant: v.Participant})
		}
	}
	snap, err := p.store.Read(ctx, want)
	if err != nil {
		return err
	}
	for _, k := range want.Requirements { // in the agenda's order
		if q := snap.Requirements[k]; q != nil && !q.Dropped {
			v.requirements = append(v.requirements, q)
		}
	}
	return nil
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

// uploadPage is what a presenter or an office sees.
type uploadPage struct {
	Meeting  meeting.Meeting
	Kind     meeting.Kind
	Name     string
	Agency   string
	Sessions []*meeting.Session
	Due      time.Time
	Late     bool
	Token    string
	// Plain is the form for a browser without scripts, Script the one for ours.
	Plain, Script bucket.Form
	Limit         int64
	PartsFrom     int64
	Sent          bool
	Waiting       bool // a file is being read
	Versions      []version
	// Elsewhere is the name of a file that is in and came some other way.
	Elsewhere string
	Waived    bool
	Nothing   bool // nothing is asked any more
	// Seats and Taken are an office's; Seats is 0 for no limit.
	Seats, Taken int
	Officials    []meeting.Official
}

func (p *Portal) upload(w http.ResponseWriter, r *http.Request) {
	v, err := p.open(r)
	if err != nil {
		p.turnAway(w, r, v, err)
		return
	}
	page, err := p.uploadPage(r.Context(), v)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page.Sent = r.URL.Query().Has("key")
	p.showIn(w, r, p.language(r, v.reads()), "upload.html", http.StatusOK, page)
}

func (p *Portal) uploadPage(ctx context.Context, v *invited) (*uploadPage, error) {
	page := &uploadPage{Meeting: *v.Meeting, Kind: v.Kind, Token: v.token, Due: v.Meeting.Due(v.Kind), Limit: p.config.MaxBytes, PartsFrom: partsFrom, Nothing: len(v.requirements) == 0}
	page.Late = !page.Due.IsZero() && time.Now().After(page.Due)
	// What arrives after the link's end would not count as its holder's.
	life := min(formLife, time.Until(time.Unix(v.Expires, 0)))
	var err error
	if page.Plain, err = p.bucket.PostForm(ctx, v.prefix(), p.config.MaxBytes, life, p.config.PortalURL+"t/"+v.token); err != nil {
		return nil, err
	}
	if page.Script, err = p.bucket.PostForm(ctx, v.prefix(), p.config.MaxBytes, life, ""); err != nil {
		return nil, err
	}
	found, _, err := p.bucket.Versions(ctx, v.prefix(), "", 1)
	if err != nil {
		return nil, err
	}
	in := map[string]bool{}
	for _, q := range v.requirements {
		page.Name, page.Agency = q.Name, q.Agency
		page.Sessions = append(page.Sessions, v.sessions[q.Session])
		page.Waived = page.Waived || q.State == meeting.Waived
		in[q.Document] = true
		if q.Document != "" {
			page.Elsewhere = q.FileName
		}
	}
	slices.SortStableFunc(found, func(a, b meeting.Object) int { return b.Time.Compare(a.Time) })
	found = found[:min(len(found), 50)]
	want := store.Wanted{Meeting: v.Ticket.Meeting}
	for _, o := range found {
		want.Documents = append(want.Documents, o.ID())
	}
	if v.Kind == meeting.Nomination && len(v.requirements) > 0 {
		want.Delegations = []string{meeting.DelegationKey(page.Agency, v.requirements[0].Country)}
		page.Seats = v.Meeting.NomineesPerAgency
	}
	snap, err := p.store.Read(ctx, want)
	if err != nil {
		return nil, err
	}
	for _, d := range snap.Delegations {
		page.Officials, _ = d.Members()
		page.Taken = len(page.Officials)
	}
	for i, o := range found {
		x := version{Object: o, Name: path.Base(o.Key), Document: snap.Documents[o.ID()], Counts: in[o.ID()]}
		if x.Counts {
			page.Elsewhere = ""
		}
		if x.Document == nil {
			page.Waiting = true
		} else if i == 0 && x.Document.Text != "" {
			if err := p.understood(ctx, &x); err != nil {
				return nil, err
			}
		}
		page.Versions = append(page.Versions, x)
	}
	return page, nil
}

// understood looks into the text of a version.
func (p *Portal) understood(ctx context.Context, x *version) error {
	var c content.Content
	err := p.bucket.GetJSON(ctx, x.Document.Text, &c)
	if fault.Is(err, fault.NotFound) { // erased, or its time was over
		return nil
	}
	if err != nil {
		return err
	}
	for _, l := range c.Metadata.Languages {
		if l.Share >= 0.1 {
			x.Languages = append(x.Languages, p.words.Name(l.Language))
		}
	}
	for _, page := range c.Pages {
		if page.Notes != "" {
			x.Notes++
		}
	}
	return nil
}

// turnAway explains a link that cannot be used.
func (p *Portal) turnAway(w http.ResponseWriter, r *http.Request, v *invited, err error) {
	known := ""
	if v != nil {
		known = v.reads()
	}
	g := p.language(r, known)
	switch {
	case errors.Is(err, errTooOften):
		w.Header().Set("Retry-After", "60")
		p.showIn(w, r, g, "link.html", http.StatusTooManyRequests, linkPage{Text: "link-too-often"})
	case errors.Is(err, errOldLink):
		p.showIn(w, r, g, "link.html", http.StatusGone, linkPage{Text: "link-old", Token: v.token})
	case errors.Is(err, errBadLink):
		p.showIn(w, r, g, "link.html", http.StatusNotFound, linkPage{Text: "link-bad"})
	default:
		p.fail(w, r, err)
	}
}

// linkPage says what is the matter with a link; with a Token it offers a new one.
type linkPage struct{ Text, Token string }

// renew mails a new link, to the address on the roster and to no other, at most once a day for each old one. The answer is the same
// whoever asks.
func (p *Portal) renew(w http.ResponseWriter, r *http.Request) {
	v, err := p.open(r)
	if err != nil && !errors.Is(err, errOldLink) {
		p.turnAway(w, r, v, err)
		return
	}
	if len(v.requirements) > 0 {
		q := v.requirements[0]
		now := time.Now().UTC()
		m := &meeting.Mail{ID: meeting.MailID(meeting.MailLinks, v.Ticket.Meeting, v.Participant, string(v.Kind), v.Session, meeting.Day(now)), Meeting: v.Ticket.Meeting, Template: meeting.MailLinks,
			Language: q.Language, To: []string{q.Email}, Decided: now, State: meeting.Pending,
			Links: []meeting.Invitation{{Participant: v.Participant, Agency: v.Agency, Kind: v.Kind, Session: v.Session, Expires: now.Add(p.config.TicketLife)}}}
		if err := p.store.PutMail(r.Context(), m); err != nil && !errors.Is(err, store.ErrConflict) { // it was asked for today already
			p.fail(w, r, err)
			return
		}
	}
	p.showIn(w, r, p.language(r, v.reads()), "link.html", http.StatusOK, linkPage{Text: "link-renewed"})
}

// Left is how many seats the office has left.
func (u *uploadPage) Left() int { return max(0, u.Seats-u.Taken) }

// Mine tells whether the office may still say how the nominees of a letter are written.
func (u *uploadPage) Mine(d *meeting.Document) bool {
	return u.Kind == meeting.Nomination && d.Status == meeting.Review && d.Letter != nil && len(d.Letter.Nominees) > 0
}

// confirm keeps what an office says of a nominee of a letter that came by its link.
func (p *Portal) confirm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	v, err := p.open(r)
	if err != nil {
		p.turnAway(w, r, v, err)
		return
	}
	d := meeting.Decision{Action: meeting.Confirm, Meeting: v.Ticket.Meeting, Document: r.PostFormValue("document"), Nominee: r.PostFormValue("nominee"), At: time.Now().UTC(),
		By: "the office, by its link", Reason: "confirmed by the office",
		Participant: &meeting.Participant{Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email"))}}
	ctx := r.Context()
	doc, err := p.store.Document(ctx, d.Document)
	switch {
	case err == nil && !strings.HasPrefix(doc.Key, v.prefix()):
		err = fault.New(fault.NotFound, "document %s came by another link", doc.ID)
	case err == nil && (len(d.Participant.Name) > 200 || d.Participant.Name == ""):
		err = fault.Reject(meeting.RefusalNotUnderstood, "no name, or too long")
	case err == nil && !goodAddress(d.Participant.Email):
		err = fault.Reject(meeting.RefusalBadEmail, "no address")
	case err == nil:
		_, err = p.carryOut(ctx, d, *v.Meeting)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/t/"+v.token, http.StatusSeeOther)
}

// fileName makes a file's name of what a browser says: no folders, nothing that cannot be seen, at most 200 letters.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '/' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > 200 {
		ext := []rune(path.Ext(s))
		if len(ext) > 10 {
			ext = nil
		}
		s = string(runes[:200-len(ext)]) + string(ext)
	}
	if s = strings.TrimSpace(s); s == "" || s == "." || s == ".." {
		return "document"
	}
	return s
}

// parts answers the script of the page, which sends a large file in parts: what it asks for is in the path, what it asks about in the
// form. Every request proves the link anew, and no key is taken from the browser.
func (p *Portal) parts(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	v, err := p.open(r)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	key, upload := v.prefix()+fileName(r.PostFormValue("name")), r.PostFormValue("upload")
	size, _ := strconv.ParseInt(r.PostFormValue("size"), 10, 64)
	number, _ := strconv.ParseInt(r.PostFormValue("number"), 10, 32)
	ctx := r.Context()
	answer := map[string]any{"partSize": partSize}
	switch r.PathValue("step") {
	case "begin":
		if size <= 0 || size > p.config.MaxBytes {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		answer["upload"], err = p.bucket.Begin(ctx, key)
	case "list":
		answer["parts"], err = p.bucket.Parts(ctx, key, upload)
	case "url":
		if size <= 0 || size > partSize || number < 1 || (number-1)*partSize >= p.config.MaxBytes {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		answer["url"], err = p.bucket.PartURL(ctx, key, upload, int32(number), size, partLife)
	case "finish":
		err = p.bucket.Finish(ctx, key, upload, p.config.MaxBytes)
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	switch {
	case fault.Is(err, fault.NotFound):
		w.WriteHeader(http.StatusNotFound)
	case fault.Is(err, fault.Rejected):
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	case err != nil:
		p.log.ErrorContext(ctx, "part failed", "step", r.PathValue("step"), "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // whoever asked may be gone
	}
}
