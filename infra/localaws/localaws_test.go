package localaws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
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

// A key cannot leave its folder, whichever way it comes in: S3 takes keys as they are written.
func TestKeysStayInTheirFolder(t *testing.T) {
	t.Parallel()
	b := awstest.MakeBucket(t)
	put(t, b, "roster/m/participants.csv", []byte("the roster"), nil)
	put(t, b, "incoming/m/x/a.txt", []byte("an upload"), nil)
	unchanged := func(way string) {
		t.Helper()
		found, err := b.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &b.Name})
		if err != nil || len(found.Versions) != 2 || len(found.DeleteMarkers) != 0 {
			t.Errorf("%s: %d versions, %d markers, %v", way, len(found.Versions), len(found.DeleteMarkers), err)
		}
		got, err := b.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: aws.String("roster/m/participants.csv")})
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(got.Body); err != nil || string(text) != "the roster" {
			t.Errorf("%s: the roster is %q, %v", way, text, err)
		}
	}
	inside := aws.String("incoming/m/x/a.txt")
	for _, bad := range []string{"incoming/m/x/../../../roster/m/participants.csv", "incoming/m/x/./../../../roster/m/participants.csv",
		"incoming/m/x/%2e%2e/%2e%2e/%2E./roster/m/participants.csv", "incoming/m/x/..%2f..%2f../roster/m/participants.csv", "../" + b.Name + "/roster/m/participants.csv"} {
		key := aws.String(bad)
		for way, try := range map[string]func() error{
			"put": func() error {
				_, err := b.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: key, Body: strings.NewReader("forged")})
				return err
			},
			"in parts": func() error {
				_, err := b.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &b.Name, Key: key})
				return err
			},
			"copy to": func() error {
				_, err := b.Client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &b.Name, Key: key, CopySource: aws.String(b.Name + "/" + *inside)})
				return err
			},
			"copy from": func() error {
				_, err := b.Client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &b.Name, Key: inside, CopySource: aws.String(b.Name + "/" + bad)})
				return err
			},
			"delete": func() error {
				_, err := b.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &b.Name, Key: key})
				return err
			},
			"delete several": func() error {
				_, err := b.Client.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: &b.Name, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: key}}}})
				return err
			},
			"form": func() error { return postForm(t, b, "incoming/m/x/", bad, "a.txt") },
			"form, by the file's name": func() error {
				return postForm(t, b, "incoming/m/x/", "incoming/m/x/${filename}", strings.TrimPrefix(bad, "incoming/m/x/"))
			},
		} {
			if err := try(); err == nil {
				t.Errorf("%s: %s is taken", way, bad)
			}
			unchanged(way + " " + bad)
		}
	}
}

// postForm sends a file by a form that is signed for a prefix.
func postForm(t *testing.T, b *awstest.Bucket, prefix, key, name string) error {
	t.Helper()
	signed, err := s3.NewPresignClient(b.Client).PresignPostObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Name, Key: aws.String(prefix + "${filename}")},
		func(o *s3.PresignPostOptions) { o.Conditions = []any{[]any{"starts-with", "$key", prefix}} })
	if err != nil {
		t.Fatal(err)
	}
	signed.Values["key"] = key
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range signed.Values {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write([]byte("forged"))
	}
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(signed.URL, m.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode < http.StatusBadRequest {
		return nil
	}
	return fmt.Errorf("form: %s", r.Status)
}
