package content

import (
	"strings"
	"sync/atomic"
)

// memory counts the bytes that are held for one document with all that lies in it, those that were decoded and unpacked
// for it, and those of its text.
type memory struct{ held, peak, decoded, text, unpacked atomic.Int64 }

// Fresh gives the same limits for another document. Nothing is held for it yet.
func (l Limits) Fresh() Limits {
	l.memory = &memory{}
	return l
}

// Hold counts bytes of memory that are about to be taken. It fails when the document would then hold too much; nothing
// is counted in that case.
func (l Limits) Hold(bytes int64) error {
	held := l.memory.held.Add(bytes)
	if held > l.Working {
		l.memory.held.Add(-bytes)
		return Over("bytes of memory", l.Working)
	}
	for peak := l.memory.peak.Load(); held > peak && !l.memory.peak.CompareAndSwap(peak, held); {
		peak = l.memory.peak.Load()
	}
	return nil
}

// Release counts bytes of memory that are no longer needed.
func (l Limits) Release(bytes int64) { l.memory.held.Add(-bytes) }

// Held is how many bytes are held now, and Peak the most that were held at one time.
func (l Limits) Held() int64 { return l.memory.held.Load() }

// Peak is the most bytes that were held at one time.
func (l Limits) Peak() int64 { return l.memory.peak.Load() }

// Settle counts a document that has been read: only its text stays, and the papers in it. Before is how much was held when it
// was begun.
func (l Limits) Settle(before int64, c *Content) { l.memory.held.Store(before + c.kept()) }

// kept is how many bytes stay of a content, and of all that lies in it.
func (c *Content) kept() int64 {
	if c == nil {
		return 0
	}
	n := int64(c.text)
	for _, a := range c.Attachments {
		n += int64(len(a.Data)) + a.Content.kept()
	}
	return n
}

// Decode counts the bytes that a picture has once it is decoded, and reports whether that is still within the limit.
func (l Limits) Decode(bytes int64) bool { return l.memory.decoded.Add(bytes) <= l.Decoded }

// Unpack counts bytes that were unpacked.
func (l Limits) Unpack(bytes int64) { l.memory.unpacked.Add(bytes) }

// Unpackable is how many bytes may still be unpacked, of the document and all that lies in it.
func (l Limits) Unpackable() int64 { return max(0, l.Expanded-l.memory.unpacked.Load()) }

// read counts bytes of text, and reports whether all that was read of the document is still within the limit.
func (l Limits) read(bytes int) bool { return l.memory.text.Add(int64(bytes)) <= int64(l.Text) }

// longestDetail bounds the words of a finding, and mostFindings how many a document has.
const (
	longestDetail = 100
	mostFindings  = 200
)

// clip is the beginning of a text, at most so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
