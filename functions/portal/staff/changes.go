package staff

import (
	"errors"
	"strings"

	"dossier/functions/portal/page"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// changed gives one effect of a decision in words.
func changed(l *page.Locale, meetingID string, e meeting.Effect, snap *store.Snapshot) (string, error) {
	switch {
	case e.Document != "":
		return documentChange(l, e, store.Get(snap, store.DocumentKey(e.Document)))
	case e.Links != "":
		return l.Text("history.links")
	case e.Participant != "":
		return l.InForce("history.participant", e.InForceBefore, e.InForceAfter)
	case e.Hint != "":
		return l.InForce("history.hint", e.InForceBefore, e.InForceAfter)
	}
	return requirementChange(l, e, store.Get(snap, store.RequirementKey(meetingID, e.Requirement)))
}

// documentChange names the document by its file; d is nil if it is not there any more.
func documentChange(l *page.Locale, e meeting.Effect, d *meeting.Document) (string, error) {
	name, err := l.Text("history.document")
	if err != nil {
		return "", err
	}
	if d != nil {
		name = d.FileName
	}
	return l.Change(name, l.Status(e.DocumentBefore.Status), l.Status(e.DocumentAfter.Status))
}

// requirementChange names the requirement by person, kind and session; q is nil if it is not there any more.
func requirementChange(l *page.Locale, e meeting.Effect, q *meeting.Requirement) (string, error) {
	name := e.Requirement.String()
	if q != nil {
		kind, err := l.Word("kind-" + string(q.Kind))
		if err != nil {
			return "", err
		}
		name = strings.Join([]string{q.Name, kind, q.Session}, ", ")
	}
	before, errBefore := stateOf(l, e.RequirementBefore)
	after, errAfter := stateOf(l, e.RequirementAfter)
	if err := errors.Join(errBefore, errAfter); err != nil {
		return "", err
	}
	return l.Change(name, before, after)
}

// stateOf gives where a requirement stands, with the file that satisfies it.
func stateOf(l *page.Locale, s *meeting.RequirementState) (string, error) {
	if s == nil || s.Retired {
		return l.Text("history.not-asked")
	}
	return l.State(s.State, s.FileName), nil
}
