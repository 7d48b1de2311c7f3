package expr

import (
	"fmt"

	"dossier/infra/localaws/dynamo/attr"
)

// Condition is a condition or filter expression.
type Condition struct{ root node }

// Match tells whether an item, nil for one that does not exist, meets the condition.
func (c *Condition) Match(item attr.Map) bool { return c.root.match(item) }

// Condition reads an expression; kind is "ConditionExpression" or "FilterExpression", for messages.
func (p *Params) Condition(kind, text string) (*Condition, error) {
	x, err := p.parser(kind, text)
	if err != nil {
		return nil, err
	}
	root, err := x.or()
	if err != nil {
		return nil, err
	}
	return &Condition{root}, x.end()
}

// Paths are the top-level attributes that the condition reads.
func (c *Condition) Paths() []string {
	var names []string
	c.root.each(func(o operand) {
		if len(o.path) > 0 {
			names = append(names, o.path[0].name)
		}
	})
	return names
}

type node interface {
	match(item attr.Map) bool
	each(func(operand))
}

type (
	both    struct{ a, b node }
	either  struct{ a, b node }
	negated struct{ a node }
	// compared is `a op b`.
	compared struct {
		op   string
		a, b operand
	}
	between struct{ a, low, high operand }
	in      struct {
		a   operand
		all []operand
	}
	// function is a condition function over a path and perhaps an argument.
	function struct {
		name string
		args []operand
	}
)

func (n both) match(item attr.Map) bool    { return n.a.match(item) && n.b.match(item) }
func (n either) match(item attr.Map) bool  { return n.a.match(item) || n.b.match(item) }
func (n negated) match(item attr.Map) bool { return !n.a.match(item) }

func (n both) each(f func(operand))     { n.a.each(f); n.b.each(f) }
func (n either) each(f func(operand))   { n.a.each(f); n.b.each(f) }
func (n negated) each(f func(operand))  { n.a.each(f) }
func (n compared) each(f func(operand)) { f(n.a); f(n.b) }
func (n between) each(f func(operand))  { f(n.a); f(n.low); f(n.high) }
func (n in) each(f func(operand)) {
	f(n.a)
	for _, o := range n.all {
		f(o)
	}
}
func (n function) each(f func(operand)) {
	for _, o := range n.args {
		f(o)
	}
}

func (n compared) match(item attr.Map) bool { return compare(n.op, n.a.eval(item), n.b.eval(item)) }

