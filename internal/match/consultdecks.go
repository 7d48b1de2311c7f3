package match

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dossier/internal/large"
	"dossier/internal/meeting"
)

// presented files a deck for the presenters that the large reader finds. It does not if the small readers file it otherwise,
// or a guard objects.
func (x *Index) presented(e *effort, f Facts, seen looked, r Result) Result {
	o, unsure := x.speakers(e, f, seen, r.Said)
	slices.SortFunc(o.keys, meeting.RequirementKey.Compare)
	if len(r.File) > 0 {
		if !slices.Equal(r.File, o.keys) {
			return r.differ()
		}
		r.Evidence = append(shown(r.Said), r.Evidence...)
		return r
	}
	r.Kind, r.Act, r.Letter = meeting.Presentation, "", nil
	if len(o.people) == 0 {
		return r.review(cmp.Or(r.Reason, meeting.ReasonNobodyNamed))
	}
	c := x.candidate(o)
	r.Candidates = append([]meeting.Candidate{c}, slices.DeleteFunc(r.Candidates, func(old meeting.Candidate) bool {
		return slices.Equal(old.For, c.For)
	})...)
	r.Candidates = r.Candidates[:min(maxCandidates, len(r.Candidates))]
	r.Evidence = append(shown(r.Said), o.evidence...)
	switch {
	case unsure:
		return r.review(meeting.ReasonNotSure)
	case outweighed(o, seen.options):
		return r.differ()
	case len(o.keys) < len(o.people):
		return r.review(meeting.ReasonSessionUnclear)
	}
	r.Participant, r.Confidence, r.File, r.Reason, r.None = x.people[o.people[0]].Participant, surely, o.keys, "", 1-surely
	return r.heed(x.objectDeck(deck{best: o, parts: seen.parts, facts: f, acts: seen.verdict, explained: true}))
}

// outweighed tells whether a document speaks clearly more for somebody else than for those who are said to present it.
func outweighed(said option, options []option) bool {
	const clearly = 1.0
	if len(options) == 0 {
		return false
	}
	least := math.Inf(1)
	for _, i := range said.people {
		weight := math.Inf(-1)
		for _, o := range options {
			if slices.Contains(o.people, i) {
				weight = max(weight, o.weight)
			}
		}
		least = min(least, weight)
	}
	return least < options[0].weight-clearly
}

// speakers gives the filing that the large reader means. Unsure: the document does not name one of them, in any way in which
// the roster's names are looked for.
func (x *Index) speakers(e *effort, f Facts, seen looked, said *large.Reading) (o option, unsure bool) {
	o.chance = surely
	for _, part := range said.People {
		if part.Role != large.Presenter {
			continue
		}
		i, known := x.byID[part.Participant]
		if !known {
			unsure = true
			continue
		}
		var keys []meeting.RequirementKey
		for _, k := range x.people[i].of(meeting.Presentation) {
			if k.Session == part.Session || part.Session == "" {
				keys = append(keys, k)
			}
		}
		evidence, found := x.evidenceOf(e, i, part, f, seen)
		unsure = unsure || !found
		if !slices.Contains(o.people, i) {
			o.people = append(o.people, i)
		}
		if len(keys) == 1 {
			o.keys = append(o.keys, keys...)
		}
		o.evidence = append(o.evidence, evidence...)
	}
	return o, unsure
}

// byName tells whether the person is named, or sent the document: an office or a session alone is of several people.
func byName(all []meeting.Evidence) bool {
	return slices.ContainsFunc(all, func(e meeting.Evidence) bool {
		switch e.Code {
		case meeting.EvidenceNameInTitle, meeting.EvidenceNameInFileName, meeting.EvidenceNameInMail, meeting.EvidenceNameOnSlides,
			meeting.EvidenceNameOnLastSlide, meeting.EvidenceNameInText, meeting.EvidenceNameOfAuthor, meeting.EvidenceAddressInText,
			meeting.EvidenceSentBy, meeting.EvidenceSentByVerified, meeting.EvidenceLearnedAddress, meeting.EvidenceLearnedFileName:
			return true
		}
		return false
	})
}

// evidenceOf is what the document itself has of a presenter, and whether it has anything.
func (x *Index) evidenceOf(e *effort, person int, part large.Part, f Facts, seen looked) ([]meeting.Evidence, bool) {
	for _, o := range seen.options {
		if slices.Equal(o.people, []int{person}) {
			return o.evidence, byName(o.evidence) || slices.Equal(seen.options[0].people, o.people)
		}
	}
	for _, q := range seen.paper.unjudged() {
		if q.person == person {
			return x.beside(q, seen.paper), true
		}
	}
	if address := x.people[person].Email; address != "" && strings.EqualFold(address, f.Sender.Address) {
		return []meeting.Evidence{{Code: meeting.EvidenceSentBy, Detail: address}}, true
	}
	for _, a := range x.alikes(e, part.Name) {
		if a.person == person {
			return []meeting.Evidence{{Code: meeting.EvidenceNameInText, Detail: part.Name}}, true
		}
	}
	return nil, false
}
