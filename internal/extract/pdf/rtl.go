package pdf

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// glyph is one character of a page as it was drawn. Lengths are in points, from the page's lower left corner.
type glyph struct {
	r           rune
	x, y        float64 // where the pen stood: the left end of the base line
	left, right float64 // of the room that it takes, or of its ink where the font does not say
	size        float64 // of the font, as it shows
}

// cluster is what stands at one place: a letter with its marks, or the letters of one ligature, as they are read.
type cluster struct {
	runes       []rune
	class       class
	x           float64
	left, right float64
	size        float64
}

// class is a character's part in the direction of a line.
type class int

const (
	neutral class = iota // blanks, most punctuation
	rightward
	leftward // Arabic, Hebrew, Syriac
	number
)

// hasLeftward tells whether a text has letters that are read from the right.
func hasLeftward(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return classOf(r) == leftward })
}

func classOf(r rune) class {
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.R, bidi.AL:
		return leftward
	case bidi.L:
		return rightward
	case bidi.EN, bidi.AN:
		return number
	default:
		return neutral
	}
}

// readingOrder gives the text of a page's glyphs as it is read, for the lines that hold letters read from the right: it
// looks where each glyph was drawn, and not in which order the file has them. A file may have a line in the order of
// reading, or of drawing, or word by word in either, and PDFium guesses. Other lines stay in the order given. Lines are
// parted by glyphs that are line ends.
func readingOrder(glyphs []glyph) string {
	var b strings.Builder
	page := mostlyLeftward(glyphs)
	for i, line := range lines(glyphs) {
		if i > 0 {
			b.WriteByte('\n')
		}
		if !slices.ContainsFunc(line, func(g glyph) bool { return classOf(g.r) == leftward }) || !spanOf(line).level() || spelled(line) {
			for _, g := range line {
				b.WriteRune(g.r)
			}
			continue
		}
		b.WriteString(logical(withBlanks(clusters(line), line), page || mostlyLeftward(line)))
	}
	return b.String()
}

// lines parts the glyphs at the line ends, and joins the parts of one line: PDFium ends a line where the file goes back
// to the right for the words before.
func lines(glyphs []glyph) [][]glyph {
	var all [][]glyph
	var last span // of the last line
	for len(glyphs) > 0 {
		n := slices.IndexFunc(glyphs, func(g glyph) bool { return g.r == '\n' })
		line, rest := glyphs, []glyph(nil)
		if n >= 0 {
			line, rest = glyphs[:n], glyphs[n+1:]
		}
		line = slices.DeleteFunc(slices.Clone(line), func(g glyph) bool { return g.r == '\r' })
		here := spanOf(line)
		if k := len(all) - 1; k >= 0 && last.continues(here) {
			all[k] = append(all[k], line...)
			last.join(here, all[k])
		} else {
			all, last = append(all, line), here
		}
		glyphs = rest
	}
	return all
}

// span is where a line stands. It grows with the line, so that a line of many parts is not looked at again for each.
type span struct {
	glyphs      int
	letters     bool // it has letters that are read from the right
	marks       bool // it has nothing but marks and blanks
	first, size float64
	low, high   float64 // of the pens, marks left out
	left, right float64
	base        float64 // the height of most letters
	told        int     // of how many glyphs base was told
}

func spanOf(line []glyph) span {
	s := span{marks: true, low: math.Inf(1), high: math.Inf(-1), base: baseline(line), glyphs: len(line), told: len(line)}
	if len(line) > 0 {
		s.first = line[0].size
	}
	for _, g := range line {
		mark := unicode.Is(unicode.Mn, g.r)
		s.letters = s.letters || classOf(g.r) == leftward
		s.marks = s.marks && (mark || unicode.IsSpace(g.r))
		if !mark && !unicode.IsSpace(g.r) {
			s.low, s.high, s.size = min(s.low, g.y), max(s.high, g.y), max(s.size, g.size)
		}
	}
	s.left, s.right = extent(line)
	return s
}

