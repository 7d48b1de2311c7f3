// Package store keeps Dossier's state in one DynamoDB table. Every write creates an item or compares
// its revision and swaps it; several items change in one transaction or not at all.
//
// Keys of the table (PK, SK), and of its one index "open" (GPK, GSK), which holds what somebody
// has to look for. An item once in the index stays there, for the embedded DynamoDB does not take one out:
//
//	M#<meeting>            MEETING                        the meeting
//	M#<meeting>            SESSION#<session>              a session with its counts
//	S#<meeting>#<session>  REQ#<kind>#<participant>       a requirement
//	D#<document>           DOCUMENT                       a document      GPK M#<meeting>#DOCS, GSK <status>#<order>
//	O#<mail>               OUTBOX                         an outbox item  GPK OUTBOX, GSK <decided>; then M#<meeting>#MAILS, <state>#<decided>
//	L#<object>             LOAD                           a roster file version that was dealt with
//	X#<object>             DECISION                       what a staff decision did  GPK M#<meeting>#AUDIT, GSK <time>
//	X#<object>             UNDONE                         that it was undone
//	M#<meeting>            AGENCY#<key>                   an agency's delegation
//	M#<meeting>            BALANCE                        the gender balance of the nominees
//	M#<meeting>            TAUGHT                         counts what staff added to the roster
//	K#<meeting>            PERSON#<id>, LESSON#<id>       what they added
//	K#<meeting>            REVOKED#<participant>          until when upload links were revoked
//	I#<meeting>#<hash>     MESSAGE                        a mail's Message-ID, with its document
//	E#<hash>               ADDRESS                        what is known of a mail address  GPK ADDRESSES, GSK <since>
//	E#<hash>               SENDS#<day>                    how many mails went there that day; goes by its "ttl"
//	SWEEP                  <prefix>                       where the sweep goes on
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// MaxTransaction is how many items one transaction may hold
// (Amazon DynamoDB Developer Guide, "TransactWriteItems API").
const MaxTransaction = 100

const openIndex = "open"

// Store is the table.
type Store struct {
	db    *dynamodb.Client
	table string
}

// New makes a store over a table that exists.
func New(db *dynamodb.Client, table string) *Store { return &Store{db: db, table: table} }

type key struct{ pk, sk string }

func (k key) av() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: k.pk},
		"SK": &types.AttributeValueMemberS{Value: k.sk},
	}
}

func meetingKey(id string) key            { return key{"M#" + id, "MEETING"} }
func sessionKey(meetingID, id string) key { return key{"M#" + meetingID, "SESSION#" + id} }
func documentKey(id string) key           { return key{"D#" + id, "DOCUMENT"} }
func mailKey(id string) key               { return key{"O#" + id, "OUTBOX"} }
func loadKey(id string) key               { return key{"L#" + id, "LOAD"} }
func decisionKey(id string) key           { return key{"X#" + id, "DECISION"} }
func undoneKey(id string) key             { return key{"X#" + id, "UNDONE"} }
func delegationKey(m, id string) key      { return key{"M#" + m, "AGENCY#" + id} }
func balanceKey(m string) key             { return key{"M#" + m, "BALANCE"} }
func taughtKey(m string) key              { return key{"M#" + m, "TAUGHT"} }
func acceptedKey(m, id string) key        { return key{"K#" + m, "PERSON#" + id} }
func lessonKey(m, id string) key          { return key{"K#" + m, "LESSON#" + id} }
func revokedKey(m, id string) key         { return key{"K#" + m, "REVOKED#" + id} }

// messageKey hashes a Message-ID: a sender may make it as long as a header can be.
func messageKey(m, id string) key {
	h := sha256.Sum256([]byte(id))
	return key{"I#" + m + "#" + hex.EncodeToString(h[:16]), "MESSAGE"}
}

// addressKey hashes an address: keys are in logs and metrics of AWS.
func addressKey(address, sk string) key {
	h := sha256.Sum256([]byte(address))
	return key{"E#" + hex.EncodeToString(h[:16]), sk}
}

func requirementKey(meetingID string, k meeting.RequirementKey) key {
	return key{"S#" + meetingID + "#" + k.Session, "REQ#" + string(k.Kind) + "#" + k.Participant}
}

