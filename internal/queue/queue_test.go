package queue_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"dossier/internal/queue"
)

// batch is what SQS hands to Lambda: a message a body, each received for the n-th time.
func batch(n int, bodies ...string) (e events.SQSEvent) {
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint("id", i), Body: body,
			Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(n)}})
	}
	return e
}

// handle does what a message's body says: it succeeds, fails or panics.
func handle(_ context.Context, body []byte) error {
	switch string(body) {
	case "fails":
		return errors.New("on purpose")
	case "panics":
		panic("on purpose")
	}
	return nil
}

func failures(r events.SQSEventResponse) (ids []string) {
	for _, f := range r.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func TestOnlyTheMessagesThatFailComeAgain(t *testing.T) {
	var logs strings.Builder
	log := slog.New(slog.NewTextHandler(&logs, nil))
	r := queue.Each(t.Context(), log, batch(1, "good", "fails", "good", "panics", "good"), handle, nil)
	if d := cmp.Diff([]string{"id1", "id3"}, failures(r)); d != "" {
		t.Errorf("reported (-want +got):\n%s", d)
	}
	for _, want := range []string{"message=id1", "message=id3", "error=\"on purpose\"", "error=\"panic at queue_test.go"} {
		if !strings.Contains(logs.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, logs.String())
		}
	}
}

// Lambda takes an answer without failures to mean that the whole batch is done.
func TestNothingFails(t *testing.T) {
	r := queue.Each(t.Context(), slog.New(slog.DiscardHandler), batch(1, "good", "good"), handle, nil)
	if len(r.BatchItemFailures) != 0 {
		t.Errorf("%+v", r)
	}
	if answer, err := json.Marshal(r); err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Errorf("Lambda is answered %s %v", answer, err)
	}
}

func TestLastTryIsTold(t *testing.T) {
	for n, want := range map[int]string{1: "", queue.MaxReceives - 1: "", queue.MaxReceives: "fails panics", queue.MaxReceives + 1: "fails panics"} {
		var told []string
		last := func(_ context.Context, body []byte) error {
			told = append(told, string(body))
			return nil
		}
		r := queue.Each(t.Context(), slog.New(slog.DiscardHandler), batch(n, "good", "fails", "panics"), handle, last)
		if got := strings.Join(told, " "); got != want {
			t.Errorf("received %d times: told of %q, want %q", n, got, want)
		}
		if len(r.BatchItemFailures) != 2 {
			t.Errorf("received %d times: %d failures, want 2: the dead letters get them", n, len(r.BatchItemFailures))
		}
	}
}

// The note of the last try may fail itself: the message still goes to the dead letters, and the log says so.
func TestLastTryThatCannotBeNoted(t *testing.T) {
	var logs strings.Builder
	log := slog.New(slog.NewTextHandler(&logs, nil))
	r := queue.Each(t.Context(), log, batch(queue.MaxReceives, "fails", "good"), handle,
		func(context.Context, []byte) error { panic("panic at queue_test.go") })
	if d := cmp.Diff([]string{"id0"}, failures(r)); d != "" {
		t.Errorf("reported (-want +got):\n%s", d)
	}
	if !strings.Contains(logs.String(), "failed message not noted") || !strings.Contains(logs.String(), "panic at queue_test.go") {
		t.Errorf("the log is silent:\n%s", logs.String())
	}
}

// server is the part of SQS that takes a message, and fails as long as it is told to.
func server(t *testing.T, status *int, sent *[]string) *sqs.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ QueueURL, MessageBody string }
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &in); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if *status != http.StatusOK {
			w.WriteHeader(*status)
			return
		}
		*sent = append(*sent, in.QueueURL+" "+in.MessageBody)
		sum := md5.Sum([]byte(in.MessageBody))
		fmt.Fprintf(w, `{"MessageId":"1","MD5OfMessageBody":%q}`, hex.EncodeToString(sum[:]))
	}))
	t.Cleanup(s.Close)
	return sqs.New(sqs.Options{Region: "us-east-1", BaseEndpoint: &s.URL, RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("id", "secret", ""))})
}

func TestSend(t *testing.T) {
	status, sent := http.StatusOK, []string(nil)
	s := queue.NewSender(server(t, &status, &sent), "https://sqs.example/intake")
	if err := s.Send(t.Context(), []byte(`{"Records":[]}`)); err != nil {
		t.Fatal(err)
	}
	status = http.StatusForbidden
	if err := s.Send(t.Context(), []byte("x")); err == nil || !strings.HasPrefix(err.Error(), "send message: ") {
		t.Errorf("refused: %v", err)
	}
	if d := cmp.Diff([]string{`https://sqs.example/intake {"Records":[]}`}, sent); d != "" {
		t.Errorf("sent (-want +got):\n%s", d)
	}
}
