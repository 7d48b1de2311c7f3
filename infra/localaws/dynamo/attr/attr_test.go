package attr

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

func TestNumbers(t *testing.T) {
	long := strings.Repeat("1234567890", 4)
	for _, c := range []struct{ in, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.0e5", "0"}, {"+7", "7"}, {"007.500", "7.5"}, {"-1.0", "-1"}, {".5", "0.5"}, {"5.", "5"},
		{"1e3", "1000"}, {"1E-3", "0.001"}, {"12.5e1", "125"}, {"-12.34e-1", "-1.234"},
		{long[:38], long[:38]}, {long[:38] + "000", long[:38] + "000"},
		{"1e125", "1" + strings.Repeat("0", 125)}, {"1e-130", "0." + strings.Repeat("0", 129) + "1"},
	} {
		n, err := ParseNumber(c.in)
		if err != nil || n.String() != c.want {
			t.Errorf("ParseNumber(%q) = %v, %v; want %s", c.in, n, err, c.want)
		}
	}
	for _, bad := range []string{"", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x1", "1_000", " 1", "NaN", "Infinity", "1e126", "1e-131", "1e9999999999", "-1e-9999999999", long[:39]} {
		if n, err := ParseNumber(bad); err == nil {
			t.Errorf("ParseNumber(%q) = %v, want an error", bad, n)
		}
	}
}

