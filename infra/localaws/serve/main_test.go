package main

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is the program itself when a test starts it.
func TestMain(m *testing.M) {
	if os.Getenv("SERVE_UNDER_TEST") != "" {
		main()
	}
	os.Exit(m.Run())
}

// start makes a command that is the program, and a folder for what it keeps.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	temp = t.TempDir()
	cmd = exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "SERVE_UNDER_TEST=1", "TMPDIR="+temp)
	return cmd, temp
}

// left are the names in a folder.
func left(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestServe(t *testing.T) {
	for name, end := range map[string]func(*exec.Cmd, func() error) error{
		"its input ends": func(_ *exec.Cmd, closeInput func() error) error { return closeInput() },
		"SIGTERM":        func(c *exec.Cmd, _ func() error) error { return c.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			cmd, temp := start(t)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			all := map[string]string{}
			lines := bufio.NewScanner(out)
			for lines.Scan() && lines.Text() != "" {
				name, value, _ := strings.Cut(lines.Text(), "=")
				all[name] = value
			}
			for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB"} {
				answer, err := http.Get(all[name])
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				answer.Body.Close()
			}
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
				if all[name] == "" {
					t.Errorf("%s is not printed", name)
				}
			}
			if names := left(t, temp); len(names) != 1 {
				t.Errorf("while it runs it keeps %v", names)
			}
			if err := end(cmd, in.Close); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
			defer timer.Stop()
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ends with %v", err)
			}
			if names := left(t, temp); len(names) != 0 {
				t.Errorf("it leaves %v", names)
			}
		})
	}
}

func TestRunsACommand(t *testing.T) {
	for script, want := range map[string]struct {
		status int
		out    string
	}{
		`echo "$AWS_REGION"`:                    {0, "us-east-1\n"},
		`exit 3`:                                {3, ""},
		`test -n "$AWS_ENDPOINT_URL_S3" && cat`: {0, "input"},
		`case "$AWS_ENDPOINT_URL_DYNAMODB" in http://127.0.0.1:*) basename "$PWD";; esac`: {0, "serve\n"},
	} {
		cmd, temp := start(t, "--", "sh", "-c", script)
		cmd.Stdin = strings.NewReader("input")
		out, err := cmd.Output()
		status := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != want.status || string(out) != want.out {
			t.Errorf("%s: status %d, %q", script, status, out)
		}
		if names := left(t, temp); len(names) != 0 {
			t.Errorf("%s: it leaves %v", script, names)
		}
	}
	if cmd, _ := start(t, "--", "no-such-command-here"); cmd.Run() == nil {
		t.Error("a command that does not exist succeeds")
	}
}
