package review_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/fold"
	"dossier/internal/meeting"
	"dossier/internal/review"
	"dossier/internal/store"
)

func deck(session, participant string) meeting.RequirementKey {
	return meeting.RequirementKey{Session: session, Kind: meeting.Presentation, Participant: participant}
}

func keys(all ...meeting.RequirementKey) []meeting.RequirementKey { return all }

// stored gives a document as it is now.
func (o *office) stored(d *meeting.Document) *meeting.Document {
	o.Helper()
	got, err := o.store.Document(o.ctx, d.ID)
	o.ok(err)
	return got
}

// keep writes items that no decision made.
func (o *office) keep(items ...any) {
	o.Helper()
	o.ok(o.store.Commit(o.ctx, store.NewChanges(items...)))
	o.now = nil
}

// audit is what was recorded of the last decision.
func (o *office) audit() *meeting.Audit {
	o.Helper()
	a, err := o.store.Audit(o.ctx, o.decisions[len(o.decisions)-1])
	o.ok(err)
	return a
}

// done demands that a decision is carried out.
func (o *office) done(d meeting.Decision) {
	o.Helper()
	if why := o.decide(d); why != "" {
		o.Fatalf("%s is refused: %s", d.Action, why)
	}
}

// accepting accepts a nominee of a letter as an official of the ministry with a role in the sessions.
func accepting(d *meeting.Document, name string, sessions ...string) meeting.Decision {
	p := &meeting.Participant{ID: meeting.ParticipantID(d.ID, name), Name: name, Email: "new@people.example", Gender: "f",
		Sector: meeting.Public, Agency: "Ministry", Country: "KE", Language: "fr"}
	for _, s := range sessions {
		p.Roles = append(p.Roles, meeting.Role{Name: meeting.Expert, Session: s})
	}
	return meeting.Decision{Action: meeting.Accept, Document: d.ID, Nominee: name, Participant: p}
}

