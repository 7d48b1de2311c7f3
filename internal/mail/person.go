package mail

import (
	"slices"
	"time"

	"dossier/internal/meeting"
)

// links writes the mail that asks for documents, and the one that reminds of them.
func (c *composer) links(out *content) {
	c.headline(out, c.linksTitle(), "")
	lead := "links-lead"
	if c.Mail.Template == meeting.MailReminder {
		lead = "reminder-lead"
	}
	out.Blocks = []block{{Text: c.say(lead, "Meeting", out.Meeting)}}
	for i, u := range c.Uploads {
		b := c.upload(u)
		b.Button.Quiet = i > 0
		out.Blocks = append(out.Blocks, b)
	}
	out.Next = []string{c.say("links-next"), c.say("links-share")}
}

// linksTitle asks for documents until the first deadline that is to come.
func (c *composer) linksTitle() string {
	key := "links-title"
	if c.Mail.Template == meeting.MailReminder {
		key = "reminder-title"
	}
	due, over := c.firstDeadline()
	switch {
	case due.IsZero(), over && c.Mail.Template == meeting.MailLinks:
		return c.say(key)
	case over:
		return c.say(key+"-over", "Day", c.day(due))
	}
	return c.say(key+"-due", "Day", c.day(due))
}

// firstDeadline gives the first deadline of the uploads that is to come; if all are over, the first of these. It is
// zero if there is none.
func (c *composer) firstDeadline() (due time.Time, over bool) {
	var past, future []time.Time
	for _, u := range c.Uploads {
		switch {
		case u.Due.IsZero():
		case c.Now.After(u.Due):
			past = append(past, u.Due)
		default:
			future = append(future, u.Due)
		}
	}
	switch {
	case len(future) > 0:
		return slices.MinFunc(future, time.Time.Compare), false
	case len(past) > 0:
		return slices.MinFunc(past, time.Time.Compare), true
	}
	return time.Time{}, false
}

// upload gives one document that the reader is asked for.
func (c *composer) upload(u Upload) block {
	b := block{Heading: c.l.Kind(u.Kind)}
	if u.Session != nil {
		b.Facts = append(b.Facts, c.session(u.Session))
	}
	b.Facts = append(b.Facts, c.deadline(u)...)
	label := "send-presentation"
	if u.Kind == meeting.Nomination {
		label, b.Text = "send-nomination", c.say("for-office")
	}
	b.Button = c.button(label, u.URL)
	b.Note = c.say("valid", "Until", c.at(u.Expires))
	return b
}

// deadline gives until when an upload is in time; none if there is no such moment.
func (c *composer) deadline(u Upload) []fact {
	if u.Due.IsZero() {
		return nil
	}
	text := c.at(u.Due)
	if c.Now.After(u.Due) {
		text = c.say("deadline-over", "Deadline", text)
	}
	return []fact{c.fact(c.say("deadline"), text)}
}

// result writes what became of a document: at once, or by a decision of staff.
func (c *composer) result(out *content) {
	w := c.wording()
	about := c.foreign(c.Document.FileName)
	c.headline(out, c.say(w.title), about)
	lead := w.lead
	if c.Document.Late && w.late != "" {
		lead = w.late
	}
	facts := append([]fact{c.file()}, c.places()...)
	if w.reason {
		facts = append(facts, c.reason()...)
	}
	out.Blocks = []block{{Text: c.say(lead), Facts: facts}}
	if w.again {
		out.Blocks, w.next = append(out.Blocks, c.again()...), "next-again-reply"
		if c.Again != nil {
			w.next = "next-again"
		}
	}
	if c.Mail.Template == meeting.MailReceipt {
		out.Blocks = append(out.Blocks, c.unlisted("unlisted", "unlisted-next")...)
		out.Blocks = append(out.Blocks, c.remarks()...)
	}
	out.Next = []string{c.say(w.next)}
}

// wording is how a result is told.
type wording struct {
	title, lead string
	late        string // in place of lead, if the document was late
	next        string
	reason      bool // why it is so is told
	again       bool // the reader is to send it again
}

