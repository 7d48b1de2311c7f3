package functions_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	"github.com/jhillyerd/enmime/v2"

	"dossier/functions/deliver"
	"dossier/functions/erase"
	"dossier/functions/feedback"
	"dossier/functions/intake"
	"dossier/functions/portal"
	"dossier/functions/portal/signin"
	"dossier/functions/roster"
	"dossier/functions/sweep"
	"dossier/infra/engines"
	"dossier/infra/inject"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

const keys = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// engine is the one embedded S3 that a process may have; TestMain hands it to the tests. It changes the working
// directory: root is the project's.
type engine struct {
	s3   *engines.S3
	root string
}

var shared engine

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dossier-test-*")
	if err == nil {
		shared.root, err = filepath.Abs("..")
	}
	if err == nil {
		shared.s3, err = engines.StartS3(context.Background(), dir, "127.0.0.1:0", "")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := errors.Join(shared.s3.Close(), os.RemoveAll(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// world is Dossier with a bucket, a table and a mail folder of its own. Nothing happens in it by itself: a test
// brings each event.
type world struct {
	t        tb
	bucket   string
	table    string
	s3       *s3.Client
	db       *dynamodb.Client
	store    *store.Store
	objects  *bucket.Bucket
	intake   lambda.Handler
	roster   lambda.Handler
	deliver  lambda.Handler
	sweep    lambda.Handler
	feedback lambda.Handler
	erase    lambda.Handler
	portal   http.Handler
	mailDir  string
	logs     *lockedBuffer
	// sent counts how often each mail went out, by its outbox id.
	sent map[string]int
	// queued are the messages that a function put into a queue.
	queued *messages
	faults *inject.Injector
	used   permissions
	// spent, when it is set, counts what the functions' calls cost.
	spent *bill
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

// tb is what a world needs of a test, be it Go's or rapid's.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// counting counts what a sender sends: the folder holds each mail once however often it comes.
type counting struct {
	*ses.Folder
	mu   sync.Mutex
	sent map[string]int
}

func (c *counting) Send(ctx context.Context, raw []byte, from string, m meeting.Mail) (string, error) {
	c.mu.Lock()
	c.sent[m.ID]++
	c.mu.Unlock()
	return c.Folder.Send(ctx, raw, from, m)
}

// kill is a death at a call to AWS, the at-th from now: the call fails, before or after it took effect, and so do all that
// follow.
func kill(at int, when inject.When) inject.Fault {
	return inject.Fault{Nth: at, When: when, Err: inject.ErrKilled, Kill: true}
}

func newWorld(t tb) *world {
	t.Helper()
	return newWorldWith(t, time.Hour)
}

// newWorldWith makes a world whose deliver holds a mail for lease.
func newWorldWith(t tb, lease time.Duration) *world {
	t.Helper()
	return makeWorld(t, lease, false)
}

// newScanningWorld makes a world in which GuardDuty looks at uploads.
func newScanningWorld(t tb) *world {
	t.Helper()
	return makeWorld(t, 1, true)
}

func makeWorld(t tb, lease time.Duration, scan bool) *world {
	t.Helper()
	ctx := context.Background()
	db, err := engines.MakeTestTable(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{t: t}
	mailDir, err := os.MkdirTemp("", "dossier-mail-*")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(mailDir) })
	// Promise 9 in every test of every function: the logs hold nothing personal.
	t.Cleanup(func() {
		if w.logs == nil {
			return
		}
		logs := w.logs.String()
		for _, s := range secrets() {
			if i := strings.Index(logs, s); i >= 0 {
				t.Errorf("%q is in the logs: %s", s, logs[max(0, i-200):min(len(logs), i+100)])
				return
			}
		}
	})
	f := &inject.Injector{}
	used := permissions{}
	// Each function has clients of its own, so that its calls are told from the others'.
	clients := func(function string) (*s3.Client, *dynamodb.Client) {
		return s3.NewFromConfig(engines.Config(), func(o *s3.Options) {
				o.BaseEndpoint, o.UsePathStyle = &shared.s3.URL, true
				o.APIOptions = append(o.APIOptions, used.of(function), w.bill, f.Add)
			}), dynamodb.NewFromConfig(engines.Config(), func(o *dynamodb.Options) {
				o.BaseEndpoint = &db.URL
				o.APIOptions = append(o.APIOptions, used.of(function), w.bill, f.Add)
			})
	}
	// The test's own calls never fail.
	*w = world{t: t, s3: shared.s3.Client(), db: db.Client(), table: db.Name, faults: f, mailDir: mailDir, logs: &lockedBuffer{}, queued: &messages{}, sent: map[string]int{}, used: used}
	w.bucket = "dossier-" + strings.ToLower(rand.Text())
	w.objects, w.store = bucket.New(w.s3, w.bucket), store.New(w.db, w.table)
	must(t, engines.MakeBucket(ctx, w.s3, w.bucket))
	log := slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s3OfIntake, dbOfIntake := clients("intake")
	in, err := intake.New(intake.Config{MalwareScan: scan, ScanPatience: time.Hour, Bucket: w.bucket, Table: w.table, TicketKeys: keys, Staff: "staff@dossier.example", MailServer: "mx.dossier.example",
		PDFiumCache: engines.PDFiumCache(), MaxBytes: 10 << 20, ReadTime: time.Minute, Quarantine: []meeting.FindingCode{"macros", "executable"}}, s3OfIntake, dbOfIntake, nil, log)
	must(t, err)
	t.Cleanup(func() { in.Close() })
	s3OfDeliver, dbOfDeliver := clients("deliver")
	de, err := deliver.New(deliver.Config{Bucket: w.bucket, Table: w.table, TicketKeys: keys, PortalURL: "https://dossier.example/", From: "Dossier <dossier@dossier.example>", Lease: lease, Keep: 400 * 24 * time.Hour, DailyCap: 50, StaffDailyCap: 1000},
		s3OfDeliver, dbOfDeliver, &counting{Folder: ses.NewFolder(w.mailDir), sent: w.sent}, log)
	must(t, err)
	s3OfPortal, dbOfPortal := clients("portal")
	po, err := portal.New(portal.Config{Bucket: w.bucket, Table: w.table, TicketKeys: keys, TicketLife: time.Hour, MaxBytes: 10 << 20, PortalURL: "http://localhost/", StorageURL: shared.s3.URL},
		s3OfPortal, dbOfPortal, byHeader{}, log)
	must(t, err)
	w.portal = po
	s3OfRoster, dbOfRoster := clients("roster")
	ro := roster.New(roster.Config{Bucket: w.bucket, Table: w.table, Staff: "staff@dossier.example"}, s3OfRoster, dbOfRoster, sender{w.queued, &w.queued.intake}, log)
	s3OfSweep, dbOfSweep := clients("sweep")
	sw := sweep.New(sweep.Config{Bucket: w.bucket, Table: w.table, Grace: -time.Hour, MailGrace: -time.Hour, Pages: 100, Mails: 1000}, s3OfSweep, dbOfSweep,
		sender{w.queued, &w.queued.intake}, sender{w.queued, &w.queued.roster}, log)
	w.intake, w.roster = lambda.NewHandler(in.Handle), lambda.NewHandler(ro.Handle)
	s3OfErase, dbOfErase := clients("erase")
	w.erase = lambda.NewHandler(erase.New(erase.Config{Bucket: w.bucket, Table: w.table}, s3OfErase, dbOfErase, log).Handle)
	_, dbOfFeedback := clients("feedback")
	w.feedback = lambda.NewHandler(feedback.New(feedback.Config{Table: w.table}, dbOfFeedback, log).Handle)
	w.deliver, w.sweep = lambda.NewHandler(de.Handle), lambda.NewHandler(sw.Handle)
	return w
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put uploads a file; at is the time that its event will say.
func (w *world) put(key string, data []byte, at time.Time) meeting.Object {
	w.t.Helper()
	out, err := w.s3.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &w.bucket, Key: &key, Body: bytes.NewReader(data)})
	must(w.t, err)
	return meeting.Object{Bucket: w.bucket, Key: key, Version: aws.ToString(out.VersionId), Size: int64(len(data)), Time: at}
}

// send gives messages to a function as SQS does and gives the ids of those that failed.
func (w *world) send(h lambda.Handler, bodies ...[]byte) []string {
	w.t.Helper()
	return w.receive(h, 1, bodies...)
}

// receive is send for the n-th time.
func (w *world) receive(h lambda.Handler, n int, bodies ...[]byte) []string {
	w.t.Helper()
	var e events.SQSEvent
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: string(b), EventSource: "aws:sqs",
			Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(n)}})
	}
	var r events.SQSEventResponse
	w.invoke(h, e, &r)
	var failed []string
	for _, f := range r.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func (w *world) invoke(h lambda.Handler, event, answer any) {
	w.t.Helper()
	in, err := json.Marshal(event)
	must(w.t, err)
	out, err := h.Invoke(context.Background(), in)
	if err != nil {
		w.t.Fatalf("invoke: %v", err)
	}
	must(w.t, json.Unmarshal(out, answer))
}

