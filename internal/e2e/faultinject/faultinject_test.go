package faultinject_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/awstest"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/loopback"
)

// A fault hits the call that it names, on the side that it names, and no other; a killed process makes no further call.
func TestInjector(t *testing.T) {
	t.Parallel()
	table := awstest.MakeTable(t)
	var i faultinject.Injector
	db := dynamodb.NewFromConfig(loopback.Config(), func(o *dynamodb.Options) {
		o.BaseEndpoint = table.Client.Options().BaseEndpoint
		o.APIOptions = append(o.APIOptions, i.Add)
	})
	key := func(pk string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: "x"}}
	}
	put := func(pk string) error {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.Name, Item: key(pk)})
		return err
	}
	there := func(pk string) bool {
		out, err := table.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table.Name, Key: key(pk)})
		return err == nil && len(out.Item) > 0
	}
	failed := errors.New("on purpose")

	i.Arm(faultinject.Fault{Operation: "DynamoDB PutItem", Nth: 2, Err: failed})
	if a, b, c := put("a"), put("b"), put("c"); a != nil || !errors.Is(b, failed) || c != nil || there("b") || !there("c") {
		t.Errorf("before the second: %v, %v, %v, there %v", a, b, c, there("b"))
	}
	i.Arm(faultinject.Fault{Nth: 1, When: faultinject.After, Err: faultinject.Throttled()})
	if err := put("d"); err == nil || !there("d") {
		t.Errorf("after the first: %v, there %v", err, there("d"))
	}
	i.Arm(faultinject.Fault{Operation: "DynamoDB GetItem", Nth: 1, Err: failed})
	if err := put("e"); err != nil || i.Met() != 0 {
		t.Errorf("another operation's fault: %v", err)
	}
	i.Arm(faultinject.Fault{Nth: 1, When: faultinject.After, Err: faultinject.ErrKilled, Kill: true})
	if a, b := put("f"), put("g"); !errors.Is(a, faultinject.ErrKilled) || !errors.Is(b, faultinject.ErrKilled) || !there("f") || there("g") || !i.Killed() {
		t.Errorf("killed: %v, %v", a, b)
	}
	if got := i.Calls(); !slices.Equal(got, []string{"DynamoDB PutItem", "DynamoDB PutItem"}) {
		t.Errorf("calls: %v", got)
	}
	i.Arm(faultinject.Fault{Nth: 1, Delay: 30 * time.Millisecond})
	if began := time.Now(); put("h") != nil || time.Since(began) < 30*time.Millisecond || i.Met() != 1 {
		t.Error("not delayed")
	}
}
