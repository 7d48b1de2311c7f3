package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions/sweep"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// RunUntilQuiet lets everything come to rest: lost events are found, mails are sent, until there is nothing more to do.
func (w *World) RunUntilQuiet() {
	w.t.Helper()
	for round := 0; ; round++ {
		if round == 20 {
			w.t.Fatalf("it never comes to rest:\n%s", w.Logs)
		}
		w.ExpireLeases()
		w.ExpireAttempts()
		r := w.RunSweep()
		w.Drain()
		w.DeliverMails()
		if r == (sweep.Report{}) && w.CountOpenMails() == 0 {
			return
		}
	}
}

// ExpireLeases lets the leases of mails run out, those too by which a failed one waits.
func (w *World) ExpireLeases() {
	w.t.Helper()
	open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	Must(w.t, err)
	for _, m := range open {
		if m.Lease.After(time.Now()) {
			m.Lease = time.Now().Add(-time.Second).UTC()
			Must(w.t, w.Store.PutMail(context.Background(), m))
		}
	}
}

// ExpireAttempts lets the time run out in which documents are being read: a call that was killed in it counts as dead.
func (w *World) ExpireAttempts() {
	w.t.Helper()
	open, err := w.Store.Attempts(context.Background(), 0)
	Must(w.t, err)
	for _, a := range open {
		if a.Running(time.Now()) {
			a.Until = time.Now().Add(-time.Second).UTC()
			Must(w.t, w.Store.PutAttempt(context.Background(), a))
		}
	}
}

// CountOpenMails counts the mails that are not sent and not given up.
func (w *World) CountOpenMails() int {
	w.t.Helper()
	open, err := w.Store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	Must(w.t, err)
	return len(open)
}

// Uploads are the object versions under incoming/.
func (w *World) Uploads() []meeting.Object {
	w.t.Helper()
	all, _, err := w.Objects.Versions(context.Background(), "incoming/", "", 100)
	Must(w.t, err)
	return all
}

// EndState is everything that people would see, in words that do not depend on ids that chance gave.
func (w *World) EndState() map[string]string {
	w.t.Helper()
	ctx := context.Background()
	all := map[string]string{}
	accepted := regexp.MustCompile(`\bn-[0-9a-f]{12}\b`) // an id made of a document's
	put := func(k string, v any) {
		b, err := json.Marshal(v)
		Must(w.t, err)
		b, k = accepted.ReplaceAll(b, []byte("n-x")), accepted.ReplaceAllString(k, "n-x")
		for n := 2; all[k] != ""; n++ {
			k = strings.Split(k, "|")[0] + "|" + fmt.Sprint(n)
		}
		all[k] = string(b)
	}
	names := map[string]string{}
	var ids []string
	for _, o := range w.Uploads() {
		ids = append(ids, o.ID())
		names[o.ID()] = fmt.Sprintf("%s of %d bytes", o.Key[strings.LastIndex(o.Key, "/")+1:], o.Size)
	}
	slices.Sort(ids)
	snap, err := w.Store.Read(ctx, store.KeysOf(store.DocumentKey, ids)...)
	Must(w.t, err)
	known := slices.Collect(store.All[meeting.Document](snap))
	if len(known) != len(ids) {
		w.t.Errorf("%d uploads have %d records", len(ids), len(known))
	}
	for _, d := range known {
		put("document "+names[d.ID], []any{d.Status, d.Kind, d.Reason, d.Satisfies, names[d.SupersededBy], d.Late, d.Letter, d.Parts, names[d.PartOf], d.NotifiedStatus, d.Decision != ""})
	}
	sessions, err := w.Store.AllSessions(ctx, "m")
	Must(w.t, err)
	for _, s := range sessions {
		put("session "+s.ID, []any{s.Required, s.Outstanding, s.Complete, s.Epoch, s.Loading, s.Removed})
		reqs, err := w.Store.Requirements(ctx, "m", s.ID)
		Must(w.t, err)
		for _, r := range reqs {
			put("requirement "+r.String(), []any{r.State, names[r.Document], r.Pages, r.Late, r.WaivedBy, r.Reason, r.Retired, r.Name})
		}
	}
	delegations, err := w.Store.Delegations(ctx, "m")
	Must(w.t, err)
	for _, d := range delegations {
		members, alternates := d.Members()
		put("delegation "+d.Agency, []any{members, alternates})
	}
	balance, err := w.Store.Balance(ctx, "m")
	Must(w.t, err)
	put("balance", balance.Sectors)
	audits, err := w.Store.Audits(ctx, "m", 0)
	Must(w.t, err)
	for _, a := range audits {
		put("audit of "+string(a.Decision.Action), []any{a.Decision.By, a.Decision.Reason, a.Refused, len(a.Effects)})
	}
	lessons, err := w.Store.Hints(ctx, "m")
	Must(w.t, err)
	for _, l := range lessons {
		put("lesson "+l.Pattern, l.Name)
	}
	for id, e := range w.Mails() {
		kind := id[:strings.LastIndexByte(id, '-')]
		put("mail "+kind+" to "+e.GetHeader("To")+": "+e.GetHeader("Subject"), w.Sent[id] > 0)
	}
	return all
}

