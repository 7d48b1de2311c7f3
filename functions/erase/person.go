package erase

import (
	"context"
	"slices"
	"strings"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/person"
)

// who is the person to be erased.
type who struct {
	participant string
	finder      *person.Finder
	// others finds everybody else of the meeting.
	others *person.Finder
	// namesakes are the ids of others who have a name of the person's.
	namesakes []string
}

// isName tells whether a name is the person's, and no namesake's.
func (w who) isName(name string) bool { return w.finder.IsName(name) && w.finder.Redact(name) != name }

// identify gathers how the person is called, and how everybody else of the meeting is.
func (f *Function) identify(ctx context.Context, e *erasure, r Request) (who, error) {
	w := who{participant: r.Participant}
	var own person.Known
	add := func(name, email string) {
		own.Names, own.Addresses = append(own.Names, name), append(own.Addresses, email)
	}
	for _, q := range e.table.Requirements {
		if q.Participant == r.Participant {
			add(q.Name, q.Email)
		}
	}
	for _, a := range e.table.Accepted {
		if a.ID == r.Participant {
			add(a.Name, a.Email)
		}
	}
	for _, also := range r.Also {
		if strings.Contains(also, "@") {
			own.Addresses = append(own.Addresses, also)
		} else {
			own.Also = append(own.Also, also)
		}
	}
	if err := f.formerly(ctx, e, r.Participant, &own); err != nil {
		return w, err
	}
	e.spellings(r.Participant, &own)
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	own.Names, own.Addresses = slices.DeleteFunc(own.Names, blank), slices.DeleteFunc(own.Addresses, blank)
	own.Addresses = readable(own.Addresses)
	others := e.everybodyElse(r.Participant, person.New(own, person.Known{}))
	others.Addresses = readable(others.Addresses)
	w.finder, w.others = person.New(own, others), person.New(others, person.Known{})
	if w.finder.Nobody() {
		return w, fault.Reject(meeting.RefusalNobodyThere, "the meeting knows no participant %s", r.Participant)
	}
	w.namesakes = e.calledLike(r.Participant, person.New(own, person.Known{}))
	return w, nil
}

// readable adds to addresses what papers say in their place: domains in their own letters.
func readable(addresses []string) []string {
	all := slices.Clone(addresses)
	for _, a := range addresses {
		if r := meeting.ReadableAddress(a); r != a {
			all = append(all, r)
		}
	}
	return all
}

// formerly adds what earlier rosters called the person: the same id with a name or an address that is known already.
func (f *Function) formerly(ctx context.Context, e *erasure, id string, own *person.Known) error {
	indexes, err := f.bucket.AllVersions(ctx, bucket.IndexPrefix(e.meeting.ID))
	if err != nil {
		return err
	}
	for _, o := range indexes {
		if o.Key == e.meeting.Index {
			continue
		}
		var r meeting.Roster
		if err := f.bucket.GetJSON(ctx, o.Key, &r); err != nil {
			if fault.Is(err, fault.NotFound) {
				continue
			}
			return err
		}
		known := person.New(*own, person.Known{})
		if p, ok := r.Participant(id); ok && (known.Nobody() || known.IsAddress(p.Email) || known.IsName(p.Name)) {
			own.Names, own.Addresses = append(own.Names, p.Name), append(own.Addresses, p.Email)
		}
	}
	return nil
}

// spellings adds what letters and decisions say of the person.
func (e *erasure) spellings(id string, own *person.Known) {
	for _, d := range e.table.Documents {
		if d.Letter == nil {
			continue
		}
		for _, n := range d.Letter.Nominees {
			if n.Participant != id {
				continue
			}
			own.Names, own.Addresses = append(own.Names, n.Name), append(own.Addresses, n.Email)
			if n.Phone != "" {
				own.Also = append(own.Also, n.Phone)
			}
			if n.Confirmed != nil {
				own.Names, own.Addresses = append(own.Names, n.Confirmed.Name), append(own.Addresses, n.Confirmed.Email)
			}
		}
	}
	for _, h := range e.table.Hints {
		if h.Participant == id && h.Kind == meeting.HintAddress {
			own.Addresses = append(own.Addresses, h.Pattern)
		}
	}
}

