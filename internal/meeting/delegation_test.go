package meeting_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
)

// An agency is known by its name and country, however its name is written out.
func TestDelegationKey(t *testing.T) {
	key := meeting.DelegationKey("Ministry of Justice", "KE")
	if len(key) != 16 {
		t.Errorf("%q is not 64 bits", key)
	}
	for _, same := range [][2]string{{" ministry  of\tJUSTICE ", "KE"}, {"Ministry of Justice", " ke "}} {
		if meeting.DelegationKey(same[0], same[1]) != key {
			t.Errorf("%q is another agency", same)
		}
	}
	for _, other := range [][2]string{{"Ministry of Justice", "UG"}, {"Ministry of Health", "KE"}, {"Ministry of JusticeKE", ""}} {
		if meeting.DelegationKey(other[0], other[1]) == key {
			t.Errorf("%q is the same agency", other)
		}
	}
}

// entry is a letter with an order, whose officials are written "o1 o2(alternate) -o3": o1, o2 as an alternate, in place of o3.
func entry(document, order, officials string) meeting.Entry {
	e := meeting.Entry{Document: document, Order: order}
	for _, f := range strings.Fields(officials) {
		if id, ok := strings.CutPrefix(f, "-"); ok {
			e.Replaced = append(e.Replaced, id)
			continue
		}
		id, alternate := strings.CutSuffix(f, "(alternate)")
		e.Officials = append(e.Officials, meeting.Official{Participant: id, Name: "Name of " + id + " by " + document,
			Gender: map[string]string{"o1": "f", "o2": "m", "o3": "x"}[id], Sector: meeting.Public, Alternate: alternate})
	}
	return e
}

// Who comes, by the letters of an agency, in whichever order they were put in.
func TestMembers(t *testing.T) {
	for name, test := range map[string]struct {
		letters             []string // in order of upload
		members, alternates string
	}{
		"no letter":                    {nil, "", ""},
		"one":                          {[]string{"o1"}, "o1", ""},
		"two letters":                  {[]string{"o2", "o1"}, "o1 o2", ""},
		"one person twice":             {[]string{"o1 o2", "o1"}, "o1 o2", ""},
		"an alternate":                 {[]string{"o1 o2(alternate)"}, "o1", "o2"},
		"an alternate is called":       {[]string{"o1 o2(alternate)", "o2"}, "o1 o2", ""},
		"a member steps back":          {[]string{"o1 o2", "o2(alternate)"}, "o1", "o2"},
		"one in another's place":       {[]string{"o1 o2", "o3 -o1"}, "o2 o3", ""},
		"who is replaced comes later":  {[]string{"o3 -o1", "o1"}, "o1 o3", ""},
		"a letter that only withdraws": {[]string{"o1 o2", "-o1"}, "o2", ""},
		"a letter in its own place":    {[]string{"o1 -o1"}, "o1", ""},
	} {
		for _, backwards := range []bool{false, true} {
			var d meeting.Delegation
			for i := range test.letters {
				if backwards {
					i = len(test.letters) - 1 - i
				}
				d.Set(entry(fmt.Sprint("d", i), fmt.Sprint(i), test.letters[i]))
			}
			members, alternates := d.Members()
			if got := ids(members); got != test.members {
				t.Errorf("%s, backwards %v: members %q, not %q", name, backwards, got, test.members)
			}
			if got := ids(alternates); got != test.alternates {
				t.Errorf("%s, backwards %v: alternates %q, not %q", name, backwards, got, test.alternates)
			}
		}
	}
}

func ids(officials []meeting.Official) string {
	var all []string
	for _, o := range officials {
		all = append(all, o.Participant)
	}
	return strings.Join(all, " ")
}

