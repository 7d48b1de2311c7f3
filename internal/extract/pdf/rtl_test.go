package pdf

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"dossier/internal/memtest"
)

// drawn gives the glyphs of a line as it shows, from the left: each six points wide, a blank where the line has one.
func drawn(shown string, y float64) []glyph {
	var all []glyph
	x := 100.0
	for _, r := range shown {
		if unicode.Is(unicode.Mn, r) { // over the letter before
			all = append(all, glyph{r: r, x: x - 4, y: y, left: x - 5, right: x - 1, size: 12})
			continue
		}
		all = append(all, glyph{r: r, x: x, y: y, left: x, right: x + 6, size: 12})
		x += 6
	}
	return all
}

// A line is read as it shows, in any order of the file.
func TestReadingOrder(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, shown, want string }{
		{"words", "حالص ديسلا", "السيد صلاح"},
		{"a number", "2026 ةنس", "سنة 2026"},
		{"a date", "12/05/2026 خيراتلا", "التاريخ 12/05/2026"},
		{"a date in the other digits", "١٢/٠٥/٢٠٢٦ خيراتلا", "التاريخ ١٢/٠٥/٢٠٢٦"},
		{"two numbers", "45 12 ماقرالا", "الارقام 12 45"},
		{"a reference", "ب/45 مقر", "رقم 45/ب"},
		{"Latin words", "عامتجالل .Ms Salma Ali, M.A ديسلا", "السيد Ms Salma Ali, M.A. للاجتماع"},
		{"an address", "info@x.org يمسرلا ديربلا", "البريد الرسمي info@x.org"},
		{"a share", "50% ةبسن", "نسبة 50%"},
		{"brackets named by how they look", "(ئلال) تارامالا", "الامارات (لالئ)"},
		{"brackets named by what they do", ")ئلال( تارامالا", "الامارات (لالئ)"},
		{"a mark over its letter", "دِيس", "سيدِ"},
		{"Arabic within English", "Mister ديسلا of 2026", "Mister السيد of 2026"},
		{"two Arabic words within English", "called حالص ديسلا by them", "called السيد صلاح by them"},
		{"Hebrew", "םולש", "שלום"},
		{"English alone", "Salma Ali (2026)", "Salma Ali (2026)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			glyphs := drawn(tt.shown, 700)
			orders := map[string][]glyph{"of drawing": glyphs}
			if hasLeftward(tt.shown) {
				turned := slices.Clone(glyphs)
				slices.Reverse(turned)
				mixed := slices.Clone(glyphs)
				rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
				orders["turned round"], orders["mixed"] = turned, mixed
			}
			for order, line := range orders {
				if got := readingOrder(line); got != tt.want {
					t.Errorf("order %s: got %q, want %q", order, got, tt.want)
				}
			}
		})
	}
}

