package plain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"dossier/internal/extract/content"
	"dossier/internal/extract/plain"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func read(t *testing.T, f content.Format, text string, limits content.Limits) (*content.Content, error) {
	t.Helper()
	return plain.Read(t.Context(), f, strings.NewReader(text), int64(len(text)), limits.WithDefaults())
}

const (
	french = "Le Ministère de la Justice présente ses compliments au secrétariat et a l'honneur de désigner deux fonctionnaires pour y être entendus."
	arabic = "تهدي وزارة العدل تحياتها إلى الأمانة وتتشرف بترشيح اثنين من الموظفين للمشاركة في الاجتماع الإقليمي"
	russia = "Министерство юстиции свидетельствует своё уважение секретариату и имеет честь назначить двух должностных лиц"
)

// A text is read in the set that it was written in.
func TestCharacterSets(t *testing.T) {
	encode := func(e interface{ String(string) (string, error) }, s string) string {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, test := range map[string]struct{ data, want string }{
		"UTF-8":                {french, french},
		"UTF-8 with a mark":    {"\ufeff" + french, french},
		"UTF-16 LE":            {encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), french), french},
		"UTF-16 BE":            {encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), arabic), arabic},
		"UTF-16 LE, no mark":   {encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), french), french},
		"UTF-16 BE, no mark":   {encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(), french), french},
		"Windows-1252":         {encode(charmap.Windows1252.NewEncoder(), french), french},
		"Windows-1256, Arabic": {encode(charmap.Windows1256.NewEncoder(), arabic), arabic},
		"Windows-1251":         {encode(charmap.Windows1251.NewEncoder(), russia), russia},
	} {
		c, err := read(t, content.Text, test.data, content.Limits{})
		if err != nil || c.Pages[0].Text != test.want {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

func TestPages(t *testing.T) {
	c, err := read(t, content.Text, "one\r\n\r\n\r\n\r\nmore  \r\n\ftwo", content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]content.Page{{Number: 1, Text: "one\n\nmore"}, {Number: 2, Text: "two"}}, c.Pages); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestHTML(t *testing.T) {
	for name, test := range map[string]struct {
		html, want string
	}{
		"blocks":       {"<html><head><title>T</title><style>p{}</style></head><body><h1>Head</h1><p>One <b>two</b>\n  three</p><p>four<br>five</p></body></html>", "Head\nOne two three\nfour\nfive"},
		"entities":     {"<p>R&amp;D &lt;1&gt; &eacute;</p>", "R&D <1> é"},
		"tables":       {"<table><tr><th>Name</th><th>Post</th></tr><tr><td><p>Awa</p><p>Traoré</p></td><td>judge</td></tr></table>after", "Name\tPost\nAwa Traoré\tjudge\nafter"},
		"lists":        {"<ul><li>a</li><li>b</li></ul>", "a\nb"},
		"preformatted": {"<pre>a  b\nc</pre>", "a  b\nc"},
		"no script":    {"<p>a</p><script>var x = '<p>no</p>'</script><p>b</p>", "a\nb"},
		"declared set": {"<html><head><meta charset=windows-1256></head><body>\xe3\xd1\xcd\xc8\xc7</body></html>", "مرحبا"},
	} {
		c, err := read(t, content.HTML, test.html, content.Limits{})
		if err != nil || c.Pages[0].Text != test.want {
			t.Errorf("%s: %q %v", name, c.Pages[0].Text, err)
		}
	}
}

func TestHTMLFindings(t *testing.T) {
	c, err := read(t, content.HTML, `<html><title>A page</title><img src="https://x.example/a.png" alt="a map"><img src="b.png"><a href="https://x.example">link</a><script>x</script></html>`, content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Has(meeting.FindingExternal) || !c.Has(meeting.FindingJavaScript) || c.Metadata.Pictures != 2 || c.Metadata.PicturesWithoutAlt != 1 || c.Pages[0].Alt != "a map" || c.Metadata.Title != "A page" {
		t.Errorf("%+v", c)
	}
	if c, err = read(t, content.HTML, `<html><a href="https://x.example">link</a></html>`, content.Limits{}); err != nil || len(c.Findings) != 0 {
		t.Errorf("a link is a finding: %+v %v", c.Findings, err)
	}
}

func TestLimits(t *testing.T) {
	for name, test := range map[string]struct {
		format content.Format
		data   string
		limits content.Limits
	}{
		"text":   {content.Text, strings.Repeat("a", 3000), content.Limits{Text: 1000}},
		"whole":  {content.Text, "aaaaaaaaaaaa", content.Limits{Whole: 10}},
		"tokens": {content.HTML, strings.Repeat("<p>", 3000), content.Limits{Tokens: 1000}},
		"tag":    {content.HTML, "<p " + strings.Repeat("a", 3000), content.Limits{Text: 1000}},
	} {
		if _, err := read(t, test.format, test.data, test.limits); !fault.Because(err, meeting.ReasonTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(french))
	f.Add([]byte("\xff\xfea\x00b"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.Text, data) })
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte("<html><meta charset=utf-16><table><td><p>x<script>y"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, content.HTML, data) })
}

func fuzzed(t *testing.T, f content.Format, data []byte) {
	c, err := read(t, f, string(data), content.Limits{Text: 1 << 20, Tokens: 100_000})
	if err != nil && !fault.Is(err, fault.Rejected) || err == nil && len(c.Pages) == 0 {
		t.Errorf("neither read nor refused: %v", err)
	}
}
