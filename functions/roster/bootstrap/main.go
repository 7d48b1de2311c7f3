// The roster function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"dossier/functions"
	"dossier/functions/roster"
	"dossier/internal/queue"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[roster.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	intake := queue.NewSender(sqs.NewFromConfig(aws), c.IntakeQueue)
	f := roster.New(c, functions.S3(aws), functions.DynamoDB(aws), intake, functions.Log())
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
