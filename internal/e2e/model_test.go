package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// parcel is a message on its way to a function: an upload's or a roster's event, or a record of the outbox.
type parcel struct {
	what string // in words, for the script
	to   string // intake, roster or deliver
	body []byte
	mail string // an outbox id
}

// model is Dossier as the world treats it: all that can happen, in any order, with faults anywhere.
type model struct {
	*e2e.World
	t *rapid.T
	// net holds the messages that are under way, in no order.
	net []parcel
	// streamed are the outbox items, with their revisions, that have or had a record under way.
	streamed map[string]bool
	// truth is whose each upload is, by object id.
	truth map[string][]string
	// absent are the uploads of who is not on every roster.
	absent map[string]bool
	// struck counts the faults that a mail met while it was delivered.
	struck  map[string]int
	uploads int
	rosters int
}

func newModel(t *rapid.T) *model {
	// A lease outlasts the sending of a mail, as it does in life; quiet lets it run out.
	m := &model{World: e2e.New(t), t: t, streamed: map[string]bool{}, truth: map[string][]string{}, absent: map[string]bool{}, struck: map[string]int{}}
	m.roster(5, 2, false)
	if rapid.Bool().Draw(t, "set up first") {
		m.flush()
	}
	return m
}

// roster drops roster files with the first people, for one session or two, with one official an agency or two.
func (m *model) roster(people, sessions int, one bool) {
	y := e2e.QuotaYAML([]string{"s1", "s2"}[:sessions]...)
	if one {
		y = strings.Replace(y, "agency: 2", "agency: 1", 1)
	}
	rows := []string{e2e.Amina, e2e.Kofi, e2e.Grace, e2e.Zainab, e2e.Joseph}[:people]
	if sessions == 1 {
		for i := range rows {
			rows[i] = strings.NewReplacer(";expert:s2", "", ";presenter:s2", "").Replace(rows[i])
		}
	}
	m.rosters++
	for _, file := range [][2]string{{"meeting.yaml", y}, {"participants.csv", e2e.CSVHead + strings.Join(rows, "")}} {
		o := m.Put("roster/m/"+file[0], []byte(file[1]), time.Now())
		m.net = append(m.net, parcel{what: fmt.Sprintf("event of roster %d, %s", m.rosters, file[0]), to: "roster", body: m.Event(o)})
	}
}

// upload drops a file whose owner the model knows.
func (m *model) upload() {
	t := m.t
	m.uploads++
	what := rapid.SampledFrom([]string{"named", "named", "ticket", "anonymous", "letter", "letter of two", "letter with a stranger", "broken"}).Draw(t, "file")
	person := rapid.SampledFrom([]string{"p1", "p2", "p4"}).Draw(t, "person")
	name := map[string]string{"p1": "Amina Diallo", "p2": "Kofi Mensah", "p4": "Zainab Bello"}[person]
	session := rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session")
	title := fmt.Sprintf("Talk %d, Title of %s", m.uploads, session)
	folder, file, data, truth := "incoming/m/drop/", fmt.Sprintf("file %d.pptx", m.uploads), e2e.Deck(title, name), []string{person}
	if rapid.Bool().Draw(t, "same key") {
		file = person + ".pptx"
	}
	switch what {
	case "ticket":
		folder = m.Folder(ticket.Ticket{Participant: person, Kind: meeting.Presentation, Session: session, Expires: e2e.Noon.AddDate(5, 0, 0).Unix()})
		data = e2e.Deck(title, "by its author")
	case "anonymous":
		data, truth = e2e.Deck(fmt.Sprint("Draft ", m.uploads), "of us all"), nil
	case "letter":
		file, data, truth = "letter.txt", append(e2e.NominationLetter("Ms Grace ODHIAMBO"), fmt.Sprint(m.uploads)...), []string{"p3"}
	case "letter of two":
		file, data, truth = "letter.txt", append(e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), fmt.Sprint(m.uploads)...), []string{"p3", "p6"}
	case "letter with a stranger":
		file, data, truth = "letter.txt", append(e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO"), fmt.Sprint(m.uploads)...), []string{"p3"}
	case "broken":
		if rapid.Bool().Draw(t, "by ticket") {
			folder = m.Folder(ticket.Ticket{Participant: person, Kind: meeting.Presentation, Session: session, Expires: e2e.Noon.AddDate(5, 0, 0).Unix()})
		}
		data, truth = []byte(fmt.Sprint("PK\x03\x04 broken ", m.uploads)), nil
	}
	at := time.Now().Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "skew")) * time.Second)
	o := m.Put(folder+file, data, at)
	m.truth[o.ID()], m.absent[o.ID()] = truth, person == "p4"
	t.Logf("upload %d: %s of %s as %s", m.uploads, what, person, file)
	m.net = append(m.net, parcel{what: fmt.Sprint("event of upload ", m.uploads), to: "intake", body: m.Event(o)})
}

