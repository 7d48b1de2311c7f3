package filing_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// accept puts a nominee on the roster, as a decision of staff does: an official of the ministry with a role in s1.
func (r *registrar) accept(id string) {
	r.Helper()
	p := &meeting.Accepted{Meeting: "m", Participant: meeting.Participant{ID: id, Name: "Name of " + id, Email: id + "@people.example",
		Sector: meeting.Public, Agency: "Ministry", Country: "KE", Language: "en", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s1"}}}}
	must(r, r.store.Commit(r.Context(), store.NewChanges(p)))
	r.load()
}

func (r *registrar) accepted(id string) *meeting.Accepted {
	r.Helper()
	p, err := r.store.Person(r.Context(), "m", id)
	must(r, err)
	return p
}

// Each column in which a roster can differ arrives at the requirements of its participant, with or without a document
// there.
func TestEachColumnOfARoster(t *testing.T) {
	profile := reflect.TypeFor[meeting.Profile]()
	for i := range profile.NumField() {
		name := profile.Field(i).Name
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			r.file("x", 1, letterOf("s1", "o3"))
			// The official stays one of the public sector: another owes no nomination.
			changed := "Changed"
			if name == "Sector" {
				changed = string(meeting.Academia)
			}
			o3 := slices.IndexFunc(r.roster.Participants, func(p meeting.Participant) bool { return p.ID == "o3" })
			before := r.requirement(letterOf("s1", "o3"))
			reflect.ValueOf(&r.roster.Participants[o3]).Elem().FieldByName(name).SetString(changed)
			r.load()
			got := r.requirement(letterOf("s1", "o3"))
			if name == "Sector" {
				if !got.Retired || got.Document != before.Document {
					t.Errorf("who is no official owes a nomination: %+v", got)
				}
				return
			}
			if s := reflect.ValueOf(got.Profile).FieldByName(name).String(); s != changed {
				t.Errorf("it is %q still", s)
			}
			want := *before
			reflect.ValueOf(&want.Profile).Elem().FieldByName(name).SetString(changed)
			want.Rev = got.Rev
			if d := cmp.Diff(&want, got); d != "" {
				t.Errorf("something else changed (-want +got):\n%s", d)
			}
		})
	}
}

// A presenter's sector is a column too.
func TestSectorOfAPresenter(t *testing.T) {
	r := newRegistrar(t)
	r.roster.Participants[0].Sector = meeting.Academia
	r.load()
	if got := r.requirement(deck("s1", "a")).Sector; got != meeting.Academia {
		t.Errorf("it is %s still", got)
	}
}

// A requirement that the roster says nothing new of is not written again.
func TestSameRosterWritesNoRequirement(t *testing.T) {
	r := newRegistrar(t)
	before := r.requirement(deck("s1", "a"))
	r.load()
	if after := r.requirement(deck("s1", "a")); after.Rev != before.Rev {
		t.Errorf("revision %d, then %d", before.Rev, after.Rev)
	}
}

// Who leaves the roster owes nothing; what was filed is kept for the day that the roster asks again.
func TestWhoLeavesAndComesBack(t *testing.T) {
	r := newRegistrar(t)
	d := r.file("x", 1, deck("s1", "a"))
	before := r.session("s1")
	all := r.roster.Participants
	r.roster.Participants = all[1:]
	r.load()
	q := r.requirement(deck("s1", "a"))
	if s := r.session("s1"); !q.Retired || q.Document != d.ID || s.Required != before.Required-1 || s.In() != before.In()-1 || s.Outstanding != before.Outstanding {
		t.Errorf("%+v\n%+v", q, s)
	}
	if q.Name != "Name of a" || q.Email != "a@people.example" {
		t.Errorf("who left is forgotten: %+v", q.Profile)
	}
	rev := q.Rev
	r.load()
	if q := r.requirement(deck("s1", "a")); q.Rev != rev {
		t.Errorf("what is retired is written again: %d, %d", rev, q.Rev)
	}
	r.roster.Participants = all
	r.load()
	q = r.requirement(deck("s1", "a"))
	if s := r.session("s1"); q.Retired || q.State != meeting.Satisfied || q.Document != d.ID || s.Required != before.Required || s.In() != before.In() {
		t.Errorf("%+v\n%+v", q, s)
	}
}

// A session is as the roster says; one that the roster knows no longer is removed, and asks for nothing.
func TestSessionsOfARoster(t *testing.T) {
	r := newRegistrar(t)
	r.roster.Sessions[0] = meeting.Plan{ID: "s1", Title: "Another title", Number: 3, Format: meeting.Panel, Starts: nine, Ends: nine.Add(1)}
	second := r.roster.Sessions[1]
	r.roster.Sessions = r.roster.Sessions[:1]
	for i := range r.roster.Participants {
		p := &r.roster.Participants[i]
		p.Roles = slices.DeleteFunc(slices.Clone(p.Roles), func(x meeting.Role) bool { return x.Session == "s2" })
	}
	r.load()
	s1, s2 := r.session("s1"), r.session("s2")
	if s1.Plan != r.roster.Sessions[0] || s1.Removed || s1.Loading != "" || s1.Roster != r.roster.Meeting.Roster || s1.Meeting != "m" {
		t.Errorf("%+v", s1)
	}
	if s2.Plan != second || !s2.Removed || s2.Required != 0 || s2.Outstanding != 0 || s2.Loading != "" {
		t.Errorf("%+v", s2)
	}
	m, err := r.store.Meeting(t.Context(), "m")
	must(t, err)
	if m.Roster != r.roster.Meeting.Roster {
		t.Errorf("the roster in force is %s", m.Roster)
	}
}

