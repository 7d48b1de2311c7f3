package match

import (
	"cmp"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/letter"
	"dossier/internal/match/fold"
	"dossier/internal/meeting"
)

// Threshold is the confidence from which a document is filed without a person looking at it.
const Threshold = 0.98

// The confidences of the rules. They are ranks for the review queue, not measured frequencies.
const (
	certain    = 1.0
	oneName    = 0.99
	likeName   = 0.985 // not to the letter, and the agency or the country agrees
	needsALook = 0.5
)

// Reasons why a document goes to review.
const (
	NobodyNamed    = "nobody-named"
	SeveralNamed   = "several-named"
	KindUnclear    = "kind-unclear"
	SessionUnclear = "session-unclear"
	NotRequired    = "not-required"
	NotOnRoster    = "nominee-not-on-roster"
	OverQuota      = "over-quota"
	CountryDiffers = "country-differs"
	TicketInvalid  = "ticket-invalid"
	TicketExpired  = "ticket-expired"
	UnknownMeeting = "unknown-meeting"
)

// Evidence codes.
const (
	ByTicket       = "ticket"
	ByStaff        = "staff" // a person decided
	NameInTitle    = "name-in-title"
	NameInFileName = "name-in-file-name"
	SessionNamed   = "session-named"
	LooksLike      = "looks-like"
	Nominated      = "nominated"
	AgencyAgrees   = "agency-agrees"
	CountryAgrees  = "country-agrees"
)

// Claim is what a valid ticket says. Participant may be empty when it is an agency's, Session when it is for none.
type Claim struct {
	Participant, Agency string
	Kind                meeting.Kind
	Session             string
}

// Facts are what is known of a document.
type Facts struct {
	FileName string
	Content  *content.Content
	Claim    *Claim // nil when there was no ticket
}

// Result says where a document belongs. File is empty when a person has to look; Reason then says why.
type Result struct {
	Kind        meeting.Kind
	File        []meeting.RequirementKey
	Participant meeting.Participant
	Confidence  float64
	Evidence    []meeting.Evidence
	Reason      string
	// Candidates are the possible places, best first, at most three.
	Candidates []meeting.Candidate
}

// Match decides.
func (x *Index) Match(f Facts) Result {
	f.Content = f.Content.Letter()
	title := ""
	if f.Content != nil && len(f.Content.Pages) > 0 {
		title = f.Content.Pages[0].Full()
	}
	fileName := fileNamePhrases(f.FileName)
	words := append(fold.Words(title), append([]string{"|"}, fileName[0]...)...)
	sessions := x.sessionsNamed(words)

	r := Result{}
	var evidence []meeting.Evidence
	l := x.letters.Read(beginning(f.Content))
	if r.Kind = x.kindOf(f, l, words, sessions); r.Kind != meeting.Unknown {
		evidence = append(evidence, meeting.Evidence{Code: LooksLike, Detail: string(r.Kind)})
	}
	found := map[int][]meeting.Evidence{}
	for _, p := range x.named(phrases(title)) {
		found[p] = append(found[p], meeting.Evidence{Code: NameInTitle, Detail: x.people[p].Name})
	}
	for _, p := range x.named(fileName) {
		found[p] = append(found[p], meeting.Evidence{Code: NameInFileName, Detail: x.people[p].Name})
	}
	if f.Claim != nil && f.Claim.Kind != meeting.Unknown {
		r.Kind = f.Claim.Kind
	}
	if f.Claim != nil && f.Claim.Participant != "" {
		return x.byTicket(r, *f.Claim, sessions)
	}

	if r.Kind == meeting.Nomination && len(l.Nominees) > 0 {
		return x.byLetter(r, l, f.Claim)
	}
	// Who signs a letter is not whom it names.
	for _, a := range x.alikes(l.Signatory.Value) {
		delete(found, a.person)
	}

	// Only those of whom such a document is wanted count.
	var people []int
	for p := range found {
		if f.Claim != nil && f.Claim.Agency != "" && fold.String(x.people[p].Agency) != fold.String(f.Claim.Agency) {
			continue
		}
		if r.Kind == meeting.Unknown || len(x.people[p].of(r.Kind)) > 0 {
			people = append(people, p)
		}
	}
	slices.Sort(people)
	for _, p := range people {
		if len(r.Candidates) == 3 {
			break
		}
		r.Candidates = append(r.Candidates, meeting.Candidate{Participant: x.people[p].ID, Name: x.people[p].Name,
			For: x.people[p].of(r.Kind), Confidence: needsALook / float64(len(people)), Evidence: append(slices.Clone(found[p]), evidence...)})
	}
	switch {
	case len(found) == 0:
		return r.review(NobodyNamed)
	case len(people) == 0:
		return r.review(NotRequired)
	case len(people) > 1:
		return r.review(SeveralNamed)
	case r.Kind == meeting.Unknown:
		return r.review(KindUnclear)
	}
	p := x.people[people[0]]
	r.Evidence = append(found[people[0]], evidence...)
	return x.choose(r, p, p.of(r.Kind), "", sessions, oneName)
}

