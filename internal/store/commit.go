package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/cenkalti/backoff/v5"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// MaxTransaction is how many items one transaction may hold
// (Amazon DynamoDB Developer Guide, "TransactWriteItems API").
const MaxTransaction = 100

// ErrConflict is wrapped when an item changed since it was read: read again and decide again.
var ErrConflict = errors.New("changed since it was read")

// Changes are items to write in one transaction, in the order in which they were put. An item with revision 0 must
// not exist yet; any other must still have the revision that it was read with.
type Changes struct{ items []any }

// NewChanges makes changes of items; see Put.
func NewChanges(items ...any) *Changes { return &Changes{items: items} }

// Put adds items: pointers to values of the types in the table of kinds. Commit fails with any other.
func (c *Changes) Put(items ...any) { c.items = append(c.items, items...) }

// Len is how many items there are.
func (c *Changes) Len() int { return len(c.items) }

// write is one item of a transaction.
type write struct {
	key
	value     any
	revision  *int // nil for one that is written once and never compared
	overwrite bool
	gpk, gsk  string
}

func writeOf(value any) (write, error) {
	if b, ok := value.(interface{ Bound() }); ok {
		b.Bound()
	}
	for _, k := range kinds {
		if w, ok := k.write(value); ok {
			return w, nil
		}
	}
	return write{}, fmt.Errorf("commit: the table has no kind for %T", value)
}

// conditional is the request that writes an item on condition of its revision.
func (s *Store) conditional(w write) (*types.Put, error) {
	i, err := encode(w.value, w.key, w.gpk, w.gsk)
	if err != nil {
		return nil, err
	}
	put := &types.Put{TableName: &s.table, Item: i}
	if w.overwrite {
		return put, nil
	}
	last := 0
	if w.revision != nil {
		last = *w.revision
	}
	if last == 0 {
		put.ConditionExpression = aws.String("attribute_not_exists(PK)")
	} else {
		put.ConditionExpression = aws.String("#rev = :rev")
		put.ExpressionAttributeNames = map[string]string{"#rev": "rev"}
		put.ExpressionAttributeValues = item{":rev": number(last)}
	}
	i["rev"] = number(last + 1)
	return put, nil
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

// Commit writes all changes or none, and raises the revisions in the given items. It fails with ErrConflict (and is
// Transient) when any item is not as it was read, or is being written by another transaction.
func (s *Store) Commit(ctx context.Context, c *Changes) error {
	if c.Len() == 0 {
		return nil
	}
	if c.Len() > MaxTransaction {
		return fmt.Errorf("commit: %d items, a transaction holds %d", c.Len(), MaxTransaction)
	}
	writes := make([]write, c.Len())
	puts := make([]*types.Put, c.Len())
	for i, v := range c.items {
		var err error
		if writes[i], err = writeOf(v); err != nil {
			return err
		}
		if puts[i], err = s.conditional(writes[i]); err != nil {
			return err
		}
	}
	err := s.putAll(ctx, puts)
	if conflict(err) {
		err = fmt.Errorf("commit %d items: %w", len(puts), ErrConflict)
		return &fault.Error{Kind: fault.Transient, Reason: "conflict", Err: err}
	}
	if err != nil {
		return fmt.Errorf("commit %d items: %w", len(puts), err)
	}
	for _, w := range writes {
		if w.revision != nil {
			*w.revision++
		}
	}
	return nil
}

// putAll writes in one transaction. One item needs none, which would cost twice as much
// (Amazon DynamoDB Developer Guide, "Capacity management for transactions").
func (s *Store) putAll(ctx context.Context, puts []*types.Put) error {
	if len(puts) == 1 {
		p := puts[0]
		_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: p.TableName, Item: p.Item,
			ConditionExpression: p.ConditionExpression, ExpressionAttributeNames: p.ExpressionAttributeNames,
			ExpressionAttributeValues: p.ExpressionAttributeValues})
		return err
	}
	all := make([]types.TransactWriteItem, len(puts))
	for i, p := range puts {
		all[i].Put = p
	}
	_, err := s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: all})
	return err
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

// PutMail writes one outbox item outside any transaction, creating or comparing as Commit does.
func (s *Store) PutMail(ctx context.Context, m *meeting.Mail) error {
	return s.Commit(ctx, NewChanges(m))
}

// PutAttempt writes the note that a document is being read, creating or comparing as Commit does.
func (s *Store) PutAttempt(ctx context.Context, a *meeting.Attempt) error {
	return s.Commit(ctx, NewChanges(a))
}

// EndAttempt takes the note that a document is being read out of the table.
func (s *Store) EndAttempt(ctx context.Context, document string) error {
	in := &dynamodb.DeleteItemInput{TableName: &s.table, Key: AttemptKey(document).attributes()}
	if _, err := s.db.DeleteItem(ctx, in); err != nil {
		return fmt.Errorf("delete attempt: %w", err)
	}
	return nil
}

// maxUseTries bounds how often a count that meets a conflict is tried again.
const maxUseTries = 20

// UseLink changes the count of what came by a link on a day, or makes it: change gets it as it is. It is called again
// when the count changed meanwhile.
func (s *Store) UseLink(ctx context.Context, of meeting.LinkUse, change func(*meeting.LinkUse)) error {
	k := LinkUseKey(of.Meeting, of.Link, of.Day)
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval = 5 * time.Millisecond
	return RetryOnConflict(ctx, maxUseTries, waits, func() error {
		snap, err := s.Read(ctx, k)
		if err != nil {
			return err
		}
		u := Get(snap, k)
		if u == nil {
			u = &of
		}
		before := *u
		if change(u); reflect.DeepEqual(before, *u) {
			return nil
		}
		return s.Commit(ctx, NewChanges(u))
	})
}

// SetMeeting puts a meeting's roster in force. It fails with ErrConflict when a newer roster already is.
func (s *Store) SetMeeting(ctx context.Context, m *meeting.Meeting) error {
	i, err := encode(m, MeetingKey(m.ID).key, "", "")
	if err != nil {
		return err
	}
	_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i,
		ConditionExpression:       aws.String("attribute_not_exists(PK) OR #r <= :r"),
		ExpressionAttributeNames:  map[string]string{"#r": "roster"},
		ExpressionAttributeValues: item{":r": &types.AttributeValueMemberS{Value: m.Roster}},
	})
	if conflict(err) {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("put meeting: %w", err)
	}
	return s.put(ctx, m, key{meetingList, m.ID}) // the list is for pages
}

// PutLoad records that a roster file version was dealt with.
func (s *Store) PutLoad(ctx context.Context, l *meeting.Load) error {
	return s.put(ctx, l, LoadKey(l.ID).key)
}

// SetCursor notes where the sweep of a prefix goes on.
func (s *Store) SetCursor(ctx context.Context, prefix, marker string) error {
	return s.put(ctx, cursor{marker}, cursorKey(prefix).key)
}

// put writes an item over any other.
func (s *Store) put(ctx context.Context, v any, k key) error {
	i, err := encode(v, k, "", "")
	if err != nil {
		return err
	}
	if _, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i}); err != nil {
		return fmt.Errorf("put %s: %w", k.sk, err)
	}
	return nil
}
