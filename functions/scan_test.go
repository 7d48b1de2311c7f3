package functions_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dossier/internal/meeting"
)

// tag writes GuardDuty's verdict on an object version.
func (w *world) tag(o meeting.Object, verdict string) {
	w.t.Helper()
	_, err := w.s3.PutObjectTagging(context.Background(), &s3.PutObjectTaggingInput{Bucket: &w.bucket, Key: &o.Key, VersionId: &o.Version,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("GuardDutyMalwareScanStatus"), Value: &verdict}}}})
	must(w.t, err)
}

// scanned brings GuardDuty's event about an object version to intake, as recorded but for the names.
func (w *world) scanned(o meeting.Object) {
	w.t.Helper()
	body := `{"version":"0","detail-type":"GuardDuty Malware Protection Object Scan Result","source":"aws.guardduty","detail":{"schemaVersion":"1.0","scanStatus":"COMPLETED","resourceType":"S3_OBJECT",` +
		`"s3ObjectDetails":{"bucketName":"` + o.Bucket + `","objectKey":"` + o.Key + `","versionId":"` + o.Version + `"},"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND"}}}`
	if failed := w.send(w.intake, []byte(body)); len(failed) > 0 {
		w.t.Fatalf("intake failed:\n%s", w.logs)
	}
}

// read tells whether intake has asked for an upload's bytes.
func (w *world) read() bool {
	permissionsLock.Lock()
	defer permissionsLock.Unlock()
	texts := false
	for call := range w.used["intake"] {
		texts = texts || call == "s3:PutObject text/*"
	}
	return texts
}

// With the gate on, an upload is neither read nor filed nor recorded before GuardDuty's verdict; clean, it is filed like any other;
// infected, it is set aside unread, and its sender and the staff are told; what cannot be scanned waits for a person.
func TestMalwareGate(t *testing.T) {
	w := newScanningWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	a := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), time.Now())
	w.takeIn(a)
	if _, err := w.store.Document(t.Context(), a.ID()); err == nil || w.read() {
		t.Fatal("it was read before its scan")
	}
	w.runSweep() // finds it without a record, and it still waits
	w.drain()
	if _, err := w.store.Document(t.Context(), a.ID()); err == nil || w.read() {
		t.Fatal("the sweep had it read before its scan")
	}
	w.tag(a, "NO_THREATS_FOUND")
	w.scanned(a)
	w.scanned(a)
	if d := w.document(a); d.Status != meeting.Filed || d.Time.IsZero() || d.Size == 0 {
		t.Errorf("clean, it is %s, of %v, %d bytes", d.Status, d.Time, d.Size)
	}

	w = newScanningWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	k := w.put("incoming/m/drop/Kofi Mensah.pptx", deck("T", "Kofi Mensah"), time.Now())
	w.tag(k, "THREATS_FOUND")
	w.scanned(k)
	w.takeIn(k) // S3's own event is late
	if d := w.document(k); d.Status != meeting.Quarantined || d.Reason != meeting.ReasonMalware || d.Words > 0 || w.read() {
		t.Errorf("infected, it is %s (%s), read %v", d.Status, d.Reason, w.read())
	}
	if board := w.board(); !strings.Contains(board, "a scan has found malicious software") {
		t.Error("the board does not say so")
	}
	if got := w.subjects(meeting.MailReview); len(got) != 1 {
		t.Errorf("staff got %q", got)
	}
	u := w.put("incoming/m/drop/u.pptx", deck("T", "Kofi Mensah"), time.Now())
	w.tag(u, "UNSUPPORTED")
	w.scanned(u)
	late := w.put("incoming/m/drop/late.pptx", deck("T", "Kofi Mensah"), time.Now().Add(-2*time.Hour))
	w.takeIn(late)
	for _, o := range []meeting.Object{u, late} {
		if d := w.document(o); d.Status != meeting.Review || d.Reason != meeting.ReasonUnscanned || w.read() {
			t.Errorf("%s is %s (%s), read %v", d.FileName, d.Status, d.Reason, w.read())
		}
	}
	// Its verdict comes after all.
	w.tag(late, "NO_THREATS_FOUND")
	w.scanned(late)
	if d := w.document(late); d.Status != meeting.Filed {
		t.Errorf("found clean at last, it is %s (%s)", d.Status, d.Reason)
	}
	w.check()
}