// arm draws what goes wrong in the next call of a function, most often nothing.
func (m *model) arm() string {
	t := m.t
	kind := rapid.SampledFrom([]string{"", "", "", "", "killed before", "killed after", "throttled", "timed out after it took effect", "conflict"}).Draw(t, "fault")
	if kind == "" {
		m.Faults.Arm()
		return ""
	}
	f := faultinject.Fault{Nth: rapid.IntRange(1, 12).Draw(t, "call")}
	switch kind {
	case "killed before":
		f.Err, f.Kill = faultinject.ErrKilled, true
	case "killed after":
		f.Err, f.Kill, f.When = faultinject.ErrKilled, true, faultinject.After
	case "throttled":
		f.Err = faultinject.Throttled()
	case "timed out after it took effect":
		f.Err, f.When = faultinject.TimedOut(), faultinject.After
	case "conflict":
		f.Operation, f.Nth, f.Err = "DynamoDB TransactWriteItems", rapid.IntRange(1, 3).Draw(t, "transaction"), &types.TransactionConflictException{}
	}
	m.Faults.Arm(f)
	return fmt.Sprintf(", %s at call %d", kind, f.Nth)
}

// carry brings one message to its function and tells whether it is dealt with.
func (m *model) carry(p parcel) bool {
	switch p.to {
	case "deliver":
		var r events.DynamoDBEventResponse
		met := m.Faults.Met()
		m.Invoke(m.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(p.mail)}}, &r)
		if m.Faults.Met() > met {
			m.struck[p.mail]++
		}
		return len(r.BatchItemFailures) == 0
	case "roster":
		return len(m.Send(m.World.Roster, p.body)) == 0
	}
	return len(m.Send(m.Intake, p.body)) == 0
}

// stream puts a record under way for each outbox item that was written since.
func (m *model) stream() {
	open, err := m.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	e2e.Must(m.t, err)
	for _, x := range open {
		id := fmt.Sprint(x.ID, " ", x.Rev)
		if x.State != meeting.Pending || m.streamed[id] {
			continue
		}
		m.streamed[id] = true
		m.net = append(m.net, parcel{what: "record of mail " + x.Template, to: "deliver", mail: x.ID})
	}
}

// queue takes what functions put into queues under way.
func (m *model) queue() {
	uploads, rosters := m.TakeQueued()
	for _, b := range uploads {
		m.net = append(m.net, parcel{what: "an upload driven again", to: "intake", body: b})
	}
	for _, b := range rosters {
		m.net = append(m.net, parcel{what: "a roster driven again", to: "roster", body: b})
	}
}

// flush brings everything under way where it belongs, without faults.
func (m *model) flush() {
	m.Faults.Arm()
	for len(m.net) > 0 {
		p := m.net[0]
		m.net = m.net[1:]
		if !m.carry(p) {
			lines := strings.Split(strings.TrimSpace(m.Logs.String()), "\n")
			m.t.Fatalf("%s fails without a fault: %s", p.what, lines[len(lines)-1])
		}
		m.queue()
		m.stream()
	}
}

// decide takes a decision on the board about something that is there.
func (m *model) decideSomething() {
	t, ctx := m.t, context.Background()
	documents, err := m.Store.Waiting(ctx, "m", 0)
	e2e.Must(t, err)
	for _, status := range []meeting.Status{meeting.Filed, meeting.Rejected} {
		found, err := m.Store.Documents(ctx, "m", status, 0)
		e2e.Must(t, err)
		documents = append(documents, found...)
	}
	f := url.Values{"action": {rapid.SampledFrom([]string{"waive", "require", "withdraw", "file", "file", "reject", "split", "join", "accept", "decline", "undo", "forget"}).Draw(t, "action")}, "reason": {"because"}}
	pick := func(label string) string {
		if len(documents) == 0 {
			return "none"
		}
		return documents[rapid.IntRange(0, len(documents)-1).Draw(t, label)].ID
	}
	place := func() string {
		return rapid.SampledFrom([]string{"s1/presentation/p1", "s1/presentation/p2", "s1/presentation/p4", "s2/presentation/p4", "s1/nomination/p3 s2/nomination/p3", "s1/nomination/p6"}).Draw(t, "place")
	}
	switch f.Get("action") {
	case "waive", "require":
		f.Set("requirement", place())
	case "file":
		f.Set("document", pick("document"))
		f.Set("other", place())
	case "split":
		f.Set("document", pick("document"))
		f["from"], f["to"], f["place"] = []string{"1", "2"}, []string{"1", "2"}, []string{place(), place()}
	case "join":
		f.Set("document", pick("document"))
		f.Set("into", pick("into"))
	case "accept", "decline":
		f.Set("document", pick("document"))
		f.Set("nominee", rapid.SampledFrom([]string{"Daniel KIPTOO", "Grace ODHIAMBO"}).Draw(t, "nominee"))
		f.Set("name", f.Get("nominee"))
		f.Set("agency", "Ministry of Justice")
		f.Set("country", "Kenya")
		f.Set("role", "expert:s1")
	case "undo":
		audits, err := m.Store.Audits(ctx, "m", 5)
		e2e.Must(t, err)
		if len(audits) > 0 {
			f.Set("of", audits[rapid.IntRange(0, len(audits)-1).Draw(t, "of")].ID)
		}
	case "forget":
		lessons, err := m.Store.Hints(ctx, "m")
		e2e.Must(t, err)
		if len(lessons) > 0 {
			f.Set("of", lessons[rapid.IntRange(0, len(lessons)-1).Draw(t, "of")].ID)
		}
	default:
		f.Set("document", pick("document"))
	}
	fault := m.arm()
	status := m.World.Decide(f.Encode()).StatusCode
	t.Logf("decide %s: %d%s", f.Encode(), status, fault)
}

