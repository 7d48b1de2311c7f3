package papers

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/infra/bench/corpus"
	"dossier/infra/bench/recorded"
	"dossier/internal/encoder"
	"dossier/internal/encoder/words"
	"dossier/internal/large"
	"dossier/internal/letter"
	"dossier/internal/match"
)

// HeldOut are the sets from which the committed readers have learned nothing: figures are measured on them.
func HeldOut() []string {
	return []string{"near-misses", "notes", "mails", "asia-pacific", "lookalikes-south"}
}

// The floors on the sets that were held out. No document may be filed wrongly.
const leastLetters, leastDecks = 0.05, 0.30

// Command declares the flags of papers and returns what runs it.
func Command(flags *flag.FlagSet) func(context.Context) error {
	dir := flags.String("papers", corpus.Papers, "folder of sets of papers")
	cache := flags.String("cache", filepath.Join(os.TempDir(), "dossier-papers"), "folder for what was read of the files")
	only := flags.String("sets", strings.Join(HeldOut(), ","), "the sets to measure, or all")
	verbose := flags.Bool("v", false, "print every paper")
	reading := flags.String("reading", "", "a large reader beside the others, as it was recorded: careful, good or bad; empty is none")
	return func(ctx context.Context) error {
		return measure(ctx, *dir, *cache, strings.Split(*only, ","), recorded.Skill(*reading), *verbose, os.Stdout)
	}
}

// measure matches the papers of the sets by the committed readers, and prints what becomes of them.
func measure(ctx context.Context, dir, cache string, only []string, skill recorded.Skill, verbose bool, out io.Writer) error {
	sets, err := Read(dir)
	if err != nil {
		return err
	}
	if !slices.Equal(only, []string{"all"}) {
		sets = slices.DeleteFunc(sets, func(s *Set) bool { return !slices.Contains(only, s.Name) })
	}
	if len(sets) == 0 {
		return errors.New("no such set of papers: " + strings.Join(only, ", "))
	}
	if err := Contents(ctx, dir, cache, sets, out); err != nil {
		return err
	}
	byWords, err := words.Shared()
	if err != nil {
		return err
	}
	byVectors, err := encoder.Shared()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tletters filed\tdecks filed\twrong\twaiting\tright one first\tamong three\tact right")
	var all Score
	began := time.Now()
	for _, s := range sets {
		var beside map[string]recorded.Reading
		if skill != "" {
			if beside, err = recorded.Load(filepath.Join(dir, s.Name, "reading.jsonl")); err != nil {
				return err
			}
		}
		outcomes, err := s.Outcomes(ctx, beside, skill, byWords, byVectors)
		if err != nil {
			return err
		}
		var sum Score
		for _, o := range outcomes {
			sum.add(o)
			all.add(o)
			if verbose || o.Wrong {
				fmt.Fprintln(w, o)
			}
		}
		fmt.Fprintln(w, sum.row(s.Name))
	}
	fmt.Fprintln(w, all.row("all"))
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	fmt.Fprintf(out, "%d papers in %s.\n", all.papers, time.Since(began).Round(time.Second))
	return all.floors()
}

// Score counts what became of papers.
type Score struct {
	papers, letters, lettersFiled, decks, decksFiled, wrong, waiting, first, three, acts, actsRight int
}

func (s *Score) add(o Outcome) {
	s.papers++
	if o.Wrong {
		s.wrong++
	}
	if o.Kind != Deck && o.Act != "" {
		s.acts++
		s.actsRight += count(o.Act == o.ToldAct)
	}
	if !o.Tellable {
		return
	}
	if o.Kind == Deck {
		s.decks++
		s.decksFiled += count(o.Right)
	} else {
		s.letters++
		s.lettersFiled += count(o.Right)
	}
	if !o.Right && !o.Wrong {
		s.waiting++
		s.first += count(o.First)
		s.three += count(o.Three)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Score) row(name string) string {
	share := func(n, of int) string { return fmt.Sprintf("%d of %d (%.2f)", n, of, float64(n)/float64(max(1, of))) }
	return strings.Join([]string{
		name, share(s.lettersFiled, s.letters), share(s.decksFiled, s.decks), fmt.Sprint(s.wrong), fmt.Sprint(s.waiting),
		share(s.first, s.waiting), share(s.three, s.waiting), share(s.actsRight, s.acts),
	}, "\t")
}

// floors fails when something was filed wrongly, or less was filed than before.
func (s *Score) floors() error {
	var low []string
	if s.wrong > 0 {
		low = append(low, fmt.Sprintf("%d filed wrongly", s.wrong))
	}
	if got := float64(s.lettersFiled) / float64(max(1, s.letters)); got < leastLetters {
		low = append(low, fmt.Sprintf("letters filed %.2f, floor %.2f", got, leastLetters))
	}
	if got := float64(s.decksFiled) / float64(max(1, s.decks)); s.decks > 0 && got < leastDecks {
		low = append(low, fmt.Sprintf("decks filed %.2f, floor %.2f", got, leastDecks))
	}
	if len(low) > 0 {
		return errors.New("papers: " + strings.Join(low, "; "))
	}
	return nil
}

// Outcomes matches the papers of a set with these readers, and with a large one that answers with recorded readings, if there
// are any.
func (s *Set) Outcomes(
	ctx context.Context, beside map[string]recorded.Reading, skill recorded.Skill, readers ...match.PaperReader,
) ([]Outcome, error) {
	letters := letter.NewReader()
	indexes := map[string]*match.Index{}
	for id, r := range s.Rosters {
		indexes[id] = match.NewIndex(*r, letters).Asking(readers...)
	}
	all := make([]Outcome, len(s.Papers))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i, p := range s.Papers {
		work.Go(func() error {
			x := indexes[p.Meeting]
			if beside != nil {
				x = x.Consulting(large.New(answers{beside[p.ID], skill}, slog.New(slog.DiscardHandler)))
			}
			r, err := x.Match(ctx, p.Facts(), match.Budget{})
			if err != nil {
				return fmt.Errorf("match %s of %s: %w", p.ID, s.Name, err)
			}
			all[i] = p.outcome(s.Rosters[p.Meeting], r)
			return nil
		})
	}
	return all, work.Wait()
}

// answers is the large reader of one paper.
type answers struct {
	recorded.Reading
	skill recorded.Skill
}

// Answer implements large.Model.
func (a answers) Answer(_ context.Context, p large.Prompt) (large.Answer, error) {
	said, err := a.Reading.Answer(p.User, a.skill)
	return large.Answer{JSON: said}, err
}

// Facts are those of a paper that was dropped into the bucket.
func (p *Paper) Facts() match.Facts {
	f := match.Facts{FileName: cmp.Or(p.Name, p.File), Content: p.Content}
	if p.Content.Envelope != nil {
		f.Sender.Address = p.Content.Envelope.Address()
	}
	return f
}

// String is a line about one paper.
func (o Outcome) String() string {
	state := "waits"
	switch {
	case o.Wrong:
		state = "WRONG"
	case o.Right:
		state = "right"
	}
	return fmt.Sprintf("%s %s %s, %s, %s: filed %v, wanted %v; %.3f %s %s, act %s, reads as %s", state, o.Set, o.ID, o.File, o.Kind,
		o.Filed, o.Wanted, o.Confidence, o.Reason, string(o.Because.Code)+" "+o.Because.Detail, cmp.Or(o.Act, "-"), cmp.Or(o.ToldAct, "-"))
}