// everybodyElse gathers how all others of the meeting are called: the participants, the nominees and the signatories of
// letters, the secretariat, and the staff who decided. known is the person as far as known.
func (e *erasure) everybodyElse(id string, known *person.Finder) person.Known {
	others := person.Known{Addresses: slices.Clone(e.roster.Meeting.Secretariat)}
	add := func(name, email string) {
		others.Names, others.Addresses = append(others.Names, name), append(others.Addresses, email)
	}
	for _, p := range e.roster.Participants {
		add(p.Name, p.Email)
	}
	for _, q := range e.table.Requirements {
		if q.Participant != id {
			add(q.Name, q.Email)
		}
	}
	for _, a := range e.table.Accepted {
		if a.ID != id {
			add(a.Name, a.Email)
		}
	}
	for _, d := range e.table.Documents {
		if d.Letter == nil {
			continue
		}
		for _, n := range append(slices.Clone(d.Letter.Nominees), meeting.Nominee{Name: d.Letter.Signatory}) {
			if n.Participant != id && !known.IsName(n.Name) && n.Name != person.Erased {
				add(n.Name, n.Email)
			}
		}
	}
	for _, a := range e.table.Audits {
		if !known.IsName(a.Decision.By) {
			add(a.Decision.By, "")
		}
	}
	return others
}

// calledLike gives the ids of others with a name of the person's.
func (e *erasure) calledLike(id string, known *person.Finder) []string {
	var ids []string
	add := func(participant, name string) {
		if participant != id && known.IsName(name) && !slices.Contains(ids, participant) {
			ids = append(ids, participant)
		}
	}
	for _, p := range e.roster.Participants {
		add(p.ID, p.Name)
	}
	for _, q := range e.table.Requirements {
		add(q.Participant, q.Name)
	}
	for _, a := range e.table.Accepted {
		add(a.ID, a.Name)
	}
	slices.Sort(ids)
	return ids
}

// concern is how far a document concerns the person.
type concern int

const (
	apart concern = iota
	among         // others too
	alone
)

// concerns tells by ids how far a document concerns the person; whole is the document that it is a part of, or nil.
func (e *erasure) concerns(d, whole *meeting.Document) concern {
	its, others := false, false
	count := func(participants ...string) {
		for _, p := range participants {
			its, others = its || p == e.participant, others || p != e.participant
		}
	}
	for _, k := range d.FiledFor {
		count(k.Participant)
	}
	if whole != nil {
		for _, k := range whole.FiledFor {
			count(k.Participant)
		}
	}
	if d.Letter != nil {
		for _, n := range d.Letter.Nominees {
			given := n.Participant != "" && n.Participant != e.participant // to somebody else, who is called alike
			mine := n.Participant == e.participant || e.isName(n.Name)
			its, others = its || mine, others || !mine || given
			its = its || n.ReplacesID == e.participant
		}
	}
	if len(d.FiledFor) == 0 { // in review: each candidate may be meant
		for _, c := range d.Candidates {
			count(c.Participant)
		}
	}
	if !its && !others && d.LinkOwner != "" {
		count(d.LinkOwner)
	}
	its = its || d.LinkOwner == e.participant || e.finder.IsAddress(d.Uploader.Email) || e.finder.IsAddress(d.Sender) ||
		e.isName(d.Author)
	return concernOf(its, others)
}

// concernOf tells how far a document concerns the person: its tells that it does, others that it concerns others.
func concernOf(its, others bool) concern {
	switch {
	case its && others:
		return among
	case its:
		return alone
	}
	return apart
}

// together tells how far an upload concerns the person, which itself does so far: as it and all the papers in it together
// do, for its original holds them. Those that were erased by an earlier run say nothing.
func together(upload concern, papers []meeting.Enclosed, each map[string]concern) concern {
	its, others := upload != apart, upload == among
	for _, x := range papers {
		if how, ok := each[x.Document]; ok {
			its, others = its || how != apart, others || how != alone
		}
	}
	return concernOf(its, others)
}

// isUnfiled tells whether nobody has said yet whose a document is.
func isUnfiled(d *meeting.Document) bool {
	return len(d.FiledFor) == 0 && d.PartOf == "" && d.LinkOwner == "" &&
		slices.Contains([]meeting.Status{meeting.Review, meeting.Rejected, meeting.Quarantined, meeting.Ignored,
			meeting.Correspondence}, d.Status)
}

// says is what a document's record says of it, and of who sent it.
func says(d *meeting.Document) string {
	return strings.Join([]string{d.FileName, d.Title, d.Author, d.Excerpt}, "\n;\n")
}

// namesOthers tells whether a document that nobody's id stands on names others of the meeting, or comes from somebody.
func (f *Function) namesOthers(ctx context.Context, e *erasure, d *meeting.Document) (bool, error) {
	if len(d.Candidates) > 0 || d.Sender != "" || d.Letter != nil && len(d.Letter.Nominees) > 0 || e.others.Names(says(d)) {
		return true, nil
	}
	if d.Text == "" {
		return false, nil
	}
	var c content.Content
	err := f.bucket.GetJSON(ctx, d.Text, &c)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	for _, p := range c.Paper().Pages {
		if e.others.Names(p.Full() + "\n;\n" + p.Notes + "\n;\n" + p.Comments) {
			return true, nil
		}
	}
	return false, err
}
