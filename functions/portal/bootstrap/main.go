// The portal function on Lambda, behind a function URL that demands IAM.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdaurl"

	"dossier/functions"
	"dossier/functions/portal"
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
	p, err := portal.New(c, functions.S3(aws), functions.DynamoDB(aws), caller, functions.Log())
	if err != nil {
		return err
	}
	lambda.StartWithOptions(lambdaurl.Wrap(p), lambda.WithContext(ctx))
	return nil
}

// caller is the IAM identity that signed the request; the function URL lets nobody else in.
func caller(r *http.Request) string {
	e, ok := lambdaurl.RequestFromContext(r.Context())
	if !ok || e.RequestContext.Authorizer == nil || e.RequestContext.Authorizer.IAM == nil {
		return ""
	}
	return e.RequestContext.Authorizer.IAM.UserARN
}
