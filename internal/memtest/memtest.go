// Package memtest measures memory in tests.
package memtest

import "runtime"

// Allocated is how many bytes a function allocates, with what others allocate at the time.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
