// Command firstread reads one file and ends. Package coldstart measures it, for it links what the intake function reads
// files with, and no more.
//
//	firstread CACHE FILE
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: firstread CACHE FILE")
		os.Exit(2)
	}
	if err := read(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "firstread:", err)
		os.Exit(1)
	}
}

func read(ctx context.Context, cache, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	engine := pdf.New(cache, content.Limits{}.WithDefaults().Memory)
	c, err := extract.New(engine, nil, content.Limits{}).Read(ctx, bytes.NewReader(data), int64(len(data)))
	if err == nil && len(c.Pages) == 0 {
		err = errors.New("nothing was read")
	}
	return err
}
