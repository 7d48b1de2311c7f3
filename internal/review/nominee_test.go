package review_test

import (
	"slices"
	"testing"

	"dossier/internal/meeting"
)

// inPart files a letter for the nominees of the roster alone.
func (o *office) inPart(minute int, nominees ...meeting.Nominee) *meeting.Document {
	o.Helper()
	var file []meeting.RequirementKey
	for _, n := range nominees {
		if n.Participant != "" {
			file = append(file, nomination("s1", n.Participant), nomination("s2", n.Participant))
		}
	}
	d := o.upload(minute, meeting.Nomination, &meeting.Letter{Agency: "Ministry", Nominees: nominees}, file...)
	o.status(d, meeting.Filed, "")
	return d
}

// waits demands whether a document is listed among those that wait.
func (o *office) waits(d *meeting.Document, want bool) {
	o.Helper()
	list, err := o.store.Waiting(o.ctx, "m", 0)
	o.ok(err)
	is := func(x *meeting.Document) bool { return x.ID == d.ID }
	if got := slices.ContainsFunc(list, is); got != want {
		o.Errorf("the letter waits: %v, want %v", got, want)
	}
}

// outcomes counts the mails that tell a sender what staff decided of a document.
func (o *office) outcomes(d *meeting.Document) int {
	o.Helper()
	n := 0
	for _, m := range o.state().mails {
		if m.Template == meeting.MailOutcome && m.Document == d.ID {
			n++
		}
	}
	return n
}

