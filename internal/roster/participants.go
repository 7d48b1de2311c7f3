package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/meeting"
)

// columns are those that participants.csv must have. It may have salutation too.
func columns() []string {
	return []string{"id", "name", "email", "gender", "sector", "agency", "country", "language", "roles"}
}

// participants reads participants.csv.
func (p *reader) participants(data []byte) {
	p.file = ParticipantsFile
	data, ok := p.text(data)
	if !ok {
		return
	}
	t, ok := p.table(data)
	if !ok {
		return
	}
	ids := map[string]bool{}
	for {
		row, line, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.bad(line, Syntax, err.Error())
			return // what follows a broken quote cannot be told apart
		}
		if len(row) != t.width {
			p.bad(line, WrongColumnCount, fmt.Sprintf("%d/%d", len(row), t.width))
			continue
		}
		p.participant(line, func(c string) string { return t.cell(row, c) }, ids)
	}
	if len(ids) == 0 && !slices.ContainsFunc(p.problems, func(q Problem) bool { return q.File == p.file }) {
		p.bad(0, NoParticipants, "")
	}
}

// table is the rows of participants.csv.
type table struct {
	*csv.Reader
	at    map[string]int // columns by name
	width int
}

// table reads the header; false when columns are missing.
func (p *reader) table(data []byte) (table, bool) {
	head, _, _ := bytes.Cut(data, []byte("\n"))
	t := table{Reader: csv.NewReader(bytes.NewReader(data)), at: map[string]int{}}
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		t.Comma = ';'
	}
	t.FieldsPerRecord = -1
	t.TrimLeadingSpace = true
	header, err := t.Read()
	if err != nil {
		p.bad(1, NoParticipants, "")
		return t, false
	}
	t.width = len(header)
	for i, h := range header {
		t.at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	ok := true
	for _, c := range columns() {
		if _, there := t.at[c]; !there {
			p.bad(1, MissingColumn, c)
			ok = false
		}
	}
	return t, ok
}

// next gives the next row that is not empty, and its line; io.EOF after the last.
func (t table) next() (row []string, line int, err error) {
	for {
		row, err = t.Read()
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, e.StartLine, e.Err
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ = t.FieldPos(0)
		if slices.ContainsFunc(row, func(f string) bool { return strings.TrimSpace(f) != "" }) {
			return t.joinRoles(row), line, nil
		}
	}
}

// cell gives what a row says in a column; "" if the file does not have the column.
func (t table) cell(row []string, column string) string {
	if i, there := t.at[column]; there {
		return strings.TrimSpace(row[i])
	}
	return ""
}

// joinRoles mends a row whose roles were taken for further columns: roles are parted by semicolons, as is a file that a
// spreadsheet writes in much of Europe, and there without quotes.
func (t table) joinRoles(row []string) []string {
	last := t.width - 1
	if t.Comma != ';' || len(row) <= t.width || t.at["roles"] != last {
		return row
	}
	return append(row[:last:last], strings.Join(row[last:], ";"))
}

func (p *reader) participant(line int, get func(string) string, ids map[string]bool) {
	q := meeting.Participant{ID: get("id"), Name: strings.Join(strings.Fields(get("name")), " "), Email: get("email"),
		Gender: gender(get("gender")), Sector: meeting.Sector(strings.ToLower(get("sector"))),
		Agency: get("agency"), Country: get("country"), Language: primary(get("language")),
		Salutation: strings.Join(strings.Fields(get("salutation")), " ")}
	if utf8.RuneCountInString(q.Salutation) > longestLine {
		p.bad(line, TooLong, q.Salutation)
	}
	p.participantID(line, q, ids)
	ids[q.ID] = true
	for _, c := range []string{"name", "country"} {
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
	if !slices.Contains([]string{"", "f", "m", "x"}, q.Gender) {
		p.bad(line, BadGender, q.Gender)
	}
	if !goodLanguage(q.Language) {
		p.bad(line, BadLanguage, q.Language)
	}
	q.Roles = p.roles(line, get("roles"))
	p.roster.Participants = append(p.roster.Participants, q)
}

// participantID checks that an id is good, and no other than the one that the person has already.
func (p *reader) participantID(line int, q meeting.Participant, ids map[string]bool) {
	switch {
	case q.ID == "":
		p.bad(line, Missing, "id")
	case !goodID(q.ID):
		p.bad(line, BadID, q.ID)
	case ids[q.ID]:
		p.bad(line, Duplicate, q.ID)
	}
	for _, a := range p.accepted {
		if a.ID != q.ID && strings.EqualFold(a.Name, q.Name) && strings.EqualFold(a.Country, q.Country) {
			p.bad(line, AcceptedAs, a.ID)
		}
	}
}

// gender gives f, m or x for what the file says; anything else is given as it is, in lower case.
func gender(s string) string {
	switch s = strings.ToLower(s); s {
	case "female", "woman":
		return "f"
	case "male", "man":
		return "m"
	case "other", "non-binary":
		return "x"
	}
	return s
}

// roles reads roles such as "presenter:s1; panellist:s2".
func (p *reader) roles(line int, list string) []meeting.Role {
	var roles []meeting.Role
	for r := range strings.SplitSeq(list, ";") {
		if r = strings.TrimSpace(r); r == "" {
			continue
		}
		name, session, ok := strings.Cut(r, ":")
		role := meeting.Role{Name: meeting.RoleName(strings.ToLower(strings.TrimSpace(name))),
			Session: strings.TrimSpace(session)}
		if role.Name == "panelist" {
			role.Name = meeting.Panellist
		}
		switch {
		case !ok || !slices.Contains(meeting.RoleNames(), role.Name):
			p.bad(line, BadRole, r)
		case !p.sessions[role.Session]:
			p.bad(line, UnknownSession, role.Session)
		default:
			roles = append(roles, role)
		}
	}
	return roles
}