// Each refusal: who decides is told why, and nothing changes.
func TestRefusals(t *testing.T) {
	ada, declined := meeting.Nominee{Name: "Ada New"}, meeting.Nominee{Name: "Eve New", Declined: true}
	part := func(from, to int, k ...meeting.RequirementKey) meeting.Part {
		return meeting.Part{From: from, To: to, Requirements: k}
	}
	type world struct{ review, filed, letter, part, elsewhere, other *meeting.Document }
	for name, test := range map[string]struct {
		decision func(w world) meeting.Decision
		want     meeting.Refusal
	}{
		"withdraw no document": {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Withdraw, Document: "none"} }, meeting.RefusalNoSuchDocument},
		"withdraw nothing":     {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Withdraw} }, meeting.RefusalNoSuchDocument},
		"withdraw another meeting's": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Withdraw, Document: w.elsewhere.ID}
		}, meeting.RefusalNoSuchDocument},
		"withdraw twice": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Withdraw, Document: w.other.ID}
		},
			meeting.RefusalAlreadyDecided},
		"file what is filed": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: w.filed.ID, Requirements: keys(deck("s2", "a"))}
		}, meeting.RefusalAlreadyDecided},
		"file another meeting's": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: w.elsewhere.ID, Requirements: keys(deck("s2", "a"))}
		}, meeting.RefusalNoSuchDocument},
		"file for nothing": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: w.review.ID}
		},
			meeting.RefusalNoSuchRequirement},
		"file for nobody": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: w.review.ID, Requirements: keys(deck("s1", "a"), deck("s1", "nobody"))}
		}, meeting.RefusalNoSuchRequirement},
		"file for two kinds": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: w.review.ID, Requirements: keys(deck("s1", "a"), nomination("s1", "o1"))}
		}, meeting.RefusalNoSuchRequirement},
		"split what is filed": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.filed.ID, Parts: []meeting.Part{part(1, 2, deck("s1", "a")), part(3, 4, deck("s1", "b"))}}
		}, meeting.RefusalAlreadyDecided},
		"split into one": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.review.ID, Parts: []meeting.Part{part(1, 2, deck("s1", "a"))}}
		}, meeting.RefusalBadParts},
		"split into too many": {func(w world) meeting.Decision {
			d := meeting.Decision{Action: meeting.Split, Document: w.review.ID}
			for i := range review.MaxParts + 1 {
				d.Parts = append(d.Parts, part(i+1, i+1, deck("s1", "a")))
			}
			return d
		}, meeting.RefusalBadParts},
		"split before the first page": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.review.ID, Parts: []meeting.Part{part(0, 2, deck("s1", "a")), part(3, 4, deck("s1", "b"))}}
		}, meeting.RefusalBadParts},
		"split backwards": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.review.ID, Parts: []meeting.Part{part(1, 3, deck("s1", "a")), part(5, 4, deck("s1", "b"))}}
		}, meeting.RefusalBadParts},
		"split for nobody": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.review.ID, Parts: []meeting.Part{part(1, 3, deck("s1", "a")), part(4, 4, deck("s1", "nobody"))}}
		}, meeting.RefusalNoSuchRequirement},
		"split twice for one": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Split, Document: w.review.ID, Parts: []meeting.Part{part(1, 3, deck("s1", "a")), part(4, 4, deck("s1", "a"))}}
		}, meeting.RefusalNoSuchRequirement},
		"join what is filed": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.filed.ID, Into: w.filed.ID}
		}, meeting.RefusalAlreadyDecided},
		"join to nothing": {func(w world) meeting.Decision { return meeting.Decision{Action: meeting.Join, Document: w.review.ID} }, meeting.RefusalNoSuchDocument},
		"join to what is not there": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.review.ID, Into: "none"}
		}, meeting.RefusalNoSuchDocument},
		"join to itself": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.review.ID, Into: w.review.ID}
		}, meeting.RefusalNoSuchDocument},
		"join to another meeting's": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.review.ID, Into: w.elsewhere.ID}
		}, meeting.RefusalNoSuchDocument},
		"join to what is in review": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.review.ID, Into: w.letter.ID}
		}, meeting.RefusalAlreadyDecided},
		"join to a part": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Join, Document: w.review.ID, Into: w.part.ID}
		}, meeting.RefusalAlreadyDecided},
		"reject what is filed":        {func(w world) meeting.Decision { return meeting.Decision{Action: meeting.Reject, Document: w.filed.ID} }, meeting.RefusalAlreadyDecided},
		"reject nothing":              {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Reject, Document: "none"} }, meeting.RefusalNoSuchDocument},
		"accept of what is filed":     {func(w world) meeting.Decision { return accepting(w.filed, "Ada New", "s1") }, meeting.RefusalAlreadyDecided},
		"accept of no letter":         {func(w world) meeting.Decision { return accepting(w.review, "Ada New", "s1") }, meeting.RefusalNoSuchNominee},
		"accept nobody of the letter": {func(w world) meeting.Decision { return accepting(w.letter, "Ida New", "s1") }, meeting.RefusalNoSuchNominee},
		"accept who was declined":     {func(w world) meeting.Decision { return accepting(w.letter, "Eve New", "s1") }, meeting.RefusalAlreadyDecided},
		"accept who is known":         {func(w world) meeting.Decision { return accepting(w.letter, "Nominee o1", "s1") }, meeting.RefusalAlreadyDecided},
		"accept without a role":       {func(w world) meeting.Decision { return accepting(w.letter, "Ada New") }, meeting.RefusalNoSuchRequirement},
		"accept in no session":        {func(w world) meeting.Decision { return accepting(w.letter, "Ada New", "s9") }, meeting.RefusalNoSuchRequirement},
		"accept in a removed session": {func(w world) meeting.Decision { return accepting(w.letter, "Ada New", "s3") }, meeting.RefusalNoSuchRequirement},
		"accept without a person": {func(w world) meeting.Decision {
			d := accepting(w.letter, "Ada New", "s1")
			d.Participant = nil
			return d
		}, meeting.RefusalNoSuchRequirement},
		"accept without a name": {func(w world) meeting.Decision {
			d := accepting(w.letter, "Ada New", "s1")
			d.Participant.Name = ""
			return d
		}, meeting.RefusalNoSuchRequirement},
		"accept as somebody else": {func(w world) meeting.Decision {
			d := accepting(w.letter, "Ada New", "s1")
			d.Participant.ID = "o2"
			return d
		}, meeting.RefusalNoSuchRequirement},
		"decline nobody of the letter": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Decline, Document: w.letter.ID, Nominee: "Ida New"}
		}, meeting.RefusalNoSuchNominee},
		"decline twice": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Decline, Document: w.letter.ID, Nominee: "Eve New"}
		}, meeting.RefusalAlreadyDecided},
		"confirm without a person": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Confirm, Document: w.letter.ID, Nominee: "Ada New"}
		}, meeting.RefusalNoSuchNominee},
		"confirm without a name": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Confirm, Document: w.letter.ID, Nominee: "Ada New", Participant: &meeting.Participant{Email: "x@y.example"}}
		}, meeting.RefusalNoSuchNominee},
		"confirm nobody of the letter": {func(w world) meeting.Decision {
			return meeting.Decision{Action: meeting.Confirm, Document: w.letter.ID, Nominee: "Ida New", Participant: &meeting.Participant{Name: "Ida"}}
		}, meeting.RefusalNoSuchNominee},
		"waive nothing": {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Waive} }, meeting.RefusalNoSuchRequirement},
		"waive nobody's": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Waive, Requirement: deck("s1", "nobody")}
		}, meeting.RefusalNoSuchRequirement},
		"waive what is in": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Waive, Requirement: deck("s1", "a")}
		}, meeting.RefusalAlreadyIn},
		"waive twice": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Waive, Requirement: deck("s1", "b")}
		}, meeting.RefusalAlreadyDecided},
		"require nobody's": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Require, Requirement: deck("s1", "nobody")}
		}, meeting.RefusalNoSuchRequirement},
		"require what is asked": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Require, Requirement: deck("s2", "a")}
		}, meeting.RefusalAlreadyDecided},
		"require what is in": {func(world) meeting.Decision {
			return meeting.Decision{Action: meeting.Require, Requirement: deck("s1", "a")}
		}, meeting.RefusalAlreadyDecided},
		"undo nothing":          {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Undo, Of: "none"} }, meeting.RefusalNoSuchDecision},
		"undo what was refused": {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Undo, Of: "refused"} }, meeting.RefusalNoSuchDecision},
		"undo another meeting's": {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Undo, Of: "elsewhere"} },
			meeting.RefusalNoSuchDecision},
		"undo twice":          {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Undo, Of: "undone"} }, meeting.RefusalAlreadyDecided},
		"undo a revocation":   {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Undo, Of: "revocation"} }, meeting.RefusalChangedSince},
		"dismiss nothing":     {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Dismiss, Of: "none"} }, meeting.RefusalNoSuchDecision},
		"dismiss twice":       {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Dismiss, Of: "dismissed"} }, meeting.RefusalAlreadyDecided},
		"revoke nobody's":     {func(world) meeting.Decision { return meeting.Decision{Action: meeting.Revoke} }, meeting.RefusalNoSuchRequirement},
		"something else":      {func(world) meeting.Decision { return meeting.Decision{Action: "applaud"} }, meeting.RefusalUnknownAction},
		"something else of x": {func(w world) meeting.Decision { return meeting.Decision{Action: "", Document: w.review.ID} }, meeting.RefusalUnknownAction},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			elsewhere := &meeting.Document{ID: "elsewhere", Meeting: "another"}
			elsewhere.Status = meeting.Review
			o.keep(elsewhere, &meeting.Session{Meeting: "m", Plan: meeting.Plan{ID: "s3"}, Removed: true},
				&meeting.Audit{ID: "refused", Decision: meeting.Decision{Meeting: "m"}, Refused: meeting.RefusalBadParts})
			o.keep(&meeting.Audit{ID: "elsewhere", Decision: meeting.Decision{Meeting: "another"}})
			o.keep(&meeting.Audit{ID: "undone", Decision: meeting.Decision{Meeting: "m"}})
			o.keep(&meeting.Audit{ID: "revocation", Decision: meeting.Decision{Meeting: "m"}, Effects: []meeting.Effect{{Links: "a"}}},
				&store.Undone{Decision: "undone"}, &meeting.Hint{ID: "dismissed", Meeting: "m", Dismissed: true})
			w := world{elsewhere: elsewhere, review: o.upload(1, meeting.Presentation, nil), filed: o.upload(2, meeting.Presentation, nil, deck("s1", "a")),
				letter: o.nominate(3, nominee("o1"), ada, declined), part: o.upload(4, meeting.Presentation, nil), other: o.upload(5, meeting.Presentation, nil)}
			o.done(meeting.Decision{Action: meeting.Join, Document: w.part.ID, Into: w.filed.ID})
			o.done(meeting.Decision{Action: meeting.Withdraw, Document: w.other.ID})
			o.done(meeting.Decision{Action: meeting.Waive, Requirement: deck("s1", "b")})
			if why := o.decide(test.decision(w)); why != test.want {
				t.Errorf("refused as %q, want %q", why, test.want)
			}
			if a := o.audit(); a.Refused != test.want || !a.Done.Equal(o.clock) || a.Decision.By != "Ms Staff" {
				t.Errorf("the audit is %+v", a)
			}
		})
	}
}

