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

// presenters is a meeting of two presenters, Ada Okoye who is "1" and Jean Mbeki who is "2", and four moderators.
func presenters() *match.Index {
	r := meeting.Roster{Sessions: []meeting.Plan{{ID: "s1", Title: "Supply chains"}, {ID: "s2", Title: "Opening"}}}
	for i, name := range []string{"Ada Okoye", "Jean Mbeki", "Grace Odhiambo", "Wei Li", "Musa Keita", "Lena Braun"} {
		role := "moderator:s1"
		if i < 2 {
			role = "presenter:s1"
		}
		p := person(fmt.Sprint(i+1), name, meeting.Private, role)
		p.Email = strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@people.example"
		r.Participants = append(r.Participants, p)
	}
	return match.NewIndex(r, letter.NewReader())
}

// Each weight here decides about a document: with the evidence it is filed for the one named first, without it for the one
// named second, "" being nobody.
func TestWeights(t *testing.T) {
	ada := match.Sender{Address: "ada.okoye@people.example", Verified: true}
	four := "Programme\nAda Okoye\nGrace Odhiambo\nWei Li\nMusa Keita"
	for name, test := range map[string]struct {
		with          match.Facts
		filed         string
		without       match.Facts
		filedWithout  string
		evidenceOfOne meeting.EvidenceCode
	}{
		// A deck is that of the presenter on its title slide, also when a colleague sends it.
		"passed on": {
			match.Facts{Content: slides("Chains\nJean Mbeki"), Sender: ada}, "2",
			match.Facts{Content: slides("Chains of supply"), Sender: ada}, "1", meeting.EvidenceNameInTitle},
		// Nobody knows whose deck it is on which a name stands that is not the sender's.
		"a bare name": {
			match.Facts{Content: slides("Chains of supply\nPeter Miller"), Sender: ada}, "",
			match.Facts{Content: slides("Chains of supply\nPeter miller"), Sender: ada}, "1", meeting.EvidenceOtherNamed},
		// A page that lists people is nobody's.
		"many named": {
			match.Facts{Content: slides(four + "\nLena Braun"), Thread: []string{"1"}}, "",
			match.Facts{Content: slides(four), Thread: []string{"1"}}, "1", meeting.EvidenceManyNamed},
		// Who has sent a document in the same mail thread is more likely to have sent this one.
		"the thread": {
			match.Facts{FileName: "okoye.pptx", Content: slides("Chains\nAgency of 1"), Thread: []string{"1"}}, "1",
			match.Facts{FileName: "okoye.pptx", Content: slides("Chains\nAgency of 1")}, "", meeting.EvidenceInThread},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(f match.Facts, want string) match.Result {
				if f.FileName == "" {
					f.FileName = "slides.pptx"
				}
				r := run(t, presenters(), f)
				got := ""
				if len(r.File) > 0 {
					got = r.Participant.ID
				}
				if got != want {
					t.Errorf("%q is filed for %q, not %q: %+v, none %.3f", f.Content.Pages[0].Text, got, want, r.Candidates, r.None)
				}
				return r
			}
			r := check(test.with, test.filed)
			found := false
			for _, e := range r.Candidates[0].Evidence {
				found = found || e.Code == test.evidenceOfOne
			}
			if !found {
				t.Errorf("no %s in %+v", test.evidenceOfOne, r.Candidates[0])
			}
			check(test.without, test.filedWithout)
		})
	}
}

// A place is given up only by an official that the letter surely means.
func TestReplaced(t *testing.T) {
	for name, test := range map[string]struct{ agency, country, replaced, want string }{
		"one of the agency":        {"Ministry of Labour and Social Protection", "Kenya", "Mr Peter Otieno Ouma", "peter"},
		"two of one name":          {"Agence Charlie", "Mali", "M. Moussa Traoré", ""},
		"told apart by the agency": {"Agence Alpha", "Mali", "M. Moussa Traoré", "moussa1"},
		"likely, but not sure":     {"Some Bureau of Things", "", "Ms Grace Kamau", ""},
		"nobody of the roster":     {"Ministry of Labour and Social Protection", "Kenya", "Mr Daniel Kiptoo", ""},
	} {
		text := note(test.agency, test.country, "Ms Fatima Zahra Benali, Director, in place of "+test.replaced)
		r := run(t, officials(sure), match.Facts{FileName: "letter.pdf", Content: &content.Content{Format: content.PDF,
			Pages: []content.Page{{Number: 1, Text: text, Width: 595, Height: 842}}}})
		if r.Letter == nil || len(r.Letter.Nominees) != 1 || r.Letter.Nominees[0].Replaces == "" {
			t.Errorf("%s: the letter is read as %+v", name, r.Letter)
			continue
		}
		if got := r.Letter.Nominees[0].ReplacesID; got != test.want {
			t.Errorf("%s: the place of %q is taken, not that of %q", name, got, test.want)
		}
	}
}
