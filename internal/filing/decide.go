package filing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// MaxParts bounds how many documents one is split into, and how many are joined to one.
const MaxParts = 20

// Decide carries out what staff decided, once: id names the decision object. It fails with Rejected, and a reason
// that a page can explain, when the decision no longer makes sense, and with Exists when it was carried out already;
// either way it is dealt with and need not come again.
func (g *Registry) Decide(ctx context.Context, id string, d meeting.Decision, m meeting.Meeting) error {
	err := g.again(ctx, func() error { return g.decide(ctx, id, d, m) })
	if err != nil {
		return fmt.Errorf("decide %s: %w", id, err)
	}
	return nil
}

func (g *Registry) decide(ctx context.Context, id string, d meeting.Decision, m meeting.Meeting) error {
	want := store.Wanted{Meeting: d.Meeting, Decisions: []string{id}, Requirements: slices.Clone(d.Requirements)}
	if d.Document != "" {
		want.Documents = append(want.Documents, d.Document)
		want.Mails = []string{meeting.MailID(meeting.MailReceipt, d.Document)}
	}
	if d.Into != "" {
		want.Documents = append(want.Documents, d.Into)
	}
	if d.Requirement.Participant != "" {
		want.Requirements = append(want.Requirements, d.Requirement)
	}
	for _, p := range d.Parts {
		want.Requirements = append(want.Requirements, p.Requirements...)
	}
	want.Sessions = sessionsOf(want.Requirements)
	read := func() (*store.Snapshot, error) {
		snap, err := g.store.Read(ctx, want)
		if err != nil {
			return nil, err
		}
		if doc := snap.Documents[d.Document]; doc != nil {
			err = g.findUploader(ctx, doc)
		}
		return snap, err
	}
	snap, err := read()
	if err != nil {
		return err
	}
	if snap.Audits[id] != nil {
		return fault.New(fault.Exists, "already carried out")
	}
	carryOut := func(snap *store.Snapshot, quietly bool) (*work, error, error) {
		w := g.work(m, snap)
		w.cause = id
		w.audit = &meeting.Audit{ID: id, Decision: d, Done: w.now.UTC()}
		refused, err := g.act(ctx, w, d, quietly)
		if err != nil || refused != nil {
			return w, refused, err
		}
		over, err := g.delegate(ctx, w)
		// Accepting a nominee does not file a letter for more officials than its agency may send; filing it by hand does.
		if err == nil && over && !quietly && (d.Action == meeting.Accept || d.Action == meeting.Decline) {
			return nil, nil, nil
		}
		return w, nil, err
	}
	w, refused, err := carryOut(snap, false)
	if err != nil {
		return err
	}
	if w == nil {
		if snap, err = read(); err != nil {
			return err
		}
		if w, refused, err = carryOut(snap, true); err != nil {
			return err
		}
	}
	if refused != nil {
		// It is marked as dealt with too: nobody has to carry it out later.
		w = g.work(m, snap)
		w.audit = &meeting.Audit{ID: id, Decision: d, Done: w.now.UTC(), Refused: meeting.Refusal(fault.Reason(refused))}
	}
	for _, doc := range w.documents {
		if d.Action != meeting.Undo {
			doc.Decision = id
		}
	}
	return errors.Join(g.store.Commit(ctx, w.changes()), refused)
}

// findUploader looks up who sent a document by ticket before there was a roster that knew the person: whatever is decided of
// it before it is matched again, its sender hears of it.
func (g *Registry) findUploader(ctx context.Context, doc *meeting.Document) error {
	if doc.Uploader.Email != "" || doc.LinkOwner == "" {
		return nil
	}
	sessions, err := g.store.AllSessions(ctx, doc.Meeting)
	if err != nil {
		return err
	}
	want := store.Wanted{Meeting: doc.Meeting}
	for _, s := range sessions {
		for _, kind := range []meeting.Kind{meeting.Presentation, meeting.Nomination} {
			want.Requirements = append(want.Requirements, meeting.RequirementKey{Session: s.ID, Kind: kind, Participant: doc.LinkOwner})
		}
	}
	snap, err := g.store.Read(ctx, want)
	if err != nil {
		return err
	}
	for _, r := range snap.Requirements {
		if r.Email != "" {
			doc.Uploader = meeting.Contact{Email: r.Email, Language: r.Language}
		}
	}
	return nil
}

