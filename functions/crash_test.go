package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"dossier/functions/sweep"
	"dossier/infra/inject"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// quiet lets everything come to rest: lost events are found, mails are sent, until there is nothing more to do.
func (w *world) quiet() {
	w.t.Helper()
	for round := 0; ; round++ {
		if round == 20 {
			w.t.Fatalf("it never comes to rest:\n%s", w.logs)
		}
		w.hoursPass()
		r := w.runSweep()
		w.drain()
		w.post()
		if r == (sweep.Report{}) && w.open() == 0 {
			return
		}
	}
}

// hoursPass lets the leases of mails run out, those too by which a failed one waits.
func (w *world) hoursPass() {
	w.t.Helper()
	open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(w.t, err)
	for _, m := range open {
		if m.Lease.After(time.Now()) {
			m.Lease = time.Now().Add(-time.Second).UTC()
			must(w.t, w.store.PutMail(context.Background(), m))
		}
	}
}

// open counts the mails that are not sent and not given up.
func (w *world) open() int {
	w.t.Helper()
	open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(w.t, err)
	return len(open)
}

// uploads are the object versions under incoming/.
func (w *world) uploads() []meeting.Object {
	w.t.Helper()
	all, _, err := w.objects.Versions(context.Background(), "incoming/", "", 100)
	must(w.t, err)
	return all
}

// end is everything that people would see, in words that do not depend on ids that chance gave.
func (w *world) end() map[string]string {
	w.t.Helper()
	ctx := context.Background()
	all := map[string]string{}
	accepted := regexp.MustCompile(`\bn-[0-9a-f]{12}\b`) // an id made of a document's
	put := func(k string, v any) {
		b, err := json.Marshal(v)
		must(w.t, err)
		b, k = accepted.ReplaceAll(b, []byte("n-x")), accepted.ReplaceAllString(k, "n-x")
		for n := 2; all[k] != ""; n++ {
			k = strings.Split(k, "|")[0] + "|" + fmt.Sprint(n)
		}
		all[k] = string(b)
	}
	names := map[string]string{}
	var ids []string
	for _, o := range w.uploads() {
		ids = append(ids, o.ID())
		names[o.ID()] = fmt.Sprintf("%s of %d bytes", o.Key[strings.LastIndex(o.Key, "/")+1:], o.Size)
	}
	slices.Sort(ids)
	known, err := w.store.Known(ctx, ids, nil, nil)
	must(w.t, err)
	if len(known.Documents) != len(ids) {
		w.t.Errorf("%d uploads have %d records", len(ids), len(known.Documents))
	}
	for id, d := range known.Documents {
		put("document "+names[id], []any{d.Status, d.Kind, d.Reason, d.Serves, names[d.SupersededBy], d.Late, d.Letter, d.Parts, names[d.PartOf], d.Told, d.Decision != ""})
	}
	sessions, err := w.store.AllSessions(ctx, "m")
	must(w.t, err)
	for _, s := range sessions {
		put("session "+s.ID, []any{s.Required, s.Outstanding, s.Complete, s.Epoch, s.Loading, s.Removed})
		reqs, err := w.store.Requirements(ctx, "m", s.ID)
		must(w.t, err)
		for _, r := range reqs {
			put("requirement "+r.String(), []any{r.State, names[r.Document], r.Pages, r.Late, r.WaivedBy, r.Reason, r.Dropped, r.Name})
		}
	}
	delegations, err := w.store.Delegations(ctx, "m")
	must(w.t, err)
	for _, d := range delegations {
		members, alternates := d.Members()
		put("delegation "+d.Agency, []any{members, alternates})
	}
	balance, err := w.store.Balance(ctx, "m")
	must(w.t, err)
	put("balance", balance.Sectors)
	audits, err := w.store.Audits(ctx, "m", 0)
	must(w.t, err)
	for _, a := range audits {
		put("audit of "+string(a.Decision.Action), []any{a.Decision.By, a.Decision.Reason, a.Refused, len(a.Effects)})
	}
	lessons, err := w.store.Lessons(ctx, "m")
	must(w.t, err)
	for _, l := range lessons {
		put("lesson "+l.Says, l.Name)
	}
	for id, e := range w.mails() {
		kind := id[:strings.LastIndexByte(id, '-')]
		put("mail "+kind+" to "+e.GetHeader("To")+": "+e.GetHeader("Subject"), w.sent[id] > 0)
	}
	return all
}

