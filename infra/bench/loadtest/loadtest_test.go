package loadtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dossier/internal/meeting"
)

// What the log and the mails say is counted; a mail that was sent twice, and a half-written line, too.
func TestCounts(t *testing.T) {
	var c counts
	c.countLog([]byte(`{"msg":"roster","result":"loaded"}
{"DocumentsFiled":1,"UploadToFiled":1500}
{"msg":"mail sent","mail":{"id":"receipt-1"}}
{"msg":"mail sent","mail":{"id":"receipt-1"}}
{"msg":"mail sent","mail":{"id":"complete-1"}}
{"DocumentsFiled":1,"Uploa`))
	for _, name := range []string{"receipt-1.eml", "complete-1.eml", "review-1.eml", "receipt-2.eml.part"} {
		c.countMail(name)
	}
	if !c.loaded || c.filed != 1 || c.repeated != 1 || c.receipts != 1 || c.completes != 1 || c.others != 1 {
		t.Errorf("%+v", c)
	}
	if len(c.times) != 1 || c.times[0] != 1500*time.Millisecond {
		t.Errorf("times %v", c.times)
	}
}

func TestCheck(t *testing.T) {
	o := options{sessions: 2, each: 3}
	right := counts{filed: 6, receipts: 6, completes: 2}
	for name, test := range map[string]struct {
		change func(*counts)
		kill   bool
		fails  bool
	}{
		"right":              {func(*counts) {}, false, false},
		"a receipt missing":  {func(c *counts) { c.receipts-- }, false, true},
		"one more session":   {func(c *counts) { c.completes++ }, false, true},
		"another mail":       {func(c *counts) { c.others++ }, true, true},
		"filed twice":        {func(c *counts) { c.filed++ }, false, true},
		"mailed twice":       {func(c *counts) { c.repeated++ }, false, true},
		"twice after a kill": {func(c *counts) { c.filed++; c.repeated++ }, true, false},
	} {
		c, o := right, o
		test.change(&c)
		o.kill = test.kill
		if err := check(c, o); (err != nil) != test.fails {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every presenter has a name and a line of their own.
func TestRoster(t *testing.T) {
	yaml, csv := roster(20, 10)
	names := map[string]bool{}
	for line := range strings.Lines(string(csv)) {
		names[strings.Split(line, ",")[1]] = true
	}
	if len(names) != 201 || strings.Count(string(yaml), "{id: s") != 20 { // the head of the table is one
		t.Errorf("%d names\n%s", len(names), yaml)
	}
}

// Each thing that is not exactly as it must be after kills is found.
func TestEnd(t *testing.T) {
	o := options{sessions: 1, each: 2, kills: 1}
	right := func() *end {
		e := &end{sent: map[string]int{"receipt-1": 1, "receipt-2": 1, "receipt-3": 1, "complete-1": 2}, counts: counts{receipts: 3, completes: 1},
			sessions: []*meeting.Session{{Complete: true, Epoch: 1}}}
		for i, key := range []string{"a", "a", "b"} { // an upload whose answer was lost came twice
			v := meeting.Object{Key: key, Version: fmt.Sprint(i)}
			d := &meeting.Document{ID: v.ID(), Object: v}
			d.Status = map[bool]meeting.Status{true: meeting.Superseded, false: meeting.Filed}[i == 0]
			e.versions, e.documents = append(e.versions, v), append(e.documents, d)
		}
		return e
	}
	if err := right().check(o); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*end){
		"an upload without a record":  func(e *end) { e.documents = e.documents[1:] },
		"a record without an upload":  func(e *end) { e.versions = e.versions[1:] },
		"two records":                 func(e *end) { e.documents = append(e.documents, e.documents[0]) },
		"a file that never came":      func(e *end) { e.versions[2].Key = "a" },
		"both versions filed":         func(e *end) { e.documents[0].Status = meeting.Filed },
		"one in review":               func(e *end) { e.documents[0].Status = meeting.Review },
		"none filed":                  func(e *end) { e.documents[2].Status = meeting.Superseded },
		"a second epoch":              func(e *end) { e.sessions[0].Epoch = 2 },
		"not complete":                func(e *end) { e.sessions[0].Complete = false },
		"something outstanding":       func(e *end) { e.sessions[0].Outstanding = 1 },
		"a session missing":           func(e *end) { e.sessions = nil },
		"a receipt missing":           func(e *end) { e.counts.receipts-- },
		"a completeness mail twice":   func(e *end) { e.counts.completes++ },
		"a mail to review":            func(e *end) { e.counts.others++ },
		"a mail sent three times":     func(e *end) { e.sent["receipt-1"] = 3 },
		"more sent twice than killed": func(e *end) { e.sent["receipt-1"] = 2 },
	} {
		e := right()
		spoil(e)
		if err := e.check(o); err == nil {
			t.Errorf("%s is not found", name)
		}
	}
}
