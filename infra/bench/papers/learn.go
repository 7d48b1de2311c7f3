package papers

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dossier/infra/bench/corpus"
	"dossier/internal/encoder/words"
)

// Learn declares the flags of learn and returns what runs it.
func Learn(flags *flag.FlagSet) func(context.Context) error {
	dir := flags.String("papers", corpus.Papers, "folder of sets of papers")
	cache := flags.String("cache", filepath.Join(os.TempDir(), "dossier-papers"), "folder for what was read of the files")
	examples := flags.String("examples", "examples.jsonl", "file for the labelled papers, from which the encoder learns")
	out := flags.String("words", "", "file for the weights of the reader by words; none is made without it")
	letters := flags.String("own", "../internal/letter/testdata", "folder of the project's own letters")
	without := flags.String("leave-out", strings.Join(HeldOut(), ","), "sets of which nothing is learned")
	return func(ctx context.Context) error {
		return learn(ctx, *dir, *cache, *examples, *out, *letters, strings.Split(*without, ","), os.Stderr)
	}
}

// learn writes the labelled papers of all sets, and trains the reader by words on those that are not left out.
func learn(ctx context.Context, dir, cache, examples, out, letters string, without []string, progress io.Writer) error {
	sets, err := Read(dir)
	if err != nil {
		return err
	}
	if err := Contents(ctx, dir, cache, sets, progress); err != nil {
		return err
	}
	var all []*Example
	for _, s := range sets {
		list, err := s.Examples(ctx)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	more, err := own(letters)
	if err != nil {
		return err
	}
	f, err := os.Create(examples)
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	if err := WriteExamples(f, all, more); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write examples: %w", err)
	}
	if out == "" {
		return nil
	}
	if err := os.WriteFile(out, Train(all, more, without).Bytes(), 0o600); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}

// Train trains the reader by words on the papers that are letters or look like them, without the sets that are left out, and twice on
// more.
func Train(all []*Example, more []words.Example, without []string) *words.Model {
	from := slices.Repeat(more, 2)
	for _, x := range all {
		if slices.Contains(without, x.Set) || x.Kind == Deck && x.Content.Paper().Format.Slides() {
			continue
		}
		from = append(from, words.Example{Paper: x.Read, Nominates: x.Nominates(), Nominated: x.Nominated()})
	}
	return words.Train(from)
}
