package bucket_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/internal/awstest"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
)

// A rewritten decision keeps its id and its time, and takes the place of what it was; a text keeps its key and a note.
func TestRewrite(t *testing.T) {
	made := awstest.MakeBucket(t)
	b := bucket.New(made.Client, made.Name)
	put := func(key string) meeting.Object {
		_, err := made.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &made.Name, Key: &key, Body: strings.NewReader("by Ana")})
		if err != nil {
			t.Fatal(err)
		}
		return only(t, b, key)
	}
	was := put("decisions/m/20310601T120000.000000000Z-ABCD.json")
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	if err := b.Rewrite(t.Context(), was, []byte("by [erased]"), false); err != nil {
		t.Fatal(err)
	}
	is := only(t, b, "decisions/m/")
	data, _, _, err := b.ReadUnpacked(t.Context(), is, 99)
	if err != nil || string(data) != "by [erased]" || is.ID() != was.ID() || is.Time.Unix() != was.Time.Unix() || is.Key == was.Key {
		t.Errorf("%q %v: %v was %v", data, err, is, was)
	}
	body, err := bucket.Notification(meeting.Object{Bucket: is.Bucket, Key: is.Key, Version: is.Version, Time: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if told, err := bucket.Created(body); err != nil || len(told) != 1 || told[0].ID() != was.ID() || told[0].Time.Unix() != was.Time.Unix() {
		t.Errorf("the event tells of %v, %v", told, err)
	}

	if err := b.PutJSON(t.Context(), bucket.TextKey("d"), "by Ana"); err != nil {
		t.Fatal(err)
	}
	was = only(t, b, "text/")
	if err := b.Rewrite(t.Context(), was, []byte(`"by [erased]"`), true, "p1", "p2"); err != nil {
		t.Fatal(err)
	}
	var text string
	is = only(t, b, "text/")
	data, packed, erased, err := b.ReadUnpacked(t.Context(), is, 99)
	if err != nil || !packed || !bytes.Equal(data, []byte(`"by [erased]"`)) || strings.Join(erased, " ") != "p1 p2" || is.Key != was.Key {
		t.Errorf("%q %v %v %v", data, packed, erased, err)
	}
	if err := b.GetJSON(t.Context(), is.Key, &text); err != nil || text != "by [erased]" {
		t.Errorf("%q %v", text, err)
	}
	if _, _, _, err := b.ReadUnpacked(t.Context(), is, 5); err == nil {
		t.Error("more was read than the limit")
	}
}

func only(t *testing.T, b *bucket.Bucket, prefix string) meeting.Object {
	t.Helper()
	all, err := b.AllVersions(t.Context(), prefix)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	return all[0]
}

// A roster is the pair that was newest at its second, whether or not somebody was erased from earlier files.
func TestRosterAtWithCopies(t *testing.T) {
	file := func(name string, second int64, version string) meeting.Object {
		return meeting.Object{Bucket: "b", Key: "roster/m/" + name, Version: version, Time: time.Unix(second, 0).UTC()}
	}
	yaml, old, now := file("meeting.yaml", 100, "1"), file("participants.csv", 100, "2"), file("participants.csv", 200, "3")
	before := []meeting.Object{yaml, now, old}
	rewritten := meeting.Object{Bucket: "b", Key: old.RewrittenKey(), Version: "9", Time: time.Unix(300, 0)}.Dated()
	for name, after := range map[string][]meeting.Object{"rewritten": {yaml, rewritten, now}, "cut off": {yaml, rewritten, now, old}} {
		for _, second := range []int64{50, 100, 150, 200, 250} {
			want, got := bucket.RosterAt(before, second), bucket.RosterAt(after, second)
			if want.Token != got.Token || (want.Participants == nil) != (got.Participants == nil) || want.Participants != nil && want.Participants.ID() != got.Participants.ID() {
				t.Errorf("%s, at %d: %v, want %v", name, second, got, want)
			}
			if copied := second >= 100 && second < 200; name == "rewritten" && got.Rewritten() != copied {
				t.Errorf("%s, at %d: rewritten %v", name, second, got.Rewritten())
			}
		}
	}
	same := meeting.Object{Bucket: "b", Key: file("participants.csv", 200, "5").RewrittenKey(), Version: "9", Time: time.Unix(200, 0)}.Dated()
	for _, list := range [][]meeting.Object{{yaml, same, now}, {yaml, now, same}} {
		if pair := bucket.RosterAt(list, 200); pair.Participants.Version != "3" {
			t.Errorf("in the second of its own copy, %v is in force", pair.Participants)
		}
	}
	if _, err := bucket.InForce(before, "x"); err == nil {
		t.Error("a token of nothing")
	}
	if m, name, ok := bucket.ParseRoster(rewritten.Key); m != "m" || name != "participants.csv" || !ok {
		t.Errorf("%s %s %v", m, name, ok)
	}
}
