package roster

import (
	"context"
	"strings"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/match"
	"dossier/internal/meeting"
	files "dossier/internal/roster"
)

// otherPeople gives a problem for each line of participants.csv that has the id of somebody else in the roster in force:
// it would hand over that person's filed documents and mailed links. A roster that is not newer than the one in force has
// none, for it does not take force.
func (f *Function) otherPeople(
	ctx context.Context,
	token string,
	r *meeting.Roster,
	accepted []*meeting.Accepted,
	participantsCSV []byte,
) ([]files.Problem, error) {
	m, err := f.store.Meeting(ctx, r.Meeting.ID)
	if fault.Is(err, fault.NotFound) || err == nil && m.Roster >= token {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	before := &meeting.Roster{}
	if err := f.bucket.GetJSON(ctx, m.Index, before); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	known, err := f.known(ctx, m.ID, filing.WithAccepted(before.Participants, accepted), r.Participants)
	if err != nil {
		return nil, err
	}
	return files.AnotherPersonAt(participantsCSV, renamed(known, r.Participants)), nil
}

// known adds to the people of the roster in force those who left it, if a new roster uses their ids again: documents filed
// under an id count again with it.
func (f *Function) known(ctx context.Context, id string, people, now []meeting.Participant) ([]meeting.Participant, error) {
	missing := map[string]bool{}
	for _, p := range now {
		missing[p.ID] = true
	}
	for _, p := range people {
		delete(missing, p.ID)
	}
	if len(missing) == 0 {
		return people, nil
	}
	sessions, err := f.store.AllSessions(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		required, err := f.store.Requirements(ctx, id, s.ID)
		if err != nil {
			return nil, err
		}
		for _, q := range required {
			if missing[q.Participant] && q.Name != "" {
				delete(missing, q.Participant)
				people = append(people, meeting.Participant{ID: q.Participant, Name: q.Name, Email: q.Email, Gender: q.Gender,
					Agency: q.Agency, Country: q.Country})
			}
		}
	}
	return people, nil
}

// renamed gives the people of a new roster whose ids were somebody else's before.
func renamed(before, now []meeting.Participant) []files.Renamed {
	was := map[string]meeting.Participant{}
	byAddress := map[string][]meeting.Participant{}
	holders := map[string]map[string]bool{} // ids by address
	for _, people := range [][]meeting.Participant{before, now} {
		for _, p := range people {
			address := strings.ToLower(p.Email)
			if holders[address] == nil {
				holders[address] = map[string]bool{}
			}
			holders[address][p.ID] = true
		}
	}
	for _, p := range before {
		was[p.ID] = p
		byAddress[strings.ToLower(p.Email)] = append(byAddress[strings.ToLower(p.Email)], p)
	}
	stays := map[string]bool{}
	for _, p := range now {
		stays[p.ID] = true
	}
	var all []files.Renamed
	for _, p := range now {
		old, there := was[p.ID]
		if !there {
			continue
		}
		namesake := false // another person of the roster has this name and address
		for _, q := range byAddress[strings.ToLower(p.Email)] {
			namesake = namesake || q.ID != p.ID && stays[q.ID] && p.Email != "" && differ(old.Email, p.Email) &&
				match.Likeness(q.Name, p.Name) >= match.AsOne
		}
		if namesake || !samePerson(old, p, len(holders[strings.ToLower(p.Email)]) == 1) {
			all = append(all, files.Renamed{Was: old, Is: p})
		}
	}
	return all
}
