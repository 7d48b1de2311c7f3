package localaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3response"

	"dossier/internal/loopback"
)

// maxCopy is the largest object in bytes that CopyObject copies (Amazon S3 API Reference, "CopyObject").
const maxCopy = 5 << 30

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
	inner, err := loopback.FreeAddr("127.0.0.1:0")
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
			CopyObjectThreshold: maxCopy, NewDirPerm: 0o700, NewFilePerm: 0o600, Concurrency: 64, ForceNoObjLockFile: true})
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
				RootUserAccess: loopback.AccessKey, RootUserSecret: loopback.SecretKey, Region: loopback.Region, Ports: []string{inner}, CORSAllowOrigin: "*",
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

// dated keeps keys in their folder, and mends a list's times: versitygw dates a version that was replaced by its replacement, where S3 keeps the time
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
func (g *S3) Client() *s3.Client { return loopback.S3(g.URL) }

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
