// The feedback function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions"
	"dossier/functions/feedback"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[feedback.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	f := feedback.New(c, functions.DynamoDB(aws), functions.Log())
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
