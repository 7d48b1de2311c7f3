package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml"
)

// parameter is one of the template's.
type parameter struct {
	Type           string   `yaml:"Type"`
	Default        *string  `yaml:"Default"`
	AllowedValues  []string `yaml:"AllowedValues"`
	AllowedPattern string   `yaml:"AllowedPattern"`
	MinValue       *float64 `yaml:"MinValue"`
	MaxValue       *float64 `yaml:"MaxValue"`
}

type template struct {
	Parameters map[string]parameter `yaml:"Parameters"`
}

func readTemplate(file string) (template, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return template{}, fmt.Errorf("read template: %w", err)
	}
	var t template
	if err := yaml.Unmarshal(data, &t); err != nil {
		return t, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// wrong says why CloudFormation would refuse a value; "" if it would not.
func (p parameter) wrong(value string) string {
	if len(p.AllowedValues) > 0 && !slices.Contains(p.AllowedValues, value) {
		return fmt.Sprintf("it must be one of %q", p.AllowedValues)
	}
	if p.AllowedPattern != "" {
		if ok, err := regexp.MatchString("^(?:"+p.AllowedPattern+")$", value); err != nil || !ok {
			return "it must match " + p.AllowedPattern
		}
	}
	if p.Type == "Number" {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || p.MinValue != nil && n < *p.MinValue || p.MaxValue != nil && n > *p.MaxValue {
			return "it must be a number within the template's bounds"
		}
	}
	return ""
}
