package match

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fold"
	"dossier/internal/large"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// Threshold is the confidence from which a document is filed without a person looking at it, where meeting.yaml says
// nothing else.
const Threshold = 0.98

// certain is the confidence of a ticket, which says whose a document is.
const certain = 1.0

// Claim is what a valid ticket says. Participant may be empty when it is an agency's, Session when it is for none.
type Claim struct {
	Participant, Agency string
	Kind                meeting.Kind
	Session             string
}

// agency is the folded name of the agency that a ticket is of; "" when there is none.
func (c *Claim) agency() string {
	if c == nil {
		return ""
	}
	return fold.String(c.Agency)
}

// participant is the id of the participant that a ticket is of; "" when there is none.
func (c *Claim) participant() string {
	if c == nil {
		return ""
	}
	return c.Participant
}

// Sender is where a mail came from.
type Sender struct {
	Address string
	// Verified: the server that received it has checked that it comes from there (RFC 8601).
	Verified bool
}

// Facts are the known facts about a document.
type Facts struct {
	FileName string
	Content  *content.Content
	Claim    *Claim // nil when there was no ticket
	Sender   Sender
	// Thread are the participants with documents in the same mail thread.
	Thread []string
	// Declined are nominees, as the letter names them, that staff declined.
	Declined []string
	// Said is what the large reader said of the document before, so that it is not asked twice; nil when it was not.
	Said *large.Reading
	// States are those of requirements, as far as they were looked up.
	States map[meeting.RequirementKey]meeting.State
}

// Result says where a document belongs. File is empty when a person has to look; Reason then says why.
type Result struct {
	Kind        meeting.Kind
	File        []meeting.RequirementKey
	Participant meeting.Participant
	Confidence  float64
	Evidence    []meeting.Evidence
	Reason      meeting.Reason
	// Candidates are the possible places, best first, at most three; None is the chance that it is none of these.
	Candidates []meeting.Candidate
	None       float64
	// Act is what the paper does; "" for slides, and when nobody can tell.
	Act meeting.Act
	// Nominates is the chance that it nominates somebody for the meeting; 0 for slides.
	Nominates float64
	// Letter is what a nomination letter says; nil for everything else.
	Letter *meeting.Letter
	// Said is what the large reader says; nil when there is none, or no answer.
	Said *large.Reading
	// Steps is how much work the match was: words compared, and candidates looked at.
	Steps int
}

// Budget bounds what one match may cost. A zero field takes its default. What goes beyond it is not looked at, and
// such a document goes to review with meeting.ReasonTooLong.
type Budget struct {
	// Text is how many bytes of the document's text are looked through for people; the default is 128 KiB.
	Text int
	// Mentions is how many places are considered where somebody may be named; the default is 2,000.
	Mentions int
	// Steps is how many words are compared and candidates looked at; the default is 1 million.
	Steps int
	// Letter bounds the reading of the document as a letter.
	Letter letter.Budget
}

func (b Budget) withDefaults() Budget {
	return Budget{cmp.Or(b.Text, 128<<10), cmp.Or(b.Mentions, 2000), cmp.Or(b.Steps, 1_000_000), b.Letter}
}

// maxCandidates is how many places staff are shown.
const maxCandidates = 3

// Match says where a document belongs, within the budget. It fails only when the context ends.
func (x *Index) Match(ctx context.Context, f Facts, b Budget) (Result, error) {
	b = b.withDefaults()
	e := &effort{ctx: ctx, most: b.Steps}
	r, seen, err := x.match(e, f, b)
	if err == nil && e.err == nil {
		r = x.consult(e, f, seen, r)
	}
	if err = cmp.Or(err, e.err, ctx.Err()); err != nil {
		return Result{}, fmt.Errorf("match document: %w", err)
	}
	if e.cut {
		r = r.review(meeting.ReasonTooLong)
	}
	r.Steps = e.steps
	return r, nil
}