// act makes the changes of one decision; quietly leaves a letter in review whatever was decided of its nominees.
func (g *Registry) act(ctx context.Context, w *work, d meeting.Decision, quietly bool) (refused, err error) {
	switch d.Action {
	case meeting.Withdraw:
		return g.withdraw(ctx, w, d)
	case meeting.FileHere:
		return g.fileHere(ctx, w, d)
	case meeting.Split:
		return g.split(ctx, w, d)
	case meeting.Join:
		return join(w, d), nil
	case meeting.Reject:
		return reject(w, d), nil
	case meeting.Accept:
		return g.accept(ctx, w, d, quietly)
	case meeting.Decline:
		return g.decline(ctx, w, d, quietly)
	case meeting.Confirm:
		return confirm(w, d), nil
	case meeting.Undo:
		return g.undo(ctx, w, d)
	case meeting.Dismiss:
		return g.forget(ctx, w, d)
	case meeting.Revoke:
		return g.revoke(ctx, w, d)
	}
	return requirement(w, d), nil
}

// effects say what the work changes.
func (w *work) effects() []meeting.Effect {
	var all []meeting.Effect
	for _, id := range slices.Sorted(maps.Keys(w.documents)) {
		before, after := w.documentStood[id], w.documents[id].DocumentState
		if !same(before, after) {
			all = append(all, meeting.Effect{Document: id, DocumentBefore: &before, DocumentAfter: &after})
		}
	}
	for _, r := range w.requirements {
		after := r.RequirementState
		all = append(all, meeting.Effect{Requirement: r.RequirementKey, RequirementBefore: w.requirementsStood[r.RequirementKey], RequirementAfter: &after})
	}
	for _, p := range w.people {
		all = append(all, meeting.Effect{Participant: p.ID, InForceBefore: p.Revoked, InForceAfter: !p.Revoked})
	}
	for _, r := range w.revocations {
		all = append(all, meeting.Effect{Links: r.Participant})
	}
	for _, l := range w.lessons {
		all = append(all, meeting.Effect{Hint: l.ID, InForceBefore: l.Dismissed, InForceAfter: !l.Dismissed})
	}
	return all
}

// same compares two standings as they are kept: a list that is empty and one that is not there are one.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (g *Registry) withdraw(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	doc, refused := decided(w, d)
	if refused != nil {
		return refused, nil
	}
	if doc.Status == meeting.Withdrawn {
		return fault.Reject(meeting.RefusalAlreadyDecided, "already withdrawn"), nil
	}
	if err := g.takeOut(ctx, w, doc, meeting.Reason(d.Reason)); err != nil {
		return nil, err
	}
	w.outcome(doc)
	return nil, nil
}

// takeOut withdraws a document from everything that it counts for, with the parts that were joined to it.
func (g *Registry) takeOut(ctx context.Context, w *work, doc *meeting.Document, reason meeting.Reason) error {
	w.touch(doc)
	if doc.PartOf != "" {
		if err := g.leave(ctx, w, doc); err != nil {
			return err
		}
	}
	if err := g.empty(ctx, w, doc); err != nil {
		return err
	}
	doc.Status, doc.Satisfies, doc.Reason = meeting.Withdrawn, nil, reason
	return g.takeAlong(ctx, w, doc)
}