// wording gives the keys of the words for what became of the document.
func (c *composer) wording() wording {
	receipt := c.Mail.Template == meeting.MailReceipt
	switch c.Mail.Outcome {
	case meeting.Filed:
		if receipt {
			return wording{title: "filed-title", lead: "receipt-filed", late: "receipt-late", next: "next-filed"}
		}
		return wording{title: "outcome-filed-title", lead: "outcome-filed", late: "outcome-late", next: "next-filed"}
	case meeting.Superseded:
		if receipt {
			return wording{title: "received-title", lead: "receipt-newer", next: "next-nothing"}
		}
		return wording{title: "newer-title", lead: "outcome-newer", next: "next-nothing"}
	case meeting.Rejected, meeting.Quarantined:
		if receipt {
			return wording{title: "again-title", lead: "receipt-unusable", reason: true, again: true}
		}
		return wording{title: "again-title", lead: "outcome-unusable", reason: true, again: true}
	case meeting.Withdrawn:
		return wording{title: "withdrawn-title", lead: "outcome-withdrawn", reason: true, again: true}
	}
	if receipt {
		return wording{title: "received-title", lead: "receipt-review", reason: true, next: "next-review"}
	}
	return wording{title: "back-title", lead: "outcome-review", next: "next-review"}
}

// places gives what the document is filed as, for the sessions that are known.
func (c *composer) places() []fact {
	var facts []fact
	for _, k := range c.Document.FiledFor {
		i := slices.IndexFunc(c.Sessions, func(s *meeting.Session) bool { return s.ID == k.Session })
		if i < 0 {
			continue
		}
		s := c.Sessions[i]
		session := c.say("session-is", "Number", s.Number, "Title", c.foreign(s.Title), "At", c.at(s.Starts))
		facts = append(facts, c.fact(c.say("filed-for"), c.say("for", "Kind", c.l.Kind(k.Kind), "Session", session)))
	}
	return facts
}

// again is where the document can be sent again, if that is known.
func (c *composer) again() []block {
	if c.Again == nil {
		return nil
	}
	return []block{{Facts: c.deadline(*c.Again), Button: c.button("send-again", c.Again.URL)}}
}

// unlisted names the nominees of a letter who are not on the roster; none if there are none.
func (c *composer) unlisted(heading, note string) []block {
	names := c.names(c.Document.OpenNominees())
	if len(names) == 0 {
		return nil
	}
	b := block{Heading: c.say(heading), Items: names}
	if note != "" {
		b.Note = c.say(note)
	}
	return []block{b}
}

func (c *composer) names(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, c.foreign(n))
	}
	return all
}

// remarks gives what the readers noticed; none if that is nothing.
func (c *composer) remarks() []block {
	var items []string
	for _, f := range c.Document.Remarks() {
		items = append(items, c.l.Finding(f))
	}
	if len(items) == 0 {
		return nil
	}
	return []block{{Heading: c.say("remarks"), Items: items}}
}

// overQuota asks an office which of its officials will come.
func (c *composer) overQuota(out *content) {
	c.headline(out, c.say("quota-title"), "")
	out.Blocks = []block{{Text: c.say("quota-lead"), Facts: []fact{c.file()}}}
	if c.Document.Letter != nil {
		var names []string
		for _, n := range c.Document.Letter.Nominees {
			names = append(names, c.foreign(n.Name))
		}
		out.Blocks = append(out.Blocks, block{Heading: c.say("quota-named"), Items: names})
	}
	answer := c.say("quota-reply")
	if c.Meeting.Contact != "" {
		answer = c.say("quota-reply-contact", "Contact", c.foreign(c.Meeting.Contact))
	}
	question := c.count("quota", c.Meeting.NomineesPerAgency) + " " + c.say("quota-over")
	out.Blocks = append(out.Blocks, block{Text: question}, block{Text: answer})
	out.Next = []string{c.say("quota-next")}
}
