package match_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"dossier/internal/encoder"
	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// reader says of a paper what the test wants. People who are not listed are nominated when they are named after the word
// "nominate" or its like.
type reader struct {
	nominates float64
	acts      map[meeting.Act]float64
	people    map[string]float64 // by a part of the name as it stands there
}

func (r reader) Read(_ context.Context, p encoder.Paper) (encoder.Reading, error) {
	out := encoder.Reading{Nominates: r.nominates}
	for _, a := range meeting.Acts() {
		out.Acts = append(out.Acts, r.acts[a])
	}
	for _, q := range p.People {
		s := q.Spans[0]
		chance := 0.001
		if at := regexp.MustCompile(`nominate|désign|designar|ترشيح`).FindStringIndex(p.Text); at != nil && s.From > at[0] &&
			!strings.Contains(p.Text[max(0, s.From-20):s.From], "sincerely") && !strings.Contains(p.Text[max(0, s.From-20):s.From], "in place of") {
			chance = 0.999
		}
		for name, c := range r.people {
			if strings.Contains(p.Text[s.From:s.To], name) {
				chance = c
			}
		}
		out.People = append(out.People, chance)
	}
	return out, nil
}

// sure is a reader that takes each text for a nomination.
var sure = reader{nominates: 0.999}

// officials are a roster for letters: two people of one family name, long names and short, two scripts.
func officials(readers ...match.PaperReader) *match.Index {
	official := func(id, name, agency, country string) meeting.Participant {
		p := person(id, name, meeting.Public, "expert:s1")
		p.Agency, p.Country = agency, country
		return p
	}
	return match.NewIndex(meeting.Roster{
		Meeting: meeting.Meeting{ID: "m", Title: "Regional meeting on supply chains", TimeZone: "Africa/Nairobi", Secretariat: []string{"desk@secretariat.example"},
			Starts: time.Date(2021, 6, 23, 9, 0, 0, 0, time.UTC), Ends: time.Date(2021, 6, 24, 17, 0, 0, 0, time.UTC)},
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
			official("moussa1", "Moussa Traoré", "Agence Alpha", "Mali"),
			official("moussa2", "Moussa Traoré", "Agence Bravo", "Mali"),
			official("aleksandar", "Aleksandar Nikolovski", "Ministry of Interior", "North Macedonia"),
			official("nikolaos", "Nikolaos Georgiou", "Hellenic Police", "Greece"),
			official("nguessan", "Kouassi Jean-Marc N'Guessan", "Direction Générale du Travail", "Côte d'Ivoire"),
		},
	}, letter.NewReader()).Asking(readers...)
}

func note(agency, country, nominees string) string {
	return agency + "\n" + country + "\n12 May 2021\n\n" + agency + " presents its compliments and has the honour to nominate for the meeting in Nairobi, 23-24 June 2021:\n\n" + nominees + "\n\nYours sincerely,\nLucy Njeri\n"
}

// upright is a page of a letter.
func upright(text string) *content.Content {
	return &content.Content{Format: content.PDF, Pages: []content.Page{{Number: 1, Text: text, Width: 595, Height: 842}}}
}

// filedFor is who a letter is filed for, or the reason why nobody is.
func filedFor(r match.Result) string {
	var ids []string
	for _, k := range r.File {
		ids = append(ids, k.Participant)
	}
	if len(ids) == 0 {
		return string(r.Reason)
	}
	return strings.Join(ids, " ")
}

