package deliver

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// maxReaders bounds how many people are looked up to find the one who is written to.
const maxReaders = 10

// addReader adds the person that the mail goes to: the one participant with that address among those who have to do
// with the mail. If the person is to send a document again, the link for that is added too.
func (f *Function) addReader(ctx context.Context, v *mail.View) error {
	people := concerned(v)
	if len(v.Mail.To) != 1 || len(people) == 0 {
		return nil
	}
	found, err := f.withAddress(ctx, v, people)
	if err != nil {
		return err
	}
	owner := linkOwner(v)
	p, owns := found[owner]
	if !owns && len(found) == 1 {
		p = slices.Collect(maps.Values(found))[0]
	}
	if p.Name != "" {
		v.Reader = &mail.Reader{Name: p.Name, Salutation: p.Salutation, Gender: p.Gender}
	}
	if !owns {
		return nil
	}
	return f.addAgain(ctx, v, owner)
}

// withAddress gives those of some participants whose address the mail goes to.
func (f *Function) withAddress(ctx context.Context, v *mail.View, people []string) (map[string]meeting.Profile, error) {
	var keys []meeting.RequirementKey
	for _, id := range people {
		for _, s := range v.Sessions {
			for _, kind := range []meeting.Kind{meeting.Presentation, meeting.Nomination} {
				keys = append(keys, meeting.RequirementKey{Session: s.ID, Kind: kind, Participant: id})
			}
		}
	}
	snap, err := f.store.Read(ctx, store.RequirementKeys(v.Mail.Meeting, keys)...)
	if err != nil {
		return nil, err
	}
	found := map[string]meeting.Profile{}
	for _, k := range keys {
		q := store.Get(snap, store.RequirementKey(v.Mail.Meeting, k))
		if q != nil && strings.EqualFold(q.Email, v.Mail.To[0]) {
			found[q.Participant] = q.Profile
		}
	}
	return found, nil
}

// linkOwner gives the id of the participant whose link the mail brings, or whose link the document came by; "" for none.
func linkOwner(v *mail.View) string {
	if v.Document != nil {
		return v.Document.LinkOwner
	}
	if len(v.Mail.Links) > 0 {
		return v.Mail.Links[0].Participant
	}
	return ""
}

// concerned gives the ids of the participants who may be the mail's reader, the owner of the link first. A mail to the
// secretariat has none.
func concerned(v *mail.View) []string {
	if v.Mail.Template == meeting.MailReview {
		return nil
	}
	var ids []string
	add := func(id string) {
		if id != "" && len(ids) < maxReaders && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(linkOwner(v))
	if v.Document == nil {
		return ids
	}
	for _, k := range slices.Concat(v.Document.FiledFor, v.Document.Satisfies) {
		add(k.Participant)
	}
	if v.Document.Letter != nil {
		for _, n := range v.Document.Letter.Nominees {
			add(n.Participant)
		}
	}
	for _, c := range v.Document.Candidates {
		add(c.Participant)
	}
	return ids
}

// addAgain adds the link by which a document came that its sender is to send again: the same one, which gives no right
// that its owner did not have. The page offers a new link if that one has expired.
func (f *Function) addAgain(ctx context.Context, v *mail.View, owner string) error {
	if v.Document == nil || !isSentAgain(v.Mail.Outcome) {
		return nil
	}
	_, folder, _, _ := bucket.ParseIncoming(v.Document.UploadKey())
	t, ours, err := f.keys.Issued(ctx, folder, v.Mail.Meeting, v.Now)
	if err != nil || !ours || t.Participant != owner {
		return err
	}
	l := meeting.Invitation{Participant: t.Participant, Agency: t.Agency, Kind: t.Kind, Session: t.Session,
		Expires: time.Unix(t.Expires, 0).UTC()}
	u, err := f.upload(ctx, v, l, t)
	v.Again = &u
	return err
}

// isSentAgain tells whether a document that ended so is asked for again.
func isSentAgain(s meeting.Status) bool {
	return s == meeting.Rejected || s == meeting.Quarantined || s == meeting.Withdrawn
}
