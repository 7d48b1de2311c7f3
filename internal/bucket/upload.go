package bucket

import (
	"context"
	"fmt"
	"io"
	"mime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// MaxUpload is the most bytes that one upload may have where a function's configuration says nothing: 250 MiB.
const MaxUpload = 250 << 20

// Form is an HTML form that S3 takes a file from, straight from a browser. The file is its last field, named "file".
type Form struct {
	URL    string            `json:"url"`
	Fields map[string]string `json:"fields"`
}

// PostForm signs a form for files of at most limit bytes under a prefix, and nowhere else. The form's own key puts the
// file under the name that it has with the visitor; one that is redirected goes to where after, any other is answered
// with 201. Source: Amazon S3 API Reference, "Browser-Based Uploads Using POST (AWS Signature Version 4)".
func (b *Bucket) PostForm(
	ctx context.Context,
	prefix string,
	limit int64,
	life time.Duration,
	where string,
) (Form, error) {
	after := map[string]string{"success_action_status": "201"}
	if where != "" {
		after = map[string]string{"success_action_redirect": where}
	}
	key := prefix + "${filename}"
	signed, err := s3.NewPresignClient(b.s3).
		PresignPostObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key}, func(o *s3.PresignPostOptions) {
			o.Expires = life
			o.Conditions = []any{[]any{"content-length-range", 1, limit}, []any{"starts-with", "$key", prefix}}
			for name, value := range after {
				o.Conditions = append(o.Conditions, map[string]string{name: value})
			}
		})
	if err != nil {
		return Form{}, fmt.Errorf("sign upload form: %w", err)
	}
	f := Form{URL: signed.URL, Fields: signed.Values}
	for name, value := range after {
		f.Fields[name] = value
	}
	return f, nil
}

// Part is a part of an upload that S3 has; Size is in bytes.
type Part struct {
	Number int32 `json:"number"`
	Size   int64 `json:"size"`
	etag   string
}

// Begin starts an upload in parts and gives its id.
func (b *Bucket) Begin(ctx context.Context, key string) (string, error) {
	out, err := b.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return "", wrap(err, "begin upload in parts")
	}
	return aws.ToString(out.UploadId), nil
}

// PartURL signs the address to which one part of exactly size bytes is put.
func (b *Bucket) PartURL(
	ctx context.Context,
	key, upload string,
	number int32,
	size int64,
	life time.Duration,
) (string, error) {
	r, err := s3.NewPresignClient(b.s3, s3.WithPresignExpires(life)).PresignUploadPart(ctx,
		&s3.UploadPartInput{Bucket: &b.name, Key: &key, UploadId: &upload, PartNumber: &number, ContentLength: &size})
	if err != nil {
		return "", fmt.Errorf("sign part: %w", err)
	}
	return r.URL, nil
}

// Parts lists what S3 has of an upload; NotFound when there is no such upload, or it is complete.
func (b *Bucket) Parts(ctx context.Context, key, upload string) ([]Part, error) {
	var all []Part
	pages := s3.NewListPartsPaginator(b.s3, &s3.ListPartsInput{Bucket: &b.name, Key: &key, UploadId: &upload})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, wrap(err, "list parts")
		}
		for _, p := range out.Parts {
			all = append(all, Part{aws.ToInt32(p.PartNumber), aws.ToInt64(p.Size), aws.ToString(p.ETag)})
		}
	}
	return all, nil
}

// Finish makes an object of the parts. One of over limit bytes is thrown away and Rejected as "too-large".
func (b *Bucket) Finish(ctx context.Context, key, upload string, limit int64) error {
	parts, err := b.Parts(ctx, key, upload)
	if err != nil {
		return err
	}
	total := int64(0)
	done := &types.CompletedMultipartUpload{}
	for _, p := range parts {
		total += p.Size
		done.Parts = append(done.Parts, types.CompletedPart{ETag: &p.etag, PartNumber: &p.Number})
	}
	if total > limit || total == 0 {
		if _, err := b.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.name, Key: &key, UploadId: &upload}); err != nil {
			return wrap(err, "abort upload in parts")
		}
		return fault.Reject("too-large", "an upload in parts of %d bytes, the limit is %d", total, limit)
	}
	if _, err := b.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &b.name, Key: &key, UploadId: &upload, MultipartUpload: done}); err != nil {
		return wrap(err, "finish upload in parts")
	}
	return nil
}

// Link signs an address at which a browser gets an object version and saves it under a name.
func (b *Bucket) Link(ctx context.Context, o meeting.Object, name string, life time.Duration) (string, error) {
	return b.link(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o),
		ResponseContentDisposition: aws.String(
			mime.FormatMediaType("attachment", map[string]string{"filename": name}),
		)}, life)
}

// Show signs an address at which a browser shows an object version as what it is, a media type; who uploaded it may
// have called it anything.
func (b *Bucket) Show(ctx context.Context, o meeting.Object, media string, life time.Duration) (string, error) {
	return b.link(
		ctx,
		&s3.GetObjectInput{
			Bucket:                     &b.name,
			Key:                        &o.Key,
			VersionId:                  version(o),
			ResponseContentDisposition: aws.String("inline"),
			ResponseContentType:        &media,
		},
		life,
	)
}

func (b *Bucket) link(ctx context.Context, in *s3.GetObjectInput, life time.Duration) (string, error) {
	r, err := s3.NewPresignClient(b.s3, s3.WithPresignExpires(life)).PresignGetObject(ctx, in)
	if err != nil {
		return "", fmt.Errorf("sign link: %w", err)
	}
	return r.URL, nil
}

// Open reads one object version as a stream; GoneError when it is gone. The caller closes it.
func (b *Bucket) Open(ctx context.Context, o meeting.Object) (io.ReadCloser, error) {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)})
	if err != nil {
		return nil, wrapVersion(err, "get", o)
	}
	return out.Body, nil
}

// PutStream writes what r gives under a key, in parts, however long it is: a few parts of it are in memory at a time.
func (b *Bucket) PutStream(ctx context.Context, key, contentType string, r io.Reader) error {
	_, err := transfermanager.New(b.s3, func(o *transfermanager.Options) { o.Concurrency = 2 }).UploadObject(ctx,
		&transfermanager.UploadObjectInput{Bucket: &b.name, Key: &key, Body: r, ContentType: &contentType})
	if err != nil {
		return wrap(err, "put stream")
	}
	return nil
}
