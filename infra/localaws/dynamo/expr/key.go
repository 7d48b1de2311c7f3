package expr

import (
	"errors"
	"fmt"

	"dossier/infra/localaws/dynamo/attr"
)

// KeyCondition selects a part of one partition.
type KeyCondition struct {
	Hash attr.Value
	// Op is "" for the whole partition, a comparator, "BETWEEN" (from A to B) or "begins_with".
	Op   string
	A, B attr.Value
}

var errKeyCondition = errors.New("Query key condition not supported")

// KeyCondition reads an expression over a partition key and a sort key, "" when there is none.
func (p *Params) KeyCondition(text, hash, sort string) (*KeyCondition, error) {
	c, err := p.Condition("KeyConditionExpression", text)
	if err != nil {
		return nil, err
	}
	parts := []node{c.root}
	if and, ok := c.root.(both); ok {
		parts = []node{and.a, and.b}
	}
	k, seen := &KeyCondition{}, map[string]bool{}
	for _, part := range parts {
		name, op, a, b := keyPart(part)
		if name == "" || a == nil || seen[name] {
			return nil, errKeyCondition
		}
		seen[name] = true
		switch {
		case name == hash && op == "=":
			k.Hash = a
		case name == sort && sort != "":
			k.Op, k.A, k.B = op, a, b
		case name == hash:
			return nil, errKeyCondition
		}
	}
	if k.Hash == nil {
		return nil, fmt.Errorf("Query condition missed key schema element: %s", hash)
	}
	if len(seen) == 2 && k.Op == "" {
		return nil, fmt.Errorf("Query condition missed key schema element: %s", sort)
	}
	return k, nil
}

// keyPart takes one condition apart; the name is "" for one that no key condition may have.
func keyPart(n node) (name, op string, a, b attr.Value) {
	switch n := n.(type) {
	case compared:
		if n.op != "<>" {
			return keyName(n.a), n.op, n.b.literal, nil
		}
	case between:
		if n.high.literal != nil {
			return keyName(n.a), "BETWEEN", n.low.literal, n.high.literal
		}
	case function:
		if n.name == "begins_with" {
			return keyName(n.args[0]), n.name, n.args[1].literal, nil
		}
	}
	return "", "", nil, nil
}

func keyName(o operand) string {
	if len(o.path) != 1 || o.size {
		return ""
	}
	return o.path[0].name
}