// Completeness is decided when a roster is loaded, and not before all of it is.
func TestRosterCompletes(t *testing.T) {
	r := newRegistrar(t)
	r.file("x", 1, deck("s2", "b"))
	r.roster.Participants = slices.DeleteFunc(r.roster.Participants, func(p meeting.Participant) bool { return p.ID == "a" || p.ID == "o3" })
	r.load()
	if s := r.session("s2"); !s.Complete || s.Epoch != 1 {
		t.Errorf("%+v", s)
	}
	mails := r.mails(meeting.MailComplete)
	if len(mails) != 1 || mails[0].Cause != r.roster.Meeting.Roster {
		t.Errorf("%+v", mails)
	}
}

// The same roster loaded again changes nothing, and one that is older stops.
func TestSameAndOlderRoster(t *testing.T) {
	r := newRegistrar(t)
	r.file("x", 1, letterOf("s1", "o1"))
	before := r.everything()
	must(t, r.registry.Load(t.Context(), r.roster))
	if d := cmp.Diff(before, r.everything()); d != "" {
		t.Errorf("the same roster changed:\n%s", d)
	}
	old := *r.roster
	old.Meeting.Roster, old.Participants = "0", nil
	if err := r.registry.Load(t.Context(), &old); !errors.Is(err, filing.ErrSuperseded) {
		t.Errorf("an older one: %v", err)
	}
	// One without sessions meets no session of the newer one, and still takes nothing back.
	stored, err := r.store.Meeting(t.Context(), "m")
	must(t, err)
	if d := cmp.Diff(before, r.everything()); d != "" || stored.Roster != r.roster.Meeting.Roster {
		t.Errorf("an older roster changed (%s):\n%s", stored.Roster, d)
	}
}

// Where sessions are all new to it, an older roster is stopped by the meeting's.
func TestOlderRosterOfOtherSessions(t *testing.T) {
	s := newStore(t)
	g := filing.New(s, nil)
	must(t, s.SetMeeting(t.Context(), &meeting.Meeting{ID: "m", Roster: "2"}))
	if err := g.Load(t.Context(), &meeting.Roster{Meeting: meeting.Meeting{ID: "m", Roster: "1"}}); !errors.Is(err, filing.ErrSuperseded) {
		t.Errorf("%v", err)
	}
}