// documentIndex and mailIndex give an item's place in the open index.
func documentIndex(d *meeting.Document) (string, string) {
	return "M#" + d.Meeting + "#DOCS", string(d.Status) + "#" + d.Object.Order()
}

func mailIndex(m *meeting.Mail) (string, string) {
	at := m.Decided.UTC().Format(time.RFC3339Nano)
	if m.State == meeting.Sent || m.State == meeting.Failed {
		return "M#" + m.Meeting + "#MAILS", string(m.State) + "#" + at
	}
	return "OUTBOX", at
}

func encode(v any, k key, gpk, gsk string) (map[string]types.AttributeValue, error) {
	item, err := attributevalue.MarshalMapWithOptions(v, func(o *attributevalue.EncoderOptions) { o.TagKey = "json" })
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.sk, err)
	}
	prune(item)
	maps.Copy(item, k.av())
	if gpk != "" {
		item["GPK"] = &types.AttributeValueMemberS{Value: gpk}
		item["GSK"] = &types.AttributeValueMemberS{Value: gsk}
	}
	return item, nil
}

// prune takes empty lists and maps out: one that is not there reads the same, and the embedded DynamoDB returns an empty
// one as a value without a type.
func prune(item map[string]types.AttributeValue) {
	for name, v := range item {
		switch v := v.(type) {
		case *types.AttributeValueMemberM:
			prune(v.Value)
			if len(v.Value) == 0 {
				delete(item, name)
			}
		case *types.AttributeValueMemberL:
			if len(v.Value) == 0 {
				delete(item, name)
			}
			for _, e := range v.Value {
				if m, ok := e.(*types.AttributeValueMemberM); ok {
					prune(m.Value)
				}
			}
		}
	}
}

func decode[T any](item map[string]types.AttributeValue) (*T, error) {
	v := new(T)
	err := attributevalue.UnmarshalMapWithOptions(item, v, func(o *attributevalue.DecoderOptions) { o.TagKey = "json" })
	if err != nil {
		return nil, fmt.Errorf("decode item: %w", err)
	}
	return v, nil
}

func get[T any](ctx context.Context, s *Store, k key) (*T, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k.av(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", k.sk, err)
	}
	if out.Item == nil {
		return nil, fault.New(fault.NotFound, "no such item: %s", k.sk)
	}
	return decode[T](out.Item)
}

// Meeting reads a meeting; NotFound when no roster was ever loaded for it.
func (s *Store) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	return get[meeting.Meeting](ctx, s, meetingKey(id))
}

// Document reads a document; NotFound when there is none.
func (s *Store) Document(ctx context.Context, id string) (*meeting.Document, error) {
	return get[meeting.Document](ctx, s, documentKey(id))
}

// Mail reads an outbox item; NotFound when there is none.
func (s *Store) Mail(ctx context.Context, id string) (*meeting.Mail, error) {
	return get[meeting.Mail](ctx, s, mailKey(id))
}

// Session reads one session; NotFound when there is none.
func (s *Store) Session(ctx context.Context, meetingID, id string) (*meeting.Session, error) {
	return get[meeting.Session](ctx, s, sessionKey(meetingID, id))
}

// Load reads the record of a roster file version; NotFound when it was not dealt with.
func (s *Store) Load(ctx context.Context, id string) (*meeting.Load, error) {
	return get[meeting.Load](ctx, s, loadKey(id))
}

// Sessions reads all sessions of a meeting in the agenda's order, removed ones left out.
func (s *Store) Sessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	all, err := s.AllSessions(ctx, meetingID)
	return slices.DeleteFunc(all, func(x *meeting.Session) bool { return x.Removed }), err
}

// AllSessions is Sessions with the removed ones.
func (s *Store) AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	all, err := query[meeting.Session](ctx, s, "M#"+meetingID, "SESSION#")
	slices.SortFunc(all, func(a, b *meeting.Session) int {
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, err
}

// Requirements reads all requirements of a session by kind and participant, dropped ones too.
func (s *Store) Requirements(ctx context.Context, meetingID, session string) ([]*meeting.Requirement, error) {
	return query[meeting.Requirement](ctx, s, "S#"+meetingID+"#"+session, "REQ#")
}

func query[T any](ctx context.Context, s *Store, pk, prefix string) ([]*T, error) {
	return collect[T](ctx, s, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p AND begins_with(SK, :s)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": &types.AttributeValueMemberS{Value: pk}, ":s": &types.AttributeValueMemberS{Value: prefix}},
	}, 0)
}

