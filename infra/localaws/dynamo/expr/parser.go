// Package expr reads DynamoDB's expressions and carries them out: condition, filter, key condition, update and projection
// (Amazon DynamoDB Developer Guide, "Using expressions in DynamoDB"). Its errors are worded as DynamoDB words them.
package expr

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dossier/infra/localaws/dynamo/attr"
)

// maxLength is the longest expression in bytes, maxOperands the most operands of IN
// (Developer Guide, "Service, account, and table quotas", expression parameters).
const (
	maxLength   = 4096
	maxOperands = 100
)

// reserved are the words that may not be a name in an expression ("Reserved words in DynamoDB"), one a line.
//
//go:embed reserved.txt
var reserved string

func isReserved(word string) bool {
	line := strings.ToUpper(word) + "\n"
	return strings.HasPrefix(reserved, line) || strings.Contains(reserved, "\n"+line)
}

// Params are the names and values that the expressions of one request share.
type Params struct {
	names      map[string]string
	values     attr.Map
	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewParams takes ExpressionAttributeNames and ExpressionAttributeValues.
func NewParams(names map[string]string, values attr.Map) *Params {
	return &Params{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}
}

// Unused is an error when a name or value was given that no expression read so far uses.
func (p *Params) Unused() error {
	if err := unused("ExpressionAttributeNames", p.names, p.usedNames); err != nil {
		return err
	}
	return unused("ExpressionAttributeValues", p.values, p.usedValues)
}

func unused[V any](member string, given map[string]V, used map[string]bool) error {
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(given)), func(k string) bool { return used[k] })
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("Value provided in %s unused in expressions: keys: {%s}", member, strings.Join(left, ", "))
}

// step is one step of a document path: into a map by name, or into a list by index.
type step struct {
	name  string
	index int // -1 for a name
}

type path []step

func (p path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.name
		if s.index >= 0 {
			parts[i] = fmt.Sprintf("[%d]", s.index)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// get follows a path; nil when it leads nowhere.
func (p path) get(item attr.Map) attr.Value {
	var v attr.Value = item
	for _, s := range p {
		switch c := v.(type) {
		case attr.Map:
			if s.index >= 0 {
				return nil
			}
			v = c[s.name]
		case attr.List:
			if s.index < 0 || s.index >= len(c) {
				return nil
			}
			v = c[s.index]
		default:
			return nil
		}
	}
	return v
}

// overlap is an error when one path leads into another, or is the same.
func overlap(kind string, paths []path) error {
	for i, a := range paths {
		for _, b := range paths[:i] {
			if n := min(len(a), len(b)); slices.Equal(a[:n], b[:n]) {
				return fmt.Errorf("Invalid %s: Two document paths overlap with each other; must remove or rewrite one of these paths; "+
					"path one: %v, path two: %v", kind, b, a)
			}
		}
	}
	return nil
}

// parser reads one expression.
type parser struct {
	*Params
	kind   string
	text   string
	tokens []token
	next   int
}

func (p *Params) parser(kind, text string) (*parser, error) {
	x := &parser{Params: p, kind: kind, text: text}
	if strings.TrimSpace(text) == "" {
		return nil, x.fail("The expression can not be empty;")
	}
	if len(text) > maxLength {
		return nil, x.fail("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, x.fail("%v", err)
	}
	x.tokens = tokens
	return x, nil
}

func (p *parser) fail(format string, args ...any) error {
	return fmt.Errorf("Invalid "+p.kind+": "+format, args...)
}

// peek is the next token's text; "" at the end.
func (p *parser) peek() string { return p.tokens[p.next].text }

func (p *parser) take() string {
	t := p.peek()
	if t != "" {
		p.next++
	}
	return t
}

// word takes the next token when it is this keyword, in any case of letters.
func (p *parser) word(keyword string) bool {
	if !strings.EqualFold(p.peek(), keyword) {
		return false
	}
	p.next++
	return true
}

// expect takes the next token, which must be this one.
func (p *parser) expect(sign string) error {
	if !p.word(sign) {
		return p.syntax()
	}
	return nil
}

// syntax is the error of a token that may not stand where it does.
func (p *parser) syntax() error {
	t := p.tokens[p.next]
	name := t.text
	if name == "" {
		name = "<EOF>"
	}
	return p.fail("Syntax error; token: %q, near: %q", name, near(p.text, t.at, t.at+len(t.text)))
}

// end is an error when anything is left.
func (p *parser) end() error {
	if p.peek() != "" {
		return p.syntax()
	}
	return nil
}

// path reads a document path such as a.#b[3].
func (p *parser) path() (path, error) {
	first, err := p.name(true)
	if err != nil {
		return nil, err
	}
	steps := path{{first, -1}}
	for {
		var s step
		switch {
		case p.word("."):
			s.index = -1
			s.name, err = p.name(true)
		case p.word("["):
			s.index, err = p.index()
		default:
			return steps, nil
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
}

func (p *parser) name(checked bool) (string, error) {
	t := p.peek()
	switch {
	case t == "" || !isLetter(t[0]) && t[0] != '#':
		return "", p.syntax()
	case t[0] == '#':
		name, ok := p.names[t]
		if !ok {
			return "", p.fail("An expression attribute name used in the document path is not defined; attribute name: %s", t)
		}
		p.usedNames[t] = true
		p.next++
		return name, nil
	case checked && isReserved(t):
		return "", p.fail("Attribute name is a reserved keyword; reserved keyword: %s", t)
	}
	p.next++
	return t, nil
}

func (p *parser) index() (int, error) {
	n, err := strconv.Atoi(p.peek())
	if err != nil {
		return 0, p.syntax()
	}
	p.next++
	return n, p.expect("]")
}

// value reads a placeholder such as :v.
func (p *parser) value() (attr.Value, error) {
	t := p.take()
	v, ok := p.values[t]
	if !ok {
		return nil, p.fail("An expression attribute value used in expression is not defined; attribute value: %s", t)
	}
	p.usedValues[t] = true
	return v, nil
}

// call tells whether a function of this name begins here, and takes its name and parenthesis.
func (p *parser) call(name string) bool {
	if p.peek() != name || p.tokens[p.next+1].text != "(" {
		return false
	}
	p.next += 2
	return true
}

// list reads a list with commas.
func list[T any](p *parser, one func() (T, error)) ([]T, error) {
	var all []T
	for {
		x, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
		if !p.word(",") {
			return all, nil
		}
	}
}