// Nominees accepted by staff are on the roster, until the roster itself has the id.
func TestAcceptedAreOnTheRoster(t *testing.T) {
	r := newRegistrar(t)
	r.accept("n1")
	if q := r.requirement(letterOf("s1", "n1")); q == nil || q.Retired || q.Name != "Name of n1" {
		t.Fatalf("%+v", q)
	}
	known := r.accepted("n1").Participant
	known.Name = "As the roster writes it"
	r.roster.Participants = append(r.roster.Participants, known)
	r.load()
	if q := r.requirement(letterOf("s1", "n1")); q.Name != known.Name || q.Retired {
		t.Errorf("%+v", q)
	}
	people := make([]meeting.Participant, 1, 2)
	people[0].ID = "a"
	accepted := []*meeting.Accepted{{Participant: meeting.Participant{ID: "a", Name: "Another"}}, {Participant: meeting.Participant{ID: "n"}}}
	if d := cmp.Diff([]meeting.Participant{{ID: "a"}, {ID: "n"}}, filing.WithAccepted(people, accepted)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if further := people[:2][1]; further.ID != "" {
		t.Errorf("the list that was given goes on with %v", further)
	}
}

// A nominee who is removed owes nothing any more, and indexes of the roster are out of date.
func TestRemove(t *testing.T) {
	r := newRegistrar(t)
	r.accept("n1")
	before := r.session("s1")
	_, amendments, err := r.store.Roster(t.Context(), "m")
	must(t, err)
	must(t, r.registry.Remove(t.Context(), r.roster.Meeting, r.accepted("n1")))
	if q, s := r.requirement(letterOf("s1", "n1")), r.session("s1"); !q.Retired || s.Required != before.Required-1 {
		t.Errorf("%+v\n%+v", q, s)
	}
	if p := r.accepted("n1"); !p.Revoked {
		t.Errorf("%+v", p)
	}
	for n := range 2 {
		_, after, err := r.store.Roster(t.Context(), "m")
		must(t, err)
		if after != amendments+1+n {
			t.Errorf("%d amendments, then %d", amendments, after)
		}
		must(t, r.registry.Remove(t.Context(), r.roster.Meeting, r.accepted("n1")))
	}
	// One whose sessions are no more owes nothing to take back.
	gone := &meeting.Accepted{Meeting: "m", Participant: r.accepted("n1").Participant}
	gone.ID, gone.Roles = "n2", []meeting.Role{{Name: meeting.Expert, Session: "s9"}}
	must(t, r.store.Commit(t.Context(), store.NewChanges(gone)))
	must(t, r.registry.Remove(t.Context(), r.roster.Meeting, r.accepted("n2")))
	never := &meeting.Accepted{Meeting: "m", Participant: r.accepted("n1").Participant} // no roster was loaded since
	never.ID = "n3"
	must(t, r.store.Commit(t.Context(), store.NewChanges(never)))
	must(t, r.registry.Remove(t.Context(), r.roster.Meeting, r.accepted("n3")))
	if !r.accepted("n2").Revoked || !r.accepted("n3").Revoked {
		t.Error("they are not removed")
	}
	stranger := &meeting.Accepted{Participant: meeting.Participant{ID: "nobody"}}
	everything := r.everything()
	must(t, r.registry.Remove(t.Context(), r.roster.Meeting, stranger))
	if d := cmp.Diff(everything, r.everything()); d != "" {
		t.Errorf("removing nobody changed:\n%s", d)
	}
}

// What a roster says of an official moves the delegation and the balance with it, also of a letter that was filed before.
func TestRosterMovesDelegations(t *testing.T) {
	for name, test := range map[string]struct {
		change                    func(*meeting.Participant)
		ministry, agency, balance string
	}{
		"another agency": {func(p *meeting.Participant) { p.Agency = "Agency" }, "[o1] []", "[o2] []", "public 1 1 0 1"},
		"another gender": {func(p *meeting.Participant) { p.Gender = "x" }, "[o1 o2] []", "[] []", "public 0 1 1 1"},
		"gone":           {nil, "[o1] []", "[] []", "public 0 1 0 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			first := r.file("x", 1, letterOf("s1", "o1"))
			second := r.file("y", 2, letterOf("s1", "o2"), letterOf("s1", "p1"))
			i := slices.IndexFunc(r.roster.Participants, func(p meeting.Participant) bool { return p.ID == "o2" })
			if test.change != nil {
				test.change(&r.roster.Participants[i])
			} else {
				r.roster.Participants = slices.Delete(r.roster.Participants, i, i+1)
			}
			r.load()
			if got := r.members("Ministry"); got != test.ministry {
				t.Errorf("the ministry sends %s, not %s", got, test.ministry)
			}
			if got := r.members("Agency"); got != test.agency {
				t.Errorf("the agency sends %s, not %s", got, test.agency)
			}
			r.balance(test.balance)
			// Each letter knows in which delegations it has an entry.
			all, err := r.store.Delegations(t.Context(), "m")
			must(t, err)
			for _, letter := range []*meeting.Document{first, second} {
				var want []string
				for _, d := range all {
					if slices.ContainsFunc(d.Entries, func(e meeting.Entry) bool { return e.Document == letter.ID }) {
						want = append(want, d.Key)
					}
				}
				slices.Sort(want)
				if got := r.document(letter.ID).Delegations; !slices.Equal(got, want) {
					t.Errorf("%s has entries in %v, not %v", letter.Key, got, want)
				}
			}
		})
	}
}

// A letter that was erased is in no delegation after the next roster; the other letters are.
func TestRosterAfterAnErasure(t *testing.T) {
	r := newRegistrar(t)
	for i, o := range []string{"o1", "o2"} {
		d := r.file(o, i+1, letterOf("s1", o))
		q := r.requirement(letterOf("s1", o))
		q.Document = []string{d.ID, "erased"}[i]
		must(t, r.store.Commit(t.Context(), store.NewChanges(q)))
	}
	r.roster.Participants[2].Agency = "Agency"
	r.load()
	if got := r.members("Agency"); got != "[o1] []" {
		t.Errorf("the agency sends %s", got)
	}
}

// An official who comes back onto the roster has the seat again that the letter gave.
func TestOfficialComesBack(t *testing.T) {
	r := newRegistrar(t)
	r.file("x", 1, letterOf("s1", "o1"), letterOf("s1", "o2"))
	r.file("y", 1, deck("s1", "a"))
	all := r.roster.Participants
	r.roster.Participants = slices.DeleteFunc(slices.Clone(all), func(p meeting.Participant) bool { return p.Agency == "Ministry" })
	r.load()
	if got := r.members("Ministry"); got != "[] []" {
		t.Errorf("gone, they send %s", got)
	}
	r.roster.Participants = all
	r.load()
	if got := r.members("Ministry"); got != "[o1 o2] []" {
		t.Errorf("back, they send %s", got)
	}
	r.balance("public 1 1 0 0")
}
