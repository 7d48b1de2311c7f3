package match_test

import (
	"testing"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// speakers are a roster for decks: namesakes of two offices, one who speaks twice, one with a name of her own.
func speakers(readers ...match.PaperReader) *match.Index {
	speaker := func(id, name, agency, country string, roles ...string) meeting.Participant {
		p := person(id, name, meeting.Private, roles...)
		p.Agency, p.Country = agency, country
		return p
	}
	return match.NewIndex(meeting.Roster{
		Meeting: meeting.Meeting{ID: "m", Title: "Regional meeting on supply chains", TimeZone: "Africa/Nairobi",
			Starts: time.Date(2021, 6, 23, 9, 0, 0, 0, time.UTC), Ends: time.Date(2021, 6, 24, 17, 0, 0, 0, time.UTC)},
		Sessions: []meeting.Plan{{ID: "s1", Title: "Fees that workers pay"}, {ID: "s2", Title: "Inspection at sea"}},
		Participants: []meeting.Participant{
			speaker("maria-br", "Maria Santos", "Atlantic Shipping Registry", "Brazil", "presenter:s1"),
			speaker("maria-ph", "Maria Santos", "Harbour Workers Union", "Philippines", "presenter:s2"),
			speaker("kofi", "Kofi Annor", "Coast Recruitment Office", "Ghana", "presenter:s1"),
			speaker("ali", "Ali", "Ligue Horn", "Djibouti", "presenter:s1"),
			speaker("zainab", "Zainab Bello", "Telecom Foundation", "Nigeria", "presenter:s1", "panellist:s2"),
		},
	}, letter.NewReader()).Asking(readers...)
}

// Each guard forbids what it is for, and the same deck without that is filed.
func TestDeckGuards(t *testing.T) {
	notes := func(text string) *content.Content {
		return &content.Content{Format: content.DOCX, Pages: []content.Page{{Number: 1, Text: text, Width: 595, Height: 842}}}
	}
	talk := reader{nominates: 0.001, acts: map[meeting.Act]float64{meeting.ActOther: 0.95}}
	by := func(author, text string) *content.Content {
		c := slides(text)
		c.Metadata.Author = author
		return c
	}
	sent := func(from, text string) *content.Content {
		return &content.Content{Format: content.EML, Envelope: &content.Envelope{From: from}, Opened: true,
			Attachments: []content.Attachment{{Name: "deck.pptx", Content: slides(text)}}}
	}
	mail := func(from string, automatic bool) *content.Content {
		return &content.Content{Format: content.EML, Envelope: &content.Envelope{From: from, Automatic: automatic},
			Attachments: []content.Attachment{{Name: "deck.pptx", Content: slides("Fees\nKofi Annor")}}, Opened: true}
	}
	for name, test := range map[string]struct {
		c      *content.Content
		reader reader
		want   string
	}{
		"a name of her own":             {slides("Fees\nKofi Annor"), talk, "kofi"},
		"in a mail that did not arrive": {mail("mailer-daemon@people.example", true), talk, string(meeting.ReasonKindUnclear)},
		"in a mail":                     {mail("kofi@people.example", false), talk, "kofi"},
		"presents somebody else, by an author of the roster": {by("Ali", "Fees that workers pay\nHalimatou Ali Farah\nLigue Horn"), talk, string(meeting.ReasonOtherPerson)},
		"a name of one word":                         {by("Ali", "Fees that workers pay\nAli\nLigue Horn"), talk, "ali"},
		"a name of one word in a longer one":         {by("", "Fees that workers pay\nHalimatou Ali Farah\nLigue Horn"), talk, string(meeting.ReasonNobodyNamed)},
		"half a name, from another who is called so": {sent("Samuel Annor-Boateng <s@elsewhere.example>", "Fees that workers pay\nK. Annor\nCoast Recruitment Office"), talk, string(meeting.ReasonOtherPerson)},
		"half a name, from the person":               {sent("Kofi Annor <k@elsewhere.example>", "Fees that workers pay\nK. Annor\nCoast Recruitment Office"), talk, "kofi"},
		"half a name, from an assistant":             {sent("Grace Nyambura <g@elsewhere.example>", "Fees that workers pay\nK. Annor\nCoast Recruitment Office"), talk, "kofi"},
		"the whole name, from a relative":            {sent("Samuel Annor-Boateng <s@elsewhere.example>", "Fees that workers pay\nKofi Annor"), talk, "kofi"},
		"two of one name":                            {slides("Fees that workers pay\nMaria Santos"), talk, string(meeting.ReasonSeveralNamed)},
		"two of one name, told apart":                {slides("Fees that workers pay\nMaria Santos, Atlantic Shipping Registry, Brazil"), talk, "maria-br"},
		"another office":                             {slides("Fees\nKofi Annor\nDirectorate of Fisheries Research"), talk, string(meeting.ReasonNotSure)},
		"the own office":                             {slides("Fees\nKofi Annor\nCoast Recruitment Office"), talk, "kofi"},
		"what is no office":                          {slides("Fees\nKofi Annor\nLessons from practice"), talk, "kofi"},
		"days of another occasion":                   {slides("Fees\nKofi Annor\nSapporo, September 2019"), talk, string(meeting.ReasonNotSure)},
		"the meeting's month":                        {slides("Fees\nKofi Annor\nNairobi, June 2021"), talk, "kofi"},
		"speaks twice, no session":                   {slides("Our work\nZainab Bello, Telecom Foundation"), talk, string(meeting.ReasonSessionUnclear)},
		"speaks twice, session named":                {slides("Fees that workers pay\nZainab Bello, Telecom Foundation"), talk, "zainab"},
		"speaking notes":                             {notes("Fees that workers pay\nKofi Annor, Coast Recruitment Office, Ghana\nThank you, Chair."), talk, "kofi"},
		"an upright paper that is unclear":           {notes("Fees that workers pay\nKofi Annor, Coast Recruitment Office, Ghana\nThank you, Chair."), reader{nominates: 0.001}, string(meeting.ReasonKindUnclear)},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, speakers(test.reader), match.Facts{FileName: "file", Content: test.c})
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v)", got, test.want, r.Candidates)
			}
		})
	}
}
