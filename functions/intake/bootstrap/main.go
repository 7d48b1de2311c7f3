// The intake function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions"
	"dossier/functions/intake"
	"dossier/internal/ticket"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[intake.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	engine, err := intake.OCR(ctx, c, functions.AWS)
	if err != nil {
		return err
	}
	large, err := intake.Large(ctx, c, functions.AWS, functions.Log())
	if err != nil {
		return err
	}
	keys := ticket.NewRing(functions.TicketKeys(aws, c.TicketKeysSecret))
	engines := intake.Engines{OCR: engine, Large: large}
	f, err := intake.New(c, functions.S3(aws), functions.DynamoDB(aws), keys, engines, functions.Log())
	if err != nil {
		return err
	}
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
