package store

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"dossier/internal/meeting"
)

// kindOf says how items of type T stand in the table. A new kind of item needs a key function and a line in kinds.
type kindOf[T any] struct {
	// pk and sk are the item's keys; a * at the end stands for any text.
	pk, sk string
	// key gives the key of an item.
	key func(*T) Key[T]
	// revision is compared at each write; without one, an item is written once and never changed.
	revision func(*T) *int
	// overwrite: the last writer wins, and nothing is compared.
	overwrite bool
	// index gives the item's place in the open index; nil for none.
	index func(*T) (gpk, gsk string)
	// owned tells whether an erasure deletes the item: it is the person's alone. nil is never.
	owned func(*T, *Erasure) bool
	// names: an erasure learns from it how the person is called, and so deletes it last of all.
	names bool
	// leave takes a person out of an item that stays, by the ids in it. texts are its attributes that hold words in which
	// the person can be named; those of others, such as their own names, are not among them.
	leave func(*T, *Erasure)
	texts []string
}

// kind is a kindOf without its type.
type kind interface {
	// holds tells whether an item with these keys is of the kind.
	holds(key) bool
	// write says how to write a value; false when it is of another type.
	write(value any) (write, bool)
	// owns tells whether an erasure deletes a stored item of the kind, last tells that it does so at its end.
	owns(i item, e *Erasure) (owned, last bool, err error)
	// without gives a stored item of the kind without the person.
	without(item, *Erasure) (item, error)
}

// stateTexts are the attributes of documents and decisions that hold words of people or of files.
var stateTexts = []string{"fileName", "title", "reason", "detail", "agency", "signatory", "reference", "position", "nominee"}

