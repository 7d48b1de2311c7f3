// Command serve starts an S3 and a DynamoDB on free ports of this machine.
//
//	serve                       prints the addresses and an empty line; ends with its standard input, or on SIGTERM
//	serve -- go test ./...      runs a command that finds them in its environment
//
// What it kept is removed when it ends. With a command, its exit status is that of the command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"dossier/infra/localaws"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	status, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		status = max(status, 1)
	}
	os.Exit(status)
}

func run(args []string) (status int, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	here, err := os.Getwd() // S3 changes it
	if err != nil {
		return 1, err
	}
	servers, err := localaws.Start(ctx)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	if len(args) == 0 {
		return 0, serve(ctx, servers)
	}
	return command(ctx, here, args, servers.Environment())
}

// serve prints the addresses and waits for the end.
func serve(ctx context.Context, servers *localaws.Servers) error {
	lines := append(servers.Environment(), "", "") // an empty line says that this is all
	if _, err := fmt.Print(strings.Join(lines, "\n")); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

// command runs a command with more in its environment, and gives its exit status. A signal is passed on to it.
func command(ctx context.Context, dir string, args, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, err
}
