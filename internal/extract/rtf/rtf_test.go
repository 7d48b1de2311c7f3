package rtf_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/rtf"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func read(t *testing.T, text string, limits content.Limits) (*content.Content, error) {
	t.Helper()
	return rtf.Read(t.Context(), strings.NewReader(text), int64(len(text)), limits.WithDefaults())
}

func TestText(t *testing.T) {
	for name, test := range map[string]struct {
		rtf  string
		want []content.Page
	}{
		"paragraphs":             {`{\rtf1 one\par two\line three\tab four}`, []content.Page{{Text: "one\ntwo\nthree\tfour"}}},
		"code page":              {`{\rtf1\ansicpg1252 sign\'e9 \'96 caf\'e9}`, []content.Page{{Text: "signé – café"}}},
		"Arabic code page":       {`{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset178 B;}}\f1\'e3\'d1\'cd\'c8\'c7 \f0 x}`, []content.Page{{Text: "مرحبا x"}}},
		"Unicode and stand-in":   {`{\rtf1\uc1 \u233?t\u233 ?{\uc0 \u1605\u1585}}`, []content.Page{{Text: "étéمر"}}},
		"two stand-ins":          {`{\rtf1\uc2 a\u233\'c3\'a9b}`, []content.Page{{Text: "aéb"}}},
		"surrogates":             {`{\rtf1 \u-10179?\u-8704?}`, []content.Page{{Text: "😀"}}},
		"signs":                  {`{\rtf1 \{a\}\\\~b\_c\-d\emdash\rquote\ldblquote x}`, []content.Page{{Text: "{a}\\ b-cd—’“x"}}},
		"tables":                 {`{\rtf1\trowd Name\cell Post\cell\row\trowd Awa\cell judge\cell\row}`, []content.Page{{Text: "Name\tPost\nAwa\tjudge"}}},
		"pages":                  {`{\rtf1 one\page two\sect three}`, []content.Page{{Text: "one"}, {Text: "two"}, {Text: "three"}}},
		"notes and margins":      {`{\rtf1{\header Ministry}text{\footnote see annex}{\*\atnid 1}{\*\annotation check} more}`, []content.Page{{Text: "text more", Notes: "see annex", Comments: "check", Footer: "Ministry"}}},
		"what is not shown":      {`{\rtf1 a{\v hidden}{\deleted gone}{\*\unknown x{\b y}}{\stylesheet{\s1 Normal;}}{\pict 00ff}b}`, []content.Page{{Text: "ab"}}},
		"a field's result":       {`{\rtf1{\field{\*\fldinst{ HYPERLINK "https://x.example" }}{\fldrslt the link}}}`, []content.Page{{Text: "the link"}}},
		"list numbers":           {`{\rtf1{\listtext 1.\tab}Awa\par}`, []content.Page{{Text: "1.\tAwa"}}},
		"binary data":            {"{\\rtf1 a{\\*\\x\\bin5 }}}}}b}", []content.Page{{Text: "a"}}},
		"size":                   {`{\rtf1\paperw11900\paperh16840 x}`, []content.Page{{Text: "x", Width: 595, Height: 842}}},
		"cut short":              {`{\rtf1 {\b one`, []content.Page{{Text: "one"}}},
		"text behind the end":    {`{\rtf1 one}{two`, []content.Page{{Text: "one"}}},
		"a line end is no blank": {"{\\rtf1 o\r\nne}", []content.Page{{Text: "one"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := read(t, test.rtf, content.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range test.want {
				test.want[i].Number = i + 1
			}
			if d := cmp.Diff(test.want, c.Pages); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	c, err := read(t, `{\rtf1\ansicpg1252{\info{\title Lettre sign\'e9e}{\author Awa}{\operator Moussa}{\*\company Justice}{\creatim\yr2021\mo5\dy3\hr9\min30}{\revtim\yr2021\mo5\dy4}}x{\object{\*\objdata 0105}}}`, content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := content.Metadata{Title: "Lettre signée", Author: "Awa", LastEditor: "Moussa", Organisation: "Justice",
		Created: time.Date(2021, 5, 3, 9, 30, 0, 0, time.UTC), Modified: time.Date(2021, 5, 4, 0, 0, 0, 0, time.UTC)}
	if d := cmp.Diff(want, c.Metadata); d != "" || !c.Has(meeting.FindingEmbedded) {
		t.Errorf("%v (-want +got)\n%s", c.Findings, d)
	}
}

// What a file takes from elsewhere is external content, wherever it stands; what a person follows is not.
func TestExternal(t *testing.T) {
	field := func(instruction, result string) string {
		return `{\field{\*\fldinst{` + instruction + `}}{\fldrslt{` + result + `}}}`
	}
	for name, test := range map[string]struct{ rtf, want string }{
		"a link":                      {field(` HYPERLINK "https://x.example" `, `DDEAUTO`), ""},
		"text":                        {field(` INCLUDETEXT "https://x.example/a.docx" `, `x`), "INCLUDETEXT"},
		"a picture":                   {field(` INCLUDEPICTURE "https://x.example/a.png" \\d `, `x`), "INCLUDEPICTURE"},
		"an old link":                 {field(` LINK Excel.Sheet.8 "C:\\a.xls" `, `x`), "LINK"},
		"DDE, changed in the middle":  {field(`{\b d}{\i de}{\ul auto} c:\\x`, ``), "DDEAUTO"},
		"DDE in code":                 {field(`\'44\u68?E cmd`, ``), "DDE"},
		"hidden":                      {`{\v ` + field(` DDE cmd `, `x`) + `}`, "DDE"},
		"hidden within":               {field(`\v DDE cmd `, `x`), "DDE"},
		"in a header":                 {`{\header ` + field(` DDE cmd `, `x`) + `}`, "DDE"},
		"in a note":                   {`{\footnote ` + field(` DDE cmd `, `x`) + `}`, "DDE"},
		"in what is skipped":          {`{\*\unknown ` + field(` DDE cmd `, `x`) + `}`, "DDE"},
		"in another's instruction":    {field(` IF `+field(` DDE cmd `, `1`)+` = 1 `, `x`), "DDE"},
		"of another's result":         {field(field(` QUOTE 76 `, `L`)+`INK x `, `x`), "LINK"},
		"without a result":            {`{\field{\*\fldinst DDE cmd }}`, "DDE"},
		"as old programs write it":    {`{\field{\fldinst DDE cmd }{\fldrslt x}}`, "DDE"},
		"cut short":                   {`{\field{\*\fldinst DDE cmd `, "DDE"},
		"a template":                  {`{\*\template https://x.example/a.dotm}`, "attachedTemplate"},
		"a template of a machine":     {`{\*\template \\\\x\\a.dotm}`, "attachedTemplate"},
		"a template of one's own":     {`{\*\template C:\\Users\\awa\\Normal.dotm}`, ""},
		"an object that is elsewhere": {`{\object\objautlink{\*\objdata 01}}`, "oleObject"},
	} {
		c, err := read(t, `{\rtf1 a `+test.rtf+`}`, content.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range c.Findings {
			if f.Code == meeting.FindingExternal {
				got += f.Detail
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if strings.Contains(c.Pages[0].Text, "DDE ") {
			t.Errorf("%s: %q", name, c.Pages[0].Text)
		}
	}
}

func TestLimits(t *testing.T) {
	for name, test := range map[string]struct {
		rtf    string
		limits content.Limits
	}{
		"groups":     {`{\rtf1 ` + strings.Repeat("{", 2000), content.Limits{}},
		"text":       {`{\rtf1 ` + strings.Repeat("a", 3000) + "}", content.Limits{Text: 1000}},
		"whole file": {`{\rtf1 aaaaaaaaaa}`, content.Limits{Whole: 10}},
		"pages":      {`{\rtf1 ` + strings.Repeat(`a\page `, 50), content.Limits{Pages: 10}},
	} {
		if _, err := read(t, test.rtf, test.limits); !fault.Because(err, meeting.ReasonTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRTF(f *testing.F) {
	f.Add(`{\rtf1\ansi{\fonttbl{\f1\fcharset178 B;}}{\info{\title x}}\f1\'e3 \u233?\bin2 xx{\*\annotation y}{\header z}\page}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(t, text, content.Limits{Text: 1 << 20})
		if err != nil && !fault.Is(err, fault.Rejected) || err == nil && len(c.Pages) == 0 {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}
