package match

import (
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/encoder"
	"dossier/internal/fold"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// deck is what guards look at before a presentation is filed without a person looking at it.
type deck struct {
	best  option
	parts parts
	facts Facts
	clues clues
	acts  verdict
	// explained: the large reader says who speaks in which session.
	explained bool
}

// objectDeck asks the guards.
func (x *Index) objectDeck(d deck) objection {
	t := d.parts.text
	d.clues = x.clues(encoder.Paper{
		Text:     strings.Join([]string{t[titleZone], t[openingZone], t[closingZone], t[mailZone]}, "\n"),
		FileName: d.facts.FileName, Sender: d.facts.Sender.Address,
	})
	return firstOf(x, d, []guard[deck]{
		deckByMachine,
		anotherPresents,
		anotherSends,
		noSlides,
		otherOccasion,
		namesake,
		otherOffice,
		whichSession,
	})
}

// deckByMachine: it is slides within a mail that a machine sent, which may be anybody's.
func deckByMachine(_ *Index, d deck) objection { return automatic(d.facts.Content) }

// anotherPresents: the title page presents somebody who is nobody of the roster, and not the one who would be taken. An
// agency, a topic and the author in the file's properties are then no reason, however much they say together.
func anotherPresents(_ *Index, d deck) objection {
	i := slices.IndexFunc(d.best.evidence, func(e meeting.Evidence) bool { return e.Code == meeting.EvidenceOtherNamed })
	if i < 0 || d.explained {
		return objection{}
	}
	return objection{meeting.ReasonOtherPerson, d.best.evidence[i]}
}

// anotherSends: the slides give half a name, and the mail comes from somebody of that name who is not the one who would be
// taken. They are then the sender's own.
func anotherSends(x *Index, d deck) objection {
	c := d.facts.Content
	if c == nil || c.Envelope == nil || d.explained {
		return objection{}
	}
	whole := func(w string) bool { return utf8.RuneCountInString(w) > 1 && !fold.Particle(w) }
	written := slices.DeleteFunc(slices.Clone(writtenName(d.best)), func(w string) bool { return !whole(w) })
	sender := withoutTitles(fold.Words(displayed(c.Envelope.From)))
	for _, i := range d.best.people {
		name := x.people[i].name
		shared := slices.ContainsFunc(sender, func(w string) bool { return whole(w) && slices.Contains(name, w) })
		if shared && len(written) < 2 && !fits(sender, name) {
			return objection{meeting.ReasonOtherPerson, meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: displayed(c.Envelope.From)}}
		}
	}
	return objection{}
}

// displayed is the name that a mail's sender goes by; "" when there is none.
func displayed(from string) string {
	a, err := mail.ParseAddress(from)
	if err != nil {
		return ""
	}
	return a.Name
}

// noSlides: upright pages are speaking notes only when nothing else is likely.
func noSlides(_ *Index, d deck) objection {
	c := d.facts.Content.Paper()
	if d.explained || c == nil || c.Format.Slides() || len(c.Pages) > 0 && c.Pages[0].Width > c.Pages[0].Height {
		return objection{}
	}
	if mail := c.Envelope != nil; mail || d.acts.nominates > 0.3 || d.acts.acts[meeting.ActOther] < 0.8 {
		return objection{reason: meeting.ReasonKindUnclear}
	}
	return objection{}
}

// otherOccasion: the title page gives days, or a month with its year, that are not the meeting's.
func otherOccasion(x *Index, d deck) objection {
	starts, ends := x.roster.Meeting.Starts, x.roster.Meeting.Ends
	if starts.IsZero() {
		return objection{}
	}
	other := ""
	for _, run := range letter.MonthsOf(d.parts.title) {
		if run.Month == starts.Month() && run.Year == starts.Year() || run.Month == ends.Month() && run.Year == ends.Year() {
			return objection{}
		}
		other = d.parts.title[run.Span.From:run.Span.To]
	}
	if other == "" {
		return objection{}
	}
	return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceOtherDays, Detail: other}}
}

