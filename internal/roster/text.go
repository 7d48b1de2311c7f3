package roster

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Text gives the text of a roster file in UTF-8, with lines that end in LF, and a function that writes such a text in the
// form of the file. The forms are those of Excel: with and without a byte order mark, "Unicode Text" (UTF-16), and lines
// that end in CR alone. Bytes that are in no such form are given as they are.
func Text(data []byte) (text []byte, write func([]byte) []byte) {
	if form, ok := inUTF16(data); ok {
		text, err := form.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			return data, bytes.Clone
		}
		text, lines := withLF(text)
		return text, func(b []byte) []byte {
			// It cannot fail: each text can be written in UTF-16.
			b, _ = form.NewEncoder().Bytes(bytes.ToValidUTF8(lines(b), []byte("\uFFFD")))
			return b
		}
	}
	bare := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	before := data[:len(data)-len(bare)]
	text, lines := withLF(bare)
	return text, func(b []byte) []byte { return append(bytes.Clone(before), lines(b)...) }
}

// inUTF16 tells whether a file is in UTF-16, and in which form. Without a byte order mark the zeros in the first letter
// tell.
func inUTF16(data []byte) (encoding.Encoding, bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), true
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), true
	case len(data) > 1 && data[0] != 0 && data[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case len(data) > 1 && data[0] == 0 && data[1] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	}
	return nil, false
}

// withLF gives a text whose lines end in LF, and a function that writes lines as they were: in some forms they end in CR
// alone.
func withLF(text []byte) ([]byte, func([]byte) []byte) {
	if bytes.ContainsRune(text, '\n') || !bytes.ContainsRune(text, '\r') {
		return text, func(b []byte) []byte { return b }
	}
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n")), func(b []byte) []byte {
		return bytes.ReplaceAll(b, []byte("\n"), []byte("\r"))
	}
}

// text gives the text of a file, or notes why it has none.
func (p *reader) text(data []byte) ([]byte, bool) {
	switch {
	case len(data) > MaxBytes:
		p.bad(0, TooBig, "")
		return nil, false
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		p.bad(0, Workbook, "")
		return nil, false
	}
	text, _ := Text(data)
	if utf8.Valid(text) {
		return text, true
	}
	// The other lines are in the same character set, so the first one tells enough.
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) {
			shown := strings.ReplaceAll(strings.ToValidUTF8(string(line), "�"), "\x00", "")
			p.bad(i+1, NotUTF8, strings.TrimSpace(shown))
			break
		}
	}
	return nil, false
}
