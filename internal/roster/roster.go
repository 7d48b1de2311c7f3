// Package roster reads the two files that describe a meeting: meeting.yaml and participants.csv.
// It finds everything that is wrong with them, line by line, before anything is changed.
package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"dossier/internal/meeting"
)

// The names of the files.
const (
	MeetingFile      = "meeting.yaml"
	ParticipantsFile = "participants.csv"
)

// MaxBytes bounds each file: 32 MiB are some 200,000 participants.
const MaxBytes = 32 << 20

// Problem is one thing that is wrong with the files.
type Problem = meeting.RosterProblem

// The codes of problems.
const (
	Syntax          = "syntax"
	NotUTF8         = "not-utf8"
	TooBig          = "too-big"
	UnknownField    = "unknown-field"
	Missing         = "missing"
	BadID           = "bad-id"
	OtherMeeting    = "other-meeting"
	BadTime         = "bad-time"
	BadTimeZone     = "bad-time-zone"
	EndsBeforeStart = "ends-before-start"
	BadEmail        = "bad-email"
	BadNumber       = "bad-number"
	BadShare        = "bad-share"
	BadLanguage     = "bad-language"
	// AcceptedAs: staff have accepted that person as a nominee already, under the id that is the value.
	AcceptedAs       = "accepted-as"
	BadFormat        = "bad-format"
	BadSector        = "bad-sector"
	BadGender        = "bad-gender"
	BadRole          = "bad-role"
	UnknownSession   = "unknown-session"
	Duplicate        = "duplicate"
	MissingColumn    = "missing-column"
	WrongColumnCount = "wrong-column-count"
	NoSessions       = "no-sessions"
	NoParticipants   = "no-participants"
)

// maxValue bounds how much of a bad value is repeated in a problem.
const maxValue = 80

// Parse reads both files for the meeting of the id. The accepted are nominees whom staff put on the roster already: the files
// may name them under the ids that they have, and under no other. With any problem the roster must not be used; the meeting's
// secretariat addresses are filled in as far as they could be read.
func Parse(id string, meetingYAML, participantsCSV []byte, accepted ...meeting.Participant) (*meeting.Roster, []Problem) {
	p := &reader{roster: &meeting.Roster{}, sessions: map[string]bool{}, accepted: accepted}
	p.meeting(id, meetingYAML)
	p.participants(participantsCSV)
	slices.SortStableFunc(p.problems, func(a, b Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File) // meeting.yaml comes first
		}
		return a.Line - b.Line
	})
	return p.roster, p.problems
}

type reader struct {
	roster   *meeting.Roster
	sessions map[string]bool
	accepted []meeting.Participant
	problems []Problem
	file     string
	tree     *ast.File
}

func (p *reader) bad(line int, code, value string) {
	if r := []rune(value); len(r) > maxValue {
		value = string(r[:maxValue]) + "…"
	}
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Code: code, Value: value})
}

type meetingFile struct {
	Meeting struct {
		ID                string   `yaml:"id"`
		Title             string   `yaml:"title"`
		Starts            string   `yaml:"starts"`
		Ends              string   `yaml:"ends"`
		TimeZone          string   `yaml:"time_zone"`
		Languages         []string `yaml:"languages"`
		MaterialsDue      string   `yaml:"materials_due"`
		NominationsDue    string   `yaml:"nominations_due"`
		NomineesPerAgency *int     `yaml:"nominees_per_agency"`
		FilingThreshold   *float64 `yaml:"filing_threshold"`
		Secretariat       []string `yaml:"secretariat"`
	} `yaml:"meeting"`
	Sessions []struct {
		ID     string `yaml:"id"`
		Title  string `yaml:"title"`
		Starts string `yaml:"starts"`
		Ends   string `yaml:"ends"`
		Format string `yaml:"format"`
	} `yaml:"sessions"`
}

