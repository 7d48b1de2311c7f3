package match_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

// crowd is a roster of so many people in 300 sessions; every name is of two words that many share.
func crowd(people int) (*match.Index, []string) {
	r := meeting.Roster{Meeting: meeting.Meeting{ID: "m"}}
	for s := range 300 {
		title := fmt.Sprintf("Topic %s %s", syllables(s*7), syllables(s*13))
		r.Sessions = append(r.Sessions, meeting.Plan{ID: fmt.Sprintf("s%d", s), Title: title})
	}
	var names []string
	for i := range people {
		name := syllables(i*37%8000) + " " + syllables(i*101%8000+3)
		sector, role := meeting.Private, meeting.Presenter
		if i%2 == 0 {
			sector, role = meeting.Public, meeting.Panellist
		}
		names = append(names, name)
		r.Participants = append(r.Participants, meeting.Participant{
			ID: fmt.Sprintf("p%d", i), Name: name, Email: fmt.Sprintf("p%d@x.example", i), Sector: sector,
			Agency: "Agency " + syllables(i%500*17), Country: "Kenya", Language: "en",
			Roles: []meeting.Role{{Name: role, Session: fmt.Sprintf("s%d", i%300)}},
		})
	}
	return match.NewIndex(r, letter.NewReader()), names
}

// thousands is the roster of ten thousand, made once.
var thousands = sync.OnceValues(func() (*match.Index, []string) { return crowd(10_000) })

// cost matches a text on so many pages, and gives the result and how many bytes were allocated for it.
func cost(t *testing.T, x *match.Index, text string, pages int) (match.Result, uint64) {
	t.Helper()
	c := &content.Content{Format: content.Text}
	n := len(text) / pages
	for i := range pages {
		page := content.Page{Text: strings.ToValidUTF8(text[i*n:(i+1)*n], "")}
		if err := c.Add(page, content.Limits{Text: 64 << 20}.WithDefaults()); err != nil {
			t.Fatal(err)
		}
	}
	var r match.Result
	bytes := memtest.Allocated(func() { r = run(t, x, match.Facts{FileName: "list.txt", Content: c}) })
	return r, bytes
}

// filled repeats a text up to a size.
func filled(text string, size int) string { return strings.Repeat(text, size/len(text)+1)[:size] }

// The work and the allocations of a match grow in proportion to the text: twice the text costs about twice as much.
func TestCostIsLinear(t *testing.T) {
	x, names := crowd(40)
	line := strings.Join(names, " ") + " "
	for name, text := range map[string]string{
		"names on one line":      line,
		"names on lines":         strings.Join(names, "\n") + "\n",
		"titles without a name":  "Mr. Dr. H.E. Ms ",
		"titles before names":    "Mr. Dr. H.E. Ms " + names[3] + " ",
		"on behalf":              "on behalf of " + names[5] + " ",
		"agencies on one line":   "Agency " + syllables(17) + " Agency " + syllables(34) + " ",
		"sessions on one line":   "Topic " + syllables(7) + " " + syllables(13) + " Topic " + syllables(14) + " " + syllables(26) + " ",
		"addresses":              "p1@x.example, p2@x.example; ",
		"capitals":               "Ka ",
		"dates":                  "12/04/2021 12 April 2021 ",
		"one name between signs": names[7] + ", ",
	} {
		t.Run(name, func(t *testing.T) {
			const size = 14 << 10 // the letter reader looks at 16 KiB
			once, bytes := cost(t, x, filled(text, size), 1)
			twice, more := cost(t, x, filled(text, 2*size), 1)
			if twice.Steps > 3*once.Steps+1000 {
				t.Errorf("%d steps, and %d for twice the text", once.Steps, twice.Steps)
			}
			if more > 3*bytes {
				t.Errorf("%d bytes allocated, and %d for twice the text", bytes, more)
			}
		})
	}
}

// No text costs more than the budget against ten thousand people, and what was not looked at whole goes to a person.
func TestCostIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some ten seconds of one processor")
	}
	x, names := thousands()
	line := strings.Join(names, " ") + " "
	const head = "Ministry of Justice\nRepublic of Kenya\n\n15 May 2021\n\nThe Ministry presents its compliments and has the " +
		"honour to nominate the following officials:\n\n"
	for name, test := range map[string]struct {
		text  string
		pages int
	}{
		"everybody on one line":         {line, 1},
		"32 MB on one line":             {filled(line, 32<<20), 1},
		"everybody 20 times, 100 pages": {filled(strings.Join(names, " and ")+"\n", 4<<20), 100},
		"titles":                        {filled("Mr. Dr. H.E. Ms ", 1<<20), 1},
		"a letter full of titles":       {head + filled("Mr. Dr. H.E. Ms ", 1<<20), 1},
		"nominates everybody":           {head + "Mr " + strings.Join(names, ", Director\nMr ") + "\n\nYours sincerely,\n", 1},
		"thousands of cues":             {head + filled("has the honour to nominate Mr "+names[7]+" in place of Ms "+names[9]+". ", 1<<20), 1},
		"one word":                      {filled("a", 4<<20), 1},
		"capitals":                      {filled("Ka ", 2<<20), 1},
		"agencies":                      {filled("Agency "+syllables(17)+" Agency "+syllables(34)+" ", 1<<20), 1},
	} {
		t.Run(name, func(t *testing.T) {
			r, bytes := cost(t, x, test.text, test.pages)
			if r.Steps > 1_100_000 || bytes > 600<<20 {
				t.Errorf("%d steps, %d MB allocated", r.Steps, bytes>>20)
			}
			if r.Reason != meeting.ReasonTooLong || len(r.File) > 0 {
				t.Errorf("%s, filed for %v", r.Reason, r.File)
			}
		})
	}
}