// A decision just within the limits is carried out.
func TestWithinLimits(t *testing.T) {
	o := newOffice(t)
	d := o.upload(1, meeting.Presentation, nil)
	o.done(meeting.Decision{Action: meeting.Split, Document: d.ID, Parts: []meeting.Part{
		{From: 1, To: 1, Requirements: keys(deck("s1", "a"))}, {From: 2, To: 6, Requirements: keys(deck("s1", "b"), deck("s2", "a"))}}})
	got := o.stored(d)
	if got.Kind != meeting.Presentation || len(got.Parts) != 2 || !slices.Equal(got.Satisfies, keys(deck("s1", "a"), deck("s1", "b"), deck("s2", "a"))) {
		t.Errorf("%+v", got.DocumentState)
	}
	// Of a document whose pages are not counted, any may be meant.
	uncounted := o.stored(o.upload(2, meeting.Unknown, nil))
	uncounted.Pages = 0
	o.keep(uncounted)
	o.done(meeting.Decision{Action: meeting.Split, Document: uncounted.ID, Parts: []meeting.Part{
		{From: 1, To: 90, Requirements: keys(nomination("s1", "o1"))}, {From: 91, To: 99, Requirements: keys(nomination("s2", "o1"))}}})
	if got := o.stored(uncounted); got.Kind != meeting.Nomination || got.Status != meeting.Filed {
		t.Errorf("%+v", got.DocumentState)
	}
	// As many parts as there may be, and one more.
	whole := o.stored(d)
	for i := range review.MaxParts - 1 {
		whole.Joined = append(whole.Joined, fmt.Sprint(i))
	}
	o.keep(whole)
	o.done(meeting.Decision{Action: meeting.Join, Document: o.upload(3, meeting.Presentation, nil).ID, Into: d.ID})
	if why := o.decide(meeting.Decision{Action: meeting.Join, Document: o.upload(4, meeting.Presentation, nil).ID, Into: d.ID}); why != meeting.RefusalBadParts {
		t.Errorf("one part too many: %q", why)
	}
}

// As many parts as a document may be split into.
func TestSplitIntoMost(t *testing.T) {
	o := newOffice(t)
	d := o.stored(o.upload(1, meeting.Presentation, nil))
	d.Pages = 0
	split := meeting.Decision{Action: meeting.Split, Document: d.ID}
	items := []any{d}
	session, err := o.store.Session(t.Context(), "m", "s1")
	o.ok(err)
	for i := range review.MaxParts {
		q := meeting.NewRequirement("m", deck("s1", fmt.Sprint("p", i)), meeting.Participant{})
		session.ApplyChange(meeting.Requirement{}, q)
		items = append(items, &q)
		split.Parts = append(split.Parts, meeting.Part{From: i + 1, To: i + 1, Requirements: keys(q.RequirementKey)})
	}
	o.keep(append(items, session)...)
	o.done(split)
	if got := o.stored(d); len(got.Satisfies) != review.MaxParts {
		t.Errorf("it satisfies %v", got.Satisfies)
	}
}

// What each decision makes of its document, whole.
func TestStateAfterDecision(t *testing.T) {
	staff := []meeting.Evidence{{Code: meeting.EvidenceStaff, Detail: "Ms Staff"}}
	for name, test := range map[string]struct {
		decision meeting.Decision
		want     meeting.DocumentState
	}{
		"filed": {meeting.Decision{Action: meeting.FileHere, Requirements: keys(nomination("s1", "o1"))},
			meeting.DocumentState{Status: meeting.Filed, Kind: meeting.Nomination, Satisfies: keys(nomination("s1", "o1")), FiledFor: keys(nomination("s1", "o1")), Evidence: staff, Confidence: 1}},
		"rejected in words": {meeting.Decision{Action: meeting.Reject},
			meeting.DocumentState{Status: meeting.Rejected, Kind: meeting.Unknown, Reason: "because", Confidence: 0.5, Evidence: []meeting.Evidence{{Code: meeting.EvidenceTicket}}}},
		"rejected by a code": {meeting.Decision{Action: meeting.Reject, Code: meeting.ReasonWrongDocument},
			meeting.DocumentState{Status: meeting.Rejected, Kind: meeting.Unknown, Reason: meeting.ReasonWrongDocument, Confidence: 0.5, Evidence: []meeting.Evidence{{Code: meeting.EvidenceTicket}}}},
		"withdrawn": {meeting.Decision{Action: meeting.Withdraw},
			meeting.DocumentState{Status: meeting.Withdrawn, Kind: meeting.Unknown, Reason: "because", Confidence: 0.5, Evidence: []meeting.Evidence{{Code: meeting.EvidenceTicket}}}},
		"joined": {meeting.Decision{Action: meeting.Join, Into: "whole"},
			meeting.DocumentState{Status: meeting.Filed, Kind: meeting.Presentation, PartOf: "whole", Evidence: staff, Confidence: 1}},
		"split": {meeting.Decision{Action: meeting.Split, Parts: []meeting.Part{{From: 1, To: 2, Requirements: keys(deck("s1", "b"))}, {From: 4, To: 6, Requirements: keys(deck("s2", "a"))}}},
			meeting.DocumentState{Status: meeting.Filed, Kind: meeting.Presentation, Satisfies: keys(deck("s1", "b"), deck("s2", "a")), FiledFor: keys(deck("s1", "b"), deck("s2", "a")), Evidence: staff, Confidence: 1,
				Parts: []meeting.Part{{From: 1, To: 2, Requirements: keys(deck("s1", "b"))}, {From: 4, To: 6, Requirements: keys(deck("s2", "a"))}}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := o.stored(o.upload(1, meeting.Unknown, nil))
			d.Confidence, d.Evidence = 0.5, []meeting.Evidence{{Code: meeting.EvidenceTicket}}
			whole := &meeting.Document{ID: "whole", Meeting: "m"}
			whole.Status, whole.Kind = meeting.Filed, meeting.Presentation
			o.keep(d, whole)
			before := d.DocumentState
			test.decision.Document = d.ID
			o.done(test.decision)
			got := o.stored(d)
			if d := cmp.Diff(test.want, got.DocumentState); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if got.NotifiedStatus != test.want.Status || got.Decision != "x000" {
				t.Errorf("told %s, decided by %s", got.NotifiedStatus, got.Decision)
			}
			mails := slices.DeleteFunc(slices.Clone(o.state().mails), func(m *meeting.Mail) bool { return m.Template != meeting.MailOutcome })
			if len(mails) != 1 || mails[0].To[0] != "up@people.example" || mails[0].Outcome != test.want.Status {
				t.Errorf("mails %+v", mails)
			}
			e := o.audit().Effects
			i := slices.IndexFunc(e, func(e meeting.Effect) bool { return e.Document == d.ID })
			if i < 0 || !filing.SameState(*e[i].DocumentBefore, before) || !filing.SameState(*e[i].DocumentAfter, test.want) {
				t.Errorf("effects %+v", e)
			}
			// And undone it is as it was.
			o.done(meeting.Decision{Action: meeting.Undo, Of: "x000"})
			if d := cmp.Diff(before, o.stored(d).DocumentState); d != "" {
				t.Errorf("undone (-want +got):\n%s", d)
			}
			if got := o.stored(d); got.NotifiedStatus != meeting.Review || got.Decision != "x000" {
				t.Errorf("told %s, decided by %s", got.NotifiedStatus, got.Decision)
			}
		})
	}
}

