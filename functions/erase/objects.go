package erase

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/person"
	"dossier/internal/roster"
)

// maxObject bounds an object that is searched: 256 MiB.
const maxObject = 256 << 20

// atOnce is how many objects are looked at at the same time.
const atOnce = 8

// document erases one with its object version and its text.
func (f *Function) document(ctx context.Context, m meeting.Meeting, d *meeting.Document) error {
	if err := f.registry.Release(ctx, m, d.ID); err != nil {
		return err
	}
	if err := f.bucket.Delete(ctx, d.Object); err != nil {
		return err
	}
	if d.IsPart() { // its upload may stay: an empty part tells that it was erased, also when the table is made anew
		if err := f.bucket.EmptyPart(ctx, d.Key); err != nil {
			return err
		}
	}
	if d.Text == "" {
		return nil
	}
	_, err := f.empty(ctx, d.Text)
	return err
}

// share takes the person out of a document that concerns others too, and shows its original to nobody but those who
// decide. That is a decision like any other, so that it holds in a table that is made anew from the bucket.
func (f *Function) share(ctx context.Context, e *erasure, d *meeting.Document) error {
	if err := f.registry.Leave(ctx, e.meeting, d.ID, e.Leaver); err != nil {
		return err
	}
	if d.Closed {
		return nil
	}
	at := time.Now().UTC()
	decision := meeting.Decision{Action: meeting.Close, Meeting: e.meeting.ID, Document: d.ID, By: "Dossier",
		Reason: "it names somebody who was erased", At: at}
	o, err := f.bucket.PutDecision(ctx, bucket.DecisionKey(e.meeting.ID, at, rand.Text()), decision)
	if err != nil {
		return err
	}
	err = f.desk.Decide(ctx, o.ID(), decision, e.meeting)
	if fault.Is(err, fault.Rejected) || fault.Is(err, fault.Exists) {
		return nil // the sweep was faster, or the document is closed
	}
	return err
}

