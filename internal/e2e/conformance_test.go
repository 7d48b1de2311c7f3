package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"dossier/internal/e2e"
	"dossier/internal/locale"
	"dossier/internal/loopback"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/ses"
)

// needsEngines leaves a test out where the engines that `make conformance` starts are not there.
func needsEngines(t *testing.T) {
	t.Helper()
	if os.Getenv("CONFORMANCE_S3_SQS") == "" {
		t.Skip("needs moto and aws-ses-v2-local: `make conformance`")
	}
}

// endpoint is where `make conformance` has started an engine; a run without one fails.
func endpoint(t *testing.T, name string) string {
	t.Helper()
	url := os.Getenv(name)
	if url == "" {
		t.Fatalf("%s is not set: run `make conformance`", name)
	}
	return url
}

// attribute turns a value of the streams' API into what Lambda hands to a function: both write it as DynamoDB's JSON.
func attribute(t *testing.T, v streamtypes.AttributeValue) events.DynamoDBAttributeValue {
	t.Helper()
	switch v := v.(type) {
	case *streamtypes.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *streamtypes.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *streamtypes.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *streamtypes.AttributeValueMemberL:
		var all []events.DynamoDBAttributeValue
		for _, x := range v.Value {
			all = append(all, attribute(t, x))
		}
		return events.NewListAttribute(all)
	case *streamtypes.AttributeValueMemberM:
		all := map[string]events.DynamoDBAttributeValue{}
		for k, x := range v.Value {
			all[k] = attribute(t, x)
		}
		return events.NewMapAttribute(all)
	}
	t.Fatalf("a stream record holds a %T", v)
	return events.DynamoDBAttributeValue{}
}

// The records of a real stream, through the template's filter, bring each mail to deliver once.
func TestRealStream(t *testing.T) {
	needsEngines(t)
	t.Parallel()
	ctx := context.Background()
	url := endpoint(t, "AWS_ENDPOINT_URL_DYNAMODB")
	w := e2e.New(t)
	_, err := w.DB.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &w.Table, StreamSpecification: &dynamotypes.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: dynamotypes.StreamViewTypeNewImage}})
	e2e.Must(t, err)
	described, err := w.DB.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &w.Table})
	e2e.Must(t, err)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon))
	streams := dynamodbstreams.NewFromConfig(loopback.Config(), func(o *dynamodbstreams.Options) { o.BaseEndpoint = &url })
	stream, err := streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: described.Table.LatestStreamArn})
	e2e.Must(t, err)
	seen, delivered := 0, 0
	for _, shard := range stream.StreamDescription.Shards {
		at, err := streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: described.Table.LatestStreamArn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
		e2e.Must(t, err)
		got, err := streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: at.ShardIterator})
		e2e.Must(t, err)
		for _, r := range got.Records {
			seen++
			event := events.DynamoDBEventRecord{EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: aws.ToString(r.EventSource)}
			event.Change.SequenceNumber = aws.ToString(r.Dynamodb.SequenceNumber)
			event.Change.Keys, event.Change.NewImage = map[string]events.DynamoDBAttributeValue{}, map[string]events.DynamoDBAttributeValue{}
			for k, v := range r.Dynamodb.Keys {
				event.Change.Keys[k] = attribute(t, v)
			}
			for k, v := range r.Dynamodb.NewImage {
				event.Change.NewImage[k] = attribute(t, v)
			}
			// What the filter in template.yaml lets through.
			if sk, state := event.Change.NewImage["SK"], event.Change.NewImage["state"]; sk.String() != "OUTBOX" || state.String() != "pending" {
				continue
			}
			delivered++
			var answer events.DynamoDBEventResponse
			w.Invoke(w.Deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{event}}, &answer)
			if len(answer.BatchItemFailures) > 0 {
				t.Errorf("deliver failed:\n%s", w.Logs)
			}
		}
	}
	if seen < 5 || delivered != 2 || len(w.Mails()) != 2 || w.CountOpenMails() != 0 {
		t.Errorf("%d records, %d of them outbox items, %d mails, %d still open", seen, delivered, len(w.Mails()), w.CountOpenMails())
	}
}