// compare carries out a comparator; a missing operand is nil, unequal to everything and ordered to nothing.
func compare(op string, a, b attr.Value) bool {
	switch op {
	case "=":
		return attr.Equal(a, b)
	case "<>":
		return !attr.Equal(a, b)
	}
	order, ok := attr.Compare(a, b)
	if !ok {
		return false
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (n between) match(item attr.Map) bool {
	v := n.a.eval(item)
	return compare(">=", v, n.low.eval(item)) && compare("<=", v, n.high.eval(item))
}

func (n in) match(item attr.Map) bool {
	v := n.a.eval(item)
	for _, o := range n.all {
		if attr.Equal(v, o.eval(item)) {
			return true
		}
	}
	return false
}

func (n function) match(item attr.Map) bool {
	v := n.args[0].eval(item)
	switch n.name {
	case "attribute_exists":
		return v != nil
	case "attribute_not_exists":
		return v == nil
	case "attribute_type":
		kind, _ := n.args[1].eval(item).(attr.String)
		return v != nil && v.Type() == string(kind)
	case "begins_with":
		return attr.HasPrefix(v, n.args[1].eval(item))
	}
	return attr.Contains(v, n.args[1].eval(item)) // contains
}

// operand is a literal, a path, or the size of a path's value.
type operand struct {
	literal attr.Value
	path    path
	size    bool
}

// eval is the operand's value in an item; nil when it has none.
func (o operand) eval(item attr.Map) attr.Value {
	if o.literal != nil {
		return o.literal
	}
	v := o.path.get(item)
	if !o.size || v == nil {
		return v
	}
	n, ok := attr.Length(v)
	if !ok {
		return nil
	}
	length, _ := attr.ParseNumber(fmt.Sprint(n))
	return length
}

func (p *parser) or() (node, error) {
	a, err := p.and()
	for err == nil && p.word("OR") {
		var b node
		if b, err = p.and(); err == nil {
			a = either{a, b}
		}
	}
	return a, err
}

func (p *parser) and() (node, error) {
	a, err := p.not()
	for err == nil && p.word("AND") {
		var b node
		if b, err = p.not(); err == nil {
			a = both{a, b}
		}
	}
	return a, err
}

func (p *parser) not() (node, error) {
	if p.word("NOT") {
		a, err := p.not()
		return negated{a}, err
	}
	if p.word("(") {
		a, err := p.or()
		if err != nil {
			return nil, err
		}
		return a, p.expect(")")
	}
	if name := p.peek(); arity(name) > 0 && p.call(name) {
		return p.function(name, arity(name))
	}
	return p.comparison()
}

// arity is how many arguments a function that is a condition takes; 0 for other words.
func arity(name string) int {
	switch name {
	case "attribute_exists", "attribute_not_exists":
		return 1
	case "attribute_type", "begins_with", "contains":
		return 2
	}
	return 0
}

func (p *parser) function(name string, arguments int) (node, error) {
	args, err := list(p, p.operand)
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if len(args) != arguments {
		return nil, p.fail("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(args))
	}
	return function{name, args}, p.checkFunction(name, args)
}

func (p *parser) checkFunction(name string, args []operand) error {
	if len(args[0].path) == 0 && (name == "attribute_exists" || name == "attribute_not_exists") {
		return p.fail("Operator or function requires a document path; operator or function: %s", name)
	}
	if len(args) < 2 || args[1].literal == nil {
		return nil
	}
	switch v := args[1].literal; name {
	case "begins_with":
		if v.Type() != "S" && v.Type() != "B" {
			return p.incorrect(name, v)
		}
	case "attribute_type":
		if v.Type() != "S" {
			return p.incorrect(name, v)
		}
		if !isType(string(v.(attr.String))) {
			return p.fail("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", v)
		}
	}
	return nil
}

func isType(name string) bool {
	switch name {
	case "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M":
		return true
	}
	return false
}

func (p *parser) incorrect(operator string, v attr.Value) error {
	return p.fail("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, v.Type())
}

func (p *parser) operand() (operand, error) {
	if t := p.peek(); t != "" && t[0] == ':' {
		v, err := p.value()
		return operand{literal: v}, err
	}
	if p.call("size") {
		of, err := p.path()
		if err != nil {
			return operand{}, err
		}
		return operand{path: of, size: true}, p.expect(")")
	}
	if p.tokens[min(p.next+1, len(p.tokens)-1)].text == "(" && isLetter(p.peek()[0]) {
		return operand{}, p.fail("Invalid function name; function: %s", p.peek())
	}
	at, err := p.path()
	return operand{path: at}, err
}

func (p *parser) comparison() (node, error) {
	a, err := p.operand()
	if err != nil {
		return nil, err
	}
	switch op := p.peek(); {
	case p.word("BETWEEN"):
		return p.between(a)
	case p.word("IN"):
		return p.in(a)
	case op == "=" || op == "<>" || op == "<" || op == "<=" || op == ">" || op == ">=":
		p.next++
		b, err := p.operand()
		if err != nil {
			return nil, err
		}
		return compared{op, a, b}, p.ordered(op, a, b)
	}
	return nil, p.syntax()
}

// ordered is an error when an operator of order has a literal of a type that has none.
func (p *parser) ordered(op string, operands ...operand) error {
	if op == "=" || op == "<>" {
		return nil
	}
	for _, o := range operands {
		if o.literal != nil && attr.Key(o.literal) == "" {
			return p.incorrect(op, o.literal)
		}
	}
	return nil
}

func (p *parser) between(a operand) (node, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	if low.literal != nil && high.literal != nil {
		if low.literal.Type() != high.literal.Type() {
			return nil, p.fail("The BETWEEN operator requires same data type for lower and upper bounds")
		}
		if order, ok := attr.Compare(low.literal, high.literal); ok && order > 0 {
			return nil, p.fail("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
		}
	}
	return between{a, low, high}, p.ordered("BETWEEN", a, low, high)
}

func (p *parser) in(a operand) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	all, err := list(p, p.operand)
	if err != nil {
		return nil, err
	}
	if len(all) > maxOperands {
		return nil, p.fail("The IN operator is provided with too many operands; number of operands: %d", len(all))
	}
	return in{a, all}, p.expect(")")
}
