package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

const (
	// askedFor is for how long one request to the provider keeps others from asking too.
	askedFor = 2 * patience
	// grace is for how long a sign-in goes on while the provider cannot be reached.
	grace = 15 * time.Minute
	// unasked is for how long a sign-in goes on with a provider that gives no refresh token, and so cannot be asked.
	unasked = 15 * time.Minute
	// maxTries bounds how often a write is tried that others come before.
	maxTries = 10
)

// key names the sign-in that a browser says it has.
func (s *SignIn) key(r *http.Request) (store.Key[meeting.SignIn], bool) {
	c, err := r.Cookie(s.prefix() + sessionCookie)
	if err != nil || c.Value == "" {
		return store.Key[meeting.SignIn]{}, false
	}
	return store.SignInKey(idOf(c.Value)), true
}

// idOf gives the id of a cookie's value.
func idOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// Who gives the person who makes a request, and what else was asked for, in one request to the table. Nobody is signed in by a
// sign-in that is too old or has ended, or that the provider does not confirm.
func (s *SignIn) Who(r *http.Request, also ...store.AnyKey) (Person, *store.Snapshot, error) {
	key, has := s.key(r)
	if has {
		also = append(also, key)
	}
	snap, err := s.table.Read(r.Context(), also...)
	if err != nil || !has {
		return Person{}, snap, err
	}
	x := store.Get(snap, key)
	if x == nil || x.Ended || !s.now().Before(x.Until) {
		return Person{}, snap, nil
	}
	good, err := s.recheck(r.Context(), x)
	if err != nil || !good {
		return Person{}, snap, err
	}
	return Person{Subject: x.Subject, Name: x.Name, Email: x.Email, Role: x.Role}, snap, nil
}

// begin notes that somebody is signed in, and gives the browser the cookie for it.
func (s *SignIn) begin(w http.ResponseWriter, r *http.Request, id *oidc.IDToken, t tokens) error {
	value := rand.Text()
	until := s.now().Add(s.c.Life).UTC()
	x := &meeting.SignIn{ID: idOf(value), Until: until, Expires: until.Add(time.Hour).Unix()}
	if err := s.fill(r.Context(), x, id, t); err != nil {
		return err
	}
	if err := s.table.Commit(r.Context(), store.NewChanges(x)); err != nil {
		return err
	}
	s.set(w, sessionCookie, value, s.c.Life)
	return nil
}

// fill puts what the provider says now into a sign-in.
func (s *SignIn) fill(ctx context.Context, x *meeting.SignIn, id *oidc.IDToken, t tokens) error {
	p, err := s.person(id)
	if err != nil {
		return err
	}
	x.Subject, x.Name, x.Email, x.Role, x.Checked = p.Subject, p.Name, p.Email, p.Role, s.now().UTC()
	x.Asked = time.Time{}
	seals, err := s.sealed(ctx)
	if err != nil {
		return err
	}
	if x.Tokens, err = seals.tokens.Encode(x.ID, t); err != nil {
		return fmt.Errorf("seal tokens: %w", err)
	}
	return nil
}

// recheck asks the provider again, if it is time, and brings the sign-in up to date. It reports false if the sign-in is over.
// Without a refresh token the provider cannot be asked, and the person goes there again after a while. One request asks; others that come
// meanwhile go on as before.
func (s *SignIn) recheck(ctx context.Context, x *meeting.SignIn) (bool, error) {
	now := s.now()
	if now.Sub(x.Checked) < s.c.Recheck {
		return true, nil
	}
	seals, err := s.sealed(ctx)
	if err != nil {
		return false, err
	}
	var t tokens
	if err := seals.tokens.Decode(x.ID, x.Tokens, &t); err != nil || t.Refresh == "" {
		return now.Sub(x.Checked) < unasked, nil
	}
	known := now.Sub(x.Checked) < s.c.Recheck+grace
	if now.Sub(x.Asked) < askedFor {
		return known, nil
	}
	x.Asked = now.UTC()
	switch err := s.table.Commit(ctx, store.NewChanges(x)); {
	case errors.Is(err, store.ErrConflict): // another request asks, or the person signs out
		return s.standing(ctx, x)
	case err != nil:
		return false, err
	}
	id, t, err := s.refresh(ctx, t)
	if err == nil && id.Subject != x.Subject {
		err = ErrRefused
	}
	switch {
	case errors.Is(err, ErrRefused):
		return false, s.end(ctx, x)
	case err != nil:
		s.log.WarnContext(ctx, "sign-in not confirmed", "error", err)
		return known, nil
	}
	if err := s.fill(ctx, x, id, t); err != nil {
		return false, err
	}
	err = s.table.Commit(ctx, store.NewChanges(x))
	if errors.Is(err, store.ErrConflict) {
		return s.standing(ctx, x)
	}
	return err == nil, err
}

// standing reads a sign-in again that another request has changed. It reports false if that one ended it.
func (s *SignIn) standing(ctx context.Context, x *meeting.SignIn) (bool, error) {
	snap, err := s.table.Read(ctx, store.SignInKey(x.ID))
	if err != nil {
		return false, err
	}
	stored := store.Get(snap, store.SignInKey(x.ID))
	if stored == nil || stored.Ended {
		return false, nil
	}
	*x = *stored
	return true, nil
}

// refresh asks the provider for a new ID token. A provider that gives none cannot be asked for groups.
func (s *SignIn) refresh(ctx context.Context, t tokens) (*oidc.IDToken, tokens, error) {
	c, _, err := s.discover(ctx)
	if err != nil {
		return nil, t, err
	}
	ctx = withPatience(ctx)
	token, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: t.Refresh}).Token()
	if err != nil {
		return nil, t, providerError("ask provider again", err)
	}
	return s.verify(ctx, token) // TokenSource keeps the refresh token where the provider gives no new one
}

// end notes that a sign-in is over.
func (s *SignIn) end(ctx context.Context, x *meeting.SignIn) error {
	for try := 1; ; try++ {
		x.Ended, x.Tokens = true, ""
		err := s.table.Commit(ctx, store.NewChanges(x))
		if !errors.Is(err, store.ErrConflict) || try == maxTries {
			return err
		}
		if going, err := s.standing(ctx, x); err != nil || !going {
			return err
		}
	}
}

// End signs the person of a request out here, and gives the provider's address at which the browser is to be sent to be signed
// out there; "" if there is none.
func (s *SignIn) End(w http.ResponseWriter, r *http.Request) (next string, err error) {
	s.drop(w, sessionCookie)
	key, has := s.key(r)
	if !has {
		return "", nil
	}
	snap, err := s.table.Read(r.Context(), key)
	if err != nil {
		return "", err
	}
	x := store.Get(snap, key)
	if x == nil || x.Ended {
		return "", nil
	}
	var t tokens
	if seals, err := s.sealed(r.Context()); err == nil {
		_ = seals.tokens.Decode(x.ID, x.Tokens, &t)
	} // without them the provider asks the person
	if err := s.end(r.Context(), x); err != nil {
		return "", err
	}
	return s.logout(r.Context(), t.ID), nil
}
