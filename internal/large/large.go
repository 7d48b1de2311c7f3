// Package large asks a large language model what one paper is: what it does, who has which part in it, whose office it
// comes from, or whose slides they are. A paper is data for the model, never an order. What the model says counts only as
// far as the paper bears it out word by word; whether the paper is filed is decided by package match.
package large

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dossier/internal/meeting"
)

// Session is a session in which somebody speaks.
type Session struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Person is somebody of the roster who may be meant.
type Person struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Agency  string `json:"agency,omitempty"`
	Country string `json:"country,omitempty"`
	// Owes: a letter that nominates this person is owed.
	Owes bool `json:"letter_owed,omitempty"`
	// Speaks are the sessions in which this person owes slides.
	Speaks []Session `json:"speaks_in,omitempty"`
}

// Question is one paper as the model is shown it.
type Question struct {
	Meeting  string   `json:"meeting"` // title, town and dates
	People   []Person `json:"people"`
	FileName string   `json:"file_name"`
	Subject  string   `json:"mail_subject,omitempty"`
	Sender   string   `json:"mail_sender,omitempty"`
	Author   string   `json:"file_author,omitempty"`
	Slides   bool     `json:"slides,omitempty"`
	Text     string   `json:"text"`
}

// Role is the part that a person has in a paper.
type Role string

// The roles.
const (
	Nominee   Role = "nominee"
	Head      Role = "head" // of a delegation
	Alternate Role = "alternate"
	Replaced  Role = "replaced"
	Leaving   Role = "leaving"
	Signatory Role = "signatory"
	Contact   Role = "contact"
	Copied    Role = "copied"
	Addressee Role = "addressee"
	Thanked   Role = "thanked"
	Moderator Role = "moderator"
	Author    Role = "author"
	Cited     Role = "cited"
	Presenter Role = "presenter"
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{Nominee, Head, Alternate, Replaced, Leaving, Signatory, Contact, Copied, Addressee, Thanked, Moderator, Author, Cited,
		Presenter}
}

// Nominated tells whether somebody of that role is nominated.
func (r Role) Nominated() bool { return r == Nominee || r == Head || r == Alternate }

// Part is one person's part in a paper.
type Part struct {
	// Name is written as the paper has it.
	Name string `json:"name"`
	// Participant is the id of the person of the roster; "" for somebody who is on no roster.
	Participant string `json:"participant"`
	Role        Role   `json:"role"`
	// Session is that of a presenter's slides; "" when the paper does not tell it.
	Session string `json:"session"`
}

// Reading is what the model says of one paper.
type Reading struct {
	// Presents: the paper is somebody's slides or speaking notes. Act is then "".
	Presents bool
	Act      meeting.Act
	// Words are those of the paper that show what it does.
	Words  string
	People []Part
	// Agency is the office that the paper comes from, Country its ISO 3166-1 code, Dated the paper's own day, Reference its
	// number; each "" or zero when the paper does not have it.
	Agency, Country, Reference string
	Dated                      time.Time
}

// Prompt is what a model is asked, and Schema the JSON schema of the answer.
type Prompt struct {
	System, User string
	// Name is that of the schema.
	Name   string
	Schema []byte
}

// Answer is what a model said, with what it cost.
type Answer struct {
	JSON                      []byte
	TokensRead, TokensWritten int
}

// MostTokens bounds an answer: it is enough for some thirty people with their parts.
const MostTokens = 4096

// ErrNoAnswer says that a model gave no answer of the schema: it refused, was cut short, or failed.
var ErrNoAnswer = errors.New("the model gave no answer")

// Model is a language model; *bedrock.Model and *chat.Model are such. It fails when there is no answer of MostTokens or
// less, with ErrNoAnswer when the model itself gave none.
type Model interface {
	Answer(ctx context.Context, p Prompt) (Answer, error)
}

// ErrUnfounded says that the paper does not bear out what the model said of it.
var ErrUnfounded = errors.New("the paper does not say what the model says")

// patience bounds the time of one answer.
const patience = 45 * time.Second

// Reader asks a model about papers. It is safe for concurrent use if the model is.
type Reader struct {
	model Model
	log   *slog.Logger
}

// New gives a Reader that asks a model and logs what each answer cost.
func New(m Model, log *slog.Logger) *Reader { return &Reader{m, log} }

// Read asks about one paper. It fails when there is no answer within 45 seconds or half of the context's time, when the
// answer is not of the schema, and with ErrUnfounded. The log tells which, and nothing of the paper.
func (r *Reader) Read(ctx context.Context, q Question) (Reading, error) {
	p, err := prompt(q)
	if err != nil {
		return Reading{}, err
	}
	most := patience
	if end, ok := ctx.Deadline(); ok { // the rest is for filing without an answer
		most = min(most, time.Until(end)/2)
	}
	asked, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	began := time.Now()
	a, err := r.model.Answer(asked, p)
	if err != nil {
		r.log.WarnContext(ctx, "large reader has no answer", "ms", time.Since(began).Milliseconds(), "prompt", Version, "err", err)
		return Reading{}, fmt.Errorf("ask the large reader: %w", err)
	}
	said, err := parse(a.JSON)
	if err == nil {
		err = q.bears(&said)
	}
	r.log.InfoContext(ctx, "large reader", "ms", time.Since(began).Milliseconds(), "prompt", Version,
		"tokensRead", a.TokensRead, "tokensWritten", a.TokensWritten, "founded", err == nil)
	if err != nil {
		return Reading{}, fmt.Errorf("read the large reader's answer: %w", err)
	}
	return said, nil
}
