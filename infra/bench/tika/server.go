package tika

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"time"

	"dossier/internal/loopback"
)

// server is Tika's server as a process on this machine.
type server struct {
	url string
	cmd *exec.Cmd
}

// startServer runs Tika's server on a free port of loopback and waits up to a minute until it answers.
func startServer(ctx context.Context, jar string) (*server, error) {
	addr, err := loopback.FreeAddr("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("find port: %w", err)
	}
	s := &server{url: "http://" + addr + "/tika"}
	s.cmd = exec.CommandContext(ctx, "java", "-Xmx2g", "-jar", jar, "--host", host, "--port", port, "--noFork")
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Tika: %w", err)
	}
	for range 120 {
		time.Sleep(500 * time.Millisecond)
		if resp, err := http.Get(s.url); err == nil {
			resp.Body.Close()
			return s, nil
		}
	}
	s.stop()
	return nil, errors.New("start Tika: it does not answer after a minute")
}

func (s *server) stop() {
	_ = s.cmd.Process.Kill() // it may have ended
	_ = s.cmd.Wait()         // it was killed
}

// read has Tika read a document, without OCR, which is off in our readers as well.
func (s *server) read(ctx context.Context, data []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/plain")
	req.Header.Set("X-Tika-OCRskipOcr", "true")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
