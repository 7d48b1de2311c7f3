package store

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// openIndex is the name of the table's one index.
const openIndex = "open"

// MailIDFromKey reads an outbox item's id from the keys of a stream record; false when it is another item's.
func MailIDFromKey(pk, sk string) (string, bool) {
	id, ok := strings.CutPrefix(pk, "O#")
	return id, ok && sk == "OUTBOX"
}

// TableInput is the table as template.yaml also makes it, for engines on this machine.
func TableInput(table string) *dynamodb.CreateTableInput {
	attr := func(n string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: types.ScalarAttributeTypeS}
	}
	return &dynamodb.CreateTableInput{
		TableName:            &table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attr("PK"), attr("SK"), attr("GPK"), attr("GSK")},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(openIndex),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("GPK"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("GSK"), KeyType: types.KeyTypeRange}},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	}
}