// empty makes what a document satisfies outstanding again.
func (g *Registry) empty(ctx context.Context, w *work, doc *meeting.Document) error {
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: doc.Meeting, Requirements: doc.Satisfies, Sessions: sessionsOf(doc.Satisfies)})
	if err != nil {
		return err
	}
	maps.Copy(w.snap.Requirements, snap.Requirements)
	maps.Copy(w.snap.Sessions, snap.Sessions)
	for _, k := range doc.Satisfies {
		if r := snap.Requirements[k]; r != nil && r.Document == doc.ID {
			w.set(r, func(r *meeting.Requirement) {
				r.State, r.Document, r.FileName, r.Title, r.Pages, r.Late = meeting.Outstanding, "", "", "", "", false
			})
		}
	}
	return nil
}

// leave takes a part off the document that it was joined to.
func (g *Registry) leave(ctx context.Context, w *work, part *meeting.Document) error {
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: part.Meeting, Documents: []string{part.PartOf}})
	if err != nil {
		return err
	}
	if whole := snap.Documents[part.PartOf]; whole != nil {
		w.touch(whole)
		whole.Joined = slices.DeleteFunc(slices.Clone(whole.Joined), func(id string) bool { return id == part.ID })
	}
	part.PartOf = ""
	return nil
}

// decided gives the document that a decision is about.
func decided(w *work, d meeting.Decision) (*meeting.Document, error) {
	doc := w.snap.Documents[d.Document]
	if doc == nil || doc.Meeting != d.Meeting {
		return nil, fault.Reject(meeting.RefusalNoSuchDocument, "no document %s", d.Document)
	}
	return doc, nil
}

// inReview gives the document of a decision, which has to be in review still.
func inReview(w *work, d meeting.Decision) (*meeting.Document, error) {
	doc, refused := decided(w, d)
	if refused != nil {
		return nil, refused
	}
	if doc.Status != meeting.Review {
		return nil, fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", d.Document, doc.Status)
	}
	w.touch(doc)
	return doc, nil
}

// fileHere files a document where a person says that it belongs. The order of upload counts as for any other.
func (g *Registry) fileHere(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused, nil
	}
	if len(d.Requirements) == 0 {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement named"), nil
	}
	for _, k := range d.Requirements {
		if w.requirement(k) == nil || k.Kind != d.Requirements[0].Kind {
			return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", k), nil
		}
	}
	doc.Kind = d.Requirements[0].Kind
	if err := g.byHand(ctx, w, doc, d, d.Requirements); err != nil {
		return nil, err
	}
	return nil, g.learn(ctx, w, doc, d)
}

// byHand files a document for requirements because a person says so.
func (g *Registry) byHand(ctx context.Context, w *work, doc *meeting.Document, d meeting.Decision, keys []meeting.RequirementKey) error {
	if err := g.place(ctx, w, doc, keys); err != nil {
		return err
	}
	if doc.Status != meeting.Review {
		doc.Reason, doc.Confidence, doc.Evidence = "", 1, []meeting.Evidence{{Code: meeting.EvidenceStaff, Detail: d.By}}
	}
	if r := w.snap.Requirements[keys[0]]; r != nil && doc.Uploader.Email == "" {
		doc.Uploader = meeting.Contact{Email: r.Email, Language: r.Language}
	}
	w.outcome(doc)
	return nil
}

// split files a document that holds several, each of its parts for its own requirements.
func (g *Registry) split(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused, nil
	}
	if len(d.Parts) < 2 || len(d.Parts) > MaxParts {
		return fault.Reject(meeting.RefusalBadParts, "%d parts", len(d.Parts)), nil
	}
	var keys []meeting.RequirementKey
	last := 0
	for _, p := range d.Parts {
		if p.From <= last || p.To < p.From || doc.Pages > 0 && p.To > doc.Pages || len(p.Requirements) == 0 {
			return fault.Reject(meeting.RefusalBadParts, "pages %d to %d of %d", p.From, p.To, doc.Pages), nil
		}
		last = p.To
		for _, k := range p.Requirements {
			if w.requirement(k) == nil || slices.Contains(keys, k) {
				return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s, or twice", k), nil
			}
			keys = append(keys, k)
		}
	}
	doc.Kind, doc.Parts = keys[0].Kind, d.Parts
	return nil, g.byHand(ctx, w, doc, d, keys)
}

