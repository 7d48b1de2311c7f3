package main

import (
	"fmt"
	"os"
	"strings"
)

// explained are the mutants that are known to survive, each with the reason, by mutant.key.
type explained map[string]string

// readExplained reads a list of explained survivors: a line with the mutant's key, and below it, indented, the reason.
// Lines that start with # are for people.
func readExplained(name string) (explained, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	all := explained{}
	key := ""
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSpace(line)
		switch {
		case text == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"):
			if key == "" {
				return nil, fmt.Errorf("%s: a reason without a mutant: %s", name, text)
			}
			all[key] = strings.TrimSpace(all[key] + " " + text)
		default:
			if _, ok := all[text]; ok {
				return nil, fmt.Errorf("%s: twice: %s", name, text)
			}
			key = text
			all[key] = ""
		}
	}
	for key, reason := range all {
		if reason == "" {
			return nil, fmt.Errorf("%s: no reason for %s", name, key)
		}
	}
	return all, nil
}

// fileOf is the file of a mutant's key.
func fileOf(key string) string {
	file, _, _ := strings.Cut(key, " ")
	return file
}
