// Package ticket signs upload links: each for one participant or agency, one kind of document, and one session or none.
package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dossier/internal/meeting"
)

// Ticket is what a link says.
type Ticket struct {
	Meeting     string `json:"m"`
	Participant string `json:"p,omitempty"`
	// Agency is the sender of the letters that the link is for: the letter names its nominees, and Participant is only
	// who is told.
	Agency  string       `json:"a,omitempty"`
	Kind    meeting.Kind `json:"k"`
	Session string       `json:"s,omitempty"`
	Expires int64        `json:"x"` // Unix seconds
	// Issued is when it was signed, in Unix seconds: links from before a revocation are good for nothing any more.
	Issued int64 `json:"i,omitempty"`
}

// Of is the ticket of an invitation of a meeting, issued at a moment.
func Of(meetingID string, i meeting.Invitation, issued time.Time) Ticket {
	return Ticket{
		Meeting:     meetingID,
		Participant: i.Participant,
		Agency:      i.Agency,
		Kind:        i.Kind,
		Session:     i.Session,
		Expires:     i.Expires.Unix(),
		Issued:      issued.Unix(),
	}
}

// Errors of Verify and Named.
var (
	ErrInvalid = errors.New("ticket is not valid")
	ErrExpired = errors.New("ticket has expired")
	ErrNone    = errors.New("no ticket")
)

// tokenVersion stands at the beginning of each token.
const tokenVersion = "t1"

// Keys are the signing keys by id. The first of Order signs; all verify, so that keys can be changed over time.
type Keys struct {
	order []string
	keys  map[string][]byte
}

// MinKey is how many bytes a key has at least (RFC 2104, section 3: not less than the hash's 32).
const MinKey = 32

// ParseKeys reads "id:base64key[,id:base64key...]", the signing key first. An id has letters and digits.
func ParseKeys(s string) (*Keys, error) {
	k := &Keys{keys: map[string][]byte{}}
	for part := range strings.SplitSeq(s, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || id == "" || strings.ContainsAny(id, "._/") {
			return nil, errors.New("ticket keys: want id:base64key, the id without . _ and /")
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) < MinKey {
			return nil, fmt.Errorf("ticket key %s: want at least %d bytes in base64", id, MinKey)
		}
		k.order = append(k.order, id)
		k.keys[id] = key
	}
	return k, nil
}

// Sign makes a ticket's token, the secret part of a link: it is safe in a URL, and stands in no key, log or address but
// that of the link's own page.
func (k *Keys) Sign(t Ticket) (string, error) {
	payload, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("encode ticket: %w", err)
	}
	id := k.order[0]
	body := tokenVersion + "." + id + "." + base64.RawURLEncoding.EncodeToString(payload)
	return body + "." + base64.RawURLEncoding.EncodeToString(mac(k.keys[id], body)), nil
}

// Verify reads a token that was used for a meeting at a moment. With ErrExpired it also gives the ticket, for
// saying whose it was; with ErrInvalid it gives nothing.
func (k *Keys) Verify(token, meetingID string, at time.Time) (Ticket, error) {
	t, err := k.Open(token, at)
	if t.Meeting != meetingID {
		return Ticket{}, ErrInvalid
	}
	return t, err
}

// Open is Verify for whichever meeting the ticket is.
func (k *Keys) Open(token string, at time.Time) (Ticket, error) {
	t, _, err := k.read(token)
	if err != nil {
		return Ticket{}, err
	}
	return t, t.at(at)
}

// at fails with ErrExpired when the ticket is not good any more at a moment.
func (t Ticket) at(moment time.Time) error {
	if moment.Unix() >= t.Expires {
		return ErrExpired
	}
	return nil
}

// read gives the ticket of a token and the id of the key that has signed it; ErrInvalid if none of ours has.
func (k *Keys) read(token string) (Ticket, string, error) {
	f := strings.Split(token, ".")
	if len(f) != 4 || f[0] != tokenVersion {
		return Ticket{}, "", ErrInvalid
	}
	key, ok := k.keys[f[1]]
	sum, err := base64.RawURLEncoding.Strict().DecodeString(f[3])
	if !ok || err != nil || !hmac.Equal(sum, mac(key, strings.Join(f[:3], "."))) {
		return Ticket{}, "", ErrInvalid
	}
	payload, err := base64.RawURLEncoding.DecodeString(f[2])
	if err != nil {
		return Ticket{}, "", ErrInvalid
	}
	var t Ticket
	if err := json.Unmarshal(payload, &t); err != nil || t.Meeting == "" {
		return Ticket{}, "", ErrInvalid
	}
	return t, f[1], nil
}

func mac(key []byte, body string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(body))
	return h.Sum(nil)
}
