package review_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dossier/internal/awstest"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/review"
	"dossier/internal/store"
)

// office is a meeting of two sessions: two presenters, and four officials of two agencies that may send two each.
type office struct {
	rapid.TB
	ctx       context.Context
	store     *store.Store
	registry  *filing.Registry
	desk      *review.Desk
	roster    *meeting.Roster
	clock     time.Time
	documents []string
	letters   []string // those of the documents that nominate strangers
	strangers []string // the ids that these have as participants
	decisions []string
	carried   []string // those that were not refused
	// now is everything as it was read last; nil when something was done since.
	now *state
}

// state is all that there is in the table.
type state struct {
	Documents    map[string]*meeting.Document
	Requirements map[meeting.RequirementKey]*meeting.Requirement
	Sessions     map[string]*meeting.Session
	Delegations  map[string]*meeting.Delegation
	People       map[string]*meeting.Accepted
	Balance      *meeting.Balance
	lessons      []*meeting.Hint
	mails        []*meeting.Mail
}

// state reads everything, by few requests.
func (o *office) state() *state {
	o.Helper()
	if o.now != nil {
		return o.now
	}
	delegation := func(key string) store.Key[meeting.Delegation] { return store.DelegationKey("m", key) }
	session := func(id string) store.Key[meeting.Session] { return store.SessionKey("m", id) }
	person := func(id string) store.Key[meeting.Accepted] { return store.PersonKey("m", id) }
	agencies := []string{meeting.DelegationKey("Ministry", "KE"), meeting.DelegationKey("Police", "KE")}
	snap, err := o.store.Read(o.ctx, slices.Concat(store.KeysOf(store.DocumentKey, o.documents), store.RequirementKeys("m", o.keys()),
		store.KeysOf(session, []string{"s1", "s2"}), store.KeysOf(person, o.strangers), store.KeysOf(delegation, agencies),
		[]store.AnyKey{store.BalanceKey("m")})...)
	o.ok(err)
	s := &state{Balance: store.Get(snap, store.BalanceKey("m")),
		Documents:    byID(snap, func(d *meeting.Document) string { return d.ID }),
		Requirements: byID(snap, func(r *meeting.Requirement) meeting.RequirementKey { return r.RequirementKey }),
		Sessions:     byID(snap, func(x *meeting.Session) string { return x.ID }),
		Delegations:  byID(snap, func(d *meeting.Delegation) string { return d.Key }),
		People:       byID(snap, func(p *meeting.Accepted) string { return p.ID })}
	s.lessons, err = o.store.Hints(o.ctx, "m")
	o.ok(err)
	s.mails, err = o.store.OpenMails(o.ctx, day.AddDate(1, 0, 0), 0)
	o.ok(err)
	if s.Balance == nil {
		s.Balance = &meeting.Balance{}
	}
	o.now = s
	return s
}

// byID gives the items of a type that were read.
func byID[K comparable, T any](snap *store.Snapshot, id func(*T) K) map[K]*T {
	all := map[K]*T{}
	for v := range store.All[T](snap) {
		all[id(v)] = v
	}
	return all
}

// keys are all requirements that there can be.
func (o *office) keys() []meeting.RequirementKey {
	var all []meeting.RequirementKey
	for _, p := range append([]string{"a", "b", "o1", "o2", "o3", "o4"}, o.strangers...) {
		for _, s := range []string{"s1", "s2"} {
			all = append(all, nomination(s, p), meeting.RequirementKey{Session: s, Kind: meeting.Presentation, Participant: p})
		}
	}
	return all
}

var day = time.Date(2031, 3, 1, 8, 0, 0, 0, time.UTC)