// kinds are all kinds of items that are changed in transactions.
var kinds = []kind{
	kindOf[meeting.Document]{pk: "D#*", sk: "DOCUMENT",
		key:      func(d *meeting.Document) Key[meeting.Document] { return DocumentKey(d.ID) },
		revision: func(d *meeting.Document) *int { return &d.Rev },
		index:    documentIndex,
		owned:    func(d *meeting.Document, e *Erasure) bool { return slices.Contains(e.Documents, d.ID) },
		leave:    func(d *meeting.Document, e *Erasure) { d.Leave(e.Leaver) },
		texts:    append([]string{"author", "excerpt"}, stateTexts...)},
	kindOf[meeting.Attempt]{pk: "D#*", sk: "ATTEMPT",
		key:      func(a *meeting.Attempt) Key[meeting.Attempt] { return AttemptKey(a.Document) },
		revision: func(a *meeting.Attempt) *int { return &a.Rev },
		index:    attemptIndex,
		owned:    func(a *meeting.Attempt, e *Erasure) bool { return slices.Contains(e.Documents, a.Document) }},
	kindOf[meeting.Requirement]{pk: "S#*", sk: "REQ#*",
		key: func(r *meeting.Requirement) Key[meeting.Requirement] {
			return RequirementKey(r.Meeting, r.RequirementKey)
		},
		revision: func(r *meeting.Requirement) *int { return &r.Rev },
		owned:    func(r *meeting.Requirement, e *Erasure) bool { return e.is(r.Meeting, r.Participant) },
		names:    true,
		texts:    []string{"fileName", "title", "reason"}},
	kindOf[meeting.Session]{pk: "M#*", sk: "SESSION#*",
		key:      func(s *meeting.Session) Key[meeting.Session] { return SessionKey(s.Meeting, s.ID) },
		revision: func(s *meeting.Session) *int { return &s.Rev }},
	kindOf[meeting.Mail]{pk: "O#*", sk: "OUTBOX",
		key:      func(m *meeting.Mail) Key[meeting.Mail] { return MailKey(m.ID) },
		revision: func(m *meeting.Mail) *int { return &m.Rev },
		index:    mailIndex,
		owned:    ownsMail,
		leave: func(m *meeting.Mail, e *Erasure) {
			m.To = slices.DeleteFunc(m.To, e.IsAddress)
			m.Links = slices.DeleteFunc(m.Links, func(l meeting.Invitation) bool { return l.Participant == e.Participant })
		},
		texts: []string{"failure"}},
	kindOf[meeting.Delegation]{pk: "M#*", sk: "AGENCY#*",
		key:      func(d *meeting.Delegation) Key[meeting.Delegation] { return DelegationKey(d.Meeting, d.Key) },
		revision: func(d *meeting.Delegation) *int { return &d.Rev }},
	kindOf[meeting.Balance]{pk: "M#*", sk: "BALANCE",
		key:      func(b *meeting.Balance) Key[meeting.Balance] { return BalanceKey(b.Meeting) },
		revision: func(b *meeting.Balance) *int { return &b.Rev }},
	kindOf[meeting.RosterAmendments]{pk: "M#*", sk: "AMENDMENTS",
		key: func(a *meeting.RosterAmendments) Key[meeting.RosterAmendments] {
			return AmendmentsKey(a.Meeting)
		},
		revision: func(a *meeting.RosterAmendments) *int { return &a.Rev }},
	kindOf[meeting.Accepted]{pk: "K#*", sk: "PERSON#*",
		key:      func(p *meeting.Accepted) Key[meeting.Accepted] { return PersonKey(p.Meeting, p.ID) },
		revision: func(p *meeting.Accepted) *int { return &p.Rev },
		owned:    func(p *meeting.Accepted, e *Erasure) bool { return e.is(p.Meeting, p.ID) },
		names:    true},
	kindOf[meeting.Hint]{pk: "K#*", sk: "HINT#*",
		key:      func(h *meeting.Hint) Key[meeting.Hint] { return HintKey(h.Meeting, h.ID) },
		revision: func(h *meeting.Hint) *int { return &h.Rev },
		owned:    func(h *meeting.Hint, e *Erasure) bool { return e.is(h.Meeting, h.Participant) },
		names:    true,
		texts:    []string{"pattern"}},
	kindOf[meeting.Revocation]{pk: "K#*", sk: "REVOKED#*",
		key: func(r *meeting.Revocation) Key[meeting.Revocation] {
			return RevocationKey(r.Meeting, r.Participant)
		},
		revision: func(r *meeting.Revocation) *int { return &r.Rev },
		owned:    func(r *meeting.Revocation, e *Erasure) bool { return e.is(r.Meeting, r.Participant) }},
	kindOf[meeting.Address]{pk: "E#*", sk: "ADDRESS",
		key:      func(a *meeting.Address) Key[meeting.Address] { return AddressKey(a.Address) },
		revision: func(a *meeting.Address) *int { return &a.Rev },
		index:    addressIndex,
		owned:    func(a *meeting.Address, e *Erasure) bool { return e.isMailbox(a.Address) }},
	kindOf[meeting.Sends]{pk: "E#*", sk: "SENDS#*",
		key:      func(n *meeting.Sends) Key[meeting.Sends] { return SendsKey(n.Address, n.Name()) },
		revision: func(n *meeting.Sends) *int { return &n.Rev },
		owned:    func(n *meeting.Sends, e *Erasure) bool { return e.isMailbox(n.Address) }},
	kindOf[meeting.SignIn]{pk: "G#*", sk: "SIGNIN",
		key:      func(s *meeting.SignIn) Key[meeting.SignIn] { return SignInKey(s.ID) },
		revision: func(s *meeting.SignIn) *int { return &s.Rev }},
	kindOf[meeting.LinkUse]{pk: "U#*", sk: "USE#*",
		key:      func(u *meeting.LinkUse) Key[meeting.LinkUse] { return LinkUseKey(u.Meeting, u.Link, u.Day) },
		revision: func(u *meeting.LinkUse) *int { return &u.Rev },
		index:    linkUseIndex,
		owned:    func(u *meeting.LinkUse, e *Erasure) bool { return e.is(u.Meeting, u.Participant) }},
	kindOf[meeting.Audit]{pk: "X#*", sk: "DECISION",
		key:   func(a *meeting.Audit) Key[meeting.Audit] { return AuditKey(a.ID) },
		index: auditIndex,
		leave: func(a *meeting.Audit, e *Erasure) { *a = a.Without(e.Leaver, e.Hints) },
		texts: stateTexts},
	kindOf[Undone]{pk: "X#*", sk: "UNDONE",
		key: func(u *Undone) Key[Undone] { return UndoneKey(u.Decision) }},
	kindOf[Message]{pk: "I#*", sk: "MESSAGE", overwrite: true, // the newest mail with an id counts
		key:   func(m *Message) Key[Message] { return MessageKey(m.Meeting, m.ID) },
		owned: func(m *Message, e *Erasure) bool { return slices.Contains(e.Documents, m.Document) }},
}

func (k kindOf[T]) holds(stored key) bool {
	return matches(k.pk, stored.pk) && matches(k.sk, stored.sk)
}

