package ocraccuracy

import (
	"encoding/xml"
	"image"
	"strings"
	"testing"
)

func TestWordAccuracy(t *testing.T) {
	for name, test := range map[string]struct {
		want, got string
		accuracy  float64
	}{
		"the same":     {"One, two; three four.", "one two three four", 1},
		"substitution": {"one two three four", "one tvo three four", 0.75},
		"omission":     {"one two three four", "one three four", 0.75},
		"insertion":    {"one two three four", "one two and three four", 0.75},
		"nothing":      {"one two", "", 0},
		"other words":  {"one two", "a b c d", -1},
	} {
		if a := wordAccuracy(words(test.want), words(test.got)); a != test.accuracy {
			t.Errorf("%s: %v, want %v", name, a, test.accuracy)
		}
	}
}

// A rough scan is the same each time, and unlike the clean one.
func TestRough(t *testing.T) {
	page := image.NewGray(image.Rect(0, 0, 60, 80))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	a, b := rough(page), rough(page)
	if string(a.Pix) != string(b.Pix) || string(a.Pix) == string(page.Pix) {
		t.Error("two rough scans of one page differ, or are clean")
	}
}

func TestFlatDocument(t *testing.T) {
	for language, mode := range map[string]string{"en": `"lr-tb"`, "ar": `"rl-tb"`} {
		data, err := flatDocument(language, "A & B\n<C>\n")
		if err != nil || strings.Count(string(data), "<text:p ") != 2 || !strings.Contains(string(data), mode) {
			t.Errorf("%s: %v\n%s", language, err, data)
		}
		var any struct{}
		if err := xml.Unmarshal(data, &any); err != nil {
			t.Errorf("%s: %v", language, err)
		}
	}
}