// match says where a document belongs, as far as the effort goes, without the large reader. It gives what it found, too.
func (x *Index) match(e *effort, f Facts, b Budget) (Result, looked, error) {
	p := read(f, b.Text).within(b.Text)
	e.cut = p.cut
	c := f.Content.Paper()
	l, err := x.letters.Read(e.ctx, beginning(c, b.Text), b.Letter)
	if err != nil {
		return Result{}, looked{}, err
	}
	asked, v, err := x.ask(e, f, b)
	if err != nil {
		return Result{}, looked{}, err
	}
	x.plain(e, &v, asked, l, f.Declined)
	seen := looked{paper: asked, verdict: v, letter: l, parts: p}
	r := Result{Act: v.act(), Nominates: v.nominates}
	if r.Kind, err = x.kindOf(e, f.FileName, c, v, b); err != nil {
		return Result{}, looked{}, err
	}
	looks := r.Kind
	if f.Claim != nil && f.Claim.Kind != meeting.Unknown {
		r.Kind = f.Claim.Kind
	}
	if r.Kind == meeting.Nomination {
		r.Letter = x.letter(l)
		x.bySender(r.Letter, f)
	}
	switch {
	case f.Claim.participant() != "":
		named := slices.Collect(maps.Keys(x.sessionsIn(e, p.title+"\n"+p.text[fileZone], sessionWeight)))
		x.own(e, r.Letter, f)
		if r = x.byTicket(r, *f.Claim, named); len(r.File) > 0 {
			l := linked{owner: x.byID[f.Claim.Participant], kind: r.Kind, looks: looks, content: c, file: f.FileName}
			if r.Kind == meeting.Presentation {
				l.found = x.weigh(e, f, r.Kind, p, b.Mentions)
			}
			r = r.heed(x.objectLink(l))
		}
		return r, seen, nil
	case r.Kind == meeting.Nomination && len(v.people)+len(l.Nominees) > 0:
		x.byNominees(r.Letter, v.people)
		return x.byReaders(e, r, v, asked, l, f), seen, nil
	case r.Act != "" && !r.Act.Nominates() && r.Kind == meeting.Unknown:
		return x.waits(r, v, asked), seen, nil
	}
	w := x.weigh(e, f, r.Kind, p, b.Mentions)
	if e.err != nil {
		return Result{}, looked{}, e.err
	}
	seen.options = w.options
	r = x.conclude(r, w)
	if r.Kind == meeting.Presentation && len(r.File) > 0 {
		r = r.heed(x.objectDeck(deck{best: w.options[0], parts: p, facts: f, acts: v}))
	}
	if r.Kind == meeting.Nomination && len(r.File) > 0 { // nobody was read in it, so a person looks
		r = r.review(meeting.ReasonNotSure)
	}
	return r, seen, nil
}

// ask asks the readers of papers about a document that has pages. Slides are no letter, and the small readers are not
// asked.
func (x *Index) ask(e *effort, f Facts, b Budget) (paper, verdict, error) {
	c := f.Content.Paper()
	if c == nil || len(c.Pages) == 0 || c.Format.Slides() && !x.consults(f) {
		return paper{}, verdict{}, nil
	}
	p := x.paper(e, f, b.Mentions)
	if strings.TrimSpace(p.Text) == "" || c.Format.Slides() {
		return p, verdict{}, nil
	}
	v, err := x.judge(e, p)
	return p, v, err
}

