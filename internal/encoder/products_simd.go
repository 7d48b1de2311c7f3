//go:build goexperiment.simd && amd64

package encoder

import (
	"simd/archsimd"
	"unsafe"
)

// block gives the sums of the first whole numbers of each vector and row, where the processor has AVX2 by its vector
// instructions.
func block(x, w []float32, width, whole, count, rows int, to []float32) {
	if !archsimd.X86.AVX2() || whole == 0 || count < 2 || rows < 2 {
		plainBlock(x, w, width, whole, count, rows, to)
		return
	}
	// Sixteen vectors stay in the nearest cache while the rows pass by: memory is slower than the processor.
	const chunk = 16
	sums := make([]tile, chunk/2*(rows/2))
	for from := 0; from < count; from += chunk {
		n := min(count-from, chunk)
		x, to := x[from*width:(from+n)*width], to[from*rows:(from+n)*rows]
		tiles(x, w, width, whole, n/2, rows/2, sums)
		spread(sums, n/2, rows, to)
		// The last of an odd number of vectors or rows.
		if n%2 > 0 {
			plainBlock(x[(n-1)*width:], w, width, whole, 1, rows, to[(n-1)*rows:])
		}
		if rows%2 > 0 {
			for i := range n {
				var last [1]float32
				plainBlock(x[i*width:], w[(rows-1)*width:], width, whole, 1, 1, last[:])
				to[i*rows+rows-1] = last[0]
			}
		}
	}
}

// tile is the sums of two vectors with two rows: of the first vector, then of the second.
type tile [4]float32

// tiles computes two rows by two vectors at a time: with more sums than four the compiler runs out of registers. Between
// its vector instructions stand no others: the processor takes long to change from one kind to the other.
//
//go:norace
func tiles(x, w []float32, width, whole, pairs, rowPairs int, sums []tile) {
	for j := range rowPairs {
		b0, b1 := parts(w, 2*j*width, whole), parts(w, (2*j+1)*width, whole)
		for i := range pairs {
			s0, s1, s2, s3 := fourDots(parts(x, 2*i*width, whole), parts(x, (2*i+1)*width, whole), b0, b1)
			first := halves(s0).AddPairs(halves(s1))
			second := halves(s2).AddPairs(halves(s3))
			first.AddPairs(second).Store((*[4]float32)(&sums[i*rowPairs+j]))
		}
	}
	archsimd.ClearAVXUpperBits()
}

// halves adds the upper half of the partial sums to the lower one.
func halves(s archsimd.Float32x8) archsimd.Float32x4 { return s.GetLo().Add(s.GetHi()) }

// spread puts the sums in their places.
func spread(sums []tile, pairs, rows int, to []float32) {
	for i := range pairs {
		first, second := to[2*i*rows:(2*i+1)*rows], to[(2*i+1)*rows:(2*i+2)*rows]
		for j, t := range sums[i*(rows/2) : (i+1)*(rows/2)] {
			first[2*j], first[2*j+1] = t[0], t[1]
			second[2*j], second[2*j+1] = t[2], t[3]
		}
	}
}

// fourDots gives the partial sums of two vectors with two rows.
//
//go:norace
func fourDots(a0, a1, b0, b1 [][lanes]float32) (s0, s1, s2, s3 archsimd.Float32x8) {
	a0, a1, b1 = a0[:len(b0)], a1[:len(b0)], b1[:len(b0)]
	for k := range b0 {
		q, r := archsimd.LoadFloat32x8(&b0[k]), archsimd.LoadFloat32x8(&b1[k])
		p := archsimd.LoadFloat32x8(&a0[k])
		s0 = s0.Add(p.Mul(q))
		s1 = s1.Add(p.Mul(r))
		p = archsimd.LoadFloat32x8(&a1[k])
		s2 = s2.Add(p.Mul(q))
		s3 = s3.Add(p.Mul(r))
	}
	return s0, s1, s2, s3
}

// parts gives size numbers from a place on, a register's worth each. The size is a multiple of lanes.
func parts(x []float32, from, size int) [][lanes]float32 {
	x = x[from : from+size]
	return unsafe.Slice((*[lanes]float32)(unsafe.Pointer(unsafe.SliceData(x))), size/lanes)
}
