package accuracy

import (
	"bytes"
	"strings"
	"testing"
)

func TestF1(t *testing.T) {
	for name, test := range map[string]struct {
		reference, found string
		f1               float64
		size             int
	}{
		"the same":          {"One two, two.", "two one TWO", 1, 3},
		"half is missing":   {"one two three", "one", 0.5, 3},
		"nothing in common": {"one", "two", 0, 1},
		"ligatures":         {"office", "oﬃce", 1, 1},
		"both empty":        {"", "", 1, 0},
	} {
		if f1, size := f1(words(test.reference), words(test.found)); f1 != test.f1 || size != test.size {
			t.Errorf("%s: %v of %d words", name, f1, size)
		}
	}
}

func TestParts(t *testing.T) {
	for name, test := range map[string]struct {
		types string
		parts int
		any   bool
	}{
		"alternatives are one": {"multipart/alternative text/plain text/html", 1, true},
		"attachments":          {"text/plain image/png application/pdf", 3, true},
		"no type":              {"", 0, false},
	} {
		mail := "Subject: Hello\n"
		for _, t := range strings.Fields(test.types) {
			mail += "Content-type: " + t + "\n"
		}
		if n, ok := parts([]byte(mail)); n != test.parts || ok != test.any {
			t.Errorf("%s: %d %v", name, n, ok)
		}
	}
}

// A mean below its floor fails; files without a usable reference do not count.
func TestReport(t *testing.T) {
	good, bad := row{format: "pdf", f1: 1, words: 100}, row{format: "pdf", f1: 0.9, words: 100}
	short, apart := bad, bad
	short.words, apart.apart = fewest-1, true
	fault := row{format: "faults/pdf", words: 100}
	mail := row{format: "eml", f1: 0.99}
	for name, test := range map[string]struct {
		rows []row
		fail string
	}{
		"good":        {[]row{good, short, apart, fault}, ""},
		"below":       {[]row{good, bad}, "pdf 0.9500, floor 0.97"},
		"a part lost": {[]row{mail}, "eml 0.9900, floor 1.00"},
		"nothing":     {nil, "no document was found"},
	} {
		m := measurement{rows: test.rows}
		err := m.report(&bytes.Buffer{})
		if (err != nil) != (test.fail != "") || err != nil && !strings.Contains(err.Error(), test.fail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
