package dynamo

import (
	"slices"

	"dossier/infra/localaws/dynamo/attr"
	"dossier/infra/localaws/dynamo/expr"
)

// Limits of reads (Developer Guide, quotas): bytes of a page of a query or scan, and of a batch's answer.
const (
	maxPage     = 1 << 20
	maxBatchGet = 16 << 20
)

// getItem is the request GetItem; a batch and a transaction have it too.
type getItem struct {
	Table      string            `json:"TableName"`
	Key        attr.Map          `json:"Key"`
	Projection *string           `json:"ProjectionExpression"`
	Names      map[string]string `json:"ExpressionAttributeNames"`
	consistency
}

// consistency holds members that change nothing here: every read is consistent.
type consistency struct {
	Consistent bool   `json:"ConsistentRead"`
	Capacity   string `json:"ReturnConsumedCapacity"`
}

type itemOutput struct {
	Item attr.Map `json:"Item,omitzero"`
}

func (s *Server) getItem(in *getItem) (any, error) {
	r, err := s.prepareGet(in)
	if err != nil {
		return nil, err
	}
	r.table.mu.RLock()
	defer r.table.mu.RUnlock()
	return itemOutput{r.get()}, nil
}

// get is a read that was checked.
type get struct {
	table      *table
	primary    string
	projection *expr.Projection
}

func (s *Server) prepareGet(in *getItem) (*get, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, err
	}
	params := expr.NewParams(in.Names, nil)
	r := &get{table: t}
	if r.projection, err = readProjection(params, in.Projection); err != nil {
		return nil, err
	}
	if err := params.Unused(); err != nil {
		return nil, invalidBecause(err)
	}
	if err := t.checkKey(in.Key); err != nil {
		return nil, err
	}
	r.primary = t.primary(in.Key)
	return r, nil
}

func readProjection(params *expr.Params, text *string) (*expr.Projection, error) {
	if text == nil {
		return nil, nil
	}
	p, err := params.Projection(*text)
	return p, invalidBecause(err)
}

// get reads the item, nil when there is none. The caller holds the table's lock.
func (r *get) get() attr.Map {
	found := r.table.get(r.primary)
	if r.projection != nil {
		return r.projection.Apply(found)
	}
	return found
}

type keysInput struct {
	Keys       []attr.Map        `json:"Keys,omitzero"`
	Projection *string           `json:"ProjectionExpression,omitzero"`
	Names      map[string]string `json:"ExpressionAttributeNames,omitzero"`
	Consistent bool              `json:"ConsistentRead,omitzero"`
}

type batchGet struct {
	Requests map[string]keysInput `json:"RequestItems"`
	Capacity string               `json:"ReturnConsumedCapacity"`
}

type batchGetOutput struct {
	Responses   map[string][]attr.Map `json:"Responses"`
	Unprocessed map[string]keysInput  `json:"UnprocessedKeys"`
}

