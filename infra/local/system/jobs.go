package system

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"dossier/functions/sweep"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

const (
	// restoreTime is how long a start waits for what the last one left undone. Then the pages are served meanwhile.
	restoreTime = 20 * time.Second
	// suspectTime is how long a document that was being read when the last process ended waits for its turn: the system
	// starts first, for it may have been what ended the process.
	suspectTime = 5 * time.Second
)

// startRestore takes up what the bucket holds and the table does not know. It returns when that is done, and before
// that if it takes long.
func (s *System) startRestore(ctx context.Context) error {
	if !s.rebuild {
		close(s.events.open)
	}
	if err := s.suspect(ctx); err != nil {
		return err
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := s.restore(work)
		if s.rebuild {
			close(s.events.open)
		}
		done <- err
	}()
	s.closeLater(func() error { cancel(); <-ended; return nil })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(restoreTime):
		s.say("Still reading back what the bucket holds; the pages fill meanwhile.")
		return nil
	}
}

// suspect has the documents wait that were being read when the last process ended: no call reads them any more.
func (s *System) suspect(ctx context.Context) error {
	open, err := s.table.Attempts(ctx, 0)
	if err != nil {
		return err
	}
	for _, a := range open {
		a.Until = time.Now().Add(suspectTime).UTC()
		if err := s.table.PutAttempt(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// restore drives what the bucket holds and the table does not know: a few last uploads, or everything.
func (s *System) restore(ctx context.Context) error {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	began := time.Now()
	// What the last run took in at its very end is no exception: nothing else drives the bucket yet.
	select {
	case <-time.After(s.youngest(ctx)):
	case <-ctx.Done():
		return ctx.Err()
	}
	r, err := s.runSweep(ctx)
	if err != nil {
		return fmt.Errorf("read the bucket back: %w", err)
	}
	if r.Uploads+r.Rosters+r.Decisions > 0 {
		s.say("Read back from the bucket in %v: %d roster files, %d uploads, %d decisions.",
			time.Since(began).Round(time.Millisecond), r.Rosters, r.Uploads, r.Decisions)
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

// sweepWhenIdle runs the sweep unless messages wait: their uploads look lost to the sweep, which would send them again.
func (s *System) sweepWhenIdle(ctx context.Context) error {
	if !s.sweeping.TryLock() {
		return nil
	}
	defer s.sweeping.Unlock()
	if !s.intake.Idle() || !s.rosters.Idle() {
		return nil
	}
	_, err := s.runSweep(ctx)
	return err
}

// runSweep runs the sweep once, as its schedule does.
func (s *System) runSweep(ctx context.Context) (sweep.Report, error) {
	var r sweep.Report
	event, err := json.Marshal(events.EventBridgeEvent{Version: "0", ID: rand.Text(), DetailType: "Scheduled Event",
		Source: "aws.events", AccountID: "123456789012", Time: time.Now().UTC(), Region: loopback.Region,
		Detail: json.RawMessage("{}")})
	if err != nil {
		return r, err
	}
	out, err := s.sweep.Invoke(ctx, event)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(out, &r)
}

// stream stands in for the table's stream: it brings pending outbox items to deliver, one after the other.
func (s *System) stream(ctx context.Context) error {
	open, err := s.table.OpenMails(ctx, time.Now().Add(time.Hour), 100)
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.State != meeting.Pending {
			continue
		}
		event, err := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{inserted(m)}})
		if err != nil {
			return err
		}
		if _, err := s.deliver.Invoke(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// inserted is the stream's record of a new outbox item.
func inserted(m *meeting.Mail) events.DynamoDBEventRecord {
	pk, sk := store.MailStreamKey(m.ID)
	return events.DynamoDBEventRecord{EventID: rand.Text(), EventName: "INSERT", EventSource: "aws:dynamodb",
		EventVersion: "1.1", AWSRegion: loopback.Region, Change: events.DynamoDBStreamRecord{
			SequenceNumber: fmt.Sprint(time.Now().UnixNano()), StreamViewType: "KEYS_ONLY",
			Keys: map[string]events.DynamoDBAttributeValue{
				"PK": events.NewStringAttribute(pk), "SK": events.NewStringAttribute(sk)}}}
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
	s.closeLater(func() error { cancel(); <-done; return nil })
}