// byTicket files what came by a participant's own link: it says who and what, and if it does not say for which
// session, then the requirements do.
func (x *Index) byTicket(r Result, c Claim, sessions []string) Result {
	i, ok := x.byID[c.Participant]
	if !ok {
		return r.review(NotRequired)
	}
	r.Evidence = []meeting.Evidence{{Code: ByTicket, Detail: x.people[i].Name}}
	return x.choose(r, x.people[i], x.people[i].of(r.Kind), c.Session, sessions, certain)
}

// choose picks among one person's requirements of the kind. A nomination names a person for the meeting and
// serves them all; a presentation is for one session.
func (x *Index) choose(r Result, p person, keys []meeting.RequirementKey, session string, named []string, confidence float64) Result {
	r.Participant = p.Participant
	if session != "" {
		keys = slices.DeleteFunc(keys, func(k meeting.RequirementKey) bool { return k.Session != session })
	} else if r.Kind == meeting.Presentation && len(keys) > 1 {
		of := slices.DeleteFunc(slices.Clone(keys), func(k meeting.RequirementKey) bool { return !slices.Contains(named, k.Session) })
		if len(of) != 1 {
			r.Candidates = []meeting.Candidate{{Participant: p.ID, Name: p.Name, For: keys, Confidence: needsALook, Evidence: r.Evidence}}
			return r.review(SessionUnclear)
		}
		keys = of
		r.Evidence = append(r.Evidence, meeting.Evidence{Code: SessionNamed, Detail: keys[0].Session})
	}
	r.Candidates = []meeting.Candidate{{Participant: p.ID, Name: p.Name, For: keys, Confidence: confidence, Evidence: r.Evidence}}
	if len(keys) == 0 {
		return r.review(NotRequired)
	}
	r.Confidence, r.File = confidence, keys
	return r
}

func (r Result) review(reason string) Result {
	r.Reason, r.File, r.Confidence = reason, nil, 0
	return r
}

// of gives a person's needs of a kind; all of them when the kind is unknown.
func (p person) of(k meeting.Kind) []meeting.RequirementKey {
	return slices.DeleteFunc(slices.Clone(p.needs), func(n meeting.RequirementKey) bool { return k != meeting.Unknown && n.Kind != k })
}

// beginning is the text of the first pages, which a letter is read from, its letterhead too.
func beginning(c *content.Content) string {
	if c == nil || c.Format.Slides() {
		return ""
	}
	const pages = 3
	var b strings.Builder
	for i, p := range c.Pages[:min(pages, len(c.Pages))] {
		if i == 0 && c.Format != content.PDF && p.Footer != "" {
			b.WriteString(p.Footer + "\n\n")
		}
		b.WriteString(p.Full() + "\n")
	}
	return b.String()
}