// batchGet reads up to a hundred items; what goes beyond 16 MB is left for another request.
func (s *Server) batchGet(in *batchGet) (any, error) {
	count := 0
	for _, r := range in.Requests {
		count += len(r.Keys)
	}
	if count > 100 {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	if count == 0 {
		return nil, invalid("1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	out := batchGetOutput{map[string][]attr.Map{}, map[string]keysInput{}}
	room := maxBatchGet
	for name, r := range in.Requests {
		gets, err := s.prepareBatch(name, r)
		if err != nil {
			return nil, err
		}
		out.Responses[name] = []attr.Map{}
		for i, g := range gets {
			g.table.mu.RLock()
			found := g.get()
			g.table.mu.RUnlock()
			if found == nil {
				continue
			}
			if room -= found.Size(); room < 0 {
				r.Keys = r.Keys[i:]
				out.Unprocessed[name] = r
				break
			}
			out.Responses[name] = append(out.Responses[name], found)
		}
	}
	return out, nil
}

func (s *Server) prepareBatch(name string, r keysInput) ([]*get, error) {
	gets, seen := make([]*get, len(r.Keys)), map[string]bool{}
	for i, key := range r.Keys {
		g, err := s.prepareGet(&getItem{Table: name, Key: key, Projection: r.Projection, Names: r.Names})
		if err != nil {
			return nil, err
		}
		if seen[g.primary] {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[g.primary], gets[i] = true, g
	}
	return gets, nil
}

type transactGet struct {
	Items []struct {
		Get *getItem `json:"Get"`
	} `json:"TransactItems"`
	Capacity string `json:"ReturnConsumedCapacity"`
}

// transactGet reads up to a hundred items as they are at one moment.
func (s *Server) transactGet(in *transactGet) (any, error) {
	if len(in.Items) == 0 || len(in.Items) > maxTransaction {
		return nil, tooMany("transactItems", maxTransaction)
	}
	gets, seen := make([]*get, len(in.Items)), map[place]bool{}
	var tables []*table
	for i, x := range in.Items {
		if x.Get == nil {
			return nil, invalid("1 validation error detected: Value null at 'transactItems.%d.member.get' failed to satisfy constraint: Member must not be null", i+1)
		}
		var err error
		if gets[i], err = s.prepareGet(x.Get); err != nil {
			return nil, err
		}
		at := place{gets[i].table, gets[i].primary}
		if seen[at] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[at] = true
		tables = append(tables, at.table)
	}
	defer lock(tables, (*table).rlock)()
	out := make([]itemOutput, len(gets))
	for i, g := range gets {
		out[i].Item = g.get()
	}
	return map[string]any{"Responses": out}, nil
}

// readItems is the request Query or Scan.
type readItems struct {
	Table      string            `json:"TableName"`
	Index      string            `json:"IndexName"`
	Key        string            `json:"KeyConditionExpression"`
	Filter     *string           `json:"FilterExpression"`
	Projection *string           `json:"ProjectionExpression"`
	Names      map[string]string `json:"ExpressionAttributeNames"`
	Values     attr.Map          `json:"ExpressionAttributeValues"`
	Start      attr.Map          `json:"ExclusiveStartKey"`
	Limit      *int              `json:"Limit"`
	Forward    *bool             `json:"ScanIndexForward"`
	Select     string            `json:"Select"`
	Segment    *int              `json:"Segment"`
	Segments   *int              `json:"TotalSegments"`
	consistency
}

type page struct {
	Items   *[]attr.Map `json:"Items,omitzero"`
	Count   int         `json:"Count"`
	Scanned int         `json:"ScannedCount"`
	Last    attr.Map    `json:"LastEvaluatedKey,omitzero"`
}

// walk is a query or scan that was checked: over items from low to before high.
type walk struct {
	*table
	index      *index // nil: the table itself
	low, high  string
	backward   bool
	limit      int
	filter     *expr.Condition
	projection *expr.Projection
	count      bool // no items, their number alone
	segment    func(attr.Map) bool
}

func (s *Server) query(in *readItems) (any, error) {
	w, params, err := s.prepareWalk(in)
	if err != nil {
		return nil, err
	}
	if in.Key == "" {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	hash, sort := w.keys()
	k, err := params.KeyCondition(in.Key, hash, sort)
	if err == nil {
		err = params.Unused()
	}
	if err != nil {
		return nil, invalidBecause(err)
	}
	if err := w.within(k); err != nil {
		return nil, err
	}
	if w.filter != nil {
		for _, name := range w.filter.Paths() {
			if name == hash || name == sort {
				return nil, invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
			}
		}
	}
	w.backward = in.Forward != nil && !*in.Forward
	if err := w.startAfter(in.Start); err != nil {
		return nil, err
	}
	return w.run(), nil
}

func (s *Server) scan(in *readItems) (any, error) {
	w, params, err := s.prepareWalk(in)
	if err != nil {
		return nil, err
	}
	if err := params.Unused(); err != nil {
		return nil, invalidBecause(err)
	}
	if in.Key != "" || in.Forward != nil {
		return nil, invalid("KeyConditionExpression and ScanIndexForward are members of Query")
	}
	if (in.Segment == nil) != (in.Segments == nil) {
		return nil, invalid("The Segment parameter and the TotalSegments parameter must be given together")
	}
	if in.Segment != nil {
		part, total := *in.Segment, *in.Segments
		if part < 0 || part >= total {
			return nil, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", part, total)
		}
		w.segment = func(a attr.Map) bool { return w.table.segment(a, total) == part }
	}
	w.high = "\xff"
	if err := w.startAfter(in.Start); err != nil {
		return nil, err
	}
	return w.run(), nil
}

// prepareWalk checks what Query and Scan have in common.
func (s *Server) prepareWalk(in *readItems) (*walk, *expr.Params, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, nil, err
	}
	w := &walk{table: t, limit: -1, count: in.Select == "COUNT"}
	if in.Limit != nil {
		if w.limit = *in.Limit; w.limit < 1 {
			return nil, nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1", w.limit)
		}
	}
	if in.Index != "" {
		i := slices.IndexFunc(t.indexes, func(x *index) bool { return x.name == in.Index })
		if i < 0 {
			return nil, nil, invalid("The table does not have the specified index: %s", in.Index)
		}
		if w.index = t.indexes[i]; in.Consistent {
			return nil, nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
	}
	if err := w.checkSelect(in); err != nil {
		return nil, nil, err
	}
	params := expr.NewParams(in.Names, in.Values)
	if in.Filter != nil {
		if w.filter, err = params.Condition("FilterExpression", *in.Filter); err != nil {
			return nil, nil, invalidBecause(err)
		}
	}
	w.projection, err = readProjection(params, in.Projection)
	return w, params, err
}

func (w *walk) checkSelect(in *readItems) error {
	switch in.Select {
	case "", "SPECIFIC_ATTRIBUTES", "COUNT":
	case "ALL_ATTRIBUTES":
		if w.index != nil && w.index.projection.Type != "ALL" {
			return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s "+
				"because its projection type is not ALL", w.index.name)
		}
	case "ALL_PROJECTED_ATTRIBUTES":
		if w.index == nil {
			return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
	default:
		return invalid("1 validation error detected: Value '%s' at 'select' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]", in.Select)
	}
	switch {
	case in.Select == "SPECIFIC_ATTRIBUTES" && in.Projection == nil:
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case in.Select != "" && in.Select != "SPECIFIC_ATTRIBUTES" && in.Projection != nil:
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", in.Select)
	}
	return nil
}

// keys are the names of the key's attributes: of the index, or of the table.
func (w *walk) keys() (hash, sort string) {
	if w.index != nil {
		return w.index.hash, w.index.sort
	}
	return w.hash, w.table.sort
}

// within narrows the walk to what the key condition selects.
func (w *walk) within(k *expr.KeyCondition) error {
	hash, sort := w.keys()
	for _, v := range []attr.Value{k.A, k.B} {
		if v != nil && v.Type() != w.types[sort] {
			return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
	}
	if k.Hash.Type() != w.types[hash] {
		return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
	}
	part := attr.Key(k.Hash)
	w.low, w.high = part, after(part)
	if k.Op == "" {
		return nil
	}
	at := part + attr.Key(k.A)
	switch k.Op {
	case "=":
		w.low, w.high = at, after(at)
	case "<":
		w.high = at
	case "<=":
		w.high = after(at)
	case ">":
		w.low = after(at)
	case ">=":
		w.low = at
	case "BETWEEN":
		w.low, w.high = at, after(part+attr.Key(k.B))
	case "begins_with":
		if k.A.Type() == "N" {
			return invalid("Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")
		}
		at = part + attr.Prefix(k.A)
		w.low, w.high = at, after(at)
	}
	return nil
}

// after is the first string that is greater than all that begin with a prefix.
func after(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return ""
}

// startAfter goes on where an earlier page ended.
func (w *walk) startAfter(start attr.Map) error {
	if start == nil {
		return nil
	}
	key := w.table.keyOf(start)
	names := w.keyNames()
	if w.index != nil {
		names = append(names, w.index.hash)
		if w.index.sort != "" {
			names = append(names, w.index.sort)
		}
	}
	if len(pick(start, names)) != len(start) || w.checkKey(key) != nil {
		return invalid("The provided starting key is invalid")
	}
	at := w.primary(key)
	if w.index != nil {
		for _, name := range []string{w.index.hash, w.index.sort} {
			if w.checkIndexKey(w.index, name, start[name]) != nil {
				return invalid("The provided starting key is invalid")
			}
		}
		if at = w.index.place(start, at); at == "" {
			return invalid("The provided starting key is invalid")
		}
	}
	if at < w.low || at >= w.high {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if w.backward {
		w.high = at
	} else {
		w.low = at + "\x00"
	}
	return nil
}

// run reads one page.
func (w *walk) run() page {
	w.mu.RLock()
	defer w.mu.RUnlock()
	items := &w.items
	if w.index != nil {
		items = &w.index.items
	}
	var out page
	found, bytes, last := []attr.Map{}, 0, attr.Map(nil)
	visit := func(i *item) bool {
		if w.segment != nil && !w.segment(i.attrs) {
			return true
		}
		if bytes += i.size; bytes > maxPage && last != nil {
			out.Last = w.position(last)
			return false
		}
		out.Scanned++
		last = i.attrs
		if w.filter == nil || w.filter.Match(i.attrs) {
			out.Count++
			found = append(found, w.shown(i.attrs))
		}
		if out.Scanned == w.limit {
			out.Last = w.position(last)
			return false
		}
		return true
	}
	if w.backward {
		items.Descend(w.high, func(at string, i *item) bool { return at == w.high || at >= w.low && visit(i) })
	} else {
		items.Ascend(w.low, func(at string, i *item) bool { return at < w.high && visit(i) })
	}
	if !w.count {
		out.Items = &found
	}
	return out
}

// shown is what the answer has of an item.
func (w *walk) shown(a attr.Map) attr.Map {
	if w.index != nil && w.index.projection.Type != "ALL" {
		names := append(w.keyNames(), w.index.hash, w.index.sort)
		a = pick(a, append(names, w.index.projection.NonKeys...))
	}
	if w.projection != nil {
		a = w.projection.Apply(a)
	}
	return a
}

// position is where the next page goes on: the keys of the table and of the index.
func (w *walk) position(a attr.Map) attr.Map {
	names := w.keyNames()
	if w.index != nil {
		names = append(names, w.index.hash, w.index.sort)
	}
	return pick(a, names)
}
