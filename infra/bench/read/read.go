// Package read reads every file of a folder in one process, as intake would, and writes what came of each: a line of
// JSON, and the text in a file of its own. It is for files that nobody here has seen.
package read

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dossier/infra/bench/corpus"
	"dossier/infra/bench/memory"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Line is what came of one file.
type Line struct {
	File    string `json:"file"` // its path within the folder
	Bytes   int64  `json:"bytes"`
	Outcome string `json:"outcome"` // read, rejected, timeout or failed
	// Reason is the code of a rejection, or the error's words.
	Reason    string                  `json:"reason,omitempty"`
	Format    content.Format          `json:"format,omitempty"`
	Findings  []meeting.Finding       `json:"findings,omitempty"`
	Pages     int                     `json:"pages"`
	Words     int                     `json:"words"`
	Languages []content.LanguageShare `json:"languages,omitempty"`
	// Milliseconds are of the clock on the wall.
	Milliseconds int64 `json:"milliseconds"`
	// Memory is how many bytes the process held afterwards.
	Memory int `json:"memory"`
}

// Command declares the flags of read and returns what runs it. The folder is the one argument.
func Command(flags *flag.FlagSet) func(context.Context) error {
	out := flags.String("out", "read.jsonl", "where a line of JSON a file is written")
	texts := flags.String("texts", "read-texts", "folder for the text of each file, under its path and .txt")
	limit := flags.Duration("limit", time.Minute, "the most time for one file")
	return func(ctx context.Context) error {
		if flags.NArg() != 1 {
			return errors.New("name one folder: bench read FOLDER")
		}
		reader, end, err := corpus.Reader(content.Limits{Time: *limit})
		if err != nil {
			return err
		}
		file, err := os.Create(*out)
		if err != nil {
			return errors.Join(fmt.Errorf("make file: %w", err), end())
		}
		r := run{reader: reader, limit: *limit, texts: *texts, out: file, progress: os.Stderr}
		return errors.Join(r.folder(ctx, flags.Arg(0)), file.Close(), end())
	}
}

// run reads the files of one folder.
type run struct {
	reader   *extract.Reader
	limit    time.Duration
	texts    string
	out      io.Writer
	progress io.Writer
}

func (r *run) folder(ctx context.Context, folder string) error {
	lines := json.NewEncoder(r.out)
	lines.SetEscapeHTML(false)
	count := map[string]int{}
	began, n := time.Now(), 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.Type().IsRegular() {
			return ctx.Err()
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		line, err := r.file(ctx, path, name)
		if err != nil {
			return err
		}
		if n++; n%100 == 0 {
			fmt.Fprintf(r.progress, "%d files in %s: %v\n", n, time.Since(began).Round(time.Second), count)
		}
		count[line.Outcome]++
		return lines.Encode(line)
	})
	fmt.Fprintf(r.progress, "%d files in %s: %v\n", n, time.Since(began).Round(time.Second), count)
	if err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	return nil
}

// file reads one file. The error is of this machine or of the context, and never of the file.
func (r *run) file(ctx context.Context, path, name string) (Line, error) {
	line := Line{File: filepath.ToSlash(name)}
	f, err := os.Open(path)
	if err != nil {
		return line, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return line, err
	}
	line.Bytes = info.Size()
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, 2*r.limit) // the reader keeps to its own limit, or is stopped
	defer cancel()
	c, err := r.reader.Read(limited, f, info.Size())
	took := time.Since(began)
	line.Milliseconds = took.Milliseconds()
	if ctx.Err() != nil {
		return line, ctx.Err()
	}
	line.Outcome, line.Reason = outcome(err, took >= r.limit)
	if line.Memory, err = memory.Resident(os.Getpid()); err != nil {
		return line, err
	}
	if c == nil {
		return line, nil
	}
	line.Format, line.Findings, line.Pages, line.Words = c.Format, c.Findings, len(c.Pages), c.Words()
	line.Languages = c.Metadata.Languages
	return line, r.text(name, c)
}

// outcome tells in a word what came of a reading, and why. The reader calls a file too large that takes too long.
func outcome(err error, late bool) (word, reason string) {
	switch {
	case err == nil:
		return "read", ""
	case late && fault.Because(err, meeting.ReasonTooLarge), errors.Is(err, context.DeadlineExceeded):
		return "timeout", ""
	case fault.Is(err, fault.Rejected):
		return "rejected", fault.Reason(err)
	}
	return "failed", err.Error()
}

// text writes the text of a document, a form feed between pages. A document without a text has no file.
func (r *run) text(name string, c *content.Content) error {
	var pages []string
	for _, p := range c.Pages {
		pages = append(pages, strings.Join([]string{p.Full(), p.Notes, p.Comments}, "\n"))
	}
	text := strings.TrimSpace(strings.Join(pages, "\f"))
	if text == "" {
		return nil
	}
	file := filepath.Join(r.texts, name+".txt")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}
