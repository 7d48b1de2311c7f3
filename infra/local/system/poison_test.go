package system

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"dossier/infra/local/sample"
	"dossier/internal/bucket"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// hanging is a function that notes its attempt as intake does, the last of three, and then neither ends nor looks at its context.
type hanging struct {
	s      *System
	called chan string
	free   chan struct{}
}

func (h hanging) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	objects, err := bucket.Created([]byte(e.Records[0].Body))
	if err != nil {
		return nil, err
	}
	a := &meeting.Attempt{Document: objects[0].ID(), Deaths: maxDeaths - 1, Until: time.Now().Add(attemptTime)}
	if err := h.s.table.PutAttempt(context.Background(), a); err != nil {
		return nil, err
	}
	h.called <- a.Document
	<-h.free
	return nil, errors.New("freed")
}

// A file that hangs its reader does not keep the system from ending, nor from starting again; then it is set aside, and what comes
// after it is filed.
func TestHangingFile(t *testing.T) {
	dir := t.TempDir()
	s, out := start(t, dir)
	if err := s.Sample(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	quiet(t, s)
	h := hanging{s, make(chan string, 1), make(chan struct{})}
	defer close(h.free)
	s.intake.handler = h
	put := func(s *System, name, author string) meeting.Object {
		t.Helper()
		data := ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "Fair recruitment", Body: author}}}.Bytes()
		o, err := s.Put(t.Context(), "incoming/"+sample.Meeting+"/drop/"+name, data)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	poison := put(s, "poison.pptx", "Tendai Moyo")
	if id := <-h.called; id != poison.ID() {
		t.Fatalf("%s is read, not the poison", id)
	}
	began := time.Now()
	if err := s.Close(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it ended after %v", took)
	}

	began = time.Now()
	s, out = start(t, dir)
	defer s.Close()
	t.Logf("started again after %v", time.Since(began))
	if _, err := s.table.Document(t.Context(), poison.ID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the start itself has taken it in: %v", err)
	}
	until := func(o meeting.Object, there func(*meeting.Document) bool) {
		t.Helper()
		for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			d, err := s.table.Document(t.Context(), o.ID())
			if err == nil && there(d) {
				return
			}
			if time.Since(began) > 40*time.Second {
				t.Fatalf("%+v, %v\n%s", d, err, out)
			}
		}
	}
	until(put(s, "Tendai Moyo.pptx", "Tendai Moyo"), func(d *meeting.Document) bool { return d.Status == meeting.Filed })
	until(poison, func(d *meeting.Document) bool { return d.Reason == meeting.ReasonStuck })
	quiet(t, s)
	before := mailNames(t, s)
	if err := s.sweepWhenIdle(t.Context()); err != nil {
		t.Fatal(err)
	}
	quiet(t, s)
	if after := mailNames(t, s); after != before {
		t.Errorf("the sweep wrote mails:\n%s", after)
	}
}

// A call that does not end when its life is over is left, and its message comes again; when nothing helps it is a dead letter.
func TestCallThatDoesNotEnd(t *testing.T) {
	dead, free := t.TempDir(), make(chan struct{})
	calls := make(chan bool, 100)
	handler := lambda.NewHandler(func(ctx context.Context, _ events.SQSEvent) (events.SQSEventResponse, error) {
		calls <- true
		if len(calls) == 1 {
			<-free // without a look at ctx
		}
		<-ctx.Done()
		return events.SQSEventResponse{}, ctx.Err()
	})
	q := newQueue("test", handler, dead, 1, 10*time.Millisecond, slog.New(slog.DiscardHandler))
	defer close(free)
	if err := (waiting{q}).Send(t.Context(), []byte("body")); err == nil {
		t.Error("a message that never succeeded is done")
	}
	if n := len(calls); n != 5 {
		t.Errorf("%d calls", n)
	}
	files, err := filepath.Glob(filepath.Join(dead, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("dead letters: %v %v", files, err)
	}
	if body, err := os.ReadFile(files[0]); err != nil || string(body) != "body" {
		t.Errorf("%q %v", body, err)
	}
}

// While the table is made again from the bucket, new uploads wait: otherwise one would be taken in before its meeting's roster.
func TestNothingOvertakesTheRebuild(t *testing.T) {
	s, _ := start(t, t.TempDir())
	defer s.Close()
	sent := make(chan struct{}, 10)
	handler := lambda.NewHandler(func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
		sent <- struct{}{}
		return events.SQSEventResponse{}, nil
	})
	s.intake.handler, s.events.open = handler, make(chan struct{})
	if _, err := s.Put(t.Context(), "incoming/m/drop/early.txt", []byte("early")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-sent:
		t.Error("it was taken in before the rebuild was done")
	case <-time.After(time.Second):
	}
	close(s.events.open)
	select {
	case <-sent:
	case <-time.After(10 * time.Second):
		t.Error("it is never taken in")
	}
}
