package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"dossier/infra/localaws/dynamo/attr"
	"dossier/internal/loopback"
)

type av = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func n(v int) types.AttributeValue    { return &types.AttributeValueMemberN{Value: fmt.Sprint(v)} }

// at is an item, or key, of the test's table.
func at(pk, sk string, more ...any) av {
	item := av{"PK": s(pk), "SK": s(sk)}
	for i := 0; i < len(more); i += 2 {
		v, err := attributevalue.Marshal(more[i+1])
		if err != nil {
			panic(err)
		}
		item[more[i].(string)] = v
	}
	return item
}

func config() aws.Config {
	c := loopback.Config()
	c.RetryMaxAttempts = 1
	return c
}

// fixture is a client, and the name of a table with two indexes and a stream.
type fixture struct {
	*dynamodb.Client
	name *string
	url  string
	ctx  func() context.Context
}

func start(t testing.TB) *fixture {
	t.Helper()
	server := httptest.NewServer(New())
	t.Cleanup(server.Close)
	f := &fixture{dynamodb.NewFromConfig(config(), func(o *dynamodb.Options) { o.BaseEndpoint = &server.URL }), aws.String("test"), server.URL, t.Context}
	_, err := f.CreateTable(t.Context(), tableInput("test"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tableInput(name string) *dynamodb.CreateTableInput {
	keys := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
	}
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest, KeySchema: keys("PK", "SK"),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			{IndexName: aws.String("open"), KeySchema: keys("GPK", "GSK"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}},
			{IndexName: aws.String("keys"), KeySchema: keys("GPK", "GSK"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}}}
	for _, a := range []string{"PK", "SK", "GPK"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &a, AttributeType: types.ScalarAttributeTypeS})
	}
	in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String("GSK"), AttributeType: types.ScalarAttributeTypeN})
	return in
}

func (f *fixture) put(t testing.TB, items ...av) {
	t.Helper()
	for _, item := range items {
		if _, err := f.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: f.name, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *fixture) get(t testing.TB, key av) av {
	t.Helper()
	out, err := f.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: f.name, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// show is an item as text, its attributes by name.
func show(item av) string {
	if item == nil {
		return "nil"
	}
	var parts []string
	for name, v := range item {
		var x any
		if err := attributevalue.Unmarshal(v, &x); err != nil {
			panic(err)
		}
		parts = append(parts, fmt.Sprintf("%s=%v", name, x))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// wantCode demands an error of a code, with words in its message.
func wantCode(t testing.TB, err error, code, words string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), words) {
		t.Errorf("got %v, want %s: %s", err, code, words)
	}
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	f.put(t, at("a", "1", "v", 1, "nested", map[string]any{"list": []any{"x", 2.5, true, nil, []byte{0, 1}}, "empty": map[string]any{}, "none": []any{}}))
	if got, want := show(f.get(t, at("a", "1"))), "PK=a SK=1 nested=map[empty:map[] list:[x 2.5 true <nil> [0 1]] none:[]] v=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := f.get(t, at("a", "2")); got != nil {
		t.Errorf("what is not there is %v", got)
	}
	old, err := f.PutItem(ctx, &dynamodb.PutItemInput{TableName: f.name, Item: at("a", "1", "v", 2), ReturnValues: types.ReturnValueAllOld,
		ConditionExpression: aws.String("v = :v"), ExpressionAttributeValues: av{":v": n(1)}})
	if err != nil || show(old.Attributes) != "PK=a SK=1 nested=map[empty:map[] list:[x 2.5 true <nil> [0 1]] none:[]] v=1" {
		t.Errorf("got %v, %v", old, err)
	}
	projected, err := f.GetItem(ctx, &dynamodb.GetItemInput{TableName: f.name, Key: at("a", "1"), ProjectionExpression: aws.String("v")})
	if err != nil || show(projected.Item) != "v=2" {
		t.Errorf("got %v, %v", projected, err)
	}
	_, err = f.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: f.name, Key: at("a", "1"), ConditionExpression: aws.String("v > :v"), ExpressionAttributeValues: av{":v": n(2)}})
	wantCode(t, err, "ConditionalCheckFailedException", "The conditional request failed")
	for range 2 { // the second finds nothing, and that is no error
		if _, err := f.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: f.name, Key: at("a", "1")}); err != nil || f.get(t, at("a", "1")) != nil {
			t.Errorf("not deleted: %v", err)
		}
	}
}

