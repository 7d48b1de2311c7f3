// Command pour puts many documents at once into the local system and demands that each is filed once, that each session is
// reported complete once, and that nothing else is written to anybody. With -kill the process is killed in the middle, as by
// kill -9, and started again: the end must be the same. It prints documents a second, how long filing took, and peak memory.
//
//	go run ./infra/pour [-sessions 500] [-each 10] [-kill]
//
// The embedded DynamoDB slows down with its table; AWS_ENDPOINT_URL_DYNAMODB names another (empty of this system's table).
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/infra/engines"
	"dossier/infra/proc"
	"dossier/internal/extract/ooxml/ooxmltest"
)

func main() {
	sessions := flag.Int("sessions", 500, "how many sessions")
	each := flag.Int("each", 10, "how many presenters, and documents, a session")
	kill := flag.Bool("kill", false, "kill the process in the middle and start it again")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *sessions, *each, *kill); err != nil {
		fmt.Fprintln(os.Stderr, "pour:", err)
		os.Exit(1)
	}
}

// system is a running local Dossier.
type system struct {
	cmd    *exec.Cmd
	peak   atomic.Int64
	ended  chan error
	folder string
	s3     string
}

func start(ctx context.Context, binary, folder string) (*system, error) {
	pages, err := engines.FreeAddr("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	storage, err := engines.FreeAddr("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &system{folder: folder, s3: "http://" + storage, ended: make(chan error, 1)}
	s.cmd = exec.CommandContext(ctx, binary, "-addr", pages, "-s3", storage, "-dir", folder, "-sample=false")
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	ready := bufio.NewScanner(out)
	for ready.Scan() && !strings.Contains(ready.Text(), "Stop with Ctrl-C") {
	}
	go func() {
		_, err := io.Copy(io.Discard, out)
		s.ended <- errors.Join(err, s.cmd.Wait())
	}()
	go func() {
		for {
			n, err := proc.MemoryOf(s.cmd.Process.Pid, proc.Peak)
			if err != nil {
				return // it has ended
			}
			s.peak.Store(max(s.peak.Load(), int64(n)))
			time.Sleep(200 * time.Millisecond)
		}
	}()
	return s, nil
}

func run(ctx context.Context, sessions, each int, kill bool) (err error) {
	dir, err := os.MkdirTemp("", "dossier-pour-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "local")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	folder := filepath.Join(dir, "state")
	s, err := start(ctx, binary, folder)
	if err != nil {
		return err
	}
	defer func() {
		_ = s.cmd.Process.Kill() // it may have ended
		<-s.ended
	}()
	yaml, csv := roster(sessions, each)
	client := s3.NewFromConfig(engines.Config(), func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &s.s3, true })
	put := func(key string, data []byte) error {
		bucket := "dossier"
		_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)})
		return err
	}
	if err := errors.Join(put("roster/pour/meeting.yaml", yaml), put("roster/pour/participants.csv", csv)); err != nil {
		return fmt.Errorf("put roster: %w", err)
	}
	began := time.Now()
	if err := s.wait(ctx, "the roster", func(l log) bool { return l.loaded }); err != nil {
		return err
	}
	fmt.Printf("roster of %d people in %d sessions loaded in %v\n", sessions*each, sessions, time.Since(began).Round(time.Millisecond))

	total := sessions * each
	began = time.Now()
	work := make(chan int)
	errs := make(chan error, 16)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range work {
				name := person(i)
				deck := ooxmltest.Deck{Title: fmt.Sprint("Talk ", i), Slides: []ooxmltest.Slide{{Title: fmt.Sprint("Talk ", i), Body: name}, {Title: "More", Body: strings.Repeat("Some words of the talk. ", 50)}}}
				if err := put(fmt.Sprintf("incoming/pour/drop/%05d.pptx", i), deck.Bytes()); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	go func() {
		defer close(work)
		for i := range total {
			select {
			case work <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	wg.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	fmt.Printf("%d documents uploaded in %v\n", total, time.Since(began).Round(time.Millisecond))
	if kill {
		if err := s.wait(ctx, "half of the documents", func(l log) bool { return l.filed >= total/2 }); err != nil {
			return err
		}
		if err := s.cmd.Process.Kill(); err != nil {
			return err
		}
		<-s.ended
		fmt.Println("killed; starting again")
		again, err := start(ctx, binary, folder)
		if err != nil {
			return err
		}
		s = again
	}
	if err := s.wait(ctx, "all mails", func(l log) bool { return l.receipts >= total && l.completes >= sessions }); err != nil {
		return err
	}
	took := time.Since(began)
	time.Sleep(2 * time.Second) // whatever is too much shows up now
	l, err := s.read()
	if err != nil {
		return err
	}
	slices.Sort(l.times)
	fmt.Printf("%d documents filed and %d sessions reported in %v: %.1f documents a second; from upload to filed %v in the middle, %v for 99 of 100; peak memory %d MB\n",
		l.filed, l.completes, took.Round(time.Millisecond), float64(total)/took.Seconds(), at(l.times, 0.5), at(l.times, 0.99), s.peak.Load()>>20)
	if l.receipts != total || l.completes != sessions || l.others != 0 {
		return fmt.Errorf("%d receipts, %d completeness mails and %d others, want %d, %d and none", l.receipts, l.completes, l.others, total, sessions)
	}
	if !kill && l.filed != total {
		return fmt.Errorf("%d documents were filed, want %d", l.filed, total)
	}
	if l.twice > 0 && !kill {
		return fmt.Errorf("%d mails went out twice", l.twice)
	}
	return nil
}

// log is what the system's own log and its mail folder say.
type log struct {
	loaded                             bool
	filed, receipts, completes, others int
	twice                              int
	times                              []time.Duration
}

func (s *system) read() (log, error) {
	var l log
	data, err := os.ReadFile(filepath.Join(s.folder, "dossier.log"))
	if err != nil {
		return l, err
	}
	sent := map[string]int{}
	for line := range bytes.Lines(data) {
		var x struct {
			Msg           string   `json:"msg"`
			Result        string   `json:"result"`
			Filed         int      `json:"DocumentsFiled"`
			UploadToFiled *float64 `json:"UploadToFiled"`
			Mail          struct {
				ID string `json:"id"`
			} `json:"mail"`
		}
		if json.Unmarshal(line, &x) != nil {
			continue // the last line may be half written
		}
		l.loaded = l.loaded || x.Msg == "roster" && x.Result == "loaded"
		l.filed += x.Filed
		if x.UploadToFiled != nil {
			l.times = append(l.times, time.Duration(*x.UploadToFiled)*time.Millisecond)
		}
		if x.Msg == "mail sent" {
			sent[x.Mail.ID]++
		}
	}
	for _, n := range sent {
		l.twice += n - 1
	}
	mails, err := os.ReadDir(filepath.Join(s.folder, "mail"))
	for _, m := range mails {
		switch {
		case !strings.HasSuffix(m.Name(), ".eml"):
		case strings.HasPrefix(m.Name(), "receipt-"):
			l.receipts++
		case strings.HasPrefix(m.Name(), "complete-"):
			l.completes++
		default:
			l.others++
		}
	}
	return l, err
}

// wait shows how far it has come, until it is there.
func (s *system) wait(ctx context.Context, what string, there func(log) bool) error {
	began, last, moved := time.Now(), "", time.Now()
	for {
		l, err := s.read()
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if there(l) {
			return nil
		}
		now := fmt.Sprintf("%d filed, %d receipts, %d sessions reported", l.filed, l.receipts, l.completes)
		if now != last {
			last, moved = now, time.Now()
			fmt.Printf("  %v, waiting for %s: %s\n", time.Since(began).Round(time.Second), what, now)
		}
		if time.Since(moved) > 5*time.Minute {
			return fmt.Errorf("waiting for %s: nothing has moved for five minutes", what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the system ended: %w", err)
		case <-time.After(2 * time.Second):
		}
	}
}

// at is the value below which a share of the sorted values lies.
func at(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// person is the name of the i-th presenter: no two are alike.
func person(i int) string {
	syllables := []string{"ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu"}
	word := func(n int) string {
		var b strings.Builder
		for range 4 {
			b.WriteString(syllables[n%10])
			n /= 10
		}
		s := b.String()
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return word(i) + " " + word(9999-i)
}

// roster is a meeting of so many sessions, each with presenters of its own.
func roster(sessions, each int) (yaml, csv []byte) {
	var y, c bytes.Buffer
	y.WriteString("meeting: {id: pour, title: A very large meeting, starts: 2031-06-23, ends: 2031-06-24, time_zone: Africa/Nairobi, languages: [en], secretariat: [desk@secretariat.example]}\nsessions:\n")
	c.WriteString("id,name,email,gender,sector,agency,country,language,roles\n")
	for s := range sessions {
		fmt.Fprintf(&y, "  - {id: s%d, title: Session %d, starts: 2031-06-23T09:00, ends: 2031-06-23T10:30, format: presentations}\n", s, s)
		for p := range each {
			i := s*each + p
			fmt.Fprintf(&c, "p%d,%s,p%d@people.example,f,private,Agency %d,Kenya,en,presenter:s%d\n", i, person(i), i, i, s)
		}
	}
	return y.Bytes(), c.Bytes()
}
