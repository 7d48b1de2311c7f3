// Package system is the whole of Dossier in one process: the same functions as on Lambda, called with the same JSON events,
// on an embedded S3 and DynamoDB. `make run`, measurements and tests start it.
package system

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/functions/deliver"
	"dossier/functions/intake"
	"dossier/functions/portal"
	"dossier/functions/portal/signin"
	"dossier/functions/roster"
	"dossier/functions/sweep"
	"dossier/infra/engines"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
)

const (
	bucketName = "dossier"
	tableName  = "dossier"
	// slowTable is from how many items on the embedded DynamoDB is felt to be slow.
	slowTable = 5000
)

// Options are where the system listens and keeps its files.
type Options struct {
	// Addr and S3 are the addresses of the pages and of the S3 API; port 0 takes a free one.
	Addr, S3 string
	// Dir is the folder that keeps everything.
	Dir string
	// PDFiumCache is the absolute path of the PDF reader's compiled code. If empty, it is kept in Dir.
	PDFiumCache string
	// Patience multiplies the time that reading a file may take. Measurements raise it, so that what is read does not
	// depend on how busy the machine is. 0 is 1.
	Patience int
	// Out is where progress is written for people to read.
	Out io.Writer
}

// System is all of Dossier in one process.
type System struct {
	o       Options
	s3      *engines.S3
	client  *s3.Client
	db      *dynamodb.Client
	table   *store.Store
	intake  *Queue
	events  *source
	deliver lambda.Handler
	sweep   lambda.Handler
	web     *http.Server
	url     string
	mailDir string
	closers []func() error
	out     sync.Mutex
}

// Start starts everything and reads back what the bucket holds.
func Start(ctx context.Context, o Options) (_ *System, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder: %w", err)
	}
	o.PDFiumCache = cmp.Or(o.PDFiumCache, filepath.Join(dir, "cache"))
	s := &System{o: o, mailDir: filepath.Join(dir, "mail")}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, d := range []string{s.mailDir, filepath.Join(dir, "dead-letters"), o.PDFiumCache} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	logFile, err := os.OpenFile(filepath.Join(dir, "dossier.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s.closers = append(s.closers, logFile.Close)
	log := slog.New(slog.NewJSONHandler(logFile, nil))
	keys, err := ticketKeys(filepath.Join(dir, "ticket.keys"))
	if err != nil {
		return nil, err
	}

	pages, err := listen(o.Addr, "-addr")
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, ignoreClosed(pages.Close))
	s.url = "http://" + pages.Addr().String()
	hooks, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for events: %w", err)
	}
	s.events = &source{queues: map[string]*Queue{}, seen: map[string]bool{}, log: log}
	hookServer := &http.Server{Handler: s.events, ReadHeaderTimeout: 5 * time.Second}
	go hookServer.Serve(hooks)
	s.closers = append(s.closers, hookServer.Close)

	if err := taken(o.S3, "-s3"); err != nil {
		return nil, err
	}
	s.say("Starting S3 on %s ...", o.S3)
	if s.s3, err = engines.StartS3(ctx, filepath.Join(dir, "s3"), o.S3, "http://"+hooks.Addr().String()); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, s.s3.Close)
	s.client = s.s3.Client()
	if err := engines.MakeBucket(ctx, s.client, bucketName); err != nil {
		return nil, err
	}
	url := os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")
	if url == "" {
		db, err := engines.StartDynamoDB()
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, db.Close)
		url = db.URL
	}
	s.db = engines.DynamoDBClient(url)
	if err := engines.MakeTable(ctx, s.db, tableName); err != nil {
		return nil, err
	}
	s.table = store.New(s.db, tableName)
	if err := s.wire(ctx, keys, dir, log); err != nil {
		return nil, err
	}
	if err := s.restore(ctx); err != nil {
		return nil, err
	}
	s.web.Handler = s.handler()
	go s.web.Serve(pages)
	s.closers = append(s.closers, s.web.Close)
	s.every(200*time.Millisecond, s.stream)
	s.every(15*time.Second, func(ctx context.Context) error { _, err := s.runSweep(ctx); return err })
	s.every(time.Minute, s.measure)
	return s, nil
}

