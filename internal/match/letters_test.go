package match_test

import (
	"fmt"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// officials are a roster for letters: two people of one family name, long names and short, two scripts.
func officials() *match.Index {
	official := func(id, name, agency, country string) meeting.Participant {
		p := person(id, name, meeting.Public, "expert:s1")
		p.Agency, p.Country = agency, country
		return p
	}
	return match.NewIndex(meeting.Roster{
		Meeting:  meeting.Meeting{ID: "m"},
		Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains I"}},
		Participants: []meeting.Participant{
			official("grace", "Grace Wanjiru Kamau", "Ministry of Labour and Social Protection", "Kenya"),
			official("peter", "Peter Otieno Ouma", "Ministry of Labour and Social Protection", "Kenya"),
			official("mary", "Mary Kamau", "National Police Service", "Kenya"),
			official("lucy", "Lucy Njeri", "Ministry of Labour and Social Protection", "Kenya"),
			official("fatima", "Fatima Zahra Benali", "Ministère de l'Emploi", "Morocco"),
			official("youssef", "Youssef Abdelrahman Hassan", "Ministère de l'Emploi", "Morocco"),
			official("joao", "João Manuel dos Santos", "Ministério do Trabalho", "Mozambique"),
			official("jean-sn", "Jean Diop", "Police Nationale", "Sénégal"),
			official("moussa1", "Moussa Traoré", "Agence A", "Mali"),
			official("moussa2", "Moussa Traoré", "Agence B", "Mali"),
			official("nguessan", "Kouassi Jean-Marc N'Guessan", "Direction Générale du Travail", "Côte d'Ivoire"),
		},
	}, letter.NewReader())
}

func note(agency, country, nominees string) string {
	return agency + "\n" + country + "\n12 May 2021\n\n" + agency + " presents its compliments and has the honour to nominate:\n\n" + nominees + "\n\nYours sincerely,\nLucy Njeri\n"
}

func TestLetters(t *testing.T) {
	const labour = "Ministry of Labour and Social Protection"
	for name, test := range map[string]struct {
		text string
		want string // who is filed, or why nobody is
	}{
		"two nominees":                    {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Peter Otieno Ouma, Officer"), "grace peter"},
		"family name first, capitals":     {note(labour, "Kenya", "1. Ms KAMAU Grace Wanjiru, Director"), "grace"},
		"a middle name left out":          {note(labour, "Kenya", "1. Ms Grace Kamau, Director"), "grace"},
		"an initial":                      {note(labour, "Kenya", "1. Ms Grace W. Kamau, Director"), "grace"},
		"a slip of OCR":                   {note(labour, "Kenya", "1. Ms Grace Wanjiru Karnau, Director\n2. Mr Peter Otieno Oum1, Officer"), string(meeting.ReasonNotOnRoster)}, // Oum1 is too short to be sure
		"one slip":                        {note(labour, "Kenya", "1. Ms Grace Wanj1ru Kamau, Director"), "grace"},
		"left out, from nobody knows who": {note("Some Bureau of Things", "", "1. Ms Grace Kamau, Director"), string(meeting.ReasonNotOnRoster)},
		"the same name, another country":  {note("Police Nationale", "République du Bénin", "1. M. Jean Diop, commissaire"), string(meeting.ReasonCountryDiffers)},
		"two of one name, told apart":     {note("Agence A", "Mali", "1. M. Moussa Traoré, chef"), "moussa1"},
		"two of one name":                 {note("Agence C", "Mali", "1. M. Moussa Traoré, chef"), string(meeting.ReasonSeveralNamed)},
		"one of them unknown":             {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Daniel Kiptoo, Officer"), string(meeting.ReasonNotOnRoster)},
		"a first name more is another":    {note(labour, "Kenya", "1. Ms Mary Anne Kamau, Officer"), string(meeting.ReasonNotOnRoster)},
		"two and an alternate":            {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Peter Otieno Ouma, Officer\n3. Ms Mary Kamau, Inspector, as alternate"), "grace mary peter"},
		"who signs is not nominated":      {note(labour, "Kenya", "1. Mr Daniel Kiptoo, Officer"), string(meeting.ReasonNotOnRoster)},
		"who is replaced is not":          {note(labour, "Kenya", "Ms Grace Wanjiru Kamau, Director, in place of Mr Peter Otieno Ouma"), "grace"},
		"Arabic for Latin":                {"المملكة المغربية\nوزارة الشغل\n12 مايو 2021\n\nتتشرف الوزارة بترشيح:\n\n1. السيدة فاطمة الزهراء بن علي، مديرة\n2. السيد يوسف عبد الرحمن حسن، مستشار\n\nوتفضلوا بقبول فائق الاحترام", "fatima youssef"},
		"Portuguese particles":            {"Ministério do Trabalho\nMoçambique\n12 de maio de 2021\n\nO Ministério tem a honra de designar o Sr. João Manuel Santos, jurista.\n\nAtenciosamente,", "joao"},
		"hyphens and apostrophes":         {"Direction Générale du Travail\nCôte d'Ivoire\nle 12 mai 2021\n\nLa Direction désigne M. N’GUESSAN Kouassi Jean Marc, sous-directeur.\n\nCordialement,", "nguessan"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, officials(), match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Text: test.text, Width: 595, Height: 842}}}})
			var filed []string
			for _, k := range r.File {
				filed = append(filed, k.Participant)
			}
			got := strings.Join(filed, " ")
			if r.Confidence < match.Threshold || got == "" {
				got = string(r.Reason)
			}
			if got != test.want {
				t.Errorf("%s, want %s (%+v)", got, test.want, r.Candidates)
			}
		})
	}
}

