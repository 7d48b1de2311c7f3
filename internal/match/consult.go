package match

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dossier/internal/fold"
	"dossier/internal/large"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// LargeReader says of one paper what it is, as far as the paper bears it out; *large.Reader is one. It fails when it has
// no answer.
type LargeReader interface {
	Read(ctx context.Context, q large.Question) (large.Reading, error)
}

// Consulting gives the same index with a large reader beside the others. What both say is filed, and what it explains of
// what the others leave open, if no guard objects; where they differ a person sees both.
func (x *Index) Consulting(l LargeReader) *Index {
	y := *x
	y.large = l
	return &y
}

// looked is what a match found in a document before the large reader was asked.
type looked struct {
	paper   paper
	verdict verdict
	letter  letter.Letter
	parts   parts
	options []option
}

// mostAsked is how many people of the roster the large reader is shown.
const mostAsked = 60

// consults tells whether a large reader is asked about a document. A participant's own link tells whose it is, and what it
// is; then nobody is asked.
func (x *Index) consults(f Facts) bool { return x.large != nil && f.Claim.participant() == "" }

// consult asks the large reader about a document, and brings together what both say.
func (x *Index) consult(e *effort, f Facts, seen looked, r Result) Result {
	if !x.consults(f) || f.Content.Paper() == nil {
		return r
	}
	said := f.Said
	if said == nil {
		answer, err := x.large.Read(e.ctx, x.question(f, seen, r))
		if err != nil {
			r.Evidence = append(r.Evidence, meeting.Evidence{Code: meeting.EvidenceReaderSilent})
			return r
		}
		said = &answer
	}
	r.Said = said
	switch {
	case said.Presents:
		return x.presented(e, f, seen, r)
	case said.Act.Nominates():
		return x.nominated(e, f, seen, r)
	}
	if len(r.File) > 0 {
		return r.differ()
	}
	r.Act = said.Act
	if r.Kind != meeting.Unknown {
		r.Reason = meeting.ReasonKindUnclear
	}
	r.Evidence = append(shown(said), r.Evidence...)
	return r
}

// shown is what staff see of a reading: what the paper does, and the words that show it.
func shown(said *large.Reading) []meeting.Evidence {
	var all []meeting.Evidence
	if said.Act != "" {
		all = append(all, meeting.Evidence{Code: meeting.EvidenceAct, Detail: string(said.Act)})
	}
	if said.Words != "" {
		all = append(all, meeting.Evidence{Code: meeting.EvidenceReader, Detail: clip(said.Words, longestHeading)})
	}
	return all
}

// differ sends to a person what the readers do not agree on.
func (r Result) differ() Result {
	r.Evidence = slices.Concat([]meeting.Evidence{{Code: meeting.EvidenceReadersDiffer}}, shown(r.Said), r.Evidence)
	return r.review(meeting.ReasonNotSure)
}

// question is what the large reader is asked about a document.
func (x *Index) question(f Facts, seen looked, r Result) large.Question {
	c := f.Content.Paper()
	q := large.Question{
		Meeting: x.described, FileName: seen.paper.FileName, Subject: seen.paper.Subject, Sender: seen.paper.Sender,
		Author: clip(c.Metadata.Author, longestHeading), Slides: c.Format.Slides(), Text: seen.paper.Text,
	}
	asked := map[string]bool{}
	add := func(id string) {
		i, ok := x.byID[id]
		if !ok || asked[id] || len(asked) == mostAsked {
			return
		}
		asked[id] = true
		p := large.Person{ID: id, Name: x.people[i].Name, Agency: x.people[i].Agency, Country: x.people[i].Country}
		for _, k := range x.people[i].needs {
			if k.Kind == meeting.Presentation {
				s, _ := x.roster.Session(k.Session)
				p.Speaks = append(p.Speaks, large.Session{ID: k.Session, Title: s.Title})
			} else {
				p.Owes = true
			}
		}
		q.People = append(q.People, p)
	}
	for _, c := range r.Candidates {
		for _, k := range c.For {
			add(k.Participant)
		}
	}
	for _, n := range seen.paper.named {
		add(n.Participant)
	}
	if i, ok := x.byEmail[strings.ToLower(f.Sender.Address)]; ok {
		add(x.people[i].ID)
	}
	return q
}

// nominated files a letter for the nominees that the large reader finds in it. It does not if the small readers file it
// otherwise, or a guard objects.
func (x *Index) nominated(e *effort, f Facts, seen looked, r Result) Result {
	said := r.Said
	before := r
	r.Kind, r.Act, r.File, r.Candidates, r.Evidence, r.Reason = meeting.Nomination, said.Act, nil, nil, nil, ""
	v, l, unsure := x.cast(e, f, seen, said)
	if r.Letter = x.letter(l); said.Agency != "" {
		r.Letter.Agency = said.Agency
	}
	r.Letter.Country = cmp.Or(said.Country, r.Letter.Country)
	r.Letter.Reference = cmp.Or(said.Reference, r.Letter.Reference)
	for _, part := range said.People {
		if part.Role == large.Signatory {
			r.Letter.Signatory = part.Name
		}
	}
	if !said.Dated.IsZero() {
		r.Letter.Dated = said.Dated
	}
	r = x.byReaders(e, r, v, seen.paper, l, f)
	switch {
	case len(before.File) > 0 && !slices.Equal(before.File, filed(v, x)):
		r.Candidates = before.Candidates
		return r.differ()
	case len(r.File) > 0 && seen.verdict.denies(v):
		return r.differ()
	case unsure:
		r = r.review(meeting.ReasonNotSure)
	}
	r.Evidence = append(shown(said), r.Evidence...)
	return r
}

