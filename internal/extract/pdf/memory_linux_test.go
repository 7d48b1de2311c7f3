package pdf

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/klippa-app/go-pdfium"
)

// counted is how many KiB of memory the system counts for this process, touched or not (proc_pid_status(5), VmData).
func counted(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var n int
		if _, err := fmt.Sscanf(line, "VmData: %d kB", &n); err == nil {
			return n
		}
	}
	t.Fatal("the system does not say it")
	return 0
}

func TestInstanceCountsForWhatItUses(t *testing.T) {
	const most, part = 4 << 30, 64 << 20
	var a arena
	before := counted(t)
	m := a.allocate(0, most)
	if got := counted(t) - before; got > part>>10 {
		t.Errorf("an instance that uses nothing counts %d KiB", got)
	}
	m.Reallocate(part)[part-1] = 1
	if got := counted(t) - before; got < part>>10 || got > 2*part>>10 {
		t.Errorf("an instance that uses %d KiB counts %d", part>>10, got)
	}
	if m.Reallocate(most+1) != nil {
		t.Error("got more than the most")
	}
	m.Free()
	if got := counted(t) - before; got > part>>11 {
		t.Errorf("an instance that was closed counts %d KiB", got)
	}
}

func TestNoMemoryForAnInstance(t *testing.T) {
	var a arena
	p, err := made(func() (pdfium.Pdfium, error) {
		buffer := a.allocate(0, 1<<62).Reallocate(1 << 20)
		_ = buffer[:1<<20] // as the library does
		return nil, nil
	})
	if p != nil || err == nil {
		t.Errorf("got %v, %v, want an error", p, err)
	}
}
