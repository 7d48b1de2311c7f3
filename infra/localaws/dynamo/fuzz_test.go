package dynamo

import (
	"errors"
	"testing"

	"github.com/go-json-experiment/json"
)

// FuzzRequest sends any bytes to any operation: the answer is JSON or a failure that DynamoDB has too.
func FuzzRequest(f *testing.F) {
	operations := []string{"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
		"CreateTable", "DescribeTable", "DeleteTable", "ListTables", "UpdateTimeToLive", "DescribeTimeToLive", "ListStreams", "DescribeStream", "GetShardIterator", "GetRecords", "None"}
	seeds := map[int]string{
		0:  `{"TableName":"test","Key":{"PK":{"S":"a"},"SK":{"S":"1"}},"ProjectionExpression":"#v","ExpressionAttributeNames":{"#v":"v"}}`,
		1:  `{"RequestItems":{"test":{"Keys":[{"PK":{"S":"a"},"SK":{"S":"1"}}]}}}`,
		2:  `{"TransactItems":[{"Get":{"TableName":"test","Key":{"PK":{"S":"a"},"SK":{"S":"1"}}}}]}`,
		3:  `{"TableName":"test","KeyConditionExpression":"PK = :p AND begins_with(SK, :s)","ExpressionAttributeValues":{":p":{"S":"a"},":s":{"S":"1"}},"Limit":1,"ExclusiveStartKey":{"PK":{"S":"a"},"SK":{"S":"1"}}}`,
		4:  `{"TableName":"test","IndexName":"open","Segment":0,"TotalSegments":2,"FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"1"}}}`,
		5:  `{"TableName":"test","Item":{"PK":{"S":"a"},"SK":{"S":"1"},"v":{"L":[{"M":{"x":{"NS":["1","2"]}}},{"B":"AA=="}]}},"ConditionExpression":"attribute_not_exists(PK)"}`,
		6:  `{"TableName":"test","Key":{"PK":{"S":"a"},"SK":{"S":"1"}},"UpdateExpression":"SET v = if_not_exists(v, :v) + :v","ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"ALL_NEW"}`,
		8:  `{"RequestItems":{"test":[{"PutRequest":{"Item":{"PK":{"S":"a"},"SK":{"S":"1"}}}},{"DeleteRequest":{"Key":{"PK":{"S":"a"},"SK":{"S":"2"}}}}]}}`,
		9:  `{"TransactItems":[{"Put":{"TableName":"test","Item":{"PK":{"S":"a"},"SK":{"S":"1"}}}}],"ClientRequestToken":"x"}`,
		10: `{"TableName":"made","KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}`,
		19: `{"ShardIterator":"YXxiMQ=="}`,
	}
	for i, seed := range seeds {
		f.Add(i, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, i int, body []byte) {
		s := New()
		made := `{"TableName":"test","KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"SK","KeyType":"RANGE"}],` +
			`"AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},{"AttributeName":"SK","AttributeType":"S"},{"AttributeName":"GPK","AttributeType":"S"}],` +
			`"GlobalSecondaryIndexes":[{"IndexName":"open","KeySchema":[{"AttributeName":"GPK","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],` +
			`"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}`
		if _, err := s.answer("CreateTable", []byte(made)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.answer("PutItem", []byte(`{"TableName":"test","Item":{"PK":{"S":"a"},"SK":{"S":"1"},"GPK":{"S":"g"},"v":{"N":"1"}}}`)); err != nil {
			t.Fatal(err)
		}
		out, err := s.answer(operations[uint(i)%uint(len(operations))], body)
		if err != nil {
			bad, ok := errors.AsType[*failure](err)
			if !ok {
				t.Fatalf("an error that no client knows: %v", err)
			}
			out = bad
		}
		if _, err := json.Marshal(out); err != nil {
			t.Fatalf("the answer cannot be written: %v", err)
		}
	})
}
