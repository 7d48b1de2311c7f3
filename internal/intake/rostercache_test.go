package intake

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// loads is a loader that counts, and that waits where it is told to.
type loads struct {
	count atomic.Int32
	wait  map[string]chan struct{}
	fail  error
}

func (l *loads) load(_ context.Context, m *meeting.Meeting) (*match.Index, error) {
	l.count.Add(1)
	if wait := l.wait[m.ID]; wait != nil {
		<-wait
	}
	if l.fail != nil {
		return nil, l.fail
	}
	return match.NewIndex(meeting.Roster{Meeting: *m}, letter.NewReader()), nil
}

func get(t *testing.T, c *rosterCache, id, version string) *match.Index {
	t.Helper()
	index, err := c.get(t.Context(), &meeting.Meeting{ID: id}, version)
	if err != nil || index.Roster().Meeting.ID != id {
		t.Errorf("the roster of %s: %+v, %v", id, index, err)
	}
	return index
}

// A roster that takes long to load is loaded once for all who wait for it, and holds up no other meeting.
func TestOneLoadAMeeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		l := &loads{wait: map[string]chan struct{}{"slow": slow}}
		c := newRosterCache(l.load)
		var waiting sync.WaitGroup
		for range 20 {
			waiting.Go(func() { get(t, c, "slow", "1") })
		}
		synctest.Wait() // all twenty wait for the load
		get(t, c, "quick", "1")
		if n := l.count.Load(); n != 2 {
			t.Errorf("%d loads while one is slow, want 2", n)
		}
		close(slow)
		waiting.Wait()
		get(t, c, "slow", "1")
		if n := l.count.Load(); n != 2 {
			t.Errorf("%d loads of two rosters", n)
		}
	})
}

// Who need not wait any longer does not, and the load goes on for the others.
func TestOneCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		l := &loads{wait: map[string]chan struct{}{"m": slow}}
		c := newRosterCache(l.load)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.get(impatient, &meeting.Meeting{ID: "m"}, "1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the first caller got %v", err)
		}
		close(slow)
		synctest.Wait()
		get(t, c, "m", "1")
		if n := l.count.Load(); n != 1 {
			t.Errorf("%d loads", n)
		}
	})
}

func TestRosterVersions(t *testing.T) {
	l := &loads{}
	c := newRosterCache(l.load)
	for i, version := range []string{"1", "1", "1+1", "1+1", "2"} {
		get(t, c, "m", version)
		if want := []int32{1, 1, 2, 2, 3}[i]; l.count.Load() != want {
			t.Errorf("%d loads by version %s, want %d", l.count.Load(), version, want)
		}
	}
	for i := range 3 * maxRosters {
		get(t, c, strconv.Itoa(i), "1")
	}
	if n := len(c.held); n > maxRosters {
		t.Errorf("%d rosters are held", n)
	}
}

// What fails is tried again by the next who asks, a panic too.
func TestFailedLoad(t *testing.T) {
	l := &loads{fail: errors.New("no answer")}
	c := newRosterCache(l.load)
	if _, err := c.get(t.Context(), &meeting.Meeting{ID: "m"}, "1"); !errors.Is(err, l.fail) {
		t.Errorf("a load that fails: %v", err)
	}
	panics := newRosterCache(func(context.Context, *meeting.Meeting) (*match.Index, error) { panic("a bad roster") })
	if _, err := panics.get(t.Context(), &meeting.Meeting{ID: "m"}, "1"); err == nil {
		t.Error("a load that panics is no error")
	}
	l.fail = nil
	get(t, c, "m", "1")
}
