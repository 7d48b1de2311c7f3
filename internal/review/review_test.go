package review_test

import (
	"slices"
	"sync"
	"testing"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
)

// nominate uploads a letter for some of the office's people.
func (o *office) nominate(minute int, nominees ...meeting.Nominee) *meeting.Document {
	o.Helper()
	var file []meeting.RequirementKey
	for _, n := range nominees {
		if n.Participant == "" {
			file = nil
			break
		}
		file = append(file, nomination("s1", n.Participant), nomination("s2", n.Participant))
	}
	return o.upload(minute, meeting.Nomination, &meeting.Letter{Agency: "Ministry", Nominees: nominees}, file...)
}

func nominee(participant string) meeting.Nominee {
	return meeting.Nominee{Name: "Nominee " + participant, Participant: participant}
}

// status demands where a document stands.
func (o *office) status(d *meeting.Document, want meeting.Status, reason meeting.Reason) {
	o.Helper()
	if got := o.state().Documents[d.ID]; got.Status != want || got.Reason != reason {
		o.Errorf("the document is %s (%s), want %s (%s)", got.Status, got.Reason, want, reason)
	}
}

// An agency's officials are counted across its letters, in whichever order they arrive.
func TestSeats(t *testing.T) {
	alternate, replaces := nominee("o3"), nominee("o3")
	alternate.Alternate, replaces.ReplacesID = true, "o1"
	for name, c := range map[string]struct {
		letters [][]meeting.Nominee
		want    []meeting.Status
		members int
	}{
		"two in one letter":                {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}}, []meeting.Status{meeting.Filed}, 2},
		"three in one letter":              {[][]meeting.Nominee{{nominee("o1"), nominee("o2"), nominee("o3")}}, []meeting.Status{meeting.Review}, 0},
		"a third by another letter":        {[][]meeting.Nominee{{nominee("o1")}, {nominee("o2")}, {nominee("o3")}}, []meeting.Status{meeting.Filed, meeting.Filed, meeting.Review}, 2},
		"the same two again":               {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}, {nominee("o1")}}, []meeting.Status{meeting.Filed, meeting.Filed}, 2},
		"a third in another's place":       {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}, {replaces}}, []meeting.Status{meeting.Filed, meeting.Filed}, 2},
		"a third as an alternate":          {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}, {alternate}}, []meeting.Status{meeting.Filed, meeting.Filed}, 2},
		"another agency's are its own":     {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}, {nominee("o4")}}, []meeting.Status{meeting.Filed, meeting.Filed}, 2},
		"an alternate who becomes a third": {[][]meeting.Nominee{{nominee("o1"), nominee("o2")}, {alternate}, {nominee("o3")}}, []meeting.Status{meeting.Filed, meeting.Filed, meeting.Review}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			for i, l := range c.letters {
				d := o.nominate(i+1, l...)
				reason := meeting.Reason("")
				if c.want[i] == meeting.Review {
					reason = meeting.ReasonOverQuota
				}
				o.status(d, c.want[i], reason)
			}
			if got := o.members()["Ministry"]; got != c.members {
				t.Errorf("%d officials, want %d", got, c.members)
			}
			o.check()
		})
	}
}

// A letter that replaces an official by one who was nominated before it counts by the order of upload, not of arrival.
func TestReplacementArrivesFirst(t *testing.T) {
	o := newOffice(t)
	instead := nominee("o3")
	instead.ReplacesID = "o1"
	o.status(o.nominate(5, instead), meeting.Filed, "")
	o.status(o.nominate(1, nominee("o1"), nominee("o2")), meeting.Filed, "")
	members, _ := o.state().Delegations[meeting.DelegationKey("Ministry", "KE")].Members()
	var ids []string
	for _, m := range members {
		ids = append(ids, m.Participant)
	}
	if !slices.Equal(ids, []string{"o2", "o3"}) {
		t.Errorf("the delegation is %v", ids)
	}
	o.check()
}

