// Package functions holds what all of Dossier's Lambda functions share: their AWS clients and their start.
package functions

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/caarlos0/env/v11"

	"dossier/internal/secret"
	"dossier/internal/ticket"
)

// Configure reads a function's configuration from the environment and names every mistake at once.
func Configure[T any]() (T, error) {
	c, err := env.ParseAs[T]()
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

// AWS loads the SDK's configuration from the environment. AWS_ENDPOINT_URL_<SERVICE> points a client elsewhere.
func AWS(ctx context.Context) (aws.Config, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return c, fmt.Errorf("load AWS configuration: %w", err)
	}
	return c, nil
}

// S3 makes a client; one that is pointed elsewhere uses path style, for a bucket has no host name there.
func S3(c aws.Config) *s3.Client {
	return s3.NewFromConfig(c, func(o *s3.Options) {
		o.UsePathStyle = elsewhere("S3")
	})
}

// DynamoDB makes a client; one that is pointed elsewhere does without the checksums that only AWS sends.
func DynamoDB(c aws.Config) *dynamodb.Client {
	return dynamodb.NewFromConfig(c, func(o *dynamodb.Options) {
		o.DisableValidateResponseChecksum = elsewhere("DYNAMODB")
	})
}

// TicketKeys is the secret in Secrets Manager that holds the keys of upload links. It is read when it is first needed,
// and again some minutes later.
func TicketKeys(c aws.Config, name string) *secret.Secret {
	good := func(text string) error {
		_, err := ticket.ParseKeys(text)
		return err
	}
	return secret.New(secretsmanager.NewFromConfig(c), name, good, Log(), time.Now)
}

func elsewhere(service string) bool {
	return os.Getenv("AWS_ENDPOINT_URL_"+service) != "" || os.Getenv("AWS_ENDPOINT_URL") != ""
}

// Log is the function's logger, in Lambda's format and with its request id.
func Log() *slog.Logger { return lambdacontext.NewLogger() }

// Main runs a function's start and ends the process when it fails: Lambda then shows the message.
func Main(start func(context.Context) error) {
	if err := start(context.Background()); err != nil {
		Log().Error("start failed", "error", err)
		os.Exit(1)
	}
}
