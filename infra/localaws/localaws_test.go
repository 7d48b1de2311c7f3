package localaws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"dossier/internal/awstest"
)

// put uploads an object and gives its version.
func put(t *testing.T, b *awstest.Bucket, key string, data []byte, metadata map[string]string) string {
	t.Helper()
	out, err := b.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: &key, Body: bytes.NewReader(data), Metadata: metadata, ContentType: aws.String("text/x-test")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.VersionId
}

func TestCopyObject(t *testing.T) {
	t.Parallel()
	b := awstest.MakeBucket(t)
	for _, size := range []int{0, 1, 100_000, 6 << 20} {
		data := bytes.Repeat([]byte("x"), size)
		source := fmt.Sprintf("from/%d é.bin", size)
		first := put(t, b, source, data, map[string]string{"office": "one"})
		put(t, b, source, []byte("newer"), nil)
		for name, from := range map[string]string{"newest": "", "version": "?versionId=" + first} {
			key := fmt.Sprintf("to/%s/%d", name, size)
			copied, err := b.Client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &b.Name, Key: &key,
				CopySource: aws.String(b.Name + "/" + strings.ReplaceAll(source, " é", "%20%C3%A9") + from)})
			if err != nil {
				t.Errorf("%s of %d bytes: %v", name, size, err)
				continue
			}
			got, err := b.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: &key, VersionId: copied.VersionId})
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(got.Body)
			want := data
			if from == "" {
				want = []byte("newer")
			}
			if err != nil || !bytes.Equal(text, want) || aws.ToString(got.ContentType) != "text/x-test" || from != "" && got.Metadata["office"] != "one" {
				t.Errorf("%s of %d bytes: %d bytes of %s, %v, %v", name, size, len(text), aws.ToString(got.ContentType), got.Metadata, err)
			}
		}
	}
	_, err := b.Client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &b.Name, Key: aws.String("to/none"), CopySource: aws.String(b.Name + "/none")})
	if api, ok := errors.AsType[smithy.APIError](err); !ok || !strings.HasPrefix(api.ErrorCode(), "NoSuch") {
		t.Errorf("a copy of nothing: %v", err)
	}
}

// A version keeps the time of its own upload when another replaces it.
func TestVersionsKeepTheirTimes(t *testing.T) {
	t.Parallel()
	b := awstest.MakeBucket(t)
	times := map[string]string{}
	for i := range 3 {
		version := put(t, b, "a", fmt.Append(nil, i), nil)
		head, err := b.Client.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: &b.Name, Key: aws.String("a"), VersionId: &version})
		if err != nil {
			t.Fatal(err)
		}
		times[version] = head.LastModified.UTC().Format("15:04:05")
	}
	found, err := b.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &b.Name})
	if err != nil || len(found.Versions) != 3 {
		t.Fatalf("got %+v, %v", found, err)
	}
	for _, v := range found.Versions {
		if got := v.LastModified.UTC().Format("15:04:05"); got != times[*v.VersionId] {
			t.Errorf("version %s is of %s, was uploaded at %s", *v.VersionId, got, times[*v.VersionId])
		}
	}
	if os.Getenv("AWS_ENDPOINT_URL_S3") != "" {
		t.Log("of the server that the environment names")
	}
}
