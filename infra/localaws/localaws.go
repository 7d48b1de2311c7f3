// Package localaws is the S3 and the DynamoDB that stand in for AWS on this machine: versitygw over a folder, and a
// DynamoDB of our own in memory, with a file if it is to outlive the process. Both listen on loopback alone.
package localaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"dossier/infra/localaws/dynamo"
	"dossier/internal/loopback"
)

// Servers are a running S3 and a running DynamoDB.
type Servers struct {
	S3       *S3
	DynamoDB *DynamoDB
	dir      string
}

// Start starts both on free ports, over a temporary folder that Close removes. One per process: it changes the
// working directory.
func Start(ctx context.Context) (_ *Servers, err error) {
	s := &Servers{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.dir, err = os.MkdirTemp("", "dossier-localaws-*"); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if s.S3, err = StartS3(ctx, s.dir, "127.0.0.1:0", ""); err != nil {
		return nil, err
	}
	s.DynamoDB, err = StartDynamoDB()
	return s, err
}

// Environment is how the AWS SDK finds the servers, as NAME=value.
func (s *Servers) Environment() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.S3.URL,
		"AWS_ENDPOINT_URL_DYNAMODB=" + s.DynamoDB.URL,
		"AWS_ACCESS_KEY_ID=" + loopback.AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + loopback.SecretKey,
		"AWS_REGION=" + loopback.Region,
	}
}

// Close stops the servers and removes what they kept.
func (s *Servers) Close() error {
	var errs []error
	if s.DynamoDB != nil {
		errs = append(errs, s.DynamoDB.Close())
	}
	if s.S3 != nil {
		errs = append(errs, s.S3.Close())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

// DynamoDB is a running DynamoDB.
type DynamoDB struct {
	URL    string
	server *http.Server
	tables *dynamo.Server
}

// StartDynamoDB serves an empty DynamoDB in memory on a free port of loopback until Close.
func StartDynamoDB() (*DynamoDB, error) { return serve(dynamo.New()) }

// OpenDynamoDB serves a DynamoDB that keeps its tables in a file, with those that are in it.
func OpenDynamoDB(path string) (*DynamoDB, error) {
	tables, err := dynamo.Open(path)
	if err != nil {
		return nil, err
	}
	d, err := serve(tables)
	if err != nil {
		return nil, errors.Join(err, tables.Close())
	}
	return d, nil
}

func serve(tables *dynamo.Server) (*DynamoDB, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	d := &DynamoDB{URL: "http://" + l.Addr().String(), tables: tables,
		server: &http.Server{Handler: tables, ReadHeaderTimeout: 5 * time.Second}}
	go d.server.Serve(l)
	return d, nil
}

// Client is a client of the running DynamoDB.
func (d *DynamoDB) Client() *dynamodb.Client { return loopback.DynamoDB(d.URL) }

// Close stops the server.
func (d *DynamoDB) Close() error { return errors.Join(d.server.Close(), d.tables.Close()) }
