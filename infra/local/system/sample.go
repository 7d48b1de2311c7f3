package system

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"time"

	"dossier/infra/local/sample"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Sample loads the sample meeting as its users would: file by file, by the S3 API. When the bucket has it already,
// nothing is uploaded again.
func (s *System) Sample(ctx context.Context) error {
	if m, err := s.table.Meeting(ctx, sample.Meeting); err == nil {
		s.say("The sample meeting is there: %s.", m.Title)
		return s.summary(ctx)
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	s.say("\nLoading the sample meeting ...")
	yaml, err := sample.Files.ReadFile("roster/meeting.yaml")
	if err != nil {
		return fmt.Errorf("read sample: %w", err)
	}
	csv, err := sample.Files.ReadFile("roster/participants.csv")
	if err != nil {
		return fmt.Errorf("read sample: %w", err)
	}
	m, err := s.LoadRoster(ctx, sample.Meeting, yaml, csv)
	if err != nil {
		return err
	}
	s.say("  %s", m.Title)
	if err := s.uploadSample(ctx); err != nil {
		return err
	}
	// Mails follow within moments; the summary should count them.
	if err := wait(ctx, "the mails to be sent", func() (bool, error) {
		open, err := s.table.OpenMails(ctx, time.Now().Add(time.Hour), 1)
		return len(open) == 0, err
	}); err != nil {
		return err
	}
	return s.summary(ctx)
}

// uploadSample uploads the sample's files one after the other and says what became of each.
func (s *System) uploadSample(ctx context.Context) error {
	files, err := sample.Files.ReadDir("incoming")
	if err != nil {
		return fmt.Errorf("read sample: %w", err)
	}
	s.say("  %d files to upload\n", len(files))
	for i, f := range files {
		data, err := sample.Files.ReadFile("incoming/" + f.Name())
		if err != nil {
			return fmt.Errorf("read sample: %w", err)
		}
		o, err := s.Put(ctx, bucket.Incoming+sample.Meeting+"/drop/"+f.Name(), data)
		if err != nil {
			return err
		}
		var d *meeting.Document
		err = wait(ctx, f.Name()+" to be filed", func() (bool, error) {
			var err error
			if d, err = s.table.Document(ctx, o.ID()); fault.Is(err, fault.NotFound) {
				return false, nil
			}
			return err == nil, err
		})
		if err != nil {
			return err
		}
		s.say("  %2d/%d  %-48s %s", i+1, len(files), f.Name(), s.became(ctx, d))
	}
	return nil
}

// became says in a line what became of a document.
func (s *System) became(ctx context.Context, d *meeting.Document) string {
	if d.Status != meeting.Filed {
		return fmt.Sprintf("%s (%s)", d.Status, d.Reason)
	}
	out := "filed"
	for _, k := range d.Satisfies {
		x, err := s.table.Session(ctx, d.Meeting, k.Session)
		if err != nil {
			continue
		}
		out += fmt.Sprintf(": %s of %s, session %d", k.Kind, d.Candidates[0].Name, x.Number)
		if x.Complete {
			out += " - complete"
		}
	}
	return out
}

// summary says where every session stands.
func (s *System) summary(ctx context.Context) error {
	sessions, err := s.table.Sessions(ctx, sample.Meeting)
	if err != nil {
		return err
	}
	s.say("")
	for _, x := range sessions {
		state := fmt.Sprintf("waiting for %d of %d", x.Outstanding, x.Required)
		switch {
		case x.Complete:
			state = "complete"
		case x.Required == 0:
			state = "nothing asked"
		}
		s.say("  %d. %-58s %s", x.Number, x.Title, state)
	}
	waiting, err := s.table.Waiting(ctx, sample.Meeting, 100)
	if err != nil {
		return err
	}
	mails, err := fs.Glob(mailFolder(s.mailDir), "*.eml")
	if err != nil {
		return err
	}
	s.say("  %d to review, %d mails in %s", len(waiting), len(mails), path.Join(s.o.Dir, "mail"))
	return nil
}

// waitLimit is how long one step of loading may take on a busy machine.
const waitLimit = 3 * time.Minute

// wait asks until something is so, for at most waitLimit.
func wait(ctx context.Context, what string, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, waitLimit, fmt.Errorf("it took over %v", waitLimit))
	defer cancel()
	for {
		ok, err := so()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
