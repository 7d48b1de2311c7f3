// Command bench measures Dossier: how well it reads and files, how fast, and what it survives.
//
//	go run -C infra ./bench help
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"dossier/infra/bench/accuracy"
	"dossier/infra/bench/coldstart"
	"dossier/infra/bench/corruption"
	"dossier/infra/bench/evaluate"
	"dossier/infra/bench/hostile"
	"dossier/infra/bench/loadtest"
	"dossier/infra/bench/names"
	"dossier/infra/bench/ocraccuracy"
	"dossier/infra/bench/papers"
	"dossier/infra/bench/read"
	"dossier/infra/bench/tika"
)

// command is one measurement. Flags declares its flags and returns what runs once they are parsed.
type command struct {
	name, summary string
	flags         func(*flag.FlagSet) func(context.Context) error
	argument      string // what stands after the flags, "" for nothing
}

func commands() []command {
	return []command{
		{"evaluate", "drop a set of papers into the running system and write what became of each", evaluate.Command, ""},
		{"accuracy", "compare the text that is read with that of pdftotext and LibreOffice", accuracy.Command, ""},
		{"names", "labelled pairs of names: how many are told, and how many are taken for one wrongly", names.Command, ""},
		{"papers", "match labelled papers by the committed readers, and count what is filed rightly and wrongly", papers.Command, ""},
		{"learn", "write labelled papers for the training of the encoder, and train the reader by words", papers.Learn, ""},
		{"read", "read every file of a folder and write what came of each", read.Command, "FOLDER"},
		{"ocr-accuracy", "count the words of scanned letters that are read rightly", ocraccuracy.Command, ""},
		{"corruption", "read a thousand broken files in one process", corruption.Command, ""},
		{"hostile", "read files that are small and cost much, each with the memory of the function", hostile.Command, ""},
		{"coldstart", "time a process from its start to the first slide and PDF page", coldstart.Command, ""},
		{"tika", "compare the speed of reading with Apache Tika and pdftotext", tika.Command, ""},
		{"loadtest", "upload thousands of documents at once and count what comes of them", loadtest.Command, ""},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run runs the command that the first argument names, with the rest as its flags.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		help(out)
		return nil
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		flags := flag.NewFlagSet("bench "+c.name, flag.ContinueOnError)
		flags.SetOutput(out)
		start := c.flags(flags)
		if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
			return nil
		} else if err != nil {
			return err
		}
		if flags.NArg() > 0 && c.argument == "" {
			return fmt.Errorf("%s: %q is no flag", c.name, flags.Arg(0))
		}
		if err := start(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		return nil
	}
	help(out)
	return fmt.Errorf("no command %q", args[0])
}

// help lists the commands.
func help(out io.Writer) {
	fmt.Fprintln(out, "usage: go run -C infra ./bench COMMAND [FLAGS]\n\nCommands (-h after one shows its flags):")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-13s %s\n", strings.TrimSpace(c.name+" "+c.argument), c.summary)
	}
}
