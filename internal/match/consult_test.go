package match_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/large"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// said is a large reader that says one thing of each paper.
type said struct {
	large.Reading
	err   error
	asked *int
}

func (s said) Read(_ context.Context, q large.Question) (large.Reading, error) {
	if s.asked != nil {
		*s.asked++
	}
	return s.Reading, s.err
}

func nominee(name, id string) large.Part {
	return large.Part{Name: name, Participant: id, Role: large.Nominee}
}

func nominates(people ...large.Part) said {
	return said{Reading: large.Reading{Act: meeting.ActNominates, Words: "will be there", People: people}}
}

// unsure are the small readers when they leave a paper open.
var unsure = reader{nominates: 0.5, acts: map[meeting.Act]float64{meeting.ActInforms: 0.6}, people: map[string]float64{"a": 0.5, "e": 0.5, "ي": 0.5}}

// open is a letter that the small readers leave open: it has no verb of nominating.
func open(agency, country, people string) string {
	return agency + "\n" + country + "\n\nMeeting in Nairobi, 23-24 June 2021. " + people + " will be there.\n"
}

const labour = "Ministry of Labour and Social Protection"

// The large reader explains what the small ones leave open, and the guards hold.
func TestConsulting(t *testing.T) {
	both := reader{nominates: 0.05, acts: map[meeting.Act]float64{meeting.ActThanks: 0.9}}
	for name, test := range map[string]struct {
		text  string
		small reader
		said  said
		want  string
	}{
		"nobody is asked":     {open(labour, "Kenya", "Ms Grace Wanjiru Kamau"), unsure, said{err: errors.New("out of time")}, string(meeting.ReasonKindUnclear)},
		"explained":           {open(labour, "Kenya", "Ms Grace Wanjiru Kamau"), unsure, nominates(nominee("Ms Grace Wanjiru Kamau", "grace")), "grace"},
		"two":                 {open(labour, "Kenya", "Ms Grace Kamau and Mr Peter Ouma"), unsure, nominates(nominee("Grace Kamau", "grace"), nominee("Peter Ouma", "peter")), "grace peter"},
		"across scripts":      {open("وزارة الشغل", "المغرب", "السيدة فاطمة الزهراء بن علي"), unsure, nominates(nominee("فاطمة الزهراء بن علي", "fatima")), "fatima"},
		"one is on no roster": {open(labour, "Kenya", "Ms Grace Wanjiru Kamau and Mr Daniel Kiptoo"), unsure, nominates(nominee("Grace Wanjiru Kamau", "grace"), nominee("Daniel Kiptoo", "")), "grace"},
		"a name is taken back, though both agree":         {open(labour, "Kenya", "We withdraw the nomination of Mr Sow. Ms Grace Wanjiru Kamau"), reader{nominates: 0.7, people: map[string]float64{"Grace": 0.7}}, nominates(nominee("Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
		"words that say more, and both agree":             {open(labour, "Kenya", "In place of the Director, Ms Grace Wanjiru Kamau"), reader{nominates: 0.7, people: map[string]float64{"Grace": 0.7}}, nominates(nominee("Grace Wanjiru Kamau", "grace")), "grace"},
		"the small are sure that it is none":              {open(labour, "Kenya", "Ms Grace Wanjiru Kamau"), both, nominates(nominee("Ms Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
		"the small file another":                          {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"), sure, nominates(nominee("Lucy Njeri", "lucy")), string(meeting.ReasonNotSure)},
		"the small file more":                             {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau\n2. Mr Peter Otieno Ouma"), sure, nominates(nominee("Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
		"both agree":                                      {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"), sure, nominates(nominee("Grace Wanjiru Kamau", "grace")), "grace"},
		"it thanks, and the small would file":             {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"), sure, said{Reading: large.Reading{Act: meeting.ActThanks}}, string(meeting.ReasonNotSure)},
		"a person of another name":                        {open(labour, "Kenya", "Ms Grace Wanjiru Kamau"), unsure, nominates(nominee("Grace Wanjiru Kamau", "peter")), string(meeting.ReasonNotSure)},
		"a person who does not exist":                     {open(labour, "Kenya", "Ms Grace Wanjiru Kamau"), unsure, nominates(nominee("Grace Wanjiru Kamau", "nobody")), string(meeting.ReasonNotSure)},
		"on no roster, with a name of the roster":         {open(labour, "Kenya", "Ms Grace Wanjiru Kamau and Mr Peter Otieno Ouma"), unsure, nominates(nominee("Grace Wanjiru Kamau", "grace"), nominee("Peter Otieno Ouma", "")), string(meeting.ReasonNotSure)},
		"days of another meeting":                         {"Ministry of Labour and Social Protection\nKenya\nMeeting of 3-4 October 2022. Ms Grace Wanjiru Kamau will be there.", unsure, nominates(nominee("Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
		"two of one name":                                 {open("Agence Charlie", "Mali", "M. Moussa Traoré"), unsure, nominates(nominee("Moussa Traoré", "moussa1")), string(meeting.ReasonSeveralNamed)},
		"two of one name, told apart":                     {open("Agence Bravo", "Mali", "M. Moussa Traoré"), unsure, nominates(nominee("Moussa Traoré", "moussa2")), "moussa2"},
		"the namesake of another office":                  {open("Agence Bravo", "Mali", "M. Moussa Traoré"), unsure, nominates(nominee("Moussa Traoré", "moussa1")), string(meeting.ReasonNotSure)},
		"from another country":                            {open("Bureau des affaires", "République du Bénin", "M. Jean Diop"), unsure, nominates(nominee("Jean Diop", "jean-sn")), string(meeting.ReasonCountryDiffers)},
		"a seat changes hands, the small do not see it":   {open(labour, "Kenya", "Instead of Mr Peter Otieno Ouma, Ms Grace Wanjiru Kamau"), reader{nominates: 0.3}, nominates(nominee("Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
		"who signs, as a nominee whom the small rule out": {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau"), reader{nominates: 0.6, people: map[string]float64{"Grace": 0.6, "Lucy": 0.01}}, nominates(nominee("Grace Wanjiru Kamau", "grace"), nominee("Lucy Njeri", "lucy")), string(meeting.ReasonNotSure)},
		"one nominee missing, whom the small are sure of": {note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau\n2. Mr Peter Otieno Ouma"), reader{nominates: 0.6, people: map[string]float64{"Grace": 0.6, "Peter": 0.99}}, nominates(nominee("Grace Wanjiru Kamau", "grace")), string(meeting.ReasonNotSure)},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, officials(test.small).Consulting(test.said), match.Facts{FileName: "letter.pdf", Content: upright(test.text)})
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v, %+v)", got, test.want, r.Evidence, r.Candidates)
			}
		})
	}
}

func TestConsultingOfDecks(t *testing.T) {
	talk := reader{nominates: 0.001, acts: map[meeting.Act]float64{meeting.ActOther: 0.95}}
	speaks := func(name, id, session string) said {
		return said{Reading: large.Reading{Presents: true, Words: name, People: []large.Part{{Name: name, Participant: id, Role: large.Presenter, Session: session}}}}
	}
	two := speaks("Maria Santos", "maria-br", "s1")
	two.People = append(two.People, large.Part{Name: "Kofi Annor", Participant: "kofi", Role: large.Presenter, Session: "s1"})
	notes := &content.Content{Format: content.DOCX, Pages: []content.Page{{Number: 1, Text: "Points of Kofi Annor, Coast Recruitment Office, for tomorrow", Width: 595, Height: 842}}}
	for name, test := range map[string]struct {
		c    *content.Content
		said said
		want string
	}{
		"only initials":                     {slides("Fees\nK. Annor"), speaks("K. Annor", "kofi", "s1"), "kofi"},
		"two of one name, told apart by it": {slides("Fees that workers pay\nMaria Santos"), speaks("Maria Santos", "maria-br", "s1"), "maria-br"},
		"two speak together":                {slides("Fees\nMaria Santos, Atlantic Shipping Registry, Brazil\nKofi Annor"), two, "kofi maria-br"},
		"speaks twice, it knows the topic":  {slides("Our work\nZainab Bello, Telecom Foundation"), speaks("Zainab Bello", "zainab", "s1"), "zainab"},
		"upright notes":                     {notes, speaks("Kofi Annor", "kofi", "s1"), "kofi"},
		"the title page is somebody else's": {slides("Fees\nKofi Annor, Coast Recruitment Office\nwith thanks to Zainab Bello"), speaks("Zainab Bello", "zainab", "s1"), string(meeting.ReasonNotSure)},
		"the small file another":            {slides("Fees that workers pay\nKofi Annor, Coast Recruitment Office"), speaks("Zainab Bello", "zainab", "s1"), string(meeting.ReasonNotSure)},
		"nobody of that name":               {slides("Fees\nSomebody Else"), speaks("Somebody Else", "kofi", "s1"), string(meeting.ReasonNotSure)},
		"a session without that person":     {slides("Fees\nKofi Annor"), speaks("Kofi Annor", "kofi", "s2"), string(meeting.ReasonNotSure)},
		"days of another occasion":          {slides("Fees\nK. Annor\nSapporo, September 2019"), speaks("K. Annor", "kofi", "s1"), string(meeting.ReasonNotSure)},
		"nobody presents":                   {slides("Programme of the meeting"), said{Reading: large.Reading{Presents: true, Words: "Programme"}}, string(meeting.ReasonNobodyNamed)},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, speakers(talk).Consulting(test.said), match.Facts{FileName: "file", Content: test.c})
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v, %+v)", got, test.want, r.Evidence, r.Candidates)
			}
		})
	}
}

// A document costs one question to the reader. One that came by a participant's own link costs none.
func TestAskedOnce(t *testing.T) {
	n := 0
	model := nominates(nominee("Grace Wanjiru Kamau", "grace"))
	model.asked = &n
	x := officials(unsure).Consulting(model)
	facts := match.Facts{FileName: "letter.pdf", Content: upright(open(labour, "Kenya", "Ms Grace Wanjiru Kamau"))}
	r := run(t, x, facts)
	facts.Said = r.Said
	if again := run(t, x, facts); n != 1 || filedFor(again) != "grace" {
		t.Errorf("asked %d times, then %s", n, filedFor(again))
	}
	facts.Said, facts.Claim = nil, &match.Claim{Participant: "peter", Kind: meeting.Nomination}
	if got := filedFor(run(t, x, facts)); n != 1 || got != "peter" {
		t.Errorf("asked %d times, by a link %s", n, got)
	}
}

// Staff see what the reader says, and that it had no answer.
func TestReadingIsShown(t *testing.T) {
	facts := match.Facts{FileName: "letter.pdf", Content: upright(open(labour, "Kenya", "Ms Grace Wanjiru Kamau"))}
	has := func(r match.Result, code meeting.EvidenceCode, detail string) bool {
		return slices.ContainsFunc(r.Evidence, func(e meeting.Evidence) bool { return e.Code == code && e.Detail == detail })
	}
	filed := run(t, officials(unsure).Consulting(nominates(nominee("Grace Wanjiru Kamau", "grace"))), facts)
	thanks := run(t, officials(unsure).Consulting(said{Reading: large.Reading{Act: meeting.ActThanks, Words: "be there"}}), facts)
	silent := run(t, officials(unsure).Consulting(said{err: errors.New("refused")}), facts)
	if !has(filed, meeting.EvidenceReader, "will be there") || filed.Act != meeting.ActNominates ||
		!has(thanks, meeting.EvidenceReader, "be there") || !has(thanks, meeting.EvidenceAct, "thanks") || thanks.Act != meeting.ActThanks ||
		!has(silent, meeting.EvidenceReaderSilent, "") {
		t.Errorf("%+v\n%+v\n%+v", filed.Evidence, thanks.Evidence, silent.Evidence)
	}
}
