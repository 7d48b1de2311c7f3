package filing_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
)

// balance demands the gender balance, as "sector women men other unknown" for each sector.
func (r *registrar) balance(want string) {
	r.Helper()
	b, err := r.store.Balance(r.Context(), "m")
	must(r, err)
	var all []string
	for _, s := range slices.Sorted(maps.Keys(b.Sectors)) {
		t := b.Sectors[s]
		all = append(all, fmt.Sprint(s, " ", t.Women, t.Men, t.Other, t.Unknown))
	}
	if got := strings.Join(all, ", "); got != want {
		r.Errorf("the balance is %q, not %q", got, want)
	}
}

// nominate submits a letter: "o1 o2(alternate) o3(for o1) o4(declined)".
func (r *registrar) nominate(name string, minute int, officials string) *meeting.Document {
	r.Helper()
	d := document(name, minute, meeting.Nomination)
	d.Letter, d.Status, d.Confidence = &meeting.Letter{}, "", 0.99
	var keys []meeting.RequirementKey
	for f := range strings.FieldsSeq(strings.ReplaceAll(officials, "(for ", "(for-")) {
		id, how, _ := strings.Cut(strings.TrimSuffix(f, ")"), "(")
		n := meeting.Nominee{Name: "Nominee " + id, Participant: id, Alternate: how == "alternate"}
		if instead, ok := strings.CutPrefix(how, "for-"); ok {
			n.ReplacesID, n.Declined = strings.CutSuffix(instead, "-declined")
		}
		d.Letter.Nominees = append(d.Letter.Nominees, n)
		keys = append(keys, letterOf("s1", id))
	}
	return r.submit(r.submission(d, keys...))
}

// How many officials an agency may send, by letter after letter. The last letter stands as is said; who comes then.
func TestQuota(t *testing.T) {
	for name, test := range map[string]struct {
		most    int
		letters []string
		want    meeting.Status
		members string
	}{
		"as many as there are seats":  {2, []string{"o1 o2"}, meeting.Filed, "[o1 o2] []"},
		"one more":                    {2, []string{"o1 o2 o3"}, meeting.Review, "[] []"},
		"one more by another letter":  {2, []string{"o1 o2", "o3"}, meeting.Review, "[o1 o2] []"},
		"one seat":                    {1, []string{"o1 o2"}, meeting.Review, "[] []"},
		"in one of two places":        {1, []string{"o1 p1", "o1"}, meeting.Filed, "[o1] []"},
		"no limit":                    {0, []string{"o1 o2 o3"}, meeting.Filed, "[o1 o2 o3] []"},
		"an alternate takes no seat":  {2, []string{"o1 o2 o3(alternate)"}, meeting.Filed, "[o1 o2] [o3]"},
		"the same once more":          {2, []string{"o1 o2", "o1 o2"}, meeting.Filed, "[o1 o2] []"},
		"in another's place":          {2, []string{"o1 o2", "o3(for o1)"}, meeting.Filed, "[o2 o3] []"},
		"in the place of nobody here": {2, []string{"o1 o2", "o3(for p1)"}, meeting.Review, "[o1 o2] []"},
		"in a place, but declined":    {2, []string{"o1 o2", "o3(for o1-declined)"}, meeting.Review, "[o1 o2] []"},
		"two agencies in one letter":  {1, []string{"o1 p1"}, meeting.Filed, "[o1] []"},
		"too many of one of two":      {2, []string{"o1 p1 p2 p3"}, meeting.Review, "[] []"},
		"too many of the other":       {2, []string{"o1 o2 o3 p1"}, meeting.Review, "[] []"},
		"fewer than before":           {2, []string{"o1 o2", "o2(for o1)"}, meeting.Filed, "[o2] []"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			r.roster.Meeting.NomineesPerAgency = test.most
			var d *meeting.Document
			for i, l := range test.letters {
				d = r.nominate(fmt.Sprint("letter ", i), i+1, l)
			}
			reason := meeting.Reason("")
			if test.want == meeting.Review {
				reason = meeting.ReasonOverQuota
			}
			if d.Status != test.want || d.Reason != reason {
				t.Errorf("the letter is %s (%s), not %s", d.Status, d.Reason, test.want)
			}
			if got := r.members("Ministry"); got != test.members {
				t.Errorf("they send %s, not %s", got, test.members)
			}
			if d.Status == meeting.Review && (len(d.Satisfies) > 0 || d.Confidence != 0 || r.requirement(letterOf("s1", "o3")).Document != "") {
				t.Errorf("a letter of too many satisfies %v with %v", d.Satisfies, d.Confidence)
			}
		})
	}
}