// What waiving and taking it back make of a requirement.
func TestWaiver(t *testing.T) {
	o := newOffice(t)
	before := o.state().Requirements[deck("s1", "a")].RequirementState
	o.done(meeting.Decision{Action: meeting.Waive, Requirement: deck("s1", "a")})
	want := meeting.RequirementState{State: meeting.Waived, WaivedBy: "Ms Staff", Reason: "because"}
	if d := cmp.Diff(want, o.state().Requirements[deck("s1", "a")].RequirementState); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]meeting.Effect{{Requirement: deck("s1", "a"), RequirementBefore: &before, RequirementAfter: &want}}, o.audit().Effects); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	o.done(meeting.Decision{Action: meeting.Require, Requirement: deck("s1", "a")})
	if d := cmp.Diff(before, o.state().Requirements[deck("s1", "a")].RequirementState); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	o.check()
}

// Links are revoked up to the moment of the decision, again and again; hints are dismissed.
func TestRevokeAndDismiss(t *testing.T) {
	o := newOffice(t)
	for range 2 {
		o.done(meeting.Decision{Action: meeting.Revoke, Of: "a"})
		r, err := o.store.Revoked(t.Context(), "m", "a")
		o.ok(err)
		if !r.Before.Equal(o.clock) || r.Participant != "a" || r.Meeting != "m" {
			t.Errorf("%+v at %v", r, o.clock)
		}
		if d := cmp.Diff([]meeting.Effect{{Links: "a"}}, o.audit().Effects); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	o.keep(&meeting.Hint{ID: "h", Meeting: "m"})
	o.done(meeting.Decision{Action: meeting.Dismiss, Of: "h"})
	if d := cmp.Diff([]meeting.Effect{{Hint: "h", InForceBefore: true}}, o.audit().Effects); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if n := o.amendments(); n != 1 {
		t.Errorf("%d amendments", n)
	}
}

func (o *office) amendments() int {
	o.Helper()
	_, n, err := o.store.Roster(o.ctx, "m")
	o.ok(err)
	return n
}

// What an accepted nominee is and owes, and how the letter is filed.
func TestAccepted(t *testing.T) {
	o := newOffice(t)
	// Nobody could tell what kind of paper it is.
	d := o.upload(1, meeting.Unknown, &meeting.Letter{Agency: "Ministry", Nominees: []meeting.Nominee{nominee("o2"), {Name: "Ada New"}}})
	accept := accepting(d, "Ada New", "s1", "s2")
	o.done(accept)
	id := accept.Participant.ID
	want := &meeting.Accepted{Participant: *accept.Participant, Meeting: "m", Document: d.ID, By: "Ms Staff", At: o.clock, Rev: 1}
	person, err := o.store.Person(t.Context(), "m", id)
	o.ok(err)
	if d := cmp.Diff(want, person); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	got := o.stored(d)
	places := keys(nomination("s1", id), nomination("s1", "o2"), nomination("s2", id))
	if !slices.Equal(got.Satisfies, places) || got.Letter.Nominees[1].Participant != id || got.Kind != meeting.Nomination || got.Status != meeting.Filed {
		t.Errorf("%+v", got.DocumentState)
	}
	q := o.state().Requirements[nomination("s2", id)]
	if d := cmp.Diff(accept.Participant.Profile(), q.Profile); d != "" || q.Meeting != "m" {
		t.Errorf("%s (-want +got):\n%s", q.Meeting, d)
	}
	if n := o.amendments(); n != 1 {
		t.Errorf("%d amendments", n)
	}
	accepted := slices.ContainsFunc(o.audit().Effects, func(e meeting.Effect) bool { return e == meeting.Effect{Participant: id, InForceAfter: true} })
	if !accepted {
		t.Errorf("effects %+v", o.audit().Effects)
	}
	// Undone, the person owes nothing and is on no roster; accepted again, owes it again.
	o.done(meeting.Decision{Action: meeting.Undo, Of: "x000"})
	if person, err = o.store.Person(t.Context(), "m", id); err != nil || !person.Revoked {
		t.Errorf("%+v %v", person, err)
	}
	if q := o.state().Requirements[nomination("s2", id)]; !q.Retired || q.State != meeting.Outstanding || q.LatestUpload != d.Order() {
		t.Errorf("%+v", q.RequirementState)
	}
	if n := o.amendments(); n != 2 {
		t.Errorf("%d amendments", n)
	}
	o.done(accept)
	if q := o.state().Requirements[nomination("s2", id)]; q.Retired || q.State != meeting.Satisfied {
		t.Errorf("%+v", q.RequirementState)
	}
	o.check()
}

// A letter is filed for a nominee who is accepted, even if others wait. A declined nominee is not in the letter's places.
func TestAcceptedOneByOne(t *testing.T) {
	o := newOffice(t)
	d := o.nominate(1, meeting.Nominee{Name: "Ada New"}, meeting.Nominee{Name: "Eve New"}, nominee("o2"))
	o.done(accepting(d, "Ada New", "s1"))
	o.status(d, meeting.Filed, "")
	if got := o.stored(d); !got.HasOpenNominees() || len(got.Satisfies) != 2 {
		t.Errorf("%+v", got.DocumentState)
	}
	o.done(meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Eve New"})
	o.status(d, meeting.Filed, "")
	if got := o.stored(d); got.HasOpenNominees() || !got.Letter.Nominees[1].Declined || len(got.Satisfies) != 2 {
		t.Errorf("%+v", got.DocumentState)
	}
	// The audit of the first decision has the letter as it was then.
	a, err := o.store.Audit(t.Context(), "x000")
	o.ok(err)
	i := slices.IndexFunc(a.Effects, func(e meeting.Effect) bool { return e.Document != "" })
	if n := a.Effects[i].DocumentBefore.Letter.Nominees; n[0].Participant != "" || n[1].Declined {
		t.Errorf("before the decision the nominees were %+v", n)
	}
}

// Nominees who owe no nomination, and those of sessions that were removed, leave the letter in review.
func TestLetterOfNobodyWhoOwesOne(t *testing.T) {
	o := newOffice(t)
	d := o.nominate(1, meeting.Nominee{Name: "Ada New"})
	accept := accepting(d, "Ada New", "s1")
	accept.Participant.Sector = meeting.Academia
	o.done(accept)
	o.status(d, meeting.Review, meeting.ReasonNotRequired)
	if got := o.stored(d); len(got.Satisfies) != 0 || got.Kind != meeting.Nomination {
		t.Errorf("%+v", got.DocumentState)
	}
}

// An office's word on its nominee is noted, and nothing else is changed.
func TestConfirm(t *testing.T) {
	o := newOffice(t)
	d := o.nominate(1, meeting.Nominee{Name: "Ada New"})
	o.done(meeting.Decision{Action: meeting.Confirm, Document: d.ID, Nominee: "Ada New", Participant: &meeting.Participant{Name: "Adah New", Email: "adah@people.example"}})
	got := o.stored(d)
	want := d.DocumentState
	want.Letter = &meeting.Letter{Agency: "Ministry", Nominees: []meeting.Nominee{{Name: "Ada New", Confirmed: &meeting.Confirmation{Name: "Adah New", Email: "adah@people.example"}}}}
	if d := cmp.Diff(want, got.DocumentState); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What filing by hand teaches.
func TestHints(t *testing.T) {
	type hint struct{ kind, pattern, participant, agency, name string }
	for name, test := range map[string]struct {
		change func(*meeting.Document)
		file   []meeting.RequirementKey
		want   []hint
	}{
		"address and file name": {func(*meeting.Document) {}, keys(deck("s1", "a")),
			[]hint{{"address", "sender0@people.example", "a", "", "Ada Presenter"}, {"file-name", "presenter ada", "a", "", "Ada Presenter"}}},
		"several of one person": {func(*meeting.Document) {}, keys(deck("s1", "a"), deck("s2", "a")),
			[]hint{{"address", "sender0@people.example", "a", "", "Ada Presenter"}, {"file-name", "presenter ada", "a", "", "Ada Presenter"}}},
		"of two people":         {func(*meeting.Document) {}, keys(deck("s1", "a"), deck("s1", "b")), nil},
		"the person's own":      {func(d *meeting.Document) { d.Sender, d.FileName = "A@People.example", "" }, keys(deck("s1", "a")), nil},
		"no mail, no file name": {func(d *meeting.Document) { d.Sender, d.FileName = "", "" }, keys(deck("s1", "a")), nil},
		"in capitals": {func(d *meeting.Document) { d.Sender, d.FileName = "X@Y.Example", "" }, keys(deck("s1", "a")),
			[]hint{{"address", "x@y.example", "a", "", "Ada Presenter"}}},
		"an agency's other name": {func(d *meeting.Document) {
			d.Sender, d.FileName, d.Letter = "", "", &meeting.Letter{Agency: "Bureau of Things"}
		}, keys(nomination("s1", "o1")), []hint{{"wording", fold.AgencyWording("Bureau of Things"), "", fold.AgencyKey("Ministry", "KE"), "Ministry"}}},
		"an agency's own name": {func(d *meeting.Document) {
			d.Sender, d.FileName, d.Letter = "", "", &meeting.Letter{Agency: "The JUSTICE Ministry"}
		}, keys(nomination("s1", "o2")), nil},
		"a letter without an agency": {func(d *meeting.Document) { d.Sender, d.FileName, d.Letter = "", "", &meeting.Letter{} }, keys(nomination("s1", "o1")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := o.stored(o.upload(1, meeting.Presentation, nil))
			d.FileName = "presenter-ada v2.pdf"
			test.change(d)
			q := o.state().Requirements[nomination("s1", "o2")]
			q.Agency = "Ministry of Justice"
			o.keep(d, q)
			o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: test.file})
			var got []hint
			for _, h := range o.state().lessons {
				got = append(got, hint{string(h.Kind), h.Pattern, h.Participant, h.Agency, h.Name})
				if h.Meeting != "m" || h.Decision != "x000" || h.By != "Ms Staff" || !h.At.Equal(o.clock) {
					t.Errorf("%+v", h)
				}
			}
			slices.SortFunc(got, func(a, b hint) int { return strings.Compare(a.kind, b.kind) })
			if d := cmp.Diff(test.want, got, cmp.AllowUnexported(hint{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if n := o.amendments(); n != min(1, len(test.want)) {
				t.Errorf("%d amendments for %d hints", n, len(test.want))
			}
		})
	}
}

// A pattern has one hint: somebody else's stays, and one that was dismissed comes back with the next decision.
func TestHintsOfOthers(t *testing.T) {
	o := newOffice(t)
	first := o.upload(1, meeting.Presentation, nil) // from sender0
	o.done(meeting.Decision{Action: meeting.FileHere, Document: first.ID, Requirements: keys(deck("s1", "a"))})
	hints := o.state().lessons
	again := o.stored(first)
	again.ID, again.Rev, again.DocumentState = "again", 0, meeting.DocumentState{Status: meeting.Review}
	o.keep(again)
	o.done(meeting.Decision{Action: meeting.FileHere, Document: "again", Requirements: keys(deck("s1", "b"))})
	if d := cmp.Diff(hints, o.state().lessons); d != "" {
		t.Errorf("somebody else's hints changed:\n%s", d)
	}
	if n := o.amendments(); n != 1 {
		t.Errorf("%d amendments", n)
	}
	for _, h := range hints {
		o.done(meeting.Decision{Action: meeting.Dismiss, Of: h.ID})
	}
	third := o.stored(first)
	third.ID, third.Rev, third.DocumentState = "third", 0, meeting.DocumentState{Status: meeting.Review}
	o.keep(third)
	o.done(meeting.Decision{Action: meeting.FileHere, Document: "third", Requirements: keys(deck("s1", "b"))})
	got := o.state().lessons
	if len(got) != len(hints) {
		t.Errorf("%d hints, %d before", len(got), len(hints))
	}
	for _, h := range got {
		if h.Participant != "b" || h.Dismissed {
			t.Errorf("%+v", h)
		}
	}
}

// A document that staff file and whose uploader nobody knows: the participant hears of it.
func TestFiledByHandIsTold(t *testing.T) {
	o := newOffice(t)
	for uploader, want := range map[string]string{"": "a@people.example", "up@people.example": "up@people.example"} {
		d := o.stored(o.upload(1, meeting.Presentation, nil))
		d.Uploader, d.NotifiedStatus = meeting.Contact{Email: uploader, Language: map[string]string{"up@people.example": "en"}[uploader]}, ""
		o.keep(d)
		o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(deck("s1", "a"))})
		if got := o.stored(d); got.Uploader != (meeting.Contact{Email: want, Language: "en"}) || got.NotifiedStatus == "" {
			t.Errorf("told is %+v, %s", got.Uploader, got.NotifiedStatus)
		}
	}
}

// The sender of a document that came by a link is looked up before anything is decided of it.
func TestSenderByLinkIsTold(t *testing.T) {
	o := newOffice(t)
	d := o.stored(o.upload(1, meeting.Presentation, nil))
	d.Uploader, d.NotifiedStatus, d.LinkOwner = meeting.Contact{}, "", "b"
	d.ID, d.Rev = "by-link", 0
	o.keep(d)
	o.done(meeting.Decision{Action: meeting.Reject, Document: d.ID})
	mails := o.state().mails
	receipt := slices.IndexFunc(mails, func(m *meeting.Mail) bool { return m.Document == "by-link" })
	if receipt < 0 || mails[receipt].To[0] != "b@people.example" || mails[receipt].Template != meeting.MailReceipt {
		t.Errorf("%+v", mails)
	}
}

// A receipt that was sent before is not sent again, also when the document says that none was.
func TestReceiptIsSentOnce(t *testing.T) {
	o := newOffice(t)
	d := o.stored(o.upload(1, meeting.Presentation, nil))
	d.NotifiedStatus = ""
	o.keep(d)
	before := len(o.state().mails)
	o.done(meeting.Decision{Action: meeting.Reject, Document: d.ID})
	if after := len(o.state().mails); after != before {
		t.Errorf("%d mails, then %d", before, after)
	}
}

// A letter that staff file by hand may be for more officials than the agency may send; one that is filed because its last
// nominee is accepted, or declined, may not.
func TestQuotaOfDecisions(t *testing.T) {
	for name, test := range map[string]struct {
		letter []meeting.Nominee
		decide func(*meeting.Document) meeting.Decision
		want   meeting.Status
	}{
		"filed by hand": {[]meeting.Nominee{{Name: "x"}}, func(d *meeting.Document) meeting.Decision {
			return meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s2", "o3"))}
		}, meeting.Filed},
		"the last is accepted": {[]meeting.Nominee{{Name: "Ada New"}}, func(d *meeting.Document) meeting.Decision { return accepting(d, "Ada New", "s1") }, meeting.Review},
		"the last is declined": {[]meeting.Nominee{nominee("o3"), {Name: "Ada New"}}, func(d *meeting.Document) meeting.Decision {
			return meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Ada New"}
		}, meeting.Review},
		"all are declined": {[]meeting.Nominee{{Name: "Ada New"}}, func(d *meeting.Document) meeting.Decision {
			return meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Ada New"}
		}, meeting.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.nominate(1, nominee("o1"), nominee("o2"))
			d := o.nominate(2, test.letter...)
			o.done(test.decide(d))
			reason := map[meeting.Status]meeting.Reason{meeting.Review: meeting.ReasonOverQuota, meeting.Rejected: meeting.ReasonNomineesDeclined}[test.want]
			o.status(d, test.want, reason)
			if got := o.stored(d); got.Decision != "x000" {
				t.Errorf("decided by %q", got.Decision)
			}
			o.check()
		})
	}
}

// failing is a store whose n-th call fails, counted from 0.
type failing struct {
	filing.Store
	calls int
}

var errFault = errors.New("the table is away")

func (f *failing) Read(ctx context.Context, keys ...store.AnyKey) (*store.Snapshot, error) {
	if f.calls--; f.calls == -1 {
		return nil, errFault
	}
	return f.Store.Read(ctx, keys...)
}

func (f *failing) Commit(ctx context.Context, c *store.Changes) error {
	if f.calls--; f.calls == -1 {
		return errFault
	}
	return f.Store.Commit(ctx, c)
}

func (f *failing) AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	if f.calls--; f.calls == -1 {
		return nil, errFault
	}
	return f.Store.AllSessions(ctx, meetingID)
}

