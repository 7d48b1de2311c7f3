package encoder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The file of weights, as infra/train writes it, all numbers little-endian:
//
//	"DOSSENC1", six uint32: pieces, layers, layers before people are marked, width, width of the feed-forward part, tokens
//	each piece: its length in bytes (uint8), its score (float32), its bytes (UTF-8)
//	matrices of words and places, a norm; of each layer q, k, v, ao, fi, fo as matrices with their biases, and two norms
//	the mark of a person; heads of the acts, of nominating, of people, each with its bias
//
// A matrix has a row for each output: the rows' scales (float32), then the rows (int8). Everything else is float32.
const magic = "DOSSENC1"

var errWeights = errors.New("the file of weights is damaged")

// source reads the file of weights from its beginning. After an error it gives zeros.
type source struct {
	data []byte
	err  error
}

func (s *source) take(n int) []byte {
	if n < 0 || n > len(s.data) {
		s.err = errWeights
		return make([]byte, max(0, min(n, 1<<24)))
	}
	b := s.data[:n]
	s.data = s.data[n:]
	return b
}

func (s *source) floats(n int) []float32 {
	b := s.take(4 * n)
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

// matrix holds its numbers in 8 bits: a table from which few rows are taken.
type matrix struct {
	scales []float32
	rows   []byte
	width  int
}

func (s *source) matrix(rows, width int) matrix {
	return matrix{s.floats(rows), s.take(rows * width), width}
}

// addRow adds a row to a vector.
func (m matrix) addRow(i int, to []float32) {
	for j, q := range m.rows[i*m.width : (i+1)*m.width] {
		to[j] += m.scales[i] * float32(int8(q))
	}
}

// whole gives all numbers, row by row.
func (m matrix) whole() []float32 {
	out := make([]float32, len(m.rows))
	for i := range m.scales {
		m.addRow(i, out[i*m.width:(i+1)*m.width])
	}
	return out
}

// load decodes a file of weights.
func load(data []byte) (*Reader, error) {
	s := &source{data: data}
	if string(s.take(len(magic))) != magic {
		return nil, fmt.Errorf("load encoder: %w", errWeights)
	}
	var n [6]int
	sizes := s.take(4 * len(n))
	for i := range n {
		n[i] = int(binary.LittleEndian.Uint32(sizes[4*i:]))
	}
	count, layers, marked, width, inner, places := n[0], n[1], n[2], n[3], n[4], n[5]
	if s.err != nil || count > 1<<18 || layers > 12 || marked > layers || width != headWidth*heads || inner > 1<<12 || places != mostTokens {
		return nil, fmt.Errorf("load encoder: %w", errWeights)
	}
	r := &Reader{pieces: pieces{at: make(map[string]int32, count), scores: make([]float32, count)}}
	least := float32(0)
	for i := range count {
		size := int(s.take(1)[0])
		score := s.floats(1)[0]
		piece := string(s.take(size))
		r.pieces.at[piece], r.pieces.scores[i] = int32(i), score
		r.pieces.longest = max(r.pieces.longest, len([]rune(piece)))
		least = min(least, score)
		if s.err != nil {
			return nil, fmt.Errorf("load encoder: %w", s.err)
		}
	}
	r.pieces.least = float64(least) - 10
	r.net = network{marked: marked, words: s.matrix(count+first, width), places: s.matrix(places, width),
		norm: s.norm(width)}
	for range layers {
		l := layer{q: s.product(width, width), k: s.product(width, width), v: s.product(width, width), out: s.product(width, width)}
		l.inner, l.outer = s.product(inner, width), s.product(width, inner)
		l.after, l.last = s.norm(width), s.norm(width)
		r.net.layers = append(r.net.layers, l)
	}
	r.net.mark = s.floats(width)
	acts := len(Acts())
	r.net.acts = head{s.floats(acts * 2 * width), s.floats(acts)}
	r.net.nominates = head{s.floats(2 * width), s.floats(1)}
	r.net.people = head{s.floats(2 * width), s.floats(1)}
	if s.err != nil || len(s.data) > 0 {
		return nil, fmt.Errorf("load encoder: %w", errWeights)
	}
	return r, nil
}

func (s *source) norm(width int) scaling { return scaling{s.floats(width), s.floats(width)} }

func (s *source) product(outputs, inputs int) product {
	return product{s.matrix(outputs, inputs).whole(), s.floats(outputs), inputs}
}
