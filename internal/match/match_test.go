package match_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

func person(id, name string, sector meeting.Sector, roles ...string) meeting.Participant {
	p := meeting.Participant{ID: id, Name: name, Sector: sector, Agency: "Agency of " + id}
	for _, r := range roles {
		role, session, _ := strings.Cut(r, ":")
		p.Roles = append(p.Roles, meeting.Role{Name: meeting.RoleName(role), Session: session})
	}
	return p
}

// run matches within the default budget.
func run(t testing.TB, x *match.Index, f match.Facts) match.Result {
	t.Helper()
	r, err := x.Match(t.Context(), f, match.Budget{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A match stops when its context ends, and looks at no more than its budget allows.
func TestBudget(t *testing.T) {
	f := match.Facts{FileName: "slides.pptx", Content: slides("Chains\nKofi Annor\nAïssatou N'Diaye")}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := index().Match(ended, f, match.Budget{}); !errors.Is(err, context.Canceled) || len(r.Candidates) > 0 {
		t.Errorf("after its context ended: %+v, %v", r, err)
	}
	for name, test := range map[string]struct {
		budget match.Budget
		filed  bool
	}{
		"default":         {match.Budget{}, true},
		"enough":          {match.Budget{Text: 1000, Mentions: 10}, true},
		"too little text": {match.Budget{Text: 10}, false},
		"no mention more": {match.Budget{Mentions: 1}, false},
	} {
		if r, err := index().Match(t.Context(), f, test.budget); err != nil || len(r.File) > 0 != test.filed {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func index() *match.Index {
	return match.NewIndex(meeting.Roster{
		Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains I"}, {ID: "s2", Title: "Supply chains II"}, {ID: "s3", Title: "Opening"}},
		Participants: []meeting.Participant{
			person("1", "Aïssatou N'Diaye", meeting.Private, "presenter:s1"),
			person("2", "João Manuel dos Santos", meeting.Private, "presenter:s1"),
			person("3", "Youssef El-Sayed", meeting.Private, "presenter:s1", "presenter:s2"),
			person("4", "Jean Mbeki", meeting.Private, "presenter:s1"),
			person("5", "Jean Paul Mbeki", meeting.Private, "presenter:s2"),
			person("6", "Grace Odhiambo", meeting.Public, "expert:s1", "panellist:s3"),
			person("7", "Madonna", meeting.Private, "presenter:s1"),
			person("8", "Li Wei", meeting.Private, "presenter:s1"),
			person("9", "Wei Li", meeting.Private, "presenter:s2"),
			person("10", "عبد الرحمن حسن", meeting.Private, "presenter:s1"),
			person("11", "Kofi Annor", meeting.Private, "moderator:s1"),
			person("12", "H.E. Dr. Amara Koroma", meeting.Private, "presenter:s1"),
		},
	}, letter.NewReader())
}

func slides(title string) *content.Content {
	head, body, _ := strings.Cut(title, "\n")
	return &content.Content{Format: content.PPTX, Pages: []content.Page{{Number: 1, Title: head, Text: body, Width: 720, Height: 540}}}
}

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"Chains\nAïssatou N’Diaye":                                   "1",
		"Chains\nNDIAYE Aissatou":                                    "1",
		"Chains\nN'diaye, Aïssatou":                                  "1",
		"Chains\nDr. João Manuel DOS SANTOS, Porto":                  "2",
		"Chains\nsantos joão manuel dos":                             "2",
		"Chains\nJean Mbeki":                                         string(meeting.ReasonSeveralNamed), // or Jean Paul, whose second name was left out
		"Chains\nProf. Amara KOROMA":                                 "12",                               // the roster's titles are not the slide's
		"Chains\nJean Paul Mbeki":                                    "5",
		"Chains\nJean-Paul MBEKI":                                    "5",
		"Chains\nعَبْدُ الرَّحمن حسن":                                "10",
		"Chains\nJean Pierre Mbeki":                                  string(meeting.ReasonNobodyNamed),
		"Chains\nMadonna":                                            string(meeting.ReasonNobodyNamed), // one word is no full name
		"Chains\nWei Li":                                             string(meeting.ReasonSeveralNamed),
		"Chains\nAïssatou\nN’Diaye":                                  string(meeting.ReasonNobodyNamed),  // a name does not go over a line
		"Chains\nJoão Manuel dos Santos and Aïssatou N'Diaye":        "1 2",                              // one deck for two
		"Chains\nJean Mbeki and Youssef El-Sayed":                    string(meeting.ReasonSeveralNamed), // in which of his sessions?
		"Chains\nMarie Jean; Mbeki Paul":                             string(meeting.ReasonNotSure),      // of Jean Paul Mbeki, a word is missing
		"Chains\nmoderated by Kofi Annor\nby João Manuel dos Santos": "2",                                // no presentation is wanted of the moderator
		"Chains\nKofi Annor":                                         string(meeting.ReasonNotRequired),
		"Chains\nYoussef El-Sayed":                                   string(meeting.ReasonSessionUnclear),
		"Supply chains II\nYoussef El Sayed":                         "3",
	} {
		r := run(t, index(), match.Facts{FileName: "slides.pptx", Content: slides(text)})
		got := string(r.Reason)
		if len(r.File) > 0 {
			var ids []string
			for _, k := range r.File {
				ids = append(ids, k.Participant)
			}
			got = strings.Join(ids, " ")
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"ndiaye_aissatou.pptx":                 "1",
		"Aissatou-NDIAYE v2 (final).pptx":      "1",
		"AmaraKoroma.pptx":                     "12",
		"2021-06-23 Amara.Koroma slides.pptx":  "12",
		"mbeki.pptx":                           string(meeting.ReasonSeveralNamed), // Jean or Jean Paul
		"JeanMbeki.pptx":                       string(meeting.ReasonSeveralNamed), // or Jean Paul, whose second name was left out
		"El-Sayed Youssef Supply chains I.ppt": "3",
	} {
		r := run(t, index(), match.Facts{FileName: name, Content: slides("Title")})
		got := string(r.Reason)
		if len(r.File) > 0 {
			got = r.Participant.ID
		}
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestKinds(t *testing.T) {
	pdf := func(w, h float64, text string) *content.Content {
		return &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Text: text, Width: w, Height: h}}}
	}
	for _, test := range []struct {
		name, file string
		c          *content.Content
		want       meeting.Kind
	}{
		{"slides", "x.pptx", slides("x"), meeting.Presentation},
		{"lying PDF", "x.pdf", pdf(842, 595, "x"), meeting.Presentation},
		{"a letter that nominates", "x.pdf", pdf(595, 842, "has the honour to nominate"), meeting.Nomination},
		{"a regret", "x.pdf", pdf(595, 842, "regrets"), meeting.Unknown},
		{"nothing said", "x.pdf", pdf(595, 842, "Curriculum vitae"), meeting.Unknown},
		{"named in the file name", "Presentation Mbeki.pdf", pdf(595, 842, "Paper"), meeting.Presentation},
		{"names its session", "x.pdf", pdf(595, 842, "Supply chains II"), meeting.Presentation},
		{"a scan", "Nomination letter Grace.pdf", pdf(595, 842, ""), meeting.Nomination},
		{"nothing read", "x.docx", nil, meeting.Unknown},
	} {
		says := reader{nominates: 0.01}
		if test.c != nil && strings.Contains(test.c.Pages[0].Text, "nominate") {
			says.nominates = 0.9
		}
		if got := run(t, index().Asking(says), match.Facts{FileName: test.file, Content: test.c}).Kind; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A nomination names a person for the meeting: it serves every session in which the person has a role.
func TestNominationServesAllSessions(t *testing.T) {
	r := run(t, index().Asking(sure), match.Facts{FileName: "letter.pdf", Claim: &match.Claim{Agency: "Agency of 6", Kind: meeting.Nomination},
		Content: upright("We nominate\nMs Grace Odhiambo")})
	want := []meeting.RequirementKey{{Session: "s1", Kind: meeting.Nomination, Participant: "6"}, {Session: "s3", Kind: meeting.Nomination, Participant: "6"}}
	if d := cmp.Diff(want, r.File); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// In review the candidates and what speaks for them are shown.
func TestCandidates(t *testing.T) {
	r := run(t, index(), match.Facts{FileName: "Jean Mbeki.pptx", Content: slides("Chains\nAïssatou N'Diaye")})
	if r.Reason != meeting.ReasonSeveralNamed || len(r.Candidates) != 2 {
		t.Fatalf("%+v", r)
	}
	want := [][]meeting.Evidence{
		{{Code: meeting.EvidenceNameInTitle, Detail: "Aïssatou N'Diaye", Weight: 8}},
		{{Code: meeting.EvidenceNameInFileName, Detail: "Jean Mbeki", Weight: 8}}}
	for i, c := range r.Candidates {
		if d := cmp.Diff(want[i], c.Evidence); d != "" {
			t.Errorf("candidate %d (-want +got)\n%s", i, d)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		r := meeting.Roster{Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains"}}}
		for i := range n {
			r.Participants = append(r.Participants, person(fmt.Sprint(i), fmt.Sprintf("Given%d Family%d", i%700, i), meeting.Private, "presenter:s1"))
		}
		x := match.NewIndex(r, letter.NewReader())
		f := match.Facts{FileName: "slides.pptx", Content: slides(strings.Repeat("some words of a title page\n", 20) + "Given42 Family42")}
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(run(b, x, f).File) != 1 {
					b.Fatal("not matched")
				}
			}
		})
	}
}
