// The portal function on Lambda, behind an HTTP API of API Gateway.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"dossier/functions"
	"dossier/functions/portal"
	"dossier/functions/portal/signin"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

func main() { functions.Main(run) }

func run(ctx context.Context) error {
	c, err := functions.Configure[portal.Config]()
	if err != nil {
		return err
	}
	aws, err := functions.AWS(ctx)
	if err != nil {
		return err
	}
	log := functions.Log()
	keys := functions.TicketKeys(aws, c.TicketKeysSecret)
	s := signin.New(c.SignIn(keys), store.New(functions.DynamoDB(aws), c.Table), log)
	p, err := portal.New(c, functions.S3(aws), functions.DynamoDB(aws), ticket.NewRing(keys), s, log)
	if err != nil {
		return err
	}
	lambda.StartWithOptions(httpadapter.NewV2(p).ProxyWithContext, lambda.WithContext(ctx))
	return nil
}
