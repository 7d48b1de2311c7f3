package staff

import (
	"context"
	"net/http"

	"dossier/functions/portal/page"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// entry is one decision in the history.
type entry struct {
	*meeting.Audit
	// What was done and to what, Changes what was before and after.
	What    string
	Changes []string
	Undone  bool
	MayUndo bool
}

// historyPage is what staff decided, and what was learned from it.
type historyPage struct {
	header
	Entries []entry
	Lessons []*meeting.Hint
}

// History shows what staff decided, the newest first, and what was learned from it.
func (s *Staff) History(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "history")
	if err != nil {
		return err
	}
	l := s.pages.Locale(r, "")
	entries, err := s.entries(r.Context(), l, head)
	if err != nil {
		return err
	}
	lessons, err := s.store.Hints(r.Context(), head.Meeting.ID)
	if err != nil {
		return err
	}
	return s.pages.ShowIn(w, r, l, "history.html", http.StatusOK, historyPage{head, entries, lessons})
}

// entries gives a meeting's last decisions in words, the newest first.
func (s *Staff) entries(ctx context.Context, l *page.Locale, head header) ([]entry, error) {
	audits, err := s.store.Audits(ctx, head.Meeting.ID, maxListed)
	if err != nil {
		return nil, err
	}
	snap, err := s.store.Read(ctx, mentioned(head.Meeting.ID, audits)...)
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, a := range audits {
		e, err := newEntry(l, a, snap)
		if err != nil {
			return nil, err
		}
		e.MayUndo = head.MayDecide() && e.changedSomething() && a.Decision.Action != meeting.Revoke
		all = append(all, e)
	}
	return all, nil
}

// changedSomething reports whether the decision was carried out, had effects, and was not taken back.
func (e entry) changedSomething() bool { return e.Refused == "" && len(e.Effects) > 0 && !e.Undone }

// mentioned gives what decisions name, and whether they were taken back.
func mentioned(meetingID string, audits []*meeting.Audit) []store.AnyKey {
	var keys []store.AnyKey
	add := func(document string, requirement meeting.RequirementKey) {
		if document != "" {
			keys = append(keys, store.DocumentKey(document))
		}
		if requirement.Participant != "" {
			keys = append(keys, store.RequirementKey(meetingID, requirement))
		}
	}
	for _, a := range audits {
		keys = append(keys, store.UndoneKey(a.ID))
		add(a.Decision.Document, a.Decision.Requirement)
		for _, e := range a.Effects {
			add(e.Document, e.Requirement)
		}
	}
	return keys
}

// newEntry gives a decision in words.
func newEntry(l *page.Locale, a *meeting.Audit, snap *store.Snapshot) (entry, error) {
	e := entry{Audit: a, Undone: snap.Has(store.UndoneKey(a.ID))}
	var err error
	if e.What, err = decided(l, a.Decision, snap); err != nil {
		return e, err
	}
	for _, f := range a.Effects {
		change, err := changed(l, a.Decision.Meeting, f, snap)
		if err != nil {
			return e, err
		}
		e.Changes = append(e.Changes, change)
	}
	return e, nil
}

// decided gives what a decision did, and to what, in words.
func decided(l *page.Locale, d meeting.Decision, snap *store.Snapshot) (string, error) {
	what, err := l.Text("history.did-" + string(d.Action))
	if err != nil {
		return "", err
	}
	object, err := objectOf(l, d, snap)
	if err != nil {
		return "", err
	}
	if object != "" {
		if what, err = l.Text("history.of", "What", what, "Change", object); err != nil {
			return "", err
		}
	}
	if d.Nominee != "" {
		what += " (" + d.Nominee + ")"
	}
	return what, nil
}

// objectOf names the document or the requirement that was decided about; "" if neither is there any more.
func objectOf(l *page.Locale, d meeting.Decision, snap *store.Snapshot) (string, error) {
	if doc := store.Get(snap, store.DocumentKey(d.Document)); doc != nil {
		return doc.FileName, nil
	}
	q := store.Get(snap, store.RequirementKey(d.Meeting, d.Requirement))
	if q == nil {
		return "", nil
	}
	kind, err := l.Word("kind-" + string(q.Kind))
	return q.Name + ", " + kind, err
}
