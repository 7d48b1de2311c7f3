package meeting_test

import (
	"fmt"
	"slices"
	"testing"

	"dossier/internal/meeting"
)

// The versions at a requirement have the order of their uploads, each once, and no more than an item can hold.
func TestVersions(t *testing.T) {
	order := func(minute int) string { return fmt.Sprintf("2031-03-01T09:%02d:00.000Z#0#id%d", minute, minute) }
	var r meeting.RequirementState
	for _, m := range []int{2, 3, 1, 3, 2} {
		r.AddVersion(order(m))
	}
	if want := []string{order(3), order(2), order(1)}; !slices.Equal(r.Versions, want) || r.LatestUpload != order(3) {
		t.Errorf("%q, the latest %s", r.Versions, r.LatestUpload)
	}
	for document, want := range map[string]string{"": "", "id1": order(1), "id3": order(3), "unknown": order(3)} {
		r.Document = document
		if got := r.Upload(); got != want {
			t.Errorf("the upload of %q is %s, want %s", document, got, want)
		}
	}
	for from, want := range map[string][]string{order(3): {"id2", "id1"}, order(2): {"id1"}, order(1): nil, "2032": {"id3", "id2", "id1"}} {
		if got := r.Before(from); !slices.Equal(got, want) {
			t.Errorf("before %s: %q, want %q", from, got, want)
		}
	}
	kept := slices.Clone(r.Versions)
	copied := r
	copied.AddVersion(order(9))
	if !slices.Equal(r.Versions, kept) {
		t.Errorf("a copy's version changed the original: %q", r.Versions)
	}
	for m := range 50 {
		r.AddVersion(order(m))
	}
	if len(r.Versions) != 20 || r.Versions[0] != order(49) || r.Versions[19] != order(30) {
		t.Errorf("%d versions, from %s to %s", len(r.Versions), r.Versions[0], r.Versions[len(r.Versions)-1])
	}
}
