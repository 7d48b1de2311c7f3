// Package encoder is the small trained reader of papers: what a paper does, and who of the people named in it is
// nominated. It is multilingual-e5-small (MIT), cut to ten layers and to the word pieces that papers have, and tuned on
// labelled papers by `make train`. It is pure Go and asks nobody.
package encoder

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"sync"

	"dossier/internal/meeting"
)

//go:embed weights.bin
var embedded []byte

// Span is where something stands in a text, in bytes.
type Span struct{ From, To int }

// Person is one person, by the places where the text names that person.
type Person struct {
	Spans []Span
	// Signs are what the roster has of the person and the paper has too. The encoder does without them; the reader by words
	// takes them.
	Signs []string
}

// Paper is one document as a reader takes it. Meeting is the title, town and dates of the meeting; Subject and Sender are those of the mail
// that it came with.
type Paper struct {
	Meeting, FileName, Subject, Sender, Text string
	People                                   []Person
	// Signs are what the paper has of the meeting. The encoder does without them.
	Signs []string
}

// Reading is what the encoder says of one paper, as chances from 0 to 1.
type Reading struct {
	// Acts are the chances of each act, in the order of Acts; they add up to 1. None from a reader that tells no acts apart.
	Acts []float64
	// Nominates is the chance that the paper nominates somebody for the meeting.
	Nominates float64
	// People are the chances that each person is nominated. Somebody named beyond the part of the text that is read, or
	// beyond the first twelve, has the chance 0.
	People []float64
}

// Acts are the acts that are told apart, in the order of the weights.
func Acts() []meeting.Act { return meeting.Acts() }

// Reader reads papers. It is safe for concurrent use.
type Reader struct {
	pieces pieces
	net    network
	read   memory
}

// shared is made once a process. Nothing is set as the process starts: so a program that never asks for it does not hold
// the weights.
var shared struct {
	once   sync.Once
	reader *Reader
	err    error
}

// Shared gives the Reader of the weights that the program holds, the same one to everybody. It takes some tens of
// milliseconds and 90 MB the first time. It fails only when the program was built with a damaged file.
func Shared() (*Reader, error) {
	shared.once.Do(func() { shared.reader, shared.err = load(embedded) })
	return shared.reader, shared.err
}

// Read reads a paper; of its text the first 500 word pieces or so. Of a paper that was read just before, the answer is
// remembered. It fails only when the context ends.
func (r *Reader) Read(ctx context.Context, p Paper) (Reading, error) {
	if err := ctx.Err(); err != nil {
		return Reading{}, fmt.Errorf("read paper: %w", err)
	}
	t := r.pieces.encode(p)
	key := t.key(len(p.People))
	if known, ok := r.read.get(key); ok {
		return known, nil
	}
	x, err := r.net.run(ctx, t)
	if err != nil {
		return Reading{}, fmt.Errorf("read paper: %w", err)
	}
	said := r.net.answer(x, t, len(p.People))
	r.read.keep(key, said)
	return said, nil
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softmax makes chances of scores.
func softmax(scores []float64) []float64 {
	most := math.Inf(-1)
	for _, s := range scores {
		most = max(most, s)
	}
	sum := 0.0
	out := make([]float64, len(scores))
	for i, s := range scores {
		out[i] = math.Exp(s - most)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