func TestFailedConditionTellsTheItem(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.put(t, at("a", "1", "v", 1))
	in := &dynamodb.PutItemInput{TableName: f.name, Item: at("a", "1", "v", 2), ConditionExpression: aws.String("attribute_not_exists(PK)")}
	_, err := f.PutItem(t.Context(), in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok || failed.Item != nil {
		t.Errorf("got %v", err)
	}
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	_, err = f.PutItem(t.Context(), in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok || show(failed.Item) != "PK=a SK=1 v=1" {
		t.Errorf("got %v", err)
	}
}

func TestUpdateReturns(t *testing.T) {
	t.Parallel()
	f := start(t)
	update := func(returns types.ReturnValue, expression string) string {
		out, err := f.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: f.name, Key: at("a", "1"), ReturnValues: returns,
			UpdateExpression: &expression, ExpressionAttributeValues: av{":v": n(1)}})
		if err != nil {
			t.Fatal(err)
		}
		return show(out.Attributes)
	}
	for _, c := range []struct {
		returns    types.ReturnValue
		expression string
		want       string
	}{
		{types.ReturnValueAllOld, "SET v = :v", "nil"},
		{types.ReturnValueNone, "SET v = v + :v", "nil"},
		{types.ReturnValueAllNew, "SET v = v + :v, w = :v", "PK=a SK=1 v=3 w=1"},
		{types.ReturnValueUpdatedOld, "SET v = v + :v", "v=3"},
		{types.ReturnValueUpdatedNew, "SET v = v + :v", "v=5"},
		{types.ReturnValueUpdatedNew, "SET x = :v REMOVE w", "x=1"},
		{types.ReturnValueAllOld, "ADD v :v", "PK=a SK=1 v=5 x=1"},
	} {
		if got := update(c.returns, c.expression); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.returns, c.expression, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	put := func(item av) error {
		_, err := f.PutItem(ctx, &dynamodb.PutItemInput{TableName: f.name, Item: item})
		return err
	}
	get := func(key av) error {
		_, err := f.GetItem(ctx, &dynamodb.GetItemInput{TableName: f.name, Key: key})
		return err
	}
	update := func(expression string, values av) error {
		_, err := f.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: f.name, Key: at("a", "1"), UpdateExpression: &expression, ExpressionAttributeValues: values})
		return err
	}
	for name, c := range map[string]struct {
		err   error
		words string
	}{
		"no sort key":       {put(av{"PK": s("a")}), "Missing the key SK in the item"},
		"key of wrong type": {put(av{"PK": s("a"), "SK": n(1)}), "Type mismatch for key SK expected: S actual: N"},
		"empty key":         {put(at("", "1")), "cannot contain an empty string value. Key: PK"},
		"long hash key":     {put(at(strings.Repeat("x", 2049), "1")), "Size of hashkey"},
		"long sort key":     {put(at("a", strings.Repeat("x", 1025))), "size limit of 1024 bytes"},
		"index key type":    {put(at("a", "1", "GPK", 5)), "Type mismatch for Index Key GPK Expected: S Actual: N IndexName: open"},
		"empty index key":   {put(at("a", "1", "GPK", "")), "IndexName: open, IndexKey: GPK"},
		"large item":        {put(at("a", "1", "v", strings.Repeat("x", 400<<10))), "Item size has exceeded the maximum allowed size"},
		"too precise":       {put(av{"PK": s("a"), "SK": s("b"), "v": &types.AttributeValueMemberN{Value: strings.Repeat("1", 39)}}), "38 significant digits"},
		"key of too much":   {get(at("a", "1", "v", 1)), "The provided key element does not match the schema"},
		"key of too little": {get(av{"PK": s("a")}), "The provided key element does not match the schema"},
		"update of a key":   {update("SET PK = :v", av{":v": s("x")}), "Cannot update attribute PK. This attribute is part of the key"},
		"value not used":    {update("REMOVE v", av{":v": s("x")}), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"},
		"absent attribute":  {update("SET v = absent", nil), "refers to an attribute that does not exist in the item"},
		"update grows":      {update("SET v = :v", av{":v": s(strings.Repeat("x", 400<<10))}), "Item size to update has exceeded"},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, c.err, "ValidationException", c.words) })
	}
	_, err := f.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: at("a", "1")})
	wantCode(t, err, "ResourceNotFoundException", "Requested resource not found")
	_, err = f.GetItem(ctx, &dynamodb.GetItemInput{TableName: f.name, Key: at("a", "1"), AttributesToGet: []string{"v"}})
	wantCode(t, err, "SerializationException", "AttributesToGet")
	_, err = f.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM test")})
	wantCode(t, err, "UnknownOperationException", "ExecuteStatement")
	if found := f.get(t, at("a", "1")); found != nil {
		t.Errorf("what was refused is there: %v", found)
	}
}

