package staff

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"dossier/internal/meeting"
)

// peoplePage is who takes part in a meeting, by gender, sector, country and delegation.
type peoplePage struct {
	header
	// Everybody is the balance of all people with requirements, Countries that of each of their countries.
	Everybody chart
	Countries []chart
	// Nominees is the balance of the people named in letters, by sector.
	Nominees    []chart
	Delegations []delegation
}

// delegation is an agency's officials.
type delegation struct {
	*meeting.Delegation
	Members, Alternates []meeting.Official
	// Seats is how many officials the agency may send, 0 for no limit; Over is set if it sends more.
	Seats int
	Over  bool
	meeting.Tally
}

// People shows the balance of a meeting, and its delegations.
func (s *Staff) People(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "people")
	if err != nil {
		return err
	}
	ctx, id := r.Context(), head.Meeting.ID
	sessions, err := s.sessions(ctx, id)
	balance, errBalance := s.store.Balance(ctx, id)
	delegations, errDelegations := s.store.Delegations(ctx, id)
	if err := errors.Join(err, errBalance, errDelegations); err != nil {
		return err
	}
	p := peoplePage{header: head}
	p.Nominees = nominees(balance)
	p.Everybody, p.Countries = everybody(sessions)
	p.Delegations = seated(delegations, head.Meeting.NomineesPerAgency)
	return s.pages.Show(w, r, "people.html", p)
}

// nominees gives the balance of all nominees, and of each sector that has some.
func nominees(b *meeting.Balance) []chart {
	all := []chart{newChart("all-nominees", true, b.Total(), b.Total().All())}
	for _, s := range meeting.Sectors() {
		if t, ok := b.Sectors[s]; ok {
			all = append(all, newChart("sector-"+string(s), true, t, b.Total().All()))
		}
	}
	return all
}

// everybody gives the balance of all people with requirements, and of their countries, the largest first.
func everybody(sessions []session) (chart, []chart) {
	seen := map[string]bool{}
	var all meeting.Tally
	countries := map[string]*meeting.Tally{}
	for _, s := range sessions {
		for _, l := range s.Lines {
			if seen[l.Participant] {
				continue
			}
			seen[l.Participant] = true
			all.Add(l.Gender, 1)
			if countries[l.Country] == nil {
				countries[l.Country] = &meeting.Tally{}
			}
			countries[l.Country].Add(l.Gender, 1)
		}
	}
	return newChart("everybody", true, all, all.All()), byCountry(countries)
}

func byCountry(countries map[string]*meeting.Tally) []chart {
	most := 0
	for _, t := range countries {
		most = max(most, t.All())
	}
	names := slices.SortedFunc(maps.Keys(countries), func(a, b string) int {
		return cmp.Or(cmp.Compare(countries[b].All(), countries[a].All()), cmp.Compare(a, b))
	})
	var all []chart
	for _, c := range names {
		all = append(all, newChart(c, false, *countries[c], most))
	}
	return all
}

// seated gives delegations with their seats, by agency and country.
func seated(list []*meeting.Delegation, seats int) []delegation {
	var all []delegation
	for _, d := range list {
		x := delegation{Delegation: d, Tally: d.Tally()}
		if d.Agency != "" { // else they are of different agencies, and each has its seats
			x.Seats = seats
		}
		x.Members, x.Alternates = d.Members()
		x.Over = x.Seats > 0 && len(x.Members) > x.Seats
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b delegation) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Country, b.Country))
	})
	return all
}
