// Command preflight looks before a deployment whether AWS has what the stack needs, so that no deployment fails half-way:
//
//	preflight -template template.yaml -stack dossier MailFrom=dossier@meetings.example SesIdentity=meetings.example ...
//
// It takes the parameters of a stack that is there already from that stack. It changes nothing. Each problem is a line on
// standard error that says what to do; its exit status is then 1. On standard output it prints the parameters that a
// deployment takes from it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
)

// patience bounds the whole check.
const patience = time.Minute

func main() {
	file := flag.String("template", "template.yaml", "the template")
	stack := flag.String("stack", "dossier", "the stack's name")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := run(ctx, *file, *stack, flag.Args(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "preflight:", err)
		os.Exit(1)
	}
}

// errProblems: the problems were printed.
var errProblems = errors.New("nothing was deployed")

func run(ctx context.Context, file, stack string, given []string, out, problems io.Writer) error {
	t, err := readTemplate(file)
	if err != nil {
		return err
	}
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("load AWS configuration: %w", err)
	}
	if c.Region == "" {
		return errors.New("no region: set AWS_REGION")
	}
	values, err := parseParameters(given)
	if err != nil {
		return err
	}
	check := newCheck(c, stack, t, values)
	if err := check.all(ctx); err != nil {
		return err
	}
	for _, p := range check.problems {
		fmt.Fprintln(problems, "-", p)
	}
	if len(check.problems) > 0 {
		return errProblems
	}
	for _, n := range check.notes {
		fmt.Fprintln(problems, "note:", n)
	}
	// A table that is protected could not be taken back if the first deployment failed.
	_, err = fmt.Fprintf(out, "TableProtection=%t\n", check.deployed)
	return err
}

// parseParameters reads Name=Value, as `sam deploy --parameter-overrides` takes it.
func parseParameters(given []string) (map[string]string, error) {
	values := map[string]string{}
	for _, g := range given {
		name, value, ok := strings.Cut(g, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no parameter: give Name=Value", g)
		}
		values[name] = strings.Trim(value, `"`)
	}
	return values, nil
}
