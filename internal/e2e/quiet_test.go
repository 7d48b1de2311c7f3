package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"dossier/functions/erase"
	"dossier/internal/awstest"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// work gives a function its next event. It returns what the function answers Lambda with when it fails.
type work func(ctx context.Context, w *e2e.World, n int) error

// busy are all functions with something to do that has names, addresses and links in its keys and items.
func busy() map[string]work {
	invoke := func(ctx context.Context, w *e2e.World, h lambda.Handler, event any) error {
		in, err := json.Marshal(event)
		e2e.Must(w.TB(), err)
		_, err = h.Invoke(ctx, in)
		return err
	}
	upload := func(w *e2e.World, n int) meeting.Object {
		folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
		return w.Put(fmt.Sprintf("%sAmina Diallo CV %d.pptx", folder, n), e2e.Deck(fmt.Sprint("Chains ", n), "Amina Diallo"), e2e.Noon)
	}
	message := func(body []byte) events.SQSEvent {
		return events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": "5"}}}}
	}
	return map[string]work{
		"intake": func(ctx context.Context, w *e2e.World, n int) error {
			return invoke(ctx, w, w.Intake, message(w.Event(upload(w, n))))
		},
		"roster": func(ctx context.Context, w *e2e.World, n int) error {
			o := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+e2e.Kofi+strings.Repeat("\n", n)), time.Now())
			return invoke(ctx, w, w.Roster, message(w.Event(o)))
		},
		"deliver": func(ctx context.Context, w *e2e.World, n int) error {
			m := &meeting.Mail{ID: fmt.Sprint("links-", n), Meeting: "m", Template: meeting.MailLinks, Language: "en", To: []string{"amina@people.example"},
				Links: []meeting.Invitation{{Participant: "p1", Kind: meeting.Presentation, Session: "s1"}}, State: meeting.Pending, Decided: e2e.Noon}
			e2e.Must(w.TB(), w.Store.PutMail(context.Background(), m))
			return invoke(ctx, w, w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{e2e.StreamRecord(m.ID)}})
		},
		"sweep": func(ctx context.Context, w *e2e.World, n int) error {
			upload(w, n)
			d := meeting.Decision{Action: meeting.Waive, Meeting: "m", By: "Amina Diallo", Reason: "Kofi Mensah", At: e2e.Noon,
				Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p1"}}
			_, err := w.Objects.PutDecision(context.Background(), fmt.Sprintf("decisions/m/Kofi Mensah %d.json", n), d)
			e2e.Must(w.TB(), err)
			return invoke(ctx, w, w.Sweep, events.EventBridgeEvent{Detail: json.RawMessage("{}")})
		},
		"feedback": func(ctx context.Context, w *e2e.World, n int) error {
			detail := fmt.Sprintf(`{"eventType":"Bounce","mail":{"timestamp":"2031-06-01T12:00:00Z","messageId":"%d","destination":["amina@people.example"],"tags":{"outbox":["links-1"]}},`+
				`"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"amina%d@people.example"}],"timestamp":"2031-06-01T12:00:00Z"}}`, n, n)
			return invoke(ctx, w, w.Feedback, events.EventBridgeEvent{DetailType: "Email Bounced", Source: "aws.ses", Detail: json.RawMessage(detail)})
		},
		"erase": func(ctx context.Context, w *e2e.World, n int) error {
			return invoke(ctx, w, w.Erase, erase.Request{Meeting: "m", Participant: "p9", Also: []string{"Amina Diallo"}})
		},
		"portal": func(ctx context.Context, w *e2e.World, n int) error {
			form := url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p1"}, "reason": {"Amina Diallo is ill"}}.Encode()
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Test-Who", "Amina Diallo")
			w.Serve(r)
			r = httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/meetings/m/search?q=Amina+Diallo", nil)
			r.Header.Set("Test-Who", "Amina Diallo")
			w.Serve(r)
			return nil
		},
	}
}

// Promise 9, whichever call of a function fails, and however: no name, address, file name or link is in the log, nor in the error
// that Lambda logs.
func TestNothingPersonalOfFailedCalls(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(e2e.ProjectFile("functions/*/bootstrap"))
	e2e.Must(t, err)
	var functions []string
	for _, f := range folders {
		functions = append(functions, filepath.Base(filepath.Dir(f)))
	}
	all := busy()
	if d := cmp.Diff(functions, slices.Sorted(maps.Keys(all))); d != "" {
		t.Fatalf("(-functions +tried):\n%s", d)
	}
	for name, work := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failOnLine(t, work)
		})
	}
}

// failOnLine has each call of a function fail in each way.
func failOnLine(t *testing.T, work work) {
	line := &awstest.Line{}
	w := e2e.NewWith(t, e2e.Options{Line: line, MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	token := w.Token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	said := func(what, text string) {
		t.Helper()
		for _, secret := range append(e2e.Secrets(), token, "k1.", "incoming/m/", ".pptx", "amina", "links-1@") {
			if i := strings.Index(text, secret); i >= 0 {
				t.Fatalf("%s holds %q: %s", what, secret, text[max(0, i-300):min(len(text), i+100)])
			}
		}
	}
	n, failed := 0, 0
	for _, trouble := range awstest.Troubles() {
		for call := 0; call < 30; call++ {
			n++
			life := 10 * time.Second
			if trouble == awstest.Slow {
				life = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), life)
			line.Break(trouble, call)
			err := work(ctx, w, n)
			broken := line.Broken()
			line.Break("", 0)
			cancel()
			if err != nil {
				said("the error of "+string(trouble), err.Error())
			}
			said("after "+string(trouble)+" the log", w.Logs.String())
			if !broken {
				break
			}
			failed++
		}
	}
	if failed < 2*len(awstest.Troubles()) {
		t.Errorf("only %d calls failed", failed)
	}
}
