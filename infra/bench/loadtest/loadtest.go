// Package loadtest uploads many documents at once into the local system and checks that each is filed once, that each
// session is reported complete once, and that nothing else is mailed to anybody. With -kill the process is killed in
// the middle, as by kill -9, and started again: the end must be the same. With -kills N that happens N times while the
// documents come in, and then the table, the bucket and the mails are compared. It prints documents a second, how long
// filing took, and peak memory.
//
// AWS_ENDPOINT_URL_DYNAMODB names another DynamoDB to use than the embedded one, without a
// table of this system.
package loadtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dossier/internal/extract/ooxml/ooxmltest"
)

// uploaders is how many uploads run at the same time.
const uploaders = 16

type options struct {
	sessions, each int
	kill           bool
	kills          int
}

func (o options) documents() int { return o.sessions * o.each }

// Command declares the flags of the load test and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	var o options
	flags.IntVar(&o.sessions, "sessions", 500, "how many sessions")
	flags.IntVar(&o.each, "each", 10, "how many presenters, and documents, a session")
	flags.BoolVar(&o.kill, "kill", false, "kill the process in the middle and start it again")
	flags.IntVar(&o.kills, "kills", 0, "how often to kill the process while documents come in, and start it again")
	return func(ctx context.Context) error { return run(ctx, o) }
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "dossier-loadtest-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "local")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "dossier/infra/local")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	s := &process{binary: binary, folder: filepath.Join(dir, "state")}
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.kill()
	if err := loadRoster(ctx, s, o); err != nil {
		return err
	}
	if o.kills > 0 {
		return pour(ctx, s, o)
	}
	began := time.Now()
	if err := upload(ctx, s, o); err != nil {
		return err
	}
	fmt.Printf("%d documents uploaded in %v\n", o.documents(), time.Since(began).Round(time.Millisecond))
	if o.kill {
		if err := restart(ctx, s, o); err != nil {
			return err
		}
	}
	done := func(c counts) bool { return c.receipts >= o.documents() && c.completes >= o.sessions }
	if err := s.wait(ctx, "all mails", done); err != nil {
		return err
	}
	took := time.Since(began)
	time.Sleep(2 * time.Second) // anything that is too much shows up now
	c, err := s.count()
	if err != nil {
		return err
	}
	report(c, o, took, s.peak.Load())
	return check(c, o)
}

// loadRoster uploads the roster and waits until it is in force.
func loadRoster(ctx context.Context, s *process, o options) error {
	yaml, csv := roster(o.sessions, o.each)
	if err := s.put(ctx, "roster/load-test/meeting.yaml", yaml); err != nil {
		return err
	}
	if err := s.put(ctx, "roster/load-test/participants.csv", csv); err != nil {
		return err
	}
	began := time.Now()
	if err := s.wait(ctx, "the roster", func(c counts) bool { return c.loaded }); err != nil {
		return err
	}
	fmt.Printf("roster of %d people in %d sessions loaded in %v\n",
		o.documents(), o.sessions, time.Since(began).Round(time.Millisecond))
	return nil
}

// upload puts a deck of each presenter into the bucket. It returns the first error, after all uploads have ended.
func upload(ctx context.Context, s *process, o options) error {
	work := make(chan int)
	errs := make(chan error, uploaders)
	var wg sync.WaitGroup
	for range uploaders {
		wg.Go(func() {
			for i := range work {
				if err := s.put(ctx, fmt.Sprintf("incoming/load-test/drop/%05d.pptx", i), deck(i)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	stopped := make(chan struct{}) // every uploader has ended, perhaps by an error
	go func() { wg.Wait(); close(stopped) }()
	for i := range o.documents() {
		select {
		case work <- i:
		case <-stopped:
			return fmt.Errorf("upload: %w", <-errs)
		case <-ctx.Done():
			close(work)
			<-stopped
			return context.Cause(ctx)
		}
	}
	close(work)
	<-stopped
	close(errs)
	if err := <-errs; err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	return nil
}

// deck is the presentation of the i-th presenter.
func deck(i int) []byte {
	title := fmt.Sprint("Talk ", i)
	return ooxmltest.Deck{Title: title, Slides: []ooxmltest.Slide{{Title: title, Body: person(i)},
		{Title: "More", Body: strings.Repeat("Some words of the talk. ", 50)}}}.Bytes()
}

// restart kills the process when half of the documents are filed, and starts it again on the same folder.
func restart(ctx context.Context, s *process, o options) error {
	half := func(c counts) bool { return c.filed >= o.documents()/2 }
	if err := s.wait(ctx, "half of the documents", half); err != nil {
		return err
	}
	s.kill()
	fmt.Println("killed; starting again")
	return s.start(ctx)
}

func report(c counts, o options, took time.Duration, peak int64) {
	slices.Sort(c.times)
	fmt.Printf("%d documents filed and %d sessions reported in %v: %.1f documents a second; "+
		"from upload to filed %v for half, %v for 99 of 100; peak memory %d MB\n",
		c.filed, c.completes, took.Round(time.Millisecond), float64(o.documents())/took.Seconds(),
		quantile(c.times, 0.5), quantile(c.times, 0.99), peak>>20)
}

// check compares what happened with what must have. After a kill work may be logged, and a mail sent, once more.
func check(c counts, o options) error {
	if c.receipts != o.documents() || c.completes != o.sessions || c.others != 0 {
		return fmt.Errorf("%d receipts, %d completeness mails and %d others, want %d, %d and none",
			c.receipts, c.completes, c.others, o.documents(), o.sessions)
	}
	if o.kill {
		return nil
	}
	if c.filed != o.documents() {
		return fmt.Errorf("%d documents were filed, want %d", c.filed, o.documents())
	}
	if c.repeated > 0 {
		return fmt.Errorf("%d mails were sent twice", c.repeated)
	}
	return nil
}

// quantile returns the value below which a share of the sorted values lies; 0 when there are none.
func quantile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