// collect follows the pages of a query, up to limit items; 0 is no limit.
func collect[T any](ctx context.Context, s *Store, in *dynamodb.QueryInput, limit int) ([]*T, error) {
	var all []*T
	pages := dynamodb.NewQueryPaginator(s.db, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query: %w", err)
		}
		for _, item := range page.Items {
			v, err := decode[T](item)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
			if limit > 0 && len(all) == limit {
				return all, nil
			}
		}
	}
	return all, nil
}

// Documents lists a meeting's documents of one status by order of upload, at most limit. It reads an
// index, which may lag: for pages and for healing, never for a decision.
func (s *Store) Documents(ctx context.Context, meetingID string, status meeting.Status, limit int) ([]*meeting.Document, error) {
	return indexed[meeting.Document](ctx, s, "M#"+meetingID+"#DOCS", "begins_with(GSK, :s)", string(status)+"#", limit)
}

// OpenMails lists outbox items not yet sent that were decided before a moment, oldest first, at most limit.
// It reads an index, which may lag.
func (s *Store) OpenMails(ctx context.Context, before time.Time, limit int) ([]*meeting.Mail, error) {
	return indexed[meeting.Mail](ctx, s, "OUTBOX", "GSK < :s", before.UTC().Format(time.RFC3339Nano), limit)
}

// FailedMails lists a meeting's mails that were refused for good, as OpenMails does.
func (s *Store) FailedMails(ctx context.Context, meetingID string, limit int) ([]*meeting.Mail, error) {
	return indexed[meeting.Mail](ctx, s, "M#"+meetingID+"#MAILS", "begins_with(GSK, :s)", string(meeting.Failed)+"#", limit)
}

// indexed queries the open index, by one condition on its sort key.
func indexed[T any](ctx context.Context, s *Store, partition, condition, value string, limit int) ([]*T, error) {
	return collect[T](ctx, s, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(openIndex),
		KeyConditionExpression: aws.String("GPK = :p AND " + condition),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": &types.AttributeValueMemberS{Value: partition},
			":s": &types.AttributeValueMemberS{Value: value}},
	}, limit)
}

// Snapshot is some items as they were read, or as they are to be written.
// Items are found by their own ids; what was not in the table is not in the maps.
type Snapshot struct {
	Documents    map[string]*meeting.Document
	Requirements map[meeting.RequirementKey]*meeting.Requirement
	Sessions     map[string]*meeting.Session
	Mails        map[string]*meeting.Mail
	Delegations  map[string]*meeting.Delegation
	People       map[string]*meeting.Accepted
	Lessons      map[string]*meeting.Hint
	// Audits are of decisions that were carried out or refused, Undone those that were taken back.
	Audits map[string]*meeting.Audit
	Undone map[string]bool
	// Addresses and Sends are by address.
	Addresses map[string]*meeting.Address
	Sends     map[string]*meeting.Sends
	Balance   *meeting.Balance
	Taught    *meeting.RosterAmendments
}

// Wanted names the items of one meeting to read together.
type Wanted struct {
	Meeting      string
	Documents    []string
	Requirements []meeting.RequirementKey
	Sessions     []string
	Mails        []string
	Delegations  []string
	People       []string
	Lessons      []string
	Decisions    []string
	Undone       []string
	Addresses    []string // in lower case
	// Sends is the day of which the counts of the Addresses are read too; "" for none.
	Sends string
	// Balance and Taught are read too when these are set.
	Balance, Taught bool
}

