// Package meeting is the domain: what a meeting, its sessions, participants, requirements and
// documents are, and the rules that hold among them. It knows nothing of AWS or of storage.
package meeting

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Meeting is one expert meeting as its secretariat describes it in meeting.yaml.
type Meeting struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Organisation is who holds the meeting, Contact how to reach its secretariat, in a line that participants are
	// shown. Both may be empty.
	Organisation string    `json:"organisation,omitempty"`
	Contact      string    `json:"contact,omitempty"`
	Starts       time.Time `json:"starts"`
	Ends         time.Time `json:"ends"`
	TimeZone     string    `json:"timeZone"`  // IANA name, such as Africa/Nairobi
	Languages    []string  `json:"languages"` // BCP 47 primary tags; the first is the secretariat's own
	// MaterialsDue and NominationsDue are the last moments at which a presentation or a nomination is in time.
	MaterialsDue   time.Time `json:"materialsDue,omitzero"`
	NominationsDue time.Time `json:"nominationsDue,omitzero"`
	// NomineesPerAgency is how many officials one agency may nominate.
	NomineesPerAgency int `json:"nomineesPerAgency"`
	// Threshold is the confidence, above 0.5 and up to 1, from which a document is filed without a person looking at
	// it; 0 is the default.
	Threshold float64 `json:"threshold,omitempty"`
	// Secretariat are the mail addresses that hear of completeness.
	Secretariat []string `json:"secretariat"`
	// Staff are those who have a role in this meeting alone. Groups of the sign-in provider give roles in all meetings.
	Staff []StaffMember `json:"staff,omitempty"`

	// Roster is the token of the roster that is in force: tokens of later rosters sort after it.
	Roster string `json:"roster,omitempty"`
	// Index is the bucket key of that roster's index.
	Index string `json:"index,omitempty"`
}

// Location is the meeting's time zone; UTC when it is not known to this system.
func (m Meeting) Location() *time.Location {
	if loc, err := time.LoadLocation(m.TimeZone); err == nil && m.TimeZone != "" {
		return loc
	}
	return time.UTC
}

// Language is the language that the secretariat is written to in: the meeting's first, English when it has none.
func (m Meeting) Language() string {
	if len(m.Languages) > 0 {
		return m.Languages[0]
	}
	return "en"
}

// Due is the last moment at which a document of the kind is in time; zero when there is none.
func (m Meeting) Due(k Kind) time.Time {
	if k == Nomination {
		return m.NominationsDue
	}
	return m.MaterialsDue
}

// IsLate reports whether an upload at a time comes after the last moment for its kind. At that very moment it is in
// time; where there is no such moment, nothing is late.
func (m Meeting) IsLate(uploaded time.Time, k Kind) bool {
	due := m.Due(k)
	return !due.IsZero() && uploaded.After(due)
}

// Format is how a session runs.
type Format string

// The formats of a session.
const (
	Panel         Format = "panel"
	Presentations Format = "presentations"
	CaseStudies   Format = "case-studies"
)

// Formats are all formats of a session.
func Formats() []Format { return []Format{Panel, Presentations, CaseStudies} }

// Sector is where a participant comes from.
type Sector string

// The sectors.
const (
	Public       Sector = "public"
	Private      Sector = "private"
	CivilSociety Sector = "civil-society"
	Academia     Sector = "academia"
)

// Sectors are all sectors.
func Sectors() []Sector { return []Sector{Public, Private, CivilSociety, Academia} }

// RoleName is what a participant does in a session.
type RoleName string

// The roles.
const (
	Presenter RoleName = "presenter"
	Panellist RoleName = "panellist"
	Moderator RoleName = "moderator"
	Expert    RoleName = "expert"
)

// RoleNames are all roles.
func RoleNames() []RoleName { return []RoleName{Presenter, Panellist, Moderator, Expert} }

// Role is one participant's role in one session.
type Role struct {
	Name    RoleName `json:"role"`
	Session string   `json:"session"`
}

