// Package evaluate drops a set of papers into the running system, as users do, and writes a line of JSON about what
// became of each. A set is a folder with roster/<meeting>/{meeting.yaml,participants.csv}, files/ and truth.jsonl.
package evaluate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dossier/infra/bench/recorded"
	"dossier/infra/local/system"
	"dossier/internal/extract/pdf"
	"dossier/internal/locale"
	"dossier/internal/meeting"
)

type options struct {
	set, out string
	reading  string
	skill    string
	seed     uint64
	limit    time.Duration
	patience int
}

// Command declares the flags of evaluate and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	var o options
	flags.StringVar(&o.set, "set", "", "folder of the set of papers")
	flags.StringVar(&o.out, "out", "evaluation.jsonl", "file to write, a line of JSON a document")
	flags.StringVar(&o.reading, "reading", "", "file of recorded readings, with which a large reader answers; empty is no large reader")
	flags.StringVar(&o.skill, "reader", string(recorded.Careful),
		"how well it reads: careful (as recorded), good (an error in twenty papers) or bad (in two)")
	flags.Uint64Var(&o.seed, "seed", 2022, "another seed drops the files in another order")
	flags.DurationVar(&o.limit, "limit", 15*time.Minute, "how long to wait for one file to end")
	flags.IntVar(&o.patience, "patience", 10, "multiply the time limits of reading, for a busy machine")
	return func(ctx context.Context) error { return run(ctx, o, os.Stderr) }
}

// run evaluates one set. The output file is written only when every upload has ended.
func run(ctx context.Context, o options, progress io.Writer) (err error) {
	if o.set == "" {
		return errors.New("-set is needed: the folder of a set of papers (make evaluate SET=folder)")
	}
	set, err := readSet(o.set, o.seed)
	if err != nil {
		return err
	}
	out, err := filepath.Abs(o.out) // the embedded S3 changes the working directory
	if err != nil {
		return fmt.Errorf("find output: %w", err)
	}
	dir, err := os.MkdirTemp("", "dossier-evaluate-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	options := system.Options{Addr: "127.0.0.1:0", S3: "127.0.0.1:0", Dir: dir,
		PDFiumCache: pdf.UserCache(), Patience: o.patience, Out: progress}
	reader, err := largeReader(o)
	if err != nil {
		return err
	}
	if reader != nil {
		defer func() { err = errors.Join(err, reader.Close()) }()
		options.LargeReader, options.LargeReaderURL, options.LargeReaderModel = "chat", reader.URL, "recorded"
	}
	s, err := system.Start(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	words, err := locale.New()
	if err != nil {
		return err
	}
	e := evaluation{uploads: s, records: s.Store(), words: words.Locale(locale.English),
		limit: o.limit, progress: progress, reader: reader}
	lines, err := e.run(ctx, set)
	if err != nil {
		return err
	}
	if err := write(out, lines); err != nil {
		return err
	}
	fmt.Fprintf(progress, "%d lines are in %s.\n", len(lines), out)
	return nil
}

// largeReader starts the large reader that answers with recorded readings; nil when none is wanted.
func largeReader(o options) (*recorded.Server, error) {
	if o.reading == "" {
		return nil, nil
	}
	readings, err := recorded.Load(o.reading)
	if err != nil {
		return nil, err
	}
	return recorded.Serve(readings, recorded.Skill(o.skill))
}

// uploads is the bucket as its users see it.
type uploads interface {
	// LoadRoster uploads a meeting's roster files and returns the meeting once it is in force.
	LoadRoster(ctx context.Context, meetingID string, yaml, csv []byte) (*meeting.Meeting, error)
	// Put uploads one file and names the upload.
	Put(ctx context.Context, key string, data []byte) (meeting.Object, error)
}

// records is where the system notes what became of an upload.
type records interface {
	// Document reads the document of an upload; it fails with fault.NotFound until the upload has ended.
	Document(ctx context.Context, id string) (*meeting.Document, error)
	Sessions(ctx context.Context, meetingID string) ([]*meeting.Session, error)
}

// words says evidence as staff read it.
type words interface {
	Evidence(e meeting.Evidence) string
}

// evaluation is one run.
type evaluation struct {
	uploads  uploads
	records  records
	words    words
	limit    time.Duration
	progress io.Writer
	reader   *recorded.Server // nil for no large reader
}

// run loads the rosters, drops the files one after the other, each once the one before has ended, and describes all
// documents as they stand at the end. The lines have the order of the set's truth.jsonl.
func (e *evaluation) run(ctx context.Context, set *set) ([]line, error) {
	titles := map[string]map[string]string{}
	for _, r := range set.rosters {
		m, err := e.uploads.LoadRoster(ctx, r.Meeting, r.YAML, r.CSV)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(e.progress, "Roster of %s is loaded: %s\n", r.Meeting, m.Title)
		if titles[r.Meeting], err = e.sessionTitles(ctx, r.Meeting); err != nil {
			return nil, err
		}
	}
	ended := make([]meeting.Object, len(set.papers))
	for n, i := range set.order {
		if e.reader != nil {
			e.reader.Now(set.papers[i].ID)
		}
		d, err := e.drop(ctx, set, set.papers[i])
		if err != nil {
			return nil, fmt.Errorf("%d of %d files have ended; %w", n, len(set.papers), err)
		}
		ended[i] = d.Object
		fmt.Fprintf(e.progress, "%4d/%d  %-11s %-13s %s\n", n+1, len(set.papers), d.Status, d.Kind, set.papers[i].File)
	}
	var all []line
	for i, o := range ended {
		// A later file may have changed it since.
		d, err := e.records.Document(ctx, o.ID())
		if err != nil {
			return nil, fmt.Errorf("read %s again: %w", set.papers[i].File, err)
		}
		lines, err := e.lines(ctx, d, titles[d.Meeting])
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// lines describe an upload: one line, or of an envelope one line a paper.
func (e *evaluation) lines(ctx context.Context, d *meeting.Document, titles map[string]string) ([]line, error) {
	if d.Status != meeting.Opened {
		return []line{describe(d, e.words, titles)}, nil
	}
	var lines []line
	for _, x := range d.Enclosed {
		part, err := e.records.Document(ctx, x.Document)
		if err != nil {
			return nil, fmt.Errorf("read a part of %s: %w", d.FileName, err)
		}
		l := describe(part, e.words, titles)
		l.File, l.Part = d.FileName, x.FileName
		lines = append(lines, l)
	}
	return lines, nil
}

func (e *evaluation) sessionTitles(ctx context.Context, meetingID string) (map[string]string, error) {
	sessions, err := e.records.Sessions(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for _, s := range sessions {
		titles[s.ID] = s.Title
	}
	return titles, nil
}
