package meeting

import "slices"

// Leaver is a participant who is erased: what goes out of documents and decisions by the ids in them.
type Leaver struct {
	Participant string
	// Documents are the ids of the documents that are erased with the participant.
	Documents []string
	// Is tells whether a name is the participant's, IsAddress whether an address is, and nobody else's.
	Is, IsAddress func(string) bool
}

// erased stands in place of a name that was erased.
const erased = "[erased]"

// Leave takes the participant out of what a document says of its sender and of those who may be meant.
func (d *Document) Leave(l Leaver) {
	d.DocumentState = d.DocumentState.Without(l)
	its := func(c Candidate) bool { return c.Participant == l.Participant }
	if slices.ContainsFunc(d.Candidates, its) {
		d.Candidates = slices.DeleteFunc(slices.Clone(d.Candidates), its)
	}
	if d.LinkOwner == l.Participant {
		d.LinkOwner, d.Uploader = "", Contact{}
	}
	if l.IsAddress(d.Uploader.Email) {
		d.Uploader = Contact{}
	}
	if l.IsAddress(d.Sender) {
		d.Sender = ""
	}
}

// Without gives a document's state without the participant: the others' places, nominees and parts stay as they are, and
// each nominee stays at the same place of the list. Whether the document still counts is not decided here.
func (s DocumentState) Without(l Leaver) DocumentState {
	s.Satisfies, s.FiledFor = l.others(s.Satisfies), l.others(s.FiledFor)
	s.Parts = l.parts(s.Parts)
	if slices.ContainsFunc(s.Joined, l.erases) {
		s.Joined = slices.DeleteFunc(slices.Clone(s.Joined), l.erases)
	}
	if l.erases(s.PartOf) {
		s.PartOf = ""
	}
	if l.erases(s.SupersededBy) {
		s.SupersededBy = ""
	}
	if s.Letter != nil && slices.ContainsFunc(s.Letter.Nominees, l.touches) {
		letter := *s.Letter
		letter.Nominees = slices.Clone(letter.Nominees)
		for i, n := range letter.Nominees {
			letter.Nominees[i] = l.nominee(n)
		}
		s.Letter = &letter
	}
	return s
}

func (l Leaver) erases(document string) bool {
	return document != "" && slices.Contains(l.Documents, document)
}

// others are the requirements that are not the participant's. A list without any of those is given as it is.
func (l Leaver) others(keys []RequirementKey) []RequirementKey {
	its := func(k RequirementKey) bool { return k.Participant == l.Participant }
	if !slices.ContainsFunc(keys, its) {
		return keys
	}
	return slices.DeleteFunc(slices.Clone(keys), its)
}

func (l Leaver) parts(parts []Part) []Part {
	if len(parts) == 0 {
		return parts
	}
	kept := slices.Clone(parts)
	for i, p := range kept {
		kept[i].Requirements = l.others(p.Requirements)
	}
	return kept
}

// Nominates tells whether a nominee of a letter is the participant.
func (l Leaver) Nominates(n Nominee) bool {
	return n.Participant == l.Participant || n.Participant == "" && l.Is(n.Name)
}

func (l Leaver) replaced(n Nominee) bool {
	return n.ReplacesID == l.Participant || n.ReplacesID == "" && n.Replaces != "" && l.Is(n.Replaces)
}

func (l Leaver) touches(n Nominee) bool { return l.Nominates(n) || l.replaced(n) || l.Is(n.Name) }

// nominee gives a nominee without the participant. Nobody has to decide about an empty place. A place that was given to
// somebody else stays, without the participant's name, which the letter has there.
func (l Leaver) nominee(n Nominee) Nominee {
	if l.Nominates(n) {
		return Nominee{Name: erased, Declined: true}
	}
	if l.Is(n.Name) {
		n.Name = erased
	}
	if l.replaced(n) {
		n.Replaces, n.ReplacesID = erased, ""
	}
	return n
}

// Without gives a decision without the participant. What it decided about anybody else stays, so that it does the same
// when it is carried out again. It reports false if nothing has changed.
func (d Decision) Without(l Leaver) (Decision, bool) {
	named := l.named(d)
	if named && d.Nominee != "" && d.NomineeID == "" {
		d.NomineeID, d.Nominee = ParticipantID(d.Document, d.Nominee), erased
	}
	if named && d.Participant != nil {
		d.Participant = &Participant{ID: d.Participant.ID, Name: erased, Roles: d.Participant.Roles}
		d.Erased = d.Action == Accept
	}
	shared := false
	if rest := l.others(d.Requirements); len(rest) > 0 && len(rest) < len(d.Requirements) {
		d.Requirements, shared = rest, true
	}
	if slices.ContainsFunc(d.Parts, func(p Part) bool { return len(l.others(p.Requirements)) < len(p.Requirements) }) {
		d.Parts, shared, d.Erased = l.parts(d.Parts), true, true
	}
	return d, named || shared
}

// named tells whether a decision names the participant as a nominee.
func (l Leaver) named(d Decision) bool {
	if d.Participant != nil && d.Participant.ID != "" {
		return d.Participant.ID == l.Participant && d.Participant.Name != erased
	}
	return d.Nominee != "" && l.Is(d.Nominee)
}

// Without gives what a decision did, without what it did to the participant's own things.
func (a Audit) Without(l Leaver, hints []string) Audit {
	a.Decision, _ = a.Decision.Without(l)
	its := func(e Effect) bool {
		return e.Requirement.Participant == l.Participant || e.Participant == l.Participant || e.Links == l.Participant ||
			l.erases(e.Document) || e.Hint != "" && slices.Contains(hints, e.Hint)
	}
	a.Effects = slices.DeleteFunc(slices.Clone(a.Effects), its)
	for i, e := range a.Effects {
		if e.DocumentBefore != nil {
			before := e.DocumentBefore.Without(l)
			a.Effects[i].DocumentBefore = &before
		}
		if e.DocumentAfter != nil {
			after := e.DocumentAfter.Without(l)
			a.Effects[i].DocumentAfter = &after
		}
	}
	return a
}
