package papers

import (
	"slices"

	"dossier/internal/match"
	"dossier/internal/meeting"
)

// Outcome is what becomes of one paper, held against its labels as tools/score.py does.
type Outcome struct {
	Set, ID, File string
	Kind          Kind
	// Tellable: a careful officer would file it, for somebody of the roster who owes it.
	Tellable bool
	// Right: it is filed for all people in its label, and nobody else. Wrong: it is filed otherwise.
	Right, Wrong bool
	// First and Three: one of the right people stands first, or among the candidates that staff see.
	First, Three  bool
	Filed, Wanted []string
	Confidence    float64
	Reason        meeting.Reason
	// Because is what staff are shown first of why it waits.
	Because      meeting.Evidence
	Act, ToldAct string
}

// outcome holds a result against the labels of a paper.
func (p *Paper) outcome(r *meeting.Roster, got match.Result) Outcome {
	o := Outcome{Set: p.Set, ID: p.ID, File: p.File, Kind: p.Kind, Tellable: p.Tellable, Confidence: got.Confidence, Reason: got.Reason,
		Act: p.Act, ToldAct: string(got.Act)}
	for _, e := range got.Evidence {
		if got.Said == nil || e.Code != meeting.EvidenceAct && e.Code != meeting.EvidenceReader { // which say what it does
			o.Because = e
			break
		}
	}
	wanted, allowed, people := p.places(r)
	o.Wanted = wanted
	if p.Kind == Nomination {
		o.Tellable = o.Tellable && len(wanted) > 0
	}
	for _, k := range got.File {
		if name := placeName(k); !slices.Contains(o.Filed, name) {
			o.Filed = append(o.Filed, name)
		}
	}
	if len(o.Filed) > 0 {
		o.Wrong = slices.ContainsFunc(o.Filed, func(f string) bool { return !slices.Contains(allowed, f) }) ||
			slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(o.Filed, w) })
		o.Right = !o.Wrong
	}
	for i, c := range got.Candidates {
		if slices.Contains(people, c.Participant) {
			o.First, o.Three = o.First || i == 0, true
		}
	}
	return o
}

// placeName names a place in words. A nomination is for all sessions.
func placeName(k meeting.RequirementKey) string {
	if k.Kind == meeting.Presentation {
		return "presentation " + k.Participant + " " + k.Session
	}
	return "nomination " + k.Participant
}

// places gives where a paper should be filed, where it may be, and for which people.
func (p *Paper) places(r *meeting.Roster) (wanted, allowed, people []string) {
	for _, o := range p.Owners {
		place := "presentation " + o.Participant + " " + o.Session
		wanted, allowed, people = append(wanted, place), append(allowed, place), append(people, o.Participant)
	}
	for _, n := range p.Nominees {
		if n.Participant == "" || n.Role == "replaced" {
			continue
		}
		allowed, people = append(allowed, "nomination "+n.Participant), append(people, n.Participant)
		who, _ := r.Participant(n.Participant)
		if who.Sector == meeting.Public && len(who.Roles) > 0 && (n.Role == "nominee" || n.Role == "head") {
			wanted = append(wanted, "nomination "+n.Participant)
		}
	}
	return wanted, allowed, people
}
