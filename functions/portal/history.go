package portal

import (
	"context"
	"errors"
	"net/http"
	"strings"

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

type historyPage struct {
	staffPage
	Entries []entry
	Lessons []*meeting.Lesson
}

// history shows what staff decided, the newest first, and what was learned from it.
func (p *Portal) history(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "history")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := historyPage{staffPage: head}
	var errLessons error
	page.Entries, err = p.past(r.Context(), p.language(r, ""), head.Meeting.ID, head.MayDecide())
	page.Lessons, errLessons = p.store.Lessons(r.Context(), head.Meeting.ID)
	if err := errors.Join(err, errLessons); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, "history.html", http.StatusOK, page)
}

// past are a meeting's last decisions in words, the newest first.
func (p *Portal) past(ctx context.Context, g *language, id string, mayDecide bool) ([]entry, error) {
	audits, err := p.store.Audits(ctx, id, maxListed)
	if err != nil {
		return nil, err
	}
	want := store.Wanted{Meeting: id}
	for _, a := range audits {
		want.Undone = append(want.Undone, a.ID)
		want.Documents = append(want.Documents, a.Decision.Document)
		want.Requirements = append(want.Requirements, a.Decision.Requirement)
		for _, e := range a.Effects {
			want.Documents = append(want.Documents, e.Document)
			want.Requirements = append(want.Requirements, e.Requirement)
		}
	}
	want.Documents = without(want.Documents, "")
	want.Requirements = without(want.Requirements, meeting.RequirementKey{})
	snap, err := p.store.Read(ctx, want)
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, a := range audits {
		e := entry{Audit: a, Undone: snap.Undone[a.ID]}
		e.MayUndo = mayDecide && !e.Undone && a.Refused == "" && len(a.Effects) > 0 && a.Decision.Action != meeting.Revoke
		if e.What, err = g.decision(a.Decision, snap); err != nil {
			return nil, err
		}
		for _, f := range a.Effects {
			change, err := g.change(f, snap)
			if err != nil {
				return nil, err
			}
			e.Changes = append(e.Changes, change)
		}
		all = append(all, e)
	}
	return all, nil
}

// decision gives what a decision did, and to what, in words.
func (g *language) decision(d meeting.Decision, snap *store.Snapshot) (string, error) {
	what, err := g.Text("history.did-" + string(d.Action))
	if err != nil {
		return "", err
	}
	object := ""
	if doc := snap.Documents[d.Document]; doc != nil {
		object = doc.FileName
	} else if q := snap.Requirements[d.Requirement]; q != nil {
		kind, err := g.word("kind-" + string(q.Kind))
		if err != nil {
			return "", err
		}
		object = q.Name + ", " + kind
	}
	if object != "" {
		if what, err = g.Text("history.of", "What", what, "Change", object); err != nil {
			return "", err
		}
	}
	if d.Nominee != "" {
		what += " (" + d.Nominee + ")"
	}
	return what, nil
}

// without leaves out what is nothing; the store takes what is twice once.
func without[T comparable](list []T, nothing T) []T {
	var rest []T
	for _, x := range list {
		if x != nothing {
			rest = append(rest, x)
		}
	}
	return rest
}

// change gives one effect of a decision in words.
func (g *language) change(e meeting.Effect, snap *store.Snapshot) (string, error) {
	switch {
	case e.Document != "":
		return g.documentChange(e, snap.Documents[e.Document])
	case e.Links != "":
		return g.Text("history.links")
	case e.Participant != "":
		return g.InForce("history.participant", e.StandsBefore, e.StandsAfter)
	case e.Lesson != "":
		return g.InForce("history.hint", e.StandsBefore, e.StandsAfter)
	}
	return g.requirementChange(e, snap.Requirements[e.Requirement])
}

// documentChange names the document by its file; d is nil if it is not there any more.
func (g *language) documentChange(e meeting.Effect, d *meeting.Document) (string, error) {
	name, err := g.Text("history.document")
	if err != nil {
		return "", err
	}
	if d != nil {
		name = d.FileName
	}
	return g.Change(name, g.Status(e.DocumentBefore.Status), g.Status(e.DocumentAfter.Status))
}

// requirementChange names the requirement by person, kind and session; q is nil if it is not there any more.
func (g *language) requirementChange(e meeting.Effect, q *meeting.Requirement) (string, error) {
	name := e.Requirement.String()
	if q != nil {
		kind, err := g.word("kind-" + string(q.Kind))
		if err != nil {
			return "", err
		}
		name = strings.Join([]string{q.Name, kind, q.Session}, ", ")
	}
	before, errBefore := g.state(e.RequirementBefore)
	after, errAfter := g.state(e.RequirementAfter)
	if err := errors.Join(errBefore, errAfter); err != nil {
		return "", err
	}
	return g.Change(name, before, after)
}

// state gives where a requirement stands, with the file that satisfies it.
func (g *language) state(s *meeting.RequirementStanding) (string, error) {
	if s == nil || s.Dropped {
		return g.Text("history.not-asked")
	}
	return g.State(s.State, s.FileName), nil
}
