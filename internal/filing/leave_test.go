package filing_test

import (
	"reflect"
	"slices"
	"testing"

	"dossier/internal/meeting"
	"dossier/internal/store"
)

func leaving(participant string) meeting.Leaver {
	never := func(string) bool { return false }
	return meeting.Leaver{Participant: participant, Is: never, IsAddress: never}
}

// Who leaves a letter frees a seat, and the others' places and the letter stand as they did; nobody is written to.
func TestLeaveLetter(t *testing.T) {
	r := newRegistrar(t)
	keys := []meeting.RequirementKey{letterOf("s1", "o1"), letterOf("s1", "o2")}
	d := r.file("both", 1, keys...)
	mails := len(r.mails())
	other := *r.requirement(keys[1])
	must(t, r.registry.Leave(t.Context(), r.roster.Meeting, d.ID, leaving("o1")))
	got := r.document(d.ID)
	if got.Status != meeting.Filed || !slices.Equal(got.Satisfies, keys[1:]) || !slices.Equal(got.FiledFor, keys[1:]) {
		t.Errorf("%s for %v", got.Status, got.Satisfies)
	}
	if now := *r.requirement(keys[1]); !reflect.DeepEqual(now, other) {
		t.Errorf("the other's place is %+v, was %+v", now, other)
	}
	delegations, err := r.store.Delegations(t.Context(), r.roster.Meeting.ID)
	must(t, err)
	for _, x := range delegations {
		for _, e := range x.Entries {
			if slices.ContainsFunc(e.Officials, func(o meeting.Official) bool { return o.Participant == "o1" }) {
				t.Errorf("the seat is taken: %+v", e)
			}
		}
	}
	if len(r.mails()) != mails {
		t.Error("a mail was put")
	}
	// The last one to leave leaves nothing that is filed.
	must(t, r.registry.Leave(t.Context(), r.roster.Meeting, d.ID, leaving("o2")))
	if got := r.document(d.ID); got.Status != meeting.Superseded || len(got.FiledFor) > 0 {
		t.Errorf("%s for %v", got.Status, got.FiledFor)
	}
	must(t, r.registry.Leave(t.Context(), r.roster.Meeting, "nothing", leaving("o1")))
}

// A document that is matched again stays closed.
func TestStaysClosed(t *testing.T) {
	r := newRegistrar(t)
	in := r.submission(document("d", 1, meeting.Presentation))
	d := r.submit(in)
	d.Closed = true
	must(t, r.store.Commit(t.Context(), store.NewChanges(d)))
	in.Document.RosterVersion = "later"
	r.submit(in)
	if got := r.document(d.ID); !got.Closed || got.RosterVersion != "later" {
		t.Errorf("%+v", got)
	}
}
