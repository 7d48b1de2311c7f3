package memory

import (
	"os"
	"runtime"
	"testing"
)

func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	resident, err := Resident(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	peak, err := Peak(os.Getpid())
	if err != nil || resident < 1<<20 || peak < resident>>1 {
		t.Errorf("resident %d, peak %d, %v", resident, peak, err)
	}
	if _, err := Peak(-1); err == nil {
		t.Error("a process that does not exist has a peak")
	}
}
