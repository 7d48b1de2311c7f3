// Package filing is the one place that changes what is filed, and so what is complete. Each change is decided on
// what was just read and written in one transaction that fails when any of it has changed since; then it is
// decided again.
package filing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Store is what filing needs of the table; *store.Store is one. Reads are strongly consistent; Commit writes all
// or nothing and fails with store.ErrConflict when an item is not as it was read.
type Store interface {
	Read(ctx context.Context, w store.Wanted) (*store.Snapshot, error)
	Commit(ctx context.Context, c *store.Changes) error
	AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error)
	Requirements(ctx context.Context, meetingID, session string) ([]*meeting.Requirement, error)
	Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error)
	Delegations(ctx context.Context, meetingID string) ([]*meeting.Delegation, error)
	SetMeeting(ctx context.Context, m *meeting.Meeting) error
	Revoked(ctx context.Context, meetingID, participant string) (*meeting.Revocation, error)
}

// maxAttempts bounds how often one change is decided anew. The waits grow to a quarter of a second, so that
// some hundred changes of one session at once all come through.
const maxAttempts = 100

// Registry files documents and carries out decisions. It is safe for concurrent use.
type Registry struct {
	store Store
	now   func() time.Time
	// conflicted is told each time that a change has to be decided anew.
	conflicted func(context.Context)
}

// New makes a Registry; now tells the time.
func New(s Store, now func() time.Time) *Registry {
	return &Registry{store: s, now: now, conflicted: func(context.Context) {}}
}

// OnConflict has f told each time that a change has to be decided anew, because another was faster.
func (g *Registry) OnConflict(f func(context.Context)) { g.conflicted = f }

