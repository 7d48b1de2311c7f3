package match

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// The weights are natural logarithms of how much more often a document has the evidence when it is the candidate's than
// when it is not. They were set by hand on half of the labelled decks in testdata and then held against the other half;
// `make accuracy` prints how often what they state came true.
const (
	nothing         = 4.0 // for "none of these": what a candidate has to outweigh
	expectedWeight  = 1.0 // the document is outstanding, or nobody said that it is in
	addressInText   = 5.5 // the participant's mail address stands in the document
	senderWeight    = 5.0 // the mail comes from the participant's address
	verifiedWeight  = 7.5 // and the receiving server has checked that it does (RFC 8601)
	passedOn        = 2.0 // either, when the title slide names another presenter: colleagues and assistants send too
	threadWeight    = 3.0 // the mail answers one with a document of the participant's
	habitWeight     = 3.5 // staff confirmed this address or file name before
	agencyWeight    = 4.2 // the participant's agency on the title slide
	agencyElsewhere = 1.5
	acronymWeight   = 2.5
	countryWeight   = 1.0
	sessionWeight   = 4.0  // the whole title of the session, or its id
	numberWeight    = 3.0  // "session 3"
	likeTitleWeight = 2.0  // most of the words of the session's title
	otherSession    = -4.0 // another session is named
	otherPresenter  = -5.0 // the title slide presents somebody else
	otherAgency     = -2.0 // the title slide names another agency of the roster, and not this person
	spokenFor       = -3.0 // somebody else speaks for this person
	bareName        = -3.0 // a line of the title slide may be the name of somebody else
	manyNamed       = -6.0 // the title page is a list of people
	agreeing        = 1.0  // agency and session fit each other
	overlooked      = -4.0 // the title slide names another presenter of the same session too
	together        = 3.0  // two presenters of a session are named side by side
	otherCountry    = -6.0
	noCue           = -1.5 // a letter from which no nominee could be read
)

// weightOf is what a mention weighs.
func weightOf(z zone, s strength) float64 {
	return [zones][strengths]float64{
		titleZone:   {8, 7.2, 6, 5, 3.5},
		fileZone:    {8, 6.5, 5.5, 4.5, 2.5},
		mailZone:    {6, 5, 4.5, 4, 2},
		openingZone: {4, 3.2, 2.6, 2, 1},
		closingZone: {4.5, 3.8, 3.2, 2.5, 1.5},
		bodyZone:    {1.5, 1, 0.8, 0.5, 0},
		authorZone:  {3, 2.5, 2.2, 2, 1},
	}[z][s]
}

// code is the evidence that a mention in a zone is.
func (z zone) code() meeting.EvidenceCode {
	return [zones]meeting.EvidenceCode{titleZone: meeting.EvidenceNameInTitle, fileZone: meeting.EvidenceNameInFileName, mailZone: meeting.EvidenceNameInMail, openingZone: meeting.EvidenceNameOnSlides, closingZone: meeting.EvidenceNameOnLastSlide, bodyZone: meeting.EvidenceNameInText, authorZone: meeting.EvidenceNameOfAuthor}[z]
}

// parts are a document's texts by zone.
type parts struct {
	// cut: some of them were too long to be taken whole, in places where a name decides.
	cut  bool
	text [zones]string
	// title is the title slide as it stands; body the same without the title's own line.
	title, body string
}

// read parts a document, of each text at most so many bytes.
func read(f Facts, most int) parts {
	var p parts
	if f.Content != nil && f.Content.Envelope != nil {
		p.text[mailZone] = p.clip(f.Content.Envelope.Subject, most) + "\n"
		for _, page := range f.Content.Pages[:min(1, len(f.Content.Pages))] {
			p.text[mailZone] += p.head(page, 80, most)
		}
	}
	p.text[fileZone] = fold.FileNameLine(p.clip(f.FileName, most))
	c := f.Content.Paper()
	if c == nil {
		return p
	}
	p.text[authorZone] = p.clip(c.Metadata.Author, most)
	var shown []content.Page
	for _, page := range c.Pages {
		if !page.Hidden {
			shown = append(shown, page)
		}
	}
	if c.Envelope != nil && f.Content != nil && c == f.Content {
		shown = nil // the mail is all that there is, and it is in its own zone
	}
	if len(shown) == 0 {
		return p
	}
	first := 1
	if len(shown) > 1 && content.Words(clip(shown[0].Title, most))+content.Words(clip(shown[0].Text, most)) < 3 {
		first = 2 // a picture, or a welcome
	}
	var body strings.Builder
	for i, page := range shown {
		switch {
		case i < first:
			p.text[titleZone] += p.head(page, 60, most) + "\n"
			p.body += clip(head(page.Text, 60), most) + "\n"
			p.text[openingZone] += p.clip(page.Footer, most) + "\n"
		case i < first+2:
			p.text[openingZone] += p.head(page, 40, most) + "\n" + p.clip(page.Footer, most) + "\n"
		case i == len(shown)-1:
			p.text[closingZone] += p.head(page, 40, most) + "\n"
		case body.Len() < maxBody:
			body.WriteString(clipped(page, most).Full() + "\n")
		}
		if body.Len() < maxBody {
			body.WriteString(clip(page.Notes, most) + "\n")
		}
	}
	p.text[bodyZone] = body.String()
	p.title = p.text[titleZone]
	return p
}

