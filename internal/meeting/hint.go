package meeting

import "time"

// HintKind is what a hint is about.
type HintKind string

// The kinds of hints.
const (
	// HintAddress: a mail address is a participant's.
	HintAddress HintKind = "address"
	// HintFileName: files of a name are a participant's.
	HintFileName HintKind = "file-name"
	// HintWording: an agency calls itself by another name than the roster does.
	HintWording HintKind = "wording"
)

// Hint is what the system learned from a decision of staff. It adds a little evidence to later documents, until staff
// dismiss it.
type Hint struct {
	ID      string   `json:"id"`
	Meeting string   `json:"meeting"`
	Kind    HintKind `json:"kind"`
	// Pattern is an address in lower case, a pattern of file names, or an agency's folded name.
	Pattern string `json:"pattern"`
	// Participant or Agency is what it means; the agency by its key in the roster's index.
	Participant string `json:"participant,omitempty"`
	Agency      string `json:"agency,omitempty"`
	// Name is the participant's or the agency's, for people to read.
	Name string `json:"name,omitempty"`
	// Decision is the id of the decision that it comes from.
	Decision  string    `json:"decision"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Dismissed bool      `json:"dismissed,omitempty"`
	Rev       int       `json:"rev"`
}
