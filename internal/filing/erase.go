package filing

import (
	"context"
	"fmt"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Release takes a document out of everything that counts, so that it can be erased: what it satisfied is outstanding again, and its
// agency's seats are free. Nobody is written to.
func (g *Registry) Release(ctx context.Context, m meeting.Meeting, document string) error {
	err := g.again(ctx, func() error {
		snap, err := g.store.Read(ctx, store.Wanted{Meeting: m.ID, Documents: []string{document}})
		if err != nil || snap.Documents[document] == nil {
			return err
		}
		w := g.work(m, snap)
		w.cause = document
		if err := g.takeOut(ctx, w, snap.Documents[document], ""); err != nil {
			return err
		}
		if _, err := g.delegate(ctx, w); err != nil {
			return err
		}
		return g.store.Commit(ctx, w.changes())
	})
	if err != nil {
		return fmt.Errorf("release document %s: %w", document, err)
	}
	return nil
}

// Remove takes a nominee whom staff accepted off the roster again, with all that the person owes.
func (g *Registry) Remove(ctx context.Context, m meeting.Meeting, person *meeting.Accepted) error {
	err := g.again(ctx, func() error {
		needs := person.Needs()
		snap, err := g.store.Read(ctx, store.Wanted{Meeting: m.ID, Requirements: needs, Sessions: sessionsOf(needs), People: []string{person.ID}, Taught: true})
		if err != nil || snap.People[person.ID] == nil {
			return err
		}
		w := g.work(m, snap)
		w.cause = person.ID
		for _, k := range needs {
			if r := snap.Requirements[k]; r != nil && snap.Sessions[k.Session] != nil {
				w.set(r, func(r *meeting.Requirement) { r.Retired = true })
			}
		}
		p := snap.People[person.ID]
		p.Revoked = true
		w.people = append(w.people, p)
		w.teach(snap)
		return g.store.Commit(ctx, w.changes())
	})
	if err != nil {
		return fmt.Errorf("remove participant %s: %w", person.ID, err)
	}
	return nil
}
