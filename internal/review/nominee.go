package review

import (
	"context"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// nominee gives the letter in review that a decision is about, and the place of its nominee in the letter's list.
func nominee(tx *filing.Tx, d meeting.Decision) (*meeting.Document, int, error) {
	doc, err := inReview(tx, d)
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
	if n := doc.Letter.Nominees[i]; n.Declined || n.Participant != "" {
		return nil, 0, fault.Reject(meeting.RefusalAlreadyDecided, "that nominee was decided about")
	}
	// The audit keeps the letter as it was: the change is made in a copy.
	l := *doc.Letter
	l.Nominees = slices.Clone(l.Nominees)
	doc.Letter = &l
	return doc, i, nil
}

// accept puts a nominee on the roster, with what the new participant owes. It files the letter when nothing else about
// it is open, unless hold is set. A nominee who was erased since comes no more, and the letter is filed for the others.
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
		doc.Letter.Nominees[i].Declined = true
		return fileWhenDecided(ctx, tx, doc, a.Decision, a.hold)
	}
	p := a.Participant
	if p == nil || p.Name == "" || len(p.Roles) == 0 || p.ID != meeting.ParticipantID(doc.ID, a.Nominee) {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no participant, or one without a role")
	}
	if err := a.enrol(ctx, tx, doc.ID); err != nil {
		return err
	}
	doc.Letter.Nominees[i].Participant = p.ID
	return fileWhenDecided(ctx, tx, doc, a.Decision, a.hold)
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

// decline turns a nominee down. A letter that has no other nominee left is rejected.
type decline struct {
	meeting.Decision
	hold bool
}

func (a decline) apply(ctx context.Context, tx *filing.Tx) error {
	doc, i, err := nominee(tx, a.Decision)
	if err != nil {
		return err
	}
	doc.Letter.Nominees[i].Declined = true
	return fileWhenDecided(ctx, tx, doc, a.Decision, a.hold)
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

// fileWhenDecided files a letter once each of its nominees is on the roster or declined.
func fileWhenDecided(ctx context.Context, tx *filing.Tx, doc *meeting.Document, d meeting.Decision, hold bool) error {
	people, open := comers(doc.Letter)
	switch {
	case open:
		return nil
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

// comers are the ids of a letter's nominees who were not declined; open tells that one of them is not on the roster.
func comers(l *meeting.Letter) (people []string, open bool) {
	for _, n := range l.Nominees {
		if n.Declined {
			continue
		}
		if n.Participant == "" {
			return nil, true
		}
		people = append(people, n.Participant)
	}
	return people, false
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
