package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/functions/deliver"
	"dossier/functions/erase"
	"dossier/functions/feedback"
	"dossier/functions/intake"
	"dossier/functions/portal"
	"dossier/functions/roster"
	"dossier/functions/sweep"
	"dossier/infra/engines"
	"dossier/internal/bucket"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
)

const TicketKeys = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// World is Dossier with a bucket, a table and a mail folder of its own. Nothing happens in it by itself: a test
// brings each event.
type World struct {
	t        TB
	Bucket   string
	Table    string
	S3       *s3.Client
	S3URL    string
	DB       *dynamodb.Client
	Store    *store.Store
	Objects  *bucket.Bucket
	Intake   lambda.Handler
	Roster   lambda.Handler
	Deliver  lambda.Handler
	Sweep    lambda.Handler
	Feedback lambda.Handler
	Erase    lambda.Handler
	Portal   http.Handler
	MailDir  string
	Logs     *lockedBuffer
	// Mailer is what deliver sends by.
	Mailer *CountingSender
	// Sent counts how often each mail went out, by its outbox id.
	Sent map[string]int
	// queued are the messages that a function put into a queue.
	queued *messages
	Faults *faultinject.Injector
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type messages struct {
	mu             sync.Mutex
	intake, roster [][]byte
}

type sender struct {
	m    *messages
	into *[][]byte
}

func (s sender) Send(_ context.Context, body []byte) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	*s.into = append(*s.into, body)
	return nil
}

// TB is what a world needs of a test, be it Go's or rapid's.
type TB interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Kill is a death at a call to AWS, the at-th from now: the call fails, before or after it took effect, and so do all that
// follow.
func Kill(at int, when faultinject.When) faultinject.Fault {
	return faultinject.Fault{Nth: at, When: when, Err: faultinject.ErrKilled, Kill: true}
}

func New(t TB) *World {
	t.Helper()
	return NewWith(t, Options{})
}

