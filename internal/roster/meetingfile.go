package roster

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"dossier/internal/meeting"
)

// meetingFile is meeting.yaml as it is written.
type meetingFile struct {
	Meeting  meetingPart   `yaml:"meeting"`
	Sessions []sessionPart `yaml:"sessions"`
	Staff    []staffPart   `yaml:"staff"`
}

type meetingPart struct {
	ID                string   `yaml:"id"`
	Title             string   `yaml:"title"`
	Organisation      string   `yaml:"organisation"`
	Contact           string   `yaml:"contact"`
	Starts            string   `yaml:"starts"`
	Ends              string   `yaml:"ends"`
	TimeZone          string   `yaml:"time_zone"`
	Languages         []string `yaml:"languages"`
	MaterialsDue      string   `yaml:"materials_due"`
	NominationsDue    string   `yaml:"nominations_due"`
	NomineesPerAgency *int     `yaml:"nominees_per_agency"`
	FilingThreshold   *float64 `yaml:"filing_threshold"`
	Secretariat       []string `yaml:"secretariat"`
}

// staffPart is somebody with a role in the meeting, by address or by the sign-in provider's name for the account ("sub").
type staffPart struct {
	Email   string `yaml:"email"`
	Subject string `yaml:"subject"`
	Role    string `yaml:"role"`
}

type sessionPart struct {
	ID     string `yaml:"id"`
	Title  string `yaml:"title"`
	Starts string `yaml:"starts"`
	Ends   string `yaml:"ends"`
	Format string `yaml:"format"`
}

// line finds where a value stands; 0 when it is not there.
func (p *reader) line(path string) int {
	if p.tree == nil {
		return 0
	}
	at, err := yaml.PathString(path)
	if err != nil {
		return 0
	}
	n, err := at.FilterFile(p.tree)
	if err != nil || n == nil || n.GetToken() == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// meeting reads meeting.yaml.
func (p *reader) meeting(id string, data []byte) {
	p.file = MeetingFile
	data, ok := p.text(data)
	if !ok {
		return
	}
	f := p.unmarshal(data)
	p.tree, _ = parser.ParseBytes(data, 0) // for line numbers; nil gives none

	p.identity(id, f.Meeting)
	zone := p.zone(f.Meeting.TimeZone)
	p.dates(f.Meeting, zone)
	p.limits(f.Meeting)
	p.languages(f.Meeting.Languages)
	p.secretariat(f.Meeting.Secretariat)
	p.staff(f.Staff)
	if len(f.Sessions) == 0 && len(p.problems) == 0 {
		p.bad(0, NoSessions, "")
	}
	for i, s := range f.Sessions {
		p.session(i, s, zone)
	}
}

// unmarshal reads as much of the file as can be read, and notes what cannot.
func (p *reader) unmarshal(data []byte) meetingFile {
	var f meetingFile
	err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict())
	if err == nil {
		return f
	}
	line, code, message := 0, Syntax, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		line, message = e.GetToken().Position.Line, e.GetMessage()
	}
	if _, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
		code = UnknownField
	}
	p.bad(line, code, message)
	// The answer goes to those addresses that can be read.
	_ = yaml.Unmarshal(data, &f)
	return f
}

func (p *reader) identity(id string, in meetingPart) {
	m := &p.roster.Meeting
	m.ID, m.Title, m.TimeZone = in.ID, in.Title, in.TimeZone
	p.need("$.meeting.id", "id", in.ID)
	p.need("$.meeting.title", "title", in.Title)
	m.Organisation = p.oneLine("$.meeting.organisation", in.Organisation)
	m.Contact = p.oneLine("$.meeting.contact", in.Contact)
	if in.ID == "" {
		return
	}
	if !goodID(in.ID) {
		p.bad(p.line("$.meeting.id"), BadID, in.ID)
	}
	if in.ID != id {
		p.bad(p.line("$.meeting.id"), OtherMeeting, in.ID)
	}
}

// longestLine bounds the characters of what stands in one line of a mail.
const longestLine = 200

// oneLine gives a text that may be empty in one line, and notes one that is too long.
func (p *reader) oneLine(path, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > longestLine {
		p.bad(p.line(path), TooLong, text)
	}
	return text
}

// zone gives the meeting's time zone; nil when the file does not name a known one.
func (p *reader) zone(name string) *time.Location {
	if name == "" {
		p.bad(p.line("$.meeting"), Missing, "time_zone")
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		p.bad(p.line("$.meeting.time_zone"), BadTimeZone, name)
	}
	return zone
}

func (p *reader) dates(in meetingPart, zone *time.Location) {
	m := &p.roster.Meeting
	m.Starts, m.Ends = p.span("$.meeting", in.Starts, in.Ends, zone)
	m.MaterialsDue = p.deadline("$.meeting.materials_due", in.MaterialsDue, zone)
	m.NominationsDue = p.deadline("$.meeting.nominations_due", in.NominationsDue, zone)
}

// span reads when a meeting or a session starts and ends.
func (p *reader) span(path, starts, ends string, zone *time.Location) (from, to time.Time) {
	if starts == "" {
		p.bad(p.line(path), Missing, "starts")
	} else {
		from = p.time(path+".starts", starts, zone, false)
	}
	if ends == "" {
		p.bad(p.line(path), Missing, "ends")
	} else {
		to = p.time(path+".ends", ends, zone, true)
	}
	if zone != nil && !to.IsZero() && to.Before(from) {
		p.bad(p.line(path+".ends"), EndsBeforeStart, ends)
	}
	return from, to
}