// putting is an item of a transaction.
func putting(item av, condition string) types.TransactWriteItem {
	p := &types.Put{TableName: aws.String("test"), Item: item}
	if condition != "" {
		p.ConditionExpression = &condition
	}
	return types.TransactWriteItem{Put: p}
}

func (f *fixture) transact(t testing.TB, items ...types.TransactWriteItem) error {
	_, err := f.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

func TestTransactionWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.put(t, at("a", "1", "v", 1), at("a", "2", "v", 1))
	key := at("a", "2")
	update := types.TransactWriteItem{Update: &types.Update{TableName: f.name, Key: key, UpdateExpression: aws.String("ADD v :v"), ExpressionAttributeValues: av{":v": n(1)}}}
	check := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: f.name, Key: at("c", "1"), ConditionExpression: aws.String("attribute_not_exists(PK)")}}
	gone := types.TransactWriteItem{Delete: &types.Delete{TableName: f.name, Key: at("a", "1")}}
	taken := putting(at("a", "1", "v", 2), "attribute_not_exists(PK)")
	taken.Put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	err := f.transact(t, putting(at("b", "1"), ""), taken, update, check)
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || !strings.Contains(err.Error(), "specific reasons [None, ConditionalCheckFailed, None, None]") {
		t.Fatalf("got %v", err)
	}
	for i, code := range []string{"None", "ConditionalCheckFailed", "None", "None"} {
		if r := cancelled.CancellationReasons[i]; *r.Code != code {
			t.Errorf("reason %d is %s, want %s", i, *r.Code, code)
		}
	}
	if r := cancelled.CancellationReasons[1]; show(r.Item) != "PK=a SK=1 v=1" || aws.ToString(r.Message) != "The conditional request failed" {
		t.Errorf("the reason is %+v", r)
	}
	if got := show(f.get(t, at("a", "2"))) + "; " + show(f.get(t, at("b", "1"))); got != "PK=a SK=2 v=1; nil" {
		t.Errorf("a cancelled transaction left %s", got)
	}
	if err := f.transact(t, putting(at("b", "1"), ""), gone, update, check); err != nil {
		t.Fatal(err)
	}
	if got := show(f.get(t, at("a", "2"))) + "; " + show(f.get(t, at("b", "1"))) + "; " + show(f.get(t, at("a", "1"))); got != "PK=a SK=2 v=2; PK=b SK=1; nil" {
		t.Errorf("the transaction left %s", got)
	}
	out, err := f.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: f.name, Key: at("b", "1")}}, {Get: &types.Get{TableName: f.name, Key: at("x", "1")}},
		{Get: &types.Get{TableName: f.name, Key: key, ProjectionExpression: aws.String("v")}}}})
	if err != nil || len(out.Responses) != 3 || show(out.Responses[0].Item) != "PK=b SK=1" || out.Responses[1].Item != nil || show(out.Responses[2].Item) != "v=2" {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestTransactionLimits(t *testing.T) {
	t.Parallel()
	f := start(t)
	var many []types.TransactWriteItem
	for i := range 101 {
		many = append(many, putting(at("m", fmt.Sprint(i)), ""))
	}
	wantCode(t, f.transact(t, many...), "ValidationException", "less than or equal to 100")
	if err := f.transact(t, many[:100]...); err != nil {
		t.Errorf("a hundred items: %v", err)
	}
	var large []types.TransactWriteItem
	for i := range 11 {
		large = append(large, putting(at("l", fmt.Sprint(i), "v", strings.Repeat("x", 390<<10)), ""))
	}
	wantCode(t, f.transact(t, large...), "ValidationException", "4MB limit")
	if err := f.transact(t, large[:10]...); err != nil {
		t.Errorf("3.9 MB: %v", err)
	}
	wantCode(t, f.transact(t, many[0], many[0]), "ValidationException", "cannot include multiple operations on one item")
	bad := types.TransactWriteItem{Update: &types.Update{TableName: f.name, Key: at("m", "1"), UpdateExpression: aws.String("SET v = absent")}}
	err := f.transact(t, many[0], bad)
	if c, ok := errors.AsType[*types.TransactionCanceledException](err); !ok || *c.CancellationReasons[1].Code != "ValidationError" {
		t.Errorf("got %v", err)
	}
}

func TestTokenCountsOnce(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := New()
	server.tokens.now = func() time.Time { return now }
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	f := &fixture{dynamodb.NewFromConfig(config(), func(o *dynamodb.Options) { o.BaseEndpoint = &web.URL }), aws.String("test"), web.URL, t.Context}
	if _, err := f.CreateTable(t.Context(), tableInput("test")); err != nil {
		t.Fatal(err)
	}
	add := func(token string, by int, condition *string) error {
		_, err := f.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{ClientRequestToken: &token, TransactItems: []types.TransactWriteItem{{
			Update: &types.Update{TableName: f.name, Key: at("a", "1"), UpdateExpression: aws.String("ADD v :v"), ConditionExpression: condition, ExpressionAttributeValues: av{":v": n(by)}}}}})
		return err
	}
	for range 3 {
		if err := add("one", 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, add("one", 2, nil), "IdempotentParameterMismatchException", "same client token")
	if err := add("two", 1, nil); err != nil {
		t.Fatal(err)
	}
	if got := show(f.get(t, at("a", "1"))); got != "PK=a SK=1 v=2" {
		t.Errorf("got %s", got)
	}
	now = now.Add(11 * time.Minute)
	if err := add("one", 1, nil); err != nil {
		t.Fatal(err)
	}
	if got := show(f.get(t, at("a", "1"))); got != "PK=a SK=1 v=3" {
		t.Errorf("after eleven minutes a token still counts: %s", got)
	}
	refuse := aws.String("attribute_exists(w)")
	wantCode(t, add("three", 1, refuse), "TransactionCanceledException", "ConditionalCheckFailed")
	if _, err := f.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: f.name, Key: at("a", "1"), UpdateExpression: aws.String("SET w = :v"), ExpressionAttributeValues: av{":v": n(1)}}); err != nil {
		t.Fatal(err)
	}
	if err := add("three", 1, refuse); err != nil {
		t.Errorf("a token whose transaction was cancelled cannot be used again: %v", err)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"order of attributes", `{"Key":{"PK":{"S":"a"},"SK":{"S":"1"}}}`, `{"Key":{"SK":{"S":"1"},"PK":{"S":"a"}}}`, true},
		{"spaces", `{"A":1,"B":[1,2]}`, `{ "B": [1, 2], "A": 1 }`, true},
		{"another value", `{"A":{"N":"1"}}`, `{"A":{"N":"2"}}`, false},
		{"order of writes", `[1,2]`, `[2,1]`, false},
	}
	for _, tt := range tests {
		if got := fingerprint([]byte(tt.a)) == fingerprint([]byte(tt.b)); got != tt.same {
			t.Errorf("%s: same = %t", tt.name, got)
		}
	}
}

