package review_test

import (
	"slices"
	"testing"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// leaver is a nominee of a letter who was accepted, and is erased.
func leaver(d *meeting.Document, name string) meeting.Leaver {
	return meeting.Leaver{Participant: meeting.ParticipantID(d.ID, name), Is: func(n string) bool { return n == name },
		IsAddress: func(string) bool { return false }}
}

// Decisions about a nominee who was erased since file the letter for the others, as they did, and bring the nominee back to
// no roster.
func TestErasedNominee(t *testing.T) {
	for _, action := range []meeting.Action{meeting.Accept, meeting.Decline} {
		o := newOffice(t)
		d := o.nominate(1, meeting.Nominee{Name: "Ada New"}, nominee("o2"))
		decision := accepting(d, "Ada New", "s1")
		if decision.Action = action; action == meeting.Decline {
			decision.Participant = nil
		}
		without, changed := decision.Without(leaver(d, "Ada New"))
		if !changed || without.Nominee == "Ada New" {
			t.Fatalf("%+v", without)
		}
		o.done(without)
		got := o.stored(d)
		if got.Status != meeting.Filed || !got.Letter.Nominees[0].Declined || slices.ContainsFunc(got.Satisfies, func(k meeting.RequirementKey) bool { return k.Participant != "o2" }) {
			t.Errorf("%s: %s for %v", action, got.Status, got.Satisfies)
		}
		if id := meeting.ParticipantID(d.ID, "Ada New"); o.state().People[id] != nil {
			t.Errorf("%s: the nominee is back", action)
		}
		o.check()
	}
}

// The id of a nominee stands for no other one.
func TestErasedNomineeOfAnotherLetter(t *testing.T) {
	o := newOffice(t)
	d := o.nominate(1, meeting.Nominee{Name: "Ada New"}, nominee("o2"))
	if why := o.decide(meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "[erased]", NomineeID: meeting.ParticipantID("other", "Ada New")}); why != meeting.RefusalNoSuchNominee {
		t.Errorf("refused: %q", why)
	}
}

// A split files the parts of the others after one of those whose parts it has was erased.
func TestErasedPart(t *testing.T) {
	o := newOffice(t)
	d := o.upload(1, meeting.Presentation, nil)
	split := meeting.Decision{Action: meeting.Split, Document: d.ID, Erased: true, Parts: []meeting.Part{{From: 1, To: 2}, {From: 3, To: 4, Requirements: keys(deck("s1", "b"))}}}
	empty := split
	empty.Parts = []meeting.Part{{From: 1, To: 2}, {From: 3, To: 4}}
	if why := o.decide(empty); why != meeting.RefusalNoSuchRequirement {
		t.Errorf("a split for nobody: %q", why)
	}
	notErased := split
	notErased.Erased = false
	if why := o.decide(notErased); why != meeting.RefusalBadParts {
		t.Errorf("a part for nobody: %q", why)
	}
	o.done(split)
	if got := o.stored(d); got.Status != meeting.Filed || len(got.Satisfies) != 1 || o.state().Requirements[deck("s1", "b")].Pages != "3-4" {
		t.Errorf("%s for %v", got.Status, got.Satisfies)
	}
	o.check()
}

// A document is closed once; that is no decision about where it belongs.
func TestClose(t *testing.T) {
	o := newOffice(t)
	d := o.upload(1, meeting.Presentation, nil)
	closing := func(id, document string) error {
		return o.desk.Decide(o.ctx, id, meeting.Decision{Action: meeting.Close, Meeting: "m", Document: document, By: "Dossier", At: o.clock}, o.roster.Meeting)
	}
	o.ok(closing("c1", d.ID))
	if got := o.stored(d); !got.Closed || got.Decision != "" || got.Status != meeting.Review {
		t.Errorf("%+v", got)
	}
	if a, err := o.store.Audit(o.ctx, "c1"); err != nil || a.Refused != "" {
		t.Errorf("%+v %v", a, err)
	}
	if err := closing("c2", d.ID); !fault.Because(err, meeting.RefusalAlreadyDecided) {
		t.Errorf("closed again: %v", err)
	}
	if err := closing("c3", "none"); !fault.Because(err, meeting.RefusalNoSuchDocument) {
		t.Errorf("closed nothing: %v", err)
	}
}
