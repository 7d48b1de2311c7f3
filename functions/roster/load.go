package roster

import (
	"context"
	"errors"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	files "dossier/internal/roster"
)

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
	meetingYAML, participantsCSV, err := f.read(ctx, pair)
	if fault.Is(err, fault.NotFound) {
		return gone, nil
	}
	if err != nil {
		return "", err
	}
	r, problems, err := f.parse(ctx, id, pair.Token, meetingYAML, participantsCSV)
	if err != nil {
		return "", err
	}
	if len(problems) > 0 {
		if pair.Rewritten() { // the secretariat was told of it before somebody was erased from it
			return rejected, nil
		}
		return rejected, f.reject(ctx, id, pair, r, problems)
	}
	r.Meeting.Roster = pair.Token
	r.Meeting.Index = bucket.IndexKey(id, pair.Token)
	if err := f.bucket.PutJSON(ctx, r.Meeting.Index, r); err != nil {
		return "", err
	}
	err = f.registry.Load(ctx, r)
	if errors.Is(err, filing.ErrSuperseded) {
		return superseded, nil
	}
	if err != nil {
		return "", err
	}
	return loaded, f.rematch(ctx, id, pair.Token)
}

// read reads both files. One byte more than a file may have is enough to see that it has too many.
func (f *Function) read(ctx context.Context, pair bucket.RosterPair) (meetingYAML, participantsCSV []byte, err error) {
	meetingYAML, errMeeting := f.bucket.Read(ctx, *pair.Meeting, files.MaxBytes+1)
	participantsCSV, errParticipants := f.bucket.Read(ctx, *pair.Participants, files.MaxBytes+1)
	err = errors.Join(errMeeting, errParticipants)
	if !fault.Is(err, fault.NotFound) && fault.Reason(err) == "too-large" {
		// Parse names the file that is too large; the problems of the other can wait.
		return make([]byte, files.MaxBytes+1), nil, nil
	}
	return meetingYAML, participantsCSV, err
}

// parse reads the roster of two files, and gives the problems with them, also those that the roster in force tells.
func (f *Function) parse(
	ctx context.Context,
	id, token string,
	meetingYAML, participantsCSV []byte,
) (*meeting.Roster, []files.Problem, error) {
	accepted, err := f.store.Accepted(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	people := make([]meeting.Participant, len(accepted))
	for i, a := range accepted {
		people[i] = a.Participant
	}
	r, problems := files.Parse(id, meetingYAML, participantsCSV, people...)
	if len(problems) > 0 {
		return r, problems, nil
	}
	problems, err = f.otherPeople(ctx, token, r, accepted, participantsCSV)
	return r, problems, err
}
