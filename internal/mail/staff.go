package mail

import (
	"strings"

	"dossier/internal/meeting"
)

// review writes what staff have to look at: a document that waits, is a risk, or was sent by nobody knows who.
func (c *composer) review(out *content) {
	title, lead, next := c.reviewWords()
	about := c.foreign(c.Document.FileName)
	c.headline(out, c.say(title), about)
	facts := []fact{c.file()}
	if c.Document.Title != "" {
		facts = append(facts, c.fact(c.say("title"), c.foreign(c.Document.Title)))
	}
	out.Blocks = []block{{Text: c.say(lead), Facts: facts}}
	if c.Mail.Outcome == meeting.Filed {
		out.Blocks = append(out.Blocks, c.unlisted("unlisted-staff", "")...)
	} else {
		out.Blocks[0].Facts = append(facts, c.reason()...)
		out.Blocks = append(out.Blocks, c.candidates()...)
	}
	folder := "review"
	if !c.Document.Waits() {
		folder = "documents"
	}
	if b := c.page("open-document", folder, c.Document.ID); b != nil {
		out.Blocks = append(out.Blocks, block{Button: b})
	}
	out.Next = []string{c.say(next)}
}

// reviewWords gives the keys of title, first words and last words.
func (c *composer) reviewWords() (title, lead, next string) {
	switch c.Mail.Outcome {
	case meeting.Rejected:
		return "rejected-title", "review-unusable", "kept-next"
	case meeting.Quarantined:
		return "quarantined-title", "review-risk", "kept-next"
	case meeting.Filed:
		return "review-title", "review-nominees", "review-next"
	}
	return "review-title", "review-lead", "review-next"
}

// candidates are those whose the document may be, with what speaks for each.
func (c *composer) candidates() []block {
	var items []string
	for _, m := range c.Document.Candidates {
		var evidence []string
		for _, e := range m.Evidence {
			evidence = append(evidence, c.foreign(c.l.Evidence(e)))
		}
		item := c.foreign(m.Name)
		if len(evidence) > 0 {
			item = c.say("labelled", "Label", item, "Value", strings.Join(evidence, c.say("separator")))
		}
		items = append(items, item)
	}
	if len(items) == 0 {
		return nil
	}
	return []block{{Heading: c.say("candidates"), Items: items}}
}

// completeness writes that a session is complete, or is no longer.
func (c *composer) completeness(out *content) {
	title, lead, next := "complete-title", "complete-lead", "complete-next"
	if c.Mail.Template == meeting.MailNoLongerComplete {
		title, lead, next = "open-title", "open-lead", "open-next"
	}
	s, name := c.Session, c.foreign(c.Session.Title)
	about := c.say("session-about", "Number", s.Number, "Title", name)
	c.headline(out, c.say(title), about)
	out.Title = c.say("labelled", "Label", out.Title, "Value", about)
	text := c.say(lead, "Number", s.Number, "Title", name, "At", c.at(s.Starts))
	out.Blocks = []block{{Text: text}}
	for _, n := range c.completenessNotes() {
		out.Blocks = append(out.Blocks, block{Text: c.say(n)})
	}
	if b := c.page("open-session", "sessions", s.ID); b != nil {
		out.Blocks = append(out.Blocks, block{Button: b})
	}
	out.Blocks = append(out.Blocks, block{Heading: c.say("materials", "At", c.at(c.Now)), Rows: c.rows()})
	out.Next = []string{c.say(next)}
}

// completenessNotes are the keys of what has to be added to the news that a session is complete.
func (c *composer) completenessNotes() []string {
	var notes []string
	if c.Mail.Template == meeting.MailNoLongerComplete {
		return nil
	}
	if c.Mail.Epoch > 1 {
		notes = append(notes, "complete-again")
	}
	if !c.Session.Complete {
		notes = append(notes, "complete-changed")
	}
	return notes
}

// rows list what the session needs, and where each stands.
func (c *composer) rows() []row {
	var all []row
	for _, r := range c.Requirements {
		if r.Retired {
			continue
		}
		all = append(all, row{Name: c.foreign(r.Name), Agency: c.foreign(r.Agency),
			What: c.fact(c.l.Kind(r.Kind), c.standing(r)), Missing: r.State == meeting.Outstanding})
	}
	return all
}

// standing gives the file that satisfies a requirement, or that it is outstanding or waived.
func (c *composer) standing(r *meeting.Requirement) string {
	switch {
	case r.State == meeting.Outstanding:
		return c.say("outstanding")
	case r.State == meeting.Waived:
		return c.say("waived", "Reason", c.foreign(r.Reason))
	case r.Late:
		return c.say("late", "File", c.foreign(r.FileName))
	}
	return c.foreign(r.FileName)
}

// roster writes the mistakes of a roster that was not loaded.
func (c *composer) roster(out *content) {
	c.headline(out, c.count("roster-title", len(c.Problems)), "")
	var items []string
	for _, p := range c.Problems {
		at := c.foreign(p.File)
		if p.Line > 0 {
			at = c.say("problem-line", "File", at, "Line", p.Line)
		}
		items = append(items, c.say("labelled", "Label", at, "Value", c.foreign(c.l.Problem(p))))
	}
	out.Blocks = []block{{Text: c.say("roster-lead", "Meeting", out.Meeting)}, {Heading: c.say("roster-problems"), Items: items}}
	out.Next = []string{c.say("roster-next")}
}
