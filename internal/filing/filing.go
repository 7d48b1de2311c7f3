// Package filing is the one place that changes what is filed, and so what is complete. Each change is decided on
// what was just read and written in one transaction that fails when any of it has changed since; then it is
// decided again.
package filing

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"dossier/internal/fault"
	"dossier/internal/match"
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
	SetMeeting(ctx context.Context, m *meeting.Meeting) error
}

// maxAttempts bounds how often one change is decided anew. The waits grow to a quarter of a second, so that
// some hundred changes of one session at once all come through.
const maxAttempts = 100

// Registry files documents and carries out decisions. It is safe for concurrent use.
type Registry struct {
	store Store
	now   func() time.Time
}

// New makes a Registry; now tells the time.
func New(s Store, now func() time.Time) *Registry { return &Registry{store: s, now: now} }

// again runs a change until it meets no conflict.
func again(ctx context.Context, change func() error) error {
	for attempt := 0; ; attempt++ {
		err := change()
		if !errors.Is(err, store.ErrConflict) || attempt == maxAttempts {
			return err
		}
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
	Uploader meeting.Participant
	// Staff is where mails to staff go; empty is nowhere.
	Staff []string
}

// Submit records a document: filed for its requirements, or kept for review, or rejected. It gives the record as
// it is afterwards. A document that already has a record keeps it, but one in review may be filed now.
func (g *Registry) Submit(ctx context.Context, in Submission) (*meeting.Document, error) {
	var out *meeting.Document
	err := again(ctx, func() (err error) {
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
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: doc.Meeting, Documents: []string{doc.ID}, Requirements: in.File,
		Sessions: sessionsOf(in.File), Mails: []string{receipt, notice}})
	if err != nil {
		return nil, err
	}
	if known := snap.Documents[doc.ID]; known != nil {
		if known.Status != meeting.Review {
			return known, nil
		}
		doc.Rev, doc.Received, doc.Told = known.Rev, known.Received, known.Told
	} else {
		doc.Received = g.now()
	}
	w := &work{now: g.now(), meeting: in.Meeting, snap: snap, documents: map[string]*meeting.Document{doc.ID: &doc}}
	if len(in.File) > 0 {
		if err := g.place(ctx, w, &doc, in); err != nil {
			return nil, err
		}
	}
	w.receipt(&doc, in.Uploader.Email, in.Uploader.Language)
	// A rejected document that nobody can be told of is the staff's to follow up; one set aside as a risk always is.
	if len(in.Staff) > 0 && (doc.Status == meeting.Review || doc.Status == meeting.Quarantined || doc.Status == meeting.Rejected && in.Uploader.Email == "") {
		w.mail(meeting.Mail{ID: notice, Template: meeting.MailReview, Language: in.Meeting.Language(),
			To: in.Staff, Document: doc.ID, Outcome: doc.Status})
	}
	if err := g.store.Commit(ctx, w.changes("")); err != nil {
		return nil, err
	}
	return &doc, nil
}

// place puts the document in at each of its requirements where it is the newest.
func (g *Registry) place(ctx context.Context, w *work, doc *meeting.Document, in Submission) error {
	doc.Late = isLate(in.Meeting, doc)
	doc.Serves, doc.For = nil, nil
	var before []string
	newer := ""
	for _, k := range in.File {
		r := w.requirement(k)
		if r == nil {
			continue // the roster asks for it no longer
		}
		doc.For = append(doc.For, k)
		// Order of upload decides, not of arrival. A newer one counts even when it was withdrawn since.
		if r.Newest > doc.Order() {
			newer = r.Document
			continue
		}
		if r.Document != "" {
			before = append(before, r.Document)
		}
		doc.Serves = append(doc.Serves, k)
		w.set(r, func(r *meeting.Requirement) {
			r.State, r.Document, r.FileName, r.Title = meeting.Satisfied, doc.ID, doc.FileName, doc.Title
			r.Late, r.Newest, r.WaivedBy, r.Reason = doc.Late, doc.Order(), "", ""
		})
	}
	switch {
	case len(doc.For) == 0:
		doc.Status, doc.Reason = meeting.Review, match.NotRequired
		return nil
	case len(doc.Serves) == 0:
		doc.Status, doc.SupersededBy = meeting.Superseded, newer
		return nil
	}
	doc.Status, doc.Reason = meeting.Filed, ""
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
		old.Serves = slices.DeleteFunc(old.Serves, func(k meeting.RequirementKey) bool { return slices.Contains(doc.Serves, k) })
		if len(old.Serves) == 0 {
			old.Status, old.SupersededBy = meeting.Superseded, doc.ID
		}
		w.documents[id] = old
	}
	return nil
}

