package ocr

import (
	"image"
	"image/draw"
	"math"
	"slices"

	xdraw "golang.org/x/image/draw"
)

// widest is the longest side in pixels of a picture given to an engine: A4 at 300 dpi and something more.
const widest = 3600

// Prepare makes a picture of a page ready to be read: grey, at most 3,600 pixels a side, evenly lit, without specks,
// and straight when it was skewed by up to eight degrees.
func Prepare(picture image.Image) *image.Gray {
	g := grey(picture)
	even(g)
	if specked(g) {
		g = median(g)
	}
	if angle := skew(g); math.Abs(angle) >= 0.2 {
		g = rotate(g, -angle)
	}
	return g
}

// grey converts, and shrinks a picture that is larger than needed.
func grey(picture image.Image) *image.Gray {
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > widest {
		w, h = max(1, w*widest/longest), max(1, h*widest/longest)
		g := image.NewGray(image.Rect(0, 0, w, h))
		xdraw.ApproxBiLinear.Scale(g, g.Rect, picture, b, draw.Src, nil)
		return g
	}
	g := image.NewGray(image.Rect(0, 0, w, h))
	if p, ok := picture.(*image.RGBA); ok { // what PDFium renders
		for y := range h {
			row := p.Pix[(y+b.Min.Y-p.Rect.Min.Y)*p.Stride:]
			for x := range w {
				i := 4 * (x + b.Min.X - p.Rect.Min.X)
				g.Pix[y*g.Stride+x] = uint8((299*int(row[i]) + 587*int(row[i+1]) + 114*int(row[i+2])) / 1000)
			}
		}
		return g
	}
	draw.Draw(g, g.Rect, picture, b.Min, draw.Src)
	return g
}

// even takes shadows away: each pixel is set against the paper around it, which is the brightest of its
// neighbourhood, smoothed. A page that is evenly lit already stays as it is.
func even(g *image.Gray) {
	const cell = 32
	w, h := g.Rect.Dx(), g.Rect.Dy()
	cw, ch := (w+cell-1)/cell, (h+cell-1)/cell
	if cw < 3 || ch < 3 {
		return
	}
	paper := make([]float64, cw*ch)
	var bright []uint8
	for cy := range ch {
		for cx := range cw {
			bright = bright[:0]
			for y := cy * cell; y < min(h, (cy+1)*cell); y += 2 {
				for x := cx * cell; x < min(w, (cx+1)*cell); x += 2 {
					bright = append(bright, g.Pix[y*g.Stride+x])
				}
			}
			slices.Sort(bright)
			paper[cy*cw+cx] = float64(bright[len(bright)*9/10])
		}
	}
	smooth := make([]float64, len(paper))
	low, high := 255.0, 0.0
	for cy := range ch {
		for cx := range cw {
			// A cell full of ink takes its paper from the brightest around it.
			best := 0.0
			for y := max(0, cy-1); y <= min(ch-1, cy+1); y++ {
				for x := max(0, cx-1); x <= min(cw-1, cx+1); x++ {
					best = max(best, paper[y*cw+x])
				}
			}
			smooth[cy*cw+cx] = best
			low, high = min(low, best), max(high, best)
		}
	}
	if low > 0.85*high && high > 230 {
		return
	}
	for y := range h {
		fy := (float64(y)+0.5)/cell - 0.5
		y0 := min(max(int(math.Floor(fy)), 0), ch-1)
		y1, ty := min(y0+1, ch-1), min(max(fy-float64(y0), 0), 1)
		for x := range w {
			fx := (float64(x)+0.5)/cell - 0.5
			x0 := min(max(int(math.Floor(fx)), 0), cw-1)
			x1, tx := min(x0+1, cw-1), min(max(fx-float64(x0), 0), 1)
			p := (smooth[y0*cw+x0]*(1-tx)+smooth[y0*cw+x1]*tx)*(1-ty) + (smooth[y1*cw+x0]*(1-tx)+smooth[y1*cw+x1]*tx)*ty
			i := y*g.Stride + x
			if p < 40 {
				continue // a black area, not paper in the shade
			}
			g.Pix[i] = uint8(min(255, float64(g.Pix[i])*255/p))
		}
	}
}

