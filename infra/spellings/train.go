package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/fold/spelling"
)

// segment is letters of another script and Latin ones that stand for each other.
type segment struct{ foreign, latin string }

// model is the chances of segments, and those of single letters by themselves.
type model struct {
	segments       map[segment]float64
	foreign, latin map[string]float64
}

const (
	rounds = 8
	// rare is the count under which a segment is left out in a round, and at the end.
	rare, rareAtLast = 0.05, 0.7
	// spread is how far two ends of a segment may lie apart at first, as shares of the words.
	spread = 0.35
)

// shapes are how many foreign and Latin letters a segment may have.
func shapes() [][2]int {
	return [][2]int{{1, 0}, {0, 1}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {2, 1}, {2, 2}, {2, 3}}
}

// train finds the chances of segments by expectation maximization (Deligne and Bimbot, "Inference of variable-length linguistic
// and acoustic units by multigrams", 1997).
func train(ctx context.Context, pairs []pair) (*model, error) {
	m := &model{segments: map[segment]float64{}, foreign: map[string]float64{}, latin: map[string]float64{}}
	counts := map[segment]float64{}
	for _, p := range pairs {
		f, l := []rune(p.foreign), p.latin
		for i := range len(f) + 1 {
			for j := range len(l) + 1 {
				for _, s := range shapes() {
					far := math.Abs(float64(i)/float64(len(f)) - float64(j)/float64(len(l)))
					if i+s[0] <= len(f) && j+s[1] <= len(l) && far < spread {
						counts[segment{string(f[i : i+s[0]]), l[j : j+s[1]]}] += math.Pow10(-s[0] - s[1])
					}
				}
			}
		}
		for _, r := range f {
			m.foreign[string(r)]++
		}
		for _, r := range l {
			m.latin[string(r)]++
		}
	}
	m.segments = shares(counts)
	m.foreign, m.latin = shares(m.foreign), shares(m.latin)
	for n := range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		counts = map[segment]float64{}
		for _, p := range pairs {
			m.count(p, counts)
		}
		least := rare
		if n == rounds-1 {
			least = rareAtLast
		}
		maps.DeleteFunc(counts, func(_ segment, c float64) bool { return c < least })
		m.segments = shares(counts)
	}
	return m, nil
}

// shares turns counts into shares of their sum, added in one order so that they are the same each time.
func shares[K comparable](counts map[K]float64) map[K]float64 {
	keys := slices.Collect(maps.Keys(counts))
	slices.SortFunc(keys, func(a, b K) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	sum := 0.0
	for _, k := range keys {
		sum += counts[k]
	}
	for _, k := range keys {
		counts[k] /= sum
	}
	return counts
}

// count adds how often each segment is expected in a pair.
func (m *model) count(p pair, counts map[segment]float64) {
	f, l := []rune(p.foreign), p.latin
	forward, backward := grid(len(f), len(l)), grid(len(f), len(l))
	forward[0][0], backward[len(f)][len(l)] = 1, 1
	for i := range len(f) + 1 {
		for j := range len(l) + 1 {
			for _, s := range shapes() {
				if s[0] <= i && s[1] <= j {
					forward[i][j] += forward[i-s[0]][j-s[1]] * m.segments[segment{string(f[i-s[0] : i]), l[j-s[1] : j]}]
				}
			}
		}
	}
	whole := forward[len(f)][len(l)]
	if whole == 0 {
		return
	}
	for i := len(f); i >= 0; i-- {
		for j := len(l); j >= 0; j-- {
			for _, s := range shapes() {
				if i+s[0] > len(f) || j+s[1] > len(l) {
					continue
				}
				is := segment{string(f[i : i+s[0]]), l[j : j+s[1]]}
				after := m.segments[is] * backward[i+s[0]][j+s[1]]
				backward[i][j] += after
				if c := forward[i][j] * after / whole; c > 0 {
					counts[is] += c
				}
			}
		}
	}
}

func grid(m, n int) [][]float64 {
	g := make([][]float64, m+1)
	for i := range g {
		g[i] = make([]float64, n+1)
	}
	return g
}

// byHand is the chance of a foreign letter of a table by hand.
const byHand = 1.0 / 40

// add adds the segments of a table by hand that nothing was learned of. A line has foreign letters and the ways to write them,
// the commonest first: each is taken to be half as common as the one before it.
func (m *model) add(table string) {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		chance := cmp.Or(m.foreign[f[0]], byHand) / 2
		for _, latin := range f[1:] {
			if is := (segment{f[0], latin}); m.segments[is] == 0 {
				m.segments[is] = chance
			}
			chance /= 2
		}
		if utf8.RuneCountInString(f[0]) == 1 && m.foreign[f[0]] == 0 {
			m.foreign[f[0]] = byHand
		}
	}
}

// text writes a model as spelling.Parse reads it.
func (m *model) text(script string, bar float64) string {
	lines := []string{fmt.Sprintf("%s\tbar\t%.2f\n", script, bar)}
	for s, chance := range m.segments {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%.2f\n", script, s.foreign, s.latin, math.Log(chance)))
	}
	for r, chance := range m.foreign {
		lines = append(lines, fmt.Sprintf("%s\t%s\t=\t%.2f\n", script, r, math.Log(chance)))
	}
	for _, r := range alphabet {
		lines = append(lines, fmt.Sprintf("%s\t=\t%c\t%.2f\n", script, r, math.Log(max(m.latin[string(r)], common()[r]/2, 1e-4))))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// common is how often each Latin letter stands in names, for a script without pairs: about as in the Russian pairs.
func common() map[rune]float64 {
	const order = "aeinorlstdmhukgbcvyzpfjwxq"
	all := map[rune]float64{}
	for i, r := range order {
		all[r] = 0.11 * math.Pow(0.87, float64(i))
	}
	return all
}

const (
	// defaultBar is the bar of a script without pairs.
	defaultBar = 7.5
	// mostTaken is how many of a million pairs at random may be taken for one, and random how many are tried.
	mostTaken, random = 75, 400_000
)

// atRandom gives the odds of pairs at random, the highest first.
func atRandom(m *spelling.Model, pairs []pair) []float64 {
	r := rand.New(rand.NewPCG(3, 4))
	var odds []float64
	for range random {
		a, b := pairs[r.IntN(len(pairs))], pairs[r.IntN(len(pairs))]
		if a.foreign == b.foreign || a.latin == b.latin {
			odds = append(odds, math.Inf(-1))
			continue
		}
		odds = append(odds, m.Best(a.foreign, b.latin))
	}
	slices.SortFunc(odds, func(a, b float64) int { return cmp.Compare(b, a) })
	return odds
}

// barOf is the lowest bar at which few enough pairs at random are taken for one.
func barOf(m *spelling.Model, known []pair) float64 {
	return math.Ceil(100*atRandom(m, known)[mostTaken*random/1_000_000]) / 100
}

// measure gives the share of pairs that are told, and how many of a million at random are.
func measure(m *spelling.Model, unseen []pair, bar float64) (told, taken float64) {
	for _, p := range unseen {
		if m.Best(p.foreign, p.latin) >= bar {
			told++
		}
	}
	for _, o := range atRandom(m, unseen) {
		if o >= bar {
			taken++
		}
	}
	return told / float64(len(unseen)), taken * 1_000_000 / random
}