// wire makes the functions as their bootstraps do, with queues and a mail folder of this process.
func (s *System) wire(ctx context.Context, keys, dir string, log *slog.Logger) error {
	const staff = "staff@dossier.example"
	letters := filepath.Join(dir, "dead-letters")
	patience := time.Duration(max(1, s.o.Patience))
	config := intake.Config{Bucket: bucketName, Table: tableName, TicketKeys: keys, Staff: staff,
		PDFiumCache: s.o.PDFiumCache, MaxBytes: 250 << 20, ReadTime: patience * time.Minute,
		OCR: "auto", Tesseract: "tesseract", MaxScans: 30, ScanTime: patience * 20 * time.Second,
		Quarantine: []meeting.FindingCode{meeting.FindingMacros, meeting.FindingExecutable}}
	engine, err := intake.OCR(ctx, config, nil)
	if err != nil {
		return err
	}
	if engine == nil {
		s.say("No tesseract on this machine: scans go to review unread.")
	}
	in, err := intake.New(config, s.client, s.db, engine, log)
	if err != nil {
		return err
	}
	s.intake = newQueue("intake", lambda.NewHandler(in.Handle), letters, 4, log)
	ro := roster.New(roster.Config{Bucket: bucketName, Table: tableName, Staff: staff}, s.client, s.db, s.intake, log)
	rosters := newQueue("roster", lambda.NewHandler(ro.Handle), letters, 1, log)
	s.closers = append(s.closers, in.Close, s.intake.Close, rosters.Close)
	de, err := deliver.New(deliver.Config{Bucket: bucketName, Table: tableName, TicketKeys: keys, PortalURL: s.url + "/", From: "Dossier <dossier@dossier.example>", Lease: 5 * time.Second, Keep: 400 * 24 * time.Hour},
		s.client, s.db, ses.NewFolder(s.mailDir), log)
	if err != nil {
		return err
	}
	s.deliver = lambda.NewHandler(de.Handle)
	// The sweep waits for each message to be dealt with, so that what happened is read back in its order.
	sw := sweep.New(sweep.Config{Bucket: bucketName, Table: tableName, Grace: 2 * time.Second, MailGrace: 2 * time.Minute, Pages: 1000, Mails: 10_000},
		s.client, s.db, waiting{s.intake}, waiting{rosters}, log)
	s.sweep = lambda.NewHandler(sw.Handle)
	provider, err := startProvider()
	if err != nil {
		return err
	}
	s.closers = append(s.closers, provider.Shutdown)
	pages := portal.Config{Bucket: bucketName, Table: tableName, TicketKeys: keys, TicketLife: 30 * 24 * time.Hour, MaxBytes: config.MaxBytes,
		PortalURL: s.url + "/", StorageURL: s.s3.URL, Issuer: provider.Issuer(), ClientID: provider.ClientID, ClientSecret: provider.ClientSecret,
		GroupsClaim: "groups", Editors: "editors", Viewers: "viewers", SignInLife: 10 * time.Hour}
	staffIn, err := signin.New(pages.SignIn(), log)
	if err != nil {
		return err
	}
	po, err := portal.New(pages, s.client, s.db, staffIn, log)
	if err != nil {
		return err
	}
	s.web = &http.Server{Handler: po, ReadHeaderTimeout: 5 * time.Second}
	s.events.bucket = bucket.New(s.client, bucketName)
	s.events.add(bucket.Incoming, s.intake)
	s.events.add(bucket.Roster, rosters)
	s.say("Preparing the PDF reader (the first start takes some seconds) ...")
	return in.Ready(ctx)
}

// restore reads back what the bucket holds: the table is in memory.
func (s *System) restore(ctx context.Context) error {
	began := time.Now()
	// What the last run took in at its very end is no exception: nothing else drives the bucket yet.
	time.Sleep(s.youngest(ctx))
	r, err := s.runSweep(ctx)
	if err != nil {
		return fmt.Errorf("read the bucket back: %w", err)
	}
	if r.Uploads+r.Rosters+r.Decisions > 0 {
		s.say("Read back from the bucket in %v: %d roster files, %d uploads, %d decisions.", time.Since(began).Round(time.Millisecond), r.Rosters, r.Uploads, r.Decisions)
	}
	return nil
}

// youngest is how long to wait until every object in the bucket is old enough for the sweep.
func (s *System) youngest(ctx context.Context) time.Duration {
	found, _, err := s.events.bucket.Versions(ctx, "", "", 1000)
	if err != nil {
		return 0
	}
	wait := time.Duration(0)
	for _, o := range found {
		wait = max(wait, 2100*time.Millisecond-time.Since(o.Time))
	}
	return wait
}

func (s *System) runSweep(ctx context.Context) (sweep.Report, error) {
	var r sweep.Report
	event, err := json.Marshal(events.EventBridgeEvent{Version: "0", ID: rand.Text(), DetailType: "Scheduled Event", Source: "aws.events",
		AccountID: "123456789012", Time: time.Now().UTC(), Region: engines.Region, Detail: json.RawMessage("{}")})
	if err != nil {
		return r, err
	}
	out, err := s.sweep.Invoke(ctx, event)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(out, &r)
}

