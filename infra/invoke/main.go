// Command invoke runs a built function on an event, as Lambda does: the binary in .build/<function>/bootstrap asks a
// small Runtime API server for work and answers to it. S3 and DynamoDB are the embedded ones, with the sample meeting.
//
//	make invoke FN=intake EVENT=events/intake.json
//
// The event is a file, or a folder of them; events/intake.json also stands for the folder events/intake.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	fn := flag.String("fn", "intake", "the function")
	event := flag.String("event", "", "an event, or a folder of events")
	build := flag.String("build", ".build", "the folder of built functions")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *fn, *event, *build); err != nil {
		fmt.Fprintln(os.Stderr, "invoke:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, fn, event, build string) (err error) {
	files, err := eventFiles(event)
	if err != nil {
		return err
	}
	binary, err := filepath.Abs(filepath.Join(build, fn, "bootstrap"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("no such function: %w (make build)", err)
	}
	var inputs [][]byte
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		inputs = append(inputs, data)
	}
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for i, in := range inputs {
		in, err := w.prepare(ctx, fn, in)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", files[i], err)
		}
		out, failed, err := invoke(ctx, binary, w.env(filepath.Dir(binary)), in)
		if err != nil {
			return err
		}
		fmt.Printf("%s\n%s\n", files[i], out)
		if failed {
			return errors.New("the function reported an error")
		}
	}
	return nil
}

func eventFiles(event string) ([]string, error) {
	info, err := os.Stat(event)
	if errors.Is(err, fs.ErrNotExist) {
		event = strings.TrimSuffix(event, ".json")
		info, err = os.Stat(event)
	}
	if err != nil {
		return nil, fmt.Errorf("find event: %w", err)
	}
	if !info.IsDir() {
		return []string{event}, nil
	}
	files, err := filepath.Glob(filepath.Join(event, "*.json"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no event in %s", event)
	}
	return files, err
}
