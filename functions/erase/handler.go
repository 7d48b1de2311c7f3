// Package erase takes one person out of a meeting, when the person or the law asks for it: by ids the documents that are
// the person's alone with their texts, the items about the person and the person's places in what others share; by names
// and addresses the mentions in all other words of the meeting, the history too. No key and nothing of another meeting
// changes. Then it looks whether anything is left, and says where.
package erase

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/review"
	"dossier/internal/store"
)

// Function is the handler.
type Function struct {
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	desk     *review.Desk
	log      *slog.Logger
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, log *slog.Logger) *Function {
	st := store.New(db, c.Table)
	registry := filing.New(st, time.Now)
	return &Function{bucket: bucket.New(s3c, c.Bucket), store: st, registry: registry, desk: review.New(registry), log: log}
}

// Request names the person to be erased: one who is off the roster, or a nominee accepted by staff.
type Request struct {
	Meeting     string `json:"meeting"`
	Participant string `json:"participant"`
	// Also are further spellings of the person's name, and further addresses, than the roster has.
	Also []string `json:"also,omitempty"`
}

// Report says what was done.
type Report struct {
	// Refused says in words why nothing was done; empty when it was.
	Refused   string `json:"refused,omitempty"`
	Documents int    `json:"documents"` // erased with their object versions and texts
	Objects   int    `json:"objects"`   // versions of roster files, indexes, decisions, texts and zips that held the person
	Deleted   int    `json:"deleted"`   // items of the table
	Redacted  int    `json:"redacted"`  // items in which only the person's place or words were erased
	// Shared are the ids of documents that concern others too. Their originals stay, and are shown to those alone who decide.
	Shared []string `json:"shared,omitempty"`
	// Namesakes are the ids of participants with the same name. They are left as they are, and so is each mention of the
	// name that may mean one of them: it is for a person to look at.
	Namesakes []string `json:"namesakes,omitempty"`
	// Left are the keys of everything else that still names the person; empty is the proof.
	Left []string `json:"left,omitempty"`
	// Kept goes by itself alone, after some days.
	Kept []Kept `json:"kept,omitempty"`
}

// Kept is something that nobody can erase one person from, and that holds what it held for some days more.
type Kept struct {
	What string `json:"what"`
	Days int    `json:"days"`
}

// kept are the backups of the table (Amazon DynamoDB Developer Guide, "Point-in-time recovery": 35 days), and the
// messages of the queues, as long as template.yaml keeps them: a message has an upload's key. SQS gives messages in no order
// and not all at once, so nobody can tell that none is left.
func kept() []Kept {
	return []Kept{{What: "table-backups", Days: 35}, {What: "queues-and-dead-letters", Days: 14}}
}

// Handle erases one person. It refuses when the meeting does not know the person, or its roster still does: a person on
// the roster would come back with its next load. It can be run again until nothing is left.
func (f *Function) Handle(ctx context.Context, r Request) (Report, error) {
	report, err := f.erase(ctx, r)
	if fault.Is(err, fault.Rejected) || fault.Is(err, fault.NotFound) {
		return Report{Refused: err.Error()}, nil
	}
	return report, err
}