// stream stands in for the table's stream, which the embedded DynamoDB lacks: it brings pending outbox items to deliver.
func (s *System) stream(ctx context.Context) error {
	open, err := s.table.OpenMails(ctx, time.Now().Add(time.Hour), 100)
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.State != meeting.Pending {
			continue
		}
		pk, sk := store.MailKey(m.ID)
		record := events.DynamoDBEventRecord{EventID: rand.Text(), EventName: "INSERT", EventSource: "aws:dynamodb", EventVersion: "1.1", AWSRegion: engines.Region}
		record.Change.SequenceNumber = fmt.Sprint(time.Now().UnixNano())
		record.Change.StreamViewType = "KEYS_ONLY"
		record.Change.Keys = map[string]events.DynamoDBAttributeValue{"PK": events.NewStringAttribute(pk), "SK": events.NewStringAttribute(sk)}
		event, err := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record}})
		if err != nil {
			return err
		}
		if _, err := s.deliver.Invoke(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// measure says when the table has outgrown the embedded DynamoDB.
func (s *System) measure(ctx context.Context) error {
	name := tableName
	out, err := s.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return err
	}
	if n := out.Table.ItemCount; n != nil && *n > slowTable {
		s.say("The table has %d items. The embedded DynamoDB gets slow from %d: point AWS_ENDPOINT_URL_DYNAMODB at another.", *n, slowTable)
	}
	return nil
}

// every runs a job again and again until the system is closed.
func (s *System) every(pause time.Duration, job func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		last := ""
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			if err := job(ctx); err != nil && ctx.Err() == nil && err.Error() != last {
				last = err.Error()
				s.say("Trouble, trying again: %v", err)
			}
		}
	}()
	s.closers = append(s.closers, func() error { cancel(); <-done; return nil })
}

// Store is the system's table.
func (s *System) Store() *store.Store { return s.table }

// Put uploads a file into the bucket as any S3 client does, and names the upload.
func (s *System) Put(ctx context.Context, key string, data []byte) (meeting.Object, error) {
	out, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(data)})
	if err != nil {
		return meeting.Object{}, fmt.Errorf("upload %s: %w", path.Base(key), err)
	}
	return meeting.Object{Bucket: bucketName, Key: key, Version: aws.ToString(out.VersionId)}, nil
}

// LoadRoster uploads a meeting's two roster files and returns the meeting once it is in force.
func (s *System) LoadRoster(ctx context.Context, meetingID string, yaml, csv []byte) (*meeting.Meeting, error) {
	if _, err := s.Put(ctx, bucket.Roster+meetingID+"/meeting.yaml", yaml); err != nil {
		return nil, err
	}
	if _, err := s.Put(ctx, bucket.Roster+meetingID+"/participants.csv", csv); err != nil {
		return nil, err
	}
	var m *meeting.Meeting
	err := wait(ctx, "the roster of "+meetingID+" to be loaded", func() (bool, error) {
		sessions, err := s.table.Sessions(ctx, meetingID)
		if err != nil || len(sessions) == 0 {
			return false, err
		}
		loading := func(x *meeting.Session) bool { return x.Loading != "" }
		if slices.ContainsFunc(sessions, loading) {
			return false, nil
		}
		m, err = s.table.Meeting(ctx, meetingID)
		return err == nil, nil // it comes after its sessions
	})
	return m, err
}

// Close stops everything in the opposite order.
func (s *System) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *System) say(format string, args ...any) {
	s.out.Lock()
	defer s.out.Unlock()
	fmt.Fprintf(s.o.Out, format+"\n", args...)
}

// Welcome says where everything is.
func (s *System) Welcome() {
	s.say(`
  Board          %[1]s/
  Mails          %[1]s/mail
  S3 API         %[2]s   bucket %[3]s, key %[4]s, secret %[5]s, region %[6]s

  File something: curl --aws-sigv4 aws:amz:%[6]s:s3 --user %[4]s:%[5]s -H x-amz-content-sha256:UNSIGNED-PAYLOAD -T FILE %[2]s/%[3]s/incoming/regm-africa-2021/drop/
  Stop with Ctrl-C. What is in the bucket is kept in %[7]s and read back at the next start.
`, s.url, s.s3.URL, bucketName, engines.AccessKey, engines.SecretKey, engines.Region, s.o.Dir)
}

// listen opens a port and says clearly when it is taken.
func listen(addr, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: is something else running there, perhaps another Dossier? Stop it, or choose another port with %s: %w", addr, flag, err)
	}
	return l, nil
}

func taken(addr, flag string) error {
	l, err := listen(addr, flag)
	if err != nil {
		return err
	}
	return l.Close()
}

func ignoreClosed(f func() error) func() error {
	return func() error {
		if err := f(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// ticketKeys reads the signing keys, and makes one at the first start.
func ticketKeys(file string) (string, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return "", fmt.Errorf("make ticket key: %w", err)
		}
		data = []byte("local:" + base64.StdEncoding.EncodeToString(key))
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("ticket keys: %w", err)
	}
	return string(data), nil
}
