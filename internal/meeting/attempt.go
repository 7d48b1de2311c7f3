package meeting

import "time"

// Attempt notes that a document is being read, before it is. So what kills or hangs its reader is known, although the
// reader itself cannot tell.
type Attempt struct {
	Document string `json:"document"`
	// Until is when the call that reads it has ended at the latest. It is zero once the call has said how it ended.
	Until time.Time `json:"until,omitzero"`
	// Deaths counts the calls that ended without a word, or whose time ran out.
	Deaths int `json:"deaths,omitempty"`
	// Expires is when the note goes out of the table, in Unix seconds.
	Expires int64 `json:"ttl"`
	Rev     int   `json:"rev"`
}

// attemptKept is how long an attempt stays in the table after its last change: as long as a dead letter.
const attemptKept = 14 * 24 * time.Hour

// Running reports whether a call may still be reading the document.
func (a *Attempt) Running(now time.Time) bool { return now.Before(a.Until) }

// Killed is how many calls the document has ended. One that has not said how it ended counts once its time is over.
func (a *Attempt) Killed(now time.Time) int {
	if !a.Until.IsZero() && !a.Running(now) {
		return a.Deaths + 1
	}
	return a.Deaths
}

// Begin notes that a call begins to read the document, and takes so long at most.
func (a *Attempt) Begin(now time.Time, life time.Duration) {
	a.Deaths = a.Killed(now)
	a.Until = now.Add(life).UTC()
	a.Expires = now.Add(attemptKept).Unix()
}

// SetAside notes that the document is not read again before somebody asks for it.
func (a *Attempt) SetAside(now time.Time) {
	a.Deaths = a.Killed(now)
	a.Until, a.Expires = time.Time{}, now.Add(attemptKept).Unix()
}

// Forgive notes that somebody wants the document read again.
func (a *Attempt) Forgive() { a.Deaths, a.Until = 0, time.Time{} }

// Fail notes that the call has ended without a record. It is a death if its time ran out.
func (a *Attempt) Fail(now time.Time, timeout bool) {
	if timeout {
		a.Deaths++
	}
	a.Until, a.Expires = time.Time{}, now.Add(attemptKept).Unix()
}