// deadline reads a moment that need not be there.
func (p *reader) deadline(path, s string, zone *time.Location) time.Time {
	if s == "" {
		return time.Time{}
	}
	return p.time(path, s, zone, true)
}

func (p *reader) limits(in meetingPart) {
	m := &p.roster.Meeting
	m.NomineesPerAgency = 2 // the meeting's own rule, where the file is silent
	if n := in.NomineesPerAgency; n != nil {
		m.NomineesPerAgency = *n
		if *n < 1 {
			p.bad(p.line("$.meeting.nominees_per_agency"), BadNumber, fmt.Sprint(*n))
		}
	}
	if t := in.FilingThreshold; t != nil {
		m.Threshold = *t
		if *t <= 0.5 || *t > 1 {
			p.bad(p.line("$.meeting.filing_threshold"), BadShare, fmt.Sprint(*t))
		}
	}
}

func (p *reader) languages(tags []string) {
	for i, tag := range tags {
		if !goodLanguage(primary(tag)) {
			p.bad(p.line(fmt.Sprintf("$.meeting.languages[%d]", i)), BadLanguage, tag)
		}
		p.roster.Meeting.Languages = append(p.roster.Meeting.Languages, primary(tag))
	}
}

func (p *reader) secretariat(addresses []string) {
	if len(addresses) == 0 {
		p.bad(p.line("$.meeting"), Missing, "secretariat")
	}
	for i, a := range addresses {
		address, ok := meeting.MailAddress(a)
		if !ok {
			p.bad(p.line(fmt.Sprintf("$.meeting.secretariat[%d]", i)), BadEmail, a)
			continue
		}
		p.roster.Meeting.Secretariat = append(p.roster.Meeting.Secretariat, address)
	}
}

// maxStaff bounds the list of staff, which is read at each request for a page.
const maxStaff = 200

// staff reads who has a role in the meeting.
func (p *reader) staff(list []staffPart) {
	if len(list) > maxStaff {
		p.bad(p.line("$.staff"), TooManyStaff, fmt.Sprint(len(list)))
		return
	}
	seen := map[string]bool{}
	for i, s := range list {
		at := fmt.Sprintf("$.staff[%d]", i)
		m := meeting.StaffMember{Email: strings.TrimSpace(s.Email), Subject: strings.TrimSpace(s.Subject), Role: meeting.StaffRole(s.Role)}
		who := strings.ToLower(m.Email) + "\x00" + m.Subject
		switch {
		case m.Email == "" && m.Subject == "":
			p.bad(p.line(at), Missing, "email")
		case m.Email != "" && m.Subject != "":
			p.bad(p.line(at+".subject"), EmailAndSubject, m.Subject)
		case m.Email != "" && !isAddress(m.Email):
			p.bad(p.line(at+".email"), BadEmail, m.Email)
		case len(m.Subject) > maxSubject:
			p.bad(p.line(at+".subject"), BadSubject, m.Subject)
		case seen[who]:
			p.bad(p.line(at), DuplicateStaff, cmp.Or(m.Email, m.Subject))
		}
		if !slices.Contains(meeting.StaffRoles(), m.Role) {
			p.bad(cmp.Or(p.line(at+".role"), p.line(at)), BadStaffRole, s.Role)
		}
		seen[who] = true
		p.roster.Meeting.Staff = append(p.roster.Meeting.Staff, m)
	}
}

// isAddress tells whether s is an address and nothing but one (RFC 5322, addr-spec). A member of staff's is compared with
// the sign-in provider's, and gets no mail: it may have letters that mail may not.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}

// maxSubject bounds the letters of an account's name (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

func (p *reader) session(i int, s sessionPart, zone *time.Location) {
	at := fmt.Sprintf("$.sessions[%d]", i)
	switch {
	case s.ID == "":
		p.bad(p.line(at), Missing, "id")
	case !goodID(s.ID):
		p.bad(p.line(at+".id"), BadID, s.ID)
	case p.sessions[s.ID]:
		p.bad(p.line(at+".id"), Duplicate, s.ID)
	}
	p.sessions[s.ID] = true
	p.need(at, "title", s.Title)
	plan := meeting.Plan{ID: s.ID, Title: s.Title, Number: i + 1, Format: meeting.Format(s.Format)}
	plan.Starts, plan.Ends = p.span(at, s.Starts, s.Ends, zone)
	if !slices.Contains(meeting.Formats(), plan.Format) {
		p.bad(p.line(at+".format"), BadFormat, s.Format)
	}
	p.roster.Sessions = append(p.roster.Sessions, plan)
}

// need notes that a value is missing, at its own line or else at the meeting's.
func (p *reader) need(path, name, value string) {
	if strings.TrimSpace(value) == "" {
		line := p.line(path)
		if line == 0 {
			line = p.line("$.meeting")
		}
		p.bad(line, Missing, name)
	}
}

// time reads a moment in the meeting's time zone, UTC where that is not known: a date (its last second for an end), a
// date and a time, or RFC 3339.
func (p *reader) time(path, s string, zone *time.Location, end bool) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC()
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC()
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		if end {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
		}
		return t.UTC()
	}
	p.bad(p.line(path), BadTime, s)
	return time.Time{}
}
