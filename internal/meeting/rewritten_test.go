package meeting_test

import (
	"strings"
	"testing"
	"time"

	"dossier/internal/meeting"
)

// A copy of a decision or a roster file is the object for which it stands, with its time; an upload is never one.
func TestRewritten(t *testing.T) {
	at := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	for key, name := range map[string]string{"decisions/m/20310601T120000.000000000Z-ABCD.json": "20310601T120000.000000000Z-ABCD.json", "roster/m.n/participants.csv": "participants.csv", "roster/m/noext": "noext"} {
		o := meeting.Object{Bucket: "b", Key: key, Version: "1", Time: at}
		c := meeting.Object{Bucket: "b", Key: o.RewrittenKey(), Version: "2", Time: at.Add(time.Hour)}
		if c.Key == o.Key || c.ID() != o.ID() || !c.Dated().Time.Equal(at) || c.Name() != name || o.Name() != name || c.RewrittenKey() != c.Key || !o.Dated().Time.Equal(o.Time) {
			t.Errorf("%s: %s is %s of %v", key, c.Key, c.Name(), c.Dated().Time)
		}
		if strings.Contains(c.Key, "/..") || strings.Count(c.Key, "/") != strings.Count(key, "/") {
			t.Errorf("the copy of %s is at %s", key, c.Key)
		}
	}
	id := strings.Repeat("a", 32)
	for _, key := range []string{
		"incoming/m/drop/x.as-" + id + "-5.pptx", "roster/m/x.as-" + id[1:] + "-5.csv", "roster/m/x.as-" + id + "-.csv", "roster/m/x.as-" + id + ".csv",
		"roster/m/x.as-" + strings.Repeat("g", 32) + "-5.csv", "roster/m/x.csv", "decisions.as-" + id + "-5.json",
	} {
		if _, _, ok := (meeting.Object{Key: key}).Rewritten(); ok {
			t.Errorf("%s is taken for a copy", key)
		}
	}
}
