package intake_test

import (
	"testing"
	"time"

	"dossier/internal/e2e"
)

// The events as S3 and SQS send them.
func TestRecordedUploads(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.Accept(w.Intake, e2e.RecordedEvent(t, "intake/test-event.json"))
	w.LoadSample()
	deck := e2e.SampleFile(t, "incoming/presentation_finale_v3 (2).pptx")
	for _, test := range []struct{ file, key, version string }{
		{"intake/upload.json", "incoming/regm-africa-2021/drop/presentation_finale_v3 (2).pptx", "096fKKXTRTtl3on89fVO.nfljtsv6qko"},
		{"intake/percent-encoded.json", "incoming/regm-africa-2021/drop/Présentation Aïssatou N’Diaye + notes.pptx", "L4kqtJlcpXroDTDmpUMLUo"},
	} {
		o := w.Put(test.key, deck, e2e.Noon)
		w.Accept(w.Intake, e2e.RecordedEvent(t, test.file, e2e.RecordedBucket, w.Bucket, test.version, o.Version))
		d := w.Document(o)
		if d.Meeting != e2e.SampleMeeting || len(d.FiledFor) != 1 || d.FiledFor[0].Participant != "p07" {
			t.Errorf("%s: %s (%s) for %v", test.file, d.Status, d.Reason, d.FiledFor)
		}
		if want := time.Date(2021, 6, 14, 16, 31, 7, 482e6, time.UTC); !d.Time.Equal(want) {
			t.Errorf("%s: uploaded at %v, the event says %v", test.file, d.Time, want)
		}
	}
}

// GuardDuty's event that it has scanned an upload names it; S3 says when it came and how large it is.
func TestRecordedScan(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadSample()
	deck := e2e.SampleFile(t, "incoming/presentation_finale_v3 (2).pptx")
	o := w.Put("incoming/regm-africa-2021/drop/presentation finale v3.pptx", deck, e2e.Noon)
	w.Accept(w.Intake, e2e.RecordedEvent(t, "intake/scan-result.json", e2e.RecordedBucket, w.Bucket, "d41d8cd98f00b204e9800998eEXAMPLE", o.Version))
	if d := w.Document(o); d.Meeting != e2e.SampleMeeting || d.Size != int64(len(deck)) || time.Since(d.Time) > time.Minute {
		t.Errorf("after its scan: %s, %d bytes, uploaded at %v", d.Status, d.Size, d.Time)
	}
}