func (w *world) event(o meeting.Object) []byte {
	w.t.Helper()
	body, err := bucket.Notification(o)
	must(w.t, err)
	return body
}

// takeIn brings upload events to intake and demands that they succeed.
func (w *world) takeIn(objects ...meeting.Object) {
	w.t.Helper()
	for _, o := range objects {
		if failed := w.send(w.intake, w.event(o)); len(failed) > 0 {
			w.t.Fatalf("intake failed:\n%s", w.logs)
		}
	}
}

// load drops roster files and brings their events, then what they cause.
func (w *world) load(id, yaml, csv string) {
	w.t.Helper()
	now := time.Now()
	for name, text := range map[string]string{"meeting.yaml": yaml, "participants.csv": csv} {
		o := w.put("roster/"+id+"/"+name, []byte(text), now)
		if failed := w.send(w.roster, w.event(o)); len(failed) > 0 {
			w.t.Fatalf("roster failed:\n%s", w.logs)
		}
	}
	w.drain()
}

// drain brings what is queued to its function, until nothing is.
func (w *world) drain() {
	w.t.Helper()
	for {
		w.queued.mu.Lock()
		rosters, uploads := w.queued.roster, w.queued.intake
		w.queued.roster, w.queued.intake = nil, nil
		w.queued.mu.Unlock()
		if len(rosters)+len(uploads) == 0 {
			return
		}
		for _, m := range rosters {
			if failed := w.send(w.roster, m); len(failed) > 0 {
				w.t.Fatalf("roster failed:\n%s", w.logs)
			}
		}
		for _, m := range uploads {
			if failed := w.send(w.intake, m); len(failed) > 0 {
				w.t.Fatalf("intake failed:\n%s", w.logs)
			}
		}
	}
}

