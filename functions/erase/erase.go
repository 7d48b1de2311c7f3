// Package erase takes one person out of a meeting, when the person or the law asks for it: the documents that are the
// person's alone with all their versions and texts, the items about the person, and the person's names and addresses in
// all other items, the history too. Then it looks whether anything is left, and says where.
package erase

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
}

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

// Request says who is to be erased: somebody who is on the roster no more, or a nominee accepted by staff.
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
	// Shared are the ids of documents that concern others too: their originals and texts are for a person to decide about.
	Shared []string `json:"shared,omitempty"`
	// Left are the keys of everything else that still holds the person; empty is the proof.
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

func (f *Function) erase(ctx context.Context, r Request) (Report, error) {
	var report Report
	m, err := f.store.Meeting(ctx, r.Meeting)
	if err != nil {
		return report, err
	}
	var roster meeting.Roster
	if err := f.bucket.GetJSON(ctx, m.Index, &roster); err != nil {
		return report, err
	}
	if _, ok := roster.Participant(r.Participant); ok {
		return report, fault.Reject(meeting.RefusalStillOnRoster, "participant %s is on the roster: take the line out of participants.csv first", r.Participant)
	}
	e, err := f.person(ctx, r)
	if err != nil {
		return report, err
	}
	documents, err := f.store.AllDocuments(ctx, r.Meeting)
	if err != nil {
		return report, err
	}
	var own []*meeting.Document
	for _, d := range documents {
		switch concerns(d, r.Participant, &e) {
		case alone:
			own = append(own, d)
			e.Documents = append(e.Documents, d.ID)
		case among:
			report.Shared = append(report.Shared, d.ID)
		}
	}
	for _, d := range own {
		if err := f.document(ctx, *m, d); err != nil {
			return report, err
		}
		report.Documents++
	}
	words, err := e.Pattern()
	if err != nil {
		return report, err
	}
	if report.Objects, err = f.objects(ctx, m, words); err != nil {
		return report, err
	}
	done, err := f.store.Erase(ctx, e)
	report.Deleted, report.Redacted = done.Deleted, done.Redacted
	if err != nil {
		return report, err
	}
	report.Left, err = f.left(ctx, m, e, words, report.Shared)
	f.log.InfoContext(ctx, "erased", "meeting", r.Meeting, "participant", r.Participant, "documents", report.Documents, "objects", report.Objects,
		"deleted", report.Deleted, "redacted", report.Redacted, "shared", len(report.Shared), "left", len(report.Left))
	return report, err
}

// person gathers how the person is called, and takes an accepted nominee off the roster.
func (f *Function) person(ctx context.Context, r Request) (store.Erasure, error) {
	e := store.Erasure{Meeting: r.Meeting, Participant: r.Participant, Words: slices.Clone(r.Also)}
	accepted, err := f.store.Person(ctx, r.Meeting, r.Participant)
	if err != nil {
		return e, err
	}
	if accepted != nil {
		e.Words = append(e.Words, accepted.Name, accepted.Email)
		if err := f.registry.Remove(ctx, meeting.Meeting{ID: r.Meeting}, accepted); err != nil {
			return e, err
		}
	}
	sessions, err := f.store.AllSessions(ctx, r.Meeting)
	if err != nil {
		return e, err
	}
	for _, s := range sessions {
		requirements, err := f.store.Requirements(ctx, r.Meeting, s.ID)
		if err != nil {
			return e, err
		}
		for _, q := range requirements {
			if q.Participant == r.Participant {
				e.Words = append(e.Words, q.Name, q.Email)
			}
		}
	}
	e.Words = slices.DeleteFunc(e.Words, func(w string) bool { return strings.TrimSpace(w) == "" })
	slices.Sort(e.Words)
	if e.Words = slices.Compact(e.Words); len(e.Words) == 0 {
		return e, fault.Reject(meeting.RefusalNobodyThere, "the meeting knows no participant %s", r.Participant)
	}
	return e, nil
}

// concern is how far a document concerns the person.
type concern int

const (
	apart concern = iota
	among         // others too
	alone
)