// conclude chooses among the possible places, or says why it cannot.
func (x *Index) conclude(r Result, w weighing) Result {
	options := w.options
	r.None = w.none
	for _, o := range options {
		if len(r.Candidates) == maxCandidates {
			break
		}
		r.Candidates = append(r.Candidates, x.candidate(o))
	}
	if r.Kind != meeting.Unknown {
		r.Evidence = []meeting.Evidence{{Code: meeting.EvidenceLooksLike, Detail: string(r.Kind)}}
	}
	named, unneeded := 0, false
	for i, s := range w.people {
		switch {
		case s.aside || slices.Max(s.best[:]) < weightOf(openingZone, initials):
		case len(x.people[i].of(r.Kind)) == 0:
			unneeded = true
		default:
			named++
		}
	}
	switch {
	case len(options) == 0 && unneeded:
		return r.review(meeting.ReasonNotRequired)
	case len(options) == 0:
		return r.review(meeting.ReasonNobodyNamed)
	case r.Kind == meeting.Unknown:
		return r.review(meeting.ReasonKindUnclear)
	}
	best := options[0]
	if best.chance < x.threshold() {
		switch {
		case len(options) > 1 && options[1].chance > best.chance/50 && slices.Equal(options[1].people, best.people):
			return r.review(meeting.ReasonSessionUnclear)
		case named > 1:
			return r.review(meeting.ReasonSeveralNamed)
		case w.stranger != "":
			return r.review(meeting.ReasonOtherPerson)
		case named == 0 && unneeded:
			return r.review(meeting.ReasonNotRequired)
		case named == 0:
			return r.review(meeting.ReasonNobodyNamed)
		}
		return r.review(meeting.ReasonNotSure)
	}
	r.Participant = x.people[best.people[0]].Participant
	r.Evidence = append(r.Candidates[0].Evidence, r.Evidence...)
	r.Confidence, r.File = best.chance, best.keys
	return r
}

// threshold is the meeting's.
func (x *Index) threshold() float64 { return cmp.Or(x.roster.Meeting.Threshold, Threshold) }

// Places are the requirements of a result's candidates, whose states may tell them apart.
func (r Result) Places() []meeting.RequirementKey {
	var keys []meeting.RequirementKey
	for _, c := range r.Candidates {
		keys = append(keys, c.For...)
	}
	slices.SortFunc(keys, meeting.RequirementKey.Compare)
	return slices.Compact(keys)
}

// byTicket files what came by a participant's own link: it says who and what, and if it does not say for which
// session, then the requirements do.
func (x *Index) byTicket(r Result, c Claim, sessions []string) Result {
	i, ok := x.byID[c.Participant]
	if !ok {
		return r.review(meeting.ReasonNotRequired)
	}
	r.Evidence = []meeting.Evidence{{Code: meeting.EvidenceTicket, Detail: x.people[i].Name}}
	return x.choose(r, x.people[i], x.people[i].of(r.Kind), c.Session, sessions)
}

// own finds the owner of a participant's link among the nominees of the letter that came by it.
func (x *Index) own(e *effort, l *meeting.Letter, f Facts) {
	if l == nil {
		return
	}
	owner, known := x.byID[f.Claim.Participant]
	for i, n := range l.Nominees {
		l.Nominees[i].Declined = slices.Contains(f.Declined, n.Name)
		is := func(a alike) bool { return known && a.person == owner }
		if slices.ContainsFunc(x.alikes(e, n.Name), is) {
			l.Nominees[i].Participant = f.Claim.Participant
		}
	}
}

// choose picks among one person's requirements of the kind. A nomination names a person for the meeting and
// serves them all; a presentation is for one session.
func (x *Index) choose(r Result, p person, keys []meeting.RequirementKey, session string, named []string) Result {
	r.Participant = p.Participant
	if session != "" {
		keys = slices.DeleteFunc(keys, func(k meeting.RequirementKey) bool { return k.Session != session })
	} else if len(keys) > 1 && slices.ContainsFunc(keys, func(k meeting.RequirementKey) bool { return k.Kind == meeting.Presentation }) {
		of := slices.DeleteFunc(slices.Clone(keys), func(k meeting.RequirementKey) bool { return !slices.Contains(named, k.Session) })
		if len(of) != 1 {
			for _, k := range keys {
				if len(r.Candidates) < maxCandidates {
					r.Candidates = append(r.Candidates, meeting.Candidate{Participant: p.ID, Name: p.Name, For: []meeting.RequirementKey{k}, Confidence: 1 / float64(len(keys)), Evidence: r.Evidence})
				}
			}
			return r.review(meeting.ReasonSessionUnclear)
		}
		keys = of
		r.Evidence = append(r.Evidence, meeting.Evidence{Code: meeting.EvidenceSessionNamed, Detail: keys[0].Session})
	}
	r.Candidates = []meeting.Candidate{
		{Participant: p.ID, Name: p.Name, For: keys, Confidence: certain, Evidence: r.Evidence},
	}
	if len(keys) == 0 {
		return r.review(meeting.ReasonNotRequired)
	}
	r.Confidence, r.File = certain, keys
	return r
}

