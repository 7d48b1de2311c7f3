package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

//go:embed helper.go.txt
var helper string

// subject is a package with all its mutants in it, each asleep until a test is run with its number.
type subject struct {
	Path    string // from the project's folder, such as internal/meeting
	Dir     string
	Files   []string // those that were mutated, as in mutant.File
	Mutants []mutant
	// Overlay is what the package's files are to be, by their paths.
	Overlay map[string][]byte
}

// filter admits files by their names from the project's folder.
type filter func(file string) bool

// lines are numbers of lines by file.
type lines map[string]map[int]bool

// load reads packages of the module in root and puts every mutant into each that stands in a file that only admits.
// Lines that an earlier attempt could not compile are skipped, by file.
func load(root string, patterns []string, only filter, skip lines) ([]*subject, error) {
	cfg := &packages.Config{Dir: root, Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedModule}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", err)
	}
	var all []*subject
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		s, err := instrument(root, p, only, skip)
		if err != nil {
			return nil, err
		}
		if len(s.Mutants) > 0 {
			all = append(all, s)
		}
	}
	return all, nil
}

func instrument(root string, p *packages.Package, only filter, skip lines) (*subject, error) {
	s := &subject{Path: strings.TrimPrefix(p.PkgPath, p.Module.Path+"/"), Overlay: map[string][]byte{}}
	w := &operators{pkg: p, module: p.Module.Path, keys: map[string]int{}}
	for i, f := range p.Syntax {
		name := p.CompiledGoFiles[i]
		s.Dir = filepath.Dir(name)
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return nil, err
		}
		w.path = filepath.ToSlash(rel)
		if !only(w.path) {
			continue
		}
		if w.source, err = os.ReadFile(name); err != nil {
			return nil, err
		}
		w.file, w.edits = p.Fset.File(f.FileStart), nil
		w.imports, w.skip = imports(p, f), skip[w.path]
		before := len(w.mutants)
		w.walk(f)
		if len(w.mutants) > before {
			s.Files = append(s.Files, w.path)
			s.Overlay[name] = w.apply()
		}
	}
	s.Mutants = w.mutants
	size := fmt.Sprintf("[%d]", len(w.mutants)+1)
	code := strings.NewReplacer("package PACKAGE", "package "+p.Name, "[MUTANTS + 1]", size).Replace(helper)
	s.Overlay[filepath.Join(s.Dir, "mutants_at_work.go")] = []byte(code)
	return s, nil
}

// imports are the names of a file's imports by their paths.
func imports(p *packages.Package, f *ast.File) map[string]string {
	names := map[string]string{}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, "`\"")
		if i.Name != nil {
			names[path] = i.Name.Name
		} else if q := p.Imports[path]; q != nil {
			names[path] = q.Types.Name()
		}
	}
	return names
}

// apply gives the source with all splices made.
func (w *operators) apply() []byte {
	slices.SortStableFunc(w.edits, func(a, b splice) int {
		switch {
		case a.from != b.from:
			return a.from - b.from
		case a.order != b.order:
			return a.order - b.order
		case a.order < 0:
			return b.number - a.number
		}
		return a.number - b.number
	})
	var out []byte
	at := 0
	for _, e := range w.edits {
		out = append(out, w.source[at:e.from]...)
		out = append(out, e.text...)
		at = e.to
	}
	return append(out, w.source[at:]...)
}
