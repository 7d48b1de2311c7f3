package ticket

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// Source gives the text of keys, as ParseKeys reads it; *secret.Secret is one.
type Source interface {
	// Text gives the text that is in force. It may be some minutes old.
	Text(ctx context.Context) (string, error)
	// Again gives the text as it is now.
	Again(ctx context.Context) (string, error)
}

// Text is a Source whose text never changes.
type Text string

// Text gives the text.
func (t Text) Text(context.Context) (string, error) { return string(t), nil }

// Again gives the same text.
func (t Text) Again(context.Context) (string, error) { return string(t), nil }

// Ring signs and verifies with the keys that are in force at the moment. It is safe for concurrent use.
//
// Two functions may hold texts of different age. A token by a key that one does not know yet makes it read the text
// again before it answers, so a new link is good everywhere at once. A key that was taken away is good for nothing once
// each function has read the text again.
type Ring struct {
	source Source

	mu   sync.Mutex
	text string
	keys *Keys
}

// NewRing makes a Ring. It reads nothing before the first call of a method.
func NewRing(s Source) *Ring { return &Ring{source: s} }

// Keys gives the keys in force.
func (r *Ring) Keys(ctx context.Context) (*Keys, error) { return r.parsed(r.source.Text(ctx)) }

// knowing gives the keys in force, read again if none of them has signed a token or an id.
func (r *Ring) knowing(ctx context.Context, signed string) (*Keys, error) {
	keys, err := r.Keys(ctx)
	if id := signer(signed); err != nil || id == "" || keys.keys[id] != nil {
		return keys, err
	}
	return r.parsed(r.source.Again(ctx))
}

// signer gives the name of the key by which a token or an id says that it was made; "" if it is neither.
func signer(signed string) string {
	f := strings.Split(signed, ".")
	if len(f) == 4 && f[0] == tokenVersion || len(f) == 3 && f[0] == idVersion {
		return f[1]
	}
	return ""
}

// parsed parses a text, unless it is the one that was parsed before.
func (r *Ring) parsed(text string, err error) (*Keys, error) {
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil || r.text != text {
		keys, err := ParseKeys(text)
		if err != nil {
			return nil, err
		}
		r.text, r.keys = text, keys
	}
	return r.keys, nil
}

// Sign is Sign of the keys in force.
func (r *Ring) Sign(ctx context.Context, t Ticket) (string, error) {
	keys, err := r.Keys(ctx)
	if err != nil {
		return "", err
	}
	return keys.Sign(t)
}

// Open gives the ticket of a token and its id. Errors are as those of Keys.Open; any other means that there are no keys.
func (r *Ring) Open(ctx context.Context, token string, at time.Time) (t Ticket, id string, err error) {
	if signer(token) == "" {
		return Ticket{}, "", ErrInvalid
	}
	keys, err := r.knowing(ctx, token)
	if err != nil {
		return Ticket{}, "", err
	}
	t, err = keys.Open(token, at)
	if t == (Ticket{}) {
		return t, "", err
	}
	id, idErr := keys.ID(token)
	if idErr != nil {
		return t, "", idErr
	}
	return t, id, err
}

// Issued gives the ticket that a folder is named for, also if it has expired; false if no ticket of ours names it. An error
// means that there are no keys.
func (r *Ring) Issued(ctx context.Context, folder, meetingID string, at time.Time) (Ticket, bool, error) {
	t, err := r.Named(ctx, folder, meetingID, at)
	switch {
	case err == nil, errors.Is(err, ErrExpired):
		return t, true, nil
	case errors.Is(err, ErrNone), errors.Is(err, ErrInvalid):
		return Ticket{}, false, nil
	}
	return Ticket{}, false, err
}

// Named is Named of the keys in force. Errors are as those of Keys.Named; any other means that there are no keys.
func (r *Ring) Named(ctx context.Context, folder, meetingID string, at time.Time) (Ticket, error) {
	if version, _, _ := strings.Cut(folder, "."); version != tokenVersion && version != idVersion {
		return Ticket{}, ErrNone
	}
	keys, err := r.knowing(ctx, folder)
	if err != nil {
		return Ticket{}, err
	}
	return keys.Named(folder, meetingID, at)
}
