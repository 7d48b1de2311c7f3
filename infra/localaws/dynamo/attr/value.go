// Package attr holds DynamoDB's attribute values: their JSON, size, equality and order.
// A value is never changed once it was made, so that items can be shared without copies.
package attr

import (
	"cmp"
	"slices"
	"strings"
)

// Value is an attribute value: String, Number, Binary, Bool, Null, StringSet, NumberSet, BinarySet, List or Map.
type Value interface {
	// Type is DynamoDB's name of the type, such as "S" or "NS".
	Type() string
	// size counts bytes as DynamoDB does (Developer Guide, "DynamoDB item sizes and formats").
	size() int
}

// The types of values. Binary values are strings of bytes. Sets are sorted and hold no element twice.
type (
	String    string
	Binary    string
	Bool      bool
	Null      struct{}
	StringSet []string
	NumberSet []Number
	BinarySet []string
	List      []Value
	Map       map[string]Value
)

func (String) Type() string    { return "S" }
func (Number) Type() string    { return "N" }
func (Binary) Type() string    { return "B" }
func (Bool) Type() string      { return "BOOL" }
func (Null) Type() string      { return "NULL" }
func (StringSet) Type() string { return "SS" }
func (NumberSet) Type() string { return "NS" }
func (BinarySet) Type() string { return "BS" }
func (List) Type() string      { return "L" }
func (Map) Type() string       { return "M" }

func (v String) size() int    { return len(v) }
func (v Binary) size() int    { return len(v) }
func (Bool) size() int        { return 1 }
func (Null) size() int        { return 1 }
func (v StringSet) size() int { return total(v, func(s string) int { return len(s) }) }
func (v NumberSet) size() int { return total(v, Number.size) }
func (v BinarySet) size() int { return total(v, func(s string) int { return len(s) }) }
func (v List) size() int      { return 3 + total(v, func(e Value) int { return 1 + e.size() }) }
func (v Map) size() int       { return 3 + len(v) + v.Size() }

func total[T any](all []T, size func(T) int) int {
	n := 0
	for _, x := range all {
		n += size(x)
	}
	return n
}

// Size is the size of an item of these attributes in bytes, names included.
func (v Map) Size() int {
	n := 0
	for name, e := range v {
		n += len(name) + e.size()
	}
	return n
}

// Equal tells whether two values have one type and one value. A nil value equals nothing.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case nil:
		return false
	case StringSet:
		b, ok := b.(StringSet)
		return ok && slices.Equal(a, b)
	case NumberSet:
		b, ok := b.(NumberSet)
		return ok && slices.Equal(a, b)
	case BinarySet:
		b, ok := b.(BinarySet)
		return ok && slices.Equal(a, b)
	case List:
		b, ok := b.(List)
		return ok && slices.EqualFunc(a, b, Equal)
	case Map:
		b, ok := b.(Map)
		return ok && equalMaps(a, b)
	}
	switch b.(type) {
	case StringSet, NumberSet, BinarySet, List, Map:
		return false
	}
	return a == b
}

func equalMaps(a, b Map) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if !Equal(v, b[name]) {
			return false
		}
	}
	return true
}

// Compare orders two strings, numbers or binary values of one type; ok is false for all others.
func Compare(a, b Value) (order int, ok bool) {
	switch a := a.(type) {
	case String:
		b, ok := b.(String)
		return cmp.Compare(a, b), ok
	case Binary:
		b, ok := b.(Binary)
		return cmp.Compare(a, b), ok
	case Number:
		b, ok := b.(Number)
		return strings.Compare(a.key(), b.key()), ok
	}
	return 0, false
}

// Key encodes a string, number or binary value so that the encodings of one type sort as the values do, and no encoding
// is the beginning of another. It is "" for other types.
func Key(v Value) string {
	if p := Prefix(v); p != "" {
		return p + "\x00\x00"
	}
	return ""
}

// Prefix is the beginning that Key has for each value that begins with v.
func Prefix(v Value) string {
	switch v := v.(type) {
	case String:
		return "s" + escape(string(v))
	case Binary:
		return "b" + escape(string(v))
	case Number:
		return "n" + escape(v.key())
	}
	return ""
}

// escape writes a zero byte as two bytes that sort after the end of a key and before every other byte.
func escape(s string) string { return strings.ReplaceAll(s, "\x00", "\x00\x01") }

// Contains tells whether a string or binary value has the part, or whether a set or list has the element.
func Contains(whole, part Value) bool {
	switch w := whole.(type) {
	case String:
		p, ok := part.(String)
		return ok && strings.Contains(string(w), string(p))
	case Binary:
		p, ok := part.(Binary)
		return ok && strings.Contains(string(w), string(p))
	case StringSet:
		p, ok := part.(String)
		return ok && slices.Contains(w, string(p))
	case NumberSet:
		p, ok := part.(Number)
		return ok && slices.Contains(w, p)
	case BinarySet:
		p, ok := part.(Binary)
		return ok && slices.Contains(w, string(p))
	case List:
		return slices.ContainsFunc(w, func(e Value) bool { return Equal(e, part) })
	}
	return false
}

// HasPrefix tells whether a string or binary value begins with another.
func HasPrefix(whole, part Value) bool {
	switch w := whole.(type) {
	case String:
		p, ok := part.(String)
		return ok && strings.HasPrefix(string(w), string(p))
	case Binary:
		p, ok := part.(Binary)
		return ok && strings.HasPrefix(string(w), string(p))
	}
	return false
}

// Length is what the function size() gives: bytes of a string or binary value, elements of a set, list or map.
func Length(v Value) (int, bool) {
	switch v := v.(type) {
	case String:
		return len(v), true
	case Binary:
		return len(v), true
	case StringSet:
		return len(v), true
	case NumberSet:
		return len(v), true
	case BinarySet:
		return len(v), true
	case List:
		return len(v), true
	case Map:
		return len(v), true
	}
	return 0, false
}

// Union is the set of the elements of both; ok is false unless both are sets of one type.
func Union(a, b Value) (set Value, ok bool) {
	switch a := a.(type) {
	case StringSet:
		b, ok := b.(StringSet)
		return StringSet(sorted(slices.Concat(a, b), strings.Compare)), ok
	case NumberSet:
		b, ok := b.(NumberSet)
		return NumberSet(sorted(slices.Concat(a, b), compareNumbers)), ok
	case BinarySet:
		b, ok := b.(BinarySet)
		return BinarySet(sorted(slices.Concat(a, b), strings.Compare)), ok
	}
	return nil, false
}

// Difference is a without the elements of b, nil when nothing is left; ok is false unless both are sets of one type.
func Difference(a, b Value) (set Value, ok bool) {
	switch a := a.(type) {
	case StringSet:
		b, ok := b.(StringSet)
		return orNil(StringSet(without(a, b))), ok
	case NumberSet:
		b, ok := b.(NumberSet)
		return orNil(NumberSet(without(a, b))), ok
	case BinarySet:
		b, ok := b.(BinarySet)
		return orNil(BinarySet(without(a, b))), ok
	}
	return nil, false
}

func orNil(set Value) Value {
	if n, _ := Length(set); n == 0 {
		return nil
	}
	return set
}

func sorted[T comparable](all []T, compare func(a, b T) int) []T {
	slices.SortFunc(all, compare)
	return slices.Compact(all)
}

func without[T comparable](all, gone []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return slices.Contains(gone, x) })
}

func compareNumbers(a, b Number) int { return strings.Compare(a.key(), b.key()) }