// scene is a moment at which one function is called: what was before, and the call.
type scene struct {
	before func(*world)
	// call makes the call and may be killed in it; again is what happens afterwards: the same event, or for a page nothing.
	call func(*world) (again func())
}

func scenes() map[string]scene {
	full := func(w *world) { w.load("m", quotaYAML("s1", "s2"), csvHead+amina+kofi+grace) }
	upload := func(key string, data []byte, at time.Time) func(*world) func() {
		return func(w *world) func() {
			o := w.put("incoming/m/drop/"+key, data, at)
			call := func() { w.send(w.intake, w.event(o)) }
			call()
			return call
		}
	}
	// A decision is taken once: who sees no answer finds it carried out, or the sweep does it.
	page := func(form func(*world) url.Values) func(*world) func() {
		return func(w *world) func() {
			w.decide(form(w).Encode())
			return func() {}
		}
	}
	find := func(w *world, name string) string {
		for _, o := range w.uploads() {
			if strings.HasSuffix(o.Key, "/"+name) {
				return o.ID()
			}
		}
		w.t.Fatalf("no upload %s", name)
		return ""
	}
	in := func(objects ...string) func(*world) {
		return func(w *world) {
			full(w)
			for i, name := range objects {
				data := map[string][]byte{"amina.pptx": deck("Chains", "Amina Diallo"), "kofi.pptx": deck("Banks", "Kofi Mensah"), "letter.txt": nominating("Ms Grace ODHIAMBO"),
					"review.pptx": deck("Draft", "of us all"), "more.pptx": deck("More", "of the same"), "stranger.txt": nominating("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO")}[name]
				w.takeIn(w.put("incoming/m/drop/"+name, data, noon.Add(time.Duration(i)*time.Second)))
			}
			w.post()
		}
	}
	return map[string]scene{
		"roster: first load, two waiting uploads": {
			before: func(w *world) {
				w.takeIn(w.put("incoming/m/drop/amina.pptx", deck("Chains", "Amina Diallo"), noon), w.put("incoming/m/drop/kofi.pptx", deck("Banks", "Kofi Mensah"), noon))
			},
			call: func(w *world) func() {
				y, c := w.put("roster/m/meeting.yaml", []byte(yaml("s1")), noon), w.put("roster/m/participants.csv", []byte(csvHead+amina+kofi), noon)
				call := func() { w.send(w.roster, w.event(y)); w.send(w.roster, w.event(c)) }
				call()
				return call
			}},
		"roster: somebody added, somebody removed, an official in": {
			before: in("amina.pptx", "letter.txt"),
			call: func(w *world) func() {
				c := w.put("roster/m/participants.csv", []byte(csvHead+amina+twice), time.Now().Add(time.Second))
				call := func() { w.send(w.roster, w.event(c)) }
				call()
				return call
			}},
		"roster: broken file": {before: full, call: func(w *world) func() {
			c := w.put("roster/m/participants.csv", []byte(csvHead+"nonsense\n"), time.Now().Add(time.Second))
			call := func() { w.send(w.roster, w.event(c)) }
			call()
			return call
		}},
		"intake: last upload, completes":  {in("amina.pptx", "letter.txt"), upload("kofi.pptx", deck("Banks", "Kofi Mensah"), noon)},
		"intake: newer version":           {in("amina.pptx", "kofi.pptx", "letter.txt"), upload("amina 2.pptx", deck("Chains, corrected", "Amina Diallo"), noon.Add(time.Hour))},
		"intake: older version, late":     {in("amina.pptx", "kofi.pptx", "letter.txt"), upload("amina 0.pptx", deck("Chains, draft", "Amina Diallo"), noon.Add(-time.Hour))},
		"intake: letter for two sessions": {in("amina.pptx"), upload("letter.txt", nominating("Ms Grace ODHIAMBO"), noon)},
		"intake: letter over quota": {func(w *world) {
			w.load("m", strings.Replace(quotaYAML("s1", "s2"), "agency: 2", "agency: 1", 1), csvHead+grace+joseph)
		}, upload("letter.txt", nominating("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), noon)},
		"intake: review":          {full, upload("review.pptx", deck("Draft", "of us all"), noon)},
		"intake: broken file":     {full, upload("broken.pptx", []byte("PK\x03\x04 nothing"), noon)},
		"intake: no such meeting": {func(*world) {}, upload("amina.pptx", deck("Chains", "Amina Diallo"), noon)},
		"intake: by ticket, of who is in twice": {func(w *world) { w.load("m", yaml("s1", "s2"), csvHead+twice) }, func(w *world) func() {
			o := w.put("incoming/m/"+w.token(ticket.Ticket{Participant: "p4", Kind: meeting.Presentation, Session: "s2"})+"/z.pptx", deck("T", "nobody"), time.Now())
			call := func() { w.send(w.intake, w.event(o)) }
			call()
			return call
		}},
		"deliver: completeness": {before: func(w *world) {
			w.load("m", yaml("s1"), csvHead+amina)
			w.takeIn(w.put("incoming/m/drop/amina.pptx", deck("Chains", "Amina Diallo"), noon))
		}, call: func(w *world) func() {
			open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
			must(w.t, err)
			call := func() {
				for _, m := range open {
					w.tryDeliver(m.ID)
				}
			}
			call()
			return call
		}},
		"sweep: an upload, a roster, a decision and a mail were lost": {before: func(w *world) {
			in("amina.pptx")(w)
			w.put("incoming/m/drop/kofi.pptx", deck("Banks", "Kofi Mensah"), noon)
			w.put("roster/m/participants.csv", []byte(csvHead+amina+kofi), time.Now())
			_, err := w.objects.PutDecision(context.Background(), "decisions/m/lost.json", meeting.Decision{Action: meeting.Waive, Meeting: "m",
				Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p2"}, By: "Ms Staff", Reason: "ill", At: noon})
			must(w.t, err)
			w.takeIn(w.put("incoming/m/drop/review.pptx", deck("Draft", "of us all"), noon))
		}, call: func(w *world) func() {
			call := func() { w.trySweep() }
			call()
			return call
		}},
		"portal: waive": {full, page(func(*world) url.Values {
			return url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p1"}, "reason": {"ill"}}
		})},
		"portal: withdraw": {in("amina.pptx", "kofi.pptx", "letter.txt"), page(func(w *world) url.Values {
			return url.Values{"action": {"withdraw"}, "document": {find(w, "letter.txt")}, "reason": {"wrong"}}
		})},
		"portal: file": {in("amina.pptx", "letter.txt", "review.pptx"), page(func(w *world) url.Values {
			return url.Values{"action": {"file"}, "document": {find(w, "review.pptx")}, "other": {"s1/presentation/p2"}, "reason": {"his"}}
		})},
		"portal: reject": {in("review.pptx"), page(func(w *world) url.Values {
			return url.Values{"action": {"reject"}, "document": {find(w, "review.pptx")}, "code": {"unfinished"}}
		})},
		"portal: split": {in("letter.txt", "review.pptx"), page(func(w *world) url.Values {
			return url.Values{"action": {"split"}, "document": {find(w, "review.pptx")}, "reason": {"both"}, "from": {"1", "2"}, "to": {"1", "2"}, "place": {"s1/presentation/p1", "s1/presentation/p2"}}
		})},
		"portal: join": {in("amina.pptx", "more.pptx"), page(func(w *world) url.Values {
			return url.Values{"action": {"join"}, "document": {find(w, "more.pptx")}, "into": {find(w, "amina.pptx")}, "reason": {"its end"}}
		})},
		"portal: accept": {in("stranger.txt"), page(func(w *world) url.Values {
			return url.Values{"action": {"accept"}, "document": {find(w, "stranger.txt")}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "agency": {"Ministry of Justice"}, "country": {"Kenya"},
				"role": {"expert:s2"}, "reason": {"known"}}
		})},
		"portal: decline": {in("stranger.txt"), page(func(w *world) url.Values {
			return url.Values{"action": {"decline"}, "document": {find(w, "stranger.txt")}, "nominee": {"Daniel KIPTOO"}, "reason": {"not in our field"}}
		})},
		"portal: undo": {func(w *world) {
			in("amina.pptx", "kofi.pptx", "letter.txt")(w)
			w.decide(url.Values{"action": {"withdraw"}, "document": {find(w, "letter.txt")}, "reason": {"wrong"}}.Encode())
			w.post()
		}, page(func(w *world) url.Values {
			audits, err := w.store.Audits(context.Background(), "m", 1)
			must(w.t, err)
			return url.Values{"action": {"undo"}, "of": {audits[0].ID}, "reason": {"right after all"}}
		})},
	}
}

// tryDeliver brings a mail to deliver, which may be killed.
func (w *world) tryDeliver(id string) {
	_ = w.try(w.deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record(id)}})
}

// trySweep runs the sweep, which may be killed.
func (w *world) trySweep() {
	_ = w.try(w.sweep, events.EventBridgeEvent{DetailType: "Scheduled Event", Source: "aws.events", Detail: json.RawMessage("{}")})
}

// try invokes a function that may fail.
func (w *world) try(h lambda.Handler, event any) error {
	w.t.Helper()
	in, err := json.Marshal(event)
	must(w.t, err)
	_, err = h.Invoke(context.Background(), in)
	return err
}

// The crash table: each function in each scene is killed at each of its calls to AWS, before the call and after it took effect,
// and called again (a page is not: the sweep finds what was decided). The end is that of a run which nothing disturbed.
func TestKilledAtEveryCall(t *testing.T) {
	type row struct{ calls, runs, good int }
	var mu sync.Mutex
	rows := map[string]row{}
	t.Run("scene", func(t *testing.T) {
		for name, s := range scenes() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				calls, runs, good := crash(t, name, s)
				mu.Lock()
				defer mu.Unlock()
				rows[name] = row{calls, runs, good}
			})
		}
	})
	var table strings.Builder
	tab := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "scene\tcalls\tkilled\tends as undisturbed")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\n", name, rows[name].calls, rows[name].runs, rows[name].good)
	}
	if err := tab.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
}

