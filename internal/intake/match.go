package intake

import (
	"context"
	"slices"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/match"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// maxRosterChanges is how often a document is matched again because the roster changed meanwhile.
const maxRosterChanges = 3

// roster is what a document is matched against. The zero value is a meeting without a roster.
type roster struct {
	meeting meeting.Meeting
	index   *match.Index
	version string
}

// file matches a document and files it, or keeps it in review. If the roster changes meanwhile, it matches again.
func (in *Intake) file(ctx context.Context, doc meeting.Document, c *content.Content) (*meeting.Document, error) {
	for range maxRosterChanges {
		r, err := in.roster(ctx, doc.Meeting)
		if err != nil {
			return nil, err
		}
		doc.RosterVersion = r.version
		submission, err := in.submission(ctx, doc, c, r)
		if err != nil {
			return nil, err
		}
		out, err := in.Registry.Submit(ctx, submission)
		if err != nil || !out.Waits() {
			return out, err
		}
		now, version, err := in.rosterVersion(ctx, doc.Meeting)
		if err != nil {
			return nil, err
		}
		if now == nil || version == out.RosterVersion {
			return out, nil
		}
		if out.Status != meeting.Review {
			return in.recognize(ctx, *out, c)
		}
	}
	return nil, fault.New(fault.Transient, "the roster keeps changing")
}

// text gives what was read of a document. A text that is not there any more is read again from the original; GoneError
// when that is gone too.
func (in *Intake) text(ctx context.Context, doc meeting.Document) (*content.Content, error) {
	c := &content.Content{}
	err := in.Bucket.GetJSON(ctx, doc.Text, c)
	if !fault.Is(err, fault.NotFound) {
		return c, err
	}
	if c, err = in.read(ctx, doc.Object); err != nil {
		return nil, err
	}
	return c, in.Bucket.PutJSON(ctx, doc.Text, c)
}

// unchanged notes that the roster in force changes nothing in a document. The sender of one that is in no hands is told
// once a roster identifies them.
func (in *Intake) unchanged(ctx context.Context, doc meeting.Document) (*meeting.Document, error) {
	m, version, err := in.rosterVersion(ctx, doc.Meeting)
	if err != nil || m == nil || version == doc.RosterVersion {
		return &doc, err
	}
	return in.Registry.Unchanged(ctx, *m, version, doc.ID)
}

// rosterVersion gives a meeting and the version of its roster; nil when no roster was loaded yet.
func (in *Intake) rosterVersion(ctx context.Context, id string) (*meeting.Meeting, string, error) {
	m, amendments, err := in.Table.Roster(ctx, id)
	if err != nil || m == nil {
		return nil, "", err
	}
	return m, meeting.RosterVersion(m.Roster, amendments), nil
}

// roster gives what the documents of a meeting are matched against.
func (in *Intake) roster(ctx context.Context, id string) (roster, error) {
	m, version, err := in.rosterVersion(ctx, id)
	if err != nil || m == nil {
		return roster{}, err
	}
	index, err := in.rosters.get(ctx, m, version)
	return roster{*m, index, version}, err
}

// submission matches a document and says how it is to be filed.
func (in *Intake) submission(
	ctx context.Context, doc meeting.Document, c *content.Content, r roster,
) (filing.Submission, error) {
	s := filing.Submission{Document: doc, Meeting: r.meeting, Staff: r.meeting.Secretariat}
	if len(s.Staff) == 0 {
		s.Staff = []string{in.Staff}
	}
	if doc.Reason == meeting.ReasonTooMany && doc.NotifiedStatus != "" {
		s.Staff = nil // they were told of the first
	}
	l, err := in.resolveLink(ctx, doc)
	if err != nil {
		return s, err
	}
	s.Document.LinkOwner = l.owner
	if doc.Status == meeting.Opened { // its papers are matched, each by itself
		return s, nil
	}
	if r.index == nil {
		if doc.Status == meeting.Review && doc.Reason == "" {
			s.Document.Reason = meeting.ReasonUnknownMeeting
		}
		return s, nil
	}
	facts, err := in.facts(ctx, doc, c, l)
	if err != nil {
		return s, err
	}
	found, err := in.match(ctx, r, facts)
	if err != nil {
		return s, err
	}
	conclude(&s, c, l, found)
	address(&s, r.index, facts, l, found)
	return s, nil
}

// facts gathers the known facts about a document beside the roster.
func (in *Intake) facts(ctx context.Context, doc meeting.Document, c *content.Content, l link) (match.Facts, error) {
	facts := match.Facts{
		FileName: doc.FileName, Content: c, Claim: l.claim, Declined: declined(doc.Letter),
		Sender: match.Sender{Address: doc.Sender, Verified: in.vouchedFor(c)},
	}
	if facts.Claim != nil || len(doc.References) == 0 {
		return facts, nil
	}
	var err error
	facts.Thread, err = in.thread(ctx, doc)
	return facts, err
}

// vouchedFor reports whether the mail server whose word is taken has checked the sender of a mail.
func (in *Intake) vouchedFor(c *content.Content) bool {
	return c.Envelope != nil && in.MailServer != "" && strings.EqualFold(c.Envelope.Checker, in.MailServer)
}

// match matches a document. If that alone does not tell whose it is, and no link does, then
// outstanding requirements are looked up and taken into account.
func (in *Intake) match(ctx context.Context, r roster, facts match.Facts) (match.Result, error) {
	found, err := r.index.Match(ctx, facts, match.Budget{})
	if err != nil {
		return found, err
	}
	places := found.Places()
	if len(found.File) > 0 || len(places) == 0 || facts.Claim != nil {
		return found, nil
	}
	snap, err := in.Table.Read(ctx, store.RequirementKeys(r.meeting.ID, places)...)
	if err != nil {
		return found, err
	}
	facts.Said = found.Said
	facts.States = map[meeting.RequirementKey]meeting.State{}
	for q := range store.All[meeting.Requirement](snap) {
		facts.States[q.RequirementKey] = q.State
	}
	return r.index.Match(ctx, facts, match.Budget{})
}

// conclude notes what the match found, and where the document is to be filed or why a person has to look.
func conclude(s *filing.Submission, c *content.Content, l link, found match.Result) {
	d := &s.Document
	keepConfirmed(d.Letter, found.Letter)
	d.Kind, d.Act, d.Candidates, d.Letter = found.Kind, found.Act, found.Candidates, found.Letter
	switch {
	case unread(*d):
		// Its name may say anything: nobody has read it.
	case l.problem != "":
		d.Reason = l.problem
	case len(found.File) > 0:
		s.File = found.File
		d.Confidence, d.Evidence, d.Reason = found.Confidence, found.Evidence, ""
	case c.Paper().Has(meeting.FindingScanUnread) &&
		(found.Reason == meeting.ReasonNobodyNamed || found.Reason == meeting.ReasonKindUnclear):
		d.Reason = meeting.ReasonScanUnread // nobody could read who is named
	default:
		d.Reason, d.Evidence = found.Reason, found.Evidence
		if l.claim == nil && isCorrespondence(c.Paper(), found) {
			d.Status, d.Reason = meeting.Correspondence, meeting.ReasonCorrespondence
		}
	}
}

// isCorrespondence tells whether a paper is a mail that files nothing; one that holds papers was opened before. A mail that
// may nominate, or that takes a name back, is for a person to look at.
func isCorrespondence(c *content.Content, found match.Result) bool {
	const mayNominate = 0.35
	if c.Envelope == nil || c.HoldsEncrypted() {
		return false
	}
	takesBack := found.Act == meeting.ActWithdraws || found.Act == meeting.ActRegrets
	says := found.Act.Nominates() && found.Kind != meeting.Presentation // words alone are no slides
	return c.Envelope.Automatic || c.Words() == 0 || !says && !takesBack && found.Nominates < mayNominate
}

// unread reports whether a document is rejected or set aside, or in review because it was not read.
func unread(d meeting.Document) bool {
	return d.Status != meeting.Review || slices.Contains([]meeting.Reason{
		meeting.ReasonNotReadableYet, meeting.ReasonStuck, meeting.ReasonUnscanned, meeting.ReasonTooMany,
	}, d.Reason)
}

// address notes who is told what became of the document: the owner of the link, else the verified sender, else the
// participant that the document is filed for. Of a letter that is filed, filing finds the people to ask.
func address(s *filing.Submission, index *match.Index, facts match.Facts, l link, found match.Result) {
	uploader, known := index.Participant(l.owner)
	if !known && facts.Sender.Verified {
		uploader, known = index.ByAddress(facts.Sender.Address)
	}
	if !known && len(s.File) > 0 {
		uploader, known = found.Participant, found.Letter == nil
	}
	s.Uploader, s.Served = meeting.Contact{}, meeting.Contact{Email: uploader.Email, Language: uploader.Language}
	if known {
		s.Uploader = s.Served
	}
}

// declined gives the nominees of a letter that staff declined, as the letter names them.
func declined(l *meeting.Letter) []string {
	if l == nil {
		return nil
	}
	var names []string
	for _, n := range l.Nominees {
		if n.Declined {
			names = append(names, n.Name)
		}
	}
	return names
}

// keepConfirmed takes over what an office confirmed of its nominees, when its letter is matched again.
func keepConfirmed(before, after *meeting.Letter) {
	if before == nil || after == nil {
		return
	}
	for i, n := range after.Nominees {
		same := func(o meeting.Nominee) bool { return o.Name == n.Name }
		if j := slices.IndexFunc(before.Nominees, same); j >= 0 {
			after.Nominees[i].Confirmed = before.Nominees[j].Confirmed
		}
	}
}

// maxThread bounds how many mails of a thread are looked up.
const maxThread = 20

// thread gives the ids of participants whose documents came with earlier mails of the same thread.
func (in *Intake) thread(ctx context.Context, doc meeting.Document) ([]string, error) {
	latest := doc.References[max(0, len(doc.References)-maxThread):]
	ids, err := in.Table.Thread(ctx, doc.Meeting, latest)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	snap, err := in.Table.Read(ctx, store.KeysOf(store.DocumentKey, ids)...)
	if err != nil {
		return nil, err
	}
	var people []string
	for d := range store.All[meeting.Document](snap) {
		for _, k := range d.FiledFor {
			people = append(people, k.Participant)
		}
	}
	slices.Sort(people)
	return slices.Compact(people), nil
}
