package filing

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// UpdateDelegations brings the delegations, and the gender balance with them, to what the changed documents say: a
// letter that is filed has an entry in the delegation of each agency that it satisfies a nomination for. It reports
// whether a delegation grew beyond the meeting's quota; the changes are in the transaction all the same. Call it once,
// after the documents were changed.
func (tx *Tx) UpdateDelegations(ctx context.Context) (over bool, err error) {
	letters := tx.changedLetters()
	if len(letters) == 0 {
		return false, nil
	}
	var asked []store.AnyKey
	for _, d := range letters {
		asked = append(asked, store.RequirementKeys(tx.Meeting.ID, d.Satisfies)...)
	}
	if err := tx.Read(ctx, asked...); err != nil {
		return false, err
	}
	found := tx.findEntries(letters)
	asked = []store.AnyKey{store.BalanceKey(tx.Meeting.ID)}
	for _, key := range found.keys {
		asked = append(asked, store.DelegationKey(tx.Meeting.ID, key))
	}
	if err := tx.Read(ctx, asked...); err != nil {
		return false, err
	}
	for _, key := range found.keys {
		over = tx.updateDelegation(key, letters, found) || over
	}
	for _, d := range letters {
		d.Delegations = slices.Sorted(maps.Keys(found.entries[d.ID]))
	}
	return over, nil
}

// changedLetters are the changed documents that have a part in a delegation, or had one.
func (tx *Tx) changedLetters() []*meeting.Document {
	return slices.DeleteFunc(tx.Changed(), func(d *meeting.Document) bool {
		nominates := slices.ContainsFunc(d.Satisfies, isNomination)
		return !nominates && len(d.Delegations) == 0
	})
}

func isNomination(k meeting.RequirementKey) bool { return k.Kind == meeting.Nomination }

// entries is what letters say of delegations.
type entries struct {
	entries  map[string]map[string]*meeting.Entry // by document and delegation
	agencies map[string]*meeting.Delegation       // each without entries
	keys     []string                             // of all delegations that may change
}

// findEntries gives what the letters say, and the keys of the delegations that they were in before.
func (tx *Tx) findEntries(letters []*meeting.Document) entries {
	found := entries{entries: map[string]map[string]*meeting.Entry{}, agencies: map[string]*meeting.Delegation{}}
	for _, d := range letters {
		found.entries[d.ID] = map[string]*meeting.Entry{}
		found.keys = append(found.keys, d.Delegations...)
		if d.Status != meeting.Filed {
			continue
		}
		for _, k := range d.Satisfies {
			if r := tx.StoredRequirement(k); isNomination(k) && r != nil && !r.Retired {
				found.add(d, r)
			}
		}
	}
	slices.Sort(found.keys)
	found.keys = slices.Compact(found.keys)
	return found
}

// add notes that a letter nominates the participant of a requirement.
func (found *entries) add(d *meeting.Document, r *meeting.Requirement) {
	key := meeting.DelegationKey(r.Agency, r.Country)
	found.keys = append(found.keys, key)
	found.agencies[key] = &meeting.Delegation{Meeting: r.Meeting, Key: key, Agency: r.Agency, Country: r.Country}
	e := found.entries[d.ID][key]
	if e == nil {
		e = &meeting.Entry{Document: d.ID, Order: d.Order(), Replaced: replaced(d)}
		found.entries[d.ID][key] = e
	}
	if !slices.ContainsFunc(e.Officials, func(o meeting.Official) bool { return o.Participant == r.Participant }) {
		e.Officials = append(e.Officials, meeting.Official{Participant: r.Participant, Name: r.Name, Gender: r.Gender,
			Sector: r.Sector, Alternate: alternate(d, r.Participant)})
	}
}

// updateDelegation puts the letters' entries into one delegation. It reports whether that grew beyond the quota.
func (tx *Tx) updateDelegation(key string, letters []*meeting.Document, found entries) (over bool) {
	before := store.Get(tx.snap, store.DelegationKey(tx.Meeting.ID, key))
	if before == nil {
		before = found.agencies[key]
	}
	if before == nil {
		return false // it was never written
	}
	after := *before
	for _, d := range letters {
		e := found.entries[d.ID][key]
		if e == nil {
			e = &meeting.Entry{Document: d.ID}
		}
		after.Set(*e)
	}
	if reflect.DeepEqual(before.Entries, after.Entries) || len(before.Entries)+len(after.Entries) == 0 {
		return false
	}
	tx.others = append(tx.others, &after)
	tx.moveBalance(before, &after)
	return after.ExceedsQuota(before, tx.Meeting.NomineesPerAgency)
}

// moveBalance moves the gender balance from a delegation as it was to as it is.
func (tx *Tx) moveBalance(before, after *meeting.Delegation) {
	key := store.BalanceKey(tx.Meeting.ID)
	balance := store.Get(tx.snap, key)
	if balance == nil {
		balance = &meeting.Balance{Meeting: tx.Meeting.ID}
		store.Set(tx.snap, key, balance)
	}
	balance.ApplyChange(before, after)
	if !slices.Contains(tx.others, any(balance)) {
		tx.others = append(tx.others, balance)
	}
}

// replaced are the ids of participants whose places a letter gives to others.
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
	return d.Letter != nil && slices.ContainsFunc(d.Letter.Nominees, func(n meeting.Nominee) bool {
		return n.Participant == participant && n.Alternate
	})
}
