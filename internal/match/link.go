package match

import (
	"slices"

	"dossier/internal/extract/content"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// linked is what guards look at before a document is filed that came by a participant's own link. A link tells who sent it:
// what the document says against that is for the sender to answer, and for a person to see.
type linked struct {
	owner   int
	kind    meeting.Kind // that the link asks for
	looks   meeting.Kind // that the document looks like
	content *content.Content
	file    string
	found   weighing // of slides
}

// objectLink asks the guards.
func (x *Index) objectLink(l linked) objection {
	return firstOf(x, l, []guard[linked]{
		linkedByMachine,
		otherKind,
		somethingElse,
		otherTitle,
	})
}

// linkedByMachine: it is a mail that a machine sent, such as an automatic reply.
func linkedByMachine(_ *Index, l linked) objection { return automatic(l.content) }

// otherKind: it is a letter where slides are asked for, or slides where a letter is.
func otherKind(_ *Index, l linked) objection {
	slides := l.content != nil && l.content.Format.Slides()
	if l.kind == meeting.Presentation && l.looks == meeting.Nomination || l.kind == meeting.Nomination && slides {
		return objection{meeting.ReasonOtherKind, meeting.Evidence{Code: meeting.EvidenceLooksLike, Detail: string(l.looks)}}
	}
	return objection{}
}

// somethingElse: its name says that it is a paper of another kind, such as a CV or a ticket for a journey.
func somethingElse(_ *Index, l linked) objection {
	if words := fold.Words(fold.FileNameLine(clip(l.file, longestHeading))); about(words, len(words)) {
		return objection{reason: meeting.ReasonOtherKind}
	}
	return objection{}
}

// otherTitle: the title page presents somebody else, on the roster or not, and the person of the link is not named as who
// made it.
func otherTitle(x *Index, l linked) objection {
	if l.kind != meeting.Presentation {
		return objection{}
	}
	if s := l.found.people[l.owner]; s != nil && !s.aside && slices.Max(s.best[:]) > 0 {
		return objection{}
	}
	other := l.found.stranger
	for i, s := range l.found.people {
		if i != l.owner && s.titled && s.best[titleZone] >= weightOf(titleZone, mostOfName) {
			other = x.people[i].Name
		}
	}
	if other == "" {
		return objection{}
	}
	return objection{meeting.ReasonOtherPresenter, meeting.Evidence{Code: meeting.EvidenceOtherNamed, Detail: other}}
}
