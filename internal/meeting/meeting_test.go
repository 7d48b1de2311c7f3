package meeting_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dossier/internal/meeting"
)

// A log line about the domain holds no name, address, file name or text.
func TestNothingPersonalInLogs(t *testing.T) {
	const secret = "Amina"
	o := meeting.Object{Bucket: "b", Key: "incoming/m/drop/" + secret + ".pptx", Version: "v"}
	for _, v := range []any{
		o,
		meeting.Document{ID: "d", Object: o, FileName: secret, Title: secret, Author: secret, Excerpt: secret, Candidates: []meeting.Candidate{{Name: secret}}},
		meeting.Participant{ID: "p", Name: secret, Email: secret, Agency: secret},
		meeting.Mail{ID: "o", To: []string{secret}, Failure: secret},
	} {
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "value", v)
		if strings.Contains(b.String(), secret) {
			t.Errorf("%T is logged as %s", v, &b)
		}
	}
}

// Counts, fingerprint and epochs follow the requirements, after any changes in any order.
func TestAccountAndSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := meeting.Session{}
		reqs := map[string]meeting.Requirement{}
		epochs, was := 0, false
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "participant")
				before := reqs[id]
				after := meeting.Requirement{RequirementKey: meeting.RequirementKey{Session: "s", Kind: meeting.Presentation, Participant: id},
					RequirementState: meeting.RequirementState{State: rapid.SampledFrom([]meeting.State{meeting.Outstanding, meeting.Satisfied, meeting.Waived}).Draw(t, "state"), Retired: rapid.Bool().Draw(t, "dropped"), Late: rapid.Bool().Draw(t, "late")}}
				if after.State == meeting.Satisfied {
					after.Document = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "document")
				}
				s.ApplyChange(before, after)
				reqs[id] = after
			},
			"load": func(t *rapid.T) { s.Loading = rapid.SampledFrom([]string{"", "x"}).Draw(t, "token") },
			"": func(t *rapid.T) {
				required, outstanding, waived, late := 0, 0, 0, 0
				same := meeting.Session{}
				for _, r := range reqs {
					if !r.Retired {
						required++
					}
					if r.Open() {
						outstanding++
					}
					if !r.Retired && r.State == meeting.Waived {
						waived++
					}
					if !r.Retired && r.Late {
						late++
					}
					same.ApplyChange(meeting.Requirement{}, r)
				}
				if s.Required != required || s.Outstanding != outstanding {
					t.Fatalf("%d of %d, want %d of %d", s.Outstanding, s.Required, outstanding, required)
				}
				if s.Waived != waived || s.Late != late || s.In() != required-outstanding-waived {
					t.Fatalf("%d waived and %d late, want %d and %d", s.Waived, s.Late, waived, late)
				}
				if strings.Trim(s.Fingerprint, "0") != strings.Trim(same.Fingerprint, "0") {
					t.Fatalf("the way to it shows in the fingerprint: %s and %s", s.Fingerprint, same.Fingerprint)
				}
				change := s.UpdateCompleteness()
				if s.Loading != "" {
					if change != meeting.NoChange || s.Complete != was {
						t.Fatal("something moved while loading")
					}
					return
				}
				if want := outstanding == 0 && (required > 0 || was); s.Complete != want {
					t.Fatalf("complete is %v with %d of %d", s.Complete, outstanding, required)
				}
				if s.Complete && !was {
					epochs++
				}
				if s.Epoch != epochs || (change == meeting.BecameComplete) != (s.Complete && !was) || (change == meeting.NoLongerComplete) != (was && !s.Complete) {
					t.Fatalf("epoch %d of %d, change %d", s.Epoch, epochs, change)
				}
				was = s.Complete
			},
		})
	})
}

// The order of objects is that of their uploads, and there is one for any two.
func TestOrder(t *testing.T) {
	at := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	o := func(key string, ms int, seq string) meeting.Object {
		return meeting.Object{Bucket: "b", Key: key, Version: "1", Time: at.Add(time.Duration(ms) * time.Millisecond), Sequencer: seq}
	}
	list := []meeting.Object{o("z", 0, ""), o("a", 0, "0055"), o("a", 0, "00550001"), o("a", 1, ""), o("a", 999, "FF"), o("a", 1000, "")}
	for i := range list[1:] {
		if a, b := list[i].Order(), list[i+1].Order(); a >= b {
			t.Errorf("%s is not before %s", a, b)
		}
	}
	if o("a", 0, "").Order() == o("b", 0, "").Order() {
		t.Error("two objects have one place")
	}
}

func TestRequirementKey(t *testing.T) {
	k := meeting.RequirementKey{Session: "s.1", Kind: meeting.Nomination, Participant: "p-1"}
	if got, ok := meeting.ParseRequirementKey(k.String()); !ok || got != k {
		t.Errorf("%v %v", got, ok)
	}
	for _, bad := range []string{"", "a", "a/b", "/nomination/p", "s/nomination/", "a/b/c/d"} {
		if _, ok := meeting.ParseRequirementKey(bad); ok {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}
