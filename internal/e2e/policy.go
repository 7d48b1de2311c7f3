package e2e

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"dossier/internal/meeting"
)

// infected stands for the statement NothingInfected of the bucket's policy, which the S3 of this machine does not
// enforce: it denies s3:GetObjectVersion of a version that GuardDuty has tagged. Both GetObject and HeadObject ask for
// that (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").
type infected struct {
	mu       sync.Mutex
	versions map[string]bool // by the object's id
}

func (i *infected) tag(o meeting.Object, found bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.versions == nil {
		i.versions = map[string]bool{}
	}
	i.versions[o.ID()] = found
}

func (i *infected) holds(bucket, key, version *string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	o := meeting.Object{Bucket: aws.ToString(bucket), Key: aws.ToString(key), Version: aws.ToString(version)}
	return i.versions[o.ID()]
}

// deny puts the statement into a client's stack.
func (i *infected) deny(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("policy", func(ctx context.Context, in middleware.InitializeInput,
		next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		denied := false
		switch c := in.Parameters.(type) {
		case *s3.GetObjectInput:
			denied = i.holds(c.Bucket, c.Key, c.VersionId)
		case *s3.HeadObjectInput:
			denied = i.holds(c.Bucket, c.Key, c.VersionId)
		}
		if denied {
			return middleware.InitializeOutput{}, middleware.Metadata{}, forbidden()
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// forbidden is the answer of S3 to a call that a policy denies.
func forbidden() error {
	return &awshttp.ResponseError{RequestID: "denied", ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusForbidden}},
		Err:      &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"},
	}}
}
