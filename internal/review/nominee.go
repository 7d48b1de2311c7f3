package review

import (
	"context"
	"maps"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/fold"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// nominee gives the letter that a decision is about, and the place of its open nominee in the letter's list.
func nominee(tx *filing.Tx, d meeting.Decision) (*meeting.Document, int, error) {
	doc, err := waiting(tx, d)
	if err != nil {
		return nil, 0, err
	}
	if doc.Letter == nil {
		return nil, 0, fault.Reject(meeting.RefusalNoSuchNominee, "document %s is no letter", d.Document)
	}
	i := slices.IndexFunc(doc.Letter.Nominees, func(n meeting.Nominee) bool {
		return n.Name == d.Nominee || d.NomineeID != "" && meeting.ParticipantID(doc.ID, n.Name) == d.NomineeID
	})
	if i < 0 {
		return nil, 0, fault.Reject(meeting.RefusalNoSuchNominee, "no such nominee in document %s", d.Document)
	}
	if !doc.Letter.Nominees[i].Open() {
		return nil, 0, fault.Reject(meeting.RefusalAlreadyDecided, "that nominee was decided about")
	}
	copyNominees(doc)
	return doc, i, nil
}

// copyNominees lets the nominees of a letter be changed: the audit keeps the letter as it was.
func copyNominees(doc *meeting.Document) {
	l := *doc.Letter
	l.Nominees = slices.Clone(l.Nominees)
	doc.Letter = &l
}

// accept puts a nominee on the roster, with what the new participant owes, and files the letter for the nominees who are
// on the roster, unless hold is set. Those who are still open hold up nobody. A nominee who was erased since comes no
// more.
type accept struct {
	meeting.Decision
	hold bool
}

func (a accept) apply(ctx context.Context, tx *filing.Tx) error {
	doc, i, err := nominee(tx, a.Decision)
	if err != nil {
		return err
	}
	if a.Erased {
		return decline(a).settle(ctx, tx, doc, i)
	}
	p := a.Participant
	if p == nil || p.Name == "" || len(p.Roles) == 0 || p.ID != meeting.ParticipantID(doc.ID, a.Nominee) {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no participant, or one without a role")
	}
	if err := a.enrol(ctx, tx, doc.ID); err != nil {
		return err
	}
	if doc.Status != meeting.Review && a.hold { // the nominee waits on, and staff see why
		doc.Reason = meeting.ReasonOverQuota
		tell(tx, doc)
		return nil
	}
	doc.Letter.Nominees[i].Participant = p.ID
	if doc.Status != meeting.Review {
		keys, err := nominationsOf(ctx, tx, []string{p.ID})
		if err != nil {
			return err
		}
		return extend(ctx, tx, doc, keys)
	}
	return fileForThoseOnRoster(ctx, tx, doc, a.Decision, a.hold)
}

// enrol makes the nominee a participant with requirements.
func (a accept) enrol(ctx context.Context, tx *filing.Tx, letter string) error {
	p := a.Participant
	needs, key := p.Needs(), store.PersonKey(a.Meeting, p.ID)
	if err := tx.ReadRequirements(ctx, needs); err != nil {
		return err
	}
	if err := tx.Read(ctx, key, store.AmendmentsKey(a.Meeting)); err != nil {
		return err
	}
	for _, k := range needs {
		if s := tx.Session(k.Session); s == nil || s.Removed {
			return fault.Reject(meeting.RefusalNoSuchRequirement, "no session %s", k.Session)
		}
		r := tx.StoredRequirement(k)
		if r == nil {
			fresh := meeting.NewRequirement(a.Meeting, k, *p)
			r = &fresh
			tx.AddRequirement(r)
		}
		tx.ChangeRequirement(r, func(r *meeting.Requirement) { r.Retired = false })
	}
	person := &meeting.Accepted{Participant: *p, Meeting: a.Meeting, Document: letter, By: a.By, At: a.At}
	if was := store.Get(tx.Snapshot(), key); was != nil {
		person.Rev = was.Rev
	}
	tx.Put(person, meeting.Effect{Participant: p.ID, InForceAfter: true})
	return tx.AmendRoster(ctx)
}

// decline turns a nominee down. A letter in review whose nominees are all decided is filed for those on the roster, and
// rejected if there are none.
type decline struct {
	meeting.Decision
	hold bool
}

func (a decline) apply(ctx context.Context, tx *filing.Tx) error {
	doc, i, err := nominee(tx, a.Decision)
	if err != nil {
		return err
	}
	return a.settle(ctx, tx, doc, i)
}

func (a decline) settle(ctx context.Context, tx *filing.Tx, doc *meeting.Document, i int) error {
	doc.Letter.Nominees[i].Declined = true
	switch open := slices.ContainsFunc(doc.Letter.Nominees, meeting.Nominee.Open); {
	case doc.Status != meeting.Review:
		return extend(ctx, tx, doc, nil)
	case open:
		return nil
	}
	return fileForThoseOnRoster(ctx, tx, doc, a.Decision, a.hold)
}

// confirm notes what an office says of its nominee; staff see it, and decide.
type confirm struct{ meeting.Decision }

func (a confirm) apply(_ context.Context, tx *filing.Tx) error {
	if a.Participant == nil || a.Participant.Name == "" {
		return fault.Reject(meeting.RefusalNoSuchNominee, "no name")
	}
	doc, i, err := nominee(tx, a.Decision)
	if err != nil {
		return err
	}
	doc.Letter.Nominees[i].Confirmed = &meeting.Confirmation{Name: a.Participant.Name, Email: a.Participant.Email}
	return nil
}

// fileForThoseOnRoster files a letter in review for its nominees who are on the roster. It is rejected if there are none.
func fileForThoseOnRoster(ctx context.Context, tx *filing.Tx, doc *meeting.Document, d meeting.Decision, hold bool) error {
	var people []string
	for _, n := range doc.Letter.Nominees {
		if n.Participant != "" && !n.Declined {
			people = append(people, n.Participant)
		}
	}
	switch {
	case len(people) == 0:
		doc.Status, doc.Reason = meeting.Rejected, meeting.ReasonNomineesDeclined
		tx.SendOutcome(doc)
		return nil
	case hold:
		doc.Reason = meeting.ReasonOverQuota
		return nil
	}
	keys, err := nominationsOf(ctx, tx, people)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		doc.Reason = meeting.ReasonNotRequired
		return nil
	}
	doc.Kind = meeting.Nomination
	return fileManually(ctx, tx, doc, d, keys)
}