// drawNumber draws a number and its value by another library.
func drawNumber(t *rapid.T, label string) (Number, *big.Rat) {
	digits := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{0,12})?`).Draw(t, label)
	text := digits + fmt.Sprintf("e%d", rapid.IntRange(-6, 6).Draw(t, label+" exponent"))
	n, err := ParseNumber(text)
	r, ok := new(big.Rat).SetString(text)
	if err != nil || !ok {
		t.Fatalf("%q is no number: %v", text, err)
	}
	return n, r
}

func TestNumbersAreAsBigRatHasThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, ra := drawNumber(t, "a")
		b, rb := drawNumber(t, "b")
		if got, _ := Compare(a, b); got != ra.Cmp(rb) {
			t.Fatalf("Compare(%v, %v) = %d", a, b, got)
		}
		if got := strings.Compare(Key(a), Key(b)); got != ra.Cmp(rb) {
			t.Fatalf("keys of %v and %v compare as %d", a, b, got)
		}
		if Equal(a, b) != (ra.Cmp(rb) == 0) {
			t.Fatalf("Equal(%v, %v)", a, b)
		}
		if again, err := ParseNumber(a.String()); err != nil || again != a {
			t.Fatalf("%v read again is %v, %v", a, again, err)
		}
		for op, got := range map[string]func(Number) (Number, error){"+": a.Add, "-": a.Sub} {
			want := new(big.Rat).Add(ra, rb)
			if op == "-" {
				want.Sub(ra, rb)
			}
			n, err := got(b)
			if r, _ := new(big.Rat).SetString(n.String()); err != nil || r.Cmp(want) != 0 {
				t.Fatalf("%v %s %v = %v, %v; want %v", a, op, b, n, err, want)
			}
		}
	})
}

func TestSumsKeepTheirLimits(t *testing.T) {
	big, _ := ParseNumber("9e125")
	small, _ := ParseNumber("1e-130")
	if n, err := big.Add(big); err == nil {
		t.Errorf("an overflow gives %v", n)
	}
	if n, err := big.Add(small); err == nil {
		t.Errorf("255 digits give %v", n)
	}
	if n, err := big.Sub(big); err != nil || n != (Number{}) {
		t.Errorf("9e125 - 9e125 = %v, %v", n, err)
	}
}

func TestKeysSortAsTheirStringsDo(t *testing.T) {
	draw := rapid.StringOfN(rapid.RuneFrom([]rune{0, 1, 'a', 'b', 0xff, 0x10ffff}), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		if got := strings.Compare(Key(String(a)), Key(String(b))); got != cmp.Compare(a, b) {
			t.Fatalf("keys of %q and %q compare as %d", a, b, got)
		}
		if a != b && strings.HasPrefix(Key(String(a)), Key(String(b))) {
			t.Fatalf("the key of %q begins with that of %q", a, b)
		}
		if strings.HasPrefix(Key(Binary(a)), Prefix(Binary(b))) != strings.HasPrefix(a, b) {
			t.Fatalf("the key of %q and the prefix of %q", a, b)
		}
	})
}

const every = `{"b":{"B":"AAE="},"bool":{"BOOL":true},"bs":{"BS":["AA==","AQ=="]},"l":{"L":[{"S":""},{"M":{}},{"L":[]}]},` +
	`"m":{"M":{"x":{"N":"1.5"}}},"n":{"N":"-12"},"ns":{"NS":["-1","2"]},"null":{"NULL":true},"s":{"S":"é\u0000"},"ss":{"SS":["a","b"]}}`

func read(t *testing.T, text string) (Map, error) {
	t.Helper()
	var m Map
	err := json.Unmarshal([]byte(text), &m)
	return m, err
}

func TestJSON(t *testing.T) {
	m, err := read(t, every)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.String(); got != every {
		t.Errorf("written again:\n%s\nwant\n%s", got, every)
	}
	mixed, err := read(t, `{"ns":{"NS":["2.0","-1"]},"ss":{"SS":["b","a"]}}`)
	if err != nil || !Equal(mixed["ns"], m["ns"]) || !Equal(mixed["ss"], m["ss"]) {
		t.Errorf("sets in another order differ: %v, %v", mixed, err)
	}
	if again, _ := read(t, every); !Equal(again, m) {
		t.Error("the same item differs")
	}
	for name := range m {
		for other := range m {
			if (name == other) != Equal(m[name], m[other]) {
				t.Errorf("%s and %s are equal: %v", name, other, name != other)
			}
		}
	}
}

func TestInvalidValues(t *testing.T) {
	deep := strings.Repeat(`{"L":[`, 40) + `{"S":""}` + strings.Repeat(`]}`, 40)
	for _, bad := range []string{`{"a":{}}`, `{"a":{"X":"1"}}`, `{"a":{"S":"x","N":"1"}}`, `{"a":{"N":"x"}}`, `{"a":{"NULL":false}}`,
		`{"a":{"SS":[]}}`, `{"a":{"SS":["x","x"]}}`, `{"a":{"NS":["1","1.0"]}}`, `{"a":{"B":"!"}}`, `{"a":` + deep + `}`} {
		m, err := read(t, bad)
		if _, ok := errors.AsType[*Invalid](err); !ok {
			t.Errorf("%s is read as %v, %v", bad, m, err)
		}
	}
	for _, bad := range []string{``, `{`, `[]`, `{"a":1}`, `{"a":{"S":1}}`, `{"a":{"BOOL":"x"}}`, `{"a":{"L":{}}}`, `{"a":{"S":"x"},"a":{"S":"y"}}`, "{\"a\":{\"S\":\"\xff\"}}"} {
		if m, err := read(t, bad); err == nil {
			t.Errorf("%s is read as %v", bad, m)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int{
		`{"a":{"S":"xyz"}}`:                       4,
		`{"a":{"N":"1234"}}`:                      1 + 3,
		`{"a":{"N":"-1234"}}`:                     1 + 4,
		`{"a":{"BOOL":true},"b":{"NULL":true}}`:   4,
		`{"a":{"B":"AAEC"}}`:                      4,
		`{"a":{"SS":["xy","z"]}}`:                 4,
		`{"a":{"L":[{"S":"xy"}]}}`:                1 + 3 + 1 + 2,
		`{"a":{"M":{"b":{"S":"xy"}}}}`:            1 + 3 + 1 + 3,
		`{"a":{"NS":["1","22"]},"b":{"BS":[""]}}`: 1 + 4 + 1,
	} {
		m, err := read(t, text)
		if err != nil || m.Size() != want {
			t.Errorf("%s has %d bytes, want %d (%v)", text, m.Size(), want, err)
		}
	}
}
