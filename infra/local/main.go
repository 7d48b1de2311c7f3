// Command local runs the whole of Dossier in one process: the same functions as on Lambda, called with the same JSON
// events, on an embedded S3 and DynamoDB. It listens on loopback alone and keeps everything under one folder.
//
//	local [-addr 127.0.0.1:8080] [-s3 127.0.0.1:9000] [-dir .dossier] [-sample=true]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"dossier/infra/local/system"
)

// stopTime is how long a stop may take. Work that is cut off is in the bucket, and taken up at the next start.
const stopTime = 4 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		time.Sleep(stopTime)
		fmt.Fprintln(os.Stderr, "dossier: stopped without waiting for what was still at work; the next start takes it up")
		os.Exit(1)
	})
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dossier:", err)
		os.Exit(1)
	}
}

// run runs the system until the context ends.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	o := system.Options{DynamoDB: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), Out: os.Stdout}
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "address of the pages, on loopback")
	flags.StringVar(&o.S3, "s3", "127.0.0.1:9000", "address of the S3 API, on loopback")
	flags.StringVar(&o.Dir, "dir", ".dossier", "folder that keeps everything")
	sample := flags.Bool("sample", true, "load the sample meeting when the bucket has none")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	for _, addr := range []string{o.Addr, o.S3} {
		if err := loopback(addr); err != nil {
			return err
		}
	}
	s, err := system.Start(ctx, o)
	if err != nil {
		return err
	}
	if *sample {
		err = s.Sample(ctx)
	}
	if err == nil {
		s.Welcome()
		<-ctx.Done()
		fmt.Fprintln(o.Out, "\nStopping.")
	} else if ctx.Err() != nil { // stopped while loading the sample
		err = nil
	}
	return errors.Join(err, s.Close())
}

// loopback refuses an address that others could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %s: only loopback is served, such as 127.0.0.1:8080", addr)
	}
	return nil
}
