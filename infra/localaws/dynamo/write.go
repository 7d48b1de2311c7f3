package dynamo

import (
	"slices"
	"strings"

	"dossier/infra/localaws/dynamo/attr"
	"dossier/infra/localaws/dynamo/expr"
)

// writeItem is PutItem, UpdateItem, DeleteItem or a part of a transaction, whichever members it has.
type writeItem struct {
	Table     string            `json:"TableName"`
	Item      attr.Map          `json:"Item"` // of a put
	Key       attr.Map          `json:"Key"`  // of all others
	Update    *string           `json:"UpdateExpression"`
	Condition *string           `json:"ConditionExpression"`
	Names     map[string]string `json:"ExpressionAttributeNames"`
	Values    attr.Map          `json:"ExpressionAttributeValues"`
	Return    string            `json:"ReturnValues"`
	OnFailure string            `json:"ReturnValuesOnConditionCheckFailure"`
	Capacity  string            `json:"ReturnConsumedCapacity"`
	Metrics   string            `json:"ReturnItemCollectionMetrics"`
}

// place is where an item stands in the server.
type place struct {
	table   *table
	primary string
}

// write is a write that was checked as far as it can be without the item that it changes.
type write struct {
	place
	condition *expr.Condition // nil for none
	// next is the item as the write leaves it, nil for a deletion; unchanged is set for a mere check.
	next      func(old attr.Map) (attr.Map, error)
	unchanged bool
	update    *expr.Update // of an update
	tellOld   bool         // when the condition fails
	size      int          // of what was sent
}

func (s *Server) preparePut(in *writeItem) (*write, error) {
	if in.Key != nil || in.Update != nil {
		return nil, invalid("Key and UpdateExpression are no members of a put")
	}
	w, params, err := s.prepareWrite(in)
	if err != nil {
		return nil, err
	}
	if err := invalidBecause(params.Unused()); err != nil {
		return nil, err
	}
	if err := w.table.checkItem(in.Item); err != nil {
		return nil, err
	}
	w.primary, w.size = w.table.primary(in.Item), in.Item.Size()
	w.next = func(attr.Map) (attr.Map, error) { return in.Item, nil }
	return w, nil
}

func (s *Server) prepareDelete(in *writeItem) (*write, error) {
	if in.Update != nil {
		return nil, invalid("UpdateExpression is no member of a deletion")
	}
	w, err := s.prepareKeyed(in)
	if err != nil {
		return nil, err
	}
	w.next = func(attr.Map) (attr.Map, error) { return nil, nil }
	return w, nil
}

func (s *Server) prepareCheck(in *writeItem) (*write, error) {
	if in.Update != nil || in.Condition == nil {
		return nil, invalid("A condition check has a ConditionExpression and no UpdateExpression")
	}
	w, err := s.prepareKeyed(in)
	if err != nil {
		return nil, err
	}
	w.unchanged = true
	return w, nil
}

func (s *Server) prepareUpdate(in *writeItem) (*write, error) {
	w, err := s.prepareKeyed(in)
	if err != nil {
		return nil, err
	}
	w.next = func(old attr.Map) (attr.Map, error) {
		if old == nil {
			old = in.Key
		}
		if w.update == nil {
			return old, nil
		}
		next, err := w.update.Apply(old)
		if err != nil {
			return nil, invalidBecause(err)
		}
		if next.Size() > maxItem {
			return nil, invalid("Item size to update has exceeded the maximum allowed size")
		}
		return next, w.table.checkItem(next)
	}
	return w, nil
}

// prepareKeyed is prepareWrite for what names an item by its key.
func (s *Server) prepareKeyed(in *writeItem) (*write, error) {
	if in.Item != nil {
		return nil, invalid("Item is a member of a put alone")
	}
	w, params, err := s.prepareWrite(in)
	if err != nil {
		return nil, err
	}
	if in.Update != nil {
		if w.update, err = params.Update(*in.Update); err != nil {
			return nil, invalidBecause(err)
		}
		for _, name := range w.update.Names() {
			if slices.Contains(w.table.keyNames(), name) {
				return nil, invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
			}
		}
	}
	if err := invalidBecause(params.Unused()); err != nil {
		return nil, err
	}
	if err := w.table.checkKey(in.Key); err != nil {
		return nil, err
	}
	w.primary, w.size = w.table.primary(in.Key), in.Key.Size()+in.Values.Size()
	return w, nil
}

// prepareWrite finds the table and reads the condition.
func (s *Server) prepareWrite(in *writeItem) (*write, *expr.Params, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, nil, err
	}
	w, params := &write{place: place{table: t}}, expr.NewParams(in.Names, in.Values)
	if in.Condition != nil {
		if w.condition, err = params.Condition("ConditionExpression", *in.Condition); err != nil {
			return nil, nil, invalidBecause(err)
		}
	}
	switch in.OnFailure {
	case "", "NONE", "ALL_OLD":
		w.tellOld = in.OnFailure == "ALL_OLD"
	default:
		return nil, nil, invalid("1 validation error detected: Value '%s' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [ALL_OLD, NONE]", in.OnFailure)
	}
	return w, params, nil
}