// within cuts the texts to so many bytes in all. Where a name says most of whose the document is comes first.
func (p parts) within(left int) parts {
	for z := range zones {
		if z != bodyZone {
			p.text[z] = p.clip(p.text[z], left)
			left -= len(p.text[z])
		}
	}
	p.text[bodyZone] = clip(p.text[bodyZone], left)
	if len(p.title) > len(p.text[titleZone]) {
		p.title = p.text[titleZone]
	}
	p.body = clip(p.body, len(p.title))
	return p
}

// clip is the beginning of a text where a name decides.
func (p *parts) clip(text string, most int) string {
	p.cut = p.cut || len(text) > most
	return clip(text, most)
}

// head is the first lines of a page.
func (p *parts) head(page content.Page, lines, most int) string {
	title, text := head(page.Title, lines), head(page.Text, lines)
	return head(content.Page{Title: p.clip(title, most), Text: p.clip(text, most)}.Full(), lines)
}

// clipped is a page with so many bytes of its title and its text.
func clipped(page content.Page, most int) content.Page {
	return content.Page{Title: clip(page.Title, most), Text: clip(page.Text, most)}
}

// maxBody is how much of the text after the opening is looked through: names there weigh little.
const maxBody = 64 << 10

// head is the first lines of a text.
func head(text string, lines int) string {
	i := 0
	for ; lines > 0; lines-- {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			return text
		}
		i += n + 1
	}
	return text[:i]
}

// standing is what speaks for one person.
type standing struct {
	weight   float64
	evidence []meeting.Evidence
	best     [zones]float64
	titled   bool // named on the title slide as who made it
	line     int
	aside    bool // named somewhere, but never as who made it
}

