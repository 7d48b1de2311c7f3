package read

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Each file of a folder and its subfolders has one line, and what has a text has a file with it.
func TestFolder(t *testing.T) {
	folder, out := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"a.txt": "The Ministry of Justice nominates two officials for the regional meeting.", "deep/er/b.pdf": "%PDF-1.7 and no more",
		"empty.docx": "",
	} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := flag.NewFlagSet("read", flag.ContinueOnError)
	start := Command(flags)
	lines, texts := filepath.Join(out, "read.jsonl"), filepath.Join(out, "texts")
	if err := flags.Parse([]string{"-out", lines, "-texts", texts, folder}); err != nil {
		t.Fatal(err)
	}
	if err := start(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row := range bytes.Lines(data) {
		var l Line
		if err := json.Unmarshal(row, &l); err != nil {
			t.Fatal(err)
		}
		if l.Memory == 0 {
			t.Errorf("%s: no memory", l.File)
		}
		got = append(got, fmt.Sprintf("%s %d %s %s %d words", l.File, l.Bytes, l.Outcome, l.Reason, l.Words))
	}
	want := "a.txt 73 read  11 words|deep/er/b.pdf 20 rejected corrupt 0 words|empty.docx 0 rejected empty 0 words"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	text, err := os.ReadFile(filepath.Join(texts, "a.txt.txt"))
	if err != nil || !strings.HasPrefix(string(text), "The Ministry") {
		t.Errorf("text %q, %v", text, err)
	}
	if found, err := filepath.Glob(filepath.Join(texts, "*", "*", "*")); err != nil || len(found) > 0 {
		t.Errorf("texts of what has none: %v, %v", found, err)
	}
}

func TestOutcome(t *testing.T) {
	large := fault.Reject(meeting.ReasonTooLarge, "too large")
	tests := []struct {
		err          error
		late         bool
		word, reason string
	}{
		{nil, true, "read", ""},
		{large, false, "rejected", "too-large"},
		{large, true, "timeout", ""},
		{fault.Reject(meeting.ReasonLocked, "locked"), true, "rejected", "locked"},
		{context.DeadlineExceeded, true, "timeout", ""},
		{errors.New("broken"), false, "failed", "broken"},
	}
	for _, tt := range tests {
		if word, reason := outcome(tt.err, tt.late); word != tt.word || reason != tt.reason {
			t.Errorf("%v, late %t: got %s %s", tt.err, tt.late, word, reason)
		}
	}
}

func TestOneFolder(t *testing.T) {
	flags := flag.NewFlagSet("read", flag.ContinueOnError)
	if err := Command(flags)(t.Context()); err == nil {
		t.Error("no folder is accepted")
	}
}
