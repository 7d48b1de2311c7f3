package match_test

import (
	"testing"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// A letter that names no office is from that of its sender's address or of its nominees, and a mail is of its own day.
func TestOfficeAndDay(t *testing.T) {
	official := func(id, name, email, agency, country string) meeting.Participant {
		p := person(id, name, meeting.Public, "expert:s1")
		p.Email, p.Agency, p.Country = email, agency, country
		return p
	}
	x := match.NewIndex(meeting.Roster{
		Meeting: meeting.Meeting{ID: "m", Title: "Regional meeting on supply chains", TimeZone: "Africa/Nairobi", Secretariat: []string{"desk@un.example"},
			Starts: time.Date(2021, 6, 23, 9, 0, 0, 0, time.UTC), Ends: time.Date(2021, 6, 24, 17, 0, 0, 0, time.UTC)},
		Sessions: []meeting.Plan{{ID: "s1", Title: "Fees that workers pay"}},
		Participants: []meeting.Participant{
			official("grace", "Grace Wanjiru Kamau", "grace@labour-kenya.example", "Labour Inspection Board", "Kenya"),
			official("peter", "Peter Otieno Ouma", "peter@gov-kenya.example", "Coast Guard", "Kenya"),
			official("mary", "Mary Njoki", "mary@gov-kenya.example", "Customs House", "Kenya"),
			official("joy", "Joy Atieno", "joy@court-kenya.example", "", "Kenya"),
			official("desk", "Anne Desk", "anne@un.example", "Secretariat of the meeting", "Austria"),
		},
	}, letter.NewReader()).Asking(sure)
	sent := time.Date(2021, 5, 4, 22, 30, 0, 0, time.FixedZone("", 3600))
	mail := func(from, text string) *content.Content {
		c := upright(text)
		c.Format, c.Envelope = content.EML, &content.Envelope{From: from, Date: sent}
		return c
	}
	attached := func(from, text string) *content.Content {
		c := mail(from, "Please find it attached.")
		c.Attachments, c.Opened = []content.Attachment{{Name: "letter.pdf", Content: upright(text)}}, true
		return c
	}
	const names = "We nominate for Nairobi, 23-24 June 2021: Ms Grace Wanjiru Kamau."
	for name, test := range map[string]struct {
		c               *content.Content
		agency, country string
		dated           string
	}{
		"the sender's office, and the mail's day":   {mail("Liaison <liaison@labour-kenya.example>", names), "Labour Inspection Board", "KE", "2021-05-04"},
		"a letter attached has a day of its own":    {attached("Liaison <liaison@labour-kenya.example>", "3 May 2021\n"+names), "Labour Inspection Board", "KE", "2021-05-03"},
		"an address that several offices share":     {mail("Liaison <liaison@gov-kenya.example>", names), "", "KE", "2021-05-04"},
		"nobody's address, its nominee's country":   {mail("a@gmail.example", names), "", "KE", "2021-05-04"},
		"its nominee's office, which is named":      {mail("a@gmail.example", names+" She works for the Labour Inspection Board."), "Labour Inspection Board", "KE", "2021-05-04"},
		"an office of which the roster has no name": {mail("Clerk <clerk@court-kenya.example>", "Ministry of Justice\nRepublic of Kenya\n\n"+names), "Ministry of Justice", "KE", "2021-05-04"},
		"passed on by the secretariat":              {mail("Desk <desk@un.example>", names), "", "KE", "2021-05-04"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, x, match.Facts{FileName: "letter.pdf", Content: test.c, Sender: match.Sender{Address: test.c.Envelope.Address()}})
			if r.Letter == nil {
				t.Fatalf("no letter: %+v", r)
			}
			dated := ""
			if !r.Letter.Dated.IsZero() {
				dated = r.Letter.Dated.Format(time.DateOnly)
			}
			if r.Letter.Agency != test.agency || r.Letter.Country != test.country || dated != test.dated {
				t.Errorf("%s, %s, %s; want %s, %s, %s", r.Letter.Agency, r.Letter.Country, dated, test.agency, test.country, test.dated)
			}
		})
	}
}
