// Package loopback reaches the S3 and the DynamoDB that stand in for AWS on this machine. It is for tests and for the
// programs under infra; no function imports it.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

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
	return aws.Config{Region: Region, HTTPClient: HTTPClient{awshttp.NewBuildableClient()},
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, "")}
}

// HTTPClient sends a request's body by Read alone. The SDK closes a body as soon as the answer begins, and in smithy-go
// 1.28 the WriteTo of a closed body is an error: with an engine that answers before the sender has come to its end, the
// connection was closed and the rest of the answer lost, so that a write that had been carried out was sent again.
type HTTPClient struct{ aws.HTTPClient }

// Do sends one request.
func (c HTTPClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.HTTPClient.Do(r)
}

// S3 is a client of the S3 at an address such as "http://127.0.0.1:9000".
func S3(url string) *s3.Client {
	return s3.NewFromConfig(Config(), func(o *s3.Options) {
		o.BaseEndpoint = &url
		o.UsePathStyle = true
	})
}

// DynamoDB is a client of the DynamoDB at an address.
func DynamoDB(url string) *dynamodb.Client {
	return dynamodb.NewFromConfig(Config(), func(o *dynamodb.Options) { o.BaseEndpoint = &url })
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
