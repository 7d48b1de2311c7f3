package e2e

import (
	"os"
	"path/filepath"
)

// ProjectFile gives the path of a file of the project, such as ProjectFile("events", "intake", "upload.json"). It panics
// if no folder from the working directory upwards has a template.yaml.
func ProjectFile(path ...string) string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return filepath.Join(append([]string{dir}, path...)...)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			panic("no template.yaml in the working directory or above it")
		}
		dir = parent
	}
}
