package locale

import (
	"errors"

	"dossier/internal/meeting"
)

// Status names where a document stands, for the history.
func (l *Locale) Status(s meeting.Status) string { return l.or(string(s), "history.status-"+string(s)) }

// State names where a requirement stands, for the history, with the name of the file that satisfies it, if there is
// one.
func (l *Locale) State(s meeting.State, file string) string {
	state := l.or(string(s), "history.state-"+string(s))
	if file == "" {
		return state
	}
	return l.or(state, "history.state-with-file", "State", state, "File", file)
}

// Change gives one change in words: what was changed, and from what to what.
func (l *Locale) Change(what, before, after string) (string, error) {
	change := after
	if before != after {
		var err error
		if change, err = l.Text("history.from-to", "Before", before, "After", after); err != nil {
			return "", err
		}
	}
	return l.Text("history.of", "What", what, "Change", change)
}

// InForce gives whether something was in force before a change and after it; key is that of its name.
func (l *Locale) InForce(key string, before, after bool) (string, error) {
	what, err := l.Text(key)
	was, errWas := l.inForce(before)
	is, errIs := l.inForce(after)
	if err := errors.Join(err, errWas, errIs); err != nil {
		return "", err
	}
	return l.Change(what, was, is)
}

func (l *Locale) inForce(yes bool) (string, error) {
	if yes {
		return l.Text("history.in-force")
	}
	return l.Text("history.not-in-force")
}