func isLate(m meeting.Meeting, d *meeting.Document) bool {
	due := m.Due(d.Kind)
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
}

// set changes a requirement and its session's counts together.
func (w *work) set(r *meeting.Requirement, change func(*meeting.Requirement)) {
	before := *r
	change(r)
	w.requirements = append(w.requirements, r)
	w.snap.Sessions[r.Session].Account(before, *r)
	if !slices.Contains(w.touched, r.Session) {
		w.touched = append(w.touched, r.Session)
	}
}

// mail puts a mail into the outbox, if it is not there already.
func (w *work) mail(m meeting.Mail) {
	if w.snap.Mails[m.ID] != nil || len(m.To) == 0 {
		return
	}
	m.Meeting, m.State, m.Decided = w.meeting.ID, meeting.Pending, w.now
	w.mails = append(w.mails, &m)
}

// requirement gives a requirement that the roster still asks for; nil for any other.
func (w *work) requirement(k meeting.RequirementKey) *meeting.Requirement {
	r := w.snap.Requirements[k]
	if r == nil || r.Dropped || w.snap.Sessions[k.Session] == nil {
		return nil
	}
	return r
}

// receipt tells an uploader, if it is known who that is, what became of the document, once.
func (w *work) receipt(doc *meeting.Document, email, language string) {
	if email == "" || doc.Told {
		return
	}
	doc.Told = true
	w.mail(meeting.Mail{ID: meeting.MailID(meeting.MailReceipt, doc.ID), Template: meeting.MailReceipt, Language: language,
		To: []string{email}, Document: doc.ID, Outcome: doc.Status})
}

// settle decides the completeness of every session touched.
func (w *work) settle() {
	for _, id := range w.touched {
		s := w.snap.Sessions[id]
		template := ""
		switch s.Settle() {
		case meeting.BecameComplete:
			template = meeting.MailComplete
		case meeting.NoLongerComplete:
			template = meeting.MailNoLongerComplete
		default:
			continue
		}
		w.mail(meeting.Mail{ID: meeting.MailID(template, s.Meeting, s.ID, strconv.Itoa(s.Epoch), s.Print), Template: template,
			Language: w.meeting.Language(), To: w.meeting.Secretariat, Session: s.ID, Epoch: s.Epoch})
	}
}

func (w *work) changes(decision string) *store.Changes {
	w.settle()
	c := &store.Changes{Requirements: w.requirements, Mails: w.mails, Decision: decision}
	for _, d := range w.documents {
		c.Documents = append(c.Documents, d)
	}
	for _, id := range w.touched {
		c.Sessions = append(c.Sessions, w.snap.Sessions[id])
	}
	return c
}

// Decide carries out what staff decided, once: id names the decision object. It fails with Rejected, and a reason
// that a page can explain, when the decision no longer makes sense, and with Exists when it was carried out already;
// either way it is dealt with and need not come again.
func (g *Registry) Decide(ctx context.Context, id string, d meeting.Decision, m meeting.Meeting) error {
	err := again(ctx, func() error { return g.decide(ctx, id, d, m) })
	if err != nil {
		return fmt.Errorf("decide %s: %w", id, err)
	}
	return nil
}

// The reasons for which a decision is rejected.
const (
	NoSuchDocument    = "no-such-document"
	NoSuchRequirement = "no-such-requirement"
	AlreadyIn         = "already-in"
	AlreadyDecided    = "already-decided"
)

func (g *Registry) decide(ctx context.Context, id string, d meeting.Decision, m meeting.Meeting) error {
	want := store.Wanted{Meeting: d.Meeting, Decisions: []string{id}}
	switch d.Action {
	case meeting.Withdraw, meeting.Reject:
		want.Documents = []string{d.Document}
	case meeting.FileHere:
		want.Documents, want.Requirements, want.Sessions = []string{d.Document}, d.Requirements, sessionsOf(d.Requirements)
		want.Mails = []string{meeting.MailID(meeting.MailReceipt, d.Document)}
	default:
		want.Requirements, want.Sessions = []meeting.RequirementKey{d.Requirement}, []string{d.Requirement.Session}
	}
	snap, err := g.store.Read(ctx, want)
	if err != nil {
		return err
	}
	if snap.Decided[id] {
		return fault.New(fault.Exists, "already carried out")
	}
	w := &work{now: g.now(), meeting: m, snap: snap, documents: map[string]*meeting.Document{}}
	var refused error
	switch d.Action {
	case meeting.Withdraw:
		refused, err = g.withdraw(ctx, w, d)
	case meeting.FileHere:
		refused, err = g.fileHere(ctx, w, d)
	case meeting.Reject:
		refused = reject(w, d)
	default:
		refused = requirement(w, d)
	}
	if err != nil {
		return err
	}
	// A decision that is refused is marked as dealt with too: nobody has to carry it out later.
	return errors.Join(g.store.Commit(ctx, w.changes(id)), refused)
}

