package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// scene is a moment at which one function is called: what was before, and the call.
type scene struct {
	before func(*e2e.World)
	// call makes the call and may be killed in it; again is what happens afterwards: the same event, or for a page nothing.
	call func(*e2e.World) (again func())
}

func scenes() map[string]scene {
	full := func(w *e2e.World) {
		w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+e2e.Grace)
	}
	upload := func(key string, data []byte, at time.Time) func(*e2e.World) func() {
		return func(w *e2e.World) func() {
			o := w.Put("incoming/m/drop/"+key, data, at)
			call := func() { w.Send(w.Intake, w.Event(o)) }
			call()
			return call
		}
	}
	// A decision is taken once: who sees no answer finds it carried out, or the sweep does it.
	page := func(form func(*e2e.World) url.Values) func(*e2e.World) func() {
		return func(w *e2e.World) func() {
			w.Decide(form(w).Encode())
			return func() {}
		}
	}
	find := func(w *e2e.World, name string) string {
		for _, o := range w.Uploads() {
			if strings.HasSuffix(o.Key, "/"+name) {
				return o.ID()
			}
		}
		w.TB().Fatalf("no upload %s", name)
		return ""
	}
	in := func(objects ...string) func(*e2e.World) {
		return func(w *e2e.World) {
			full(w)
			for i, name := range objects {
				data := map[string][]byte{"amina.pptx": e2e.Deck("Chains", "Amina Diallo"), "kofi.pptx": e2e.Deck("Banks", "Kofi Mensah"), "letter.txt": e2e.NominationLetter("Ms Grace ODHIAMBO"),
					"review.pptx": e2e.Deck("Draft", "of us all"), "more.pptx": e2e.Deck("More", "of the same"), "stranger.txt": e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO")}[name]
				w.TakeIn(w.Put("incoming/m/drop/"+name, data, e2e.Noon.Add(time.Duration(i)*time.Second)))
			}
			w.DeliverMails()
		}
	}
	return map[string]scene{
		"roster: first load, two waiting uploads": {
			before: func(w *e2e.World) {
				w.TakeIn(w.Put("incoming/m/drop/amina.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon), w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon))
			},
			call: func(w *e2e.World) func() {
				y, c := w.Put("roster/m/meeting.yaml", []byte(e2e.MeetingYAML("s1")), e2e.Noon), w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), e2e.Noon)
				call := func() { w.Send(w.Roster, w.Event(y)); w.Send(w.Roster, w.Event(c)) }
				call()
				return call
			}},
		"roster: somebody added, somebody removed, an official in": {
			before: in("amina.pptx", "letter.txt"),
			call: func(w *e2e.World) func() {
				c := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Zainab), time.Now().Add(time.Second))
				call := func() { w.Send(w.Roster, w.Event(c)) }
				call()
				return call
			}},
		"roster: broken file": {before: full, call: func(w *e2e.World) func() {
			c := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+"nonsense\n"), time.Now().Add(time.Second))
			call := func() { w.Send(w.Roster, w.Event(c)) }
			call()
			return call
		}},
		"intake: last upload, completes":  {in("amina.pptx", "letter.txt"), upload("kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)},
		"intake: newer version":           {in("amina.pptx", "kofi.pptx", "letter.txt"), upload("amina 2.pptx", e2e.Deck("Chains, corrected", "Amina Diallo"), e2e.Noon.Add(time.Hour))},
		"intake: older version, late":     {in("amina.pptx", "kofi.pptx", "letter.txt"), upload("amina 0.pptx", e2e.Deck("Chains, draft", "Amina Diallo"), e2e.Noon.Add(-time.Hour))},
		"intake: letter for two sessions": {in("amina.pptx"), upload("letter.txt", e2e.NominationLetter("Ms Grace ODHIAMBO"), e2e.Noon)},
		"intake: letter over quota": {func(w *e2e.World) {
			w.LoadRoster("m", strings.Replace(e2e.QuotaYAML("s1", "s2"), "agency: 2", "agency: 1", 1), e2e.CSVHead+e2e.Grace+e2e.Joseph)
		}, upload("letter.txt", e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), e2e.Noon)},
		"intake: the roster's index is gone": {func(w *e2e.World) {
			full(w)
			indexes, _, err := w.Objects.Versions(context.Background(), "index/", "", 1)
			e2e.Must(w.TB(), err)
			for _, o := range indexes {
				e2e.Must(w.TB(), w.Objects.Delete(context.Background(), o))
			}
		}, upload("kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)},
		"intake: a mail of three papers": {in("amina.pptx"), upload("papers.eml", e2e.MailOf("Our papers.",
			e2e.File{Name: "amina.pptx", Data: e2e.Deck("Chains, corrected", "Amina Diallo")}, e2e.File{Name: "kofi.pptx", Data: e2e.Deck("Banks", "Kofi Mensah")},
			e2e.File{Name: "letter.txt", Data: e2e.NominationLetter("Ms Grace ODHIAMBO")}), e2e.Noon.Add(time.Hour))},
		"intake: review":          {full, upload("review.pptx", e2e.Deck("Draft", "of us all"), e2e.Noon)},
		"intake: broken file":     {full, upload("broken.pptx", []byte("PK\x03\x04 nothing"), e2e.Noon)},
		"intake: no such meeting": {func(*e2e.World) {}, upload("amina.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon)},
		"intake: by ticket, of who is in twice": {func(w *e2e.World) { w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Zainab) }, func(w *e2e.World) func() {
			o := w.Put(w.Folder(ticket.Ticket{Participant: "p4", Kind: meeting.Presentation, Session: "s2"})+"z.pptx", e2e.Deck("T", "nobody"), time.Now())
			call := func() { w.Send(w.Intake, w.Event(o)) }
			call()
			return call
		}},
		"deliver: completeness": {before: func(w *e2e.World) {
			w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
			w.TakeIn(w.Put("incoming/m/drop/amina.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon))
		}, call: func(w *e2e.World) func() {
			open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
			e2e.Must(w.TB(), err)
			call := func() {
				for _, m := range open {
					w.TryDeliver(m.ID)
				}
			}
			call()
			return call
		}},
		"sweep: an upload, a roster, a decision and a mail were lost": {before: func(w *e2e.World) {
			in("amina.pptx")(w)
			w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
			w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi), time.Now())
			_, err := w.Objects.PutDecision(context.Background(), "decisions/m/lost.json", meeting.Decision{Action: meeting.Waive, Meeting: "m",
				Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p2"}, By: "Ms Staff", Reason: "ill", At: e2e.Noon})
			e2e.Must(w.TB(), err)
			w.TakeIn(w.Put("incoming/m/drop/review.pptx", e2e.Deck("Draft", "of us all"), e2e.Noon))
		}, call: func(w *e2e.World) func() {
			call := func() { w.TrySweep() }
			call()
			return call
		}},
		"portal: waive": {full, page(func(*e2e.World) url.Values {
			return url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p1"}, "reason": {"ill"}}
		})},
		"portal: withdraw": {in("amina.pptx", "kofi.pptx", "letter.txt"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"withdraw"}, "document": {find(w, "letter.txt")}, "reason": {"wrong"}}
		})},
		"portal: file": {in("amina.pptx", "letter.txt", "review.pptx"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"file"}, "document": {find(w, "review.pptx")}, "other": {"s1/presentation/p2"}, "reason": {"his"}}
		})},
		"portal: reject": {in("review.pptx"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"reject"}, "document": {find(w, "review.pptx")}, "code": {"unfinished"}}
		})},
		"portal: split": {in("letter.txt", "review.pptx"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"split"}, "document": {find(w, "review.pptx")}, "reason": {"both"}, "from": {"1", "2"}, "to": {"1", "2"}, "place": {"s1/presentation/p1", "s1/presentation/p2"}}
		})},
		"portal: join": {in("amina.pptx", "more.pptx"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"join"}, "document": {find(w, "more.pptx")}, "into": {find(w, "amina.pptx")}, "reason": {"its end"}}
		})},
		"portal: accept": {in("stranger.txt"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"accept"}, "document": {find(w, "stranger.txt")}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "agency": {"Ministry of Justice"}, "country": {"Kenya"},
				"role": {"expert:s2"}, "reason": {"known"}}
		})},
		"portal: decline": {in("stranger.txt"), page(func(w *e2e.World) url.Values {
			return url.Values{"action": {"decline"}, "document": {find(w, "stranger.txt")}, "nominee": {"Daniel KIPTOO"}, "reason": {"not in our field"}}
		})},
		"portal: undo": {func(w *e2e.World) {
			in("amina.pptx", "kofi.pptx", "letter.txt")(w)
			w.Decide(url.Values{"action": {"withdraw"}, "document": {find(w, "letter.txt")}, "reason": {"wrong"}}.Encode())
			w.DeliverMails()
		}, page(func(w *e2e.World) url.Values {
			audits, err := w.Store.Audits(context.Background(), "m", 1)
			e2e.Must(w.TB(), err)
			return url.Values{"action": {"undo"}, "of": {audits[0].ID}, "reason": {"right after all"}}
		})},
	}
}

