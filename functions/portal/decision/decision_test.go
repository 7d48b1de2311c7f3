package decision_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dossier/functions/portal/decision"
	"dossier/internal/e2e"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/locale"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/review"
)

// explainer is an error that says more than its refusal, as the page of errors wants it.
type explainer interface {
	error
	Explain(*locale.Locale) (string, error)
}

// A decision is carried out and kept; one that comes second is refused, and its refusal tells who was faster.
func TestRecord(t *testing.T) {
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/nobody.pptx", e2e.Deck("T", "x"), e2e.Noon)
	w.TakeIn(o)
	log := slog.New(slog.DiscardHandler)
	r := decision.NewRecorder(w.Objects, w.Store, review.New(filing.New(w.Store, time.Now)), log, observe.NewMeter(log, "Test"))
	m, err := w.Store.Meeting(t.Context(), "m")
	e2e.Must(t, err)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	first := meeting.Decision{
		Action:   meeting.Reject,
		Meeting:  "m",
		Document: o.ID(),
		By:       "Ms Staff",
		Reason:   "not for us",
		At:       at,
	}
	id, err := r.Record(t.Context(), first, *m)
	e2e.Must(t, err)
	if a, err := w.Store.Audit(t.Context(), id); err != nil || a.Decision.By != "Ms Staff" || a.Refused != "" {
		t.Errorf("%+v %v", a, err)
	}
	if d := w.Document(o); d.Status != meeting.Rejected {
		t.Errorf("the document is %s", d.Status)
	}
	if kept := w.ObjectsUnder("decisions/m/"); len(kept) != 1 {
		t.Errorf("%d decisions are kept", len(kept))
	}

	second := meeting.Decision{
		Action:       meeting.FileHere,
		Meeting:      "m",
		Document:     o.ID(),
		By:           "Mr Late",
		Reason:       "r",
		At:           at.Add(time.Minute),
		Requirements: []meeting.RequirementKey{{Session: "s1", Kind: meeting.Presentation, Participant: "p1"}},
	}
	_, err = r.Record(t.Context(), second, *m)
	explained, ok := errors.AsType[explainer](err)
	if !ok || !fault.Because(err, meeting.RefusalAlreadyDecided) {
		t.Fatalf("the second decision: %v", err)
	}
	words, wordsErr := locale.New()
	e2e.Must(t, wordsErr)
	said, err := explained.Explain(words.Locale("en"))
	if err != nil || said != "Ms Staff: rejected the document, 2026-01-02 03:04 UTC. The reason given: not for us" {
		t.Errorf("%q %v", said, err)
	}

	second.Document = strings.Repeat("0", 32)
	_, err = r.Record(t.Context(), second, *m)
	if _, ok := errors.AsType[explainer](err); ok || !fault.Because(err, meeting.RefusalNoSuchDocument) {
		t.Errorf("a document that is not there: %v", err)
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]bool{
		"": true, "a@b.example": true, "á@b.example": false,
		"a": false, "A <a@b.example>": false, "a@b.example, c@d.example": false, " a@b.example": false,
		strings.Repeat("a", 244) + "@b.example": true, strings.Repeat("a", 245) + "@b.example": false,
	} {
		if got, ok := decision.Address(in); ok != want || ok && got != in {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
}
