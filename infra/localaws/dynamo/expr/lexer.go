package expr

import (
	"fmt"
	"strings"
)

// token is a word, a placeholder, a number or a sign of an expression; "" is the end.
type token struct {
	text string
	at   int // byte offset
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) }

// lex splits an expression into tokens, the end among them.
func lex(text string) ([]token, error) {
	var all []token
	for i := 0; i < len(text); {
		if strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
			continue
		}
		n := tokenLength(text[i:])
		if n == 0 {
			end := min(len(text), i+1)
			return nil, fmt.Errorf("Syntax error; token: %q, near: %q", text[i:end], near(text, i, end))
		}
		all = append(all, token{text[i : i+n], i})
		i += n
	}
	return append(all, token{"", len(text)}), nil
}

// tokenLength is the length of the token at the start of a text that is not empty; 0 when there is none.
func tokenLength(s string) int {
	switch c := s[0]; {
	case isDigit(c):
		return span(s, 0, isDigit)
	case isLetter(c):
		return span(s, 0, isWord)
	case c == '#' || c == ':':
		if n := span(s, 1, isWord); n > 1 {
			return n
		}
		return 0
	case strings.HasPrefix(s, "<>"), strings.HasPrefix(s, "<="), strings.HasPrefix(s, ">="):
		return 2
	case strings.IndexByte("()[],.=<>+-", c) >= 0:
		return 1
	}
	return 0
}

func span(s string, from int, in func(byte) bool) int {
	for from < len(s) && in(s[from]) {
		from++
	}
	return from
}

// near is the text around a token, for messages.
func near(text string, start, end int) string {
	return text[max(0, start-10):min(len(text), end+10)]
}
