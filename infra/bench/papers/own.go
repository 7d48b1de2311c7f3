package papers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"dossier/internal/encoder"
	"dossier/internal/encoder/words"
)

// ownSet is the name of the project's own letters among the sets.
const ownSet = "own"

// own reads the project's own letters, which nominate in so many words, as other hands seldom do. They have no roster, so
// their people are taken for its own.
func own(folder string) ([]words.Example, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	var all []words.Example
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read letters: %w", err)
		}
		var label struct {
			Nomination bool
			Nominees   []any
			Signatory  string
		}
		for _, part := range txtar.Parse(data).Files {
			if filepath.Ext(part.Name) == ".yaml" {
				label.Nominees, label.Signatory = nil, ""
				if err := yaml.Unmarshal(part.Data, &label); err != nil {
					return nil, fmt.Errorf("read label %s: %w", part.Name, err)
				}
				continue
			}
			all = append(all, ownExample(string(part.Data), label.Nomination, label.Nominees, label.Signatory))
		}
	}
	return all, nil
}

func ownExample(text string, nominates bool, nominees []any, signatory string) words.Example {
	x := words.Example{Nominates: nominates, Paper: encoder.Paper{
		Meeting:  "Regional Expert Group Meeting, Nairobi, 23 June 2021 - 24 June 2021",
		FileName: "letter.pdf", Text: text, Signs: []string{"title 2", "days"},
	}}
	add := func(name string, nominated bool) {
		at := strings.Index(text, name)
		if name == "" || at < 0 {
			return
		}
		x.People = append(x.People, encoder.Person{
			Spans: []encoder.Span{{From: at, To: at + len(name)}}, Signs: []string{"points 2", "country", "agency", "name 0"},
		})
		x.Nominated = append(x.Nominated, nominated)
	}
	for _, n := range nominees {
		if name, ok := n.(string); ok {
			add(name, nominates)
		}
	}
	add(signatory, false)
	return x
}
