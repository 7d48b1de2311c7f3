package encoder

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
)

// mostRemembered is how many readings are kept: a document is matched again when a roster changes or a write collides.
const mostRemembered = 256

// memory keeps the last readings. It is safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	known map[key]Reading
}

// key tells papers apart by all that is read of them.
type key [sha256.Size]byte

func (t tokens) key(people int) key {
	b := binary.LittleEndian.AppendUint32(nil, uint32(people))
	for i, id := range t.ids {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
		for _, p := range t.people[i] {
			b = append(b, byte(p))
		}
		b = append(b, 0xff)
	}
	return sha256.Sum256(binary.LittleEndian.AppendUint32(b, uint32(t.body)))
}

func (m *memory) get(k key) (Reading, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.known[k]
	return r.clone(), ok
}

func (m *memory) keep(k key, r Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= mostRemembered {
		m.known = map[key]Reading{}
	}
	m.known[k] = r.clone()
}

// clone gives a copy that shares nothing.
func (r Reading) clone() Reading {
	r.Acts, r.People = slices.Clone(r.Acts), slices.Clone(r.People)
	return r
}