// check demands every promise, once everything has come to rest.
func (m *model) check() {
	t, ctx := m.t, context.Background()
	m.World.Check()
	// 1: one record for each object version; 5: none filed by a machine where it does not belong; 6: who sent it has heard.
	sent := m.Mails()
	newest := map[meeting.RequirementKey]string{}
	for _, o := range m.World.Uploads() {
		d, err := m.Store.Document(ctx, o.ID())
		if err != nil {
			t.Errorf("upload %s has no record: %v", o.Key, err)
			continue
		}
		if d.Decision == "" && d.Status != meeting.Review && (len(d.Evidence) == 0 || d.Evidence[0].Code != meeting.EvidenceStaff) {
			for _, k := range d.FiledFor {
				if !slices.Contains(m.truth[d.ID], k.Participant) && !strings.HasPrefix(k.Participant, "n-") {
					t.Errorf("%s of %v is filed for %s", d.FileName, m.truth[d.ID], k)
				}
			}
		}
		if d.Uploader.Email != "" && (d.NotifiedStatus == "" || sent[meeting.MailID(meeting.MailReceipt, d.ID)] == nil) {
			t.Errorf("nobody wrote to %s's sender that it is %s", d.FileName, d.Status)
		}
		if strings.HasPrefix(o.Key, "incoming/m/t1.") && d.NotifiedStatus == "" && d.Reason != meeting.ReasonUnknownMeeting && !m.absent[d.ID] { // who is not on every roster
			t.Errorf("who sent %s by ticket has not heard that it is %s (%s)", d.FileName, d.Status, d.Reason)
		}
		if d.Status == meeting.Filed || d.Status == meeting.Superseded {
			for _, k := range d.FiledFor {
				newest[k] = max(newest[k], d.Order())
			}
		}
	}
	// 2 is the world's; 4: the newest of those that were filed there counts.
	for k, order := range newest {
		if r := m.requirementOf(k); r != nil && r.Document != "" {
			d, err := m.Store.Document(ctx, r.Document)
			e2e.Must(t, err)
			if d.Order() < order && d.Decision == "" {
				t.Errorf("%s has %s, uploaded before another", k, d.FileName)
			}
		}
	}
	// 3: one mail for each epoch, and one for each end of one.
	completes, ends := map[string]int{}, map[string]int{}
	for id := range sent {
		x, err := m.Store.Mail(ctx, id)
		e2e.Must(t, err)
		switch x.Template {
		case meeting.MailComplete:
			completes[x.Session]++
		case meeting.MailNoLongerComplete:
			ends[x.Session]++
		}
		if n := m.Sent[id]; n > 1+m.struck[id] { // 7
			t.Errorf("mail %s went out %d times, struck %d times", id, n, m.struck[id])
		}
	}
	sessions, err := m.Store.AllSessions(ctx, "m")
	e2e.Must(t, err)
	for _, s := range sessions {
		want := s.Epoch
		if s.Complete {
			want--
		}
		if completes[s.ID] != s.Epoch || ends[s.ID] != want || s.Loading != "" {
			t.Errorf("session %s: epoch %d, complete %v, loading %q; %d and %d mails", s.ID, s.Epoch, s.Complete, s.Loading, completes[s.ID], ends[s.ID])
		}
	}
	// Every decision that was kept is carried out or refused, once.
	decisions, _, err := m.Objects.Versions(ctx, "decisions/", "", 100)
	e2e.Must(t, err)
	audits, err := m.Store.Audits(ctx, "m", 0)
	e2e.Must(t, err)
	if len(audits) != len(decisions) {
		t.Errorf("%d decisions have %d audits", len(decisions), len(audits))
	}
}

