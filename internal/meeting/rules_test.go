package meeting_test

import (
	"bytes"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
)

var noon = time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)

// What a meeting does not say has a meaning all the same.
func TestMeetingDefaults(t *testing.T) {
	for zone, want := range map[string]string{"Africa/Nairobi": "EAT", "": "UTC", "Africa/Nowhere": "UTC"} {
		if got, _ := noon.In(meeting.Meeting{TimeZone: zone}.Location()).Zone(); got != want {
			t.Errorf("the zone of %q is %s, not %s", zone, got, want)
		}
	}
	for want, languages := range map[string][]string{"fr": {"fr", "en"}, "en": nil} {
		if got := (meeting.Meeting{Languages: languages}).Language(); got != want {
			t.Errorf("the language of %v is %s, not %s", languages, got, want)
		}
	}
}

// Each kind of document has its own last moment.
func TestDue(t *testing.T) {
	m := meeting.Meeting{MaterialsDue: noon, NominationsDue: noon.Add(time.Hour)}
	for kind, want := range map[meeting.Kind]time.Time{
		meeting.Presentation: m.MaterialsDue, meeting.Unknown: m.MaterialsDue, meeting.Nomination: m.NominationsDue,
	} {
		if got := m.Due(kind); !got.Equal(want) {
			t.Errorf("a %q is due %v, not %v", kind, got, want)
		}
	}
}

func TestRosterFinds(t *testing.T) {
	r := meeting.Roster{
		Participants: []meeting.Participant{{ID: "a", Name: "A"}, {ID: "b", Name: "B"}},
		Sessions:     []meeting.Plan{{ID: "s", Title: "S"}, {ID: "t", Title: "T"}}}
	for _, want := range r.Participants {
		if p, ok := r.Participant(want.ID); !ok || p.Name != want.Name {
			t.Errorf("%s is %v %v", want.ID, p, ok)
		}
	}
	for _, want := range r.Sessions {
		if s, ok := r.Session(want.ID); !ok || s != want {
			t.Errorf("%s is %v %v", want.ID, s, ok)
		}
	}
	if p, ok := r.Participant("c"); ok || p.ID != "" {
		t.Errorf("nobody is %v", p)
	}
	if s, ok := r.Session("u"); ok || s != (meeting.Plan{}) {
		t.Errorf("no session is %v", s)
	}
}

