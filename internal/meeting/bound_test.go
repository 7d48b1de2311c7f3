package meeting_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dossier/internal/meeting"
)

// endless are strings as a stranger may write them: short, or of megabytes.
func endless() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		unit := rapid.SampledFrom([]string{"a", "é", "م", "\U0001f600", "\"", "<", "Supply chains "}).Draw(t, "unit")
		return strings.Repeat(unit, rapid.SampledFrom([]int{0, 1, 30, 400, 10 << 10}).Draw(t, "times"))
	})
}

// hostile is a document whose every string and list a stranger has written.
func hostile(t *rapid.T) *meeting.Document {
	s := func(name string) string { return endless().Draw(t, name) }
	times := func(name string, most int) int { return rapid.SampledFrom([]int{0, 1, most}).Draw(t, name) }
	var evidence []meeting.Evidence
	for range times("evidence", 100) {
		evidence = append(evidence, meeting.Evidence{Code: meeting.EvidenceOnBehalf, Detail: s("detail"), Weight: -3})
	}
	l := &meeting.Letter{Agency: s("agency"), Country: s("country"), Reference: s("reference"), Signatory: s("signatory")}
	for range times("nominees", 60) {
		l.Nominees = append(l.Nominees, meeting.Nominee{Name: s("name"), Honorific: s("honorific"), Position: s("position"),
			Email: s("email"), Phone: s("phone"), Replaces: s("replaces"), Confirmed: &meeting.Confirmation{Name: s("n"), Email: s("e")}})
	}
	d := &meeting.Document{ID: "d", Meeting: "m", FileName: s("file name"), Sender: s("sender"), MessageID: s("message id"),
		Format: s("format"), Title: s("title"), Author: s("author"), Excerpt: s("excerpt"),
		DocumentState: meeting.DocumentState{Status: meeting.Review, Reason: meeting.Reason(s("reason")), Evidence: evidence, Letter: l}}
	for range times("references", 100) {
		d.References = append(d.References, s("reference"))
	}
	for range times("findings", 300) {
		d.Findings = append(d.Findings, meeting.Finding{Code: meeting.FindingExternal, Detail: s("finding")})
	}
	for range times("candidates", 9) {
		c := meeting.Candidate{Participant: "p1", Name: s("candidate"), Evidence: evidence}
		for range times("places", 500) {
			c.For = append(c.For, meeting.RequirementKey{Session: "session-1", Kind: meeting.Presentation, Participant: "p1"})
		}
		d.Candidates = append(d.Candidates, c)
	}
	return d
}

// size is how many bytes a value has as JSON, about as many as the table counts.
func size(t interface{ Fatal(...any) }, v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return len(data)
}

// Nothing that a file says makes an item too large for the table.
func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := hostile(t)
		d.Bound()
		if n := size(t, d); n > 350<<10 {
			t.Errorf("a document of %d bytes", n)
		}
		if n := size(t, d.DocumentState); n > 120<<10 { // as JSON, where a sign may take six bytes
			t.Errorf("a state of %d bytes", n)
		}
		for _, s := range []string{d.Title, d.Author, d.Excerpt, d.FileName, string(d.Reason)} {
			if !utf8.ValidString(s) {
				t.Errorf("a character is cut in two: %q", s[max(0, len(s)-9):])
			}
		}
		again := *d
		again.Bound()
		if diff := cmp.Diff(*d, again); diff != "" {
			t.Errorf("bounded twice (-once +twice):\n%s", diff)
		}
		q := &meeting.Requirement{RequirementState: meeting.RequirementState{
			FileName: endless().Draw(t, "file"), Title: endless().Draw(t, "title"), Reason: endless().Draw(t, "reason")}}
		if q.Bound(); size(t, q) > 30<<10 {
			t.Errorf("a requirement of %d bytes", size(t, q))
		}
		var x, y, z = d.DocumentState, hostile(t).DocumentState, q.RequirementState
		a := &meeting.Audit{Decision: meeting.Decision{Reason: endless().Draw(t, "reason"), Nominee: endless().Draw(t, "nominee")},
			Effects: []meeting.Effect{{DocumentBefore: &x, DocumentAfter: &y}, {RequirementBefore: &z, RequirementAfter: &z}}}
		if a.Bound(); size(t, a) > 350<<10 {
			t.Errorf("an audit of %d bytes", size(t, a))
		}
	})
}

