package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// edit is a wrong rule that somebody wrote down: a txtar file whose comment says what it gets wrong, and whose sections
// come in pairs, "internal/filing/load.go before" and "internal/filing/load.go after". The text before must stand in
// the file exactly once, so that no change of the code loses the rule in silence.
type edit struct {
	name     string // of the txtar file, without its ending
	rule     string // the comment's first line
	packages []string
	overlay  map[string][]byte
	files    []string
}

// readEdits reads the edits of a folder whose names match a pattern.
func readEdits(root, folder, pattern string) ([]*edit, error) {
	names, err := filepath.Glob(filepath.Join(folder, pattern+".txtar"))
	if err != nil {
		return nil, err
	}
	var all []*edit
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			return nil, err
		}
		e := &edit{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), overlay: map[string][]byte{}}
		e.rule, _, _ = strings.Cut(strings.TrimSpace(string(a.Comment)), "\n")
		if e.rule == "" {
			return nil, fmt.Errorf("%s: the comment says nothing of the rule that is wrong", name)
		}
		if err := e.apply(root, a.Files); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// apply makes the overlay; several pairs of one file are applied one after another.
func (e *edit) apply(root string, sections []txtar.File) error {
	if len(sections) == 0 || len(sections)%2 != 0 {
		return fmt.Errorf("%d sections, which are not pairs", len(sections))
	}
	for pair := range slices.Chunk(sections, 2) {
		file, first := strings.CutSuffix(pair[0].Name, " before")
		second, last := strings.CutSuffix(pair[1].Name, " after")
		if !first || !last || file != second {
			return fmt.Errorf("%q and %q are no pair", pair[0].Name, pair[1].Name)
		}
		full := filepath.Join(root, filepath.FromSlash(file))
		source, ok := e.overlay[full]
		if !ok {
			var err error
			if source, err = os.ReadFile(full); err != nil {
				return err
			}
		}
		// The sections' last line ends belong to the txtar file.
		before, after := bytes.TrimSuffix(pair[0].Data, []byte("\n")), bytes.TrimSuffix(pair[1].Data, []byte("\n"))
		if n := bytes.Count(source, before); n != 1 || len(before) == 0 {
			return fmt.Errorf("%s has the text before %d times, not once:\n%s", file, n, before)
		}
		e.overlay[full] = bytes.Replace(source, before, after, 1)
		if !slices.Contains(e.files, file) {
			e.files = append(e.files, file)
		}
		if pkg := path.Dir(file); !slices.Contains(e.packages, pkg) {
			e.packages = append(e.packages, pkg)
		}
	}
	return nil
}

// together is one edit that makes all of them. No two may touch the same text.
func together(root string, names []string) (*edit, error) {
	all := &edit{name: "all at once", overlay: map[string][]byte{}}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			return nil, err
		}
		if err := all.apply(root, a.Files); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// try runs the tests of the packages that the edit changes.
func (e *edit) try(ctx context.Context, root string) (outcome, error) {
	for _, pkg := range e.packages {
		temp, err := os.MkdirTemp("", "mutants-")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(temp)
		b, err := compile(ctx, root, temp, pkg, e.overlay)
		if err != nil {
			return "", fmt.Errorf("edit %s: %w", e.name, err)
		}
		passed, _, err := b.run(ctx, editLimit, nil)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil || !passed {
			return killed, nil
		}
	}
	return survived, nil
}