// Of a letter for too many whose sender is not known, the officials are asked; the letter is kept, and staff may file it.
func TestOverQuotaIsAskedAndMayBeFiled(t *testing.T) {
	o := newOffice(t)
	obj := meeting.Object{Bucket: "b", Key: "incoming/m/drop/letter.pdf", Version: "1", Time: day}
	in := filing.Submission{Document: meeting.Document{ID: obj.ID(),
		Object:        obj,
		Meeting:       "m",
		DocumentState: meeting.DocumentState{Status: meeting.Review, Kind: meeting.Nomination}},
		Meeting: o.roster.Meeting, File: []meeting.RequirementKey{nomination("s1", "o1"), nomination("s1", "o2"), nomination("s2", "o3")}, Staff: []string{"staff@example.org"}}
	d, err := o.registry.Submit(t.Context(), in)
	o.ok(err)
	o.documents, o.now = append(o.documents, d.ID), nil
	o.status(d, meeting.Review, meeting.ReasonOverQuota)
	asked := map[string]int{}
	for _, m := range o.state().mails {
		asked[m.Template+" "+m.To[0]]++
	}
	for _, want := range []string{"over-quota o1@people.example", "over-quota o2@people.example", "over-quota o3@people.example", "review staff@example.org"} {
		if asked[want] != 1 {
			t.Errorf("%d mails %q in %v", asked[want], want, asked)
		}
	}
	// It is matched again with another roster, and is still over: nobody is asked twice.
	in.Document.RosterVersion = "another"
	_, err = o.registry.Submit(t.Context(), in)
	o.ok(err)
	o.now = nil
	o.status(d, meeting.Review, meeting.ReasonOverQuota)
	if n := len(o.state().mails); n != 4 {
		t.Errorf("%d mails after another roster", n)
	}
	if why := o.decide(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: in.File}); why != "" {
		t.Fatal(why)
	}
	if got := o.members()["Ministry"]; got != 3 {
		t.Errorf("filed by hand, the agency has %d", got)
	}
}

// A nominee who is not on the roster is accepted: the person and what the person owes are there, the letter is filed, and a
// new roster keeps both. One more than the agency may send is accepted as a person, but the letter waits.
func TestAcceptAndDecline(t *testing.T) {
	accept := func(d *meeting.Document, name string, sessions ...string) meeting.Decision {
		p := &meeting.Participant{ID: meeting.ParticipantID(d.ID, name), Name: name, Gender: "f", Sector: meeting.Public, Agency: "Ministry", Country: "KE"}
		for _, s := range sessions {
			p.Roles = append(p.Roles, meeting.Role{Name: meeting.Expert, Session: s})
		}
		return meeting.Decision{Action: meeting.Accept, Document: d.ID, Nominee: name, Participant: p}
	}
	decline := func(d *meeting.Document, name string) meeting.Decision {
		return meeting.Decision{Action: meeting.Decline, Document: d.ID, Nominee: name}
	}
	ada, eve := meeting.Nominee{Name: "Ada New"}, meeting.Nominee{Name: "Eve New"}

	t.Run("accepted and kept by a new roster", func(t *testing.T) {
		o := newOffice(t)
		d := o.nominate(1, nominee("o1"), ada)
		if why := o.decide(accept(d, "Ada New", "s1", "s2")); why != "" {
			t.Fatal(why)
		}
		o.status(d, meeting.Filed, "")
		id := meeting.ParticipantID(d.ID, "Ada New")
		o.load("002", 6)
		for _, k := range []meeting.RequirementKey{nomination("s1", id), nomination("s2", id), nomination("s1", "o1"), nomination("s2", "o1")} {
			if r := o.state().Requirements[k]; r == nil || r.State != meeting.Satisfied || r.Retired || r.Document != d.ID {
				t.Errorf("%s: %+v", k, r)
			}
		}
		if b := o.state().Balance.Sectors[meeting.Public]; b.Women != 1 || b.Men != 1 {
			t.Errorf("balance %+v", b)
		}
		o.check()
	})
	t.Run("one at a time, then one declined", func(t *testing.T) {
		o := newOffice(t)
		d := o.nominate(1, ada, eve)
		o.decide(accept(d, "Ada New", "s1"))
		o.status(d, meeting.Filed, "")
		if why := o.decide(accept(d, "Ada New", "s1")); why != meeting.RefusalAlreadyDecided {
			t.Errorf("accepted twice: %q", why)
		}
		o.decide(decline(d, "Eve New"))
		o.status(d, meeting.Filed, "")
		if got := o.members()["Ministry"]; got != 1 {
			t.Errorf("%d officials", got)
		}
		o.check()
	})
	t.Run("all declined", func(t *testing.T) {
		o := newOffice(t)
		d := o.nominate(1, ada, eve)
		o.decide(decline(d, "Ada New"))
		o.decide(decline(d, "Eve New"))
		o.status(d, meeting.Rejected, meeting.ReasonNomineesDeclined)
		o.check()
	})
	t.Run("one too many", func(t *testing.T) {
		o := newOffice(t)
		o.nominate(1, nominee("o1"), nominee("o2"))
		d := o.nominate(2, ada)
		o.decide(accept(d, "Ada New", "s1"))
		o.status(d, meeting.Review, meeting.ReasonOverQuota)
		if p := o.state().People[meeting.ParticipantID(d.ID, "Ada New")]; p == nil || p.Revoked {
			t.Error("the person was not kept")
		}
		o.check()
	})
	t.Run("a changed id or no role", func(t *testing.T) {
		o := newOffice(t)
		d := o.nominate(1, ada)
		other := accept(d, "Ada New", "s1")
		other.Participant.ID = "o1"
		if why := o.decide(other); why != meeting.RefusalNoSuchRequirement {
			t.Errorf("as somebody else: %q", why)
		}
		if why := o.decide(accept(d, "Ada New")); why != meeting.RefusalNoSuchRequirement {
			t.Errorf("without a role: %q", why)
		}
		if why := o.decide(accept(d, "Ada New", "s9")); why != meeting.RefusalNoSuchRequirement {
			t.Errorf("in no session: %q", why)
		}
	})
}

