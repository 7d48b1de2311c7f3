// Command conformance runs the tests against engines that nobody here made: moto for DynamoDB with its streams, S3 and SQS;
// dynoxide for DynamoDB, what races included; and aws-ses-v2-local for SES. It starts them on free ports. It needs Python
// with moto[server], Rust with dynoxide-rs and Node with aws-ses-v2-local; `make conformance` fetches them.
// CONFORMANCE_DYNAMODB names another DynamoDB in place of dynoxide, such as Amazon's DynamoDB Local.
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
	"slices"
	"strings"
	"sync"
	"time"

	"dossier/infra/localaws"
	"dossier/internal/loopback"
)

// programs are where the engines are.
type programs struct{ moto, dynoxide, ses string }

func main() {
	var p programs
	flag.StringVar(&p.moto, "moto", ".cache/moto/bin/moto_server", "the program of moto's server")
	flag.StringVar(&p.dynoxide, "dynoxide", ".cache/dynoxide/bin/dynoxide", "the program of dynoxide")
	flag.StringVar(&p.ses, "ses", ".cache/ses/node_modules/.bin/aws-ses-v2-local", "the program of aws-ses-v2-local")
	histories := flag.Int("histories", 5, "how many histories of the model")
	only := flag.String("only", "", "run against moto or dynoxide alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p, *only, *histories); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p programs, only string, histories int) (err error) {
	ctx, stop := context.WithCancel(ctx)
	var engines sync.WaitGroup
	defer engines.Wait() // none outlives this process
	defer stop()
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	addresses, err := startAll(ctx, &engines, p)
	if err != nil {
		return err
	}
	embedded, err := localaws.Start(ctx) // for S3; it changes the working directory
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, embedded.Close()) }()
	shared := slices.Concat(os.Environ(), embedded.Environment(), []string{"CONFORMANCE_S3_SQS=" + addresses.moto, "AWS_ENDPOINT_URL_SESV2=" + addresses.ses})
	for _, engine := range []struct {
		name, url string
		suites    [][]string
	}{{"moto", addresses.moto, motoSuites(histories)}, {"dynoxide", addresses.dynoxide, suites(histories)}} {
		if only != "" && only != engine.name {
			continue
		}
		for _, args := range engine.suites {
			cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1"}, args...)...)
			cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = here, append(shared, "AWS_ENDPOINT_URL_DYNAMODB="+engine.url), os.Stdout, os.Stderr
			fmt.Println(engine.name+": go test", args)
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%s: go test %v: %w", engine.name, args, err)
			}
		}
	}
	return nil
}

// suites are the arguments of `go test` for a DynamoDB that keeps its promises when writes race.
func suites(histories int) [][]string {
	return [][]string{
		{"./internal/store"},
		{"./internal/filing", "./internal/review"},
		{"./functions/...", "./internal/e2e", "-run", "Epochs|Matching|Decisions|Sweep|Accepted|OverQuota|TakenBack|OlderArrives|MailLease|Bounce|DailyCap|Sequencer|Poison|Receipts|Tickets|Split|LastTwoAtOnce"},
		{"./internal/e2e", "-run", "TestModel", fmt.Sprint("-rapid.checks=", histories)},
	}
}

// motoSuites leave out what races: moto answers from several threads without a lock, and loses writes made at the same moment.
// Of filing and review they have what joins several transactions: the table tests of single rules ask nothing more of an
// engine, and take minutes there. They have what needs a stream and a queue besides.
func motoSuites(histories int) [][]string {
	all := suites(histories)
	all[1] = append(all[1], "-run", "Seats|ReplacementArrives|OverQuota|AcceptAndDecline|TestUndo$|Learning|SplitAndJoin|"+
		"DecidedOnce|NeverCompleteHalfWay|LoadCutAnywhere|OlderRosterStops|PartlySuperseded")
	all[2][3] = strings.TrimSuffix(all[2][3], "|LastTwoAtOnce")
	return append(all, []string{"./internal/e2e", "-run", "TestReal"})
}

// startAll starts the engines, and gives the address of each in its program's place.
func startAll(ctx context.Context, engines *sync.WaitGroup, p programs) (at programs, err error) {
	at.moto, err = start(ctx, engines, p.moto, func(port string) []string { return []string{"-H", "127.0.0.1", "-p", port} })
	if err != nil {
		return at, err
	}
	if at.dynoxide = os.Getenv("CONFORMANCE_DYNAMODB"); at.dynoxide == "" {
		at.dynoxide, err = start(ctx, engines, p.dynoxide, func(port string) []string { return []string{"serve", "--port", port, "--log", "quiet"} })
		if err != nil {
			return at, err
		}
	}
	at.ses, err = start(ctx, engines, p.ses, func(port string) []string { return []string{"--host", "127.0.0.1", "--port", port} })
	return at, err
}

// start runs a server on a free port and waits until it answers.
func start(ctx context.Context, servers *sync.WaitGroup, program string, with func(port string) []string) (string, error) {
	addr, err := loopback.FreeAddr("127.0.0.1:0")
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
