package match_test

import (
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// What a document says against the link that it came by is asked of the sender, and everything else by a link is filed.
func TestLinkGuards(t *testing.T) {
	talk := reader{nominates: 0.001, acts: map[meeting.Act]float64{meeting.ActOther: 0.95}}
	letter := upright(note(labour, "Kenya", "1. Ms Grace Wanjiru Kamau, Director"))
	notes := &content.Content{Format: content.DOCX, Pages: []content.Page{{Number: 1, Text: "Points for tomorrow. Thank you, Chair.", Width: 595, Height: 842}}}
	outOfOffice := upright("I am away until Monday.")
	outOfOffice.Envelope = &content.Envelope{From: "kofi@people.example", Automatic: true}
	for name, test := range map[string]struct {
		file   string
		c      *content.Content
		reader reader
		kind   meeting.Kind
		want   string
	}{
		"the own name":                     {"deck.pptx", slides("Fees\nKofi Annor"), talk, meeting.Presentation, "kofi"},
		"no name":                          {"deck.pptx", slides("Fees that workers pay"), talk, meeting.Presentation, "kofi"},
		"no name, upright":                 {"notes.docx", notes, talk, meeting.Presentation, "kofi"},
		"another of the roster":            {"deck.pptx", slides("Fees\nZainab Bello, Telecom Foundation"), talk, meeting.Presentation, string(meeting.ReasonOtherPresenter)},
		"another of the roster, and both":  {"deck.pptx", slides("Fees\nZainab Bello, Telecom Foundation\nKofi Annor"), talk, meeting.Presentation, "kofi"},
		"somebody who is on no roster":     {"deck.pptx", slides("Fees\nPresented by Dr Ingrid Halvorsen"), talk, meeting.Presentation, string(meeting.ReasonOtherPresenter)},
		"another, and the file's name":     {"Kofi Annor fees.pptx", slides("Fees\nPresented by Dr Ingrid Halvorsen"), talk, meeting.Presentation, "kofi"},
		"thanks to another":                {"deck.pptx", slides("Fees\nwith thanks to Zainab Bello"), talk, meeting.Presentation, "kofi"},
		"an automatic reply":               {"away.eml", outOfOffice, talk, meeting.Presentation, string(meeting.ReasonKindUnclear)},
		"a letter":                         {"letter.pdf", letter, sure, meeting.Presentation, string(meeting.ReasonOtherKind)},
		"a CV":                             {"CV Annor.pdf", upright("Born in Accra"), talk, meeting.Presentation, string(meeting.ReasonOtherKind)},
		"an itinerary in French":           {"itineraire_Annor.pdf", upright("Vol AF 123"), talk, meeting.Presentation, string(meeting.ReasonOtherKind)},
		"slides, where a letter is wanted": {"deck.pptx", slides("Fees"), talk, meeting.Nomination, string(meeting.ReasonNotRequired)},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, speakers(test.reader), match.Facts{FileName: test.file, Content: test.c, Claim: &match.Claim{Participant: "kofi", Kind: test.kind}})
			if got := filedFor(r); got != test.want {
				t.Errorf("%s, want %s (%+v)", got, test.want, r.Evidence)
			}
		})
	}
	byLink := func(c *content.Content) string {
		return filedFor(run(t, officials(talk), match.Facts{FileName: "file", Content: c, Claim: &match.Claim{Participant: "grace", Kind: meeting.Nomination}}))
	}
	if got := byLink(slides("Fees")); got != string(meeting.ReasonOtherKind) {
		t.Errorf("slides by an official's link: %s", got)
	}
	if got := byLink(letter); got != "grace" {
		t.Errorf("a letter by an official's link: %s", got)
	}
}
