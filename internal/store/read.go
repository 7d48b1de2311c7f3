package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/cenkalti/backoff/v5"

	"dossier/internal/fault"
)

// maxBatch is how many items one request may ask for (Amazon DynamoDB API Reference, BatchGetItem).
const maxBatch = 100

// Snapshot is some items as they were read. What was not in the table is not in it.
type Snapshot struct{ items map[key]any }

// NewSnapshot makes an empty one.
func NewSnapshot() *Snapshot { return &Snapshot{items: map[key]any{}} }

// Get gives the item of a key; nil when it is not in the snapshot.
func Get[T any](s *Snapshot, k Key[T]) *T {
	v, _ := s.items[k.key].(*T)
	return v
}

// Set puts an item into the snapshot, in place of the one that is there.
func Set[T any](s *Snapshot, k Key[T], v *T) { s.items[k.key] = v }

// Has reports whether the item of a key is in the snapshot.
func (s *Snapshot) Has(k AnyKey) bool { return s.items[k.place()] != nil }

// Add takes in what another snapshot holds; where both have an item, the other's counts.
func (s *Snapshot) Add(other *Snapshot) { maps.Copy(s.items, other.items) }

// All gives every item of a type, in the order of their keys.
func All[T any](s *Snapshot) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, k := range slices.SortedFunc(maps.Keys(s.items), compareKeys) {
			if v, ok := s.items[k].(*T); ok && !yield(v) {
				return
			}
		}
	}
}

func compareKeys(a, b key) int { return cmp.Or(cmp.Compare(a.pk, b.pk), cmp.Compare(a.sk, b.sk)) }

// Read reads items of any types, each strongly consistent, in one request for every hundred. Keys may repeat.
// The items are not one moment's: a Commit compares the revision of each.
func (s *Store) Read(ctx context.Context, keys ...AnyKey) (*Snapshot, error) {
	byPlace := make(map[key]AnyKey, len(keys))
	for _, k := range keys {
		byPlace[k.place()] = k
	}
	items, err := s.batch(ctx, slices.SortedFunc(maps.Keys(byPlace), compareKeys))
	if err != nil {
		return nil, err
	}
	snap := NewSnapshot()
	for place, i := range items {
		v, err := byPlace[place].decode(i)
		if err != nil {
			return nil, err
		}
		snap.items[place] = v
	}
	return snap, nil
}

// batch reads items by different keys, strongly consistent.
func (s *Store) batch(ctx context.Context, keys []key) (map[key]item, error) {
	found := make(map[key]item, len(keys))
	for chunk := range slices.Chunk(keys, maxBatch) {
		if err := s.batchGet(ctx, chunk, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// batchGet reads up to maxBatch items; DynamoDB may leave some for another round.
func (s *Store) batchGet(ctx context.Context, keys []key, found map[key]item) error {
	want := make([]item, len(keys))
	for i, k := range keys {
		want[i] = k.attributes()
	}
	ask := map[string]types.KeysAndAttributes{s.table: {Keys: want, ConsistentRead: aws.Bool(true)}}
	round := func() (bool, error) {
		out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask})
		if err != nil {
			return false, backoff.Permanent(fmt.Errorf("batch get: %w", err))
		}
		for _, i := range out.Responses[s.table] {
			found[key{text(i["PK"]), text(i["SK"])}] = i
		}
		if ask = out.UnprocessedKeys; len(ask) > 0 {
			return false, fault.New(fault.Transient, "batch get: still %d keys unprocessed", len(ask[s.table].Keys))
		}
		return true, nil
	}
	_, err := backoff.Retry(ctx, round, backoff.WithMaxTries(9), backoff.WithMaxElapsedTime(0),
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 20 * time.Millisecond, Multiplier: 2, MaxInterval: 3 * time.Second}))
	return err
}

// get reads one item; NotFound when there is none.
func get[T any](ctx context.Context, s *Store, k Key[T]) (*T, error) {
	in := &dynamodb.GetItemInput{TableName: &s.table, Key: k.attributes(), ConsistentRead: aws.Bool(true)}
	out, err := s.db.GetItem(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", k.sk, err)
	}
	if out.Item == nil {
		return nil, fault.New(fault.NotFound, "no such item: %s", k.sk)
	}
	return decode[T](out.Item)
}

// lookUp reads one item; nil when there is none.
func lookUp[T any](ctx context.Context, s *Store, k Key[T]) (*T, error) {
	v, err := get(ctx, s, k)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // the caller asks whether there is one
	}
	return v, err
}
