package expr

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"dossier/infra/localaws/dynamo/attr"
)

// Errors of updates that depend on the item, worded as DynamoDB words them.
var (
	errPath    = errors.New("The document path provided in the update expression is invalid for update")
	errMissing = errors.New("The provided expression refers to an attribute that does not exist in the item")
	errOperand = errors.New("An operand in the update expression has an incorrect data type")
)

// Update is an update expression.
type Update struct {
	actions []action
}

// action changes one path: of SET, REMOVE, ADD or DELETE.
type action struct {
	clause string
	path   path
	term   term // of SET
	value  attr.Value
}

// term is the right side of a SET: a value, a function of terms, or a sum or difference.
type term struct {
	op   string // "", "+", "-", "if_not_exists" or "list_append"
	leaf operand
	args []term
}

// Update reads an expression.
func (p *Params) Update(text string) (*Update, error) {
	x, err := p.parser("UpdateExpression", text)
	if err != nil {
		return nil, err
	}
	u, seen := &Update{}, map[string]bool{}
	for x.peek() != "" {
		clause, actions, err := x.clause()
		if err != nil {
			return nil, err
		}
		if seen[clause] {
			return nil, x.fail("The %q section can only be used once in an update expression;", clause)
		}
		seen[clause] = true
		u.actions = append(u.actions, actions...)
	}
	return u, overlap("UpdateExpression", u.paths())
}

func (u *Update) paths() []path {
	all := make([]path, len(u.actions))
	for i, a := range u.actions {
		all[i] = a.path
	}
	return all
}

// Names are the top-level attributes that the update changes.
func (u *Update) Names() []string {
	all := make([]string, len(u.actions))
	for i, a := range u.actions {
		all[i] = a.path[0].name
	}
	return all
}

// Updated is a projection of what the update changes.
func (u *Update) Updated() *Projection { return &Projection{tree(u.paths())} }

func (p *parser) clause() (string, []action, error) {
	var one func() (action, error)
	name := ""
	switch {
	case p.word("SET"):
		name, one = "SET", p.set
	case p.word("REMOVE"):
		name, one = "REMOVE", func() (action, error) {
			at, err := p.path()
			return action{clause: "REMOVE", path: at}, err
		}
	case p.word("ADD"):
		name, one = "ADD", func() (action, error) { return p.with("ADD", "N", "SS", "NS", "BS") }
	case p.word("DELETE"):
		name, one = "DELETE", func() (action, error) { return p.with("DELETE", "SS", "NS", "BS") }
	default:
		return "", nil, p.syntax()
	}
	actions, err := list(p, one)
	return name, actions, err
}

// with reads a path and a value of one of the types.
func (p *parser) with(clause string, types ...string) (action, error) {
	at, err := p.path()
	if err != nil {
		return action{}, err
	}
	if t := p.peek(); t == "" || t[0] != ':' {
		return action{}, p.syntax()
	}
	v, err := p.value()
	if err == nil && !slices.Contains(types, v.Type()) {
		err = p.incorrect(clause, v)
	}
	return action{clause: clause, path: at, value: v}, err
}

func (p *parser) set() (action, error) {
	at, err := p.path()
	if err != nil {
		return action{}, err
	}
	if err := p.expect("="); err != nil {
		return action{}, err
	}
	t, err := p.term()
	if err != nil {
		return action{}, err
	}
	if op := p.peek(); op == "+" || op == "-" {
		p.next++
		right, err := p.term()
		if err != nil {
			return action{}, err
		}
		t = term{op: op, args: []term{t, right}}
		for _, a := range t.args {
			if v := a.leaf.literal; v != nil && v.Type() != "N" {
				return action{}, p.incorrect(op, v)
			}
		}
	}
	return action{clause: "SET", path: at, term: t}, nil
}

func (p *parser) term() (term, error) {
	for _, name := range []string{"if_not_exists", "list_append"} {
		if p.call(name) {
			return p.termFunction(name)
		}
	}
	if t := p.peek(); t != "" && t[0] == ':' {
		v, err := p.value()
		return term{leaf: operand{literal: v}}, err
	}
	if p.tokens[min(p.next+1, len(p.tokens)-1)].text == "(" {
		return term{}, p.fail("Invalid function name; function: %s", p.peek())
	}
	at, err := p.path()
	return term{leaf: operand{path: at}}, err
}