// An upload into another engine's S3, whose notification comes by another engine's SQS, is taken in; moto's notifications do
// not say which version it was, and so it is the sweep that takes it.
func TestRealNotification(t *testing.T) {
	needsEngines(t)
	t.Parallel()
	ctx := context.Background()
	url := endpoint(t, "CONFORMANCE_S3_SQS")
	w := e2e.NewWith(t, e2e.Options{S3URL: url})
	queues := sqs.NewFromConfig(loopback.Config(), func(o *sqs.Options) { o.BaseEndpoint = &url })
	made, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("intake-" + w.Table)})
	e2e.Must(t, err)
	attributes, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn}})
	e2e.Must(t, err)
	arn := attributes.Attributes["QueueArn"]
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	_, err = w.S3.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: &w.Bucket,
		NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: []s3types.QueueConfiguration{{QueueArn: &arn, Events: []s3types.Event{"s3:ObjectCreated:*"},
			Filter: &s3types.NotificationConfigurationFilter{Key: &s3types.S3KeyFilter{FilterRules: []s3types.FilterRule{{Name: s3types.FilterRuleNamePrefix, Value: aws.String("incoming/")}}}}}}}})
	e2e.Must(t, err)
	o := w.Put("incoming/m/drop/Présentation d'Amina + notes.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	taken := 0
	for range 20 {
		got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		e2e.Must(t, err)
		for _, m := range got.Messages {
			if failed := w.Send(w.Intake, []byte(aws.ToString(m.Body))); len(failed) > 0 {
				t.Fatalf("intake failed on %s\n%s", aws.ToString(m.Body), w.Logs)
			}
			if strings.Contains(aws.ToString(m.Body), "ObjectCreated:Put") {
				taken++
			}
		}
		if taken > 0 {
			break
		}
	}
	if taken != 1 {
		t.Errorf("%d notifications came", taken)
	}
	w.RunUntilQuiet()
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	w.Check()
}

// SES v2 as another engine has it takes our mails, both parts, for the addresses that we name.
func TestRealSES(t *testing.T) {
	needsEngines(t)
	t.Parallel()
	url := endpoint(t, "AWS_ENDPOINT_URL_SESV2")
	client := sesv2.NewFromConfig(loopback.Config(), func(o *sesv2.Options) { o.BaseEndpoint = &url })
	words, err := locale.New()
	e2e.Must(t, err)
	writer, err := mail.NewWriter(words)
	e2e.Must(t, err)
	m := meeting.Mail{ID: "receipt-conformance", Meeting: "m", Template: meeting.MailReceipt, Language: "fr", To: []string{"amina@people.example"}, Outcome: meeting.Filed, Decided: e2e.Noon}
	message, err := writer.Write(mail.View{Mail: m, Meeting: meeting.Meeting{ID: "m", Title: "Réunion d'experts"}, Document: &meeting.Document{FileName: "Présentation.pptx", DocumentState: meeting.DocumentState{Status: meeting.Filed}}, Now: e2e.Noon})
	e2e.Must(t, err)
	raw, err := message.MIME("Dossier <dossier@dossier.example>", m, e2e.Noon)
	e2e.Must(t, err)
	id, err := ses.New(client, "").Send(t.Context(), raw, "Dossier <dossier@dossier.example>", m)
	if err != nil || id == "" {
		t.Fatalf("%q %v", id, err)
	}
	answer, err := http.Get(url + "/store")
	e2e.Must(t, err)
	defer answer.Body.Close()
	var store struct {
		Emails []struct {
			MessageID   string `json:"messageId"`
			Subject     string
			Destination struct{ To []string }
			Body        struct{ Text, HTML string }
		}
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	e2e.Must(t, json.Unmarshal(body.Bytes(), &store))
	found := false
	for _, e := range store.Emails {
		if e.MessageID == id {
			found = true
			if e.Subject != message.Subject || fmt.Sprint(e.Destination.To) != "[amina@people.example]" || !strings.Contains(e.Body.Text, "Présentation.pptx") || !strings.Contains(e.Body.HTML, "Présentation.pptx") {
				t.Errorf("it took %+v", e)
			}
		}
	}
	if !found {
		t.Errorf("mail %s is not among %s", id, body.String()[:min(2000, body.Len())])
	}
}