// join takes a part to the line, which then has all these glyphs. Of a long line the base is told again only when it has
// grown by an eighth.
func (s *span) join(part span, line []glyph) {
	s.glyphs, s.letters, s.marks = len(line), s.letters || part.letters, s.marks && part.marks
	s.low, s.high, s.size = min(s.low, part.low), max(s.high, part.high), max(s.size, part.size)
	s.left, s.right = min(s.left, part.left), max(s.right, part.right)
	const short = 256
	if s.glyphs <= short || s.glyphs > s.told+s.told/8 {
		s.base, s.told = baseline(line), s.glyphs
	}
}

// level tells whether the line is drawn on one base line: text that stands upright or runs in a circle is not.
func (s span) level() bool { return s.high-s.low <= s.size }

// continues tells whether b is a part of the line: it stands on the same base line or a little over or under it, as
// marks and stacked letters do, and within the line or no further than two blanks away. Both are read from the right, or b
// has nothing but marks.
func (s span) continues(b span) bool {
	if s.glyphs == 0 || b.glyphs == 0 || !s.level() || !b.level() {
		return false
	}
	if !s.letters || !b.letters && !b.marks {
		return false
	}
	if math.Abs(s.base-b.base) > s.first/2 {
		return false
	}
	return max(b.left-s.right, s.left-b.right) < s.first
}

