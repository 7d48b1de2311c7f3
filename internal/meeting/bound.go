package meeting

import "strings"

// An item of the table holds 400 KB at most (Amazon DynamoDB Developer Guide, "Quotas"), and strangers write much of it.
// The table calls Bound before it writes an item, so that each string and each list has an end. An audit holds a
// document's state before and after, of several documents: a state has to stay under 50 KB.
const (
	longestLine    = 300  // of a title, an author
	longestName    = 160  // of a person, a position, an agency
	longestWord    = 40   // an honorific, a phone number, a format
	longestAddress = 320  // of a mail (RFC 5321, 4.5.3.1)
	longestText    = 2000 // in somebody's own words
	longestExcerpt = 4000 // 1,000 characters

	// LongestMessageID is how many bytes of a Message-ID are kept: a header's line has no more (RFC 5322, 2.1.1).
	LongestMessageID = 998

	mostFindings   = 200
	mostEvidence   = 40
	mostCandidates = 3
	mostEnclosed   = 100
	mostPlaces     = 100 // a transaction has no more
	mostNominees   = 50
	mostReferences = 40
)

// Clip is the beginning of a text, at most so many bytes, in whole characters.
func Clip[T ~string](s T, most int) T {
	if len(s) <= most {
		return s
	}
	return T(strings.ToValidUTF8(string(s[:most]), ""))
}

// first is the beginning of a list, at most so many, in a list of its own whose strings may be cut.
func first[T any](list []T, most int) []T {
	if len(list) == 0 {
		return list
	}
	return append([]T(nil), list[:min(len(list), most)]...)
}

// address is a mail address; one that is too long is none.
func address(s string) string {
	if len(s) > longestAddress {
		return ""
	}
	return s
}

// Bound cuts the strings and lists of a document that come from its file.
func (d *Document) Bound() {
	d.FileName, d.Title, d.Author = Clip(d.FileName, 1024), Clip(d.Title, longestLine), Clip(d.Author, longestLine)
	if d.Envelope != nil {
		d.Envelope.FileName = Clip(d.Envelope.FileName, 1024)
	}
	d.Enclosed = first(d.Enclosed, mostEnclosed)
	for i := range d.Enclosed {
		d.Enclosed[i].FileName = Clip(d.Enclosed[i].FileName, 4*longestName)
	}
	d.Format, d.Excerpt = Clip(d.Format, 3*longestWord), Clip(d.Excerpt, longestExcerpt)
	d.Sender, d.Uploader.Email = address(d.Sender), address(d.Uploader.Email)
	d.MessageID = Clip(d.MessageID, LongestMessageID)
	d.References = first(d.References[max(0, len(d.References)-mostReferences):], mostReferences)
	for i := range d.References {
		d.References[i] = Clip(d.References[i], LongestMessageID)
	}
	d.Findings = first(d.Findings, mostFindings)
	for i := range d.Findings {
		d.Findings[i].Code = Clip(d.Findings[i].Code, longestWord)
		d.Findings[i].Detail = Clip(d.Findings[i].Detail, longestName)
	}
	d.Candidates = first(d.Candidates, mostCandidates)
	for i := range d.Candidates {
		c := &d.Candidates[i]
		c.Name, c.For = Clip(c.Name, 4*longestName), first(c.For, mostPlaces)
		c.Evidence = boundEvidence(c.Evidence)
	}
	d.DocumentState.bound()
}

func (s *DocumentState) bound() {
	s.Reason = Clip(s.Reason, longestText)
	s.Evidence = boundEvidence(s.Evidence)
	if s.Letter == nil {
		return
	}
	l := *s.Letter
	for _, s := range []*string{&l.Agency, &l.Country, &l.Signatory, &l.Reference} {
		*s = Clip(*s, longestName)
	}
	l.Nominees = first(l.Nominees, mostNominees)
	for i := range l.Nominees {
		l.Nominees[i].bound()
	}
	s.Letter = &l
}

func (n *Nominee) bound() {
	n.Name, n.Replaces = Clip(n.Name, longestName), Clip(n.Replaces, longestName)
	n.Honorific, n.Position = Clip(n.Honorific, longestWord), Clip(n.Position, longestName)
	n.Email, n.Phone = address(n.Email), Clip(n.Phone, longestWord)
	if n.Confirmed != nil {
		n.Confirmed = &Confirmation{Name: Clip(n.Confirmed.Name, longestName), Email: address(n.Confirmed.Email)}
	}
}

func boundEvidence(list []Evidence) []Evidence {
	list = first(list, mostEvidence)
	for i := range list {
		list[i].Detail = Clip(list[i].Detail, longestName)
	}
	return list
}

// Bound cuts the strings of a requirement that come from a file or are somebody's own words.
func (r *Requirement) Bound() {
	r.FileName, r.Title, r.Reason = Clip(r.FileName, 1024), Clip(r.Title, longestLine), Clip(r.Reason, longestText)
}

// Bound cuts what a decision says in somebody's own words, and the states that it went from and to.
func (a *Audit) Bound() {
	a.Decision.Reason, a.Decision.Nominee = Clip(a.Decision.Reason, longestText), Clip(a.Decision.Nominee, longestName)
	for i := range a.Effects {
		for _, s := range []*DocumentState{a.Effects[i].DocumentBefore, a.Effects[i].DocumentAfter} {
			if s != nil {
				s.bound()
			}
		}
		for _, s := range []*RequirementState{a.Effects[i].RequirementBefore, a.Effects[i].RequirementAfter} {
			if s != nil {
				s.FileName, s.Title, s.Reason = Clip(s.FileName, 1024), Clip(s.Title, longestLine), Clip(s.Reason, longestText)
			}
		}
	}
}
