package meeting

import "time"

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
	// Forget takes back a lesson that a decision taught.
	Forget Action = "forget"
	// Revoke makes all upload links that a participant has so far good for nothing.
	Revoke Action = "revoke"
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
	// Nominee is the name of a nominee as the letter has it; Participant what is accepted as that person.
	Nominee     string       `json:"nominee,omitempty"`
	Participant *Participant `json:"participant,omitempty"`
	// Of is the id of the decision that is undone, of the lesson that is forgotten, or of the participant whose links are revoked.
	Of string `json:"of,omitempty"`
	// Code is the reason of a rejection where it is one of those that can be said in every language.
	Code   Reason    `json:"code,omitempty"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
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
	Lesson      string         `json:"lesson,omitempty"`
	// Links is the participant whose upload links were revoked.
	Links string `json:"links,omitempty"`

	DocumentBefore    *DocumentStanding    `json:"documentBefore,omitempty"`
	DocumentAfter     *DocumentStanding    `json:"documentAfter,omitempty"`
	RequirementBefore *RequirementStanding `json:"requirementBefore,omitempty"`
	RequirementAfter  *RequirementStanding `json:"requirementAfter,omitempty"`
	// Stands tells whether the participant or the lesson is in force before and after.
	StandsBefore bool `json:"standsBefore,omitempty"`
	StandsAfter  bool `json:"standsAfter,omitempty"`
}

// DocumentStanding is what decisions change in a document.
type DocumentStanding struct {
	Status       Status           `json:"status"`
	Kind         Kind             `json:"kind,omitempty"`
	Reason       Reason           `json:"reason,omitempty"`
	Serves       []RequirementKey `json:"serves,omitempty"`
	For          []RequirementKey `json:"for,omitempty"`
	SupersededBy string           `json:"supersededBy,omitempty"`
	Evidence     []Evidence       `json:"evidence,omitempty"`
	Confidence   float64          `json:"confidence,omitempty"`
	Late         bool             `json:"late,omitempty"`
	Letter       *Letter          `json:"letter,omitempty"`
	Parts        []Part           `json:"parts,omitempty"`
	Joined       []string         `json:"joined,omitempty"`
	PartOf       string           `json:"partOf,omitempty"`
}

// RequirementStanding is what decisions change in a requirement.
type RequirementStanding struct {
	State    State  `json:"state"`
	Document string `json:"document,omitempty"`
	FileName string `json:"fileName,omitempty"`
	Title    string `json:"title,omitempty"`
	Pages    string `json:"pages,omitempty"`
	Late     bool   `json:"late,omitempty"`
	Newest   string `json:"newest,omitempty"`
	WaivedBy string `json:"waivedBy,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Dropped  bool   `json:"dropped,omitempty"`
}

// Accepted is a nominee whom staff put on the roster.
type Accepted struct {
	Participant
	Meeting string `json:"meeting"`
	// Document is the letter that nominates the person.
	Document string    `json:"document"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	// Gone: the acceptance was undone.
	Gone bool `json:"gone,omitempty"`
	Rev  int  `json:"rev"`
}

// Revocation makes the upload links that a participant got up to a moment good for nothing.
type Revocation struct {
	Meeting     string    `json:"meeting"`
	Participant string    `json:"participant"`
	Before      time.Time `json:"before"`
	Rev         int       `json:"rev"`
}

// Taught counts what staff added to a meeting's roster, so that whoever holds an index of it knows that it is out of date.
type Taught struct {
	Meeting string `json:"meeting"`
	Rev     int    `json:"rev"`
}
