// Package awstest gives a test an S3 bucket and a DynamoDB table of its own. It is for tests only.
//
// AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_DYNAMODB name the servers; `make test` starts them once for all packages. A
// server that is not named is built from infra/localaws and started once in this process, and ends with it.
package awstest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dossier/internal/loopback"
)

const (
	s3Variable       = "AWS_ENDPOINT_URL_S3"
	dynamoDBVariable = "AWS_ENDPOINT_URL_DYNAMODB"
)

// S3URL is the address of the S3 for this process, which is started if need be.
func S3URL() (string, error) { return address(s3Variable) }

// DynamoDBURL is the address of the DynamoDB for this process, which is started if need be.
func DynamoDBURL() (string, error) { return address(dynamoDBVariable) }

func address(variable string) (string, error) {
	if url := os.Getenv(variable); url != "" {
		return url, nil
	}
	s, err := started()
	if err != nil {
		return "", err
	}
	if s.addresses[variable] == "" {
		return "", fmt.Errorf("the program printed no %s", variable)
	}
	return s.addresses[variable], nil
}

// servers are the started program.
type servers struct {
	addresses map[string]string // by variable
	stdin     io.Closer         // held for as long as the program is to run
}

// started starts the servers the first time that it is called.
var started = sync.OnceValues(func() (*servers, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "run", "./localaws/serve") // Go keeps the program that it built
	cmd.Dir = filepath.Join(root, "infra")
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	// The program ends when its standard input does: when this process ends, however that comes about.
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start servers: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start servers: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start servers: %w", err)
	}
	all, err := assignments(out)
	if err == nil && len(all) == 0 {
		err = errors.Join(errors.New("no address was printed"), cmd.Wait(), errors.New(trouble.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("start servers: %w", err)
	}
	return &servers{all, in}, nil
})

// moduleRoot is the nearest folder above this one that has infra/localaws.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "infra", "localaws")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find module: no folder above this one has infra/localaws")
		}
		dir = parent
	}
}

// assignments reads lines of NAME=value up to an empty one.
func assignments(r io.Reader) (map[string]string, error) {
	all := map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() && lines.Text() != "" {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if !ok {
			return nil, fmt.Errorf("unexpected line %q", lines.Text())
		}
		all[name] = value
	}
	return all, lines.Err()
}

// TB is a testing.TB or a rapid.T.
type TB interface {
	Helper()
	Cleanup(func())
	Error(args ...any)
	Fatal(args ...any)
}

// Table is a table of Dossier, empty at first.
type Table struct {
	Name   string
	Client *dynamodb.Client
}

// MakeTable makes a table that is removed when the test has ended.
func MakeTable(t TB) *Table {
	t.Helper()
	url, err := DynamoDBURL()
	if err != nil {
		t.Fatal(err)
	}
	table := &Table{"dossier-" + strings.ToLower(rand.Text()), loopback.DynamoDB(url)}
	if err := loopback.MakeTable(context.Background(), table.Client, table.Name); err != nil {
		t.Fatal(err)
	}
	cleanup(t, table.remove)
	return table
}

func (t *Table) remove(ctx context.Context) error {
	if _, err := t.Client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.Name}); err != nil {
		return fmt.Errorf("remove table: %w", err)
	}
	return nil
}

// Bucket is a versioned bucket, empty at first.
type Bucket struct {
	Name   string
	Client *s3.Client
}

// MakeBucket makes a bucket that is removed when the test has ended.
func MakeBucket(t TB) *Bucket {
	t.Helper()
	url, err := S3URL()
	if err != nil {
		t.Fatal(err)
	}
	return MakeBucketAt(t, url)
}

// MakeBucketAt is MakeBucket in the S3 at an address.
func MakeBucketAt(t TB, url string) *Bucket {
	t.Helper()
	b := &Bucket{"dossier-" + strings.ToLower(rand.Text()), loopback.S3(url)}
	if err := loopback.MakeBucket(context.Background(), b.Client, b.Name); err != nil {
		t.Fatal(err)
	}
	cleanup(t, b.remove)
	return b
}

// remove takes the bucket away, with every version of every object in it.
func (b *Bucket) remove(ctx context.Context) error {
	pages := s3.NewListObjectVersionsPaginator(b.Client, &s3.ListObjectVersionsInput{Bucket: &b.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("empty bucket: %w", err)
		}
		var all []types.ObjectIdentifier
		for _, v := range page.Versions {
			all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, d := range page.DeleteMarkers {
			all = append(all, types.ObjectIdentifier{Key: d.Key, VersionId: d.VersionId})
		}
		if len(all) == 0 {
			continue
		}
		if _, err := b.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.Name, Delete: &types.Delete{Objects: all}}); err != nil {
			return fmt.Errorf("empty bucket: %w", err)
		}
	}
	if _, err := b.Client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.Name}); err != nil {
		return fmt.Errorf("remove bucket: %w", err)
	}
	return nil
}

func cleanup(t TB, remove func(context.Context) error) {
	t.Cleanup(func() {
		if err := remove(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
