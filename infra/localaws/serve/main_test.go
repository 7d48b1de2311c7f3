package main

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// build builds the program, and gives it a folder of its own for what it keeps.
func build(t *testing.T) (program, temp string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "serve")
	if text, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return program, t.TempDir()
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
	program, temp := build(t)
	for name, end := range map[string]func(*exec.Cmd, func() error) error{
		"its input ends": func(_ *exec.Cmd, closeInput func() error) error { return closeInput() },
		"SIGTERM":        func(c *exec.Cmd, _ func() error) error { return c.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), "TMPDIR="+temp)
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
			for lines.Scan() {
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
	program, temp := build(t)
	for script, want := range map[string]struct {
		status int
		out    string
	}{
		`echo "$AWS_REGION"`:                    {0, "us-east-1\n"},
		`exit 3`:                                {3, ""},
		`test -n "$AWS_ENDPOINT_URL_S3" && cat`: {0, "input"},
		`case "$AWS_ENDPOINT_URL_DYNAMODB" in http://127.0.0.1:*) basename "$PWD";; esac`: {0, "serve\n"},
	} {
		cmd := exec.Command(program, "--", "sh", "-c", script)
		cmd.Env, cmd.Stdin = append(os.Environ(), "TMPDIR="+temp), strings.NewReader("input")
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
	}
	if err := exec.Command(program, "--", "no-such-command-here").Run(); err == nil {
		t.Error("a command that does not exist succeeds")
	}
	if names := left(t, temp); len(names) != 0 {
		t.Errorf("it leaves %v", names)
	}
}