// When a call of the table fails while a decision is carried out or refused, the caller hears of it, and the decision can
// come again.
func TestEveryFaultOfADecisionIsSaid(t *testing.T) {
	for name, prepare := range map[string]func(*office) meeting.Decision{
		"file": func(o *office) meeting.Decision {
			o.upload(1, meeting.Presentation, nil, deck("s1", "a"))
			d := o.upload(2, meeting.Presentation, nil)
			return meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(deck("s1", "a"))}
		},
		"split": func(o *office) meeting.Decision {
			o.upload(1, meeting.Presentation, nil, deck("s1", "a"))
			d := o.upload(2, meeting.Presentation, nil)
			return meeting.Decision{Action: meeting.Split, Document: d.ID, Parts: []meeting.Part{{From: 1, To: 2, Requirements: keys(deck("s1", "a"))}, {From: 3, To: 4, Requirements: keys(deck("s1", "b"))}}}
		},
		"withdraw a letter": func(o *office) meeting.Decision {
			return meeting.Decision{Action: meeting.Withdraw, Document: o.nominate(1, nominee("o1")).ID}
		},
		"accept": func(o *office) meeting.Decision {
			return accepting(o.nominate(1, meeting.Nominee{Name: "Ada New"}), "Ada New", "s1")
		},
		"accept one too many": func(o *office) meeting.Decision {
			o.nominate(1, nominee("o1"), nominee("o2"))
			return accepting(o.nominate(2, meeting.Nominee{Name: "Ada New"}), "Ada New", "s1")
		},
		"undo an acceptance": func(o *office) meeting.Decision {
			o.done(accepting(o.nominate(1, meeting.Nominee{Name: "Ada New"}), "Ada New", "s1"))
			return meeting.Decision{Action: meeting.Undo, Of: "x000"}
		},
		"dismiss": func(o *office) meeting.Decision {
			o.keep(&meeting.Hint{ID: "h", Meeting: "m"})
			return meeting.Decision{Action: meeting.Dismiss, Of: "h"}
		},
		"undo a dismissal": func(o *office) meeting.Decision {
			o.keep(&meeting.Hint{ID: "h", Meeting: "m"})
			o.done(meeting.Decision{Action: meeting.Dismiss, Of: "h"})
			return meeting.Decision{Action: meeting.Undo, Of: "x000"}
		},
		"revoke": func(*office) meeting.Decision { return meeting.Decision{Action: meeting.Revoke, Of: "a"} },
		"of a sender by link": func(o *office) meeting.Decision {
			d := o.stored(o.upload(1, meeting.Presentation, nil))
			d.Uploader, d.LinkOwner = meeting.Contact{}, "b"
			o.keep(d)
			return meeting.Decision{Action: meeting.Reject, Document: d.ID}
		},
		"refused": func(*office) meeting.Decision { return meeting.Decision{Action: meeting.Reject, Document: "none"} },
	} {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				o := newOffice(t)
				d := prepare(o)
				d.Meeting, d.By, d.At = "m", "Ms Staff", o.clock
				before := o.standings()
				f := &failing{Store: o.store, calls: n}
				err := review.New(filing.New(f, func() time.Time { return o.clock })).Decide(t.Context(), "y", d, o.roster.Meeting)
				if f.calls >= 0 {
					if (err != nil) != (name == "refused") || n < 2 {
						t.Errorf("after %d calls: %v", n, err)
					}
					return
				}
				if !errors.Is(err, errFault) || fault.Is(err, fault.Exists) {
					t.Errorf("call %d fails: %v", n, err)
				}
				o.now = nil
				if diff := cmp.Diff(before, o.standings()); diff != "" {
					t.Errorf("call %d fails, and this changed:\n%s", n, diff)
				}
				if err := o.desk.Decide(t.Context(), "y", d, o.roster.Meeting); err != nil && name != "refused" {
					t.Errorf("it cannot come again: %v", err)
				}
			}
		})
	}
}

