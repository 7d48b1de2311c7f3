package content

import (
	"cmp"
	"slices"
	"strings"
)

// Box is a rectangle on a slide, from its upper left corner, in any one unit.
type Box struct{ X, Y, W, H float64 }

// Block is one shape's text and place.
type Block struct {
	Text string
	Box
	// Placed is false when nobody knows where the shape is.
	Placed bool
}

// ReadingOrder joins the blocks as a person reads a slide: rows from the top, and in a row from the left, or from the
// right when the slide's letters go that way. Blocks are in one row when the middle of each lies within the other.
// Blocks without a place keep theirs in the file, at the end.
func ReadingOrder(blocks []Block) string {
	var placed, others []Block
	letters, rtl := 0, 0
	for _, b := range blocks {
		if b.Placed {
			placed = append(placed, b)
		} else {
			others = append(others, b)
		}
		for _, r := range b.Text {
			switch {
			case r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfefc: // Hebrew and Arabic
				rtl++
				letters++
			case r > 'A':
				letters++
			}
		}
	}
	across := func(a, b Block) int { return cmp.Compare(a.X, b.X) }
	if 2*rtl > letters {
		across = func(a, b Block) int { return cmp.Compare(b.X+b.W, a.X+a.W) }
	}
	slices.SortStableFunc(placed, func(a, b Block) int { return cmp.Or(cmp.Compare(a.Y, b.Y), across(a, b)) })
	var texts []string
	for i := 0; i < len(placed); {
		row := i + 1
		for row < len(placed) && sameRow(placed[i].Box, placed[row].Box) {
			row++
		}
		slices.SortStableFunc(placed[i:row], across)
		for _, b := range placed[i:row] {
			texts = append(texts, b.Text)
		}
		i = row
	}
	for _, b := range others {
		texts = append(texts, b.Text)
	}
	return strings.Join(texts, "\n")
}

func sameRow(a, b Box) bool {
	middle, other := b.Y+b.H/2, a.Y+a.H/2
	return middle >= a.Y && middle <= a.Y+a.H && other >= b.Y && other <= b.Y+b.H
}
