package encoder

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := Shared()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sample is a paper with what the trainer's own network says of it (infra/train/check.py).
type sample struct {
	Meeting, File, Subject, Sender, Text string
	People                               [][][2]int
	IDs                                  []int32
	First, Acts, Chances                 []float64
	Nominates                            float64
}

func (s sample) paper() Paper {
	p := Paper{Meeting: s.Meeting, FileName: s.File, Subject: s.Subject, Sender: s.Sender, Text: s.Text}
	for _, spans := range s.People {
		var q Person
		for _, x := range spans {
			q.Spans = append(q.Spans, Span{x[0], x[1]})
		}
		p.People = append(p.People, q)
	}
	return p
}

func samples(t *testing.T) []sample {
	t.Helper()
	data, err := os.ReadFile("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	if err := json.Unmarshal(data, &all); err != nil || len(all) < 6 {
		t.Fatalf("%d samples, %v", len(all), err)
	}
	return all
}

// Pieces, vectors and answers are those of the trainer's network with the same weights.
func TestAsTrained(t *testing.T) {
	r := reader(t)
	for i, s := range samples(t) {
		tokens := r.pieces.encode(s.paper())
		if !slices.Equal(tokens.ids, s.IDs) {
			t.Errorf("%d: pieces %v, want %v", i, tokens.ids, s.IDs)
			continue
		}
		x, err := r.net.run(t.Context(), tokens)
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range s.First {
			if math.Abs(float64(x[j])-want) > 1e-3 {
				t.Errorf("%d: number %d of the vector is %v, want %v", i, j, x[j], want)
			}
		}
		got, err := r.Read(t.Context(), s.paper())
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, got, want []float64) {
			for j := range want {
				if math.Abs(got[j]-want[j]) > 1e-3 {
					t.Errorf("%d: %s %v, want %v", i, what, got, want)
					return
				}
			}
		}
		same("acts", got.Acts, s.Acts)
		same("people", got.People, s.Chances)
		same("nominates", []float64{got.Nominates}, []float64{s.Nominates})
	}
}

// Every way to compute products gives the same bits.
func TestProductsAreTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(random.NormFloat64())
		}
		return x
	}
	for range 50 {
		width, count, rows := 1+random.IntN(70), 1+random.IntN(11), 1+random.IntN(9)
		x, w, bias := numbers(width*count), numbers(width*rows), numbers(rows)
		got := make([]float32, count*rows)
		products(x, w, width, bias, got)
		want := make([]float32, count*rows)
		whole := width / lanes * lanes
		plainBlock(x, w, width, whole, count, rows, want)
		for i := range count {
			for j := range rows {
				exact := float64(bias[j])
				for k := range width {
					exact += float64(x[i*width+k]) * float64(w[j*width+k])
				}
				if math.Abs(float64(got[i*rows+j])-exact) > 1e-4 {
					t.Fatalf("%d by %d, width %d: %v, want %v", count, rows, width, got[i*rows+j], exact)
				}
				sum := want[i*rows+j]
				for k := whole; k < width; k++ {
					sum += float32(x[i*width+k] * w[j*width+k])
				}
				if sum += bias[j]; sum != got[i*rows+j] {
					t.Fatalf("%d by %d, width %d: %v, and %v the plain way", count, rows, width, got[i*rows+j], sum)
				}
			}
		}
	}
}

func TestBounds(t *testing.T) {
	r := reader(t)
	long := Paper{Meeting: strings.Repeat("meeting ", 500), Text: strings.Repeat("word Name ", 5000)}
	for i := range 20 {
		long.People = append(long.People, Person{Spans: []Span{{10*i + 5, 10*i + 9}, {40_000, 40_004}, {1 << 30, 1<<30 + 1}, {-5, -1}}})
	}
	if n := len(r.pieces.encode(long).ids); n > mostTokens {
		t.Errorf("%d tokens", n)
	}
	got, err := r.Read(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.People) != 20 || got.People[0] == 0 || got.People[19] != 0 || len(got.Acts) != len(Acts()) {
		t.Errorf("%+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, long); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if got, err := r.Read(t.Context(), Paper{}); err != nil || math.IsNaN(got.Nominates) {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

func TestDamagedWeights(t *testing.T) {
	for name, data := range map[string][]byte{"none": nil, "another file": []byte("%PDF-1.7 and no more"), "cut": embedded[:len(embedded)/2],
		"longer": append(slices.Clone(embedded), 0), "sizes": append([]byte(magic), make([]byte, 24)...)} {
		if _, err := load(data); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

func FuzzPieces(f *testing.F) {
	r := reader(f)
	f.Add("Dear all,\nMs Ana Sow will come.", 10, 19)
	f.Add("تتشرف الوزارة بترشيح \xff\xfe السيد", 3, 9)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		got := r.pieces.encode(Paper{Text: text, Subject: text, People: []Person{{Spans: []Span{{from, to}}}}})
		if len(got.ids) > mostTokens || len(got.ids) != len(got.people) || got.ids[0] != begin || got.ids[len(got.ids)-1] != end {
			t.Errorf("%d tokens", len(got.ids))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := reader(b)
	text := strings.Repeat("The Ministry has the honour to nominate Ms Wambui Njoroge for the meeting. ", 60)
	for _, size := range []int{600, 3000} {
		b.Run(map[int]string{600: "note", 3000: "letter"}[size], func(b *testing.B) {
			p := Paper{Meeting: "Expert meeting, Nairobi, 4 May 2027", Text: text[:size], People: []Person{{Spans: []Span{{40, 58}}}}}
			b.ReportAllocs()
			b.ReportMetric(float64(len(r.pieces.encode(p).ids)), "tokens")
			for b.Loop() {
				if _, err := r.net.run(b.Context(), r.pieces.encode(p)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(embedded); err != nil {
			b.Fatal(err)
		}
	}
}