// Two of the staff decide about one document at once: one of the decisions is carried out, the other is refused, and both are
// in the history.
func TestTwoDecideAtOnce(t *testing.T) {
	for range 10 {
		o := newOffice(t)
		d := o.upload(1, meeting.Presentation, nil)
		decisions := []meeting.Decision{
			{Action: meeting.Reject, Code: "wrong-document"},
			{Action: meeting.FileHere, Requirements: []meeting.RequirementKey{{Session: "s1", Kind: meeting.Presentation, Participant: "a"}}},
			{Action: meeting.FileHere, Requirements: []meeting.RequirementKey{{Session: "s1", Kind: meeting.Presentation, Participant: "b"}}},
		}
		errs := make([]error, len(decisions))
		var wg sync.WaitGroup
		for i, x := range decisions {
			x.Meeting, x.Document, x.By, x.Reason, x.At = "m", d.ID, "somebody", "because", day
			wg.Go(func() { errs[i] = o.desk.Decide(t.Context(), string(rune('x'+i)), x, o.roster.Meeting) })
		}
		wg.Wait()
		won := ""
		for i, err := range errs {
			switch {
			case err == nil && won == "":
				won = string(rune('x' + i))
			case err == nil:
				t.Error("two decisions about one document were carried out")
			case !fault.Because(err, meeting.RefusalAlreadyDecided):
				t.Errorf("the other is refused by %v", err)
			}
		}
		o.now = nil
		if got := o.state().Documents[d.ID]; got.Decision != won {
			t.Errorf("the document says %q decided, it was %q", got.Decision, won)
		}
		audits, err := o.store.Audits(t.Context(), "m", 0)
		o.ok(err)
		if len(audits) != 3 {
			t.Errorf("%d audits", len(audits))
		}
		o.check()
	}
}

// What was built upon cannot be undone; what was not can, and says so in the history.
func TestUndo(t *testing.T) {
	o := newOffice(t)
	key := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}
	d := o.upload(1, meeting.Presentation, nil)
	o.decide(meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: []meeting.RequirementKey{key}})
	newer := o.upload(2, meeting.Presentation, nil, key)
	if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: "x000"}); why != meeting.RefusalChangedSince {
		t.Errorf("undone although a newer one is in: %q", why)
	}
	o.decide(meeting.Decision{Action: meeting.Withdraw, Document: newer.ID})
	if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: "x002"}); why != "" {
		t.Errorf("a withdrawal cannot be undone: %s", why)
	}
	o.status(newer, meeting.Filed, "")
	undone, err := o.store.Undone(t.Context(), []string{"x000", "x002"})
	o.ok(err)
	if undone["x000"] || !undone["x002"] {
		t.Errorf("undone: %v", undone)
	}
	// Undoing the undoing is a decision like any other.
	if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: "x003"}); why != "" {
		t.Errorf("the undoing cannot be undone: %s", why)
	}
	o.status(newer, meeting.Withdrawn, "because")
	o.check()
}

// A document that staff file for one person teaches from which address the person's files come and how they are named; the
// lesson is counted so that indexes are made anew, goes when the decision is undone, and can be forgotten.
func TestLearning(t *testing.T) {
	o := newOffice(t)
	key := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}
	d := o.upload(1, meeting.Presentation, nil)
	file := meeting.Decision{Action: meeting.FileHere, Document: d.ID, Requirements: []meeting.RequirementKey{key}}
	o.decide(file)
	lessons := o.state().lessons
	if len(lessons) == 0 || !slices.ContainsFunc(lessons, func(l *meeting.Hint) bool {
		return l.Kind == meeting.HintAddress && l.Pattern == "sender0@people.example" && l.Participant == "a" && l.By == "Ms Staff" && l.Decision == "x000"
	}) {
		t.Fatalf("lessons: %+v", lessons)
	}
	_, taught, err := o.store.Roster(t.Context(), "m")
	o.ok(err)
	if taught == 0 {
		t.Error("nobody will know that there is a lesson")
	}
	o.decide(meeting.Decision{Action: meeting.Undo, Of: "x000"})
	if _, again, err := o.store.Roster(t.Context(), "m"); err != nil || again <= taught {
		t.Errorf("nobody will know that it is unlearned: %d, then %d, %v", taught, again, err)
	}
	if got := o.state().lessons; len(got) != 0 {
		t.Errorf("after the undoing: %+v", got)
	}
	o.decide(file)
	if why := o.decide(meeting.Decision{Action: meeting.Dismiss, Of: lessons[0].ID}); why != "" {
		t.Errorf("not forgotten: %s", why)
	}
	if got := o.state().lessons; len(got) != len(lessons)-1 {
		t.Errorf("%d lessons of %d after one is forgotten", len(got), len(lessons))
	}
	o.check()
}

