package loadtest

import (
	"strings"
	"testing"
	"time"
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