// again runs a change until it meets no conflict.
func (g *Registry) again(ctx context.Context, change func() error) error {
	for attempt := 0; ; attempt++ {
		err := change()
		if !errors.Is(err, store.ErrConflict) || attempt == maxAttempts {
			return err
		}
		g.conflicted(ctx)
		wait := time.Duration(rand.Int64N(int64(min(5*time.Millisecond<<min(attempt, 6), 250*time.Millisecond))))
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// Submission is a document that was read and matched.
type Submission struct {
	Document meeting.Document
	Meeting  meeting.Meeting // the zero value when there is no such meeting
	// File are the requirements that it is for; empty leaves the document at the status that it has.
	File []meeting.RequirementKey
	// Uploader is who sent it, when that is known.
	Uploader meeting.Contact
	// Served is whom the document is filed for, who is told when nobody else is known.
	Served meeting.Contact
	// Staff is where mails to staff go; empty is nowhere.
	Staff []string

	// ask are officials who are asked whom of too many the agency sends.
	ask []meeting.Contact
}

// Submit records a document: filed for its requirements, or kept for review, or rejected. It gives the record as
// it is afterwards. A document that already has a record keeps it, but one in review may be filed now.
func (g *Registry) Submit(ctx context.Context, in Submission) (*meeting.Document, error) {
	var out *meeting.Document
	err := g.again(ctx, func() (err error) {
		out, err = g.submit(ctx, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("submit document %s: %w", in.Document.ID, err)
	}
	return out, nil
}

func (g *Registry) submit(ctx context.Context, in Submission) (*meeting.Document, error) {
	doc := in.Document
	in.Meeting.ID = doc.Meeting // also when no roster was loaded for it yet
	receipt := meeting.MailID(meeting.MailReceipt, doc.ID)
	// Staff hear of it once; those of a meeting that was set up only later, once more.
	notice := meeting.MailID(meeting.MailReview, doc.ID, strconv.FormatBool(in.Meeting.Roster != ""))
	mails := []string{receipt, notice}
	for _, c := range in.ask { // whoever was asked before is not asked again
		mails = append(mails, meeting.MailID(meeting.MailOverQuota, doc.ID, c.Email))
	}
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: doc.Meeting, Documents: []string{doc.ID}, Requirements: in.File,
		Sessions: sessionsOf(in.File), Mails: mails})
	if err != nil {
		return nil, err
	}
	w := g.work(in.Meeting, snap)
	w.cause = doc.ID
	if known := snap.Documents[doc.ID]; known != nil {
		// What staff decided about, they decide about.
		if known.Status != meeting.Review || known.Decision != "" && known.RosterVersion == doc.RosterVersion {
			return known, nil
		}
		doc.Rev, doc.Received, doc.NotifiedStatus, doc.Decision, doc.Delegations = known.Rev, known.Received, known.NotifiedStatus, known.Decision, known.Delegations
		if known.Decision != "" {
			keepDeclined(&doc, known)
		}
	} else {
		doc.Received = g.now()
		if doc.MessageID != "" {
			w.message = &store.Message{Meeting: doc.Meeting, ID: doc.MessageID, Document: doc.ID}
		}
	}
	doc.Uploader = in.Uploader
	w.touch(&doc)
	if len(in.File) > 0 {
		if err := g.place(ctx, w, &doc, in.File); err != nil {
			return nil, err
		}
		over, err := g.delegate(ctx, w)
		if err != nil {
			return nil, err
		}
		if over {
			return g.overQuota(ctx, in, snap)
		}
		if doc.Uploader.Email == "" {
			doc.Uploader = in.Served
		}
	}
	w.receipt(&doc)
	// A rejected document that nobody can be told of is the staff's to follow up; one set aside as a risk always is.
	if len(in.Staff) > 0 && (doc.Status == meeting.Review || doc.Status == meeting.Quarantined || doc.Status == meeting.Rejected && in.Uploader.Email == "") {
		w.mail(meeting.Mail{ID: notice, Template: meeting.MailReview, Language: in.Meeting.Language(),
			To: in.Staff, Document: doc.ID, Outcome: doc.Status})
	}
	for _, c := range in.ask {
		w.mail(meeting.Mail{ID: meeting.MailID(meeting.MailOverQuota, doc.ID, c.Email), Template: meeting.MailOverQuota, Language: c.Language, To: []string{c.Email}, Document: doc.ID})
	}
	if err := g.store.Commit(ctx, w.changes()); err != nil {
		return nil, err
	}
	return &doc, nil
}

// Tell writes to who sent a document by ticket, once a roster knows the person: a file can be rejected before there is one. The
// document notes the edition of the roster in which its sender was looked up.
func (g *Registry) Tell(ctx context.Context, m meeting.Meeting, edition, document string) (*meeting.Document, error) {
	var out *meeting.Document
	err := g.again(ctx, func() error {
		snap, err := g.store.Read(ctx, store.Wanted{Meeting: m.ID, Documents: []string{document}, Mails: []string{meeting.MailID(meeting.MailReceipt, document)}})
		if err != nil {
			return err
		}
		if out = snap.Documents[document]; out == nil || out.NotifiedStatus != "" {
			return nil
		}
		w := g.work(m, snap)
		w.cause = document
		if err := g.findUploader(ctx, out); err != nil {
			return err
		}
		w.touch(out)
		out.RosterVersion = edition
		w.receipt(out)
		return g.store.Commit(ctx, w.changes())
	})
	if err != nil {
		return nil, fmt.Errorf("tell of document %s: %w", document, err)
	}
	return out, nil
}

// keepDeclined keeps that staff declined nominees of a letter that is matched again.
func keepDeclined(doc, known *meeting.Document) {
	if doc.Letter == nil || known.Letter == nil {
		return
	}
	for i, n := range doc.Letter.Nominees {
		if slices.ContainsFunc(known.Letter.Nominees, func(o meeting.Nominee) bool { return o.Name == n.Name && o.Declined }) {
			doc.Letter.Nominees[i].Declined = true
		}
	}
}

// overQuota keeps a letter that nominates more than its agency may send in review. Whoever sent it hears of it by the
// receipt; where nobody knows who did, the officials whom it names are asked.
func (g *Registry) overQuota(ctx context.Context, in Submission, snap *store.Snapshot) (*meeting.Document, error) {
	if in.Uploader.Email == "" {
		for _, k := range in.File {
			if r := snap.Requirements[k]; r != nil && r.Email != "" && !slices.ContainsFunc(in.ask, func(c meeting.Contact) bool { return c.Email == r.Email }) {
				in.ask = append(in.ask, meeting.Contact{Email: r.Email, Language: r.Language})
			}
		}
	}
	in.File = nil
	in.Document.Status, in.Document.Reason, in.Document.Confidence = meeting.Review, meeting.ReasonOverQuota, 0
	return g.submit(ctx, in)
}

// place puts the document in at each of its requirements where it is the newest.
func (g *Registry) place(ctx context.Context, w *work, doc *meeting.Document, keys []meeting.RequirementKey) error {
	doc.Late = false
	doc.Satisfies, doc.FiledFor = nil, nil
	var before []string
	newer := ""
	for _, k := range keys {
		r := w.requirement(k)
		if r == nil || slices.Contains(doc.FiledFor, k) {
			continue // the roster asks for it no longer
		}
		doc.FiledFor = append(doc.FiledFor, k)
		// Order of upload decides, not of arrival. A newer one counts even when it was withdrawn since.
		if r.LatestUpload > doc.Order() {
			newer = r.Document
			continue
		}
		if r.Document != "" {
			before = append(before, r.Document)
		}
		doc.Satisfies = append(doc.Satisfies, k)
		late := isLate(w.meeting, doc, k.Kind)
		doc.Late = doc.Late || late
		w.set(r, func(r *meeting.Requirement) {
			r.State, r.Document, r.FileName, r.Title, r.Pages = meeting.Satisfied, doc.ID, doc.FileName, doc.Title, pages(doc, k)
			r.Late, r.LatestUpload, r.WaivedBy, r.Reason = late, doc.Order(), "", ""
		})
	}
	switch {
	case len(doc.FiledFor) == 0:
		doc.Status, doc.Reason = meeting.Review, meeting.ReasonNotRequired
		return nil
	case len(doc.Satisfies) == 0:
		doc.Status, doc.SupersededBy = meeting.Superseded, newer
		return nil
	}
	doc.Status, doc.Reason, doc.SupersededBy = meeting.Filed, "", ""
	if len(before) == 0 {
		return nil
	}
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: doc.Meeting, Documents: before})
	if err != nil {
		return err
	}
	for id, old := range snap.Documents {
		if id == doc.ID {
			continue
		}
		w.touch(old)
		old.Satisfies = slices.DeleteFunc(slices.Clone(old.Satisfies), func(k meeting.RequirementKey) bool { return slices.Contains(doc.Satisfies, k) })
		if len(old.Satisfies) == 0 {
			old.Status, old.SupersededBy = meeting.Superseded, doc.ID
			if err := g.takeAlong(ctx, w, old); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeAlong gives the parts that were joined to a document its status: they count with it and go with it.
func (g *Registry) takeAlong(ctx context.Context, w *work, doc *meeting.Document) error {
	if len(doc.Joined) == 0 {
		return nil
	}
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: doc.Meeting, Documents: doc.Joined})
	if err != nil {
		return err
	}
	for _, part := range snap.Documents {
		w.touch(part)
		part.Status, part.SupersededBy, part.Reason = doc.Status, doc.SupersededBy, doc.Reason
	}
	return nil
}

// pages are those of a split document that are for a requirement.
func pages(doc *meeting.Document, k meeting.RequirementKey) string {
	for _, p := range doc.Parts {
		if slices.Contains(p.Requirements, k) {
			if p.From == p.To {
				return strconv.Itoa(p.From)
			}
			return strconv.Itoa(p.From) + "-" + strconv.Itoa(p.To)
		}
	}
	return ""
}

func isLate(m meeting.Meeting, d *meeting.Document, k meeting.Kind) bool {
	due := m.Due(k)
	return !due.IsZero() && d.Time.After(due)
}

func sessionsOf(keys []meeting.RequirementKey) []string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.Session)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// work gathers the changes of one transaction.
type work struct {
	now          time.Time
	meeting      meeting.Meeting
	snap         *store.Snapshot
	documents    map[string]*meeting.Document
	requirements []*meeting.Requirement
	touched      []string // sessions
	mails        []*meeting.Mail
	delegations  []*meeting.Delegation
	balance      *meeting.Balance
	people       []*meeting.Accepted
	lessons      []*meeting.Hint
	revocations  []*meeting.Revocation
	taught       *meeting.RosterAmendments
	message      *store.Message
	undone       string
	// cause is the document, the decision or the roster for which all this is done.
	cause string
	// audit is set when a decision of staff is carried out; the standings are what it finds.
	audit             *meeting.Audit
	documentStood     map[string]meeting.DocumentState
	requirementsStood map[meeting.RequirementKey]*meeting.RequirementState
}

