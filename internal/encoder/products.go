package encoder

// lanes is how many partial sums a product has: those of a 256-bit register. All ways to compute it add in one order, so
// that a paper is read alike on every processor.
const lanes = 8

// products gives, for each vector of x and each row of w, both of a width, the sum of their products and the row's bias.
func products(x, w []float32, width int, bias, to []float32) {
	rows, count := len(w)/width, len(x)/width
	whole := width / lanes * lanes
	block(x, w, width, whole, count, rows, to)
	for i := range count {
		for j := range rows {
			sum := to[i*rows+j]
			for k := whole; k < width; k++ {
				sum += float32(x[i*width+k] * w[j*width+k])
			}
			if bias != nil {
				sum += bias[j]
			}
			to[i*rows+j] = sum
		}
	}
}

// plainBlock is block without special instructions.
//
//go:norace
func plainBlock(x, w []float32, width, whole, count, rows int, to []float32) {
	for j := range rows {
		b := w[j*width : j*width+whole]
		for i := range count {
			a := x[i*width : i*width+whole]
			var s [lanes]float32
			for k := 0; k+lanes <= len(a) && k+lanes <= len(b); k += lanes {
				p, q := a[k:k+lanes:k+lanes], b[k:k+lanes:k+lanes]
				s[0] += float32(p[0] * q[0]) // the conversion keeps the processor from fusing both steps
				s[1] += float32(p[1] * q[1])
				s[2] += float32(p[2] * q[2])
				s[3] += float32(p[3] * q[3])
				s[4] += float32(p[4] * q[4])
				s[5] += float32(p[5] * q[5])
				s[6] += float32(p[6] * q[6])
				s[7] += float32(p[7] * q[7])
			}
			to[i*rows+j] = sumOf(s)
		}
	}
}

// sumOf adds the partial sums in the one order.
func sumOf(s [lanes]float32) float32 {
	return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
}
