package store

import (
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item as DynamoDB holds it.
type item = map[string]types.AttributeValue

func encode(v any, k key, gpk, gsk string) (item, error) {
	i, err := attributevalue.MarshalMapWithOptions(v, func(o *attributevalue.EncoderOptions) { o.TagKey = "json" })
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.sk, err)
	}
	prune(i)
	maps.Copy(i, k.attributes())
	if gpk != "" {
		i["GPK"] = &types.AttributeValueMemberS{Value: gpk}
		i["GSK"] = &types.AttributeValueMemberS{Value: gsk}
	}
	return i, nil
}

// prune takes empty lists and maps out: an attribute that is not there reads the same.
func prune(i item) {
	for name, v := range i {
		switch v := v.(type) {
		case *types.AttributeValueMemberM:
			prune(v.Value)
			if len(v.Value) == 0 {
				delete(i, name)
			}
		case *types.AttributeValueMemberL:
			if len(v.Value) == 0 {
				delete(i, name)
			}
			for _, e := range v.Value {
				if m, ok := e.(*types.AttributeValueMemberM); ok {
					prune(m.Value)
				}
			}
		}
	}
}

func decode[T any](i item) (*T, error) {
	v := new(T)
	err := attributevalue.UnmarshalMapWithOptions(i, v, func(o *attributevalue.DecoderOptions) { o.TagKey = "json" })
	if err != nil {
		return nil, fmt.Errorf("decode item: %w", err)
	}
	return v, nil
}

// text gives a string attribute; "" for any other.
func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
