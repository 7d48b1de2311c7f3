package review_test

import (
	"cmp"
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

// file files a letter by hand for nominations.
func file(d *meeting.Document, places ...meeting.RequirementKey) meeting.Decision {
	return meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: places}
}

// The person that staff file a letter for is found among its open nominees by name, and nobody else's place in the letter changes.
func TestWhoIsFiledFor(t *testing.T) {
	open := func(name string) meeting.Nominee { return meeting.Nominee{Name: name} }
	declined := meeting.Nominee{Name: "Oba Two", Declined: true}
	for name, test := range map[string]struct {
		nominees []meeting.Nominee
		places   []meeting.RequirementKey
		want     string // the participants of the nominees, in their order
	}{
		"the first by name":                 {[]meeting.Nominee{open("Oba Two"), open("Ada New")}, keys(nomination("s1", "o2")), "o2 -"},
		"the second by name":                {[]meeting.Nominee{open("Ada New"), open("Oba Two")}, keys(nomination("s1", "o2")), "- o2"},
		"the one with more of the name":     {[]meeting.Nominee{open("Two"), open("Mr Oba Two")}, keys(nomination("s1", "o2")), "- o2"},
		"the first of two alike":            {[]meeting.Nominee{open("Oba Two"), open("Mr Oba Two")}, keys(nomination("s1", "o2")), "o2 -"},
		"who was declined is not taken":     {[]meeting.Nominee{declined, open("Ada New"), open("Eve New")}, keys(nomination("s1", "o2")), "- - -"},
		"the only one, at the beginning":    {[]meeting.Nominee{open("Ока"), nominee("o1")}, keys(nomination("s1", "o2")), "o2 o1"},
		"who is known takes nobody's place": {[]meeting.Nominee{nominee("o1"), open("Ada New")}, keys(nomination("s1", "o1")), "o1 -"},
		"two, each by name":                 {[]meeting.Nominee{open("Two, Oba"), open("One Olu")}, keys(nomination("s1", "o1"), nomination("s1", "o2")), "o2 o1"},
		"two that nobody is called":         {[]meeting.Nominee{open("Ока")}, keys(nomination("s1", "o1"), nomination("s1", "o2")), "-"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := o.upload(1, meeting.Nomination, &meeting.Letter{Agency: "Ministry", Nominees: test.nominees})
			o.done(file(d, test.places...))
			got := ""
			for _, n := range o.stored(d).Letter.Nominees {
				got += " " + cmp.Or(n.Participant, "-")
			}
			if got[1:] != test.want {
				t.Errorf("%s, want %s", got[1:], test.want)
			}
			before := o.audit().Effects[0].DocumentBefore.Letter.Nominees
			if !slices.Equal(before, test.nominees) {
				t.Errorf("the audit has %+v", before)
			}
		})
	}
}

// A letter in review waits for the last of its nominees who are open, and is not filed for one who was declined.
func TestDeclinedIsNotFiledFor(t *testing.T) {
	o := newOffice(t)
	known := nominee("o2")
	known.Declined = true
	d := o.upload(1, meeting.Nomination, &meeting.Letter{Agency: "Ministry", Nominees: []meeting.Nominee{nominee("o1"), known, {Name: "Ada New"}, {Name: "Eve New"}}})
	o.done(meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Ada New"})
	o.status(d, meeting.Review, meeting.ReasonNotSure)
	o.done(meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Eve New"})
	o.status(d, meeting.Filed, "")
	if got := o.stored(d).Satisfies; !slices.Equal(got, keys(nomination("s1", "o1"), nomination("s2", "o1"))) {
		t.Errorf("filed for %v", got)
	}
}

// A sender who was told that the letter is filed hears that a newer one counts, when staff decide about it: once more than the
// agency may send is accepted, too.
func TestSenderOfReplacedLetterHears(t *testing.T) {
	for name, others := range map[string][]meeting.Nominee{"with a seat left": {nominee("o1")}, "with no seat left": {nominee("o1"), nominee("o2")}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := o.inPart(1, append(slices.Clone(others), meeting.Nominee{Name: "Ada New"}, meeting.Nominee{Name: "Eve New"})...)
			o.inPart(2, others...)
			o.status(d, meeting.Superseded, "")
			o.done(meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: "Eve New"})
			if n := o.outcomes(d); n != 1 {
				t.Errorf("%d mails", n)
			}
			if got := o.stored(d).NotifiedStatus; got != meeting.Superseded {
				t.Errorf("last told %q", got)
			}
			o.done(accepting(d, "Ada New", "s1"))
			o.check()
		})
	}
}

// A person who owes no nomination is accepted from a filed letter without another place.
func TestAcceptedWhoOwesNone(t *testing.T) {
	o := newOffice(t)
	d := o.inPart(1, nominee("o1"), meeting.Nominee{Name: "Ada New"})
	a := accepting(d, "Ada New", "s1")
	a.Participant.Sector = meeting.Academia
	o.done(a)
	if got := o.stored(d); got.HasOpenNominees() || len(got.Satisfies) != 2 || got.Status != meeting.Filed {
		t.Errorf("%+v", got.DocumentState)
	}
	o.check()
}