// specked tells whether many dark pixels stand alone, as they do in noise and not in letters.
func specked(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	dark, alone := 0, 0
	for y := 1; y < h-1; y += 2 {
		for x := 1; x < w-1; x++ {
			i := y*g.Stride + x
			if g.Pix[i] > 128 {
				continue
			}
			dark++
			near := 0
			for _, j := range [8]int{i - 1, i + 1, i - g.Stride, i + g.Stride, i - g.Stride - 1, i - g.Stride + 1, i + g.Stride - 1, i + g.Stride + 1} {
				if g.Pix[j] <= 160 {
					near++
				}
			}
			if near <= 1 {
				alone++
			}
		}
	}
	return dark > 0 && alone*20 > dark
}

// median is the 3 x 3 median filter.
func median(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	copy(out.Pix, g.Pix)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var v [9]uint8
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*g.Stride + x
			copy(v[0:3], g.Pix[i-g.Stride-1:])
			copy(v[3:6], g.Pix[i-1:])
			copy(v[6:9], g.Pix[i+g.Stride-1:])
			for a := 1; a < 9; a++ { // insertion sort: nine values
				for b := a; b > 0 && v[b] < v[b-1]; b-- {
					v[b], v[b-1] = v[b-1], v[b]
				}
			}
			out.Pix[i] = v[4]
		}
	}
	return out
}

// skew estimates by how many degrees the lines of a page run down to the right: the angle at which dark pixels gather
// on the fewest rows.
func skew(g *image.Gray) float64 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	step := max(1, max(w, h)/1000)
	var xs, ys []float64
	for y := 0; y < h; y += step {
		for x := 0; x < w; x += step {
			if g.Pix[y*g.Stride+x] < 128 {
				xs, ys = append(xs, float64(x/step)), append(ys, float64(y/step))
			}
		}
	}
	// Little ink says nothing, and a page that is mostly dark is a photograph.
	if len(xs) < 200 || len(xs)*step*step*2 > w*h {
		return 0
	}
	rows := make([]float64, h/step+w/step+2)
	score := func(degrees float64) float64 {
		clear(rows)
		slope := math.Tan(degrees * math.Pi / 180)
		shift := 0.0
		if slope > 0 {
			shift = slope * float64(w/step)
		}
		for i := range xs {
			r := int(ys[i] - xs[i]*slope + shift)
			if r >= 0 && r < len(rows) {
				rows[r]++
			}
		}
		sum := 0.0
		for i := 1; i < len(rows); i++ {
			d := rows[i] - rows[i-1]
			sum += d * d
		}
		return sum
	}
	best, at := score(0)*1.02, 0.0 // straight, unless something is clearly better
	for d := -8.0; d <= 8; d += 0.5 {
		if s := score(d); s > best {
			best, at = s, d
		}
	}
	for d := at - 0.4; d <= at+0.4; d += 0.1 {
		if s := score(d); s > best {
			best, at = s, d
		}
	}
	return at
}

// rotate turns a page about its middle by degrees, clockwise on the screen when positive; what comes in from outside is
// white.
func rotate(g *image.Gray, degrees float64) *image.Gray {
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	mx, my := float64(w)/2, float64(h)/2
	for y := range h {
		dy := float64(y) - my
		for x := range w {
			dx := float64(x) - mx
			sx, sy := dx*cos+dy*sin+mx, -dx*sin+dy*cos+my
			x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
			if x0 < 0 || y0 < 0 || x0+1 >= w || y0+1 >= h {
				out.Pix[y*out.Stride+x] = 255
				continue
			}
			tx, ty := sx-float64(x0), sy-float64(y0)
			i := y0*g.Stride + x0
			top := float64(g.Pix[i])*(1-tx) + float64(g.Pix[i+1])*tx
			low := float64(g.Pix[i+g.Stride])*(1-tx) + float64(g.Pix[i+g.Stride+1])*tx
			out.Pix[y*out.Stride+x] = uint8(top*(1-ty) + low*ty + 0.5)
		}
	}
	return out
}
