package localaws

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// hasDots reports whether a key has a segment . or .., also percent-encoded. S3 takes such a key as it is written. A folder would
// take it for another place, out of the one that a form or an address was signed for.
func hasDots(key string) bool {
	for range 3 { // as it is, encoded, and encoded twice
		if slices.ContainsFunc(strings.FieldsFunc(key, isSlash), func(s string) bool { return s == "." || s == ".." }) {
			return true
		}
		plain, err := url.PathUnescape(key)
		if err != nil || plain == key {
			return false
		}
		key = plain
	}
	return true // nobody encodes a key so often with good reason
}

func isSlash(r rune) bool { return r == '/' }

// refuse answers a request whose address or copy source has such segments, before anything makes them one path.
func refuse(w http.ResponseWriter, r *http.Request) bool {
	if !hasDots(r.URL.EscapedPath()) && !hasDots(r.Header.Get("X-Amz-Copy-Source")) {
		return false
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte("<Error><Code>InvalidArgument</Code><Message>a key with . or .. segments</Message></Error>"))
	return true
}

func checked(keys ...*string) error {
	for _, k := range keys {
		if hasDots(aws.ToString(k)) {
			return s3err.GetAPIError(s3err.ErrInvalidRequest)
		}
	}
	return nil
}

// The gateway comes here for every object that it makes, from a form too, and for every one that it takes away.

// PutObject refuses a key that leads elsewhere.
func (d dated) PutObject(ctx context.Context, in s3response.PutObjectInput) (out s3response.PutObjectOutput, err error) {
	if err := checked(in.Key); err != nil {
		return out, err
	}
	return d.Posix.PutObject(ctx, in)
}

// CreateMultipartUpload refuses a key that leads elsewhere.
func (d dated) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (out s3response.InitiateMultipartUploadResult, err error) {
	if err := checked(in.Key); err != nil {
		return out, err
	}
	return d.Posix.CreateMultipartUpload(ctx, in)
}

// CopyObject refuses a key or a source that leads elsewhere.
func (d dated) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (out s3response.CopyObjectOutput, err error) {
	if err := checked(in.Key, in.CopySource); err != nil {
		return out, err
	}
	return d.Posix.CopyObject(ctx, in)
}

// DeleteObject refuses a key that leads elsewhere.
func (d dated) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	if err := checked(in.Key); err != nil {
		return nil, err
	}
	return d.Posix.DeleteObject(ctx, in)
}

// DeleteObjects refuses keys that lead elsewhere.
func (d dated) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (out s3response.DeleteResult, err error) {
	if in.Delete != nil {
		for _, o := range in.Delete.Objects {
			if err := checked(o.Key); err != nil {
				return out, err
			}
		}
	}
	return d.Posix.DeleteObjects(ctx, in)
}
