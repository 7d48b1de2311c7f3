package match

import (
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
	needsALook = 0.5
)

// Reasons why a document goes to review.
const (
	NobodyNamed    = "nobody-named"
	SeveralNamed   = "several-named"
	KindUnclear    = "kind-unclear"
	SessionUnclear = "session-unclear"
	NotRequired    = "not-required"
	TicketInvalid  = "ticket-invalid"
	TicketExpired  = "ticket-expired"
	UnknownMeeting = "unknown-meeting"
)

// Evidence codes.
const (
	ByTicket       = "ticket"
	NameInTitle    = "name-in-title"
	NameInFileName = "name-in-file-name"
	SessionNamed   = "session-named"
	LooksLike      = "looks-like"
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
	if r.Kind = kindOf(f, words, sessions); r.Kind != meeting.Unknown {
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

// kindOf says what a document is. Slides are a presentation, and so are pages that lie on their side; an
// upright document is a letter when it uses a letter's words, or a presentation when it or its name says so.
func kindOf(f Facts, words, sessions []string) meeting.Kind {
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
	var text strings.Builder
	for _, p := range f.Content.Pages[:min(3, len(f.Content.Pages))] {
		text.WriteString(p.Full() + "\n")
	}
	name := fileNamePhrases(f.FileName)[0]
	cues := letter.Read(text.String())
	switch {
	case cues.Declines:
		return meeting.Unknown
	case cues.Nomination(), strings.TrimSpace(text.String()) == "" && letter.Read(strings.Join(name, " ")).Nomination():
		return meeting.Nomination
	case len(sessions) > 0, slices.ContainsFunc(name, func(w string) bool {
		return slices.Contains([]string{"presentation", "slides", "deck", "diapositives", "diaporama", "apresentacao", "عرض"}, w)
	}):
		return meeting.Presentation
	}
	return meeting.Unknown
}
