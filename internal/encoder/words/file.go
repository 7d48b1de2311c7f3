package words

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
)

//go:embed weights.bin
var embedded []byte

// magic begins a file of weights. After it come, for papers and for people, the bias and the scale (float32) and the
// weights in parts of the scale (int16), all little-endian.
const magic = "DOSSWRD1"

var errWeights = errors.New("the file of weights is damaged")

// shared is made once a process.
var shared = sync.OnceValues(func() (*Model, error) { return load(embedded) })

// Shared gives the model that the program holds, the same one to everybody. It fails only when the program was built
// with a damaged file.
func Shared() (*Model, error) { return shared() }

func load(data []byte) (*Model, error) {
	m := &Model{}
	r := bytes.NewReader(data)
	head := make([]byte, len(magic))
	if _, err := r.Read(head); err != nil || string(head) != magic || r.Len() != 2*(8+2*size) {
		return nil, fmt.Errorf("load model of words: %w", errWeights)
	}
	for _, part := range []struct {
		weights *[size]float32
		bias    *float32
	}{{&m.paper, &m.biasPaper}, {&m.person, &m.biasPerson}} {
		var numbers [2]float32
		var steps [size]int16
		if err := errors.Join(binary.Read(r, binary.LittleEndian, &numbers), binary.Read(r, binary.LittleEndian, &steps)); err != nil {
			return nil, fmt.Errorf("load model of words: %w", err)
		}
		*part.bias = numbers[0]
		for i, s := range steps {
			part.weights[i] = float32(s) * numbers[1]
		}
	}
	return m, nil
}

// Bytes gives the model as a file of weights.
func (m *Model) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	for _, part := range []struct {
		weights *[size]float32
		bias    float32
	}{{&m.paper, m.biasPaper}, {&m.person, m.biasPerson}} {
		most := float32(1e-6)
		for _, w := range part.weights {
			most = max(most, float32(math.Abs(float64(w))))
		}
		scale := most / math.MaxInt16
		steps := make([]int16, size)
		for i, w := range part.weights {
			steps[i] = int16(math.Round(float64(w / scale)))
		}
		// A buffer takes everything.
		_ = binary.Write(&b, binary.LittleEndian, [2]float32{part.bias, scale})
		_ = binary.Write(&b, binary.LittleEndian, steps)
	}
	return b.Bytes()
}