// Read reads the wanted items, each strongly consistent, in one request for every hundred.
// The items are not one moment's: a Commit compares the revision of each.
func (s *Store) Read(ctx context.Context, w Wanted) (*Snapshot, error) {
	var keys []key
	for _, id := range w.Documents {
		keys = append(keys, documentKey(id))
	}
	for _, k := range w.Requirements {
		keys = append(keys, requirementKey(w.Meeting, k))
	}
	for _, id := range w.Sessions {
		keys = append(keys, sessionKey(w.Meeting, id))
	}
	for _, id := range w.Mails {
		keys = append(keys, mailKey(id))
	}
	for _, id := range w.Delegations {
		keys = append(keys, delegationKey(w.Meeting, id))
	}
	for _, id := range w.People {
		keys = append(keys, acceptedKey(w.Meeting, id))
	}
	for _, id := range w.Lessons {
		keys = append(keys, lessonKey(w.Meeting, id))
	}
	for _, id := range w.Decisions {
		keys = append(keys, decisionKey(id))
	}
	for _, id := range w.Undone {
		keys = append(keys, undoneKey(id))
	}
	for _, a := range w.Addresses {
		keys = append(keys, addressKey(a, "ADDRESS"))
		if w.Sends != "" {
			keys = append(keys, addressKey(a, "SENDS#"+w.Sends))
		}
	}
	if w.Balance {
		keys = append(keys, balanceKey(w.Meeting))
	}
	if w.Taught {
		keys = append(keys, taughtKey(w.Meeting))
	}
	items, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	snap := &Snapshot{
		Documents: map[string]*meeting.Document{}, Requirements: map[meeting.RequirementKey]*meeting.Requirement{},
		Sessions: map[string]*meeting.Session{}, Mails: map[string]*meeting.Mail{}, Delegations: map[string]*meeting.Delegation{}, People: map[string]*meeting.Accepted{}, Lessons: map[string]*meeting.Hint{},
		Audits: map[string]*meeting.Audit{}, Undone: map[string]bool{}, Addresses: map[string]*meeting.Address{}, Sends: map[string]*meeting.Sends{},
	}
	for k, item := range items {
		switch {
		case k.sk == "DOCUMENT":
			err = keep(item, snap.Documents, func(d *meeting.Document) string { return d.ID })
		case k.sk == "OUTBOX":
			err = keep(item, snap.Mails, func(m *meeting.Mail) string { return m.ID })
		case k.sk == "DECISION":
			err = keep(item, snap.Audits, func(*meeting.Audit) string { return strings.TrimPrefix(k.pk, "X#") })
		case k.sk == "UNDONE":
			snap.Undone[strings.TrimPrefix(k.pk, "X#")] = true
		case k.sk == "BALANCE":
			snap.Balance, err = decode[meeting.Balance](item)
		case k.sk == "TAUGHT":
			snap.Taught, err = decode[meeting.RosterAmendments](item)
		case k.sk == "ADDRESS":
			err = keep(item, snap.Addresses, func(a *meeting.Address) string { return a.Address })
		case strings.HasPrefix(k.sk, "SENDS#"):
			err = keep(item, snap.Sends, func(n *meeting.Sends) string { return n.Address })
		case strings.HasPrefix(k.sk, "AGENCY#"):
			err = keep(item, snap.Delegations, func(d *meeting.Delegation) string { return d.Key })
		case strings.HasPrefix(k.sk, "PERSON#"):
			err = keep(item, snap.People, func(p *meeting.Accepted) string { return p.ID })
		case strings.HasPrefix(k.sk, "LESSON#"):
			err = keep(item, snap.Lessons, func(l *meeting.Hint) string { return l.ID })
		case strings.HasPrefix(k.sk, "SESSION#"):
			err = keep(item, snap.Sessions, func(x *meeting.Session) string { return x.ID })
		default:
			err = keep(item, snap.Requirements, func(r *meeting.Requirement) meeting.RequirementKey { return r.RequirementKey })
		}
		if err != nil {
			return nil, err
		}
	}
	return snap, nil
}

// keep puts a decoded item into a map.
func keep[K comparable, T any](item map[string]types.AttributeValue, into map[K]*T, id func(*T) K) error {
	v, err := decode[T](item)
	if err == nil {
		into[id(v)] = v
	}
	return err
}

