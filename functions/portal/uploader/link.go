package uploader

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dossier/functions/portal/page"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// link is an upload link that was opened.
type link struct {
	ticket.Ticket
	Meeting *meeting.Meeting
	// token is the secret of the link, id stands for it in keys.
	token, id string
	// requirements are those that an upload would satisfy; none if nothing of the kind is asked any more.
	requirements []*meeting.Requirement
	sessions     map[string]*meeting.Session
}

// language gives the language of the link's owner; "" if it is not known.
func (k *link) language() string {
	if k == nil || len(k.requirements) == 0 {
		return ""
	}
	return k.requirements[0].Language
}

// prefix is where the uploads of the link are in the bucket.
func (k *link) prefix() string { return bucket.UploadPrefix(k.Ticket.Meeting, k.id) }

// use is the count of what comes by the link today, before it was counted.
func (k *link) use() meeting.LinkUse {
	return meeting.LinkUse{Meeting: k.Ticket.Meeting, Link: store.LinkHash(k.id), Participant: k.Participant, Day: meeting.Day(time.Now())}
}

// Why a link cannot be used.
var (
	errBadLink  = errors.New("link is not good")
	errOldLink  = errors.New("link is not good any more")
	errTooOften = errors.New("too many links that are not good")
)

// resolveLink gives the link of a page's address. It fails with errTooOften, errBadLink for a link that we never
// signed or whose meeting is not there, or errOldLink for one that is expired or revoked. With errOldLink the link
// is given too, so that a new one can be offered. A good link opens, however often others at its visitor's address have
// tried bad ones.
func (u *Uploader) resolveLink(r *http.Request) (*link, error) {
	k, err := u.readLink(r.Context(), r.PathValue("token"))
	switch {
	case errors.Is(err, errBadLink) && k == nil && !u.guesses.allow(r), errors.Is(err, errOldLink) && !u.stale.allow(r):
		return nil, errTooOften
	}
	return k, err
}

// readLink checks a token, and reads what the link is for. The link is nil if we never signed the token.
func (u *Uploader) readLink(ctx context.Context, token string) (*link, error) {
	t, id, err := u.tickets.Open(ctx, token, time.Now())
	old := errors.Is(err, ticket.ErrExpired)
	switch {
	case errors.Is(err, ticket.ErrInvalid):
		return nil, errBadLink
	case err != nil && !old:
		return nil, err
	}
	k := &link{Ticket: t, token: token, id: id, sessions: map[string]*meeting.Session{}}
	if k.Meeting, err = u.store.Meeting(ctx, t.Meeting); err != nil {
		if fault.Is(err, fault.NotFound) {
			return k, errBadLink
		}
		return nil, err
	}
	revoked, err := u.revoked(ctx, k)
	if err != nil {
		return nil, err
	}
	if err := u.loadRequirements(ctx, k); err != nil {
		return nil, err
	}
	if old || revoked {
		return k, errOldLink
	}
	return k, nil
}

// revoked reports whether staff have revoked a link, or it stands in the key of an upload of old: those who see keys
// know it.
func (u *Uploader) revoked(ctx context.Context, k *link) (bool, error) {
	r, err := u.store.Revoked(ctx, k.Ticket.Meeting, k.Participant)
	if err != nil {
		return false, err
	}
	if r != nil && k.Issued <= r.Before.Unix() {
		return true, nil
	}
	return u.bucket.Any(ctx, bucket.UploadPrefix(k.Ticket.Meeting, k.token))
}

// loadRequirements reads the requirements that the link is for, in the agenda's order.
func (u *Uploader) loadRequirements(ctx context.Context, k *link) error {
	sessions, err := u.store.Sessions(ctx, k.Ticket.Meeting)
	if err != nil {
		return err
	}
	var keys []meeting.RequirementKey
	for _, s := range sessions {
		k.sessions[s.ID] = s
		if k.Session == "" || k.Session == s.ID {
			key := meeting.RequirementKey{Session: s.ID, Kind: k.Kind, Participant: k.Participant}
			keys = append(keys, key)
		}
	}
	snap, err := u.store.Read(ctx, store.RequirementKeys(k.Ticket.Meeting, keys)...)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if q := store.Get(snap, store.RequirementKey(k.Ticket.Meeting, key)); q != nil && !q.Retired {
			k.requirements = append(k.requirements, q)
		}
	}
	return nil
}

// linkPage explains why a link cannot be used, by a key of words. With a Token it offers a new link.
type linkPage struct{ Text, Token string }

// turnAway explains a link that cannot be used; any other error is returned.
func (u *Uploader) turnAway(w http.ResponseWriter, r *http.Request, k *link, err error) error {
	l := u.pages.Locale(r, k.language())
	show := func(status int, p linkPage) error { return u.showLink(w, r, l, status, p) }
	switch {
	case errors.Is(err, errTooOften):
		w.Header().Set("Retry-After", "60")
		return show(http.StatusTooManyRequests, linkPage{Text: "link-too-often"})
	case errors.Is(err, errOldLink):
		return show(http.StatusGone, linkPage{Text: "link-old", Token: k.token})
	case errors.Is(err, errBadLink):
		return show(http.StatusNotFound, linkPage{Text: "link-bad"})
	}
	return err
}

func (u *Uploader) showLink(w http.ResponseWriter, r *http.Request, l *page.Locale, status int, p linkPage) error {
	return u.pages.ShowIn(w, r, l, "link.html", status, p)
}