// A document that holds two is split by pages; one in two files is joined, and the part goes with the whole.
func TestSplitAndJoin(t *testing.T) {
	o := newOffice(t)
	a, b := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}, meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "b"}
	whole, part := o.upload(1, meeting.Presentation, nil), o.upload(2, meeting.Presentation, nil)
	for name, parts := range map[string][]meeting.Part{
		"one part":    {{From: 1, To: 6, Requirements: []meeting.RequirementKey{a}}},
		"overlapping": {{From: 1, To: 3, Requirements: []meeting.RequirementKey{a}}, {From: 3, To: 6, Requirements: []meeting.RequirementKey{b}}},
		"beyond":      {{From: 1, To: 3, Requirements: []meeting.RequirementKey{a}}, {From: 4, To: 7, Requirements: []meeting.RequirementKey{b}}},
		"for nothing": {{From: 1, To: 3, Requirements: []meeting.RequirementKey{a}}, {From: 4, To: 6}},
	} {
		if why := o.decide(meeting.Decision{Action: meeting.Split, Document: whole.ID, Parts: parts}); why != meeting.RefusalBadParts {
			t.Errorf("%s: %q", name, why)
		}
	}
	if why := o.decide(meeting.Decision{Action: meeting.Split, Document: whole.ID, Parts: []meeting.Part{{From: 1, To: 3, Requirements: []meeting.RequirementKey{a}}, {From: 4, To: 4, Requirements: []meeting.RequirementKey{b}}}}); why != "" {
		t.Fatal(why)
	}
	if x, y := o.state().Requirements[a].Pages, o.state().Requirements[b].Pages; x != "1-3" || y != "4" {
		t.Errorf("pages %q and %q", x, y)
	}
	if why := o.decide(meeting.Decision{Action: meeting.Join, Document: part.ID, Into: part.ID}); why != meeting.RefusalNoSuchDocument {
		t.Errorf("joined to itself: %q", why)
	}
	if why := o.decide(meeting.Decision{Action: meeting.Join, Document: part.ID, Into: whole.ID}); why != "" {
		t.Fatal(why)
	}
	o.status(part, meeting.Filed, "")
	third := o.upload(3, meeting.Presentation, nil)
	o.decide(meeting.Decision{Action: meeting.Join, Document: third.ID, Into: whole.ID})
	o.decide(meeting.Decision{Action: meeting.Withdraw, Document: third.ID})
	if got := o.state().Documents[whole.ID].Joined; !slices.Equal(got, []string{part.ID}) {
		t.Errorf("after one part is withdrawn the others are %v", got)
	}
	o.decide(meeting.Decision{Action: meeting.Withdraw, Document: whole.ID})
	o.status(part, meeting.Withdrawn, "because")
	if r := o.state().Requirements[a]; r.State != meeting.Outstanding || r.Pages != "" {
		t.Errorf("%+v", r)
	}
	o.check()
}

// A decision that comes twice is carried out once, also when what it decided was decided otherwise since.
func TestDecidedOnce(t *testing.T) {
	o := newOffice(t)
	waive := meeting.Decision{Action: meeting.Waive, Meeting: "m", By: "x", Reason: "y",
		Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}}
	require := waive
	require.Action = meeting.Require
	before := o.state().Sessions["s1"].Outstanding
	o.ok(o.desk.Decide(t.Context(), "first", waive, o.roster.Meeting))
	o.ok(o.desk.Decide(t.Context(), "second", require, o.roster.Meeting))
	if err := o.desk.Decide(t.Context(), "first", waive, o.roster.Meeting); !fault.Is(err, fault.Exists) {
		t.Errorf("%v", err)
	}
	o.now = nil
	if got := o.state().Sessions["s1"].Outstanding; got != before {
		t.Errorf("%d outstanding, want %d", got, before)
	}
}
