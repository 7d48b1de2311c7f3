package filing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// ErrSuperseded means that a newer roster has taken over; there is nothing more to do for this one.
var ErrSuperseded = errors.New("a newer roster has taken over")

// maxRequirements is how many requirements one transaction of a load holds, beside their session.
const maxRequirements = store.MaxTransaction - 10

// Load puts a roster in force: requirements are added and removed in place, filed documents are kept, and completeness
// is decided once everything of a session is loaded. The roster's Meeting.Roster is its token and Meeting.Index its
// index. A load that was cut off anywhere can be run again and ends the same; one that meets a newer roster
// stops with ErrSuperseded.
//
// The token fences: each session notes the newest token that touched it, every write of a load demands that it
// is still its own, and while a session's Loading is set no completeness is decided.
func (r *Registry) Load(ctx context.Context, roster *meeting.Roster) error {
	if err := r.load(ctx, roster); err != nil {
		return fmt.Errorf("load roster of %s: %w", roster.Meeting.ID, err)
	}
	return nil
}

func (r *Registry) load(ctx context.Context, roster *meeting.Roster) error {
	m := roster.Meeting
	stored, err := r.store.AllSessions(ctx, m.ID)
	if err != nil {
		return err
	}
	// Nominees accepted by staff are on the roster as well, under the ids that they were given then.
	accepted, err := r.store.Accepted(ctx, m.ID)
	if err != nil {
		return err
	}
	plans, removed := plansOf(roster, stored)
	wanted := wantedBySession(m.ID, WithAccepted(roster.Participants, accepted))
	for _, p := range plans {
		if err := r.beginSession(ctx, m, p, removed[p.ID]); err != nil {
			return fmt.Errorf("begin session %s: %w", p.ID, err)
		}
	}
	var letters []string
	for _, p := range plans {
		filed, err := r.loadRequirements(ctx, m, p.ID, wanted[p.ID])
		if err != nil {
			return fmt.Errorf("session %s: %w", p.ID, err)
		}
		letters = append(letters, filed...)
	}
	err = r.store.SetMeeting(ctx, &m)
	if errors.Is(err, store.ErrConflict) {
		return ErrSuperseded
	}
	if err != nil {
		return err
	}
	if err := r.reloadDelegations(ctx, m, letters); err != nil {
		return fmt.Errorf("delegations: %w", err)
	}
	for _, p := range plans {
		if err := r.finishSession(ctx, m, p.ID); err != nil {
			return fmt.Errorf("finish session %s: %w", p.ID, err)
		}
	}
	return nil
}

// plansOf are the sessions of the roster, and those stored that it does not have any more.
func plansOf(roster *meeting.Roster, stored []*meeting.Session) (plans []meeting.Plan, removed map[string]bool) {
	plans, removed = slices.Clone(roster.Sessions), map[string]bool{}
	for _, s := range stored {
		if _, ok := roster.Session(s.ID); !ok {
			removed[s.ID] = true
			plans = append(plans, s.Plan)
		}
	}
	return plans, removed
}

type requirementSet map[meeting.RequirementKey]meeting.Requirement

func wantedBySession(meetingID string, people []meeting.Participant) map[string]requirementSet {
	wanted := map[string]requirementSet{}
	for _, p := range people {
		for _, k := range p.Needs() {
			if wanted[k.Session] == nil {
				wanted[k.Session] = requirementSet{}
			}
			wanted[k.Session][k] = meeting.NewRequirement(meetingID, k, p)
		}
	}
	return wanted
}

// changeSession makes one change of a session that this load holds.
func (r *Registry) changeSession(ctx context.Context, m meeting.Meeting, id string, keys []meeting.RequirementKey,
	change func(*Tx, *meeting.Session)) error {
	return r.Transact(ctx, m, m.Roster, func(ctx context.Context, tx *Tx) error {
		if err := tx.Read(ctx, append(requirementKeys(m.ID, keys), store.SessionKey(m.ID, id))...); err != nil {
			return err
		}
		s := tx.Session(id)
		if s == nil {
			s = &meeting.Session{Meeting: m.ID, Plan: meeting.Plan{ID: id}}
			store.Set(tx.snap, store.SessionKey(m.ID, id), s)
		}
		if s.Roster > m.Roster {
			return ErrSuperseded
		}
		// The same roster loaded twice at once: the second one leaves a session that is done alone.
		if s.Roster == m.Roster && s.Loading == "" {
			return nil
		}
		tx.sessions = []string{id}
		change(tx, s)
		return nil
	})
}

func (r *Registry) beginSession(ctx context.Context, m meeting.Meeting, p meeting.Plan, removed bool) error {
	return r.changeSession(ctx, m, p.ID, nil, func(_ *Tx, s *meeting.Session) {
		s.Plan, s.Removed, s.Loading, s.Roster = p, removed, m.Roster, m.Roster
	})
}