// join makes a document in review a part of one that is filed.
func join(w *work, d meeting.Decision) error {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused
	}
	whole := w.snap.Documents[d.Into]
	if whole == nil || whole.Meeting != d.Meeting || whole.ID == doc.ID {
		return fault.Reject(meeting.RefusalNoSuchDocument, "no document %s", d.Into)
	}
	if whole.Status != meeting.Filed || whole.PartOf != "" {
		return fault.Reject(meeting.RefusalAlreadyDecided, "document %s is %s", d.Into, whole.Status)
	}
	if len(whole.Joined) == MaxParts {
		return fault.Reject(meeting.RefusalBadParts, "document %s has %d parts", d.Into, MaxParts)
	}
	w.touch(whole)
	whole.Joined = append(slices.Clone(whole.Joined), doc.ID)
	doc.Status, doc.Kind, doc.PartOf, doc.Reason = meeting.Filed, whole.Kind, whole.ID, ""
	doc.Confidence, doc.Evidence = 1, []meeting.Evidence{{Code: meeting.EvidenceStaff, Detail: d.By}}
	w.outcome(doc)
	return nil
}

// reject turns a document in review down, with the reason that the person gives.
func reject(w *work, d meeting.Decision) error {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused
	}
	doc.Status, doc.Reason = meeting.Rejected, meeting.Reason(d.Reason)
	if d.Code != "" {
		doc.Reason = d.Code
	}
	w.outcome(doc)
	return nil
}

// nominee finds the nominee of a letter in review whom a decision is about.
func nominee(w *work, d meeting.Decision) (*meeting.Document, int, error) {
	doc, refused := inReview(w, d)
	if refused != nil {
		return nil, 0, refused
	}
	if doc.Letter == nil {
		return nil, 0, fault.Reject(meeting.RefusalNoSuchNominee, "document %s is no letter", d.Document)
	}
	i := slices.IndexFunc(doc.Letter.Nominees, func(n meeting.Nominee) bool { return n.Name == d.Nominee })
	if i < 0 {
		return nil, 0, fault.Reject(meeting.RefusalNoSuchNominee, "no such nominee in document %s", d.Document)
	}
	if n := doc.Letter.Nominees[i]; n.Declined || n.Participant != "" {
		return nil, 0, fault.Reject(meeting.RefusalAlreadyDecided, "that nominee was decided about")
	}
	// The letter is the stored document's own: a changed copy, so that what it was is still known.
	l := *doc.Letter
	l.Nominees = slices.Clone(l.Nominees)
	doc.Letter = &l
	return doc, i, nil
}

// ParticipantID is the id that a nominee of a letter has as a participant.
func ParticipantID(document, nominee string) string {
	h := sha256.Sum256([]byte(document + "\x00" + nominee))
	return "n-" + hex.EncodeToString(h[:6])
}

