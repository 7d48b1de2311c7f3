package attr

import (
	"errors"
	"math/big"
	"strings"
)

// Limits of a number (Amazon DynamoDB Developer Guide, "Data types", Number).
const (
	maxDigits   = 38
	maxExponent = 126  // of 0.d1d2... x 10^exponent: 9.99e125
	minExponent = -129 // 1e-130
)

// Number is a decimal number of up to 38 digits: sign x 0.DIGITS x 10^exponent.
// Two numbers of equal value are equal, however they were written. The zero Number is 0.
type Number struct {
	negative bool
	exponent int
	digits   string // no zeros at either end; empty for 0
}

// Errors of numbers, worded as DynamoDB words them.
var (
	errDigits   = errors.New("Attempting to store more than 38 significant digits in a Number")
	errOverflow = errors.New("Number overflow. Attempting to store a number with magnitude larger than supported range")
	errTiny     = errors.New("Number underflow. Attempting to store a number with magnitude smaller than supported range")
)

// ParseNumber reads a number such as "-12.5e3". It fails if s is no number or is out of DynamoDB's range.
func ParseNumber(s string) (Number, error) {
	bad := errors.New("The parameter cannot be converted to a numeric value: " + s)
	rest, n := s, Number{}
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		n.negative, rest = rest[0] == '-', rest[1:]
	}
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		exponent, ok := parseExponent(rest[i+1:])
		if !ok {
			return Number{}, bad
		}
		n.exponent, rest = exponent, rest[:i]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Number{}, bad
	}
	n.exponent += len(whole)
	return n.normalize(digits)
}

// parseExponent reads an exponent; one of more than six digits is out of every range, and so is 999999.
func parseExponent(s string) (int, bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	exponent := 0
	for _, c := range s {
		exponent = min(exponent*10+int(c-'0'), 999999)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, true
}

// normalize gives n those digits, without zeros at the ends, and checks the limits.
func (n Number) normalize(digits string) (Number, error) {
	short := strings.TrimLeft(digits, "0")
	n.exponent -= len(digits) - len(short)
	n.digits = strings.TrimRight(short, "0")
	switch {
	case n.digits == "":
		return Number{}, nil
	case len(n.digits) > maxDigits:
		return Number{}, errDigits
	case n.exponent > maxExponent:
		return Number{}, errOverflow
	case n.exponent < minExponent:
		return Number{}, errTiny
	}
	return n, nil
}

// String is the number in plain decimals, as DynamoDB returns it.
func (n Number) String() string {
	sign := ""
	if n.negative {
		sign = "-"
	}
	switch {
	case n.digits == "":
		return "0"
	case n.exponent <= 0:
		return sign + "0." + strings.Repeat("0", -n.exponent) + n.digits
	case n.exponent >= len(n.digits):
		return sign + n.digits + strings.Repeat("0", n.exponent-len(n.digits))
	default:
		return sign + n.digits[:n.exponent] + "." + n.digits[n.exponent:]
	}
}

// Add is the exact sum. It fails when the sum has more than 38 digits or is out of range.
func (n Number) Add(m Number) (Number, error) { return n.combine(m, (*big.Int).Add) }

// Sub is the exact difference, with the failures of Add.
func (n Number) Sub(m Number) (Number, error) { return n.combine(m, (*big.Int).Sub) }

func (n Number) combine(m Number, op func(z, x, y *big.Int) *big.Int) (Number, error) {
	scale := max(len(n.digits)-n.exponent, len(m.digits)-m.exponent)
	sum := op(new(big.Int), n.scaled(scale), m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return Number{negative: sum.Sign() < 0, exponent: len(digits) - scale}.normalize(digits)
}

// scaled is n x 10^scale, for a scale that makes it whole.
func (n Number) scaled(scale int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	whole, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", scale-(len(n.digits)-n.exponent)), 10)
	if n.negative {
		whole.Neg(whole)
	}
	return whole
}

// key sorts as the numbers do: sign, exponent, digits; of negative numbers each byte is turned round.
func (n Number) key() string {
	if n.digits == "" {
		return "1"
	}
	b := append([]byte{byte(n.exponent - minExponent)}, n.digits...)
	if !n.negative {
		return "2" + string(b)
	}
	for i := range b {
		b[i] = ^b[i]
	}
	return "0" + string(b) + "\xff" // -1.23 is less than -1.2
}

func (n Number) size() int {
	size := 1 + (len(n.digits)+1)/2
	if n.negative {
		size++
	}
	return size
}
