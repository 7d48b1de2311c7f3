package meeting_test

import (
	"testing"
	"time"

	"dossier/internal/meeting"
)

func TestLinkUse(t *testing.T) {
	now := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	limits := meeting.LinkLimits{Files: 2, Bytes: 100, Begun: 2}
	type step struct {
		document string // "" begins an upload in parts
		size     int64
		want     bool
	}
	for name, test := range map[string]struct {
		limits        meeting.LinkLimits
		steps         []step
		full, refused bool
		first         string
	}{
		"files":           {limits, []step{{"a", 1, true}, {"b", 1, true}, {"c", 1, false}, {"d", 1, false}}, true, true, "c"},
		"up to the limit": {limits, []step{{"a", 1, true}, {"b", 1, true}}, true, false, ""},
		"once each":       {limits, []step{{"a", 1, true}, {"a", 1, true}, {"a", 1, true}, {"b", 1, true}, {"a", 1, true}}, true, false, ""},
		"over stays over": {limits, []step{{"a", 60, true}, {"b", 41, false}, {"b", 41, false}}, true, true, "b"},
		"bytes":           {limits, []step{{"a", 60, true}, {"b", 40, true}, {"c", 1, false}}, true, true, "c"},
		"begun":           {limits, []step{{"", 1, true}, {"", 1, true}, {"", 1, false}, {"a", 1, true}}, false, true, ""},
		"begun too large": {limits, []step{{"a", 60, true}, {"", 41, false}, {"", 40, true}}, false, true, ""},
		"begun when full": {limits, []step{{"a", 1, true}, {"b", 1, true}, {"", 1, false}}, true, true, ""},
		"no limit":        {meeting.LinkLimits{}, []step{{"a", 999, true}, {"b", 999, true}, {"c", 1, true}, {"", 999, true}, {"", 1, true}}, false, false, ""},
	} {
		u := &meeting.LinkUse{}
		for i, s := range test.steps {
			got := false
			if s.document == "" {
				got = u.Begin(s.size, test.limits, now)
			} else {
				got = u.Take(s.document, s.size, test.limits, now)
			}
			if got != s.want {
				t.Errorf("%s, step %d: %v", name, i, got)
			}
		}
		if u.Full(test.limits) != test.full || u.Refused != test.refused || u.First != test.first {
			t.Errorf("%s: %+v", name, u)
		}
		if u.Expires != now.AddDate(0, 0, 14).Unix() {
			t.Errorf("%s: it is kept until %d", name, u.Expires)
		}
	}
}