// A short line of another kind is read in the direction of its page.
func TestDirectionOfThePage(t *testing.T) {
	t.Parallel()
	page := slices.Concat(drawn("ةيقرتلا ريدم حالص ديسلا", 700), []glyph{{r: '\n'}}, drawn("salma.ali@ministry.example :ديرب", 680))
	if got, want := readingOrder(page), "السيد صلاح مدير الترقية\nبريد: salma.ali@ministry.example"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The letters of one glyph are read in the order of the language: صلاح is not صالح.
func TestLigature(t *testing.T) {
	t.Parallel()
	at := func(r rune, x, left, right float64) glyph {
		return glyph{r: r, x: x, y: 700, left: left, right: right, size: 12}
	}
	sad, hah := at('ص', 118, 118, 128), at('ح', 100, 100, 108)
	tests := []struct {
		name   string
		glyphs []glyph
	}{
		{"both have the whole room, turned round", []glyph{sad, at('ا', 108, 108, 118), at('ل', 108, 108, 118), hah}},
		{"both have the whole room, in order", []glyph{hah, at('ل', 108, 108, 118), at('ا', 108, 108, 118), sad}},
		{"the room is parted", []glyph{sad, at('ا', 108, 108, 113), at('ل', 108, 113, 118), hah}},
		{"two glyphs that overlap", []glyph{sad, at('ا', 110, 110, 116), at('ل', 108, 108, 118), hah}},
		{"a blank without room among them", []glyph{sad, at(' ', 118, 118, 118), at('ا', 108, 108, 113), at('ل', 108, 113, 118), hah}},
	}
	for _, tt := range tests {
		if got := readingOrder(tt.glyphs); got != "صلاح" {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

// A glyph that stands for a whole text says it in the file's order, and so does its line.
func TestGlyphOfManyLetters(t *testing.T) {
	t.Parallel()
	var line []glyph
	for _, r := range "habibi" {
		line = append(line, glyph{r: r, x: 62 + 7*float64(len(line)), y: 700, left: 62 + 7*float64(len(line)), right: 69 + 7*float64(len(line)), size: 12})
	}
	for _, r := range " يبيبح" {
		line = append(line, glyph{r: r, x: 62, y: 700, left: 62, right: 69, size: 12})
	}
	if got, want := readingOrder(line), "habibi يبيبح"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Two letters that are drawn apart stay two: the article is alef and lam.
func TestArticleIsNoLigature(t *testing.T) {
	t.Parallel()
	if got := readingOrder(drawn("نيمألا", 700)); got != "الأمين" {
		t.Errorf("got %q", got)
	}
}

// A mark's glyph may name its letter again.
func TestLetterNamedAgain(t *testing.T) {
	t.Parallel()
	line := drawn("سغأ", 700)
	line = append(line, glyph{r: 'أ', x: 113, y: 703, left: 114.5, right: 116, size: 12},
		glyph{r: '\u064e', x: 113, y: 703, left: 113, right: 114.5, size: 12})
	if got := readingOrder(line); got != "أغس" {
		t.Errorf("got %q", got)
	}
}

// A line that PDFium broke is one line; the next line, text beside it and upright text are not.
func TestLines(t *testing.T) {
	t.Parallel()
	end := glyph{r: '\n'}
	left, right := drawn("حالص", 700), drawn("ديسلا", 700)
	for i := range right {
		right[i].x, right[i].left, right[i].right = right[i].x+30, right[i].left+30, right[i].right+30
	}
	whole := slices.Concat(left, []glyph{end}, right)
	if got := readingOrder(whole); got != "السيد صلاح" {
		t.Errorf("one line: got %q", got)
	}
	far := slices.Clone(right)
	for i := range far {
		far[i].x, far[i].left, far[i].right = far[i].x+200, far[i].left+200, far[i].right+200
	}
	if got := readingOrder(slices.Concat(left, []glyph{end}, far)); got != "صلاح\nالسيد" {
		t.Errorf("two columns: got %q", got)
	}
	if got := readingOrder(slices.Concat(drawn("ديسلا", 700), []glyph{end}, drawn("حالص", 680))); got != "السيد\nصلاح" {
		t.Errorf("two lines: got %q", got)
	}
	upright := drawn("ديسلا", 700)
	for i := range upright {
		upright[i].x, upright[i].y = 100, 700-14*float64(i)
	}
	if got := readingOrder(upright); got != "ديسلا" {
		t.Errorf("upright: got %q", got)
	}
}

// Nothing is lost and nothing comes twice, wherever the glyphs are.
func FuzzReadingOrder(f *testing.F) {
	f.Add("السيد صلاح 45/ب (Ms A)", uint64(1))
	f.Add("لالالا\nabc\r\nدِ", uint64(2))
	f.Fuzz(func(t *testing.T, s string, seed uint64) {
		if len(s) > 1<<12 {
			return
		}
		random := rand.New(rand.NewPCG(seed, 1))
		var glyphs []glyph
		for _, r := range s {
			x := 600 * random.Float64()
			glyphs = append(glyphs, glyph{r: r, x: x, y: 700 + float64(random.IntN(3)), left: x, right: x + 7, size: 12})
		}
		letters := func(s string) string {
			var all []rune
			for _, r := range s {
				if unicode.IsLetter(r) {
					all = append(all, r)
				}
			}
			slices.Sort(all)
			return string(all)
		}
		got := readingOrder(glyphs)
		if letters(got) != letters(strings.ToValidUTF8(s, "\ufffd")) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

// A line of many parts costs in proportion to its length, and a mark is looked for among its neighbours alone.
func TestOrderIsLinear(t *testing.T) {
	parts := func(n int) []glyph {
		var all []glyph
		for i := range n {
			x := 6 * float64(i)
			all = append(all, glyph{r: 'ب', x: x, left: x, right: x + 6, size: 12}, glyph{r: '\r'}, glyph{r: '\n'})
		}
		return all
	}
	cost := func(n int) uint64 {
		glyphs := parts(n)
		return memtest.Allocated(func() {
			if got := lines(glyphs); len(got[0]) != n {
				t.Errorf("%d lines, the first of %d letters", len(got), len(got[0]))
			}
		})
	}
	if once, twice := cost(4000), cost(8000); twice > 3*once {
		t.Errorf("%d bytes, and %d for twice as many", once, twice)
	}
	all := clusters(parts(10_000))
	for _, x := range []float64{-1, 0, 30_000, 59_999, 1e9} {
		from, to := around(all, glyph{x: x})
		if from < 0 || to > len(all) || to-from > 1000 || from < to && x >= 0 && x < 60_000 && (all[from].x > x || all[to-1].x < x-6) {
			t.Errorf("at %v: from %d to %d", x, from, to)
		}
	}
	attach(all, glyph{r: '\u064b', x: 30_001, left: 30_001, right: 30_004, size: 12})
	if got := string(all[5000].runes); got != "بً" {
		t.Errorf("%q", got)
	}
}