// batch reads items by key, strongly consistent; DynamoDB may leave some for another round.
func (s *Store) batch(ctx context.Context, keys []key) (map[key]map[string]types.AttributeValue, error) {
	found := make(map[key]map[string]types.AttributeValue, len(keys))
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.pk+"\x00"+a.sk, b.pk+"\x00"+b.sk) })
	keys = slices.Compact(keys)
	for chunk := range slices.Chunk(keys, 100) {
		want := make([]map[string]types.AttributeValue, len(chunk))
		for i, k := range chunk {
			want[i] = k.av()
		}
		ask := map[string]types.KeysAndAttributes{s.table: {Keys: want, ConsistentRead: aws.Bool(true)}}
		for round := 0; len(ask) > 0; round++ {
			if round > 0 {
				if round > 8 {
					return nil, fault.New(fault.Transient, "batch get: still %d keys unprocessed", len(ask[s.table].Keys))
				}
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(10 * time.Millisecond << round):
				}
			}
			out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask})
			if err != nil {
				return nil, fmt.Errorf("batch get: %w", err)
			}
			for _, item := range out.Responses[s.table] {
				found[key{text(item["PK"]), text(item["SK"])}] = item
			}
			ask = out.UnprocessedKeys
		}
	}
	return found, nil
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// Known tells which of the object ids have a record of the given sort.
type Known struct {
	Documents map[string]*meeting.Document
	Loads     map[string]bool
	Decisions map[string]bool
}

// Known looks the object ids up among documents, loads and decisions, whichever prefix they are of.
func (s *Store) Known(ctx context.Context, documents, loads, decisions []string) (*Known, error) {
	var keys []key
	for _, id := range documents {
		keys = append(keys, documentKey(id))
	}
	for _, id := range loads {
		keys = append(keys, loadKey(id))
	}
	for _, id := range decisions {
		keys = append(keys, decisionKey(id))
	}
	items, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	known := &Known{Documents: map[string]*meeting.Document{}, Loads: map[string]bool{}, Decisions: map[string]bool{}}
	for k, item := range items {
		switch k.sk {
		case "DOCUMENT":
			d, err := decode[meeting.Document](item)
			if err != nil {
				return nil, err
			}
			known.Documents[d.ID] = d
		case "LOAD":
			known.Loads[strings.TrimPrefix(k.pk, "L#")] = true
		case "DECISION":
			known.Decisions[strings.TrimPrefix(k.pk, "X#")] = true
		}
	}
	return known, nil
}

// Changes are items to write in one transaction. An item with revision 0 must not exist yet; any other
// must still have the revision it was read with. Commit raises the revisions in the given items.
type Changes struct {
	Documents    []*meeting.Document
	Requirements []*meeting.Requirement
	Sessions     []*meeting.Session
	Mails        []*meeting.Mail
	Delegations  []*meeting.Delegation
	People       []*meeting.Accepted
	Lessons      []*meeting.Hint
	Revocations  []*meeting.Revocation
	Addresses    []*meeting.Address
	Sends        []*meeting.Sends
	Balance      *meeting.Balance
	Taught       *meeting.RosterAmendments
	// Audit is what the decision did that these changes carry out; nil for none. It is never overwritten.
	Audit *meeting.Audit
	// Undone is the id of a decision that these changes take back; "" for none.
	Undone string
	// Message is a mail's Message-ID, with the meeting and the document that it stands for.
	Message *Message
}

// Message is the document that came with a mail.
type Message struct {
	Meeting  string `json:"meeting"`
	ID       string `json:"id"`
	Document string `json:"document"`
}

// write is one item of a transaction.
type write struct {
	key
	value any
	// rev is the item's revision; nil for one that is written once and never compared.
	rev        *int
	gpk, gsk   string
	anyVersion bool // overwrite whatever is there
}