// accept puts a nominee on the roster, with what the new participant owes, and files the letter when nothing else about
// it is open.
func (g *Registry) accept(ctx context.Context, w *work, d meeting.Decision, quietly bool) (refused, err error) {
	doc, i, refused := nominee(w, d)
	if refused != nil {
		return refused, nil
	}
	p := d.Participant
	if p == nil || p.Name == "" || len(p.Roles) == 0 || p.ID != ParticipantID(doc.ID, d.Nominee) {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no participant, or one without a role"), nil
	}
	needs := p.Needs()
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Requirements: needs, Sessions: sessionsOf(needs), People: []string{p.ID}, Taught: true})
	if err != nil {
		return nil, err
	}
	maps.Copy(w.snap.Requirements, snap.Requirements)
	maps.Copy(w.snap.Sessions, snap.Sessions)
	for _, k := range needs {
		if s := w.snap.Sessions[k.Session]; s == nil || s.Removed {
			return fault.Reject(meeting.RefusalNoSuchRequirement, "no session %s", k.Session), nil
		}
		r := w.snap.Requirements[k]
		if r == nil {
			fresh := meeting.NewRequirement(d.Meeting, k, *p)
			r = &fresh
			w.snap.Requirements[k] = r
		}
		w.set(r, func(r *meeting.Requirement) { r.Retired = false })
	}
	person := &meeting.Accepted{Participant: *p, Meeting: d.Meeting, Document: doc.ID, By: d.By, At: d.At}
	if was := snap.People[p.ID]; was != nil {
		person.Rev = was.Rev
	}
	w.people = append(w.people, person)
	w.teach(snap)
	doc.Letter.Nominees[i].Participant = p.ID
	return nil, g.nominated(ctx, w, doc, d, quietly)
}

// decline turns a nominee down. A letter of which nobody is left is rejected.
func (g *Registry) decline(ctx context.Context, w *work, d meeting.Decision, quietly bool) (refused, err error) {
	doc, i, refused := nominee(w, d)
	if refused != nil {
		return refused, nil
	}
	doc.Letter.Nominees[i].Declined = true
	return nil, g.nominated(ctx, w, doc, d, quietly)
}

// confirm notes what an office says of its nominee; staff see it, and decide.
func confirm(w *work, d meeting.Decision) error {
	if d.Participant == nil || d.Participant.Name == "" {
		return fault.Reject(meeting.RefusalNoSuchNominee, "no name")
	}
	doc, i, refused := nominee(w, d)
	if refused != nil {
		return refused
	}
	doc.Letter.Nominees[i].Confirmed = &meeting.Confirmation{Name: d.Participant.Name, Email: d.Participant.Email}
	return nil
}

// nominated files a letter once each of its nominees is somebody of the roster or declined.
func (g *Registry) nominated(ctx context.Context, w *work, doc *meeting.Document, d meeting.Decision, quietly bool) error {
	var people []string
	for _, n := range doc.Letter.Nominees {
		if n.Declined {
			continue
		}
		if n.Participant == "" {
			return nil
		}
		people = append(people, n.Participant)
	}
	if len(people) == 0 {
		doc.Status, doc.Reason = meeting.Rejected, meeting.ReasonNomineesDeclined
		w.outcome(doc)
		return nil
	}
	if quietly {
		doc.Reason = meeting.ReasonOverQuota
		return nil
	}
	sessions, err := g.store.AllSessions(ctx, d.Meeting)
	if err != nil {
		return err
	}
	want := store.Wanted{Meeting: d.Meeting}
	for _, s := range sessions {
		if s.Removed {
			continue
		}
		for _, p := range people {
			if k := (meeting.RequirementKey{Session: s.ID, Kind: meeting.Nomination, Participant: p}); w.snap.Requirements[k] == nil {
				want.Requirements = append(want.Requirements, k)
			}
		}
	}
	snap, err := g.store.Read(ctx, want)
	if err != nil {
		return err
	}
	maps.Copy(w.snap.Requirements, snap.Requirements)
	var keys []meeting.RequirementKey
	var missing []string
	for k, r := range w.snap.Requirements {
		if k.Kind == meeting.Nomination && !r.Retired && slices.Contains(people, k.Participant) {
			keys = append(keys, k)
			if w.snap.Sessions[k.Session] == nil {
				missing = append(missing, k.Session)
			}
		}
	}
	more, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Sessions: missing})
	if err != nil {
		return err
	}
	maps.Copy(w.snap.Sessions, more.Sessions)
	if len(keys) == 0 {
		doc.Reason = meeting.ReasonNotRequired
		return nil
	}
	slices.SortFunc(keys, meeting.RequirementKey.Compare)
	doc.Kind = meeting.Nomination
	return g.byHand(ctx, w, doc, d, keys)
}

