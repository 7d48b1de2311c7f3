package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// addressee is a participant to whom something is missing.
type addressee struct {
	ID, Name, Email, Language string
	Links                     []meeting.Invitation
}

type linksPage struct {
	staffPage
	To []addressee
	// Unreachable are those without an address.
	Unreachable []string
	// Batch is the action that is shown; Sent of All mails have gone out, Failed could not.
	Batch             string
	Sent, Failed, All int
	Waiting           bool
}

// addressees are those of whom something is outstanding, in one session or in all, each with everything that is.
func (p *Portal) addressees(ctx context.Context, meetingID, session string, missing bool) ([]addressee, error) {
	sessions, err := p.sessions(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	people := map[string]*addressee{}
	var order []string
	expires := time.Now().Add(p.config.TicketLife).UTC()
	for _, s := range sessions {
		if session != "" && s.ID != session {
			continue
		}
		for _, l := range s.Lines {
			if missing && l.State != meeting.Outstanding {
				continue
			}
			a := people[l.Participant]
			if a == nil {
				a = &addressee{ID: l.Participant, Name: l.Name, Email: l.Email, Language: l.Language}
				people[l.Participant] = a
				order = append(order, l.Participant)
			}
			link := meeting.Invite(l.Requirement, expires)
			if !slices.Contains(a.Links, link) {
				a.Links = append(a.Links, link)
			}
		}
	}
	var all []addressee
	for _, id := range order {
		all = append(all, *people[id])
	}
	return all, nil
}

func (p *Portal) links(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "links")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := linksPage{staffPage: head}
	all, err := p.addressees(r.Context(), head.Meeting.ID, "", true)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	for _, a := range all {
		if a.Email == "" {
			page.Unreachable = append(page.Unreachable, a.Name)
			continue
		}
		page.To = append(page.To, a)
	}
	p.show(w, r, "links.html", http.StatusOK, page)
}

// mailsAtOnce is how many mails are put into the outbox in one transaction.
const mailsAtOnce = 50

// sendLinks puts a mail with links into the outbox for each who needs one. The form names the action by a code of its own, so that a
// form that is sent twice mails nobody twice.
func (p *Portal) sendLinks(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	ctx, meetingID := r.Context(), r.PathValue("meeting")
	m, err := p.store.Meeting(ctx, meetingID)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	template := meeting.MailLinks
	if r.PostFormValue("what") == meeting.MailReminder {
		template = meeting.MailReminder
	}
	batch := template + "." + cmp.Or(batchCode(r.PostFormValue("batch")), rand.Text())
	all, err := p.addressees(ctx, meetingID, r.PostFormValue("session"), true)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	now := time.Now().UTC()
	var mails []*meeting.Mail
	for _, a := range all {
		if a.Email != "" {
			mails = append(mails, &meeting.Mail{ID: linksID(batch, m.ID, a.ID), Meeting: m.ID, Template: template, Language: a.Language, To: []string{a.Email}, Links: a.Links, Decided: now, State: meeting.Pending})
		}
	}
	for chunk := range slices.Chunk(mails, mailsAtOnce) {
		if err := p.putMails(ctx, chunk); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	p.log.InfoContext(ctx, "links sent", "template", template, "mails", len(mails))
	http.Redirect(w, r, "/meetings/"+m.ID+"/links/"+batch, http.StatusSeeOther)
}

// batchCode is what a form may name an action by; "" for anything else.
func batchCode(s string) string {
	if len(s) > 64 || strings.ContainsFunc(s, func(r rune) bool { return !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') }) {
		return ""
	}
	return s
}

func linksID(batch, meetingID, participant string) string {
	template, _, _ := strings.Cut(batch, ".")
	return meeting.MailID(template, meetingID, batch, participant)
}

// putMails puts mails, those left out that are there already.
func (p *Portal) putMails(ctx context.Context, mails []*meeting.Mail) error {
	want := store.Wanted{}
	for _, m := range mails {
		want.Mails = append(want.Mails, m.ID)
	}
	snap, err := p.store.Read(ctx, want)
	if err != nil {
		return err
	}
	mails = slices.DeleteFunc(slices.Clone(mails), func(m *meeting.Mail) bool { return snap.Mails[m.ID] != nil })
	return p.store.Commit(ctx, &store.Changes{Mails: mails})
}

// linksSent shows how far an action is.
func (p *Portal) linksSent(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "links")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := linksPage{staffPage: head, Batch: r.PathValue("batch")}
	// Whoever sent something meanwhile is still one of those who were written to.
	all, err := p.addressees(r.Context(), head.Meeting.ID, "", false)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	want := store.Wanted{}
	for _, a := range all {
		want.Mails = append(want.Mails, linksID(page.Batch, head.Meeting.ID, a.ID))
	}
	snap, err := p.store.Read(r.Context(), want)
	if err == nil && len(snap.Mails) == 0 {
		err = fault.New(fault.NotFound, "no such action, or nobody was written to")
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	for _, m := range snap.Mails {
		page.All++
		switch m.State {
		case meeting.Sent:
			page.Sent++
		case meeting.Failed:
			page.Failed++
		default:
			page.Waiting = true
		}
	}
	p.show(w, r, "links.html", http.StatusOK, page)
}

// mailAgain lets mail go to a participant's address again, once staff know that it is good. The address is the roster's: a form names
// the requirement that it stands in.
func (p *Portal) mailAgain(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	ctx, meetingID := r.Context(), r.PathValue("meeting")
	k, ok := meeting.ParseRequirementKey(r.PostFormValue("requirement"))
	if !ok {
		p.fail(w, r, fault.Reject(meeting.RefusalNotUnderstood, "no requirement"))
		return
	}
	snap, err := p.store.Read(ctx, store.Wanted{Meeting: meetingID, Requirements: []meeting.RequirementKey{k}})
	if err == nil && snap.Requirements[k] == nil {
		err = fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", k)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	address := strings.ToLower(snap.Requirements[k].Email)
	if snap, err = p.store.Read(ctx, store.Wanted{Addresses: []string{address}}); err == nil {
		if a := snap.Addresses[address]; a != nil && a.Suppressed != "" {
			a.Suppressed, a.Since = "", time.Now().UTC()
			err = p.store.Commit(ctx, &store.Changes{Addresses: []*meeting.Address{a}})
			p.log.InfoContext(ctx, "mail goes to an address again", "participant", k.Participant)
		}
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/meetings/"+meetingID+"/sessions/"+k.Session, http.StatusSeeOther)
}