// crash kills one scene's call at each of its calls to AWS.
func crash(t *testing.T, name string, s scene) (made, runs, good int) {
	undisturbed := newWorldWith(t, 1)
	s.before(undisturbed)
	undisturbed.faults.Arm()
	s.call(undisturbed)
	calls := undisturbed.faults.Calls()
	undisturbed.quiet()
	undisturbed.check()
	want := undisturbed.end()
	if len(calls) < 3 {
		t.Fatalf("only %d calls were made: %v", len(calls), calls)
	}
	for _, when := range []inject.When{inject.Before, inject.After} {
		for at := 1; ; at++ {
			w := newWorldWith(t, 1)
			s.before(w)
			w.faults.Arm(kill(at, when))
			again := s.call(w)
			// How many calls there are differs by one or two with the clock: whether two files were put in one second.
			if !w.faults.Killed() {
				break
			}
			seen := w.faults.Calls()
			w.faults.Arm()
			again()
			w.quiet()
			w.check()
			runs++
			got := w.end()
			// Where a page died before the decision was in the bucket, nothing was decided, and staff have seen that.
			put := slices.Index(calls, "S3 PutObject") + 1
			if strings.HasPrefix(name, "portal") && (at < put || at == put && when == inject.Before) {
				fresh := newWorldWith(t, 1)
				s.before(fresh)
				fresh.quiet()
				want := fresh.end()
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("killed before call %d (%s), something was decided (-nothing +got):\n%s", at, seen[at-1], d)
					continue
				}
				good++
				continue
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("killed at call %d (%s), after it %v (-undisturbed +got):\n%s", at, seen[at-1], when == inject.After, d)
				continue
			}
			for id, n := range w.sent {
				// Promise 7: twice only when the process died between the sender's answer and the record of it.
				if n > 2 || n > 1 && !strings.HasPrefix(name, "deliver") {
					t.Errorf("killed at call %d, mail %s went out %d times", at, id, n)
				}
			}
			good++
		}
	}
	return len(calls), runs, good
}