// denies tells whether the small readers are sure of something else than what the large one says: that the paper does not
// nominate, that somebody is not nominated, or that somebody else is.
func (v verdict) denies(said verdict) bool {
	const surelyNot, surelyIs = 0.3, 0.9
	if v.nominates < surelyNot {
		return true
	}
	for _, q := range v.people {
		if q.other {
			continue
		}
		i := slices.IndexFunc(said.people, func(o judged) bool { return o.person == q.person })
		if nominated := i >= 0 && said.people[i].nominated(); nominated && q.chance < surelyNot || !nominated && q.chance > surelyIs {
			return true
		}
	}
	return false
}

// filed are the places of those who are nominated.
func filed(v verdict, x *Index) []meeting.RequirementKey {
	var keys []meeting.RequirementKey
	for _, q := range v.people {
		if q.nominated() {
			keys = append(keys, x.people[q.person].of(meeting.Nomination)...)
		}
	}
	slices.SortFunc(keys, meeting.RequirementKey.Compare)
	return slices.Compact(keys)
}

// surely is the chance of what the large reader says of a person. On the shared papers a careful reader had all people
// right (their README).
const surely = 0.995

// cast gives the people of a paper the parts that the large reader gives them, and the letter as it then reads. Unsure: a
// nominee cannot be brought together with the roster.
func (x *Index) cast(e *effort, f Facts, seen looked, said *large.Reading) (v verdict, l letter.Letter, unsure bool) {
	p := seen.paper
	v = verdict{nominates: surely, people: p.unjudged(), sure: surely, acts: map[meeting.Act]float64{said.Act: 1}, explained: true}
	nominated := map[int]bool{}
	l = seen.letter
	l.Nomination, l.Nominates, l.Nominees = true, true, nil
	for _, part := range said.People {
		if !part.Role.Nominated() {
			continue
		}
		person, ok := x.whoIs(e, part, &v, p)
		if !ok {
			unsure = true
			continue
		}
		if person >= 0 {
			nominated[person] = true
		}
		n := letter.Nominee{Name: letter.Field{Value: part.Name, Confidence: surely}}
		for _, m := range seen.letter.Nominees {
			if sameName(m.Name.Value, part.Name) {
				n = m
			}
		}
		n.Role = map[large.Role]letter.Role{large.Head: letter.Head, large.Alternate: letter.Alternate}[part.Role]
		l.Nominees = append(l.Nominees, n)
	}
	x.tellApart(e, v.people, p.clues, true)
	if seen.letter.Country.Confidence >= clearly {
		v.from = seen.letter.CountryCode
	}
	v.agreed = seen.verdict.nominates > 0.5 && (seen.verdict.act() == "" || seen.verdict.act().Nominates())
	for i, q := range v.people {
		if nominated[q.person] {
			v.people[i].chance = surely
			unsure = unsure || q.other // a namesake is meant, as office, country or address say
		}
	}
	return v, l, unsure
}

// whoIs finds the person of the roster that a part names; -1 for somebody who is on no roster. It is not ok when that person
// has another name. Nor is it when the part is said to be on no roster, and somebody of the roster has the name.
func (x *Index) whoIs(e *effort, part large.Part, v *verdict, p paper) (person int, ok bool) {
	if part.Participant == "" {
		for _, q := range v.people {
			if _, may := x.bears(e, q.person, part.Name); may && !q.other {
				return 0, false
			}
		}
		return -1, true
	}
	i, known := x.byID[part.Participant]
	if !known {
		return 0, false
	}
	for _, q := range v.people {
		if q.person == i && len(q.Places) > 0 && sameName(part.Name, name(q, p)) {
			return i, true
		}
	}
	best, ok := x.bears(e, i, part.Name)
	if !ok {
		return 0, false
	}
	v.people = append(v.people, judged{
		Named: Named{Participant: part.Participant, person: i, best: best}, written: strings.Join(strings.Fields(part.Name), " "),
		support: x.support(i, p.clues),
	})
	return i, true
}

// bears tells whether a written name may be a person's, and how much of it that is. Somebody of a single name bears it with
// any title before it.
func (x *Index) bears(e *effort, person int, written string) (strength, bool) {
	words, name := withoutTitles(fold.Words(written)), x.people[person].name
	if len(name) == 1 {
		return mostOfName, slices.ContainsFunc(words, func(w string) bool { return sameWord(w, name[0]) > 0.9 }) && len(words) <= 2
	}
	for _, a := range x.alikes(e, written) {
		if a.person != person {
			continue
		}
		if a.score == 1 {
			return wholeName, true
		}
		return mostOfName, true
	}
	// With more names than the roster has: those of the father and the grandfather.
	within := func(n string) bool {
		return fold.Particle(n) || slices.ContainsFunc(words, func(w string) bool { return sameWord(w, n) > 0.9 })
	}
	return mostOfName, len(name) > 1 && !slices.ContainsFunc(name, func(n string) bool { return !within(n) })
}