// A requirement with a field that was changed since is not restored either.
func TestUndoIsRefusedWhenAnyFieldOfARequirementChangedSince(t *testing.T) {
	for field := range reflect.TypeFor[meeting.RequirementState]().Fields() {
		o := newOffice(t)
		now := o.requirement(deck("s1", "a")).RequirementState
		before, after := now, now
		setField(t, reflect.ValueOf(&after).Elem().FieldByIndex(field.Index))
		undo := o.undoOf("decided", meeting.Effect{Requirement: deck("s1", "a"), RequirementBefore: &before, RequirementAfter: &after})
		if err := o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting); !fault.Because(err, meeting.RefusalChangedSince) {
			t.Errorf("%s: %v", field.Name, err)
		}
	}
}

// A requirement that a decision made is retired when that is undone, and forgets all but the latest upload.
func TestUndoOfANewRequirement(t *testing.T) {
	o := newOffice(t)
	q, s := o.requirement(deck("s1", "a")), o.state().Sessions["s1"]
	counted := *q
	q.RequirementState = meeting.RequirementState{State: meeting.Waived, Document: "d", FileName: "f", Title: "t", Pages: "1",
		Late: true, LatestUpload: "l", WaivedBy: "w", Reason: "r"}
	s.ApplyChange(counted, *q)
	o.keep(q, s)
	undo := o.undoOf("decided", meeting.Effect{Requirement: q.RequirementKey, RequirementAfter: &q.RequirementState})
	o.ok(o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting))
	want := meeting.RequirementState{State: meeting.Outstanding, LatestUpload: "l", Retired: true}
	if d := cmp.Diff(want, o.requirement(q.RequirementKey).RequirementState); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Of an undoing hears who was told something else before, and nobody else.
