package system

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/internal/loopback"
	"dossier/internal/queue"
)

// Queue stands in for an SQS queue and its mapping to a function: it gives each message to the handler as Lambda
// would, again when it is reported as failed, and to the dead letters after five times.
type Queue struct {
	name    string
	handler lambda.Handler
	dead    string // folder
	log     *slog.Logger
	life    time.Duration // of one call
	ctx     context.Context
	stop    context.CancelFunc
	slots   chan struct{}
	work    sync.WaitGroup
	pending atomic.Int64 // messages sent and not yet done with
}

// newQueue makes a queue that gives so many messages at a time to a handler. Messages that fail for good go to the
// folder dead. One call has so long a life.
func newQueue(
	name string, handler lambda.Handler, dead string, concurrency int, life time.Duration, log *slog.Logger,
) *Queue {
	ctx, stop := context.WithCancel(context.Background())
	return &Queue{name: name, handler: handler, dead: dead, log: log, life: life, ctx: ctx, stop: stop,
		slots: make(chan struct{}, concurrency)}
}

// Send takes a message and returns at once.
func (q *Queue) Send(_ context.Context, body []byte) error {
	if q.ctx.Err() != nil {
		return errors.New("queue is closed")
	}
	q.pending.Add(1)
	q.work.Go(func() {
		defer q.pending.Add(-1)
		// What fails for good is in the dead letters; what a stop cut off is in the bucket.
		if err := q.process(q.ctx, body); err != nil && q.ctx.Err() == nil {
			q.log.Error("message given up", "queue", q.name, "error", err)
		}
	})
	return nil
}

// Idle reports whether every message that was sent is done with.
func (q *Queue) Idle() bool { return q.pending.Load() == 0 }

// Close stops taking messages and waits for those at work.
func (q *Queue) Close() error {
	q.stop()
	q.work.Wait()
	return nil
}

// process gives one message to the handler until it is done.
func (q *Queue) process(ctx context.Context, body []byte) error {
	select {
	case q.slots <- struct{}{}:
		defer func() { <-q.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	id := rand.Text()
	for receive := 1; receive <= queue.MaxReceives; receive++ {
		done, err := q.invoke(ctx, id, body, receive)
		if done {
			return nil
		}
		q.log.Warn("message comes again", "queue", q.name, "receive", receive, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond << receive):
		}
	}
	if err := os.WriteFile(filepath.Join(q.dead, q.name+"-"+id+".json"), body, 0o600); err != nil {
		return fmt.Errorf("keep dead letter: %w", err)
	}
	return fmt.Errorf("message failed %d times and is in the dead letters", queue.MaxReceives)
}

// invoke gives the handler an event of one message. Done means that the handler has not reported it as failed.
func (q *Queue) invoke(ctx context.Context, id string, body []byte, receive int) (done bool, err error) {
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: id, Body: string(body), EventSource: "aws:sqs", AWSRegion: loopback.Region,
		EventSourceARN: "arn:aws:sqs:" + loopback.Region + ":123456789012:" + q.name,
		Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(receive),
			"SentTimestamp": strconv.FormatInt(time.Now().UnixMilli(), 10)},
	}}})
	if err != nil {
		return false, fmt.Errorf("encode event: %w", err)
	}
	out, err := q.call(ctx, event)
	if err != nil {
		return false, err
	}
	var answer events.SQSEventResponse
	if err := json.Unmarshal(out, &answer); err != nil {
		return false, fmt.Errorf("decode answer: %w", err)
	}
	return len(answer.BatchItemFailures) == 0, nil
}

// lastWords is how long a call may take to end after its life is over.
const lastWords = time.Second

// call calls the handler for as long as a call may live. One that does not end then is left to itself: Lambda would end
// its process.
func (q *Queue) call(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, q.life)
	defer cancel()
	type answer struct {
		out []byte
		err error
	}
	ended := make(chan answer, 1)
	go func() {
		out, err := q.handler.Invoke(ctx, event)
		ended <- answer{out, err}
	}()
	select {
	case a := <-ended:
		return a.out, a.err
	case <-ctx.Done():
	}
	select {
	case a := <-ended:
		return a.out, a.err
	case <-time.After(lastWords):
		return nil, errors.New("the call does not end, and is left to itself")
	}
}

// waiting sends to a queue and waits until the message is dealt with.
type waiting struct{ q *Queue }

// Send returns when the message is done, or in the dead letters.
func (w waiting) Send(ctx context.Context, body []byte) error { return w.q.process(ctx, body) }
