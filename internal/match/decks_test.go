package match_test

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/roster"
)

// deck is one labelled deck: what it holds, and whose it is.
type deck struct {
	name, text string

	Trap string
	// Is are those whose it is, as participant/session; nobody's when empty.
	Is []string
	// Tell: a careful person could tell whose it is, or that it is nobody's; true where it is not said.
	Tell     *bool
	File     string
	Format   content.Format
	Author   string
	From     string
	Verified bool
	Mail     string
	Thread   []string
	// In are the presentations that are in already.
	In []string
}

func (d deck) tellable() bool { return d.Tell == nil || *d.Tell }

func (d deck) truth() []string {
	is := slices.Clone(d.Is)
	slices.Sort(is)
	return is
}

// facts are the deck as intake would see it, its text as OCR gives it when noise is not nil.
func (d deck) facts(noise func(string) string) match.Facts {
	if noise == nil {
		noise = func(s string) string { return s }
	}
	c := &content.Content{Format: d.Format, Metadata: content.Metadata{Author: d.Author}}
	if c.Format == "" {
		c.Format = content.PPTX
	}
	for i, s := range strings.Split(d.text, "---\n") {
		title, body, _ := strings.Cut(s, "\n")
		body, notes, _ := strings.Cut(body, "Notes:\n")
		p := content.Page{Number: i + 1, Title: noise(title), Text: noise(strings.TrimSpace(body)), Notes: noise(notes), Width: 720, Height: 540}
		if !c.Format.Slides() {
			p.Title, p.Text = "", p.Full()
		}
		if c.Format == content.DOCX {
			p.Width, p.Height = 595, 842
		}
		c.Pages = append(c.Pages, p)
	}
	f := match.Facts{FileName: d.File, Content: c, Sender: match.Sender{Address: d.From, Verified: d.Verified}, Thread: d.Thread, States: map[meeting.RequirementKey]meeting.State{}}
	if f.FileName == "" {
		f.FileName = "presentation.pptx"
	}
	if d.Mail != "" {
		subject, body, _ := strings.Cut(d.Mail, "\n")
		f.Content = &content.Content{Format: content.EML, Envelope: &content.Envelope{From: d.From, Subject: subject}, Pages: []content.Page{{Number: 1, Text: body}},
			Attachments: []content.Attachment{{Name: f.FileName, Content: c}}, Opened: true}
	}
	for _, in := range d.In {
		p, s, _ := strings.Cut(in, "/")
		f.States[meeting.RequirementKey{Session: s, Kind: meeting.Presentation, Participant: p}] = meeting.Satisfied
	}
	return f
}

func decks(t testing.TB) []deck {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var all []deck
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var d deck
		for _, part := range txtar.Parse(data).Files {
			stem, ext, _ := strings.Cut(part.Name, ".")
			if ext == "yaml" {
				d = deck{}
				if err := yaml.UnmarshalWithOptions(part.Data, &d, yaml.Strict()); err != nil {
					t.Fatalf("%s: %v", part.Name, err)
				}
				continue
			}
			d.name, d.text = strings.TrimSuffix(filepath.Base(f), ".txtar")+"/"+stem, string(part.Data)
			all = append(all, d)
		}
	}
	return all
}

func deckRoster(t testing.TB) meeting.Roster {
	t.Helper()
	var files [2][]byte
	for i, name := range []string{"testdata/meeting.yaml", "testdata/participants.csv"} {
		var err error
		if files[i], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	r, problems := roster.Parse("decks", files[0], files[1])
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return *r
}

func places(keys []meeting.RequirementKey) []string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Participant+"/"+k.Session)
	}
	slices.Sort(all)
	return all
}

// outcome is what became of one deck.
type outcome struct {
	deck   deck
	result match.Result
	filed  bool
	right  bool // filed where it belongs, or rightly not filed at all
	wrong  bool // filed where it does not belong
	rank   int  // of the right candidate, from 1; 0 is not among them
}

func judge(t testing.TB, x *match.Index, d deck, noise func(string) string) outcome {
	o := outcome{deck: d, result: run(t, x, d.facts(noise))}
	o.filed = len(o.result.File) > 0
	if o.filed {
		o.right = slices.Equal(places(o.result.File), d.truth())
		o.wrong = !o.right
	} else {
		o.right = len(d.Is) == 0
	}
	for i, c := range o.result.Candidates {
		if slices.Equal(places(c.For), d.truth()) {
			o.rank = i + 1
		}
	}
	return o
}

