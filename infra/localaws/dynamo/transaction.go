package dynamo

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Limits of a transaction (Developer Guide, quotas, "DynamoDB transactions").
const (
	maxTransaction = 100
	maxTransacted  = 4 << 20 // bytes
)

func tooMany(member string, most int) error {
	return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: "+
		"Member must have length less than or equal to %d, Member must have length greater than or equal to 1", member, most)
}

type transactWrite struct {
	Items []struct {
		Put    *writeItem `json:"Put"`
		Update *writeItem `json:"Update"`
		Delete *writeItem `json:"Delete"`
		Check  *writeItem `json:"ConditionCheck"`
	} `json:"TransactItems"`
	Token    string `json:"ClientRequestToken"`
	Capacity string `json:"ReturnConsumedCapacity"`
	Metrics  string `json:"ReturnItemCollectionMetrics"`

	sum [sha256.Size]byte // fingerprint of the whole request
}

// fingerprint is the same for two requests that say the same: the SDK writes an item's attributes in any order.
func fingerprint(body []byte) [sha256.Size]byte {
	var request any
	numbers := json.NewDecoder(bytes.NewReader(body))
	numbers.UseNumber()
	if err := numbers.Decode(&request); err != nil {
		return sha256.Sum256(body)
	}
	sorted, err := json.Marshal(request)
	if err != nil {
		return sha256.Sum256(body)
	}
	return sha256.Sum256(sorted)
}

// transactWrite writes all items or none. A token that has carried a transaction out does nothing the second time.
func (s *Server) transactWrite(in *transactWrite) (any, error) {
	if len(in.Token) > 36 {
		return nil, invalid("1 validation error detected: Value '%s' at 'clientRequestToken' failed to satisfy constraint: "+
			"Member must have length less than or equal to 36", in.Token)
	}
	writes, err := s.prepareTransaction(in)
	if err != nil {
		return nil, err
	}
	if in.Token == "" {
		return struct{}{}, s.commit(writes)
	}
	done, err := s.tokens.begin(in.Token, in.sum)
	if err != nil || done {
		return struct{}{}, err
	}
	err = s.commit(writes)
	s.tokens.end(in.Token, err == nil)
	return struct{}{}, err
}

func (s *Server) prepareTransaction(in *transactWrite) ([]*write, error) {
	if len(in.Items) == 0 || len(in.Items) > maxTransaction {
		return nil, tooMany("transactItems", maxTransaction)
	}
	writes, seen, size := make([]*write, len(in.Items)), map[place]bool{}, 0
	for i, x := range in.Items {
		var all []func() (*write, error)
		add := func(in *writeItem, prepare func(*writeItem) (*write, error)) {
			if in != nil {
				all = append(all, func() (*write, error) { return prepare(in) })
			}
		}
		add(x.Put, s.preparePut)
		add(x.Update, s.prepareUpdate)
		add(x.Delete, s.prepareDelete)
		add(x.Check, s.prepareCheck)
		if len(all) != 1 {
			return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		w, err := all[0]()
		if err != nil {
			return nil, err
		}
		if seen[w.place] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[w.place], writes[i] = true, w
		if size += w.size; size > maxTransacted {
			return nil, invalid("Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction exceeding the 4MB limit")
		}
	}
	return writes, nil
}

// commit carries out all writes or none, at one moment.
func (s *Server) commit(writes []*write) error {
	tables := make([]*table, len(writes))
	for i, w := range writes {
		tables[i] = w.table
	}
	defer lock(tables, (*table).lock)()
	changes, reasons, failed := make([]change, len(writes)), make([]reason, len(writes)), false
	for i, w := range writes {
		old, next, err := w.try()
		changes[i], reasons[i] = change{old, next}, reasonOf(err)
		failed = failed || err != nil
	}
	if failed {
		return cancelled(reasons)
	}
	if err := s.keep(writes, changes); err != nil {
		return err
	}
	for i, w := range writes {
		w.store(changes[i].old, changes[i].next)
	}
	return nil
}

// lock locks each of the tables once, in the order of their ids, so that no two requests wait for each other.
func lock(tables []*table, one func(*table) (unlock func())) (unlock func()) {
	tables = slices.Clone(tables)
	slices.SortFunc(tables, func(a, b *table) int { return cmp.Compare(a.id, b.id) })
	var unlocks []func()
	for _, t := range slices.Compact(tables) {
		unlocks = append(unlocks, one(t))
	}
	return func() {
		for _, u := range unlocks {
			u()
		}
	}
}

func (t *table) lock() func()  { t.mu.Lock(); return t.mu.Unlock }
func (t *table) rlock() func() { t.mu.RLock(); return t.mu.RUnlock }

// tokenLife is how long a token is remembered (API reference, TransactWriteItems, ClientRequestToken).
const tokenLife = 10 * time.Minute

// tokens remembers which transactions were carried out.
type tokens struct {
	now func() time.Time

	mu    sync.Mutex
	byID  map[string]*tokenState
	order []tokenEnd // oldest first
}

type tokenState struct {
	sum  [sha256.Size]byte
	done bool
}

type tokenEnd struct {
	id string
	at time.Time
}

// begin tells whether the token's transaction was carried out; if not, the caller carries it out and calls end.
func (t *tokens) begin(id string, sum [sha256.Size]byte) (done bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.order) > 0 && t.now().Sub(t.order[0].at) > tokenLife {
		delete(t.byID, t.order[0].id)
		t.order = t.order[1:]
	}
	switch known := t.byID[id]; {
	case known == nil:
		t.byID[id] = &tokenState{sum: sum}
		return false, nil
	case known.sum != sum:
		return false, fails("IdempotentParameterMismatchException", "The requests parameters don't match an earlier request with the same client token")
	case !known.done:
		return false, fails("TransactionInProgressException", "The transaction with the given request token is already in progress.")
	}
	return true, nil
}

// end notes what became of the token's transaction: one that failed may be tried again.
func (t *tokens) end(id string, done bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !done {
		delete(t.byID, id)
		return
	}
	t.byID[id].done = true
	t.order = append(t.order, tokenEnd{id, t.now()})
}