// Participant is a person on the roster.
type Participant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Salutation is how to address the person in a letter, such as "Ms Diallo"; empty if the roster does not tell.
	Salutation string `json:"salutation,omitempty"`
	Email      string `json:"email"` // empty if the roster has none: no mail goes to the person
	Gender     string `json:"gender,omitempty"`
	Sector     Sector `json:"sector"`
	Agency     string `json:"agency"` // empty if the roster has none
	Country    string `json:"country"`
	Language   string `json:"language"` // BCP 47 primary tag
	Roles      []Role `json:"roles"`
}

// LogValue keeps names and addresses out of logs.
func (p Participant) LogValue() slog.Value { return slog.StringValue(p.ID) }

// Plan is one session as meeting.yaml announces it.
type Plan struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"`
	Format Format    `json:"format"`
	// Number is the session's place in the agenda, from 1.
	Number int `json:"number"`
}

// Roster is what the two roster files say together.
type Roster struct {
	Meeting      Meeting       `json:"meeting"`
	Sessions     []Plan        `json:"sessions"`
	Participants []Participant `json:"participants"`
}

// Participant finds a participant by id.
func (r *Roster) Participant(id string) (Participant, bool) {
	i := slices.IndexFunc(r.Participants, func(p Participant) bool { return p.ID == id })
	if i < 0 {
		return Participant{}, false
	}
	return r.Participants[i], true
}

// Session finds a session's plan by id.
func (r *Roster) Session(id string) (Plan, bool) {
	i := slices.IndexFunc(r.Sessions, func(s Plan) bool { return s.ID == id })
	if i < 0 {
		return Plan{}, false
	}
	return r.Sessions[i], true
}

// Kind is what a requirement asks for and what a document is.
type Kind string

// The kinds. Unknown is a document's alone.
const (
	Presentation Kind = "presentation"
	Nomination   Kind = "nomination"
	Unknown      Kind = ""
)

// Needs gives the requirements that a participant's roles bring: a presentation from a presenter,
// a nomination for each public-sector participant who has a role in the session.
func (p Participant) Needs() []RequirementKey {
	var keys []RequirementKey
	for _, r := range p.Roles {
		if r.Name == Presenter {
			keys = append(keys, RequirementKey{Session: r.Session, Kind: Presentation, Participant: p.ID})
		}
		if p.Sector == Public {
			keys = append(keys, RequirementKey{Session: r.Session, Kind: Nomination, Participant: p.ID})
		}
	}
	slices.SortFunc(keys, RequirementKey.Compare)
	return slices.Compact(keys)
}

// RequirementKey names one requirement within a meeting.
type RequirementKey struct {
	Session     string `json:"session"`
	Kind        Kind   `json:"kind"`
	Participant string `json:"participant"`
}

// Compare orders keys by session, kind and participant.
func (k RequirementKey) Compare(o RequirementKey) int {
	return strings.Compare(k.String(), o.String())
}

// String is session/kind/participant; none of the three can hold a slash.
func (k RequirementKey) String() string {
	return k.Session + "/" + string(k.Kind) + "/" + k.Participant
}

// ParseRequirementKey reads what String wrote.
func ParseRequirementKey(s string) (RequirementKey, bool) {
	f := strings.Split(s, "/")
	if len(f) != 3 || f[0] == "" || f[2] == "" {
		return RequirementKey{}, false
	}
	return RequirementKey{Session: f[0], Kind: Kind(f[1]), Participant: f[2]}, true
}

// State is where a requirement stands.
type State string

// The states of a requirement.
const (
	Outstanding State = "outstanding"
	Satisfied   State = "satisfied"
	Waived      State = "waived"
)

// Requirement is one thing that a session needs. It carries what a mail or a page says of it, so that
// neither has to look the participant up.
type Requirement struct {
	RequirementKey
	Meeting string `json:"meeting"`
	Profile
	RequirementState
	// Rev counts the writes of the stored item; 0 is not stored yet.
	Rev int `json:"rev"`
}

