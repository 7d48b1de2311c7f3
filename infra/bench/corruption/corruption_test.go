package corruption

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The same seed breaks a file in the same way, nearly always so that it differs, and the original stays whole.
func TestCorrupt(t *testing.T) {
	data, other := bytes.Repeat([]byte("dossier "), 100), bytes.Repeat([]byte{0, 1, 2, 3}, 100)
	whole := bytes.Clone(data)
	ways := map[string]int{}
	changed := 0
	for seed := range uint64(100) {
		a, how := corrupt(rand.New(rand.NewPCG(seed, 0)), data, other)
		b, _ := corrupt(rand.New(rand.NewPCG(seed, 0)), data, other)
		if !bytes.Equal(a, b) {
			t.Fatalf("seed %d: two results", seed)
		}
		ways[how]++
		if !bytes.Equal(a, data) {
			changed++
		}
	}
	if len(ways) != 3 || changed < 95 || !bytes.Equal(data, whole) {
		t.Errorf("%v, %d changed", ways, changed)
	}
	if got, how := corrupt(rand.New(rand.NewPCG(1, 0)), []byte("x"), other); string(got) != "x" || how != "as it is" {
		t.Errorf("%q %s", got, how)
	}
}