// In review those who may be meant stand first, with what speaks for them.
func TestLetterCandidates(t *testing.T) {
	r := run(t, officials(), match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Width: 595, Height: 842,
		Text: note("Police Nationale", "République du Bénin", "1. M. Jean Diop, commissaire")}}}})
	if len(r.Candidates) != 1 || r.Candidates[0].Participant != "jean-sn" || len(r.Candidates[0].Evidence) != 3 || r.Candidates[0].Evidence[1].Code != meeting.EvidenceCountryIsOther || r.Candidates[0].Evidence[2].Code != meeting.EvidenceAgencyAgrees {
		t.Errorf("%+v", r.Candidates)
	}
	// Of a nominee who is not on the roster, the name is said.
	r = run(t, officials(), match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Width: 595, Height: 842,
		Text: note("Police Nationale", "Sénégal", "1. M. Daniel Kiptoo, commissaire")}}}})
	if r.Reason != meeting.ReasonNotOnRoster || len(r.Candidates) != 0 || len(r.Evidence) != 1 || r.Evidence[0].Detail != "Daniel Kiptoo" {
		t.Errorf("%+v", r)
	}
	// A name in another script is found by its consonants.
	r = run(t, officials(), match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Width: 595, Height: 842,
		Text: "المملكة المغربية\n12 مايو 2021\n\nتتشرف الوزارة بترشيح السيد يوسف عبدالرحمن حسن، مستشار\n\nوتفضلوا"}}}})
	if len(r.File) != 1 || r.File[0].Participant != "youssef" {
		t.Errorf("%+v", r)
	}
}

// syllables makes a name of a number; names of different numbers are not alike.
func syllables(n int) string {
	parts := []string{"ko", "ba", "ti", "me", "ra", "su", "ndo", "fa", "li", "we", "ja", "pho", "zu", "gi", "cha", "no", "de", "ya", "mu", "sse"}
	s := ""
	for range 5 {
		s += parts[n%len(parts)]
		n /= len(parts)
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// One letter against ten thousand people costs what it does against a hundred.
func BenchmarkMatchLetter(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		r := meeting.Roster{Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains"}}}
		for i := range n {
			p := person(fmt.Sprint(i), syllables(i*7919)+" "+syllables(i*104729+13), meeting.Public, "expert:s1")
			p.Agency, p.Country = fmt.Sprintf("Ministry number %d", i/10), "Kenya"
			r.Participants = append(r.Participants, p)
		}
		x := match.NewIndex(r, letter.NewReader())
		name := r.Participants[n/2].Name
		f := match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Width: 595, Height: 842,
			Text: note(r.Participants[n/2].Agency, "Kenya", "1. Ms "+name+", Director")}}}}
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
