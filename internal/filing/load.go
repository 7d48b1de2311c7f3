package filing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// ErrSuperseded means that a newer roster has taken over; there is nothing more to do for this one.
var ErrSuperseded = errors.New("a newer roster has taken over")

// chunk is how many requirements one transaction of a load holds, beside their session.
const chunk = store.MaxTransaction - 10

// Load puts a roster in force: requirements are added and removed in place, what is filed is kept, and completeness
// is settled once everything of a session is loaded. The roster's Meeting.Roster is its token and Meeting.Index its
// index. A load that was cut off anywhere can be run again and ends the same; one that meets a newer roster
// stops with ErrSuperseded.
//
// The token fences: each session notes the newest token that touched it, every write of a load demands that it
// is still its own, and while a session's Loading is set no completeness is decided.
func (g *Registry) Load(ctx context.Context, r *meeting.Roster) error {
	m := r.Meeting
	stored, err := g.store.AllSessions(ctx, m.ID)
	if err != nil {
		return fmt.Errorf("load roster of %s: %w", m.ID, err)
	}
	plans := slices.Clone(r.Sessions)
	removed := map[string]bool{}
	for _, s := range stored {
		if _, ok := r.Session(s.ID); !ok {
			removed[s.ID] = true
			plans = append(plans, s.Plan)
		}
	}
	// Nominees whom staff accepted are on the roster as well, under the ids that they were given then.
	accepted, err := g.store.Accepted(ctx, m.ID)
	if err != nil {
		return fmt.Errorf("load roster of %s: %w", m.ID, err)
	}
	people := WithAccepted(r.Participants, accepted)
	wanted := map[string]map[meeting.RequirementKey]meeting.Requirement{}
	for _, p := range people {
		for _, k := range p.Needs() {
			if wanted[k.Session] == nil {
				wanted[k.Session] = map[meeting.RequirementKey]meeting.Requirement{}
			}
			wanted[k.Session][k] = meeting.NewRequirement(m.ID, k, p)
		}
	}
	var letters []string
	steps := []func(meeting.Plan) error{
		func(p meeting.Plan) error { return g.begin(ctx, m, p, removed[p.ID]) },
		func(p meeting.Plan) error {
			in, err := g.requirements(ctx, m, p.ID, wanted[p.ID])
			letters = append(letters, in...)
			return err
		},
	}
	for _, step := range steps {
		for _, p := range plans {
			if err := step(p); err != nil {
				return fmt.Errorf("load session %s of %s: %w", p.ID, m.ID, err)
			}
		}
	}
	if err := g.store.SetMeeting(ctx, &m); err != nil {
		if errors.Is(err, store.ErrConflict) {
			err = ErrSuperseded
		}
		return fmt.Errorf("load roster of %s: %w", m.ID, err)
	}
	if err := g.regroup(ctx, m, letters); err != nil {
		return fmt.Errorf("load delegations of %s: %w", m.ID, err)
	}
	for _, p := range plans {
		if err := g.finish(ctx, m, p.ID); err != nil {
			return fmt.Errorf("settle session %s of %s: %w", p.ID, m.ID, err)
		}
	}
	return nil
}

// session runs one change of a session that this load holds.
func (g *Registry) session(ctx context.Context, m meeting.Meeting, id string, keys []meeting.RequirementKey, change func(*work, *meeting.Session) error) error {
	return g.again(ctx, func() error {
		snap, err := g.store.Read(ctx, store.Wanted{Meeting: m.ID, Sessions: []string{id}, Requirements: keys})
		if err != nil {
			return err
		}
		s := snap.Sessions[id]
		if s == nil {
			s = &meeting.Session{Meeting: m.ID}
			s.ID = id
			snap.Sessions[id] = s
		}
		if s.Roster > m.Roster {
			return ErrSuperseded
		}
		// The same roster loaded twice at once: whoever comes to a session that is done leaves it alone.
		if s.Roster == m.Roster && s.Loading == "" {
			return nil
		}
		w := g.work(m, snap)
		w.cause, w.touched = m.Roster, []string{id}
		if err := change(w, s); err != nil {
			return err
		}
		return g.store.Commit(ctx, w.changes())
	})
}

