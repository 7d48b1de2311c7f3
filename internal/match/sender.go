package match

import (
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
	first := x.people[people[0]]
	same := func(of func(person) string) bool {
		return !slices.ContainsFunc(people, func(i int) bool { return of(x.people[i]) != of(first) })
	}
	if same(func(p person) string { return p.beside.country }) && first.beside.country != "" {
		l.Country = first.beside.country
	}
	if same(func(p person) string { return p.agency }) && !fold.SameAgency(l.Agency, first.Agency) {
		l.Agency = first.Agency
	}
}

// byNominees adds the office that the nominees of the roster are from: its country where the letter tells none, and its name
// where the letter has each word of that and was read otherwise.
func byNominees(l *meeting.Letter, people []judged, of func(int) person) {
	var first *judged
	sameCountry, sameAgency := true, true
	for i := range people {
		q := &people[i]
		if !q.nominated() {
			continue
		}
		if first == nil {
			first = q
		}
		a, b := of(q.person), of(first.person)
		sameCountry = sameCountry && a.beside.country == b.beside.country
		sameAgency = sameAgency && a.agency == b.agency
	}
	if l == nil || first == nil {
		return
	}
	p := of(first.person)
	if sameCountry && l.Country == "" {
		l.Country = p.beside.country
	}
	if sameAgency && first.support.agency > 0.99 && !fold.SameAgency(l.Agency, p.Agency) {
		l.Agency = p.Agency
	}
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
