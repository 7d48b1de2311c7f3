package ticket

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dossier/internal/meeting"
)

// idVersion stands at the beginning of each id. A token begins otherwise, so neither can be taken for the other.
const idVersion = "l1"

// ID gives the id of the ticket that a token is. It stands in the keys of the link's uploads, and these are seen by
// staff, in logs and in addresses. Only our keys can read an id or make one, and it opens no page. The same token has
// the same id for ever.
func (k *Keys) ID(token string) (string, error) {
	t, keyID, err := k.read(token)
	if err != nil {
		return "", err
	}
	said, err := json.Marshal([...]string{t.Participant, t.Agency, string(t.Kind), t.Session, base36(t.Expires), base36(t.Issued)})
	if err != nil {
		return "", fmt.Errorf("encode ticket: %w", err)
	}
	box, err := k.box(keyID)
	if err != nil {
		return "", err
	}
	// The nonce is a keyed hash of the text, so the same nonce seals the same text alone (as in RFC 5297).
	bound := t.Meeting + "\n" + idVersion + "." + keyID
	nonce := mac(k.derived(keyID, "nonce"), bound+"\n"+string(said))[:box.NonceSize()]
	sealed := box.Seal(nonce, nonce, said, []byte(bound))
	return idVersion + "." + keyID + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Named reads the ticket that a folder under a meeting's uploads is named for: by its id, or in a key of old by the
// token itself. It fails as Verify does, and with ErrNone if the folder is not named for a ticket.
func (k *Keys) Named(folder, meetingID string, at time.Time) (Ticket, error) {
	switch version, _, _ := strings.Cut(folder, "."); version {
	case tokenVersion:
		return k.Verify(folder, meetingID, at)
	case idVersion:
		t, err := k.unseal(folder, meetingID)
		if err != nil {
			return Ticket{}, ErrInvalid
		}
		return t, t.at(at)
	}
	return Ticket{}, ErrNone
}

var errNotSealed = errors.New("not an id of ours")

func (k *Keys) unseal(id, meetingID string) (Ticket, error) {
	f := strings.Split(id, ".")
	if len(f) != 3 {
		return Ticket{}, errNotSealed
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(f[2])
	if err != nil {
		return Ticket{}, errNotSealed
	}
	box, err := k.box(f[1])
	if err != nil {
		return Ticket{}, err
	}
	if len(sealed) < box.NonceSize() {
		return Ticket{}, errNotSealed
	}
	bound := meetingID + "\n" + f[0] + "." + f[1]
	data, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(bound))
	if err != nil {
		return Ticket{}, errNotSealed
	}
	var said [6]string
	if err := json.Unmarshal(data, &said); err != nil {
		return Ticket{}, errNotSealed
	}
	expires, errExpires := strconv.ParseInt(said[4], 36, 64)
	issued, errIssued := strconv.ParseInt(said[5], 36, 64)
	return Ticket{Meeting: meetingID, Participant: said[0], Agency: said[1], Kind: meeting.Kind(said[2]), Session: said[3],
		Expires: expires, Issued: issued}, errors.Join(errExpires, errIssued)
}

func base36(n int64) string { return strconv.FormatInt(n, 36) }

// box seals with a key that is made of a signing key, and is for nothing else.
func (k *Keys) box(keyID string) (cipher.AEAD, error) {
	if k.keys[keyID] == nil {
		return nil, errNotSealed
	}
	block, err := aes.NewCipher(k.derived(keyID, "seal"))
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return box, nil
}

// derived gives the key for a use. A text that is signed as a token begins with its version, so none is one of these.
func (k *Keys) derived(keyID, use string) []byte { return mac(k.keys[keyID], "dossier ticket id "+use) }