func (g *Registry) withdraw(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	doc, refused := decided(w, d)
	if refused != nil {
		return refused, nil
	}
	if doc.Status == meeting.Withdrawn {
		return fault.Reject(AlreadyDecided, "already withdrawn"), nil
	}
	snap, err := g.store.Read(ctx, store.Wanted{Meeting: d.Meeting, Requirements: doc.Serves, Sessions: sessionsOf(doc.Serves)})
	if err != nil {
		return nil, err
	}
	w.snap.Requirements, w.snap.Sessions = snap.Requirements, snap.Sessions
	for _, k := range doc.Serves {
		r := snap.Requirements[k]
		if r == nil || r.Document != doc.ID {
			continue
		}
		w.set(r, func(r *meeting.Requirement) {
			r.State, r.Document, r.FileName, r.Title, r.Late = meeting.Outstanding, "", "", "", false
		})
	}
	doc.Status, doc.Serves, doc.Reason = meeting.Withdrawn, nil, d.Reason
	w.documents[doc.ID] = doc
	return nil, nil
}

// decided gives the document that a decision is about.
func decided(w *work, d meeting.Decision) (*meeting.Document, error) {
	doc := w.snap.Documents[d.Document]
	if doc == nil || doc.Meeting != d.Meeting {
		return nil, fault.Reject(NoSuchDocument, "no document %s", d.Document)
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
		return nil, fault.Reject(AlreadyDecided, "document %s is %s", d.Document, doc.Status)
	}
	return doc, nil
}

// fileHere files a document where a person says that it belongs. The order of upload counts as for any other.
func (g *Registry) fileHere(ctx context.Context, w *work, d meeting.Decision) (refused, err error) {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused, nil
	}
	if len(d.Requirements) == 0 {
		return fault.Reject(NoSuchRequirement, "no requirement named"), nil
	}
	for _, k := range d.Requirements {
		if w.requirement(k) == nil || k.Kind != d.Requirements[0].Kind {
			return fault.Reject(NoSuchRequirement, "no requirement %s", k), nil
		}
	}
	doc.Kind = d.Requirements[0].Kind
	if err := g.place(ctx, w, doc, Submission{Document: *doc, Meeting: w.meeting, File: d.Requirements}); err != nil {
		return nil, err
	}
	doc.Reason, doc.Confidence, doc.Evidence = "", 1, []meeting.Evidence{{Code: match.ByStaff, Detail: d.By}}
	r := w.snap.Requirements[d.Requirements[0]]
	w.receipt(doc, r.Email, r.Language)
	w.documents[doc.ID] = doc
	return nil, nil
}

// reject turns a document in review down, with the reason that the person gives.
func reject(w *work, d meeting.Decision) error {
	doc, refused := inReview(w, d)
	if refused != nil {
		return refused
	}
	doc.Status, doc.Reason = meeting.Rejected, d.Reason
	w.documents[doc.ID] = doc
	return nil
}

func requirement(w *work, d meeting.Decision) error {
	r := w.requirement(d.Requirement)
	if r == nil {
		return fault.Reject(NoSuchRequirement, "no requirement %s", d.Requirement)
	}
	switch d.Action {
	case meeting.Waive:
		switch r.State {
		case meeting.Satisfied:
			return fault.Reject(AlreadyIn, "%s is in already", d.Requirement)
		case meeting.Waived:
			return fault.Reject(AlreadyDecided, "%s is waived already", d.Requirement)
		}
		w.set(r, func(r *meeting.Requirement) { r.State, r.WaivedBy, r.Reason = meeting.Waived, d.By, d.Reason })
	case meeting.Require:
		if r.State != meeting.Waived {
			return fault.Reject(AlreadyDecided, "%s is not waived", d.Requirement)
		}
		w.set(r, func(r *meeting.Requirement) { r.State, r.WaivedBy, r.Reason = meeting.Outstanding, "", "" })
	default:
		return fault.Reject("unknown-action", "unknown action %q", d.Action)
	}
	return nil
}