// empty deletes every version under a prefix and counts them.
func (f *Function) empty(ctx context.Context, prefix string) (n int, err error) {
	all, err := f.bucket.AllVersions(ctx, prefix)
	if err != nil {
		return 0, err
	}
	for _, o := range all {
		if err := f.bucket.Delete(ctx, o); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// place is some objects that are treated alike.
type place struct {
	// list gives their versions, of each key the newest first.
	list func(context.Context) ([]meeting.Object, error)
	// clean gives the content of one without the person; nil where the object is to go.
	clean func(o meeting.Object, data []byte) ([]byte, error)
	// stays tells that an object is not touched.
	stays func(meeting.Object) bool
	// note: rewritten objects note the person's id, because their originals still name the person.
	note bool
}

// objects takes the person out of the meeting's objects, and counts those that it changed or deleted. What the roster in
// force and its index say stays: that is for the secretariat to change.
func (f *Function) objects(ctx context.Context, e *erasure) (int, error) {
	places, err := f.places(ctx, e)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, p := range places {
		all, err := p.list(ctx)
		if err != nil {
			return n, err
		}
		some, err := f.clean(ctx, e, p, all)
		if n += some; err != nil {
			return n, err
		}
	}
	// The zips of materials hold names and files that are packed; the next reader gets a new one.
	zips, err := f.empty(ctx, bucket.MaterialsPrefix(e.meeting.ID))
	return n + zips, err
}

// places are where the person can be named. The problems of a roster come before the roster, whose versions name them.
func (f *Function) places(ctx context.Context, e *erasure) ([]place, error) {
	rosters, err := f.bucket.AllVersions(ctx, bucket.RosterPrefix(e.meeting.ID))
	if err != nil {
		return nil, err
	}
	inForce, err := keysInForce(rosters, e.meeting.Roster)
	if err != nil {
		return nil, err
	}
	under := func(prefix string) func(context.Context) ([]meeting.Object, error) {
		return func(ctx context.Context) ([]meeting.Object, error) { return f.bucket.AllVersions(ctx, prefix) }
	}
	return []place{
		{list: func(ctx context.Context) ([]meeting.Object, error) { return f.problems(ctx, e, rosters) }, clean: e.cleanValues},
		{list: under(bucket.RosterPrefix(e.meeting.ID)), clean: e.cleanRoster,
			stays: func(o meeting.Object) bool { return slices.Contains(inForce, o.Key+" "+o.Version) }},
		{list: under(bucket.IndexPrefix(e.meeting.ID)), clean: func(meeting.Object, []byte) ([]byte, error) { return nil, nil },
			stays: func(o meeting.Object) bool { return o.Key == e.meeting.Index }},
		{list: under(bucket.DecisionPrefix(e.meeting.ID)), clean: e.cleanDecision},
		{list: func(ctx context.Context) ([]meeting.Object, error) { return f.texts(ctx, e) }, clean: e.cleanValues, note: true},
	}, nil
}

// keysInForce names the versions of roster files that are in force, and those that the next change is paired with.
func keysInForce(rosters []meeting.Object, token string) ([]string, error) {
	pair, err := bucket.InForce(rosters, token)
	if err != nil {
		return nil, err
	}
	list := []*meeting.Object{pair.Meeting, pair.Participants}
	if newest := bucket.Newest(rosters); len(newest) > 0 {
		pair = bucket.RosterAt(rosters, newest[0].Time.Unix())
		list = append(list, pair.Meeting, pair.Participants)
	}
	var keys []string
	for _, o := range list {
		if o != nil {
			keys = append(keys, o.Key+" "+o.Version)
		}
	}
	return keys, nil
}

// problems lists what was wrong with the meeting's rosters, by the versions that there are and the mails that told of it.
func (f *Function) problems(ctx context.Context, e *erasure, rosters []meeting.Object) ([]meeting.Object, error) {
	var prefixes []string
	for _, o := range rosters {
		prefixes = append(prefixes, bucket.ProblemsPrefix(o.ID()))
	}
	for _, m := range e.table.Mails {
		if m.Problems != "" {
			prefixes = append(prefixes, m.Problems)
		}
	}
	return f.each(ctx, prefixes)
}

// texts lists what was read of the meeting's documents.
func (f *Function) texts(ctx context.Context, e *erasure) ([]meeting.Object, error) {
	var keys []string
	for _, d := range e.table.Documents {
		if d.Text != "" {
			keys = append(keys, d.Text)
		}
	}
	return f.each(ctx, keys)
}

// each lists the object versions under several prefixes, each once.
func (f *Function) each(ctx context.Context, prefixes []string) ([]meeting.Object, error) {
	slices.Sort(prefixes)
	prefixes = slices.Compact(prefixes)
	found := make([][]meeting.Object, len(prefixes))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, p := range prefixes {
		group.Go(func() (err error) {
			found[i], err = f.bucket.AllVersions(ctx, p)
			return err
		})
	}
	err := group.Wait()
	var all []meeting.Object
	seen := map[string]bool{}
	for _, o := range slices.Concat(found...) {
		if !seen[o.Key+" "+o.Version] {
			seen[o.Key+" "+o.Version] = true
			all = append(all, o)
		}
	}
	return all, err
}

// clean takes the person out of the objects of a place, and counts those that it changed or deleted. The versions of one
// key are treated one after the other.
func (f *Function) clean(ctx context.Context, e *erasure, p place, all []meeting.Object) (int, error) {
	byKey := map[string][]meeting.Object{}
	for _, o := range all {
		byKey[o.Key] = append(byKey[o.Key], o)
	}
	var changed atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, versions := range byKey {
		group.Go(func() error {
			for i, o := range versions {
				// An older version of a copy or of a text is of no use: its rewriting was cut off, or it was read twice.
				old := i > 0 && (!isTruth(o) || o.RewrittenKey() == o.Key)
				if p.stays != nil && p.stays(o) {
					continue
				}
				its, err := f.cleanObject(ctx, e, p, o, old)
				if err != nil {
					return err
				}
				if its {
					changed.Add(1)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return int(changed.Load()), err
}

// isTruth tells whether each version of an object's key counts by itself.
func isTruth(o meeting.Object) bool {
	return strings.HasPrefix(o.Key, bucket.Roster) || strings.HasPrefix(o.Key, bucket.Decisions)
}

// cleanObject takes the person out of one object version; it reports whether the person was in it.
func (f *Function) cleanObject(ctx context.Context, e *erasure, p place, o meeting.Object, old bool) (bool, error) {
	data, packed, erased, err := f.bucket.ReadUnpacked(ctx, o, maxObject)
	if fault.Is(err, fault.NotFound) && fault.Reason(err) == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if named, err := e.in(o, data); err != nil || !named {
		return false, err
	}
	if p.note {
		note, err := e.note(data)
		if err != nil {
			return false, err
		}
		if !slices.Contains(erased, note) {
			erased = append(erased, note)
		}
	}
	clean, err := p.clean(o, data)
	switch {
	case err != nil:
		return false, fmt.Errorf("clean object %s: %w", o.ID(), err)
	case clean == nil || old:
		return true, f.bucket.Delete(ctx, o)
	case bytes.Equal(clean, data):
		return false, nil
	}
	if !p.note {
		erased = nil
	}
	return true, f.bucket.Rewrite(ctx, o, clean, packed, erased...)
}

// around is the beginning of the note that the mail around a paper names somebody, and the paper itself does not.
const around = "around/"

// note tells what to note of a text that names the person.
func (e *erasure) note(data []byte) (string, error) {
	var c content.Content
	if err := json.Unmarshal(data, &c); err != nil {
		return "", fmt.Errorf("decode text: %w", err)
	}
	paper := c.Paper()
	if paper == &c {
		return e.participant, nil
	}
	data, err := json.Marshal(paper)
	if err != nil {
		return "", fmt.Errorf("encode paper: %w", err)
	}
	if named, err := e.finder.NamesJSON(data, keep); err != nil || !named {
		return around + e.participant, err
	}
	return e.participant, nil
}

// keep tells which fields of our own JSON are ids, keys and codes, and no words.
func keep(field string) bool {
	return slices.Contains([]string{"id", "references", "checker", "format", "media", "code", "language", "key", "index", "meeting",
		"session", "participant", "document", "by", "of", "into", "action"}, field)
}

// in tells whether an object holds the person, by id or by name.
func (e *erasure) in(o meeting.Object, data []byte) (bool, error) {
	switch path.Ext(o.Name()) {
	case ".csv", ".yaml":
		text, _ := roster.Text(data)
		if path.Ext(o.Name()) == ".csv" && !bytes.Equal(roster.Without(text, e.participant), text) {
			return true, nil
		}
		return e.finder.Names(string(text)), nil
	}
	if strings.HasPrefix(o.Key, bucket.DecisionPrefix(e.meeting.ID)) {
		var d meeting.Decision
		if json.Unmarshal(data, &d) != nil {
			return e.finder.Names(string(data)), nil
		}
		if _, its := d.Without(e.Leaver); its {
			return true, nil
		}
	}
	if strings.HasPrefix(o.Key, bucket.IndexPrefix(e.meeting.ID)) {
		var r meeting.Roster
		if err := json.Unmarshal(data, &r); err != nil {
			return false, fmt.Errorf("decode roster: %w", err)
		}
		if _, its := r.Participant(e.participant); its {
			return true, nil
		}
	}
	return e.finder.NamesJSON(data, keep)
}

func (e *erasure) cleanValues(_ meeting.Object, data []byte) ([]byte, error) {
	return e.finder.RedactJSON(data, keep)
}

// cleanRoster takes the person's row and every mention out of an earlier version of a roster file. A row stays at its line.
func (e *erasure) cleanRoster(o meeting.Object, data []byte) ([]byte, error) {
	text, write := roster.Text(data)
	if path.Ext(o.Name()) == ".csv" {
		text = roster.Without(text, e.participant)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i, l := range lines {
		clean := e.finder.Redact(string(l))
		if clean != string(l) && path.Ext(o.Name()) == ".yaml" {
			clean = strings.ReplaceAll(clean, person.Erased, "erased") // brackets are YAML's own
		}
		lines[i] = []byte(clean)
	}
	return write(bytes.Join(lines, nil)), nil
}

// cleanDecision takes the person out of a decision: as a nominee, from among those that it files a document for, and out
// of its reason. A decision is never deleted.
func (e *erasure) cleanDecision(_ meeting.Object, data []byte) ([]byte, error) {
	var d meeting.Decision
	if json.Unmarshal(data, &d) != nil {
		return []byte(e.finder.Redact(string(data))), nil // nobody can carry it out
	}
	if without, changed := d.Without(e.Leaver); changed {
		var err error
		if data, err = json.MarshalIndent(without, "", "  "); err != nil {
			return nil, fmt.Errorf("encode decision: %w", err)
		}
	}
	return e.finder.RedactJSON(data, func(field string) bool { return field != "reason" && field != "nominee" })
}