// finishSession lets a session go and decides its completeness.
func (r *Registry) finishSession(ctx context.Context, m meeting.Meeting, id string) error {
	return r.changeSession(ctx, m, id, nil, func(_ *Tx, s *meeting.Session) { s.Loading = "" })
}

// loadRequirements brings a session's requirements to what the roster wants, some at a time. It gives the ids of the
// letters that are in.
func (r *Registry) loadRequirements(ctx context.Context, m meeting.Meeting, session string, wanted requirementSet) (letters []string, err error) {
	stored, err := r.store.Requirements(ctx, m.ID, session)
	if err != nil {
		return nil, err
	}
	for _, q := range stored {
		if q.Kind == meeting.Nomination && q.Document != "" {
			letters = append(letters, q.Document)
		}
	}
	for some := range slices.Chunk(differing(stored, wanted), maxRequirements) {
		err := r.changeSession(ctx, m, session, some, func(tx *Tx, _ *meeting.Session) {
			for _, k := range some {
				tx.loadRequirement(k, wanted)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// differing are the keys of requirements that are not stored as the roster wants them.
func differing(stored []*meeting.Requirement, wanted requirementSet) []meeting.RequirementKey {
	differ := map[meeting.RequirementKey]bool{}
	for k := range wanted {
		differ[k] = true
	}
	for _, r := range stored {
		want, ok := wanted[r.RequirementKey]
		switch {
		case ok && want.Profile == r.Profile && !r.Retired:
			delete(differ, r.RequirementKey)
		case ok || !r.Retired:
			differ[r.RequirementKey] = true
		}
	}
	return slices.SortedFunc(maps.Keys(differ), meeting.RequirementKey.Compare)
}

// loadRequirement makes one requirement as the roster wants it, and keeps filed documents.
func (tx *Tx) loadRequirement(k meeting.RequirementKey, wanted requirementSet) {
	want, ok := wanted[k]
	r := tx.StoredRequirement(k)
	switch {
	case r == nil && !ok:
	case r == nil:
		tx.AddRequirement(&want)
		tx.ChangeRequirement(&want, func(*meeting.Requirement) {})
	default:
		tx.ChangeRequirement(r, func(r *meeting.Requirement) {
			r.Retired = !ok
			if ok {
				r.Profile = want.Profile
			}
		})
	}
}

// WithAccepted adds the nominees accepted by staff to a roster's participants. Where the roster has the id too, its
// participant stays.
func WithAccepted(people []meeting.Participant, accepted []*meeting.Accepted) []meeting.Participant {
	people = slices.Clone(people)
	for _, a := range accepted {
		if !slices.ContainsFunc(people, func(p meeting.Participant) bool { return p.ID == a.ID }) {
			people = append(people, a.Participant)
		}
	}
	return people
}

// reloadDelegations brings the delegations to what a new roster says of agencies, genders and sectors, and of who is
// asked for at all. The letters are those that were in when the load came to their sessions; what has come in since has
// an entry. The cost grows with the number of nominations, once a load.
func (r *Registry) reloadDelegations(ctx context.Context, m meeting.Meeting, letters []string) error {
	all, err := r.store.Delegations(ctx, m.ID)
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
		err := r.Transact(ctx, m, "", func(ctx context.Context, tx *Tx) error {
			return tx.reloadLetter(ctx, id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reloadLetter brings a letter's entries up to date. A letter whose entries stand as they should is not written.
func (tx *Tx) reloadLetter(ctx context.Context, id string) error {
	if err := tx.Read(ctx, store.DocumentKey(id)); err != nil {
		return err
	}
	d := tx.Document(id)
	if d == nil {
		return nil
	}
	tx.MarkChanged(d)
	if _, err := tx.UpdateDelegations(ctx); err != nil {
		return err
	}
	if len(tx.others) == 0 {
		clear(tx.documents)
	}
	return nil
}

// Remove takes a nominee accepted by staff off the roster again, with all that the person owes.
func (r *Registry) Remove(ctx context.Context, m meeting.Meeting, person *meeting.Accepted) error {
	err := r.Transact(ctx, m, person.ID, func(ctx context.Context, tx *Tx) error {
		needs, key := person.Needs(), store.PersonKey(m.ID, person.ID)
		asked := append(requirementKeys(m.ID, needs), key, store.AmendmentsKey(m.ID))
		if err := tx.Read(ctx, asked...); err != nil {
			return err
		}
		p := store.Get(tx.snap, key)
		if p == nil {
			return nil
		}
		for _, k := range needs {
			if q := tx.StoredRequirement(k); q != nil && tx.Session(k.Session) != nil {
				tx.ChangeRequirement(q, func(q *meeting.Requirement) { q.Retired = true })
			}
		}
		p.Revoked = true
		tx.Put(p, meeting.Effect{})
		return tx.AmendRoster(ctx)
	})
	if err != nil {
		return fmt.Errorf("remove participant %s: %w", person.ID, err)
	}
	return nil
}
