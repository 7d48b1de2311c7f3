package papers

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"dossier/internal/encoder"
	"dossier/internal/encoder/words"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// Example is a labelled paper as the readers take it.
type Example struct {
	*Paper
	Read  encoder.Paper
	Named []match.Named
	Roles []string // of those named, by index; "none" for somebody without a part
}

// Nominates tells whether the paper does what files a letter.
func (x *Example) Nominates() bool { return x.Kind == Nomination }

// Nominated tells who of those named is nominated.
func (x *Example) Nominated() []bool {
	var all []bool
	for _, r := range x.Roles {
		all = append(all, r == "nominee" || r == "head" || r == "alternate")
	}
	return all
}

// Examples gives the papers of a set as the readers take them.
func (s *Set) Examples(ctx context.Context) ([]*Example, error) {
	indexes := map[string]*match.Index{}
	reader := letter.NewReader()
	for id, r := range s.Rosters {
		indexes[id] = match.NewIndex(*r, reader)
	}
	var all []*Example
	for _, p := range s.Papers {
		x := &Example{Paper: p}
		var err error
		if x.Read, x.Named, err = indexes[p.Meeting].Paper(ctx, match.Facts{FileName: cmp.Or(p.Name, p.File), Content: p.Content}, match.Budget{}); err != nil {
			return nil, err
		}
		for _, n := range x.Named {
			x.Roles = append(x.Roles, p.role(n.Participant))
		}
		all = append(all, x)
	}
	return all, nil
}

// role is the part that a participant has in a paper.
func (p *Paper) role(participant string) string {
	for _, n := range p.Nominees {
		if n.Participant == participant {
			return n.Role
		}
	}
	for _, o := range p.Owners {
		if o.Participant == participant {
			return "presenter"
		}
	}
	return "none"
}

// line is a labelled paper as the training of the encoder reads it.
type line struct {
	Set     string       `json:"set"`
	ID      string       `json:"id"`
	Kind    Kind         `json:"kind"`
	Act     string       `json:"act"`
	Meeting string       `json:"meeting"`
	File    string       `json:"file"`
	Subject string       `json:"subject"`
	Sender  string       `json:"sender"`
	Text    string       `json:"text"`
	People  []linePerson `json:"people"`
}

// linePerson is a person named in a paper, with the places in bytes.
type linePerson struct {
	ID    string   `json:"id"`
	Role  string   `json:"role"`
	Spans [][2]int `json:"spans"`
}

// WriteExamples writes a line of JSON a paper, for the training of the encoder: the papers of the sets, and the project's
// own.
func WriteExamples(w io.Writer, all []*Example, more []words.Example) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, x := range all {
		ids := make([]string, len(x.Named))
		for i, n := range x.Named {
			ids[i] = n.Participant
		}
		if err := lines.Encode(newLine(x.Set, x.ID, x.Kind, x.Act, x.Read, ids, x.Roles)); err != nil {
			return fmt.Errorf("write example: %w", err)
		}
	}
	for i, x := range more {
		kind, act := Other, ""
		if x.Nominates {
			kind, act = Nomination, string(meeting.ActNominates)
		}
		ids, roles := make([]string, len(x.People)), make([]string, len(x.People))
		for j := range x.People {
			ids[j], roles[j] = strconv.Itoa(j), "none"
			if x.Nominated[j] {
				roles[j] = "nominee"
			}
		}
		if err := lines.Encode(newLine(ownSet, strconv.Itoa(i), kind, act, x.Paper, ids, roles)); err != nil {
			return fmt.Errorf("write example: %w", err)
		}
	}
	return nil
}

func newLine(set, id string, kind Kind, act string, p encoder.Paper, ids, roles []string) line {
	l := line{set, id, kind, act, p.Meeting, p.FileName, p.Subject, p.Sender, p.Text, []linePerson{}}
	for i, q := range p.People {
		person := linePerson{ID: ids[i], Role: roles[i]}
		for _, s := range q.Spans {
			person.Spans = append(person.Spans, [2]int{s.From, s.To})
		}
		l.People = append(l.People, person)
	}
	return l
}
