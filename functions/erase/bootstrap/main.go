// The erase function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions"
	"dossier/functions/erase"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[erase.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	f := erase.New(c, functions.S3(aws), functions.DynamoDB(aws), functions.Log())
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
