// Command screenshots starts the local system with the sample in a folder of its own and takes a picture of each page and
// mail, on a desk and on a phone, into .build/screenshots. It needs Chromium.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
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
	pages, err := port()
	if err != nil {
		return err
	}
	s3, err := port()
	if err != nil {
		return err
	}
	binary := filepath.Join(dir, "local")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	system := exec.CommandContext(ctx, binary, "-addr", pages, "-s3", s3, "-dir", filepath.Join(dir, "state"))
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
	shots := map[string]string{"board": url + "/", "mails": url + "/mail", "notice": url + "/meetings/none"}
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
		for size, window := range map[string]string{"desk": "1280,1400", "phone": "500,1400"} {
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

func reachable(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	r, err := client.Get(url)
	if err != nil {
		return fmt.Errorf("the system does not answer: %w", err)
	}
	return r.Body.Close()
}

func port() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