// record is a stream record as DynamoDB writes it for an outbox item.
func record(id string) events.DynamoDBEventRecord {
	pk, sk := store.MailKey(id)
	r := events.DynamoDBEventRecord{EventName: "INSERT", EventSource: "aws:dynamodb"}
	r.Change.SequenceNumber = "seq-" + id
	r.Change.Keys = map[string]events.DynamoDBAttributeValue{"PK": events.NewStringAttribute(pk), "SK": events.NewStringAttribute(sk)}
	return r
}

// post brings every pending mail to deliver.
func (w *world) post() {
	w.t.Helper()
	open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(w.t, err)
	for _, m := range open {
		if m.State != meeting.Pending {
			continue
		}
		var r events.DynamoDBEventResponse
		w.invoke(w.deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record(m.ID)}}, &r)
		if len(r.BatchItemFailures) > 0 {
			w.t.Fatalf("deliver failed:\n%s", w.logs)
		}
	}
}

func (w *world) runSweep() sweep.Report {
	w.t.Helper()
	var r sweep.Report
	w.invoke(w.sweep, events.EventBridgeEvent{DetailType: "Scheduled Event", Source: "aws.events", Detail: json.RawMessage("{}")}, &r)
	return r
}

// mails reads every mail written, by its outbox id.
func (w *world) mails() map[string]*enmime.Envelope {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.mailDir, "*.eml"))
	must(w.t, err)
	all := map[string]*enmime.Envelope{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		must(w.t, err)
		e, err := enmime.ReadEnvelope(bytes.NewReader(data))
		must(w.t, err)
		all[strings.TrimSuffix(filepath.Base(f), ".eml")] = e
	}
	return all
}

// subjects delivers, and counts the mails of a template by subject.
func (w *world) subjects(template string) []string {
	w.t.Helper()
	w.post()
	var s []string
	for id, e := range w.mails() {
		if strings.HasPrefix(id, template+"-") {
			s = append(s, e.GetHeader("Subject"))
		}
	}
	slices.Sort(s)
	return s
}

func (w *world) document(o meeting.Object) *meeting.Document {
	w.t.Helper()
	d, err := w.store.Document(context.Background(), o.ID())
	must(w.t, err)
	return d
}

