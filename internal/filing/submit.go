package filing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Submission is a document that was read and matched.
type Submission struct {
	Document meeting.Document
	Meeting  meeting.Meeting // the zero value when there is no such meeting
	// File are the requirements to file the document for. If empty, the status is unchanged.
	File []meeting.RequirementKey
	// Uploader is who sent it; the zero value when that is not known.
	Uploader meeting.Contact
	// Served is who to notify if the uploader is unknown: the participant that the document is filed for.
	Served meeting.Contact
	// Staff is where mails to staff go; empty is nowhere.
	Staff []string

	// ask are officials who are asked which of them the agency sends, when a letter names too many.
	ask []meeting.Contact
}

// Submit records a document: filed for its requirements, or kept for review, or rejected. It gives the record as
// it is afterwards. A document that already has a record keeps it, but one in review may be filed now. A letter that
// nominates more officials than its agency may send is kept for review.
func (r *Registry) Submit(ctx context.Context, in Submission) (*meeting.Document, error) {
	out, err := r.submit(ctx, in)
	if errors.Is(err, errOverQuota) {
		if in, err = r.overQuota(ctx, in); err == nil {
			out, err = r.submit(ctx, in)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("submit document %s: %w", in.Document.ID, err)
	}
	return out, nil
}

func (r *Registry) submit(ctx context.Context, in Submission) (out *meeting.Document, err error) {
	in.Meeting.ID = in.Document.Meeting // also when no roster was loaded for it yet
	changed, before := false, meeting.Status("")
	err = r.Transact(ctx, in.Meeting, in.Document.ID, func(ctx context.Context, tx *Tx) (err error) {
		out, err = tx.submit(ctx, in)
		known := tx.Document(in.Document.ID)
		if changed, before = out != known, ""; known != nil {
			before = known.Status
		}
		return err
	})
	if err == nil && changed {
		r.recorded(ctx, before, out)
	}
	return out, err
}

func (tx *Tx) submit(ctx context.Context, in Submission) (*meeting.Document, error) {
	doc := in.Document
	if err := tx.Read(ctx, in.reads()...); err != nil {
		return nil, err
	}
	known := tx.Document(doc.ID)
	if known != nil && isFinal(known, doc.RosterVersion) {
		return known, nil
	}
	doc.Uploader = in.Uploader
	if known == nil {
		tx.receive(&doc)
	} else {
		keepHistory(&doc, known)
	}
	tx.MarkChanged(&doc)
	if len(in.File) > 0 {
		if err := tx.file(ctx, &doc, in); err != nil {
			return nil, err
		}
	}
	tx.sendReceipt(&doc)
	tx.notifyStaff(&doc, in)
	for _, c := range in.ask {
		tx.Mail(meeting.Mail{ID: meeting.MailID(meeting.MailOverQuota, doc.ID, c.Email), Template: meeting.MailOverQuota,
			Language: c.Language, To: []string{c.Email}, Document: doc.ID})
	}
	return &doc, nil
}

// reads are the items on which a submission is decided, so that they are read in one request. People asked
// before are not asked again.
func (in *Submission) reads() []store.AnyKey {
	id := in.Document.ID
	keys := append(requirementKeys(in.Meeting.ID, in.File), store.DocumentKey(id),
		store.MailKey(meeting.MailID(meeting.MailReceipt, id)), store.MailKey(in.noticeID()))
	for _, c := range in.ask {
		keys = append(keys, store.MailKey(meeting.MailID(meeting.MailOverQuota, id, c.Email)))
	}
	return keys
}

// noticeID is the id of the mail to staff: they hear of a document once, and once more when its meeting was set up
// only later.
func (in *Submission) noticeID() string {
	return meeting.MailID(meeting.MailReview, in.Document.ID, strconv.FormatBool(in.Meeting.Roster != ""))
}

// isFinal reports whether a record stays as it is. Staff decisions are final: a re-match never overrides one.
func isFinal(known *meeting.Document, version string) bool {
	return known.Status != meeting.Review || known.Decision != "" && known.RosterVersion == version
}

// receive records a document that has no record yet.
func (tx *Tx) receive(doc *meeting.Document) {
	doc.Received = tx.Now
	if doc.MessageID != "" {
		m := &store.Message{Meeting: doc.Meeting, ID: doc.MessageID, Document: doc.ID}
		tx.Put(m, meeting.Effect{})
	}
}

// keepHistory keeps what a record says that matching again does not change.
func keepHistory(doc, known *meeting.Document) {
	doc.Rev, doc.Received, doc.NotifiedStatus = known.Rev, known.Received, known.NotifiedStatus
	doc.Decision, doc.Delegations, doc.Closed = known.Decision, known.Delegations, known.Closed
	if known.Decision == "" || doc.Letter == nil || known.Letter == nil {
		return
	}
	for i, n := range doc.Letter.Nominees {
		declined := func(o meeting.Nominee) bool { return o.Name == n.Name && o.Declined }
		if slices.ContainsFunc(known.Letter.Nominees, declined) {
			doc.Letter.Nominees[i].Declined = true
		}
	}
}

// file places the document, and fails with errOverQuota when its agency would then send too many.
func (tx *Tx) file(ctx context.Context, doc *meeting.Document, in Submission) error {
	if err := tx.Place(ctx, doc, in.File); err != nil {
		return err
	}
	over, err := tx.UpdateDelegations(ctx)
	if err != nil {
		return err
	}
	if over {
		return errOverQuota
	}
	if doc.Uploader.Email == "" {
		doc.Uploader = in.Served
	}
	return nil
}

// notifyStaff mails staff about what a person has to look at: a document that waits for a decision or is set aside as a
// risk, and a rejected one of an unknown sender.
func (tx *Tx) notifyStaff(doc *meeting.Document, in Submission) {
	look := doc.Waits() || doc.Status == meeting.Quarantined ||
		doc.Status == meeting.Rejected && in.Uploader.Email == ""
	if look {
		tx.Mail(meeting.Mail{ID: in.noticeID(), Template: meeting.MailReview, Language: in.Meeting.Language(), To: in.Staff,
			Document: doc.ID, Outcome: doc.Status})
	}
}

// errOverQuota: the letter nominates more officials than its agency may send.
var errOverQuota = errors.New("more nominees than the agency may send")

// overQuota gives the submission that keeps such a letter for review. Its sender hears of that by the receipt. Where
// nobody knows the sender, the letter's officials are asked.
func (r *Registry) overQuota(ctx context.Context, in Submission) (Submission, error) {
	if in.Uploader.Email == "" {
		snap, err := r.store.Read(ctx, requirementKeys(in.Document.Meeting, in.File)...)
		if err != nil {
			return in, err
		}
		for _, k := range in.File {
			q := store.Get(snap, store.RequirementKey(in.Document.Meeting, k))
			known := func(c meeting.Contact) bool { return c.Email == q.Email }
			if q != nil && q.Email != "" && !slices.ContainsFunc(in.ask, known) {
				in.ask = append(in.ask, meeting.Contact{Email: q.Email, Language: q.Language})
			}
		}
	}
	in.File = nil
	in.Document.Status, in.Document.Reason, in.Document.Confidence = meeting.Review, meeting.ReasonOverQuota, 0
	return in, nil
}