// people weighs what the document says of each possible person.
func (x *Index) standings(e *effort, f Facts, p parts, mentions int) (map[int]*standing, []mention) {
	found := map[int]*standing{}
	of := func(i int) *standing {
		if found[i] == nil {
			found[i] = &standing{line: -1}
		}
		return found[i]
	}
	var titled []mention
	for z := range zones {
		if p.text[z] == "" {
			continue
		}
		list := x.mentions(e, z, p.text[z], mentions)
		mentions = max(0, mentions-len(list))
		if z == titleZone {
			titled = list
		}
		for _, m := range list {
			s := of(m.person)
			if m.aside {
				if !slices.ContainsFunc(
					s.evidence,
					func(e meeting.Evidence) bool { return e.Code == meeting.EvidenceNamedAside },
				) {
					s.evidence = append(
						s.evidence,
						meeting.Evidence{Code: meeting.EvidenceNamedAside, Detail: m.written},
					)
				}
				continue
			}
			if w := weightOf(z, m.strength); w > s.best[z] {
				s.evidence = slices.DeleteFunc(s.evidence, func(e meeting.Evidence) bool { return e.Code == z.code() })
				s.evidence = append(s.evidence, meeting.Evidence{Code: z.code(), Detail: m.written, Weight: w})
				s.best[z] = w
			}
			if m.behalf && z == titleZone {
				s.evidence = append(
					s.evidence,
					meeting.Evidence{Code: meeting.EvidenceOnBehalf, Detail: m.written, Weight: spokenFor},
				)
				s.weight += spokenFor
			}
			if z == titleZone && m.strength != oneWord {
				s.titled, s.line = true, m.line
			}
		}
	}
	all := strings.ToLower(p.text[titleZone] + p.text[openingZone] + p.text[closingZone])
	for _, a := range addresses(all) {
		if i, ok := x.byEmail[a]; ok {
			s := of(i)
			s.evidence = append(
				s.evidence,
				meeting.Evidence{Code: meeting.EvidenceAddressInText, Detail: a, Weight: addressInText},
			)
			s.weight += addressInText
		}
	}
	if f.Sender.Address != "" {
		a := strings.ToLower(f.Sender.Address)
		if i, ok := x.byEmail[a]; ok {
			e := meeting.Evidence{Code: meeting.EvidenceSentBy, Detail: x.people[i].Name, Weight: senderWeight}
			if f.Sender.Verified {
				e = meeting.Evidence{
					Code:   meeting.EvidenceSentByVerified,
					Detail: x.people[i].Name,
					Weight: verifiedWeight,
				}
			}
			of(i).evidence = append(of(i).evidence, e)
			of(i).weight += e.Weight
		} else if id, ok := x.learned[lesson{meeting.HintAddress, a}]; ok {
			x.learn(of, id, meeting.Evidence{Code: meeting.EvidenceLearnedAddress, Detail: a, Weight: habitWeight})
		}
	}
	if stem := fold.FileNamePattern(f.FileName); stem != "" {
		if id, ok := x.learned[lesson{meeting.HintFileName, stem}]; ok {
			x.learn(
				of,
				id,
				meeting.Evidence{Code: meeting.EvidenceLearnedFileName, Detail: f.FileName, Weight: habitWeight},
			)
		}
	}
	for _, id := range f.Thread {
		x.learn(of, id, meeting.Evidence{Code: meeting.EvidenceInThread, Weight: threadWeight})
	}
	if i, ok := x.byEmail[strings.ToLower(f.Sender.Address)]; ok && !found[i].titled {
		s := found[i]
		for j, other := range found {
			if j == i || !other.titled || len(x.people[j].needs) == 0 {
				continue
			}
			at := slices.IndexFunc(s.evidence, func(e meeting.Evidence) bool {
				return e.Code == meeting.EvidenceSentBy || e.Code == meeting.EvidenceSentByVerified
			})
			s.weight += passedOn - s.evidence[at].Weight
			s.evidence[at].Weight = passedOn
			break
		}
	}
	for _, s := range found {
		// What stands in several places was often copied from one to the other: the strongest counts whole, the others
		// a third.
		sum, best := 0.0, 0.0
		for _, w := range s.best {
			sum, best = sum+w, max(best, w)
		}
		s.weight += best + (sum-best)/3
		s.aside = best == 0 && s.weight == 0
	}
	return found, titled
}

// mentions finds at most so many mentions of people in the text of a zone.
func (x *Index) mentions(e *effort, z zone, text string, most int) []mention {
	if z != bodyZone {
		return x.mentioned(e, z, text, most)
	}
	people := x.named(e, phrases(text))
	e.cut = e.cut || len(people) > most
	var list []mention
	for _, i := range people[:min(most, len(people))] {
		list = append(list, mention{person: i, zone: z, written: x.people[i].Name})
	}
	return list
}

func (x *Index) learn(of func(int) *standing, participant string, e meeting.Evidence) {
	if i, ok := x.byID[participant]; ok {
		e.Detail = cmp.Or(e.Detail, x.people[i].Name)
		of(i).evidence = append(of(i).evidence, e)
		of(i).weight += e.Weight
	}
}

// addresses gives the mail addresses in a text, which is in lower case.
func addresses(text string) []string {
	var all []string
	for f := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\n,;:<>()[]|\"", r) }) {
		if at := strings.IndexByte(f, '@'); at > 0 && at < len(f)-1 {
			all = append(all, strings.Trim(f, ".'’"))
		}
	}
	return all
}

// option is one possible filing.
type option struct {
	people   []int
	keys     []meeting.RequirementKey
	weight   float64
	evidence []meeting.Evidence
	chance   float64
}

// weighing is the result for a document: its possible filings, the likeliest first, the chance that it is none of
// them, what speaks for each person, and the presenter who is on no roster, if there is one.
type weighing struct {
	options  []option
	none     float64
	people   map[int]*standing
	stranger string
}