// keys are the sort keys of a query's items.
func (f *fixture) keys(t testing.TB, in *dynamodb.QueryInput) string {
	t.Helper()
	in.TableName = f.name
	var all []string
	pages := dynamodb.NewQueryPaginator(f.Client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			all = append(all, item["SK"].(*types.AttributeValueMemberS).Value)
		}
	}
	return strings.Join(all, " ")
}

func TestQuery(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, sk := range []string{"b", "ba", "a", "c", "ab", "d"} {
		f.put(t, at("p", sk, "v", len(sk)), at("q", sk), at("p\x00", sk))
	}
	for condition, want := range map[string]string{
		"": "a ab b ba c d", " AND SK = :b": "b", " AND SK < :b": "a ab", " AND SK <= :b": "a ab b", " AND SK > :b": "ba c d", " AND SK >= :b": "b ba c d",
		" AND begins_with(SK, :b)": "b ba", " AND SK BETWEEN :b AND :c": "b ba c",
	} {
		for _, limit := range []int32{0, 1, 2, 3} {
			for _, forward := range []bool{true, false} {
				in := &dynamodb.QueryInput{KeyConditionExpression: aws.String("PK = :p" + condition), ScanIndexForward: &forward, ExpressionAttributeValues: av{":p": s("p")}}
				if limit > 0 {
					in.Limit = &limit
				}
				for _, v := range []string{"b", "c"} {
					if strings.Contains(condition, ":"+v) {
						in.ExpressionAttributeValues[":"+v] = s(v)
					}
				}
				expected := strings.Fields(want)
				if !forward {
					slices.Reverse(expected)
				}
				if got := f.keys(t, in); got != strings.Join(expected, " ") {
					t.Errorf("%q, %d a page, forward %v: %s", condition, limit, forward, got)
				}
			}
		}
	}
}