// lasting is a context that ends when it is looked at for the nth time.
type lasting struct {
	context.Context
	left, after int
}

func (l *lasting) Err() error {
	if l.left--; l.left >= 0 {
		return nil
	}
	l.after++
	return context.Canceled
}

// A match looks at its context every few thousand steps, and stops where it finds it ended.
func TestStops(t *testing.T) {
	x, names := thousands()
	c := &content.Content{Format: content.Text, Pages: []content.Page{{Text: filled(strings.Join(names, " "), 100<<10)}}}
	f := match.Facts{FileName: "list.txt", Content: c}
	looks := &lasting{Context: t.Context(), left: 1 << 30}
	whole, err := x.Match(looks, f, match.Budget{})
	if err != nil {
		t.Fatal(err)
	}
	if n := 1<<30 - looks.left; n < whole.Steps/8192 {
		t.Errorf("%d looks at the context in %d steps", n, whole.Steps)
	}
	for _, n := range []int{1, 5, 12, 14, 20} {
		ctx := &lasting{Context: t.Context(), left: n}
		if r, err := x.Match(ctx, f, match.Budget{}); !errors.Is(err, context.Canceled) || r.Steps > 0 || ctx.after > 3 {
			t.Errorf("ended at look %d: %v, %d looks after", n, err, ctx.after)
		}
	}
}

// A document of a usual size is far from the bounds, against ten thousand people too.
func TestUsualDocumentsAreNotCut(t *testing.T) {
	x, names := thousands()
	deck := "Supply chains\n" + names[4] + "\n" + strings.Repeat("A line of words about supply chains and the people in them.\n", 400)
	if r, _ := cost(t, x, deck, 1); r.Reason == meeting.ReasonTooLong || r.Steps > 50_000 {
		t.Errorf("%s after %d steps", r.Reason, r.Steps)
	}
}

// Thousands of people of one name, named on the title page and after it, are too many to look at, and do no harm.
func TestNamesakes(t *testing.T) {
	r := meeting.Roster{Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains"}}}
	for i := range 3000 {
		r.Participants = append(r.Participants, person(fmt.Sprint(i), "Mohamed Ali", meeting.Private, "presenter:s1"))
	}
	x := match.NewIndex(r, letter.NewReader())
	c := &content.Content{Format: content.PPTX}
	for range 6 {
		c.Pages = append(c.Pages, content.Page{Title: "Supply chains", Text: "Mohamed Ali\nMohamed Ali", Width: 720, Height: 540})
	}
	for name, b := range map[string]match.Budget{"default": {}, "few": {Mentions: 7}, "none": {Mentions: 1}} {
		res, err := x.Match(t.Context(), match.Facts{FileName: "Mohamed Ali.pptx", Content: c}, b)
		if err != nil || res.Reason != meeting.ReasonTooLong || len(res.File) > 0 {
			t.Errorf("%s: %s, filed for %v, %v", name, res.Reason, res.File, err)
		}
	}
}

// No text makes a match panic, go over its bounds, or file what it has not looked at whole.
func FuzzMatch(f *testing.F) {
	x := index()
	for _, text := range []string{"Chains\nJean Mbeki", "Mr. Dr. H.E. Ms Jean-Paul MBEKI\tKofi", "nominates\n1. Ms Grace Odhiambo", "عبد الرحمن حسن", "\xff\x00ﬃ"} {
		f.Add(text, "Jean Mbeki.pptx", true)
	}
	f.Fuzz(func(t *testing.T, text, name string, slides bool) {
		c := &content.Content{Format: content.PDF, Pages: []content.Page{{Text: text, Width: 595, Height: 842}, {Title: name, Text: text}}}
		if slides {
			c.Format = content.PPTX
		}
		facts := match.Facts{FileName: name, Content: c}
		for _, b := range []match.Budget{{}, {Text: 50, Mentions: 1, Steps: 100, Letter: letter.Budget{Text: 40}}} {
			r, err := x.Match(t.Context(), facts, b)
			if err != nil || len(r.Candidates) > 3 || r.Reason == meeting.ReasonTooLong && len(r.File) > 0 {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}