// TryDeliver brings a mail to deliver, which may be killed.
func (w *World) TryDeliver(id string) {
	_ = w.Try(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{StreamRecord(id)}})
}

// TrySweep runs the sweep, which may be killed.
func (w *World) TrySweep() {
	_ = w.Try(w.Sweep, events.EventBridgeEvent{DetailType: "Scheduled Event", Source: "aws.events", Detail: json.RawMessage("{}")})
}

// Try invokes a function that may fail.
func (w *World) Try(h lambda.Handler, event any) error {
	w.t.Helper()
	in, err := json.Marshal(event)
	Must(w.t, err)
	_, err = h.Invoke(context.Background(), in)
	return err
}

// Check looks at promises that hold at any quiet moment: counts are what the requirements say, and requirement and
// document point to each other.
func (w *World) Check() {
	w.t.Helper()
	ctx := context.Background()
	sessions, err := w.Store.AllSessions(ctx, "m")
	Must(w.t, err)
	for _, s := range sessions {
		reqs, err := w.Store.Requirements(ctx, "m", s.ID)
		Must(w.t, err)
		required, outstanding, waived, late := 0, 0, 0, 0
		for _, r := range reqs {
			if r.Retired {
				continue
			}
			required++
			if r.State == meeting.Outstanding {
				outstanding++
			}
			if r.State == meeting.Waived {
				waived++
			}
			if r.Late {
				late++
			}
			if (r.State == meeting.Satisfied) != (r.Document != "") {
				w.t.Errorf("%s is %s with document %q", r.RequirementKey, r.State, r.Document)
			}
			if r.Document == "" {
				continue
			}
			d, err := w.Store.Document(ctx, r.Document)
			Must(w.t, err)
			if d.Status != meeting.Filed || !slices.Contains(d.Satisfies, r.RequirementKey) {
				w.t.Errorf("%s has document %s, which is %s for %v", r.RequirementKey, d.ID, d.Status, d.Satisfies)
			}
		}
		if s.Waived != waived || s.Late != late {
			w.t.Errorf("session %s counts %d waived and %d late, its requirements say %d and %d", s.ID, s.Waived, s.Late, waived, late)
		}
		if s.Required != required || s.Outstanding != outstanding {
			w.t.Errorf("session %s counts %d of %d outstanding, its requirements say %d of %d", s.ID, s.Outstanding, s.Required, outstanding, required)
		}
		// One that was complete and is asked for nothing any more stays so.
		if s.Loading == "" && s.Complete != (outstanding == 0 && required > 0) && !s.Removed && (required > 0 || !s.Complete) {
			w.t.Errorf("session %s: complete is %v with %d of %d outstanding", s.ID, s.Complete, outstanding, required)
		}
	}
}
