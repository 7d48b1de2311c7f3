// Package queue answers SQS batches message by message, and sends messages.
package queue

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"dossier/internal/awserror"
	"dossier/internal/fault"
)

// MaxReceives is how often SQS delivers a message before it goes to the dead letters; template.yaml's queues say the
// same.
const MaxReceives = 5

// Each gives every message's body to handle. A message that fails is reported by its id and comes again; the others are
// done. Of one that fails for the last time, before it goes to the dead letters, last is told too, if it is not nil.
// Source: AWS Lambda Developer Guide, "Reporting batch item failures" for SQS.
func Each(
	ctx context.Context,
	log *slog.Logger,
	e events.SQSEvent,
	handle func(context.Context, []byte) error,
	last func(context.Context, []byte) error,
) events.SQSEventResponse {
	r := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}} // a list in JSON, also if nothing failed
	for _, m := range e.Records {
		if err := safely(ctx, []byte(m.Body), handle); err != nil {
			received, countErr := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
			log.ErrorContext(ctx, "message failed", "message", m.MessageId, "receive_count", received, "error", err)
			if last != nil && countErr == nil && received >= MaxReceives {
				if err := safely(ctx, []byte(m.Body), last); err != nil {
					log.ErrorContext(ctx, "failed message not noted", "message", m.MessageId, "error", err)
				}
			}
			r.BatchItemFailures = append(r.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return r
}

// safely turns a panic into a failure of one message, so that the rest of its batch goes on.
func safely(ctx context.Context, body []byte, handle func(context.Context, []byte) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Panic(p)
		}
	}()
	return handle(ctx, body)
}

// Sender sends to one SQS queue.
type Sender struct {
	sqs *sqs.Client
	url string
}

// NewSender makes a Sender to the queue of the URL.
func NewSender(client *sqs.Client, url string) *Sender {
	quiet := sqs.New(client.Options(), func(o *sqs.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})
	return &Sender{sqs: quiet, url: url}
}

// Send puts one message into the queue.
func (s *Sender) Send(ctx context.Context, body []byte) error {
	_, err := s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: aws.String(string(body))})
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}
