// Package system is the whole of Dossier in one process: the same functions as on Lambda, called with the same JSON
// events, on an embedded S3 and DynamoDB. `make run`, measurements and tests start it.
package system

import (
	"bytes"
	"cmp"
	"context"
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

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/infra/localaws"
	"dossier/internal/bucket"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

const (
	bucketName = "dossier"
	tableName  = "dossier"
)

// Options are where the system listens and keeps its files.
type Options struct {
	// Addr and S3 are the addresses of the pages and of the S3 API; port 0 takes a free one.
	Addr, S3 string
	// DynamoDB is the address of another DynamoDB, without a table of this system. If empty, one starts in this process.
	DynamoDB string
	// Dir is the folder that keeps everything.
	Dir string
	// PDFiumCache is the absolute path of the PDF reader's compiled code. If empty, it is kept in Dir.
	PDFiumCache string
	// Patience multiplies the time that reading a file may take; 0 is 1. Measurements raise it, so that results do
	// not depend on how busy the machine is.
	Patience int
	// LargeReader, LargeReaderURL, LargeReaderModel and LargeReaderKey are as in the intake function's configuration; empty is no
	// large reader.
	LargeReader, LargeReaderURL, LargeReaderModel, LargeReaderKey string
	// Out is where progress is written for people to read.
	Out io.Writer
}

// System is all of Dossier in one process.
type System struct {
	o      Options
	dir    string      // absolute
	keys   ticket.Text // sign upload links
	log    *slog.Logger
	s3     *localaws.S3
	client *s3.Client
	db     *dynamodb.Client
	table  *store.Store
	// rebuild: the table is empty, and is made from what the bucket holds.
	rebuild bool

	intake, rosters *Queue
	events          *source
	deliver, sweep  lambda.Handler
	web             *http.Server
	url             string
	mailDir         string

	closers  []func() error // the last one first
	out      sync.Mutex
	sweeping sync.Mutex // held while a sweep runs
}

// Start starts everything and reads back what the bucket holds. Close stops it.
func Start(ctx context.Context, o Options) (_ *System, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder: %w", err)
	}
	o.PDFiumCache = cmp.Or(o.PDFiumCache, filepath.Join(dir, "cache"))
	s := &System{o: o, dir: dir, mailDir: filepath.Join(dir, "mail")}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.openFolder(); err != nil {
		return nil, err
	}
	pages, err := listen(o.Addr, "-addr")
	if err != nil {
		return nil, err
	}
	s.closeLater(ignoreClosed(pages.Close))
	s.url = "http://" + pages.Addr().String()
	if err := s.startS3(ctx); err != nil {
		return nil, err
	}
	if err := s.startDynamoDB(ctx); err != nil {
		return nil, err
	}
	if err := s.startFunctions(ctx); err != nil {
		return nil, err
	}
	if err := s.startRestore(ctx); err != nil {
		return nil, err
	}
	s.web.Handler = s.handler()
	go s.web.Serve(pages)
	s.closeLater(s.web.Close)
	s.every(200*time.Millisecond, s.stream)
	s.every(15*time.Second, s.sweepWhenIdle)
	return s, nil
}

// openFolder makes the folders, the log and the signing keys.
func (s *System) openFolder() error {
	for _, d := range []string{s.mailDir, s.deadLetters(), s.o.PDFiumCache} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	file, err := os.OpenFile(filepath.Join(s.dir, "dossier.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	s.closeLater(file.Close)
	s.log = slog.New(slog.NewJSONHandler(file, nil))
	s.keys, err = ticketKeys(filepath.Join(s.dir, "ticket.keys"))
	return err
}

// deadLetters is the folder of messages that failed for good.
func (s *System) deadLetters() string { return filepath.Join(s.dir, "dead-letters") }

// startS3 starts the embedded S3, whose events go to s.events.
func (s *System) startS3(ctx context.Context) error {
	hooks, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for events: %w", err)
	}
	s.events = &source{queues: map[string]*Queue{}, seen: map[string]bool{}, log: s.log, open: make(chan struct{})}
	server := &http.Server{Handler: s.events, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(hooks)
	s.closeLater(server.Close)
	if err := taken(s.o.S3, "-s3"); err != nil {
		return err
	}
	s.say("Starting S3 on %s ...", s.o.S3)
	s.s3, err = localaws.StartS3(ctx, filepath.Join(s.dir, "s3"), s.o.S3, "http://"+hooks.Addr().String())
	if err != nil {
		return err
	}
	s.closeLater(s.s3.Close)
	s.client = s.s3.Client()
	if err := loopback.MakeBucket(ctx, s.client, bucketName); err != nil {
		return err
	}
	s.events.bucket = bucket.New(s.client, bucketName)
	return nil
}

// startDynamoDB starts the embedded DynamoDB, unless another is named, and makes the table.
func (s *System) startDynamoDB(ctx context.Context) error {
	url, file := s.o.DynamoDB, filepath.Join(s.dir, "table.jsonl")
	_, err := os.Stat(file)
	s.rebuild = url != "" || errors.Is(err, os.ErrNotExist)
	if url == "" {
		db, err := localaws.OpenDynamoDB(file)
		if err != nil {
			return err
		}
		s.closeLater(db.Close)
		url = db.URL
	}
	s.db = loopback.DynamoDB(url)
	if err := loopback.MakeTable(ctx, s.db, tableName); err != nil {
		return err
	}
	s.table = store.New(s.db, tableName)
	return nil
}

// Store is the system's table.
func (s *System) Store() *store.Store { return s.table }

// Put uploads a file into the bucket as any S3 client does, and names the upload.
func (s *System) Put(ctx context.Context, key string, data []byte) (meeting.Object, error) {
	in := &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(data)}
	out, err := s.client.PutObject(ctx, in)
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

// closeLater has Close call a function.
func (s *System) closeLater(f func() error) { s.closers = append(s.closers, f) }

// Close stops everything, the last started first.
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

  File something: curl --aws-sigv4 aws:amz:%[6]s:s3 --user %[4]s:%[5]s -H x-amz-content-sha256:UNSIGNED-PAYLOAD \
                       -T FILE %[2]s/%[3]s/incoming/regm-africa-2021/drop/
  Stop with Ctrl-C. Bucket and table are kept in %[7]s; a table that is not there is made again from the bucket.
`, s.url, s.s3.URL, bucketName, loopback.AccessKey, loopback.SecretKey, loopback.Region, s.o.Dir)
}
