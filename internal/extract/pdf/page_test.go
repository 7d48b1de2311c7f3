package pdf

import (
	"slices"
	"strings"
	"testing"
)

// A value that shows is not said again, and none is said twice.
func TestMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		values []string
		text   string
		want   []string
	}{
		{"shown", []string{"Awa Traoré"}, "Name: Awa Traoré", nil},
		{"shown in two lines", []string{"Ministry of the Interior"}, "Ministry of\nthe Interior", nil},
		{"shown letter by letter", []string{"2026"}, "2 0 2 6", nil},
		{"not drawn", []string{"Awa Traoré"}, "Name:", []string{"Awa Traoré"}},
		{"twice", []string{"yes", "yes"}, "Agreed?", []string{"yes"}},
		{"long, and cut short by its field", []string{strings.Repeat("lorem ipsum ", 300)}, strings.Repeat("lorem ipsum\n", 30), nil},
		{"long, and not drawn", []string{strings.Repeat("lorem ipsum ", 300)}, "lorem", []string{strings.Repeat("lorem ipsum ", 300)}},
		{"two that make a third", []string{"ab", "cd", "bc"}, "", []string{"ab", "cd", "bc"}},
	}
	for _, tt := range tests {
		if got := missing(tt.values, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