func (r Result) review(reason meeting.Reason) Result {
	r.Reason, r.File, r.Confidence = reason, nil, 0
	return r
}

// of gives a person's needs of a kind; all of them when the kind is unknown.
func (p person) of(k meeting.Kind) []meeting.RequirementKey {
	return slices.DeleteFunc(
		slices.Clone(p.needs),
		func(n meeting.RequirementKey) bool { return k != meeting.Unknown && n.Kind != k },
	)
}

// beginning is the text of the first pages, which a letter is read from, its letterhead too: of each page at most so
// many bytes.
func beginning(c *content.Content, most int) string {
	if c == nil || c.Format.Slides() {
		return ""
	}
	const pages = 3
	var b strings.Builder
	for i, p := range c.Pages[:min(pages, len(c.Pages))] {
		if i == 0 && c.Format != content.PDF && p.Footer != "" {
			b.WriteString(clip(p.Footer, most) + "\n\n")
		}
		b.WriteString(clipped(p, most).Full() + "\n")
	}
	return b.String()
}

// letter gives what a letter says in the domain's words.
func (x *Index) letter(l letter.Letter) *meeting.Letter {
	out := &meeting.Letter{
		Agency:    l.Agency.Value,
		Country:   cmp.Or(l.CountryCode, l.Country.Value),
		Reference: l.Reference.Value,
		Signatory: l.Signatory.Value,
		Dated:     l.Dated,
	}
	for _, n := range l.Nominees {
		out.Nominees = append(
			out.Nominees,
			meeting.Nominee{
				Name:      n.Name.Value,
				Honorific: n.Honorific,
				Position:  n.Position.Value,
				Email:     n.Email.Value,
				Phone:     n.Phone.Value,
				Head:      n.Role == letter.Head,
				Alternate: n.Role == letter.Alternate,
				Replaces:  n.Replaces.Value,
			},
		)
	}
	return out
}

// agencyFold is how many steps it takes to compare the names of two agencies.
const agencyFold = 10

// clearly is the confidence from which the country that a letter comes from speaks against a person of another.
const clearly = 0.85

