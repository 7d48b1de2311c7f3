package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/fold"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// byReaders files a nomination for the people of the roster that all readers take for nominees, unless a guard forbids.
func (x *Index) byReaders(e *effort, r Result, v verdict, p paper, l letter.Letter, f Facts) Result {
	r.Confidence, r.None = v.sure, 1-v.sure
	x.nominees(e, &r, v, p, l, f)
	for _, q := range byLikelihood(v.people) {
		keys := x.people[q.person].of(meeting.Nomination)
		if len(keys) == 0 {
			continue
		}
		c := x.mentionedCandidate(q, keys, p)
		if len(r.Candidates) < maxCandidates {
			r.Candidates = append(r.Candidates, c)
		}
		if q.nominated() && !slices.ContainsFunc(f.Declined, func(d string) bool { return sameName(d, name(q, p)) }) {
			r.File = append(r.File, keys...)
			r.Evidence = append(r.Evidence, c.Evidence...)
			if r.Participant.ID == "" {
				r.Participant = x.people[q.person].Participant
			}
		}
	}
	slices.SortFunc(r.File, meeting.RequirementKey.Compare)
	r.File = slices.Compact(r.File)
	return r.heed(x.object(v, p, f, r))
}

// waits shows staff a paper that does not nominate: what it seems to do, and the people of the roster in it.
func (x *Index) waits(r Result, v verdict, p paper) Result {
	r.None = 1 - v.nominates
	r.Evidence = []meeting.Evidence{{Code: meeting.EvidenceAct, Detail: string(r.Act)}}
	for _, q := range byLikelihood(v.people) {
		if keys := x.people[q.person].of(meeting.Nomination); len(keys) > 0 && len(r.Candidates) < maxCandidates {
			r.Candidates = append(r.Candidates, x.mentionedCandidate(q, keys, p))
		}
	}
	return r.review(meeting.ReasonKindUnclear)
}

// byLikelihood gives people with those first who are the likeliest nominees.
func byLikelihood(people []judged) []judged {
	order := slices.Clone(people)
	slices.SortStableFunc(order, func(a, b judged) int {
		return cmp.Or(cmp.Compare(b.likely(), a.likely()), cmp.Compare(b.points(), a.points()))
	})
	return order
}

// mentionedCandidate shows staff a person who is named in a letter.
func (x *Index) mentionedCandidate(q judged, keys []meeting.RequirementKey, p paper) meeting.Candidate {
	return meeting.Candidate{Participant: q.Participant, Name: x.people[q.person].Name, For: keys,
		Confidence: q.likely(), Evidence: x.beside(q, p)}
}

// likely is the chance that the document is to be filed for a person.
func (q judged) likely() float64 {
	if q.other {
		return 0
	}
	return q.chance
}

// name is how a person is named where the paper names that person first with the most.
func name(q judged, p paper) string {
	best := q.written
	for _, s := range q.Places {
		if w := p.Text[s.From:s.To]; utf8.RuneCountInString(w) > utf8.RuneCountInString(best) {
			best = w
		}
	}
	return strings.Join(strings.Fields(best), " ")
}

// beside is what speaks for a person: the name as it stands there, and what the paper has beside it.
func (x *Index) beside(q judged, p paper) []meeting.Evidence {
	who := x.people[q.person]
	code := meeting.EvidenceNominated
	if !q.nominated() {
		code = meeting.EvidenceNameInText
	}
	all := []meeting.Evidence{{Code: code, Detail: name(q, p), Weight: weightOf(titleZone, q.best)}}
	if q.support.agency >= 0.6 || q.support.acronym {
		all = append(all, meeting.Evidence{Code: meeting.EvidenceAgencyAgrees, Detail: who.Agency, Weight: agencyWeight})
	}
	if q.support.country {
		all = append(all, meeting.Evidence{Code: meeting.EvidenceCountryAgrees, Detail: who.Country, Weight: countryWeight})
	}
	if q.support.address {
		all = append(all, meeting.Evidence{Code: meeting.EvidenceAddressInText, Detail: who.Email, Weight: addressInText})
	}
	return all
}

// nominees lists who the paper nominates: those of the roster, and others as the letter's own words name them.
func (x *Index) nominees(e *effort, r *Result, v verdict, p paper, l letter.Letter, f Facts) {
	var all []meeting.Nominee
	for _, q := range v.people {
		if !q.nominated() {
			continue
		}
		n := meeting.Nominee{Name: withoutHonorific(name(q, p)), Participant: q.Participant, Position: position(q, p)}
		if q.support.address {
			n.Email = x.people[q.person].Email
		}
		for i, m := range l.Nominees {
			if sameName(m.Name.Value, n.Name) {
				read := r.Letter.Nominees[i]
				n.Name = read.Name
				n.Honorific, n.Position, n.Phone = read.Honorific, cmp.Or(read.Position, n.Position), read.Phone
				n.Email, n.Head, n.Alternate, n.Replaces = cmp.Or(n.Email, read.Email), read.Head, read.Alternate, read.Replaces
				n.ReplacesID = x.replaced(e, l, m, f)
			}
		}
		n.Declined = slices.Contains(f.Declined, n.Name)
		all = append(all, n)
	}
	for i, m := range l.Nominees {
		named := slices.ContainsFunc(v.people, func(q judged) bool { return sameName(m.Name.Value, name(q, p)) })
		if named || !v.explained && len(x.alikes(e, m.Name.Value)) > 0 {
			continue
		}
		n := r.Letter.Nominees[i]
		n.Declined = slices.Contains(f.Declined, n.Name)
		all = append(all, n)
	}
	r.Letter.Nominees = all
}

// replaced is the id of the person in whose place a nominee comes, if the roster surely has that person.
func (x *Index) replaced(e *effort, l letter.Letter, n letter.Nominee, f Facts) string {
	if n.Replaces.Value == "" {
		return ""
	}
	if found, chance := x.nominee(e, l, letter.Nominee{Name: n.Replaces}, f); len(found) > 0 && chance >= x.threshold() {
		return x.people[found[0].people[0]].ID
	}
	return ""
}

// withoutHonorific takes the titles before a name off.
func withoutHonorific(name string) string {
	words := strings.Fields(name)
	for len(words) > 2 && title(strings.Join(fold.Words(words[0]), "")) {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// longestPosition is how many bytes of what follows a name may be somebody's position.
const longestPosition = 160

// position is what follows a name on its line, or stands in the next cell: mostly what the person is.
func position(q judged, p paper) string {
	if len(q.Places) == 0 {
		return ""
	}
	at := q.Places[0].To
	line, _, _ := strings.Cut(clip(p.Text[at:], longestPosition), "\n")
	line = strings.TrimLeft(line, " ,\t(–—-:;،")
	if cell, _, found := strings.Cut(line, "\t"); found {
		line = cell
	}
	if i := strings.IndexAny(line, ";.)@"); i >= 0 {
		line = line[:i]
	}
	return strings.TrimSpace(line)
}

// sameName tells whether two ways to write a name share two words, or are one word that is the same.
func sameName(a, b string) bool {
	x, y := withoutTitles(fold.Words(a)), withoutTitles(fold.Words(b))
	n := 0
	for _, w := range x {
		if slices.ContainsFunc(y, func(v string) bool { return sameWord(w, v) > 0.9 }) {
			n++
		}
	}
	return n >= min(2, len(x), len(y)) && n > 0
}