func TestQueryCountsWhatItReads(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	for i := range 10 {
		f.put(t, at("p", fmt.Sprint(i), "v", i))
	}
	in := &dynamodb.QueryInput{TableName: f.name, KeyConditionExpression: aws.String("PK = :p"), FilterExpression: aws.String("v >= :v"), ProjectionExpression: aws.String("v"),
		Limit: aws.Int32(6), ExpressionAttributeValues: av{":p": s("p"), ":v": n(4)}}
	out, err := f.Query(ctx, in)
	if err != nil || out.Count != 2 || out.ScannedCount != 6 || show(out.Items[1]) != "v=5" || show(out.LastEvaluatedKey) != "PK=p SK=5" {
		t.Errorf("got %+v, %v", out, err)
	}
	in.ProjectionExpression, in.Select, in.ExclusiveStartKey, in.Limit = nil, types.SelectCount, out.LastEvaluatedKey, nil
	if out, err = f.Query(ctx, in); err != nil || out.Count != 4 || out.ScannedCount != 4 || out.Items != nil || out.LastEvaluatedKey != nil {
		t.Errorf("got %+v, %v", out, err)
	}
	in.Limit, in.ExclusiveStartKey = aws.Int32(10), nil
	if out, err = f.Query(ctx, in); err != nil || out.LastEvaluatedKey == nil {
		t.Errorf("a page that is just full has no next one: %+v, %v", out, err)
	}
}

