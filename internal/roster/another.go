package roster

import (
	"dossier/internal/meeting"
)

// Renamed is an id of participants.csv that stands for somebody else than it did.
type Renamed struct{ Was, Is meeting.Participant }

// AnotherPersonAt gives the problems of ids that stand for somebody else than they did, each at the id's line.
func AnotherPersonAt(participantsCSV []byte, all []Renamed) []Problem {
	lines := linesOf(participantsCSV)
	var problems []Problem
	for _, x := range all {
		problems = append(problems, Problem{File: ParticipantsFile, Line: lines[x.Is.ID], Code: AnotherPerson,
			Value: short(x.Is.Name), ID: x.Is.ID, Before: short(x.Was.Name)})
	}
	return problems
}

// linesOf gives the line of each id. The file is one that Parse has found nothing wrong with.
func linesOf(participantsCSV []byte) map[string]int {
	lines := map[string]int{}
	p := &reader{}
	data, _ := p.text(participantsCSV)
	t, ok := p.table(data)
	if !ok {
		return lines
	}
	for {
		row, line, err := t.next()
		if err != nil {
			return lines
		}
		if len(row) == t.width {
			lines[t.cell(row, "id")] = line
		}
	}
}