// ids may stand in an S3 key, in a table's key and in a page's address.
func goodID(s string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`).MatchString(s)
}

// primary takes the language off a tag such as fr-FR (RFC 5646, 2.2.1).
func primary(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	return tag
}

func goodLanguage(s string) bool { return regexp.MustCompile(`^[a-z]{2,3}$`).MatchString(s) }

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

func (p *reader) meeting(id string, data []byte) {
	p.file = MeetingFile
	data, ok := p.text(data)
	if !ok {
		return
	}
	var f meetingFile
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		line, code, message := 0, Syntax, err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			line, message = e.GetToken().Position.Line, e.GetMessage()
		}
		if _, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
			code = UnknownField
		}
		p.bad(line, code, message)
		// What can be read of the addresses is where the answer goes.
		_ = yaml.Unmarshal(data, &f)
	}
	p.tree, _ = parser.ParseBytes(data, 0) // for line numbers; nil gives none

	m := &p.roster.Meeting
	in := f.Meeting
	m.ID, m.Title, m.TimeZone = in.ID, in.Title, in.TimeZone
	p.need("$.meeting.id", "id", in.ID)
	p.need("$.meeting.title", "title", in.Title)
	if in.ID != "" && !goodID(in.ID) {
		p.bad(p.line("$.meeting.id"), BadID, in.ID)
	}
	if in.ID != "" && in.ID != id {
		p.bad(p.line("$.meeting.id"), OtherMeeting, in.ID)
	}
	zone, known := time.UTC, false
	if in.TimeZone == "" {
		p.bad(p.line("$.meeting"), Missing, "time_zone")
	} else if loc, err := time.LoadLocation(in.TimeZone); err != nil {
		p.bad(p.line("$.meeting.time_zone"), BadTimeZone, in.TimeZone)
	} else {
		zone, known = loc, true
	}
	m.Starts = p.time("$.meeting.starts", "starts", in.Starts, zone, false, true)
	m.Ends = p.time("$.meeting.ends", "ends", in.Ends, zone, true, true)
	m.MaterialsDue = p.time("$.meeting.materials_due", "materials_due", in.MaterialsDue, zone, true, false)
	m.NominationsDue = p.time("$.meeting.nominations_due", "nominations_due", in.NominationsDue, zone, true, false)
	if known && m.Ends.Before(m.Starts) && !m.Ends.IsZero() {
		p.bad(p.line("$.meeting.ends"), EndsBeforeStart, in.Ends)
	}
	m.NomineesPerAgency = 2 // the meeting's own rule, where the file is silent
	if in.NomineesPerAgency != nil {
		m.NomineesPerAgency = *in.NomineesPerAgency
		if *in.NomineesPerAgency < 1 {
			p.bad(p.line("$.meeting.nominees_per_agency"), BadNumber, fmt.Sprint(*in.NomineesPerAgency))
		}
	}
	if t := in.FilingThreshold; t != nil {
		m.Threshold = *t
		if *t <= 0.5 || *t > 1 {
			p.bad(p.line("$.meeting.filing_threshold"), BadShare, fmt.Sprint(*t))
		}
	}
	for i, l := range in.Languages {
		if !goodLanguage(primary(l)) {
			p.bad(p.line(fmt.Sprintf("$.meeting.languages[%d]", i)), BadLanguage, l)
		}
		m.Languages = append(m.Languages, primary(l))
	}
	if len(in.Secretariat) == 0 {
		p.bad(p.line("$.meeting"), Missing, "secretariat")
	}
	for i, a := range in.Secretariat {
		if !goodEmail(a) {
			p.bad(p.line(fmt.Sprintf("$.meeting.secretariat[%d]", i)), BadEmail, a)
			continue
		}
		m.Secretariat = append(m.Secretariat, a)
	}
	if len(f.Sessions) == 0 && len(p.problems) == 0 {
		p.bad(0, NoSessions, "")
	}
	for i, s := range f.Sessions {
		at := fmt.Sprintf("$.sessions[%d]", i)
		if s.ID == "" {
			p.bad(p.line(at), Missing, "id")
		} else if !goodID(s.ID) {
			p.bad(p.line(at+".id"), BadID, s.ID)
		} else if p.sessions[s.ID] {
			p.bad(p.line(at+".id"), Duplicate, s.ID)
		}
		p.sessions[s.ID] = true
		p.need(at, "title", s.Title)
		plan := meeting.Plan{ID: s.ID, Title: s.Title, Number: i + 1, Format: meeting.Format(s.Format),
			Starts: p.time(at+".starts", "starts", s.Starts, zone, false, true),
			Ends:   p.time(at+".ends", "ends", s.Ends, zone, true, true)}
		if known && plan.Ends.Before(plan.Starts) && !plan.Ends.IsZero() {
			p.bad(p.line(at+".ends"), EndsBeforeStart, s.Ends)
		}
		if !slices.Contains(meeting.Formats(), plan.Format) {
			p.bad(p.line(at+".format"), BadFormat, s.Format)
		}
		p.roster.Sessions = append(p.roster.Sessions, plan)
	}
}

func (p *reader) need(path, name, value string) {
	if strings.TrimSpace(value) == "" {
		line := p.line(path)
		if line == 0 {
			line = p.line("$.meeting")
		}
		p.bad(line, Missing, name)
	}
}

// time reads a moment in the meeting's time zone: a date (its end for an end), a date and a time, or RFC 3339.
func (p *reader) time(path, name, s string, zone *time.Location, end, required bool) time.Time {
	if s == "" {
		if required {
			p.bad(p.line(strings.TrimSuffix(path, "."+name)), Missing, name)
		}
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC()
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC()
		}
	}
	if t, err := time.ParseInLocation("2006-01-02", s, zone); err == nil {
		if end {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
		}
		return t.UTC()
	}
	p.bad(p.line(path), BadTime, s)
	return time.Time{}
}

// text checks the bytes and takes a byte order mark off.
func (p *reader) text(data []byte) ([]byte, bool) {
	if len(data) > MaxBytes {
		p.bad(0, TooBig, "")
		return nil, false
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return data, true
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			p.bad(i+1, NotUTF8, strings.ToValidUTF8(string(line), "�"))
		}
	}
	return nil, false
}

// goodEmail tells whether s is an address and nothing but one (RFC 5322, addr-spec).
func goodEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") && !strings.ContainsAny(s, " \r\n\"")
}

// columns are participants.csv's.
func columns() []string {
	return []string{"id", "name", "email", "gender", "sector", "agency", "country", "language", "roles"}
}

func (p *reader) participants(data []byte) {
	p.file = ParticipantsFile
	data, ok := p.text(data)
	if !ok {
		return
	}
	head, _, _ := bytes.Cut(data, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(data))
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if err != nil {
		p.bad(1, NoParticipants, "")
		return
	}
	at := map[string]int{}
	for i, h := range header {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	lacking := false
	for _, c := range columns() {
		if _, ok := at[c]; !ok {
			p.bad(1, MissingColumn, c)
			lacking = true
		}
	}
	if lacking {
		return
	}
	ids := map[string]int{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			if e, ok := errors.AsType[*csv.ParseError](err); ok {
				line = e.StartLine
				err = e.Err
			}
			p.bad(line, Syntax, err.Error())
			return // what follows a broken quote cannot be told apart
		}
		line, _ := r.FieldPos(0)
		if !slices.ContainsFunc(row, func(f string) bool { return strings.TrimSpace(f) != "" }) {
			continue
		}
		// Roles are parted by semicolons: without quotes, a file parted by them has them as further fields.
		if len(row) > len(header) && r.Comma == ';' && at["roles"] == len(header)-1 {
			row = append(row[:len(header)-1:len(header)-1], strings.Join(row[len(header)-1:], ";"))
		}
		if len(row) != len(header) {
			p.bad(line, WrongColumnCount, fmt.Sprintf("%d/%d", len(row), len(header)))
			continue
		}
		p.participant(line, func(c string) string { return strings.TrimSpace(row[at[c]]) }, ids)
	}
	if len(ids) == 0 && !slices.ContainsFunc(p.problems, func(q Problem) bool { return q.File == p.file }) {
		p.bad(0, NoParticipants, "")
	}
}

func (p *reader) participant(line int, get func(string) string, ids map[string]int) {
	q := meeting.Participant{ID: get("id"), Name: strings.Join(strings.Fields(get("name")), " "), Email: get("email"),
		Gender: strings.ToLower(get("gender")), Sector: meeting.Sector(strings.ToLower(get("sector"))),
		Agency: get("agency"), Country: get("country"), Language: primary(get("language"))}
	switch {
	case q.ID == "":
		p.bad(line, Missing, "id")
	case !goodID(q.ID):
		p.bad(line, BadID, q.ID)
	case ids[q.ID] != 0:
		p.bad(line, Duplicate, q.ID)
	}
	ids[q.ID] = line
	for _, a := range p.accepted {
		if a.ID != q.ID && strings.EqualFold(a.Name, q.Name) && strings.EqualFold(a.Country, q.Country) {
			p.bad(line, AcceptedAs, a.ID)
		}
	}
	for _, c := range []string{"name", "agency", "country", "email"} {
		if get(c) == "" {
			p.bad(line, Missing, c)
		}
	}
	if q.Email != "" && !goodEmail(q.Email) {
		p.bad(line, BadEmail, q.Email)
	}
	if !slices.Contains(meeting.Sectors(), q.Sector) {
		p.bad(line, BadSector, get("sector"))
	}
	switch q.Gender {
	case "", "f", "m", "x":
	case "female", "woman":
		q.Gender = "f"
	case "male", "man":
		q.Gender = "m"
	case "other", "non-binary":
		q.Gender = "x"
	default:
		p.bad(line, BadGender, q.Gender)
	}
	if !goodLanguage(q.Language) {
		p.bad(line, BadLanguage, q.Language)
	}
	for r := range strings.SplitSeq(get("roles"), ";") {
		if r = strings.TrimSpace(r); r == "" {
			continue
		}
		name, session, ok := strings.Cut(r, ":")
		role := meeting.Role{Name: meeting.RoleName(strings.ToLower(strings.TrimSpace(name))), Session: strings.TrimSpace(session)}
		if role.Name == "panelist" {
			role.Name = meeting.Panellist
		}
		switch {
		case !ok || !slices.Contains(meeting.RoleNames(), role.Name):
			p.bad(line, BadRole, r)
		case !p.sessions[role.Session]:
			p.bad(line, UnknownSession, role.Session)
		default:
			q.Roles = append(q.Roles, role)
		}
	}
	p.roster.Participants = append(p.roster.Participants, q)
}