// weigh makes the possible filings of a document of a kind, the likeliest first, and the chance that it is none of
// them.
func (x *Index) weigh(work *effort, f Facts, kind meeting.Kind, p parts, mentions int) weighing {
	found, titled := x.standings(work, f, p, mentions)
	if work.err != nil {
		return weighing{}
	}
	titleSessions := x.sessionsIn(work, p.title, sessionWeight)
	for s, e := range x.sessionsIn(work, p.text[fileZone], sessionWeight-1) {
		if e.Weight > titleSessions[s].Weight {
			titleSessions[s] = e
		}
	}
	for s, e := range x.sessionsIn(work, p.text[mailZone], sessionWeight-1) {
		if e.Weight > titleSessions[s].Weight {
			titleSessions[s] = meeting.Evidence{Code: meeting.EvidenceSessionInMail, Detail: e.Detail, Weight: e.Weight}
		}
	}
	agencies := x.agenciesIn(work, p.title, agencyWeight)
	for a, e := range x.agenciesIn(work, p.text[openingZone]+"\n"+p.text[closingZone]+"\n"+p.text[mailZone], agencyElsewhere) {
		if agencies[a].Weight < e.Weight {
			agencies[a] = e
		}
	}
	for a, e := range x.agenciesIn(work, p.text[fileZone], acronymWeight) {
		if agencies[a].Weight < e.Weight {
			agencies[a] = e
		}
	}
	stranger := x.stranger(work, p.title, titled)
	bare := x.bareName(work, p.body, titled)
	names := map[string]bool{}
	for _, m := range titled {
		if !m.aside && m.strength <= initials {
			names[strings.Join(fold.Words(m.written), " ")] = true
		}
	}
	const most = 4 // authors of one deck
	listed := len(names) > most
	titleAgency := false
	for _, e := range agencies {
		titleAgency = titleAgency || e.Weight >= acronymWeight
	}

	// Possible people: those named, those of an agency or a session that it names, as long as these are few.
	const few = 30
	candidates := map[int]bool{}
	for i := range found {
		candidates[i] = true
	}
	for a := range agencies {
		if list := x.agencies[a]; len(list) <= few {
			for _, i := range list {
				candidates[i] = true
			}
		}
	}
	for s := range titleSessions {
		if list := x.presenters[s]; kind != meeting.Nomination && len(list) <= few {
			for _, i := range list {
				candidates[i] = true
			}
		}
	}
	var options []option
	named := fold.String(" " + strings.Join(fold.Words(p.title), " ") + " ")
	var order []int
	for i := range candidates {
		order = append(order, i)
	}
	slices.Sort(order)
	claimed := f.Claim.agency()
	countries := map[string]bool{} // whether the title names them
	for _, i := range order {
		person := x.people[i]
		if !work.more(1) {
			break
		}
		if claimed != "" && fold.String(person.Agency) != claimed {
			continue
		}
		s := found[i]
		if s == nil {
			s = &standing{line: -1}
		}
		base := option{people: []int{i}, weight: s.weight, evidence: slices.Clone(s.evidence)}
		if e, ok := agencies[person.agency]; ok {
			base.add(e)
		}
		there, known := countries[person.Country]
		if !known {
			c := strings.Join(fold.Words(person.Country), " ")
			there = c != "" && strings.Contains(named, " "+c+" ")
			countries[person.Country] = there
		}
		if there {
			base.add(
				meeting.Evidence{Code: meeting.EvidenceCountryInTitle, Detail: person.Country, Weight: countryWeight},
			)
		}
		unnamed := !s.titled && s.best[titleZone] == 0
		if unnamed && stranger != "" {
			base.add(meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: stranger, Weight: otherPresenter})
		} else if unnamed && s.best[fileZone] < weightOf(fileZone, initials) && bare != "" {
			base.add(meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: bare, Weight: bareName})
		}
		if listed {
			base.add(meeting.Evidence{Code: meeting.EvidenceManyNamed, Weight: manyNamed})
		}
		if _, ok := agencies[person.agency]; unnamed && !ok && titleAgency {
			base.weight += otherAgency
		}
		if kind == meeting.Nomination {
			if keys := person.of(kind); len(keys) > 0 {
				base.keys = keys
				base.weight += noCue
				base.expect(f, keys)
				options = append(options, base)
			}
			continue
		}
		for _, k := range person.of(kind) {
			o := option{
				people:   base.people,
				keys:     []meeting.RequirementKey{k},
				weight:   base.weight,
				evidence: slices.Clone(base.evidence),
			}
			if f.Claim != nil && f.Claim.Session != "" && f.Claim.Session != k.Session {
				continue
			}
			if e, ok := titleSessions[k.Session]; ok {
				o.add(e)
				if e.Weight >= numberWeight && agencies[person.agency].Weight >= agencyWeight {
					o.weight += agreeing
				}
			} else if len(titleSessions) > 0 {
				for _, e := range titleSessions {
					if e.Weight >= numberWeight-1 {
						o.add(meeting.Evidence{Code: meeting.EvidenceSessionDiffers, Detail: e.Detail, Weight: otherSession})
						break
					}
				}
			}
			o.expect(f, o.keys)
			options = append(options, o)
		}
	}
	options = x.joint(options, found, len(names))
	total := math.Exp(nothing)
	for _, o := range options {
		total += math.Exp(o.weight)
	}
	for i := range options {
		options[i].chance = math.Exp(options[i].weight) / total
	}
	slices.SortStableFunc(options, func(a, b option) int { return cmp.Compare(b.weight, a.weight) })
	return weighing{options, math.Exp(nothing) / total, found, stranger}
}

