package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/e2e"
)

// prices are AWS's list prices in us-east-1, in dollars, as they were in November 2024, after DynamoDB's on-demand prices were
// halved. Look them up before you rely on them.
func prices() map[string]float64 {
	return map[string]float64{
		"S3 put, list":               0.005 / 1000,
		"S3 get":                     0.0004 / 1000,
		"DynamoDB write unit":        0.625 / 1e6,
		"DynamoDB read unit":         0.125 / 1e6,
		"SQS request":                0.40 / 1e6,
		"Lambda request":             0.20 / 1e6,
		"Lambda gigabyte second":     0.0000166667,
		"CloudWatch megabyte of log": 0.50 / 1024,
		"SES mail":                   0.10 / 1000,
	}
}

// bill counts everything that costs money.
type bill struct {
	mu    sync.Mutex
	items map[string]float64
}

func (b *bill) add(what string, n float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items[what] += n
}

// size is about how large an item is to DynamoDB: names and values in UTF-8 (Developer Guide, "DynamoDB item sizes and formats").
func size(v any) int {
	switch v := v.(type) {
	case map[string]types.AttributeValue:
		n := 3
		for k, x := range v {
			n += len(k) + size(x) + 1
		}
		return n
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return len(v.Value)/2 + 1
	case *types.AttributeValueMemberM:
		return size(v.Value)
	case *types.AttributeValueMemberL:
		n := 3
		for _, x := range v.Value {
			n += size(x) + 1
		}
		return n
	}
	return 1
}

func units(bytes, unit int) float64 { return float64(max(1, (bytes+unit-1)/unit)) }

// note adds what one call costs.
func (b *bill) note(c e2e.Call) {
	// A write also pays for the item's copy in the index.
	put := func(p map[string]types.AttributeValue, times float64) {
		n := units(size(p), 1024) * times
		if p["GPK"] != nil {
			n += units(size(p), 1024)
		}
		b.add("DynamoDB write unit", n)
	}
	b.add("requests: "+c.Service+" "+c.Operation, 1)
	switch in := c.Input.(type) {
	case *s3.GetObjectInput, *s3.HeadObjectInput, *s3.GetObjectTaggingInput:
		b.add("S3 get", 1)
	case *s3.PutObjectInput, *s3.ListObjectVersionsInput:
		b.add("S3 put, list", 1)
	case *dynamodb.PutItemInput:
		put(in.Item, 1)
	case *dynamodb.DeleteItemInput:
		b.add("DynamoDB write unit", 2) // an attempt: less than a kilobyte, and its place in the index
	case *dynamodb.TransactWriteItemsInput:
		for _, i := range in.TransactItems {
			put(i.Put.Item, 2)
		}
	}
	// A strongly consistent read pays a unit for each 4 KB.
	switch out := c.Output.(type) {
	case *dynamodb.GetItemOutput:
		b.add("DynamoDB read unit", units(size(out.Item), 4096))
	case *dynamodb.BatchGetItemOutput:
		found := 0
		for _, list := range out.Responses {
			found += len(list)
			for _, item := range list {
				b.add("DynamoDB read unit", units(size(item), 4096))
			}
		}
		for _, k := range c.Input.(*dynamodb.BatchGetItemInput).RequestItems {
			// A missing item costs a unit too.
			b.add("DynamoDB read unit", float64(max(0, len(k.Keys)-found)))
		}
	case *dynamodb.QueryOutput:
		n := 0
		for _, item := range out.Items {
			n += size(item)
		}
		b.add("DynamoDB read unit", units(n, 4096))
	}
}

// BenchmarkCost prints what a document costs: requests and units are counted while a session of ten presenters fills, all
// receipts and the completeness mail with it; seconds of Lambda are what it took here. OCR is not in it, nor what a stack costs
// that does nothing (the sweep's 8,640 runs a month, alarms, metrics).
func BenchmarkCost(b *testing.B) {
	const documents = 10
	for b.Loop() {
		spent := &bill{items: map[string]float64{}}
		w := e2e.NewWith(b, e2e.Options{MailLease: e2e.NoLease, Watch: spent.note})
		w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.LargeRoster(documents))
		w.TakeIn(w.Put("incoming/m/drop/warm.pptx", e2e.Deck("T", "of nobody"), e2e.Noon)) // the index is in memory from here on
		w.DeliverMails()
		spent.items = map[string]float64{}
		logged := len(w.Logs.String())
		began := time.Now()
		for i := range documents {
			w.TakeIn(w.Put(fmt.Sprintf("incoming/m/drop/%d.pptx", i), e2e.Deck(fmt.Sprint("T", i), fmt.Sprintf("Firstname%d Lastname%d", i, i)), e2e.Noon))
		}
		intake := time.Since(began)
		began = time.Now()
		w.DeliverMails()
		mails := time.Since(began)
		spent.add("CloudWatch megabyte of log", float64(len(w.Logs.String())-logged)/(1<<20))
		spent.add("S3 put, list", documents)               // the upload itself
		spent.add("SQS request", 3*documents)              // sent by S3, received and deleted by Lambda
		spent.add("Lambda request", documents+documents+1) // intake, and deliver for each record at the worst
		spent.add("Lambda gigabyte second", intake.Seconds()*1769/1024+mails.Seconds()*256/1024)
		spent.add("SES mail", float64(len(w.Mails())-1))
		if s := w.Session("s1"); !s.Complete {
			b.Fatalf("%+v", s)
		}
		var table strings.Builder
		tab := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(tab, "a document\tn\tdollars a thousand\t")
		total, mailed := 0.0, 0.0
		for _, what := range slices.Sorted(maps.Keys(spent.items)) {
			n := spent.items[what] / documents
			price, ok := prices()[what]
			if !ok {
				fmt.Fprintf(tab, "%s\t%.1f\t\t\n", what, n)
				continue
			}
			cost := n * price * 1000
			total += cost
			if what == "SES mail" {
				mailed = cost
			}
			fmt.Fprintf(tab, "%s\t%.3f\t%.4f\t\n", what, n, cost)
		}
		fmt.Fprintf(tab, "all, without the mails\t\t%.4f\t\nall\t\t%.4f\t\n", total-mailed, total)
		if err := tab.Flush(); err != nil {
			b.Fatal(err)
		}
		fmt.Println("\n" + table.String()) // a benchmark cuts what it logs
		b.ReportMetric(total-mailed, "$/1000-documents")
		b.ReportMetric(mailed, "$/1000-documents-mails")
		b.ReportMetric(0, "ns/op")
	}
}
