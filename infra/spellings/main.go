// Spellings learns how the letters of other scripts are written in Latin ones, for internal/fold/spelling: from half of the
// pairs of name words that it is given, and from tables by hand for letters that no pair has. It prints how many pairs of the
// other half are told.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"dossier/internal/fold"
	"dossier/internal/fold/spelling"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "spellings:", err)
		os.Exit(1)
	}
}

// pair is a word in another script and in Latin letters, both folded.
type pair struct{ foreign, latin string }

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: spellings FOLDER OUT: the folder of arabic.tsv and russian.tsv, and the file to write")
	}
	var out bytes.Buffer
	for _, s := range []struct{ name, pairs, table string }{
		{"arabic", "arabic.tsv", ""}, {"cyrillic", "russian.tsv", slavic}, {"greek", "", greek},
	} {
		var known, unseen []pair
		if s.pairs != "" {
			var err error
			if known, unseen, err = read(filepath.Join(args[0], s.pairs)); err != nil {
				return fmt.Errorf("read pairs: %w", err)
			}
		}
		m, err := train(ctx, known)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		m.add(s.table)
		text := m.text(s.name, defaultBar)
		if len(known) > 0 {
			trained, err := spelling.Parse(text)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			bar := barOf(trained, known)
			told, taken := measure(trained, unseen, bar)
			fmt.Printf("%s: %d segments, bar %.2f; of %d pairs not learned from %.3f are told, of a million at random %.0f\n",
				s.name, len(m.segments), bar, len(unseen), told, taken)
			text = m.text(s.name, bar)
		}
		out.WriteString(text)
	}
	if err := os.WriteFile(args[1], out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write spellings: %w", err)
	}
	return nil
}

// read reads pairs: a Latin word, a foreign one with its letters parted by blanks, and a number that is not looked at. It parts
// them into those to learn from and those to measure with.
func read(name string) (known, unseen []pair, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) < 2 {
			continue
		}
		latin, foreign := fold.Words(columns[0]), fold.Words(strings.ReplaceAll(columns[1], " ", ""))
		if len(latin) != 1 || len(foreign) != 1 || len(latin[0]) > spelling.Longest || strings.Trim(latin[0], alphabet) != "" {
			continue
		}
		p := pair{foreign[0], latin[0]}
		if sha256.Sum256([]byte(p.foreign + p.latin))[0] < 128 {
			known = append(known, p)
		} else {
			unseen = append(unseen, p)
		}
	}
	return known, unseen, lines.Err()
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"
