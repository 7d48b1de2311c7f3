package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dossier/internal/extract/pdf"
)

func TestLoopbackAlone(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:1": true, "localhost:1": true, "[::1]:1": true,
		":8080": false, "0.0.0.0:1": false, "192.0.2.1:1": false, "example.org:1": false,
	} {
		if err := loopback(addr); (err == nil) != ok {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

// runMain in the environment makes this test binary the program itself.
const runMain = "DOSSIER_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		os.Args = append(os.Args[:1], strings.Fields(os.Getenv(runMain))...)
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// SIGTERM ends the program within five seconds, also while an upload that does not go on is under way.
func TestStop(t *testing.T) {
	dir := t.TempDir()
	// The PDF reader's compiled code is the one that other tests use too.
	if err := os.MkdirAll(pdf.UserCache(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pdf.UserCache(), filepath.Join(dir, "cache")); err != nil {
		t.Fatal(err)
	}
	storage := "127.0.0.1:" + freePort(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_DYNAMODB=", runMain+"=-sample=false -addr 127.0.0.1:0 -s3 "+storage+" -dir "+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "Stop with Ctrl-C") {
	}
	upload, err := net.Dial("tcp", storage)
	if err != nil {
		t.Fatal(err)
	}
	defer upload.Close()
	half := "PUT /dossier/incoming/x/drop/y HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
	if _, err := io.WriteString(upload, half); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out) // until it ends
	_ = cmd.Wait()                  // its code says whether it waited for everything
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
