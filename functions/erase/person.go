package erase

import (
	"context"
	"slices"
	"strings"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

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
