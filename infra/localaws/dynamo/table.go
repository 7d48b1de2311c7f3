package dynamo

import (
	"hash/fnv"
	"sync"
	"time"

	"github.com/tidwall/btree"

	"dossier/infra/localaws/dynamo/attr"
)

// table holds items sorted by key: the items of one partition key stand together, by their sort key.
type table struct {
	name    string
	id      string
	created time.Time
	input   *createTable
	hash    string // the key's attributes
	sort    string
	types   map[string]string // of attributes that are in keys

	mu      sync.RWMutex // guards what follows
	deleted bool
	items   btree.Map[string, *item]
	bytes   int
	indexes []*index
	stream  *stream // nil for none
	ttl     ttl
}

// item is a stored item. It is never changed: an update stores another.
type item struct {
	attrs attr.Map
	size  int
}

// index is a second order of the items: of those alone that have its key.
type index struct {
	name, hash, sort string
	projection       projection
	items            btree.Map[string, *item]
	bytes            int
}

// primary is where an item of this key stands.
func (t *table) primary(attrs attr.Map) string {
	if t.sort == "" {
		return attr.Key(attrs[t.hash])
	}
	return attr.Key(attrs[t.hash]) + attr.Key(attrs[t.sort])
}

// place is where an item stands in the index; "" for nowhere. Items of one index key are told apart by their own.
func (x *index) place(attrs attr.Map, primary string) string {
	hash := attrs[x.hash]
	if hash == nil {
		return ""
	}
	if x.sort == "" {
		return attr.Key(hash) + primary
	}
	sort := attrs[x.sort]
	if sort == nil {
		return ""
	}
	return attr.Key(hash) + attr.Key(sort) + primary
}

// get is the item at a place, nil when there is none. The caller holds the lock.
func (t *table) get(primary string) attr.Map {
	if i, ok := t.items.Get(primary); ok {
		return i.attrs
	}
	return nil
}

// set stores an item at its place, or removes the item there when attrs is nil. The caller holds the lock.
func (t *table) set(primary string, attrs attr.Map) {
	old, had := t.items.Get(primary)
	if had {
		t.items.Delete(primary)
		t.bytes -= old.size
		for _, x := range t.indexes {
			if place := x.place(old.attrs, primary); place != "" {
				x.items.Delete(place)
				x.bytes -= old.size
			}
		}
	} else {
		old = &item{}
	}
	if attrs != nil {
		i := &item{attrs, attrs.Size()}
		t.items.Set(primary, i)
		t.bytes += i.size
		for _, x := range t.indexes {
			if place := x.place(attrs, primary); place != "" {
				x.items.Set(place, i)
				x.bytes += i.size
			}
		}
	}
	if t.stream != nil {
		t.stream.changed(t, old.attrs, attrs)
	}
}

// segment is the part of a parallel scan that an item is in.
func (t *table) segment(attrs attr.Map, total int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(attr.Key(attrs[t.hash]))) // it never fails
	return int(h.Sum32() % uint32(total))
}