func NewWith(t TB, options Options) *World {
	t.Helper()
	if options.MailLease == 0 {
		options.MailLease = time.Hour
	}
	if options.S3URL == "" {
		options.S3URL = shared.url(t)
	}
	ctx := context.Background()
	db, err := engines.MakeTestTable(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &World{t: t}
	mailDir, err := os.MkdirTemp("", "dossier-mail-*")
	Must(t, err)
	t.Cleanup(func() { os.RemoveAll(mailDir) })
	// Promise 9 in every test of every function: the logs hold nothing personal.
	t.Cleanup(func() {
		if w.Logs == nil {
			return
		}
		logs := w.Logs.String()
		for _, s := range Secrets() {
			if i := strings.Index(logs, s); i >= 0 {
				t.Errorf("%q is in the logs: %s", s, logs[max(0, i-200):min(len(logs), i+100)])
				return
			}
		}
	})
	f := &faultinject.Injector{}
	// Each function has clients of its own, so that its calls are told from the others'.
	clients := func(function string) (*s3.Client, *dynamodb.Client) {
		return s3.NewFromConfig(engines.Config(), func(o *s3.Options) {
				o.BaseEndpoint, o.UsePathStyle = &options.S3URL, true
				o.APIOptions = append(o.APIOptions, watch(function, options.Watch), f.Add)
			}), dynamodb.NewFromConfig(engines.Config(), func(o *dynamodb.Options) {
				o.BaseEndpoint = &db.URL
				o.APIOptions = append(o.APIOptions, watch(function, options.Watch), f.Add)
			})
	}
	// The test's own calls never fail.
	*w = World{t: t, S3: engines.S3Client(options.S3URL), DB: db.Client(), Table: db.Name, S3URL: options.S3URL, Faults: f, MailDir: mailDir, Logs: &lockedBuffer{}, queued: &messages{}, Sent: map[string]int{}}
	w.Mailer = &CountingSender{Folder: ses.NewFolder(w.MailDir), sent: w.Sent}
	w.Bucket = "dossier-" + strings.ToLower(rand.Text())
	w.Objects, w.Store = bucket.New(w.S3, w.Bucket), store.New(w.DB, w.Table)
	Must(t, engines.MakeBucket(ctx, w.S3, w.Bucket))
	log := slog.New(slog.NewJSONHandler(w.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s3OfIntake, dbOfIntake := clients("intake")
	in, err := intake.New(intake.Config{MalwareScan: options.MalwareScan, ScanPatience: time.Hour, Bucket: w.Bucket, Table: w.Table, TicketKeys: TicketKeys, Staff: "staff@dossier.example", MailServer: "mx.dossier.example",
		PDFiumCache: engines.PDFiumCache(), MaxBytes: 10 << 20, ReadTime: time.Minute, Quarantine: []meeting.FindingCode{"macros", "executable"}}, s3OfIntake, dbOfIntake, nil, log)
	Must(t, err)
	t.Cleanup(func() { in.Close() })
	s3OfDeliver, dbOfDeliver := clients("deliver")
	de, err := deliver.New(deliver.Config{Bucket: w.Bucket, Table: w.Table, TicketKeys: TicketKeys, PortalURL: "https://dossier.example/", From: "Dossier <dossier@dossier.example>", Lease: options.MailLease, Keep: 400 * 24 * time.Hour, DailyCap: 50, StaffDailyCap: 1000},
		s3OfDeliver, dbOfDeliver, w.Mailer, log)
	Must(t, err)
	s3OfPortal, dbOfPortal := clients("portal")
	po, err := portal.New(portal.Config{Bucket: w.Bucket, Table: w.Table, TicketKeys: TicketKeys, TicketLife: time.Hour, MaxBytes: 10 << 20, PortalURL: "http://localhost/", StorageURL: options.S3URL},
		s3OfPortal, dbOfPortal, byHeader{}, log)
	Must(t, err)
	w.Portal = po
	s3OfRoster, dbOfRoster := clients("roster")
	ro := roster.New(roster.Config{Bucket: w.Bucket, Table: w.Table, Staff: "staff@dossier.example"}, s3OfRoster, dbOfRoster, sender{w.queued, &w.queued.intake}, log)
	s3OfSweep, dbOfSweep := clients("sweep")
	sw := sweep.New(sweep.Config{Bucket: w.Bucket, Table: w.Table, Grace: -time.Hour, MailGrace: -time.Hour, Pages: 100, Mails: 1000}, s3OfSweep, dbOfSweep,
		sender{w.queued, &w.queued.intake}, sender{w.queued, &w.queued.roster}, log)
	w.Intake, w.Roster = lambda.NewHandler(in.Handle), lambda.NewHandler(ro.Handle)
	s3OfErase, dbOfErase := clients("erase")
	w.Erase = lambda.NewHandler(erase.New(erase.Config{Bucket: w.Bucket, Table: w.Table}, s3OfErase, dbOfErase, log).Handle)
	_, dbOfFeedback := clients("feedback")
	w.Feedback = lambda.NewHandler(feedback.New(feedback.Config{Table: w.Table}, dbOfFeedback, log).Handle)
	w.Deliver, w.Sweep = lambda.NewHandler(de.Handle), lambda.NewHandler(sw.Handle)
	return w
}

func Must(t TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Put uploads a file; at is the time that its event will say.
func (w *World) Put(key string, data []byte, at time.Time) meeting.Object {
	w.t.Helper()
	out, err := w.S3.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &w.Bucket, Key: &key, Body: bytes.NewReader(data)})
	Must(w.t, err)
	return meeting.Object{Bucket: w.Bucket, Key: key, Version: aws.ToString(out.VersionId), Size: int64(len(data)), Time: at}
}

// Send gives messages to a function as SQS does and gives the ids of those that failed.
func (w *World) Send(h lambda.Handler, bodies ...[]byte) []string {
	w.t.Helper()
	return w.SendTry(h, 1, bodies...)
}

// SendTry is send for the n-th time.
func (w *World) SendTry(h lambda.Handler, n int, bodies ...[]byte) []string {
	w.t.Helper()
	var e events.SQSEvent
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: string(b), EventSource: "aws:sqs",
			Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(n)}})
	}
	var r events.SQSEventResponse
	w.Invoke(h, e, &r)
	var failed []string
	for _, f := range r.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func (w *World) Invoke(h lambda.Handler, event, answer any) {
	w.t.Helper()
	in, err := json.Marshal(event)
	Must(w.t, err)
	out, err := h.Invoke(context.Background(), in)
	if err != nil {
		w.t.Fatalf("invoke: %v", err)
	}
	Must(w.t, json.Unmarshal(out, answer))
}

