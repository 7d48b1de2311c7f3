// The sweep function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"dossier/functions"
	"dossier/functions/sweep"
	"dossier/internal/queue"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[sweep.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	q := sqs.NewFromConfig(aws)
	f := sweep.New(
		c,
		functions.S3(aws),
		functions.DynamoDB(aws),
		queue.NewSender(q, c.IntakeQueue),
		queue.NewSender(q, c.RosterQueue),
		functions.Log(),
	)
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
