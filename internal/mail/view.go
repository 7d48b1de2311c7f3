package mail

import (
	"time"

	"dossier/internal/meeting"
)

// View is the data that a mail shows.
type View struct {
	Mail     meeting.Mail
	Meeting  meeting.Meeting
	Session  *meeting.Session
	Document *meeting.Document
	// Requirements are the session's, for its list of materials.
	Requirements []*meeting.Requirement
	// Sessions are the meeting's, for naming those that a document is for.
	Sessions []*meeting.Session
	// Problems are those of a rejected roster.
	Problems []meeting.RosterProblem
	// Uploads are what the recipient is asked for, with the links to it.
	Uploads []Upload
	// Again is where the recipient can send the document again; nil if that is not known.
	Again *Upload
	// Reader is the person that the mail goes to; nil if that is not known, or if it goes to the secretariat.
	Reader *Reader
	// Portal is the address of the pages, with a slash at its end. Without it a mail to staff has no button.
	Portal string
	Now    time.Time
}

// Reader is how a person is greeted.
type Reader struct {
	Name string
	// Salutation, such as "Ms Diallo", stands in place of the name.
	Salutation string
	Gender     string // f, m, x or empty
}

// Upload is one document that the recipient is asked for. URL is the page that takes it.
type Upload struct {
	meeting.Invitation
	Session *meeting.Session // nil for none
	Due     time.Time        // zero for none
	URL     string
}
