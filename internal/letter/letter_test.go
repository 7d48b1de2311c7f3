package letter_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agext/levenshtein"
	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"dossier/internal/fold"
	"dossier/internal/letter"
)

// labels say what a letter of the labelled set is.
type labels struct {
	Nomination bool
	Agency     string
	Country    string
	Reference  string
	Date       string
	Nominees   []string
	Replaces   []string
	Heads      []string
	Alternates []string
	Signatory  string
}

type example struct {
	name, text string
	want       labels
}

// examples reads the labelled set: txtar files, one a language, each letter beside its labels.
func examples(t testing.TB) []example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var all []example
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var pending labels
		for _, part := range txtar.Parse(data).Files {
			stem, ext, _ := strings.Cut(part.Name, ".")
			if ext == "yaml" {
				pending = labels{}
				if err := yaml.UnmarshalWithOptions(part.Data, &pending, yaml.Strict()); err != nil {
					t.Fatalf("%s: %v", part.Name, err)
				}
				continue
			}
			all = append(all, example{strings.TrimSuffix(filepath.Base(f), ".txtar") + "/" + stem, string(part.Data), pending})
		}
	}
	return all
}

func key(s string) string { return strings.Join(fold.Words(s), " ") }

func keys(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, key(s))
	}
	slices.Sort(out)
	return out
}