func TestPagesEndAtOneMegabyte(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	for i := range 8 {
		f.put(t, at("p", fmt.Sprint(i), "v", strings.Repeat("x", 300<<10)))
	}
	out, err := f.Query(ctx, &dynamodb.QueryInput{TableName: f.name, KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: av{":p": s("p")}})
	if err != nil || len(out.Items) != 3 || show(out.LastEvaluatedKey) != "PK=p SK=2" {
		t.Errorf("%d items, then %v, %v", len(out.Items), out.LastEvaluatedKey, err)
	}
	scanned, err := f.Scan(ctx, &dynamodb.ScanInput{TableName: f.name, ExclusiveStartKey: out.LastEvaluatedKey})
	if err != nil || len(scanned.Items) != 3 {
		t.Errorf("%d items, %v", len(scanned.Items), err)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	f := start(t)
	for words, in := range map[string]dynamodb.QueryInput{
		"Query condition missed key schema element: PK":             {KeyConditionExpression: aws.String("SK = :p")},
		"Filter Expression can only contain non-primary key":        {KeyConditionExpression: aws.String("PK = :p"), FilterExpression: aws.String("SK = :p")},
		"The table does not have the specified index: none":         {KeyConditionExpression: aws.String("PK = :p"), IndexName: aws.String("none")},
		"Consistent reads are not supported on global":              {KeyConditionExpression: aws.String("GPK = :p"), IndexName: aws.String("open"), ConsistentRead: aws.Bool(true)},
		"Condition parameter type does not match schema type":       {KeyConditionExpression: aws.String("GPK = :p AND GSK = :p"), IndexName: aws.String("open")},
		"The provided starting key is invalid":                      {KeyConditionExpression: aws.String("PK = :p"), ExclusiveStartKey: av{"PK": s("p")}},
		"The provided starting key is outside query boundaries":     {KeyConditionExpression: aws.String("PK = :p"), ExclusiveStartKey: at("q", "1")},
		"ALL_ATTRIBUTES is not supported for global":                {KeyConditionExpression: aws.String("GPK = :p"), IndexName: aws.String("keys"), Select: types.SelectAllAttributes},
		"ALL_PROJECTED_ATTRIBUTES can be used only when":            {KeyConditionExpression: aws.String("PK = :p"), Select: types.SelectAllProjectedAttributes},
		"Must specify the AttributesToGet or ProjectionExpression":  {KeyConditionExpression: aws.String("PK = :p"), Select: types.SelectSpecificAttributes},
		"Cannot specify the ProjectionExpression when choosing":     {KeyConditionExpression: aws.String("PK = :p"), Select: types.SelectCount, ProjectionExpression: aws.String("v")},
		"Member must have value greater than or equal to 1":         {KeyConditionExpression: aws.String("PK = :p"), Limit: aws.Int32(0)},
		"Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES,": {KeyConditionExpression: aws.String("PK = :p"), Select: "NONE"},
	} {
		in.TableName, in.ExpressionAttributeValues = f.name, av{":p": s("p")}
		_, err := f.Query(t.Context(), &in)
		wantCode(t, err, "ValidationException", words)
	}
}

func TestIndexHoldsWhatHasItsKey(t *testing.T) {
	t.Parallel()
	f := start(t)
	in := func(index string) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{IndexName: &index, KeyConditionExpression: aws.String("GPK = :g AND GSK < :n"), ExpressionAttributeValues: av{":g": s("g"), ":n": n(100)}}
	}
	f.put(t, at("a", "9", "GPK", "g", "GSK", 9), at("b", "10", "GPK", "g", "GSK", 10), at("c", "-1", "GPK", "g", "GSK", -1), at("d", "h", "GPK", "h", "GSK", 1),
		at("e", "half", "GPK", "g"), at("f", "none"), at("z", "same", "GPK", "g", "GSK", 9))
	if got := f.keys(t, in("open")); got != "-1 9 same 10" {
		t.Errorf("the index has %s", got)
	}
	one := in("open")
	one.Limit = aws.Int32(1)
	if got := f.keys(t, one); got != "-1 9 same 10" {
		t.Errorf("page by page the index has %s", got)
	}
	f.put(t, at("a", "9"), at("b", "10", "GPK", "h", "GSK", 10), at("f", "none", "GPK", "g", "GSK", 0)) // loses its key, moves, gets one
	if _, err := f.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: f.name, Key: at("c", "-1")}); err != nil {
		t.Fatal(err)
	}
	if got := f.keys(t, in("open")); got != "none same" {
		t.Errorf("the index has %s", got)
	}
	f.put(t, at("z", "same", "GPK", "g", "GSK", 9, "v", 1))
	out, err := f.Query(t.Context(), func() *dynamodb.QueryInput { q := in("keys"); q.TableName = f.name; return q }())
	if err != nil || show(out.Items[1]) != "GPK=g GSK=9 PK=z SK=same" {
		t.Errorf("got %+v, %v", out, err)
	}
	described, err := f.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: f.name})
	if err != nil || *described.Table.ItemCount != 6 || *described.Table.GlobalSecondaryIndexes[0].ItemCount != 4 {
		t.Errorf("got %+v, %v", described, err)
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	var writes []types.WriteRequest
	var keys []av
	for i := range 101 {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: at("b", fmt.Sprint(i), "v", i)}})
		keys = append(keys, at("b", fmt.Sprint(i)))
	}
	batch := func(w ...types.WriteRequest) error {
		_, err := f.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"test": w}})
		return err
	}
	read := func(keys ...av) (*dynamodb.BatchGetItemOutput, error) {
		return f.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"test": {Keys: keys, ProjectionExpression: aws.String("v")}}})
	}
	wantCode(t, batch(writes[:26]...), "ValidationException", "less than or equal to 25")
	wantCode(t, batch(writes[0], writes[0]), "ValidationException", "duplicates")
	if err := batch(append(writes[:24:24], types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: at("b", "99")}})...); err != nil {
		t.Fatal(err)
	}
	_, err := read(keys...)
	wantCode(t, err, "ValidationException", "Too many items requested")
	_, err = read(keys[0], keys[0])
	wantCode(t, err, "ValidationException", "duplicates")
	out, err := read(keys[:100]...)
	if err != nil || len(out.Responses["test"]) != 24 || len(out.UnprocessedKeys) != 0 || show(out.Responses["test"][0]) != "v=0" {
		t.Errorf("got %d items, %v, %v", len(out.Responses["test"]), out.UnprocessedKeys, err)
	}
}

