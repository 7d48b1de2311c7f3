// Command conformance runs the tests against engines that nobody here made: moto for DynamoDB with its streams, S3 and SQS, and
// aws-ses-v2-local for SES. It starts both on free ports, and needs Python with moto[server] and Node with aws-ses-v2-local;
// `make conformance` fetches them. AWS_ENDPOINT_URL_DYNAMODB names another DynamoDB, such as Amazon's DynamoDB Local.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"time"

	"dossier/infra/engines"
)

func main() {
	moto := flag.String("moto", ".cache/moto/bin/moto_server", "the program of moto's server")
	ses := flag.String("ses", ".cache/ses/node_modules/.bin/aws-ses-v2-local", "the program of aws-ses-v2-local")
	histories := flag.Int("histories", 5, "how many histories of the model")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *moto, *ses, *histories); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, moto, ses string, histories int) (err error) {
	ctx, stop := context.WithCancel(ctx)
	var servers sync.WaitGroup
	defer servers.Wait() // none outlives this process
	defer stop()
	aws, err := start(ctx, &servers, moto, func(port string) []string { return []string{"-H", "127.0.0.1", "-p", port} })
	if err != nil {
		return err
	}
	mails, err := start(ctx, &servers, ses, func(port string) []string { return []string{"--host", "127.0.0.1", "--port", port} })
	if err != nil {
		return err
	}
	dynamo := os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")
	if dynamo == "" {
		dynamo = aws
	}
	env := append(os.Environ(), "AWS_ENDPOINT_URL_DYNAMODB="+dynamo, "CONFORMANCE_S3_SQS="+aws, "AWS_ENDPOINT_URL_SESV2="+mails)
	for _, args := range [][]string{
		{"./internal/store"},
		// moto answers from several threads without a lock, and loses writes made at the same moment: what races is left to the
		// embedded engine, whose transactions are one after the other as DynamoDB's are.
		{"./internal/filing", "-skip", "HotSession|TwoDecideAtOnce|AllOrders"},
		{"./internal/e2e", "-tags", "conformance", "-run", "Real"},
		{"./functions/...", "./internal/e2e", "-run", "Epochs|Matching|Decisions|Sweep|Accepted|OverQuota|TakenBack|OlderArrives|MailLease|Bounce|DailyCap|Sequencer|Poison|Receipts|Tickets|Split"},
		{"./internal/e2e", "-run", "TestModel", fmt.Sprint("-rapid.checks=", histories)},
	} {
		cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1"}, args...)...)
		cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stdout, os.Stderr
		fmt.Println("go test", args)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go test %v: %w", args, err)
		}
	}
	return nil
}

// start runs a server on a free port and waits until it answers.
func start(ctx context.Context, servers *sync.WaitGroup, program string, with func(port string) []string) (string, error) {
	addr, err := engines.FreeAddr("127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, with(port)...)
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", program, err)
	}
	ended := make(chan error, 1)
	servers.Go(func() { ended <- cmd.Wait() })
	client := http.Client{Timeout: time.Second}
	for range 100 {
		if r, err := client.Get("http://" + addr); err == nil {
			return "http://" + addr, r.Body.Close()
		}
		select {
		case err := <-ended:
			return "", errors.Join(fmt.Errorf("%s ended before it answered", program), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return "", fmt.Errorf("%s does not answer", program)
}
