package meeting

import "time"

// LessonKind is what staff teach by a decision.
type LessonKind string

// The kinds of lessons.
const (
	// LearnedAddress: a mail address is a participant's.
	LearnedAddress LessonKind = "address"
	// LearnedFileName: files of a name are a participant's.
	LearnedFileName LessonKind = "file-name"
	// LearnedWording: an agency calls itself by another name than the roster does.
	LearnedWording LessonKind = "wording"
)

// Lesson is what a decision of staff taught: it adds evidence next time, and can be taken back.
type Lesson struct {
	ID      string     `json:"id"`
	Meeting string     `json:"meeting"`
	Kind    LessonKind `json:"kind"`
	// Says is what was seen: an address in lower case, a file's habit, an agency's folded name.
	Says string `json:"says"`
	// Participant or Agency is what it means; the agency by its key in the roster's index.
	Participant string `json:"participant,omitempty"`
	Agency      string `json:"agency,omitempty"`
	// Name is the participant's or the agency's, for people to read.
	Name string `json:"name,omitempty"`
	// Decision is the id of the decision that taught it.
	Decision  string    `json:"decision"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Forgotten bool      `json:"forgotten,omitempty"`
	Rev       int       `json:"rev"`
}
