// Package memory reads how much memory a process uses. It needs Linux's /proc.
package memory

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Resident returns how many bytes of memory a process holds now.
func Resident(pid int) (int, error) { return status(pid, "VmRSS") }

// Peak returns the most bytes of memory that a process has held since its start.
func Peak(pid int) (int, error) { return status(pid, "VmHWM") }

// status reads a field of /proc/<pid>/status (proc(5)) in bytes.
func status(pid int, field string) (int, error) {
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
