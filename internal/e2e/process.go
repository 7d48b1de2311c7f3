package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go/middleware"

	"dossier/infra/engines"
)

// embedded is the one S3 that a process may have. The first World starts it.
type embedded struct {
	once sync.Once
	s3   *engines.S3
	dir  string
	err  error
}

var shared embedded

// url starts the S3 if it does not run yet, and gives its address.
func (e *embedded) url(t TB) string {
	t.Helper()
	e.once.Do(func() {
		ProjectFile() // before the gateway changes the working directory
		if e.dir, e.err = os.MkdirTemp("", "dossier-test-*"); e.err == nil {
			e.s3, e.err = engines.StartS3(context.Background(), e.dir, "127.0.0.1:0", "")
		}
	})
	Must(t, e.err)
	return e.s3.URL
}

func (e *embedded) close() error {
	if e.s3 == nil {
		return nil
	}
	return errors.Join(e.s3.Close(), os.RemoveAll(e.dir))
}

// Main runs a package's tests, with one embedded S3 for all their worlds, and ends the process. Each package that makes a
// World needs `func TestMain(m *testing.M) { e2e.Main(m) }`. The first World changes the working directory: read files by
// ProjectFile.
func Main(m *testing.M) {
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var projectRoot = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	panic(fmt.Sprintf("no template.yaml in the working directory or above it: %v", err))
})

// ProjectFile is the path of a file of the project, such as ProjectFile("events", "intake", "upload.json").
func ProjectFile(path ...string) string {
	return filepath.Join(append([]string{projectRoot()}, path...)...)
}

// NoLease is a lease that is over at once, so that a mail whose sending failed can be sent again without waiting.
const NoLease = time.Nanosecond

// Options are what one World has unlike others. The zero value is what New makes.
type Options struct {
	// MailLease is how long deliver holds a mail that it is sending; zero means an hour.
	MailLease time.Duration
	// MalwareScan makes intake wait for GuardDuty's verdict on each upload.
	MalwareScan bool
	// S3URL is another S3 than the embedded one.
	S3URL string
	// Watch is told of each call that a function makes to S3 or DynamoDB, after the call. It must be safe for concurrent use.
	Watch func(Call)
}

// Call is one call of a function to AWS.
type Call struct {
	Function           string // the function's folder
	Service, Operation string // "DynamoDB", "TransactWriteItems"
	Input, Output      any    // of the SDK's types; Output is nil if the call failed
}

// watch makes a client's middleware that reports the calls of one function.
func watch(function string, report func(Call)) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		if report == nil {
			return nil
		}
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("watch", func(ctx context.Context, in middleware.InitializeInput,
			next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			report(Call{Function: function, Service: middleware.GetServiceID(ctx), Operation: middleware.GetOperationName(ctx),
				Input: in.Parameters, Output: out.Result})
			return out, meta, err
		}), middleware.After)
	}
}

// SetTB lets another test speak for the world: rapid has one for each step.
func (w *World) SetTB(t TB) { w.t = t }

// TB is the test that the world speaks to.
func (w *World) TB() TB { return w.t }
