// Package engines starts the S3 and the DynamoDB that `make run`, `make invoke` and the tests use:
// versitygw and minidyn, in this process, on loopback alone.
package engines

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/oklog/ulid/v2"
	"github.com/truora/minidyn/server"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3response"

	"dossier/internal/store"
)

// Credentials of the embedded S3; they open nothing but this machine's loopback.
const (
	AccessKey = "dossier"
	SecretKey = "dossier-local"
	Region    = "us-east-1"
)

// Config is the AWS configuration for engines on this machine.
func Config() aws.Config {
	return aws.Config{Region: Region, Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, "")}
}

// S3 is a running embedded S3.
type S3 struct {
	URL   string
	inner string // where the gateway itself listens
	front *http.Server
	done  chan error
	stop  context.CancelFunc
}

// StartS3 serves the folder dir by the S3 API at addr ("127.0.0.1:0" takes a free port) until Close, and posts
// events to webhook when it is not empty. One per process; it changes the working directory to dir.
func StartS3(ctx context.Context, dir, addr, webhook string) (*S3, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find folder: %w", err)
	}
	root, versions, sidecar := filepath.Join(dir, "objects"), filepath.Join(dir, "versions"), filepath.Join(dir, "meta")
	for _, d := range []string{root, versions, sidecar} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	front, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	inner, err := FreeAddr("127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, front.Close())
	}
	side, err := meta.NewSideCar(sidecar)
	if err != nil {
		return nil, fmt.Errorf("open metadata: %w", err)
	}
	var backend *posix.Posix
	err = quietly(func() (err error) {
		backend, err = posix.New(root, side, posix.PosixOpts{VersioningDir: versions, SideCarDir: sidecar,
			NewDirPerm: 0o700, NewFilePerm: 0o600, Concurrency: 64, ForceNoObjLockFile: true})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	g := &S3{URL: "http://" + front.Addr().String(), inner: "http://" + inner, done: make(chan error, 1), stop: stop}
	g.front = &http.Server{Handler: forms(inner, webhook), ReadHeaderTimeout: 10 * time.Second}
	go g.front.Serve(front)
	err = quietly(func() error {
		go func() {
			g.done <- embedgw.RunVersityGW(ctx, dated{backend}, &embedgw.Config{
				RootUserAccess: AccessKey, RootUserSecret: SecretKey, Region: Region, Ports: []string{inner}, CORSAllowOrigin: "*",
				// Without keep-alive no client's idle connection holds up a stop.
				MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000, Quiet: true, KeepAlive: false,
				DisableACLs: true, EventWebhookURL: webhook, HealthPath: "/health",
			})
		}()
		return g.ready()
	})
	if err != nil {
		stop()
		return nil, errors.Join(err, g.front.Close())
	}
	return g, nil
}

// dated mends a list's times: versitygw dates a version that was replaced by its replacement, where S3 keeps the time
// of its upload. The gateway's version ids are ULIDs, which hold that time.
type dated struct{ *posix.Posix }

// ListObjectVersions lists as the backend does.
func (d dated) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	out, err := d.Posix.ListObjectVersions(ctx, in)
	for i, v := range out.Versions {
		// The "null" version, of before versioning, keeps its own time.
		if id, err := ulid.ParseStrict(aws.ToString(v.VersionId)); err == nil {
			out.Versions[i].LastModified = aws.Time(id.Timestamp())
		}
	}
	return out, err
}

// ready waits until the server answers.
func (g *S3) ready() error {
	for range 500 {
		select {
		case err := <-g.done:
			return fmt.Errorf("run S3: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
		if resp, err := http.Get(g.inner + "/health"); err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return errors.New("S3 did not start within five seconds")
}

// Close stops the server and waits for it.
func (g *S3) Close() error {
	g.stop()
	_ = g.front.Close() // it only passes on
	select {
	case err := <-g.done:
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	case <-time.After(15 * time.Second): // it gives requests ten
		return errors.New("S3 did not stop within fifteen seconds")
	}
}

// Client is a client of the running S3.
func (g *S3) Client() *s3.Client { return S3Client(g.URL) }

// S3Client is a client of an S3 on this machine.
func S3Client(url string) *s3.Client {
	return s3.NewFromConfig(Config(), func(o *s3.Options) {
		o.BaseEndpoint = &url
		o.UsePathStyle = true
	})
}

// MakeBucket makes a versioned bucket when it is not there yet.
func MakeBucket(ctx context.Context, client *s3.Client, name string) error {
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name})
	var owned *types.BucketAlreadyOwnedByYou
	var exists *types.BucketAlreadyExists
	if err != nil && !errors.As(err, &owned) && !errors.As(err, &exists) {
		return fmt.Errorf("create bucket: %w", err)
	}
	_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &name,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		return fmt.Errorf("turn versioning on: %w", err)
	}
	return nil
}

// DynamoDB is a running embedded DynamoDB. It lives in memory.
type DynamoDB struct {
	URL    string
	server *http.Server
}

// StartDynamoDB serves an empty DynamoDB on a free port of loopback until Close.
func StartDynamoDB() (*DynamoDB, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	d := &DynamoDB{URL: "http://" + l.Addr().String(), server: &http.Server{Handler: server.NewServer(), ReadHeaderTimeout: 5 * time.Second}}
	go d.server.Serve(l)
	return d, nil
}

// Close stops the server.
func (d *DynamoDB) Close() error { return d.server.Close() }

// TestTable is a table of its own for one test: in an embedded DynamoDB of its own, or in the one that
// AWS_ENDPOINT_URL_DYNAMODB names, so that the same tests run against another engine.
type TestTable struct {
	Name   string
	URL    string
	engine *DynamoDB
}

// MakeTestTable makes an empty table; Close takes it away.
func MakeTestTable(ctx context.Context) (*TestTable, error) {
	t := &TestTable{Name: "dossier-" + strings.ToLower(rand.Text()), URL: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")}
	if t.URL == "" {
		var err error
		if t.engine, err = StartDynamoDB(); err != nil {
			return nil, err
		}
		t.URL = t.engine.URL
	}
	if err := MakeTable(ctx, t.Client(), t.Name); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Client is a client of the table's engine.
func (t *TestTable) Client() *dynamodb.Client { return DynamoDBClient(t.URL) }

// Close takes the table away, or the engine with it.
func (t *TestTable) Close() error {
	if t.engine != nil {
		return t.engine.Close()
	}
	_, err := t.Client().DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &t.Name})
	return err
}

// Client is a client of the running DynamoDB.
func (d *DynamoDB) Client() *dynamodb.Client { return DynamoDBClient(d.URL) }

// DynamoDBClient is a client of a DynamoDB on this machine.
func DynamoDBClient(url string) *dynamodb.Client {
	return dynamodb.NewFromConfig(Config(), func(o *dynamodb.Options) { o.BaseEndpoint = &url })
}

// MakeTable makes Dossier's table when it is not there yet.
func MakeTable(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, store.TableInput(name))
	var exists *ddbtypes.ResourceInUseException
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create table: %w", err)
	}
	return nil
}

// FreeAddr turns port 0 into a free port and says clearly when a port is taken.
func FreeAddr(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", addr, err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// PDFiumCache is the folder in which this machine keeps PDFium's compiled cache between runs and tests.
func PDFiumCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "dossier", "pdfium")
}

// quietly runs f with standard output closed to it: the gateway prints its settings there.
func quietly(f func() error) error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open null device: %w", err)
	}
	defer null.Close()
	out := os.Stdout
	os.Stdout = null
	defer func() { os.Stdout = out }()
	return f()
}
