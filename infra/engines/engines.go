// Package engines gives what is not moved to localaws, loopback and awstest yet their functions by their former names.
package engines

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/infra/localaws"
	"dossier/internal/awstest"
	"dossier/internal/loopback"
)

// As in loopback.
const (
	AccessKey = loopback.AccessKey
	SecretKey = loopback.SecretKey
	Region    = loopback.Region
)

// S3 and DynamoDB are as in localaws.
type (
	S3       = localaws.S3
	DynamoDB = localaws.DynamoDB
)

// Config is as in loopback.
func Config() aws.Config { return loopback.Config() }

// StartS3 is as in localaws.
func StartS3(ctx context.Context, dir, addr, webhook string) (*S3, error) {
	return localaws.StartS3(ctx, dir, addr, webhook)
}

// StartDynamoDB is as in localaws.
func StartDynamoDB() (*DynamoDB, error) { return localaws.StartDynamoDB() }

// DynamoDBClient is a client of a DynamoDB on this machine.
func DynamoDBClient(url string) *dynamodb.Client { return loopback.DynamoDB(url) }

// MakeBucket is as in loopback.
func MakeBucket(ctx context.Context, client *s3.Client, name string) error {
	return loopback.MakeBucket(ctx, client, name)
}

// MakeTable is as in loopback.
func MakeTable(ctx context.Context, client *dynamodb.Client, name string) error {
	return loopback.MakeTable(ctx, client, name)
}

// TestTable is a table of its own for one test.
type TestTable struct {
	Name, URL string
	client    *dynamodb.Client
}

// MakeTestTable makes an empty table; Close takes it away.
func MakeTestTable(ctx context.Context) (*TestTable, error) {
	url, err := awstest.DynamoDBURL()
	if err != nil {
		return nil, err
	}
	t := &TestTable{Name: "dossier-" + strings.ToLower(rand.Text()), URL: url, client: loopback.DynamoDB(url)}
	return t, loopback.MakeTable(ctx, t.client, t.Name)
}

// Client is a client of the table's engine.
func (t *TestTable) Client() *dynamodb.Client { return t.client }

// Close takes the table away.
func (t *TestTable) Close() error {
	_, err := t.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &t.Name})
	return err
}

// FreeAddr is as in loopback.
func FreeAddr(addr string) (string, error) { return loopback.FreeAddr(addr) }

// PDFiumCache is the folder in which this machine keeps PDFium's compiled cache between runs and tests.
func PDFiumCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "dossier", "pdfium")
}

// S3Client is a client of an S3 on this machine.
func S3Client(url string) *s3.Client { return loopback.S3(url) }
