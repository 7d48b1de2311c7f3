package attr

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep lists and maps may be nested (Developer Guide, "Quotas", nested attribute depth).
const maxDepth = 32

// Errors of values, worded as DynamoDB words them.
var (
	errEmpty  = errors.New("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	errTwo    = errors.New("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	errDepth  = errors.New("Nesting Levels have exceeded supported limits")
	errNull   = errors.New("One or more parameter values were invalid: Null attribute value types must have the value of true")
	errNoSet  = errors.New("One or more parameter values were invalid: An string set  may not be empty")
	errBase64 = errors.New("One or more parameter values were invalid: Unable to decode base64 data")
)

// Invalid is a value that is JSON and no attribute value; DynamoDB answers it with a ValidationException.
type Invalid struct{ Reason string }

func (e *Invalid) Error() string { return e.Reason }

func invalid(err error) error { return &Invalid{err.Error()} }

// UnmarshalJSONFrom reads an item: attributes by name.
func (v *Map) UnmarshalJSONFrom(d *jsontext.Decoder) (err error) {
	if d.PeekKind() == 'n' {
		*v = nil
		return d.SkipValue()
	}
	*v, err = decodeMap(d, 0)
	return err
}

// MarshalJSONTo writes an item, its attributes sorted by name.
func (v Map) MarshalJSONTo(e *jsontext.Encoder) error { return encodeMap(e, v) }

func decode(d *jsontext.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, invalid(errDepth)
	}
	if err := begin(d, '{'); err != nil {
		return nil, err
	}
	if d.PeekKind() == '}' {
		return nil, invalid(errEmpty)
	}
	name, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	v, err := decodeAs(d, name.String(), depth)
	if err != nil {
		return nil, err
	}
	if d.PeekKind() == '"' {
		return nil, invalid(errTwo)
	}
	_, err = d.ReadToken()
	return v, err
}

func begin(d *jsontext.Decoder, kind jsontext.Kind) error {
	t, err := d.ReadToken()
	if err == nil && t.Kind() != kind {
		err = fmt.Errorf("Unexpected token %v, expected %v", t.Kind(), kind)
	}
	return err
}

func decodeAs(d *jsontext.Decoder, kind string, depth int) (Value, error) {
	switch kind {
	case "S":
		s, err := text(d)
		return String(s), err
	case "N":
		return number(d)
	case "B":
		b, err := binary(d)
		return Binary(b), err
	case "BOOL":
		b, err := boolean(d)
		return Bool(b), err
	case "NULL":
		b, err := boolean(d)
		if err == nil && !b {
			err = invalid(errNull)
		}
		return Null{}, err
	case "SS":
		all, err := set(d, text, strings.Compare)
		return StringSet(all), err
	case "NS":
		all, err := set(d, number, compareNumbers)
		return NumberSet(all), err
	case "BS":
		all, err := set(d, binary, strings.Compare)
		return BinarySet(all), err
	case "L":
		all, err := list(d, func(d *jsontext.Decoder) (Value, error) { return decode(d, depth+1) })
		return List(all), err
	case "M":
		return decodeMap(d, depth+1)
	}
	return nil, invalid(errEmpty)
}

func text(d *jsontext.Decoder) (string, error) {
	t, err := d.ReadToken()
	if err == nil && t.Kind() != '"' {
		err = fmt.Errorf("Unexpected token %v, expected a string", t.Kind())
	}
	if err != nil {
		return "", err
	}
	return t.String(), nil
}

func number(d *jsontext.Decoder) (Number, error) {
	s, err := text(d)
	if err != nil {
		return Number{}, err
	}
	n, err := ParseNumber(s)
	if err != nil {
		return n, invalid(err)
	}
	return n, nil
}

func binary(d *jsontext.Decoder) (string, error) {
	s, err := text(d)
	if err != nil {
		return "", err
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", invalid(errBase64)
	}
	return string(b), nil
}

func boolean(d *jsontext.Decoder) (bool, error) {
	t, err := d.ReadToken()
	if err == nil && t.Kind() != 't' && t.Kind() != 'f' {
		err = fmt.Errorf("Unexpected token %v, expected a boolean", t.Kind())
	}
	return err == nil && t.Bool(), err
}

func list[T any](d *jsontext.Decoder, element func(*jsontext.Decoder) (T, error)) ([]T, error) {
	if err := begin(d, '['); err != nil {
		return nil, err
	}
	all := []T{}
	for d.PeekKind() != ']' {
		v, err := element(d)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	_, err := d.ReadToken()
	return all, err
}

func set[T comparable](d *jsontext.Decoder, element func(*jsontext.Decoder) (T, error), compare func(a, b T) int) ([]T, error) {
	all, err := list(d, element)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, invalid(errNoSet)
	}
	unique := sorted(slices.Clone(all), compare)
	if len(unique) < len(all) {
		return nil, invalid(fmt.Errorf("One or more parameter values were invalid: Input collection %v contains duplicates.", all))
	}
	return unique, nil
}

func decodeMap(d *jsontext.Decoder, depth int) (Map, error) {
	if err := begin(d, '{'); err != nil {
		return nil, err
	}
	m := Map{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if m[key], err = decode(d, depth); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return m, err
}

func encode(e *jsontext.Encoder, v Value) error {
	if err := errors.Join(e.WriteToken(jsontext.BeginObject), e.WriteToken(jsontext.String(v.Type())), encodeContent(e, v)); err != nil {
		return err
	}
	return e.WriteToken(jsontext.EndObject)
}

func encodeContent(e *jsontext.Encoder, v Value) error {
	switch v := v.(type) {
	case String:
		return e.WriteToken(jsontext.String(string(v)))
	case Number:
		return e.WriteToken(jsontext.String(v.String()))
	case Binary:
		return e.WriteToken(jsontext.String(base64.StdEncoding.EncodeToString([]byte(v))))
	case Bool:
		return e.WriteToken(jsontext.Bool(bool(v)))
	case Null:
		return e.WriteToken(jsontext.True)
	case StringSet:
		return encodeList(e, v, func(s string) error { return e.WriteToken(jsontext.String(s)) })
	case NumberSet:
		return encodeList(e, v, func(n Number) error { return e.WriteToken(jsontext.String(n.String())) })
	case BinarySet:
		return encodeList(e, v, func(s string) error {
			return e.WriteToken(jsontext.String(base64.StdEncoding.EncodeToString([]byte(s))))
		})
	case List:
		return encodeList(e, v, func(v Value) error { return encode(e, v) })
	case Map:
		return encodeMap(e, v)
	}
	return fmt.Errorf("no attribute value: %T", v)
}

func encodeList[T any](e *jsontext.Encoder, all []T, element func(T) error) error {
	if err := e.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, v := range all {
		if err := element(v); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndArray)
}

func encodeMap(e *jsontext.Encoder, m Map) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := e.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := encode(e, m[name]); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

// String is the item as JSON, for messages.
func (v Map) String() string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