func (w *world) session(id string) *meeting.Session {
	w.t.Helper()
	s, err := w.store.Session(context.Background(), "m", id)
	must(w.t, err)
	return s
}

func (w *world) requirement(key string) *meeting.Requirement {
	w.t.Helper()
	k, ok := meeting.ParseRequirementKey(key)
	if !ok {
		w.t.Fatalf("bad key %q", key)
	}
	snap, err := w.store.Read(context.Background(), store.Wanted{Meeting: "m", Requirements: []meeting.RequirementKey{k}})
	must(w.t, err)
	r := snap.Requirements[k]
	if r == nil {
		w.t.Fatalf("no requirement %s", key)
	}
	return r
}

// check looks at promises that hold at any quiet moment: counts are what the requirements say, and requirement and
// document point to each other.
func (w *world) check() {
	w.t.Helper()
	ctx := context.Background()
	sessions, err := w.store.AllSessions(ctx, "m")
	must(w.t, err)
	for _, s := range sessions {
		reqs, err := w.store.Requirements(ctx, "m", s.ID)
		must(w.t, err)
		required, outstanding, waived, late := 0, 0, 0, 0
		for _, r := range reqs {
			if r.Dropped {
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
			d, err := w.store.Document(ctx, r.Document)
			must(w.t, err)
			if d.Status != meeting.Filed || !slices.Contains(d.Serves, r.RequirementKey) {
				w.t.Errorf("%s has document %s, which is %s for %v", r.RequirementKey, d.ID, d.Status, d.Serves)
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

func (w *world) token(tk ticket.Ticket) string {
	w.t.Helper()
	k, err := ticket.ParseKeys(keys)
	must(w.t, err)
	tk.Meeting = "m"
	if tk.Expires == 0 {
		tk.Expires = time.Now().Add(time.Hour).Unix()
	}
	token, err := k.Sign(tk)
	must(w.t, err)
	return token
}

func (w *world) decide(form string) *http.Response {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader(form))
	must(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Test-Who", "Ms Staff")
	return w.serve(r)
}

// byHeader lets in whoever a request's header names: an editor, or without a name a viewer.
type byHeader struct{ http.Handler }

func (byHeader) Who(r *http.Request) signin.Person {
	switch name := r.Header.Get("Test-Who"); name {
	case "":
		return signin.Person{Name: "a viewer", Role: signin.Viewer}
	case "nobody":
		return signin.Person{}
	default:
		return signin.Person{Name: name, Role: signin.Editor}
	}
}

// board is what staff see of the meeting: the board, each session, each document in review, and the people.
func (w *world) board() string {
	w.t.Helper()
	paths := []string{"/meetings/m", "/meetings/m/people"}
	sessions, err := w.store.Sessions(context.Background(), "m")
	must(w.t, err)
	for _, s := range sessions {
		paths = append(paths, "/meetings/m/sessions/"+s.ID)
	}
	review, err := w.store.Documents(context.Background(), "m", meeting.Review, 0)
	must(w.t, err)
	for _, d := range review {
		paths = append(paths, "/meetings/m/review/"+d.ID)
	}
	all := ""
	for _, path := range paths {
		r, err := http.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		must(w.t, err)
		r.Header.Set("Test-Who", "Ms Staff")
		answer := w.serve(r)
		page, err := io.ReadAll(answer.Body)
		must(w.t, err)
		if answer.StatusCode != http.StatusOK {
			w.t.Fatalf("%s: %d\n%s\n%s", path, answer.StatusCode, page, w.logs)
		}
		all += string(page)
	}
	return all
}

func (w *world) serve(r *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	w.portal.ServeHTTP(rec, r)
	return rec.Result()
}

// bill lets the calls be counted once somebody wants to.
func (w *world) bill(stack *middleware.Stack) error {
	if w.spent == nil {
		return nil
	}
	return w.spent.count(stack)
}

// secrets are the names, addresses and words of the tests' people and documents, which no log may hold.
func secrets() []string {
	return []string{"Amina", "Diallo", "DIALLO", "Kofi", "Mensah", "Odhiambo", "ODHIAMBO", "KAMAU", "Kamau", "WANJIKU", "Zainab", "KIPTOO", "Kiptoo", "people.example", "justice.example",
		"secretariat.example", "nobody else's business", "Whisper", "Ministry of Justice", "Principal Secretary", "Sahel SA", "MOJ/4/21"}
}