// writes are the items, in the order in which they are written.
func (c *Changes) writes() []write {
	var all []write
	for _, d := range c.Documents {
		gpk, gsk := documentIndex(d)
		all = append(all, write{key: documentKey(d.ID), value: d, rev: &d.Rev, gpk: gpk, gsk: gsk})
	}
	for _, r := range c.Requirements {
		all = append(all, write{key: requirementKey(r.Meeting, r.RequirementKey), value: r, rev: &r.Rev})
	}
	for _, x := range c.Sessions {
		all = append(all, write{key: sessionKey(x.Meeting, x.ID), value: x, rev: &x.Rev})
	}
	for _, m := range c.Mails {
		gpk, gsk := mailIndex(m)
		all = append(all, write{key: mailKey(m.ID), value: m, rev: &m.Rev, gpk: gpk, gsk: gsk})
	}
	for _, d := range c.Delegations {
		all = append(all, write{key: delegationKey(d.Meeting, d.Key), value: d, rev: &d.Rev})
	}
	for _, p := range c.People {
		all = append(all, write{key: acceptedKey(p.Meeting, p.ID), value: p, rev: &p.Rev})
	}
	for _, l := range c.Lessons {
		all = append(all, write{key: lessonKey(l.Meeting, l.ID), value: l, rev: &l.Rev})
	}
	for _, r := range c.Revocations {
		all = append(all, write{key: revokedKey(r.Meeting, r.Participant), value: r, rev: &r.Rev})
	}
	for _, a := range c.Addresses {
		all = append(all, write{key: addressKey(a.Address, "ADDRESS"), value: a, rev: &a.Rev, gpk: "ADDRESSES", gsk: a.Suppressed + "#" + a.Since.UTC().Format(time.RFC3339Nano)})
	}
	for _, n := range c.Sends {
		all = append(all, write{key: addressKey(n.Address, "SENDS#"+n.Day), value: n, rev: &n.Rev})
	}
	if b := c.Balance; b != nil {
		all = append(all, write{key: balanceKey(b.Meeting), value: b, rev: &b.Rev})
	}
	if t := c.Taught; t != nil {
		all = append(all, write{key: taughtKey(t.Meeting), value: t, rev: &t.Rev})
	}
	if a := c.Audit; a != nil {
		all = append(all, write{key: decisionKey(a.ID), value: a, gpk: "M#" + a.Decision.Meeting + "#AUDIT", gsk: a.Done.UTC().Format(time.RFC3339Nano) + "#" + a.ID})
	}
	if c.Undone != "" {
		all = append(all, write{key: undoneKey(c.Undone), value: struct{}{}})
	}
	if m := c.Message; m != nil {
		all = append(all, write{key: messageKey(m.Meeting, m.ID), value: m, anyVersion: true}) // the newest counts
	}
	return all
}

// conditional is the request that writes an item on condition of its revision.
func (s *Store) conditional(w write) (*types.Put, error) {
	item, err := encode(w.value, w.key, w.gpk, w.gsk)
	if err != nil {
		return nil, err
	}
	put := &types.Put{TableName: &s.table, Item: item}
	switch {
	case w.anyVersion:
		return put, nil
	case w.rev == nil || *w.rev == 0:
		put.ConditionExpression = aws.String("attribute_not_exists(PK)")
	default:
		put.ConditionExpression = aws.String("#rev = :rev")
		put.ExpressionAttributeNames = map[string]string{"#rev": "rev"}
		put.ExpressionAttributeValues = map[string]types.AttributeValue{":rev": &types.AttributeValueMemberN{Value: fmt.Sprint(*w.rev)}}
	}
	next := 1
	if w.rev != nil {
		next += *w.rev
	}
	item["rev"] = &types.AttributeValueMemberN{Value: fmt.Sprint(next)}
	return put, nil
}

// ErrConflict is wrapped when an item changed since it was read: read again and decide again.
var ErrConflict = errors.New("changed since it was read")

// Commit writes all changes or none. It fails with ErrConflict (and is Transient) when any item is not as
// it was read, or is being written by another transaction.
func (s *Store) Commit(ctx context.Context, c *Changes) error {
	writes := c.writes()
	if len(writes) == 0 {
		return nil
	}
	if len(writes) > MaxTransaction {
		return fmt.Errorf("commit: %d items, a transaction holds %d", len(writes), MaxTransaction)
	}
	var puts []types.TransactWriteItem
	for _, w := range writes {
		put, err := s.conditional(w)
		if err != nil {
			return err
		}
		puts = append(puts, types.TransactWriteItem{Put: put})
	}
	var err error
	if len(puts) == 1 {
		// One item needs no transaction, which costs twice as much (Amazon DynamoDB Developer Guide, "Capacity management for
		// transactions").
		p := puts[0].Put
		_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues})
	} else {
		_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: puts})
	}
	if conflict(err) {
		return &fault.Error{Kind: fault.Transient, Reason: "conflict", Err: fmt.Errorf("commit %d items: %w", len(puts), ErrConflict)}
	}
	if err != nil {
		return fmt.Errorf("commit %d items: %w", len(puts), err)
	}
	for _, w := range writes {
		if w.rev != nil {
			*w.rev++
		}
	}
	return nil
}