func TestUndoIsToldWhereItMatters(t *testing.T) {
	for name, test := range map[string]struct {
		told  meeting.Status
		mails int
	}{
		"told what it is no longer": {meeting.Rejected, 1},
		"told what it is again":     {meeting.Review, 0},
		"told nothing":              {"", 0},
	} {
		o := newOffice(t)
		before, after := meeting.DocumentState{Status: meeting.Review}, meeting.DocumentState{Status: meeting.Rejected}
		o.keep(&meeting.Document{ID: "d", Meeting: "m", DocumentState: after, NotifiedStatus: test.told,
			Uploader: meeting.Contact{Email: "up@people.example"}})
		undo := o.undoOf("decided", meeting.Effect{Document: "d", DocumentBefore: &before, DocumentAfter: &after})
		o.ok(o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting))
		o.now = nil
		if mails := o.state().mails; len(mails) != test.mails {
			t.Errorf("%s: %d mails", name, len(mails))
		}
	}
}

// An older document that staff file where a newer one is in is superseded at once, and teaches nothing.
func TestFiledByHandWhereANewerIs(t *testing.T) {
	o := newOffice(t)
	old := o.upload(1, meeting.Presentation, nil)
	newer := o.upload(2, meeting.Presentation, nil, deck("s1", "a"))
	o.done(meeting.Decision{Action: meeting.FileHere, Document: old.ID, Requirements: keys(deck("s1", "a"))})
	o.status(old, meeting.Superseded, "")
	if got := o.stored(old); got.SupersededBy != newer.ID || got.NotifiedStatus != meeting.Superseded {
		t.Errorf("superseded by %q, told %s", got.SupersededBy, got.NotifiedStatus)
	}
	if hints := o.state().lessons; len(hints) != 0 {
		t.Errorf("hints %+v", hints)
	}
}