// nominee weighs who of the roster a nominee may be, the likeliest first, and gives that one's chance.
func (x *Index) nominee(e *effort, l letter.Letter, n letter.Nominee, f Facts) ([]option, float64) {
	var options []option
	claimed := f.Claim.agency()
	for _, a := range x.alikes(e, n.Name.Value) {
		p := x.people[a.person]
		if !e.more(agencyFold) {
			return nil, 0
		}
		if claimed != "" && fold.String(p.Agency) != claimed {
			continue
		}
		o := option{people: []int{a.person}, keys: p.of(meeting.Nomination)}
		o.add(
			meeting.Evidence{
				Code:   meeting.EvidenceNominated,
				Detail: n.Name.Value,
				Weight: weightOf(titleZone, mostOfName) - 8*(1-a.score),
			},
		)
		if a.score == 1 {
			o.evidence[0].Weight = weightOf(titleZone, wholeName) + 0.5
			o.weight = o.evidence[0].Weight
		}
		if f.Claim != nil && f.Claim.Agency != "" {
			o.add(meeting.Evidence{Code: meeting.EvidenceTicket, Detail: p.Agency, Weight: agencyWeight})
		}
		switch key, learned := x.wordings[fold.AgencyWording(l.Agency.Value)]; {
		case learned && key == p.agency:
			o.add(meeting.Evidence{Code: meeting.EvidenceLearnedWording, Detail: l.Agency.Value, Weight: agencyWeight})
		case l.Agency.Value != "" && fold.SameAgency(l.Agency.Value, p.Agency):
			o.add(meeting.Evidence{Code: meeting.EvidenceAgencyAgrees, Detail: p.Agency, Weight: agencyWeight})
		}
		if here, there := l.CountryCode, x.letters.Code(p.Country); here != "" && there != "" {
			if here == there {
				o.add(
					meeting.Evidence{Code: meeting.EvidenceCountryAgrees, Detail: p.Country, Weight: 2 * countryWeight},
				)
			} else if l.Country.Confidence >= clearly { // a country that is only named somewhere may be anything
				o.add(meeting.Evidence{Code: meeting.EvidenceCountryIsOther, Detail: p.Country, Weight: otherCountry})
			}
		}
		if n.Email.Value != "" && strings.EqualFold(n.Email.Value, p.Email) {
			o.add(meeting.Evidence{Code: meeting.EvidenceAddressInText, Detail: p.Email, Weight: addressInText})
		}
		options = append(options, o)
	}
	total := math.Exp(nothing)
	for _, o := range options {
		total += math.Exp(o.weight)
	}
	for i := range options {
		options[i].chance = math.Exp(options[i].weight) / total
	}
	slices.SortStableFunc(options, func(a, b option) int { return cmp.Compare(b.weight, a.weight) })
	if len(options) == 0 {
		return nil, 0
	}
	return options, options[0].chance
}

// kindOf says what a document is. Slides are a presentation, and so are pages that lie on their side; an
// upright document is a letter when it uses a letter's words, or a presentation when it or its name says so.
func (x *Index) kindOf(
	e *effort, fileName string, c *content.Content, v verdict, b Budget,
) (meeting.Kind, error) {
	if c == nil {
		return meeting.Unknown, nil
	}
	fileName = clip(fileName, b.Text)
	if about(fold.Words(fold.FileNameLine(fileName)), 99) ||
		len(c.Pages) > 0 && about(fold.Words(head(clipped(c.Pages[0], longestHeading).Full(), 1)), 4) {
		return meeting.Unknown, nil
	}
	if c.Format.Slides() {
		return meeting.Presentation, nil
	}
	if len(c.Pages) == 0 {
		return meeting.Unknown, nil
	}
	first := c.Pages[0]
	if first.Width > first.Height {
		return meeting.Presentation, nil
	}
	name := fold.Words(fold.FileNameLine(fileName))
	empty := !slices.ContainsFunc(c.Pages, func(p content.Page) bool { return p.Title != "" || p.Text != "" })
	if v.nominates > 0.5 {
		return meeting.Nomination, nil
	}
	if empty {
		named, err := x.letters.Read(e.ctx, strings.Join(name, " "), b.Letter)
		if err != nil {
			return meeting.Unknown, err
		}
		if named.Nominates {
			return meeting.Nomination, nil
		}
	}
	line := append([]string{"|"}, name...)
	if len(x.sessionsNamed(append(fold.Words(clipped(first, b.Text).Full()), line...))) > 0 ||
		slices.ContainsFunc(name, presentationWord) {
		return meeting.Presentation, nil
	}
	return meeting.Unknown, nil
}

// presentationWord reports whether a word of a file's name says that it is a presentation.
func presentationWord(w string) bool {
	return slices.Contains([]string{
		"presentation", "slides", "deck", "diapositives", "diaporama", "apresentacao", "عرض",
	}, w)
}

// about tells whether at most so many words say that a document is neither a presentation nor a letter.
func about(words []string, most int) bool {
	return len(words) <= most && slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{
			"cv", "curriculum", "biography", "biographie", "biografia", "biodata", "bio", "agenda", "passport",
			"passeport", "passaporte", "pasaporte", "visa", "itinerary", "itineraire", "invoice", "facture", "factura",
			"السيرة", "سيرة", "جدول",
		}, w)
	})
}