// namesake: somebody else of the roster fits the name as it is written, and what stands beside it does not tell them
// apart.
func namesake(x *Index, d deck) objection {
	written := writtenName(d.best)
	for _, i := range d.best.people {
		points := x.support(i, d.clues).points()
		for _, w := range x.people[i].name {
			for _, o := range append(slices.Clone(x.words[w]), x.skeletons[skeleton(w)]...) {
				if o == i || slices.Contains(d.best.people, o) || !x.people[o].speaks() || !fits(written, x.people[o].name) {
					continue
				}
				margin := clear
				if d.explained {
					margin = 0 // which of the two is said, and must only not be the worse
				}
				if x.support(o, d.clues).points() > points-margin {
					return objection{reason: meeting.ReasonSeveralNamed}
				}
			}
		}
	}
	return objection{}
}

// speaks tells whether a person has a part in a session in which slides are shown.
func (p person) speaks() bool {
	return slices.ContainsFunc(p.Roles, speaking)
}

func speaking(r meeting.Role) bool { return r.Name == meeting.Presenter || r.Name == meeting.Panellist }

// writtenName gives the words by which the document names a person: the fullest of the places.
func writtenName(o option) []string {
	var best []string
	for _, e := range o.evidence {
		switch e.Code {
		case meeting.EvidenceNameInTitle, meeting.EvidenceNameInFileName, meeting.EvidenceNameInMail, meeting.EvidenceNameOnSlides,
			meeting.EvidenceNameOnLastSlide:
			if words := withoutTitles(fold.Words(e.Detail)); len(words) > len(best) {
				best = words
			}
		}
	}
	return best
}

// fits tells whether each word of a written name may be one of another name; an initial counts as the word it begins.
func fits(written, other []string) bool {
	whole := 0
	for _, w := range written {
		if fold.Particle(w) {
			continue
		}
		if !slices.ContainsFunc(other, func(v string) bool {
			return w == v || fold.Arabic(w) != fold.Arabic(v) && sameWord(w, v) > 0.9 ||
				utf8.RuneCountInString(w) == 1 && strings.HasPrefix(v, w)
		}) {
			return false
		}
		if utf8.RuneCountInString(w) > 1 {
			whole++
		}
	}
	return whole > 0
}

// otherOffice: the title page gives an office beside the name, and nothing in the document is of the person's own.
func otherOffice(x *Index, d deck) objection {
	if len(d.best.people) != 1 { // what stands below the second of two names is of either
		return objection{}
	}
	i := d.best.people[0]
	name := strings.Join(writtenName(d.best), " ")
	if name == "" || x.support(i, d.clues).points() > 0 {
		return objection{}
	}
	after := -1
	for line := range strings.Lines(clip(d.parts.title, longestHeading)) {
		words := strings.Join(fold.Words(line), " ")
		if strings.Contains(words, name) {
			after = 0
			words = strings.TrimSpace(strings.Replace(words, name, "", 1))
		}
		if after >= 0 && after <= 1 && x.office(line, strings.Fields(words)) {
			return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceOtherOffice, Detail: strings.TrimSpace(line)}}
		}
		if after >= 0 && words != "" {
			after++
		}
	}
	return objection{}
}

// office tells whether the folded words of a line beside a name say where a person works: a word for an office, and two
// words that are no degrees, numbers, other people, or words of the meeting.
func (x *Index) office(line string, words []string) bool {
	if strings.ContainsFunc(line, unicode.IsDigit) || asideWord(words) || !letter.Office(line) {
		return false
	}
	n := 0
	for _, w := range words {
		switch {
		case utf8.RuneCountInString(w) < 4, title(w), presenting(w), x.ofMeeting[w], len(x.words[w]) > 0:
		default:
			n++
		}
	}
	return n >= 2
}

// whichSession: the person speaks in several sessions, and the document does not name the one.
func whichSession(x *Index, d deck) objection {
	for _, i := range d.best.people {
		sessions := map[string]bool{}
		for _, role := range x.people[i].Roles {
			if speaking(role) {
				sessions[role.Session] = true
			}
		}
		if len(sessions) < 2 {
			continue
		}
		told := d.explained || d.facts.Claim != nil && d.facts.Claim.Session != ""
		told = told || slices.ContainsFunc(d.best.evidence, func(e meeting.Evidence) bool {
			return e.Code == meeting.EvidenceSessionNamed || e.Code == meeting.EvidenceSessionNumber || e.Code == meeting.EvidenceSessionInMail
		})
		if !told {
			return objection{reason: meeting.ReasonSessionUnclear}
		}
	}
	return objection{}
}
