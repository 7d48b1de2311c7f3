package staff

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"dossier/functions/portal/access"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// recipient is a participant with links to what the participant is asked for.
type recipient struct {
	ID, Name, Email, Language string
	Links                     []meeting.Invitation
}

// linksPage lists the participants who can be sent links, or shows how far the sending is.
type linksPage struct {
	header
	To []recipient
	// Unreachable are the names of those without an address.
	Unreachable []string
	// Batch is the action that is shown; Sent of All mails have gone out, Failed could not.
	Batch             string
	Sent, Failed, All int
	Waiting           bool
}

// Links shows the participants with outstanding requirements, and the buttons that send them links or reminders.
func (s *Staff) Links(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "links")
	if err != nil {
		return err
	}
	all, err := s.recipients(r.Context(), head.Meeting.ID, func(l line) bool { return l.State == meeting.Outstanding })
	if err != nil {
		return err
	}
	p := linksPage{header: head}
	for _, a := range all {
		if a.Email == "" {
			p.Unreachable = append(p.Unreachable, a.Name)
			continue
		}
		p.To = append(p.To, a)
	}
	return s.pages.Show(w, r, "links.html", p)
}

// recipients gives the participants of the requirements that are meant, in the agenda's order, each with a link for
// each of them.
func (s *Staff) recipients(ctx context.Context, meetingID string, meant func(line) bool) ([]recipient, error) {
	sessions, err := s.sessions(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	var list recipients
	expires := time.Now().Add(s.config.LinkLife).UTC()
	for _, row := range sessions {
		for _, l := range row.Lines {
			if meant(l) {
				list.add(l, meeting.Invite(l.Requirement, expires))
			}
		}
	}
	return list.all, nil
}

// recipients are in the order in which they were first added.
type recipients struct {
	all []recipient
	at  map[string]int // by participant
}

// add adds a link to its participant; a link for all sessions is added once.
func (list *recipients) add(l line, link meeting.Invitation) {
	if list.at == nil {
		list.at = map[string]int{}
	}
	i, ok := list.at[l.Participant]
	if !ok {
		i = len(list.all)
		list.at[l.Participant] = i
		list.all = append(list.all, recipient{ID: l.Participant, Name: l.Name, Email: l.Email, Language: l.Language})
	}
	if !slices.Contains(list.all[i].Links, link) {
		list.all[i].Links = append(list.all[i].Links, link)
	}
}

// mailsAtOnce is how many mails are put into the outbox in one transaction.
const mailsAtOnce = 50

// SendLinks puts a mail with links into the outbox for each participant with an outstanding requirement, in one
// session or in all. The form names the action by a code of its own, so that a form that is sent twice mails nobody
// twice.
func (s *Staff) SendLinks(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	ctx := r.Context()
	m := access.Of(r).Meeting
	template := meeting.MailLinks
	if r.PostFormValue("what") == meeting.MailReminder {
		template = meeting.MailReminder
	}
	batch := template + "." + cmp.Or(batchCode(r.PostFormValue("batch")), rand.Text())
	session := r.PostFormValue("session")
	all, err := s.recipients(ctx, m.ID, func(l line) bool {
		return l.State == meeting.Outstanding && (session == "" || l.Session == session)
	})
	if err != nil {
		return err
	}
	mails := compose(all, m.ID, template, batch)
	for chunk := range slices.Chunk(mails, mailsAtOnce) {
		if err := s.putMails(ctx, chunk); err != nil {
			return err
		}
	}
	s.log.InfoContext(ctx, "links sent", "template", template, "mails", len(mails))
	http.Redirect(w, r, "/meetings/"+m.ID+"/links/"+batch, http.StatusSeeOther)
	return nil
}

// compose gives a mail for each recipient who has an address.
func compose(to []recipient, meetingID, template, batch string) []*meeting.Mail {
	now := time.Now().UTC()
	var mails []*meeting.Mail
	for _, a := range to {
		if a.Email == "" {
			continue
		}
		mails = append(mails, &meeting.Mail{ID: linksID(batch, meetingID, a.ID), Meeting: meetingID, Template: template,
			Language: a.Language, To: []string{a.Email}, Links: a.Links, Decided: now, State: meeting.Pending})
	}
	return mails
}

// batchCode gives the code by which a form names an action; "" if it is none.
func batchCode(s string) string {
	isOther := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	if len(s) > 64 || strings.ContainsFunc(s, isOther) {
		return ""
	}
	return s
}

func linksID(batch, meetingID, participant string) string {
	template, _, _ := strings.Cut(batch, ".")
	return meeting.MailID(template, meetingID, batch, participant)
}

// putMails puts mails into the outbox, but for those that are there already.
func (s *Staff) putMails(ctx context.Context, mails []*meeting.Mail) error {
	var asked []store.AnyKey
	for _, m := range mails {
		asked = append(asked, store.MailKey(m.ID))
	}
	snap, err := s.store.Read(ctx, asked...)
	if err != nil {
		return err
	}
	var c store.Changes
	for _, m := range mails {
		if !snap.Has(store.MailKey(m.ID)) {
			c.Put(m)
		}
	}
	return s.store.Commit(ctx, &c)
}

// LinksSent shows how far an action is.
func (s *Staff) LinksSent(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "links")
	if err != nil {
		return err
	}
	p := linksPage{header: head, Batch: r.PathValue("batch")}
	// A participant who has sent the file meanwhile was written to all the same.
	all, err := s.recipients(r.Context(), head.Meeting.ID, func(line) bool { return true })
	if err != nil {
		return err
	}
	var asked []store.AnyKey
	for _, a := range all {
		asked = append(asked, store.MailKey(linksID(p.Batch, head.Meeting.ID, a.ID)))
	}
	snap, err := s.store.Read(r.Context(), asked...)
	if err != nil {
		return err
	}
	for m := range store.All[meeting.Mail](snap) {
		p.count(m.State)
	}
	if p.All == 0 {
		return fault.New(fault.NotFound, "no such action, or nobody was written to")
	}
	return s.pages.Show(w, r, "links.html", p)
}

func (p *linksPage) count(state meeting.MailState) {
	p.All++
	switch state {
	case meeting.Sent:
		p.Sent++
	case meeting.Failed:
		p.Failed++
	default:
		p.Waiting = true
	}
}