func newOffice(t rapid.TB) *office {
	o := &office{TB: t, ctx: context.Background(), clock: day}
	table := awstest.MakeTable(t.(awstest.TB))
	o.store = store.New(table.Client, table.Name)
	o.registry = filing.New(o.store, func() time.Time { return o.clock })
	o.desk = review.New(o.registry)
	o.load("001", 6)
	return o
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// load puts a roster with the first people in force.
func (o *office) load(token string, people int) {
	o.Helper()
	person := func(id, name, gender string, sector meeting.Sector, agency string, roles ...meeting.Role) meeting.Participant {
		return meeting.Participant{ID: id, Name: name, Email: id + "@people.example", Gender: gender, Sector: sector, Agency: agency, Country: "KE", Language: "en", Roles: roles}
	}
	in := func(session string, role meeting.RoleName) meeting.Role {
		return meeting.Role{Name: role, Session: session}
	}
	all := []meeting.Participant{
		person("a", "Ada Presenter", "f", meeting.Private, "Alpha SA", in("s1", meeting.Presenter), in("s2", meeting.Presenter)),
		person("o1", "Olu One", "m", meeting.Public, "Ministry", in("s1", meeting.Expert), in("s2", meeting.Panellist)),
		person("o2", "Oba Two", "f", meeting.Public, "Ministry", in("s1", meeting.Expert)),
		person("o3", "Ode Three", "", meeting.Public, "Ministry", in("s2", meeting.Expert), in("s2", meeting.Presenter)),
		person("o4", "Ola Four", "m", meeting.Public, "Police", in("s2", meeting.Expert)),
		person("b", "Ben Presenter", "m", meeting.Academia, "Beta", in("s1", meeting.Presenter)),
	}
	o.roster = &meeting.Roster{
		Meeting:  meeting.Meeting{ID: "m", Roster: token, NomineesPerAgency: 2, NominationsDue: day.Add(40 * time.Minute), Secretariat: []string{"s@example.org"}},
		Sessions: []meeting.Plan{{ID: "s1", Title: "One", Number: 1}, {ID: "s2", Title: "Two", Number: 2}}, Participants: all[:people]}
	o.ok(o.registry.Load(o.ctx, o.roster))
	o.now = nil
}

func nomination(session, participant string) meeting.RequirementKey {
	return meeting.RequirementKey{Session: session, Kind: meeting.Nomination, Participant: participant}
}

// upload submits a document that was uploaded so many minutes into the day.
func (o *office) upload(minute int, kind meeting.Kind, letter *meeting.Letter, file ...meeting.RequirementKey) *meeting.Document {
	o.Helper()
	obj := meeting.Object{Bucket: "b", Key: fmt.Sprintf("incoming/m/drop/%d.pdf", len(o.documents)), Version: "1", Time: day.Add(time.Duration(minute) * time.Minute)}
	d := meeting.Document{ID: obj.ID(),
		Object:        obj,
		Meeting:       "m",
		FileName:      fmt.Sprintf("%d-slides.pdf", len(o.documents)),
		Pages:         6,
		Sender:        fmt.Sprintf("sender%d@people.example", len(o.documents)%3),
		DocumentState: meeting.DocumentState{Status: meeting.Review, Kind: kind, Reason: meeting.ReasonNotSure, Letter: letter}}
	before := o.members()
	out, err := o.registry.Submit(o.ctx, filing.Submission{Document: d, Meeting: o.roster.Meeting, File: file,
		Uploader: meeting.Contact{Email: "up@people.example", Language: "en"}, Staff: []string{"staff@example.org"}})
	o.ok(err)
	o.documents = append(o.documents, d.ID)
	if letter != nil && slices.ContainsFunc(letter.Nominees, meeting.Nominee.Open) {
		o.letters = append(o.letters, d.ID)
		for _, n := range letter.Nominees {
			if n.Open() {
				o.strangers = append(o.strangers, meeting.ParticipantID(d.ID, n.Name))
			}
		}
	}
	o.now = nil
	o.noQuietExcess(before)
	return out
}

// noQuietExcess demands that what was decided by machine, or by accepting somebody, left no agency with more than its seats
// that had not more already.
func (o *office) noQuietExcess(before map[string]int) {
	o.Helper()
	for agency, n := range o.members() {
		if n > 2 && n > before[agency] {
			o.Errorf("%s has %d officials, and had %d", agency, n, before[agency])
		}
	}
}

// members counts the officials of each agency by its filed letters.
func (o *office) members() map[string]int {
	o.Helper()
	n := map[string]int{}
	for _, d := range o.state().Delegations {
		members, _ := d.Members()
		n[d.Agency] = len(members)
	}
	return n
}

// decide takes a decision and gives the reason for which it was refused, or "".
func (o *office) decide(d meeting.Decision) meeting.Refusal {
	o.Helper()
	o.clock = o.clock.Add(time.Second)
	d.Meeting, d.By, d.Reason, d.At = "m", "Ms Staff", "because", o.clock
	id := fmt.Sprintf("x%03d", len(o.decisions))
	before := o.standings()
	err := o.desk.Decide(o.ctx, id, d, o.roster.Meeting)
	if err != nil && !fault.Is(err, fault.Rejected) {
		o.Fatalf("%s: %v", d.Action, err)
	}
	o.decisions = append(o.decisions, id)
	o.now = nil
	audit, readErr := o.store.Audit(o.ctx, id)
	o.ok(readErr)
	if err != nil {
		if diff := cmp.Diff(before, o.standings()); diff != "" {
			o.Errorf("%s was refused (%v) and changed:\n%s", d.Action, err, diff)
		}
		if string(audit.Refused) != fault.Reason(err) || audit.Refused == "" || len(audit.Effects) > 0 {
			o.Errorf("refused as %q, the audit says %q with %d effects", fault.Reason(err), audit.Refused, len(audit.Effects))
		}
		return meeting.Refusal(fault.Reason(err))
	}
	if audit.Refused != "" || len(audit.Effects) == 0 || audit.Decision.By != "Ms Staff" || audit.Decision.Action != d.Action {
		o.Errorf("the audit of %s is %+v", d.Action, audit)
	}
	o.carried = append(o.carried, id)
	// It comes again: nothing happens.
	after := o.standings()
	if err := o.desk.Decide(o.ctx, id, d, o.roster.Meeting); !fault.Is(err, fault.Exists) {
		o.Errorf("%s for the second time: %v", d.Action, err)
	}
	o.now = nil
	if diff := cmp.Diff(after, o.standings()); diff != "" {
		o.Errorf("%s for the second time changed:\n%s", d.Action, diff)
	}
	if doc := o.state().Documents[d.Document]; doc != nil {
		if doc.Decision != id {
			o.Errorf("the document's last decision is %s, not %s", doc.Decision, id)
		}
		// In review there is nothing to tell yet.
		if doc.NotifiedStatus != doc.Status && doc.Status != meeting.Review {
			o.Errorf("after %s the uploader was last told %q, the document is %s", d.Action, doc.NotifiedStatus, doc.Status)
		}
	}
	return ""
}

// standings are all that decisions can change, as text; a dropped item is as one that never existed.
func (o *office) standings() map[string]string {
	o.Helper()
	all := map[string]string{}
	put := func(k string, v any) {
		b, err := json.Marshal(v)
		o.ok(err)
		all[k] = string(b)
	}
	now := o.state()
	for id, d := range now.Documents {
		put("document "+id, d.DocumentState)
	}
	for _, r := range now.Requirements {
		if !r.Retired {
			put("requirement "+r.String(), r.RequirementState)
		}
	}
	for id, x := range now.Sessions {
		put("session "+id, []any{x.Required, x.Outstanding, x.Complete, strings.Trim(x.Fingerprint, "0")})
	}
	for _, d := range now.Delegations {
		if len(d.Entries) > 0 {
			put("delegation "+d.Agency, d.Entries)
		}
	}
	put("balance", now.Balance.Total())
	for _, p := range now.People {
		if !p.Revoked {
			put("accepted "+p.ID, p.Participant)
		}
	}
	for _, l := range now.lessons {
		put("lesson "+l.ID, l.Pattern)
	}
	return all
}

// check demands the promises, at any quiet moment.
func (o *office) check() {
	o.Helper()
	now := o.state()
	stood := now.Documents
	if len(stood) != len(o.documents) {
		o.Errorf("%d documents of %d", len(stood), len(o.documents))
	}
	told := map[string]int{}
	for _, m := range now.mails {
		told[m.Template+" "+m.Session]++
		if m.Template == meeting.MailReceipt {
			told["receipt "+m.Document]++
		}
	}
	filed := map[string][]meeting.RequirementKey{} // by document
	for id, s := range now.Sessions {
		required, outstanding := 0, 0
		fresh := meeting.Session{}
		for _, r := range now.Requirements {
			if r.Session != id {
				continue
			}
			fresh.ApplyChange(meeting.Requirement{}, *r)
			if (r.State == meeting.Satisfied) != (r.Document != "") || (r.State == meeting.Waived) != (r.WaivedBy != "") {
				o.Errorf("%s is %s with document %q, waived by %q", r.RequirementKey, r.State, r.Document, r.WaivedBy)
			}
			if r.Document != "" {
				filed[r.Document] = append(filed[r.Document], r.RequirementKey)
			}
			if r.Retired {
				continue
			}
			required++
			if r.State == meeting.Outstanding {
				outstanding++
			}
		}
		// Promise 2, and the first half of 3.
		if s.Required != required || s.Outstanding != outstanding || s.Complete != (outstanding == 0 && required > 0) {
			o.Errorf("%s: %d of %d outstanding, complete %v; its requirements say %d of %d", id, s.Outstanding, s.Required, s.Complete, outstanding, required)
		}
		if strings.Trim(s.Fingerprint, "0") != strings.Trim(fresh.Fingerprint, "0") {
			o.Errorf("%s: print %s, its requirements say %s", id, s.Fingerprint, fresh.Fingerprint)
		}
		open := s.Epoch
		if s.Complete {
			open--
		}
		if told[meeting.MailComplete+" "+id] != s.Epoch || told[meeting.MailNoLongerComplete+" "+id] != open {
			o.Errorf("%s is in epoch %d, complete %v, with %d and %d mails", id, s.Epoch, s.Complete, told[meeting.MailComplete+" "+id], told[meeting.MailNoLongerComplete+" "+id])
		}
	}
	entries := map[string]map[string][]string{} // officials by agency and letter
	for id, d := range stood {
		if told["receipt "+id] != 1 {
			o.Errorf("%d receipts for one document", told["receipt "+id])
		}
		slices.SortFunc(filed[id], meeting.RequirementKey.Compare)
		serves := slices.SortedFunc(slices.Values(d.Satisfies), meeting.RequirementKey.Compare)
		if !slices.Equal(serves, filed[id]) {
			o.Errorf("document %s (%s) serves %v, the requirements say %v", id, d.Status, serves, filed[id])
		}
		if (d.Status == meeting.Filed && d.PartOf == "") != (len(d.Satisfies) > 0) {
			o.Errorf("document %s is %s and serves %v", id, d.Status, d.Satisfies)
		}
		if d.PartOf != "" {
			whole := stood[d.PartOf]
			if whole == nil || !slices.Contains(whole.Joined, id) || whole.Status != d.Status {
				o.Errorf("document %s (%s) is a part of %s (%v)", id, d.Status, d.PartOf, whole)
			}
		}
		for _, part := range d.Joined {
			if stood[part] == nil || stood[part].PartOf != id {
				o.Errorf("document %s counts %s among its parts, which is a part of %q", id, part, stood[part].PartOf)
			}
		}
		for _, k := range d.Satisfies {
			if r := now.Requirements[k]; k.Kind == meeting.Nomination && !r.Retired {
				if entries[r.Agency] == nil {
					entries[r.Agency] = map[string][]string{}
				}
				if !slices.Contains(entries[r.Agency][id], k.Participant) {
					entries[r.Agency][id] = append(entries[r.Agency][id], k.Participant)
				}
			}
		}
	}
	// Delegations are what the filed letters say, and the balance is theirs.
	var tally meeting.Tally
	seen := map[string]map[string][]string{}
	for _, d := range now.Delegations {
		if len(d.Entries) == 0 {
			continue
		}
		seen[d.Agency] = map[string][]string{}
		for _, e := range d.Entries {
			for _, x := range e.Officials {
				seen[d.Agency][e.Document] = append(seen[d.Agency][e.Document], x.Participant)
			}
			slices.Sort(seen[d.Agency][e.Document])
			slices.Sort(entries[d.Agency][e.Document])
		}
		members, _ := d.Members()
		for _, x := range members {
			tally.Add(x.Gender, 1)
		}
	}
	if diff := cmp.Diff(entries, seen); diff != "" {
		o.Errorf("delegations (-filed +kept):\n%s", diff)
	}
	if now.Balance.Total() != tally {
		o.Errorf("the balance is %+v, the delegations say %+v", now.Balance.Total(), tally)
	}
}

// Staff decide anything about anything in any order, between uploads and rosters: the promises hold after every step, each
// decision is audited once, a refused one changes nothing, and one that is undone at once leaves everything as it was.
func TestDecisionsInAllOrders(t *testing.T) {
	if testing.Short() {
		t.Skip("plays random histories of decisions; `make model` plays more")
	}
	// `make test-all` is for a first look; `make model` says how many it wants.
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := flag.Set("rapid.checks", "30"); err != nil {
			t.Fatal(err)
		}
	}
	histories := 0
	refused, done := map[meeting.Refusal]int{}, map[meeting.Action]int{}
	rapid.Check(t, func(t *rapid.T) {
		histories++
		o := newOffice(t)
		minute, token := 3, 1
		o.upload(1, meeting.Presentation, nil)
		o.upload(2, meeting.Nomination, &meeting.Letter{Agency: "The Ministry", Nominees: []meeting.Nominee{{Name: "Nominee o1", Participant: "o1"}, {Name: "Stranger 0"}}})
		o.upload(3, meeting.Presentation, nil, meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"})
		officials := []string{"o1", "o2", "o3", "o4"}
		decide := func(t *rapid.T) {
			d := o.draw(t)
			before := o.members()
			why := o.decide(d)
			if d.Action == meeting.Accept || d.Action == meeting.Decline {
				o.noQuietExcess(before)
			}
			if refused[why]++; why == "" {
				done[d.Action]++
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { o.TB = t; o.check() },
			"deck": func(t *rapid.T) {
				minute++
				k := rapid.SampledFrom([]meeting.RequirementKey{{}, {Session: "s1", Kind: meeting.Presentation, Participant: "a"}, {Session: "s2", Kind: meeting.Presentation, Participant: "a"},
					{Session: "s2", Kind: meeting.Presentation, Participant: "o3"}, {Session: "s1", Kind: meeting.Presentation, Participant: "b"}}).Draw(t, "for")
				var file []meeting.RequirementKey
				if k.Participant != "" {
					file = []meeting.RequirementKey{k}
				}
				// Uploads arrive in another order than that in which they were made.
				o.upload(minute+rapid.IntRange(-3, 3).Draw(t, "skew"), meeting.Presentation, nil, file...)
			},
			"letter": func(t *rapid.T) {
				minute++
				l := &meeting.Letter{Agency: "The Ministry"}
				var file []meeting.RequirementKey
				for _, p := range rapid.SliceOfNDistinct(rapid.SampledFrom(officials), 1, 3, rapid.ID).Draw(t, "nominees") {
					n := meeting.Nominee{Name: "Nominee " + p, Participant: p, Alternate: rapid.Bool().Draw(t, "alternate")}
					if rapid.Bool().Draw(t, "replaces") {
						n.ReplacesID = rapid.SampledFrom(officials).Draw(t, "whom")
					}
					l.Nominees = append(l.Nominees, n)
					file = append(file, nomination("s1", p), nomination("s2", p))
				}
				for i := range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "unknown") {
					l.Nominees = append(l.Nominees, meeting.Nominee{Name: fmt.Sprint("Stranger ", i)})
				}
				if slices.ContainsFunc(l.Nominees, meeting.Nominee.Open) && rapid.Bool().Draw(t, "unsure") {
					file = nil
				}
				o.upload(minute+rapid.IntRange(-3, 3).Draw(t, "skew"), meeting.Nomination, l, file...)
			},
			"recognized": func(t *rapid.T) {
				p := rapid.SampledFrom(officials).Draw(t, "official")
				known := filing.Recognized{Nominee: "Stranger 0", Participant: p, For: keys(nomination("s1", p), nomination("s2", p))}
				before := o.members()
				_, err := o.registry.Recognize(o.ctx, o.roster.Meeting, "later", rapid.SampledFrom(o.documents).Draw(t, "letter"), []filing.Recognized{known})
				o.ok(err)
				o.now = nil
				o.noQuietExcess(before)
			},
			"roster": func(t *rapid.T) {
				token++
				o.load(fmt.Sprintf("%03d", token), rapid.IntRange(3, 6).Draw(t, "people"))
			},
			"decide":      decide,
			"decide more": decide,
			"decide and undo": func(t *rapid.T) {
				d := o.draw(t)
				before := o.standings()
				if d.Action == meeting.Undo || o.decide(d) != "" {
					t.Skip("nothing to undo")
				}
				of := o.decisions[len(o.decisions)-1]
				if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: of}); why != "" {
					t.Fatalf("%s cannot be undone: %s", d.Action, why)
				}
				if diff := cmp.Diff(before, o.standings()); diff != "" {
					t.Errorf("%s and undone (-before +after):\n%s", d.Action, diff)
				}
				if why := o.decide(meeting.Decision{Action: meeting.Undo, Of: of}); why != meeting.RefusalAlreadyDecided {
					t.Errorf("undone twice: %q", why)
				}
			},
		})
	})
	t.Log(done, refused)
	for _, a := range []meeting.Action{meeting.Withdraw, meeting.Waive, meeting.Require, meeting.FileHere, meeting.Reject, meeting.Split, meeting.Join, meeting.Accept, meeting.Decline, meeting.Undo, meeting.Dismiss} {
		if done[a] == 0 && histories >= 100 && !t.Failed() {
			t.Errorf("no history carried out %q", a)
		}
	}
}

