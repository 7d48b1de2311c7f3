package intake

import (
	"context"
	"slices"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
)

// recognize files a letter with open nominees for those of them that the roster in force knows. If the roster changes
// meanwhile, it looks again.
func (in *Intake) recognize(ctx context.Context, doc meeting.Document, c *content.Content) (*meeting.Document, error) {
	for range maxRosterChanges {
		r, err := in.roster(ctx, doc.Meeting)
		if err != nil {
			return nil, err
		}
		known, err := in.recognized(ctx, doc, c, r)
		if err != nil {
			return nil, err
		}
		out, err := in.Registry.Recognize(ctx, r.meeting, r.version, doc.ID, known)
		if err != nil || out == nil || !out.HasOpenNominees() {
			return out, err
		}
		now, version, err := in.rosterVersion(ctx, doc.Meeting)
		if err != nil || now == nil || version == out.RosterVersion {
			return out, err
		}
	}
	return nil, fault.New(fault.Transient, "the roster keeps changing")
}

// recognized gives the open nominees of a letter that the roster knows, if the letter would be filed now.
func (in *Intake) recognized(
	ctx context.Context, doc meeting.Document, c *content.Content, r roster,
) ([]filing.Recognized, error) {
	l, err := in.resolveLink(ctx, doc)
	if err != nil || l.problem != "" || r.index == nil {
		return nil, err
	}
	facts, err := in.facts(ctx, doc, c, l)
	if err != nil {
		return nil, err
	}
	found, err := in.match(ctx, r, facts)
	if err != nil || found.Letter == nil {
		return nil, err
	}
	var known []filing.Recognized
	for _, n := range found.Letter.Nominees {
		waits := func(o meeting.Nominee) bool { return o.Open() && o.Name == n.Name }
		another := func(k meeting.RequirementKey) bool { return k.Participant != n.Participant }
		keys := slices.DeleteFunc(slices.Clone(found.File), another)
		if len(keys) > 0 && slices.ContainsFunc(doc.Letter.Nominees, waits) {
			known = append(known, filing.Recognized{Nominee: n.Name, Participant: n.Participant, For: keys})
		}
	}
	return known, nil
}

// rematch looks again at a document that waits, if the roster has changed since.
func (in *Intake) rematch(ctx context.Context, doc meeting.Document) (*meeting.Document, error) {
	m, version, err := in.rosterVersion(ctx, doc.Meeting)
	if err != nil {
		return nil, err
	}
	if m == nil || version == doc.RosterVersion {
		return &doc, nil
	}
	again := func(ctx context.Context) (*meeting.Document, error) {
		c, err := in.text(ctx, doc)
		switch {
		case bucket.Gone(err, doc.Object):
			in.Log.WarnContext(ctx, "text and object version are gone", "document", doc.ID)
			return in.unchanged(ctx, doc)
		case err != nil:
			return nil, err
		case doc.Status != meeting.Review:
			return in.recognize(ctx, doc, c)
		}
		return in.file(ctx, doc, c)
	}
	aside := func(ctx context.Context) (*meeting.Document, error) { return in.unchanged(ctx, doc) }
	return in.attempt(ctx, doc.ID, again, aside)
}
