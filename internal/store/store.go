// Package store keeps Dossier's state in one DynamoDB table. Every write creates an item or compares
// its revision and swaps it; several items change in one transaction or not at all.
//
// Keys of the table (PK, SK), and of its one index "open" (GPK, GSK), which holds what somebody
// has to look for:
//
//	M#<meeting>            MEETING                        the meeting
//	M#<meeting>            SESSION#<session>              a session with its counts
//	S#<meeting>#<session>  REQ#<kind>#<participant>       a requirement
//	D#<document>           DOCUMENT                       a document      GPK M#<meeting>#DOCS, GSK <status>#<order>
//	D#<document>           ATTEMPT                        that it is being read  GPK ATTEMPTS, GSK <until>; goes by its "ttl"
//	O#<mail>               OUTBOX                         an outbox item  GPK OUTBOX, GSK <decided>; then M#<meeting>#MAILS, <state>#<decided>
//	L#<object>             LOAD                           a roster file version that was dealt with
//	X#<object>             DECISION                       what a staff decision did  GPK M#<meeting>#AUDIT, GSK <time>
//	X#<object>             UNDONE                         that it was undone
//	M#<meeting>            AGENCY#<key>                   an agency's delegation
//	M#<meeting>            BALANCE                        the gender balance of the nominees
//	M#<meeting>            AMENDMENTS                     counts what staff added to the roster
//	K#<meeting>            PERSON#<id>, HINT#<id>         people and hints that they added
//	K#<meeting>            REVOKED#<participant>          until when upload links were revoked
//	I#<meeting>#<hash>     MESSAGE                        a mail's Message-ID, with its document
//	E#<hash>               ADDRESS                        the record of a mail address     GPK ADDRESSES, GSK <since>
//	E#<hash>               SENDS#<day>                    how many mails went there that day; goes by its "ttl"
//	G#<hash>               SIGNIN                         a member of staff who is signed in; goes by its "ttl"
//	SWEEP                  <prefix>                       where the sweep goes on
package store

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"dossier/internal/awserror"
)

// Store is the table.
type Store struct {
	db    *dynamodb.Client
	table string
}

// New makes a store over a table that exists.
func New(db *dynamodb.Client, table string) *Store {
	quiet := dynamodb.New(db.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})
	return &Store{db: quiet, table: table}
}
