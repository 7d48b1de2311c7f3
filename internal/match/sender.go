package match

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// bySender adds what the mail says of the letter that it is or carries: the day on which it was sent, where the letter is
// the mail itself; and the office that its sender's address belongs to, where the letter does not name it.
func (x *Index) bySender(l *meeting.Letter, f Facts) {
	if l == nil || f.Content == nil || f.Content.Envelope == nil {
		return
	}
	mail := f.Content.Envelope
	if f.Content.Paper() == f.Content && !mail.Date.IsZero() {
		l.Dated = mail.Date.UTC().Truncate(24 * time.Hour)
	}
	people := x.sentFrom(mail.Address())
	if len(people) == 0 || x.isSecretariat(mail.Address()) {
		return
	}
	o := x.officeOf(people)
	l.Country = cmp.Or(o.country, l.Country)
	if o.agency != "" && !fold.SameAgency(l.Agency, o.agency) {
		l.Agency = o.agency
	}
}

// byNominees adds the office that the nominees of the roster are from: its country where the letter tells none, and its name
// where the letter has each word of that and was read otherwise.
func (x *Index) byNominees(l *meeting.Letter, people []judged) {
	people = slices.DeleteFunc(slices.Clone(people), func(q judged) bool { return !q.nominated() })
	if l == nil || len(people) == 0 {
		return
	}
	var nominees []int
	for _, q := range people {
		nominees = append(nominees, q.person)
	}
	o := x.officeOf(nominees)
	l.Country = cmp.Or(l.Country, o.country)
	if o.agency != "" && people[0].support.agency > 0.99 && !fold.SameAgency(l.Agency, o.agency) {
		l.Agency = o.agency
	}
}

// office is an agency, and the ISO 3166-1 code of a country.
type office struct{ agency, country string }

// officeOf gives what all of some people have in common: each field is "" where they differ, or where it is not known.
func (x *Index) officeOf(people []int) office {
	first := x.people[people[0]]
	o := office{first.Agency, first.beside.country}
	for _, i := range people[1:] {
		p := x.people[i]
		if p.agency != first.agency {
			o.agency = ""
		}
		if p.beside.country != first.beside.country {
			o.country = ""
		}
	}
	return o
}

// sentFrom gives the people of the roster whose address, or the part of it that their office has to itself, is that of a
// sender.
func (x *Index) sentFrom(address string) []int {
	if i, ok := x.byEmail[address]; ok {
		return []int{i}
	}
	if d := domain(address); d != "" {
		return x.byDomain[d]
	}
	return nil
}

// isSecretariat tells whether an address is the secretariat's own, or of its office.
func (x *Index) isSecretariat(address string) bool {
	return slices.ContainsFunc(x.roster.Meeting.Secretariat, func(own string) bool {
		own = strings.ToLower(own)
		return own == address || domain(own) != "" && domain(own) == domain(address)
	})
}