// A document of a usual size stays as it is.
func TestBoundLeavesTheUsual(t *testing.T) {
	d := meeting.Document{FileName: "a.pptx", Title: strings.Repeat("Title ", 40), Author: "Ana", Sender: "ana@x.example",
		MessageID: "<1@x>", References: []string{"<0@x>"}, Excerpt: strings.Repeat("é", 1000),
		Findings:   []meeting.Finding{{Code: meeting.FindingEmbedded, Detail: "3"}},
		Candidates: []meeting.Candidate{{Name: "Ana Sow", Evidence: []meeting.Evidence{{Code: meeting.EvidenceSentBy, Detail: "Ana"}}}},
		DocumentState: meeting.DocumentState{Reason: meeting.ReasonNotSure, Letter: &meeting.Letter{Agency: "Ministry",
			Nominees: []meeting.Nominee{{Name: "Ana Sow", Position: "Director", Email: "ana@x.example"}}}}}
	was := d
	if d.Bound(); !cmp.Equal(was, d) {
		t.Error(cmp.Diff(was, d))
	}
}

// Cutting a copy leaves the document that it was copied from as it was.
func TestBoundKeepsOthers(t *testing.T) {
	long := strings.Repeat("x", 1000)
	d := meeting.Document{Findings: []meeting.Finding{{Detail: long}}, DocumentState: meeting.DocumentState{
		Letter: &meeting.Letter{Agency: long, Nominees: []meeting.Nominee{{Name: long}}}}}
	c := d
	c.Bound()
	if d.Findings[0].Detail != long || d.Letter.Agency != long || d.Letter.Nominees[0].Name != long || c.Letter.Agency == long {
		t.Errorf("%+v", d)
	}
}

// Each string and list has its own end.
func TestBoundOfEach(t *testing.T) {
	long := strings.Repeat("a", 5000)
	keys := make([]meeting.RequirementKey, 200)
	state := func() *meeting.DocumentState {
		return &meeting.DocumentState{Reason: meeting.Reason(long), Evidence: make([]meeting.Evidence, 100), Letter: &meeting.Letter{Agency: long,
			Nominees: []meeting.Nominee{{Name: long, Confirmed: &meeting.Confirmation{Name: long, Email: long}}}}}
	}
	d := meeting.Document{FileName: long, Sender: long, Uploader: meeting.Contact{Email: long}, MessageID: long, References: make([]string, 100),
		Findings:      []meeting.Finding{{Code: meeting.FindingCode(long), Detail: long}},
		Candidates:    []meeting.Candidate{{Name: long, For: keys}, {}, {}, {}},
		DocumentState: *state()}
	d.References[0], d.References[99] = "oldest", "newest"
	d.Bound()
	n := d.Letter.Nominees[0]
	audit := meeting.Audit{Decision: meeting.Decision{Reason: long, Nominee: long}, Effects: []meeting.Effect{
		{DocumentBefore: state(), RequirementBefore: &meeting.RequirementState{FileName: long, Title: long, Reason: long}},
		{DocumentAfter: state(), RequirementAfter: &meeting.RequirementState{FileName: long, Title: long, Reason: long}}, {}}}
	audit.Bound()
	before, after := audit.Effects[0].RequirementBefore, audit.Effects[1].RequirementAfter
	r := meeting.Requirement{RequirementState: meeting.RequirementState{FileName: long, Title: long, Reason: long}}
	r.Bound()
	for name, c := range map[string]struct{ got, want int }{
		"file name": {len(d.FileName), 1024}, "sender": {len(d.Sender), 0}, "uploader": {len(d.Uploader.Email), 0}, "message id": {len(d.MessageID), 998},
		"references": {len(d.References), 40}, "finding": {len(d.Findings[0].Code), 40}, "detail": {len(d.Findings[0].Detail), 160},
		"candidates": {len(d.Candidates), 3}, "candidate": {len(d.Candidates[0].Name), 640}, "places": {len(d.Candidates[0].For), 100},
		"reason": {len(d.Reason), 2000}, "evidence": {len(d.Evidence), 40}, "agency": {len(d.Letter.Agency), 160}, "nominee": {len(n.Name), 160},
		"confirmed": {len(n.Confirmed.Name), 160}, "confirmed address": {len(n.Confirmed.Email), 0},
		"decision": {len(audit.Decision.Reason), 2000}, "decision's nominee": {len(audit.Decision.Nominee), 160},
		"state before": {len(audit.Effects[0].DocumentBefore.Reason), 2000}, "state after": {len(audit.Effects[1].DocumentAfter.Reason), 2000},
		"file before": {len(before.FileName), 1024}, "title before": {len(before.Title), 300}, "reason before": {len(before.Reason), 2000},
		"file after": {len(after.FileName), 1024}, "title after": {len(after.Title), 300}, "reason after": {len(after.Reason), 2000},
		"requirement's file": {len(r.FileName), 1024}, "requirement's title": {len(r.Title), 300}, "requirement's reason": {len(r.Reason), 2000},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	if d.References[39] != "newest" {
		t.Errorf("the newest references are lost: %q", d.References[39])
	}
	var none meeting.Document
	none.Bound()
	if none.Letter != nil {
		t.Error("a letter came of nothing")
	}
}
