package rtf

import "dossier/internal/extract/content"

// pict is a picture that is being read. Its bytes stand in hex behind its last control word, or as they are (\bin).
type pict struct {
	depth         int // of its group
	from, to      int
	raw           bool
	width, height int // in twips
	wide, high    int // in pixels
	scaleX        int // in percent
	scaleY        int
}

// twipsPerPoint and pixels are how large a unit of each is.
const (
	twipsPerPoint  = 20
	pointsPerPixel = 0.75
)

// pictured begins a picture, if it may be a page.
func (p *parser) pictured() {
	p.pict = nil
	if !p.apart && !p.hidden {
		p.pict = &pict{depth: len(p.stack), scaleX: 100, scaleY: 100}
	}
}

// drawn takes a control word of the picture that is being read.
func (p *parser) drawn(word string, n int) {
	if p.pict == nil || len(p.stack) != p.pict.depth {
		return
	}
	d := p.pict
	if !d.raw {
		d.from = 0
	}
	switch word {
	case "picw":
		d.wide = n
	case "pich":
		d.high = n
	case "picwgoal":
		d.width = n
	case "pichgoal":
		d.height = n
	case "picscalex":
		d.scaleX = n
	case "picscaley":
		d.scaleY = n
	case "bin":
		d.raw, d.from, d.to = true, p.at, min(len(p.data), p.at+max(0, n))
	}
}

// digit takes a character of the picture that is being read.
func (p *parser) digit() {
	if p.pict != nil && len(p.stack) == p.pict.depth && !p.pict.raw {
		if p.pict.from == 0 {
			p.pict.from = p.at - 1
		}
		p.pict.to = p.at
	}
}

// shown ends the picture that is being read, if its group ends.
func (p *parser) shown() {
	d := p.pict
	if d == nil || len(p.stack) != d.depth {
		return
	}
	p.pict = nil
	if d.from == 0 || d.to <= d.from {
		return
	}
	size := func(twips, pixels, percent int) float64 {
		if twips <= 0 {
			return float64(pixels) * pointsPerPixel * float64(percent) / 100
		}
		return float64(twips) / twipsPerPoint * float64(percent) / 100
	}
	data := p.data[d.from:d.to]
	bytes := func(most int64) ([]byte, error) { return unhex(data, most), nil }
	if d.raw {
		bytes = func(most int64) ([]byte, error) { return data[:min(int64(len(data)), most)], nil }
	}
	p.flow.Picture(content.Picture{
		Width:  size(d.width, d.wide, d.scaleX),
		Height: size(d.height, d.high, d.scaleY),
		Inline: !p.floats,
		Bytes:  bytes,
	})
}

// unhex reads the first bytes of a text in hex, at most so many. It passes over blanks and line ends.
func unhex(text []byte, most int64) []byte {
	out := make([]byte, 0, min(int64(len(text)/2), most))
	high, half := byte(0), false
	for _, c := range text {
		var v byte
		switch {
		case c >= '0' && c <= '9':
			v = c - '0'
		case c >= 'a' && c <= 'f':
			v = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			v = c - 'A' + 10
		default:
			continue
		}
		if half {
			if int64(len(out)) == most {
				break
			}
			out = append(out, high<<4|v)
		}
		high, half = v, !half
	}
	return out
}
