package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"dossier/infra/localaws"
	"dossier/internal/bucket"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/store"
)

// names of the local system's bucket, table and meeting.
const (
	systemName = "dossier"
	meetingID  = "load-test"
)

// maxWait is the longest time from the start of a share of the uploads to the kill.
const maxWait = 1500 * time.Millisecond

// pour uploads the documents share by share. In each share the process is killed at some moment and started again. Then
// it waits for the end, and compares bucket, table and mails.
func pour(ctx context.Context, s *process, o options) error {
	began := time.Now()
	for k := range o.kills {
		from, to := k*o.documents()/o.kills, (k+1)*o.documents()/o.kills
		uploaded := make(chan error, 1)
		go func() { uploaded <- uploadShare(ctx, s, from, to) }()
		time.Sleep(rand.N(maxWait))
		s.kill()
		if err := s.start(ctx); err != nil {
			return fmt.Errorf("start after kill %d: %w", k+1, err)
		}
		if err := <-uploaded; err != nil {
			return err
		}
	}
	fmt.Printf("%d documents uploaded and %d kills in %v\n", o.documents(), o.kills, time.Since(began).Round(time.Second))
	versions, _, err := bucket.New(s.client.Load(), systemName).Versions(ctx, bucket.Incoming, "", 1000)
	if err != nil {
		return err
	}
	done := func(c counts) bool { return c.receipts >= len(versions) && c.completes >= o.sessions }
	if err := s.wait(ctx, "all mails", done); err != nil {
		return err
	}
	took := time.Since(began)
	time.Sleep(20 * time.Second) // a sweep runs, and anything that is too much shows up
	c, err := s.count()
	if err != nil {
		return err
	}
	report(c, o, took, s.peak.Load())
	end, err := s.end(ctx)
	if err != nil {
		return err
	}
	end.versions, end.counts = versions, c
	return end.check(o)
}

// uploadShare uploads some documents, each again until it is in: an upload whose answer is lost may be in twice.
func uploadShare(ctx context.Context, s *process, from, to int) error {
	work := make(chan int)
	var wg sync.WaitGroup
	for range uploaders {
		wg.Go(func() {
			for i := range work {
				for ctx.Err() == nil && s.put(ctx, fmt.Sprintf("incoming/%s/drop/%05d.pptx", meetingID, i), deck(i)) != nil {
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	for i := from; i < to; i++ {
		work <- i
	}
	close(work)
	wg.Wait()
	return ctx.Err()
}

// end is how bucket, table and mails stand when all is quiet.
type end struct {
	versions  []meeting.Object
	documents []*meeting.Document
	sessions  []*meeting.Session
	sent      map[string]int // how often each mail was sent
	counts    counts
}

// end reads the table from a copy of its file, and the log of the folder of mails.
func (p *process) end(ctx context.Context) (*end, error) {
	file := filepath.Join(p.folder, "..", "table.copy")
	if err := copyFile(filepath.Join(p.folder, "table.jsonl"), file); err != nil {
		return nil, err
	}
	db, err := localaws.OpenDynamoDB(file)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	table := store.New(loopback.DynamoDB(db.URL), systemName)
	e := &end{sent: map[string]int{}}
	if e.documents, err = table.AllDocuments(ctx, meetingID); err != nil {
		return nil, err
	}
	if e.sessions, err = table.Sessions(ctx, meetingID); err != nil {
		return nil, err
	}
	log, err := os.ReadFile(filepath.Join(p.folder, "mail", ses.SentLog))
	if err != nil {
		return nil, fmt.Errorf("read log of mails: %w", err)
	}
	for _, id := range strings.Fields(string(log)) {
		e.sent[id]++
	}
	return e, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// check finds everything that is not exactly as it must be: a record a version, one of each key filed, a completeness
// an epoch and an epoch a session, a receipt a record, and no other mail. A mail may have been sent twice only where
// the process died between the answer to it and the record of that: once a kill, for mails are sent one by one.
func (e *end) check(o options) error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	known, filed := map[string]bool{}, map[string]int{}
	for _, d := range e.documents {
		if known[d.ID] {
			fail("document %s has two records", d.ID)
		}
		known[d.ID] = true
		switch d.Status {
		case meeting.Filed:
			filed[d.Key]++
		case meeting.Superseded:
		default:
			fail("document %s is %s (%s)", d.ID, d.Status, d.Reason)
		}
	}
	keys := map[string]bool{}
	for _, v := range e.versions {
		keys[v.Key] = true
		if !known[v.ID()] {
			fail("upload %s has no record", v.ID())
		}
	}
	if len(e.documents) != len(e.versions) || len(keys) != o.documents() || len(filed) != o.documents() {
		fail("%d records of %d versions of %d files, %d of them filed", len(e.documents), len(e.versions), len(keys), len(filed))
	}
	for key, n := range filed {
		if n != 1 {
			fail("%s is filed %d times", key, n)
		}
	}
	for _, s := range e.sessions {
		if !s.Complete || s.Epoch != 1 || s.Outstanding != 0 {
			fail("session %s: complete is %v in epoch %d, %d outstanding", s.ID, s.Complete, s.Epoch, s.Outstanding)
		}
	}
	c, repeated := e.counts, 0
	if len(e.sessions) != o.sessions || c.receipts != len(e.versions) || c.completes != o.sessions || c.others != 0 {
		fail("%d sessions, %d receipts, %d completeness mails and %d others", len(e.sessions), c.receipts, c.completes, c.others)
	}
	for id, n := range e.sent {
		repeated += n - 1
		if n > 2 {
			fail("mail %s was sent %d times", id, n)
		}
	}
	if repeated > o.kills {
		fail("%d mails were sent twice, more than there were kills", repeated)
	}
	fmt.Printf("%d uploads, %d versions, %d records; %d sessions in their first epoch; %d mails, %d of them sent twice\n",
		o.documents(), len(e.versions), len(e.documents), len(e.sessions), len(e.sent), repeated)
	return errors.Join(wrong...)
}
