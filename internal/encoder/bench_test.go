package encoder

import "testing"

func BenchmarkProducts(b *testing.B) {
	x, w, to := make([]float32, 256*384), make([]float32, 384*384), make([]float32, 256*384)
	for i := range x {
		x[i] = float32(i%7) / 7
	}
	for i := range w {
		w[i] = float32(i%5) / 5
	}
	b.Run("block", func(b *testing.B) {
		for b.Loop() {
			products(x, w, 384, nil, to)
		}
		b.ReportMetric(2*256*384*384*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainBlock(x, w, 384, 384, 256, 384, to)
		}
		b.ReportMetric(2*256*384*384*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
}