func (p *parser) termFunction(name string) (term, error) {
	args, err := list(p, p.term)
	if err != nil {
		return term{}, err
	}
	if err := p.expect(")"); err != nil {
		return term{}, err
	}
	if len(args) != 2 {
		return term{}, p.fail("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(args))
	}
	if name == "if_not_exists" && len(args[0].leaf.path) == 0 {
		return term{}, p.fail("Operator or function requires a document path; operator or function: if_not_exists")
	}
	for _, a := range args {
		if v := a.leaf.literal; name == "list_append" && v != nil && v.Type() != "L" {
			return term{}, p.incorrect(name, v)
		}
	}
	return term{op: name, args: args}, nil
}

func (t term) eval(item attr.Map) (attr.Value, error) {
	if t.op == "" {
		v := t.leaf.eval(item)
		if v == nil {
			return nil, errMissing
		}
		return v, nil
	}
	if t.op == "if_not_exists" {
		if v := t.args[0].leaf.path.get(item); v != nil {
			return v, nil
		}
		return t.args[1].eval(item)
	}
	a, err := t.args[0].eval(item)
	if err != nil {
		return nil, err
	}
	b, err := t.args[1].eval(item)
	if err != nil {
		return nil, err
	}
	return combine(t.op, a, b)
}

func combine(op string, a, b attr.Value) (attr.Value, error) {
	if op == "list_append" {
		x, ok := a.(attr.List)
		y, also := b.(attr.List)
		if !ok || !also {
			return nil, errOperand
		}
		return slices.Concat(x, y), nil
	}
	x, ok := a.(attr.Number)
	y, also := b.(attr.Number)
	if !ok || !also {
		return nil, errOperand
	}
	if op == "+" {
		return x.Add(y)
	}
	return x.Sub(y)
}

// Apply is the item as the update leaves it; the given one is not changed. Every operand has the value that it had before.
func (u *Update) Apply(item attr.Map) (attr.Map, error) {
	type change struct {
		path  path
		value attr.Value // nil: remove
	}
	var sets, removes []change
	for _, a := range u.actions {
		v, keep, err := a.result(item)
		switch {
		case err != nil:
			return nil, err
		case keep:
		case v == nil:
			removes = append(removes, change{a.path, nil})
		default:
			sets = append(sets, change{a.path, v})
		}
	}
	// From the end of a list to its beginning, so that no index moves before it is used.
	slices.SortStableFunc(removes, func(a, b change) int { return -slices.CompareFunc(a.path, b.path, compareSteps) })
	slices.SortStableFunc(sets, func(a, b change) int { return slices.CompareFunc(a.path, b.path, compareSteps) })
	var next attr.Value = maps.Clone(item)
	if item == nil {
		next = attr.Map{}
	}
	for _, c := range append(sets, removes...) {
		var err error
		if next, err = replace(next, c.path, c.value); err != nil {
			return nil, err
		}
	}
	return next.(attr.Map), nil
}

func compareSteps(a, b step) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.index, b.index))
}

// result is the value that the action gives its path; nil removes it, keep leaves it as it is.
func (a action) result(item attr.Map) (v attr.Value, keep bool, err error) {
	old := a.path.get(item)
	switch a.clause {
	case "SET":
		v, err = a.term.eval(item)
		return v, false, err
	case "REMOVE":
		return nil, old == nil, nil
	case "ADD":
		v, err = sum(old, a.value)
		return v, false, err
	}
	if old == nil {
		return nil, true, nil
	}
	v, ok := attr.Difference(old, a.value)
	if !ok {
		return nil, false, errOperand
	}
	return v, false, nil
}

// sum is what ADD gives: a sum of numbers, or a union of sets.
func sum(old, value attr.Value) (attr.Value, error) {
	if old == nil {
		return value, nil
	}
	if n, ok := old.(attr.Number); ok {
		m, ok := value.(attr.Number)
		if !ok {
			return nil, errOperand
		}
		return n.Add(m)
	}
	set, ok := attr.Union(old, value)
	if !ok {
		return nil, errOperand
	}
	return set, nil
}

// replace is a container with the value at a path in it, or without it when the value is nil. What it does not touch
// is shared with the container given.
func replace(v attr.Value, p path, value attr.Value) (attr.Value, error) {
	if len(p) == 0 {
		return value, nil
	}
	switch c := v.(type) {
	case attr.Map:
		if p[0].index >= 0 {
			return nil, errPath
		}
		return replaceInMap(c, p, value)
	case attr.List:
		if p[0].index < 0 {
			return nil, errPath
		}
		return replaceInList(c, p, value)
	}
	return nil, errPath
}

func replaceInMap(c attr.Map, p path, value attr.Value) (attr.Value, error) {
	e, err := replace(c[p[0].name], p[1:], value)
	if err != nil {
		return nil, err
	}
	c = maps.Clone(c)
	if e == nil {
		delete(c, p[0].name)
	} else {
		c[p[0].name] = e
	}
	return c, nil
}

func replaceInList(c attr.List, p path, value attr.Value) (attr.Value, error) {
	i := p[0].index
	var old attr.Value
	if i < len(c) {
		old = c[i]
	}
	e, err := replace(old, p[1:], value)
	if err != nil {
		return nil, err
	}
	switch {
	case e == nil && i < len(c):
		return slices.Concat(c[:i], c[i+1:]), nil
	case e == nil:
		return c, nil
	case i >= len(c):
		return slices.Concat(c, attr.List{e}), nil
	}
	c = slices.Clone(c)
	c[i] = e
	return c, nil
}