func (o *option) add(e meeting.Evidence) {
	o.evidence = append(o.evidence, e)
	o.weight += e.Weight
}

// expect weighs whether the requirements are outstanding still; nobody having said that they are not is as good.
func (o *option) expect(f Facts, keys []meeting.RequirementKey) {
	for _, k := range keys {
		switch state, ok := f.States[k]; {
		case !ok:
			o.weight += expectedWeight
			return
		case state == meeting.Outstanding:
			o.add(meeting.Evidence{Code: meeting.EvidenceIsOutstanding, Detail: k.Session, Weight: expectedWeight})
			return
		}
	}
	o.evidence = append(o.evidence, meeting.Evidence{Code: meeting.EvidenceIsIn, Detail: keys[0].Session})
}

// joint adds the filings of one deck for several presenters of a session named on its title slide, and weighs down
// those that overlook one of them.
func (x *Index) joint(options []option, found map[int]*standing, names int) []option {
	sessions := map[string][]int{} // options by session
	var order []string
	for i, o := range options {
		s := found[o.people[0]]
		if s == nil || !s.titled || o.keys[0].Kind != meeting.Presentation {
			continue
		}
		session := o.keys[0].Session
		if sessions[session] == nil {
			order = append(order, session)
		}
		sessions[session] = append(sessions[session], i)
	}
	for _, session := range order {
		list := sessions[session]
		if len(list) < 2 || len(list) > 4 || names > len(list) {
			continue
		}
		// Namesakes are one person named once, not two.
		lines := map[string]bool{}
		for _, i := range list {
			lines[detail(options[i].evidence, meeting.EvidenceNameInTitle)] = true
		}
		if len(lines) < len(list) {
			continue
		}
		o := option{weight: math.Inf(1)}
		from, to := math.MaxInt, 0
		for _, i := range list {
			s := found[options[i].people[0]]
			from, to = min(from, s.line), max(to, s.line)
			o.people = append(o.people, options[i].people...)
			o.keys = append(o.keys, options[i].keys...)
			o.evidence = append(o.evidence, options[i].evidence...)
			o.weight = min(o.weight, options[i].weight)
		}
		slices.SortFunc(o.keys, meeting.RequirementKey.Compare)
		if to-from < len(list) {
			o.add(meeting.Evidence{Code: meeting.EvidenceNamedTogether, Weight: together})
			for _, i := range list {
				options[i].weight += overlooked
			}
		} else {
			o.weight -= 0.5
		}
		options = append(options, o)
	}
	return options
}

func detail(list []meeting.Evidence, code meeting.EvidenceCode) string {
	if i := slices.IndexFunc(list, func(e meeting.Evidence) bool { return e.Code == code }); i >= 0 {
		return list[i].Detail
	}
	return ""
}

// candidate shows an option to staff.
func (x *Index) candidate(o option) meeting.Candidate {
	c := meeting.Candidate{Participant: x.people[o.people[0]].ID, For: o.keys, Confidence: o.chance}
	var names []string
	for _, i := range o.people {
		names = append(names, x.people[i].Name)
	}
	c.Name = strings.Join(names, " + ")
	c.Evidence = slices.Clone(o.evidence)
	slices.SortStableFunc(
		c.Evidence,
		func(a, b meeting.Evidence) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) },
	)
	return c
}