// conflict tells a lost race from a real failure: a cancelled transaction is a conflict only when each
// reason is one that reading again can settle.
func conflict(err error) bool {
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return true
	}
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for _, r := range cancelled.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "", "None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		default:
			return false
		}
	}
	return true
}

// Suppressed lists the addresses to which no mail goes any more, at most limit. It reads an index, which may lag.
func (s *Store) Suppressed(ctx context.Context, limit int) ([]*meeting.Address, error) {
	return indexed[meeting.Address](ctx, s, "ADDRESSES", "GSK > :s", "$", limit) // "#..." are those that take mail again
}

// PutMail writes one outbox item outside any transaction, creating or comparing as Commit does.
func (s *Store) PutMail(ctx context.Context, m *meeting.Mail) error {
	return s.Commit(ctx, &Changes{Mails: []*meeting.Mail{m}})
}

// Roster reads a meeting and how much staff taught about its roster, in one request; nil when no roster was ever loaded.
func (s *Store) Roster(ctx context.Context, id string) (*meeting.Meeting, int, error) {
	items, err := s.batch(ctx, []key{meetingKey(id), taughtKey(id)})
	if err != nil || items[meetingKey(id)] == nil {
		return nil, 0, err
	}
	m, err := decode[meeting.Meeting](items[meetingKey(id)])
	if err != nil || items[taughtKey(id)] == nil {
		return m, 0, err
	}
	t, err := decode[meeting.RosterAmendments](items[taughtKey(id)])
	if err != nil {
		return nil, 0, err
	}
	return m, t.Rev, nil
}

// Accepted reads the nominees whom staff put on a meeting's roster.
func (s *Store) Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error) {
	all, err := query[meeting.Accepted](ctx, s, "K#"+meetingID, "PERSON#")
	return slices.DeleteFunc(all, func(p *meeting.Accepted) bool { return p.Revoked }), err
}

// Lessons reads what decisions taught about a meeting's participants and agencies.
func (s *Store) Hints(ctx context.Context, meetingID string) ([]*meeting.Hint, error) {
	all, err := query[meeting.Hint](ctx, s, "K#"+meetingID, "LESSON#")
	return slices.DeleteFunc(all, func(l *meeting.Hint) bool { return l.Dismissed }), err
}

// Delegations reads a meeting's delegations, empty ones left out.
func (s *Store) Delegations(ctx context.Context, meetingID string) ([]*meeting.Delegation, error) {
	all, err := query[meeting.Delegation](ctx, s, "M#"+meetingID, "AGENCY#")
	return slices.DeleteFunc(all, func(d *meeting.Delegation) bool { return len(d.Entries) == 0 }), err
}

// Balance reads the gender balance of a meeting's nominees.
func (s *Store) Balance(ctx context.Context, meetingID string) (*meeting.Balance, error) {
	b, err := get[meeting.Balance](ctx, s, balanceKey(meetingID))
	if fault.Is(err, fault.NotFound) {
		return &meeting.Balance{Meeting: meetingID}, nil
	}
	return b, err
}

// Audit reads what a decision did; NotFound when it was not carried out yet.
func (s *Store) Audit(ctx context.Context, id string) (*meeting.Audit, error) {
	return get[meeting.Audit](ctx, s, decisionKey(id))
}

// Revoked reads until when a participant's upload links were revoked; nil when they never were.
func (s *Store) Revoked(ctx context.Context, meetingID, participant string) (*meeting.Revocation, error) {
	r, err := get[meeting.Revocation](ctx, s, revokedKey(meetingID, participant))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return r, err
}

