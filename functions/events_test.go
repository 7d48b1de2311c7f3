package functions_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"dossier/infra/local/sample"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// recorded reads an event from events/, as AWS sent it but for the bucket and the versions, which are this test's.
func recorded(t *testing.T, file string, replace ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared.root, "events", file))
	must(t, err)
	return []byte(strings.NewReplacer(replace...).Replace(string(data)))
}

const recordedBucket = "dossier-123456789012-eu-west-1-dossier"

func invokeRaw(t *testing.T, h lambda.Handler, event []byte, answer any) {
	t.Helper()
	out, err := h.Invoke(context.Background(), event)
	must(t, err)
	must(t, json.Unmarshal(out, answer))
}

func TestRecordedEvents(t *testing.T) {
	w := newWorld(t)
	file := func(name string) []byte {
		data, err := sample.Files.ReadFile(name)
		must(t, err)
		return data
	}
	var answer events.SQSEventResponse
	succeed := func(h lambda.Handler, event []byte) {
		t.Helper()
		answer = events.SQSEventResponse{}
		invokeRaw(t, h, event, &answer)
		if len(answer.BatchItemFailures) > 0 {
			t.Fatalf("failures %v\n%s", answer.BatchItemFailures, w.logs)
		}
	}
	succeed(w.roster, recorded(t, "roster/test-event.json"))
	succeed(w.intake, recorded(t, "intake/test-event.json"))

	y := w.put("roster/regm-africa-2021/meeting.yaml", file("roster/meeting.yaml"), noon)
	c := w.put("roster/regm-africa-2021/participants.csv", file("roster/participants.csv"), noon)
	succeed(w.roster, recorded(t, "roster/files.json", recordedBucket, w.bucket, "3HL4kqtJvjVBH40Nrjfkd", y.Version, "3HL4kqtJvjVBH40Nrjfke", c.Version))
	if m, err := w.store.Meeting(context.Background(), sample.Meeting); err != nil || m.Title == "" {
		t.Fatalf("the meeting is not loaded: %v", err)
	}

	deckData := file("incoming/presentation_finale_v3 (2).pptx")
	for _, test := range []struct{ file, key, version string }{
		{"intake/upload.json", "incoming/regm-africa-2021/drop/presentation_finale_v3 (2).pptx", "096fKKXTRTtl3on89fVO.nfljtsv6qko"},
		{"intake/percent-encoded.json", "incoming/regm-africa-2021/drop/Présentation Aïssatou N’Diaye + notes.pptx", "L4kqtJlcpXroDTDmpUMLUo"},
	} {
		o := w.put(test.key, deckData, noon)
		succeed(w.intake, recorded(t, test.file, recordedBucket, w.bucket, test.version, o.Version))
		d := w.document(o)
		if d.Meeting != sample.Meeting || len(d.For) != 1 || d.For[0].Participant != "p07" {
			t.Errorf("%s: %s (%s) for %v", test.file, d.Status, d.Reason, d.For)
		}
		if want := time.Date(2021, 6, 14, 16, 31, 7, 482e6, time.UTC); !d.Time.Equal(want) {
			t.Errorf("%s: uploaded at %v, the event says %v", test.file, d.Time, want)
		}
	}

	o := w.put("incoming/regm-africa-2021/drop/presentation finale v3.pptx", deckData, noon)
	succeed(w.intake, recorded(t, "intake/scan-result.json", recordedBucket, w.bucket, "d41d8cd98f00b204e9800998eEXAMPLE", o.Version))
	if d := w.document(o); d.Meeting != sample.Meeting || d.Size != int64(len(deckData)) || time.Since(d.Time) > time.Minute {
		t.Errorf("after its scan: %s, %d bytes, uploaded at %v", d.Status, d.Size, d.Time)
	}

	mail := &meeting.Mail{ID: "receipt-41177a0f9056bc0323a2f118", Meeting: sample.Meeting, Template: meeting.MailReceipt, Language: "fr", To: []string{"aissatou.ndiaye@regm.example"},
		Document: "d", Outcome: meeting.Filed, State: meeting.Pending, Decided: noon}
	must(t, w.store.Commit(context.Background(), &store.Changes{Mails: []*meeting.Mail{mail}, Documents: []*meeting.Document{{ID: "d", Meeting: sample.Meeting, FileName: "x.pptx", Status: meeting.Filed}}}))
	var streamed events.DynamoDBEventResponse
	invokeRaw(t, w.deliver, recorded(t, "deliver/outbox-insert.json"), &streamed)
	if len(streamed.BatchItemFailures) > 0 || w.mails()[mail.ID] == nil {
		t.Errorf("the recorded stream event sent nothing: %+v", streamed)
	}

	for _, file := range []string{"feedback/bounce.json", "feedback/complaint.json"} {
		if _, err := w.feedback.Invoke(context.Background(), recorded(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if list, err := w.store.Suppressed(context.Background(), 10); err != nil || len(list) != 1 || list[0].Address != "grace@people.example" || list[0].Suppressed != meeting.Bounced {
		t.Errorf("after the bounce: %+v %v", list, err)
	}
	if m, err := w.store.Mail(context.Background(), mail.ID); err != nil || m.State != meeting.Failed {
		t.Errorf("the mail that came back is %+v %v", m, err)
	}

	// Whoever is on the roster is not erased: the recorded request is refused in words that say what to do.
	if out, err := w.erase.Invoke(context.Background(), recorded(t, "erase/person.json")); err != nil || !strings.Contains(string(out), "take the line out of participants.csv first") {
		t.Errorf("erase: %s %v", out, err)
	}

	var report map[string]int
	invokeRaw(t, w.sweep, recorded(t, "sweep/schedule.json"), &report)
	if _, ok := report["uploads"]; !ok {
		t.Errorf("report %v", report)
	}
}

// The portal answers an HTTP API's event with the board, in the language that the visitor chose.
func TestRecordedPortalEvent(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	var e events.APIGatewayV2HTTPRequest
	must(t, json.Unmarshal(recorded(t, "portal/board.json", "regm-africa-2021", "m"), &e))
	out, err := httpadapter.NewV2(w.portal).ProxyWithContext(context.Background(), e)
	must(t, err)
	// The browser takes it packed, and so API Gateway gets it in base64.
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(out.Body)))
	must(t, err)
	page, err := io.ReadAll(z)
	must(t, err)
	if !strings.Contains(string(page), "Title of s1") || !strings.Contains(string(page), `<html lang="fr" dir="ltr">`) || out.StatusCode != http.StatusOK || !out.IsBase64Encoded {
		t.Errorf("status %d: %s", out.StatusCode, page)
	}
	// A link that is not good, opened by a browser that takes nothing packed.
	e = events.APIGatewayV2HTTPRequest{}
	must(t, json.Unmarshal(recorded(t, "portal/link.json"), &e))
	out, err = httpadapter.NewV2(w.portal).ProxyWithContext(context.Background(), e)
	must(t, err)
	if out.StatusCode != http.StatusNotFound || !strings.Contains(out.Body, "Esta ligação não é válida") {
		t.Errorf("status %d: %s", out.StatusCode, out.Body)
	}
}

// A template's stream filter lets through exactly what deliver is for. This is what AWS compares: each key of the
// pattern with the values that it lists.
func TestStreamFilter(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared.root, "template.yaml"))
	must(t, err)
	_, rest, ok := strings.Cut(string(data), "- Pattern: '")
	pattern, _, ok2 := strings.Cut(rest, "'")
	if !ok || !ok2 {
		t.Fatal("no filter pattern in the template")
	}
	var p any
	must(t, json.Unmarshal([]byte(pattern), &p))
	var e struct{ Records []map[string]any }
	must(t, json.Unmarshal(recorded(t, "deliver/outbox-insert.json"), &e))
	if !matches(p, e.Records[0]) {
		t.Error("the recorded event does not pass the filter")
	}
	for _, change := range []string{`"pending"`, `"OUTBOX"`, `"INSERT"`} {
		var other struct{ Records []map[string]any }
		must(t, json.Unmarshal(recorded(t, "deliver/outbox-insert.json", change, `"else"`), &other))
		if matches(p, other.Records[0]) {
			t.Errorf("an event without %s passes the filter", change)
		}
	}
}

