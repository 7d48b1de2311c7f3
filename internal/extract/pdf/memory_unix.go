//go:build unix

package pdf

import (
	"context"
	"sync"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// arena has instances take their memory from the system and give it back when they close. On Go's heap each of them
// would be cleared before its use, copied when it grows, and stay until the next collection.
type arena struct {
	mu      sync.Mutex
	killing int
	waiting []*memory
}

// context is for making instances with.
func (a *arena) context(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(a.allocate))
}

// allocate gives an instance its place: addresses alone, which nobody may touch yet. They are no memory, and no limit on
// memory counts them.
func (a *arena) allocate(_, most uint64) experimental.LinearMemory {
	space, err := unix.Mmap(-1, 0, int(most), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		space = nil // the instance then gets no memory, and is not made
	}
	return &memory{arena: a, space: space}
}

// kill runs f, which kills an instance and waits until its call has ended. The library frees a killed instance's memory
// at once, while the call may still be running in it: until f is done nothing is really given back.
func (a *arena) kill(f func()) {
	a.mu.Lock()
	a.killing++
	a.mu.Unlock()
	f()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.killing--; a.killing == 0 {
		for _, m := range a.waiting {
			m.unmap()
		}
		a.waiting = nil
	}
}

type memory struct {
	arena *arena
	space []byte
	open  uint64 // how many of its first bytes may be touched
}

// Reallocate gives the first size bytes. It gives nil when there are not so many or the system has no memory for them:
// the instance's request then fails.
func (m *memory) Reallocate(size uint64) []byte {
	if m.space == nil || size > uint64(len(m.space)) {
		return nil
	}
	if size > m.open {
		if err := unix.Mprotect(m.space[:size], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			return nil
		}
		m.open = size
	}
	return m.space[:size]
}

// Free gives the memory back, now or when nobody is being killed.
func (m *memory) Free() {
	m.arena.mu.Lock()
	defer m.arena.mu.Unlock()
	if m.arena.killing > 0 {
		m.arena.waiting = append(m.arena.waiting, m)
		return
	}
	m.unmap()
}

func (m *memory) unmap() {
	if m.space != nil {
		_ = unix.Munmap(m.space)
		m.space = nil
	}
}
