package expr

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dossier/infra/localaws/dynamo/attr"
)

func item(t testing.TB, text string) attr.Map {
	t.Helper()
	if text == "" {
		return nil
	}
	var m attr.Map
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

const sample = `{"s":{"S":"hello"},"n":{"N":"10"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},"ss":{"SS":["x","y"]},"ns":{"NS":["1","2"]},` +
	`"l":{"L":[{"S":"first"},{"N":"2"},{"M":{"deep":{"S":"down"}}}]},"m":{"M":{"k":{"S":"v"},"n":{"N":"1"}}},"dotted.name":{"S":"d"},"e":{"L":[]}}`

// params have values of every type, and names for words that need one.
func params(t testing.TB) *Params {
	return NewParams(map[string]string{"#d": "dotted.name", "#n": "n", "#m": "m", "#data": "data"},
		item(t, `{":s":{"S":"hello"},":he":{"S":"he"},":x":{"S":"x"},":n":{"N":"10.0"},":9":{"N":"9"},":11":{"N":"1.1e1"},":b":{"B":"AAE="},":t":{"BOOL":true},`+
			`":z":{"NULL":true},":ss":{"SS":["y","x"]},":ns":{"NS":["2","3"]},":l":{"L":[{"S":"more"}]},":m":{"M":{"k":{"S":"v"},"n":{"N":"1"}}},":S":{"S":"S"},":5":{"N":"5"},":two":{"N":"2"},":y":{"SS":["y"]}}`))
}

func TestConditions(t *testing.T) {
	for text, want := range map[string]bool{
		"s = :s": true, "s <> :s": false, "s = :he": false, "n = :n": true, "n < :11": true, "n <= :n": true, "n > :9": true, "n >= :11": false, "n < :9": false,
		"s > :he": true, "s < :x": true, "s > :n": false, "s < :n": false, "b > :b": true, "t = :t": true, "z = :z": true, "t <> :z": true,
		"ss = :ss": true, "m = :m": true, "l = :l": false, "absent = :s": false, "absent <> :s": true, "absent < :s": false, "absent = nothing": false,
		"s = :s AND n = :n": true, "s = :he OR n = :n": true, "NOT s = :he": true, "not (s = :s and n = :n)": false,
		"s = :he AND s = :he OR n = :n": true, "s = :he AND (s = :he OR n = :n)": false, "NOT s = :he AND n = :n": true, "NOT NOT s = :s": true,
		"n BETWEEN :9 AND :11": true, "n BETWEEN :11 AND :11": false, "n between :9 and :11 and s = :s": true, "s BETWEEN :9 AND :11": false,
		"s IN (:x, :s)": true, "s in (:x)": false, "absent IN (:x, :s)": false,
		"attribute_exists(s)": true, "attribute_exists(absent)": false, "attribute_not_exists(absent)": true, "attribute_not_exists(m.k)": false,
		"attribute_exists(m.absent)": false, "attribute_exists(l[2].deep)": true, "attribute_exists(l[3])": false, "attribute_exists(s.x)": false, "attribute_exists(m[0])": false,
		"attribute_type(s, :S)": true, "attribute_type(n, :S)": false, "attribute_type(absent, :S)": false,
		"begins_with(s, :he)": true, "begins_with(s, :x)": false, "begins_with(absent, :he)": false, "begins_with(n, :he)": false, "begins_with(b, :b)": true,
		"contains(s, :he)": true, "contains(s, :n)": false, "contains(ss, :x)": true, "contains(ss, :he)": false, "contains(ns, :two)": true, "contains(l, :two)": true, "contains(b, :b)": true, "contains(absent, :x)": false,
		"size(s) = :5": true, "size(l) > :two": true, "size(absent) = :5": false, "size(n) = :5": false, "size(ss) = :two": true,
		"m.k <> m.n": true, "#m.#n < #n": true, "#d <> :s": true, "s = s": true,
	} {
		c, err := params(t).Condition("ConditionExpression", text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c.Match(item(t, sample)); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestNothingHasNoAttributes(t *testing.T) {
	c, err := params(t).Condition("ConditionExpression", "attribute_not_exists(s)")
	if err != nil || !c.Match(nil) {
		t.Errorf("an item that does not exist has an attribute, or %v", err)
	}
}

func TestBadExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "can not be empty",
		" ":                                "can not be empty",
		"s = ":                             `Syntax error; token: "<EOF>"`,
		"s = :s)":                          `Syntax error; token: ")"`,
		"(s = :s":                          `Syntax error; token: "<EOF>"`,
		"s == :s":                          `Syntax error; token: "="`,
		"s = :s AND":                       "Syntax error",
		"s ! :s":                           `Syntax error; token: "!"`,
		"# = :s":                           "Syntax error",
		"s[x] = :s":                        "Syntax error",
		"s = :unknown":                     "attribute value used in expression is not defined; attribute value: :unknown",
		"#unknown = :s":                    "attribute name used in the document path is not defined; attribute name: #unknown",
		"data = :s":                        "Attribute name is a reserved keyword; reserved keyword: data",
		"m.Status = :s":                    "reserved keyword: Status",
		"ABORT = :s":                       "reserved keyword: ABORT",
		"zone = :s":                        "reserved keyword: zone",
		"s < :t":                           "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
		"n BETWEEN :11 AND :9":             "upper bound to be greater than or equal to lower bound",
		"n BETWEEN :9 AND :s":              "same data type",
		"begins_with(s, :n)":               "operator or function: begins_with, operand type: N",
		"attribute_type(s, :n)":            "operator or function: attribute_type, operand type: N",
		"attribute_type(s, :he)":           "Invalid attribute type name",
		"attribute_exists(:s)":             "requires a document path",
		"attribute_exists(s, n)":           "Incorrect number of operands",
		"begins_with(s)":                   "Incorrect number of operands",
		"nothing(s)":                       "Invalid function name; function: nothing",
		"nothing(s) = :s":                  "Invalid function name; function: nothing",
		"size(:s) = :n":                    "Syntax error",
		"s IN ()":                          "Syntax error",
		"s = " + strings.Repeat("x", 4100): "Expression size has exceeded the maximum allowed size; expression size: 4104",
	} {
		_, err := params(t).Condition("ConditionExpression", text)
		if err == nil || !strings.HasPrefix(err.Error(), "Invalid ConditionExpression: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestUnused(t *testing.T) {
	p := NewParams(map[string]string{"#a": "a", "#b": "b"}, item(t, `{":a":{"S":"1"},":b":{"S":"2"}}`))
	if _, err := p.Condition("ConditionExpression", "#a = :a"); err != nil {
		t.Fatal(err)
	}
	if err := p.Unused(); err == nil || err.Error() != "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}" {
		t.Errorf("got %v", err)
	}
	if _, err := p.Projection("#b"); err != nil {
		t.Fatal(err)
	}
	if err := p.Unused(); err == nil || err.Error() != "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}" {
		t.Errorf("got %v", err)
	}
}

func TestUpdates(t *testing.T) {
	for _, c := range []struct{ text, before, after string }{
		{"SET a = :s", `{}`, `{"a":{"S":"hello"}}`},
		{"SET a = b, b = a", `{"a":{"N":"1"},"b":{"N":"2"}}`, `{"a":{"N":"2"},"b":{"N":"1"}}`},
		{"SET a = a + :9", `{"a":{"N":"0.1"}}`, `{"a":{"N":"9.1"}}`},
		{"SET a = :9 - a", `{"a":{"N":"10"}}`, `{"a":{"N":"-1"}}`},
		{"set a = if_not_exists(a, :9) + :9", `{}`, `{"a":{"N":"18"}}`},
		{"SET a = if_not_exists(a, :9)", `{"a":{"S":"kept"}}`, `{"a":{"S":"kept"}}`},
		{"SET a = list_append(a, :l)", `{"a":{"L":[{"N":"1"}]}}`, `{"a":{"L":[{"N":"1"},{"S":"more"}]}}`},
		{"SET a = list_append(if_not_exists(a, :l), :l)", `{}`, `{"a":{"L":[{"S":"more"},{"S":"more"}]}}`},
		{"SET m.x.y = :s", `{"m":{"M":{"x":{"M":{}}}}}`, `{"m":{"M":{"x":{"M":{"y":{"S":"hello"}}}}}}`},
		{"SET l[1] = :s, l[9] = :x", `{"l":{"L":[{"N":"1"},{"N":"2"}]}}`, `{"l":{"L":[{"N":"1"},{"S":"hello"},{"S":"x"}]}}`},
		{"REMOVE a, m.k, l[0], l[2], l[7]", `{"a":{"N":"1"},"m":{"M":{"k":{"N":"1"},"o":{"N":"2"}}},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]}}`,
			`{"l":{"L":[{"N":"1"}]},"m":{"M":{"o":{"N":"2"}}}}`},
		{"REMOVE absent", `{"a":{"N":"1"}}`, `{"a":{"N":"1"}}`},
		{"ADD a :9, ss :ss, ns :ns", `{"a":{"N":"1"},"ss":{"SS":["w"]}}`, `{"a":{"N":"10"},"ns":{"NS":["2","3"]},"ss":{"SS":["w","x","y"]}}`},
		{"DELETE ss :y", `{"ss":{"SS":["x","y"]}}`, `{"ss":{"SS":["x"]}}`},
		{"DELETE ss :y, absent :y", `{"ss":{"SS":["y"]}}`, `{}`},
		{"SET a = :s REMOVE b ADD c :9 DELETE d :y", `{"b":{"N":"1"},"d":{"SS":["y","z"]}}`, `{"a":{"S":"hello"},"c":{"N":"9"},"d":{"SS":["z"]}}`},
		{"SET #data = :s", `{}`, `{"data":{"S":"hello"}}`},
	} {
		before := item(t, c.before)
		u, err := params(t).Update(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, err := u.Apply(before)
		if err != nil || got.String() != c.after {
			t.Errorf("%s of %s gives %v, %v; want %s", c.text, c.before, got, err, c.after)
		}
		if before.String() != item(t, c.before).String() {
			t.Errorf("%s changed the item given: %v", c.text, before)
		}
	}
}

func TestBadUpdates(t *testing.T) {
	for text, want := range map[string]string{
		"SET":                          "Syntax error",
		"SET a":                        "Syntax error",
		"a = :s":                       "Syntax error",
		"SET a = :s SET b = :s":        "can only be used once",
		"SET a = :s, a = :n":           "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a.b = :s REMOVE a":        "path one: [a, b], path two: [a]",
		"SET a[1] = :s REMOVE a[1].b":  "path one: [a, [1]], path two: [a, [1], b]",
		"ADD a :s":                     "operator or function: ADD, operand type: S",
		"ADD a b":                      "Syntax error",
		"DELETE a :n":                  "operator or function: DELETE, operand type: N",
		"SET a = :s + :n":              "operator or function: +, operand type: S",
		"SET a = list_append(a, :s)":   "operator or function: list_append, operand type: S",
		"SET a = list_append(a)":       "Incorrect number of operands",
		"SET a = if_not_exists(:s, a)": "requires a document path",
		"SET a = size(b)":              "Invalid function name; function: size",
		"SET a = :s + :n + :n":         "operator or function: +",
	} {
		if _, err := params(t).Update(text); err == nil || !strings.HasPrefix(err.Error(), "Invalid UpdateExpression: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]error{
		"SET a = absent": errMissing, "SET a = absent + :n": errMissing, "SET absent.b = :s": errPath, "SET s.b = :s": errPath, "SET m[0] = :s": errPath, "SET l.x = :s": errPath,
		"SET a = s + :n": errOperand, "SET a = list_append(s, :l)": errOperand, "ADD s :n": errOperand, "ADD n :ss": errOperand, "ADD ss :ns": errOperand, "DELETE s :ss": errOperand, "DELETE ss :ns": errOperand,
	} {
		u, err := params(t).Update(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := u.Apply(item(t, sample)); err != want {
			t.Errorf("%s gives %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestProjections(t *testing.T) {
	for text, want := range map[string]string{
		"s":                     `{"s":{"S":"hello"}}`,
		"s, absent, #n":         `{"n":{"N":"10"},"s":{"S":"hello"}}`,
		"m.k":                   `{"m":{"M":{"k":{"S":"v"}}}}`,
		"m.k, m.n":              `{"m":{"M":{"k":{"S":"v"},"n":{"N":"1"}}}}`,
		"l[2].deep, l[0], l[9]": `{"l":{"L":[{"S":"first"},{"M":{"deep":{"S":"down"}}}]}}`,
		"m.absent, s.k":         `{}`,
		"#d":                    `{"dotted.name":{"S":"d"}}`,
		"e":                     `{"e":{"L":[]}}`,
	} {
		p, err := params(t).Projection(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := p.Apply(item(t, sample)).String(); got != want {
			t.Errorf("%s gives %s, want %s", text, got, want)
		}
	}
	for _, bad := range []string{"", "s,", "s n", "data", "m, m.k", "s, s", ":s"} {
		if _, err := params(t).Projection(bad); err == nil {
			t.Errorf("%q is a projection", bad)
		}
	}
}

func TestKeyConditions(t *testing.T) {
	for text, op := range map[string]string{
		"pk = :s": "", "pk = :s AND sk = :x": "=", "sk < :x AND pk = :s": "<", "pk = :s AND sk >= :x": ">=", "(pk = :s) AND (sk > :x)": ">",
		"pk = :s AND begins_with(sk, :he)": "begins_with", "pk = :s AND sk BETWEEN :he AND :x": "BETWEEN",
	} {
		k, err := params(t).KeyCondition(text, "pk", "sk")
		if err != nil || k.Op != op || k.Hash != attr.String("hello") || (op != "") != (k.A != nil) || (op == "BETWEEN") != (k.B != nil) {
			t.Errorf("%s: %+v, %v", text, k, err)
		}
	}
	for text, want := range map[string]string{
		"sk = :s":                           "Query condition missed key schema element: pk",
		"pk = :s AND another = :x":          "Query condition missed key schema element: sk",
		"pk < :s":                           "Query key condition not supported",
		"pk = :s OR sk = :x":                "Query key condition not supported",
		"NOT pk = :s":                       "Query key condition not supported",
		"pk = :s AND sk <> :x":              "Query key condition not supported",
		"pk = :s AND pk = :x":               "Query key condition not supported",
		"pk = sk":                           "Query key condition not supported",
		"pk = :s AND contains(sk, :x)":      "Query key condition not supported",
		"pk = :s AND size(sk) = :n":         "Query key condition not supported",
		"pk = :s AND sk = :x AND sk < :x":   "Query key condition not supported",
		"pk = :s AND sk BETWEEN :he AND pk": "Query key condition not supported",
	} {
		if k, err := params(t).KeyCondition(text, "pk", "sk"); err == nil || err.Error() != want {
			t.Errorf("%s: %+v, %v; want %s", text, k, err, want)
		}
	}
}

func TestReservedWords(t *testing.T) {
	if n := strings.Count(reserved, "\n"); n != 573 {
		t.Errorf("%d reserved words, want 573", n)
	}
	for word, want := range map[string]bool{"abort": true, "Name": true, "ZONE": true, "nam": false, "names2": false, "": false, "PK": false, "rev": false} {
		if isReserved(word) != want {
			t.Errorf("%q is reserved: %v", word, !want)
		}
	}
}

func FuzzExpressions(f *testing.F) {
	for _, text := range []string{"a = :s AND NOT (b < :n OR size(c) = :n)", "SET a = if_not_exists(a, :n) + :n REMOVE l[0] ADD n :n DELETE ss :ss", "a.b[3], #n", "pk = :s AND begins_with(sk, :he)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		it := item(t, sample)
		before := it.String()
		if c, err := params(t).Condition("ConditionExpression", text); err == nil {
			c.Match(it)
			c.Match(nil)
		}
		if u, err := params(t).Update(text); err == nil {
			_, _ = u.Apply(it) // a path may be wrong for the item
			_, _ = u.Apply(nil)
		}
		if p, err := params(t).Projection(text); err == nil {
			p.Apply(it)
		}
		_, _ = params(t).KeyCondition(text, "pk", "sk")
		if it.String() != before {
			t.Fatalf("%q changed the item", text)
		}
	})
}