func TestLetters(t *testing.T) {
	const labour = "Ministry of Labour and Social Protection"
	for name, test := range map[string]struct {
		text string
		want string // who is filed, or why nobody is
	}{
		"two nominees":                   {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Peter Otieno Ouma, Officer"), "grace peter"},
		"family name first, capitals":    {note(labour, "Kenya", "1. Ms KAMAU Grace Wanjiru, Director"), "grace"},
		"a middle name left out":         {note(labour, "Kenya", "1. Ms Grace Kamau, Director"), "grace"},
		"an initial":                     {note(labour, "Kenya", "1. Ms Grace W. Kamau, Director"), "grace"},
		"one slip":                       {note(labour, "Kenya", "1. Ms Grace Wanj1ru Kamau, Director"), "grace"},
		"from nobody knows who":          {note("Some Bureau of Things", "", "1. Ms Grace Kamau, Director"), string(meeting.ReasonCountryDiffers)},
		"the same name, another country": {note("Bureau des affaires", "République du Bénin", "1. M. Jean Diop, commissaire"), string(meeting.ReasonCountryDiffers)},
		"two of one name, told apart":    {note("Agence Alpha", "Mali", "1. M. Moussa Traoré, chef"), "moussa1"},
		"two of one name":                {note("Agence Charlie", "Mali", "1. M. Moussa Traoré, chef"), string(meeting.ReasonSeveralNamed)},
		"one of them unknown":            {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Daniel Kiptoo, Officer"), "grace"},
		"nobody named":                   {note(labour, "Kenya", "two officials from our field offices"), string(meeting.ReasonNotOnRoster)},
		"a first name more is another":   {note(labour, "Kenya", "1. Ms Mary Anne Kamau, Officer"), string(meeting.ReasonNotOnRoster)},
		"two and an alternate":           {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director\n2. Mr Peter Otieno Ouma, Officer\n3. Ms Mary Kamau, Inspector, National Police Service, as alternate"), "grace mary peter"},
		"who signs is not nominated":     {note(labour, "Kenya", "1. Mr Daniel Kiptoo, Officer"), string(meeting.ReasonNotOnRoster)},
		"the days, in another town":      {strings.Replace(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"), "in Nairobi", "in Kampala", 1), string(meeting.ReasonNotSure)},
		"the days, at home and abroad":   {strings.Replace(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"), "in Nairobi", "in Nairobi (not in Kampala)", 1), "grace"},
		"a seat given to another":        {note(labour, "Kenya", "Ms Grace Wanjiru Kamau, Director, in place of Mr Peter Otieno Ouma"), string(meeting.ReasonNotSure)},
		"Arabic for Latin":               {"المملكة المغربية\nوزارة الشغل\n12 مايو 2021\n\nتتشرف الوزارة بترشيح للاجتماع في نيروبي من 23 إلى 24 يونيو 2021:\n\n1. السيدة فاطمة الزهراء بن علي، مديرة\n2. السيد يوسف عبد الرحمن حسن، مستشار\n\nوتفضلوا بقبول فائق الاحترام", "fatima youssef"},
		"Cyrillic for Latin":             {note("Ministry of Interior", "North Macedonia", "1. Александар Николовски, inspector"), "aleksandar"},
		"Greek for Latin":                {note("Hellenic Police", "Greece", "1. Νικόλαος Γεωργίου, director"), "nikolaos"},
		"Portuguese particles":           {"Ministério do Trabalho\nMoçambique\n12 de maio de 2021\n\nO Ministério tem a honra de designar para Nairobi o Sr. João Manuel Santos, jurista.\n\nAtenciosamente,", "joao"},
		"hyphens and apostrophes":        {"Direction Générale du Travail\nCôte d'Ivoire\nle 12 mai 2021\n\nLa Direction désigne M. N’GUESSAN Kouassi Jean Marc, sous-directeur, pour la réunion de Nairobi.\n\nCordialement,", "nguessan"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, officials(sure), match.Facts{FileName: "letter.pdf", Content: upright(test.text)})
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v)", got, test.want, r.Candidates)
			}
		})
	}
}

// Each guard forbids what it is for, and the same letter without that is filed.
func TestGuards(t *testing.T) {
	const labour = "Ministry of Labour and Social Protection"
	good := note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director")
	facts := func(text string) match.Facts { return match.Facts{FileName: "letter.pdf", Content: upright(text)} }
	fromDesk := facts(good)
	fromDesk.Sender.Address = "desk@secretariat.example"
	byOwnLink, byOtherLink := facts(good), facts(good)
	byOwnLink.Claim = &match.Claim{Agency: labour, Kind: meeting.Nomination}
	byOtherLink.Claim = &match.Claim{Agency: "National Police Service", Kind: meeting.Nomination}
	nowhere := strings.Replace(good, " for the meeting in Nairobi, 23-24 June 2021", "", 1)
	nowhereByLink := facts(nowhere)
	nowhereByLink.Claim = byOwnLink.Claim
	mail := facts(good)
	mail.Content.Envelope = &content.Envelope{From: "a@b.example"}
	bounce := facts(good)
	bounce.Content.Envelope = &content.Envelope{From: "mailer-daemon@b.example", Automatic: true}
	threaded := facts(nowhere)
	threaded.Thread = []string{"grace"}
	for name, test := range map[string]struct {
		facts  match.Facts
		reader reader
		want   string
		code   meeting.EvidenceCode // what staff are told first
	}{
		"nothing against it":               {facts(good), sure, "grace", meeting.EvidenceNominated},
		"other days":                       {facts(strings.Replace(good, "23-24 June 2021", "3-4 November 2021", 1)), sure, string(meeting.ReasonNotSure), meeting.EvidenceOtherDays},
		"other days beside the meeting's":  {facts(good + "She returns from leave of 1-4 June 2021."), sure, "grace", meeting.EvidenceNominated},
		"no meeting":                       {facts(nowhere), sure, string(meeting.ReasonNotSure), meeting.EvidenceNoMeeting},
		"no meeting, by the office's link": {nowhereByLink, sure, "grace", meeting.EvidenceNominated},
		"no meeting, in a thread":          {threaded, sure, "grace", meeting.EvidenceNominated},
		"from the secretariat":             {fromDesk, sure, string(meeting.ReasonKindUnclear), meeting.EvidenceFromSecretariat},
		"by mail":                          {mail, sure, "grace", meeting.EvidenceNominated},
		"a mail that did not arrive":       {bounce, sure, string(meeting.ReasonKindUnclear), meeting.EvidenceAutomatic},
		"a name in an address alone":       {facts(note(labour, "Kenya", "write to grace.wanjiru.kamau@labour.example")), sure, string(meeting.ReasonNotSure), meeting.EvidenceInAddress},
		"a name, and an address":           {facts(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, grace.kamau@labour.example")), sure, "grace", meeting.EvidenceNominated},
		"a name in a quoted mail alone":    {facts(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau\n\nas you wrote:\n> Mr Peter Otieno Ouma comes")), sure, string(meeting.ReasonNotSure), meeting.EvidenceInQuote},
		"all of it is passed on":           {facts(note(labour, "Kenya", "> 1. Ms Grace Wanjiru Kamau, Director")), sure, "grace", meeting.EvidenceNominated},
		"a name, and a quoted mail":        {facts(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau\n> Does Ms Grace Wanjiru Kamau come?")), sure, "grace", meeting.EvidenceNominated},
		"by the office's link":             {byOwnLink, sure, "grace", meeting.EvidenceNominated},
		"by another office's link":         {byOtherLink, sure, string(meeting.ReasonOtherPerson), meeting.EvidenceOtherNamed},
		"a reader that doubts":             {facts(good), reader{nominates: 0.6}, string(meeting.ReasonNotSure), meeting.EvidenceNominated},
		"a person in doubt":                {facts(good), reader{nominates: 0.999, people: map[string]float64{"Grace": 0.6}}, string(meeting.ReasonNotSure), meeting.EvidenceNominated},
		"one who may be left out":          {facts(good), reader{nominates: 0.999, people: map[string]float64{"Lucy": 0.4}}, string(meeting.ReasonNotSure), meeting.EvidenceNominated},
		"a seat that changes hands": {facts(note(labour, "Kenya", "Ms Grace Wanjiru Kamau and Mr Peter Otieno Ouma change places")),
			reader{nominates: 0.999, acts: map[meeting.Act]float64{meeting.ActReplaces: 0.9}, people: map[string]float64{"Peter": 0.001}}, string(meeting.ReasonNotSure), meeting.EvidenceAct},
		"to another office":       {facts("To: The Director of Finance\n" + good), sure, string(meeting.ReasonNotSure), meeting.EvidenceForAnother},
		"to the secretariat":      {facts("To: The Secretariat of the meeting\n" + good), sure, "grace", meeting.EvidenceNominated},
		"a day of the meeting":    {facts(nowhere + "She arrives on 23 June."), sure, "grace", meeting.EvidenceNominated},
		"the town, in Arabic":     {facts(nowhere + "نيروبي"), sure, "grace", meeting.EvidenceNominated},
		"the town, with a clitic": {facts(nowhere + "بنيروبي"), sure, "grace", meeting.EvidenceNominated},
		"a bank is no town":       {facts(nowhere + "بنك"), sure, string(meeting.ReasonNotSure), meeting.EvidenceNoMeeting},
		"words that say more":     {facts(good + "Her clearance is awaited."), sure, string(meeting.ReasonNotSure), meeting.EvidenceDoubt},
		"no nomination":           {facts(good), reader{nominates: 0.2, acts: map[meeting.Act]float64{meeting.ActThanks: 0.9}}, string(meeting.ReasonKindUnclear), meeting.EvidenceAct},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, officials(test.reader), test.facts)
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v)", got, test.want, r.Evidence)
			}
			if len(r.Evidence) == 0 || r.Evidence[0].Code != test.code {
				t.Errorf("evidence %+v, want %s first", r.Evidence, test.code)
			}
			if len(r.Candidates) == 0 || r.Candidates[0].Participant != "grace" {
				t.Errorf("candidates %+v", r.Candidates)
			}
		})
	}
}

// Readers that differ file nothing: the one that doubts most decides.
func TestReadersMustAgree(t *testing.T) {
	f := match.Facts{FileName: "letter.pdf", Content: upright(note("Ministry of Labour and Social Protection", "Kenya", "1. Ms Grace Wanjiru Kamau"))}
	for name, readers := range map[string][]match.PaperReader{"about the paper": {sure, reader{nominates: 0.01}},
		"about the person": {sure, reader{nominates: 0.999, people: map[string]float64{"Grace": 0.01}}}, "none": nil} {
		if r := run(t, officials(readers...), f); len(r.File) > 0 {
			t.Errorf("%s: filed for %v", name, r.File)
		}
	}
	if r := run(t, officials(sure, sure), f); filedFor(r) != "grace" {
		t.Errorf("two that agree: %+v", r)
	}
}

// In review those who may be meant stand first, with what speaks for them, and nominees are listed.
func TestLetterCandidates(t *testing.T) {
	r := run(t, officials(sure), match.Facts{FileName: "letter.pdf", Content: upright(note("Agence Charlie", "Mali", "1. M. Moussa Traoré, chef de bureau"))})
	if len(r.Candidates) < 2 || !strings.HasPrefix(r.Candidates[0].Participant, "moussa") || !strings.HasPrefix(r.Candidates[1].Participant, "moussa") ||
		r.Candidates[0].Evidence[1].Code != meeting.EvidenceCountryAgrees {
		t.Errorf("%+v", r.Candidates)
	}
	r = run(t, officials(sure), match.Facts{FileName: "letter.pdf", Content: upright(note("Ministry of Labour and Social Protection", "Kenya",
		"1. Ms Grace Wanjiru Kamau, Director\n2. Mr Daniel Kiptoo, Officer"))})
	if r.Letter == nil || len(r.Letter.Nominees) != 2 || r.Letter.Nominees[0].Participant != "grace" || r.Letter.Nominees[0].Position != "Director" ||
		r.Letter.Nominees[1].Name != "Daniel Kiptoo" || r.Letter.Nominees[1].Participant != "" {
		t.Errorf("%+v", r.Letter)
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
		r := meeting.Roster{Meeting: meeting.Meeting{ID: "m", TimeZone: "Africa/Nairobi", Starts: time.Date(2021, 6, 23, 9, 0, 0, 0, time.UTC),
			Ends: time.Date(2021, 6, 24, 17, 0, 0, 0, time.UTC)}, Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains"}}}
		for i := range n {
			p := person(fmt.Sprint(i), syllables(i*7919)+" "+syllables(i*104729+13), meeting.Public, "expert:s1")
			p.Agency, p.Country = fmt.Sprintf("Ministry number %d", i/10), "Kenya"
			r.Participants = append(r.Participants, p)
		}
		x := match.NewIndex(r, letter.NewReader()).Asking(sure)
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

// byWords is a reader that does not tell acts apart, as the one by words.
type byWords struct{ reader }

func (r byWords) Read(ctx context.Context, p encoder.Paper) (encoder.Reading, error) {
	out, err := r.reader.Read(ctx, p)
	out.Acts = nil
	return out, err
}

// A letter that nominates in so many words is taken at its word, if the reader by words is not in doubt.
func TestInSoManyWords(t *testing.T) {
	text := note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director")
	for _, test := range []struct {
		chance, act float64
		want        string
	}{
		{0.99, 0.4, "grace"},
		{0.75, 0.4, "grace"},
		{0.65, 0.4, string(meeting.ReasonKindUnclear)},
		{0.65, 0.8, string(meeting.ReasonKindUnclear)},
		{0.65, 0.9, "grace"},
		{0.5, 0.9, string(meeting.ReasonKindUnclear)},
	} {
		modest := reader{nominates: 0.3, acts: map[meeting.Act]float64{meeting.ActNominates: test.act}}
		x := officials(byWords{reader{nominates: test.chance}}, modest)
		got := filedFor(run(t, x, match.Facts{FileName: "letter.pdf", Content: upright(text)}))
		if got != test.want {
			t.Errorf("%v, %v: %s, want %s", test.chance, test.act, got, test.want)
		}
	}
}
