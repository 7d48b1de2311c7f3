package meeting_test

import (
	"testing"
	"time"

	"dossier/internal/meeting"
)

// What counts as a death of the reader: a call that never said how it ended, once its time is over, and a time-out.
func TestAttempt(t *testing.T) {
	noon, life := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC), time.Minute
	a := &meeting.Attempt{Document: "d"}
	if a.Running(noon) || a.Killed(noon) != 0 {
		t.Errorf("before the first call: %+v", a)
	}
	a.Begin(noon, life)
	if !a.Running(noon) || !a.Running(noon.Add(life-1)) || a.Killed(noon.Add(life-1)) != 0 {
		t.Errorf("while it is read: %+v", a)
	}
	if over := noon.Add(life); a.Running(over) || a.Killed(over) != 1 {
		t.Errorf("when its time is over: killed %d", a.Killed(over))
	}
	later := noon.Add(time.Hour)
	a.Begin(later, life)
	if a.Deaths != 1 || !a.Until.Equal(later.Add(life)) || a.Killed(later) != 1 || a.Killed(later.Add(life)) != 2 {
		t.Errorf("the second call: %+v", a)
	}
	a.Fail(later, false)
	if a.Running(later) || a.Killed(later.Add(life)) != 1 {
		t.Errorf("after a failure that was told: %+v", a)
	}
	a.Begin(later, life)
	a.Fail(later, true)
	if a.Killed(later) != 2 || a.Running(later) {
		t.Errorf("after its time ran out: %+v", a)
	}
	if days := time.Unix(a.Expires, 0).Sub(later).Hours() / 24; days < 13.9 || days > 14.1 {
		t.Errorf("it is kept for %.1f days", days)
	}
	a.Begin(later, life)
	a.SetAside(later.Add(life))
	if a.Deaths != 3 || a.Running(later) || a.Killed(later.Add(time.Hour)) != 3 || time.Unix(a.Expires, 0).Before(later.AddDate(0, 0, 13)) {
		t.Errorf("set aside: %+v", a)
	}
	a.Begin(later, life)
	a.Forgive()
	if a.Killed(later.Add(time.Hour)) != 0 || a.Running(later) {
		t.Errorf("forgiven: %+v", a)
	}
	a.Begin(later.Add(time.Hour), life)
	if got := time.Unix(a.Expires, 0).Sub(later.Add(time.Hour)).Hours() / 24; got < 13.9 || got > 14.1 {
		t.Errorf("begun again, it is kept for %.1f days", got)
	}
}