// byLetter files a nomination letter for those whom it nominates: each must be one person of the roster. A letter that
// names anybody else as well, or more than an agency may send, is looked at by a person first.
func (x *Index) byLetter(r Result, l letter.Letter, c *Claim) Result {
	confidence, members := 1.0, 0
	reason := ""
	for _, n := range l.Nominees {
		if n.Role != letter.Alternate {
			members++
		}
		found := x.alikes(n.Name.Value)
		if c != nil && c.Agency != "" {
			found = slices.DeleteFunc(found, func(a alike) bool { return fold.String(x.people[a.person].Agency) != fold.String(c.Agency) })
		}
		if len(found) == 0 {
			r.Evidence = append(r.Evidence, meeting.Evidence{Code: Nominated, Detail: n.Name.Value})
			reason = cmp.Or(reason, NotOnRoster)
			continue
		}
		best := x.people[found[0].person]
		evidence, agrees, differs := x.circumstances(l, n, best)
		sure := needsALook
		switch {
		case len(found) > 1 && found[1].score > found[0].score-0.02:
			reason = cmp.Or(reason, SeveralNamed)
		case differs:
			reason = cmp.Or(reason, CountryDiffers)
		case found[0].score == 1:
			sure = oneName
		case agrees:
			sure = likeName
		default:
			reason = cmp.Or(reason, NotOnRoster)
		}
		keys := best.of(meeting.Nomination)
		if len(keys) == 0 {
			reason = cmp.Or(reason, NotRequired)
		}
		confidence = min(confidence, sure)
		for _, a := range found {
			if p := x.people[a.person]; len(r.Candidates) < 3 && !slices.ContainsFunc(r.Candidates, func(o meeting.Candidate) bool { return o.Participant == p.ID }) {
				e, _, _ := x.circumstances(l, n, p)
				r.Candidates = append(r.Candidates, meeting.Candidate{Participant: p.ID, Name: p.Name, For: p.of(meeting.Nomination), Confidence: min(sure, a.score), Evidence: e})
			}
		}
		if r.Participant.ID == "" {
			r.Participant = best.Participant
		}
		r.Evidence = append(r.Evidence, evidence...)
		r.File = append(r.File, keys...)
	}
	if most := x.roster.Meeting.NomineesPerAgency; reason == "" && most > 0 && members > most {
		reason = OverQuota
	}
	if reason != "" {
		return r.review(reason)
	}
	slices.SortFunc(r.File, meeting.RequirementKey.Compare)
	r.File = slices.Compact(r.File)
	r.Confidence = confidence
	return r
}

// clearly is the confidence from which the country that a letter comes from speaks against a person of another.
const clearly = 0.85

// circumstances are what speaks for a nominee's being a person of the roster, and whether the agency or the country
// agrees, or the country is another.
func (x *Index) circumstances(l letter.Letter, n letter.Nominee, p person) (evidence []meeting.Evidence, agrees, differs bool) {
	evidence = []meeting.Evidence{{Code: Nominated, Detail: n.Name.Value}}
	if l.Agency.Value != "" && sameAgency(l.Agency.Value, p.Agency) {
		evidence, agrees = append(evidence, meeting.Evidence{Code: AgencyAgrees, Detail: p.Agency}), true
	}
	if here, there := l.CountryCode, x.letters.Code(p.Country); here != "" && there != "" {
		if here == there {
			evidence, agrees = append(evidence, meeting.Evidence{Code: CountryAgrees, Detail: p.Country}), true
		} else {
			differs = l.Country.Confidence >= clearly // a country that is only named somewhere may be anything
		}
	}
	return evidence, agrees, differs
}

// sameAgency tells whether two names of an office have at least two words of substance in common, and those most of the
// shorter's.
func sameAgency(a, b string) bool {
	words := func(s string) []string {
		return slices.DeleteFunc(fold.Words(s), func(w string) bool {
			return particle(w) || slices.Contains([]string{"of", "the", "and", "et", "for", "pour", "l", "d", "s"}, w)
		})
	}
	x, y := words(a), words(b)
	common := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			common++
		}
	}
	return common >= 2 && common*3 >= min(len(x), len(y))*2
}

// kindOf says what a document is. Slides are a presentation, and so are pages that lie on their side; an
// upright document is a letter when it uses a letter's words, or a presentation when it or its name says so.
func (x *Index) kindOf(f Facts, l letter.Letter, words, sessions []string) meeting.Kind {
	if f.Content == nil {
		return meeting.Unknown
	}
	if f.Content.Format.Slides() {
		return meeting.Presentation
	}
	if len(f.Content.Pages) == 0 {
		return meeting.Unknown
	}
	first := f.Content.Pages[0]
	if first.Width > first.Height {
		return meeting.Presentation
	}
	name := fileNamePhrases(f.FileName)[0]
	empty := !slices.ContainsFunc(f.Content.Pages, func(p content.Page) bool { return p.Full() != "" })
	switch {
	case l.Nomination:
		return meeting.Nomination
	case l.Declines:
		return meeting.Unknown
	case l.Nominates, empty && x.letters.Read(strings.Join(name, " ")).Nominates:
		return meeting.Nomination
	case len(sessions) > 0, slices.ContainsFunc(name, func(w string) bool {
		return slices.Contains([]string{"presentation", "slides", "deck", "diapositives", "diaporama", "apresentacao", "عرض"}, w)
	}):
		return meeting.Presentation
	}
	return meeting.Unknown
}