// extend files a letter that was filed before for more of its nominees.
func extend(ctx context.Context, tx *filing.Tx, doc *meeting.Document, keys []meeting.RequirementKey) error {
	doc.Reason = ""
	if err := tx.Extend(ctx, doc, keys); err != nil {
		return err
	}
	tell(tx, doc)
	return nil
}

// tell lets the sender of a letter that was filed before know once nobody is open any more, or if the letter stands
// otherwise than the sender was told.
func tell(tx *filing.Tx, doc *meeting.Document) {
	if !doc.HasOpenNominees() || doc.NotifiedStatus != doc.Status {
		tx.SendOutcome(doc)
	}
}

// identify finds the people that staff file a letter for among its open nominees: the one whose name shares most words,
// else the only one who is left.
func identify(tx *filing.Tx, doc *meeting.Document, keys []meeting.RequirementKey) {
	if doc.Letter == nil {
		return
	}
	copyNominees(doc)
	names := map[string]string{}
	for _, k := range keys {
		names[k.Participant] = tx.Requirement(k).Name
	}
	nominees := doc.Letter.Nominees
	for _, n := range nominees {
		delete(names, n.Participant)
	}
	var unlike []string
	for _, id := range slices.Sorted(maps.Keys(names)) {
		if i := likest(nominees, names[id]); i >= 0 {
			nominees[i].Participant = id
		} else {
			unlike = append(unlike, id)
		}
	}
	if i := slices.IndexFunc(nominees, meeting.Nominee.Open); i >= 0 && len(unlike) == 1 &&
		!slices.ContainsFunc(nominees[i+1:], meeting.Nominee.Open) {
		nominees[i].Participant = unlike[0]
	}
}

// likest is the place of the open nominee whose name shares most words with a name; -1 if none shares two, or all of
// the shorter one's.
func likest(nominees []meeting.Nominee, name string) int {
	best, most := -1, 0
	words := fold.Words(name)
	for i, n := range nominees {
		if !n.Open() {
			continue
		}
		its, shared := fold.Words(n.Name), 0
		for _, w := range its {
			if slices.Contains(words, w) {
				shared++
			}
		}
		if shared >= min(2, len(its), len(words)) && shared > most {
			best, most = i, shared
		}
	}
	return best
}

// nominationsOf are the nominations that people owe, over all sessions.
func nominationsOf(ctx context.Context, tx *filing.Tx, people []string) ([]meeting.RequirementKey, error) {
	sessions, err := tx.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	var all, owed []meeting.RequirementKey
	for _, s := range sessions {
		for _, p := range people {
			k := meeting.RequirementKey{Session: s.ID, Kind: meeting.Nomination, Participant: p}
			all = append(all, k)
		}
	}
	if err := tx.Read(ctx, store.RequirementKeys(tx.Meeting.ID, all)...); err != nil {
		return nil, err
	}
	for _, k := range all {
		if r := tx.StoredRequirement(k); r != nil && !r.Retired {
			owed = append(owed, k)
		}
	}
	slices.SortFunc(owed, meeting.RequirementKey.Compare)
	return slices.Compact(owed), nil
}