// An official is as the latest letter says.
func TestLatestLetterSaysWho(t *testing.T) {
	d := meeting.Delegation{Entries: []meeting.Entry{entry("late", "2", "o1"), entry("early", "1", "o1")}}
	members, _ := d.Members()
	want := []meeting.Official{{Participant: "o1", Name: "Name of o1 by late", Gender: "f", Sector: meeting.Public}}
	if d := cmp.Diff(want, members); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A letter has one entry, in the order of upload; one that says nothing has none. The list that was there is not changed.
func TestSet(t *testing.T) {
	d := meeting.Delegation{}
	d.Set(entry("b", "2", "o1"))
	d.Set(entry("a", "1", "o2"))
	before := d.Entries
	was := append([]meeting.Entry{}, before...)
	d.Set(entry("c", "3", "-o3"))
	d.Set(entry("b", "2", "o3"))
	if d := cmp.Diff([]meeting.Entry{entry("a", "1", "o2"), entry("b", "2", "o3"), entry("c", "3", "-o3")}, d.Entries); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	d.Set(meeting.Entry{Document: "b"})
	d.Set(meeting.Entry{Document: "unknown"})
	if d := cmp.Diff([]meeting.Entry{entry("a", "1", "o2"), entry("c", "3", "-o3")}, d.Entries); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(was, before); d != "" {
		t.Errorf("the list that was read changed (-was +is):\n%s", d)
	}
}

func TestTally(t *testing.T) {
	for gender, want := range map[string]meeting.Tally{"f": {Women: 2}, "m": {Men: 2}, "x": {Other: 2}, "": {Unknown: 2}} {
		var got meeting.Tally
		got.Add(gender, 3)
		got.Add(gender, -1)
		if got != want {
			t.Errorf("%q: %+v", gender, got)
		}
	}
	if n := (meeting.Tally{Women: 1, Men: 20, Other: 300, Unknown: 4000}).All(); n != 4321 {
		t.Errorf("%d in all", n)
	}
	d := meeting.Delegation{Entries: []meeting.Entry{entry("d", "1", "o1 o2 o3(alternate) o4")}}
	if got := d.Tally(); got != (meeting.Tally{Women: 1, Men: 1, Unknown: 1}) {
		t.Errorf("a delegation is %+v", got)
	}
}

// The balance follows each delegation by sector; a sector of nobody is not in it.
func TestBalance(t *testing.T) {
	var b meeting.Balance
	empty := &meeting.Delegation{}
	ministry := &meeting.Delegation{Entries: []meeting.Entry{entry("d", "1", "o1 o2 o3 o4")}}
	students := &meeting.Delegation{Entries: []meeting.Entry{{Document: "e", Officials: []meeting.Official{
		{Participant: "s1", Gender: "f", Sector: meeting.Academia}, {Participant: "s2", Gender: "f", Sector: meeting.Academia}}}}}
	b.ApplyChange(empty, ministry)
	b.ApplyChange(empty, students)
	public, academia := meeting.Tally{Women: 1, Men: 1, Other: 1, Unknown: 1}, meeting.Tally{Women: 2}
	want := map[meeting.Sector]meeting.Tally{meeting.Public: public, meeting.Academia: academia}
	if d := cmp.Diff(want, b.Sectors); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := b.Total(); got != (meeting.Tally{Women: 3, Men: 1, Other: 1, Unknown: 1}) {
		t.Errorf("in total %+v", got)
	}
	// One is left of each sector, and of another nobody.
	one := func(sector meeting.Sector, gender string) *meeting.Delegation {
		return &meeting.Delegation{Agency: "Ministry of Justice", Entries: []meeting.Entry{{Document: "e", Officials: []meeting.Official{
			{Participant: "one", Gender: gender, Sector: sector}}}}}
	}
	b.ApplyChange(ministry, one(meeting.Public, "m"))
	b.ApplyChange(students, one(meeting.Academia, "x"))
	b.ApplyChange(empty, one(meeting.CivilSociety, ""))
	b.ApplyChange(empty, one(meeting.Private, "f"))
	b.ApplyChange(one(meeting.Private, "f"), empty)
	want = map[meeting.Sector]meeting.Tally{meeting.Public: {Men: 1}, meeting.Academia: {Other: 1}, meeting.CivilSociety: {Unknown: 1}}
	if d := cmp.Diff(want, b.Sectors); d != "" {
		t.Errorf("after changes (-want +got):\n%s", d)
	}
}

// A delegation is over its quota when it has more members than seats and has grown.
func TestExceedsQuota(t *testing.T) {
	nobodys := &meeting.Delegation{Entries: []meeting.Entry{entry("d", "1", "o1 o2 o3")}}
	if nobodys.ExceedsQuota(&meeting.Delegation{}, 2) {
		t.Error("people without an agency count as those of one")
	}
	sized := func(officials string) *meeting.Delegation {
		return &meeting.Delegation{Agency: "Ministry of Justice", Entries: []meeting.Entry{entry("d", "1", officials)}}
	}
	for name, test := range map[string]struct {
		before, after string
		quota         int
		want          bool
	}{
		"as many as seats":        {"o1", "o1 o2", 2, false},
		"one more":                {"o1 o2", "o1 o2 o3", 2, true},
		"the first letter":        {"", "o1 o2 o3", 2, true},
		"an alternate":            {"o1 o2", "o1 o2 o3(alternate)", 2, false},
		"one in another's place":  {"o1 o2 o3", "o1 o2 o4", 2, false},
		"it shrinks":              {"o1 o2 o3 o4", "o1 o2 o3", 2, false},
		"no quota":                {"", "o1 o2 o3", 0, false},
		"a quota of one":          {"", "o1", 1, false},
		"a quota of one, and two": {"", "o1 o2", 1, true},
	} {
		if got := sized(test.after).ExceedsQuota(sized(test.before), test.quota); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
