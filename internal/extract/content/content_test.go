package content_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

// Notes, remarks and other texts beside a page are gathered in proportion to what they say.
func TestAsidesAreLinear(t *testing.T) {
	for name, add := range map[string]func(*content.Flow, string){
		"notes": (*content.Flow).Note, "comments": (*content.Flow).Comment, "alternative texts": (*content.Flow).Alt, "margins": (*content.Flow).Margin,
	} {
		cost := func(n int) uint64 {
			return memtest.Allocated(func() {
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

// What an archive holds stays in memory with it, and what lies deeper too.
func TestSettle(t *testing.T) {
	l := content.Limits{}.WithDefaults()
	deep := &content.Content{Attachments: []content.Attachment{{Data: make([]byte, 7)}}}
	l.Settle(100, &content.Content{Attachments: []content.Attachment{{Data: make([]byte, 20), Content: deep}, {Data: make([]byte, 3)}}})
	if l.Held() != 130 {
		t.Errorf("%d bytes are held, want 130", l.Held())
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
	if bytes := memtest.Allocated(func() { c.Excerpt(100) }); bytes > 64<<10 {
		t.Errorf("%d bytes for an excerpt", bytes)
	}
}

// A ligature of eighteen letters makes no file of megabytes one of gigabytes; a text with some of them is spelled out.
func TestTidyGrowsLittle(t *testing.T) {
	const ligature = "\ufdfa"
	if got := content.Tidy("x " + ligature); got != "x صلى الله عليه وسلم" {
		t.Errorf("%q", got)
	}
	long := strings.Repeat(ligature, 500_000)
	if got := content.Tidy(long); len(got) > len(long)+2<<20 || !strings.HasSuffix(got, ligature) {
		t.Errorf("%d bytes of %d", len(got), len(long))
	}
}

// Text is within one limit over the document and all that lies in it.
func TestTextOfAll(t *testing.T) {
	limits := content.Limits{Text: 100}.WithDefaults()
	page := content.Page{Text: strings.Repeat("x", 60)}
	if err := (&content.Content{}).Add(page, limits); err != nil {
		t.Fatal(err)
	}
	if err := (&content.Content{}).Add(page, limits); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("a second document: %v", err)
	}
	if err := (&content.Content{}).Add(page, limits.Fresh()); err != nil {
		t.Errorf("a document of its own: %v", err)
	}
}

// What a file says of itself has an end.
func TestMetadataIsBounded(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	m := content.Metadata{Title: long, Subject: long, Author: long, LastEditor: long, Organisation: long, Producer: long}
	m.Bound()
	for _, s := range []string{m.Title, m.Subject, m.Author, m.LastEditor, m.Organisation, m.Producer} {
		if len(s) < 1000 || len(s) > 5000 || strings.Trim(s, "é") != "" {
			t.Errorf("%d bytes", len(s))
		}
	}
}

// Blanks are folded as by cutting a text into its words, without the memory that a list of them takes.
func TestFolded(t *testing.T) {
	for _, s := range []string{"", " ", "a", " a ", "a  b\n\tc", "\u00a0é\u2003b ", "a b"} {
		if got, want := content.Folded(s, unicode.IsSpace), strings.Join(strings.Fields(s), " "); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	long := strings.Repeat("a ", 1<<20)
	if n := memtest.Allocated(func() { content.Folded(long, unicode.IsSpace) }); n > 3<<20 {
		t.Errorf("%d bytes for a text of %d", n, len(long))
	}
}

// What stands aside has the limit of the text, and says when it is reached.
func TestAsideIsBounded(t *testing.T) {
	a := content.NewAside(content.Limits{Text: 10})
	a.Write("12345")
	a.Line()
	if a.Write("6789"); a.Err() != nil || a.String() != "12345\n6789" {
		t.Errorf("%q, %v", a.String(), a.Err())
	}
	a.Line()
	if a.Write("x"); !fault.Because(a.Err(), meeting.ReasonTooLarge) || a.String() != "12345\n6789" {
		t.Errorf("%q, %v", a.String(), a.Err())
	}
}

// A file of a few bytes a picture does not fill the memory with them.
func TestSheetsAreCounted(t *testing.T) {
	limits := content.Limits{Pages: 3}.WithDefaults()
	for _, page := range []bool{true, false} {
		c := &content.Content{}
		f := content.NewFlow(c, limits)
		for range 10 {
			f.Picture(content.Picture{})
			if page {
				f.Break()
			}
		}
		if err := f.Close(); err != nil || len(c.Sheets()) != 3 {
			t.Errorf("%d sheets, %v", len(c.Sheets()), err)
		}
	}
}
