// The deliver function on Lambda.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"dossier/functions"
	"dossier/functions/deliver"
	"dossier/internal/ses"
	"dossier/internal/ticket"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[deliver.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	sender := ses.New(sesv2.NewFromConfig(aws), c.ConfigurationSet)
	keys := ticket.NewRing(functions.TicketKeys(aws, c.TicketKeysSecret))
	f, err := deliver.New(c, functions.S3(aws), functions.DynamoDB(aws), keys, sender, functions.Log())
	if err != nil {
		return err
	}
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}
