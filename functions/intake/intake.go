// Package intake turns uploads into documents: it reads an object version, finds out whose it is, and files it.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/bucket"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/queue"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// TicketKeys are the keys that sign upload links: id:base64key[,id:base64key...].
	TicketKeys string `env:"TICKET_KEYS,required,notEmpty"`
	// Staff hears of uploads for meetings that are not set up.
	Staff string `env:"STAFF_ADDRESS,required,notEmpty"`
	// PDFiumCache is the folder of PDFium's compiled cache; it may be read-only. Empty compiles at every start.
	PDFiumCache string `env:"PDFIUM_CACHE"`
	// MailServer is the server whose word is taken for who sent a mail: the authserv-id (RFC 8601, 2.5) that it writes into
	// Authentication-Results. Set it only where mails reach the bucket by that server alone; empty takes nobody's word.
	MailServer string `env:"MAIL_SERVER"`
	// MalwareScan: GuardDuty scans uploads, and nothing is read before it has found one clean.
	MalwareScan bool `env:"MALWARE_SCAN"`
	// ScanPatience is how long an upload may wait for its scan before a person has to look.
	ScanPatience time.Duration `env:"SCAN_PATIENCE" envDefault:"24h"`
	// MaxBytes bounds one upload.
	MaxBytes int64 `env:"MAX_UPLOAD_BYTES" envDefault:"262144000"`
	// ReadTime bounds the reading of one document.
	ReadTime time.Duration `env:"READ_TIME" envDefault:"60s"`
	// OCR reads scans: none, textract, tesseract, or auto, which is tesseract where it is installed.
	OCR string `env:"OCR" envDefault:"none"`
	// Tesseract is the program's name or path.
	Tesseract string `env:"TESSERACT" envDefault:"tesseract"`
	// MaxScans bounds the pages of a document that are read by OCR.
	MaxScans int `env:"MAX_SCANS" envDefault:"30"`
	// ScanTime bounds the reading of one such page; a page that takes longer is left unread.
	ScanTime time.Duration `env:"SCAN_TIME" envDefault:"20s"`
	// Quarantine are the findings for which a document is set aside, whatever it is.
	Quarantine []meeting.FindingCode `env:"QUARANTINE" envDefault:"macros,executable"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}

// Function is the handler.
type Function struct {
	bucket   *bucket.Bucket
	store    *store.Store
	registry *filing.Registry
	reader   *extract.Reader
	engine   *pdf.Engine
	tickets  *ticket.Keys
	staff    string
	scan     bool // nothing is read before GuardDuty has found it clean
	patience time.Duration
	server   string                // whose word is taken for who sent a mail
	set      []meeting.FindingCode // findings that set a document aside
	log      *slog.Logger
	meter    *observe.Meter
	indexes  indexes
}

// New wires the function; the OCR engine may be nil.
func New(c Config, s3c *s3.Client, db *dynamodb.Client, engine ocr.Engine, log *slog.Logger) (*Function, error) {
	keys, err := ticket.ParseKeys(c.TicketKeys)
	if err != nil {
		return nil, err
	}
	limits := content.Limits{Bytes: c.MaxBytes, Time: c.ReadTime, Scans: c.MaxScans, ScanTime: c.ScanTime}.WithDefaults()
	pdfium := pdf.New(c.PDFiumCache, limits.Memory)
	st, b := store.New(db, c.Table), bucket.New(s3c, c.Bucket)
	f := &Function{bucket: b, store: st, registry: filing.New(st, time.Now), reader: extract.New(pdfium, engine, limits),
		engine: pdfium, tickets: keys, staff: c.Staff, server: c.MailServer, scan: c.MalwareScan, patience: c.ScanPatience, set: c.Quarantine, log: log, meter: observe.NewMeter(log, c.Namespace), indexes: indexes{bucket: b, store: st, letters: letter.NewReader(), held: map[string]held{}}}
	f.registry.OnConflict(func(ctx context.Context) { f.meter.Put(ctx, observe.Count(observe.Conflicts, 1)) })
	f.registry.OnRecord(f.measure)
	return f, nil
}

// Ready starts the PDF engine ahead of the first document.
func (f *Function) Ready(ctx context.Context) error { return f.engine.Start(ctx) }

// Close frees the PDF engine.
func (f *Function) Close() error { return f.engine.Close() }

// Handle takes a batch of S3 notifications from SQS; those that fail come again.
func (f *Function) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, f.log, e, f.notification, f.stuck), nil
}

func (f *Function) notification(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if o.Version == "" {
			// A record belongs to one version; the sweep reads from the bucket which this was. AWS always says it.
			f.log.WarnContext(ctx, "event without a version, left to the sweep")
			continue
		}
		if err := f.object(ctx, o); err != nil {
			return fmt.Errorf("take in object %s: %w", o.ID(), err)
		}
	}
	return nil
}

// stuck puts uploads whose message is about to go to the dead letters in the staff's sight.
func (f *Function) stuck(ctx context.Context, body []byte) error {
	objects, err := bucket.Created(body)
	if err != nil {
		return err
	}
	for _, o := range objects {
		switch _, err := f.store.Document(ctx, o.ID()); {
		case err == nil:
			continue // it was recorded, or is in sight already
		case !fault.Is(err, fault.NotFound):
			return err
		}
		doc := f.document(o)
		doc.Reason = meeting.ReasonStuck
		if _, err := f.file(ctx, doc, &content.Content{}); err != nil {
			return fmt.Errorf("note object %s as stuck: %w", o.ID(), err)
		}
		f.log.ErrorContext(ctx, "document stuck", "correlation", o.ID())
		f.meter.Put(ctx, observe.Count(observe.DocumentsStuck, 1))
	}
	return nil
}

// document is what is known of an object before it is read.
func (f *Function) document(o meeting.Object) meeting.Document {
	meetingID, _, name, ok := bucket.ParseIncoming(o.Key)
	if !ok { // not where an upload belongs, and yet nothing is lost
		meetingID, name = "-", path.Base(o.Key)
	}
	return meeting.Document{ID: o.ID(),
		Object:        o,
		Meeting:       meetingID,
		FileName:      path.Base(name),
		DocumentState: meeting.DocumentState{Status: meeting.Review}}
}

// object takes in one object version. It may be called any number of times for the same one.
func (f *Function) object(ctx context.Context, o meeting.Object) error {
	began := time.Now()
	doc, err := f.store.Document(ctx, o.ID())
	switch {
	case fault.Is(err, fault.NotFound):
		doc, err = f.admit(ctx, o)
		if err == nil && doc == nil {
			f.log.InfoContext(ctx, "waits for its scan", "correlation", o.ID())
			return nil
		}
		if fault.Is(err, fault.NotFound) {
			f.log.WarnContext(ctx, "object version is gone", "document", o.ID())
			return nil
		}
	case err == nil && doc.Status == meeting.Review && (doc.Reason == meeting.ReasonStuck || doc.Reason == meeting.ReasonUnscanned):
		// Unscanned, it stays as it is unless it was found clean since.
		if doc, err = f.admit(ctx, doc.Object); err == nil && doc == nil {
			return nil
		}
	case err == nil && doc.Status == meeting.Review && doc.Text != "":
		doc, err = f.rematch(ctx, *doc)
	case err == nil && doc.NeedsRematch():
		doc, err = f.tell(ctx, *doc)
	}
	if err != nil {
		return err
	}
	f.log.InfoContext(ctx, "document", "document", *doc, "correlation", doc.ID, "ms", time.Since(began).Milliseconds())
	return nil
}

// measure counts what became of a document, once for each time that it changed: also when its event came twice at the same
// moment. What is stuck is counted by itself.
func (f *Function) measure(ctx context.Context, before meeting.Status, doc *meeting.Document) {
	name := map[meeting.Status]observe.Name{meeting.Filed: observe.DocumentsFiled, meeting.Review: observe.DocumentsInReview, meeting.Rejected: observe.DocumentsRejected,
		meeting.Quarantined: observe.DocumentsQuarantined, meeting.Superseded: observe.DocumentsSuperseded}[doc.Status]
	if doc.Status == before || name == "" || doc.Reason == meeting.ReasonStuck {
		return
	}
	values := []observe.Value{observe.Count(name, 1)}
	if before == "" {
		values = append(values, observe.Took(observe.UploadToFiled, max(0, time.Since(doc.Time))))
	}
	f.meter.Put(ctx, values...)
}

// upload is what the key of an upload and its ticket say.
type upload struct {
	claim    *match.Claim
	uploader string         // the participant whose ticket it was, also an expired one's
	reason   meeting.Reason // why the ticket cannot be trusted
}

func (f *Function) upload(ctx context.Context, token, meetingID string, at time.Time) (upload, error) {
	if token == "drop" {
		return upload{}, nil
	}
	t, err := f.tickets.Verify(token, meetingID, at)
	switch {
	case errors.Is(err, ticket.ErrExpired):
		return upload{uploader: t.Participant, reason: meeting.ReasonTicketExpired}, nil
	case err != nil:
		return upload{reason: meeting.ReasonTicketInvalid}, nil
	}
	if t.Participant != "" {
		r, err := f.store.Revoked(ctx, meetingID, t.Participant)
		if err != nil {
			return upload{}, err
		}
		if r != nil && t.Issued <= r.Before.Unix() {
			// Whoever holds a revoked link may not be the participant: nobody is told.
			return upload{reason: meeting.ReasonTicketRevoked}, nil
		}
	}
	claim := &match.Claim{Participant: t.Participant, Agency: t.Agency, Kind: t.Kind, Session: t.Session}
	if t.Agency != "" { // its letters say themselves whom they name
		claim.Participant = ""
	}
	return upload{claim: claim, uploader: t.Participant}, nil
}

// admit takes an object version in once it may be read. It gives nil while it waits for its scan; what is infected is set aside, and
// what cannot be scanned goes to review, both unread.
func (f *Function) admit(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	if o.Time.IsZero() { // GuardDuty's event does not say it
		var err error
		if o, err = f.bucket.Stat(ctx, o); err != nil {
			return nil, err
		}
	}
	if !f.scan {
		return f.take(ctx, o)
	}
	verdict, err := f.bucket.Verdict(ctx, o)
	if err != nil {
		return nil, err
	}
	doc := f.document(o)
	switch {
	case verdict == bucket.Clean:
		return f.take(ctx, o)
	case verdict == bucket.Infected:
		doc.Status, doc.Reason = meeting.Quarantined, meeting.ReasonMalware
	case verdict == bucket.NotScanned && time.Since(o.Time) < f.patience:
		return nil, nil
	default:
		doc.Reason = meeting.ReasonUnscanned
	}
	return f.file(ctx, doc, &content.Content{})
}

// take reads an object version for the first time.
func (f *Function) take(ctx context.Context, o meeting.Object) (*meeting.Document, error) {
	doc := f.document(o)
	c, err := f.read(ctx, o)
	switch reason := meeting.Reason(fault.Reason(err)); {
	case err == nil:
	case fault.Is(err, fault.Rejected) && reason == meeting.ReasonNotReadableYet:
		doc.Reason = reason
	case fault.Is(err, fault.Rejected):
		doc.Status, doc.Reason = meeting.Rejected, reason
	default:
		return nil, err
	}
	if c == nil {
		c = &content.Content{}
	}
	if c.Format.Misnamed(doc.FileName) {
		c.Find(meeting.FindingMisnamed, string(c.Format))
	}
	if i := slices.IndexFunc(c.Findings, func(found meeting.Finding) bool { return slices.Contains(f.set, found.Code) }); i >= 0 {
		doc.Status, doc.Reason = meeting.Quarantined, meeting.Reason(c.Findings[i].Code)
	}
	doc.Format, doc.Title, doc.Author, doc.Created = string(c.Format), c.Metadata.Title, c.Metadata.Author, c.Metadata.Created
	doc.Pages, doc.Words, doc.Excerpt, doc.Findings = len(c.Pages), c.Words(), c.Excerpt(1000), c.Findings
	if len(c.Pages) > 0 && c.Pages[0].Title != "" {
		doc.Title = c.Pages[0].Title // what the audience will see, rather than what a template was called
	}
	if e := c.Envelope; e != nil {
		doc.Sender, doc.MessageID, doc.References = e.Address(), e.ID, e.References
	}
	scanned := 0
	for _, p := range c.Pages {
		if p.Confidence > 0 {
			scanned++
		}
	}
	if scanned > 0 {
		f.meter.Put(ctx, observe.Count(observe.ScannedPages, scanned))
	}
	// Every text is stored, an empty one too: matching again, when the roster changes, starts from it.
	doc.Text = "text/" + doc.ID + ".json.gz"
	if err := f.bucket.PutJSON(ctx, doc.Text, c); err != nil {
		return nil, err
	}
	return f.file(ctx, doc, c)
}

func (f *Function) read(ctx context.Context, o meeting.Object) (*content.Content, error) {
	file, err := f.bucket.Fetch(ctx, o, f.reader.Limits().Bytes)
	if err != nil {
		return nil, err
	}
	c, err := f.reader.Read(ctx, file, file.Size)
	if closeErr := file.Close(); closeErr != nil && err == nil {
		return nil, fmt.Errorf("remove temporary file: %w", closeErr)
	}
	return c, err
}

// tell writes to who sent a document that was turned down before a roster knew its sender.
func (f *Function) tell(ctx context.Context, doc meeting.Document) (*meeting.Document, error) {
	m, taught, err := f.store.Roster(ctx, doc.Meeting)
	if err != nil || m == nil || meeting.RosterVersion(m.Roster, taught) == doc.RosterVersion {
		return &doc, err
	}
	return f.registry.NotifySender(ctx, *m, meeting.RosterVersion(m.Roster, taught), doc.ID)
}

// rematch looks again at a document in review, when the roster has changed since.
func (f *Function) rematch(ctx context.Context, doc meeting.Document) (*meeting.Document, error) {
	m, taught, err := f.store.Roster(ctx, doc.Meeting)
	if err != nil {
		return nil, err
	}
	if m == nil || meeting.RosterVersion(m.Roster, taught) == doc.RosterVersion {
		return &doc, nil
	}
	var c content.Content
	if err := f.bucket.GetJSON(ctx, doc.Text, &c); err != nil {
		return nil, err
	}
	return f.file(ctx, doc, &c)
}

// file matches a document and files it, or keeps it. When the roster changes meanwhile, it looks again.
func (f *Function) file(ctx context.Context, doc meeting.Document, c *content.Content) (*meeting.Document, error) {
	for range 3 {
		m, index, edition, err := f.roster(ctx, doc.Meeting)
		if err != nil {
			return nil, err
		}
		doc.RosterVersion = edition
		in, err := f.submission(ctx, doc, c, m, index)
		if err != nil {
			return nil, err
		}
		out, err := f.registry.Submit(ctx, in)
		if err != nil || out.Status != meeting.Review {
			return out, err
		}
		now, taught, err := f.store.Roster(ctx, doc.Meeting)
		if err != nil {
			return nil, err
		}
		if now == nil || meeting.RosterVersion(now.Roster, taught) == out.RosterVersion {
			return out, nil
		}
	}
	return nil, fault.New(fault.Transient, "the roster keeps changing")
}

// roster gives a meeting, its index, and which edition of the roster that is; zero values when none was loaded yet.
func (f *Function) roster(ctx context.Context, id string) (meeting.Meeting, *match.Index, string, error) {
	m, taught, err := f.store.Roster(ctx, id)
	if err != nil || m == nil {
		return meeting.Meeting{}, nil, "", err
	}
	edition := meeting.RosterVersion(m.Roster, taught)
	index, err := f.indexes.get(ctx, m, edition)
	return *m, index, edition, err
}

// submission matches a document. Where that alone does not tell whose it is, what is outstanding is looked up too.
func (f *Function) submission(ctx context.Context, doc meeting.Document, c *content.Content, m meeting.Meeting, index *match.Index) (filing.Submission, error) {
	in := filing.Submission{Document: doc, Meeting: m, Staff: m.Secretariat}
	if len(in.Staff) == 0 {
		in.Staff = []string{f.staff}
	}
	d := &in.Document
	_, token, _, _ := bucket.ParseIncoming(doc.Key)
	up, err := f.upload(ctx, token, doc.Meeting, doc.Time)
	if err != nil {
		return in, err
	}
	d.LinkOwner = up.uploader
	if index == nil {
		if d.Status == meeting.Review && d.Reason == "" {
			d.Reason = meeting.ReasonUnknownMeeting
		}
		return in, nil
	}
	facts := match.Facts{FileName: doc.FileName, Content: c, Claim: up.claim, Sender: match.Sender{Address: doc.Sender, Verified: c.Envelope != nil && f.server != "" && strings.EqualFold(c.Envelope.Checker, f.server)}}
	if doc.Letter != nil {
		for _, n := range doc.Letter.Nominees {
			if n.Declined {
				facts.Declined = append(facts.Declined, n.Name)
			}
		}
	}
	if facts.Claim == nil && len(doc.References) > 0 {
		var err error
		if facts.Thread, err = f.thread(ctx, doc); err != nil {
			return in, err
		}
	}
	found, err := index.Match(ctx, facts, match.Budget{})
	if err != nil {
		return in, err
	}
	if places := found.Places(); len(found.File) == 0 && len(places) > 0 && facts.Claim == nil {
		snap, err := f.store.Read(ctx, store.RequirementKeys(m.ID, places)...)
		if err != nil {
			return in, err
		}
		facts.States = map[meeting.RequirementKey]meeting.State{}
		for r := range store.All[meeting.Requirement](snap) {
			facts.States[r.RequirementKey] = r.State
		}
		if found, err = index.Match(ctx, facts, match.Budget{}); err != nil {
			return in, err
		}
	}
	uploader, known := index.Participant(up.uploader)
	if !known && facts.Sender.Verified {
		uploader, known = index.ByAddress(doc.Sender)
	}
	keepConfirmed(doc.Letter, found.Letter)
	d.Kind, d.Candidates, d.Letter = found.Kind, found.Candidates, found.Letter
	switch {
	case d.Status != meeting.Review, d.Reason == meeting.ReasonNotReadableYet, d.Reason == meeting.ReasonStuck, d.Reason == meeting.ReasonUnscanned:
		// Whatever its name says, nobody has read it.
	case up.reason != "":
		d.Reason = up.reason
	case len(found.File) > 0:
		in.File = found.File
		if !known {
			uploader = found.Participant
			// A letter for more officials than may come is the agency's to hear of: filing finds whom to ask.
			known = found.Letter == nil
		}
		d.Confidence, d.Evidence, d.Reason = found.Confidence, found.Evidence, ""
	case c.Has(meeting.FindingScanUnread) && (found.Reason == meeting.ReasonNobodyNamed || found.Reason == meeting.ReasonKindUnclear):
		d.Reason = meeting.ReasonScanUnread // nobody could read who is named
	default:
		d.Reason, d.Evidence = found.Reason, found.Evidence
	}
	in.Uploader, in.Served = meeting.Contact{}, meeting.Contact{Email: uploader.Email, Language: uploader.Language}
	if known {
		in.Uploader = in.Served
	}
	return in, nil
}

// keepConfirmed takes over what an office said of its nominees when the letter is matched again.
func keepConfirmed(before, after *meeting.Letter) {
	if before == nil || after == nil {
		return
	}
	for i, n := range after.Nominees {
		if j := slices.IndexFunc(before.Nominees, func(o meeting.Nominee) bool { return o.Name == n.Name }); j >= 0 {
			after.Nominees[i].Confirmed = before.Nominees[j].Confirmed
		}
	}
}

// maxThread bounds how many mails of a thread are looked up.
const maxThread = 20

// thread gives the participants whose documents came with earlier mails of the same thread.
func (f *Function) thread(ctx context.Context, doc meeting.Document) ([]string, error) {
	ids, err := f.store.Thread(ctx, doc.Meeting, doc.References[max(0, len(doc.References)-maxThread):])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	snap, err := f.store.Read(ctx, store.KeysOf(store.DocumentKey, ids)...)
	if err != nil {
		return nil, err
	}
	var people []string
	for d := range store.All[meeting.Document](snap) {
		for _, k := range d.FiledFor {
			people = append(people, k.Participant)
		}
	}
	slices.Sort(people)
	return slices.Compact(people), nil
}

// indexes keeps the rosters of the meetings last used, for as long as the function is warm.
type indexes struct {
	bucket  *bucket.Bucket
	store   *store.Store
	letters *letter.Reader
	mu      sync.Mutex
	held    map[string]held
}

type held struct {
	edition string
	index   *match.Index
}

// maxHeld bounds how many meetings' rosters stay in memory.
const maxHeld = 8

func (x *indexes) get(ctx context.Context, m *meeting.Meeting, edition string) (*match.Index, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if h, ok := x.held[m.ID]; ok && h.edition == edition {
		return h.index, nil
	}
	var r meeting.Roster
	if err := x.bucket.GetJSON(ctx, m.Index, &r); err != nil {
		return nil, fmt.Errorf("read the roster's index: %w", err)
	}
	accepted, err := x.store.Accepted(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	lessons, err := x.store.Hints(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	r.Participants = filing.WithAccepted(r.Participants, accepted)
	if len(x.held) >= maxHeld {
		clear(x.held)
	}
	index := match.NewIndex(r, x.letters, lessons...)
	x.held[m.ID] = held{edition, index}
	return index, nil
}
