package awstest

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestTableIsRemovedWithItsTest(t *testing.T) {
	t.Parallel()
	var table *Table
	t.Run("", func(t *testing.T) {
		table = MakeTable(t)
		if other := MakeTable(t); other.Name == table.Name {
			t.Errorf("two tables are named %s", other.Name)
		}
	})
	if _, err := table.Client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table.Name}); err == nil {
		t.Error("the table is still there")
	}
}

func TestBucketIsRemovedWithItsTest(t *testing.T) {
	t.Parallel()
	var bucket *Bucket
	t.Run("", func(t *testing.T) {
		bucket = MakeBucket(t)
		for range 2 {
			if _, err := bucket.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket.Name, Key: aws.String("a/b"), Body: strings.NewReader("x")}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := bucket.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket.Name, Key: aws.String("a/b")}); err != nil {
			t.Fatal(err)
		}
		found, err := bucket.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.Name})
		if err != nil || len(found.Versions) != 2 || len(found.DeleteMarkers) != 1 {
			t.Errorf("the bucket keeps no versions: %+v, %v", found, err)
		}
	})
	if _, err := bucket.Client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: &bucket.Name}); err == nil {
		t.Error("the bucket is still there")
	}
}

func TestNamedAddressesAreUsed(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2")
	if url, err := S3URL(); err != nil || url != "http://127.0.0.1:1" {
		t.Errorf("got %s, %v", url, err)
	}
	if url, err := DynamoDBURL(); err != nil || url != "http://127.0.0.1:2" {
		t.Errorf("got %s, %v", url, err)
	}
}