func TestBatchEndsAtSixteenMegabytes(t *testing.T) {
	t.Parallel()
	server := New()
	_, err := server.createTable(&createTable{Name: "test", Keys: keySchema{{"PK", "HASH"}}, Attributes: []attributeDefinition{{"PK", "S"}}})
	if err != nil {
		t.Fatal(err)
	}
	var keys []attr.Map
	text := attr.String(strings.Repeat("x", 390<<10)) // 42 of these are 16 MB
	for i := range 45 {
		key := attr.Map{"PK": attr.String(fmt.Sprint(i))}
		keys = append(keys, key)
		if _, err := server.putItem(&writeItem{Table: "test", Item: attr.Map{"PK": key["PK"], "v": text}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{42, 3} {
		answer, err := server.batchGet(&batchGet{Requests: map[string]keysInput{"test": {Keys: keys}}})
		if err != nil {
			t.Fatal(err)
		}
		out := answer.(batchGetOutput)
		if found := len(out.Responses["test"]); found != want || found+len(out.Unprocessed["test"].Keys) != len(keys) {
			t.Fatalf("%d items and %d more to read of %d", found, len(out.Unprocessed["test"].Keys), len(keys))
		}
		keys = out.Unprocessed["test"].Keys
	}
}

func TestScanSegments(t *testing.T) {
	t.Parallel()
	f := start(t)
	for i := range 40 {
		f.put(t, at(fmt.Sprint(i), "x"))
	}
	seen := map[string]int{}
	for part := range int32(3) {
		pages := dynamodb.NewScanPaginator(f.Client, &dynamodb.ScanInput{TableName: f.name, Segment: &part, TotalSegments: aws.Int32(3), Limit: aws.Int32(7)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				seen[show(item)]++
			}
		}
	}
	for item, count := range seen {
		if count != 1 {
			t.Errorf("%s was seen %d times", item, count)
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d items, want 40", len(seen))
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	_, err := f.CreateTable(ctx, tableInput("test"))
	wantCode(t, err, "ResourceInUseException", "Table already exists: test")
	for _, name := range []string{"other", "another"} {
		if _, err := f.CreateTable(ctx, tableInput(name)); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	pages := dynamodb.NewListTablesPaginator(f.Client, &dynamodb.ListTablesInput{Limit: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, page.TableNames...)
	}
	if got := strings.Join(names, " "); got != "another other test" {
		t.Errorf("the tables are %s", got)
	}
	if _, err := f.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: f.name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}}); err != nil {
		t.Fatal(err)
	}
	described, err := f.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: f.name})
	if err != nil || described.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled || *described.TimeToLiveDescription.AttributeName != "ttl" {
		t.Errorf("got %+v, %v", described, err)
	}
	if _, err := f.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: f.name}); err != nil {
		t.Fatal(err)
	}
	_, err = f.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: f.name})
	wantCode(t, err, "ResourceNotFoundException", "Table: test not found")
	err = dynamodb.NewTableExistsWaiter(f.Client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("other")}, time.Second)
	if err != nil {
		t.Errorf("a table that was made does not exist: %v", err)
	}
	for name, change := range map[string]func(*dynamodb.CreateTableInput){
		"between 3 and 255":              func(in *dynamodb.CreateTableInput) { in.TableName = aws.String("x!") },
		"not a HASH key type":            func(in *dynamodb.CreateTableInput) { in.KeySchema[0].KeyType = types.KeyTypeRange },
		"not a RANGE key type":           func(in *dynamodb.CreateTableInput) { in.KeySchema[1].KeyType = types.KeyTypeHash },
		"not defined in":                 func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = in.AttributeDefinitions[:3] },
		"does not exactly match":         func(in *dynamodb.CreateTableInput) { in.GlobalSecondaryIndexes = nil },
		"Member must satisfy enum value": func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions[0].AttributeType = "SS" },
		"Unknown ProjectionType: SOMEWHAT": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].Projection.ProjectionType = "SOMEWHAT"
		},
	} {
		in := tableInput("wrong")
		change(in)
		_, err := f.CreateTable(ctx, in)
		wantCode(t, err, "ValidationException", name)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), t.Context()
	client := dynamodbstreams.NewFromConfig(config(), func(o *dynamodbstreams.Options) { o.BaseEndpoint = &f.url })
	streams, err := client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: f.name})
	if err != nil || len(streams.Streams) != 1 {
		t.Fatalf("got %+v, %v", streams, err)
	}
	arn := streams.Streams[0].StreamArn
	described, err := client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil || len(described.StreamDescription.Shards) != 1 {
		t.Fatalf("got %+v, %v", described, err)
	}
	iterate := func(kind streamtypes.ShardIteratorType, number *string) *string {
		out, err := client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: described.StreamDescription.Shards[0].ShardId, ShardIteratorType: kind, SequenceNumber: number})
		if err != nil {
			t.Fatal(err)
		}
		return out.ShardIterator
	}
	latest := iterate(streamtypes.ShardIteratorTypeLatest, nil)
	f.put(t, at("a", "1", "v", 1), at("a", "1", "v", 2), at("a", "1", "v", 2)) // the last changes nothing
	if err := f.transact(t, putting(at("b", "1"), ""), putting(at("b", "2"), "attribute_exists(PK)")); err == nil {
		t.Fatal("the transaction was not cancelled")
	}
	if _, err := f.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: f.name, Key: at("a", "1")}); err != nil {
		t.Fatal(err)
	}
	read := func(iterator *string, limit int32) ([]streamtypes.Record, *string) {
		out, err := client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: &limit})
		if err != nil {
			t.Fatal(err)
		}
		return out.Records, out.NextShardIterator
	}
	records, next := read(latest, 2)
	more, next := read(next, 2)
	var got []string
	for _, r := range append(records, more...) {
		got = append(got, fmt.Sprintf("%s %d>%d", r.EventName, len(r.Dynamodb.OldImage), len(r.Dynamodb.NewImage)))
	}
	if want := "INSERT 0>3, MODIFY 3>3, REMOVE 3>0"; strings.Join(got, ", ") != want {
		t.Errorf("the stream has %v, want %s", got, want)
	}
	if rest, _ := read(next, 10); len(rest) != 0 {
		t.Errorf("and then %v", rest)
	}
	if all, _ := read(iterate(streamtypes.ShardIteratorTypeTrimHorizon, nil), 10); len(all) != 3 {
		t.Errorf("%d records from the beginning", len(all))
	}
	second := records[1].Dynamodb.SequenceNumber
	if from, _ := read(iterate(streamtypes.ShardIteratorTypeAtSequenceNumber, second), 10); len(from) != 2 {
		t.Errorf("%d records from the second", len(from))
	}
	if from, _ := read(iterate(streamtypes.ShardIteratorTypeAfterSequenceNumber, second), 10); len(from) != 1 {
		t.Errorf("%d records after the second", len(from))
	}
}

