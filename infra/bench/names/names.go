// Package names holds labelled pairs of names against what match makes of them: how many pairs of one person are told, and
// how many of two people are taken for one.
package names

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/match"
)

// Command declares the flags of names and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	file := flags.String("pairs", "", "file of pairs: two names or words and whether they are of one person, parted by tabs")
	verbose := flags.Bool("v", false, "print every pair that is told wrongly")
	return func(context.Context) error {
		if *file == "" {
			return errors.New("-pairs is needed: a file of pairs of names (make names PAIRS=file)")
		}
		f, err := os.Open(*file)
		if err != nil {
			return fmt.Errorf("open pairs: %w", err)
		}
		defer f.Close()
		pairs, err := read(f)
		if err != nil {
			return err
		}
		score(pairs, *verbose, os.Stdout)
		return nil
	}
}

// pair is two names and whether they are one person's.
type pair struct {
	a, b string
	same bool
}

// read reads a pair a line. The third column says whether they are the same: 0, no, false and different say that they are
// not; everything else, and no third column, that they are. A word whose letters are parted by blanks is put together.
func read(r io.Reader) ([]pair, error) {
	var all []pair
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		f := strings.Split(lines.Text(), "\t")
		if len(f) < 2 {
			return nil, fmt.Errorf("line %d: two names are needed, parted by a tab", n)
		}
		p := pair{whole(f[0]), whole(f[1]), true}
		if len(f) > 2 {
			p.same = !slices.Contains([]string{"0", "no", "n", "false", "f", "different", "not same"}, strings.ToLower(strings.TrimSpace(f[2])))
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read pairs: %w", err)
	}
	if len(all) == 0 {
		return nil, errors.New("there are no pairs")
	}
	return all, nil
}

// whole puts a word together whose letters are parted by blanks.
func whole(s string) string {
	parts := strings.Fields(s)
	for _, p := range parts {
		if utf8.RuneCountInString(p) > 1 {
			return strings.TrimSpace(s)
		}
	}
	return strings.Join(parts, "")
}

// score prints precision and recall at the likeness from which names are taken for one person's, and at others. Without pairs of
// two people it pairs a million at random.
func score(pairs []pair, verbose bool, out io.Writer) {
	same := 0
	for _, p := range pairs {
		if p.same {
			same++
		}
	}
	fmt.Fprintf(out, "%d pairs, %d of one person\n", len(pairs), same)
	for _, bar := range []float64{0.80, match.AsOne, 0.92, 0.95, 1} {
		told, right := 0, 0
		for _, p := range pairs {
			if match.Likeness(p.a, p.b) < bar {
				continue
			}
			told++
			if p.same {
				right++
			}
		}
		recall, precision := float64(right)/float64(max(1, same)), float64(right)/float64(max(1, told))
		fmt.Fprintf(out, "likeness %.2f: recall %.3f, precision %.3f\n", bar, recall, precision)
	}
	if verbose {
		for _, p := range pairs {
			if l := match.Likeness(p.a, p.b); (l >= match.AsOne) != p.same {
				fmt.Fprintf(out, "%.2f\t%s\t%s\t%v\n", l, p.a, p.b, p.same)
			}
		}
	}
	if same == len(pairs) {
		const random = 1_000_000
		r, taken := rand.New(rand.NewPCG(1, 2)), 0
		for range random {
			a, b := pairs[r.IntN(len(pairs))], pairs[r.IntN(len(pairs))]
			if a.a != b.a && a.b != b.b && match.Likeness(a.a, b.b) >= match.AsOne {
				taken++
			}
		}
		fmt.Fprintf(out, "%d of a million pairs at random are taken for one\n", taken)
	}
}
