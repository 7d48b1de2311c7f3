package main

import (
	"bytes"
	"context"
	"flag"
	"strings"
	"testing"
)

// Help lists every command, and each says what its flags are.
func TestHelp(t *testing.T) {
	var list bytes.Buffer
	if err := run(t.Context(), []string{"help"}, &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		if !strings.Contains(list.String(), "  "+c.name+" ") || !strings.Contains(list.String(), c.summary) {
			t.Errorf("help does not list %s", c.name)
		}
		var out bytes.Buffer
		if err := run(t.Context(), []string{c.name, "-h"}, &out); err != nil || !strings.Contains(out.String(), "\n  -") {
			t.Errorf("%s -h: %v\n%s", c.name, err, &out)
		}
	}
}

func TestUnknown(t *testing.T) {
	for _, args := range [][]string{
		{"no-such-command"}, {"evaluate", "-no-such-flag"}, {"evaluate", "folder"}, {"evaluate"},
	} {
		if err := run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands() {
		if seen[c.name] {
			t.Errorf("%s is listed twice", c.name)
		}
		seen[c.name] = true
		var start func(context.Context) error = c.flags(flag.NewFlagSet(c.name, flag.ContinueOnError))
		if start == nil {
			t.Errorf("%s runs nothing", c.name)
		}
	}
}