// A person or a hint that was put in force, or taken out of it, and has changed since, is left as it is.
func TestUndoOfPeopleAndHints(t *testing.T) {
	for name, test := range map[string]struct {
		inForce, before, after bool
		want                   meeting.Refusal
	}{
		"put in force":              {true, false, true, ""},
		"put in force, and changed": {false, false, true, meeting.RefusalChangedSince},
		"taken out":                 {false, true, false, ""},
		"taken out, and changed":    {true, true, false, meeting.RefusalChangedSince},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			person := &meeting.Accepted{Participant: meeting.Participant{ID: "p"}, Meeting: "m", Revoked: !test.inForce}
			hint := &meeting.Hint{ID: "h", Meeting: "m", Dismissed: !test.inForce}
			people := meeting.Effect{Participant: "p", InForceBefore: test.before, InForceAfter: test.after}
			hints := meeting.Effect{Hint: "h", InForceBefore: test.before, InForceAfter: test.after}
			o.keep(person, hint, &meeting.Audit{ID: "p", Decision: meeting.Decision{Meeting: "m"}, Effects: []meeting.Effect{people}})
			o.keep(&meeting.Audit{ID: "h", Decision: meeting.Decision{Meeting: "m"}, Effects: []meeting.Effect{hints}})
			for n, id := range []string{"p", "h"} {
				if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: id}); why != test.want {
					t.Errorf("%s: %q, want %q", id, why, test.want)
				}
				want := 0
				if test.want == "" {
					want = n + 1
					effect := meeting.Effect{InForceBefore: test.after, InForceAfter: test.before}
					if effect.Participant = "p"; id == "h" {
						effect.Participant, effect.Hint = "", "h"
					}
					if d := cmp.Diff([]meeting.Effect{effect}, o.audit().Effects); d != "" {
						t.Errorf("(-want +got):\n%s", d)
					}
				}
				if got := o.amendments(); got != want {
					t.Errorf("%s: %d amendments, want %d", id, got, want)
				}
			}
			p, err := o.store.Person(t.Context(), "m", "p")
			o.ok(err)
			listed, err := o.store.Hints(t.Context(), "m")
			o.ok(err)
			now := test.inForce
			if test.want == "" {
				now = test.before
			}
			if p.Revoked == now || (len(listed) == 1) != now {
				t.Errorf("the person is revoked: %v; %d hints are in force", p.Revoked, len(listed))
			}
		})
	}
}

// What a decision changed and is not there any more cannot be restored.
func TestUndoOfWhatIsGone(t *testing.T) {
	for name, effect := range map[string]meeting.Effect{
		"a document":    {Document: "gone", DocumentBefore: &meeting.DocumentState{}, DocumentAfter: &meeting.DocumentState{}},
		"a person":      {Participant: "gone", InForceAfter: true},
		"a hint":        {Hint: "gone", InForceAfter: true},
		"a requirement": {Requirement: deck("s1", "gone"), RequirementBefore: &meeting.RequirementState{}, RequirementAfter: &meeting.RequirementState{}},
	} {
		o := newOffice(t)
		o.keep(&meeting.Audit{ID: "x", Decision: meeting.Decision{Meeting: "m"}, Effects: []meeting.Effect{effect}})
		if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: "x"}); why != meeting.RefusalChangedSince {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// Two that carry out one decision at once: it is carried out once. A refusal that comes too late records nothing.
func TestRefusedAtOnce(t *testing.T) {
	o := newOffice(t)
	d := meeting.Decision{Action: meeting.Reject, Meeting: "m", Document: "none", By: "Ms Staff"}
	r := &racing{Store: o.store, other: func() { o.keep(&meeting.Audit{ID: "x", Decision: d, Done: day}) }}
	err := review.New(filing.New(r, time.Now)).Decide(t.Context(), "x", d, o.roster.Meeting)
	if !fault.Is(err, fault.Rejected) {
		t.Errorf("%v", err)
	}
	if a, err := o.store.Audit(t.Context(), "x"); err != nil || a.Refused != "" {
		t.Errorf("%+v %v", a, err)
	}
}

// racing lets another be faster between the first read and what follows.
type racing struct {
	filing.Store
	other func()
}

func (r *racing) Read(ctx context.Context, keys ...store.AnyKey) (*store.Snapshot, error) {
	snap, err := r.Store.Read(ctx, keys...)
	if r.other != nil {
		r.other()
		r.other = nil
	}
	return snap, err
}

// A stuck document is read again when staff say so: the deaths are forgotten, and no roster version is noted, so that the sweep
// drives it. Of any other there is nothing to read again.
func TestReadAgain(t *testing.T) {
	for name, attempt := range map[string]*meeting.Attempt{
		"it has killed its readers": {Deaths: 2, Until: day},
		"it failed five times":      nil,
	} {
		o := newOffice(t)
		d := o.upload(1, meeting.Presentation, nil)
		again := meeting.Decision{Action: meeting.ReadAgain, Document: d.ID}
		if why := o.decide(again); why != meeting.RefusalAlreadyDecided {
			t.Errorf("%s: a document that is not stuck: %q", name, why)
		}
		stuck := o.stored(d)
		stuck.Reason = meeting.ReasonStuck
		o.keep(stuck)
		if attempt != nil {
			attempt.Document = d.ID
			o.keep(attempt)
		}
		again.Meeting, again.By, again.Reason, again.At = "m", "Ms Staff", "mended", day
		o.ok(o.desk.Decide(o.ctx, "again", again, o.roster.Meeting))
		got := o.stored(d)
		if got.Status != meeting.Review || got.Reason != meeting.ReasonStuck || got.RosterVersion != "read again" || got.Decision != "again" {
			t.Errorf("%s: %+v", name, got)
		}
		left, err := o.store.Attempt(o.ctx, d.ID)
		o.ok(err)
		if attempt != nil && (left.Deaths != 0 || !left.Until.IsZero()) || attempt == nil && left != nil {
			t.Errorf("%s: %+v", name, left)
		}
	}
}
