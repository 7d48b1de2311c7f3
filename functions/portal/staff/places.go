package staff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"dossier/functions/portal/page"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// place is where a document can be filed: one presentation, or a person's nomination for all sessions.
type place struct{ Value, Label string }

// candidate is a participant whose document it may be, with the evidence in words.
type candidate struct {
	meeting.Candidate
	Why []string
}

// proposal is a nominee who may become a participant, as the letter and the roster suggest.
type proposal struct {
	meeting.Nominee
	// Said is how the office writes the name, if it confirmed one; otherwise as the letter has it.
	Said, Agency, Country, Language string
}

// office is an agency of the roster.
type office struct{ Agency, Country string }

// filed is a document that another may be joined to.
type filed struct{ ID, Label string }

// places gives a person's requirements as places: each presentation by itself, nominations together.
func places(l *page.Locale, name string, keys []meeting.RequirementKey, titles map[string]string) ([]place, error) {
	presentation, err := l.Word("kind-presentation")
	if err != nil {
		return nil, err
	}
	letter, err := l.Word("kind-nomination")
	if err != nil {
		return nil, err
	}
	var all []place
	var nominations []string
	for _, k := range keys {
		if k.Kind == meeting.Nomination {
			nominations = append(nominations, k.String())
			continue
		}
		all = append(all, place{k.String(), name + ", " + presentation + ", " + titles[k.Session]})
	}
	if len(nominations) > 0 {
		all = append(all, place{strings.Join(nominations, " "), name + ", " + letter})
	}
	return all, nil
}

// elsewhere gives the places of everybody, by name.
func elsewhere(l *page.Locale, sessions []session, titles map[string]string) ([]place, error) {
	names, keys := map[string]string{}, map[string][]meeting.RequirementKey{}
	for _, s := range sessions {
		for _, x := range s.Lines {
			keys[x.Participant] = append(keys[x.Participant], x.RequirementKey)
			names[x.Participant] = x.Name
		}
	}
	ids := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b))
	})
	var all []place
	for _, id := range ids {
		found, err := places(l, names[id], keys[id], titles)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// proposals gives the nominees of a letter who are not on the roster and were not declined.
func proposals(letter *meeting.Letter, offices []office, language string) []proposal {
	from := office{letter.Agency, letter.Country}
	// The officials of one agency are counted together if it is written as the roster writes it.
	for _, o := range offices {
		if fold.SameAgency(o.Agency, letter.Agency) {
			from = o
			break
		}
	}
	var all []proposal
	for _, n := range letter.Nominees {
		if n.Participant != "" || n.Declined {
			continue
		}
		x := proposal{Nominee: n, Said: n.Name, Agency: from.Agency, Country: from.Country, Language: language}
		if c := n.Confirmed; c != nil {
			x.Said, x.Email = c.Name, cmp.Or(c.Email, x.Email)
		}
		all = append(all, x)
	}
	return all
}

// evidence gives observations in words. They name sessions by id, for which titles are put in.
func evidence(l *page.Locale, list []meeting.Evidence, titles map[string]string) []string {
	var all []string
	for _, e := range list {
		e.Detail = cmp.Or(titles[e.Detail], e.Detail)
		all = append(all, l.Evidence(e))
	}
	return all
}
