package expr

import (
	"maps"
	"slices"

	"dossier/infra/localaws/dynamo/attr"
)

// Projection is a projection expression.
type Projection struct{ tree *branch }

// branch is what to keep of a value: all of it when it has no branches of its own.
type branch struct {
	names   map[string]*branch
	indexes map[int]*branch
}

// Projection reads an expression.
func (p *Params) Projection(text string) (*Projection, error) {
	x, err := p.parser("ProjectionExpression", text)
	if err != nil {
		return nil, err
	}
	paths, err := list(x, x.path)
	if err != nil {
		return nil, err
	}
	if err := x.end(); err != nil {
		return nil, err
	}
	return &Projection{tree(paths)}, overlap("ProjectionExpression", paths)
}

func tree(paths []path) *branch {
	root := &branch{}
	for _, p := range paths {
		at := root
		for _, s := range p {
			at = at.grow(s)
		}
	}
	return root
}

func (b *branch) grow(s step) *branch {
	if b.names == nil {
		b.names, b.indexes = map[string]*branch{}, map[int]*branch{}
	}
	next := &branch{}
	if s.index >= 0 {
		if b.indexes[s.index] == nil {
			b.indexes[s.index] = next
		}
		return b.indexes[s.index]
	}
	if b.names[s.name] == nil {
		b.names[s.name] = next
	}
	return b.names[s.name]
}

// Apply is the item with what the projection names alone; nil for nil.
func (p *Projection) Apply(item attr.Map) attr.Map {
	if item == nil {
		return nil
	}
	if kept, ok := p.tree.keep(item).(attr.Map); ok {
		return kept
	}
	return attr.Map{}
}

// keep is nil when nothing of the value is kept.
func (b *branch) keep(v attr.Value) attr.Value {
	if b.names == nil {
		return v
	}
	switch v := v.(type) {
	case attr.Map:
		kept := attr.Map{}
		for name, next := range b.names {
			if e := v[name]; e != nil {
				if e = next.keep(e); e != nil {
					kept[name] = e
				}
			}
		}
		if len(kept) > 0 {
			return kept
		}
	case attr.List:
		var kept attr.List
		for _, i := range slices.Sorted(maps.Keys(b.indexes)) {
			if i < len(v) {
				if e := b.indexes[i].keep(v[i]); e != nil {
					kept = append(kept, e)
				}
			}
		}
		if len(kept) > 0 {
			return kept
		}
	}
	return nil
}
