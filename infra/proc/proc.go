// Package proc reads what the kernel says of this process.
package proc

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The memory that a process holds, and the most that it has held (proc(5), "/proc/pid/status").
const (
	Resident = "VmRSS"
	Peak     = "VmHWM"
)

// Memory gives one of the two in bytes. It fails where there is no /proc.
func Memory(field string) (int, error) { return MemoryOf(os.Getpid(), field) }

// MemoryOf is Memory of another process.
func MemoryOf(pid int, field string) (int, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read process status: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb << 10, err
		}
	}
	return 0, errors.New("process status has no " + field)
}
