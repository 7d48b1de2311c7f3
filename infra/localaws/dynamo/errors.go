package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"dossier/infra/localaws/dynamo/attr"
)

// failure is an answer other than success, as the AWS SDK reads it.
type failure struct {
	Type    string   `json:"__type"`
	Message string   `json:"message"`
	Item    attr.Map `json:"Item,omitzero"`
	Reasons []reason `json:"CancellationReasons,omitzero"`
}

// reason says why one item of a transaction cancelled it; Code is "None" for an item that did not.
type reason struct {
	Code    string   `json:"Code"`
	Message string   `json:"Message,omitzero"`
	Item    attr.Map `json:"Item,omitzero"`
}

func (f *failure) Error() string { return f.Type + ": " + f.Message }

const (
	dynamoErrors  = "com.amazonaws.dynamodb.v20120810#"
	generalErrors = "com.amazon.coral.service#"
	validation    = "com.amazon.coral.validate#ValidationException"
)

func invalid(format string, args ...any) error {
	return &failure{Type: validation, Message: fmt.Sprintf(format, args...)}
}

// invalidBecause gives a library's error to the caller as a ValidationException; nil stays nil.
func invalidBecause(err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return &failure{Type: validation, Message: err.Error()}
}

func fails(kind, format string, args ...any) error {
	return &failure{Type: dynamoErrors + kind, Message: fmt.Sprintf(format, args...)}
}

// conditionFailed is the answer to a condition that was not met; the item is nil unless it was asked for.
func conditionFailed(item attr.Map) *failure {
	return &failure{Type: dynamoErrors + "ConditionalCheckFailedException", Message: "The conditional request failed", Item: item}
}

// cancelled is the answer to a transaction that failed at an item, with a reason for each item in order.
func cancelled(reasons []reason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return &failure{Type: dynamoErrors + "TransactionCanceledException", Reasons: reasons,
		Message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"}
}

// reasonOf turns what one item's write would have been answered into a reason to cancel.
func reasonOf(err error) reason {
	var f *failure
	switch {
	case err == nil:
		return reason{Code: "None"}
	case !errors.As(err, &f):
		return reason{Code: "ValidationError", Message: err.Error()}
	case strings.HasSuffix(f.Type, "#ConditionalCheckFailedException"):
		return reason{Code: "ConditionalCheckFailed", Message: f.Message, Item: f.Item}
	}
	return reason{Code: "ValidationError", Message: f.Message}
}
