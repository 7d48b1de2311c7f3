package erase

import (
	"context"
	"path"
	"slices"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// left looks for the person everywhere in the meeting, but in the originals that concern others too.
func (f *Function) left(ctx context.Context, e *erasure) ([]string, error) {
	found, err := f.store.Mentions(ctx, e.Erasure)
	if err != nil {
		return nil, err
	}
	places, err := f.places(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		all, err := p.list(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			named, err := f.leftObject(ctx, e, p, o)
			if err != nil {
				return nil, err
			}
			found = append(found, named...)
		}
	}
	uploads, err := f.leftUploads(ctx, e)
	if err != nil {
		return nil, err
	}
	found = append(found, uploads...)
	slices.Sort(found)
	return slices.Compact(found), nil
}

// leftObject gives what still names the person of an object, and of the document whose text it is.
func (f *Function) leftObject(ctx context.Context, e *erasure, p place, o meeting.Object) ([]string, error) {
	data, _, noted, err := f.bucket.ReadUnpacked(ctx, o, maxObject)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []string
	named, err := e.in(o, data)
	if named {
		found = append(found, "object "+o.ID())
	}
	own := slices.Contains(noted, e.participant)
	if !p.note || !own && !slices.Contains(noted, around+e.participant) {
		return found, err
	}
	i := slices.IndexFunc(e.table.Documents, func(d *meeting.Document) bool { return d.Text == o.Key })
	if i < 0 { // the record of its document is gone
		return append(found, "object "+o.ID()), err
	}
	switch d := e.table.Documents[i]; {
	case e.isShared(d.ID):
	case d.Closed: // by an earlier run
		e.shared = append(e.shared, d)
	default:
		if own {
			found = append(found, "object "+d.ID) // its original
		}
		if up := d.Envelope; up != nil && !e.isClosed(up.Document) {
			found = append(found, "object "+up.Document) // that holds it too
		}
	}
	return found, err
}

func (e *erasure) isShared(document string) bool {
	return slices.ContainsFunc(e.shared, func(d *meeting.Document) bool { return d.ID == document })
}

// isClosed tells whether a document's original is closed, by this run or an earlier one, or is gone.
func (e *erasure) isClosed(document string) bool {
	i := slices.IndexFunc(e.table.Documents, func(d *meeting.Document) bool { return d.ID == document })
	return i < 0 || e.table.Documents[i].Closed || e.isShared(document) || slices.Contains(e.Documents, document)
}

// maxRaw bounds an original without a text, which is searched as it is: 8 MiB.
const maxRaw = 8 << 20

// leftUploads lists the uploads whose key names the person, or whose bytes do where nothing was read of them.
func (f *Function) leftUploads(ctx context.Context, e *erasure) ([]string, error) {
	all, err := f.bucket.AllVersions(ctx, bucket.IncomingPrefix(e.meeting.ID))
	if err != nil {
		return nil, err
	}
	parts, err := f.bucket.AllVersions(ctx, meeting.PartsPrefix(e.meeting.ID))
	if err != nil {
		return nil, err
	}
	all = append(all, parts...)
	unread := map[string]bool{}
	for _, d := range e.table.Documents {
		unread[d.ID] = d.Words == 0
	}
	var found []string
	for _, o := range all {
		if e.isShared(o.ID()) {
			continue
		}
		named := e.finder.Names(path.Base(o.Key))
		if known, ok := unread[o.ID()]; !named && (known || !ok) && o.Size <= maxRaw {
			data, err := f.bucket.Read(ctx, o, maxRaw)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			named = e.finder.Names(string(data))
		}
		if named {
			found = append(found, "object "+o.ID())
		}
	}
	return found, nil
}
