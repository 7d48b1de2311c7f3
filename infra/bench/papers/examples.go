package papers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"dossier/internal/encoder"
	"dossier/internal/letter"
	"dossier/internal/match"
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
		if x.Read, x.Named, err = indexes[p.Meeting].Paper(ctx, match.Facts{FileName: p.File, Content: p.Content}, match.Budget{}); err != nil {
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

// WriteExamples writes a line of JSON a paper, for the training of the encoder.
func WriteExamples(w io.Writer, all []*Example) error {
	type person struct {
		ID    string   `json:"id"`
		Role  string   `json:"role"`
		Spans [][2]int `json:"spans"`
	}
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, x := range all {
		people := []person{}
		for i, n := range x.Named {
			p := person{ID: n.Participant, Role: x.Roles[i]}
			for _, s := range n.Places {
				p.Spans = append(p.Spans, [2]int{s.From, s.To})
			}
			people = append(people, p)
		}
		if err := lines.Encode(map[string]any{
			"set": x.Set, "id": x.ID, "hand": x.Set, "kind": x.Kind, "act": x.Act, "meeting": x.Read.Meeting, "file": x.File,
			"subject": x.Read.Subject, "sender": x.Read.Sender, "text": x.Read.Text, "people": people, "lang": x.Language,
		}); err != nil {
			return fmt.Errorf("write example: %w", err)
		}
	}
	return nil
}