// undo takes a decision back: everything that it changed becomes what it was, as long as it is still what the decision
// made of it.
func (g *Registry) undo(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	first, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Decisions: []string{d.Of}, Undone: []string{d.Of}, Taught: true})
	if err != nil {
		return nil, err
	}
	was := first.Audits[d.Of]
	if was == nil || was.Decision.Meeting != d.Meeting || was.Refused != "" {
		return fault.Reject(meeting.RefusalNoSuchDecision, "no decision %s", d.Of), nil
	}
	if first.Undone[d.Of] {
		return fault.Reject(meeting.RefusalAlreadyDecided, "decision %s is undone", d.Of), nil
	}
	want := store.Wanted{Meeting: d.Meeting}
	for _, e := range was.Effects {
		switch {
		case e.Links != "":
			return fault.Reject(meeting.RefusalChangedSince, "what is revoked stays so; there can be new links"), nil
		case e.Document != "":
			want.Documents = append(want.Documents, e.Document)
		case e.Participant != "":
			want.People = append(want.People, e.Participant)
		case e.Hint != "":
			want.Lessons = append(want.Lessons, e.Hint)
		default:
			want.Requirements = append(want.Requirements, e.Requirement)
		}
	}
	want.Sessions = sessionsOf(want.Requirements)
	snap, err := g.store.Read(ctx, want)
	if err != nil {
		return nil, err
	}
	w.snap = snap
	w.undone = d.Of
	changed := fault.Reject(meeting.RefusalChangedSince, "decision %s was built upon", d.Of)
	taught := false
	for _, e := range was.Effects {
		switch {
		case e.Document != "":
			doc := snap.Documents[e.Document]
			if doc == nil || !same(doc.DocumentState, *e.DocumentAfter) {
				return changed, nil
			}
			w.touch(doc)
			doc.DocumentState = *e.DocumentBefore
			if doc.NotifiedStatus != "" && doc.NotifiedStatus != doc.Status {
				w.outcome(doc)
			}
		case e.Participant != "":
			p := snap.People[e.Participant]
			if p == nil || p.Revoked == e.InForceAfter {
				return changed, nil
			}
			p.Revoked = !e.InForceBefore
			w.people, taught = append(w.people, p), true
		case e.Hint != "":
			l := snap.Lessons[e.Hint]
			if l == nil || l.Dismissed == e.InForceAfter {
				return changed, nil
			}
			l.Dismissed = !e.InForceBefore
			w.lessons, taught = append(w.lessons, l), true
		default:
			r := snap.Requirements[e.Requirement]
			if r == nil || !same(r.RequirementState, *e.RequirementAfter) || snap.Sessions[r.Session] == nil {
				return changed, nil
			}
			w.set(r, func(r *meeting.Requirement) {
				if e.RequirementBefore == nil {
					r.RequirementState = (meeting.RequirementState{State: meeting.Outstanding, Retired: true, LatestUpload: r.LatestUpload})
				} else {
					r.RequirementState = *e.RequirementBefore
				}
			})
		}
	}
	if taught {
		w.teach(first)
	}
	return nil, nil
}

// teach counts that the roster has more to it than its files.
func (w *work) teach(snap *store.Snapshot) {
	w.taught = snap.Taught
	if w.taught == nil {
		w.taught = &meeting.RosterAmendments{Meeting: w.meeting.ID}
	}
}

