// Package roster reads the two files that describe a meeting: meeting.yaml and participants.csv.
// It finds everything that is wrong with them, line by line, before anything is changed.
package roster

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

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
	Workbook        = "workbook"
	TooBig          = "too-big"
	UnknownField    = "unknown-field"
	TooLong         = "too-long"
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
	AcceptedAs = "accepted-as"
	// AnotherPerson: the id is that of somebody else in the roster in force.
	AnotherPerson    = "another-person"
	BadFormat        = "bad-format"
	BadSector        = "bad-sector"
	BadGender        = "bad-gender"
	BadRole          = "bad-role"
	UnknownSession   = "unknown-session"
	Duplicate        = "duplicate"
	MissingColumn    = "missing-column"
	NoHeader         = "no-header"
	WrongColumnCount = "wrong-column-count"
	NoSessions       = "no-sessions"
	// EmailAndSubject: a member of staff is named by both, and it is not clear which one counts.
	EmailAndSubject = "email-and-subject"
	BadSubject      = "bad-subject"
	BadStaffRole    = "bad-staff-role"
	DuplicateStaff  = "duplicate-staff"
	TooManyStaff    = "too-many-staff"
	NoParticipants  = "no-participants"
)

// maxValue bounds how much of a bad value is repeated in a problem.
const maxValue = 80

// Parse reads both files for the meeting of the id. The accepted are nominees that staff put on the roster already:
// the files may name them under the ids that they have, and under no other. With any problem the roster must not be
// used; the meeting's secretariat addresses are filled in as far as they could be read.
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
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Code: code, Value: short(value)})
}

// short cuts a value to the characters that a problem repeats.
func short(value string) string {
	if r := []rune(value); len(r) > maxValue {
		return string(r[:maxValue]) + "…"
	}
	return value
}

var (
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// goodID tells whether an id may stand in an S3 key, in a table's key and in a page's address.
func goodID(s string) bool { return idPattern.MatchString(s) }

// primary takes the language off a tag such as fr-FR (RFC 5646, 2.2.1).
func primary(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	return tag
}

func goodLanguage(s string) bool { return languagePattern.MatchString(s) }
