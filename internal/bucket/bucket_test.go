package bucket_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"dossier/internal/awstest"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func newBucket(t *testing.T) (*bucket.Bucket, func(key, text string) meeting.Object) {
	t.Helper()
	made := awstest.MakeBucket(t)
	client, name := made.Client, made.Name
	return bucket.New(client, name), func(key, text string) meeting.Object {
		t.Helper()
		out, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: bytes.NewReader([]byte(text))})
		if err != nil {
			t.Fatal(err)
		}
		return meeting.Object{Bucket: name, Key: key, Version: aws.ToString(out.VersionId), Time: time.Now()}
	}
}

// Each version is fetched as it was, into a file that is gone afterwards.
func TestFetch(t *testing.T) {
	b, put := newBucket(t)
	first, second := put("incoming/m/drop/a", "first"), put("incoming/m/drop/a", "second")
	for o, want := range map[meeting.Object]string{first: "first", second: "second"} {
		f, err := b.Fetch(t.Context(), o, 6)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size))
		if err != nil || string(got) != want {
			t.Errorf("%q %v, want %q", got, err, want)
		}
		name := f.Name()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the temporary file is still there: %v", err)
		}
	}
	if _, err := b.Fetch(t.Context(), second, 5); !fault.Is(err, fault.Rejected) || fault.Reason(err) != "too-large" {
		t.Errorf("over the limit: %v", err)
	}
	for _, gone := range []meeting.Object{{Key: "none"}, {Key: first.Key, Version: "01J0000000000000000000000A"}} {
		if _, err := b.Fetch(t.Context(), gone, 9); !fault.Is(err, fault.NotFound) {
			t.Errorf("what is not there: %v", err)
		}
	}
}

// A roster file is paired with what was there when it was put, however late its event comes.
func TestRosterAsOf(t *testing.T) {
	b, put := newBucket(t)
	// S3 tells whole seconds, so the first two belong into one: wait for its beginning.
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	oldYAML, oldCSV := put("roster/m/meeting.yaml", "1"), put("roster/m/participants.csv", "1")
	put("roster/other/meeting.yaml", "x")
	time.Sleep(1100 * time.Millisecond)
	newCSV := put("roster/m/participants.csv", "2")
	before, err := b.RosterAsOf(t.Context(), "m", oldYAML)
	if err != nil {
		t.Fatal(err)
	}
	after, err := b.RosterAsOf(t.Context(), "m", newCSV)
	if err != nil {
		t.Fatal(err)
	}
	if before.Meeting == nil || before.Participants == nil || after.Meeting == nil || after.Participants == nil {
		t.Fatalf("a file is missing: %+v, %+v", before, after)
	}
	if before.Meeting.Version != oldYAML.Version || before.Participants.Version != oldCSV.Version {
		t.Errorf("as of the first: %+v", before)
	}
	if after.Meeting.Version != oldYAML.Version || after.Participants.Version != newCSV.Version {
		t.Errorf("as of the second: %+v", after)
	}
	if before.Token >= after.Token {
		t.Errorf("tokens %s and %s", before.Token, after.Token)
	}
	again, err := b.RosterAsOf(t.Context(), "m", oldCSV)
	if err != nil || again.Token != before.Token {
		t.Errorf("the other file of the same moment has token %s, want %s", again.Token, before.Token)
	}
}

// The versions that S3 lists in one second keep their order.
func TestInOrder(t *testing.T) {
	at := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	v := func(key, version string, at time.Time) meeting.Object {
		return meeting.Object{Key: key, Version: version, Time: at}
	}
	got := bucket.InOrder([]meeting.Object{v("a", "4", at.Add(time.Second)), v("a", "3", at), v("a", "2", at), v("a", "1", at), v("b", "x", at.Add(-time.Second)), v("c", "y", at.Add(100*time.Millisecond))})
	var order []string
	for _, o := range got {
		order = append(order, o.Key+o.Version)
	}
	if d := cmp.Diff([]string{"bx", "a1", "cy", "a2", "a3", "a4"}, order); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Listings go on from their marker and leave nothing out.
func TestVersions(t *testing.T) {
	b, put := newBucket(t)
	want := map[string]bool{}
	for i := range 5 {
		want[put(fmt.Sprintf("incoming/m/drop/%d", i), "x").Version] = true
		want[put(fmt.Sprintf("incoming/m/drop/%d", i), "y").Version] = true
	}
	all, next, err := b.Versions(t.Context(), "incoming/", "", 10)
	if err != nil || next != "" || len(all) != 10 {
		t.Fatalf("%d versions, next %q, %v", len(all), next, err)
	}
	// A marker as S3 gives it names the last version that was listed.
	rest, _, err := b.Versions(t.Context(), "incoming/", all[5].Key+"\n"+all[5].Version, 10)
	if err != nil || len(rest) != 4 {
		t.Errorf("%d versions after the third key, %v", len(rest), err)
	}
	for _, o := range all {
		delete(want, o.Version)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}

func TestDecisionsAreNotOverwritten(t *testing.T) {
	b, _ := newBucket(t)
	d := meeting.Decision{Action: meeting.Waive, Meeting: "m"}
	if _, err := b.PutDecision(t.Context(), "decisions/m/1.json", d); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutDecision(t.Context(), "decisions/m/1.json", d); !fault.Is(err, fault.Exists) {
		t.Errorf("%v", err)
	}
}

func TestParseIncoming(t *testing.T) {
	for key, want := range map[string][3]string{
		"incoming/m/drop/a.pptx":     {"m", "drop", "a.pptx"},
		"incoming/m/t1.x.y/b/c.pptx": {"m", "t1.x.y", "b/c.pptx"},
		"incoming/m/a.pptx":          {"m", "drop", "a.pptx"},
		"incoming/a.pptx":            {},
		"incoming//drop/a.pptx":      {},
		"other/m/drop/a.pptx":        {},
	} {
		m, ticket, name, ok := bucket.ParseIncoming(key)
		if got := [3]string{m, ticket, name}; got != want || ok != (want != [3]string{}) {
			t.Errorf("%s: %v %v", key, got, ok)
		}
	}
}

func FuzzCreated(f *testing.F) {
	f.Add([]byte(`{"Event":"s3:TestEvent"}`))
	body, err := bucket.Notification(meeting.Object{Bucket: "b", Key: "incoming/m/drop/a b.pptx", Version: "v"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		objects, err := bucket.Created(body)
		if err != nil && objects != nil {
			t.Error("objects and an error")
		}
	})
}