// draw makes up a decision, which may make no sense.
func (o *office) draw(t *rapid.T) meeting.Decision {
	now := o.state()
	keys := []meeting.RequirementKey{nomination("s1", "nobody")}
	var waived []meeting.RequirementKey
	for _, k := range o.keys() {
		if r := now.Requirements[k]; r != nil {
			keys = append(keys, k)
			if r.State == meeting.Waived {
				waived = append(waived, k)
			}
		}
	}
	documents := append([]string{"none"}, o.documents...)
	// A document in review is decided about most of the time, as in life.
	var inReview []string
	for _, id := range o.documents {
		if now.Documents[id].Waits() {
			inReview = append(inReview, id)
		}
	}
	document := rapid.SampledFrom(documents).Draw(t, "document")
	if len(inReview) > 0 && rapid.IntRange(0, 3).Draw(t, "any") > 0 {
		document = rapid.SampledFrom(inReview).Draw(t, "in review")
	}
	d := meeting.Decision{Action: rapid.SampledFrom([]meeting.Action{meeting.Withdraw, meeting.Waive, meeting.Require, meeting.FileHere, meeting.FileHere, meeting.Reject, meeting.Split,
		meeting.Join, meeting.Accept, meeting.Accept, meeting.Decline, meeting.Undo, meeting.Dismiss}).Draw(t, "action")}
	switch d.Action {
	case meeting.Waive, meeting.Require:
		d.Requirement = rapid.SampledFrom(keys).Draw(t, "requirement")
		if d.Action == meeting.Require && len(waived) > 0 && rapid.Bool().Draw(t, "waived") {
			d.Requirement = rapid.SampledFrom(waived).Draw(t, "which")
		}
	case meeting.Withdraw, meeting.Reject:
		d.Document = document
	case meeting.FileHere:
		d.Document = document
		d.Requirements = rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 2, rapid.ID).Draw(t, "requirements")
	case meeting.Split:
		d.Document = document
		d.Parts = []meeting.Part{{From: 1, To: 3}, {From: rapid.SampledFrom([]int{4, 4, 4, 3}).Draw(t, "from"), To: 6}}
		for i := range d.Parts {
			d.Parts[i].Requirements = []meeting.RequirementKey{rapid.SampledFrom(keys).Draw(t, "requirement")}
		}
	case meeting.Join:
		d.Document, d.Into = document, rapid.SampledFrom(documents).Draw(t, "into")
	case meeting.Accept, meeting.Decline:
		if len(o.letters) > 0 && rapid.IntRange(0, 3).Draw(t, "any") > 0 {
			document = rapid.SampledFrom(o.letters).Draw(t, "letter")
		}
		d.Document, d.Nominee = document, rapid.SampledFrom([]string{"Stranger 0", "Stranger 0", "Stranger 1", "Nominee o1"}).Draw(t, "nominee")
		if d.Action == meeting.Accept {
			d.Participant = &meeting.Participant{ID: meeting.ParticipantID(d.Document, d.Nominee), Name: d.Nominee, Gender: "f", Sector: meeting.Public, Agency: "Ministry", Country: "KE",
				Roles: []meeting.Role{{Name: meeting.Expert, Session: rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session")}}}
		}
	case meeting.Undo:
		d.Of = "none"
		if len(o.carried) > 0 && rapid.IntRange(0, 5).Draw(t, "any") > 0 {
			last := len(o.carried) - 1
			d.Of = o.carried[rapid.IntRange(max(0, last-3), last).Draw(t, "of")]
		}
	case meeting.Dismiss:
		ids := []string{"none"}
		for _, l := range now.lessons {
			ids = append(ids, l.ID)
		}
		d.Of = rapid.SampledFrom(ids).Draw(t, "of")
	}
	return d
}
