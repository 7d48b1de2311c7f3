package match

import (
	"slices"
	"strings"
	"unicode"

	"dossier/internal/encoder"
	"dossier/internal/extract/content"
	"dossier/internal/fold"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// objection is why a document may not be filed without a person looking at it: the reason, and what was seen. The zero
// objection is none.
type objection struct {
	reason meeting.Reason
	said   meeting.Evidence
}

// heed sends a result to review if there is an objection, and shows staff first what was seen.
func (r Result) heed(o objection) Result {
	if o.reason == "" {
		return r
	}
	if o.said.Code != "" {
		r.Evidence = append([]meeting.Evidence{o.said}, r.Evidence...)
	}
	return r.review(o.reason)
}

// guard is a rule that may object to a filing, by what it looks at: a letter, a deck, what came by a link.
type guard[C any] func(x *Index, c C) objection

// firstOf asks guards, the ones first whose answer tells staff most, and gives the first objection.
func firstOf[C any](x *Index, c C, guards []guard[C]) objection {
	for _, g := range guards {
		if o := g(x, c); o.reason != "" {
			return o
		}
	}
	return objection{}
}

// caseOf is what guards look at.
type caseOf struct {
	verdict
	paper paper
	facts Facts
	file  []meeting.RequirementKey
}

// object asks the guards of letters.
func (x *Index) object(v verdict, p paper, f Facts, r Result) objection {
	c := caseOf{v, p, f, r.File}
	return firstOf(x, c, []guard[caseOf]{
		nobody,
		otherMeeting,
		elsewhereThen,
		ownLetter,
		byMachine,
		notTheirOffice,
		severalFit,
		nothingBeside,
		inAddress,
		inQuote,
		toAnother,
		saysMore,
		otherAct,
		doubt,
	})
}

// nobody: nobody who owes a nomination is nominated.
func nobody(x *Index, c caseOf) objection {
	if len(c.file) > 0 {
		return objection{}
	}
	if slices.ContainsFunc(c.people, judged.nominated) {
		return objection{reason: meeting.ReasonNotRequired}
	}
	return objection{reason: meeting.ReasonNotOnRoster}
}

// otherMeeting: the paper gives days that are not the meeting's, or nothing that tells that this meeting is meant. An
// office's own link says which meeting is meant; the days still count.
func otherMeeting(x *Index, c caseOf) objection {
	if len(c.paper.meant.others) > 0 && !c.paper.meant.days {
		return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceOtherDays, Detail: c.paper.meant.others[0]}}
	}
	if !c.explained && !c.paper.meant.this() && c.facts.Claim.agency() == "" && len(c.facts.Thread) == 0 {
		return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceNoMeeting}}
	}
	return objection{}
}

// elsewhereThen: nothing but the days tells that this meeting is meant, and beside them another town is named.
func elsewhereThen(_ *Index, c caseOf) objection {
	m := c.paper.meant
	if m.town == "" || c.explained || c.facts.Claim.agency() != "" || len(c.facts.Thread) > 0 {
		return objection{}
	}
	return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceOtherTown, Detail: m.town}}
}

// ownLetter: the paper comes from the secretariat itself.
func ownLetter(x *Index, c caseOf) objection {
	if a := c.facts.Sender.Address; a != "" && slices.Contains(x.roster.Meeting.Secretariat, a) {
		return objection{meeting.ReasonKindUnclear, meeting.Evidence{Code: meeting.EvidenceFromSecretariat}}
	}
	return objection{}
}

// byMachine: it is an automatic reply, or the report that a mail did not arrive. Both quote other mails.
func byMachine(_ *Index, c caseOf) objection { return automatic(c.facts.Content) }

func automatic(c *content.Content) objection {
	if c != nil && c.Envelope != nil && c.Envelope.Automatic {
		return objection{meeting.ReasonKindUnclear, meeting.Evidence{Code: meeting.EvidenceAutomatic}}
	}
	return objection{}
}

// inAddress: a nominee is named in mail addresses alone. That is a person to write to.
func inAddress(_ *Index, c caseOf) objection {
	for _, q := range c.people {
		if !q.nominated() || q.written != "" {
			continue
		}
		inText := func(s encoder.Span) bool { return !withinAddress(c.paper.Text, s) }
		if len(q.Places) > 0 && !slices.ContainsFunc(q.Places, inText) {
			return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceInAddress, Detail: name(q, c.paper)}}
		}
	}
	return objection{}
}