// TestDecks holds every deck of the set, in clean text, to its label: none is filed wrong, and those that a careful
// person could tell are filed, but for the few that are said here.
func TestDecks(t *testing.T) {
	x := match.NewIndex(deckRoster(t), letter.NewReader())
	for _, d := range decks(t) {
		t.Run(d.name, func(t *testing.T) {
			o := judge(t, x, d, nil)
			if o.wrong {
				t.Fatalf("filed for %v (%.3f), is %v; %+v", places(o.result.File), o.result.Confidence, d.Is, o.result.Evidence)
			}
			if !d.tellable() && o.filed {
				t.Errorf("nobody could tell, and yet it is filed with %.3f: %+v", o.result.Confidence, o.result.Evidence)
			}
			if d.tellable() && !o.right || !o.filed && len(d.Is) > 0 && o.rank != 1 {
				t.Errorf("is %v; %s, none %.3f, candidates:", d.Is, o.result.Reason, o.result.None)
				for _, c := range o.result.Candidates {
					t.Logf("%.3f %v %+v", c.Confidence, places(c.For), c.Evidence)
				}
			}
		})
	}
}

// TestAccuracy prints what became of the decks by trap, and how often what was stated came true, clean and with OCR's
// errors.
func TestAccuracy(t *testing.T) {
	x := match.NewIndex(deckRoster(t), letter.NewReader())
	all := decks(t)
	for _, quality := range []string{"clean", "OCR"} {
		type count struct{ n, tellable, filed, right, wrong, review, first, three int }
		traps := map[string]*count{}
		total := &count{}
		var stated []struct {
			chance float64
			true_  bool
		}
		rounds := 1
		if quality == "OCR" {
			rounds = 3
		}
		for round := range rounds {
			for i, d := range all {
				noise := func(s string) string { return s }
				if quality == "OCR" {
					noise = func(s string) string { return noisy(s, uint64(i*10+round)) }
				}
				o := judge(t, x, d, noise)
				if traps[d.Trap] == nil {
					traps[d.Trap] = &count{}
				}
				for _, c := range []*count{traps[d.Trap], total} {
					c.n++
					if d.tellable() && len(d.Is) > 0 {
						c.tellable++
						if o.filed && o.right {
							c.right++
						}
					}
					if o.filed {
						c.filed++
					}
					if o.wrong {
						c.wrong++
					}
					if !o.filed && len(d.Is) > 0 {
						c.review++
						if o.rank == 1 {
							c.first++
						}
						if o.rank > 0 {
							c.three++
						}
					}
				}
				for _, c := range o.result.Candidates {
					stated = append(stated, struct {
						chance float64
						true_  bool
					}{c.Confidence, slices.Equal(places(c.For), d.truth())})
				}
				if o.wrong {
					t.Errorf("%s: %s is filed for %v with %.3f, is %v", quality, d.name, places(o.result.File), o.result.Confidence, d.Is)
				}
			}
		}
		t.Logf("%-5s %-28s %5s %9s %6s %6s %6s %7s %6s %6s", quality, "trap", "decks", "tellable", "filed", "right", "wrong", "review", "first", "three")
		for _, trap := range append(slices.Sorted(maps.Keys(traps)), "all") {
			c := traps[trap]
			if trap == "all" {
				c = total
			}
			t.Logf("%-5s %-28s %5d %9d %6d %6d %6d %7d %6d %6d", quality, trap, c.n, c.tellable, c.filed, c.right, c.wrong, c.review, c.first, c.three)
		}
		floor := map[string]float64{"clean": 0.90, "OCR": 0.60}[quality]
		if share := float64(total.right) / float64(total.tellable); share < floor {
			t.Errorf("%s: %.3f of those that a careful person could tell are filed, floor %.2f", quality, share, floor)
		}
		if quality == "clean" && (float64(total.first) < 0.90*float64(total.review) || float64(total.three) < 0.95*float64(total.review)) {
			t.Errorf("in review the right one is first %d and among three %d of %d times", total.first, total.three, total.review)
		}
		bounds := []float64{0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.01}
		for i := range bounds[1:] {
			n, yes, sum := 0, 0, 0.0
			for _, s := range stated {
				if s.chance >= bounds[i] && s.chance < bounds[i+1] {
					n++
					sum += s.chance
					if s.true_ {
						yes++
					}
				}
			}
			if n > 0 {
				t.Logf("%-5s stated %.2f to %.2f: mean %.3f, came true %.3f of %d", quality, bounds[i], math.Min(1, bounds[i+1]), sum/float64(n), float64(yes)/float64(n), n)
			}
		}
	}
	if len(all) < 60 {
		t.Errorf("the set has %d decks", len(all))
	}
}
