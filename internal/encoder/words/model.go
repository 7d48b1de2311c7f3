package words

import (
	"context"
	"math"
	"math/rand/v2"

	"dossier/internal/encoder"
)

// Model is a trained model. The zero Model knows nothing.
type Model struct {
	paper, person [size]float32
	// The biases are the scores of a paper, and of a person, without features.
	biasPaper, biasPerson float32
}

// Read reads a paper. It never fails.
func (m *Model) Read(_ context.Context, p encoder.Paper) (encoder.Reading, error) {
	paper, people := read(p)
	r := encoder.Reading{Nominates: sigmoid(score(&m.paper, m.biasPaper, paper))}
	for _, q := range people {
		r.People = append(r.People, sigmoid(score(&m.person, m.biasPerson, q)))
	}
	return r, nil
}

func score(w *[size]float32, bias float32, list []feature) float64 {
	s := float64(bias)
	for _, f := range list {
		s += float64(w[f.at]) * float64(f.value)
	}
	return s
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Example is a paper with its labels.
type Example struct {
	encoder.Paper
	Nominates bool
	Nominated []bool // by person
}

// Train makes a model: logistic regressions by stochastic gradient descent with a step a weight (AdaGrad). The same
// examples make the same model.
func Train(examples []Example) *Model {
	type row struct {
		list []feature
		y    float64
	}
	var papers, people []row
	for _, x := range examples {
		f, list := read(x.Paper)
		papers = append(papers, row{f, truth(x.Nominates)})
		for i, q := range list {
			if !x.Nominates {
				break // the chance is that of a person in a paper that nominates
			}
			people = append(people, row{q, truth(x.Nominated[i])})
		}
	}
	m := &Model{}
	fit := func(rows []row, w *[size]float32, bias *float32) {
		const epochs, rate, decay = 20, 0.15, 2e-5
		random := rand.New(rand.NewPCG(1, 2))
		var g [size]float32
		gb := float32(1e-6)
		for range epochs {
			for _, i := range random.Perm(len(rows)) {
				r := rows[i]
				d := float32(sigmoid(score(w, *bias, r.list)) - (0.02 + 0.96*r.y))
				for _, f := range r.list {
					v := d*f.value + decay*w[f.at]
					g[f.at] += v * v
					w[f.at] -= rate * v / float32(math.Sqrt(float64(g[f.at]+1e-6)))
				}
				gb += d * d
				*bias -= rate * d / float32(math.Sqrt(float64(gb)))
			}
		}
	}
	fit(papers, &m.paper, &m.biasPaper)
	fit(people, &m.person, &m.biasPerson)
	return m
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
