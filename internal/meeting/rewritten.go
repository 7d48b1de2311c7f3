package meeting

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// rewrittenMark stands before the id in the key of an object that was rewritten.
const rewrittenMark = ".as-"

// RewrittenKey is the key of a copy of a decision or a roster file from which somebody was erased. S3 gives a new version
// a new time, and a new version is another object. So the copy's key says for which object version the copy stands, and
// when that was put. Erasing somebody else from a copy changes its content alone.
func (o Object) RewrittenKey() string {
	if _, _, ok := o.Rewritten(); ok {
		return o.Key
	}
	ext := path.Ext(o.Key)
	return fmt.Sprintf("%s%s%s-%d%s", strings.TrimSuffix(o.Key, ext), rewrittenMark, o.ID(), o.Time.Unix(), ext)
}

// Rewritten gives the id of the object version for which a copy stands, and when that was put; false for any other
// object. Nobody but the secretariat can put files where copies are.
func (o Object) Rewritten() (id string, at time.Time, ok bool) {
	if !strings.HasPrefix(o.Key, "decisions/") && !strings.HasPrefix(o.Key, "roster/") {
		return "", time.Time{}, false
	}
	_, mark, found := strings.Cut(path.Base(o.Key), rewrittenMark)
	id, rest, cut := strings.Cut(mark, "-")
	second, _, _ := strings.Cut(rest, ".")
	seconds, err := strconv.ParseInt(second, 10, 64)
	if !found || !cut || err != nil || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", time.Time{}, false
	}
	return id, time.Unix(seconds, 0).UTC(), true
}

// Name is the last part of the key; of a copy, that of the object for which it stands.
func (o Object) Name() string {
	name := path.Base(o.Key)
	if _, _, ok := o.Rewritten(); ok {
		before, mark, _ := strings.Cut(name, rewrittenMark)
		_, ext, _ := strings.Cut(mark, ".")
		return strings.TrimSuffix(before+"."+ext, ".")
	}
	return name
}

// Dated gives the object with the time of that for which it stands, if it is a copy.
func (o Object) Dated() Object {
	if _, at, ok := o.Rewritten(); ok {
		o.Time = at
	}
	return o
}
