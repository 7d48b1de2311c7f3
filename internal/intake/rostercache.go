package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
	files "dossier/internal/roster"
)

const (
	// maxRosters bounds how many meetings' rosters stay in memory.
	maxRosters = 8
	// maxRosterLoad bounds the time to load one.
	maxRosterLoad = time.Minute
)

// rosterCache keeps the rosters of the meetings used last, ready for matching, for as long as the process runs. It is
// safe for concurrent use: a roster is loaded once however many ask for it, and holds up no other meeting.
type rosterCache struct {
	load  func(context.Context, *meeting.Meeting) (*match.Index, error)
	loads singleflight.Group // by meeting and version
	mu    sync.Mutex
	held  map[string]heldRoster // by meeting
}

type heldRoster struct {
	version string
	index   *match.Index
}

func newRosterCache(load func(context.Context, *meeting.Meeting) (*match.Index, error)) *rosterCache {
	return &rosterCache{load: load, held: map[string]heldRoster{}}
}

// get gives a meeting's roster of a version. A load goes on when the context of one caller ends, for the others.
func (c *rosterCache) get(ctx context.Context, m *meeting.Meeting, version string) (*match.Index, error) {
	if index, ok := c.lookup(m.ID, version); ok {
		return index, nil
	}
	loaded := c.loads.DoChan(m.ID+"\x00"+version, func() (any, error) { return c.fill(ctx, m, version) })
	select {
	case r := <-loaded:
		if r.Err != nil {
			return nil, fmt.Errorf("load roster of meeting %s: %w", m.ID, r.Err)
		}
		return r.Val.(*match.Index), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("load roster of meeting %s: %w", m.ID, ctx.Err())
	}
}

// fill loads a roster and keeps it. A panic becomes an error: singleflight would end the process by it.
func (c *rosterCache) fill(ctx context.Context, m *meeting.Meeting, version string) (index *match.Index, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Panic(p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxRosterLoad)
	defer cancel()
	if index, err = c.load(ctx, m); err == nil {
		c.keep(m.ID, heldRoster{version, index})
	}
	return index, err
}

func (c *rosterCache) lookup(id, version string) (*match.Index, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.held[id]
	return h.index, ok && h.version == version
}

func (c *rosterCache) keep(id string, r heldRoster) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.held[id]; !known && len(c.held) >= maxRosters {
		clear(c.held)
	}
	c.held[id] = r
}

// rosterLoader loads the roster in force of a meeting, with the nominees accepted by staff and the hints that their
// decisions gave.
func rosterLoader(
	b Bucket,
	t Rosters,
	letters *letter.Reader,
	readers []match.PaperReader,
	large match.LargeReader,
) func(context.Context, *meeting.Meeting) (*match.Index, error) {
	return func(ctx context.Context, m *meeting.Meeting) (*match.Index, error) {
		r, err := rosterOf(ctx, b, m)
		if err != nil {
			return nil, err
		}
		accepted, err := t.Accepted(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		hints, err := t.Hints(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		r.Participants = filing.WithAccepted(r.Participants, accepted)
		return match.NewIndex(*r, letters, hints...).Asking(readers...).Consulting(large), nil
	}
}

// rosterOf reads the index of the roster in force. One that is not there is made again from the roster's files.
func rosterOf(ctx context.Context, b Bucket, m *meeting.Meeting) (*meeting.Roster, error) {
	r := &meeting.Roster{}
	err := b.GetJSON(ctx, m.Index, r)
	if err == nil {
		return r, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("read the roster's index: %w", err)
	}
	pair, err := b.RosterOf(ctx, m.ID, m.Roster)
	if err != nil {
		return nil, fmt.Errorf("make the roster's index again: %w", err)
	}
	meetingYAML, errMeeting := b.Read(ctx, *pair.Meeting, files.MaxBytes)
	participantsCSV, errParticipants := b.Read(ctx, *pair.Participants, files.MaxBytes)
	if err := errors.Join(errMeeting, errParticipants); err != nil {
		return nil, fmt.Errorf("make the roster's index again: %w", err)
	}
	r, problems := files.Parse(m.ID, meetingYAML, participantsCSV)
	if len(problems) > 0 { // it was loaded once, so that is a file that somebody has replaced
		return nil, fault.New(fault.Transient, "make the roster's index again: its files have %d problems", len(problems))
	}
	r.Meeting.Roster, r.Meeting.Index = m.Roster, m.Index
	return r, b.PutJSON(ctx, m.Index, r)
}
