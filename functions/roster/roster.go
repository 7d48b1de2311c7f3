// Package roster loads what the secretariat drops under roster/: meeting.yaml and participants.csv.
package roster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/queue"
	files "dossier/internal/roster"
	"dossier/internal/store"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// Staff hears of a broken roster that does not say who its secretariat is.
	Staff string `env:"STAFF_ADDRESS,required,notEmpty"`
	// IntakeQueue is the URL of the queue that takes documents in review to be looked at again.
	IntakeQueue string `env:"INTAKE_QUEUE_URL,required,notEmpty"`
}

// Sender puts a message into the intake queue.
type Sender interface {
	Send(ctx context.Context, body []byte) error
}

// Function is the handler.
type Function struct {
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	intake   Sender
	staff    string
	log      *slog.Logger
}

// New wires the function.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, intake Sender, log *slog.Logger) *Function {
	st := store.New(db, c.Table)
	return &Function{bucket: bucket.New(s3c, c.Bucket), store: st, registry: filing.New(st, time.Now), intake: intake, staff: c.Staff, log: log}
}

// Handle takes a batch of S3 notifications from SQS; those that fail come again.
func (f *Function) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, f.log, e, f.notification, nil), nil
}

func (f *Function) notification(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := f.object(ctx, o); err != nil {
			return fmt.Errorf("load roster file %s: %w", o.ID(), err)
		}
	}
	return nil
}

// The results of a load.
const (
	loaded     = "loaded"
	rejected   = "rejected"
	waiting    = "waiting" // for the other file
	superseded = "superseded"
	ignored    = "ignored" // not a roster file
	gone       = "gone"
)

// object deals with one version of a roster file. It may be called any number of times for the same one.
func (f *Function) object(ctx context.Context, o meeting.Object) error {
	if _, err := f.store.Load(ctx, o.ID()); !fault.Is(err, fault.NotFound) {
		return err
	}
	id, name, ok := bucket.ParseRoster(o.Key)
	result := ignored
	if ok && (name == files.MeetingFile || name == files.ParticipantsFile) {
		var err error
		if result, err = f.load(ctx, id, o); err != nil {
			return err
		}
	}
	f.log.InfoContext(ctx, "roster", "meeting", id, "object", o.ID(), "result", result)
	return f.store.PutLoad(ctx, &meeting.Load{ID: o.ID(), Meeting: id, Result: result, At: time.Now().UTC()})
}

func (f *Function) load(ctx context.Context, id string, o meeting.Object) (string, error) {
	pair, err := f.bucket.RosterAsOf(ctx, id, o)
	if err != nil {
		return "", err
	}
	if pair.Meeting == nil || pair.Participants == nil {
		return waiting, nil
	}
	// One byte more than a file may have is enough to see that it has too many.
	meetingYAML, err := f.bucket.Read(ctx, *pair.Meeting, files.MaxBytes+1)
	participantsCSV, err2 := f.bucket.Read(ctx, *pair.Participants, files.MaxBytes+1)
	switch err = errors.Join(err, err2); {
	case fault.Is(err, fault.NotFound):
		return gone, nil
	case fault.Reason(err) == "too-large":
		// Parse says so of whichever it is; the other's problems can wait.
		meetingYAML, participantsCSV = make([]byte, files.MaxBytes+1), nil
	case err != nil:
		return "", err
	}
	accepted, err := f.store.Accepted(ctx, id)
	if err != nil {
		return "", err
	}
	var people []meeting.Participant
	for _, a := range accepted {
		people = append(people, a.Participant)
	}
	r, problems := files.Parse(id, meetingYAML, participantsCSV, people...)
	if len(problems) > 0 {
		return rejected, f.reject(ctx, id, pair, r, problems)
	}
	r.Meeting.Roster = pair.Token
	r.Meeting.Index = "index/" + id + "/" + pair.Token + ".json.gz"
	if err := f.bucket.PutJSON(ctx, r.Meeting.Index, r); err != nil {
		return "", err
	}
	switch err := f.registry.Load(ctx, r); {
	case errors.Is(err, filing.ErrSuperseded):
		return superseded, nil
	case err != nil:
		return "", err
	}
	return loaded, f.lookAgain(ctx, id, pair.Token)
}

// reject answers a broken roster by one mail, however many events there are of the same two files.
func (f *Function) reject(ctx context.Context, id string, pair bucket.RosterPair, r *meeting.Roster, problems []files.Problem) error {
	to, language := r.Meeting.Secretariat, r.Meeting.Language()
	switch m, err := f.store.Meeting(ctx, id); {
	case err == nil: // those who run the meeting, whatever a broken file says
		to, language = m.Secretariat, m.Language()
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if len(to) == 0 {
		to = []string{f.staff}
	}
	key := "problems/" + pair.Participants.ID() + "-" + pair.Meeting.ID() + ".json.gz"
	if err := f.bucket.PutJSON(ctx, key, problems); err != nil {
		return err
	}
	err := f.store.PutMail(ctx, &meeting.Mail{ID: meeting.MailID(meeting.MailRosterRejected, pair.Meeting.ID(), pair.Participants.ID()),
		Meeting: id, Template: meeting.MailRosterRejected, Language: language, To: to, Problems: key,
		State: meeting.Pending, Decided: time.Now().UTC()})
	if errors.Is(err, store.ErrConflict) {
		return nil // decided before
	}
	return err
}

// maxLookAgain bounds how many documents of one status one load sends to be matched again.
const maxLookAgain = 10_000

// lookAgain has the documents matched again of which the new roster may know more.
func (f *Function) lookAgain(ctx context.Context, id, token string) error {
	var docs []*meeting.Document
	for _, status := range []meeting.Status{meeting.Review, meeting.Rejected, meeting.Quarantined} {
		some, err := f.store.Documents(ctx, id, status, maxLookAgain)
		if err != nil {
			return err
		}
		docs = append(docs, some...)
	}
	for _, d := range docs {
		if d.RosterVersion == token || !d.NeedsRematch() {
			continue
		}
		body, err := bucket.Notification(d.Object)
		if err != nil {
			return err
		}
		if err := f.intake.Send(ctx, body); err != nil {
			return err
		}
	}
	return nil
}