func names(l letter.Letter, of func(letter.Nominee) string) []string {
	var out []string
	for _, n := range l.Nominees {
		if s := of(n); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func readLetter(t testing.TB, r *letter.Reader, text string) letter.Letter {
	t.Helper()
	l, err := r.Read(t.Context(), text, letter.Budget{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A reading stops when its context ends, and looks at no more text than its budget allows.
func TestBudget(t *testing.T) {
	const nominates = "The Ministry of Labour has the honour to nominate:\n\nMs Grace Kamau, Director\n\n"
	r := letter.NewReader()
	if l := readLetter(t, r, nominates); len(l.Nominees) != 1 {
		t.Fatalf("%+v", l)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if l, err := r.Read(ended, nominates, letter.Budget{}); !errors.Is(err, context.Canceled) || l.Nominates {
		t.Errorf("after its context ended: %+v, %v", l, err)
	}
	for most, want := range map[int]bool{0: true, len(nominates): true, 40: false} {
		if l, err := r.Read(t.Context(), nominates, letter.Budget{Text: most}); err != nil || l.Nomination != want {
			t.Errorf("%d bytes of it: nomination %t, %v", most, l.Nomination, err)
		}
	}
	if l := readLetter(t, r, strings.Repeat("x ", 8<<10)+nominates); l.Nominates {
		t.Error("what stands beyond 16 KiB is looked at by default")
	}
}

// A reading allocates in proportion to the text. Text beyond the budget costs nothing, and the letter says that it was cut.
func TestCost(t *testing.T) {
	r := letter.NewReader()
	cost := func(text string) float64 {
		return testing.AllocsPerRun(1, func() { readLetter(t, r, text) })
	}
	for name, text := range map[string]string{
		"titles": "Mr. Dr. H.E. Ms ",
		"cues":   "has the honour to nominate Mr Kofi Annor in place of Ms Grace Kamau. ",
		"table":  "Name\tPosition\nKofi Annor\tDirector\n",
		"dates":  "12/04/2021 12 April 2021 ",
		"places": "the Republic of Kenya, Ministry of Labour ",
		"lines":  "Kofi Annor, Director\n",
	} {
		const size = 2 << 10
		once, twice := cost(strings.Repeat(text, size/len(text))), cost(strings.Repeat(text, 2*size/len(text)))
		if twice > 2.6*once {
			t.Errorf("%s: %.0f allocations, and %.0f for twice the text", name, once, twice)
		}
	}
	const line = "Kofi Annor, Director\n"
	whole, long := cost(strings.Repeat(line, 16<<10/len(line)+1)), cost(strings.Repeat(line, 8<<20/len(line)))
	if long > 1.1*whole {
		t.Errorf("%.0f allocations for 16 KiB, and %.0f for 8 MiB", whole, long)
	}
	for size, cut := range map[int]bool{16 << 10: false, 16<<10 + 1: true} {
		if l := readLetter(t, r, strings.Repeat("x", size)); l.Cut != cut {
			t.Errorf("%d bytes: cut %t", size, l.Cut)
		}
	}
}

// Every letter of the set, in clean text, is read as its labels say.
func TestLabelledSet(t *testing.T) {
	r := letter.NewReader()
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			l := readLetter(t, r, e.text)
			if l.Nomination != e.want.Nomination {
				t.Fatalf("nomination is %v; %+v", l.Nomination, l)
			}
			if !e.want.Nomination {
				return
			}
			check := func(what string, got, want []string) {
				if !slices.Equal(keys(got), keys(want)) {
					t.Errorf("%s: %q, want %q", what, got, want)
				}
			}
			check("nominees", names(l, func(n letter.Nominee) string { return n.Name.Value }), e.want.Nominees)
			check("replaced", names(l, func(n letter.Nominee) string { return n.Replaces.Value }), e.want.Replaces)
			if e.want.Heads != nil {
				check("heads", names(l, role(letter.Head)), e.want.Heads)
			}
			check("alternates", names(l, role(letter.Alternate)), e.want.Alternates)
			check("agency", []string{l.Agency.Value}, []string{e.want.Agency})
			check("country", []string{l.CountryCode}, []string{e.want.Country})
			check("reference", []string{l.Reference.Value}, []string{e.want.Reference})
			check("date", []string{l.Dated.Format("2006-01-02")}, []string{e.want.Date})
			if e.want.Signatory != "" {
				check("signatory", []string{l.Signatory.Value}, []string{e.want.Signatory})
			}
		})
	}
}

func role(r letter.Role) func(letter.Nominee) string {
	return func(n letter.Nominee) string {
		if n.Role == r {
			return n.Name.Value
		}
		return ""
	}
}

// The text about each nominee, and that each field stands where it says.
func TestFields(t *testing.T) {
	for _, e := range examples(t) {
		l := readLetter(t, letter.NewReader(), e.text)
		fields := []letter.Field{l.Agency, l.Country, l.Reference, l.Date, l.Signatory}
		for _, n := range l.Nominees {
			fields = append(fields, n.Name, n.Position, n.Email, n.Phone, n.Replaces)
		}
		for _, f := range fields {
			if f.Value == "" {
				continue
			}
			if got := strings.Join(strings.Fields(e.text[f.From:f.To]), " "); got != f.Value || f.Confidence <= 0 || f.Confidence > 1 {
				t.Errorf("%s: %q is said to stand at %q, with %f", e.name, f.Value, got, f.Confidence)
			}
		}
		if e.name != "en/note-verbale" {
			continue
		}
		got := fmt.Sprintf("%s|%s|%s|%s", l.Nominees[0].Honorific, l.Nominees[0].Position.Value, l.Nominees[0].Email.Value, l.Nominees[0].Phone.Value)
		if want := "Ms|Director of Labour Inspection|g.kamau@labour.example|+254 20 555 0101"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// noisy is a text as OCR may give it: letters that look alike are taken for each other, points are lost.
func noisy(text string, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	swaps := map[rune]string{'l': "1", 'I': "l", 'O': "0", 'e': "c", 'n': "ri", 'm': "rn", 'é': "e", 'è': "e", 'ç': "c", 'ã': "a", 'ô': "o", '.': "", 'h': "b", 'ه': "ة", 'ي': "ى"}
	var b strings.Builder
	for _, c := range text {
		if s, ok := swaps[c]; ok && r.IntN(100) < 4 {
			b.WriteString(s)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// score counts what was found of what was to be found.
type score struct{ right, found, wanted int }

func (s *score) add(got, want []string, same func(a, b string) bool) {
	s.found, s.wanted = s.found+len(got), s.wanted+len(want)
	rest := slices.Clone(want)
	for _, g := range got {
		if i := slices.IndexFunc(rest, func(w string) bool { return same(g, w) }); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			s.right++
		}
	}
}

func (s score) f1() float64 {
	if s.found+s.wanted == 0 {
		return 1
	}
	return 2 * float64(s.right) / float64(s.found+s.wanted)
}

// TestAccuracy prints precision and recall a field over the labelled set, clean and with OCR's errors, and holds them to floors.
func TestAccuracy(t *testing.T) {
	r := letter.NewReader()
	all := examples(t)
	floors := map[string][2]float64{"told from others": {1, 0.95}, "nominees": {0.95, 0.85}, "agency": {0.90, 0.60}, "country": {0.90, 0.80}, "reference": {0.90, 0.60}, "date": {0.90, 0.70}}
	exact := func(a, b string) bool { return key(a) == key(b) }
	// OCR's own slips within a name are not the reader's: a letter in six may differ.
	near := func(a, b string) bool { return levenshtein.Distance(key(a), key(b), nil)*6 <= len([]rune(b)) }
	for i, quality := range []string{"clean", "OCR"} {
		scores := map[string]*score{}
		add := func(field string, got, want []string) {
			if scores[field] == nil {
				scores[field] = &score{}
			}
			same := exact
			if i == 1 {
				same = near
			}
			scores[field].add(slices.DeleteFunc(got, func(s string) bool { return s == "" }), slices.DeleteFunc(want, func(s string) bool { return s == "" }), same)
		}
		rounds := 1 + 2*i
		for round := range rounds {
			for k, e := range all {
				text := e.text
				if i == 1 {
					text = noisy(text, uint64(k*10+round))
				}
				l := readLetter(t, r, text)
				add("told from others", []string{fmt.Sprint(l.Nomination)}, []string{fmt.Sprint(e.want.Nomination)})
				if !e.want.Nomination {
					continue
				}
				add("nominees", names(l, func(n letter.Nominee) string { return n.Name.Value }), slices.Clone(e.want.Nominees))
				add("agency", []string{l.Agency.Value}, []string{e.want.Agency})
				add("country", []string{l.CountryCode}, []string{e.want.Country})
				add("reference", []string{l.Reference.Value}, []string{e.want.Reference})
				date := ""
				if !l.Dated.IsZero() {
					date = l.Dated.Format("2006-01-02")
				}
				add("date", []string{date}, []string{e.want.Date})
			}
		}
		for _, field := range slices.Sorted(maps.Keys(scores)) {
			s := scores[field]
			t.Logf("%-5s %-16s precision %.3f  recall %.3f  F1 %.3f  (%d wanted)", quality, field, float64(s.right)/float64(max(1, s.found)), float64(s.right)/float64(max(1, s.wanted)), s.f1(), s.wanted)
			if s.f1() < floors[field][i] {
				t.Errorf("%s %s: F1 %.3f, floor %.2f", quality, field, s.f1(), floors[field][i])
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, e := range examples(f) {
		f.Add(e.text)
	}
	r := letter.NewReader()
	f.Fuzz(func(t *testing.T, text string) {
		l := readLetter(t, r, text)
		if !l.Nomination && len(l.Nominees) > 0 {
			t.Error("nominees without a nomination")
		}
	})
}

// Hostile texts are not slow.
func BenchmarkHostile(b *testing.B) {
	r := letter.NewReader()
	for _, piece := range []string{"Mr A B, ", "Name\tx\nMr Ab Cd\ty\n", "Ministry of X ", "12 May 2021 ", "kindly request to the "} {
		text := "We nominate\n\n" + strings.Repeat(piece, 70_000/len(piece))
		b.Run(strings.TrimSpace(piece[:4]), func(b *testing.B) {
			for b.Loop() {
				readLetter(b, r, text)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	r := letter.NewReader()
	text := examples(b)[0].text
	b.ReportAllocs()
	for b.Loop() {
		readLetter(b, r, text)
	}
}