func (g *Registry) begin(ctx context.Context, m meeting.Meeting, p meeting.Plan, removed bool) error {
	return g.session(ctx, m, p.ID, nil, func(_ *work, s *meeting.Session) error {
		s.Plan, s.Removed, s.Loading, s.Roster = p, removed, m.Roster, m.Roster
		return nil
	})
}

// requirements brings a session's requirements to what the roster wants, some at a time. It gives the letters that are in.
func (g *Registry) requirements(ctx context.Context, m meeting.Meeting, session string, wanted map[meeting.RequirementKey]meeting.Requirement) (letters []string, err error) {
	stored, err := g.store.Requirements(ctx, m.ID, session)
	if err != nil {
		return nil, err
	}
	differs := map[meeting.RequirementKey]bool{}
	for k := range wanted {
		differs[k] = true
	}
	for _, r := range stored {
		if r.Kind == meeting.Nomination && r.Document != "" {
			letters = append(letters, r.Document)
		}
		want, ok := wanted[r.RequirementKey]
		if ok && want.Profile == r.Profile && !r.Retired {
			delete(differs, r.RequirementKey)
		} else if ok || !r.Retired {
			differs[r.RequirementKey] = true
		}
	}
	keys := make([]meeting.RequirementKey, 0, len(differs))
	for k := range differs {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, meeting.RequirementKey.Compare)
	for some := range slices.Chunk(keys, chunk) {
		err := g.session(ctx, m, session, some, func(w *work, _ *meeting.Session) error {
			for _, k := range some {
				w.want(k, wanted)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// want makes one requirement as the roster wants it, and keeps what is filed.
func (w *work) want(k meeting.RequirementKey, wanted map[meeting.RequirementKey]meeting.Requirement) {
	want, ok := wanted[k]
	r := w.snap.Requirements[k]
	switch {
	case r == nil && !ok:
	case r == nil:
		w.set(&want, func(*meeting.Requirement) {})
	default:
		w.set(r, func(r *meeting.Requirement) {
			r.Retired = !ok
			if ok {
				r.Profile = want.Profile
			}
		})
	}
}

// finish lets a session go and decides its completeness.
func (g *Registry) finish(ctx context.Context, m meeting.Meeting, session string) error {
	return g.session(ctx, m, session, nil, func(_ *work, s *meeting.Session) error {
		s.Loading = ""
		return nil
	})
}

// WithAccepted adds the nominees whom staff accepted to a roster's participants. Where the roster has the id, it knows
// better.
func WithAccepted(people []meeting.Participant, accepted []*meeting.Accepted) []meeting.Participant {
	people = slices.Clone(people)
	for _, a := range accepted {
		if !slices.ContainsFunc(people, func(p meeting.Participant) bool { return p.ID == a.ID }) {
			people = append(people, a.Participant)
		}
	}
	return people
}

// regroup brings the delegations to what a new roster says of agencies, genders and sectors, and of who is asked for at
// all: the letters are those that were in when the load came to their sessions, and what has come in since has an entry. What
// it costs depends on how many nominations there are, once a load.
func (g *Registry) regroup(ctx context.Context, m meeting.Meeting, letters []string) error {
	all, err := g.store.Delegations(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, d := range all {
		for _, e := range d.Entries {
			letters = append(letters, e.Document)
		}
	}
	slices.Sort(letters)
	for _, id := range slices.Compact(letters) {
		err := g.again(ctx, func() error {
			snap, err := g.store.Read(ctx, store.Wanted{Meeting: m.ID, Documents: []string{id}})
			if err != nil || snap.Documents[id] == nil {
				return err
			}
			w := g.work(m, snap)
			w.touch(snap.Documents[id])
			if _, err := g.delegate(ctx, w); err != nil || len(w.delegations) == 0 {
				return err
			}
			return g.store.Commit(ctx, w.changes())
		})
		if err != nil {
			return err
		}
	}
	return nil
}