// A delegation that has too many already may lose some, and be named once more, by a letter.
func TestMoreThanTheQuotaAlready(t *testing.T) {
	r := newRegistrar(t)
	r.roster.Meeting.NomineesPerAgency = 3
	r.nominate("x", 1, "o1 o2 o3")
	r.roster.Meeting.NomineesPerAgency = 1
	if d := r.nominate("y", 2, "o1 o2"); d.Status != meeting.Filed {
		t.Errorf("it is %s (%s)", d.Status, d.Reason)
	}
	if got := r.members("Ministry"); got != "[o1 o2 o3] []" {
		t.Errorf("they send %s", got)
	}
}

// What a letter writes into the delegation and the balance, and the rest when it is taken out.
func TestDelegationOfALetter(t *testing.T) {
	r := newRegistrar(t)
	d := r.nominate("x", 1, "o1 o2(alternate) o3(for o1)")
	all, err := r.store.Delegations(t.Context(), "m")
	must(t, err)
	key := meeting.DelegationKey("Ministry", "KE")
	official := func(id, gender string, alternate bool) meeting.Official {
		return meeting.Official{Participant: id, Name: "Name of " + id, Gender: gender, Sector: meeting.Public, Alternate: alternate}
	}
	want := []*meeting.Delegation{{Meeting: "m", Key: key, Agency: "Ministry", Country: "KE", Rev: 1, Entries: []meeting.Entry{{
		Document: d.ID, Order: d.Order(), Replaced: []string{"o1"},
		Officials: []meeting.Official{official("o1", "m", false), official("o2", "f", true), official("o3", "x", false)}}}}}
	if d := cmp.Diff(want, all); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !slices.Equal(d.Delegations, []string{key}) {
		t.Errorf("the letter has entries in %v", d.Delegations)
	}
	r.balance("public 0 1 1 0")
	must(t, r.registry.Release(t.Context(), r.roster.Meeting, d.ID))
	if got := r.members("Ministry"); got != "[] []" {
		t.Errorf("they send %s still", got)
	}
	if d := r.document(d.ID); len(d.Delegations) != 0 || d.Status != meeting.Withdrawn {
		t.Errorf("the letter (%s) has entries in %v", d.Status, d.Delegations)
	}
	r.balance("")
}

// One official in two sessions takes one seat; officials of two agencies in one letter are in two delegations.
func TestOneLetterSeveralPlaces(t *testing.T) {
	r := newRegistrar(t)
	d := r.file("x", 1, letterOf("s1", "o3"), letterOf("s2", "o3"), letterOf("s1", "p1"))
	if r.members("Ministry") != "[o3] []" || r.members("Police") != "[p1] []" {
		t.Errorf("%s, %s", r.members("Ministry"), r.members("Police"))
	}
	want := []string{meeting.DelegationKey("Ministry", "KE"), meeting.DelegationKey("Police", "KE")}
	slices.Sort(want)
	if !slices.Equal(d.Delegations, want) {
		t.Errorf("%v, not %v", d.Delegations, want)
	}
	all, err := r.store.Delegations(t.Context(), "m")
	must(t, err)
	for _, d := range all {
		if len(d.Entries) != 1 || len(d.Entries[0].Officials) != 1 {
			t.Errorf("%s: %+v", d.Agency, d.Entries)
		}
	}
	r.balance("public 0 0 1 1")
	// A deck takes no seat.
	r.file("y", 2, deck("s1", "a"))
	r.balance("public 0 0 1 1")
}

// Of a letter for too many: its uploader hears of it, and where nobody knows who that is, the officials are asked, each
// once, in the language of each.
func TestWhoIsAsked(t *testing.T) {
	for name, uploader := range map[string]string{"known": "up@people.example", "not known": ""} {
		t.Run(name, func(t *testing.T) {
			r := newRegistrar(t)
			r.roster.Participants[3].Language = "ar" // o2's
			r.roster.Participants[2].Email = ""      // o1's
			r.load()
			d := document("x", 1, meeting.Nomination)
			in := r.submission(d, letterOf("s1", "nobody"), letterOf("s1", "o1"), letterOf("s1", "o2"), letterOf("s1", "o3"), letterOf("s2", "o3"))
			in.Uploader.Email = uploader
			for range 2 { // asked once, also if the letter comes again
				r.submit(in)
			}
			var asked []string
			for _, m := range r.mails(meeting.MailOverQuota, meeting.MailReceipt) {
				asked = append(asked, m.Template+" "+strings.Join(m.To, " ")+" "+m.Language)
				if m.Document != d.ID || m.Template == meeting.MailReceipt && m.Outcome != meeting.Review {
					t.Errorf("%+v", m)
				}
			}
			slices.Sort(asked)
			want := []string{"over-quota o2@people.example ar", "over-quota o3@people.example en"}
			if uploader != "" {
				want = []string{"receipt up@people.example pt"}
			}
			if !slices.Equal(asked, want) {
				t.Errorf("asked are %q, not %q", asked, want)
			}
		})
	}
}
