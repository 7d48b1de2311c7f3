package meeting

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Status is where a document stands.
type Status string

// The statuses of a document.
const (
	Filed       Status = "filed"
	Review      Status = "review"
	Rejected    Status = "rejected"
	Superseded  Status = "superseded"
	Withdrawn   Status = "withdrawn"
	Quarantined Status = "quarantined"
	// Ignored: a file that a program left beside a document; see Dropping.
	Ignored Status = "ignored"
	// Correspondence: a mail that holds no paper and files nothing, such as thanks, a question or a promise. Staff see it, and
	// may file it all the same.
	Correspondence Status = "correspondence"
	// Opened: an envelope, whose papers are documents of their own.
	Opened Status = "opened"
)

// Object names one version of one object in the bucket, and when it was uploaded.
type Object struct {
	Bucket  string    `json:"bucket"`
	Key     string    `json:"key"`
	Version string    `json:"version"`
	Size    int64     `json:"size"`
	Time    time.Time `json:"time"`
	// Sequencer orders events of one key (Amazon S3 User Guide, "Event message structure"); it may be empty.
	Sequencer string `json:"sequencer,omitempty"`
}

// ID is the object version's own name, the same however often and by whichever way it arrives:
// the first 128 bits of SHA-256 over bucket, key and version, in hex. What was rewritten keeps the id that it had; see
// Rewritten. A part's key names its upload and its place in that, and is enough; see PartKey.
func (o Object) ID() string {
	if id, _, ok := o.Rewritten(); ok {
		return id
	}
	version := o.Version
	if o.IsPart() {
		version = ""
	}
	h := sha256.New()
	for _, s := range []string{o.Bucket, o.Key, version} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Order sorts as the uploads happened: by time in milliseconds, then S3's sequencer, then id,
// so that any two documents have one order, by any way that they came.
func (o Object) Order() string {
	return o.Time.UTC().Format("2006-01-02T15:04:05.000Z") + "#" + strings.ToUpper(padded(o.Sequencer)) + "#" + o.ID()
}

// padded gives a sequencer of S3 as it is compared: of one length, with zeros on the right.
func padded(sequencer string) string {
	return sequencer + strings.Repeat("0", max(0, 24-len(sequencer)))
}

// OrderTime is the time of the upload that an order was made of; zero when it is none.
func OrderTime(order string) time.Time {
	stamp, _, _ := strings.Cut(order, "#")
	t, err := time.Parse("2006-01-02T15:04:05.000Z", stamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

// LogValue names the object by its id: a key holds a file name, and that may hold a person's.
func (o Object) LogValue() slog.Value { return slog.StringValue(o.ID()) }

// Document is one received object version, or one paper that came in it.
type Document struct {
	ID string `json:"id"`
	Object
	Meeting  string `json:"meeting"`
	FileName string `json:"fileName"`
	// Envelope is the upload that the paper came in; nil for what came by itself.
	Envelope *Envelope `json:"envelope,omitempty"`
	// Enclosed are the papers of an upload that was opened, in their order.
	Enclosed []Enclosed `json:"enclosed,omitempty"`
	DocumentState
	Candidates []Candidate `json:"candidates,omitempty"`
	// Act is what the paper does; empty for slides, and when nobody could tell.
	Act Act `json:"act,omitempty"`
	// Delegations are the keys of those in which it has an entry.
	Delegations []string `json:"delegations,omitempty"`
	// Decision is the id of the last decision that staff took about it.
	Decision string `json:"decision,omitempty"`
	// Closed: its original names somebody who was erased, so that only those may see it who decide.
	Closed bool `json:"closed,omitempty"`
	// Sender is the address that a mail came from, MessageID and References those of its thread (RFC 5322, 3.6.4).
	Sender     string   `json:"sender,omitempty"`
	MessageID  string   `json:"messageId,omitempty"`
	References []string `json:"references,omitempty"`
	// LinkOwner is the id of the participant whose ticket it came by.
	LinkOwner string `json:"linkOwner,omitempty"`
	// Uploader is the person to tell about the result, if known.
	Uploader Contact `json:"uploader,omitzero"`

	// What was read. Excerpt is at most 1,000 characters; the whole is at Text in the bucket.
	Format   string    `json:"format,omitempty"`
	Title    string    `json:"title,omitempty"`
	Author   string    `json:"author,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Pages    int       `json:"pages,omitempty"`
	Words    int       `json:"words,omitempty"`
	Excerpt  string    `json:"excerpt,omitempty"`
	Text     string    `json:"text,omitempty"`
	Findings []Finding `json:"findings,omitempty"`

	// RosterVersion is the roster version that it was matched against.
	RosterVersion string `json:"rosterVersion,omitempty"`
	// NotifiedStatus is the status that the uploader was last told; empty when nothing was sent yet.
	NotifiedStatus Status    `json:"notifiedStatus,omitempty"`
	Received       time.Time `json:"received"`
	Rev            int       `json:"rev"`
}

// Contact is a person to write to, and the language.
type Contact struct {
	Email    string `json:"email,omitempty"`
	Language string `json:"language,omitempty"`
}

// HasOpenNominees tells whether a letter that was filed has nominees who wait for a decision. It has them still when a
// newer letter takes its place.
func (d Document) HasOpenNominees() bool {
	return d.Letter != nil && d.Kind == Nomination && d.PartOf == "" && (d.Status == Filed || d.Status == Superseded) &&
		slices.ContainsFunc(d.Letter.Nominees, Nominee.Open)
}

// OpenNominees gives the names of those nominees, in the letter's order.
func (d Document) OpenNominees() []string {
	if !d.HasOpenNominees() {
		return nil
	}
	var names []string
	for _, n := range d.Letter.Nominees {
		if n.Open() {
			names = append(names, n.Name)
		}
	}
	return names
}

// Waits tells whether a person has to decide something about the document.
func (d Document) Waits() bool { return d.Status == Review || d.HasOpenNominees() }

// NeedsRematch reports whether a new roster can change this document: somebody has to decide about it, or its sender,
// known by the link alone, was not told yet that it was rejected or set aside.
func (d Document) NeedsRematch() bool {
	return d.Waits() || d.LinkOwner != "" && d.NotifiedStatus == "" && (d.Status == Rejected || d.Status == Quarantined)
}

// Remarks are the findings beside the one that is the reason already.
func (d Document) Remarks() []Finding {
	return slices.DeleteFunc(slices.Clone(d.Findings), func(f Finding) bool { return f.Code == FindingCode(d.Reason) })
}

// LogValue keeps the text, the names and the file name out of logs.
func (d Document) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", d.ID), slog.String("meeting", d.Meeting),
		slog.String("status", string(d.Status)), slog.String("reason", string(d.Reason)))
}

// Finding is something that a reader of the file noticed.
type Finding struct {
	Code FindingCode `json:"code"`
	// Detail is a number or a short name, never document text.
	Detail string `json:"detail,omitempty"`
}

// Candidate is a place where a document may belong.
type Candidate struct {
	Participant string           `json:"participant"`
	Name        string           `json:"name"`
	For         []RequirementKey `json:"for,omitempty"`
	Confidence  float64          `json:"confidence"`
	Evidence    []Evidence       `json:"evidence"`
}

// Evidence is one observation that speaks for a candidate.
type Evidence struct {
	Code   EvidenceCode `json:"code"`
	Detail string       `json:"detail,omitempty"`
	// Weight is the natural logarithm of how much more often it is seen when the candidate is right than when not;
	// below 0 it speaks against.
	Weight float64 `json:"weight,omitempty"`
}

// Letter is what a nomination letter says.
type Letter struct {
	Agency    string    `json:"agency,omitempty"`
	Country   string    `json:"country,omitempty"` // ISO 3166-1 alpha-2, or as it is written
	Reference string    `json:"reference,omitempty"`
	Dated     time.Time `json:"dated,omitzero"`
	Signatory string    `json:"signatory,omitempty"`
	Nominees  []Nominee `json:"nominees,omitempty"`
}

// Nominee is one official named in a letter.
type Nominee struct {
	Name      string `json:"name"`
	Honorific string `json:"honorific,omitempty"`
	Position  string `json:"position,omitempty"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Head      bool   `json:"head,omitempty"`
	Alternate bool   `json:"alternate,omitempty"`
	// Participant is the id of the person of the roster; empty while it is not known who that is.
	Participant string `json:"participant,omitempty"`
	// Confirmed is what the office that sent the letter says of the person since; nil when it said nothing.
	Confirmed *Confirmation `json:"confirmed,omitempty"`
	// Declined: staff do not want this person on the roster.
	Declined bool `json:"declined,omitempty"`
	// Replaces is the name of the replaced official, ReplacesID that person's id where it is known.
	Replaces   string `json:"replaces,omitempty"`
	ReplacesID string `json:"replacesId,omitempty"`
}

// Open tells whether nobody knows yet who of the roster a nominee is, and nobody has declined the nominee.
func (n Nominee) Open() bool { return n.Participant == "" && !n.Declined }

// Confirmation is a nominee's name and address as the office that nominates writes them.
type Confirmation struct {
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

// Mail is an outbox item: a mail that has been decided. It holds all that is needed to write it,
// not the text: lists are read when it is sent.
type Mail struct {
	ID       string   `json:"id"`
	Meeting  string   `json:"meeting"`
	Template string   `json:"template"`
	Language string   `json:"language"`
	To       []string `json:"to"`
	Session  string   `json:"session,omitempty"`
	Epoch    int      `json:"epoch,omitempty"`
	Document string   `json:"document,omitempty"`
	// Outcome is what became of the document when the mail was decided.
	Outcome Status `json:"outcome,omitempty"`
	// Links are the uploads that the mail invites to.
	Links []Invitation `json:"links,omitempty"`
	// Problems is the bucket key of a list of roster problems.
	Problems string `json:"problems,omitempty"`
	// Cause is the id of the document or the decision for which it was put, by which logs tie it to the upload.
	Cause   string    `json:"cause,omitempty"`
	Decided time.Time `json:"decided"`

	State MailState `json:"state"`
	// Lease is until when a sender holds the item, and when it may be tried again.
	Lease     time.Time `json:"lease,omitzero"`
	Attempts  int       `json:"attempts"`
	MessageID string    `json:"messageId,omitempty"`
	Failure   string    `json:"failure,omitempty"`
	// Expires is when an item that is done with goes out of the table, in Unix seconds; 0 while it is open.
	Expires int64 `json:"ttl,omitempty"`
	Rev     int   `json:"rev"`
}

// Invitation is an upload that somebody is asked for; the link to it is signed when the mail is written, and is in no table.
type Invitation struct {
	// Participant is who is asked, and told what became of it.
	Participant string `json:"participant"`
	// Agency is whose letter is asked for: a letter itself names its nominees. Empty for a presentation.
	Agency string `json:"agency,omitempty"`
	Kind   Kind   `json:"kind"`
	// Session is empty for a nomination, which serves all sessions of its person.
	Session string    `json:"session,omitempty"`
	Expires time.Time `json:"expires"`
}

// Invite asks for what a requirement needs: a presentation for its session, or the letters of the participant's agency.
func Invite(q *Requirement, expires time.Time) Invitation {
	i := Invitation{Participant: q.Participant, Kind: q.Kind, Session: q.Session, Expires: expires}
	if q.Kind == Nomination {
		i.Session, i.Agency = "", q.Agency
	}
	return i
}

// LogValue keeps addresses out of logs.
func (m Mail) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", m.ID), slog.String("meeting", m.Meeting),
		slog.String("template", m.Template), slog.String("state", string(m.State)))
}

// MailState is where an outbox item stands.
type MailState string

// The states of an outbox item.
const (
	Pending MailState = "pending"
	Sending MailState = "sending"
	Sent    MailState = "sent"
	Failed  MailState = "failed"
)

// The mails that Dossier writes.
const (
	MailReceipt          = "receipt"
	MailReview           = "review"
	MailComplete         = "complete"
	MailNoLongerComplete = "no-longer-complete"
	MailRosterRejected   = "roster-rejected"
	// MailOutcome says what staff made of a document whose uploader had heard something else.
	MailOutcome = "outcome"
	// MailOverQuota asks an agency which of its officials are to come.
	MailOverQuota = "over-quota"
	// MailLinks brings somebody the links for uploads; MailReminder brings them again, for missing ones.
	MailLinks    = "links"
	MailReminder = "reminder"
)

// MailID is an outbox item's id: the same decision always has the same id, so it is put once,
// and a stack that is rebuilt from its bucket mails nobody twice.
func MailID(template string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return template + "-" + hex.EncodeToString(h.Sum(nil)[:12])
}

// Load is the record of one version of a roster file: that it was dealt with, and how.
type Load struct {
	ID      string    `json:"id"`
	Meeting string    `json:"meeting"`
	Result  string    `json:"result"` // "loaded", "rejected", "waiting" or "superseded"
	At      time.Time `json:"at"`
}
