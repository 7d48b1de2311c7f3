package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

	"dossier/functions/sweep"
	"dossier/internal/awstest"
	"dossier/internal/bucket"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// TicketKeys are the keys that sign the upload links of every World.
const TicketKeys = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// Keys signs with TicketKeys.
func Keys() *ticket.Ring { return ticket.NewRing(ticket.Text(TicketKeys)) }

// World is Dossier with a bucket, a table and a mail folder of its own. Nothing happens in it by itself: a test brings
// each event to the function that it is for.
type World struct {
	t TB

	// Bucket, Table and S3URL name what S3, DB, Store and Objects reach. The test's own calls through them never fail.
	Bucket, Table, S3URL string
	S3                   *s3.Client
	DB                   *dynamodb.Client
	Store                *store.Store
	Objects              *bucket.Bucket

	// The functions, as Lambda would invoke them, and the portal as an HTTP handler.
	Intake, Roster, Deliver, Sweep, Feedback, Erase lambda.Handler
	Portal                                          http.Handler

	// MailDir is the folder to which Mailer, by which deliver sends, writes each mail. Sent counts how often each mail
	// went out, by its outbox id.
	MailDir string
	Mailer  *CountingSender
	Sent    map[string]int

	// Logs is what all functions have logged, at every level.
	Logs *lockedBuffer
	// Faults makes the functions' calls to S3 and DynamoDB fail.
	Faults *faultinject.Injector

	queued *messages
	// infected are the versions that the bucket's policy lets nobody read.
	infected *infected
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

// TB is what a World needs of a test: a testing.TB or a rapid.T.
type TB interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// NoLease is a lease that is over at once, so that a mail whose sending failed can be sent again without waiting.
const NoLease = time.Nanosecond

// Options are what one World has unlike others. The zero value is what New makes.
type Options struct {
	// MailLease is how long deliver holds a mail that it is sending; zero means an hour.
	MailLease time.Duration
	// MalwareScan makes intake wait for GuardDuty's verdict on each upload.
	MalwareScan bool
	// Keys are the keys of links; nil is TicketKeys.
	Keys ticket.Source
	// PDFiumCache is the folder of the PDF reader's compiled cache; empty is the user's own.
	PDFiumCache string
	// RetentionDays is after how many days the sweep deletes originals; -1 deletes all at once.
	RetentionDays int
	// Links bounds what one link brings in on a day; the zero value is no limit.
	Links meeting.LinkLimits
	// S3URL is another S3 than that of awstest.
	S3URL string
	// Of is a World that has the bucket already; see Anew.
	Of *World
	// Line carries the functions' requests to S3 and DynamoDB, each tried once; nil is the usual client.
	Line *awstest.Line
	// Large is the large reader of papers; nil is none.
	Large match.LargeReader
	// Watch is told of each call that a function makes to S3 or DynamoDB, after the call. It must be safe for concurrent use.
	Watch func(Call)
}

func (o Options) keys() *ticket.Ring {
	if o.Keys == nil {
		return Keys()
	}
	return ticket.NewRing(o.Keys)
}

// New makes a World that ends with the test. At its end it fails the test if the logs hold anything personal.
func New(t TB) *World {
	t.Helper()
	return NewWith(t, Options{})
}

// NewWith makes a World with options.
func NewWith(t TB, options Options) *World {
	t.Helper()
	if options.MailLease == 0 {
		options.MailLease = time.Hour
	}
	table := awstest.MakeTable(t)
	w := &World{t: t, DB: table.Client, Table: table.Name, S3URL: options.S3URL,
		Logs: &lockedBuffer{}, Faults: &faultinject.Injector{}, queued: &messages{}, infected: &infected{}, Sent: map[string]int{}}
	if of := options.Of; of != nil {
		w.S3URL, w.S3, w.Bucket, w.Objects = of.S3URL, of.S3, of.Bucket, of.Objects
	} else {
		w.makeBucket()
	}
	w.makeMailFolder()
	w.Store = store.New(w.DB, w.Table)
	t.Cleanup(w.checkLogs)
	w.wire(options)
	return w
}

// Anew makes a World whose table is made anew from the bucket of this one.
func (w *World) Anew() *World {
	w.t.Helper()
	anew := NewWith(w.t, Options{MailLease: NoLease, Of: w})
	anew.RunUntilQuiet()
	return anew
}

// makeBucket makes the bucket in the S3 at S3URL, or in that of awstest. It stays until that S3 ends.
func (w *World) makeBucket() {
	w.t.Helper()
	if w.S3URL == "" {
		url, err := awstest.S3URL()
		Must(w.t, err)
		w.S3URL = url
	}
	b := awstest.MakeBucketAt(w.t, w.S3URL)
	w.S3, w.Bucket, w.Objects = b.Client, b.Name, bucket.New(b.Client, b.Name)
}

func (w *World) makeMailFolder() {
	w.t.Helper()
	dir, err := os.MkdirTemp("", "dossier-mail-*")
	Must(w.t, err)
	w.t.Cleanup(func() { os.RemoveAll(dir) })
	w.MailDir, w.Mailer = dir, &CountingSender{Folder: ses.NewFolder(dir), sent: w.Sent}
}

// checkLogs is promise 9 in every test: no name, address, file name or text is in the logs.
func (w *World) checkLogs() {
	logs := w.Logs.String()
	for _, s := range Secrets() {
		if i := strings.Index(logs, s); i >= 0 {
			w.t.Errorf("%q is in the logs: %s", s, logs[max(0, i-200):min(len(logs), i+100)])
			return
		}
	}
}

// Must fails the test at once if there is an error.
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

// SendTry is Send of messages that come for the n-th time.
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

// Drain brings queued messages to their functions, until no queue has any.
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

// ReadAgain asks the sweep, as a person does, to have a document read once more that was set aside.
func (w *World) ReadAgain(document string) {
	w.t.Helper()
	var r sweep.Report
	detail, err := json.Marshal(map[string]string{"again": document})
	Must(w.t, err)
	w.Invoke(w.Sweep, events.EventBridgeEvent{Detail: detail}, &r)
	w.Drain()
}

func (w *World) Document(o meeting.Object) *meeting.Document {
	w.t.Helper()
	d, err := w.Store.Document(context.Background(), o.ID())
	Must(w.t, err)
	return d
}

// Papers gives the documents of an upload: itself, or those that it holds.
func (w *World) Papers(o meeting.Object) []*meeting.Document {
	w.t.Helper()
	d := w.Document(o)
	if d.Status != meeting.Opened {
		return []*meeting.Document{d}
	}
	var papers []*meeting.Document
	for _, x := range d.Enclosed {
		p, err := w.Store.Document(context.Background(), x.Document)
		Must(w.t, err)
		papers = append(papers, p)
	}
	return papers
}

// Paper gives the document of an upload that holds just one.
func (w *World) Paper(o meeting.Object) *meeting.Document {
	w.t.Helper()
	papers := w.Papers(o)
	if len(papers) != 1 {
		w.t.Fatalf("%s holds %d papers", o.Key, len(papers))
	}
	return papers[0]
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
	snap, err := w.Store.Read(context.Background(), store.RequirementKey("m", k))
	Must(w.t, err)
	r := store.Get(snap, store.RequirementKey("m", k))
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

// SetTB lets another test speak for the World: rapid has one for each step.
func (w *World) SetTB(t TB) { w.t = t }

// TB is the test that the World reports to.
func (w *World) TB() TB { return w.t }
