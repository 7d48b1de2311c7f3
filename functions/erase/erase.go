package erase

import (
	"context"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func (f *Function) erase(ctx context.Context, r Request) (Report, error) {
	var report Report
	m, err := f.store.Meeting(ctx, r.Meeting)
	if err != nil {
		return report, err
	}
	var roster meeting.Roster
	if err := f.bucket.GetJSON(ctx, m.Index, &roster); err != nil {
		return report, err
	}
	if _, ok := roster.Participant(r.Participant); ok {
		return report, fault.Reject(
			meeting.RefusalStillOnRoster,
			"participant %s is on the roster: take the line out of participants.csv first",
			r.Participant,
		)
	}
	e, err := f.person(ctx, r)
	if err != nil {
		return report, err
	}
	documents, err := f.store.AllDocuments(ctx, r.Meeting)
	if err != nil {
		return report, err
	}
	var own []*meeting.Document
	for _, d := range documents {
		switch concerns(d, r.Participant, &e) {
		case alone:
			own = append(own, d)
			e.Documents = append(e.Documents, d.ID)
		case among:
			report.Shared = append(report.Shared, d.ID)
		}
	}
	for _, d := range own {
		if err := f.document(ctx, *m, d); err != nil {
			return report, err
		}
		report.Documents++
	}
	words, err := e.Pattern()
	if err != nil {
		return report, err
	}
	if report.Objects, err = f.objects(ctx, m, words); err != nil {
		return report, err
	}
	done, err := f.store.Erase(ctx, e)
	report.Deleted, report.Redacted = done.Deleted, done.Redacted
	if err != nil {
		return report, err
	}
	report.Left, err = f.left(ctx, m, e, words, report.Shared)
	f.log.InfoContext(
		ctx,
		"erased",
		"meeting",
		r.Meeting,
		"participant",
		r.Participant,
		"documents",
		report.Documents,
		"objects",
		report.Objects,
		"deleted",
		report.Deleted,
		"redacted",
		report.Redacted,
		"shared",
		len(report.Shared),
		"left",
		len(report.Left),
	)
	return report, err
}
