package e2e

import (
	"context"
	"encoding/json"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dossier/functions/erase"
	"dossier/internal/meeting"
)

// ErasePerson invokes the erase function and gives its report.
func (w *World) ErasePerson(r erase.Request) (report erase.Report, err error) {
	w.t.Helper()
	in, err := json.Marshal(r)
	Must(w.t, err)
	out, err := w.Erase.Invoke(context.Background(), in)
	if err == nil {
		Must(w.t, json.Unmarshal(out, &report))
	}
	return report, err
}

// RecordedEvent reads an event from events/, as AWS sent it but for the bucket and the versions, which are this test's.
func RecordedEvent(t TB, file string, replace ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(ProjectFile("events", file))
	Must(t, err)
	return []byte(strings.NewReplacer(replace...).Replace(string(data)))
}

// SampleMeeting is the meeting of the recorded events and of `make run`'s sample files.
const SampleMeeting = "regm-africa-2021"

// RecordedBucket is the bucket of the recorded events.
const RecordedBucket = "dossier-123456789012-eu-west-1-dossier"

// InvokeRaw invokes a function with an event's bytes and decodes its answer.
func InvokeRaw(t TB, h lambda.Handler, event []byte, answer any) {
	t.Helper()
	out, err := h.Invoke(context.Background(), event)
	Must(t, err)
	Must(t, json.Unmarshal(out, answer))
}

// TagVerdict writes GuardDuty's verdict on an object version.
func (w *World) TagVerdict(o meeting.Object, verdict string) {
	w.t.Helper()
	_, err := w.S3.PutObjectTagging(context.Background(), &s3.PutObjectTaggingInput{Bucket: &w.Bucket, Key: &o.Key, VersionId: &o.Version,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("GuardDutyMalwareScanStatus"), Value: &verdict}}}})
	Must(w.t, err)
	w.infected.tag(o, verdict == "THREATS_FOUND")
}

// SendScanResult brings GuardDuty's event about an object version to intake, as recorded but for the names.
func (w *World) SendScanResult(o meeting.Object) {
	w.t.Helper()
	body := `{"version":"0","detail-type":"GuardDuty Malware Protection Object Scan Result","source":"aws.guardduty","detail":{"schemaVersion":"1.0","scanStatus":"COMPLETED","resourceType":"S3_OBJECT",` +
		`"s3ObjectDetails":{"bucketName":"` + o.Bucket + `","objectKey":"` + o.Key + `","versionId":"` + o.Version + `"},"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND"}}}`
	if failed := w.Send(w.Intake, []byte(body)); len(failed) > 0 {
		w.t.Fatalf("intake failed:\n%s", w.Logs)
	}
}

// SampleFile reads a file of the sample meeting of `make run`, such as "roster/meeting.yaml".
func SampleFile(t TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(ProjectFile("infra/local/sample", name))
	Must(t, err)
	return data
}

// Accept invokes a function with a recorded SQS event and fails the test unless every message is done with.
func (w *World) Accept(h lambda.Handler, event []byte) {
	w.t.Helper()
	var answer events.SQSEventResponse
	InvokeRaw(w.t, h, event, &answer)
	if len(answer.BatchItemFailures) > 0 {
		w.t.Fatalf("failures %v\n%s", answer.BatchItemFailures, w.Logs)
	}
}

// LoadSample loads the roster of the sample meeting.
func (w *World) LoadSample() {
	w.t.Helper()
	w.LoadRoster(SampleMeeting, string(SampleFile(w.t, "roster/meeting.yaml")), string(SampleFile(w.t, "roster/participants.csv")))
}
