package store

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/meeting"
)

// key is an item's primary key.
type key struct{ pk, sk string }

func (k key) attributes() item {
	return item{
		"PK": &types.AttributeValueMemberS{Value: k.pk},
		"SK": &types.AttributeValueMemberS{Value: k.sk},
	}
}

// Key names one item of type T in the table, whether it is there or not.
type Key[T any] struct{ key }

// AnyKey is a key of an item of any type, so that items of several types are read together.
type AnyKey interface {
	place() key
	decode(item) (any, error)
}

func (k Key[T]) place() key                 { return k.key }
func (k Key[T]) decode(i item) (any, error) { return decode[T](i) }

// MeetingKey names a meeting.
func MeetingKey(id string) Key[meeting.Meeting] {
	return Key[meeting.Meeting]{key{"M#" + id, "MEETING"}}
}

// SessionKey names a session of a meeting.
func SessionKey(meetingID, id string) Key[meeting.Session] {
	return Key[meeting.Session]{key{"M#" + meetingID, "SESSION#" + id}}
}

// RequirementKey names a requirement of a meeting.
func RequirementKey(meetingID string, k meeting.RequirementKey) Key[meeting.Requirement] {
	return Key[meeting.Requirement]{key{"S#" + meetingID + "#" + k.Session, "REQ#" + string(k.Kind) + "#" + k.Participant}}
}

// DocumentKey names a document.
func DocumentKey(id string) Key[meeting.Document] {
	return Key[meeting.Document]{key{"D#" + id, "DOCUMENT"}}
}

// AttemptKey names the note that a document is being read.
func AttemptKey(document string) Key[meeting.Attempt] {
	return Key[meeting.Attempt]{key{"D#" + document, "ATTEMPT"}}
}

// MailKey names an outbox item.
func MailKey(id string) Key[meeting.Mail] { return Key[meeting.Mail]{key{"O#" + id, "OUTBOX"}} }

// DelegationKey names an agency's delegation; key is meeting.DelegationKey's.
func DelegationKey(meetingID, agency string) Key[meeting.Delegation] {
	return Key[meeting.Delegation]{key{"M#" + meetingID, "AGENCY#" + agency}}
}

// BalanceKey names the gender balance of a meeting.
func BalanceKey(meetingID string) Key[meeting.Balance] {
	return Key[meeting.Balance]{key{"M#" + meetingID, "BALANCE"}}
}

// AmendmentsKey names the count of what staff added to a meeting's roster.
func AmendmentsKey(meetingID string) Key[meeting.RosterAmendments] {
	return Key[meeting.RosterAmendments]{key{"M#" + meetingID, "AMENDMENTS"}}
}

// PersonKey names a participant accepted by staff from a letter.
func PersonKey(meetingID, participant string) Key[meeting.Accepted] {
	return Key[meeting.Accepted]{key{"K#" + meetingID, "PERSON#" + participant}}
}

// HintKey names a hint.
func HintKey(meetingID, id string) Key[meeting.Hint] {
	return Key[meeting.Hint]{key{"K#" + meetingID, "HINT#" + id}}
}

// RevocationKey names the moment up to which a participant's links were revoked.
func RevocationKey(meetingID, participant string) Key[meeting.Revocation] {
	return Key[meeting.Revocation]{key{"K#" + meetingID, "REVOKED#" + participant}}
}

// AuditKey names what a decision did.
func AuditKey(decision string) Key[meeting.Audit] {
	return Key[meeting.Audit]{key{"X#" + decision, "DECISION"}}
}

// UndoneKey names the mark of a decision that was undone.
func UndoneKey(decision string) Key[Undone] { return Key[Undone]{key{"X#" + decision, "UNDONE"}} }

// LoadKey names the record of a roster file version.
func LoadKey(id string) Key[meeting.Load] { return Key[meeting.Load]{key{"L#" + id, "LOAD"}} }

// MessageKey names a mail's Message-ID. It holds a hash: a sender may make the id as long as a header can be.
func MessageKey(meetingID, messageID string) Key[Message] {
	return Key[Message]{key{"I#" + meetingID + "#" + hash(messageID), "MESSAGE"}}
}

// AddressKey names the record of a mail address, in lower case. It holds a hash: keys are in logs and metrics of AWS.
func AddressKey(address string) Key[meeting.Address] {
	return Key[meeting.Address]{key{"E#" + hash(address), "ADDRESS"}}
}

// SendsKey names a count of mails to an address, in lower case; see meeting.Sends.Name.
func SendsKey(address, name string) Key[meeting.Sends] {
	return Key[meeting.Sends]{key{"E#" + hash(address), "SENDS#" + name}}
}

// SignInKey names a sign-in of a member of staff; the id is a hash.
func SignInKey(id string) Key[meeting.SignIn] { return Key[meeting.SignIn]{key{"G#" + id, "SIGNIN"}} }

// LinkUseKey names the count of what came by an upload link on a day; see LinkHash.
func LinkUseKey(meetingID, link, day string) Key[meeting.LinkUse] {
	return Key[meeting.LinkUse]{key{"U#" + meetingID + "#" + link, "USE#" + day}}
}

// LinkHash names a link by its ticket's id, in a few characters.
func LinkHash(id string) string { return hash(id) }

// sweepPartition holds where the sweep goes on.
const sweepPartition = "SWEEP"

func cursorKey(prefix string) Key[cursor] { return Key[cursor]{key{sweepPartition, prefix}} }

// hash is the first 128 bits of SHA-256, in hex.
func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:16])
}

// MailStreamKey gives the keys under which an outbox item stands in a stream record.
func MailStreamKey(id string) (pk, sk string) {
	k := MailKey(id)
	return k.pk, k.sk
}

// KeysOf names several items of one type, by the function that names one.
func KeysOf[ID, T any](name func(ID) Key[T], ids []ID) []AnyKey {
	keys := make([]AnyKey, len(ids))
	for i, id := range ids {
		keys[i] = name(id)
	}
	return keys
}

// RequirementKeys names requirements of a meeting.
func RequirementKeys(meetingID string, keys []meeting.RequirementKey) []AnyKey {
	name := func(k meeting.RequirementKey) Key[meeting.Requirement] { return RequirementKey(meetingID, k) }
	return KeysOf(name, keys)
}