// concerns tells how far a document concerns a participant. The spellings of the person in a letter join e.Words.
func concerns(d *meeting.Document, participant string, e *store.Erasure) concern {
	its, others := false, false
	count := func(participants ...string) {
		for _, p := range participants {
			its, others = its || p == participant, others || p != participant
		}
	}
	for _, k := range d.FiledFor {
		count(k.Participant)
	}
	if d.Letter != nil {
		for _, n := range d.Letter.Nominees {
			mine := n.Participant == participant || isWord(e, n.Name)
			its, others = its || mine, others || !mine
			if mine {
				addSpellings(e, n)
			}
		}
	}
	its = its || d.LinkOwner == participant || isWord(e, d.Uploader.Email) || isWord(e, d.Sender) || isWord(e, d.Author)
	if len(d.FiledFor) == 0 { // in review: each candidate may be meant
		for _, c := range d.Candidates {
			count(c.Participant)
		}
	}
	switch {
	case its && others:
		return among
	case its:
		return alone
	}
	return apart
}

// isWord tells whether a name or an address is one of the person's.
func isWord(e *store.Erasure, s string) bool {
	return s != "" && slices.ContainsFunc(e.Words, func(w string) bool { return strings.EqualFold(w, s) })
}

// addSpellings takes what a letter says of the person along.
func addSpellings(e *store.Erasure, n meeting.Nominee) {
	spellings := []string{n.Name, n.Email, n.Phone}
	if n.Confirmed != nil {
		spellings = append(spellings, n.Confirmed.Name, n.Confirmed.Email)
	}
	for _, w := range spellings {
		if w != "" && !slices.Contains(e.Words, w) {
			e.Words = append(e.Words, w)
		}
	}
}

// document erases one with its object version and its text.
func (f *Function) document(ctx context.Context, m meeting.Meeting, d *meeting.Document) error {
	if err := f.registry.Release(ctx, m, d.ID); err != nil {
		return err
	}
	if err := f.bucket.Delete(ctx, d.Object); err != nil {
		return err
	}
	if d.Text == "" {
		return nil
	}
	_, err := f.empty(ctx, d.Text)
	return err
}

// empty deletes every version under a prefix and counts them.
func (f *Function) empty(ctx context.Context, prefix string) (n int, err error) {
	all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
	if err != nil {
		return 0, err
	}
	for _, o := range all {
		if err := f.bucket.Delete(ctx, o); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// maxPages bounds the listings of one prefix: a hundred thousand versions.
const maxPages = 100

// maxObject bounds an object that is searched.
const maxObject = 256 << 20

// objects deletes all zips of materials, and the old roster files and indexes, problems and decisions that name the
// person. Those in force name nobody who was taken out.
func (f *Function) objects(ctx context.Context, m *meeting.Meeting, words *regexp.Regexp) (int, error) {
	n := 0
	for _, prefix := range bucket.DerivedPrefixes(m.ID) {
		all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
		if err != nil {
			return n, err
		}
		for _, o := range all {
			holds, err := f.holds(ctx, o, words)
			if err != nil {
				return n, err
			}
			if !holds {
				continue
			}
			if err := f.bucket.Delete(ctx, o); err != nil {
				return n, err
			}
			n++
		}
	}
	// The zips of materials hold names and files that are packed; a new one is made on request.
	zips, err := f.empty(ctx, bucket.Materials+m.ID+"/")
	return n + zips, err
}

// holds tells whether an object holds any of the words, packed or not.
func (f *Function) holds(ctx context.Context, o meeting.Object, words *regexp.Regexp) (bool, error) {
	data, err := f.bucket.Read(ctx, o, maxObject)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if zr, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		if data, err = io.ReadAll(io.LimitReader(zr, maxObject)); err != nil {
			return false, fmt.Errorf("unpack object %s: %w", o.ID(), err)
		}
	}
	return words.Match(data), nil
}

// left looks for the person everywhere but in the documents that concern others too.
func (f *Function) left(ctx context.Context, m *meeting.Meeting, e store.Erasure, words *regexp.Regexp, shared []string) ([]string, error) {
	found, err := f.store.Mentions(ctx, e)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, prefix := range slices.Concat(bucket.DerivedPrefixes(m.ID), bucket.DocumentPrefixes(m.ID)) {
		all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if slices.ContainsFunc(shared, func(id string) bool { return o.ID() == id || o.Key == bucket.TextKey(id) }) {
				continue
			}
			holds, err := f.holds(ctx, o, words)
			if err != nil {
				errs = append(errs, err)
			} else if holds || words.MatchString(o.Key) {
				found = append(found, "object "+o.ID())
			}
		}
	}
	return found, errors.Join(errs...)
}
