//go:build !goexperiment.simd || !amd64

package encoder

// block gives the sums of the first whole numbers of each vector and row.
func block(x, w []float32, width, whole, count, rows int, to []float32) {
	plainBlock(x, w, width, whole, count, rows, to)
}
