// Package intake turns uploads into documents: it reads an object version, finds out whose it is, and files it.
//
// An upload goes through four steps. admit decides whether it may be read yet; read extracts its text and checks it;
// resolve finds out who sent it, by its upload link; match finds out where it belongs. The registry then files it, in
// one transaction.
package intake

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"path"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Bucket is what intake needs of the S3 bucket; *bucket.Bucket is one.
type Bucket interface {
	// Fetch copies an object version to a file; GoneError when the version is gone, Rejected when it is over the limit.
	Fetch(ctx context.Context, o meeting.Object, limit int64) (*bucket.File, error)
	// Listed completes an object whose event says neither its time nor its size, also where nobody may read it.
	Listed(ctx context.Context, o meeting.Object) (meeting.Object, error)
	Read(ctx context.Context, o meeting.Object, limit int64) ([]byte, error)
	// RosterOf gives the roster files of a token; NotFound when they are gone.
	RosterOf(ctx context.Context, meetingID, token string) (bucket.RosterPair, error)
	// PutPart keeps a paper that came in an upload, once. It fails with Exists when that was erased.
	PutPart(ctx context.Context, key string, data []byte) (meeting.Object, error)
	PutJSON(ctx context.Context, key string, v any) error
	GetJSON(ctx context.Context, key string, v any) error
}

// Scanner says what the scan for malware found in an object version; *bucket.Bucket is one.
type Scanner interface {
	Verdict(ctx context.Context, o meeting.Object) (bucket.Verdict, error)
}

// Reader extracts the text of a file; *extract.Reader is one. It fails with Rejected when the file is at fault, and
// then may give what it has read so far.
type Reader interface {
	Read(ctx context.Context, src io.ReaderAt, size int64) (*content.Content, error)
}

// Documents are the documents and requirements in the table; *store.Store holds them.
type Documents interface {
	Document(ctx context.Context, id string) (*meeting.Document, error)
	// Thread gives the ids of documents that came with the mails of these message ids.
	Thread(ctx context.Context, meetingID string, messages []string) ([]string, error)
	Read(ctx context.Context, keys ...store.AnyKey) (*store.Snapshot, error)
}

// Links are the upload links that were revoked; *store.Store holds them.
type Links interface {
	// Revoked gives the revocation of a participant's links; nil when there is none.
	Revoked(ctx context.Context, meetingID, participant string) (*meeting.Revocation, error)
}

// Uses count what came by each upload link; *store.Store holds them.
type Uses interface {
	UseLink(ctx context.Context, of meeting.LinkUse, change func(*meeting.LinkUse)) error
}

// Rosters are the rosters in the table; *store.Store holds them.
type Rosters interface {
	// Roster gives the meeting and how often staff amended its roster; nil when no roster was loaded yet.
	Roster(ctx context.Context, meetingID string) (*meeting.Meeting, int, error)
	Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error)
	Hints(ctx context.Context, meetingID string) ([]*meeting.Hint, error)
}

// Attempts are the notes of documents that are being read; *store.Store holds them.
type Attempts interface {
	// Attempt gives the note of a document; nil when nobody reads it.
	Attempt(ctx context.Context, document string) (*meeting.Attempt, error)
	// PutAttempt fails with store.ErrConflict when the note is not as it was read.
	PutAttempt(ctx context.Context, a *meeting.Attempt) error
	EndAttempt(ctx context.Context, document string) error
}

// Table is everything that intake reads of the table.
type Table interface {
	Documents
	Attempts
	Links
	Uses
	Rosters
}

// Registry files documents; *filing.Registry is one.
type Registry interface {
	Submit(ctx context.Context, s filing.Submission) (*meeting.Document, error)
	// Recognize files a letter with open nominees for those that a newer roster knows; nil when there is no such document.
	Recognize(ctx context.Context, m meeting.Meeting, rosterVersion, document string, known []filing.Recognized) (*meeting.Document, error)
	// Unchanged notes that a roster changes nothing in a document, and tells its sender if the roster names them first.
	Unchanged(ctx context.Context, m meeting.Meeting, rosterVersion, document string) (*meeting.Document, error)
}

// Options are what an Intake is made of. Scanner may be nil; all others are needed.
type Options struct {
	Bucket   Bucket
	Table    Table
	Registry Registry
	Reader   Reader
	// Readers say what papers do. Without one no letter is filed but by a participant's link.
	Readers []match.PaperReader
	// Large decides what they leave open. If it is nil, a person does.
	Large match.LargeReader
	// Scanner: nothing is read before the scan has found it clean. If it is nil, uploads are read unscanned.
	Scanner Scanner
	// ScanPatience is how long an upload may wait for its scan before it goes to review unread.
	ScanPatience time.Duration
	Tickets      *ticket.Ring
	// Staff is the address that hears of uploads for meetings without a secretariat.
	Staff string
	// MailServer is the authserv-id whose word is taken for who sent a mail; if empty, nobody's word is.
	MailServer string
	// Quarantine are the findings for which a document is set aside.
	Quarantine []meeting.FindingCode
	// MaxBytes bounds one upload, LinkLimits all that comes by one link on a day.
	MaxBytes   int64
	LinkLimits meeting.LinkLimits
	// AttemptTime is how long one call may take to read and file a document. One that has not said how it ended by then
	// has died.
	AttemptTime time.Duration
	// MaxDeaths is after how many such calls a document is set aside unread.
	MaxDeaths int
	Log       *slog.Logger
	Meter     *observe.Meter
}