// TestRacingTransactions adds from many goroutines: each counts once, or is told that it lost.
func TestRacingTransactions(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.put(t, at("a", "1", "rev", 0), at("a", "2", "rev", 0))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for done := 0; done < 5; {
				out, err := f.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: f.name, Key: at("a", "1")})
				if err != nil {
					t.Error(err)
					return
				}
				var rev int
				if err := attributevalue.Unmarshal(out.Item["rev"], &rev); err != nil {
					t.Error(err)
					return
				}
				var both []types.TransactWriteItem
				for _, sk := range []string{"1", "2"} {
					w := putting(at("a", sk, "rev", rev+1), "rev = :rev")
					w.Put.ExpressionAttributeValues = av{":rev": n(rev)}
					both = append(both, w)
				}
				_, err = f.TransactWriteItems(context.Background(), &dynamodb.TransactWriteItemsInput{TransactItems: both})
				if _, lost := errors.AsType[*types.TransactionCanceledException](err); err != nil && !lost {
					t.Error(err)
					return
				}
				if err == nil {
					done++
				}
			}
		})
	}
	wg.Wait()
	if got := show(f.get(t, at("a", "1"))) + "; " + show(f.get(t, at("a", "2"))); got != "PK=a SK=1 rev=40; PK=a SK=2 rev=40" {
		t.Errorf("got %s", got)
	}
}