// try carries the write out on the item as it is, and gives both without storing anything. The caller holds the lock.
func (w *write) try() (old, next attr.Map, err error) {
	if w.table.deleted {
		return nil, nil, noTable()
	}
	old = w.table.get(w.primary)
	if w.condition != nil && !w.condition.Match(old) {
		if w.tellOld {
			return nil, nil, conditionFailed(old)
		}
		return nil, nil, conditionFailed(nil)
	}
	if w.unchanged {
		return old, old, nil
	}
	next, err = w.next(old)
	return old, next, err
}

// change is an item before and after a write.
type change struct{ old, next attr.Map }

// store puts down what try gave. The caller holds the lock.
func (w *write) store(old, next attr.Map) {
	if !w.unchanged && (old != nil || next != nil) {
		w.table.set(w.primary, next)
	}
}

type writeOutput struct {
	Attributes attr.Map `json:"Attributes,omitzero"`
}

// returning is a write with a choice of the values that it answers with.
func (s *Server) returning(in *writeItem, prepare func(*writeItem) (*write, error), choices ...string) (any, error) {
	if in.Return != "" && !slices.Contains(choices, in.Return) {
		return nil, invalid("1 validation error detected: Value '%s' at 'returnValues' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [%s]", in.Return, strings.Join(choices, ", "))
	}
	w, err := prepare(in)
	if err != nil {
		return nil, err
	}
	w.table.mu.Lock()
	defer w.table.mu.Unlock()
	old, next, err := w.try()
	if err != nil {
		return nil, err
	}
	if err := s.keep([]*write{w}, []change{{old, next}}); err != nil {
		return nil, err
	}
	w.store(old, next)
	switch in.Return {
	case "ALL_OLD":
		return writeOutput{old}, nil
	case "ALL_NEW":
		return writeOutput{next}, nil
	case "UPDATED_OLD":
		return writeOutput{w.updated(old)}, nil
	case "UPDATED_NEW":
		return writeOutput{w.updated(next)}, nil
	}
	return writeOutput{}, nil
}

// updated is what the update changes of an item; nil for nothing.
func (w *write) updated(a attr.Map) attr.Map {
	if w.update == nil || a == nil {
		return nil
	}
	if kept := w.update.Updated().Apply(a); len(kept) > 0 {
		return kept
	}
	return nil
}

func (s *Server) putItem(in *writeItem) (any, error) {
	return s.returning(in, s.preparePut, "NONE", "ALL_OLD")
}

func (s *Server) deleteItem(in *writeItem) (any, error) {
	return s.returning(in, s.prepareDelete, "NONE", "ALL_OLD")
}

func (s *Server) updateItem(in *writeItem) (any, error) {
	return s.returning(in, s.prepareUpdate, "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")
}

// writeRequest is a part of a batch: a put or a deletion.
type writeRequest struct {
	Put *struct {
		Item attr.Map `json:"Item"`
	} `json:"PutRequest"`
	Delete *struct {
		Key attr.Map `json:"Key"`
	} `json:"DeleteRequest"`
}

type batchWrite struct {
	Requests map[string][]writeRequest `json:"RequestItems"`
	Capacity string                    `json:"ReturnConsumedCapacity"`
	Metrics  string                    `json:"ReturnItemCollectionMetrics"`
}

// maxBatchWrite is how many items a batch writes (API reference, BatchWriteItem).
const maxBatchWrite = 25

// batchWrite carries out up to 25 puts and deletions, each by itself.
func (s *Server) batchWrite(in *batchWrite) (any, error) {
	var writes []*write
	seen := map[place]bool{}
	for name, requests := range in.Requests {
		for _, r := range requests {
			w, err := s.prepareBatchWrite(name, r)
			if err != nil {
				return nil, err
			}
			if seen[w.place] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[w.place] = true
			writes = append(writes, w)
		}
	}
	if len(writes) == 0 || len(writes) > maxBatchWrite {
		return nil, tooMany("requestItems", maxBatchWrite)
	}
	for _, w := range writes {
		w.table.mu.Lock()
		old, next, err := w.try()
		if err == nil {
			err = s.keep([]*write{w}, []change{{old, next}})
		}
		if err == nil {
			w.store(old, next)
		}
		w.table.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
	return map[string]any{"UnprocessedItems": map[string]any{}}, nil
}

func (s *Server) prepareBatchWrite(name string, r writeRequest) (*write, error) {
	switch {
	case r.Put != nil && r.Delete == nil:
		return s.preparePut(&writeItem{Table: name, Item: r.Put.Item})
	case r.Delete != nil && r.Put == nil:
		return s.prepareDelete(&writeItem{Table: name, Key: r.Delete.Key})
	}
	return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
}