// A letter that is filed for some of its nominees waits for a decision about the others: each is accepted, declined or
// found in the roster, the places that it has stay, and each decision can be undone. Its sender hears of the last.
func TestNomineesOfFiledLetter(t *testing.T) {
	ada, eve := meeting.Nominee{Name: "Ada New"}, meeting.Nominee{Name: "Eve New"}
	decline := func(d *meeting.Document, name string) meeting.Decision {
		return meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: name}
	}
	t.Run("accepted, then the other is declined", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada, eve)
		o.waits(d, true)
		o.done(accepting(d, "Ada New", "s1"))
		id := meeting.ParticipantID(d.ID, "Ada New")
		want := keys(nomination("s1", "o1"), nomination("s2", "o1"), nomination("s1", id))
		if got := o.stored(d); got.Status != meeting.Filed || !slices.Equal(got.Satisfies, want) || !slices.Equal(got.FiledFor, want) {
			t.Errorf("%+v", got.DocumentState)
		}
		if got := o.members()["Ministry"]; got != 2 {
			t.Errorf("%d officials", got)
		}
		o.waits(d, true)
		if n := o.outcomes(d); n != 0 {
			t.Errorf("%d mails while one waits", n)
		}
		o.done(decline(d, "Eve New"))
		o.waits(d, false)
		if n := o.outcomes(d); n != 1 {
			t.Errorf("%d mails after the last decision", n)
		}
		if why := o.decide(decline(d, "Ada New")); why != meeting.RefusalAlreadyDecided {
			t.Errorf("declined after all: %q", why)
		}
		o.check()
		o.done(meeting.Decision{Action: meeting.Undo, Of: "x001"})
		o.done(meeting.Decision{Action: meeting.Undo, Of: "x000"})
		if got := o.stored(d); !slices.Equal(got.Satisfies, want[:2]) || len(got.OpenNominees()) != 2 {
			t.Errorf("undone: %+v", got.DocumentState)
		}
		o.waits(d, true)
		o.check()
	})
	t.Run("one too many", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), nominee("o2"), ada)
		o.done(accepting(d, "Ada New", "s1"))
		o.status(d, meeting.Filed, meeting.ReasonOverQuota)
		o.waits(d, true)
		id := meeting.ParticipantID(d.ID, "Ada New")
		if q := o.state().Requirements[nomination("s1", id)]; q == nil || q.State != meeting.Outstanding {
			t.Errorf("the accepted person owes %+v", q)
		}
		// By hand it is filed all the same.
		o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s1", id))})
		o.status(d, meeting.Filed, "")
		o.waits(d, false)
		if got := o.members()["Ministry"]; got != 3 {
			t.Errorf("%d officials", got)
		}
		o.check()
	})
	t.Run("the only one left is found in the roster", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), meeting.Nominee{Name: "Ока Двое"})
		o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s1", "o2"))})
		if got := o.stored(d); got.Letter.Nominees[1].Participant != "o2" || len(got.Satisfies) != 3 {
			t.Errorf("%+v", got.DocumentState)
		}
		o.waits(d, false)
		hints, err := o.store.Hints(t.Context(), "m")
		o.ok(err)
		if len(hints) > 0 {
			t.Errorf("learned %+v of one of several", hints)
		}
		o.check()
	})
	t.Run("one of two is found by name", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada, meeting.Nominee{Name: "Mrs TWO, Oba"})
		o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s1", "o2"))})
		if got := o.stored(d).OpenNominees(); !slices.Equal(got, []string{"Ada New"}) {
			t.Errorf("open are %q", got)
		}
		o.waits(d, true)
	})
	t.Run("neither of two is called so", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada, meeting.Nominee{Name: "Oba New"})
		o.done(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s1", "o2"))})
		if got := o.stored(d).OpenNominees(); len(got) != 2 {
			t.Errorf("open are %q", got)
		}
	})
	t.Run("a presentation is not what a letter is", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		slides := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}
		why := o.decide(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(slides)})
		if why != meeting.RefusalNoSuchRequirement {
			t.Errorf("%q", why)
		}
	})
	t.Run("it is filed there already", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		why := o.decide(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: keys(nomination("s2", "o1"), nomination("s1", "o2"))})
		if why != meeting.RefusalAlreadyDecided {
			t.Errorf("%q", why)
		}
		o.waits(d, true)
	})
	t.Run("confirmed by the office", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		o.done(meeting.Decision{Action: meeting.Confirm, Document: d.ID, Nominee: "Ada New", Participant: &meeting.Participant{Name: "Adah New"}})
		if got := o.stored(d); got.Letter.Nominees[1].Confirmed == nil || got.Status != meeting.Filed {
			t.Errorf("%+v", got.DocumentState)
		}
		o.waits(d, true)
	})
	t.Run("a newer letter takes its place", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		o.inPart(2, nominee("o1"))
		o.status(d, meeting.Superseded, "")
		o.waits(d, true)
		o.done(accepting(d, "Ada New", "s1"))
		got := o.stored(d)
		if !slices.Equal(got.Satisfies, keys(nomination("s1", meeting.ParticipantID(d.ID, "Ada New")))) || got.SupersededBy != "" {
			t.Errorf("%+v", got.DocumentState)
		}
		o.status(d, meeting.Filed, "")
		o.check()
	})
	t.Run("taken out, it waits no more", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		o.done(meeting.Decision{Action: meeting.Withdraw, Document: d.ID})
		o.waits(d, false)
		if why := o.decide(accepting(d, "Ada New", "s1")); why != meeting.RefusalAlreadyDecided {
			t.Errorf("accepted: %q", why)
		}
	})
	t.Run("staff are told", func(t *testing.T) {
		o := newOffice(t)
		d := o.inPart(1, nominee("o1"), ada)
		whole := o.inPart(2, nominee("o2"))
		m, err := o.store.Mail(t.Context(), meeting.MailID(meeting.MailReview, d.ID, "true"))
		if err != nil || m.Outcome != meeting.Filed {
			t.Errorf("%+v %v", m, err)
		}
		if _, err = o.store.Mail(t.Context(), meeting.MailID(meeting.MailReview, whole.ID, "true")); err == nil {
			t.Error("staff are told of a letter that waits for nothing")
		}
	})
}