// NewRequirement is what a participant owes under a key, with nothing in yet.
func NewRequirement(meetingID string, k RequirementKey, p Participant) Requirement {
	return Requirement{RequirementKey: k, Meeting: meetingID, Profile: p.Profile(),
		RequirementState: RequirementState{State: Outstanding}}
}

// Profile is what requirements say of the participant.
func (p Participant) Profile() Profile {
	return Profile{Name: p.Name, Salutation: p.Salutation, Email: p.Email, Agency: p.Agency, Country: p.Country,
		Language: p.Language, Gender: p.Gender, Sector: p.Sector}
}

// RosterVersion names a roster together with the number of changes that staff made to it. Documents in review are
// matched again when it changes.
func RosterVersion(roster string, taught int) string {
	if taught == 0 {
		return roster
	}
	return roster + "+" + strconv.Itoa(taught)
}

// Open tells whether the requirement counts as outstanding for its session.
func (r Requirement) Open() bool { return !r.Retired && r.State == Outstanding }

// Session is a session as it stands: its plan and what it still waits for.
type Session struct {
	Plan
	Meeting string `json:"meeting"`
	// Outstanding and Required count the requirements that are outstanding, and that the roster asks for.
	// The set itself is the requirements' own state: each change of one is written in the same
	// transaction as these counts.
	Outstanding int `json:"outstanding"`
	Required    int `json:"required"`
	// Waived and Late count those that are waived, and that came late, so that a page need not read them all.
	Waived int `json:"waived,omitempty"`
	Late   int `json:"late,omitempty"`
	// Complete and Epoch: each time that the session becomes complete opens the next epoch.
	Complete bool `json:"complete"`
	Epoch    int  `json:"epoch"`
	// Fingerprint is a hash of the satisfied and waived requirements, kept up to date with each change at the same cost
	// however many requirements there are. It tells one completeness from another in a mail's id.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Loading is the token of a roster being loaded: completeness waits until it is done.
	Loading string `json:"loading,omitempty"`
	// Roster is the newest roster token that touched the session; an older roster may not.
	Roster  string `json:"roster,omitempty"`
	Removed bool   `json:"removed,omitempty"`
	Rev     int    `json:"rev"`
}

// ApplyChange moves the session's counts and fingerprint from a requirement as it was to as it is.
// A requirement that was not there yet, or is not any more, is the zero value.
func (s *Session) ApplyChange(before, after Requirement) {
	for sign, r := range map[int]Requirement{-1: before, 1: after} {
		if r.Participant == "" || r.Retired {
			continue
		}
		s.Required += sign
		if r.State == Waived {
			s.Waived += sign
		}
		if r.Late {
			s.Late += sign
		}
		if r.State == Outstanding {
			s.Outstanding += sign
			continue
		}
		// Adding and taking away are the same in an exclusive or.
		sum := sha256.Sum256([]byte(r.RequirementKey.String() + "\x00" + string(r.State) + "\x00" + r.Document))
		print := make([]byte, 8)
		_, _ = hex.Decode(print, []byte(s.Fingerprint)) // an empty one is all zeros
		for i := range print {
			print[i] ^= sum[i]
		}
		s.Fingerprint = hex.EncodeToString(print)
	}
}

// Change is how a session's completeness moved.
type Change int

// The changes of completeness.
const (
	NoChange Change = iota
	BecameComplete
	NoLongerComplete
)

// In is how many requirements are satisfied.
func (s *Session) In() int { return s.Required - s.Outstanding - s.Waived }

// UpdateCompleteness decides completeness from the counts and says how it moved. While a roster is being loaded
// nothing moves. A session that never asked for anything does not become complete: there is nothing
// to tell anybody.
func (s *Session) UpdateCompleteness() Change {
	if s.Loading != "" {
		return NoChange
	}
	done := s.Outstanding == 0 && (s.Required > 0 || s.Complete)
	switch {
	case done && !s.Complete:
		s.Complete = true
		s.Epoch++
		return BecameComplete
	case !done && s.Complete:
		s.Complete = false
		return NoLongerComplete
	}
	return NoChange
}
