package loadtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/infra/bench/memory"
	"dossier/internal/loopback"
)

// process is the local system as a process of its own, which can be killed and started again on the same folder.
type process struct {
	binary, folder string
	client         atomic.Pointer[s3.Client]
	cmd            *exec.Cmd
	ended          chan struct{} // closed when the process has ended
	failure        error         // why it ended; set before ended is closed
	peak           atomic.Int64  // bytes of memory, over all starts
}

// start runs the program and returns when the system is ready.
func (p *process) start(ctx context.Context) error {
	pages, err := loopback.FreeAddr("127.0.0.1:0")
	if err != nil {
		return err
	}
	storage, err := loopback.FreeAddr("127.0.0.1:0")
	if err != nil {
		return err
	}
	p.client.Store(loopback.S3("http://" + storage))
	p.cmd = exec.CommandContext(ctx, p.binary, "-addr", pages, "-s3", storage, "-dir", p.folder, "-sample=false")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	lines := bufio.NewScanner(out)
	ready := false
	for !ready && lines.Scan() {
		ready = strings.Contains(lines.Text(), "Stop with Ctrl-C")
	}
	p.ended = make(chan struct{})
	go func() {
		_, err := io.Copy(io.Discard, out)
		p.failure = errors.Join(err, p.cmd.Wait())
		close(p.ended)
	}()
	if !ready {
		<-p.ended
		return fmt.Errorf("start: the system did not get ready: %w", p.failure)
	}
	go p.watchMemory(p.cmd.Process.Pid)
	return nil
}

// watchMemory keeps the most memory that the process has used, until it ends.
func (p *process) watchMemory(pid int) {
	for {
		n, err := memory.Peak(pid)
		if err != nil {
			return // it has ended
		}
		p.peak.Store(max(p.peak.Load(), int64(n)))
		time.Sleep(200 * time.Millisecond)
	}
}

// kill ends the process as kill -9 does, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

func (p *process) put(ctx context.Context, key string, data []byte) error {
	bucket := "dossier"
	_, err := p.client.Load().PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)})
	if err != nil {
		return fmt.Errorf("upload %s: %w", path.Base(key), err)
	}
	return nil
}

// wait shows how far the system has come until it is there. It fails when nothing moves for five minutes.
func (p *process) wait(ctx context.Context, what string, there func(counts) bool) error {
	began, last, moved := time.Now(), "", time.Now()
	for {
		c, err := p.count()
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if there(c) {
			return nil
		}
		now := fmt.Sprintf("%d filed, %d receipts, %d sessions reported", c.filed, c.receipts, c.completes)
		if now != last {
			last, moved = now, time.Now()
			fmt.Printf("  %v, waiting for %s: %s\n", time.Since(began).Round(time.Second), what, now)
		}
		if time.Since(moved) > 5*time.Minute {
			return fmt.Errorf("waiting for %s: nothing has moved for five minutes", what)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.ended:
			return fmt.Errorf("the system ended: %w", p.failure)
		case <-time.After(2 * time.Second):
		}
	}
}