// requirementOf gives a requirement, or nil when there never was one.
func (m *model) requirementOf(k meeting.RequirementKey) *meeting.Requirement {
	reqs, err := m.Store.Requirements(context.Background(), "m", k.Session)
	e2e.Must(m.t, err)
	for _, r := range reqs {
		if r.RequirementKey == k {
			return r
		}
	}
	return nil
}

// inState are the requirements of a session that stand so.
func (m *model) inState(session string, state meeting.State) []string {
	reqs, err := m.Store.Requirements(context.Background(), "m", session)
	e2e.Must(m.t, err)
	var keys []string
	for _, r := range reqs {
		if !r.Retired && r.State == state {
			keys = append(keys, r.String())
		}
	}
	return keys
}

// TestModel puts Dossier through random histories: uploads, newer versions, rosters, decisions, with events that are repeated,
// late, out of order and lost, functions that are killed, throttled and answered too late. After all has come to rest, every
// promise of DESIGN.md holds. A history that fails is made as short as it can be and printed.
func TestModel(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("plays random histories of the whole system; `make model` plays more")
	}
	// `make test-all` is for a first look; `make model` says how many it wants.
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		e2e.Must(t, flag.Set("rapid.checks", "30"))
	}
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		one := func(label string) int { return rapid.IntRange(0, len(m.net)-1).Draw(t, label) }
		carry := func(t *rapid.T) {
			if len(m.net) == 0 {
				t.Skip("nothing is under way")
			}
			i := one("message")
			p := m.net[i]
			fault := m.arm()
			ok := m.carry(p)
			t.Logf("%s arrives%s: %v", p.what, fault, ok)
			// A message that is dealt with goes, unless it comes twice; one that failed comes again.
			if ok && rapid.IntRange(0, 4).Draw(t, "twice") > 0 {
				m.net = slices.Delete(m.net, i, i+1)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"":                func(t *rapid.T) { m.t = t; m.SetTB(t); m.queue(); m.stream() },
			"upload":          func(*rapid.T) { m.upload() },
			"another":         func(*rapid.T) { m.upload() },
			"message":         carry,
			"another message": carry,
			"third message":   carry,
			"two at once": func(t *rapid.T) {
				if len(m.net) < 2 {
					t.Skip("nothing is under way")
				}
				i := one("message")
				p, q := m.net[i], m.net[(i+1)%len(m.net)]
				m.Faults.Arm()
				var wg sync.WaitGroup
				ok := true
				wg.Go(func() { ok = m.carry(p) })
				alsoOK := m.carry(q)
				wg.Wait()
				t.Logf("%s and %s arrive at once: %v, %v", p.what, q.what, ok, alsoOK)
				// Both come again: once more is never wrong.
			},
			"lost": func(t *rapid.T) {
				if len(m.net) == 0 {
					t.Skip("nothing is under way")
				}
				i := one("message")
				t.Logf("%s is lost", m.net[i].what)
				m.net = slices.Delete(m.net, i, i+1)
			},
			"decision": func(*rapid.T) { m.decideSomething() },
			"clear": func(t *rapid.T) {
				// Staff do without all that a session waits for, and so complete it.
				session := rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session")
				fault := m.arm()
				for _, k := range m.inState(session, meeting.Outstanding) {
					m.World.Decide(url.Values{"action": {"waive"}, "requirement": {k}, "reason": {"cleared"}}.Encode())
				}
				t.Logf("clear %s%s", session, fault)
			},
			"once more": func(t *rapid.T) {
				// Something is asked for again, and waived again: all is as it was, in another epoch.
				waived := m.inState(rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session"), meeting.Waived)
				if len(waived) == 0 {
					t.Skip("nothing is waived")
				}
				k := waived[rapid.IntRange(0, len(waived)-1).Draw(t, "which")]
				fault := m.arm()
				for _, action := range []string{"require", "waive"} {
					m.World.Decide(url.Values{"action": {action}, "requirement": {k}, "reason": {"once more"}}.Encode())
				}
				t.Logf("%s once more%s", k, fault)
			},
			"roster": func(t *rapid.T) {
				m.roster(rapid.IntRange(3, 5).Draw(t, "people"), rapid.IntRange(1, 2).Draw(t, "sessions"), rapid.Bool().Draw(t, "one"))
				t.Logf("roster %d", m.rosters)
			},
			"sweep": func(t *rapid.T) {
				fault := m.arm()
				m.TrySweep()
				t.Logf("sweep%s", fault)
			},
		})
		m.flush()
		m.RunUntilQuiet()
		m.check()
	})
}
