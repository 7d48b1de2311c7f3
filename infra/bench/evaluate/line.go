package evaluate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"dossier/internal/meeting"
)

// line is what became of one document. A field is empty where the system knows nothing.
type line struct {
	Meeting string `json:"meeting"`
	// File is the name as dropped, Part the path within an envelope.
	File   string `json:"file"`
	Part   string `json:"part"`
	Status string `json:"status"`
	// Kind is "nomination", "presentation" or empty.
	Kind string `json:"kind"`
	// Act is what the paper does, such as "nominates".
	Act        string      `json:"act"`
	Reason     string      `json:"reason"`
	Filed      []place     `json:"filed"`
	Candidates []candidate `json:"candidates"`
	Letter     letter      `json:"letter"`
	// Proposed are the nominees that the roster does not know.
	Proposed []proposal `json:"proposed"`
	// Evidence are sentences as staff read them, in English.
	Evidence []string `json:"evidence"`
}

type place struct {
	Kind        string `json:"kind"`
	Participant string `json:"participant"`
	Session     string `json:"session"`
}

// candidate is where the document may belong, with a chance between 0 and 1.
type candidate struct {
	Participant string  `json:"participant"`
	Session     string  `json:"session"`
	Chance      float64 `json:"chance"`
}

// letter is what was read in a nomination letter. Date is as in 2026-01-31.
type letter struct {
	Nominees  []nominee `json:"nominees"`
	Agency    string    `json:"agency"`
	Country   string    `json:"country"`
	Date      string    `json:"date"`
	Reference string    `json:"reference"`
	Signatory string    `json:"signatory"`
}

// nominee is somebody named in a letter. Role is "nominee", "head", "alternate" or "replaced".
type nominee struct {
	Name        string `json:"name"`
	Position    string `json:"position"`
	Email       string `json:"email"`
	Role        string `json:"role"`
	Participant string `json:"participant"`
}

type proposal struct {
	nominee
	Agency string `json:"agency"`
}

// describe says what became of a document. Titles are its meeting's sessions by id.
func describe(d *meeting.Document, w words, titles map[string]string) line {
	l := line{Meeting: d.Meeting, File: d.FileName, Status: string(d.Status), Kind: string(d.Kind), Act: string(d.Act),
		Reason: string(d.Reason),
		Filed:  places(d), Candidates: candidates(d), Letter: read(d.Letter), Proposed: proposals(d.Letter),
		Evidence: []string{}}
	evidence := d.Evidence
	if len(evidence) == 0 && len(d.Candidates) > 0 {
		evidence = d.Candidates[0].Evidence
	}
	for _, e := range evidence {
		e.Detail = cmp.Or(titles[e.Detail], e.Detail)
		l.Evidence = append(l.Evidence, w.Evidence(e))
	}
	return l
}

// places are the requirements that a document was filed for, also when a later document has replaced it since.
func places(d *meeting.Document) []place {
	out, seen := []place{}, map[meeting.RequirementKey]bool{}
	if d.Status != meeting.Filed && d.Status != meeting.Superseded {
		return out
	}
	for _, keys := range [][]meeting.RequirementKey{d.Satisfies, d.FiledFor} {
		for _, k := range keys {
			if !seen[k] {
				seen[k] = true
				out = append(out, place{string(k.Kind), k.Participant, k.Session})
			}
		}
	}
	return out
}

// candidates has one entry for each participant and session of a presentation. A nomination holds for all of a
// participant's sessions.
func candidates(d *meeting.Document) []candidate {
	out := []candidate{}
	for _, c := range d.Candidates {
		seen := map[string]bool{}
		for _, k := range c.For {
			if k.Kind == meeting.Presentation && !seen[k.Session] {
				seen[k.Session] = true
				out = append(out, candidate{c.Participant, k.Session, c.Confidence})
			}
		}
		if len(seen) == 0 {
			out = append(out, candidate{c.Participant, "", c.Confidence})
		}
	}
	return out
}

// read copies what was read in a letter. Each person who is replaced is an entry too.
func read(l *meeting.Letter) letter {
	out := letter{Nominees: []nominee{}}
	if l == nil {
		return out
	}
	out.Agency, out.Country, out.Reference, out.Signatory = l.Agency, l.Country, l.Reference, l.Signatory
	if !l.Dated.IsZero() {
		out.Date = l.Dated.Format(time.DateOnly)
	}
	for _, n := range l.Nominees {
		out.Nominees = append(out.Nominees, named(n))
		if n.Replaces != "" {
			out.Nominees = append(out.Nominees, nominee{Name: n.Replaces, Role: "replaced", Participant: n.ReplacesID})
		}
	}
	return out
}

func named(n meeting.Nominee) nominee {
	out := nominee{n.Name, n.Position, n.Email, "nominee", n.Participant}
	if n.Head {
		out.Role = "head"
	}
	if n.Alternate {
		out.Role = "alternate"
	}
	return out
}

// proposals are the nominees that staff can choose to put on the roster.
func proposals(l *meeting.Letter) []proposal {
	out := []proposal{}
	if l == nil {
		return out
	}
	for _, n := range l.Nominees {
		if n.Participant == "" && !n.Declined {
			out = append(out, proposal{named(n), l.Agency})
		}
	}
	return out
}

// write writes the lines to a file, all or none.
func write(file string, lines []line) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("encode line: %w", err)
		}
	}
	part := file + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	return nil
}