// Intake takes in uploads. It is safe for concurrent use.
type Intake struct {
	Options
	rosters *rosterCache
}

// New makes an Intake.
func New(o Options) *Intake {
	return &Intake{Options: o, rosters: newRosterCache(rosterLoader(o.Bucket, o.Table, letter.NewReader(), o.Readers, o.Large))}
}

// Object takes in one object version. It may be called any number of times for the same one: a known one is
// only looked at again if it waits for something, such as its scan or a new roster.
//
// All that is done with it has one deadline, so that it has stopped when another call takes it for dead.
func (in *Intake) Object(ctx context.Context, o meeting.Object) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, in.AttemptTime-endTime)
	defer cancel()
	known, err := in.Table.Document(ctx, o.ID())
	var doc *meeting.Document
	switch {
	case err == nil:
		doc, err = in.again(ctx, *known)
	case fault.Is(err, fault.NotFound):
		doc, err = in.first(ctx, o)
	}
	if err != nil || doc == nil {
		return err
	}
	in.Log.InfoContext(ctx, "document",
		"document", *doc, "correlation", doc.ID, "ms", time.Since(began).Milliseconds())
	return nil
}

// first takes in an object version that has no document yet; nil if it waits for its scan, or is gone. A part of an upload
// is taken in with that.
func (in *Intake) first(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	if o.IsPart() {
		return nil, nil //nolint:nilnil // nothing is to be done
	}
	doc, err := in.admit(ctx, o)
	switch {
	case bucket.Gone(err, o):
		in.Log.WarnContext(ctx, "object version is gone", "document", o.ID())
		return nil, nil
	case err == nil && doc == nil:
		in.Log.InfoContext(ctx, "waits for its scan", "correlation", o.ID())
	}
	return doc, err
}

// again looks again at a document that is known, if it waits for something; nil if it goes on waiting for its scan.
func (in *Intake) again(ctx context.Context, doc meeting.Document) (*meeting.Document, error) {
	switch {
	case doc.Status == meeting.Review && (doc.Reason == meeting.ReasonStuck || doc.Reason == meeting.ReasonUnscanned):
		// A document that was never scanned stays as it is, unless it was found clean since.
		again, err := in.admit(ctx, doc.Object)
		if bucket.Gone(err, doc.Object) {
			return in.unchanged(ctx, doc)
		}
		return again, err
	case doc.Waits() && doc.Text != "":
		return in.rematch(ctx, doc)
	case doc.NeedsRematch():
		return in.unchanged(ctx, doc)
	}
	return &doc, nil
}

// Stuck notes an object version that could not be taken in, so that staff see it. One that is known stays as it is, and
// is left alone until the roster changes again.
func (in *Intake) Stuck(ctx context.Context, o meeting.Object) error {
	switch known, err := in.Table.Document(ctx, o.ID()); {
	case err == nil && known.NeedsRematch():
		_, err = in.unchanged(ctx, *known)
		return err
	case !fault.Is(err, fault.NotFound):
		return err
	case o.IsPart():
		return nil
	}
	_, err := in.stuck(ctx, o)
	return err
}

// stuck files an object version unread, for a person to look at.
func (in *Intake) stuck(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	doc := newDocument(o)
	doc.Reason = meeting.ReasonStuck
	out, err := in.file(ctx, doc, &content.Content{})
	if err != nil {
		return nil, err
	}
	in.Log.ErrorContext(ctx, "document stuck", "correlation", o.ID())
	in.Meter.Put(ctx, observe.Count(observe.DocumentsStuck, 1))
	return out, nil
}

// newDocument is the document of an object version that was not read yet. One whose key is none of an upload belongs
// to the meeting "-", so that it is not lost.
func newDocument(o meeting.Object) meeting.Document {
	meetingID, _, name, ok := bucket.ParseIncoming(o.Key)
	if !ok {
		meetingID, name = "-", path.Base(o.Key)
	}
	return meeting.Document{
		ID: o.ID(), Object: o, Meeting: meetingID, FileName: cmp.Or(meeting.ShownName(path.Base(name)), "document"),
		DocumentState: meeting.DocumentState{Status: meeting.Review},
	}
}

// Measure counts what became of a document, given the status that its record had before, "" if it had none. The registry
// calls it once for each record that changed, so a document is counted once even if its event came twice at the same
// moment. Stuck documents are counted by Stuck.
func (in *Intake) Measure(ctx context.Context, before meeting.Status, doc *meeting.Document) {
	name := map[meeting.Status]observe.Name{
		meeting.Filed:       observe.DocumentsFiled,
		meeting.Review:      observe.DocumentsInReview,
		meeting.Rejected:    observe.DocumentsRejected,
		meeting.Quarantined: observe.DocumentsQuarantined,
		meeting.Superseded:  observe.DocumentsSuperseded,
	}[doc.Status]
	if doc.Status == before || name == "" || doc.Reason == meeting.ReasonStuck {
		return
	}
	values := []observe.Value{observe.Count(name, 1)}
	if before == "" {
		values = append(values, observe.Took(observe.UploadToFiled, max(0, time.Since(doc.Time))))
	}
	in.Meter.Put(ctx, values...)
}
