package erase

import (
	"context"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// erasure is the erasing of one person.
type erasure struct {
	meeting meeting.Meeting
	roster  meeting.Roster // in force
	table   *store.Survey
	who
	store.Erasure
	own, shared []*meeting.Document
}

func (f *Function) erase(ctx context.Context, r Request) (Report, error) {
	var report Report
	e, err := f.begin(ctx, r)
	if err != nil {
		return report, err
	}
	report.Namesakes = e.namesakes
	for _, d := range e.own {
		if err := f.document(ctx, e.meeting, d); err != nil {
			return report, err
		}
		report.Documents++
	}
	for _, d := range e.shared {
		if err := f.share(ctx, e, d); err != nil {
			return report, err
		}
	}
	if report.Objects, err = f.objects(ctx, e); err != nil {
		return report, err
	}
	done, err := f.store.Erase(ctx, e.Erasure)
	report.Deleted, report.Redacted = done.Deleted, done.Redacted
	if err != nil {
		return report, err
	}
	report.Left, err = f.left(ctx, e)
	for _, d := range e.shared {
		report.Shared = append(report.Shared, d.ID)
	}
	report.Kept = kept()
	f.log.InfoContext(ctx, "erased", "meeting", r.Meeting, "participant", r.Participant,
		"documents", report.Documents, "objects", report.Objects, "deleted", report.Deleted, "redacted", report.Redacted,
		"shared", len(report.Shared), "left", len(report.Left))
	return report, err
}

// begin finds out who is to be erased, and takes an accepted nominee off the roster.
func (f *Function) begin(ctx context.Context, r Request) (*erasure, error) {
	m, err := f.store.Meeting(ctx, r.Meeting)
	if err != nil {
		return nil, err
	}
	e := &erasure{meeting: *m}
	if err := f.bucket.GetJSON(ctx, m.Index, &e.roster); err != nil {
		return nil, err
	}
	if _, ok := e.roster.Participant(r.Participant); ok {
		return nil, fault.Reject(meeting.RefusalStillOnRoster,
			"participant %s is on the roster: take the line out of participants.csv first", r.Participant)
	}
	if e.table, err = f.store.Survey(ctx, m.ID); err != nil {
		return nil, err
	}
	if e.who, err = f.identify(ctx, e, r); err != nil {
		return nil, err
	}
	for _, a := range e.table.Accepted {
		if a.ID == r.Participant && !a.Revoked {
			if err := f.registry.Remove(ctx, *m, a); err != nil {
				return nil, err
			}
		}
	}
	e.Erasure = store.Erasure{Meeting: m.ID, Person: e.finder, Elsewhere: e.table.Elsewhere, Leaver: meeting.Leaver{
		Participant: r.Participant, Is: e.isName, IsAddress: e.finder.IsAddress}}
	for _, h := range e.table.Hints {
		if h.Participant == r.Participant {
			e.Hints = append(e.Hints, h.ID)
		}
	}
	return e, f.sort(ctx, e)
}

// sort tells the documents that are the person's alone from those that concern others too.
func (f *Function) sort(ctx context.Context, e *erasure) error {
	byID := map[string]*meeting.Document{}
	for _, d := range e.table.Documents {
		byID[d.ID] = d
	}
	how := map[string]concern{}
	for _, d := range e.table.Documents {
		var err error
		if how[d.ID], err = f.concern(ctx, e, d, byID[d.PartOf]); err != nil {
			return err
		}
	}
	for _, d := range e.table.Documents {
		switch together(how[d.ID], d.Enclosed, how) {
		case alone:
			e.own = append(e.own, d)
			e.Documents = append(e.Documents, d.ID)
		case among:
			e.shared = append(e.shared, d)
		}
	}
	slices.Sort(e.Documents)
	return nil
}

// concern tells how far a document concerns the person: by ids, and by its words where nobody's id stands on it. whole is the
// document that it is a part of, or nil.
func (f *Function) concern(ctx context.Context, e *erasure, d, whole *meeting.Document) (concern, error) {
	how := e.concerns(d, whole)
	if how != apart || !isUnfiled(d) || !e.finder.Names(says(d)) {
		return how, nil
	}
	others, err := f.namesOthers(ctx, e, d)
	if others {
		return among, err
	}
	return alone, err
}
