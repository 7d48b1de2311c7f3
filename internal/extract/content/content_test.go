package content_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// allocated is how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Notes, remarks and other texts beside a page are gathered in proportion to what they say.
func TestAsidesAreLinear(t *testing.T) {
	for name, add := range map[string]func(*content.Flow, string){
		"notes": (*content.Flow).Note, "comments": (*content.Flow).Comment, "alternative texts": (*content.Flow).Alt, "margins": (*content.Flow).Margin,
	} {
		cost := func(n int) uint64 {
			return allocated(func() {
				f := content.NewFlow(&content.Content{}, content.Limits{}.WithDefaults())
				for range n {
					add(f, "a remark")
				}
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			})
		}
		if once, twice := cost(4000), cost(8000); twice > 3*once {
			t.Errorf("%s: %d bytes, and %d for twice as many", name, once, twice)
		}
	}
}

func TestAsidesStayOnTheirPage(t *testing.T) {
	c := &content.Content{}
	f := content.NewFlow(c, content.Limits{}.WithDefaults())
	f.Write("one")
	f.Note("a")
	f.Note("b")
	f.Margin("m")
	f.Break()
	f.Comment("c")
	f.Alt("d")
	if err := f.Close(); err != nil || len(c.Pages) != 2 {
		t.Fatalf("%+v, %v", c.Pages, err)
	}
	if p := c.Pages[0]; p.Notes != "a\nb" || p.Footer != "m" || p.Comments != "" {
		t.Errorf("%+v", p)
	}
	if p := c.Pages[1]; p.Notes != "" || p.Comments != "c" || p.Alt != "d" {
		t.Errorf("%+v", p)
	}
}

// One document holds so much at one time, and another begins with nothing.
func TestMemory(t *testing.T) {
	l := content.Limits{Working: 100, Decoded: 50}.WithDefaults()
	if err := l.Hold(60); err != nil {
		t.Fatal(err)
	}
	if err := l.Hold(41); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("101 bytes of 100: %v", err)
	}
	if err := l.Hold(40); err != nil || l.Held() != 100 {
		t.Errorf("100 bytes of 100: %v, %d held", err, l.Held())
	}
	l.Release(70)
	if l.Held() != 30 || l.Peak() != 100 {
		t.Errorf("%d held, %d at most", l.Held(), l.Peak())
	}
	if other := l.Fresh(); other.Held() != 0 || other.Hold(100) != nil || l.Held() != 30 {
		t.Error("another document shares the memory")
	}
	if !l.Decode(50) || l.Decode(1) {
		t.Error("51 bytes of pictures of 50")
	}
}

// A document that says something new of every part says no more than two hundred things, in short words.
func TestFindingsAreBounded(t *testing.T) {
	c := &content.Content{}
	for i := range 100_000 {
		c.Find(meeting.FindingExternal, fmt.Sprint(i)+strings.Repeat("x", 1000))
	}
	if len(c.Findings) > 200 || len(c.Findings[7].Detail) > 100 {
		t.Errorf("%d findings, of %d bytes", len(c.Findings), len(c.Findings[7].Detail))
	}
}

func TestExcerpt(t *testing.T) {
	c := &content.Content{Pages: []content.Page{{Title: "Été", Text: strings.Repeat("a", 1<<20)}, {Text: "b"}}}
	for n, want := range map[int]string{2: "Ét", 3: "Été", 6: "Été\naa"} {
		if got := c.Excerpt(n); got != want {
			t.Errorf("%d characters: %q, want %q", n, got, want)
		}
	}
	if bytes := allocated(func() { c.Excerpt(100) }); bytes > 64<<10 {
		t.Errorf("%d bytes for an excerpt", bytes)
	}
}
