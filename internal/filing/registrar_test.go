package filing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// registrar is a meeting of two sessions whose rules are tried: two presenters, and three officials each of a ministry and
// of the police, that may send two.
type registrar struct {
	*testing.T
	store    *store.Store
	registry *filing.Registry
	roster   *meeting.Roster
	now      time.Time
}

var nine = time.Date(2031, 3, 1, 9, 0, 0, 0, time.UTC)

func newRegistrar(t *testing.T) *registrar {
	t.Helper()
	r := &registrar{T: t, store: newStore(t), now: nine, roster: &meeting.Roster{
		Meeting: meeting.Meeting{ID: "m", Roster: "1", NomineesPerAgency: 2, Languages: []string{"fr", "en"},
			Secretariat: []string{"desk@example.org"}},
		Sessions: []meeting.Plan{{ID: "s1", Title: "One", Number: 1}, {ID: "s2", Title: "Two", Number: 2}}}}
	person := func(id, gender, agency string, sector meeting.Sector, roles ...meeting.Role) {
		r.roster.Participants = append(r.roster.Participants, meeting.Participant{ID: id, Name: "Name of " + id,
			Email: id + "@people.example", Gender: gender, Sector: sector, Agency: agency, Country: "KE", Language: "en", Roles: roles})
	}
	in := func(session string, role meeting.RoleName) meeting.Role {
		return meeting.Role{Name: role, Session: session}
	}
	person("a", "f", "Alpha SA", meeting.Private, in("s1", meeting.Presenter), in("s2", meeting.Presenter))
	person("b", "m", "Beta SA", meeting.Private, in("s2", meeting.Presenter))
	person("o1", "m", "Ministry", meeting.Public, in("s1", meeting.Expert))
	person("o2", "f", "Ministry", meeting.Public, in("s1", meeting.Expert))
	person("o3", "x", "Ministry", meeting.Public, in("s1", meeting.Expert), in("s2", meeting.Expert))
	for _, id := range []string{"p1", "p2", "p3"} {
		person(id, "", "Police", meeting.Public, in("s1", meeting.Expert))
	}
	r.registry = filing.New(r.store, func() time.Time { return r.now })
	r.load()
	return r
}

// load puts the roster in force, under a token that sorts after the last.
func (r *registrar) load() {
	r.Helper()
	r.roster.Meeting.Roster += "+"
	must(r, r.registry.Load(r.Context(), r.roster))
}

func deck(session, participant string) meeting.RequirementKey {
	return meeting.RequirementKey{Session: session, Kind: meeting.Presentation, Participant: participant}
}

func letterOf(session, participant string) meeting.RequirementKey {
	return meeting.RequirementKey{Session: session, Kind: meeting.Nomination, Participant: participant}
}

// document is one that was uploaded so many minutes after nine. Its key is its name.
func document(name string, minute int, kind meeting.Kind) meeting.Document {
	o := meeting.Object{Bucket: "b", Key: name, Version: "1", Time: nine.Add(time.Duration(minute) * time.Minute)}
	d := meeting.Document{ID: o.ID(), Object: o, Meeting: "m", FileName: name + ".pdf"}
	d.Status, d.Kind, d.Reason = meeting.Review, kind, meeting.ReasonNotSure
	return d
}

// submission is of a document whose uploader and staff are known.
func (r *registrar) submission(d meeting.Document, file ...meeting.RequirementKey) filing.Submission {
	return filing.Submission{Document: d, Meeting: r.roster.Meeting, File: file,
		Uploader: meeting.Contact{Email: "up@people.example", Language: "pt"}, Staff: []string{"staff@example.org"}}
}

func (r *registrar) submit(in filing.Submission) *meeting.Document {
	r.Helper()
	d, err := r.registry.Submit(r.Context(), in)
	must(r, err)
	return d
}

// file submits a document for requirements.
func (r *registrar) file(name string, minute int, keys ...meeting.RequirementKey) *meeting.Document {
	r.Helper()
	return r.submit(r.submission(document(name, minute, keys[0].Kind), keys...))
}

func (r *registrar) document(id string) *meeting.Document {
	r.Helper()
	d, err := r.store.Document(r.Context(), id)
	must(r, err)
	return d
}

func (r *registrar) requirement(k meeting.RequirementKey) *meeting.Requirement {
	r.Helper()
	all, err := r.store.Requirements(r.Context(), "m", k.Session)
	must(r, err)
	i := slices.IndexFunc(all, func(q *meeting.Requirement) bool { return q.RequirementKey == k })
	if i < 0 {
		return nil
	}
	return all[i]
}

func (r *registrar) session(id string) *meeting.Session {
	r.Helper()
	s, err := r.store.Session(r.Context(), "m", id)
	must(r, err)
	return s
}

// mails are those that were decided, as "template to", in no order; those of one template if one is named.
func (r *registrar) mails(templates ...string) []*meeting.Mail {
	r.Helper()
	all, err := r.store.OpenMails(r.Context(), r.now.AddDate(10, 0, 0), 0)
	must(r, err)
	return slices.DeleteFunc(all, func(m *meeting.Mail) bool {
		return len(templates) > 0 && !slices.Contains(templates, m.Template)
	})
}

func (r *registrar) members(agency string) string {
	r.Helper()
	all, err := r.store.Delegations(r.Context(), "m")
	must(r, err)
	for _, d := range all {
		if d.Agency == agency {
			members, alternates := d.Members()
			return fmt.Sprint(names(members), names(alternates))
		}
	}
	return "[] []"
}

func names(officials []meeting.Official) []string {
	all := []string{}
	for _, o := range officials {
		all = append(all, o.Participant)
	}
	return all
}