func (g *Registry) work(m meeting.Meeting, snap *store.Snapshot) *work {
	return &work{now: g.now(), meeting: m, snap: snap, documents: map[string]*meeting.Document{}, documentStood: map[string]meeting.DocumentState{},
		requirementsStood: map[meeting.RequirementKey]*meeting.RequirementState{}}
}

// touch notes that a document is about to change.
func (w *work) touch(d *meeting.Document) {
	if _, ok := w.documents[d.ID]; ok {
		return
	}
	w.documents[d.ID] = d
	w.documentStood[d.ID] = d.DocumentState
}

// set changes a requirement and its session's counts together. One that is new has the revision 0, and counted for nothing.
func (w *work) set(r *meeting.Requirement, change func(*meeting.Requirement)) {
	before := *r
	if _, ok := w.requirementsStood[r.RequirementKey]; !ok {
		w.requirementsStood[r.RequirementKey] = nil
		w.requirements = append(w.requirements, r)
		if r.Rev > 0 {
			stood := r.RequirementState
			w.requirementsStood[r.RequirementKey] = &stood
		} else {
			before = meeting.Requirement{}
		}
	}
	change(r)
	w.snap.Sessions[r.Session].ApplyChange(before, *r)
	if !slices.Contains(w.touched, r.Session) {
		w.touched = append(w.touched, r.Session)
	}
}