func matches(pattern, s string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return s == pattern || open && strings.HasPrefix(s, prefix)
}

func (k kindOf[T]) write(value any) (write, bool) {
	v, ok := value.(*T)
	if !ok {
		return write{}, false
	}
	w := write{key: k.key(v).key, value: v, overwrite: k.overwrite}
	if k.revision != nil {
		w.revision = k.revision(v)
	}
	if k.index != nil {
		w.gpk, w.gsk = k.index(v)
	}
	return w, true
}

func (k kindOf[T]) owns(i item, e *Erasure) (owned, last bool, err error) {
	if k.owned == nil {
		return false, false, nil
	}
	v, err := decode[T](i)
	return err == nil && k.owned(v, e), k.names, err
}

func (k kindOf[T]) without(i item, e *Erasure) (item, error) {
	if k.leave != nil {
		v, err := decode[T](i)
		if err != nil {
			return nil, err
		}
		before, err := k.encode(v)
		if err != nil {
			return nil, err
		}
		k.leave(v, e)
		after, err := k.encode(v)
		if err != nil {
			return nil, err
		}
		if !reflect.DeepEqual(before, after) {
			i = after
		}
	}
	return redact(i, k.texts, e.Person), nil
}

func (k kindOf[T]) encode(v *T) (item, error) {
	gpk, gsk := "", ""
	if k.index != nil {
		gpk, gsk = k.index(v)
	}
	return encode(v, k.key(v).key, gpk, gsk)
}

// ownsMail tells whether a mail is about a document of the person, or to the person alone and about nobody else.
func ownsMail(m *meeting.Mail, e *Erasure) bool {
	if m.Meeting != e.Meeting {
		return false
	}
	if m.Document != "" && slices.Contains(e.Documents, m.Document) {
		return true
	}
	other := func(to string) bool { return !e.IsAddress(to) }
	if len(m.Links) > 0 { // one address may be several people's
		another := func(l meeting.Invitation) bool { return l.Participant != e.Participant }
		return !slices.ContainsFunc(m.Links, another)
	}
	return len(m.To) > 0 && !slices.ContainsFunc(m.To, other)
}

// Undone marks a decision that was taken back.
type Undone struct {
	Decision string `json:"decision"`
}

// Message is the document that came with a mail.
type Message struct {
	Meeting  string `json:"meeting"`
	ID       string `json:"id"` // the Message-ID (RFC 5322, 3.6.4)
	Document string `json:"document"`
}

// Bound cuts an id that no mail server would make.
func (m *Message) Bound() { m.ID = meeting.Clip(m.ID, meeting.LongestMessageID) }

// withOpenNominees stands in the index in place of the status of a filed letter with open nominees.
const withOpenNominees = "open-nominees"

// documentIndex lists a meeting's documents by status and order of upload.
func documentIndex(d *meeting.Document) (gpk, gsk string) {
	list := string(d.Status)
	if d.HasOpenNominees() {
		list = withOpenNominees
	}
	return "M#" + d.Meeting + "#DOCS", list + "#" + d.Object.Order()
}

// attemptIndex lists the documents that are being read by when that has ended at the latest.
func attemptIndex(a *meeting.Attempt) (gpk, gsk string) {
	if a.Until.IsZero() {
		return "", ""
	}
	return "ATTEMPTS", stamp(a.Until)
}

// mailIndex lists the mails that are open by the time of their decision, and a meeting's others by their state.
func mailIndex(m *meeting.Mail) (gpk, gsk string) {
	at := stamp(m.Decided)
	if m.State == meeting.Sent || m.State == meeting.Failed {
		return "M#" + m.Meeting + "#MAILS", string(m.State) + "#" + at
	}
	return "OUTBOX", at
}

// addressIndex lists addresses by why they take no mail.
func addressIndex(a *meeting.Address) (gpk, gsk string) {
	return "ADDRESSES", a.Suppressed + "#" + stamp(a.Since)
}

// linkUseIndex lists a meeting's links that were stopped by their limit, by day.
func linkUseIndex(u *meeting.LinkUse) (gpk, gsk string) {
	if !u.Refused {
		return "", ""
	}
	return "M#" + u.Meeting + "#LIMITED", u.Day + "#" + u.Participant + "#" + u.Link
}

// auditIndex lists a meeting's decisions by time.
func auditIndex(a *meeting.Audit) (gpk, gsk string) {
	return "M#" + a.Decision.Meeting + "#AUDIT", stamp(a.Done) + "#" + a.ID
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
