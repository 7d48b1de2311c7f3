package dynamo_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/infra/localaws/dynamo"
	"dossier/internal/loopback"
)

// opened is a server over a file, with a client.
func opened(t *testing.T, path string) (*dynamo.Server, *dynamodb.Client) {
	t.Helper()
	s, err := dynamo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() { web.Close(); s.Close() })
	return s, loopback.DynamoDB(web.URL)
}

func str(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func row(id, text string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"PK": str(id), "SK": str("x"), "GPK": str("all"), "GSK": str(id), "text": str(text)}
}

// content is what a scan of the table and a query of its index give.
func content(t *testing.T, db *dynamodb.Client) string {
	t.Helper()
	table := "dossier"
	all, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	index, err := db.Query(t.Context(), &dynamodb.QueryInput{TableName: &table, IndexName: aws.String("open"),
		KeyConditionExpression: aws.String("GPK = :a"), ExpressionAttributeValues: map[string]types.AttributeValue{":a": str("all")}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, items := range [][]map[string]types.AttributeValue{all.Items, index.Items} {
		for _, i := range items {
			fmt.Fprintf(&b, "%s=%q ", i["PK"].(*types.AttributeValueMemberS).Value, i["text"].(*types.AttributeValueMemberS).Value)
		}
		b.WriteString("| ")
	}
	return b.String()
}

// What was written is there when the file is opened again, however the process ended; a line that was cut is as if it had never been.
func TestTablesOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table")
	s, db := opened(t, path)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, table := t.Context(), "dossier"
	must(nil, loopback.MakeTable(ctx, db, table))
	put := func(id, text string) *dynamodb.PutItemInput {
		return &dynamodb.PutItemInput{TableName: &table, Item: row(id, text)}
	}
	must(db.PutItem(ctx, put("a", "first\nline")))
	must(db.PutItem(ctx, put("b", "x")))
	must(db.PutItem(ctx, put("a", "second\nline")))
	key := map[string]types.AttributeValue{"PK": str("b"), "SK": str("x")}
	must(db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key}))
	must(db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key})) // nothing is there
	must(db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: map[string]types.AttributeValue{"PK": str("a"), "SK": str("x")},
		UpdateExpression: aws.String("SET #t = :t"), ExpressionAttributeNames: map[string]string{"#t": "text"}, ExpressionAttributeValues: map[string]types.AttributeValue{":t": str("third")}}))
	both := &dynamodb.TransactWriteItemsInput{}
	for _, id := range []string{"c", "d"} {
		both.TransactItems = append(both.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: row(id, "together")}})
	}
	must(db.TransactWriteItems(ctx, both))
	want := content(t, db)
	if want != `a="third" c="together" d="together" | a="third" c="together" d="together" | ` && !strings.Contains(want, `a="third"`) {
		t.Fatal(want)
	}
	if _, err := dynamo.Open(path); !errors.Is(err, dynamo.ErrInUse) {
		t.Errorf("opened twice at once: %v", err)
	}
	data, err := os.ReadFile(path) // as a kill leaves it
	must(nil, err)
	must(nil, s.Close())
	for cut := range 2 {
		if cut == 1 { // within the transaction's line
			data = data[:bytes.LastIndexByte(data[:len(data)-1], '\n')+20]
			want = strings.ReplaceAll(strings.ReplaceAll(want, `c="together" `, ""), `d="together" `, "")
		}
		again := filepath.Join(t.TempDir(), "table")
		must(nil, os.WriteFile(again, data, 0o600))
		for range 2 { // as it was left, and written anew
			s, db := opened(t, again)
			if got := content(t, db); got != want {
				t.Errorf("cut %d: %s, want %s", cut, got, want)
			}
			must(nil, loopback.MakeTable(ctx, db, table)) // it is there
			must(nil, s.Close())
		}
	}
	must(nil, os.WriteFile(path, []byte("{}}\n"), 0o600))
	if _, err := dynamo.Open(path); err == nil {
		t.Error("a line that is none was read")
	}
}

// A table that was deleted does not come back, and a write that cannot be kept is not made.
func TestDeletedAndUnkept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table")
	s, db := opened(t, path)
	ctx, table := t.Context(), "dossier"
	if err := loopback.MakeTable(ctx, db, table); err != nil {
		t.Fatal(err)
	}
	if _, err := db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, db = opened(t, path)
	if out, err := db.ListTables(ctx, &dynamodb.ListTablesInput{}); err != nil || len(out.TableNames) > 0 {
		t.Errorf("%v %v", out, err)
	}
	if err := loopback.MakeTable(ctx, db, table); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil { // from here on nothing can be kept
		t.Fatal(err)
	}
	once := func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 }
	if _, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: row("a", "x")}, once); err == nil {
		t.Error("a write that is not kept is answered with success")
	}
	if got := content(t, db); strings.Contains(got, "a=") {
		t.Errorf("it is stored: %s", got)
	}
}