// baseline is the height of most letters of a line.
func baseline(line []glyph) float64 {
	var all []float64
	for _, g := range line {
		if !unicode.IsSpace(g.r) {
			all = append(all, g.y)
		}
	}
	if len(all) == 0 {
		return math.NaN()
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func extent(line []glyph) (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	for _, g := range line {
		if !unicode.IsSpace(g.r) {
			left, right = min(left, g.left), max(right, g.right)
		}
	}
	return left, right
}

// longestLigature is how many letters one glyph stands for: that of God's name has four.
const longestLigature = 4

// spelled tells whether a glyph of a line stands for a whole text: then the places tell nothing of the order of letters.
func spelled(line []glyph) bool {
	n := 0
	for i, g := range line {
		if i > 0 && (g.x != line[i-1].x || g.y != line[i-1].y) {
			n = 0
		}
		if unicode.IsLetter(g.r) {
			n++
		}
		if n > longestLigature {
			return true
		}
	}
	return false
}

// clusters gives what a line shows, from left to right, without its blanks.
func clusters(line []glyph) []cluster {
	var all []cluster
	var marks []glyph
	for i := 0; i < len(line); {
		n := i + 1
		for n < len(line) && line[n].x == line[i].x && line[n].y == line[i].y {
			n++
		}
		group := slices.DeleteFunc(slices.Clone(line[i:n]), func(g glyph) bool { return unicode.IsSpace(g.r) })
		forward := i == 0 || line[i-1].x < line[i].x
		i = n
		switch {
		case len(group) == 0:
		case !slices.ContainsFunc(group, func(g glyph) bool { return !unicode.Is(unicode.Mn, g.r) }):
			marks = append(marks, group...)
		default:
			all = append(all, join(group, forward))
		}
	}
	slices.SortStableFunc(all, func(a, b cluster) int { return cmp.Compare(a.x, b.x) })
	untangle(all)
	all = onceEach(all)
	for _, m := range marks {
		attach(all, m)
	}
	return all
}

// join gives the glyphs that share a place as they are read. PDFium parts the room of a ligature among its letters, the
// first at the right, or gives all of them the whole room: then their order is that of the file, turned round where
// the line was.
func join(group []glyph, forward bool) cluster {
	c := cluster{x: group[0].x, left: group[0].x, right: math.Inf(-1)}
	leftwards := slices.ContainsFunc(group, func(g glyph) bool { return classOf(g.r) == leftward })
	if leftwards && !forward {
		slices.Reverse(group)
	}
	if leftwards {
		slices.SortStableFunc(group, func(a, b glyph) int {
			return cmp.Or(cmp.Compare(markLast(a.r), markLast(b.r)), cmp.Compare(b.left, a.left), lamFirst(a.r, b.r))
		})
	}
	for _, g := range group {
		c.runes = append(c.runes, g.r)
		c.left, c.right, c.size = min(c.left, g.left), max(c.right, g.right), max(c.size, g.size)
		if k := classOf(g.r); c.class == neutral {
			c.class = k
		}
	}
	return c
}

func markLast(r rune) int {
	if unicode.Is(unicode.Mn, r) {
		return 1
	}
	return 0
}

// lamFirst orders the two letters of the one ligature that every Arabic font has: there is none of alef before lam.
func lamFirst(a, b rune) int {
	switch {
	case a == 'ل' && strings.ContainsRune("اأإآٱ", b):
		return -1
	case b == 'ل' && strings.ContainsRune("اأإآٱ", a):
		return 1
	}
	return 0
}

// attach puts a mark to the letter that it shares a place with, else to the one that it was drawn over.
func attach(all []cluster, mark glyph) {
	middle := (mark.left + mark.right) / 2
	best, least := -1, math.Inf(1)
	from, to := around(all, mark)
	for i := from; i < to; i++ {
		c := all[i]
		d := math.Abs((c.left+c.right)/2 - middle)
		if c.x == mark.x && d < mark.size/2 {
			all[i].left, all[i].right = min(c.left, mark.left), max(c.right, mark.right)
			best = i
			break
		}
		if c.class == leftward && d < least {
			best, least = i, d
		}
	}
	if best >= 0 {
		all[best].runes = append(all[best].runes, mark.r)
	}
}

// around gives the letters near a mark. Of a long line, only these are compared with it.
func around(all []cluster, mark glyph) (from, to int) {
	const reach = 256
	at, _ := slices.BinarySearchFunc(all, mark.x, func(c cluster, x float64) int { return cmp.Compare(c.x, x) })
	return max(0, at-reach), min(len(all), at+reach)
}

// onceEach leaves out a letter that a mark's glyph names again: some fonts name a mark by the letter and the mark, and
// draw it over that letter.
func onceEach(all []cluster) []cluster {
	var out []cluster
	for i, c := range all {
		near := append(slices.Clone(out[max(0, len(out)-2):]), all[i+1:min(len(all), i+3)]...)
		again := func(other cluster) bool {
			over := min(c.right, other.right) - max(c.left, other.left)
			return other.runes[0] == c.runes[0] && over > (c.right-c.left)*3/5 && other.right-other.left > c.right-c.left
		}
		if len(c.runes) > 1 && unicode.Is(unicode.Mn, c.runes[1]) && slices.ContainsFunc(near, again) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// untangle puts lam before an alef that was drawn into it as a glyph of its own, a little to the right of it.
func untangle(all []cluster) {
	for i := 1; i < len(all); i++ {
		lam, alef := all[i-1], all[i]
		if lam.is("ل") && alef.is("اأإآٱ") && lam.right-alef.left > min(lam.right-lam.left, alef.right-alef.left)/2 {
			all[i-1], all[i] = alef, lam
		}
	}
}

// mostlyLeftward tells whether at least half of the letters are read from the right.
func mostlyLeftward(glyphs []glyph) bool {
	letters := map[class]int{}
	for _, g := range glyphs {
		letters[classOf(g.r)]++
	}
	return letters[leftward] >= letters[rightward]
}

// logical gives a line as it is read, from its clusters from left to right. It turns round what UAX #9 (the Unicode
// Bidirectional Algorithm) does to show it: within a line that is read from the right, words in other letters and
// numbers run from the left, and the other way round.
func logical(all []cluster, fromRight bool) string {
	var out []cluster
	if fromRight {
		for i := len(all); i > 0; {
			n := island(all[:i])
			out = append(out, all[i-n:i]...)
			i -= n
		}
		mirror(out)
	} else {
		for i := 0; i < len(all); {
			n := leftwardRun(all[i:])
			part := slices.Clone(all[i : i+n])
			if n > 1 || part[0].class == leftward {
				part = turned(part)
			}
			out = append(out, part...)
			i += n
		}
	}
	var b strings.Builder
	for _, c := range out {
		for _, r := range c.runes {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// turned gives a run that is read from the right as it is read.
func turned(run []cluster) []cluster {
	var out []cluster
	for i := len(run); i > 0; {
		n := island(run[:i])
		out = append(out, run[i-n:i]...)
		i -= n
	}
	mirror(out)
	return out
}

// island gives the length of the part at the right end that keeps its order when all else is turned round: words in
// Latin letters with what stands between them, a number. Anything else is one cluster long.
func island(all []cluster) int {
	last := len(all) - 1
	if all[last].class != rightward && all[last].class != number {
		if n := len(all); n > 1 && all[n-1].is("%‰°") && all[n-2].class == number {
			return 1 + island(all[:n-1])
		}
		return 1
	}
	begin := last // of the part, which begins and ends with a letter or a digit
	for i := last - 1; i >= 0; i-- {
		switch all[i].class {
		case leftward:
			return last - begin + 1
		case rightward, number:
			if begin-i == 1 || joins(all[i], all[i+1:begin], all[begin]) {
				begin = i
				continue
			}
			return last - begin + 1
		}
	}
	return last - begin + 1
}

// joins tells whether what stands between two letters or digits belongs to them: anything beside a letter, and between
// two digits what parts the numbers of a date or a reference.
func joins(a cluster, between []cluster, b cluster) bool {
	if a.class == rightward || b.class == rightward {
		return true
	}
	return len(between) == 1 && between[0].is("/.,:-'٫٬–")
}

func (c cluster) is(any string) bool {
	return len(c.runes) == 1 && strings.ContainsRune(any, c.runes[0])
}

// leftwardRun gives the length of the part at the left end that is read from the right: from one such letter to the
// last before a letter of the other kind. It is 1 when it begins with anything else.
func leftwardRun(all []cluster) int {
	if all[0].class != leftward {
		return 1
	}
	end := 0
	for i, c := range all {
		switch c.class {
		case leftward:
			end = i
		case rightward:
			return end + 1
		}
	}
	return end + 1
}

// mirror turns brackets round when they stand the wrong way: a file may name them by how they look or by what they do.
func mirror(all []cluster) {
	const open, closing = "([{«", ")]}»"
	depth, wrong := 0, false
	for _, c := range all {
		switch {
		case c.is(open):
			depth++
		case c.is(closing):
			depth--
			wrong = wrong || depth < 0
		}
	}
	if !wrong || depth != 0 {
		return
	}
	opens, closes := []rune(open), []rune(closing)
	for i, c := range all {
		if c.is(open) {
			all[i].runes = []rune{closes[slices.Index(opens, c.runes[0])]}
		} else if c.is(closing) {
			all[i].runes = []rune{opens[slices.Index(closes, c.runes[0])]}
		}
	}
}

// withBlanks puts a blank where there is room for one: a little where the file has one too, more where it has none.
func withBlanks(all []cluster, line []glyph) []cluster {
	var blanks []float64
	for _, g := range line {
		if unicode.IsSpace(g.r) {
			blanks = append(blanks, (g.left+g.right)/2)
		}
	}
	slices.Sort(blanks)
	var out []cluster
	for i, c := range all {
		if i > 0 {
			p := all[i-1]
			gap, em := c.left-p.right, max(c.size, p.size)
			from, _ := slices.BinarySearch(blanks, p.right-em/8)
			said := from < len(blanks) && blanks[from] <= c.left+em/8
			if gap > em*9/50 || said && gap > em/8 {
				out = append(out, cluster{runes: []rune{' '}})
			}
		}
		out = append(out, c)
	}
	return out
}