func (w *World) Event(o meeting.Object) []byte {
	w.t.Helper()
	body, err := bucket.Notification(o)
	Must(w.t, err)
	return body
}

// TakeIn brings upload events to intake and demands that they succeed.
func (w *World) TakeIn(objects ...meeting.Object) {
	w.t.Helper()
	for _, o := range objects {
		if failed := w.Send(w.Intake, w.Event(o)); len(failed) > 0 {
			w.t.Fatalf("intake failed:\n%s", w.Logs)
		}
	}
}

// LoadRoster drops roster files and brings their events, then what they cause.
func (w *World) LoadRoster(id, yaml, csv string) {
	w.t.Helper()
	now := time.Now()
	for name, text := range map[string]string{"meeting.yaml": yaml, "participants.csv": csv} {
		o := w.Put("roster/"+id+"/"+name, []byte(text), now)
		if failed := w.Send(w.Roster, w.Event(o)); len(failed) > 0 {
			w.t.Fatalf("roster failed:\n%s", w.Logs)
		}
	}
	w.Drain()
}

// Drain brings what is queued to its function, until nothing is.
func (w *World) Drain() {
	w.t.Helper()
	for {
		uploads, rosters := w.TakeQueued()
		if len(rosters)+len(uploads) == 0 {
			return
		}
		for _, m := range rosters {
			if failed := w.Send(w.Roster, m); len(failed) > 0 {
				w.t.Fatalf("roster failed:\n%s", w.Logs)
			}
		}
		for _, m := range uploads {
			if failed := w.Send(w.Intake, m); len(failed) > 0 {
				w.t.Fatalf("intake failed:\n%s", w.Logs)
			}
		}
	}
}

func (w *World) RunSweep() sweep.Report {
	w.t.Helper()
	var r sweep.Report
	w.Invoke(w.Sweep, events.EventBridgeEvent{DetailType: "Scheduled Event", Source: "aws.events", Detail: json.RawMessage("{}")}, &r)
	return r
}

func (w *World) Document(o meeting.Object) *meeting.Document {
	w.t.Helper()
	d, err := w.Store.Document(context.Background(), o.ID())
	Must(w.t, err)
	return d
}

func (w *World) Session(id string) *meeting.Session {
	w.t.Helper()
	s, err := w.Store.Session(context.Background(), "m", id)
	Must(w.t, err)
	return s
}

func (w *World) Requirement(key string) *meeting.Requirement {
	w.t.Helper()
	k, ok := meeting.ParseRequirementKey(key)
	if !ok {
		w.t.Fatalf("bad key %q", key)
	}
	snap, err := w.Store.Read(context.Background(), store.Wanted{Meeting: "m", Requirements: []meeting.RequirementKey{k}})
	Must(w.t, err)
	r := snap.Requirements[k]
	if r == nil {
		w.t.Fatalf("no requirement %s", key)
	}
	return r
}

// TakeQueued empties the queues: the messages that functions have sent to intake and to roster.
func (w *World) TakeQueued() (intake, roster [][]byte) {
	w.queued.mu.Lock()
	defer w.queued.mu.Unlock()
	intake, roster = w.queued.intake, w.queued.roster
	w.queued.intake, w.queued.roster = nil, nil
	return intake, roster
}