// mail puts a mail into the outbox, if it is not there already.
func (w *work) mail(m meeting.Mail) {
	if w.snap.Mails[m.ID] != nil || len(m.To) == 0 {
		return
	}
	m.Meeting, m.State, m.Decided, m.Cause = w.meeting.ID, meeting.Pending, w.now, w.cause
	w.mails = append(w.mails, &m)
}

// requirement gives a requirement that the roster still asks for; nil for any other.
func (w *work) requirement(k meeting.RequirementKey) *meeting.Requirement {
	r := w.snap.Requirements[k]
	if r == nil || r.Retired || w.snap.Sessions[k.Session] == nil {
		return nil
	}
	return r
}

// receipt tells an uploader, if it is known who that is, what became of the document, once.
func (w *work) receipt(doc *meeting.Document) {
	if doc.Uploader.Email == "" || doc.NotifiedStatus != "" {
		return
	}
	doc.NotifiedStatus = doc.Status
	w.mail(meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, doc.ID), Template: meeting.MailReceipt, Language: doc.Uploader.Language,
		To: []string{doc.Uploader.Email}, Document: doc.ID, Outcome: doc.Status})
}

// outcome tells an uploader what staff decided: by the receipt when there was none yet.
func (w *work) outcome(doc *meeting.Document) {
	if doc.NotifiedStatus == "" {
		w.receipt(doc)
		return
	}
	if doc.Uploader.Email == "" {
		return
	}
	doc.NotifiedStatus = doc.Status
	w.mail(meeting.Mail{ID: meeting.MailID(meeting.MailOutcome, doc.ID, w.audit.ID), Template: meeting.MailOutcome, Language: doc.Uploader.Language,
		To: []string{doc.Uploader.Email}, Document: doc.ID, Outcome: doc.Status})
}

// settle decides the completeness of every session touched.
func (w *work) settle() {
	for _, id := range w.touched {
		s := w.snap.Sessions[id]
		template := ""
		switch s.UpdateCompleteness() {
		case meeting.BecameComplete:
			template = meeting.MailComplete
		case meeting.NoLongerComplete:
			template = meeting.MailNoLongerComplete
		default:
			continue
		}
		w.mail(meeting.Mail{ID: meeting.MailID(template, s.Meeting, s.ID, strconv.Itoa(s.Epoch), s.Fingerprint), Template: template,
			Language: w.meeting.Language(), To: w.meeting.Secretariat, Session: s.ID, Epoch: s.Epoch})
	}
}

// changes are what is written, in an order that does not depend on chance.
func (w *work) changes() *store.Changes {
	w.settle()
	c := &store.Changes{Requirements: w.requirements, Mails: w.mails, Delegations: w.delegations, People: w.people, Lessons: w.lessons, Revocations: w.revocations, Balance: w.balance,
		Taught: w.taught, Message: w.message, Audit: w.audit, Undone: w.undone}
	for _, id := range slices.Sorted(maps.Keys(w.documents)) {
		c.Documents = append(c.Documents, w.documents[id])
	}
	for _, id := range w.touched {
		c.Sessions = append(c.Sessions, w.snap.Sessions[id])
	}
	if w.audit != nil {
		w.audit.Effects = w.effects()
	}
	return c
}
