package bucket_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"dossier/internal/awstest"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func TestJSONIsReadAsWritten(t *testing.T) {
	b, _ := newBucket(t)
	type index struct{ Names []string }
	want := index{Names: []string{"Aïssatou N’Diaye", "عائشة"}}
	must(t, b.PutJSON(t.Context(), "index/m/1.json.gz", want))
	must(t, b.PutJSON(t.Context(), "index/m/1.json.gz", want)) // the same content may be written again
	var got index
	must(t, b.GetJSON(t.Context(), "index/m/1.json.gz", &got))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-written +read)\n%s", d)
	}
	if err := b.GetJSON(t.Context(), "index/m/2.json.gz", &got); !fault.Is(err, fault.NotFound) {
		t.Errorf("what was never written: %v", err)
	}
	if err := b.PutJSON(t.Context(), "k", func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
}

func TestWhatIsNoJSONIsAnError(t *testing.T) {
	b, put := newBucket(t)
	put("plain", "not packed")
	var v any
	if err := b.GetJSON(t.Context(), "plain", &v); err == nil || fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestReadGivesOneVersionWithinTheLimit(t *testing.T) {
	b, put := newBucket(t)
	first := put("incoming/m/drop/a", "first")
	put("incoming/m/drop/a", "second")
	if got, err := b.Read(t.Context(), first, 5); err != nil || string(got) != "first" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := b.Read(t.Context(), first, 4); !fault.Is(err, fault.Rejected) || fault.Reason(err) != "too-large" {
		t.Errorf("over the limit: %v", err)
	}
	if got, err := b.Read(t.Context(), meeting.Object{Key: first.Key}, 9); err != nil || string(got) != "second" {
		t.Errorf("without a version it is the newest: %q %v", got, err)
	}
}

func TestDeletedVersionIsGoneAndOthersStay(t *testing.T) {
	b, put := newBucket(t)
	first, second := put("incoming/m/drop/a", "first"), put("incoming/m/drop/a", "second")
	must(t, b.Delete(t.Context(), first))
	must(t, b.Delete(t.Context(), meeting.Object{Key: "incoming/m/drop/never there"})) // a missing object is no error
	if _, err := b.Read(t.Context(), first, 9); !fault.Is(err, fault.NotFound) {
		t.Errorf("the deleted one: %v", err)
	}
	if got, err := b.Read(t.Context(), second, 9); err != nil || string(got) != "second" {
		t.Errorf("the other: %q %v", got, err)
	}
}

func TestStatCompletesAnObject(t *testing.T) {
	b, put := newBucket(t)
	o := put("incoming/m/drop/a", "12345")
	o.Time, o.Size = time.Time{}, 0
	got, err := b.Stat(t.Context(), o)
	if err != nil || got.Size != 5 || time.Since(got.Time) > time.Minute || got.Key != o.Key || got.Version != o.Version {
		t.Errorf("%+v %v", got, err)
	}
	o.Version = "01J0000000000000000000000A"
	if _, err := b.Stat(t.Context(), o); !fault.Is(err, fault.NotFound) {
		t.Errorf("a version that is gone: %v", err)
	}
}

// The list of versions completes an object too, among other versions and keys that begin like its own.
func TestListedCompletesAnObject(t *testing.T) {
	b, put := newBucket(t)
	older := put("incoming/m/drop/a", "123")
	o := put("incoming/m/drop/a", "12345")
	put("incoming/m/drop/a.pptx", "1")
	for want, o := range map[int64]meeting.Object{3: older, 5: o} {
		o.Time, o.Size = time.Time{}, 0
		got, err := b.Listed(t.Context(), o)
		if err != nil || got.Size != want || time.Since(got.Time) > time.Minute || got.Key != o.Key || got.Version != o.Version {
			t.Errorf("%+v %v", got, err)
		}
	}
	o.Version = "01J0000000000000000000000A"
	if _, err := b.Listed(t.Context(), o); !bucket.Gone(err, o) {
		t.Errorf("a version that is gone: %v", err)
	}
}

func TestVerdictIsThatOfTheVersion(t *testing.T) {
	made := awstest.MakeBucket(t)
	b := bucket.New(made.Client, made.Name)
	tagged := func(tags ...types.Tag) meeting.Object {
		key := "incoming/m/drop/a"
		out, err := made.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &made.Name, Key: &key, Body: strings.NewReader("x")})
		must(t, err)
		if len(tags) > 0 {
			_, err = made.Client.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: &made.Name, Key: &key, VersionId: out.VersionId, Tagging: &types.Tagging{TagSet: tags}})
			must(t, err)
		}
		return meeting.Object{Key: key, Version: aws.ToString(out.VersionId)}
	}
	scan := func(verdict bucket.Verdict) types.Tag {
		return types.Tag{Key: aws.String("GuardDutyMalwareScanStatus"), Value: aws.String(string(verdict))}
	}
	other := types.Tag{Key: aws.String("Other"), Value: aws.String("THREATS_FOUND")}
	for want, o := range map[bucket.Verdict]meeting.Object{
		bucket.Clean: tagged(other, scan(bucket.Clean)), bucket.Infected: tagged(scan(bucket.Infected)), "UNSUPPORTED": tagged(scan("UNSUPPORTED")), bucket.NotScanned: tagged(other),
	} {
		if got, err := b.Verdict(t.Context(), o); err != nil || got != want {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
	if _, err := b.Verdict(t.Context(), meeting.Object{Key: "none"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

func TestParseRoster(t *testing.T) {
	for key, want := range map[string][2]string{
		"roster/m/meeting.yaml":       {"m", "meeting.yaml"},
		"roster/m/old/meeting.yaml":   {},
		"roster//meeting.yaml":        {},
		"roster/m/":                   {},
		"roster/meeting.yaml":         {},
		"incoming/m/meeting.yaml":     {},
		"roster/m/a file of ours.txt": {"m", "a file of ours.txt"},
	} {
		m, name, ok := bucket.ParseRoster(key)
		if ok != (want != [2]string{}) || ok && [2]string{m, name} != want {
			t.Errorf("%s: %s, %s, %v", key, m, name, ok)
		}
	}
}

// What brings an upload to intake, by the body of its event.
func TestCreated(t *testing.T) {
	const record = `{"eventName":"%e","eventTime":"2031-06-01T12:00:00Z","s3":{"bucket":{"name":"b"},"object":{"key":"%k","size":%s,"versionId":"v","sequencer":"A"}}}`
	body := func(event, key, size string) string {
		return `{"Records":[` + strings.NewReplacer("%e", event, "%k", key, "%s", size).Replace(record) + `]}`
	}
	upload := meeting.Object{Bucket: "b", Key: "incoming/m/drop/a b.pptx", Version: "v", Size: 3, Time: time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC), Sequencer: "A"}
	for name, test := range map[string]struct {
		body string
		want []meeting.Object
		ok   bool
	}{
		"an upload":                 {body("ObjectCreated:Put", "incoming/m/drop/a+b.pptx", "3"), []meeting.Object{upload}, true},
		"something deleted":         {body("ObjectRemoved:Delete", "incoming/m/drop/a+b.pptx", "3"), nil, true},
		"a folder that was made":    {body("ObjectCreated:Put", "incoming/m/", "0"), nil, true},
		"a key that is not escaped": {body("ObjectCreated:Put", "incoming/%zz", "3"), nil, false},
		"the test event":            {`{"Service":"Amazon S3","Event":"s3:TestEvent"}`, nil, true},
		"a scan": {`{"detail-type":"GuardDuty Malware Protection Object Scan Result","detail":{"s3ObjectDetails":{"bucketName":"b","objectKey":"incoming/m/drop/a b.pptx","versionId":"v"}}}`,
			[]meeting.Object{{Bucket: "b", Key: upload.Key, Version: "v"}}, true},
		"another event": {`{"hello":"world"}`, nil, false},
		"no JSON":       {`{`, nil, false},
	} {
		got, err := bucket.Created([]byte(test.body))
		if d := cmp.Diff(test.want, got); d != "" || (err == nil) != test.ok {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, d)
		}
	}
}
