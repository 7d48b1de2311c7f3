package dynamo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sizes are how many items a table has when it is measured.
func sizes() []int { return []int{1_000, 20_000, 100_000} }

// fill makes a table of items of about the size of a document's, twenty a partition.
func fill(b *testing.B, items int) *fixture {
	f := start(b)
	for from := 0; from < items; from += 25 {
		var batch []types.WriteRequest
		for i := from; i < min(items, from+25); i++ {
			batch = append(batch, types.WriteRequest{PutRequest: &types.PutRequest{Item: document(i, 1)}})
		}
		if _, err := f.BatchWriteItem(b.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*f.name: batch}}); err != nil {
			b.Fatal(err)
		}
	}
	return f
}

func document(i, rev int) av {
	return at(fmt.Sprint("D#", i/20), fmt.Sprint("DOCUMENT#", i%20), "rev", rev, "GPK", fmt.Sprint("M#", i%10), "GSK", i, "title", strings.Repeat("word ", 20),
		"object", map[string]any{"bucket": "dossier", "key": fmt.Sprint("incoming/regm/drop/", i), "size": i}, "evidence", []any{"name", "agency", "country"})
}

// measure runs an operation b.N times and reports the time that half of them take at most.
func measure(b *testing.B, operation func(i int) error) {
	times := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if err := operation(i); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkTransaction writes five items on condition of their revisions, over HTTP.
func BenchmarkTransaction(b *testing.B) {
	for _, items := range sizes() {
		b.Run(fmt.Sprint(items), func(b *testing.B) {
			f := fill(b, items)
			measure(b, func(i int) error {
				var writes []types.TransactWriteItem
				for k := range 5 {
					put := putting(document((i*5+k*7919)%items, 1), "rev = :rev")
					put.Put.ExpressionAttributeValues = av{":rev": n(1)}
					writes = append(writes, put)
				}
				_, err := f.TransactWriteItems(b.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes})
				return err
			})
		})
	}
}

// BenchmarkQuery reads a partition of twenty items, over HTTP.
func BenchmarkQuery(b *testing.B) {
	for _, items := range sizes() {
		b.Run(fmt.Sprint(items), func(b *testing.B) {
			f := fill(b, items)
			measure(b, func(i int) error {
				out, err := f.Query(b.Context(), &dynamodb.QueryInput{TableName: f.name, KeyConditionExpression: aws.String("PK = :p AND begins_with(SK, :s)"),
					ExpressionAttributeValues: av{":p": s(fmt.Sprint("D#", i*37%(items/20))), ":s": s("DOCUMENT#")}})
				if err == nil && len(out.Items) != 20 {
					err = fmt.Errorf("%d items", len(out.Items))
				}
				return err
			})
		})
	}
}