// inQuote: a nominee is named in a quoted mail alone, and another in the writer's own words. A quoted mail is somebody
// else's, unless the whole letter is passed on.
func inQuote(_ *Index, c caseOf) objection {
	quoted := letter.Quoted(c.paper.Text)
	if len(quoted) == 0 {
		return objection{}
	}
	own := func(s encoder.Span) bool {
		return !slices.ContainsFunc(quoted, func(o letter.Span) bool { return o.From <= s.From && s.To <= o.To })
	}
	var said objection
	inOwnWords := false
	for _, q := range c.people {
		switch {
		case !q.nominated() || len(q.Places) == 0:
		case slices.ContainsFunc(q.Places, own):
			inOwnWords = true
		default:
			said = objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceInQuote, Detail: name(q, c.paper)}}
		}
	}
	if !inOwnWords {
		return objection{}
	}
	return said
}

// withinAddress tells whether a span of a text is a part of a mail address.
func withinAddress(text string, s encoder.Span) bool {
	after := strings.TrimLeftFunc(text[s.To:], func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+", r)
	})
	before := strings.TrimRightFunc(text[:s.From], func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+", r)
	})
	return !strings.ContainsFunc(text[s.From:s.To], unicode.IsSpace) && strings.HasPrefix(after, "@") ||
		strings.HasSuffix(before, "@")
}

// notTheirOffice: it came by the link of another office than that of a nominee.
func notTheirOffice(x *Index, c caseOf) objection {
	claimed := c.facts.Claim.agency()
	for _, q := range c.people {
		if claimed != "" && q.nominated() && fold.String(x.people[q.person].Agency) != claimed {
			return objection{meeting.ReasonOtherPerson, meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: x.people[q.person].Name}}
		}
	}
	return objection{}
}

// severalFit: somebody else of the roster fits a nominee's name as well.
func severalFit(_ *Index, c caseOf) objection {
	for _, q := range c.people {
		if q.nominated() && q.rival {
			return objection{reason: meeting.ReasonSeveralNamed}
		}
	}
	return objection{}
}

// nothingBeside: the paper has nothing of a nominee but the name, or only a part of it. When a large reader says who is
// meant, the whole name is enough if the letter comes from no other country, and a part of it with anything beside it.
func nothingBeside(x *Index, c caseOf) objection {
	for _, q := range c.people {
		if !q.nominated() {
			continue
		}
		if c.explained && (q.best <= mostOfName && !x.elsewhere(q, c) || q.best < oneWord && q.support.points() >= 1) {
			continue // who is meant is said, and nothing contradicts it
		}
		if q.support.points() < 1 && c.facts.Claim.agency() == "" || q.best > mostOfName && !q.support.address {
			if code := x.letters.Code(x.people[q.person].Country); code != "" && !q.support.country {
				return objection{reason: meeting.ReasonCountryDiffers}
			}
			return objection{reason: meeting.ReasonNotSure}
		}
	}
	return objection{}
}

// elsewhere tells whether the letter comes from another country than a person's.
func (x *Index) elsewhere(q judged, c caseOf) bool {
	there := x.people[q.person].beside.country
	return there != "" && c.from != "" && there != c.from
}

// toAnother: the letter is for another office than the one that holds the meeting.
func toAnother(_ *Index, c caseOf) objection {
	to := letter.OtherAddressee(c.paper.Text)
	if to.Value == "" {
		return objection{}
	}
	return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceForAnother, Detail: to.Value}}
}

// saysMore: it has words after which a letter may do something else than nominate.
func saysMore(_ *Index, c caseOf) objection {
	look := letter.Doubt
	if c.explained && c.agreed { // both read it as a nomination, for most of its words
		look = letter.TakesBack
	}
	said := look(c.paper.Subject + "\n" + c.paper.Text)
	if said.Value == "" {
		return objection{}
	}
	return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceDoubt, Detail: said.Value}}
}

// otherAct: what the paper does most likely files no letter, or it gives somebody's seat to another.
func otherAct(_ *Index, c caseOf) objection {
	act := c.act()
	if c.plainly || c.explained || act == "" || act.Nominates() && act != meeting.ActReplaces {
		return objection{}
	}
	return objection{meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceAct, Detail: string(act)}}
}

// doubt: the readers are not sure enough.
func doubt(x *Index, c caseOf) objection {
	if c.plainly || c.explained || c.sure >= x.threshold() {
		return objection{}
	}
	return objection{reason: meeting.ReasonNotSure}
}
