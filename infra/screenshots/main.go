// Command screenshots starts the local system with the sample in a folder of its own and takes a picture of each page and
// mail, on a desk and on a phone, into .build/screenshots. It needs Chromium.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/infra/engines"
	"dossier/infra/local/sample"
)

func main() {
	out := flag.String("out", ".build/screenshots", "folder for the pictures")
	browser := flag.String("browser", "chromium", "the browser")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *browser); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, browser string) (err error) {
	if browser, err = exec.LookPath(browser); err != nil {
		return fmt.Errorf("no browser: %w", err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dossier-screenshots-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	pages, err := engines.FreeAddr("127.0.0.1:0")
	if err != nil {
		return err
	}
	storage, err := engines.FreeAddr("127.0.0.1:0")
	if err != nil {
		return err
	}
	binary := filepath.Join(dir, "local")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	system := exec.CommandContext(ctx, binary, "-addr", pages, "-s3", storage, "-dir", filepath.Join(dir, "state"))
	system.Cancel = func() error { return system.Process.Signal(os.Interrupt) }
	stdout, err := system.StdoutPipe()
	if err != nil {
		return err
	}
	system.Stderr = os.Stderr
	if err := system.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() {
		err = errors.Join(err, system.Process.Signal(os.Interrupt))
		_ = system.Wait() // it was told to end
	}()
	ready := bufio.NewScanner(stdout)
	for ready.Scan() && !strings.Contains(ready.Text(), "Stop with Ctrl-C") {
	}
	go func() {
		for ready.Scan() { // so that the system never waits for a reader
		}
	}()
	url := "http://" + pages
	if err := work(ctx, url, "http://"+storage); err != nil {
		return fmt.Errorf("work on the board: %w", err)
	}
	shots := map[string]string{"board": url + "/", "history": url + "/meetings/" + sample.Meeting + "/history", "mails": url + "/mail", "notice": url + "/meetings/none"}
	mails, err := filepath.Glob(filepath.Join(dir, "state", "mail", "*.eml"))
	if err != nil || len(mails) == 0 {
		return errors.Join(err, errors.New("no mail was written"))
	}
	for _, m := range mails { // one of each kind; the last wins
		id := strings.TrimSuffix(filepath.Base(m), ".eml")
		shots["mail-"+id[:strings.LastIndexByte(id, '-')]] = url + "/mail/" + id + "/html"
		shots["mail-page"] = url + "/mail/" + id
	}
	if err := reachable(url); err != nil {
		return err
	}
	for name, page := range shots {
		for size, window := range map[string]string{"desk": "1280,6000", "phone": "500,3000"} {
			file, err := filepath.Abs(filepath.Join(out, name+"-"+size+".png"))
			if err != nil {
				return err
			}
			cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
				"--user-data-dir="+filepath.Join(dir, "browser"), "--window-size="+window, "--screenshot="+file, page)
			if text, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("picture of %s: %w\n%s", page, err, text)
			}
			fmt.Println(file)
		}
	}
	return nil
}

// letter nominates somebody whom the sample's roster does not know.
const letter = `Ministry of Justice
Republic of Ghana

Ref: MOJ/GH/77

2 June 2021

The Ministry of Justice presents its compliments and has the honour to nominate the following officials:

Mr Kwesi Tetteh ANSAH, Director of Public Prosecutions, kwesi.ansah@justice.example
Ms Efua DARKO, Counsel (alternate)

to take part in the expert group meeting.

Yours sincerely,

Yaw Boateng
Chief Director
`

// work brings a letter and lets staff decide, so that the pages have something to show.
func work(ctx context.Context, url, storage string) error {
	client := s3.NewFromConfig(engines.Config(), func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &storage, true })
	bucket, key := "dossier", "incoming/"+sample.Meeting+"/drop/Note verbale MOJ.txt"
	if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(letter)}); err != nil {
		return err
	}
	board, documents := "", regexp.MustCompile(`name="document" value="([0-9a-f]+)"`)
	for range 100 {
		time.Sleep(200 * time.Millisecond)
		var err error
		if board, err = page(ctx, url+"/"); err != nil {
			return err
		}
		if strings.Contains(board, "Note verbale MOJ") {
			break
		}
	}
	_, review, _ := strings.Cut(board, `id="review"`)
	waiting := documents.FindAllStringSubmatch(review, -1)
	filed := documents.FindStringSubmatch(board)
	if len(waiting) == 0 || filed == nil {
		return errors.New("there is nothing to decide")
	}
	for _, form := range []neturl.Values{
		{"action": {"withdraw"}, "document": {filed[1]}, "reason": {"The presenter asked for it on the phone."}},
		{"action": {"reject"}, "document": {waiting[0][1]}, "code": {"unfinished"}},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/meetings/"+sample.Meeting+"/decisions", strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK { // the board again, by way of a redirect
			return fmt.Errorf("%s: %s", form.Get("action"), answer.Status)
		}
	}
	return nil
}

func page(ctx context.Context, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), errors.Join(err, answer.Body.Close())
}

func reachable(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	r, err := client.Get(url)
	if err != nil {
		return fmt.Errorf("the system does not answer: %w", err)
	}
	return r.Body.Close()
}
