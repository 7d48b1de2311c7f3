package meeting

import (
	"log/slog"
	"slices"
	"time"
)

// LinkLimits say what one upload link may bring in on one day, in UTC. 0 is no limit.
type LinkLimits struct {
	Files int
	Bytes int64
	// Begun are uploads in parts that were begun, ended or not.
	Begun int
}

// LinkUse counts what came by one upload link on the day on which it was sent.
type LinkUse struct {
	Meeting string `json:"meeting"`
	// Link names the link without opening anything.
	Link string `json:"link"`
	// Participant is whose link it is.
	Participant string `json:"participant,omitempty"`
	Day         string `json:"day"` // see Day
	// Files are the ids of the documents that were counted, so that one which comes again is counted once.
	Files []string `json:"files,omitempty"`
	Bytes int64    `json:"bytes,omitempty"`
	Begun int      `json:"begun,omitempty"`
	// First is the id of the first document over the limit.
	First string `json:"first,omitempty"`
	// Refused: the limit has stopped something today.
	Refused bool `json:"refused,omitempty"`
	// Expires is when the count is of no use any more, in Unix seconds.
	Expires int64 `json:"ttl"`
	Rev     int   `json:"rev"`
}

// linkUseKept is how long a count stays in the table after its last change: as long as a message can wait in a queue.
const linkUseKept = 14 * 24 * time.Hour

// Take counts a document and reports whether the link may bring it in. One that is over the limit is not counted, and
// the first such is noted.
func (u *LinkUse) Take(document string, size int64, l LinkLimits, now time.Time) bool {
	if slices.Contains(u.Files, document) {
		return true
	}
	u.Expires = now.Add(linkUseKept).Unix()
	if l.Files > 0 && len(u.Files) >= l.Files || l.Bytes > 0 && u.Bytes+size > l.Bytes {
		u.Refused = true
		if u.First == "" {
			u.First = document
		}
		return false
	}
	u.Files, u.Bytes = append(u.Files, document), u.Bytes+size
	return true
}

// Begin counts an upload in parts that is begun, and reports whether it may be.
func (u *LinkUse) Begin(size int64, l LinkLimits, now time.Time) bool {
	u.Expires = now.Add(linkUseKept).Unix()
	if u.Full(l) || l.Begun > 0 && u.Begun >= l.Begun || l.Bytes > 0 && u.Bytes+size > l.Bytes {
		u.Refused = true
		return false
	}
	u.Begun++
	return true
}

// Full reports whether the link brings in nothing more today.
func (u *LinkUse) Full(l LinkLimits) bool {
	return u.First != "" || l.Files > 0 && len(u.Files) >= l.Files || l.Bytes > 0 && u.Bytes >= l.Bytes
}

// LogValue gives ids alone.
func (u LinkUse) LogValue() slog.Value {
	return slog.StringValue(u.Meeting + " " + u.Link + " " + u.Day)
}