// The crash table: each function in each scene is killed at each of its calls to AWS, before the call and after it took effect,
// and called again (a page is not: the sweep finds what was decided). The end is that of a run which nothing disturbed.
func TestKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("kills functions some 470 times, each in a world of its own")
	}
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
	undisturbed := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	s.before(undisturbed)
	undisturbed.Faults.Arm()
	s.call(undisturbed)
	calls := undisturbed.Faults.Calls()
	undisturbed.RunUntilQuiet()
	undisturbed.Check()
	want := undisturbed.EndState()
	if len(calls) < 3 {
		t.Fatalf("only %d calls were made: %v", len(calls), calls)
	}
	for _, when := range []faultinject.When{faultinject.Before, faultinject.After} {
		for at := 1; ; at++ {
			w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
			s.before(w)
			w.Faults.Arm(faultinject.Kill(at, when))
			again := s.call(w)
			// How many calls there are differs by one or two with the clock: whether two files were put in one second.
			if !w.Faults.Killed() {
				break
			}
			seen := w.Faults.Calls()
			w.Faults.Arm()
			again()
			w.RunUntilQuiet()
			w.Check()
			runs++
			got := w.EndState()
			// Where a page died before the decision was in the bucket, nothing was decided, and staff have seen that.
			put := slices.Index(calls, "S3 PutObject") + 1
			if strings.HasPrefix(name, "portal") && (at < put || at == put && when == faultinject.Before) {
				fresh := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
				s.before(fresh)
				fresh.RunUntilQuiet()
				want := fresh.EndState()
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("killed before call %d (%s), something was decided (-nothing +got):\n%s", at, seen[at-1], d)
					continue
				}
				good++
				continue
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("killed at call %d (%s), after it %v (-undisturbed +got):\n%s", at, seen[at-1], when == faultinject.After, d)
				continue
			}
			for id, n := range w.Sent {
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
