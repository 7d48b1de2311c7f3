package encoder

import (
	"context"
	"math"
)

// heads is how many parts of a vector attend by themselves, headWidth how wide each is.
const heads, headWidth = 12, 32

// network is a transformer encoder (Vaswani and others, 2017; post-norm, as BERT) with three heads on top.
type network struct {
	words, places matrix
	norm          scaling
	layers        []layer
	// marked is the layer before which the tokens of people get the mark.
	marked                  int
	mark                    []float32
	acts, nominates, people head
}

type layer struct {
	q, k, v, out, inner, outer product
	after, last                scaling
}

// product is a matrix with a row for each output, and a bias.
type product struct {
	weights, bias []float32
	inputs        int
}

// scaling is the weight and the bias of a layer norm.
type scaling struct{ weight, bias []float32 }

// head makes scores of a vector.
type head struct{ weights, bias []float32 }

// run gives the vectors of the tokens, one after the other.
func (n *network) run(ctx context.Context, t tokens) ([]float32, error) {
	width, count := n.words.width, len(t.ids)
	x := make([]float32, count*width)
	for i, id := range t.ids {
		row := x[i*width : (i+1)*width]
		n.words.addRow(int(id), row)
		n.places.addRow(i, row)
		n.norm.apply(row)
	}
	w := newWork(count, width, len(n.layers[0].inner.bias))
	for i, l := range n.layers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i == n.marked {
			for j, people := range t.people {
				if len(people) > 0 {
					add(x[j*width:(j+1)*width], n.mark)
				}
			}
		}
		l.run(x, w)
	}
	return x, nil
}

// work is the memory that the layers share.
type work struct {
	count, width                int
	q, k, v, mixed, out, inside []float32
	turned, scores              []float32
}

func newWork(count, width, inner int) *work {
	vectors := func() []float32 { return make([]float32, count*width) }
	return &work{count: count, width: width, q: vectors(), k: vectors(), v: vectors(), mixed: vectors(), out: vectors(),
		inside: make([]float32, count*inner), turned: make([]float32, headWidth*count), scores: make([]float32, count*count)}
}

// run puts vectors through one layer, in place.
func (l *layer) run(x []float32, w *work) {
	l.q.apply(x, w.q)
	l.k.apply(x, w.k)
	l.v.apply(x, w.v)
	w.attend()
	l.out.apply(w.mixed, w.out)
	for i := 0; i < len(x); i += w.width {
		add(x[i:i+w.width], w.out[i:])
		l.after.apply(x[i : i+w.width])
	}
	l.inner.apply(x, w.inside)
	for i, v := range w.inside {
		w.inside[i] = gelu(v)
	}
	l.outer.apply(w.inside, w.out)
	for i := 0; i < len(x); i += w.width {
		add(x[i:i+w.width], w.out[i:])
		l.last.apply(x[i : i+w.width])
	}
}

// attend mixes the values of the tokens by how alike queries and keys are, head by head.
func (w *work) attend() {
	q, k := make([]float32, w.count*headWidth), make([]float32, w.count*headWidth)
	scale := float32(1 / math.Sqrt(headWidth))
	mixed := make([]float32, w.count*headWidth)
	for h := range heads {
		for i := range w.count {
			from := i*w.width + h*headWidth
			copy(q[i*headWidth:], w.q[from:from+headWidth])
			copy(k[i*headWidth:], w.k[from:from+headWidth])
			for j, v := range w.v[from : from+headWidth] {
				w.turned[j*w.count+i] = v
			}
		}
		products(q, k, headWidth, nil, w.scores)
		for i := range w.count {
			attention(w.scores[i*w.count:(i+1)*w.count], scale)
		}
		products(w.scores, w.turned, w.count, nil, mixed)
		for i := range w.count {
			copy(w.mixed[i*w.width+h*headWidth:], mixed[i*headWidth:(i+1)*headWidth])
		}
	}
}

// attention makes shares of scores, in place.
func attention(scores []float32, scale float32) {
	most := float32(math.Inf(-1))
	for _, s := range scores {
		most = max(most, s)
	}
	sum := float32(0)
	for i, s := range scores {
		e := float32(math.Exp(float64((s - most) * scale)))
		scores[i] = e
		sum += e
	}
	for i := range scores {
		scores[i] /= sum
	}
}

// apply multiplies vectors by the matrix.
func (p product) apply(x, to []float32) { products(x, p.weights, p.inputs, p.bias, to) }

// apply brings a vector to mean 0 and variance 1, and scales it.
func (s scaling) apply(x []float32) {
	mean := 0.0
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	variance := 0.0
	for _, v := range x {
		d := float64(v) - mean
		variance += d * d
	}
	scale := 1 / math.Sqrt(variance/float64(len(x))+1e-12)
	for i, v := range x {
		x[i] = float32((float64(v)-mean)*scale)*s.weight[i] + s.bias[i]
	}
}

// gelu is the Gaussian error linear unit in its form with tanh (Hendrycks and Gimpel, 2016).
func gelu(x float32) float32 {
	v := float64(x)
	// tanh(u) by the exponential, which is the faster.
	u := 0.7978845608028654 * (v + 0.044715*v*v*v)
	return float32(v * (1 - 1/(math.Exp(2*u)+1)))
}

func add(to, x []float32) {
	for i := range to {
		to[i] += x[i]
	}
}

// answer gives what the heads say of the vectors of a paper.
func (n *network) answer(x []float32, t tokens, people int) Reading {
	width := n.words.width
	mean := make([]float32, width)
	body := len(t.ids) - 1 - t.body
	for i := t.body; i < len(t.ids)-1; i++ {
		add(mean, x[i*width:(i+1)*width])
	}
	for i := range mean {
		mean[i] /= float32(max(1, body))
	}
	paper := append(append([]float32{}, mean...), x[:width]...)
	r := Reading{Acts: softmax(n.acts.scores(paper)), Nominates: sigmoid(n.nominates.scores(paper)[0]), People: make([]float64, people)}
	sums, counts := make([][]float32, people), make([]int, people)
	for i, named := range t.people {
		for _, p := range named {
			if sums[p] == nil {
				sums[p] = make([]float32, width)
			}
			add(sums[p], x[i*width:(i+1)*width])
			counts[p]++
		}
	}
	for p, sum := range sums {
		if counts[p] == 0 {
			continue
		}
		for i := range sum {
			sum[i] /= float32(counts[p])
		}
		r.People[p] = sigmoid(n.people.scores(append(sum, mean...))[0])
	}
	return r
}

func (h head) scores(x []float32) []float64 {
	out := make([]float64, len(h.bias))
	for i := range out {
		sum := float64(h.bias[i])
		for j, w := range h.weights[i*len(x) : (i+1)*len(x)] {
			sum += float64(w) * float64(x[j])
		}
		out[i] = sum
	}
	return out
}
