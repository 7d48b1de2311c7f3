package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"dossier/infra/bench/corpus"
)

// set is a folder of papers.
type set struct {
	dir     string
	rosters []corpus.Roster
	papers  []paper
	order   []int // in which the papers are dropped
}

// paper is what a line of truth.jsonl says of where a file is and where to drop it. What it says of what the file means
// is not read here.
type paper struct {
	ID      string `json:"id"`
	Meeting string `json:"meeting"`
	File    string `json:"file"` // its name as dropped
	Path    string `json:"path"` // within files/
}

// readSet reads a set's rosters and its list of papers, and puts the papers into an order that the seed gives.
func readSet(dir string, seed uint64) (*set, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find set: %w", err)
	}
	s := &set{dir: dir}
	data, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("read set: %w", err)
	}
	for l := range bytes.Lines(data) {
		if len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		var p paper
		if err := json.Unmarshal(l, &p); err != nil {
			return nil, fmt.Errorf("read truth.jsonl, line %d: %w", len(s.papers)+1, err)
		}
		if p.Meeting == "" || p.File == "" || p.Path == "" {
			return nil, fmt.Errorf("read truth.jsonl, line %d: meeting, file and path are needed", len(s.papers)+1)
		}
		s.papers = append(s.papers, p)
	}
	if s.rosters, err = corpus.Rosters(filepath.Join(dir, "roster")); err != nil {
		return nil, err
	}
	if len(s.papers) == 0 || len(s.rosters) == 0 {
		return nil, errors.New("read set: it has no papers or no roster")
	}
	s.order = rand.New(rand.NewPCG(seed, 0)).Perm(len(s.papers))
	return s, nil
}
