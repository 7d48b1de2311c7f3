package filing

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// delegate brings the delegations, and the balance with them, to what the documents of the work say: a letter that is
// filed has an entry for those whom it serves in the delegation of each one's agency. It tells whether a delegation grew
// beyond the quota.
func (g *Registry) delegate(ctx context.Context, w *work) (over bool, err error) {
	letters := map[string]map[string]*meeting.Entry{} // entries by document and delegation
	var lacking []meeting.RequirementKey
	for id, d := range w.documents {
		nominates := slices.ContainsFunc(d.Satisfies, func(k meeting.RequirementKey) bool { return k.Kind == meeting.Nomination })
		if !nominates && len(d.Delegations) == 0 {
			continue
		}
		letters[id] = map[string]*meeting.Entry{}
		for _, k := range d.Satisfies {
			if k.Kind == meeting.Nomination && w.snap.Requirements[k] == nil {
				lacking = append(lacking, k)
			}
		}
	}
	if len(letters) == 0 {
		return false, nil
	}
	more, err := g.store.Read(ctx, store.Wanted{Meeting: w.meeting.ID, Requirements: lacking})
	if err != nil {
		return false, err
	}
	agencies := map[string]*meeting.Delegation{}
	var keys []string
	for id := range letters {
		d := w.documents[id]
		keys = append(keys, d.Delegations...)
		if d.Status != meeting.Filed {
			continue
		}
		for _, k := range d.Satisfies {
			r := w.snap.Requirements[k]
			if r == nil {
				r = more.Requirements[k]
			}
			if r == nil || r.Retired || k.Kind != meeting.Nomination {
				continue
			}
			key := meeting.DelegationKey(r.Agency, r.Country)
			agencies[key] = &meeting.Delegation{Meeting: w.meeting.ID, Key: key, Agency: r.Agency, Country: r.Country}
			e := letters[id][key]
			if e == nil {
				e = &meeting.Entry{Document: id, Order: d.Order(), Replaced: replaced(d)}
				letters[id][key] = e
				keys = append(keys, key)
			}
			if !slices.ContainsFunc(e.Officials, func(o meeting.Official) bool { return o.Participant == k.Participant }) {
				e.Officials = append(e.Officials, meeting.Official{Participant: k.Participant, Name: r.Name, Gender: r.Gender, Sector: r.Sector, Alternate: alternate(d, k.Participant)})
			}
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	stored, err := g.store.Read(ctx, store.Wanted{Meeting: w.meeting.ID, Delegations: keys, Balance: true})
	if err != nil {
		return false, err
	}
	balance := stored.Balance
	if balance == nil {
		balance = &meeting.Balance{Meeting: w.meeting.ID}
	}
	for _, key := range keys {
		before := stored.Delegations[key]
		if before == nil {
			before = agencies[key]
		}
		if before == nil {
			continue // it was never written
		}
		after := *before
		for _, id := range slices.Sorted(maps.Keys(letters)) {
			e := letters[id][key]
			if e == nil {
				e = &meeting.Entry{Document: id}
			}
			after.Set(*e)
		}
		if reflect.DeepEqual(before.Entries, after.Entries) || len(before.Entries)+len(after.Entries) == 0 {
			continue
		}
		was, _ := before.Members()
		is, _ := after.Members()
		if most := w.meeting.NomineesPerAgency; most > 0 && len(is) > most && len(is) > len(was) {
			over = true
		}
		balance.ApplyChange(before, &after)
		w.delegations = append(w.delegations, &after)
		w.balance = balance
	}
	for id, entries := range letters {
		w.documents[id].Delegations = slices.Sorted(maps.Keys(entries))
	}
	return over, nil
}

// replaced are the participants whose places a letter gives to others.
func replaced(d *meeting.Document) []string {
	var ids []string
	if d.Letter != nil {
		for _, n := range d.Letter.Nominees {
			if n.ReplacesID != "" && !n.Declined {
				ids = append(ids, n.ReplacesID)
			}
		}
	}
	return ids
}

// alternate tells whether a letter names a participant as one who comes when another cannot.
func alternate(d *meeting.Document, participant string) bool {
	return d.Letter != nil && slices.ContainsFunc(d.Letter.Nominees, func(n meeting.Nominee) bool { return n.Participant == participant && n.Alternate })
}
