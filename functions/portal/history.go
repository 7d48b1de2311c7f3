package portal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	page.Entries, err = p.past(r.Context(), p.tongue(r, ""), head.Meeting.ID, head.MayDecide())
	page.Lessons, errLessons = p.store.Lessons(r.Context(), head.Meeting.ID)
	if err := errors.Join(err, errLessons); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, "history.html", http.StatusOK, page)
}

// past are a meeting's last decisions in words, the newest first.
func (p *Portal) past(ctx context.Context, g *tongue, id string, mayDecide bool) ([]entry, error) {
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
		if e.What, err = g.say("did-" + string(a.Decision.Action)); err != nil {
			return nil, err
		}
		e.MayUndo = mayDecide && !e.Undone && a.Refused == "" && len(a.Effects) > 0 && a.Decision.Action != meeting.Revoke
		if d := snap.Documents[a.Decision.Document]; d != nil {
			e.What += ": " + d.FileName
		} else if q := snap.Requirements[a.Decision.Requirement]; q != nil {
			e.What += ": " + q.Name + ", " + string(q.Kind)
		}
		if a.Decision.Nominee != "" {
			e.What += " (" + a.Decision.Nominee + ")"
		}
		for _, f := range a.Effects {
			e.Changes = append(e.Changes, change(f, snap))
		}
		all = append(all, e)
	}
	return all, nil
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

// change says one effect in words.
func change(e meeting.Effect, snap *store.Snapshot) string {
	stands := map[bool]string{true: "in force", false: "not in force"}
	switch {
	case e.Document != "":
		name := "a document"
		if d := snap.Documents[e.Document]; d != nil {
			name = d.FileName
		}
		return name + ": " + arrow(string(e.DocumentBefore.Status), string(e.DocumentAfter.Status))
	case e.Links != "":
		return "all links that the participant had: good for nothing any more"
	case e.Participant != "":
		return "the participant: " + arrow(stands[e.StandsBefore], stands[e.StandsAfter])
	case e.Lesson != "":
		return "what was learned: " + arrow(stands[e.StandsBefore], stands[e.StandsAfter])
	}
	name := e.Requirement.String()
	if r := snap.Requirements[e.Requirement]; r != nil {
		name = strings.Join([]string{r.Name, string(r.Kind), r.Session}, ", ")
	}
	before := "not asked for"
	if b := e.RequirementBefore; b != nil && !b.Dropped {
		before = state(b)
	}
	after := "not asked for"
	if a := e.RequirementAfter; !a.Dropped {
		after = state(a)
	}
	return name + ": " + arrow(before, after)
}

// state is where a requirement stands, with the file that is in.
func state(s *meeting.RequirementStanding) string {
	if s.FileName != "" {
		return fmt.Sprintf("%s by %s", s.State, cmp.Or(s.FileName, s.Document))
	}
	return string(s.State)
}

func arrow(before, after string) string {
	if before == after {
		return after
	}
	return before + " → " + after
}
