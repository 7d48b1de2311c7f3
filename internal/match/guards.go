package match

import (
	"slices"

	"dossier/internal/fold"
	"dossier/internal/letter"
	"dossier/internal/meeting"
)

// guard is a rule that may forbid that a letter is filed without a person looking at it. It gives the reason and what
// it saw.
type guard func(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool)

// caseOf is what guards look at.
type caseOf struct {
	verdict
	paper    paper
	facts    Facts
	file     []meeting.RequirementKey
	nominees []meeting.Nominee
}

// forbids asks the guards, the ones first whose answer tells staff most.
func (x *Index) forbids(v verdict, p paper, f Facts, r Result) (meeting.Reason, meeting.Evidence, bool) {
	c := caseOf{v, p, f, r.File, r.Letter.Nominees}
	for _, g := range []guard{nobody, otherMeeting, ownLetter, notTheirOffice, severalFit, nothingBeside, offRoster, saysMore, otherAct, doubt} {
		if reason, said, forbidden := g(x, c); forbidden {
			return reason, said, true
		}
	}
	return "", meeting.Evidence{}, false
}

// nobody: nobody who owes a nomination is nominated.
func nobody(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	if len(c.file) > 0 {
		return "", meeting.Evidence{}, false
	}
	if slices.ContainsFunc(c.people, judged.nominated) {
		return meeting.ReasonNotRequired, meeting.Evidence{}, true
	}
	return meeting.ReasonNotOnRoster, meeting.Evidence{}, true
}

// otherMeeting: the paper gives days that are not the meeting's, or nothing that tells that this meeting is meant. An
// office's own link says which meeting is meant; the days still count.
func otherMeeting(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	if len(c.paper.meant.others) > 0 && !c.paper.meant.days {
		return meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceOtherDays, Detail: c.paper.meant.others[0]}, true
	}
	if !c.paper.meant.this() && c.facts.Claim.agency() == "" && len(c.facts.Thread) == 0 {
		return meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceNoMeeting}, true
	}
	return "", meeting.Evidence{}, false
}

// ownLetter: the paper comes from the secretariat itself.
func ownLetter(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	own := slices.Contains(x.roster.Meeting.Secretariat, c.facts.Sender.Address) && c.facts.Sender.Address != ""
	return meeting.ReasonKindUnclear, meeting.Evidence{Code: meeting.EvidenceFromSecretariat}, own
}

// notTheirOffice: it came by the link of another office than that of a nominee.
func notTheirOffice(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	claimed := c.facts.Claim.agency()
	for _, q := range c.people {
		if claimed != "" && q.nominated() && fold.String(x.people[q.person].Agency) != claimed {
			return meeting.ReasonOtherPerson, meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: x.people[q.person].Name}, true
		}
	}
	return "", meeting.Evidence{}, false
}

// severalFit: somebody else of the roster fits a nominee's name as well.
func severalFit(_ *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	for _, q := range c.people {
		if q.nominated() && q.rival {
			return meeting.ReasonSeveralNamed, meeting.Evidence{}, true
		}
	}
	return "", meeting.Evidence{}, false
}

// nothingBeside: the paper has nothing of a nominee but the name, or only a part of it.
func nothingBeside(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	for _, q := range c.people {
		if !q.nominated() {
			continue
		}
		if q.support.points() < 1 && c.facts.Claim.agency() == "" || q.best > mostOfName && !q.support.address {
			if code := x.letters.Code(x.people[q.person].Country); code != "" && !q.support.country {
				return meeting.ReasonCountryDiffers, meeting.Evidence{}, true
			}
			return meeting.ReasonNotSure, meeting.Evidence{}, true
		}
	}
	return "", meeting.Evidence{}, false
}

// offRoster: the letter names somebody else as well, who is on no roster.
func offRoster(_ *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	for _, n := range c.nominees {
		if n.Participant == "" && !n.Declined {
			return meeting.ReasonNotOnRoster, meeting.Evidence{Code: meeting.EvidenceNominated, Detail: n.Name}, true
		}
	}
	return "", meeting.Evidence{}, false
}

// saysMore: it has words after which a letter may do something else than nominate.
func saysMore(_ *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	said := letter.Doubt(c.paper.Subject + "\n" + c.paper.Text)
	return meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceDoubt, Detail: said.Value}, said.Value != ""
}

// otherAct: what the paper does most likely files no letter, or it gives somebody's seat to another.
func otherAct(_ *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	act := c.act()
	return meeting.ReasonNotSure, meeting.Evidence{Code: meeting.EvidenceAct, Detail: string(act)},
		act != "" && (!act.Nominates() || act == meeting.ActReplaces) && !c.plainly
}

// doubt: the readers are not sure enough.
func doubt(x *Index, c caseOf) (meeting.Reason, meeting.Evidence, bool) {
	return meeting.ReasonNotSure, meeting.Evidence{}, c.sure < x.threshold() && !c.plainly
}
