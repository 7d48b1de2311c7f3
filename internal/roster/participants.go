package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
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
	// before is the line before the header that names the separator, if there is one.
	before []byte
}

// offset is how many bytes of the file were read.
func (t table) offset() int { return len(t.before) + int(t.InputOffset()) }

// line is the line of the file at which a line behind the separator's stands.
func (t table) line(n int) int { return n + bytes.Count(t.before, []byte("\n")) }

// table reads the header; false when columns are missing.
func (p *reader) table(data []byte) (table, bool) {
	before, comma := separator(data)
	data = data[len(before):]
	head, _, _ := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\n"))
	if comma == 0 {
		comma = separates(string(head))
	}
	t := table{Reader: csv.NewReader(bytes.NewReader(data)), at: map[string]int{}, before: before}
	t.Comma = comma
	t.FieldsPerRecord = -1
	t.TrimLeadingSpace = comma != '\t' // else an empty field is taken for such space
	header, err := t.Read()
	if err != nil {
		p.bad(t.line(1), NoParticipants, "")
		return t, false
	}
	first, _ := t.FieldPos(0)
	t.width = len(header)
	for i, h := range header {
		t.at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	var missing []string
	for _, c := range columns() {
		if _, there := t.at[c]; !there {
			missing = append(missing, c)
		}
	}
	if len(missing) == len(columns()) {
		p.bad(t.line(first), NoHeader, strings.TrimSpace(string(head)))
		return t, false
	}
	for _, c := range missing {
		p.bad(t.line(first), MissingColumn, c)
	}
	return t, len(missing) == 0
}

var separatorLine = regexp.MustCompile(`^(?i:"?sep=)([^\r\n"])"?[^\r\n\pL\pN]*\r?\n`)

// separator gives the line before the header by which Excel names what parts the columns, and that character; 0 if there
// is no such line.
func separator(data []byte) (line []byte, comma rune) {
	m := separatorLine.FindSubmatch(data)
	if m == nil {
		return nil, 0
	}
	comma, _ = utf8.DecodeRune(m[1])
	return m[0], comma
}

// separates gives the character that parts the names of columns in a header: a comma, or what Excel writes in its place.
func separates(header string) rune {
	best, most := ',', 0
	for _, comma := range ",;\t" {
		n := 0
		for name := range strings.SplitSeq(header, string(comma)) {
			if slices.Contains(columns(), strings.ToLower(strings.Trim(name, "\" \r\t"))) {
				n++
			}
		}
		if n > most {
			best, most = comma, n
		}
	}
	return best
}

// next gives the next row that is not empty, and its line; io.EOF after the last.
func (t table) next() (row []string, line int, err error) {
	for {
		row, err = t.Read()
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, t.line(e.StartLine), e.Err
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ = t.FieldPos(0)
		if slices.ContainsFunc(row, func(f string) bool { return strings.TrimSpace(f) != "" }) {
			return t.joinRoles(row), t.line(line), nil
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
	if q.Email != "" {
		address, ok := meeting.MailAddress(q.Email)
		if !ok {
			p.bad(line, BadEmail, q.Email)
		}
		q.Email = address
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
