package corpus

import (
	"fmt"
	"os"
	"path/filepath"
)

// Roster is the files of one meeting in a set of papers.
type Roster struct {
	Meeting   string
	YAML, CSV []byte
}

// Rosters reads the two roster files of each meeting, which has a folder of its name.
func Rosters(dir string) ([]Roster, error) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read set: %w", err)
	}
	var all []Roster
	for _, f := range folders {
		r := Roster{Meeting: f.Name()}
		if r.YAML, err = os.ReadFile(filepath.Join(dir, f.Name(), "meeting.yaml")); err != nil {
			return nil, fmt.Errorf("read set: %w", err)
		}
		if r.CSV, err = os.ReadFile(filepath.Join(dir, f.Name(), "participants.csv")); err != nil {
			return nil, fmt.Errorf("read set: %w", err)
		}
		all = append(all, r)
	}
	return all, nil
}
