package meeting

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Action is what staff decide.
type Action string

// The actions that staff can take.
const (
	// Withdraw takes a document out; what it satisfied is outstanding again.
	Withdraw Action = "withdraw"
	// Waive does without a requirement.
	Waive Action = "waive"
	// Require takes a waiver back.
	Require Action = "require"
	// FileHere files a document that is in review for the requirements named.
	FileHere Action = "file"
	// Reject turns down a document that is in review.
	Reject Action = "reject"
	// ReadAgain has a stuck document read once more.
	ReadAgain Action = "read-again"
	// Split files a document in review that holds several: each part for its own requirements.
	Split Action = "split"
	// Join makes a document in review a further part of one that is filed.
	Join Action = "join"
	// Accept puts a nominee of a letter in review on the roster.
	Accept Action = "accept"
	// Decline turns a nominee of a letter in review down.
	Decline Action = "decline"
	// Confirm is an office's word on how a nominee of its letter in review is written, and on the address.
	Confirm Action = "confirm"
	// Undo takes a decision back, as long as nothing that it changed was changed again.
	Undo Action = "undo"
	// Dismiss ends a hint.
	Dismiss Action = "forget"
	// Revoke makes all upload links that a participant has so far good for nothing.
	Revoke Action = "revoke"
	// Close shows the original of a document to nobody but those who decide: it names somebody who was erased.
	Close Action = "close"
)

// Decision is one thing that staff decided. It is kept in the bucket, so that the table can be rebuilt.
type Decision struct {
	Action      Action         `json:"action"`
	Meeting     string         `json:"meeting"`
	Document    string         `json:"document,omitempty"`
	Requirement RequirementKey `json:"requirement,omitzero"`
	// Requirements are those that a document is filed for: a nomination serves all sessions of its person.
	Requirements []RequirementKey `json:"requirements,omitempty"`
	// Parts are what a document is split into.
	Parts []Part `json:"parts,omitempty"`
	// Into is the document that another joins.
	Into string `json:"into,omitempty"`
	// Nominee is the name of a nominee as the letter has it; Participant is the person as accepted.
	Nominee     string       `json:"nominee,omitempty"`
	Participant *Participant `json:"participant,omitempty"`
	// NomineeID stands for the name of a nominee who was erased: it is ParticipantID of the document and that name.
	NomineeID string `json:"nomineeId,omitempty"`
	// Erased: a person of the decision was erased since. It is carried out without that person.
	Erased bool `json:"erased,omitempty"`
	// Of is the id of the decision that is undone, of the hint that is dismissed, or of the participant whose links are revoked.
	Of string `json:"of,omitempty"`
	// Code is the reason of a rejection where it is one of those that can be said in every language.
	Code Reason `json:"code,omitempty"`
	By   string `json:"by"`
	// Subject is the sign-in provider's name for the account of By: names change and are shared, it does neither. It is empty for
	// an office, and for decisions from before it was kept.
	Subject string    `json:"subject,omitempty"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Part is some pages of a document, from 1, and what they are for.
type Part struct {
	From         int              `json:"from"`
	To           int              `json:"to"`
	Requirements []RequirementKey `json:"requirements"`
}

// Audit is what a decision did: it is written with it and never changed.
type Audit struct {
	ID       string   `json:"id"`
	Decision Decision `json:"decision"`
	// Done is when it was carried out; Refused is why it was not.
	Done    time.Time `json:"done"`
	Refused Refusal   `json:"refused,omitempty"`
	Effects []Effect  `json:"effects,omitempty"`
}

// Effect is one item before and after a decision. Exactly one of the kinds is set; before is nil when it was not there.
type Effect struct {
	Document    string         `json:"document,omitempty"`
	Requirement RequirementKey `json:"requirement,omitzero"`
	Participant string         `json:"participant,omitempty"`
	Hint        string         `json:"hint,omitempty"`
	// Links is the participant whose upload links were revoked.
	Links string `json:"links,omitempty"`

	DocumentBefore    *DocumentState    `json:"documentBefore,omitempty"`
	DocumentAfter     *DocumentState    `json:"documentAfter,omitempty"`
	RequirementBefore *RequirementState `json:"requirementBefore,omitempty"`
	RequirementAfter  *RequirementState `json:"requirementAfter,omitempty"`
	// InForceBefore and InForceAfter tell whether the participant or the hint counted before and after.
	InForceBefore bool `json:"inForceBefore,omitempty"`
	InForceAfter  bool `json:"inForceAfter,omitempty"`
}

// Accepted is a nominee that staff put on the roster.
type Accepted struct {
	Participant
	Meeting string `json:"meeting"`
	// Document is the letter that nominates the person.
	Document string    `json:"document"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	// Revoked: the acceptance was undone.
	Revoked bool `json:"revoked,omitempty"`
	Rev     int  `json:"rev"`
}

// Revocation makes the upload links that a participant got up to a moment good for nothing.
type Revocation struct {
	Meeting     string    `json:"meeting"`
	Participant string    `json:"participant"`
	Before      time.Time `json:"before"`
	Rev         int       `json:"rev"`
}

// RosterAmendments counts what staff added to a meeting's roster: a cached index with another count is out of date.
type RosterAmendments struct {
	Meeting string `json:"meeting"`
	Rev     int    `json:"rev"`
}

// ParticipantID is the id that a nominee of a letter has as a participant: "n-" and the first 48 bits of SHA-256 over
// the document's id and the name as the letter has it, in hex.
func ParticipantID(document, nominee string) string {
	h := sha256.Sum256([]byte(document + "\x00" + nominee))
	return "n-" + hex.EncodeToString(h[:6])
}
