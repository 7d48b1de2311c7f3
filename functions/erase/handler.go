// Package erase takes one person out of a meeting, when the person or the law asks for it: the documents that are the
// person's alone with all their versions and texts, the items about the person, and the person's names and addresses in
// all other items, the history too. Then it looks whether anything is left, and says where.
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
	"dossier/internal/store"
)

// Function is the handler.
type Function struct {
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	log      *slog.Logger
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, log *slog.Logger) *Function {
	st := store.New(db, c.Table)
	return &Function{bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), log: log}
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
	Objects   int    `json:"objects"`   // versions of roster files, indexes and decisions that held the person
	Deleted   int    `json:"deleted"`   // items of the table
	Redacted  int    `json:"redacted"`  // items in which only the person's words were erased
	// Shared are the ids of documents that concern others too: their originals and texts are for a person to decide
	// about.
	Shared []string `json:"shared,omitempty"`
	// Left are the keys of everything else that still names the person; empty is the proof.
	Left []string `json:"left,omitempty"`
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