// A presenter owes a presentation; an official owes a nomination for each session with a role in it, once.
func TestNeeds(t *testing.T) {
	role := func(n meeting.RoleName, session string) meeting.Role { return meeting.Role{Name: n, Session: session} }
	for name, test := range map[string]struct {
		sector meeting.Sector
		roles  []meeting.Role
		want   []string
	}{
		"no role":               {meeting.Public, nil, nil},
		"a presenter":           {meeting.Private, []meeting.Role{role(meeting.Presenter, "s")}, []string{"s/presentation/p"}},
		"a panellist":           {meeting.Private, []meeting.Role{role(meeting.Panellist, "s")}, nil},
		"an expert of academia": {meeting.Academia, []meeting.Role{role(meeting.Expert, "s")}, nil},
		"an official":           {meeting.Public, []meeting.Role{role(meeting.Moderator, "s")}, []string{"s/nomination/p"}},
		"an official who presents": {meeting.Public, []meeting.Role{role(meeting.Presenter, "s")},
			[]string{"s/nomination/p", "s/presentation/p"}},
		"two roles in one session": {meeting.Public, []meeting.Role{role(meeting.Expert, "s"), role(meeting.Moderator, "s")},
			[]string{"s/nomination/p"}},
		"two sessions": {meeting.Public, []meeting.Role{role(meeting.Expert, "t"), role(meeting.Expert, "s")},
			[]string{"s/nomination/p", "t/nomination/p"}},
		"the same role twice": {meeting.CivilSociety, []meeting.Role{role(meeting.Presenter, "t"),
			role(meeting.Presenter, "s"), role(meeting.Presenter, "t")}, []string{"s/presentation/p", "t/presentation/p"}},
	} {
		var got []string
		for _, k := range (meeting.Participant{ID: "p", Sector: test.sector, Roles: test.roles}).Needs() {
			got = append(got, k.String())
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// A new requirement says all that the roster says of its participant, and nothing is in.
func TestNewRequirement(t *testing.T) {
	p := meeting.Participant{ID: "p", Name: "N", Salutation: "Ms N", Email: "E", Gender: "f", Sector: meeting.Public, Agency: "A",
		Country: "C", Language: "L"}
	k := meeting.RequirementKey{Session: "s", Kind: meeting.Nomination, Participant: "p"}
	r := meeting.NewRequirement("m", k, p)
	if r.Meeting != "m" || r.RequirementKey != k || r.Rev != 0 {
		t.Errorf("%+v", r)
	}
	if !reflect.DeepEqual(r.RequirementState, meeting.RequirementState{State: meeting.Outstanding}) {
		t.Errorf("it begins as %+v", r.RequirementState)
	}
	profile, person := reflect.ValueOf(r.Profile), reflect.ValueOf(p)
	for i := range profile.NumField() {
		name := profile.Type().Field(i).Name
		if want := person.FieldByName(name); profile.Field(i).IsZero() || !profile.Field(i).Equal(want) {
			t.Errorf("%s is %v, the participant's is %v", name, profile.Field(i), want)
		}
	}
}

// A roster with nothing added to it is called by its token alone.
func TestRosterVersion(t *testing.T) {
	for n, want := range map[int]string{0: "r", 1: "r+1", 12: "r+12"} {
		if got := meeting.RosterVersion("r", n); got != want {
			t.Errorf("%d: %q, not %q", n, got, want)
		}
	}
}

func TestOpen(t *testing.T) {
	for _, test := range []struct {
		state   meeting.State
		retired bool
		want    bool
	}{
		{meeting.Outstanding, false, true}, {meeting.Outstanding, true, false},
		{meeting.Satisfied, false, false}, {meeting.Waived, false, false},
	} {
		r := meeting.Requirement{RequirementState: meeting.RequirementState{State: test.state, Retired: test.retired}}
		if got := r.Open(); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

// requirement makes a requirement of session s.
func requirement(participant string, state meeting.RequirementState) meeting.Requirement {
	return meeting.Requirement{RequirementState: state,
		RequirementKey: meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: participant}}
}

// What a session counts of one requirement.
func TestApplyChange(t *testing.T) {
	type counts struct{ required, outstanding, waived, late, in int }
	for name, test := range map[string]struct {
		state meeting.RequirementState
		want  counts
	}{
		"outstanding": {meeting.RequirementState{State: meeting.Outstanding}, counts{1, 1, 0, 0, 0}},
		"satisfied":   {meeting.RequirementState{State: meeting.Satisfied}, counts{1, 0, 0, 0, 1}},
		"late":        {meeting.RequirementState{State: meeting.Satisfied, Late: true}, counts{1, 0, 0, 1, 1}},
		"waived":      {meeting.RequirementState{State: meeting.Waived}, counts{1, 0, 1, 0, 0}},
		"retired":     {meeting.RequirementState{State: meeting.Satisfied, Late: true, Retired: true}, counts{}},
	} {
		var s meeting.Session
		r := requirement("p", test.state)
		s.ApplyChange(meeting.Requirement{}, r)
		if got := (counts{s.Required, s.Outstanding, s.Waived, s.Late, s.In()}); got != test.want {
			t.Errorf("%s: %+v, not %+v", name, got, test.want)
		}
		s.ApplyChange(r, meeting.Requirement{})
		if got := (counts{s.Required, s.Outstanding, s.Waived, s.Late, s.In()}); got != (counts{}) {
			t.Errorf("%s, and taken away: %+v", name, got)
		}
	}
}

// A fingerprint tells satisfied requirements: by which document, for which person, and whether it was waived instead.
func TestFingerprint(t *testing.T) {
	print := func(all ...meeting.Requirement) string {
		var s meeting.Session
		for _, r := range all {
			s.ApplyChange(meeting.Requirement{}, r)
		}
		return s.Fingerprint
	}
	in := func(document string) meeting.RequirementState {
		return meeting.RequirementState{State: meeting.Satisfied, Document: document}
	}
	other := requirement("p", in("1"))
	other.Session = "t"
	waived := meeting.RequirementState{State: meeting.Waived, Document: "1"}
	different := map[string]string{
		"":                 print(requirement("p", meeting.RequirementState{State: meeting.Outstanding})),
		"1 of p":           print(requirement("p", in("1"))),
		"2 of p":           print(requirement("p", in("2"))),
		"1 of q":           print(requirement("q", in("1"))),
		"1 of p elsewhere": print(other),
		"p waived":         print(requirement("p", waived)),
		"both":             print(requirement("p", in("1")), requirement("q", in("1"))),
	}
	seen := map[string]string{}
	for name, p := range different {
		if (p == "") != (name == "") {
			t.Errorf("the fingerprint of %q is %q", name, p)
		}
		if was, ok := seen[p]; ok {
			t.Errorf("%q and %q have one fingerprint", name, was)
		}
		seen[p] = name
	}
	if a, b := different["both"], print(requirement("q", in("1")), requirement("p", in("1"))); a != b {
		t.Errorf("%s and %s, by the order in which they came", a, b)
	}
}

// When a session becomes complete, and when it is no longer.
func TestUpdateCompleteness(t *testing.T) {
	for name, test := range map[string]struct {
		session  meeting.Session
		want     meeting.Change
		complete bool
		epoch    int
	}{
		"something is outstanding":   {meeting.Session{Required: 2, Outstanding: 1}, meeting.NoChange, false, 0},
		"nothing is outstanding":     {meeting.Session{Required: 2}, meeting.BecameComplete, true, 1},
		"for the second time":        {meeting.Session{Required: 2, Epoch: 1}, meeting.BecameComplete, true, 2},
		"all is waived":              {meeting.Session{Required: 1, Waived: 1}, meeting.BecameComplete, true, 1},
		"it never asked for a thing": {meeting.Session{}, meeting.NoChange, false, 0},
		"it asks no longer":          {meeting.Session{Complete: true, Epoch: 1}, meeting.NoChange, true, 1},
		"it stays complete":          {meeting.Session{Required: 2, Complete: true, Epoch: 1}, meeting.NoChange, true, 1},
		"one is taken out": {meeting.Session{Required: 2, Outstanding: 1, Complete: true, Epoch: 1},
			meeting.NoLongerComplete, false, 1},
		"a roster is being loaded": {meeting.Session{Required: 2, Loading: "r"}, meeting.NoChange, false, 0},
		"and would take one out": {meeting.Session{Required: 2, Outstanding: 1, Complete: true, Epoch: 1, Loading: "r"},
			meeting.NoChange, true, 1},
	} {
		s := test.session
		if got := s.UpdateCompleteness(); got != test.want || s.Complete != test.complete || s.Epoch != test.epoch {
			t.Errorf("%s: change %d, complete %v, epoch %d", name, got, s.Complete, s.Epoch)
		}
	}
}

// An object version's id depends on bucket, key and version, and on where one ends and the next begins; on nothing else.
func TestObjectID(t *testing.T) {
	o := meeting.Object{Bucket: "b", Key: "k", Version: "v", Size: 1, Time: noon, Sequencer: "1"}
	if got := o.ID(); len(got) != 32 || strings.Trim(got, "0123456789abcdef") != "" {
		t.Errorf("%q is not 128 bits", got)
	}
	if again := (meeting.Object{Bucket: "b", Key: "k", Version: "v"}).ID(); again != o.ID() {
		t.Errorf("%s and %s", o.ID(), again)
	}
	for _, x := range []meeting.Object{{Bucket: "c", Key: "k", Version: "v"}, {Bucket: "b", Key: "l", Version: "v"},
		{Bucket: "b", Key: "k", Version: "w"}, {Bucket: "bk", Version: "v"}, {Bucket: "b", Key: "kv"}} {
		if x.ID() == o.ID() {
			t.Errorf("%+v has the id of another", x)
		}
	}
}

// The time of an upload can be read from its order; other text has no time.
func TestOrderTime(t *testing.T) {
	at := noon.Add(7 * time.Millisecond)
	order := meeting.Object{Bucket: "b", Time: at.In(time.FixedZone("", 3600)).Add(300 * time.Microsecond), Sequencer: "0a"}.Order()
	if got := meeting.OrderTime(order); !got.Equal(at) {
		t.Errorf("%s was at %v, not %v", order, got, at)
	}
	for _, bad := range []string{"", "#", "yesterday#1#2"} {
		if got := meeting.OrderTime(bad); !got.IsZero() {
			t.Errorf("%q was at %v", bad, got)
		}
	}
}

// Sequencers of different lengths and cases are compared as S3 says: padded with zeros on the right.
func TestSequencers(t *testing.T) {
	order := func(sequencer string) string { return meeting.Object{Time: noon, Sequencer: sequencer}.Order() }
	for _, same := range [][2]string{{"0055", "00550000"}, {"00AB", "00ab"}, {"", "000000000000000000000000"}} {
		if order(same[0]) != order(same[1]) {
			t.Errorf("%q and %q differ: %s %s", same[0], same[1], order(same[0]), order(same[1]))
		}
	}
	long := strings.Repeat("A", 30)
	for _, pair := range [][2]string{{"0055", "0056"}, {"0055", "00550000000001"}, {"00FF", "01"}, {long[:24], long}} {
		if order(pair[0]) >= order(pair[1]) {
			t.Errorf("%q is not before %q", pair[0], pair[1])
		}
	}
}

func TestNeedsRematch(t *testing.T) {
	for _, test := range []struct {
		status          meeting.Status
		owner, notified string
		want            bool
	}{
		{meeting.Review, "", "", true},
		{meeting.Review, "p", "review", true},
		{meeting.Rejected, "p", "", true},
		{meeting.Quarantined, "p", "", true},
		{meeting.Rejected, "p", "rejected", false},
		{meeting.Rejected, "", "", false},
		{meeting.Filed, "p", "", false},
		{meeting.Superseded, "p", "", false},
		{meeting.Withdrawn, "p", "", false},
	} {
		d := meeting.Document{LinkOwner: test.owner, NotifiedStatus: meeting.Status(test.notified)}
		d.Status = test.status
		if got := d.NeedsRematch(); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

// A finding that is the reason already is not repeated, and the document keeps all its findings.
func TestRemarks(t *testing.T) {
	d := meeting.Document{Findings: []meeting.Finding{{Code: meeting.FindingMacros}, {Code: meeting.FindingMisnamed}}}
	d.Reason = meeting.ReasonMacros
	if d := cmp.Diff([]meeting.Finding{{Code: meeting.FindingMisnamed}}, d.Remarks()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(d.Findings) != 2 {
		t.Errorf("the document has only %v left", d.Findings)
	}
}

// A presentation is asked of its presenter for a session, a letter of the agency for all of them.
func TestInvite(t *testing.T) {
	r := requirement("p", meeting.RequirementState{})
	r.Agency = "Ministry"
	want := meeting.Invitation{Participant: "p", Kind: meeting.Presentation, Session: "s", Expires: noon}
	if got := meeting.Invite(&r, noon); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
	r.Kind = meeting.Nomination
	want = meeting.Invitation{Participant: "p", Kind: meeting.Nomination, Agency: "Ministry", Expires: noon}
	if got := meeting.Invite(&r, noon); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
}

// The same decision has the same mail, and no other has it.
func TestMailID(t *testing.T) {
	if a, b := meeting.MailID("t", "a", "b"), meeting.MailID("t", "a", "b"); a != b || !strings.HasPrefix(a, "t-") {
		t.Errorf("%s and %s", a, b)
	}
	seen := map[string]bool{}
	for _, parts := range [][]string{{"t", "a", "b"}, {"t", "ab"}, {"t", "a", "b", ""}, {"t", "b", "a"}, {"u", "a", "b"}} {
		id := meeting.MailID(parts[0], parts[1:]...)
		if seen[id] {
			t.Errorf("%v has another's id", parts)
		}
		seen[id] = true
	}
}

// Logs name what they speak of.
func TestLogs(t *testing.T) {
	o := meeting.Object{Bucket: "b", Key: "k", Version: "v"}
	d := meeting.Document{ID: "the-id", Meeting: "the-meeting"}
	d.Status, d.Reason = meeting.Review, meeting.ReasonNotSure
	for _, test := range []struct {
		value any
		want  []string
	}{
		{o, []string{o.ID()}},
		{d, []string{"the-id", "the-meeting", "review", "not-sure"}},
		{meeting.Participant{ID: "p-1"}, []string{"p-1"}},
		{meeting.Mail{ID: "the-id", Meeting: "the-meeting", Template: "receipt", State: meeting.Sent},
			[]string{"the-id", "the-meeting", "receipt", "sent"}},
		{meeting.Address{Address: "a@b.example", Suppressed: meeting.Bounced}, []string{"bounced"}},
	} {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "value", test.value)
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %s in %s", want, &b)
			}
		}
		if strings.Contains(b.String(), "a@b.example") {
			t.Errorf("an address in %s", &b)
		}
	}
}

// A day begins at midnight in UTC, and its count goes three days later.
func TestSends(t *testing.T) {
	at := time.Date(2031, 6, 1, 1, 30, 0, 0, time.FixedZone("", 2*3600))
	want := &meeting.Sends{Address: "a@b.example", Day: "2031-05-31", Expires: at.Add(72 * time.Hour).Unix()}
	if d := cmp.Diff(want, meeting.NewSends("a@b.example", at)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The lists are all that there is of their kind, for readers of a roster.
func TestLists(t *testing.T) {
	if got := meeting.Formats(); !slices.Equal(got, []meeting.Format{"panel", "presentations", "case-studies"}) {
		t.Errorf("formats %v", got)
	}
	if got := meeting.Sectors(); !slices.Equal(got, []meeting.Sector{"public", "private", "civil-society", "academia"}) {
		t.Errorf("sectors %v", got)
	}
	if got := meeting.RoleNames(); !slices.Equal(got, []meeting.RoleName{"presenter", "panellist", "moderator", "expert"}) {
		t.Errorf("roles %v", got)
	}
}

// An upload is late after the last moment for its kind: not at it, and not where there is none.
func TestIsLate(t *testing.T) {
	due := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	m := meeting.Meeting{MaterialsDue: due, NominationsDue: due.Add(-time.Hour)}
	for name, test := range map[string]struct {
		meeting  meeting.Meeting
		uploaded time.Time
		kind     meeting.Kind
		want     bool
	}{
		"a deck before":           {m, due.Add(-time.Second), meeting.Presentation, false},
		"a deck at the moment":    {m, due, meeting.Presentation, false},
		"a deck after":            {m, due.Add(time.Millisecond), meeting.Presentation, true},
		"a letter has its own":    {m, due.Add(-time.Minute), meeting.Nomination, true},
		"a letter at its moment":  {m, due.Add(-time.Hour), meeting.Nomination, false},
		"a meeting without a day": {meeting.Meeting{}, due, meeting.Presentation, false},
	} {
		if got := test.meeting.IsLate(test.uploaded, test.kind); got != test.want {
			t.Errorf("%s: late is %v, want %v", name, got, test.want)
		}
	}
}