// Audits lists what a meeting's decisions did, the newest first, at most limit. It reads an index, which may lag.
func (s *Store) Audits(ctx context.Context, meetingID string, limit int) ([]*meeting.Audit, error) {
	return collect[meeting.Audit](ctx, s, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(openIndex), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("GPK = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: "M#" + meetingID + "#AUDIT"}},
	}, limit)
}

// Undone tells which of the decisions were taken back.
func (s *Store) Undone(ctx context.Context, ids []string) (map[string]bool, error) {
	snap, err := s.Read(ctx, Wanted{Undone: ids})
	if err != nil {
		return nil, err
	}
	return snap.Undone, nil
}

// Thread gives the ids of the documents that came with the mails of these Message-IDs.
func (s *Store) Thread(ctx context.Context, meetingID string, messages []string) ([]string, error) {
	var keys []key
	for _, id := range messages {
		keys = append(keys, messageKey(meetingID, id))
	}
	items, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, item := range items {
		m, err := decode[Message](item)
		if err != nil {
			return nil, err
		}
		ids = append(ids, m.Document)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// SetMeeting puts a meeting's roster in force. It fails with ErrConflict when a newer roster already is.
func (s *Store) SetMeeting(ctx context.Context, m *meeting.Meeting) error {
	item, err := encode(m, meetingKey(m.ID), "", "")
	if err != nil {
		return err
	}
	_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item,
		ConditionExpression:      aws.String("attribute_not_exists(PK) OR #r <= :r"),
		ExpressionAttributeNames: map[string]string{"#r": "roster"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":r": &types.AttributeValueMemberS{Value: m.Roster}},
	})
	if conflict(err) {
		return fmt.Errorf("put meeting: %w", ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("put meeting: %w", err)
	}
	return s.listMeeting(ctx, m)
}

// listMeeting notes the meeting in the list of meetings, which is for pages.
func (s *Store) listMeeting(ctx context.Context, m *meeting.Meeting) error {
	item, err := encode(m, key{"MEETINGS", m.ID}, "", "")
	if err != nil {
		return err
	}
	if _, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		return fmt.Errorf("list meeting: %w", err)
	}
	return nil
}

// Meetings lists all meetings by id.
func (s *Store) Meetings(ctx context.Context) ([]*meeting.Meeting, error) {
	return collect[meeting.Meeting](ctx, s, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": &types.AttributeValueMemberS{Value: "MEETINGS"}},
	}, 0)
}

// PutLoad records that a roster file version was dealt with.
func (s *Store) PutLoad(ctx context.Context, l *meeting.Load) error {
	return s.put(ctx, l, loadKey(l.ID))
}

type cursor struct {
	Marker string `json:"marker"`
}

// Cursor is where the sweep of a prefix goes on; "" is the beginning.
func (s *Store) Cursor(ctx context.Context, prefix string) (string, error) {
	c, err := get[cursor](ctx, s, key{"SWEEP", prefix})
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return c.Marker, nil
}

// SetCursor notes where the sweep of a prefix goes on.
func (s *Store) SetCursor(ctx context.Context, prefix, marker string) error {
	return s.put(ctx, cursor{marker}, key{"SWEEP", prefix})
}

func (s *Store) put(ctx context.Context, v any, k key) error {
	item, err := encode(v, k, "", "")
	if err != nil {
		return err
	}
	if _, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		return fmt.Errorf("put %s: %w", k.sk, err)
	}
	return nil
}

// MailIDFromKey reads an outbox item's id from the keys of a stream record; false when it is another item's.
func MailIDFromKey(pk, sk string) (string, bool) {
	id, ok := strings.CutPrefix(pk, "O#")
	return id, ok && sk == "OUTBOX"
}

// MailKey gives the keys under which an outbox item stands, as a stream record holds them.
func MailKey(id string) (pk, sk string) { k := mailKey(id); return k.pk, k.sk }

// TableInput is the table as template.yaml also makes it, for engines on this machine.
func TableInput(table string) *dynamodb.CreateTableInput {
	attr := func(n string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: types.ScalarAttributeTypeS}
	}
	return &dynamodb.CreateTableInput{
		TableName:            &table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attr("PK"), attr("SK"), attr("GPK"), attr("GSK")},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(openIndex),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("GPK"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("GSK"), KeyType: types.KeyTypeRange}},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	}
}