// learn keeps what a document that staff filed for one person teaches: from which address the person's files come, how they
// are named, and how the agency calls itself. What already means somebody else teaches nothing.
func (g *Registry) learn(ctx context.Context, w *work, doc *meeting.Document, d meeting.Decision) error {
	r := w.snap.Requirements[d.Requirements[0]]
	if doc.Status != meeting.Filed || slices.ContainsFunc(d.Requirements, func(k meeting.RequirementKey) bool { return k.Participant != r.Participant }) {
		return nil
	}
	var lessons []*meeting.Hint
	add := func(kind meeting.HintKind, says string, l meeting.Hint) {
		h := sha256.Sum256([]byte(string(kind) + "\x00" + says))
		l.ID, l.Kind, l.Pattern = hex.EncodeToString(h[:10]), kind, says
		l.Meeting, l.Decision, l.By, l.At = d.Meeting, w.audit.ID, d.By, d.At
		lessons = append(lessons, &l)
	}
	if doc.Sender != "" && !strings.EqualFold(doc.Sender, r.Email) {
		add(meeting.HintAddress, strings.ToLower(doc.Sender), meeting.Hint{Participant: r.Participant, Name: r.Name})
	}
	if habit := fold.FileNamePattern(doc.FileName); habit != "" {
		add(meeting.HintFileName, habit, meeting.Hint{Participant: r.Participant, Name: r.Name})
	}
	if doc.Letter != nil && doc.Letter.Agency != "" && !fold.SameAgency(doc.Letter.Agency, r.Agency) {
		add(meeting.HintWording, fold.AgencyWording(doc.Letter.Agency), meeting.Hint{Agency: fold.AgencyKey(r.Agency, r.Country), Name: r.Agency})
	}
	if len(lessons) == 0 {
		return nil
	}
	var ids []string
	for _, l := range lessons {
		ids = append(ids, l.ID)
	}
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Lessons: ids, Taught: true})
	if err != nil {
		return err
	}
	for _, l := range lessons {
		if was := snap.Lessons[l.ID]; was != nil {
			if !was.Dismissed {
				continue
			}
			l.Rev = was.Rev
		}
		w.lessons = append(w.lessons, l)
	}
	if len(w.lessons) > 0 {
		w.teach(snap)
	}
	return nil
}

// forget takes a lesson back.
func (g *Registry) forget(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Lessons: []string{d.Of}, Taught: true})
	if err != nil {
		return nil, err
	}
	l := snap.Lessons[d.Of]
	if l == nil {
		return fault.Reject(meeting.RefusalNoSuchDecision, "no lesson %s", d.Of), nil
	}
	if l.Dismissed {
		return fault.Reject(meeting.RefusalAlreadyDecided, "lesson %s is forgotten", d.Of), nil
	}
	l.Dismissed = true
	w.lessons = append(w.lessons, l)
	w.teach(snap)
	return nil, nil
}

// revoke makes the links that a participant has good for nothing.
func (g *Registry) revoke(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	if d.Of == "" {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "nobody named"), nil
	}
	r, err := g.store.Revoked(ctx, d.Meeting, d.Of)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &meeting.Revocation{Meeting: d.Meeting, Participant: d.Of}
	}
	r.Before = d.At
	w.revocations = append(w.revocations, r)
	return nil, nil
}

func requirement(w *work, d meeting.Decision) error {
	r := w.requirement(d.Requirement)
	if r == nil {
		return fault.Reject(meeting.RefusalNoSuchRequirement, "no requirement %s", d.Requirement)
	}
	switch d.Action {
	case meeting.Waive:
		switch r.State {
		case meeting.Satisfied:
			return fault.Reject(meeting.RefusalAlreadyIn, "%s is in already", d.Requirement)
		case meeting.Waived:
			return fault.Reject(meeting.RefusalAlreadyDecided, "%s is waived already", d.Requirement)
		}
		w.set(r, func(r *meeting.Requirement) { r.State, r.WaivedBy, r.Reason = meeting.Waived, d.By, d.Reason })
	case meeting.Require:
		if r.State != meeting.Waived {
			return fault.Reject(meeting.RefusalAlreadyDecided, "%s is not waived", d.Requirement)
		}
		w.set(r, func(r *meeting.Requirement) { r.State, r.WaivedBy, r.Reason = meeting.Outstanding, "", "" })
	default:
		return fault.Reject(meeting.RefusalUnknownAction, "unknown action %q", d.Action)
	}
	return nil
}