func matches(pattern, value any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		v, ok := value.(map[string]any)
		for k := range p {
			ok = ok && matches(p[k], v[k])
		}
		return ok
	case []any:
		for _, x := range p {
			if x == value {
				return true
			}
		}
	}
	return false
}

func TestPortal(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	nasty := deck("<script>alert(1)</script>", "Amina Diallo")
	w.takeIn(w.put("incoming/m/drop/<b>x.pptx", nasty, noon), w.put("incoming/m/drop/nobody.pptx", deck("T", "x"), noon))
	get := func(path, who string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		r.Header.Set("Test-Who", who)
		return w.serve(r)
	}
	page := func(path, who string) string {
		r := get(path, who)
		b := new(strings.Builder)
		_, err := io.Copy(b, r.Body)
		must(t, err)
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no strict policy", path)
		}
		return b.String()
	}
	board := w.board()
	for _, want := range []string{"&lt;script&gt;alert(1)", "Kofi Mensah", "1 of 2 in", "1 to review", "neither its title page", `href="/t/t1.k1.`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if strings.Contains(board, "<script>alert") || strings.Contains(board, "<b>x") {
		t.Error("a document's words are markup on the board")
	}
	for _, path := range []string{"/meetings/m", "/meetings/m/sessions/s1", "/meetings/m/review", "/meetings/m/links", "/meetings/m/people", "/meetings/m/history"} {
		if viewer := page(path, ""); strings.Contains(viewer, "/decisions") || strings.Contains(viewer, "t1.k1.") || strings.Contains(viewer, `action="/meetings/m/links"`) {
			t.Errorf("somebody who may not decide is shown forms or links on %s", path)
		}
		if r := get(path, "nobody"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin?to="+url.QueryEscape(path) {
			t.Errorf("somebody who is not signed in gets %d on %s", r.StatusCode, path)
		}
	}
	if r := get("/meetings/none", "x"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a meeting that is not there: %d", r.StatusCode)
	}
	// The link on the board is a certain one.
	_, rest, _ := strings.Cut(board, `href="/t/`)
	token, _, _ := strings.Cut(rest, `"`)
	o := w.put("incoming/m/"+token+"/any.pptx", deck("T", "nobody"), time.Now())
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Filed || d.Serves[0].Participant != "p2" {
		t.Errorf("%s (%s) for %v", d.Status, d.Reason, d.Serves)
	}
	post := func(headers map[string]string) int {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader("action=withdraw&reason=x&document="+o.ID()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		return w.serve(r).StatusCode
	}
	if code := post(map[string]string{"Test-Who": "Ms Staff", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}); code != http.StatusForbidden {
		t.Errorf("a form on another site: %d", code)
	}
	if code := post(nil); code != http.StatusForbidden && code != http.StatusConflict {
		t.Errorf("somebody who may not decide: %d", code)
	}
	if d := w.document(o); d.Status != meeting.Filed {
		t.Errorf("after refused decisions it is %s", d.Status)
	}
}

// Notification and Created are each other's opposite, for keys of every sort.
func TestNotification(t *testing.T) {
	for _, key := range []string{"incoming/m/drop/a b+c.pptx", "incoming/m/drop/Présentation ♥ (2).pptx", "incoming/m/drop/100%.pdf", "incoming/m/drop/عرض.pptx"} {
		want := meeting.Object{Bucket: "b", Key: key, Version: "v", Size: 3, Time: noon, Sequencer: "AB"}
		body, err := bucket.Notification(want)
		must(t, err)
		got, err := bucket.Created(body)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q comes back as %+v, %v", key, got, err)
		}
	}
}
